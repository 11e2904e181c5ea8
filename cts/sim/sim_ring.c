/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_ring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "cts/sim/sim.h"
#include "cts/sim/sim_cpg.h"

enum { NODES = MU_SIM_NODES_MAX + 1, TOKEN_PACKETS_MAX = 8 };

static void on_reform(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_activate(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_token(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_receive(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_kick(struct mu_sim *sim, const struct mu_sim_event *event);

static bool
is_connected(const struct mu_sim_ring *ring, uint32_t a, uint32_t b)
{
    return a == b || (ring->is_linked[a][b] && ring->is_linked[b][a]);
}

static bool
is_running(const struct mu_sim_corosync *corosync)
{
    return corosync->is_up && !corosync->is_paused;
}

/* The token goes round: everybody is here, and everybody hears everybody. */
static bool
is_whole(const struct mu_sim *sim, const struct mu_sim_totem *totem)
{
    const struct mu_sim_ring *ring = &sim->ring;

    if (sim->world.now_us < ring->stalled_until_us) {
        return false;
    }
    for (uint32_t a = 1; a < NODES; a++) {
        if (!(totem->mask >> a & 1)) {
            continue;
        }
        if (!is_running(&ring->nodes[a]) || ring->nodes[a].ring != totem) {
            return false;
        }
        for (uint32_t b = 1; b < a; b++) {
            if ((totem->mask >> b & 1) && !is_connected(ring, a, b)) {
                return false;
            }
        }
    }
    return true;
}

/* Asks for new rings where they are due. Losses are noticed after the token's
 * timeout, newcomers by their merge messages. */
static void
expect_reform(struct mu_sim *sim, bool is_loss)
{
    struct mu_sim_ring *ring = &sim->ring;
    int64_t delay_us =
        is_loss ? mu_sim_world_draw(&ring->prng, ring->options.detect_us_min,
                                    ring->options.detect_us_max)
                : mu_sim_world_draw(&ring->prng, 50000, 400000);

    mu_sim_world_after(&sim->world, delay_us,
                       (struct mu_sim_event){.handler = on_reform});
}

static void
expect_token(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    if (corosync->is_token_due || corosync->packets_count == 0) {
        return;
    }
    corosync->is_token_due = true;
    mu_sim_world_after(
        &sim->world, mu_sim_world_draw(&sim->ring.prng, 100, 1500),
        (struct mu_sim_event){.handler = on_token, .node = node});
}

/* Something that kept messages from moving may be over. */
static void
kick(struct mu_sim *sim)
{
    for (uint32_t node = 1; node < NODES; node++) {
        struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

        if (!is_running(corosync) || !corosync->ring) {
            continue;
        }
        expect_token(sim, node);
        mu_sim_world_after(&sim->world, 50,
                           (struct mu_sim_event){.handler = on_receive,
                                                 .node = node,
                                                 .data = corosync->ring});
    }
}

static void
push_packet(struct mu_sim *sim, uint32_t node,
            const struct mu_sim_packet *packet)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    uint32_t used = corosync->packets_first + corosync->packets_count;

    if (used == corosync->packets_capacity) {
        uint32_t capacity = corosync->packets_count * 2 + 16;
        struct mu_sim_packet *grown =
            mu_arena_new(&sim->world.arena, struct mu_sim_packet, capacity);

        if (corosync->packets_count > 0) {
            memcpy(grown, corosync->packets + corosync->packets_first,
                   corosync->packets_count * sizeof(*grown));
        }
        corosync->packets = grown;
        corosync->packets_capacity = capacity;
        corosync->packets_first = 0;
        used = corosync->packets_count;
    }
    corosync->packets[used] = *packet;
    corosync->packets[used].accepted_in = corosync->shown;
    corosync->packets_count++;
    expect_token(sim, node);
}

/* Members that go together are given the same: what any of them has had, all
 * that they sent themselves, and of the others' only what comes before the
 * first hole. */
static void
recover(struct mu_sim *sim, struct mu_sim_totem *totem, uint32_t mask)
{
    uint32_t had = 0;
    bool has_hole = false;

    for (uint32_t node = 1; node < NODES; node++) {
        if ((mask >> node & 1) && totem->received[node] > had) {
            had = totem->received[node];
        }
    }
    for (uint32_t k = 0; k < totem->entries_count; k++) {
        bool is_theirs = mask >> totem->entries[k].node & 1;

        if (k >= had && !is_theirs &&
            (has_hole || mu_sim_world_chance(&sim->ring.prng, 500))) {
            has_hole = true;
            continue;
        }
        for (uint32_t node = 1; node < NODES; node++) {
            if ((mask >> node & 1) && totem->received[node] <= k &&
                mu_sim_cpg_is_active(&sim->ring.nodes[node])) {
                mu_sim_cpg_deliver(sim, node, totem, k);
            }
        }
    }
}

static struct mu_sim_totem *
make_totem(struct mu_sim *sim, uint32_t mask)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_totem *totem =
        mu_arena_new(&sim->world.arena, struct mu_sim_totem, 1);

    totem->number = ++ring->next_totem;
    totem->mask = mask;
    totem->id.node = (uint32_t)__builtin_ctz(mask);
    for (uint32_t node = 1; node < NODES; node++) {
        if ((mask >> node & 1) && ring->nodes[node].seq >= totem->id.seq) {
            totem->id.seq = ring->nodes[node].seq + 1;
        }
    }
    for (uint32_t node = 1; node < NODES; node++) {
        struct mu_sim_corosync *corosync = &ring->nodes[node];

        if (mask >> node & 1) {
            corosync->seq = totem->id.seq;
            ring->ghost_pids[node] = 0;
            if (corosync->joined_pid) {
                (void)mu_sim_members_add(
                    &totem->base,
                    (struct mu_group_member){node, corosync->joined_pid});
            }
        } else if (ring->ghost_pids[node]) {
            (void)mu_sim_members_add(
                &totem->base, (struct mu_group_member){
                                  node, ring->ghost_pids[node]}); /* W6 */
        }
    }
    return totem;
}

static void
form_ring(struct mu_sim *sim, uint32_t mask)
{
    struct mu_sim_ring *ring = &sim->ring;
    uint32_t left = mask;
    struct mu_sim_totem *totem;
    int64_t barrier_us = mu_sim_world_draw_wide(&ring->prng, 500, 20000);

    while (left) { /* Those that come from the same ring go together. */
        uint32_t first = (uint32_t)__builtin_ctz(left);
        struct mu_sim_totem *old = ring->nodes[first].ring;
        uint32_t together = 0;

        for (uint32_t node = first; node < NODES; node++) {
            if ((left >> node & 1) && ring->nodes[node].ring == old) {
                together |= UINT32_C(1) << node;
            }
        }
        left &= ~together;
        if (old) {
            recover(sim, old, together);
        }
    }
    totem = make_totem(sim, mask);
    mu_sim_story_detail(sim, 0, "ring %" PRIu32 ".%" PRIu64 " of %#" PRIx32,
                        totem->id.node, totem->id.seq, mask);
    mu_sim_story_mix(&sim->story, totem->id.seq << 8 | mask);
    for (uint32_t node = 1; node < NODES; node++) {
        int64_t delay_us = barrier_us + mu_sim_cpg_latency(sim);

        for (uint32_t other = 1; other < NODES; other++) {
            if ((mask >> node & 1) && !(mask >> other & 1)) {
                ring->nodes[other].was_away[node] = true;
                ring->nodes[node].was_away[other] = true;
            }
        }
        if (!(mask >> node & 1)) {
            continue;
        }
        ring->nodes[node].ring = totem;
        if (mu_sim_world_chance(&ring->prng,
                                ring->options.slow_activation_chance)) {
            delay_us += mu_sim_world_draw_wide(&ring->prng, 1000, 2000000);
        }
        mu_sim_world_after(&sim->world, delay_us,
                           (struct mu_sim_event){.handler = on_activate,
                                                 .node = node,
                                                 .data = totem});
    }
}

/* Groups of nodes that all hear each other, found in a random order: with
 * links that are not transitive, or one way, it comes out differently each
 * time. Sets 'groups' per node. */
static void
find_groups(struct mu_sim *sim, uint32_t groups[NODES])
{
    struct mu_sim_ring *ring = &sim->ring;
    uint32_t first =
        (uint32_t)mu_sim_world_draw(&ring->prng, 0, MU_SIM_NODES_MAX - 1);

    memset(groups, 0, NODES * sizeof(groups[0]));
    for (uint32_t i = 0; i < MU_SIM_NODES_MAX; i++) {
        uint32_t seed = 1 + (first + i) % MU_SIM_NODES_MAX;
        uint32_t mask = 0;

        if (!is_running(&ring->nodes[seed]) || groups[seed]) {
            continue;
        }
        for (uint32_t j = 0; j < MU_SIM_NODES_MAX; j++) {
            uint32_t node = 1 + (seed - 1 + j) % MU_SIM_NODES_MAX;
            bool fits = is_running(&ring->nodes[node]) && !groups[node];

            for (uint32_t other = 1; fits && other < NODES; other++) {
                fits = !(mask >> other & 1) || is_connected(ring, node, other);
            }
            mask |= fits ? UINT32_C(1) << node : 0;
        }
        for (uint32_t node = 1; node < NODES; node++) {
            groups[node] = mask >> node & 1 ? mask : groups[node];
        }
    }
}

static void
on_reform(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_ring *ring = &sim->ring;
    uint32_t groups[NODES];
    bool is_torn = false;

    (void)event;
    find_groups(sim, groups);
    for (uint32_t node = 1; node < NODES; node++) {
        bool is_new = false;

        if (!groups[node] || (uint32_t)__builtin_ctz(groups[node]) != node) {
            continue;
        }
        for (uint32_t other = node; other < NODES; other++) {
            const struct mu_sim_totem *now = ring->nodes[other].ring;

            if (groups[node] >> other & 1) {
                is_new |= !now || now->mask != groups[node] ||
                          now != ring->nodes[node].ring;
            }
        }
        if (is_new) {
            ring->reforms_count++;
            form_ring(sim, groups[node]);
        }
    }
    /* W9: nodes that hear each other in one way, or only by a third, keep
     * trying. */
    for (uint32_t a = 1; a < NODES; a++) {
        for (uint32_t b = 1; b < NODES; b++) {
            is_torn |= groups[a] && groups[b] && groups[a] != groups[b] &&
                       ring->is_linked[a][b];
        }
    }
    if (is_torn) {
        mu_sim_world_after(&sim->world,
                           mu_sim_world_draw(&ring->prng, 1000000, 6000000),
                           (struct mu_sim_event){.handler = on_reform});
    }
    kick(sim);
}

static bool
count_votes(struct mu_sim *sim, uint32_t node, const struct mu_sim_totem *totem)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    uint32_t votes = (uint32_t)__builtin_popcount(totem->mask);

    if (votes == sim->options.nodes_count) {
        corosync->has_seen_all = true;
    }
    if (sim->ring.options.is_two_node) {
        return corosync->has_seen_all; /* two_node implies wait_for_all. */
    }
    return 2 * votes > sim->options.nodes_count;
}

static void
on_activate(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_totem *totem = event->data;
    uint32_t node = event->node;
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    if (!corosync->is_up || corosync->ring != totem ||
        mu_sim_cpg_is_active(corosync)) {
        return; /* Another ring came first: nobody will hear of this one. */
    }
    if (corosync->is_paused) {
        mu_sim_world_after(&sim->world, 10000, *event);
        return;
    }
    corosync->shown = totem;
    mu_sim_node_note_ring(sim, node, totem->number);
    totem->is_quorate[node] = count_votes(sim, node, totem);
    if (corosync->is_client_in) {
        mu_sim_cpg_change(sim, node, totem);
    }
    if (corosync->pid) {
        mu_sim_cpg_quorum(sim, node, totem);
    }
    for (uint32_t other = 1; other < NODES; other++) {
        if (totem->mask >> other & 1) {
            corosync->was_away[other] = false;
        }
    }
    kick(sim);
}

/* Puts one packet of 'node' into the order. */
static void
order(struct mu_sim *sim, uint32_t node, const struct mu_sim_packet *packet)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_totem *totem = ring->nodes[node].ring;
    struct mu_sim_entry *entry;

    if (totem->entries_count == totem->entries_capacity) {
        uint32_t capacity = totem->entries_capacity * 2 + 64;
        struct mu_sim_entry *grown =
            mu_arena_new(&sim->world.arena, struct mu_sim_entry, capacity);

        if (totem->entries_count > 0) {
            memcpy(grown, totem->entries,
                   totem->entries_count * sizeof(*grown));
        }
        totem->entries = grown;
        totem->entries_capacity = capacity;
    }
    entry = &totem->entries[totem->entries_count++];
    *entry = (struct mu_sim_entry){
        .packet = *packet, .node = node, .deliver_mask = totem->mask};
    if (packet->kind == MU_SIM_PACKET_DATA && packet->accepted_in != totem &&
        mu_sim_world_chance(&ring->prng, ring->options.subset_chance)) {
        entry->deliver_mask = (uint32_t)mu_prng_next(&ring->prng) &
                              (uint32_t)mu_prng_next(&ring->prng);
        entry->deliver_mask |= UINT32_C(1) << node;
    }
    for (uint32_t other = 1; other < NODES; other++) {
        int64_t delay_us;

        if (!(totem->mask >> other & 1)) {
            continue;
        }
        delay_us = mu_sim_world_draw(&ring->prng, 50, 600);
        entry->available_us[other] = sim->world.now_us + delay_us;
        mu_sim_world_after(&sim->world, delay_us,
                           (struct mu_sim_event){.handler = on_receive,
                                                 .node = other,
                                                 .data = totem});
    }
}

