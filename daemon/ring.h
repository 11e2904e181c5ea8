/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_RING_H
#define MU_DAEMON_RING_H

/* Ring: what does Corosync say, and what do we tell the others through it?
 *
 * Holds the connections to Corosync (CPG, quorum, cmap; cfg when it is needed),
 * turns their callbacks into events and sends messages from a bounded queue.
 * It knows nothing of what messages mean and decides nothing.
 *
 * When Corosync is not there, or goes away, it says so once and tries again
 * for ever. It never sleeps and dispatches a bounded number of callbacks at a
 * time, so that a backlog cannot starve the loop.
 *
 * Invariant: between two RING_LOST events the first event is a RING, and every
 * event is about the group that we are a member of. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/effect.h"
#include "core/event.h"
#include "daemon/loop.h"
#include "daemon/ring_map.h"

struct mu_ring;

struct mu_ring_handler {
    void *context; /* First argument of the functions below. */

    /* Corosync answers: who we are and who is configured. Called before the
     * first event and when what it says has changed; 'map' is borrowed. */
    void (*map)(void *context, uint32_t node_id, const struct mu_ring_map *map);

    /* Something happened. 'now' and 'wall_ms' are not set; what it points to
     * is borrowed. The function may call mu_ring_send(). */
    void (*event)(void *context, struct mu_event *event);
};

/* Allocates a ring that connects from 'loop' on. Null without memory. */
struct mu_ring *mu_ring_new(struct mu_loop *loop,
                            const struct mu_ring_handler *handler);

/* Queues one message; copied. It is dropped when its ring is not the installed
 * one by the time it could be sent. Own delivery is the only receipt. */
void mu_ring_send(struct mu_ring *ring, const struct mu_effect_send *send);

/* Sends what Corosync takes now; the rest goes by itself later. Called after
 * a batch of mu_ring_send(). */
void mu_ring_flush(struct mu_ring *ring);

/* Makes Corosync on the node stop. Failures are logged. */
void mu_ring_evict(struct mu_ring *ring, uint32_t node_id);

/* Leaves the group and joins it again; RING_LOST, then RING, come as events
 * from the loop. */
void mu_ring_rejoin(struct mu_ring *ring);

/* A sentence while Corosync cannot be used, else null. */
const char *mu_ring_trouble(const struct mu_ring *ring);

/* Sends what can be sent, leaves the group and closes the connections. Null
 * is accepted. */
void mu_ring_free(struct mu_ring *ring);

#endif /* MU_DAEMON_RING_H */
