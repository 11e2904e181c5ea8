/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/history.h"

#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "sched/action.h"
#include "sched/change.h"
#include "sched/explain.h"
#include "sched/history_active.h"
#include "sched/history_find.h"
#include "sched/instance.h"
#include "sched/location_note.h"
#include "sched/lock.h"
#include "sched/migrate.h"
#include "sched/node_state.h"
#include "sched/recurring.h"
#include "sched/setup.h"

static void node_replay(struct mu_sched *sched, uint32_t node);
static void resource_replay(struct mu_sched *sched, uint32_t node, uint32_t at);
static void op_replay(struct mu_history *history);
static bool has_recovered(const struct mu_history *history);
static void op_done(struct mu_history *history, int32_t rc);
static void node_ban(struct mu_history *history);
static void op_pending(struct mu_history *history);
static void op_failed(struct mu_history *history);
static void failure_note(struct mu_history *history, enum mu_answer answer);
static void failure_clear(struct mu_history *history);
static void failed_promotable(struct mu_history *history,
                              enum mu_answer answer);
static bool failure_is_expired(struct mu_history *history);
static bool parameters_changed(struct mu_history *history);
static struct mu_sched_action *failcount_clear(struct mu_history *history,
                                               const char *why);
static void state_apply(struct mu_history *history);
static void answer_apply(struct mu_history *history, enum mu_answer answer);
static void active_apply(struct mu_history *history, enum mu_answer answer);
static bool has_recurring(const struct mu_status_resource *known);
static void recurring_note(struct mu_history *history);
static void target_role_apply(struct mu_sched_resource *resource);
static void known_add(struct mu_sched_resource *resource, uint32_t node);

void
mu_history_run(struct mu_sched *sched)
{
    uint32_t *order =
        mu_arena_new(sched->arena, uint32_t, sched->nodes_count + 1);

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        uint32_t at = i;

        while (at > 0 && sched->nodes[order[at - 1]].status->listed >
                             sched->nodes[i].status->listed) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        struct mu_sched_node *node = &sched->nodes[order[i]];

        /* Without fencing a node that is down runs nothing. */
        if (!node->is_remote && node->status->is_seen &&
            (node->is_online || sched->is_fencing_enabled ||
             sched->options->shutdown_lock)) {
            node_replay(sched, order[i]);
        }
    }
    /* What no history speaks of still has a wanted role. */
    for (size_t i = 0; i < sched->resources.count; i++) {
        target_role_apply(sched->resources.items[i]);
    }
}

static void
node_replay(struct mu_sched *sched, uint32_t node)
{
    const struct mu_status_node *status = sched->nodes[node].status;
    const uint32_t *order = mu_history_order(sched->arena, status);

    for (uint32_t i = 0; i < status->resources_count; i++) {
        resource_replay(sched, node, order[i]);
    }
}

static void
resource_replay(struct mu_sched *sched, uint32_t node, uint32_t at)
{
    const struct mu_status_resource *known =
        &sched->nodes[node].status->resources[at];
    struct mu_history history = {.sched = sched, .node = node, .known = known};
    enum mu_role saved_role;

    if (known->ops_count == 0 && known->shutdown_lock_ms == 0) {
        return;
    }
    history.resource = mu_instance_find(sched, node, known, at);
    if (!history.resource) {
        if (known->ops_count == 0) {
            return;
        }
        history.resource = mu_setup_removed(sched, known);
    }
    if (sched->options->shutdown_lock && known->shutdown_lock_ms != 0) {
        mu_lock_read(sched, node, history.resource, known);
    }
    saved_role = history.resource->role;
    history.resource->role = MU_ROLE_UNKNOWN;
    for (uint32_t i = 0; i < known->ops_count; i++) {
        history.op = &known->ops[i];
        op_replay(&history);
    }
    recurring_note(&history);
    mu_change_note_agent(sched, history.resource, node, known);
    state_apply(&history);
    target_role_apply(history.resource);
    if (saved_role > history.resource->role) {
        history.resource->role = saved_role;
    }
}

static void
target_role_apply(struct mu_sched_resource *resource)
{
    enum mu_role wanted = resource->traits->target_role;

    if (wanted == MU_ROLE_UNKNOWN) {
        return;
    }
    if (wanted > MU_ROLE_STARTED) {
        struct mu_sched_resource *clone = mu_state_clone_of(resource);

        if (clone && clone->traits->is_promotable) {
            if (wanted == MU_ROLE_PROMOTED) {
                return; /* What happens anyway. */
            }
        } else {
            return; /* Only promotable clones have such roles. */
        }
    }
    if (resource->next_role == MU_ROLE_UNKNOWN ||
        wanted < resource->next_role) {
        resource->next_role = wanted;
        resource->is_target_stopped = wanted == MU_ROLE_STOPPED;
    }
}

