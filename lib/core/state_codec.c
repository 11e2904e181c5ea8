/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state as bytes and back.
 *
 * One function per kind of row serves both directions (see archive.h), so that
 * encoding and decoding cannot drift apart. */

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "core/body.h"
#include "core/state.h"
#include "wire/archive.h"

#define COMPACT_SIZE_MIN (512 << 10)

static void
visit_member(struct mu_archive *archive, struct mu_state_member *member)
{
    mu_archive_u32(archive, &member->node_id);
    mu_archive_u64(archive, &member->incarnation);
    mu_archive_u32(archive, &member->feature_level);
    mu_archive_u32(archive, &member->processors);
    mu_archive_bool(archive, &member->has_promised);
}

static void
visit_attribute(struct mu_archive *archive, struct mu_state_attribute *attribute)
{
    mu_archive_text(archive, &attribute->name);
    mu_archive_text(archive, &attribute->value);
}

static void
visit_node(struct mu_archive *archive, struct mu_state_node *node)
{
    uint32_t capacity;

    mu_archive_u32(archive, &node->id);
    mu_archive_text(archive, &node->name);
    node->state = (enum mu_node_state)mu_archive_enum(archive, node->state,
                                                 MU_NODE_STATE_DOWN + 1);
    mu_archive_u64(archive, &node->incarnation);
    mu_archive_text(archive, &node->boot_id);
    mu_archive_u64(archive, &node->joined_view);
    mu_archive_i64(archive, &node->since_ms);
    mu_archive_i64(archive, &node->grace_until_ms);
    mu_archive_bool(archive, &node->has_run);
    mu_archive_bool(archive, &node->was_fenced);
    MU_ARCHIVE_ROWS(archive, node->attributes, node->attributes_count, capacity,
               visit_attribute);
    (void)capacity; /* Attributes are copied when they change. */
}

static void
visit_history(struct mu_archive *archive, struct mu_state_history *row)
{
    int32_t status = row->status;

    mu_archive_u32(archive, &row->node_id);
    mu_archive_text(archive, &row->resource);
    row->slot =
        (enum mu_slot)mu_archive_enum(archive, row->slot, MU_SLOT_RECURRING + 1);
    mu_archive_text(archive, &row->op_name);
    mu_archive_i64(archive, &row->interval_ms);
    row->agent_class = (enum mu_agent_class)mu_archive_enum(
        archive, row->agent_class, MU_AGENT_OTHER + 1);
    mu_archive_text(archive, &row->class_name);
    mu_archive_text(archive, &row->provider);
    mu_archive_text(archive, &row->type);
    mu_archive_i32(archive, &row->call_id);
    mu_archive_i32(archive, &row->rc);
    mu_archive_i32(archive, &row->expected_rc);
    mu_archive_i32(archive, &status);
    if (archive->reader) {
        if (status < MU_OP_STATUS_PENDING || status > MU_OP_STATUS_INVALID) {
            archive->reader->has_failed = true;
            status = MU_OP_STATUS_ERROR;
        }
        row->status = (enum mu_op_status)status;
    }
    mu_archive_i64(archive, &row->changed_ms);
    mu_archive_i64(archive, &row->exec_ms);
    mu_archive_text(archive, &row->exit_reason);
    mu_archive_text(archive, &row->params_digest);
    mu_archive_text(archive, &row->migrate_source);
    mu_archive_text(archive, &row->migrate_target);
}

static void
visit_flight(struct mu_archive *archive, struct mu_state_flight *flight)
{
    mu_archive_u64(archive, &flight->op_id);
    mu_archive_u32(archive, &flight->node_id);
    mu_archive_text(archive, &flight->resource);
    mu_archive_text(archive, &flight->instance);
    flight->task =
        (enum mu_task)mu_archive_enum(archive, flight->task, MU_TASK_PSEUDO + 1);
    mu_archive_text(archive, &flight->op_name);
    mu_archive_i64(archive, &flight->interval_ms);
    mu_archive_i64(archive, &flight->timeout_ms);
    mu_archive_i32(archive, &flight->expected_rc);
    mu_archive_text(archive, &flight->class_name);
    mu_archive_text(archive, &flight->provider);
    mu_archive_text(archive, &flight->type);
    mu_archive_text(archive, &flight->migrate_source);
    mu_archive_text(archive, &flight->migrate_target);
    mu_archive_pairs(archive, &flight->meta, &flight->meta_count);
    mu_archive_i64(archive, &flight->deadline_ms);
    mu_archive_i64(archive, &flight->released_wall_ms);
    mu_archive_u32(archive, &flight->action);
    mu_archive_i64(archive, &flight->lock_ms);
}

