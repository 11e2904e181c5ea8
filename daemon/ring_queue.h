/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_RING_QUEUE_H
#define MU_DAEMON_RING_QUEUE_H

/* Ring_queue: which message goes to the ring next?
 *
 * Messages wait in lanes; a higher lane overtakes, within a lane the order is
 * kept. Each is tagged with the ring for which it was written and is dropped
 * when another ring is installed. It knows no Corosync and never sleeps.
 *
 * Invariant: 'size' is the sum of the bytes of all waiting messages. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/effect.h"
#include "core/event.h"

enum {
    MU_RING_QUEUE_LANES_COUNT = MU_LANE_BULK + 1,
    /* More than a long message in its parts: who needs more is mad. */
    MU_RING_QUEUE_SIZE_MAX = 256 << 20,
};

struct mu_ring_queue_item {
    struct mu_ring_queue_item *next;
    enum mu_lane lane;
    uint32_t ring_node;
    uint64_t ring_seq;
    size_t size;
    unsigned char data[];
};

struct mu_ring_queue {
    struct mu_ring_queue_item *first[MU_RING_QUEUE_LANES_COUNT];
    struct mu_ring_queue_item *last[MU_RING_QUEUE_LANES_COUNT];
    size_t size; /* Bytes of all messages. */
};

/* Makes 'queue' empty without releasing anything. */
void mu_ring_queue_init(struct mu_ring_queue *queue);

/* Appends a copy of the message. 0, -E2BIG (queue or message over the limit)
 * or -ENOMEM. */
MU_NODISCARD int mu_ring_queue_add(struct mu_ring_queue *queue,
                                   const struct mu_effect_send *send);

/* Returns the next message, or null; it stays in the queue. */
const struct mu_ring_queue_item *
mu_ring_queue_first(const struct mu_ring_queue *queue);

/* Removes the message that mu_ring_queue_first() returns. */
void mu_ring_queue_pop(struct mu_ring_queue *queue);

/* Removes every message that was not written for the ring. Returns how many. */
uint32_t mu_ring_queue_keep(struct mu_ring_queue *queue,
                            struct mu_ring_id ring);

/* Removes all messages. */
void mu_ring_queue_clear(struct mu_ring_queue *queue);

#endif /* MU_DAEMON_RING_QUEUE_H */
