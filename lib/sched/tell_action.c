/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions: why they are to be done, back to what began it. */

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/group_verb.h"
#include "sched/tell.h"

enum { CHAIN_LENGTH_MAX = 64 };

static const char *own_text(const struct mu_why *why, struct mu_sched *sched,
                            const struct mu_sched_action *action);
static const char *same_text(const struct mu_why *why, struct mu_sched *sched,
                             const struct mu_sched_action *action);
static const char *order_label(struct mu_sched *sched,
                               const struct mu_sched_action *action);
static const char *order_text(struct mu_sched *sched,
                              const struct mu_sched_action *action);
static const struct mu_sched_action *
root_of(const struct mu_sched_action *action);
static const char *verb_word(enum mu_verb verb);
static const char *told_word(enum mu_verb verb, bool is_before);
static const char *link_text(struct mu_sched *sched,
                             const struct mu_sched_action *action,
                             const struct mu_sched_action *at);
static const char *few_text(struct mu_sched *sched,
                            const struct mu_sched_action *point);
static const char *end_text(const struct mu_why *why, struct mu_sched *sched,
                            const struct mu_sched_action *action);
static const char *cannot_word(enum mu_verb verb);
static const struct mu_sched_resource *
group_of(const struct mu_sched_resource *a, const struct mu_sched_resource *b);

const char *
mu_tell_cause(const struct mu_why *why, struct mu_sched *sched,
             const struct mu_sched_action *action)
{
    const struct mu_sched_action *root;
    const char *own;

    if (!action->because) {
        return action->cause;
    }
    own = own_text(why, sched, action);
    if (action->verb == MU_VERB_NOTIFY) {
        return own; /* What it is about tells the rest. */
    }
    root = root_of(action);
    if (!root->cause) {
        return own;
    }
    if (root->is_by_place && root->resource == action->resource) {
        return root->cause; /* It tells the whole move. */
    }
    if (root->resource && root->resource != action->resource) {
        return mu_text_make(sched->arena, "%s; %s: %s", own, root->resource->id,
                            root->cause);
    }
    if (root->verb == MU_VERB_FENCE && root != action->because) {
        return mu_text_make(sched->arena, "%s; node %s is fenced: %s", own,
                            sched->nodes[root->node].name, root->cause);
    }
    return mu_text_make(sched->arena, "%s: %s", own, root->cause);
}

/* What began it: the last of the chain. */
static const struct mu_sched_action *
root_of(const struct mu_sched_action *action)
{
    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        const struct mu_sched_action *next = mu_tell_next(action);

        if (!next) {
            break;
        }
        action = next;
    }
    return action;
}

const struct mu_sched_action *
mu_tell_next(const struct mu_sched_action *action)
{
    const struct mu_sched_resource *whole = action->resource;
    enum mu_verb verb;

    if (action->because || !whole || whole->children_count == 0) {
        return action->because;
    }
    verb = mu_group_member_verb(action->verb);
    for (uint32_t i = 0; i < whole->children_count; i++) {
        const struct mu_sched_action *part =
            mu_action_find(whole->children[i], mu_key(verb), MU_STATE_NONE);

        while (part && mu_action_has(part, MU_FLAG_OPTIONAL)) {
            part = mu_action_find_next(part);
        }
        if (part) {
            return part;
        }
    }
    return NULL;
}

static const char *
own_text(const struct mu_why *why, struct mu_sched *sched,
         const struct mu_sched_action *action)
{
    const struct mu_sched_action *first = action->because;

    if (action->verb == MU_VERB_NOTIFY) {
        return mu_text_make(
            sched->arena, "it is told that instances of %s %s",
            mu_state_top(action->resource)->id,
            told_word(mu_key_about(action->key), action->is_before));
    }
    if (first->verb == MU_VERB_FENCE) {
        return mu_text_make(sched->arena, "node %s is fenced",
                            sched->nodes[first->node].name);
    }
    if (first->verb == MU_VERB_SHUTDOWN) {
        return mu_text_make(sched->arena, "node %s shuts down",
                            sched->nodes[first->node].name);
    }
    if (first->resource == action->resource) {
        return same_text(why, sched, action);
    }
    return order_text(sched, action);
}

