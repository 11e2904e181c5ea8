/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_faults.h"

#include <inttypes.h>

#include "base/text.h"
#include "cts/sim/sim.h"

static void on_fault(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_over(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_churn(struct mu_sim *sim, const struct mu_sim_event *event);

static const struct {
    const char *name;
    uint32_t weight;
} kinds[MU_SIM_FAULT_COUNT] = {
    [MU_SIM_FAULT_KILL] = {"kill", 12},
    [MU_SIM_FAULT_KILL_ALL] = {"kill-all", 4},
    [MU_SIM_FAULT_POWER] = {"power", 14},
    [MU_SIM_FAULT_BLACKOUT] = {"blackout", 3},
    [MU_SIM_FAULT_SPLIT] = {"split", 8},
    [MU_SIM_FAULT_ISOLATE] = {"isolate", 8},
    [MU_SIM_FAULT_ONE_WAY] = {"one-way", 3},
    [MU_SIM_FAULT_CHURN] = {"churn", 4},
    [MU_SIM_FAULT_COROSYNC] = {"corosync", 6},
    [MU_SIM_FAULT_PAUSE] = {"pause", 4},
    [MU_SIM_FAULT_STALL] = {"stall", 2},
    [MU_SIM_FAULT_FREEZE] = {"freeze", 5},
    [MU_SIM_FAULT_RESOURCE] = {"resource", 10},
    [MU_SIM_FAULT_AGENT] = {"agent", 12},
    [MU_SIM_FAULT_FENCE] = {"fence", 6},
    [MU_SIM_FAULT_DISK_SLOW] = {"disk-slow", 2},
    [MU_SIM_FAULT_DISK_FULL] = {"disk-full", 2},
    [MU_SIM_FAULT_DISK_FAIL] = {"disk-fail", 1},
    [MU_SIM_FAULT_DAMAGE] = {"damage", 1},
    [MU_SIM_FAULT_CLOCK] = {"clock", 2},
    [MU_SIM_FAULT_SHUTDOWN] = {"shutdown", 5},
};

static enum mu_sim_fault_kind
draw_kind(struct mu_prng *prng)
{
    uint32_t total = 0;
    int64_t at;

    for (uint32_t i = 0; i < MU_SIM_FAULT_COUNT; i++) {
        total += kinds[i].weight;
    }
    at = mu_sim_world_draw(prng, 0, (int64_t)total - 1);
    for (uint32_t i = 0; i < MU_SIM_FAULT_COUNT; i++) {
        at -= kinds[i].weight;
        if (at < 0) {
            return (enum mu_sim_fault_kind)i;
        }
    }
    return MU_SIM_FAULT_KILL;
}

void
mu_sim_faults_init(struct mu_sim *sim, uint32_t count, int64_t until_us)
{
    struct mu_sim_faults *faults = &sim->faults;
    struct mu_prng *prng = &faults->prng;
    uint32_t nodes = sim->options.nodes_count;
    bool has_damage = nodes < 3; /* One copy of all must be left somewhere. */

    for (uint32_t i = 0; i < count && i < MU_SIM_FAULTS_MAX; i++) {
        struct mu_sim_fault *fault = &faults->items[i];

        fault->kind = draw_kind(prng);
        fault->at_us = mu_sim_world_draw(prng, 2000000, until_us);
        fault->duration_us = mu_sim_world_draw_wide(prng, 100000, 20000000);
        fault->node = (uint32_t)mu_sim_world_draw(prng, 1, nodes);
        fault->mask = (uint32_t)mu_sim_world_draw(prng, 1, (2 << nodes) - 1);
        fault->random = mu_prng_next(prng);
        if (fault->kind == MU_SIM_FAULT_DAMAGE) {
            fault->kind = has_damage ? MU_SIM_FAULT_POWER : fault->kind;
            has_damage = true;
        }
        faults->count++;
        if (!(faults->skipped_mask >> i & 1)) {
            mu_sim_world_after(
                &sim->world, fault->at_us,
                (struct mu_sim_event){.handler = on_fault, .data = fault});
        }
    }
}

void
mu_sim_faults_describe(const struct mu_sim_fault *fault, char *text,
                       uint32_t size)
{
    (void)mu_text_format(
        text, size,
        "%s of n%" PRIu32 " (mask %#" PRIx32 ") at %.3f s for %.3f s",
        kinds[fault->kind].name, fault->node, fault->mask,
        (double)fault->at_us / 1e6, (double)fault->duration_us / 1e6);
}

static void
set_links(struct mu_sim *sim, const struct mu_sim_fault *fault, bool is_linked)
{
    uint32_t nodes = sim->options.nodes_count;
    uint32_t mask = fault->kind == MU_SIM_FAULT_ISOLATE
                        ? UINT32_C(1) << fault->node
                        : fault->mask;

    if (fault->kind == MU_SIM_FAULT_ONE_WAY) {
        uint32_t other = (uint32_t)(fault->random % nodes) + 1;

        if (other != fault->node) {
            mu_sim_ring_link(sim, fault->node, other, is_linked);
        }
        return;
    }
    for (uint32_t a = 1; a <= nodes; a++) {
        for (uint32_t b = 1; b <= nodes; b++) {
            if ((mask >> a & 1) != (mask >> b & 1)) {
                mu_sim_ring_link(sim, a, b, is_linked);
            }
        }
    }
}

static void
begin_agent_trouble(struct mu_sim *sim, const struct mu_sim_fault *fault)
{
    static const char *const names[] = {"start", "stop", "monitor", "start"};
    struct mu_sim_trouble trouble = {
        .until_us = sim->world.now_us + fault->duration_us,
        .kind = (enum mu_sim_trouble_kind)(1 + fault->random % 3),
        .node = fault->random >> 8 & 1 ? fault->node : 0,
        .resource = UINT32_MAX,
    };
    uint32_t names_count = sim->agents.names_count;

    if (fault->kind == MU_SIM_FAULT_FENCE) {
        (void)mu_text_format(trouble.op_name, sizeof(trouble.op_name), "fence");
    } else {
        (void)mu_text_format(trouble.op_name, sizeof(trouble.op_name), "%s",
                             names[fault->random >> 16 & 3]);
        if (names_count > 0 && (fault->random >> 24 & 3)) {
            trouble.resource = (uint32_t)(fault->random >> 32) % names_count;
        }
    }
    mu_sim_agent_trouble(sim, &trouble);
}

static void
begin_disk_trouble(struct mu_sim *sim, const struct mu_sim_fault *fault)
{
    struct mu_sim_disk *disk = &sim->nodes[fault->node].disk;
    int64_t until_us = sim->world.now_us + fault->duration_us;

    if (fault->kind == MU_SIM_FAULT_DISK_SLOW) {
        disk->slow_until_us = until_us;
    } else if (fault->kind == MU_SIM_FAULT_DISK_FULL) {
        disk->full_until_us = until_us;
    } else {
        disk->is_failed = true;
    }
}

static void
begin_blackout(struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        mu_sim_node_power_off(sim, node);
    }
}

static void
begin_shutdown(struct mu_sim *sim, uint32_t node)
{
    struct mu_event event = {.type = MU_EVENT_SHUTDOWN};

    mu_sim_node_push(sim, node, &event);
}

/* Begins what lasts for a while; on_over() ends it. */
static void
begin(struct mu_sim *sim, const struct mu_sim_fault *fault)
{
    uint32_t node = fault->node;

    switch (fault->kind) {
    case MU_SIM_FAULT_KILL:
        sim->nodes[node].effects_left = (int64_t)(fault->random % 20);
        break;
    case MU_SIM_FAULT_KILL_ALL:
        for (node = 1; node <= sim->options.nodes_count; node++) {
            mu_sim_node_kill(sim, node);
        }
        break;
    case MU_SIM_FAULT_POWER:
        mu_sim_node_power_off(sim, node);
        break;
    case MU_SIM_FAULT_DAMAGE:
        mu_sim_node_power_off(sim, node);
        mu_sim_disk_damage(sim, node);
        break;
    case MU_SIM_FAULT_BLACKOUT:
        begin_blackout(sim);
        break;
    case MU_SIM_FAULT_SPLIT:
    case MU_SIM_FAULT_ISOLATE:
    case MU_SIM_FAULT_ONE_WAY:
        set_links(sim, fault, false);
        break;
    case MU_SIM_FAULT_COROSYNC:
        mu_sim_ring_stop(sim, node, false);
        mu_sim_node_lost_corosync(sim, node);
        break;
    case MU_SIM_FAULT_PAUSE:
        mu_sim_ring_pause(sim, node);
        break;
    case MU_SIM_FAULT_STALL:
        mu_sim_ring_stall(sim, fault->duration_us);
        break;
    case MU_SIM_FAULT_FREEZE:
        mu_sim_node_freeze(sim, node);
        break;
    case MU_SIM_FAULT_RESOURCE:
        (void)mu_sim_agent_crash(sim, node); /* Nothing may run there. */
        break;
    case MU_SIM_FAULT_AGENT:
    case MU_SIM_FAULT_FENCE:
        begin_agent_trouble(sim, fault);
        break;
    case MU_SIM_FAULT_DISK_SLOW:
    case MU_SIM_FAULT_DISK_FULL:
    case MU_SIM_FAULT_DISK_FAIL:
        begin_disk_trouble(sim, fault);
        break;
    case MU_SIM_FAULT_CLOCK:
        sim->nodes[node].wall_skew_ms +=
            (int64_t)(fault->random % 7200000) - 3600000;
        break;
    case MU_SIM_FAULT_SHUTDOWN:
        begin_shutdown(sim, node);
        break;
    case MU_SIM_FAULT_CHURN:
    case MU_SIM_FAULT_COUNT:
        break; /* See on_churn(). */
    }
}

static void
on_fault(struct mu_sim *sim, const struct mu_sim_event *event)
{
    const struct mu_sim_fault *fault = event->data;
    char text[128];

    mu_sim_faults_describe(fault, text, sizeof(text));
    mu_sim_story_tell(sim, 0, "fault: %s", text);
    begin(sim, fault);
    if (fault->kind == MU_SIM_FAULT_CHURN) {
        on_churn(sim, event);
    }
    mu_sim_world_after(
        &sim->world, fault->duration_us,
        (struct mu_sim_event){.handler = on_over, .data = event->data});
}

static void
on_churn(struct mu_sim *sim, const struct mu_sim_event *event)
{
    const struct mu_sim_fault *fault = event->data;

    if (sim->faults.is_healed ||
        sim->world.now_us > fault->at_us + fault->duration_us) {
        return;
    }
    mu_sim_ring_churn(sim, fault->node,
                      mu_sim_world_chance(&sim->faults.prng, 300));
    mu_sim_world_after(
        &sim->world, mu_sim_world_draw_wide(&sim->faults.prng, 20000, 3000000),
        (struct mu_sim_event){.handler = on_churn, .data = event->data});
}

static void
on_over(struct mu_sim *sim, const struct mu_sim_event *event)
{
    const struct mu_sim_fault *fault = event->data;

    switch (fault->kind) {
    case MU_SIM_FAULT_POWER:
    case MU_SIM_FAULT_DAMAGE:
        mu_sim_node_power_on(sim, fault->node);
        break;
    case MU_SIM_FAULT_BLACKOUT:
        for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
            if (node == fault->node || (fault->mask >> node & 1)) {
                mu_sim_node_power_on(sim, node);
            }
        }
        break;
    case MU_SIM_FAULT_SPLIT:
    case MU_SIM_FAULT_ISOLATE:
    case MU_SIM_FAULT_ONE_WAY:
        set_links(sim, fault, true);
        break;
    case MU_SIM_FAULT_PAUSE:
        mu_sim_ring_resume(sim, fault->node);
        break;
    case MU_SIM_FAULT_FREEZE:
        mu_sim_node_thaw(sim, fault->node);
        break;
    case MU_SIM_FAULT_SHUTDOWN:
        mu_sim_node_start(sim, fault->node);
        break;
    case MU_SIM_FAULT_KILL:
    case MU_SIM_FAULT_KILL_ALL:
    case MU_SIM_FAULT_CHURN:
    case MU_SIM_FAULT_COROSYNC:
    case MU_SIM_FAULT_STALL:
    case MU_SIM_FAULT_RESOURCE:
    case MU_SIM_FAULT_AGENT:
    case MU_SIM_FAULT_FENCE:
    case MU_SIM_FAULT_DISK_SLOW:
    case MU_SIM_FAULT_DISK_FULL:
    case MU_SIM_FAULT_DISK_FAIL:
    case MU_SIM_FAULT_CLOCK:
    case MU_SIM_FAULT_COUNT:
        break; /* Over by themselves, or for good. */
    }
}

