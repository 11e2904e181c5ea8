/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an audit says to people, and in which order. */

#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "sched/audit.h"
#include "sched/why.h"

enum {
    NODES_NAMED_MAX = 4, /* In the reason for one resource. */
    NAMES_MAX = 3,       /* In the line about the whole cluster. */
};

/* What is counted for the line about the whole cluster. */
struct figure {
    struct mu_text_buffer names; /* Of those that are not survived. */
    uint32_t count;              /* How many events. */
    uint32_t lost;               /* How many are not survived. */
};

static uint32_t unplaced_find(const struct mu_snapshot *snapshot,
                              const struct mu_plan *plan, uint32_t primitive,
                              const char **ret_reason);
static bool is_blocked(const struct mu_plan *plan, uint32_t primitive);
static const char *node_name(const struct mu_audit *audit, uint32_t node);
static bool is_anything_running(const struct mu_audit *audit);
static void figure_add(struct figure *figure, const char *name, bool is_lost);

const char *
mu_audit_reason(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                const struct mu_plan *plan, uint32_t primitive)
{
    struct mu_text_buffer text;
    const char *reason = NULL;
    struct mu_why why = {arena, snapshot, plan};
    uint32_t instance = unplaced_find(snapshot, plan, primitive, &reason);
    uint32_t named = 0;

    if (is_blocked(plan, primitive)) {
        return "it waits for a person (on-fail=block)";
    }
    if (instance < plan->instances_count && mu_why_everywhere(&why, instance)) {
        return mu_why_everywhere(&why, instance);
    }
    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "no node can take it");
    for (uint32_t i = 0;
         instance < plan->instances_count && i < plan->nodes_count; i++) {
        const char *ban =
            plan->nodes_after[i].is_online && !mu_why_node(&why, i)
                ? mu_why_not(&why, instance, i)
                : NULL;

        if (!ban) {
            continue;
        }
        if (++named > NODES_NAMED_MAX) {
            continue;
        }
        mu_text_buffer_add(&text, "%s %s: %s", named == 1 ? ":" : ";",
                           snapshot->status->nodes[i].name, ban);
    }
    if (named > NODES_NAMED_MAX) {
        mu_text_buffer_add(&text, "; and %u more nodes",
                           named - NODES_NAMED_MAX);
    }
    return named > 0 || !reason ? text.data : reason;
}

/* The instance that is to run and does not. */
static uint32_t
unplaced_find(const struct mu_snapshot *snapshot, const struct mu_plan *plan,
              uint32_t primitive, const char **ret_reason)
{
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *place = &plan->after[i];

        if (place->primitive == primitive &&
            (place->node == MU_PLAN_NONE || place->role <= MU_ROLE_STOPPED ||
             !snapshot->status->nodes[place->node].is_member)) {
            *ret_reason = place->reason;
            return place->index;
        }
    }
    return MU_PLAN_NONE;
}

static bool
is_blocked(const struct mu_plan *plan, uint32_t primitive)
{
    for (uint32_t i = 0; i < plan->after_count; i++) {
        if (plan->after[i].primitive == primitive &&
            plan->after[i].is_blocked) {
            return true;
        }
    }
    return false;
}

