/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "core/core_private.h"

/* A sending that was not delivered to ourselves within this time is taken to
 * be lost (Corosync drops accepted messages when it is overloaded). A long one
 * has more: sent again while it is on its way, it would only take longer. */
static const int64_t RESEND_MS = 2000;
static const size_t BYTES_PER_MS = 1000;
/* What was delivered is being worked on, such as stored by every node. */
static const int64_t ANSWER_MS = 10000;

static struct mu_core_partial *partial_get(struct mu_core *core,
                                           uint32_t node_id,
                                           const struct mu_msg *msg);
static bool message_collect(struct mu_core *core, uint32_t node_id,
                            const struct mu_msg *msg, struct mu_span *ret_body);
static void message_dispatch(struct mu_core *core, uint32_t node_id,
                             uint32_t pid, const struct mu_msg *msg,
                             struct mu_span body);
static void message_apply(struct mu_core *core,
                          const struct mu_core_held *message);
static void message_hold(struct mu_core *core, uint32_t node_id,
                         const struct mu_msg *msg, struct mu_span body);
static int64_t patience_ms(const struct mu_core_owed *owed);
static void owed_settle(struct mu_core *core, uint64_t sequence);
static void outbox_tidy(struct mu_core *core);

uint64_t
mu_transfer_send(struct mu_core *core, enum mu_msg_type type, enum mu_lane lane,
                 struct mu_span body)
{
    uint64_t sequence = ++core->next_sequence;
    size_t offset = 0;

    mu_assert(core->has_ring);
    mu_assert(body.size <= MU_LONG_SIZE_MAX);
    do {
        size_t size = body.size - offset;
        struct mu_msg msg = {.type = type,
                             .ring_node = core->ring.node,
                             .ring_seq = core->ring.seq,
                             .incarnation = core->incarnation,
                             .sequence = sequence,
                             .total = (uint32_t)body.size,
                             .offset = (uint32_t)offset};
        struct mu_effect *effect = mu_core_add(core, MU_EFFECT_SEND);

        if (size > MU_FRAGMENT_SIZE_MAX) {
            size = MU_FRAGMENT_SIZE_MAX;
        }
        if (size > 0) {
            msg.body = (struct mu_span){body.data + offset, size};
        }
        effect->send.lane = lane;
        effect->send.ring.node = core->ring.node;
        effect->send.ring.seq = core->ring.seq;
        effect->send.bytes = mu_msg_encode(&msg, &core->scratch);
        offset += size;
    } while (offset < body.size);
    return sequence;
}

void
mu_transfer_receive(struct mu_core *core, const struct mu_event_message *event)
{
    struct mu_msg msg;
    struct mu_span body;

    if (!core->has_ring || mu_msg_decode(event->bytes, &msg) < 0) {
        return;
    }
    if (msg.ring_node != core->ring.node || msg.ring_seq != core->ring.seq) {
        return; /* Of another ring: perhaps not everybody gets it. */
    }
    if (!message_collect(core, event->node_id, &msg, &body)) {
        return;
    }
    message_dispatch(core, event->node_id, event->pid, &msg, body);
    if (msg.incarnation == core->incarnation &&
        event->node_id == core->node_id) {
        owed_settle(core, msg.sequence);
    }
}

void
mu_transfer_reset(struct mu_core *core)
{
    memset(core->partials, 0, sizeof(core->partials));
    mu_arena_reset(&core->partial_arena);
}

void
mu_transfer_replay(struct mu_core *core)
{
    for (size_t i = 0; i < core->held.count; i++) {
        message_apply(core, &core->held.items[i]);
    }
    memset(&core->held, 0, sizeof(core->held));
    mu_arena_reset(&core->held_arena);
}

struct mu_core_owed *
mu_transfer_owe(struct mu_core *core, enum mu_msg_type type, enum mu_lane lane,
                struct mu_span body)
{
    struct mu_core_owed *owed;

    outbox_tidy(core);
    owed = mu_vec_add(&core->outbox_arena, &core->outbox);
    owed->type = type;
    owed->lane = lane;
    owed->body = (struct mu_span){
        mu_arena_copy(&core->outbox_arena, body.data, body.size), body.size};
    owed->deadline = MU_INSTANT_NEVER;
    owed->sent = core->now;
    if (core->phase == MU_CORE_ACTIVE) {
        owed->sequence = mu_transfer_send(core, type, lane, owed->body);
    }
    return owed;
}

