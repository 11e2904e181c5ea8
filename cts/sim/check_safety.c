/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "core/state.h"
#include "cts/sim/sim.h"

enum {
    LEASE_US = 6000000, /* Nothing is launched when deaf for longer. */
    GRACE_US = 3000000, /* In which a loss of quorum must have its effect. */
};

static const struct mu_config_options *
options_of(const struct mu_sim *sim, uint32_t node)
{
    const struct mu_state *state = mu_core_get_state(sim->nodes[node].core);

    return state && state->config ? &state->config->options : NULL;
}

/* Whether 'node' can know of something that 'other' learnt at 'since_us': both
 * have been in one ring that 'other' activated later, or was in then. */
static bool
may_have_heard(const struct mu_sim *sim, uint32_t node, uint32_t other,
               int64_t since_us)
{
    const struct mu_sim_node *self = &sim->nodes[node];
    const struct mu_sim_node *peer = &sim->nodes[other];

    if (since_us < 0 || node == other) {
        return true;
    }
    for (uint32_t i = peer->rings_count; i-- > 0;) {
        for (uint32_t j = 0; j < self->rings_count; j++) {
            if (self->rings[j] == peer->rings[i]) {
                return true;
            }
        }
        if (peer->rings_us[i] <= since_us) {
            break; /* Older rings were over by then. */
        }
    }
    return peer->rings_count == MU_SIM_RINGS_MAX;
}

/* Somebody who is in a ring with 'node' may know, and have told. */
static bool
may_have_been_told(const struct mu_sim *sim, uint32_t node, uint32_t other,
                   int64_t since_us)
{
    for (uint32_t third = 1; third <= sim->options.nodes_count; third++) {
        if (third != other && mu_sim_ring_has(sim, node, third) &&
            may_have_heard(sim, third, other, since_us)) {
            return true;
        }
    }
    return false;
}

static bool
has_fencing(const struct mu_sim *sim)
{
    return sim->configs.versions_count == 0 ||
           sim->configs.versions[0].wishes.has_fencing;
}

/* Without fencing nothing is promised about nodes that cannot be heard when
 * something is started. */
static bool
is_promised(const struct mu_sim *sim, uint32_t node, uint32_t other)
{
    const struct mu_core *core = sim->nodes[node].core;
    const struct mu_state_node *known =
        core ? mu_state_find_node(mu_core_get_state(core), other) : NULL;

    return has_fencing(sim) || (known && known->state == MU_NODE_STATE_ACTIVE &&
                                mu_sim_ring_is_stable(sim, node) &&
                                mu_sim_ring_has(sim, node, other) &&
                                mu_sim_node_is_active(sim, other));
}

static void
check_quorum(struct mu_sim *sim, uint32_t node, const char *what)
{
    const struct mu_sim_node *self = &sim->nodes[node];
    const struct mu_config_options *options;

    if (!self->core || self->inquorate_us < 0 ||
        sim->world.now_us - self->inquorate_us < GRACE_US ||
        mu_sim_ring_is_quorate(sim, node)) {
        return;
    }
    options = options_of(sim, node);
    if (options && (options->quorum_policy == MU_QUORUM_IGNORE ||
                    options->quorum_policy == MU_QUORUM_FREEZE)) {
        return;
    }
    mu_sim_fail(sim, "S6: n%" PRIu32 " has no quorum and begins to %s", node,
                what);
}

static void
check_lease(struct mu_sim *sim, uint32_t node, const char *what)
{
    const struct mu_sim_node *self = &sim->nodes[node];

    if (self->core && sim->world.now_us - self->heard_us > LEASE_US) {
        mu_sim_fail(sim,
                    "S7: n%" PRIu32 " begins to %s, but has heard nothing for "
                    "%" PRId64 " ms",
                    node, what, (sim->world.now_us - self->heard_us) / 1000);
    }
}

void
mu_check_safety_start(struct mu_sim *sim, uint32_t node, uint32_t resource)
{
    const char *name = sim->agents.names[resource];
    uint32_t known = 0;

    for (uint32_t other = 1; other <= sim->options.nodes_count; other++) {
        const struct mu_sim_instance *instance =
            &sim->agents.instances[other][resource];
        bool is_free =
            !instance->may_be_known_active &&
            may_have_been_told(sim, node, other, instance->undone_us);

        if (other == node || is_free || !sim->nodes[other].is_powered ||
            !is_promised(sim, node, other)) {
            continue;
        }
        known++;
        if (known >= mu_sim_config_instances_max(sim, resource)) {
            mu_sim_fail(sim,
                        "S2: n%" PRIu32 " starts %s, but n%" PRIu32
                        " is not known to have stopped it",
                        node, name, other);
        }
    }
    check_quorum(sim, node, "start a resource");
    check_lease(sim, node, "start a resource");
    mu_check_safety_truth(sim, resource);
}

/* No resource here may be promoted more than once. */
static void
check_promoted(struct mu_sim *sim, uint32_t resource)
{
    uint32_t first = 0;

    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        if (!sim->agents.instances[node][resource].is_promoted) {
            continue;
        }
        if (first && has_fencing(sim)) {
            mu_sim_fail(sim,
                        "S1: %s is promoted on n%" PRIu32 " and on n%" PRIu32,
                        sim->agents.names[resource], first, node);
        }
        first = node;
    }
}

void
mu_check_safety_truth(struct mu_sim *sim, uint32_t resource)
{
    uint32_t max = mu_sim_config_instances_max(sim, resource);
    uint32_t active = 0;
    uint32_t first = 0;

    check_promoted(sim, resource);
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        const struct mu_sim_instance *instance =
            &sim->agents.instances[node][resource];

        if (!instance->is_active && !instance->is_starting) {
            continue;
        }
        if (first && active >= max && has_fencing(sim)) {
            mu_sim_fail(sim,
                        "S1: %s is active on n%" PRIu32 " and on n%" PRIu32,
                        sim->agents.names[resource], first, node);
            return;
        }
        active++;
        first = first ? first : node;
    }
}

void
mu_check_safety_shot(struct mu_sim *sim, uint32_t node, uint32_t target,
                     const char *action)
{
    const struct mu_sim_node *self = &sim->nodes[node];
    const struct mu_sim_node *peer = &sim->nodes[target];
    const struct mu_state_node *ours;
    const struct mu_state_node *theirs;

    if (strcmp(action, "on") == 0 || strcmp(action, "monitor") == 0 ||
        !self->core) {
        return;
    }
    check_quorum(sim, node, "fence");
    check_lease(sim, node, "fence");
    if (!mu_sim_node_is_active(sim, node) ||
        !mu_sim_node_is_active(sim, target) || peer->is_frozen ||
        sim->agents.has_op_failed[target] ||
        self->ring.node != peer->ring.node ||
        self->ring.seq != peer->ring.seq) {
        return;
    }
    ours = mu_state_find_node(mu_core_get_state(self->core), target);
    theirs = mu_state_find_node(mu_core_get_state(peer->core), target);
    if (ours && theirs && ours->state == MU_NODE_STATE_ACTIVE &&
        theirs->state == MU_NODE_STATE_ACTIVE) {
        mu_sim_fail(sim,
                    "S8: n%" PRIu32 " shoots n%" PRIu32
                    ", which is an active member and has done nothing",
                    node, target);
    }
}
