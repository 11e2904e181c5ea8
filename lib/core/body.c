/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/body.h"

#include "base/panic.h"

static void visit_ids(struct mu_archive *archive, uint32_t *ids,
                      uint32_t *count);
static void visit_nodelist(struct mu_archive *archive,
                           struct mu_body_node **nodes, uint32_t *count);

void
mu_body_hello(struct mu_archive *archive, struct mu_body_hello *body)
{
    mu_archive_text(archive, &body->boot_id);
    mu_archive_u32(archive, &body->feature_level);
    mu_archive_u32(archive, &body->processors);
    mu_archive_bool(archive, &body->is_hot);
    mu_archive_u64(archive, &body->state_epoch);
    mu_archive_u64(archive, &body->state_view);
    mu_archive_u64(archive, &body->position);
    mu_archive_u64(archive, &body->digest_high);
    mu_archive_u64(archive, &body->digest_low);
    mu_archive_u64(archive, &body->state_index);
    mu_archive_u64(archive, &body->promised_epoch);
    visit_ids(archive, body->promised_ids, &body->promised_count);
    mu_archive_u64(archive, &body->durable_epoch);
    mu_archive_u64(archive, &body->durable_index);
    mu_archive_bool(archive, &body->is_damaged);
    mu_archive_bool(archive, &body->is_quorate);
    visit_nodelist(archive, &body->nodelist, &body->nodelist_count);
}

void
mu_body_view(struct mu_archive *archive, struct mu_body_view *body)
{
    mu_archive_u64(archive, &body->number);
    mu_archive_u64(archive, &body->previous);
    mu_archive_u64(archive, &body->epoch);
    mu_archive_bool(archive, &body->is_quorate);
    mu_archive_bool(archive, &body->is_cold);
    mu_archive_u32(archive, &body->source_id);
    mu_archive_i64(archive, &body->wall_ms);
    mu_archive_count(archive, &body->members_count);
    if (archive->reader) {
        body->members = mu_arena_new(archive->arena, struct mu_body_view_member,
                                     body->members_count + 1);
    }
    for (uint32_t i = 0; i < body->members_count; i++) {
        struct mu_body_view_member *member = &body->members[i];

        mu_archive_u32(archive, &member->node_id);
        mu_archive_u32(archive, &member->pid);
        mu_archive_u64(archive, &member->incarnation);
        mu_archive_text(archive, &member->boot_id);
        mu_archive_u32(archive, &member->feature_level);
        mu_archive_u32(archive, &member->processors);
        mu_archive_bool(archive, &member->is_joiner);
    }
    visit_nodelist(archive, &body->nodelist, &body->nodelist_count);
    mu_archive_count(archive, &body->ring_nodes_count);
    if (archive->reader) {
        body->ring_nodes =
            mu_arena_new(archive->arena, uint32_t, body->ring_nodes_count + 1);
    }
    for (uint32_t i = 0; i < body->ring_nodes_count; i++) {
        mu_archive_u32(archive, &body->ring_nodes[i]);
    }
}

void
mu_body_exclude(struct mu_archive *archive, struct mu_body_exclude *body)
{
    mu_archive_u64(archive, &body->view);
    mu_archive_u32(archive, &body->node_id);
    mu_archive_u32(archive, &body->pid);
}

void
mu_body_snapshot(struct mu_archive *archive, struct mu_body_snapshot *body)
{
    mu_archive_u64(archive, &body->view);
    mu_archive_span(archive, &body->state);
}

void
mu_body_synced(struct mu_archive *archive, struct mu_body_synced *body)
{
    mu_archive_u64(archive, &body->view);
}

void
mu_body_promised(struct mu_archive *archive, struct mu_body_promised *body)
{
    mu_archive_u64(archive, &body->epoch);
}

void
mu_body_tick(struct mu_archive *archive, struct mu_body_tick *body)
{
    mu_archive_i64(archive, &body->time_ms);
    mu_archive_i64(archive, &body->wall_ms);
    mu_archive_u64(archive, &body->digest_position);
    mu_archive_u64(archive, &body->digest_high);
    mu_archive_u64(archive, &body->digest_low);
}

void
mu_body_config(struct mu_archive *archive, struct mu_body_config *body)
{
    mu_archive_u64(archive, &body->request);
    mu_archive_text(archive, &body->base_revision);
    mu_archive_text(archive, &body->user);
    mu_archive_text(archive, &body->program);
    mu_archive_text(archive, &body->message);
    mu_archive_u32(archive, &body->objects_count);
    mu_archive_span(archive, &body->xml);
}

void
mu_body_stored(struct mu_archive *archive, struct mu_body_stored *body)
{
    mu_archive_u64(archive, &body->epoch);
    mu_archive_u64(archive, &body->index);
    mu_archive_bool(archive, &body->is_stored);
    mu_archive_text(archive, &body->reason);
}