static void
visit_fence(struct mu_archive *archive, struct mu_state_fence *fence)
{
    mu_archive_u64(archive, &fence->op_id);
    mu_archive_u32(archive, &fence->target_id);
    mu_archive_text(archive, &fence->action);
    fence->state = (enum mu_fence_state)mu_archive_enum(archive, fence->state,
                                                   MU_FENCE_CANCELLED + 1);
    mu_archive_u32(archive, &fence->executor_id);
    mu_archive_u64(archive, &fence->target_incarnation);
    mu_archive_text(archive, &fence->device);
    mu_archive_u32(archive, &fence->attempt);
    mu_archive_u32(archive, &fence->step);
    mu_archive_u32(archive, &fence->tries);
    mu_archive_u32(archive, &fence->rounds);
    mu_archive_i64(archive, &fence->due_ms);
    mu_archive_i64(archive, &fence->delay_ms);
    mu_archive_i64(archive, &fence->asked_wall_ms);
    mu_archive_i64(archive, &fence->ended_wall_ms);
    mu_archive_text(archive, &fence->reason);
    mu_archive_u32(archive, &fence->action_index);
}

static void
visit_duration(struct mu_archive *archive, struct mu_state_duration *row)
{
    mu_archive_text(archive, &row->name);
    row->task = (enum mu_task)mu_archive_enum(archive, row->task,
                                              MU_TASK_PSEUDO + 1);
    mu_archive_u32(archive, &row->node_id);
    mu_archive_i32(archive, &row->call_id);
    mu_archive_i64(archive, &row->newest_ms);
    mu_archive_i64(archive, &row->mean_ms);
}

static void
visit_ticket(struct mu_archive *archive, struct mu_state_ticket *ticket)
{
    mu_archive_text(archive, &ticket->id);
    mu_archive_bool(archive, &ticket->is_granted);
    mu_archive_bool(archive, &ticket->is_standby);
    mu_archive_i64(archive, &ticket->last_granted_s);
}

static void
visit_lock(struct mu_archive *archive, struct mu_state_lock *lock)
{
    mu_archive_u32(archive, &lock->node_id);
    mu_archive_text(archive, &lock->resource);
    mu_archive_i64(archive, &lock->since_ms);
}

static void
visit_move(struct mu_archive *archive, struct mu_state_move *move)
{
    mu_archive_u32(archive, &move->node_id);
    mu_archive_u32(archive, &move->target_id);
    mu_archive_text(archive, &move->resource);
}

void
mu_state_visit_locks(struct mu_archive *archive, struct mu_state *state)
{
    uint32_t ignored;

    MU_ARCHIVE_ROWS(archive, state->locks, state->locks_count, ignored,
                    visit_lock);
    (void)ignored; /* Those rows are copied when they grow. */
}

static void
visit_request(struct mu_archive *archive, struct mu_state_request *request)
{
    mu_archive_u64(archive, &request->incarnation);
    mu_archive_u64(archive, &request->request);
}

static void
visit_ids(struct mu_archive *archive, uint32_t *ids, uint32_t *count)
{
    mu_archive_count(archive, count);
    if (*count > MU_NODES_COUNT_MAX) {
        archive->reader->has_failed = true;
        *count = 0;
    }
    for (uint32_t i = 0; i < *count; i++) {
        mu_archive_u32(archive, &ids[i]);
    }
}

static void
visit_proposal(struct mu_archive *archive, struct mu_state_proposal *proposal)
{
    mu_archive_bool(archive, &proposal->is_present);
    if (!proposal->is_present) {
        *proposal = mu_state_no_proposal();
        return;
    }
    mu_archive_u64(archive, &proposal->index);
    mu_archive_u64(archive, &proposal->origin_incarnation);
    mu_archive_u64(archive, &proposal->request);
    visit_ids(archive, proposal->acked, &proposal->acked_count);
    visit_ids(archive, proposal->refused, &proposal->refused_count);
    mu_archive_text(archive, &proposal->refusal);
    mu_archive_span(archive, &proposal->xml);
    mu_archive_span(archive, &proposal->former);
    mu_revision_visit_author(archive, &proposal->author);
}

static void
visit_scalars(struct mu_archive *archive, struct mu_state *state)
{
    mu_archive_u64(archive, &state->position);
    mu_archive_u64(archive, &state->epoch);
    mu_archive_u64(archive, &state->view);
    mu_archive_bool(archive, &state->is_quorate);
    mu_archive_bool(archive, &state->had_quorum);
    mu_archive_bool(archive, &state->is_complete);
    mu_archive_u64(archive, &state->version);
    mu_archive_u64(archive, &state->next_op_id);
    mu_archive_i32(archive, &state->next_call_id);
    mu_archive_i64(archive, &state->time_ms);
    mu_archive_i64(archive, &state->wall_ms);
    mu_archive_i64(archive, &state->quorate_since_ms);
    mu_archive_i64(archive, &state->admin_epoch);
    mu_archive_i64(archive, &state->config_epoch);
    mu_archive_u64(archive, &state->config_view_epoch);
    mu_archive_u64(archive, &state->config_index);
    mu_archive_u64(archive, &state->plan_version);
    mu_archive_u64(archive, &state->plan_number);
    mu_archive_bool(archive, &state->is_plan_dropped);
}

