/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/foresee.h"

#include <string.h>

#include "base/text.h"
#include "crm/edit.h"
#include "model/cib_status.h"
#include "sched/carry.h"
#include "sched/intent.h"
#include "sched/sched.h"
#include "sched/why.h"

static bool is_of(const struct mu_foresee *foresee,
                  const struct mu_plan_placement *placement, const char *id);
static bool is_active(const struct mu_plan_placement *placement);
static const char *node_fault(const struct mu_plan_node *node);

int
mu_foresee_make(struct mu_tool *tool, const struct mu_doc *cib,
                struct mu_foresee *ret_foresee)
{
    return mu_foresee_make_at(tool, cib, mu_tool_now_ms(), ret_foresee);
}

int
mu_foresee_make_at(struct mu_tool *tool, const struct mu_doc *cib,
                   int64_t when_ms, struct mu_foresee *ret_foresee)
{
    struct mu_text_buffer text;
    struct mu_snapshot *snapshot;
    struct mu_errbuf err = {0};

    mu_text_buffer_init(&text, &tool->arena);
    mu_doc_write_line(mu_doc_root(cib), &text);
    if (mu_cib_status_read_cib(
            &tool->arena,
            (struct mu_span){(const unsigned char *)text.data, text.length},
            mu_tool_now_ms(), MU_CONFIG_STRICT, &snapshot, &err)) {
        return mu_tool_fail_errbuf(tool, "refused", &err);
    }
    snapshot->now_ms = when_ms;
    ret_foresee->arena = &tool->arena;
    ret_foresee->snapshot = snapshot;
    ret_foresee->plan =
        mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
    return MU_TOOL_OK;
}

const char *
mu_foresee_place(const struct mu_foresee *foresee, const char *id,
                 bool is_after)
{
    const struct mu_plan *plan = foresee->plan;
    const struct mu_plan_placement *all = is_after ? plan->after : plan->before;
    uint32_t count = is_after ? plan->after_count : plan->before_count;

    for (uint32_t i = 0; i < count; i++) {
        if (is_active(&all[i]) && is_of(foresee, &all[i], id)) {
            return foresee->snapshot->status->nodes[all[i].node].name;
        }
    }
    return NULL;
}

bool
mu_foresee_is_at(const struct mu_foresee *foresee, const char *id,
                 const char *node, bool is_after)
{
    const struct mu_config *config = foresee->snapshot->config;
    const struct mu_plan *plan = foresee->plan;
    const struct mu_plan_placement *all = is_after ? plan->after : plan->before;
    uint32_t count = is_after ? plan->after_count : plan->before_count;
    bool is_there = false;
    bool is_elsewhere = false;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t top = all[i].primitive;

        if (!is_active(&all[i]) || !is_of(foresee, &all[i], id)) {
            continue;
        }
        while (config->resources[top].parent != MU_CONFIG_NONE) {
            top = config->resources[top].parent;
        }
        if (strcmp(foresee->snapshot->status->nodes[all[i].node].name, node) ==
            0) {
            is_there = true;
        } else if (config->resources[top].kind != MU_RESOURCE_CLONE) {
            is_elsewhere = true;
        }
    }
    return is_there && !is_elsewhere;
}

const char *
mu_foresee_reason(const struct mu_foresee *foresee, const char *id,
                  const char *node)
{
    const struct mu_plan *plan = foresee->plan;
    const struct mu_status *status = foresee->snapshot->status;
    struct mu_why why = {foresee->arena, foresee->snapshot, plan};
    uint32_t resource = mu_config_find_resource(foresee->snapshot->config, id);
    uint32_t place = MU_PLAN_NONE;

    for (uint32_t i = 0; i < plan->nodes_count; i++) {
        const struct mu_plan_node *one = &plan->nodes_after[i];

        if (strcmp(status->nodes[i].name, node) != 0) {
            continue;
        }
        place = i;
        if (node_fault(one)) {
            return node_fault(one);
        }
    }
    if (resource == MU_CONFIG_NONE) {
        return NULL;
    }
    for (uint32_t i = 0; i < plan->instances_count; i++) {
        uint32_t config = plan->instances[i].config;
        const char *text;

        if (config == MU_CONFIG_NONE || place == MU_PLAN_NONE ||
            !mu_intent_is_below(foresee->snapshot->config, config, resource)) {
            continue;
        }
        text = mu_why_not(&why, i, place);
        if (text) {
            return text;
        }
    }
    for (uint32_t i = 0; i < plan->after_count; i++) {
        if (plan->after[i].reason && is_of(foresee, &plan->after[i], id)) {
            return plan->after[i].reason;
        }
    }
    return NULL;
}

/* Why a node takes nothing; null when it does. */
static const char *
node_fault(const struct mu_plan_node *node)
{
    if (!node->is_online) {
        return "the node is not online";
    }
    if (node->is_unclean) {
        return "the node is lost";
    }
    if (node->is_standby || node->is_standby_on_fail) {
        return "the node is in standby";
    }
    if (node->is_in_maintenance) {
        return "the node is in maintenance";
    }
    if (node->is_shutting_down) {
        return "the node is about to leave";
    }
    return node->is_pending ? "the node is joining" : NULL;
}

int
mu_foresee_return(struct mu_tool *tool, const struct mu_doc *cib,
                  const struct mu_foresee *foresee, const char *id,
                  const char *node, const char **ret_back,
                  const char **ret_why)
{
    struct mu_foresee later;
    struct mu_report report;
    struct mu_snapshot *snapshot;
    struct mu_doc *cleared = mu_doc_copy(cib);
    int code;

    *ret_back = NULL;
    *ret_why = NULL;
    mu_report_init(&report, &tool->arena);
    code = mu_edit_clear(cleared, id, NULL, &report)
               ? mu_tool_fail(tool, "%s: %s", id,
                              report.count ? report.items[0].text
                                           : "cannot be cleared")
               : mu_foresee_make(tool, cleared, &later);
    mu_doc_free(cleared);
    if (code) {
        return code;
    }
    /* The nodes are the same ones, so their numbers fit. */
    snapshot = mu_carry_out(&tool->arena, foresee->snapshot, foresee->plan);
    snapshot->config = later.snapshot->config;
    later.snapshot = snapshot;
    later.plan = mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
    if (mu_foresee_is_at(&later, id, node, true)) {
        return MU_TOOL_OK;
    }
    *ret_back = mu_foresee_place(&later, id, true);
    *ret_back = *ret_back ? *ret_back : "no node";
    for (uint32_t i = 0; i < later.plan->actions_count; i++) {
        const struct mu_action *one = &later.plan->actions[i];

        if (!*ret_why && one->cause && one->resource &&
            (one->task == MU_TASK_STOP || one->task == MU_TASK_MIGRATE_TO) &&
            mu_intent_is_below(
                snapshot->config, one->primitive,
                mu_config_find_resource(snapshot->config, id))) {
            *ret_why = one->cause;
        }
    }
    return MU_TOOL_OK;
}

static bool
is_of(const struct mu_foresee *foresee,
      const struct mu_plan_placement *placement, const char *id)
{
    const struct mu_config *config = foresee->snapshot->config;
    uint32_t resource = mu_config_find_resource(config, id);

    return resource != MU_CONFIG_NONE &&
           mu_intent_is_below(config, placement->primitive, resource);
}

static bool
is_active(const struct mu_plan_placement *placement)
{
    return placement->node != MU_PLAN_NONE &&
           placement->primitive != MU_PLAN_NONE &&
           placement->role > MU_ROLE_STOPPED;
}
