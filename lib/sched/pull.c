/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/pull.h"

#include "sched/action.h"
#include "sched/explain.h"
#include "sched/order.h"

static void first_pull(struct mu_sched *sched, const struct mu_pull *pull);
static void one_way_pull(struct mu_sched *sched, const struct mu_pull *pull);
static void restart_pull(struct mu_sched *sched, const struct mu_pull *pull);
static void restart_block(struct mu_sched *sched, const struct mu_pull *pull);

void
mu_pull_apply(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *first = pull->first;
    struct mu_sched_action *then = pull->then;

    if (pull->type & MU_ORDER_ASYMMETRICAL) {
        one_way_pull(sched, pull);
    }
    first_pull(sched, pull);
    if ((pull->type & MU_ORDER_FIRST_IMPLIES_THEN) &&
        (pull->filter & MU_FLAG_OPTIONAL) &&
        mu_action_has(then, MU_FLAG_OPTIONAL) &&
        !(pull->flags & MU_FLAG_OPTIONAL) &&
        !mu_action_has(first, MU_FLAG_MIGRATABLE)) {
        mu_action_require(then);
        mu_explain_follow(sched, then, first, pull->source, false);
    }
    if ((pull->type & MU_ORDER_UNRUNNABLE_BLOCKS) &&
        (pull->filter & MU_FLAG_RUNNABLE) &&
        mu_action_has(then, MU_FLAG_RUNNABLE) &&
        !(pull->flags & MU_FLAG_RUNNABLE)) {
        mu_action_clear(then, MU_FLAG_RUNNABLE | MU_FLAG_MIGRATABLE);
        mu_explain_block(sched, then, first, pull->source, false);
    }
    if (pull->type & MU_ORDER_RESTART) {
        if (!sched->is_blocking_only) {
            restart_pull(sched, pull);
        }
        restart_block(sched, pull);
    }
}

/* What 'then' being required, or impossible, means for 'first'. */
static void
first_pull(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *first = pull->first;
    struct mu_sched_action *then = pull->then;

    if ((pull->type & MU_ORDER_THEN_IMPLIES_FIRST) &&
        !mu_action_has(then, MU_FLAG_OPTIONAL)) {
        if ((pull->filter & MU_FLAG_OPTIONAL) &&
            !(pull->flags & MU_FLAG_OPTIONAL) &&
            mu_action_has(first, MU_FLAG_OPTIONAL)) {
            mu_action_require(first);
            mu_explain_follow(sched, first, then, pull->source, true);
        }
        if ((pull->flags & MU_FLAG_MIGRATABLE) &&
            !mu_action_has(then, MU_FLAG_MIGRATABLE)) {
            mu_action_clear(first, MU_FLAG_MIGRATABLE);
        }
    }
    if ((pull->type & MU_ORDER_PROMOTED_IMPLIES_FIRST) && then->resource &&
        then->resource->role == MU_ROLE_PROMOTED &&
        (pull->filter & MU_FLAG_OPTIONAL) &&
        !mu_action_has(then, MU_FLAG_OPTIONAL)) {
        mu_action_require(first);
        mu_explain_follow(sched, first, then, pull->source, true);
        if (mu_action_has(first, MU_FLAG_MIGRATABLE) &&
            !mu_action_has(then, MU_FLAG_MIGRATABLE)) {
            mu_action_clear(first, MU_FLAG_MIGRATABLE);
        }
    }
    if ((pull->type & MU_ORDER_UNMIGRATABLE_BLOCKS) &&
        (pull->filter & MU_FLAG_OPTIONAL)) {
        if (!mu_action_has(then, MU_FLAG_MIGRATABLE | MU_FLAG_RUNNABLE)) {
            mu_action_clear(first, MU_FLAG_RUNNABLE);
        }
        if (!mu_action_has(then, MU_FLAG_OPTIONAL)) {
            mu_action_require(first);
        }
    }
}

/* One way only: what cannot be done still blocks what comes after, unless that
 * is there already. */
static void
one_way_pull(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *then = pull->then;

    if (!then->resource || mu_action_has(pull->first, MU_FLAG_RUNNABLE)) {
        return;
    }
    if (mu_action_has(then, MU_FLAG_OPTIONAL)) {
        enum mu_role role = mu_order_state_of(then->resource, true);

        if ((role == MU_ROLE_STOPPED && then->verb == MU_VERB_STOP) ||
            (role >= MU_ROLE_STARTED && then->verb == MU_VERB_START)) {
            return;
        }
    }
    mu_action_clear(then, MU_FLAG_OPTIONAL | MU_FLAG_RUNNABLE);
    mu_explain_block(sched, then, pull->first, pull->source, false);
}

/* A required start needs the stop; a start that cannot be is a stop, too. */
static void
restart_pull(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *first = pull->first;
    struct mu_sched_action *then = pull->then;
    bool is_required = (pull->filter & MU_FLAG_OPTIONAL) &&
                       !mu_action_has(then, MU_FLAG_OPTIONAL);
    bool is_lost = (pull->filter & MU_FLAG_RUNNABLE) &&
                   !mu_action_has(then, MU_FLAG_RUNNABLE) &&
                   then->resource->is_managed &&
                   first->resource == then->resource;

    if (!is_required && !is_lost) {
        return;
    }
    if (mu_action_has(first, MU_FLAG_RUNNABLE) ||
        !mu_action_has(then, MU_FLAG_OPTIONAL)) {
        if (mu_action_has(first, MU_FLAG_OPTIONAL)) {
            mu_action_require(first);
            mu_explain_follow(sched, first, then, pull->source, true);
        }
    }
    if (!mu_action_has(then, MU_FLAG_MIGRATABLE)) {
        mu_action_clear(first, MU_FLAG_MIGRATABLE);
    }
}

/* What cannot be stopped is not started anew. */
static void
restart_block(struct mu_sched *sched, const struct mu_pull *pull)
{
    struct mu_sched_action *first = pull->first;
    struct mu_sched_action *then = pull->then;

    if (!mu_action_has(then, MU_FLAG_OPTIONAL) &&
        !mu_action_has(first, MU_FLAG_OPTIONAL) &&
        !mu_action_has(first, MU_FLAG_RUNNABLE)) {
        mu_action_clear(then, MU_FLAG_RUNNABLE);
        mu_explain_block(sched, then, first, pull->source, false);
    }
}
