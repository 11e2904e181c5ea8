/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/transition.h"

#include "base/text.h"
#include "model/names.h"
#include "sched/action.h"
#include "sched/clone.h"
#include "sched/explain.h"
#include "sched/group.h"
#include "sched/migrate.h"
#include "sched/order.h"
#include "sched/recurring.h"
#include "sched/unfence.h"
#include "sched/utilization.h"

enum step {
    STEP_NONE,
    STEP_START,
    STEP_STOP,
    STEP_PROMOTE,
    STEP_DEMOTE,
};

/* What a primitive's steps depend on. */
struct move {
    uint32_t current; /* Where it is active, or NONE. */
    uint32_t active_count;
    uint32_t clean_count; /* On nodes that are not to be fenced. */
    bool needs_stop;
    bool needs_promote;
    bool is_moving;
    bool may_migrate;
};

static void primitive_act(struct mu_sched *sched,
                          struct mu_sched_resource *resource);
static void primitive_order(struct mu_sched *sched,
                            struct mu_sched_resource *resource);
static void current_find(struct mu_sched *sched,
                         const struct mu_sched_resource *resource,
                         struct move *move);
static bool is_multiply_active(struct mu_sched *sched,
                               struct mu_sched_resource *resource,
                               struct move *move);
static void restart_judge(struct mu_sched *sched,
                          struct mu_sched_resource *resource,
                          struct move *move);
static void steps_restart(struct mu_sched *sched,
                          struct mu_sched_resource *resource,
                          const struct move *move);
static void steps_to_next(struct mu_sched *sched,
                          struct mu_sched_resource *resource);
static void step_do(struct mu_sched *sched, struct mu_sched_resource *resource,
                    enum step step, const struct move *move, bool is_required);
static void stop_all(struct mu_sched *sched, struct mu_sched_resource *resource,
                     bool is_required);
static void start_on(struct mu_sched *sched, struct mu_sched_resource *resource,
                     uint32_t node, bool is_required);
static void promote_on(struct mu_sched *sched,
                       struct mu_sched_resource *resource, uint32_t node,
                       bool is_required);
static void demote_all(struct mu_sched *sched,
                       struct mu_sched_resource *resource, bool is_required);
static bool is_expected(const struct mu_sched_resource *resource,
                        uint32_t node);
static enum mu_role role_toward(enum mu_role from, enum mu_role to);
static enum step step_between(enum mu_role from, enum mu_role to);
static void stop_follow(struct mu_sched *sched,
                        const struct mu_sched_resource *resource,
                        struct mu_sched_action *start);
static void restart_follow(struct mu_sched *sched,
                           const struct mu_sched_resource *resource,
                           struct mu_sched_action *stop);
static void demotes_follow(struct mu_sched *sched,
                           const struct mu_sched_resource *resource,
                           const struct mu_sched_action *stop);
static const char *stop_cause(struct mu_sched *sched,
                              const struct mu_sched_resource *resource,
                              uint32_t node);

void
mu_transition_act(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        primitive_act(sched, resource);
        break;
    case MU_RESOURCE_GROUP:
        mu_group_act(sched, resource);
        break;
    case MU_RESOURCE_CLONE:
        mu_clone_act(sched, resource);
        break;
    case MU_RESOURCE_BUNDLE:
        break;
    }
}

void
mu_transition_order(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        primitive_order(sched, resource);
        break;
    case MU_RESOURCE_GROUP:
        mu_group_order(sched, resource);
        break;
    case MU_RESOURCE_CLONE:
        mu_clone_order(sched, resource);
        break;
    case MU_RESOURCE_BUNDLE:
        break;
    }
}

