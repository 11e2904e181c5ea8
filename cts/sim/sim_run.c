/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "cts/sim/sim.h"

enum { EVENTS_MAX = 3000000 };

static void on_heal(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_power_on(struct mu_sim *sim, const struct mu_sim_event *event);

static uint32_t
draw_nodes_count(struct mu_prng *prng)
{
    static const uint8_t counts[] = {1, 2, 2, 2, 2, 3, 3, 3, 3, 3,
                                     3, 3, 3, 4, 4, 5, 5, 5, 6, 7};

    return counts[mu_prng_below(prng, sizeof(counts))];
}

/* Nasty in some runs, harmless in others. */
static uint32_t
draw_chance(struct mu_prng *prng, uint32_t runs_per_thousand, uint32_t most)
{
    return mu_sim_world_chance(prng, runs_per_thousand)
               ? (uint32_t)mu_sim_world_draw_wide(prng, 1, most)
               : 0;
}

void
mu_sim_draw_options(uint64_t seed, struct mu_sim_options *ret_options)
{
    struct mu_prng prng;
    struct mu_sim_options options = {.seed = seed};
    struct mu_sim_ring_options *ring = &options.ring;

    mu_prng_init(&prng, seed * UINT64_C(0x2545f4914f6cdd1d) + 1);
    options.nodes_count = draw_nodes_count(&prng);
    options.faults_count = (uint32_t)mu_sim_world_draw(&prng, 2, 8);
    options.changes_count = (uint32_t)mu_sim_world_draw(&prng, 0, 6);
    options.faults_us = mu_sim_world_draw(&prng, 15000000, 50000000);
    options.heal_us = options.faults_us + 15000000;
    options.bound_us = 150000000;
    options.watchdog_ms = mu_sim_world_chance(&prng, 150)
                              ? mu_sim_world_draw(&prng, 5, 15) * 1000
                              : 0;
    ring->missed_leave_chance = (uint32_t)mu_sim_world_draw(&prng, 0, 1000);
    ring->subset_chance = draw_chance(&prng, 500, 500);
    ring->ghost_chance = draw_chance(&prng, 300, 500);
    ring->late_quorum_chance = draw_chance(&prng, 500, 300);
    ring->reused_id_chance = draw_chance(&prng, 300, 900);
    ring->refusal_chance = draw_chance(&prng, 400, 20);
    ring->slow_activation_chance = draw_chance(&prng, 400, 500);
    ring->lost_send_chance = draw_chance(&prng, 150, 10);
    ring->detect_us_min = mu_sim_world_draw_wide(&prng, 200000, 2000000);
    ring->detect_us_max = ring->detect_us_min * 2;
    ring->tells_nodes = mu_sim_world_chance(&prng, 200);
    ring->is_two_node =
        options.nodes_count == 2 && mu_sim_world_chance(&prng, 800);
    *ret_options = options;
}

void
mu_sim_fail(struct mu_sim *sim, const char *format, ...)
{
    va_list args;

    if (sim->is_failed) {
        return;
    }
    sim->is_failed = true;
    va_start(args, format);
    (void)vsnprintf(sim->failure, sizeof(sim->failure), format, args);
    va_end(args);
    mu_sim_story_tell(sim, 0, "FAILED: %s", sim->failure);
}

void
mu_sim_init(struct mu_sim *sim)
{
    mu_sim_world_init(&sim->world);
    mu_arena_init(&sim->checks.scratch, (size_t)1 << 28);
    for (uint32_t node = 1; node <= MU_SIM_NODES_MAX; node++) {
        (void)mu_text_format(sim->nodes[node].name,
                             sizeof(sim->nodes[node].name), "n%u",
                             (unsigned)node);
        sim->nodes[node].effects_left = -1;
        sim->nodes[node].inquorate_us = -1;
        sim->nodes[node].timer_at_us = -1;
        for (uint32_t i = 0; i < MU_SIM_RESOURCES_MAX; i++) {
            sim->agents.instances[node][i].undone_us = -1;
        }
    }
    mu_sim_ring_init(sim, &sim->options.ring);
}

static void
prepare(struct mu_sim *sim)
{
    struct mu_prng source;

    mu_prng_init(&source, sim->options.seed);
    mu_prng_init(&sim->prng, mu_prng_next(&source));
    mu_prng_init(&sim->ring.prng, mu_prng_next(&source));
    mu_prng_init(&sim->agents.prng, mu_prng_next(&source));
    mu_prng_init(&sim->configs.prng, mu_prng_next(&source));
    mu_prng_init(&sim->clients.prng, mu_prng_next(&source));
    mu_prng_init(&sim->faults.prng, mu_prng_next(&source));
    sim->agents.duration_us_max =
        mu_sim_world_draw_wide(&sim->prng, 20000, 1500000);
    mu_sim_init(sim);
    mu_sim_config_init(sim);
    mu_sim_faults_init(sim, sim->options.faults_count, sim->options.faults_us);
    mu_sim_client_init(sim, sim->options.changes_count, sim->options.faults_us);
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        mu_sim_world_after(
            &sim->world, mu_sim_world_draw_wide(&sim->prng, 1000, 3000000),
            (struct mu_sim_event){.handler = on_power_on, .node = node});
    }
    mu_sim_world_after(&sim->world, sim->options.heal_us,
                       (struct mu_sim_event){.handler = on_heal});
}

static void
on_power_on(struct mu_sim *sim, const struct mu_sim_event *event)
{
    mu_sim_node_power_on(sim, event->node);
}

static void
on_heal(struct mu_sim *sim, const struct mu_sim_event *event)
{
    (void)event;
    mu_sim_faults_heal(sim);
    mu_check_live_begin(sim);
}

bool
mu_sim_run(struct mu_sim *sim)
{
    prepare(sim);
    mu_sim_run_until(sim, INT64_MAX);
    return !sim->is_failed;
}

void
mu_sim_run_until(struct mu_sim *sim, int64_t until_us)
{
    struct mu_sim_event event;

    while (!sim->is_failed && !sim->is_finished && sim->world.count > 0 &&
           sim->world.heap[0].at_us <= until_us) {
        (void)mu_sim_world_next(&sim->world, &event); /* There is one. */
        event.handler(sim, &event);
        if (sim->world.done_count > EVENTS_MAX) {
            mu_sim_fail(sim, "S15: too much happens");
        }
    }
    if (until_us != INT64_MAX) {
        sim->world.now_us = until_us;
    }
}

void
mu_sim_done(struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= MU_SIM_NODES_MAX; node++) {
        mu_core_free(sim->nodes[node].core);
        sim->nodes[node].core = NULL;
    }
    mu_arena_done(&sim->checks.scratch);
    mu_sim_world_done(&sim->world);
}
