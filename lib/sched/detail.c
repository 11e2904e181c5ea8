/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/detail.h"

#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/setup_params.h"

enum { TIMEOUT_MS = 20000, META_COUNT_MAX = 12 };

static void timing_fill(struct mu_sched *sched,
                        const struct mu_sched_action *action,
                        struct mu_action *out);
static void meta_fill(struct mu_sched *sched,
                      const struct mu_sched_action *action,
                      struct mu_action *out);
static const char *number_text(struct mu_sched *sched, int32_t number);

enum mu_task
mu_detail_task(const struct mu_sched_action *action)
{
    static const enum mu_task tasks[MU_VERB_POINT + 1] = {
        [MU_VERB_NONE] = MU_TASK_PSEUDO,
        [MU_VERB_START] = MU_TASK_START,
        [MU_VERB_RUNNING] = MU_TASK_PSEUDO,
        [MU_VERB_STOP] = MU_TASK_STOP,
        [MU_VERB_STOPPED] = MU_TASK_PSEUDO,
        [MU_VERB_PROMOTE] = MU_TASK_PROMOTE,
        [MU_VERB_PROMOTED] = MU_TASK_PSEUDO,
        [MU_VERB_DEMOTE] = MU_TASK_DEMOTE,
        [MU_VERB_DEMOTED] = MU_TASK_PSEUDO,
        [MU_VERB_MONITOR] = MU_TASK_MONITOR,
        [MU_VERB_NOTIFY] = MU_TASK_NOTIFY,
        [MU_VERB_MIGRATE_TO] = MU_TASK_MIGRATE_TO,
        [MU_VERB_MIGRATE_FROM] = MU_TASK_MIGRATE_FROM,
        [MU_VERB_RELOAD] = MU_TASK_RELOAD_AGENT,
        [MU_VERB_CANCEL] = MU_TASK_CANCEL,
        [MU_VERB_DELETE] = MU_TASK_DELETE,
        [MU_VERB_CLEAR_FAILCOUNT] = MU_TASK_CLEAR_FAILCOUNT,
        [MU_VERB_LRM_DELETE] = MU_TASK_LRM_DELETE,
        [MU_VERB_FENCE] = MU_TASK_FENCE_REBOOT,
        [MU_VERB_UNFENCE] = MU_TASK_FENCE_ON,
        [MU_VERB_SHUTDOWN] = MU_TASK_SHUTDOWN,
        [MU_VERB_POINT] = MU_TASK_PSEUDO,
    };

    if (action->verb == MU_VERB_FENCE && action->is_fence_off) {
        return MU_TASK_FENCE_OFF;
    }
    return tasks[action->verb];
}

const char *
mu_detail_verb_name(enum mu_verb verb)
{
    static const char *const names[MU_VERB_POINT + 1] = {
        [MU_VERB_NONE] = "nothing",
        [MU_VERB_START] = "start",
        [MU_VERB_RUNNING] = "running",
        [MU_VERB_STOP] = "stop",
        [MU_VERB_STOPPED] = "stopped",
        [MU_VERB_PROMOTE] = "promote",
        [MU_VERB_PROMOTED] = "promoted",
        [MU_VERB_DEMOTE] = "demote",
        [MU_VERB_DEMOTED] = "demoted",
        [MU_VERB_MONITOR] = "monitor",
        [MU_VERB_NOTIFY] = "notify",
        [MU_VERB_MIGRATE_TO] = "migrate_to",
        [MU_VERB_MIGRATE_FROM] = "migrate_from",
        [MU_VERB_RELOAD] = "reload-agent",
        [MU_VERB_CANCEL] = "cancel",
        [MU_VERB_DELETE] = "delete",
        [MU_VERB_CLEAR_FAILCOUNT] = "clear_failcount",
        [MU_VERB_LRM_DELETE] = "lrm_delete",
        [MU_VERB_FENCE] = "fence",
        [MU_VERB_UNFENCE] = "unfence",
        [MU_VERB_SHUTDOWN] = "shutdown",
        [MU_VERB_POINT] = "reach",
    };

    return names[verb];
}