static void
on_token(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_corosync *corosync = &ring->nodes[event->node];

    corosync->is_token_due = false;
    if (!is_running(corosync) || !mu_sim_cpg_is_active(corosync) ||
        !is_whole(sim, corosync->ring)) {
        return; /* Somebody will kick when that changes. */
    }
    for (unsigned i = 0; i < TOKEN_PACKETS_MAX && corosync->packets_count > 0;
         i++) {
        struct mu_sim_packet packet =
            corosync->packets[corosync->packets_first++];

        corosync->packets_count--;
        if (packet.kind == MU_SIM_PACKET_DATA &&
            mu_sim_world_chance(&ring->prng, ring->options.lost_send_chance)) {
            mu_sim_story_tell(sim, event->node, "corosync drops a message");
            continue;
        }
        order(sim, event->node, &packet);
    }
    expect_token(sim, event->node);
}

static void
on_receive(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_corosync *corosync = &ring->nodes[event->node];
    struct mu_sim_totem *totem = event->data;
    uint32_t *received = &totem->received[event->node];

    if (!is_running(corosync) || corosync->ring != totem ||
        !mu_sim_cpg_is_active(corosync) ||
        sim->world.now_us < ring->stalled_until_us) {
        return;
    }
    while (*received < totem->entries_count) {
        const struct mu_sim_entry *entry = &totem->entries[*received];

        if (entry->available_us[event->node] > sim->world.now_us ||
            !is_connected(ring, entry->node, event->node)) {
            return;
        }
        mu_sim_cpg_deliver(sim, event->node, totem, (*received)++);
    }
}

