/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/sched.h"

#include "sched/change.h"
#include "sched/colocate.h"
#include "sched/failure.h"
#include "sched/fence.h"
#include "sched/flight.h"
#include "sched/group.h"
#include "sched/history.h"
#include "sched/location.h"
#include "sched/migrate.h"
#include "sched/node_state.h"
#include "sched/notify.h"
#include "sched/order.h"
#include "sched/ordered.h"
#include "sched/place.h"
#include "sched/probe.h"
#include "sched/propagate.h"
#include "sched/result.h"
#include "sched/setup.h"
#include "sched/ticket.h"
#include "sched/transition.h"

static const struct mu_config_options *options_now(struct mu_sched *sched);
static void groups_colocate(struct mu_sched *sched);
static void implicit_order(struct mu_sched *sched);
static void actions_make(struct mu_sched *sched);

const struct mu_plan *
mu_sched_plan(struct mu_arena *arena, const struct mu_snapshot *snapshot,
              unsigned flags)
{
    struct mu_sched *sched = mu_arena_new(arena, struct mu_sched, 1);

    sched->arena = arena;
    sched->snapshot = snapshot;
    sched->config = snapshot->config;
    sched->status = snapshot->status;
    sched->flags = flags;
    sched->now_ms = snapshot->now_ms;
    sched->is_quorate = snapshot->is_quorate;
    sched->next_change = MU_INSTANT_NEVER;
    sched->options = options_now(sched);
    sched->is_maintenance = sched->options->maintenance_mode;
    sched->is_fencing_enabled = sched->options->fencing_enabled;
    sched->coordinator = snapshot->coordinator;
    sched->quorum_policy = sched->options->quorum_policy;
    if (sched->quorum_policy == MU_QUORUM_FENCE &&
        (!sched->is_fencing_enabled ||
         (!sched->is_quorate && !snapshot->had_quorum))) {
        sched->quorum_policy = MU_QUORUM_STOP; /* Nobody to be ended. */
    }
    sched->cache = mu_params_cache_new(arena, snapshot);

    mu_setup_run(sched);
    mu_node_state_run(sched);
    mu_failure_read(sched);
    mu_history_run(sched);
    mu_flight_read(sched);
    mu_result_note_before(sched);
    if (flags & MU_SCHED_STATE) {
        return mu_result_make(sched);
    }

    mu_location_make(sched);
    mu_colocate_make(sched);
    mu_order_make(sched);
    mu_ticket_apply(sched);
    mu_location_apply(sched);
    groups_colocate(sched);
    implicit_order(sched);
    mu_change_run(sched);

    mu_place_run(sched);
    actions_make(sched);
    mu_fence_run(sched);
    mu_flight_act(sched);
    mu_migrate_order(sched);
    mu_propagate_run(sched);
    mu_notify_run(sched);
    mu_flight_release(sched);
    mu_ordered_run(sched);
    return mu_result_make(sched);
}

/* The options that hold now: sets of them may have rules with dates. */
static const struct mu_config_options *
options_now(struct mu_sched *sched)
{
    const struct mu_config_blocks *properties = &sched->config->properties;
    struct mu_config_options *options;
    bool has_rule = false;

    for (uint32_t i = 0; i < properties->count; i++) {
        has_rule = has_rule || properties->blocks[i].rule;
    }
    if (!has_rule) {
        return &sched->config->options;
    }
    options = mu_arena_new(sched->arena, struct mu_config_options, 1);
    mu_config_options_at(sched->config, sched->now_ms, options,
                         &sched->next_change);
    return options;
}

/* Groups, in clones too, hold together. */
static void
groups_colocate(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->resources.count; i++) {
        if (sched->resources.items[i]->kind == MU_RESOURCE_GROUP) {
            mu_group_colocate(sched, sched->resources.items[i]);
        }
    }
}

static void
implicit_order(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->top.count; i++) {
        mu_transition_order(sched, sched->top.items[i]);
    }
}

static void
actions_make(struct mu_sched *sched)
{
    mu_probe_run(sched);
    for (size_t i = 0; i < sched->top.count; i++) {
        mu_transition_act(sched, sched->top.items[i]);
    }
}
