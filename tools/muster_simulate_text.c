/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "sched/why.h"
#include "tools/muster_simulate.h"

/* The sentences of the largest plan. */
#define ARENA_SIZE_MAX ((size_t)1 << 31)

static void print_state(const struct mu_snapshot *snapshot,
                        const struct mu_plan *plan, bool is_after);
static const char *node_word(const struct mu_plan_node *node);
static const char *role_word(const struct mu_plan_placement *placement);

void
mu_muster_simulate_print(const struct mu_snapshot *snapshot,
                         const struct mu_plan *plan)
{
    bool is_quiet = true;
    struct mu_arena arena;
    struct mu_why why = {&arena, snapshot, plan};
    struct mu_why_waits waits;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    waits = mu_why_waits_look(&why);
    puts("Now:");
    print_state(snapshot, plan, false);
    puts("\nActions:");
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (plan->actions[i].kind != MU_ACTION_PSEUDO) {
            const char *wait = mu_why_wait(&waits, i, false);

            mu_muster_simulate_print_action(snapshot, &plan->actions[i], NULL);
            if (wait) {
                printf("    after: %s\n", wait);
            }
            is_quiet = false;
        }
    }
    if (is_quiet) {
        puts("  nothing to do");
    }
    puts("\nThen:");
    print_state(snapshot, plan, true);
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        printf("\nWarning: %s\n", plan->warnings[i]);
    }
    mu_arena_done(&arena);
}

static const char *
node_word(const struct mu_plan_node *node)
{
    if (node->is_unclean) {
        return node->is_online ? "online, to be fenced" : "lost";
    }
    if (node->is_pending) {
        return "joining";
    }
    if (!node->is_online) {
        return "offline";
    }
    if (node->is_in_maintenance) {
        return "in maintenance";
    }
    return node->is_standby ? "standby" : "online";
}

static const char *
role_word(const struct mu_plan_placement *placement)
{
    if (placement->is_failed) {
        return "failed";
    }
    switch (placement->role) {
    case MU_ROLE_PROMOTED:
        return "promoted";
    case MU_ROLE_UNPROMOTED:
        return "unpromoted";
    case MU_ROLE_STARTED:
        return "started";
    case MU_ROLE_UNKNOWN:
    case MU_ROLE_STOPPED:
        break;
    }
    return "stopped";
}

static void
print_state(const struct mu_snapshot *snapshot, const struct mu_plan *plan,
            bool is_after)
{
    const struct mu_plan_placement *list =
        is_after ? plan->after : plan->before;
    uint32_t count = is_after ? plan->after_count : plan->before_count;

    for (uint32_t i = 0; i < plan->nodes_count; i++) {
        printf("  node %s: %s\n", snapshot->status->nodes[i].name,
               node_word(is_after ? &plan->nodes_after[i]
                                  : &plan->nodes_before[i]));
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *id =
            list[i].instance ? list[i].instance : list[i].resource;

        printf("  %s: %s", id, role_word(&list[i]));
        if (list[i].node != MU_PLAN_NONE) {
            printf(" on %s", snapshot->status->nodes[list[i].node].name);
        }
        if (!list[i].is_managed) {
            printf(" (not managed)");
        }
        if (list[i].reason) {
            printf(": %s", list[i].reason);
        }
        putchar('\n');
    }
}

void
mu_muster_simulate_print_action(const struct mu_snapshot *snapshot,
                                const struct mu_action *action,
                                const char *after)
{
    const char *id = action->instance ? action->instance : action->resource;
    const char *word = mu_plan_word(action->task, action->op_name);

    if (action->task == MU_TASK_MONITOR && action->interval_ms == 0) {
        word = "probe";
    } else if (action->task == MU_TASK_FENCE_ON) {
        word = "unfence";
    }
    printf("  %s", word);
    if (id) {
        printf(" %s", id);
    }
    if (action->node != MU_PLAN_NONE) {
        printf(" %s%s", action->kind == MU_ACTION_FENCE ? "node " : "on ",
               snapshot->status->nodes[action->node].name);
    }
    if (action->interval_ms > 0) {
        printf(" every %" PRId64 " ms", action->interval_ms);
    }
    if (action->in_flight) {
        printf(" (under way)");
    }
    if (action->cause) {
        printf(": %s", action->cause);
    }
    printf("%s\n", after ? after : "");
}