static void
on_kick(struct mu_sim *sim, const struct mu_sim_event *event)
{
    (void)event;
    kick(sim);
}

void
mu_sim_ring_init(struct mu_sim *sim, const struct mu_sim_ring_options *options)
{
    struct mu_sim_ring *ring = &sim->ring;

    ring->options = *options;
    for (uint32_t from = 1; from < NODES; from++) {
        for (uint32_t to = 1; to < NODES; to++) {
            ring->is_linked[from][to] = true;
        }
    }
}

void
mu_sim_ring_start(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    mu_assert(!corosync->is_up);
    corosync->is_up = true;
    corosync->is_paused = false;
    form_ring(sim, UINT32_C(1) << node);
    expect_reform(sim, false);
}

void
mu_sim_ring_stop(struct mu_sim *sim, uint32_t node, bool is_power)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_corosync *corosync = &ring->nodes[node];
    uint64_t connection = corosync->connection + 1;
    uint64_t seq = corosync->seq;
    bool has_client = corosync->pid != 0;
    struct mu_event event = {.type = MU_EVENT_RING_LOST};

    if (!corosync->is_up) {
        return;
    }
    if (corosync->joined_pid &&
        mu_sim_world_chance(&ring->prng, ring->options.ghost_chance)) {
        mu_sim_story_tell(sim, node, "corosync leaves a ghost behind");
        ring->ghost_pids[node] = corosync->joined_pid;
    }
    if (is_power && seq > 0 &&
        mu_sim_world_chance(&ring->prng, ring->options.reused_id_chance)) {
        seq--; /* W8: the file was not synced. */
    }
    *corosync = (struct mu_sim_corosync){.seq = seq, .connection = connection};
    if (!is_power && has_client) {
        mu_sim_cpg_tell(sim, node, &event,
                        mu_sim_world_draw(&ring->prng, 1000, 25000));
    }
    expect_reform(sim, true);
}