void
mu_transfer_resend(struct mu_core *core, bool is_all)
{
    for (size_t i = 0; i < core->outbox.count; i++) {
        struct mu_core_owed *owed = &core->outbox.items[i];

        if (owed->is_done || core->phase != MU_CORE_ACTIVE) {
            continue;
        }
        if (is_all || (owed->sequence == 0 && owed->sent.ms <= core->now.ms) ||
            core->now.ms - owed->sent.ms >= patience_ms(owed)) {
            owed->sent = core->now;
            owed->is_delivered = false;
            owed->sequence =
                mu_transfer_send(core, owed->type, owed->lane, owed->body);
        }
    }
}

void
mu_transfer_forget_results(struct mu_core *core)
{
    for (size_t i = 0; i < core->outbox.count; i++) {
        if (!core->outbox.items[i].is_request) {
            core->outbox.items[i].is_done = true;
        }
    }
}

struct mu_instant
mu_transfer_deadline(const struct mu_core *core)
{
    struct mu_instant deadline = MU_INSTANT_NEVER;

    for (size_t i = 0; i < core->outbox.count; i++) {
        const struct mu_core_owed *owed = &core->outbox.items[i];

        if (owed->is_done) {
            continue;
        }
        deadline = mu_instant_min(deadline, owed->deadline);
        if (core->phase == MU_CORE_ACTIVE) {
            deadline = mu_instant_min(
                deadline, owed->sequence == 0
                              ? owed->sent
                              : mu_instant_after(owed->sent,
                                                 patience_ms(owed)));
        }
    }
    if (core->phase == MU_CORE_SYNCING) {
        deadline = mu_instant_min(deadline, core->sync_deadline);
    }
    return deadline;
}

/* The place of the message that 'msg' is a part of; a first part gets a free
 * one. Null when there is none. */
static struct mu_core_partial *
partial_get(struct mu_core *core, uint32_t node_id, const struct mu_msg *msg)
{
    struct mu_core_partial *unused = NULL;
    bool is_idle = true;

    for (size_t i = 0; i < MU_NODES_COUNT_MAX; i++) {
        struct mu_core_partial *partial = &core->partials[i];

        if (partial->sequence == 0) {
            unused = unused ? unused : partial;
            continue;
        }
        is_idle = false;
        if (partial->node_id == node_id &&
            partial->sequence == msg->sequence) {
            return partial;
        }
    }
    if (msg->offset != 0 || !unused) {
        return NULL;
    }
    if (is_idle) {
        mu_arena_reset(&core->partial_arena);
    }
    *unused = (struct mu_core_partial){
        .node_id = node_id,
        .sequence = msg->sequence,
        .type = msg->type,
        .total = msg->total,
        .data = mu_arena_new(&core->partial_arena, unsigned char, msg->total),
    };
    return unused;
}

/* Puts the parts of a long message together. Parts of one sender and message
 * arrive in order; messages of a higher lane may come between them. */
static bool
message_collect(struct mu_core *core, uint32_t node_id,
                const struct mu_msg *msg, struct mu_span *ret_body)
{
    struct mu_core_partial *partial;

    if (msg->offset == 0 && msg->body.size == msg->total) {
        *ret_body = msg->body;
        return true;
    }
    partial = partial_get(core, node_id, msg);
    if (!partial || partial->type != msg->type ||
        partial->total != msg->total || partial->received != msg->offset) {
        return false; /* Its beginning belongs to an earlier view. */
    }
    memcpy(partial->data + msg->offset, msg->body.data, msg->body.size);
    partial->received += (uint32_t)msg->body.size;
    if (partial->received < partial->total) {
        return false;
    }
    partial->sequence = 0;
    *ret_body = (struct mu_span){partial->data, partial->total};
    return true;
}