static void
op_replay(struct mu_history *history)
{
    const struct mu_status_op *op = history->op;
    bool is_expired;
    uint64_t key;

    if (op->task == MU_OP_TASK_NOTIFY || op->task == MU_OP_TASK_META_DATA) {
        return;
    }
    history->status = op->status;
    history->rc = op->rc;
    if (op->status == MU_OP_STATUS_PENDING) {
        op_pending(history);
        return;
    }
    if (op->status == MU_OP_STATUS_CANCELLED) {
        return;
    }
    is_expired =
        op->status != MU_OP_STATUS_NOT_INSTALLED && failure_is_expired(history);
    if (is_expired && op->interval_ms == 0 && op->rc != op->expected_rc) {
        return; /* Long forgotten. */
    }
    mu_history_result_correct(history, is_expired);
    if (is_expired && history->rc != op->expected_rc &&
        history->sched->nodes[history->node].is_online &&
        !history->sched->nodes[history->node].is_unclean) {
        if (op->digest_all && !has_recovered(history) &&
            mu_recurring_key(history->sched, op->name, op->interval_ms, &key)) {
            /* The monitor would not report the same result again: set it up
             * anew. */
            mu_action_get(history->sched, history->resource, key,
                          history->node, false)
                ->flags |= MU_FLAG_RESCHEDULE;
        }
        return;
    }
    if (history->status == MU_OP_STATUS_DONE) {
        if (mu_history_result_is_masked(history)) {
            node_ban(history);
        }
        op_done(history, history->rc);
        return;
    }
    op_failed(history);
}

/* An agent that is missing cannot be started, and after a try could not be
 * stopped either: the node would be fenced for a misspelt name. */
static void
node_ban(struct mu_history *history)
{
    const struct mu_plan_reason missing = {.kind = MU_REASON_UNUSABLE,
                                           .op = history->op};
    struct mu_sched_resource *resource = history->resource;

    mu_location_add(history->sched,
                    resource->is_unique ? resource : mu_state_top(resource),
                    history->node, -MU_SCORE_INFINITY, &missing);
}

/* Tells whether the operation has succeeded since it was set up: its own entry
 * holds what it reported last, that of its failure is kept beside it. */
static bool
has_recovered(const struct mu_history *history)
{
    const struct mu_status_op *failed = history->op;

    for (uint32_t i = 0; i < history->known->ops_count; i++) {
        const struct mu_status_op *op = &history->known->ops[i];

        if (op != failed && op->call_id >= failed->call_id &&
            op->interval_ms == failed->interval_ms &&
            op->rc == op->expected_rc &&
            mu_text_equal(op->name, failed->name)) {
            return true;
        }
    }
    return false;
}

/* An operation that was under way when this was recorded, and is not known to
 * be in flight: it has begun, so it counts as done half. */
static void
op_pending(struct mu_history *history)
{
    struct mu_sched_resource *resource = history->resource;
    const struct mu_status_op *op = history->op;

    if (op->task == MU_OP_TASK_START) {
        resource->is_start_pending = true;
        mu_history_set_active(resource);
    } else if (op->task == MU_OP_TASK_PROMOTE) {
        resource->role = MU_ROLE_PROMOTED;
    } else if (op->task == MU_OP_TASK_MIGRATE_TO &&
               history->sched->nodes[history->node].is_unclean) {
        mu_migrate_stop_target(history->sched, resource, op->migrate_target);
    }
    if (!resource->pending_task && !mu_history_is_probe(op)) {
        resource->pending_task = op->name;
        resource->pending_node = history->node;
    }
}

