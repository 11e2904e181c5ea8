/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/finding.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "model/params.h"

static void judge_fencing(const struct mu_finding_view *view,
                          struct mu_findings *findings);
static void judge_device(const struct mu_finding_view *view, uint32_t device,
                         struct mu_findings *findings);
static bool device_may_know(const struct mu_finding_view *view,
                            struct mu_findings *findings, uint32_t device,
                            const char *node);
static bool list_has(const char *list, const char *node);
static void judge_primitive(const struct mu_finding_view *view,
                            uint32_t primitive, struct mu_findings *findings);
static const struct mu_params *params_of(struct mu_arena *arena,
                                         const struct mu_snapshot *snapshot,
                                         uint32_t primitive);
static const char *param_of(const struct mu_params *params, const char *name);

struct mu_finding_view
mu_finding_look(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                const struct mu_plan *plan)
{
    const struct mu_config *config = snapshot->config;
    struct mu_finding_view view = {.snapshot = snapshot, .plan = plan};
    const char **addresses =
        mu_arena_new(arena, const char *, config->resources_count + 1);

    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];

        if (resource->kind == MU_RESOURCE_PRIMITIVE && resource->type &&
            resource->agent_class == MU_AGENT_OCF &&
            strncmp(resource->type, "IPaddr", strlen("IPaddr")) == 0) {
            addresses[i] = param_of(params_of(arena, snapshot, i), "ip");
        }
    }
    view.addresses = addresses;
    return view;
}

void
mu_finding_judge_config(const struct mu_finding_view *view,
                        struct mu_findings *findings)
{
    const struct mu_config *config = view->snapshot->config;

    judge_fencing(view, findings);
    for (uint32_t i = 0; i < config->resources_count; i++) {
        if (config->resources[i].kind != MU_RESOURCE_PRIMITIVE) {
            continue;
        }
        if (config->resources[i].agent_class == MU_AGENT_FENCE) {
            judge_device(view, i, findings);
        } else {
            judge_primitive(view, i, findings);
        }
    }
    for (uint32_t i = 0; i < view->plan->warnings_count; i++) {
        mu_finding_add(findings, MU_RISK_MEDIUM, "configuration",
                       "muster configure edit", "%s", view->plan->warnings[i]);
    }
}

void
mu_finding_sort(struct mu_findings *findings)
{
    struct mu_finding *list = findings->list.items;

    for (size_t i = 1; i < findings->list.count; i++) {
        struct mu_finding one = list[i];
        size_t at = i;

        while (at > 0 && list[at - 1].risk > one.risk) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = one;
    }
}

void
mu_finding_add(struct mu_findings *findings, enum mu_risk risk,
               const char *what, const char *remedy, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = mu_text_vmake(findings->arena, format, args);
    va_end(args);
    *mu_vec_add(findings->arena, &findings->list) =
        (struct mu_finding){.risk = risk,
                            .what = mu_arena_strdup(findings->arena, what),
                            .text = text,
                            .remedy = remedy};
}

static void
judge_fencing(const struct mu_finding_view *view, struct mu_findings *findings)
{
    const struct mu_config *config = view->snapshot->config;
    const struct mu_status *status = view->snapshot->status;

    if (!config->options.fencing_enabled) {
        mu_finding_add(findings, MU_RISK_HIGH, "stonith-enabled",
                       "define a fence device and set stonith-enabled=true",
                       "fencing is off: a node that is only cut off goes on "
                       "writing to shared data");
        return;
    }
    for (uint32_t n = 0; n < status->nodes_count; n++) {
        const char *node = status->nodes[n].name;
        bool is_known = config->options.fencing_watchdog_timeout_ms != 0;
        bool is_named = false;

        for (uint32_t i = 0; i < config->resources_count && !is_known; i++) {
            if (config->resources[i].agent_class == MU_AGENT_FENCE &&
                config->resources[i].kind == MU_RESOURCE_PRIMITIVE) {
                is_named = true;
                is_known = device_may_know(view, findings, i, node);
            }
        }
        if (!is_known && !status->nodes[n].is_remote) {
            mu_finding_add(findings, MU_RISK_HIGH, node,
                           is_named ? "name it in pcmk_host_list or "
                                      "pcmk_host_map of a device"
                                    : "define a fence device: muster ra list "
                                      "stonith",
                           "no fence device knows it: when it is lost, nothing "
                           "that it may have run is recovered");
        }
    }
}

