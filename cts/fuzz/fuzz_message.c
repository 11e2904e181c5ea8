/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can a message do to a core? Nothing but what its sender may say.
 *
 * The input is a list of records: type, flags, length, body. Each becomes a
 * message with a sound envelope, so that the decoders of bodies and apply()
 * get what they would get from a peer that has gone mad; one flag sends bytes
 * without any envelope. Between them the core hears its own messages, its disk
 * and its agents answer, and time passes. It may reject everything; it must
 * not abort. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "core/core.h"
#include "wire/msg.h"

/* Called by libFuzzer, or by replay.c for each file of the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    FLAG_PEER = 1,   /* From node 2, else from node 1, which is the core. */
    FLAG_RAW = 2,    /* The body is the whole message. */
    FLAG_TIME = 4,   /* Some seconds pass first. */
    FLAG_LISTEN = 8, /* The core hears what it has sent first. */
    FLAG_PART = 16,  /* The first part of more. */
    FLAG_RING = 32,  /* A new ring comes first. */
    OWN_MAX = 256,   /* Messages kept until the core hears them. */
    ANSWERS_MAX = 64,
    ROUNDS_MAX = 200,
};

struct mad {
    struct mu_core *core;
    struct mu_arena arena;
    int64_t now_ms;
    uint64_t ring_seq;
    uint64_t sequence;
    struct mu_span own[OWN_MAX];
    uint32_t own_count;
    struct mu_event answers[ANSWERS_MAX];
    uint32_t answers_count;
};

static const struct mu_node_id_name nodelist[] = {{1, "one"}, {2, "two"}};
static const uint32_t ring_nodes[] = {1, 2};
static const struct mu_group_member members[] = {{1, 100}, {2, 200}};

static void
keep(struct mad *mad, const struct mu_effect *effect)
{
    struct mu_event *answer = &mad->answers[mad->answers_count];
    bool has_room = mad->answers_count < ANSWERS_MAX;

    if (effect->type == MU_EFFECT_SEND && mad->own_count < OWN_MAX) {
        mad->own[mad->own_count].size = effect->send.bytes.size;
        mad->own[mad->own_count++].data = mu_arena_copy(
            &mad->arena, effect->send.bytes.data, effect->send.bytes.size);
    } else if (effect->type == MU_EFFECT_PERSIST && has_room) {
        memset(answer, 0, sizeof(*answer));
        answer->type = MU_EVENT_STORED;
        answer->stored.persist_id = effect->persist.persist_id;
        mad->answers_count++;
    } else if (effect->type == MU_EFFECT_EXEC && has_room) {
        memset(answer, 0, sizeof(*answer));
        answer->type = MU_EVENT_OP_RESULT;
        answer->op_result.exec_id = effect->exec.exec_id;
        answer->op_result.rc = effect->exec.interval_ms == 0 ? 7 : 0;
        mad->answers_count++;
    }
}

static void
step(struct mad *mad, struct mu_event *event)
{
    struct mu_effects effects = {NULL, 0};

    event->now.ms = mad->now_ms;
    event->wall_ms = INT64_C(1790000000000) + mad->now_ms;
    mu_core_step(mad->core, event, &effects);
    for (uint32_t i = 0; i < effects.count; i++) {
        keep(mad, &effects.items[i]);
    }
}

static void
hear(struct mad *mad, uint32_t node, struct mu_span bytes)
{
    struct mu_event event = {.type = MU_EVENT_MESSAGE};

    event.message.node_id = node;
    event.message.pid = node * 100;
    event.message.bytes = bytes;
    step(mad, &event);
}

/* Until nothing more comes of it. */
static void
listen(struct mad *mad)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        if (mad->own_count > 0) {
            struct mu_span first = mad->own[0];

            mad->own_count--;
            memmove(mad->own, mad->own + 1,
                    mad->own_count * sizeof(mad->own[0]));
            hear(mad, 1, first);
        } else if (mad->answers_count > 0) {
            struct mu_event answer = mad->answers[--mad->answers_count];

            step(mad, &answer);
        } else {
            return;
        }
    }
}

static void
pass_time(struct mad *mad, int64_t time_ms)
{
    struct mu_event timer = {.type = MU_EVENT_TIMER};

    mad->now_ms += time_ms;
    for (unsigned i = 0; i < 8; i++) {
        if (!mu_instant_is_due(mu_core_deadline(mad->core),
                               (struct mu_instant){mad->now_ms})) {
            return;
        }
        step(mad, &timer);
    }
}