static void
op_done(struct mu_history *history, int32_t rc)
{
    struct mu_sched_resource *resource = history->resource;
    const struct mu_status_op *op = history->op;
    bool is_clear = false;

    if (rc == MU_RC_NOT_INSTALLED || mu_history_result_is_masked(history)) {
        resource->role = MU_ROLE_STOPPED;
    } else if (rc == MU_RC_NOT_RUNNING) {
        is_clear = true;
    } else if (op->task == MU_OP_TASK_MONITOR) {
        is_clear = history->last_failure &&
                   history->last_failure->task == op->task &&
                   history->last_failure->interval_ms == op->interval_ms;
        if (resource->role < MU_ROLE_STARTED) {
            mu_history_set_active(resource);
        }
    } else if (op->task == MU_OP_TASK_START) {
        resource->role = MU_ROLE_STARTED;
        is_clear = true;
    } else if (op->task == MU_OP_TASK_STOP) {
        resource->role = MU_ROLE_STOPPED;
        is_clear = true;
        if (resource->pending_node == history->node) {
            /* What was pending before is over, like a leftover monitor. */
            resource->pending_task = NULL;
            resource->pending_node = MU_STATE_NONE;
        }
    } else if (op->task == MU_OP_TASK_PROMOTE) {
        resource->role = MU_ROLE_PROMOTED;
        is_clear = true;
    } else if (op->task == MU_OP_TASK_DEMOTE) {
        is_clear = history->answer == MU_ANSWER_DEMOTE;
        resource->role = MU_ROLE_UNPROMOTED;
    } else if (op->task == MU_OP_TASK_MIGRATE_FROM) {
        resource->role = MU_ROLE_STARTED;
        is_clear = true;
    } else if (op->task == MU_OP_TASK_MIGRATE_TO) {
        mu_migrate_read_to_done(history);
    } else if (resource->role < MU_ROLE_STARTED) {
        mu_history_set_active(resource);
    }
    if (is_clear) {
        failure_clear(history);
    }
}

/* Later success makes up for mild failures. */
static void
failure_clear(struct mu_history *history)
{
    switch (history->answer) {
    case MU_ANSWER_STOP:
    case MU_ANSWER_BAN:
    case MU_ANSWER_FENCE:
    case MU_ANSWER_STANDBY:
        break;
    case MU_ANSWER_IGNORE:
    case MU_ANSWER_DEMOTE:
    case MU_ANSWER_RESTART:
    case MU_ANSWER_BLOCK:
        history->answer = MU_ANSWER_IGNORE;
        history->resource->next_role = MU_ROLE_UNKNOWN;
        break;
    }
}

static void
op_failed(struct mu_history *history)
{
    const struct mu_plan_reason hard = {.kind = MU_REASON_UNUSABLE,
                                        .op = history->op};
    const struct mu_plan_reason fatal = {.kind = MU_REASON_MISCONFIGURED,
                                         .op = history->op};
    struct mu_sched *sched = history->sched;
    struct mu_sched_resource *resource = history->resource;
    struct mu_sched_resource *banned =
        resource->is_unique ? resource : mu_state_top(resource);
    enum mu_answer answer =
        mu_failure_answer(sched, resource, history->node, history->op);

    if (history->status == MU_OP_STATUS_NOT_INSTALLED) {
        if (answer == MU_ANSWER_IGNORE) {
            history->answer = MU_ANSWER_BAN;
        }
        mu_location_add(sched, banned, history->node, -MU_SCORE_INFINITY,
                        &hard);
        failure_note(history, answer);
        return;
    }
    if (answer == MU_ANSWER_IGNORE) {
        op_done(history, history->op->expected_rc);
        resource->is_failure_ignored = true;
        return;
    }
    failure_note(history, answer);
    if (history->status == MU_OP_STATUS_ERROR_HARD) {
        mu_location_add(sched, banned, history->node, -MU_SCORE_INFINITY,
                        &hard);
    } else if (history->status == MU_OP_STATUS_ERROR_FATAL) {
        mu_location_add(sched, banned, MU_STATE_NONE, -MU_SCORE_INFINITY,
                        &fatal);
    }
}

static void
failure_note(struct mu_history *history, enum mu_answer answer)
{
    const struct mu_plan_reason stop_failed = {.kind = MU_REASON_STOP_FAILED,
                                               .op = history->op};
    struct mu_sched_resource *resource = history->resource;
    const struct mu_status_op *op = history->op;

    history->last_failure = op;
    if (answer > history->answer) {
        history->answer = answer;
    }
    if (op->task == MU_OP_TASK_STOP) {
        mu_location_add(history->sched, resource, history->node,
                        -MU_SCORE_INFINITY, &stop_failed);
    } else if (op->task == MU_OP_TASK_MIGRATE_TO) {
        mu_migrate_read_to_failed(history);
    } else if (op->task == MU_OP_TASK_MIGRATE_FROM) {
        mu_migrate_read_from_failed(history);
    } else if (op->task == MU_OP_TASK_PROMOTE ||
               op->task == MU_OP_TASK_DEMOTE) {
        failed_promotable(history, answer);
    }
    if (mu_history_is_probe(op) && history->rc == MU_RC_NOT_INSTALLED) {
        resource->role = MU_ROLE_STOPPED;
    } else if (resource->role < MU_ROLE_STARTED) {
        mu_history_set_active(resource);
    }
    if (answer == MU_ANSWER_STOP) {
        struct mu_sched_resource *clone = mu_state_clone_of(resource);

        if (resource->next_role < MU_ROLE_STOPPED) {
            resource->next_role = MU_ROLE_STOPPED;
        }
        mu_location_ban_all(
            history->sched, clone && !resource->is_unique ? clone : resource,
            &(struct mu_plan_reason){.kind = MU_REASON_ON_FAIL_STOP, .op = op});
    } else if (op->task == MU_OP_TASK_PROMOTE &&
               resource->next_role < MU_ROLE_UNPROMOTED) {
        resource->next_role = MU_ROLE_UNPROMOTED;
    }
}