const char *
mu_detail_pseudo_name(struct mu_sched *sched,
                      const struct mu_sched_action *action)
{
    static const char *const whens[] = {
        [MU_NOTIFY_NONE] = "",
        [MU_NOTIFY_PRE] = "pre",
        [MU_NOTIFY_CONFIRMED_PRE] = "confirmed-pre",
        [MU_NOTIFY_POST] = "post",
        [MU_NOTIFY_CONFIRMED_POST] = "confirmed-post",
    };

    if (action->verb == MU_VERB_NOTIFY) {
        return mu_text_make(
            sched->arena, "%s_%s_notify_%s_0", action->resource->id,
            whens[(action->key >> 48) & 0xff],
            mu_detail_verb_name(mu_key_about(action->key)));
    }
    return mu_text_make(sched->arena, "%s_%s_0", action->resource->id,
                        mu_detail_verb_name(action->verb));
}

void
mu_detail_fill(struct mu_sched *sched, const struct mu_sched_action *action,
               struct mu_action *out)
{
    if (out->kind == MU_ACTION_FENCE) {
        out->timeout_ms = sched->options->fencing_timeout_ms;
        return;
    }
    if (out->kind != MU_ACTION_RESOURCE || !action->resource) {
        return;
    }
    timing_fill(sched, action, out);
    meta_fill(sched, action, out);
    out->is_failure_fatal =
        action->verb == MU_VERB_START && sched->options->start_failure_is_fatal;
    if (action->verb == MU_VERB_STOP &&
        action->node == action->resource->lock_node &&
        sched->nodes[action->node].is_shutting_down) {
        out->lock_ms = action->resource->lock_time_ms;
    }
}

static void
timing_fill(struct mu_sched *sched, const struct mu_sched_action *action,
            struct mu_action *out)
{
    const struct mu_params *params;

    if (action->verb == MU_VERB_CANCEL || action->verb == MU_VERB_DELETE) {
        out->timeout_ms = TIMEOUT_MS;
        return;
    }
    if (action->resource->config == MU_STATE_NONE) {
        out->timeout_ms =
            mu_setup_timeout_removed(sched, action->resource,
                                     mu_detail_verb_name(action->verb),
                                     out->interval_ms);
        return;
    }
    params =
        mu_setup_params(sched, action->resource, action->node, out->op_name,
                        out->interval_ms);
    out->timeout_ms = params->timeout_ms;
    out->start_delay_ms = params->start_delay_ms;
    out->params = params->params;
    out->params_count = params->params_count;
}

static const char *
number_text(struct mu_sched *sched, int32_t number)
{
    return mu_text_make(sched->arena, "%d", number);
}

/* What the agent is told of its clone and of the move it is part of. */
static void
meta_fill(struct mu_sched *sched, const struct mu_sched_action *action,
          struct mu_action *out)
{
    struct mu_sched_resource *resource = action->resource;
    struct mu_sched_resource *clone = mu_state_clone_of(resource);
    struct mu_pair *meta =
        mu_arena_new(sched->arena, struct mu_pair,
                     META_COUNT_MAX + (size_t)action->meta_count);
    uint32_t count = 0;

    if (clone) {
        const struct mu_traits *traits = clone->traits;
        uint32_t number = resource->parent == clone ? resource->number
                                                    : resource->parent->number;

        meta[count++] =
            (struct mu_pair){"clone", number_text(sched, (int32_t)number)};
        meta[count++] = (struct mu_pair){"clone_max",
                                         number_text(sched, traits->clone_max)};
        meta[count++] = (struct mu_pair){
            "clone_node_max", number_text(sched, traits->clone_node_max)};
        meta[count++] = (struct mu_pair){"globally_unique",
                                         traits->is_unique ? "true" : "false"};
        meta[count++] =
            (struct mu_pair){"notify", traits->is_notify ? "true" : "false"};
        if (traits->is_promotable) {
            meta[count++] = (struct mu_pair){
                "promoted_max", number_text(sched, traits->promoted_max)};
            meta[count++] =
                (struct mu_pair){"promoted_node_max",
                                 number_text(sched, traits->promoted_node_max)};
            meta[count++] = (struct mu_pair){
                "master_max", number_text(sched, traits->promoted_max)};
            meta[count++] =
                (struct mu_pair){"master_node_max",
                                 number_text(sched, traits->promoted_node_max)};
        }
    }
    if (action->migrate_source != MU_STATE_NONE) {
        meta[count++] = (struct mu_pair){
            "migrate_source", sched->nodes[action->migrate_source].name};
        meta[count++] = (struct mu_pair){
            "migrate_target", sched->nodes[action->migrate_target].name};
    }
    for (uint32_t i = 0; i < action->meta_count; i++) {
        meta[count++] = action->meta[i];
    }
    out->meta = meta;
    out->meta_count = count;
}