/* Steps of one resource follow from each other. */
static const char *
same_text(const struct mu_why *why, struct mu_sched *sched,
          const struct mu_sched_action *action)
{
    const struct mu_sched_action *first = action->because;

    if (action->verb == MU_VERB_STOP && first->verb == MU_VERB_START &&
        !mu_action_has(first, MU_FLAG_RUNNABLE)) {
        const char *block = mu_tell_block(why, sched, first);

        return mu_text_make(sched->arena, "it cannot be started again%s%s",
                            block ? ": " : "", block ? block : "");
    }

    if (action->verb == MU_VERB_START && first->verb == MU_VERB_STOP) {
        return first->node == action->node
                   ? "it is restarted"
                   : mu_text_make(sched->arena, "it moves here from %s",
                                  sched->nodes[first->node].name);
    }
    if (action->verb == MU_VERB_STOP && first->verb == MU_VERB_START &&
        first->because && first->because->resource &&
        first->because->resource != action->resource) {
        return mu_text_make(sched->arena, "%sit is restarted with %s",
                            order_label(sched, first),
                            first->because->resource->id);
    }
    if (action->verb == MU_VERB_STOP && first->verb == MU_VERB_START) {
        return first->node == action->node || first->node == MU_STATE_NONE
                   ? "it is restarted"
                   : mu_text_make(sched->arena, "it moves to %s",
                                  sched->nodes[first->node].name);
    }
    if (action->verb == MU_VERB_DEMOTE) {
        return "it is demoted before it stops";
    }
    if (action->verb == MU_VERB_PROMOTE) {
        return "it is promoted again";
    }
    return mu_text_make(sched->arena, "it %s", verb_word(first->verb));
}

/* "order ID: ", "group ID: " or nothing. */
static const char *
order_label(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_resource *group =
        group_of(action->resource, action->because->resource);

    if (action->because_of) {
        return mu_text_make(sched->arena, "order %s: ", action->because_of);
    }
    return group ? mu_text_make(sched->arena, "group %s: ", group->id) : "";
}

static const char *
order_text(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_action *first = action->because;

    if (first->verb == MU_VERB_UNFENCE) {
        return mu_text_make(sched->arena, "node %s is unfenced",
                            sched->nodes[first->node].name);
    }
    if (!first->resource) {
        return mu_text_make(sched->arena,
                            "%sit waits for those that come first",
                            order_label(sched, action));
    }
    return mu_text_make(
        sched->arena, "%sit %s %s %s %s", order_label(sched, action),
        verb_word(action->verb), action->is_before ? "before" : "after",
        first->resource->id, verb_word(mu_key_about(first->key)));
}

/* The group that both are in, or one is and the other stands for, or null. */
static const struct mu_sched_resource *
group_of(const struct mu_sched_resource *a, const struct mu_sched_resource *b)
{
    if (!a || !b) {
        return NULL;
    }
    if (a->parent && a->parent->kind == MU_RESOURCE_GROUP &&
        (a->parent == b->parent || a->parent == b)) {
        return a->parent;
    }
    return b->parent == a && a->kind == MU_RESOURCE_GROUP ? a : NULL;
}

/* An action is blocked by what is inside its own group or clone as well: the
 * reason is the first one that is elsewhere, or that a constraint names. What
 * is at the end of the chain is to blame. */
const char *
mu_tell_block(const struct mu_why *why, struct mu_sched *sched,
             const struct mu_sched_action *action)
{
    const struct mu_sched_action *at = action;
    const char *root;

    for (unsigned i = 0; at->blocker && i < CHAIN_LENGTH_MAX; i++) {
        const char *text = link_text(sched, action, at);

        if (text) {
            root = end_text(why, sched, at->blocker);
            return root ? mu_text_make(sched->arena, "%s: %s", text, root)
                        : text;
        }
        at = at->blocker;
    }
    return end_text(why, sched, at);
}

/* What blocks 'at', if that is worth telling of 'action'; or null. */
static const char *
link_text(struct mu_sched *sched, const struct mu_sched_action *action,
          const struct mu_sched_action *at)
{
    const struct mu_sched_action *next = at->blocker;
    const struct mu_sched_resource *group;

    if (at->blocked_by && !next->resource) {
        return mu_text_make(sched->arena, "order %s: %s", at->blocked_by,
                            few_text(sched, next));
    }
    if (at->blocked_by) {
        return mu_text_make(sched->arena, "%s %s: %s%s %s",
                            at->is_blocked_together ? "colocation" : "order",
                            at->blocked_by,
                            at->is_blocked_together ? "" : "first ",
                            next->resource->id, cannot_word(next->verb));
    }
    group = group_of(action->resource, next->resource);
    if (group && next->resource != group) {
        return mu_text_make(sched->arena, "group %s: first %s %s", group->id,
                            next->resource->id, cannot_word(next->verb));
    }
    if (next->verb == MU_VERB_FENCE) {
        return mu_text_make(sched->arena, "node %s cannot be fenced",
                            sched->nodes[next->node].name);
    }
    if (next->verb == MU_VERB_UNFENCE) {
        return mu_text_make(sched->arena, "node %s cannot be unfenced",
                            sched->nodes[next->node].name);
    }
    if (next->resource == action->resource && next->verb == MU_VERB_STOP &&
        next->node != MU_STATE_NONE) {
        return mu_text_make(sched->arena, "it cannot be stopped on %s",
                            sched->nodes[next->node].name);
    }
    return NULL;
}