static void
failed_promotable(struct mu_history *history, enum mu_answer answer)
{
    struct mu_sched_resource *resource = history->resource;

    if (history->op->task == MU_OP_TASK_PROMOTE) {
        resource->role = MU_ROLE_PROMOTED;
    } else if (answer == MU_ANSWER_BLOCK) {
        resource->role = MU_ROLE_PROMOTED;
        resource->next_role = MU_ROLE_STOPPED;
    } else if (history->rc == MU_RC_NOT_RUNNING) {
        resource->role = MU_ROLE_STOPPED;
    } else {
        /* It will be stopped; any promotion comes after that. */
        resource->role = MU_ROLE_UNPROMOTED;
    }
}

/* Tells whether the result is too old to count as a failure, and schedules
 * that the fail count is cleared when nothing speaks for it any more. */
static bool
failure_is_expired(struct mu_history *history)
{
    struct mu_sched *sched = history->sched;
    struct mu_sched_resource *resource = history->resource;
    const struct mu_status_op *op = history->op;
    bool is_expired = false;
    int32_t fresh_count = 0;

    if (resource->failure_timeout_ms > 0 && op->last_change_ms > 0) {
        is_expired =
            sched->now_ms >= op->last_change_ms + resource->failure_timeout_ms;
        fresh_count =
            mu_failure_count(sched, resource, history->node, true, NULL);
        if (resource->failure_timeout_ms == 0) {
            is_expired = false; /* The failure blocks the resource. */
        } else if (!is_expired && op->rc != op->expected_rc) {
            sched->next_change = mu_instant_min(
                sched->next_change,
                mu_instant_after((struct mu_instant){op->last_change_ms},
                                 resource->failure_timeout_ms));
        }
    }
    if (is_expired &&
        mu_failure_count(sched, resource, history->node, false, NULL) > 0) {
        if (fresh_count == 0) {
            failcount_clear(history, "its failures are long past");
        } else {
            is_expired = false;
        }
    }
    if (!is_expired && op->is_failure && parameters_changed(history)) {
        mu_explain_changed(history->sched, failcount_clear(history, NULL),
                           history->node, op);
    }
    if (is_expired && mu_history_is_probe(op) &&
        (op->rc == MU_RC_OK || op->rc == MU_RC_NOT_RUNNING ||
         op->rc == MU_RC_PROMOTED || op->rc == MU_RC_DEGRADED ||
         op->rc == MU_RC_DEGRADED_PROMOTED)) {
        is_expired = false; /* What a probe found does not get old. */
    }
    return is_expired;
}

static bool
parameters_changed(struct mu_history *history)
{
    if (history->op->task != MU_OP_TASK_START &&
        history->op->task != MU_OP_TASK_MONITOR) {
        return false;
    }
    return mu_change_of(history->sched, history->resource, history->node,
                        history->op) > MU_CHANGE_UNKNOWN;
}

static struct mu_sched_action *
failcount_clear(struct mu_history *history, const char *why)
{
    struct mu_sched_action *action = mu_change_clear_failcount(
        history->sched, history->resource, history->node);

    mu_explain_cause(history->sched, action, why);
    return action;
}

static bool
has_recurring(const struct mu_status_resource *known)
{
    for (uint32_t i = 0; i < known->ops_count; i++) {
        if (known->ops[i].interval_ms != 0) {
            return true;
        }
    }
    return false;
}

/* Makes recurring monitors that run known as actions that need not be done
 * again. */
