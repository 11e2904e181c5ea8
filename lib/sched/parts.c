/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/parts.h"

#include "sched/action.h"
#include "sched/group_verb.h"

/* The flags of a clone's action that has no parts. */
enum { PARTS_NONE = MU_FLAG_OPTIONAL | MU_FLAG_PSEUDO };

static uint32_t group_flags(struct mu_sched *sched,
                            struct mu_sched_action *action, uint32_t node);
static uint32_t clone_flags(struct mu_sched *sched,
                            struct mu_sched_action *action, uint32_t node);
static struct mu_part *part_of(struct mu_sched *sched,
                               struct mu_sched_action *action, uint32_t node);
static uint32_t group_read(struct mu_sched_action *action, uint32_t node);
static void instances_read(struct mu_sched *sched,
                           struct mu_sched_action *action);
static uint32_t groups_read(struct mu_sched *sched,
                            struct mu_sched_action *action, uint32_t node);
static void flags_add(uint32_t *flags, uint32_t part, bool is_leaving);
static bool is_left(const struct mu_sched_resource *instance,
                    enum mu_verb verb);
static bool has_groups(const struct mu_sched_resource *clone);
static enum mu_verb instances_verb(const struct mu_sched_action *action);

uint32_t
mu_parts_flags(struct mu_sched *sched, struct mu_sched_action *action,
               uint32_t node)
{
    if (!action->resource) {
        return action->flags;
    }
    switch (action->resource->kind) {
    case MU_RESOURCE_GROUP:
        return group_flags(sched, action, node);
    case MU_RESOURCE_CLONE:
        return clone_flags(sched, action, node);
    case MU_RESOURCE_PRIMITIVE:
    case MU_RESOURCE_BUNDLE:
        break;
    }
    return action->flags;
}

static uint32_t
group_flags(struct mu_sched *sched, struct mu_sched_action *action,
            uint32_t node)
{
    struct mu_part *part = part_of(sched, action, node);

    if (part->changes != action->resource->changes) {
        part->flags = group_read(action, node);
        part->changes = action->resource->changes;
    }
    return part->flags;
}

static uint32_t
clone_flags(struct mu_sched *sched, struct mu_sched_action *action,
            uint32_t node)
{
    struct mu_part *part = part_of(sched, action, node);

    if (part->changes != action->resource->changes) {
        if (has_groups(action->resource)) {
            part->flags = groups_read(sched, action, node);
            part->changes = action->resource->changes;
        } else {
            instances_read(sched, action);
        }
    }
    /* No change that others must hear of: it is concluded from theirs. */
    if (!(part->flags & MU_FLAG_OPTIONAL)) {
        action->flags &= ~(uint32_t)MU_FLAG_OPTIONAL;
    }
    if (!(part->flags & MU_FLAG_RUNNABLE) && node == MU_STATE_NONE) {
        action->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
    }
    return part->flags;
}

static struct mu_part *
part_of(struct mu_sched *sched, struct mu_sched_action *action, uint32_t node)
{
    struct mu_parts *parts = action->parts;

    if (!parts) {
        parts = mu_arena_new(sched->arena, struct mu_parts, 1);
        action->parts = parts;
    }
    if (node == MU_STATE_NONE) {
        return &parts->all;
    }
    if (!parts->by_node) {
        parts->by_node =
            mu_arena_new(sched->arena, struct mu_part, sched->nodes_count);
    }
    return &parts->by_node[node];
}

static uint32_t
group_read(struct mu_sched_action *action, uint32_t node)
{
    uint32_t flags = MU_FLAG_OPTIONAL | MU_FLAG_RUNNABLE | MU_FLAG_PSEUDO;
    const struct mu_sched_resource *group = action->resource;
    enum mu_verb verb = mu_group_member_verb(action->verb);

    for (uint32_t i = 0; i < group->children_count; i++) {
        struct mu_sched_action *other =
            mu_action_find(group->children[i], mu_key(verb), node);

        if (!other) {
            if (verb != MU_VERB_STOP && verb != MU_VERB_DEMOTE) {
                flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
            }
            continue;
        }
        if (!mu_action_has(other, MU_FLAG_OPTIONAL)) {
            flags &= ~(uint32_t)MU_FLAG_OPTIONAL;
            mu_action_clear(action, MU_FLAG_OPTIONAL);
        }
        if (verb != action->verb && !mu_action_has(other, MU_FLAG_RUNNABLE)) {
            flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
            mu_action_clear(action, MU_FLAG_RUNNABLE);
        }
    }
    return flags;
}

