/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the disk holds, and what that promises to the others.
 *
 * Two records: the newest configuration, and the epoch that this node has
 * promised: it will never again take part in an older one. A promise covers
 * the configuration that was on disk when it was made. What waits for nodes
 * that have left in order is written beside the promise: of all that is known
 * of the past only this must outlive the last daemon. */

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/core_private.h"

static const int64_t RETRY_MS = 5000;

/* What fits beside a promise into the room that is kept free for it. */
static const size_t LOCKS_SIZE_MAX = 24 << 10;

struct record { /* A configuration on disk. */
    uint64_t epoch;
    uint64_t index;
    int64_t admin_epoch;
    int64_t config_epoch;
    struct mu_revisions revisions;
    struct mu_span xml;
};

struct promise {
    uint64_t epoch;
    uint64_t covered_epoch;
    uint64_t covered_index;
    uint32_t ids[MU_NODES_COUNT_MAX];
    uint32_t count;
    struct mu_span locks; /* As encoded by mu_state_visit_locks(). */
};

static void record_visit(struct mu_archive *archive, struct record *record);
static void promise_visit(struct mu_archive *archive, struct promise *promise);
static struct record proposal_record(struct mu_core *core);
static void record_persist(struct mu_core *core, struct record *record);
static void promise_persist(struct mu_core *core, struct promise *promise);
static struct promise promise_make(const struct mu_core *core);
static struct promise promise_again(const struct mu_core *core);
static struct mu_span locks_encode(struct mu_core *core);
static void locks_load(struct mu_core *core);
static bool are_locks_due(struct mu_core *core);
static bool is_answer_due(const struct mu_core *core);
static bool is_proposal_stored(struct mu_core *core);
static bool may_promise(const struct mu_core *core);
static bool is_promise_due(const struct mu_core *core);
static bool is_promise_unknown(const struct mu_core *core);
static bool has_majority(const struct mu_state *state);
static void promised_send(struct mu_core *core);
static void stored_send(struct mu_core *core, bool is_stored,
                        const char *reason);
static const char *error_text(int error);

void
mu_durable_boot(struct mu_core *core, const struct mu_event_boot *boot)
{
    struct promise promise = {0};
    struct record record = {0};

    core->is_damaged = boot->is_damaged;
    core->next_persist_id = 1;
    if (boot->epoch.size > 0) {
        if (mu_body_decode(&core->scratch, boot->epoch, promise_visit,
                           &promise)) {
            core->promised_epoch = promise.epoch;
            core->promised_count = promise.count;
            memcpy(core->promised_ids, promise.ids, sizeof(promise.ids));
            core->covered_epoch = promise.covered_epoch;
            core->covered_index = promise.covered_index;
            core->locks = (struct mu_span){
                mu_arena_copy(&core->locks_arena, promise.locks.data,
                              promise.locks.size),
                promise.locks.size};
        } else {
            core->is_damaged = true;
        }
    }
    if (boot->config.size > 0) {
        if (mu_body_decode(&core->scratch, boot->config, record_visit,
                           &record)) {
            core->record_epoch = record.epoch;
            core->record_index = record.index;
            core->record = (struct mu_span){
                mu_arena_copy(&core->record_arena, boot->config.data,
                              boot->config.size),
                boot->config.size};
        } else {
            core->is_damaged = true;
        }
    }
}

void
mu_durable_hello(const struct mu_core *core, struct mu_body_hello *hello)
{
    bool is_covered = core->covered_epoch == core->record_epoch &&
                      core->covered_index == core->record_index;

    hello->promised_epoch = core->promised_epoch;
    hello->promised_count = core->promised_count;
    memcpy(hello->promised_ids, core->promised_ids,
           sizeof(hello->promised_ids));
    hello->durable_index = core->record_index;
    hello->durable_epoch = core->record_epoch;
    if (is_covered && core->promised_epoch > core->record_epoch) {
        hello->durable_epoch = core->promised_epoch;
    }
}

void
mu_durable_load(struct mu_core *core)
{
    struct record record = {0};
    struct mu_state *state = &core->state;

    locks_load(core);
    if (core->record.size == 0) {
        return;
    }
    if (!mu_body_decode(&core->state_arena, core->record, record_visit,
                        &record) ||
        !mu_revision_is_sound(&record.revisions, record.index) ||
        mu_state_set_config(state, record.xml, NULL) < 0) {
        mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_CONFIG,
                      "the configuration on disk is not valid any more; "
                      "starting without one");
        return;
    }
    state->admin_epoch = record.admin_epoch;
    state->config_epoch = record.config_epoch;
    state->config_index = record.index;
    state->config_view_epoch = record.epoch;
    state->revisions = record.revisions;
}