void
mu_sim_ring_pause(struct mu_sim *sim, uint32_t node)
{
    if (sim->ring.nodes[node].is_up) {
        sim->ring.nodes[node].is_paused = true;
        expect_reform(sim, true);
    }
}

void
mu_sim_ring_resume(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    if (!corosync->is_up || !corosync->is_paused) {
        return;
    }
    corosync->is_paused = false;
    kick(sim); /* W11: first what had come before, all at once. */
    if (corosync->ring && !is_whole(sim, corosync->ring) &&
        mu_sim_world_chance(&sim->ring.prng, 700)) {
        form_ring(sim, UINT32_C(1) << node);
    }
    expect_reform(sim, false);
}

void
mu_sim_ring_link(struct mu_sim *sim, uint32_t from, uint32_t to, bool is_linked)
{
    if (sim->ring.is_linked[from][to] != is_linked) {
        sim->ring.is_linked[from][to] = is_linked;
        expect_reform(sim, !is_linked);
        if (is_linked) {
            kick(sim);
        }
    }
}

void
mu_sim_ring_churn(struct mu_sim *sim, uint32_t node, bool is_alone)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    if (!is_running(corosync) || !corosync->ring) {
        return;
    }
    if (is_alone) {
        form_ring(sim, UINT32_C(1) << node);
        expect_reform(sim, false);
    } else if (is_whole(sim, corosync->ring)) {
        form_ring(sim, corosync->ring->mask);
    }
}