static void
primitive_order(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    struct mu_sched_resource *top = mu_state_top(resource);

    if (!resource->is_managed) {
        return;
    }
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_STOP),
                  mu_order_end(resource, MU_VERB_START),
                  MU_ORDER_ORDERED | MU_ORDER_FIRST_IMPLIES_THEN |
                      MU_ORDER_RESTART);
    if ((mu_state_is_clone(top) && top->traits->is_promotable) ||
        resource->role > MU_ROLE_UNPROMOTED) {
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_DEMOTE),
                      mu_order_end(resource, MU_VERB_STOP),
                      MU_ORDER_PROMOTED_IMPLIES_FIRST);
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_START),
                      mu_order_end(resource, MU_VERB_PROMOTE),
                      MU_ORDER_UNRUNNABLE_BLOCKS);
    }
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_DELETE),
                  mu_order_end(resource, MU_VERB_MONITOR),
                  MU_ORDER_SAME_NODE | MU_ORDER_THEN_CANCELS_FIRST);
    mu_unfence_order(sched, resource);
    mu_utilization_order(sched, resource);
}

static void
primitive_act(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    struct move move = {.current = MU_STATE_NONE};

    if (resource->next_role == MU_ROLE_UNKNOWN) {
        resource->next_role = resource->assigned == MU_STATE_NONE
                                  ? MU_ROLE_STOPPED
                                  : MU_ROLE_STARTED;
    }
    current_find(sched, resource, &move);
    mu_migrate_abort_dangling(sched, resource);
    if (move.current != MU_STATE_NONE && resource->assigned != MU_STATE_NONE &&
        move.current != resource->assigned &&
        resource->next_role >= MU_ROLE_STARTED) {
        move.is_moving = true;
        move.needs_stop = true;
        move.may_migrate =
            mu_migrate_is_possible(sched, resource, move.current);
    }
    if (is_multiply_active(sched, resource, &move)) {
        resource->is_multiply_active = true;
        if (resource->traits->multiple_active == MU_MULTIPLE_STOP_START) {
            move.needs_stop = true;
        }
        if (resource->traits->multiple_active == MU_MULTIPLE_STOP_UNEXPECTED) {
            move.needs_stop = true;
            resource->is_stop_unexpected = true;
        }
        resource->migrate_source = MU_STATE_NONE;
        resource->migrate_target = MU_STATE_NONE;
        move.may_migrate = false;
    }
    if (resource->is_start_pending && move.current != MU_STATE_NONE &&
        move.current == resource->assigned) {
        struct mu_sched_action *start =
            mu_action_of(sched, resource, MU_VERB_START, move.current, false);

        start->flags |= MU_FLAG_ALWAYS;
        mu_explain_cause(sched, start, "its start has not been answered");
    }
    if (resource->is_stop_pending && move.current != MU_STATE_NONE) {
        /* Where it stays after all it has to be started again. */
        move.needs_stop = true;
    }
    restart_judge(sched, resource, &move);
    steps_restart(sched, resource, &move);
    steps_to_next(sched, resource);
    mu_recurring_act(sched, resource);
    if (move.may_migrate) {
        mu_migrate_act(sched, resource, move.current);
    }
}

static void
current_find(struct mu_sched *sched, const struct mu_sched_resource *resource,
             struct move *move)
{
    move->current = mu_state_current_node(sched, resource);
    move->active_count = (uint32_t)resource->running_on.count;
    for (size_t i = 0; i < resource->running_on.count; i++) {
        move->clean_count +=
            mu_state_is_well(&sched->nodes[resource->running_on.items[i]]);
    }
}

static bool
is_multiply_active(struct mu_sched *sched, struct mu_sched_resource *resource,
                   struct move *move)
{
    (void)sched;
    if (move->may_migrate && resource->migrate_source != MU_STATE_NONE &&
        resource->migrate_target != MU_STATE_NONE &&
        resource->assigned == resource->migrate_target &&
        move->current == resource->migrate_source) {
        return move->active_count > 2; /* The migration goes on. */
    }
    if (resource->migrate_source != MU_STATE_NONE ||
        resource->migrate_target != MU_STATE_NONE) {
        bool is_elsewhere = move->active_count > 2;

        /* It cannot go on as it was begun. */
        resource->migrate_source = MU_STATE_NONE;
        resource->migrate_target = MU_STATE_NONE;
        move->may_migrate = false;
        if (!is_elsewhere) {
            move->needs_stop = true;
        }
        return is_elsewhere;
    }
    if (resource->traits->requires == MU_REQUIRES_FENCING ||
        resource->traits->requires == MU_REQUIRES_UNFENCING) {
        return move->active_count > 1;
    }
    return move->clean_count > 1;
}

