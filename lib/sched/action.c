/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/action.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "sched/node_state.h"

/* Longer lists of actions are not searched one by one. */
enum { ACTIONS_SEARCHED_MAX = 64 };

static void runnable_update(struct mu_sched *sched,
                            struct mu_sched_action *action);
static enum mu_quorum_policy
policy_effective(struct mu_sched *sched, struct mu_sched_resource *resource);
static bool is_active(const struct mu_sched_resource *resource);
static bool is_probe_key(uint64_t key);
static void key_index(struct mu_sched *sched, struct mu_sched_action *action);
static void key_add(struct mu_sched *sched, struct mu_sched_keys *keys,
                    struct mu_sched_action *action);
static struct mu_sched_action *key_newest(const struct mu_sched_keys *keys,
                                          uint64_t key);

struct mu_sched_action *
mu_action_get(struct mu_sched *sched, struct mu_sched_resource *resource,
              uint64_t key, uint32_t node, bool is_required)
{
    struct mu_sched_action *action;

    mu_assert(resource);
    action = mu_action_find(resource, key, node);
    if (!action && node != MU_STATE_NONE) {
        /* Made when it was not known yet where it would happen. */
        action = mu_action_find(resource, key, MU_STATE_NONE);
        while (action && (action->node != MU_STATE_NONE ||
                          mu_action_has(action, MU_FLAG_PSEUDO))) {
            action = mu_action_find_next(action);
        }
        if (action) {
            action->node = node;
            mu_state_note_change(resource);
        }
    } else if (action && action->node != node) {
        action = NULL;
    }
    if (!action) {
        action = mu_action_new(sched, resource, key, node);
        mu_action_set(action, MU_FLAG_OPTIONAL);
    }
    if (!resource->is_managed && node != MU_STATE_NONE &&
        !mu_action_has(action, MU_FLAG_PSEUDO) &&
        mu_key_interval_ms(key) == 0) {
        mu_action_set(action, MU_FLAG_OPTIONAL);
    } else if (is_required) {
        mu_action_clear(action, MU_FLAG_OPTIONAL);
    }
    runnable_update(sched, action);
    return action;
}

struct mu_sched_action *
mu_action_get_pseudo(struct mu_sched *sched, struct mu_sched_resource *resource,
                     uint64_t key, bool is_required)
{
    struct mu_sched_action *action =
        mu_action_find(resource, key, MU_STATE_NONE);

    if (!action) {
        action = mu_action_new(sched, resource, key, MU_STATE_NONE);
        mu_action_set(action, MU_FLAG_OPTIONAL);
    }
    if (is_required) {
        mu_action_clear(action, MU_FLAG_OPTIONAL);
    }
    mu_action_set(action, MU_FLAG_PSEUDO | MU_FLAG_RUNNABLE);
    action->kind = MU_ACTION_PSEUDO;
    return action;
}

struct mu_sched_action *
mu_action_get_point(struct mu_sched *sched, const char *name)
{
    struct mu_sched_action *action =
        mu_action_new(sched, NULL, mu_key(MU_VERB_POINT), MU_STATE_NONE);

    action->name = name;
    action->kind = MU_ACTION_PSEUDO;
    action->flags |= MU_FLAG_PSEUDO | MU_FLAG_RUNNABLE | MU_FLAG_OPTIONAL;
    return action;
}

struct mu_sched_action *
mu_action_new(struct mu_sched *sched, struct mu_sched_resource *resource,
              uint64_t key, uint32_t node)
{
    struct mu_sched_action *action =
        mu_arena_new(sched->arena, struct mu_sched_action, 1);

    action->index = (uint32_t)sched->actions.count;
    *mu_vec_add(sched->arena, &sched->actions) = action;
    action->key = key;
    action->verb = mu_key_verb(key);
    action->resource = resource;
    action->node = node;
    action->flags = MU_FLAG_RUNNABLE;
    action->kind = resource ? MU_ACTION_RESOURCE : MU_ACTION_NODE;
    action->migrate_source = MU_STATE_NONE;
    action->migrate_target = MU_STATE_NONE;
    action->expected_rc = 0;
    action->plan_id = MU_PLAN_NONE;
    if (resource && is_probe_key(key)) {
        action->next = resource->probes;
        resource->probes = action;
    } else if (resource) {
        action->next = resource->actions;
        resource->actions = action;
        resource->actions_count++;
        key_index(sched, action);
    }
    mu_state_note_change(resource);
    return action;
}

static bool
is_probe_key(uint64_t key)
{
    return key == mu_key(MU_VERB_MONITOR);
}

/* A resource may have thousands of recurring operations. */
static void
key_index(struct mu_sched *sched, struct mu_sched_action *action)
{
    struct mu_sched_resource *resource = action->resource;

    if (resource->keys) {
        key_add(sched, resource->keys, action);
    } else if (resource->actions_count > ACTIONS_SEARCHED_MAX) {
        MU_VEC(struct mu_sched_action *) all = {0};

        resource->keys = mu_arena_new(sched->arena, struct mu_sched_keys, 1);
        mu_map_init(&resource->keys->newest, sched->arena);
        for (; action; action = action->next) {
            *mu_vec_add(sched->arena, &all) = action;
        }
        while (all.count > 0) {
            key_add(sched, resource->keys, all.items[--all.count]);
        }
    }
}