void
mu_durable_consider(struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    struct promise promise;

    if (core->phase != MU_CORE_ACTIVE || core->config_persist_id != 0 ||
        core->epoch_persist_id != 0 ||
        (core->persist_retry.ms != INT64_MAX &&
         !mu_instant_is_due(core->persist_retry, core->now))) {
        return;
    }
    core->persist_retry = MU_INSTANT_NEVER;
    if (are_locks_due(core)) {
        promise = promise_again(core);
        promise_persist(core, &promise);
        return;
    }
    if (!state->is_quorate) {
        return;
    }
    if (state->config_index > 0 &&
        (core->record_index < state->config_index ||
         core->record_epoch < state->config_view_epoch) &&
        !state->proposal.is_present) {
        struct record record = {
            .epoch = state->config_view_epoch,
            .index = state->config_index,
            .admin_epoch = state->admin_epoch,
            .config_epoch = state->config_epoch,
            .revisions = state->revisions,
            .xml = state->config_xml,
        };

        record_persist(core, &record);
        return;
    }
    if (is_answer_due(core)) {
        if (is_proposal_stored(core)) {
            core->config_persist_index = state->proposal.index;
            stored_send(core, true, "");
        } else {
            mu_durable_propose(core);
        }
        return;
    }
    if (!may_promise(core)) {
        return;
    }
    if (is_promise_due(core)) {
        promise = promise_make(core);
        promise_persist(core, &promise);
    } else if (is_promise_unknown(core)) {
        promised_send(core);
    }
}

void
mu_durable_stored(struct mu_core *core, const struct mu_event_stored *event)
{
    const struct mu_state *state = &core->state;

    if (event->persist_id == core->config_persist_id) {
        core->config_persist_id = 0;
        if (event->error == 0) {
            const struct mu_arena old = core->record_arena;

            core->record_arena = core->pending_arena;
            core->pending_arena = old;
            core->record = core->pending;
            core->record_epoch = core->config_persist_epoch;
            core->record_index = core->config_persist_index;
        } else {
            core->persist_retry = mu_instant_after(core->now, RETRY_MS);
            mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_CONFIG,
                          "a configuration cannot be stored: %s",
                          error_text(event->error));
        }
        if (state->proposal.is_present && core->phase == MU_CORE_ACTIVE &&
            core->config_persist_index == state->proposal.index) {
            stored_send(core, event->error == 0, error_text(event->error));
        }
        return;
    }
    if (event->persist_id != core->epoch_persist_id) {
        return;
    }
    core->epoch_persist_id = 0;
    if (event->error != 0) {
        core->are_locks_stored = false;
        core->persist_retry = mu_instant_after(core->now, RETRY_MS);
        mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_VIEW,
                      "the epoch cannot be stored: %s",
                      error_text(event->error));
        return;
    }
    core->promised_epoch = core->epoch_persist_epoch;
    core->promised_count = core->epoch_persist_count;
    memcpy(core->promised_ids, core->epoch_persist_ids,
           sizeof(core->promised_ids));
    core->covered_epoch = core->record_epoch;
    core->covered_index = core->record_index;
    promised_send(core);
}

void
mu_durable_propose(struct mu_core *core)
{
    struct record record = proposal_record(core);

    if (core->config_persist_id == 0) {
        record_persist(core, &record);
    }
}

void
mu_durable_drop(struct mu_core *core, uint64_t index)
{
    struct mu_effect *effect;

    if (core->record_index != index) {
        return;
    }
    effect = mu_core_add(core, MU_EFFECT_PERSIST);
    effect->persist.persist_id = core->next_persist_id++;
    effect->persist.type = MU_PERSIST_DROP;
    effect->persist.revision =
        mu_text_make(&core->scratch, "%llu-%llu",
                     (unsigned long long)core->record_epoch,
                     (unsigned long long)index);
    /* The one before is to be the newest again: it is stored anew. */
    core->record_epoch = 0;
    core->record_index = 0;
    core->record = (struct mu_span){NULL, 0};
}

struct mu_instant
mu_durable_deadline(const struct mu_core *core)
{
    bool is_possible = core->phase == MU_CORE_ACTIVE &&
                       core->state.is_quorate && core->config_persist_id == 0 &&
                       core->epoch_persist_id == 0;

    return is_possible ? core->persist_retry : MU_INSTANT_NEVER;
}