static void
restart_judge(struct mu_sched *sched, struct mu_sched_resource *resource,
              struct move *move)
{
    if (move->is_moving) {
        move->needs_stop = true;
    } else if (resource->is_failed) {
        if (resource->is_demote_on_fail) {
            /* The answer is a demote, and if it shall be, a promote again. */
            move->needs_promote = resource->next_role == MU_ROLE_PROMOTED;
        } else {
            move->needs_stop = true;
        }
    } else if (resource->is_blocked) {
        move->needs_stop = true;
    } else if (resource->role > MU_ROLE_STARTED &&
               move->current != MU_STATE_NONE &&
               resource->assigned != MU_STATE_NONE) {
        struct mu_sched_action *start = mu_action_of(
            sched, resource, MU_VERB_START, resource->assigned, false);

        if (!mu_action_has(start, MU_FLAG_OPTIONAL)) {
            move->needs_stop = true;
        }
    }
}

/* Down from the role it has, and up to the same role again. */
static void
steps_restart(struct mu_sched *sched, struct mu_sched_resource *resource,
              const struct move *move)
{
    enum mu_role role = resource->role;
    struct move up = *move;

    resource->is_restarting = true;
    while (role != MU_ROLE_STOPPED && role != MU_ROLE_UNKNOWN) {
        enum mu_role next = role_toward(role, MU_ROLE_STOPPED);

        step_do(sched, resource, step_between(role, next), move,
                move->needs_stop);
        role = next;
    }
    up.current = resource->assigned;
    while (resource->role <= resource->next_role && role != resource->role &&
           !resource->is_blocked) {
        enum mu_role next = role_toward(role, resource->role);

        step_do(sched, resource, step_between(role, next), &up,
                move->needs_stop ||
                    (next == MU_ROLE_PROMOTED && move->needs_promote));
        role = next;
    }
    resource->is_restarting = false;
}

static void
steps_to_next(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    enum mu_role role = resource->role;
    struct move move = {.current = resource->assigned};

    while (role != resource->next_role) {
        enum mu_role next = role_toward(role, resource->next_role);

        step_do(sched, resource, step_between(role, next), &move, true);
        if (next == role) {
            break;
        }
        role = next;
    }
}

static enum mu_role
role_toward(enum mu_role from, enum mu_role to)
{
    static const enum mu_role next[5][5] = {
        [MU_ROLE_UNKNOWN] = {MU_ROLE_UNKNOWN, MU_ROLE_STOPPED, MU_ROLE_STOPPED,
                             MU_ROLE_STOPPED, MU_ROLE_STOPPED},
        [MU_ROLE_STOPPED] = {MU_ROLE_STOPPED, MU_ROLE_STOPPED, MU_ROLE_STARTED,
                             MU_ROLE_UNPROMOTED, MU_ROLE_UNPROMOTED},
        [MU_ROLE_STARTED] = {MU_ROLE_STOPPED, MU_ROLE_STOPPED, MU_ROLE_STARTED,
                             MU_ROLE_UNPROMOTED, MU_ROLE_PROMOTED},
        [MU_ROLE_UNPROMOTED] = {MU_ROLE_STOPPED, MU_ROLE_STOPPED,
                                MU_ROLE_STOPPED, MU_ROLE_UNPROMOTED,
                                MU_ROLE_PROMOTED},
        [MU_ROLE_PROMOTED] = {MU_ROLE_STOPPED, MU_ROLE_UNPROMOTED,
                              MU_ROLE_UNPROMOTED, MU_ROLE_UNPROMOTED,
                              MU_ROLE_PROMOTED},
    };

    return next[from][to];
}