static void
visit_state(struct mu_archive *archive, struct mu_state *state)
{
    uint32_t ignored;

    visit_scalars(archive, state);
    mu_revision_visit(archive, &state->revisions);
    visit_proposal(archive, &state->proposal);
    MU_ARCHIVE_ROWS(archive, state->members, state->members_count, ignored,
               visit_member);
    MU_ARCHIVE_ROWS(archive, state->nodes, state->nodes_count, ignored, visit_node);
    MU_ARCHIVE_ROWS(archive, state->histories, state->histories_count,
               state->histories_capacity, visit_history);
    MU_ARCHIVE_ROWS(archive, state->flights, state->flights_count,
               state->flights_capacity, visit_flight);
    MU_ARCHIVE_ROWS(archive, state->fences, state->fences_count, ignored,
               visit_fence);
    MU_ARCHIVE_ROWS(archive, state->tickets, state->tickets_count, ignored,
               visit_ticket);
    mu_state_visit_locks(archive, state);
    MU_ARCHIVE_ROWS(archive, state->moves, state->moves_count, ignored,
                    visit_move);
    MU_ARCHIVE_ROWS(archive, state->durations, state->durations_count,
                    state->durations_capacity, visit_duration);
    MU_ARCHIVE_ROWS(archive, state->requests, state->requests_count, ignored,
               visit_request);
    MU_ARCHIVE_ROWS(archive, state->actions, state->actions_count, ignored,
               mu_body_action);
    (void)ignored; /* Those rows are copied when they grow. */
}

/* An encoded plan must be a graph over its own actions. */
static bool
plan_is_sound(const struct mu_state *state)
{
    for (uint32_t i = 0; i < state->actions_count; i++) {
        for (uint32_t k = 0; k < state->actions[i].after_count; k++) {
            if (state->actions[i].after[k] >= state->actions_count) {
                return false;
            }
        }
    }
    return true;
}

struct mu_span
mu_state_encode(const struct mu_state *state, struct mu_arena *arena)
{
    /* Visiting in writing mode leaves every value as it is. */
    struct mu_state copy = *state;
    struct mu_writer writer;
    struct mu_archive archive = {.writer = &writer};

    mu_writer_init(&writer, arena);
    visit_state(&archive, &copy);
    mu_archive_span(&archive, &copy.config_xml);
    return mu_writer_get(&writer);
}

int
mu_state_decode(struct mu_state *state, struct mu_span bytes)
{
    struct mu_reader reader;
    struct mu_archive archive = {.reader = &reader};
    struct mu_span xml;

    mu_state_init(state, state->arena, state->config_arena);
    archive.arena = state->arena;
    mu_reader_init(&reader, bytes);
    visit_state(&archive, state);
    xml = mu_reader_span(&reader);
    if (!mu_reader_is_done(&reader) || !plan_is_sound(state) ||
        state->nodes_count > MU_NODES_COUNT_MAX ||
        !mu_revision_is_sound(&state->revisions, state->config_index) ||
        (xml.size > 0 && mu_state_set_config(state, xml, NULL) < 0)) {
        mu_state_init(state, state->arena, state->config_arena);
        return -EBADMSG;
    }
    mu_state_index_plan(state);
    return 0;
}

void
mu_state_compact(struct mu_state *state, struct mu_arena *scratch)
{
    struct mu_state fresh = *state;
    struct mu_writer writer;
    struct mu_reader reader;
    struct mu_archive archive = {.writer = &writer};

    if (state->arena->used < COMPACT_SIZE_MIN ||
        state->arena->used < 4 * state->live_bytes) {
        return;
    }
    mu_writer_init(&writer, scratch);
    visit_state(&archive, &fresh);
    mu_arena_reset(state->arena);
    mu_reader_init(&reader, mu_writer_get(&writer));
    archive = (struct mu_archive){.reader = &reader, .arena = state->arena};
    visit_state(&archive, state);
    mu_assert(mu_reader_is_done(&reader));
    mu_state_index_plan(state);
    state->live_bytes = state->arena->used;
}

struct mu_digest
mu_state_digest(const struct mu_state *state, struct mu_arena *scratch)
{
    struct mu_span bytes = mu_state_encode(state, scratch);

    return mu_digest_of(bytes.data, bytes.size);
}