void
mu_sim_faults_heal(struct mu_sim *sim)
{
    uint32_t nodes = sim->options.nodes_count;

    mu_sim_story_tell(sim, 0, "everything is put right");
    sim->faults.is_healed = true;
    mu_sim_agent_heal(sim);
    sim->ring.options.missed_leave_chance = 0;
    sim->ring.options.lost_send_chance = 0;
    sim->ring.options.refusal_chance = 0;
    sim->ring.options.ghost_chance = 0;
    sim->ring.options.slow_activation_chance = 0;
    sim->ring.options.late_quorum_chance = 0;
    for (uint32_t node = 1; node <= nodes; node++) {
        struct mu_sim_disk *disk = &sim->nodes[node].disk;

        disk->slow_until_us = 0;
        disk->full_until_us = 0;
        for (uint32_t other = 1; other <= nodes; other++) {
            mu_sim_ring_link(sim, node, other, true);
        }
        mu_sim_ring_resume(sim, node);
        mu_sim_node_thaw(sim, node);
        sim->nodes[node].effects_left = -1;
        mu_sim_node_power_on(sim, node);
        if (!sim->nodes[node].core && sim->nodes[node].is_ended) {
            mu_sim_node_start(sim, node);
        }
        if (disk->is_failed) { /* Somebody replaces it and restarts. */
            mu_sim_node_kill(sim, node);
            disk->is_failed = false; /* Also where no daemon ran. */
        }
    }
}