static enum step
step_between(enum mu_role from, enum mu_role to)
{
    if (from == to) {
        return STEP_NONE;
    }
    if (from == MU_ROLE_PROMOTED) {
        return STEP_DEMOTE;
    }
    if (to == MU_ROLE_PROMOTED) {
        return STEP_PROMOTE;
    }
    if (to == MU_ROLE_STOPPED || from == MU_ROLE_UNPROMOTED ||
        from == MU_ROLE_UNKNOWN) {
        return STEP_STOP;
    }
    return from == MU_ROLE_STOPPED ? STEP_START : STEP_NONE;
}

static void
step_do(struct mu_sched *sched, struct mu_sched_resource *resource,
        enum step step, const struct move *move, bool is_required)
{
    switch (step) {
    case STEP_NONE:
        break;
    case STEP_START:
        start_on(sched, resource, move->current, is_required);
        break;
    case STEP_STOP:
        stop_all(sched, resource, is_required);
        break;
    case STEP_PROMOTE:
        promote_on(sched, resource, move->current, is_required);
        break;
    case STEP_DEMOTE:
        demote_all(sched, resource, is_required);
        break;
    }
}

/* Only the unexpected instances are stopped if that is the policy. Where it is
 * to run but does not yet it has to be started. */
static bool
is_expected(const struct mu_sched_resource *resource, uint32_t node)
{
    if (!resource->is_stop_unexpected || !resource->is_restarting ||
        resource->next_role <= MU_ROLE_STOPPED || resource->assigned != node) {
        return false;
    }
    for (size_t i = 0; i < resource->running_on.count; i++) {
        if (resource->running_on.items[i] == node) {
            return true;
        }
    }
    return false;
}

static void
stop_all(struct mu_sched *sched, struct mu_sched_resource *resource,
         bool is_required)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        uint32_t node = resource->running_on.items[i];
        struct mu_sched_action *stop;

        if (is_expected(resource, node)) {
            continue;
        }
        if (resource->migrate_target != MU_STATE_NONE) {
            if (node == resource->migrate_target &&
                node == resource->assigned) {
                continue; /* The migration goes on to there. */
            }
            is_required = true;
        }
        stop = mu_action_of(sched, resource, MU_VERB_STOP, node, is_required);
        if (!mu_action_has(stop, MU_FLAG_OPTIONAL)) {
            mu_explain_cause(sched, stop, stop_cause(sched, resource, node));
            if (resource->assigned != node && !sched->nodes[node].is_unclean) {
                mu_explain_place(sched, stop);
            }
            restart_follow(sched, resource, stop);
            demotes_follow(sched, resource, stop);
        }
        if (!resource->is_managed) {
            stop->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
        }
        if (sched->options->remove_after_stop) {
            mu_recurring_delete_history(sched, resource, node, is_required);
        }
    }
}

/* What has to be started anew is stopped for that. */
static void
restart_follow(struct mu_sched *sched, const struct mu_sched_resource *resource,
               struct mu_sched_action *stop)
{
    const struct mu_sched_action *start =
        mu_action_find(resource, mu_key(MU_VERB_START), resource->assigned);

    if (start && !mu_action_has(start, MU_FLAG_OPTIONAL)) {
        mu_explain_follow(sched, stop, start, NULL, true);
    }
}

/* What is promoted is demoted because it is to be stopped. */
static void
demotes_follow(struct mu_sched *sched, const struct mu_sched_resource *resource,
               const struct mu_sched_action *stop)
{
    struct mu_sched_action *demote =
        mu_action_find(resource, mu_key(MU_VERB_DEMOTE), stop->node);

    if (demote) {
        mu_explain_follow(sched, demote, stop, NULL, true);
    }
}