static void
message_dispatch(struct mu_core *core, uint32_t node_id, uint32_t pid,
                 const struct mu_msg *msg, struct mu_span body)
{
    const struct mu_core_held message = {msg->type, node_id, msg->incarnation,
                                         body};

    switch (msg->type) {
    case MU_MSG_HELLO:
        mu_view_hello(core, node_id, pid, msg->incarnation, body);
        return;
    case MU_MSG_EXCLUDE:
        mu_view_exclude(core, body);
        return;
    case MU_MSG_VIEW:
        mu_view_announced(core, body);
        return;
    case MU_MSG_SNAPSHOT:
        mu_view_snapshot(core, body);
        return;
    case MU_MSG_SYNCED:
    case MU_MSG_PROMISED:
    case MU_MSG_TICK:
    case MU_MSG_CONFIG:
    case MU_MSG_STORED:
    case MU_MSG_DECIDE:
    case MU_MSG_RESULT:
    case MU_MSG_RECURRING:
    case MU_MSG_REQUEST:
        break;
    }
    if (!core->is_decided) {
        return;
    }
    if (core->phase == MU_CORE_SYNCING) {
        message_hold(core, node_id, msg, body);
    } else if (core->phase == MU_CORE_ACTIVE) {
        message_apply(core, &message);
    }
}

static void
message_apply(struct mu_core *core, const struct mu_core_held *message)
{
    struct mu_apply apply =
        mu_core_make_apply(core, message->node_id, message->incarnation);
    const struct mu_state_member *member =
        mu_state_get_member(&core->state, message->node_id);
    const struct mu_state_node *node =
        mu_state_find_node(&core->state, message->node_id);
    struct mu_body_tick tick = {0};

    /* The dead do not speak: nothing counts of who is no member, or is known
     * to be down. */
    if (!member || member->incarnation != message->incarnation || !node ||
        node->state == MU_NODE_STATE_DOWN) {
        return;
    }
    mu_apply_message(&apply, message->type, message->body);
    if (message->type == MU_MSG_TICK) {
        if (mu_body_decode(&core->scratch, message->body, mu_body_tick,
                           &tick)) {
            mu_coordinate_tick(core, &tick);
        }
    } else {
        core->is_changed = true;
        core->is_recurring_stale = true;
    }
    mu_core_settle_outcomes(core, &apply);
}

static void
message_hold(struct mu_core *core, uint32_t node_id, const struct mu_msg *msg,
             struct mu_span body)
{
    struct mu_core_held *held;

    if (core->held_arena.used + body.size > MU_LONG_SIZE_MAX / 2) {
        mu_view_rejoin(core, "too much has happened while the state was on its "
                             "way");
        return;
    }
    held = mu_vec_add(&core->held_arena, &core->held);
    held->type = msg->type;
    held->node_id = node_id;
    held->incarnation = msg->incarnation;
    held->body = (struct mu_span){
        mu_arena_copy(&core->held_arena, body.data, body.size), body.size};
}

static int64_t
patience_ms(const struct mu_core_owed *owed)
{
    return owed->is_delivered
               ? ANSWER_MS
               : RESEND_MS + (int64_t)(owed->body.size / BYTES_PER_MS);
}

/* What we said was delivered: a result is applied with that, a request is done
 * when its answer comes. */
static void
owed_settle(struct mu_core *core, uint64_t sequence)
{
    if (sequence == core->decide_sequence) {
        core->decide_sequence = 0;
    }
    for (size_t i = 0; i < core->outbox.count; i++) {
        struct mu_core_owed *owed = &core->outbox.items[i];

        if (owed->sequence != sequence || core->phase != MU_CORE_ACTIVE) {
            continue;
        }
        owed->is_done |= !owed->is_request;
        owed->is_delivered = true;
        owed->sent = core->now;
    }
    outbox_tidy(core);
}

static void
outbox_tidy(struct mu_core *core)
{
    size_t kept = 0;

    for (size_t i = 0; i < core->outbox.count; i++) {
        if (!core->outbox.items[i].is_done) {
            core->outbox.items[kept++] = core->outbox.items[i];
        }
    }
    core->outbox.count = kept;
    if (kept == 0 && core->outbox_arena.used > 0) {
        memset(&core->outbox, 0, sizeof(core->outbox));
        mu_arena_reset(&core->outbox_arena);
    }
}