/* A device without a list asks its agent, or knows all. */
static bool
device_may_know(const struct mu_finding_view *view,
                struct mu_findings *findings, uint32_t device, const char *node)
{
    const struct mu_params *params = params_of(findings->arena, view->snapshot, device);
    const char *list = param_of(params, "pcmk_host_list");
    const char *map = param_of(params, "pcmk_host_map");

    if (!list && !map) {
        return true;
    }
    return (list && list_has(list, node)) || (map && list_has(map, node));
}

/* Names are separated by blanks, commas and semicolons; in a map, what follows
 * ":" or "=" is a port. */
static bool
list_has(const char *list, const char *node)
{
    size_t length = strlen(node);
    const char *at = list;

    while (*at) {
        size_t word = strcspn(at, " ,;\t\n");
        size_t name = strcspn(at, " ,;\t\n:=");

        if (name == length && strncmp(at, node, length) == 0) {
            return true;
        }
        at += word;
        at += strspn(at, " ,;\t\n");
    }
    return false;
}

static void
judge_device(const struct mu_finding_view *view, uint32_t device,
             struct mu_findings *findings)
{
    const struct mu_config *config = view->snapshot->config;
    const char *id = config->resources[device].id;
    const struct mu_params *params = params_of(findings->arena, view->snapshot, device);
    const char *own = param_of(params, "pcmk_reboot_timeout");
    int64_t own_ms = 0;
    bool is_running = false;

    for (uint32_t i = 0; i < view->plan->before_count; i++) {
        is_running |= view->plan->before[i].primitive == device &&
                      view->plan->before[i].node != MU_PLAN_NONE &&
                      !view->plan->before[i].is_failed;
    }
    if (!is_running) {
        mu_finding_add(findings, MU_RISK_HIGH, id,
                       mu_text_make(findings->arena,
                                    "muster why %s; muster resource cleanup %s",
                                    id, id),
                       "this fence device runs nowhere: its monitor has "
                       "failed, or it is disabled");
    }
    if (own && mu_text_parse_duration(own, &own_ms) == 0 &&
        own_ms > config->options.fencing_timeout_ms) {
        mu_finding_add(findings, MU_RISK_MEDIUM, id,
                       "raise stonith-timeout, or lower pcmk_reboot_timeout",
                       "it may take %lld s to fence, stonith-timeout allows "
                       "%lld s",
                       (long long)(own_ms / 1000),
                       (long long)(config->options.fencing_timeout_ms / 1000));
    }
}

/* Times of a primitive that work against each other. */
static void
judge_primitive(const struct mu_finding_view *view, uint32_t primitive,
                struct mu_findings *findings)
{
    const struct mu_config *config = view->snapshot->config;
    const struct mu_config_resource *resource = &config->resources[primitive];
    const struct mu_params_context context = {.config = config,
                                              .resource = primitive,
                                              .now_ms = view->snapshot->now_ms};
    const char *text = mu_params_meta(&context, "failure-timeout", NULL);
    int64_t expiry_ms = 0;
    int64_t longest_ms = 0;

    for (uint32_t i = 0; i < resource->ops_count; i++) {
        if (strcmp(resource->ops[i].name, "monitor") == 0 &&
            resource->ops[i].interval_ms > longest_ms) {
            longest_ms = resource->ops[i].interval_ms;
        }
    }
    if (text && mu_text_parse_duration(text, &expiry_ms) == 0 &&
        expiry_ms > 0 && expiry_ms <= longest_ms) {
        mu_finding_add(findings, MU_RISK_MEDIUM, resource->id,
                       "let failure-timeout be several times the longest "
                       "monitor interval",
                       "failure-timeout (%lld s) ends before the next monitor "
                       "(%lld s): failures never add up to "
                       "migration-threshold",
                       (long long)(expiry_ms / 1000),
                       (long long)(longest_ms / 1000));
    }
}

/* Of a start, on no node in particular. */
static const struct mu_params *
params_of(struct mu_arena *arena, const struct mu_snapshot *snapshot,
          uint32_t primitive)
{
    const struct mu_params_context context = {.config = snapshot->config,
                                              .resource = primitive,
                                              .now_ms = snapshot->now_ms};
    struct mu_params *params = mu_arena_new(arena, struct mu_params, 1);

    mu_params_resolve_values(arena, &context, "start", 0, params);
    return params;
}

static const char *
param_of(const struct mu_params *params, const char *name)
{
    for (uint32_t i = 0; i < params->params_count; i++) {
        if (strcmp(params->params[i].name, name) == 0) {
            return params->params[i].value;
        }
    }
    return NULL;
}