void
mu_sim_ring_stall(struct mu_sim *sim, int64_t stall_us)
{
    int64_t until_us = sim->world.now_us + stall_us;

    if (until_us > sim->ring.stalled_until_us) {
        sim->ring.stalled_until_us = until_us;
        mu_sim_world_after(&sim->world, stall_us,
                           (struct mu_sim_event){.handler = on_kick});
    }
}

void
mu_sim_ring_join(struct mu_sim *sim, uint32_t node, uint32_t pid)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_sim_packet packet = {.pid = pid, .kind = MU_SIM_PACKET_JOIN};

    mu_assert(corosync->is_up);
    mu_assert(corosync->pid == 0);
    corosync->pid = pid;
    corosync->connection++;
    push_packet(sim, node, &packet);
    if (mu_sim_cpg_is_active(corosync)) {
        mu_sim_cpg_quorum(sim, node, corosync->ring);
    }
}

/* The daemon of 'node' is no member any more from here on; the others learn it
 * in the order. */
static void
disconnect(struct mu_sim *sim, uint32_t node, bool is_death)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_sim_packet packet = {.pid = corosync->pid,
                                   .kind = is_death ? MU_SIM_PACKET_PROCDOWN
                                                    : MU_SIM_PACKET_LEAVE};

    if (!corosync->is_up || !corosync->pid) {
        return;
    }
    corosync->pid = 0;
    corosync->joined_pid = 0;
    corosync->is_client_in = false;
    corosync->told.count = 0;
    corosync->connection++;
    push_packet(sim, node, &packet);
}

