/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_REQUEST_QUEUE_H
#define MU_DAEMON_REQUEST_QUEUE_H

/* Request_queue: what have clients asked that the core has not seen yet?
 *
 * Keeps deep copies of request events, first in, first out, bounded by bytes.
 *
 * Invariant: 'size' is the sum of the sizes of all copies. */

#include <stddef.h>

#include "base/attr.h"
#include "core/event.h"

enum { MU_REQUEST_QUEUE_SIZE_MAX = 64 << 20 };

struct mu_request_queue_item;

struct mu_request_queue {
    struct mu_request_queue_item *first;
    struct mu_request_queue_item *last;
    size_t size; /* Bytes of all copies. */
};

/* Appends a copy of 'request' with all that it points to. 0, -E2BIG or
 * -ENOMEM. */
MU_NODISCARD int mu_request_queue_add(struct mu_request_queue *queue,
                                      const struct mu_event_request *request);

/* Returns the oldest request, or null. It lives until the pop. */
const struct mu_event_request *
mu_request_queue_first(const struct mu_request_queue *queue);

/* Removes the oldest request, which must exist. */
void mu_request_queue_pop(struct mu_request_queue *queue);

#endif /* MU_DAEMON_REQUEST_QUEUE_H */
