/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_cpg.h"

#include <string.h>

#include "base/panic.h"
#include "cts/sim/sim.h"

enum { NODES = MU_SIM_NODES_MAX + 1 };

static void on_tell(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_killed(struct mu_sim *sim, const struct mu_sim_event *event);

bool
mu_sim_cpg_is_active(const struct mu_sim_corosync *corosync)
{
    return corosync->ring && corosync->ring == corosync->shown;
}

/* Puts an event into the client's queue. CPG and quorum are two connections:
 * each keeps its order, nothing is promised between them. */
void
mu_sim_cpg_tell(struct mu_sim *sim, uint32_t node, const struct mu_event *event,
                int64_t delay_us)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    int64_t *busy_us = event->type == MU_EVENT_QUORUM
                           ? &corosync->quorum_busy_us
                           : &corosync->cpg_busy_us;
    int64_t at_us = sim->world.now_us + delay_us;
    struct mu_event *copy = mu_arena_new(&sim->world.arena, struct mu_event, 1);

    *copy = *event;
    at_us = at_us > *busy_us ? at_us : *busy_us;
    *busy_us = at_us;
    mu_sim_world_after(&sim->world, at_us - sim->world.now_us,
                       (struct mu_sim_event){.handler = on_tell,
                                             .node = node,
                                             .tag = corosync->connection,
                                             .data = copy});
}

int64_t
mu_sim_cpg_latency(struct mu_sim *sim)
{
    return mu_sim_world_draw_wide(&sim->ring.prng, 20, 3000);
}

/* Copies a list in an order of its own (W3). */
static struct mu_group_member *
copy_members(struct mu_sim *sim, const struct mu_sim_members *members)
{
    uint32_t count = members->count;
    uint32_t first;
    struct mu_group_member *copy;

    if (count == 0) {
        return NULL;
    }
    copy = mu_arena_new(&sim->world.arena, struct mu_group_member, count);
    first = (uint32_t)mu_sim_world_draw(&sim->ring.prng, 0, (int64_t)count - 1);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = members->items[(first + i) % count];
    }
    return copy;
}

static void
tell_group(struct mu_sim *sim, uint32_t node,
           const struct mu_sim_members *joined,
           const struct mu_sim_members *left, enum mu_leave_reason reason)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_event event = {.type = MU_EVENT_GROUP};
    enum mu_leave_reason *reasons =
        mu_arena_new(&sim->world.arena, enum mu_leave_reason, left->count + 1);

    mu_sim_members_sort(&corosync->told);
    for (uint32_t i = 0; i < left->count; i++) {
        reasons[i] = reason;
    }
    event.group.members =
        mu_arena_copy(&sim->world.arena, corosync->told.items,
                      corosync->told.count * sizeof(corosync->told.items[0]));
    event.group.members_count = corosync->told.count;
    event.group.joined = copy_members(sim, joined);
    event.group.joined_count = joined->count;
    event.group.left = copy_members(sim, left);
    event.group.left_count = left->count;
    event.group.reasons = reasons;
    mu_sim_cpg_tell(sim, node, &event, mu_sim_cpg_latency(sim));
}

static void
tell_ring(struct mu_sim *sim, uint32_t node, const struct mu_sim_totem *totem)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_event event = {.type = MU_EVENT_RING};
    uint32_t *nodes = mu_arena_new(&sim->world.arena, uint32_t, NODES);
    uint32_t count = 0;

    for (uint32_t id = 1; id < NODES; id++) {
        if (totem->mask >> id & 1) {
            nodes[count++] = id;
        }
    }
    mu_sim_members_sort(&corosync->told);
    event.ring.ring = totem->id;
    event.ring.ring_nodes = nodes;
    event.ring.ring_nodes_count = count;
    event.ring.members =
        mu_arena_copy(&sim->world.arena, corosync->told.items,
                      corosync->told.count * sizeof(corosync->told.items[0]));
    event.ring.members_count = corosync->told.count;
    mu_sim_cpg_tell(sim, node, &event, mu_sim_cpg_latency(sim));
}

void
mu_sim_cpg_quorum(struct mu_sim *sim, uint32_t node,
                  const struct mu_sim_totem *totem)
{
    struct mu_event event = {.type = MU_EVENT_QUORUM};
    int64_t delay_us = mu_sim_cpg_latency(sim);

    if (mu_sim_world_chance(&sim->ring.prng,
                            sim->ring.options.late_quorum_chance)) {
        delay_us = mu_sim_world_draw_wide(&sim->ring.prng, 5000, 5000000);
    }
    event.quorum.ring = totem->id;
    event.quorum.is_quorate = totem->is_quorate[node];
    mu_sim_cpg_tell(sim, node, &event, delay_us);
}

/* The group as the order of 'totem' makes it up to position 'count'. */
static struct mu_sim_members
fold_members(const struct mu_sim_totem *totem, uint32_t count)
{
    struct mu_sim_members members = totem->base;

    for (uint32_t i = 0; i < count; i++) {
        const struct mu_sim_entry *entry = &totem->entries[i];
        struct mu_group_member member = {entry->node, entry->packet.pid};

        switch (entry->packet.kind) {
        case MU_SIM_PACKET_JOIN:
            (void)mu_sim_members_add(&members,
                                     member); /* Known from the base. */
            break;
        case MU_SIM_PACKET_LEAVE:
        case MU_SIM_PACKET_PROCDOWN:
            (void)mu_sim_members_remove(&members, member); /* Likewise. */
            break;
        case MU_SIM_PACKET_DATA:
        case MU_SIM_PACKET_KILL:
            break;
        }
    }
    return members;
}

