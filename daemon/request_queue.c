/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/request_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

struct mu_request_queue_item {
    struct mu_request_queue_item *next;
    struct mu_event_request request;
    size_t size; /* Of 'text'. */
    char text[]; /* All that 'request' points to. */
};

/* The members that are strings. */
enum { STRINGS_COUNT = 8 };

static void
strings_of(struct mu_event_request *request,
           const char **strings[STRINGS_COUNT])
{
    strings[0] = &request->user;
    strings[1] = &request->message;
    strings[2] = &request->base_revision;
    strings[3] = &request->resource;
    strings[4] = &request->node;
    strings[5] = &request->name;
    strings[6] = &request->value;
    strings[7] = &request->program;
}

int
mu_request_queue_add(struct mu_request_queue *queue,
                     const struct mu_event_request *request)
{
    struct mu_event_request copy = *request;
    const char **strings[STRINGS_COUNT];
    struct mu_request_queue_item *item;
    size_t size = request->xml.size;
    char *to;

    strings_of(&copy, strings);
    for (unsigned i = 0; i < STRINGS_COUNT; i++) {
        size += *strings[i] ? strlen(*strings[i]) + 1 : 0;
    }
    if (queue->size + size > MU_REQUEST_QUEUE_SIZE_MAX) {
        return -E2BIG;
    }
    item = malloc(sizeof(*item) + size);
    if (!item) {
        return -ENOMEM;
    }
    to = item->text;
    for (unsigned i = 0; i < STRINGS_COUNT; i++) {
        if (*strings[i]) {
            size_t length = strlen(*strings[i]) + 1;

            memcpy(to, *strings[i], length);
            *strings[i] = to;
            to += length;
        }
    }
    if (request->xml.size > 0) {
        memcpy(to, request->xml.data, request->xml.size);
        copy.xml.data = (const unsigned char *)to;
    }
    item->request = copy;
    item->size = size;
    item->next = NULL;
    if (queue->last) {
        queue->last->next = item;
    } else {
        queue->first = item;
    }
    queue->last = item;
    queue->size += size;
    return 0;
}

const struct mu_event_request *
mu_request_queue_first(const struct mu_request_queue *queue)
{
    return queue->first ? &queue->first->request : NULL;
}

void
mu_request_queue_pop(struct mu_request_queue *queue)
{
    struct mu_request_queue_item *item = queue->first;

    mu_assert(item);
    queue->first = item->next;
    if (!item->next) {
        queue->last = NULL;
    }
    queue->size -= item->size;
    free(item);
}
