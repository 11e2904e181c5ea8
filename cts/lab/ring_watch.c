/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Prints what the ring tells, one line per event, and greets every new ring
 * and every change of the group with one message. For looking at a real
 * Corosync by hand and for test_ring.py; ends on SIGTERM. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/ring.h"

struct watcher {
    struct mu_loop *loop;
    struct mu_ring *ring;
    struct mu_ring_id current;
    uint32_t node_id;
    uint32_t greeting;
};

static void
members_print(const char *word, const struct mu_group_member *members,
              uint32_t count)
{
    printf(" %s", word);
    for (uint32_t i = 0; i < count; i++) {
        printf("%c%u:%u", i == 0 ? ' ' : ',', members[i].node_id,
               members[i].pid);
    }
}

static void
greet(struct watcher *watcher)
{
    char text[64];
    struct mu_effect_send send = {
        .lane = MU_LANE_VIEW,
        .ring = {watcher->current.node, watcher->current.seq},
    };

    mu_text_format(text, sizeof(text), "hello %u from %u", ++watcher->greeting,
                   watcher->node_id);
    send.bytes = (struct mu_span){(unsigned char *)text, strlen(text)};
    mu_ring_send(watcher->ring, &send);
}

static void
on_ring(struct watcher *watcher, const struct mu_event_ring *ring)
{
    watcher->current = ring->ring;
    printf("RING %u.%" PRIx64 " nodes", ring->ring.node, ring->ring.seq);
    for (uint32_t i = 0; i < ring->ring_nodes_count; i++) {
        printf("%c%u", i == 0 ? ' ' : ',', ring->ring_nodes[i]);
    }
    members_print("members", ring->members, ring->members_count);
    greet(watcher);
}

static void
on_group(struct watcher *watcher, const struct mu_event_group *group)
{
    printf("GROUP");
    members_print("members", group->members, group->members_count);
    members_print("joined", group->joined, group->joined_count);
    members_print("left", group->left, group->left_count);
    for (uint32_t i = 0; i < group->left_count; i++) {
        printf(" reason %d", (int)group->reasons[i]);
    }
    greet(watcher);
}

static void
on_event(void *context, struct mu_event *event)
{
    struct watcher *watcher = context;

    printf("%" PRId64 " ", mu_clock_wall_ms());
    switch (event->type) {
    case MU_EVENT_RING:
        on_ring(watcher, &event->ring);
        break;
    case MU_EVENT_GROUP:
        on_group(watcher, &event->group);
        break;
    case MU_EVENT_QUORUM:
        printf("QUORUM %u.%" PRIx64 " %s", event->quorum.ring.node,
               event->quorum.ring.seq,
               event->quorum.is_quorate ? "yes" : "no");
        break;
    case MU_EVENT_MESSAGE:
        printf("MESSAGE %u:%u %.*s", event->message.node_id,
               event->message.pid, (int)event->message.bytes.size,
               (const char *)event->message.bytes.data);
        break;
    case MU_EVENT_RING_LOST:
        printf("RING_LOST");
        break;
    case MU_EVENT_BOOT:
    case MU_EVENT_OP_RESULT:
    case MU_EVENT_STORED:
    case MU_EVENT_REQUEST:
    case MU_EVENT_CLIENT_GONE:
    case MU_EVENT_TIMER:
    case MU_EVENT_CHECK:
    case MU_EVENT_SHUTDOWN:
        printf("unexpected event %d", (int)event->type);
        break;
    }
    printf("\n");
    fflush(stdout);
}

static void
on_map(void *context, uint32_t node_id, const struct mu_ring_map *map)
{
    struct watcher *watcher = context;

    watcher->node_id = node_id;
    printf("%" PRId64 " MAP %u cluster %s nodes", mu_clock_wall_ms(), node_id,
           map->cluster_name);
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        printf("%c%u:%s", i == 0 ? ' ' : ',', map->nodes[i].id,
               map->nodes[i].name);
    }
    printf("\n");
    fflush(stdout);
}

static void
on_signal(void *context, int number)
{
    struct watcher *watcher = context;

    if (number == SIGUSR1) {
        mu_ring_rejoin(watcher->ring);
    } else {
        mu_loop_stop(watcher->loop);
    }
}

int
main(void)
{
    struct watcher watcher = {0};
    const struct mu_ring_handler handler = {&watcher, on_map, on_event};

    mu_log_init(&(struct mu_log_config){.name = "ring_watch",
                                        .level_min = MU_TRACE_INFO,
                                        .is_stderr = true});
    watcher.loop = mu_loop_new();
    watcher.ring = mu_ring_new(watcher.loop, &handler);
    if (mu_loop_signal_add(watcher.loop, SIGTERM, on_signal, &watcher) < 0 ||
        mu_loop_signal_add(watcher.loop, SIGUSR1, on_signal, &watcher) < 0) {
        return 1;
    }
    mu_loop_run(watcher.loop);
    mu_ring_free(watcher.ring);
    mu_loop_free(watcher.loop);
    return 0;
}
