/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arbitrary bytes as a CIB, all the way: text, configuration, status, plan,
 * reasons, JSON. It must end with a plan or an error, in bounded time and
 * memory, and the plan must be one that can be carried out. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "model/cib_status.h"
#include "sched/sched.h"
#include "sched/why.h"
#include "tools/muster_simulate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_SIZE_MAX = 512 << 20, TOLD_MAX = 16 };

/* Every action waits for earlier ones only: there is no loop. */
static void
plan_check(const struct mu_snapshot *snapshot, const struct mu_plan *plan)
{
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        for (uint32_t j = 0; j < action->after_count; j++) {
            mu_assert(action->after[j] < i);
        }
        mu_assert(action->node == MU_PLAN_NONE ||
                  action->node < snapshot->status->nodes_count);
        mu_assert(action->primitive == MU_PLAN_NONE ||
                  action->primitive < snapshot->config->resources_count);
        mu_assert(action->kind != MU_ACTION_RESOURCE || action->resource);
    }
    mu_assert(plan->nodes_count == snapshot->status->nodes_count);
    for (uint32_t i = 0; i < plan->after_count; i++) {
        mu_assert(plan->after[i].resource);
        mu_assert(plan->after[i].node == MU_PLAN_NONE ||
                  plan->after[i].node < plan->nodes_count);
    }
}

/* Everything can be told. */
static void
why_try(struct mu_arena *arena, const struct mu_snapshot *snapshot,
        const struct mu_plan *plan)
{
    struct mu_why why = {arena, snapshot, plan};

    for (uint32_t i = 0; i < plan->instances_count && i < TOLD_MAX; i++) {
        mu_assert(*mu_why_instance(&why, i));
        for (uint32_t node = 0; node <= plan->nodes_count && node < TOLD_MAX;
             node++) {
            uint32_t at = node == plan->nodes_count ? MU_PLAN_NONE : node;
            struct mu_why_reasons reasons;

            mu_why_list(&why, i, at, &reasons);
            for (uint32_t k = 0; k < reasons.count && k < TOLD_MAX; k++) {
                mu_assert(mu_why_reason(&why, reasons.items[k], at));
            }
            (void)mu_why_remedy(&why, i, at);
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_span xml = {data, size};
    struct mu_arena arena;
    struct mu_snapshot *snapshot = NULL;
    struct mu_errbuf err = {{0}, 0, 0};

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    if (mu_cib_status_read_cib(&arena, xml, 0, MU_CONFIG_LENIENT, &snapshot,
                               &err) < 0) {
        mu_assert(err.text[0]);
    } else {
        const struct mu_plan *plan = mu_sched_plan(
            &arena, snapshot, MU_SCHED_SCORES | MU_SCHED_REASONS);
        json_t *json;

        plan_check(snapshot, plan);
        why_try(&arena, snapshot, plan);
        json = mu_muster_simulate_json(snapshot, plan);
        json_decref(json);
    }
    mu_arena_done(&arena);
    return 0;
}
