/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a recorded result means, given what was expected. */

#include "sched/history.h"
#include "sched/node_state.h"

static void result_correct_hard(struct mu_history *history);

/* An agent that is missing, or refuses its parameters, runs nothing. */
bool
mu_history_result_is_masked(const struct mu_history *history)
{
    return mu_history_is_probe(history->op) &&
           (history->op->rc == MU_RC_NOT_INSTALLED ||
            history->op->rc == MU_RC_INVALID_PARAM ||
            history->op->status == MU_OP_STATUS_NOT_INSTALLED);
}

/* Sets status and rc to what they mean, given what was expected. */
void
mu_history_result_correct(struct mu_history *history, bool is_expired)
{
    const struct mu_status_op *op = history->op;
    struct mu_sched_resource *resource = history->resource;

    if (history->rc == MU_RC_DEGRADED) {
        history->rc = MU_RC_OK;
    } else if (history->rc == MU_RC_DEGRADED_PROMOTED) {
        history->rc = MU_RC_PROMOTED;
    }
    if (mu_history_result_is_masked(history)) {
        history->status = MU_OP_STATUS_DONE;
        history->rc = MU_RC_NOT_RUNNING;
        return;
    }
    if (history->status != MU_OP_STATUS_DONE &&
        history->status != MU_OP_STATUS_ERROR) {
        return; /* The executor knows best. */
    }
    history->status = op->expected_rc < 0 || history->rc == op->expected_rc
                          ? MU_OP_STATUS_DONE
                          : MU_OP_STATUS_ERROR;
    switch (history->rc) {
    case MU_RC_OK:
        if (mu_history_is_probe(op) && op->expected_rc == MU_RC_NOT_RUNNING) {
            history->status = MU_OP_STATUS_DONE;
        }
        break;
    case MU_RC_NOT_RUNNING:
        if (mu_history_is_probe(op) || op->expected_rc == history->rc ||
            !resource->is_managed) {
            history->status = MU_OP_STATUS_DONE;
            resource->role = MU_ROLE_STOPPED;
            history->answer = MU_ANSWER_IGNORE;
            resource->next_role = MU_ROLE_UNKNOWN;
        }
        break;
    case MU_RC_PROMOTED:
        if (mu_history_is_probe(op) && history->rc != op->expected_rc) {
            history->status = MU_OP_STATUS_DONE;
        }
        if (!is_expired || history->rc == op->expected_rc) {
            resource->role = MU_ROLE_PROMOTED;
        }
        break;
    case MU_RC_FAILED_PROMOTED:
        if (!is_expired || history->rc == op->expected_rc) {
            resource->role = MU_ROLE_PROMOTED;
        }
        history->status = MU_OP_STATUS_ERROR;
        break;
    default:
        result_correct_hard(history);
        break;
    }
}

/* Exit codes that say that trying again here, or anywhere, is useless. */
static void
result_correct_hard(struct mu_history *history)
{
    switch (history->rc) {
    case MU_RC_NOT_CONFIGURED:
        history->status = MU_OP_STATUS_ERROR_FATAL;
        break;
    case MU_RC_UNIMPLEMENTED:
        if (history->op->interval_ms > 0) {
            history->status = MU_OP_STATUS_NOT_SUPPORTED;
            break;
        }
        history->status = MU_OP_STATUS_ERROR_HARD;
        break;
    case MU_RC_NOT_INSTALLED:
    case MU_RC_NO_PERMISSION:
    case MU_RC_INVALID_PARAM:
        if (history->op->task == MU_OP_TASK_STOP &&
            !mu_node_state_may_fence(history->sched, history->node)) {
            /* Neither stopped nor to be fenced: nothing is left to try. */
            history->resource->is_managed = false;
            history->resource->is_blocked = true;
        }
        history->status = MU_OP_STATUS_ERROR_HARD;
        break;
    default:
        if (history->status == MU_OP_STATUS_DONE &&
            history->rc != history->op->expected_rc) {
            history->status = MU_OP_STATUS_ERROR;
        }
        break;
    }
}