void
mu_body_decide(struct mu_archive *archive, struct mu_body_decide *body)
{
    mu_archive_u64(archive, &body->number);
    mu_archive_u64(archive, &body->version);
    mu_archive_count(archive, &body->actions_count);
    if (archive->reader) {
        body->actions = mu_arena_new(archive->arena, struct mu_state_action,
                                     body->actions_count + 1);
    }
    for (uint32_t i = 0; i < body->actions_count; i++) {
        mu_body_action(archive, &body->actions[i]);
    }
}

void
mu_body_result(struct mu_archive *archive, struct mu_body_result *body)
{
    mu_archive_u64(archive, &body->op_id);
    mu_archive_u32(archive, &body->attempt);
    body->end = (enum mu_op_end)mu_archive_enum(archive, body->end,
                                                MU_OP_END_ERROR + 1);
    mu_archive_i32(archive, &body->rc);
    mu_archive_i64(archive, &body->exec_ms);
    mu_archive_i64(archive, &body->wall_ms);
    mu_archive_text(archive, &body->reason);
    mu_archive_text(archive, &body->params_digest);
}

void
mu_body_recurring(struct mu_archive *archive, struct mu_body_recurring *body)
{
    mu_archive_text(archive, &body->resource);
    mu_archive_text(archive, &body->op_name);
    mu_archive_i64(archive, &body->interval_ms);
    body->end = (enum mu_op_end)mu_archive_enum(archive, body->end,
                                                MU_OP_END_ERROR + 1);
    mu_archive_i32(archive, &body->rc);
    mu_archive_i64(archive, &body->exec_ms);
    mu_archive_i64(archive, &body->wall_ms);
    mu_archive_text(archive, &body->reason);
}

void
mu_body_request(struct mu_archive *archive, struct mu_body_request *body)
{
    mu_archive_u64(archive, &body->request);
    body->type = (enum mu_request_type)mu_archive_enum(archive, body->type,
                                                       MU_REQUEST_FACTS + 1);
    mu_archive_text(archive, &body->user);
    mu_archive_text(archive, &body->message);
    mu_archive_text(archive, &body->resource);
    mu_archive_text(archive, &body->node);
    mu_archive_text(archive, &body->name);
    mu_archive_text(archive, &body->value);
    mu_archive_bool(archive, &body->has_value);
    mu_archive_bool(archive, &body->is_all);
    mu_archive_i64(archive, &body->wall_ms);
}

void
mu_body_action(struct mu_archive *archive, struct mu_state_action *action)
{
    action->kind = (enum mu_action_kind)mu_archive_enum(archive, action->kind,
                                                        MU_ACTION_PSEUDO + 1);
    action->task = (enum mu_task)mu_archive_enum(archive, action->task,
                                                 MU_TASK_PSEUDO + 1);
    mu_archive_text(archive, &action->op_name);
    mu_archive_text(archive, &action->resource);
    mu_archive_text(archive, &action->instance);
    mu_archive_text(archive, &action->class_name);
    mu_archive_text(archive, &action->provider);
    mu_archive_text(archive, &action->type);
    mu_archive_u32(archive, &action->node_id);
    mu_archive_i64(archive, &action->interval_ms);
    mu_archive_i64(archive, &action->timeout_ms);
    mu_archive_i64(archive, &action->start_delay_ms);
    mu_archive_i64(archive, &action->fence_delay_ms);
    mu_archive_i64(archive, &action->lock_ms);
    mu_archive_i32(archive, &action->expected_rc);
    mu_archive_i32(archive, &action->priority);
    mu_archive_bool(archive, &action->can_fail);
    mu_archive_u64(archive, &action->op_id);
    mu_archive_pairs(archive, &action->meta, &action->meta_count);
    mu_archive_count(archive, &action->after_count);
    if (archive->reader) {
        action->after =
            mu_arena_new(archive->arena, uint32_t, action->after_count + 1);
    }
    for (uint32_t i = 0; i < action->after_count; i++) {
        mu_archive_u32(archive, &action->after[i]);
    }
    action->run = (enum mu_run)mu_archive_enum(archive, action->run,
                                               MU_RUN_DROPPED + 1);
}

static void
visit_ids(struct mu_archive *archive, uint32_t *ids, uint32_t *count)
{
    mu_archive_count(archive, count);
    if (*count > MU_NODES_COUNT_MAX) {
        mu_assert(archive->reader);
        archive->reader->has_failed = true;
        *count = 0;
    }
    for (uint32_t i = 0; i < *count; i++) {
        mu_archive_u32(archive, &ids[i]);
    }
}

static void
visit_nodelist(struct mu_archive *archive, struct mu_body_node **nodes,
               uint32_t *count)
{
    struct mu_body_node *list = *nodes;

    mu_archive_count(archive, count);
    if (archive->reader) {
        list = mu_arena_new(archive->arena, struct mu_body_node, *count + 1);
        *nodes = list;
    }
    for (uint32_t i = 0; i < *count; i++) {
        mu_archive_u32(archive, &list[i].id);
        mu_archive_text(archive, &list[i].name);
    }
}