/* Reads the flags of all instances, for all nodes at once. */
static void
instances_read(struct mu_sched *sched, struct mu_sched_action *action)
{
    const struct mu_sched_resource *clone = action->resource;
    uint64_t key = mu_key(instances_verb(action));
    struct mu_part *all = part_of(sched, action, MU_STATE_NONE);
    struct mu_part *by_node = part_of(sched, action, 0);

    *all = (struct mu_part){clone->changes, PARTS_NONE};
    for (uint32_t node = 0; node < sched->nodes_count; node++) {
        by_node[node] = *all;
    }
    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_action *other =
            mu_action_find(clone->children[i], key, MU_STATE_NONE);
        bool is_leaving = is_left(clone->children[i], action->verb);

        if (other) {
            flags_add(&all->flags, other->flags, is_leaving);
        }
        for (; other; other = mu_action_find_next(other)) {
            if (other->node != MU_STATE_NONE &&
                mu_action_find(clone->children[i], key, other->node) == other) {
                flags_add(&by_node[other->node].flags, other->flags, is_leaving);
            }
        }
    }
}

static uint32_t
groups_read(struct mu_sched *sched, struct mu_sched_action *action,
            uint32_t node)
{
    const struct mu_sched_resource *clone = action->resource;
    uint32_t flags = PARTS_NONE;

    for (uint32_t i = 0; i < clone->children_count; i++) {
        struct mu_sched_action *other =
            mu_action_find(clone->children[i], mu_key(instances_verb(action)),
                           MU_STATE_NONE);

        if (other) {
            flags_add(&flags, group_flags(sched, other, node),
                      is_left(clone->children[i], action->verb));
        }
    }
    return flags;
}

/* One required part makes the whole required, one that can be done makes it
 * possible. What cannot be done asks for nothing, unless the part changes all
 * the same: what follows the whole would be done again for it in each plan. */
static void
flags_add(uint32_t *flags, uint32_t part, bool is_leaving)
{
    if (!(part & MU_FLAG_OPTIONAL) &&
        ((part & MU_FLAG_RUNNABLE) || is_leaving)) {
        *flags &= ~(uint32_t)MU_FLAG_OPTIONAL;
    }
    *flags |= part & MU_FLAG_RUNNABLE;
}

/* Tells whether an instance that cannot come up is up now, and goes down. */
static bool
is_left(const struct mu_sched_resource *instance, enum mu_verb verb)
{
    const struct mu_sched_action *down;

    verb = mu_group_member_verb(verb);
    if (verb != MU_VERB_START && verb != MU_VERB_PROMOTE) {
        return false;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (is_left(instance->children[i], verb)) {
            return true;
        }
    }
    for (down = mu_action_find(instance,
                               mu_key(verb == MU_VERB_START ? MU_VERB_STOP
                                                            : MU_VERB_DEMOTE),
                               MU_STATE_NONE);
         down && instance->is_managed; down = mu_action_find_next(down)) {
        if (mu_action_has(down, MU_FLAG_RUNNABLE)) {
            return true;
        }
    }
    return false;
}

static bool
has_groups(const struct mu_sched_resource *clone)
{
    return clone->children_count > 0 &&
           clone->children[0]->kind == MU_RESOURCE_GROUP;
}

/* A notification can be what it is about can be. A group has a "running" of
 * its own, of a primitive it is the start. */
static enum mu_verb
instances_verb(const struct mu_sched_action *action)
{
    enum mu_verb verb = mu_key_about(action->key);

    return has_groups(action->resource) ? verb : mu_group_member_verb(verb);
}