static void
recurring_note(struct mu_history *history)
{
    int32_t start;
    int32_t stop;
    uint64_t key;

    if (!history->sched->nodes[history->node].is_online ||
        !has_recurring(history->known)) {
        return;
    }
    mu_history_active_range(history->known, &start, &stop);
    for (int32_t i = 0; i < (int32_t)history->known->ops_count; i++) {
        const struct mu_status_op *op = &history->known->ops[i];

        if ((start < stop && i <= stop) || i < start || op->interval_ms == 0 ||
            op->status == MU_OP_STATUS_PENDING ||
            !mu_recurring_key(history->sched, op->name, op->interval_ms,
                              &key)) {
            continue;
        }
        (void)mu_action_get(history->sched, history->resource, key,
                            history->node, false);
    }
}

/* Draws the conclusions once all operations were replayed. */
static void
state_apply(struct mu_history *history)
{
    struct mu_sched *sched = history->sched;
    struct mu_sched_resource *resource = history->resource;
    struct mu_sched_node *node = &sched->nodes[history->node];
    enum mu_answer answer = history->answer;

    if (resource->role != MU_ROLE_UNKNOWN) {
        known_add(resource, history->node);
    }
    if (resource->role > MU_ROLE_STOPPED && !node->is_online &&
        !node->is_in_maintenance && resource->is_managed &&
        sched->is_fencing_enabled) {
        mu_node_state_set_unclean(
            sched, history->node,
            mu_text_make(sched->arena, "%s is thought to be active there",
                         resource->id));
    }
    if (node->is_unclean) {
        answer = MU_ANSWER_IGNORE; /* Fencing deals with everything. */
    }
    answer_apply(history, answer);
    if (resource->role > MU_ROLE_STOPPED) {
        active_apply(history, answer);
    } else {
        for (struct mu_sched_action *stop =
                 mu_action_find(resource, mu_key(MU_VERB_STOP), history->node);
             stop; stop = mu_action_find_next(stop)) {
            if (stop->node == history->node) {
                stop->flags |= MU_FLAG_OPTIONAL;
            }
        }
    }
    if (resource->role == MU_ROLE_STOPPED &&
        resource->migrate_source == history->node &&
        resource->migrate_target != MU_STATE_NONE) {
        resource->role = MU_ROLE_STARTED;
    }
}

static void
answer_apply(struct mu_history *history, enum mu_answer answer)
{
    struct mu_sched *sched = history->sched;
    struct mu_sched_resource *resource = history->resource;
    struct mu_sched_node *node = &sched->nodes[history->node];

    switch (answer) {
    case MU_ANSWER_IGNORE:
        break;
    case MU_ANSWER_FENCE:
        mu_node_state_set_unclean(
            sched, history->node,
            mu_text_make(
                sched->arena, "%s failed there: %s", resource->id,
                mu_names_failure(sched->arena, history->last_failure)));
        break;
    case MU_ANSWER_STANDBY:
        node->is_standby = true;
        node->is_standby_on_fail = true;
        node->standby_cause = mu_text_make(
            sched->arena, "%s failed there: %s", resource->id,
            mu_names_failure(sched->arena, history->last_failure));
        break;
    case MU_ANSWER_BLOCK:
        mu_history_block(resource);
        break;
    case MU_ANSWER_BAN:
        mu_location_add(sched, resource, history->node, -MU_SCORE_INFINITY,
                        &(struct mu_plan_reason){.kind = MU_REASON_FAILED,
                                                 .op = history->last_failure});
        break;
    case MU_ANSWER_STOP:
        resource->next_role = MU_ROLE_STOPPED;
        break;
    case MU_ANSWER_RESTART:
        if (resource->role > MU_ROLE_STOPPED) {
            resource->is_failed = true;
            (void)mu_action_of(sched, resource, MU_VERB_STOP, history->node,
                               true);
        }
        break;
    case MU_ANSWER_DEMOTE:
        resource->is_failed = true;
        resource->is_demote_on_fail = true;
        (void)mu_action_of(sched, resource, MU_VERB_DEMOTE, history->node,
                           true);
        break;
    }
}

static void
active_apply(struct mu_history *history, enum mu_answer answer)
{
    struct mu_sched_resource *resource = history->resource;

    mu_history_add_active(history->sched, resource, history->node,
                          history->answer != MU_ANSWER_IGNORE);
    if (answer != MU_ANSWER_IGNORE) {
        resource->is_failed = true;
        resource->failed_op = history->last_failure;
    }
    if (answer != MU_ANSWER_IGNORE && answer != MU_ANSWER_DEMOTE &&
        answer != MU_ANSWER_BLOCK) {
        resource->is_demote_on_fail = false;
    }
}

static void
known_add(struct mu_sched_resource *resource, uint32_t node)
{
    for (; resource; resource = resource->parent) {
        mu_state_add_node(resource->known, node);
        if (resource->is_unique) {
            break;
        }
    }
}

