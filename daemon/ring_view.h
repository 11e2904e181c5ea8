/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_RING_VIEW_H
#define MU_DAEMON_RING_VIEW_H

/* Ring_view: which of Corosync's membership callbacks tell the core something?
 *
 * Only a new ring id is trusted to say that nodes came or went: one
 * reconfiguration can deliver "left X" and "joined X" for a state that never
 * existed, and can forget a departure altogether. So changes for reasons of
 * nodes only move the list of members; the RING that ends the reconfiguration
 * carries it. What processes do inside a ring becomes a GROUP.
 *
 * When we join, the list of members comes before the ring: nothing is told
 * until the first ring. It knows no handles and no descriptors.
 *
 * Invariant: 'members' is sorted by node id and process id. */

#include <stdbool.h>
#include <stdint.h>

#include <corosync/cpg.h>

#include "base/limits.h"
#include "core/event.h"

struct mu_ring_view {
    bool has_ring; /* A ring has been told since the join. */
    struct mu_ring_id ring;
    uint32_t ring_nodes[MU_NODES_COUNT_MAX];
    uint32_t ring_nodes_count;
    struct mu_group_member members[CPG_MEMBERS_MAX];
    uint32_t members_count;
    /* Room for the lists of a GROUP event. */
    struct mu_group_member joined[CPG_MEMBERS_MAX];
    struct mu_group_member left[CPG_MEMBERS_MAX];
    enum mu_leave_reason reasons[CPG_MEMBERS_MAX];
};

/* The three lists of a confchg callback. */
struct mu_ring_view_change {
    const struct cpg_address *members;
    size_t members_count;
    const struct cpg_address *left;
    size_t left_count;
    const struct cpg_address *joined;
    size_t joined_count;
};

/* Forgets everything: we are not in the group. */
void mu_ring_view_reset(struct mu_ring_view *view);

/* Takes a confchg. Returns true when '*ret_group' has to be told; its lists
 * are borrowed from 'view' until the next call. */
bool mu_ring_view_group(struct mu_ring_view *view,
                        const struct mu_ring_view_change *change,
                        struct mu_event_group *ret_group);

/* Takes a totem_confchg. Returns true when '*ret_ring' has to be told, which
 * is for every ring id that differs from the one before. */
bool mu_ring_view_ring(struct mu_ring_view *view, struct cpg_ring_id ring,
                       const uint32_t *nodes, uint32_t nodes_count,
                       struct mu_event_ring *ret_ring);

/* Tells whether the process is a member. */
bool mu_ring_view_has(const struct mu_ring_view *view, uint32_t node_id,
                      uint32_t pid);

#endif /* MU_DAEMON_RING_VIEW_H */