void
mu_sim_ring_leave(struct mu_sim *sim, uint32_t node)
{
    disconnect(sim, node, false);
}

void
mu_sim_ring_client_died(struct mu_sim *sim, uint32_t node)
{
    disconnect(sim, node, true);
}

bool
mu_sim_ring_send(struct mu_sim *sim, uint32_t node, struct mu_span bytes)
{
    struct mu_sim_ring *ring = &sim->ring;
    struct mu_sim_corosync *corosync = &ring->nodes[node];
    struct mu_sim_packet packet = {
        .pid = corosync->pid, .kind = MU_SIM_PACKET_DATA, .bytes = bytes};

    if (!corosync->is_up || !corosync->pid) {
        return false;
    }
    if (corosync->refuses_until_us > sim->world.now_us) {
        return false;
    }
    if (mu_sim_world_chance(&ring->prng, ring->options.refusal_chance)) {
        corosync->refuses_until_us =
            sim->world.now_us +
            mu_sim_world_draw_wide(&ring->prng, 1000, 2000000); /* W12 */
        return false;
    }
    if (!corosync->is_paused && !mu_sim_cpg_is_active(corosync)) {
        return false; /* It is synchronising. */
    }
    push_packet(sim, node, &packet);
    return true;
}

void
mu_sim_ring_kill(struct mu_sim *sim, uint32_t node, uint32_t target)
{
    struct mu_sim_packet packet = {.pid = sim->ring.nodes[node].pid,
                                   .kind = MU_SIM_PACKET_KILL,
                                   .target = target};

    if (sim->ring.nodes[node].is_up) {
        push_packet(sim, node, &packet);
    }
}

bool
mu_sim_ring_is_quorate(const struct mu_sim *sim, uint32_t node)
{
    const struct mu_sim_totem *shown = sim->ring.nodes[node].shown;

    for (uint32_t other = 1; shown && other < NODES; other++) {
        if (shown->is_quorate[other]) {
            return true;
        }
    }
    return false;
}

uint64_t
mu_sim_ring_number(const struct mu_sim *sim, uint32_t node)
{
    const struct mu_sim_totem *shown = sim->ring.nodes[node].shown;

    return shown ? shown->number : 0;
}

bool
mu_sim_ring_is_stable(const struct mu_sim *sim, uint32_t node)
{
    const struct mu_sim_corosync *corosync = &sim->ring.nodes[node];

    return is_running(corosync) && mu_sim_cpg_is_active(corosync) &&
           is_whole(sim, corosync->ring);
}

bool
mu_sim_ring_has(const struct mu_sim *sim, uint32_t node, uint32_t other)
{
    const struct mu_sim_totem *shown = sim->ring.nodes[node].shown;

    return shown && (shown->mask >> other & 1);
}
