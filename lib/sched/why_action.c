/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions: why they are to be done, back to what began it. */

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/explain.h"
#include "sched/why.h"

enum { CHAIN_LENGTH_MAX = 64 };

static const char *own_text(struct mu_sched *sched,
                            const struct mu_sched_action *action);
static const char *same_text(struct mu_sched *sched,
                             const struct mu_sched_action *action);
static const char *order_label(struct mu_sched *sched,
                               const struct mu_sched_action *action);
static const char *order_text(struct mu_sched *sched,
                              const struct mu_sched_action *action);
static const struct mu_sched_action *
root_of(const struct mu_sched_action *action);
static const char *verb_word(enum mu_verb verb);
static const char *cannot_word(enum mu_verb verb);
static const struct mu_sched_resource *
group_of(const struct mu_sched_resource *a, const struct mu_sched_resource *b);

const char *
mu_why_cause(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_action *root;
    const char *own;

    if (!action->because) {
        return action->cause;
    }
    own = own_text(sched, action);
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
        const struct mu_sched_action *next = mu_explain_next(action);

        if (!next) {
            break;
        }
        action = next;
    }
    return action;
}

static const char *
own_text(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_action *first = action->because;

    if (first->verb == MU_VERB_FENCE) {
        return mu_text_make(sched->arena, "node %s is fenced",
                            sched->nodes[first->node].name);
    }
    if (first->verb == MU_VERB_SHUTDOWN) {
        return mu_text_make(sched->arena, "node %s shuts down",
                            sched->nodes[first->node].name);
    }
    if (first->resource == action->resource) {
        return same_text(sched, action);
    }
    return order_text(sched, action);
}

/* Steps of one resource follow from each other. */
static const char *
same_text(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_action *first = action->because;

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

    if (!first->resource) {
        return mu_text_make(sched->arena, "%sit waits for %s",
                            order_label(sched, action),
                            first->name ? first->name : "something");
    }
    return mu_text_make(sched->arena, "%sit %s %s %s %s",
                        order_label(sched, action), verb_word(action->verb),
                        action->is_before ? "before" : "after",
                        first->resource->id, verb_word(first->verb));
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
 * reason is the first one that is elsewhere, or that an ordering names. */
const char *
mu_why_block(struct mu_sched *sched, const struct mu_sched_action *action)
{
    const struct mu_sched_action *at = action;
    const struct mu_sched_resource *group;

    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        const struct mu_sched_action *next = at->blocker;

        if (!next) {
            return NULL;
        }
        if (at->blocked_by && next->resource) {
            return mu_text_make(sched->arena, "order %s: first %s %s",
                                at->blocked_by, next->resource->id,
                                cannot_word(next->verb));
        }
        group = group_of(action->resource, next->resource);
        if (group && next->resource != group) {
            return mu_text_make(sched->arena, "group %s: first %s %s",
                                group->id, next->resource->id,
                                cannot_word(next->verb));
        }
        if (next->verb == MU_VERB_FENCE) {
            return mu_text_make(sched->arena, "node %s cannot be fenced",
                                sched->nodes[next->node].name);
        }
        if (next->resource == action->resource &&
            next->verb == MU_VERB_STOP && next->node != MU_STATE_NONE) {
            return mu_text_make(sched->arena, "it cannot be stopped on %s",
                                sched->nodes[next->node].name);
        }
        at = next;
    }
    return NULL;
}

static const char *
verb_word(enum mu_verb verb)
{
    static const char *const words[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = "starts",
        [MU_VERB_RUNNING] = "starts",
        [MU_VERB_STOP] = "stops",
        [MU_VERB_STOPPED] = "stops",
        [MU_VERB_PROMOTE] = "is promoted",
        [MU_VERB_PROMOTED] = "is promoted",
        [MU_VERB_DEMOTE] = "is demoted",
        [MU_VERB_DEMOTED] = "is demoted",
        [MU_VERB_MIGRATE_TO] = "moves",
        [MU_VERB_MIGRATE_FROM] = "moves",
    };

    return words[verb] ? words[verb] : "acts";
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