static const char *
stop_cause(struct mu_sched *sched, const struct mu_sched_resource *resource,
           uint32_t node)
{
    const struct mu_sched_node *where = &sched->nodes[node];

    if (!(sched->flags & MU_SCHED_REASONS)) {
        return NULL;
    }
    if (resource->is_target_stopped) {
        return "its target-role is Stopped";
    }
    if (resource->is_removed) {
        return resource->config == MU_STATE_NONE
                   ? "it is no longer in the configuration"
                   : NULL; /* An instance too many: its place tells. */
    }
    if (where->is_standby_on_fail) {
        return mu_text_make(sched->arena,
                            "node %s is in standby because %s "
                            "(on-fail=standby)",
                            where->name, where->standby_cause);
    }
    if (where->is_standby) {
        return mu_text_make(sched->arena, "node %s is in standby", where->name);
    }
    if (where->is_unclean) {
        return NULL; /* Fencing tells. */
    }
    if (where->is_shutting_down) {
        return mu_text_make(sched->arena, "node %s shuts down", where->name);
    }
    if (resource->is_failed) {
        return mu_names_failure(sched->arena, resource->failed_op);
    }
    if (resource->is_stop_pending) {
        return "its stop has not been answered";
    }
    if (resource->migrate_target != MU_STATE_NONE) {
        return mu_text_make(sched->arena,
                            "its migration to %s was not finished",
                            sched->nodes[resource->migrate_target].name);
    }
    return resource->is_multiply_active || resource->running_on.count > 1
               ? "it was active on more than one node"
               : NULL;
}

/* What starts where it did not run is stopped elsewhere first. */
static void
stop_follow(struct mu_sched *sched, const struct mu_sched_resource *resource,
            struct mu_sched_action *start)
{
    const struct mu_sched_action *stop = mu_action_find(
        resource, mu_key(MU_VERB_STOP), mu_state_current_node(sched, resource));

    if (stop && !mu_action_has(stop, MU_FLAG_OPTIONAL)) {
        mu_explain_follow(sched, start, stop, NULL, false);
    }
}

static void
start_on(struct mu_sched *sched, struct mu_sched_resource *resource,
         uint32_t node, bool is_required)
{
    struct mu_sched_action *start =
        mu_action_of(sched, resource, MU_VERB_START, node, false);

    mu_unfence_before(sched, resource, node, start,
                      MU_ORDER_FIRST_IMPLIES_THEN);
    if (mu_action_has(start, MU_FLAG_RUNNABLE) && is_required &&
        resource->is_managed) {
        mu_action_require(start);
        if (resource->running_on.count == 0) {
            mu_explain_place(sched, start);
        } else {
            stop_follow(sched, resource, start);
            mu_explain_place(sched, start);
        }
    }
    if (is_expected(resource, node)) {
        start->flags |= MU_FLAG_PSEUDO;
    }
}

static void
promote_on(struct mu_sched *sched, struct mu_sched_resource *resource,
           uint32_t node, bool is_required)
{
    struct mu_sched_action *start =
        mu_action_find(resource, mu_key(MU_VERB_START), node);
    struct mu_sched_action *promote;

    if (start && !mu_action_has(start, MU_FLAG_RUNNABLE)) {
        for (promote = mu_action_find(resource, mu_key(MU_VERB_PROMOTE), node);
             promote; promote = mu_action_find_next(promote)) {
            promote->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
            mu_explain_block(sched, promote, start, NULL, false);
        }
        return;
    }
    promote = mu_action_of(sched, resource, MU_VERB_PROMOTE, node, is_required);
    if (is_required) {
        mu_explain_place(sched, promote);
    }
    if (is_expected(resource, node)) {
        promote->flags |= MU_FLAG_PSEUDO;
    }
}

static void
demote_all(struct mu_sched *sched, struct mu_sched_resource *resource,
           bool is_required)
{
    for (size_t i = 0; i < resource->running_on.count; i++) {
        uint32_t node = resource->running_on.items[i];

        if (!is_expected(resource, node)) {
            struct mu_sched_action *demote = mu_action_of(
                sched, resource, MU_VERB_DEMOTE, node, is_required);

            if (!mu_action_has(demote, MU_FLAG_OPTIONAL) &&
                resource->is_demote_on_fail) {
                mu_explain_cause(
                    sched, demote,
                    mu_names_failure(sched->arena, resource->failed_op));
            } else if (is_required &&
                       resource->next_role == MU_ROLE_UNPROMOTED) {
                mu_explain_place(sched, demote);
            }
        }
    }
}
