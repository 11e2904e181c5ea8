/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_story.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/attr.h"
#include "cts/sim/sim.h"

static void write_line(struct mu_sim *sim, uint32_t node, const char *format,
                       va_list args) MU_PRINTF(3, 0);

void
mu_sim_story_mix(struct mu_sim_story *story, uint64_t number)
{
    story->hash = (story->hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    story->hash ^= story->hash >> 29;
}

void
mu_sim_story_mix_bytes(struct mu_sim_story *story, struct mu_span bytes)
{
    size_t i = 0;

    mu_sim_story_mix(story, bytes.size);
    for (; i + 8 <= bytes.size; i += 8) {
        uint64_t word;

        memcpy(&word, bytes.data + i, 8);
        mu_sim_story_mix(story, word);
    }
    for (; i < bytes.size; i++) {
        mu_sim_story_mix(story, bytes.data[i]);
    }
}

void
mu_sim_story_tell(struct mu_sim *sim, uint32_t node, const char *format, ...)
{
    va_list args;

    if (!sim->story.file) {
        return;
    }
    va_start(args, format);
    write_line(sim, node, format, args);
    va_end(args);
}

void
mu_sim_story_detail(struct mu_sim *sim, uint32_t node, const char *format, ...)
{
    va_list args;

    if (!sim->story.file || !sim->story.has_detail) {
        return;
    }
    va_start(args, format);
    write_line(sim, node, format, args);
    va_end(args);
}

static void
write_line(struct mu_sim *sim, uint32_t node, const char *format, va_list args)
{
    int64_t now_us = sim->world.now_us;

    fprintf(sim->story.file, "%4" PRId64 ".%06" PRId64 " ", now_us / 1000000,
            now_us % 1000000);
    if (node) {
        fprintf(sim->story.file, "n%" PRIu32 " ", node);
    } else {
        fputs("-- ", sim->story.file);
    }
    vfprintf(sim->story.file, format, args);
    fputc('\n', sim->story.file);
    /* A run may end in an assertion: what was told must be there. */
    fflush(sim->story.file);
}

static void
tell_ring(struct mu_sim *sim, uint32_t node, const struct mu_event_ring *ring)
{
    uint32_t nodes = 0;
    uint32_t members = 0;

    for (uint32_t i = 0; i < ring->ring_nodes_count; i++) {
        nodes |= UINT32_C(1) << ring->ring_nodes[i];
    }
    for (uint32_t i = 0; i < ring->members_count; i++) {
        members |= UINT32_C(1) << ring->members[i].node_id;
    }
    mu_sim_story_tell(sim, node,
                      "ring %" PRIu32 ".%" PRIu64 ", nodes %#" PRIx32
                      ", members %#" PRIx32,
                      ring->ring.node, ring->ring.seq, nodes, members);
}

void
mu_sim_story_event(struct mu_sim *sim, uint32_t node,
                   const struct mu_event *event)
{
    if (!sim->story.file) {
        return;
    }
    switch (event->type) {
    case MU_EVENT_RING:
        tell_ring(sim, node, &event->ring);
        break;
    case MU_EVENT_QUORUM:
        mu_sim_story_tell(sim, node, "quorum of %" PRIu32 ".%" PRIu64 ": %s",
                          event->quorum.ring.node, event->quorum.ring.seq,
                          event->quorum.is_quorate ? "yes" : "no");
        break;
    case MU_EVENT_GROUP:
        for (uint32_t i = 0; i < event->group.joined_count; i++) {
            mu_sim_story_tell(sim, node, "n%" PRIu32 " (%" PRIu32 ") joins",
                              event->group.joined[i].node_id,
                              event->group.joined[i].pid);
        }
        for (uint32_t i = 0; i < event->group.left_count; i++) {
            mu_sim_story_tell(
                sim, node, "n%" PRIu32 " (%" PRIu32 ") leaves: %d",
                event->group.left[i].node_id, event->group.left[i].pid,
                (int)event->group.reasons[i]);
        }
        break;
    case MU_EVENT_MESSAGE:
        mu_sim_story_detail(sim, node, "message of n%" PRIu32 ", %zu bytes",
                            event->message.node_id, event->message.bytes.size);
        break;
    case MU_EVENT_RING_LOST:
        mu_sim_story_tell(sim, node, "corosync is gone");
        break;
    case MU_EVENT_STORED:
        mu_sim_story_detail(sim, node, "stored %" PRIu64 ": %d",
                            event->stored.persist_id, event->stored.error);
        break;
    case MU_EVENT_TIMER:
        mu_sim_story_detail(sim, node, "timer");
        break;
    case MU_EVENT_SHUTDOWN:
        mu_sim_story_tell(sim, node, "is asked to stop");
        break;
    case MU_EVENT_BOOT:
    case MU_EVENT_OP_RESULT:
    case MU_EVENT_REQUEST:
    case MU_EVENT_CLIENT_GONE:
    case MU_EVENT_CHECK:
        break; /* Told by those who caused it. */
    }
}
