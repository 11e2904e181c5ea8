/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/state.h"
#include "cts/sim/sim.h"

enum { LOOK_US = 500000, CALM_US = 3000000 };

static void on_look(struct mu_sim *sim, const struct mu_sim_event *event);

static bool
wait_for(struct mu_sim *sim, uint32_t node, const char *what)
{
    sim->checks.waits_for = what;
    sim->checks.waits_node = node;
    return false;
}

/* Operators switch on what a fencing has switched off, and start what has
 * stopped in order. */
static void
tend(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    mu_sim_node_power_on(sim, node);
    if (!self->core && self->is_ended) {
        mu_sim_node_start(sim, node);
    }
}

static bool
is_fencing(const struct mu_state *state)
{
    for (uint32_t i = 0; i < state->fences_count; i++) {
        if (state->fences[i].state == MU_FENCE_RUNNING ||
            state->fences[i].state == MU_FENCE_PAUSING) {
            return true;
        }
    }
    return false;
}

/* One node alone. */
static bool
is_node_well(struct mu_sim *sim, uint32_t node)
{
    const struct mu_sim_node *self = &sim->nodes[node];
    const struct mu_state *state;

    if (!mu_sim_node_is_active(sim, node)) {
        return wait_for(sim, node, "an active daemon");
    }
    state = mu_core_get_state(self->core);
    if (state->members_count != sim->options.nodes_count) {
        return wait_for(sim, node, "a view of all nodes");
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (state->nodes[i].state != MU_NODE_STATE_ACTIVE) {
            return wait_for(sim, node, "every node to be active");
        }
    }
    if (!state->is_quorate || !mu_core_is_quorate(self->core)) {
        return wait_for(sim, node, "quorum");
    }
    if (!state->is_complete) {
        return wait_for(sim, node, "a complete view");
    }
    if (state->proposal.is_present) {
        return wait_for(sim, node, "a proposal");
    }
    if (is_fencing(state)) {
        return wait_for(sim, node, "a fencing");
    }
    if (!mu_core_is_idle(self->core)) {
        return wait_for(sim, node, "an empty plan");
    }
    return true;
}

static uint32_t
wanted_count(const struct mu_sim *sim, const struct mu_sim_version *version,
             uint32_t index)
{
    const struct mu_sim_primitive *primitive =
        &version->wishes.primitives[index];
    uint32_t usable =
        sim->options.nodes_count - (version->wishes.standby ? 1 : 0);

    if (!(version->wanted_mask >> index & 1)) {
        return 0;
    }
    if (primitive->clones) {
        return primitive->clones < usable ? primitive->clones : usable;
    }
    return 1;
}

/* What really runs is what is wanted. */
static bool
is_truth_well(struct mu_sim *sim, const struct mu_sim_version *version)
{
    static char text[64];

    for (uint32_t i = 0; i < MU_SIM_PRIMITIVES_MAX; i++) {
        char name[16];
        uint32_t resource;
        uint32_t active = 0;

        (void)mu_text_format(name, sizeof(name), "p%" PRIu32, i);
        resource = mu_sim_agent_resource(sim, name);
        for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
            active += sim->agents.instances[node][resource].is_active;
        }
        if (!version->wishes.primitives[i].exists &&
            sim->checks.was_state_lost) {
            continue;
        }
        if (active != wanted_count(sim, version, i)) {
            (void)mu_text_format(text, sizeof(text),
                                 "%s: %" PRIu32 " active, not %" PRIu32, name,
                                 active, wanted_count(sim, version, i));
            return wait_for(sim, 0, text);
        }
    }
    return true;
}

static bool
is_well(struct mu_sim *sim)
{
    const struct mu_state *state;
    uint32_t version;

    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        if (!is_node_well(sim, node)) {
            return false;
        }
        if (mu_core_get_coordinator(sim->nodes[node].core) !=
            mu_core_get_coordinator(sim->nodes[1].core)) {
            return wait_for(sim, node, "one coordinator");
        }
    }
    if (!sim->clients.is_configured) {
        return wait_for(sim, 0, "an acknowledged configuration");
    }
    if (!sim->clients.has_cleaned) {
        return wait_for(sim, 0, "an acknowledged cleanup");
    }
    state = mu_core_get_state(sim->nodes[1].core);
    version = mu_sim_config_recognise(sim, state->config_xml);
    if (version == 0) {
        return wait_for(sim, 1, "a known configuration");
    }
    return is_truth_well(sim, &sim->configs.versions[version - 1]);
}

void
mu_check_live_lost(struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        if (mu_sim_node_is_active(sim, node)) {
            return;
        }
    }
    sim->checks.was_state_lost = true;
}

void
mu_check_live_begin(struct mu_sim *sim)
{
    mu_sim_client_clean(sim);
    mu_sim_world_after(&sim->world, CALM_US,
                       (struct mu_sim_event){.handler = on_look});
}

static void
on_look(struct mu_sim *sim, const struct mu_sim_event *event)
{
    if (is_well(sim)) {
        /* It must stay so for a moment. */
        if (sim->checks.well_us == 0) {
            sim->checks.well_us = sim->world.now_us;
        } else if (sim->world.now_us - sim->checks.well_us >= 4 * LOOK_US) {
            sim->is_finished = true;
            return;
        }
    } else {
        sim->checks.well_us = 0;
        for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
            tend(sim, node);
        }
    }
    if (sim->world.now_us > sim->options.heal_us + sim->options.bound_us) {
        mu_sim_fail(sim,
                    "I6: %" PRId64 " s after everything was put right n%" PRIu32
                    " still waits for %s",
                    sim->options.bound_us / 1000000, sim->checks.waits_node,
                    sim->checks.waits_for ? sim->checks.waits_for : "calm");
        return;
    }
    mu_sim_world_after(&sim->world, LOOK_US, *event);
}