static void
key_add(struct mu_sched *sched, struct mu_sched_keys *keys,
        struct mu_sched_action *action)
{
    action->next_same = key_newest(keys, action->key);
    *mu_vec_add(sched->arena, &keys->items) = action;
    *mu_map_at(&keys->newest, action->key) = (uint32_t)keys->items.count;
}

static struct mu_sched_action *
key_newest(const struct mu_sched_keys *keys, uint64_t key)
{
    uint32_t number = mu_map_find(&keys->newest, key);

    return number ? keys->items.items[number - 1] : NULL;
}

struct mu_sched_action *
mu_action_find(const struct mu_sched_resource *resource, uint64_t key,
               uint32_t node)
{
    struct mu_sched_action *action =
        is_probe_key(key) ? resource->probes : resource->actions;

    if (!is_probe_key(key) && resource->keys) {
        for (action = key_newest(resource->keys, key);
             action && node != MU_STATE_NONE && action->node != node;
             action = action->next_same) {
        }
        return action;
    }
    while (action && (action->key != key ||
                      (node != MU_STATE_NONE && action->node != node))) {
        action = action->next;
    }
    return action;
}

struct mu_sched_action *
mu_action_find_next(const struct mu_sched_action *action)
{
    struct mu_sched_action *next = action->next;

    if (action->resource->keys && !is_probe_key(action->key)) {
        return action->next_same;
    }
    while (next && next->key != action->key) {
        next = next->next;
    }
    return next;
}

void
mu_action_require(struct mu_sched_action *action)
{
    mu_action_clear(action, MU_FLAG_OPTIONAL);
}

struct mu_sched_action *
mu_action_of(struct mu_sched *sched, struct mu_sched_resource *resource,
             enum mu_verb verb, uint32_t node, bool is_required)
{
    return mu_action_get(sched, resource, mu_key(verb), node, is_required);
}

enum mu_requires
mu_action_requires(const struct mu_sched_action *action)
{
    if (!action->resource ||
        (action->verb != MU_VERB_START && action->verb != MU_VERB_PROMOTE)) {
        return MU_REQUIRES_NOTHING;
    }
    return action->resource->traits->requires;
}

static void
runnable_update(struct mu_sched *sched, struct mu_sched_action *action)
{
    const uint32_t runnable = MU_FLAG_RUNNABLE;
    struct mu_sched_resource *resource = action->resource;
    struct mu_sched_node *node;

    if (mu_action_has(action, MU_FLAG_PSEUDO)) {
        return;
    }
    if (action->node == MU_STATE_NONE) {
        mu_action_clear(action, runnable);
        return;
    }
    node = &sched->nodes[action->node];
    if (!node->is_online) {
        mu_action_clear(action, runnable);
        if (resource->is_managed && action->verb == MU_VERB_STOP &&
            !node->is_unclean) {
            mu_node_state_set_unclean(sched, action->node,
                                      mu_text_make(sched->arena,
                                                   "%s cannot be stopped there",
                                                   resource->id));
        }
        return;
    }
    if (node->is_pending) {
        mu_action_clear(action, runnable);
        return;
    }
    if (mu_action_requires(action) == MU_REQUIRES_NOTHING) {
        mu_action_set(action, runnable);
        return;
    }
    switch (policy_effective(sched, resource)) {
    case MU_QUORUM_STOP:
        mu_action_clear(action, runnable);
        break;
    case MU_QUORUM_FREEZE:
        if (!is_active(resource) || resource->next_role > resource->role) {
            mu_action_clear(action, runnable);
        }
        break;
    case MU_QUORUM_IGNORE:
    case MU_QUORUM_DEMOTE:
    case MU_QUORUM_FENCE:
        mu_action_set(action, runnable);
        break;
    }
}

static enum mu_quorum_policy
policy_effective(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    enum mu_quorum_policy policy = sched->quorum_policy;

    if (sched->is_quorate) {
        return MU_QUORUM_IGNORE;
    }
    if (policy != MU_QUORUM_DEMOTE) {
        return policy;
    }
    if (resource->role != MU_ROLE_PROMOTED &&
        resource->role != MU_ROLE_UNPROMOTED) {
        return MU_QUORUM_STOP;
    }
    if (resource->next_role > MU_ROLE_UNPROMOTED) {
        resource->next_role = MU_ROLE_UNPROMOTED;
    }
    return MU_QUORUM_IGNORE;
}

/* Active everywhere it is recorded, on nodes that can be trusted. */
static bool
is_active(const struct mu_sched_resource *resource)
{
    return resource->running_on.count > 0;
}
