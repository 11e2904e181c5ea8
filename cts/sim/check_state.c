/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/limits.h"
#include "core/state.h"
#include "cts/sim/sim.h"

/* Digests cost more than everything else here: one position in so many. */
enum { POSITIONS_STRIDE = 8 };

static uint64_t
mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
    return a ^ (a >> 31);
}

/* Where two encoded states begin to differ, with what is there. */
static void
tell_difference(struct mu_sim *sim, const struct mu_check_digest *slot,
                uint32_t node, struct mu_span bytes)
{
    size_t at = 0;

    while (at < bytes.size && at < slot->bytes.size &&
           bytes.data[at] == slot->bytes.data[at]) {
        at++;
    }
    mu_sim_story_tell(sim, 0, "states of %zu and %zu bytes differ at %zu",
                      slot->bytes.size, bytes.size, at);
    for (unsigned which = 0; which < 2; which++) {
        struct mu_span span = which ? bytes : slot->bytes;
        char text[161];
        size_t count = 0;

        for (size_t i = at > 80 ? at - 80 : 0; i < at + 80 && i < span.size;
             i++) {
            bool is_plain = span.data[i] > ' ' && span.data[i] < 127;

            text[count++] = is_plain ? (char)span.data[i] : '.';
        }
        text[count] = '\0';
        mu_sim_story_tell(sim, which ? node : slot->node, "%s", text);
    }
}

/* Members of one ring that are active, in one view, at one position. */
static void
compare_digest(struct mu_sim *sim, uint32_t node, const struct mu_state *state)
{
    const struct mu_sim_node *self = &sim->nodes[node];
    uint64_t key =
        mix(mix(mix(mix(mix(1, self->ring.node), self->ring.seq), state->view),
                state->epoch),
            state->position);
    struct mu_check_digest *slot;
    struct mu_digest digest;

    /* When all daemons die in one ring, the next ones count views anew. */
    for (uint32_t i = 0; i < state->members_count; i++) {
        key = mix(key, state->members[i].incarnation);
    }
    slot = &sim->checks.digests[key % MU_CHECK_DIGESTS];
    mu_arena_reset(&sim->checks.scratch);
    digest = mu_state_digest(state, &sim->checks.scratch);
    sim->checks.digests_count++;
    mu_sim_story_mix(&sim->story, digest.low);
    if (slot->key == key) {
        if (slot->node != node && !mu_digest_is_equal(slot->digest, digest)) {
            tell_difference(sim, slot, node,
                            mu_state_encode(state, &sim->checks.scratch));
            mu_sim_fail(sim,
                        "S4: n%" PRIu32 " and n%" PRIu32
                        " differ at position %" PRIu64 " of view %" PRIu64,
                        node, slot->node, state->position, state->view);
        }
        return;
    }
    *slot =
        (struct mu_check_digest){.key = key, .node = node, .digest = digest};
    if (sim->story.file) {
        struct mu_span bytes = mu_state_encode(state, &sim->checks.scratch);

        slot->bytes.size = bytes.size;
        slot->bytes.data =
            mu_arena_copy(&sim->world.arena, bytes.data, bytes.size);
    }
}

/* Everything acknowledged is in every complete view that comes later. */
static void
check_acked(struct mu_sim *sim, uint32_t node, const struct mu_state *state)
{
    const struct mu_check_acked *acked = &sim->checks.acked;
    bool is_later =
        state->epoch > acked->epoch ||
        (state->epoch == acked->epoch && state->view == acked->view &&
         state->position >= acked->position);
    uint32_t version;

    if (acked->version == 0 || !is_later) {
        return;
    }
    if (state->config_index < acked->index) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " is in the complete view %" PRIu64
                    " with configuration %" PRIu64 ", but %" PRIu64
                    " (version %" PRIu32 ") was acknowledged",
                    node, state->view, state->config_index, acked->index,
                    acked->version);
        return;
    }
    version = mu_sim_config_recognise(sim, state->config_xml);
    if (state->config_index < MU_CHECK_INDEXES &&
        sim->checks.versions[state->config_index] != 0 &&
        sim->checks.versions[state->config_index] != version) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " has version %" PRIu32
                    " as configuration %" PRIu64 ", but version %" PRIu32
                    " was acknowledged",
                    node, version, state->config_index,
                    sim->checks.versions[state->config_index]);
    }
}

void
mu_check_state_step(struct mu_sim *sim, uint32_t node)
{
    const struct mu_core *core = sim->nodes[node].core;
    const struct mu_state *state;

    if (mu_core_get_phase(core) != MU_CORE_ACTIVE) {
        sim->checks.positions[node] = UINT64_MAX;
        return;
    }
    state = mu_core_get_state(core);
    if (state->position == sim->checks.positions[node]) {
        return;
    }
    sim->checks.positions[node] = state->position;
    mu_sim_story_detail(sim, node, "at position %" PRIu64 " of view %" PRIu64,
                        state->position, state->view);
    if (state->position % POSITIONS_STRIDE == 0) {
        compare_digest(sim, node, state);
    }
    if (state->is_complete && state->is_quorate) {
        check_acked(sim, node, state);
        mu_check_revisions(sim, node, state);
    }
}

void
mu_check_state_acked(struct mu_sim *sim, uint32_t node, uint32_t version)
{
    const struct mu_state *state = mu_core_get_state(sim->nodes[node].core);
    struct mu_check_acked *acked = &sim->checks.acked;
    uint64_t index = state->config_index;
    uint32_t applied = mu_sim_config_recognise(sim, state->config_xml);

    if (applied != version) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " acknowledges version %" PRIu32
                    ", but has applied version %" PRIu32,
                    node, version, applied);
        return;
    }
    if (index < MU_CHECK_INDEXES) {
        if (sim->checks.versions[index] != 0 &&
            sim->checks.versions[index] != version) {
            mu_sim_fail(sim,
                        "S3: versions %" PRIu32 " and %" PRIu32
                        " are acknowledged as configuration %" PRIu64,
                        sim->checks.versions[index], version, index);
            return;
        }
        sim->checks.versions[index] = version;
    }
    if (index >= acked->index) {
        *acked = (struct mu_check_acked){state->epoch, state->position,
                                         state->view, index, version};
    }
}