static void
record_visit(struct mu_archive *archive, struct record *record)
{
    mu_archive_u64(archive, &record->epoch);
    mu_archive_u64(archive, &record->index);
    mu_archive_i64(archive, &record->admin_epoch);
    mu_archive_i64(archive, &record->config_epoch);
    mu_revision_visit(archive, &record->revisions);
    mu_archive_span(archive, &record->xml);
}

static void
promise_visit(struct mu_archive *archive, struct promise *promise)
{
    mu_archive_u64(archive, &promise->epoch);
    mu_archive_u64(archive, &promise->covered_epoch);
    mu_archive_u64(archive, &promise->covered_index);
    mu_archive_count(archive, &promise->count);
    if (promise->count > MU_NODES_COUNT_MAX) {
        mu_assert(archive->reader);
        archive->reader->has_failed = true;
        promise->count = 0;
    }
    for (uint32_t i = 0; i < promise->count; i++) {
        mu_archive_u32(archive, &promise->ids[i]);
    }
    mu_archive_span(archive, &promise->locks);
}

/* What is on disk once the proposal is: with the log as it will be. */
static struct record
proposal_record(struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    return (struct record){
        .epoch = state->epoch,
        .index = state->proposal.index,
        .admin_epoch = state->admin_epoch,
        .config_epoch = state->config_epoch + 1,
        .revisions =
            mu_revision_after(&core->scratch, state, &state->proposal),
        .xml = state->proposal.xml,
    };
}

static void
record_persist(struct mu_core *core, struct record *record)
{
    struct mu_effect *effect = mu_core_add(core, MU_EFFECT_PERSIST);

    core->config_persist_id = core->next_persist_id++;
    core->config_persist_epoch = record->epoch;
    core->config_persist_index = record->index;
    effect->persist.persist_id = core->config_persist_id;
    effect->persist.type = MU_PERSIST_CONFIG;
    effect->persist.revision = mu_text_make(
        &core->scratch, "%llu-%llu", (unsigned long long)record->epoch,
        (unsigned long long)record->index);
    effect->persist.bytes =
        mu_body_encode(&core->scratch, record_visit, record);
    /* Kept: should this node be the one that starts the cluster again. */
    mu_arena_reset(&core->pending_arena);
    core->pending = (struct mu_span){
        mu_arena_copy(&core->pending_arena, effect->persist.bytes.data,
                      effect->persist.bytes.size),
        effect->persist.bytes.size};
}

static void
promise_persist(struct mu_core *core, struct promise *promise)
{
    struct mu_effect *effect = mu_core_add(core, MU_EFFECT_PERSIST);
    struct mu_span locks = locks_encode(core);

    mu_arena_reset(&core->locks_arena);
    core->locks = (struct mu_span){
        mu_arena_copy(&core->locks_arena, locks.data, locks.size), locks.size};
    core->are_locks_stored = true;
    promise->locks = locks;
    core->epoch_persist_id = core->next_persist_id++;
    core->epoch_persist_epoch = promise->epoch;
    core->epoch_persist_count = promise->count;
    memcpy(core->epoch_persist_ids, promise->ids, sizeof(promise->ids));
    effect->persist.persist_id = core->epoch_persist_id;
    effect->persist.type = MU_PERSIST_EPOCH;
    effect->persist.bytes =
        mu_body_encode(&core->scratch, promise_visit, promise);
}

static struct promise
promise_make(const struct mu_core *core)
{
    struct promise promise = {.epoch = core->state.epoch,
                              .covered_epoch = core->record_epoch,
                              .covered_index = core->record_index,
                              .count = core->state.members_count};

    for (uint32_t i = 0; i < promise.count; i++) {
        promise.ids[i] = core->state.members[i].node_id;
    }
    return promise;
}

/* The one that is on disk, for what stands beside it. */
static struct promise
promise_again(const struct mu_core *core)
{
    struct promise promise = {.epoch = core->promised_epoch,
                              .covered_epoch = core->covered_epoch,
                              .covered_index = core->covered_index,
                              .count = core->promised_count};

    memcpy(promise.ids, core->promised_ids, sizeof(promise.ids));
    return promise;
}

static struct mu_span
locks_encode(struct mu_core *core)
{
    struct mu_state state = core->state;
    size_t size = 0;
    uint32_t count = 0;

    while (count < state.locks_count) {
        size += strlen(state.locks[count].resource) + 4 * sizeof(uint64_t);
        if (size > LOCKS_SIZE_MAX) {
            break; /* So many wait for the first node that starts it again. */
        }
        count++;
    }
    state.locks_count = count;
    return mu_body_encode(&core->scratch, mu_state_visit_locks, &state);
}

