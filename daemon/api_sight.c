/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sight: what the core knows, and the plan for it, made once for each state. */

#include "core/core.h"
#include "daemon/api_private.h"
#include "sched/sched.h"

static void facts_read(struct mu_api *api, const struct mu_core *core);

const struct mu_api_sight *
mu_api_sight_glance(struct mu_api *api)
{
    facts_read(api, api->host.core(api->host.context));
    api->has_plan = false;
    api->sight.plan = NULL;
    api->sight.snapshot = NULL;
    mu_arena_done(&api->arena);
    return &api->sight;
}

const struct mu_api_sight *
mu_api_sight_look(struct mu_api *api)
{
    const struct mu_core *core = api->host.core(api->host.context);
    struct mu_api_sight *sight = &api->sight;
    bool was_quorate = sight->is_quorate;

    facts_read(api, core);
    if (api->has_plan && sight->state && api->seen_state == sight->state &&
        sight->state->position == api->seen_position &&
        sight->is_quorate == was_quorate &&
        sight->wall_ms < sight->plan->next_change_ms &&
        sight->wall_ms >= sight->snapshot->now_ms) {
        return sight;
    }
    mu_arena_reset(&api->arena);
    api->has_plan = false;
    sight->plan = NULL;
    sight->snapshot =
        sight->state ? mu_core_make_snapshot(core, &api->arena, sight->wall_ms)
                     : NULL;
    if (sight->snapshot) {
        sight->plan =
            mu_sched_plan(&api->arena, sight->snapshot, MU_SCHED_REASONS);
        api->has_plan = true;
        api->plans_count++;
        api->seen_state = sight->state;
        api->seen_position = sight->state->position;
    }
    return sight;
}

/* All but the plan and its snapshot. */
static void
facts_read(struct mu_api *api, const struct mu_core *core)
{
    const struct mu_api_host *host = &api->host;
    struct mu_api_sight *sight = &api->sight;

    sight->state = core ? mu_core_get_state(core) : NULL;
    sight->phase = core ? mu_core_get_phase(core) : MU_CORE_BOOTING;
    sight->node_id = core ? mu_core_get_node_id(core) : 0;
    sight->coordinator = core ? mu_core_get_coordinator(core) : 0;
    sight->is_quorate = core && mu_core_is_quorate(core);
    sight->is_idle = core && mu_core_is_idle(core);
    sight->wall_ms = host->wall_ms(host->context);
    sight->trouble = host->trouble(host->context);
    sight->cluster_name =
        host->cluster_name ? host->cluster_name(host->context) : NULL;
    sight->outlook = host->outlook ? host->outlook(host->context) : NULL;
}