/* What a point waits for in vain: enough instances of a clone, or any of a
 * set. */
static const char *
few_text(struct mu_sched *sched, const struct mu_sched_action *point)
{
    const struct mu_sched_resource *last = NULL;
    struct mu_text_buffer names;

    mu_text_buffer_init(&names, sched->arena);
    for (const struct mu_edge *edge = point->before; edge;
         edge = edge->next_before) {
        const struct mu_sched_resource *whole =
            edge->first->resource ? mu_state_top(edge->first->resource) : NULL;

        if (whole && whole != last) {
            mu_text_buffer_add(&names, "%s%s", last ? ", " : "", whole->id);
            last = whole;
        }
    }
    return point->required_before > 1
               ? mu_text_make(sched->arena,
                              "first %u instances of %s must start and fewer "
                              "can",
                              point->required_before,
                              names.data ? names.data : "a clone")
               : mu_text_make(sched->arena,
                              "first one of %s must start and none can",
                              names.data ? names.data : "a set");
}

/* Why the last of the chain cannot be done; or null. */
static const char *
end_text(const struct mu_why *why, struct mu_sched *sched,
         const struct mu_sched_action *action)
{
    const struct mu_sched_resource *resource;

    for (unsigned i = 0; action->blocker && i < CHAIN_LENGTH_MAX; i++) {
        action = action->blocker;
    }
    resource = action->resource;
    if (!resource) {
        return NULL;
    }
    if (action->node != MU_STATE_NONE && mu_why_node(why, action->node)) {
        return mu_why_node(why, action->node);
    }
    if (!resource->is_managed && resource->kind == MU_RESOURCE_PRIMITIVE) {
        return "it is not managed";
    }
    if (mu_why_root(why, resource->index)) {
        return mu_why_root(why, resource->index);
    }
    return !sched->is_quorate && sched->quorum_policy != MU_QUORUM_IGNORE &&
                   mu_action_requires(action) != MU_REQUIRES_NOTHING
               ? "this partition does not have quorum"
               : NULL;
}

static const char *
verb_word(enum mu_verb verb)
{
    static const char *const words[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = "starts",        [MU_VERB_RUNNING] = "starts",
        [MU_VERB_STOP] = "stops",          [MU_VERB_STOPPED] = "stops",
        [MU_VERB_PROMOTE] = "is promoted", [MU_VERB_PROMOTED] = "is promoted",
        [MU_VERB_DEMOTE] = "is demoted",   [MU_VERB_DEMOTED] = "is demoted",
        [MU_VERB_MIGRATE_TO] = "moves",    [MU_VERB_MIGRATE_FROM] = "moves",
        [MU_VERB_RELOAD] = "is reloaded",  [MU_VERB_MONITOR] = "is watched",
    };

    return words[verb] ? words[verb] : "acts";
}

/* What a notification says. */
static const char *
told_word(enum mu_verb verb, bool is_before)
{
    static const char *const words[MU_VERB_POINT + 1][2] = {
        [MU_VERB_START] = {"have started", "are about to start"},
        [MU_VERB_STOP] = {"have stopped", "are about to stop"},
        [MU_VERB_PROMOTE] = {"were promoted", "are about to be promoted"},
        [MU_VERB_DEMOTE] = {"were demoted", "are about to be demoted"},
    };

    return words[verb][is_before];
}

static const char *
cannot_word(enum mu_verb verb)
{
    static const char *const words[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = "must start and cannot",
        [MU_VERB_RUNNING] = "must start and cannot",
        [MU_VERB_STOP] = "must stop and cannot",
        [MU_VERB_STOPPED] = "must stop and cannot",
        [MU_VERB_PROMOTE] = "must be promoted and cannot",
        [MU_VERB_PROMOTED] = "must be promoted and cannot",
        [MU_VERB_DEMOTE] = "must be demoted and cannot",
        [MU_VERB_DEMOTED] = "must be demoted and cannot",
    };

    return words[verb] ? words[verb] : "must act and cannot";
}