int
mu_audit_cmp(const struct mu_audit_outcome *left,
             const struct mu_audit_outcome *right)
{
    const int64_t keys[][2] = {
        {right->level, left->level},
        {left->event.kind == MU_AUDIT_PAIR, right->event.kind == MU_AUDIT_PAIR},
        {right->lost_count, left->lost_count},
        {right->degraded_count, left->degraded_count},
        {right->moved_count, left->moved_count},
        {left->event.kind, right->event.kind},
        {left->event.first, right->event.first},
        {left->event.second, right->event.second},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

const char *
mu_audit_event_text(struct mu_arena *arena, const struct mu_audit *audit,
                    struct mu_audit_event event)
{
    const struct mu_config *config = audit->snapshot->config;

    switch (event.kind) {
    case MU_AUDIT_NODE:
        return mu_text_make(arena, "node %s is lost",
                            node_name(audit, event.first));
    case MU_AUDIT_PAIR:
        return mu_text_make(arena, "nodes %s and %s are lost",
                            node_name(audit, event.first),
                            node_name(audit, event.second));
    case MU_AUDIT_RESOURCE:
        return mu_text_make(arena, "%s breaks where it runs",
                            config->resources[event.first].id);
    case MU_AUDIT_DEVICE:
        return mu_text_make(arena, "fence device %s does not work",
                            config->resources[event.first].id);
    case MU_AUDIT_MAINTENANCE:
        return mu_text_make(arena, "node %s is in maintenance",
                            node_name(audit, event.first));
    }
    mu_unreachable();
}

static const char *
node_name(const struct mu_audit *audit, uint32_t node)
{
    return audit->snapshot->status->nodes[node].name;
}

const char *
mu_audit_figure(struct mu_arena *arena, const struct mu_audit *audit,
                const enum mu_audit_level *levels)
{
    struct figure nodes = {.count = 0};
    struct figure pairs = {.count = 0};

    if (!is_anything_running(audit)) {
        return "nothing runs that could be lost";
    }
    mu_text_buffer_init(&nodes.names, arena);
    mu_text_buffer_init(&pairs.names, arena);
    for (uint32_t i = 0; i < audit->events_count; i++) {
        struct mu_audit_event event = audit->events[i];

        if (event.kind == MU_AUDIT_NODE) {
            figure_add(&nodes, node_name(audit, event.first),
                       levels[i] == MU_AUDIT_LOST);
        }
    }
    for (uint32_t i = 0; nodes.lost == 0 && i < audit->events_count; i++) {
        struct mu_audit_event event = audit->events[i];

        if (event.kind == MU_AUDIT_PAIR) {
            figure_add(&pairs,
                       mu_text_make(arena, "%s+%s",
                                    node_name(audit, event.first),
                                    node_name(audit, event.second)),
                       levels[i] == MU_AUDIT_LOST);
        }
    }
    if (nodes.count == 0) {
        return "there is no node that could be lost";
    }
    if (nodes.lost == nodes.count) {
        return "survives the loss of no node";
    }
    if (nodes.lost > NAMES_MAX) {
        return mu_text_make(arena, "does not survive the loss of %u of %u nodes",
                            nodes.lost, nodes.count);
    }
    if (nodes.lost > 0) {
        return mu_text_make(arena, "does not survive the loss of %s",
                            nodes.names.data);
    }
    if (pairs.lost == 0) {
        return pairs.count > 0 ? "survives any 2 nodes" : "survives any 1 node";
    }
    if (pairs.lost == pairs.count) {
        return "survives any 1 node, no two";
    }
    if (pairs.lost > NAMES_MAX) {
        return mu_text_make(arena, "survives any 1 node; not %u of %u pairs",
                            pairs.lost, pairs.count);
    }
    return mu_text_make(arena, "survives any 1 node; not %s", pairs.names.data);
}

/* "Survives everything" would be a strange word for a cluster that is down. */
static bool
is_anything_running(const struct mu_audit *audit)
{
    const struct mu_config *config = audit->snapshot->config;

    for (uint32_t i = 0; i < config->resources_count; i++) {
        if (config->resources[i].kind == MU_RESOURCE_PRIMITIVE &&
            config->resources[i].agent_class != MU_AGENT_FENCE &&
            audit->tally.running[i] > 0) {
            return true;
        }
    }
    return false;
}

static void
figure_add(struct figure *figure, const char *name, bool is_lost)
{
    figure->count++;
    if (is_lost && ++figure->lost <= NAMES_MAX) {
        mu_text_buffer_add(&figure->names, "%s%s",
                           figure->lost > 1 ? ", " : "", name);
    }
}