static void
deliver_join(struct mu_sim *sim, uint32_t node, struct mu_sim_totem *totem,
             uint32_t position)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    const struct mu_sim_entry *entry = &totem->entries[position];
    struct mu_sim_members joined = {{{entry->node, entry->packet.pid}}, 1};
    struct mu_sim_members nobody = {.count = 0};

    if (entry->node != node) {
        if (corosync->is_client_in &&
            mu_sim_members_add(&corosync->told, joined.items[0])) {
            tell_group(sim, node, &joined, &nobody, MU_LEAVE_LEFT);
        }
        return;
    }
    if (entry->packet.pid != corosync->pid || corosync->is_client_in) {
        return; /* That one is gone already. */
    }
    corosync->joined_pid = corosync->pid;
    corosync->is_client_in = true;
    corosync->told = fold_members(totem, position);
    (void)mu_sim_members_add(&corosync->told,
                             joined.items[0]); /* Base may have it. */
    tell_group(sim, node, &joined, &nobody, MU_LEAVE_LEFT);
    tell_ring(sim, node, totem);
}

static void
deliver_leave(struct mu_sim *sim, uint32_t node,
              const struct mu_sim_entry *entry)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_sim_members left = {{{entry->node, entry->packet.pid}}, 1};
    struct mu_sim_members nobody = {.count = 0};

    if (corosync->is_client_in &&
        mu_sim_members_remove(&corosync->told, left.items[0])) {
        tell_group(sim, node, &nobody, &left,
                   entry->packet.kind == MU_SIM_PACKET_LEAVE
                       ? MU_LEAVE_LEFT
                       : MU_LEAVE_PROCDOWN);
    }
}

/* Gives the entry at 'position' of 'totem' to one member. */
void
mu_sim_cpg_deliver(struct mu_sim *sim, uint32_t node,
                   struct mu_sim_totem *totem, uint32_t position)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    const struct mu_sim_entry *entry = &totem->entries[position];
    struct mu_event event = {.type = MU_EVENT_MESSAGE};

    switch (entry->packet.kind) {
    case MU_SIM_PACKET_JOIN:
        deliver_join(sim, node, totem, position);
        break;
    case MU_SIM_PACKET_LEAVE:
    case MU_SIM_PACKET_PROCDOWN:
        deliver_leave(sim, node, entry);
        break;
    case MU_SIM_PACKET_KILL:
        if (entry->packet.target == node) {
            mu_sim_world_after(
                &sim->world, 0,
                (struct mu_sim_event){.handler = on_killed, .node = node});
        }
        break;
    case MU_SIM_PACKET_DATA:
        if (corosync->is_client_in && (entry->deliver_mask >> node & 1)) {
            event.message.node_id = entry->node;
            event.message.pid = entry->packet.pid;
            event.message.bytes = entry->packet.bytes;
            mu_sim_cpg_tell(sim, node, &event, mu_sim_cpg_latency(sim));
        }
        break;
    }
}

/* What the client is told when its node activates a ring: first who left, then
 * who joined, then the ring. A member that was away in between is told as both
 * (W2), or not at all (W1). */
void
mu_sim_cpg_change(struct mu_sim *sim, uint32_t node, struct mu_sim_totem *totem)
{
    struct mu_sim_corosync *corosync = &sim->ring.nodes[node];
    struct mu_sim_members gone = {.count = 0}, dead = {.count = 0};
    struct mu_sim_members joined = {.count = 0}, nobody = {.count = 0};
    struct mu_sim_members before = corosync->told;

    for (uint32_t i = 0; i < before.count; i++) {
        struct mu_group_member member = before.items[i];
        bool is_here = totem->mask >> member.node_id & 1;
        bool stays = mu_sim_members_find(&totem->base, &member) != UINT32_MAX;
        bool returns = stays && is_here && corosync->was_away[member.node_id];

        if (returns &&
            !mu_sim_world_chance(&sim->ring.prng,
                                 sim->ring.options.missed_leave_chance)) {
            (void)mu_sim_members_add(&gone, member);
        } else if (!stays) {
            (void)mu_sim_members_add(is_here ? &dead : &gone, member);
        }
    }
    for (uint32_t i = 0; i < gone.count; i++) {
        (void)mu_sim_members_remove(&corosync->told, gone.items[i]);
    }
    if (gone.count > 0 && sim->ring.options.tells_nodes) {
        tell_group(sim, node, &nobody, &gone, MU_LEAVE_NODEDOWN);
    }
    for (uint32_t i = 0; i < totem->base.count; i++) {
        if (mu_sim_members_add(&corosync->told, totem->base.items[i])) {
            (void)mu_sim_members_add(&joined, totem->base.items[i]);
        }
    }
    if (joined.count > 0 && sim->ring.options.tells_nodes) {
        tell_group(sim, node, &joined, &nobody, MU_LEAVE_LEFT);
    }
    for (uint32_t i = 0; i < dead.count; i++) {
        (void)mu_sim_members_remove(&corosync->told, dead.items[i]);
    }
    if (dead.count > 0) {
        tell_group(sim, node, &nobody, &dead, MU_LEAVE_PROCDOWN);
    }
    tell_ring(sim, node, totem);
}

static void
on_tell(struct mu_sim *sim, const struct mu_sim_event *event)
{
    if (sim->ring.nodes[event->node].connection == event->tag) {
        mu_sim_node_push(sim, event->node, event->data);
    }
}

static void
on_killed(struct mu_sim *sim, const struct mu_sim_event *event)
{
    if (sim->ring.nodes[event->node].is_up) {
        mu_sim_story_tell(sim, event->node, "corosync is made to stop");
        mu_sim_ring_stop(sim, event->node, false);
        mu_sim_node_lost_corosync(sim, event->node);
    }
}