static void
locks_load(struct mu_core *core)
{
    struct mu_state *state = &core->state;

    if (core->locks.size > 0 &&
        !mu_body_decode(&core->state_arena, core->locks, mu_state_visit_locks,
                        state)) {
        state->locks_count = 0;
        mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_SELF,
                      "what was written of nodes that left in order cannot be "
                      "read: nothing waits for them");
    }
}

/* Beside a promise of the past they would be taken for the newest. */
static bool
are_locks_due(struct mu_core *core)
{
    struct mu_span locks;

    if (core->promised_epoch != core->state.epoch ||
        core->promised_epoch == 0 ||
        (core->are_locks_stored && core->state.locks_count == 0 &&
         core->locks.size <= sizeof(uint32_t))) {
        return false;
    }
    locks = locks_encode(core);
    return !core->are_locks_stored || locks.size != core->locks.size ||
           memcmp(locks.data, core->locks.data, locks.size) != 0;
}

/* The others wait for us to say whether the proposal is on our disk. */
static bool
is_answer_due(const struct mu_core *core)
{
    const struct mu_state_proposal *proposal = &core->state.proposal;

    if (!proposal->is_present ||
        (core->stored_view == core->state.view &&
         core->stored_index == proposal->index)) {
        return false;
    }
    for (uint32_t i = 0; i < proposal->acked_count; i++) {
        if (proposal->acked[i] == core->node_id) {
            return false;
        }
    }
    for (uint32_t i = 0; i < proposal->refused_count; i++) {
        if (proposal->refused[i] == core->node_id) {
            return false;
        }
    }
    return true;
}

/* A daemon that died after writing it finds it there; but what has the same
 * number may also be one that was given up while it was away. */
static bool
is_proposal_stored(struct mu_core *core)
{
    struct record record;
    struct mu_span bytes;

    if (core->record_index != core->state.proposal.index ||
        core->record_epoch != core->state.epoch) {
        return false;
    }
    record = proposal_record(core);
    bytes = mu_body_encode(&core->scratch, record_visit, &record);
    return core->record.size == bytes.size &&
           memcmp(core->record.data, bytes.data, bytes.size) == 0;
}

/* A majority promises at once. Fewer must first know that all others are down:
 * the loser of a two-node split would else come back believing itself to be
 * the newest. */
static bool
may_promise(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    for (uint32_t i = 0; !has_majority(state) && i < state->nodes_count; i++) {
        const struct mu_state_node *node = &state->nodes[i];
        bool is_member = false;

        for (uint32_t k = 0; k < state->members_count; k++) {
            is_member |= state->members[k].node_id == node->id;
        }
        if (!is_member && node->state != MU_NODE_STATE_DOWN &&
            !mu_state_is_left_alone(node)) {
            return false;
        }
    }
    return true;
}

static bool
is_promise_due(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    if (core->promised_epoch < state->epoch) {
        return true;
    }
    return !has_majority(state) &&
           core->promised_count != state->members_count;
}

/* A daemon that was started again in the epoch that it had promised before
 * finds its promise on disk; the others count it for its new life only when
 * they are told again. */
static bool
is_promise_unknown(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    for (uint32_t i = 0; i < state->members_count; i++) {
        if (state->members[i].node_id == core->node_id) {
            return !state->members[i].has_promised &&
                   core->promised_epoch == state->epoch &&
                   core->promised_view != state->view;
        }
    }
    return false;
}

static bool
has_majority(const struct mu_state *state)
{
    return state->members_count >= state->nodes_count / 2 + 1;
}

static void
promised_send(struct mu_core *core)
{
    struct mu_body_promised promised = {core->promised_epoch};

    if (core->phase == MU_CORE_ACTIVE &&
        core->promised_epoch == core->state.epoch) {
        core->promised_view = core->state.view;
        (void)mu_transfer_owe(
            core, MU_MSG_PROMISED, MU_LANE_VIEW,
            mu_body_encode(&core->scratch, mu_body_promised, &promised));
    }
}

static void
stored_send(struct mu_core *core, bool is_stored, const char *reason)
{
    struct mu_body_stored stored = {core->state.epoch,
                                    core->config_persist_index, is_stored,
                                    is_stored ? "" : reason};

    core->stored_view = core->state.view;
    core->stored_index = core->config_persist_index;
    (void)mu_transfer_owe(
        core, MU_MSG_STORED, MU_LANE_RESULT,
        mu_body_encode(&core->scratch, mu_body_stored, &stored));
}

static const char *
error_text(int error)
{
    switch (error) {
    case -ENOSPC:
        return "the disk is full";
    case -EIO:
        return "the disk reports an error";
    case -EROFS:
        return "the file system is read-only";
    default:
        return "writing to disk failed";
    }
}