static void
install_ring(struct mad *mad, uint32_t members_count)
{
    struct mu_event ring = {.type = MU_EVENT_RING};
    struct mu_event quorum = {.type = MU_EVENT_QUORUM};

    mad->own_count = 0;
    ring.ring.ring = (struct mu_ring_id){1, ++mad->ring_seq};
    ring.ring.ring_nodes = ring_nodes;
    ring.ring.ring_nodes_count = 2;
    ring.ring.members = members;
    ring.ring.members_count = members_count;
    quorum.quorum.ring = ring.ring.ring;
    quorum.quorum.is_quorate = true;
    step(mad, &ring);
    step(mad, &quorum);
}

static void
configure(struct mad *mad)
{
    static const char xml[] =
        "<configuration><crm_config/><nodes/><resources>"
        "<primitive id=\"fence\" class=\"stonith\" type=\"fence_sim\"/>"
        "<primitive id=\"web\" class=\"ocf\" provider=\"sim\" type=\"Work\">"
        "<operations><op id=\"m\" name=\"monitor\" interval=\"5s\"/>"
        "</operations></primitive></resources><constraints/>"
        "</configuration>";
    struct mu_event event = {.type = MU_EVENT_REQUEST};

    event.request.client = 1;
    event.request.request = 1;
    event.request.type = MU_REQUEST_CONFIG;
    event.request.user = "fuzz";
    event.request.xml =
        (struct mu_span){(const unsigned char *)xml, sizeof(xml) - 1};
    step(mad, &event);
    listen(mad);
}

static void
begin(struct mad *mad)
{
    struct mu_event boot = {.type = MU_EVENT_BOOT};
    struct mu_event group = {.type = MU_EVENT_GROUP};

    memset(mad, 0, sizeof(*mad));
    mu_arena_init(&mad->arena, (size_t)1 << 28);
    mad->core = mu_core_new();
    mad->now_ms = 1000;
    mad->ring_seq = 10;
    boot.boot.node_id = 1;
    boot.boot.boot_id = "boot";
    boot.boot.incarnation = 11;
    boot.boot.nodelist = nodelist;
    boot.boot.nodelist_count = 2;
    step(mad, &boot);
    install_ring(mad, 1);
    listen(mad);
    configure(mad);
    group.group.members = members;
    group.group.members_count = 2;
    group.group.joined = &members[1];
    group.group.joined_count = 1;
    step(mad, &group);
}

static void
send_record(struct mad *mad, unsigned type, unsigned flags, struct mu_span body)
{
    struct mu_msg msg = {
        .type = (enum mu_msg_type)(type % MU_MSG_TYPES_COUNT),
        .ring_node = 1,
        .ring_seq = mad->ring_seq,
        .incarnation = flags & FLAG_PEER ? 22 : 11,
        .sequence = ++mad->sequence + 1000,
        .total = (uint32_t)body.size,
        .body = body,
    };

    if (flags & FLAG_RING) {
        install_ring(mad, 2);
        msg.ring_seq = mad->ring_seq;
    }
    if (flags & FLAG_TIME) {
        pass_time(mad, 1500);
    }
    if (flags & FLAG_LISTEN) {
        listen(mad);
    }
    if (flags & FLAG_PART) {
        msg.total += 1 + type;
    }
    hear(mad, flags & FLAG_PEER ? 2 : 1,
         flags & FLAG_RAW ? body : mu_msg_encode(&msg, &mad->arena));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mad *mad = calloc(1, sizeof(*mad));

    if (!mad) {
        return 0;
    }
    begin(mad);
    while (size >= 4) {
        unsigned type = data[0];
        unsigned flags = data[1];
        size_t length = (size_t)data[2] | (size_t)data[3] << 8;

        data += 4;
        size -= 4;
        length = length < size ? length : size;
        length = length < MU_FRAGMENT_SIZE_MAX ? length : MU_FRAGMENT_SIZE_MAX;
        send_record(mad, type, flags, (struct mu_span){data, length});
        data += length;
        size -= length;
    }
    listen(mad);
    pass_time(mad, 60000);
    mu_core_free(mad->core);
    mu_arena_done(&mad->arena);
    free(mad);
    return 0;
}
