/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ring_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"

void
mu_ring_queue_init(struct mu_ring_queue *queue)
{
    memset(queue, 0, sizeof(*queue));
}

int
mu_ring_queue_add(struct mu_ring_queue *queue,
                  const struct mu_effect_send *send)
{
    struct mu_ring_queue_item *item;
    size_t size = send->bytes.size;

    if (size > MU_MESSAGE_SIZE_MAX ||
        queue->size + size > MU_RING_QUEUE_SIZE_MAX) {
        return -E2BIG;
    }
    item = malloc(sizeof(*item) + size);
    if (!item) {
        return -ENOMEM;
    }
    item->next = NULL;
    item->lane = send->lane;
    item->ring_node = send->ring.node;
    item->ring_seq = send->ring.seq;
    item->size = size;
    if (size > 0) {
        memcpy(item->data, send->bytes.data, size);
    }
    if (queue->last[item->lane]) {
        queue->last[item->lane]->next = item;
    } else {
        queue->first[item->lane] = item;
    }
    queue->last[item->lane] = item;
    queue->size += size;
    return 0;
}

const struct mu_ring_queue_item *
mu_ring_queue_first(const struct mu_ring_queue *queue)
{
    for (unsigned lane = 0; lane < MU_RING_QUEUE_LANES_COUNT; lane++) {
        if (queue->first[lane]) {
            return queue->first[lane];
        }
    }
    return NULL;
}

void
mu_ring_queue_pop(struct mu_ring_queue *queue)
{
    for (unsigned lane = 0; lane < MU_RING_QUEUE_LANES_COUNT; lane++) {
        struct mu_ring_queue_item *item = queue->first[lane];

        if (item) {
            mu_assert(queue->size >= item->size);
            queue->size -= item->size;
            queue->first[lane] = item->next;
            if (!item->next) {
                queue->last[lane] = NULL;
            }
            free(item);
            return;
        }
    }
    mu_unreachable();
}

uint32_t
mu_ring_queue_keep(struct mu_ring_queue *queue, struct mu_ring_id ring)
{
    uint32_t dropped = 0;

    for (unsigned lane = 0; lane < MU_RING_QUEUE_LANES_COUNT; lane++) {
        struct mu_ring_queue_item **place = &queue->first[lane];

        queue->last[lane] = NULL;
        while (*place) {
            struct mu_ring_queue_item *item = *place;

            if (item->ring_node == ring.node && item->ring_seq == ring.seq) {
                queue->last[lane] = item;
                place = &item->next;
                continue;
            }
            *place = item->next;
            queue->size -= item->size;
            free(item);
            dropped++;
        }
    }
    return dropped;
}

void
mu_ring_queue_clear(struct mu_ring_queue *queue)
{
    while (mu_ring_queue_first(queue)) {
        mu_ring_queue_pop(queue);
    }
    mu_assert(queue->size == 0);
}
