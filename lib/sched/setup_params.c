/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/setup_params.h"

#include "base/panic.h"

const struct mu_params *
mu_setup_params(struct mu_sched *sched,
                const struct mu_sched_resource *resource, uint32_t node,
                const char *op_name, int64_t interval_ms)
{
    mu_assert(resource->config != MU_STATE_NONE);
    return mu_params_cache_get(
        sched->cache, resource->config,
        node == MU_STATE_NONE ? NULL : sched->nodes[node].status, op_name,
        interval_ms);
}

int64_t
mu_setup_timeout_removed(struct mu_sched *sched,
                         const struct mu_sched_resource *resource,
                         const char *op_name, int64_t interval_ms)
{
    const struct mu_rule_input input = {.now_ms = sched->now_ms,
                                        .agent_class = resource->class_name,
                                        .agent_provider = resource->provider,
                                        .agent_type = resource->type,
                                        .op_name = op_name,
                                        .op_interval_ms = interval_ms};

    mu_assert(resource->config == MU_STATE_NONE);
    return mu_params_timeout_default_ms(sched->config, &input,
                                        &sched->next_change);
}
