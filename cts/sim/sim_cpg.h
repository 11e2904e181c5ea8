/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_CPG_H
#define MU_SIM_CPG_H

/* Sim cpg: how do messages and changes of a ring reach the client of a node?
 *
 * The part of the model of Corosync that talks to daemons: what CPG and the
 * quorum service say about a ring that sim_ring.c has made. Two connections:
 * each keeps its order, nothing is promised between them.
 *
 * Invariant: nothing reaches a client that has gone or was replaced. */

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "cts/sim/sim_ring.h"

/* One position in the agreed order of a ring. */
struct mu_sim_entry {
    struct mu_sim_packet packet;
    uint32_t node;         /* Sender. */
    uint32_t deliver_mask; /* W4: who can put it together. */
    int64_t
        available_us[MU_SIM_NODES_MAX + 1]; /* When it reaches each member. */
};

struct mu_sim_totem {
    uint64_t number; /* Unique, unlike 'id'. */
    struct mu_ring_id id;
    uint32_t mask;              /* Bits of node ids. */
    struct mu_sim_members base; /* Of the group when it was formed. */
    struct mu_sim_entry *entries;
    uint32_t entries_count, entries_capacity;
    uint32_t received[MU_SIM_NODES_MAX +
                      1]; /* How many entries each member has had. */
    bool is_quorate[MU_SIM_NODES_MAX +
                    1]; /* As votequorum of each member says. */
};

/* Tells whether the Corosync has activated the ring that it is in. */
bool mu_sim_cpg_is_active(const struct mu_sim_corosync *corosync);

/* Puts 'event', whose content must live as long as the run, into the queue of
 * the client of 'node'. */
void mu_sim_cpg_tell(struct mu_sim *sim, uint32_t node,
                     const struct mu_event *event, int64_t delay_us);

/* Draws how long something takes on its way. */
int64_t mu_sim_cpg_latency(struct mu_sim *sim);

/* Gives the entry at 'position' of 'totem' to one member. */
void mu_sim_cpg_deliver(struct mu_sim *sim, uint32_t node,
                        struct mu_sim_totem *totem, uint32_t position);

/* Tells the client of 'node' what 'totem', which its node has activated,
 * changes: first who left, then who joined, then the ring. A member that was
 * away in between is told as both (W2), or not at all (W1). */
void mu_sim_cpg_change(struct mu_sim *sim, uint32_t node,
                       struct mu_sim_totem *totem);

/* Tells it what votequorum says about 'totem' (W7). */
void mu_sim_cpg_quorum(struct mu_sim *sim, uint32_t node,
                       const struct mu_sim_totem *totem);

#endif /* MU_SIM_CPG_H */
