/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/apply.h"

#include <stdarg.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/fence.h"
#include "core/kernel.h"
#include "core/runner.h"

/* Two TICKs: what a clock that is right can be away from the newest one. */
static const int64_t WALL_SLACK_MS = 2000;

static void synced_apply(struct mu_apply *apply,
                         const struct mu_body_synced *body);
static void promised_apply(struct mu_apply *apply,
                           const struct mu_body_promised *body);
static void tick_apply(struct mu_apply *apply, const struct mu_body_tick *body);
static void node_reset(struct mu_apply *apply, struct mu_state_node *node);
static void decide_apply(struct mu_apply *apply,
                         const struct mu_body_decide *body);

/* Decodes 'body' as 'kind' and hands it to 'function' when it is sound. */
#define APPLY_BODY(kind, function)                                             \
    do {                                                                       \
        struct mu_body_##kind decoded = {0};                                   \
                                                                               \
        if (mu_body_decode(apply->scratch, body, mu_body_##kind, &decoded)) {  \
            function(apply, &decoded);                                         \
        }                                                                      \
    } while (0)

void
mu_apply_message(struct mu_apply *apply, enum mu_msg_type type,
                 struct mu_span body)
{
    apply->state->position++;
    switch (type) {
    case MU_MSG_SYNCED:
        APPLY_BODY(synced, synced_apply);
        break;
    case MU_MSG_PROMISED:
        APPLY_BODY(promised, promised_apply);
        break;
    case MU_MSG_TICK:
        APPLY_BODY(tick, tick_apply);
        break;
    case MU_MSG_CONFIG:
        APPLY_BODY(config, mu_apply_config);
        break;
    case MU_MSG_STORED:
        APPLY_BODY(stored, mu_apply_stored);
        break;
    case MU_MSG_DECIDE:
        APPLY_BODY(decide, decide_apply);
        break;
    case MU_MSG_RESULT:
        APPLY_BODY(result, mu_apply_result);
        break;
    case MU_MSG_RECURRING:
        APPLY_BODY(recurring, mu_apply_recurring);
        break;
    case MU_MSG_REQUEST:
        APPLY_BODY(request, mu_apply_request);
        break;
    case MU_MSG_HELLO:
    case MU_MSG_EXCLUDE:
    case MU_MSG_VIEW:
    case MU_MSG_SNAPSHOT:
        break; /* These belong to the view machine. */
    }
}

void
mu_apply_touch(struct mu_apply *apply)
{
    apply->state->version++;
    mu_runner_drop(apply);
}

void
mu_apply_node_state(struct mu_apply *apply, struct mu_state_node *node,
                    enum mu_node_state to, const char *why)
{
    const struct mu_effect_trace about = {.node = node->name};
    bool is_bad = to == MU_NODE_STATE_UNCLEAN || to == MU_NODE_STATE_LOST_GRACE;

    if (node->state == to) {
        return;
    }
    mu_apply_trace(apply, is_bad ? MU_TRACE_WARNING : MU_TRACE_INFO,
                   MU_TOPIC_VIEW, &about, "node %s is %s: %s", node->name,
                   mu_state_node_word(to), why);
    node->state = to;
    node->since_ms = apply->state->wall_ms;
    if (to == MU_NODE_STATE_UNCLEAN) {
        /* What waited for it in peace must not wait for a broken node. */
        (void)mu_state_end_locks(apply->state, node->id, NULL);
    }
    if (to != MU_NODE_STATE_LOST_GRACE) {
        node->grace_until_ms = 0;
    }
    mu_apply_touch(apply);
}

void
mu_apply_node_lost(struct mu_apply *apply, struct mu_state_node *node)
{
    struct mu_state *state = apply->state;
    uint32_t i = 0;

    mu_fence_end_unfencing(apply, node->id);
    while (i < state->flights_count) {
        const struct mu_state_flight flight = state->flights[i];
        struct mu_state_history key = {.node_id = node->id,
                                       .resource = flight.resource,
                                       .op_name = flight.op_name};
        struct mu_state_history *row;

        if (flight.node_id != node->id) {
            i++;
            continue;
        }
        mu_state_remove_flight(state, flight.op_id);
        if (flight.task == MU_TASK_MONITOR || flight.task == MU_TASK_NOTIFY) {
            continue; /* Neither starts anything. */
        }
        if (flight.task == MU_TASK_MIGRATE_TO) {
            mu_apply_move_lost(state, &flight);
        }
        row = mu_state_put_history(state, &key);
        row->op_name = mu_state_text(state, key.op_name);
        row->interval_ms = 0;
        row->class_name = flight.class_name;
        row->provider = flight.provider;
        row->type = flight.type;
        row->call_id = state->next_call_id++;
        row->rc = -1;
        row->expected_rc = flight.expected_rc;
        row->status = MU_OP_STATUS_PENDING;
        row->changed_ms = flight.released_wall_ms;
        row->migrate_source = flight.migrate_source;
        row->migrate_target = flight.migrate_target;
    }
}

void
mu_apply_node_forget(struct mu_apply *apply, struct mu_state_node *node)
{
    struct mu_state *state = apply->state;
    const struct mu_state_filter filter = {.node_id = node->id};
    uint32_t i = 0;

    mu_fence_end_unfencing(apply, node->id);
    mu_apply_moves_end(apply, node, NULL);
    mu_apply_moves_doubt(state, node);
    (void)mu_state_forget(state, &filter);
    while (i < state->flights_count) {
        if (state->flights[i].node_id == node->id) {
            mu_state_remove_flight(state, state->flights[i].op_id);
        } else {
            i++;
        }
    }
}

void
mu_apply_completeness(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;
    uint32_t promised = 0;
    bool are_others_down = true;
    bool is_majority;

    for (uint32_t i = 0; i < state->members_count; i++) {
        promised += state->members[i].has_promised ? 1 : 0;
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_node *node = &state->nodes[i];

        if (!mu_state_get_member(state, node->id) &&
            node->state != MU_NODE_STATE_DOWN &&
            !mu_state_is_left_alone(node)) {
            are_others_down = false;
        }
    }
    /* A majority may change the configuration; fewer only when all of them
     * promise and every other node is known to be down. */
    is_majority = promised >= state->nodes_count / 2 + 1;
    state->is_complete =
        state->is_quorate && state->members_count > 0 &&
        (is_majority ||
         (promised == state->members_count && are_others_down));
    mu_apply_settle_proposal(apply);
}

struct mu_outcome *
mu_apply_add(struct mu_apply *apply, enum mu_outcome_type type)
{
    struct mu_outcome *outcome = mu_vec_add(apply->scratch, &apply->outcomes);

    outcome->type = type;
    return outcome;
}

void
mu_apply_answer(struct mu_apply *apply, uint64_t request, int error,
                const char *text)
{
    struct mu_outcome *outcome = mu_apply_add(apply, MU_OUTCOME_ANSWER);

    outcome->incarnation = apply->sender_incarnation;
    outcome->request = request;
    outcome->error = error;
    outcome->text = mu_arena_strdup(apply->scratch, text);
}

void
mu_apply_trace(struct mu_apply *apply, enum mu_trace_level level,
               enum mu_topic topic, const struct mu_effect_trace *about,
               const char *format, ...)
{
    struct mu_outcome *outcome = mu_apply_add(apply, MU_OUTCOME_TRACE);
    va_list args;

    if (about) {
        outcome->trace.resource =
            mu_arena_strdup(apply->scratch, about->resource);
        outcome->trace.node = mu_arena_strdup(apply->scratch, about->node);
        outcome->trace.op_name =
            mu_arena_strdup(apply->scratch, about->op_name);
    }
    outcome->trace.level = level;
    outcome->trace.topic = topic;
    va_start(args, format);
    outcome->trace.text = mu_text_vmake(apply->scratch, format, args);
    va_end(args);
}

int64_t
mu_apply_bound_wall_ms(const struct mu_apply *apply, int64_t wall_ms)
{
    int64_t newest_ms = apply->state->wall_ms;

    if (wall_ms < newest_ms - WALL_SLACK_MS) {
        return newest_ms;
    }
    return wall_ms > newest_ms + WALL_SLACK_MS ? newest_ms : wall_ms;
}

const char *
mu_apply_node_name(const struct mu_apply *apply, uint32_t node_id)
{
    const struct mu_state_node *node =
        mu_state_find_node(apply->state, node_id);

    return node ? node->name
                : mu_text_make(apply->scratch, "node id %u", node_id);
}

/* What will be looked for is forgotten. What is not configured any more and was
 * held there is not looked for: it stays on record, to be stopped. */
static void
node_reset(struct mu_apply *apply, struct mu_state_node *node)
{
    struct mu_state *state = apply->state;
    const char *resource = NULL;
    bool is_left = false;
    uint32_t kept = 0;
    uint32_t i = 0;

    mu_apply_moves_doubt(state, node);
    while (i < state->flights_count) {
        if (state->flights[i].node_id == node->id) {
            mu_state_remove_flight(state, state->flights[i].op_id);
        } else {
            i++;
        }
    }
    for (i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];
        bool is_ours = row->node_id == node->id;

        if (is_ours && (!resource || strcmp(resource, row->resource) != 0)) {
            resource = row->resource;
            is_left = mu_kernel_find_primitive(state->config, resource) ==
                          MU_CONFIG_NONE &&
                      mu_kernel_hold(state, node, resource) == MU_HOLD_YES;
        }
        if (!is_ours || (is_left && row->slot != MU_SLOT_RECURRING)) {
            state->histories[kept++] = *row;
        }
        if (is_ours && is_left && row->status == MU_OP_STATUS_PENDING) {
            /* Its end will never be known: it counts as running. */
            state->histories[kept - 1].op_name = mu_state_text(state, "monitor");
            state->histories[kept - 1].status = MU_OP_STATUS_DONE;
            state->histories[kept - 1].rc = 0;
        }
    }
    state->histories_count = kept;
}

/* A joiner has the state: from now on it can be asked for things. What it ran
 * before is not known any more; probes will tell. */
static void
synced_apply(struct mu_apply *apply, const struct mu_body_synced *body)
{
    struct mu_state *state = apply->state;
    struct mu_state_node *node = mu_state_get_node(state, apply->sender_id);
    const struct mu_state_member *member =
        mu_state_get_member(state, apply->sender_id);

    if (!node || !member || body->view != state->view ||
        member->incarnation != apply->sender_incarnation ||
        node->state != MU_NODE_STATE_PENDING) {
        return;
    }
    node_reset(apply, node);
    node->has_run = true;
    node->joined_view = state->view;
    mu_apply_node_state(apply, node, MU_NODE_STATE_ACTIVE,
                        "it has the cluster's state");
}

static void
promised_apply(struct mu_apply *apply, const struct mu_body_promised *body)
{
    struct mu_state *state = apply->state;
    struct mu_state_member *member =
        mu_state_get_member(state, apply->sender_id);
    bool was_complete = state->is_complete;

    if (!member || member->incarnation != apply->sender_incarnation ||
        body->epoch != state->epoch) {
        return;
    }
    member->has_promised = true;
    mu_apply_completeness(apply);
    if (state->is_complete && !was_complete) {
        mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_VIEW, NULL,
                       "epoch %llu is on enough disks: the configuration may "
                       "be changed",
                       (unsigned long long)state->epoch);
    }
}

/* Cluster time moves; what was due by it happens, in the same order on every
 * node. */
static void
tick_apply(struct mu_apply *apply, const struct mu_body_tick *body)
{
    struct mu_state *state = apply->state;

    if (body->time_ms > state->time_ms) {
        state->time_ms = body->time_ms;
    }
    state->wall_ms = body->wall_ms;
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        struct mu_state_node *node = &state->nodes[i];

        if (mu_state_is_left_alone(node) &&
            !mu_kernel_is_left_alone(state, node)) {
            node->grace_until_ms = state->time_ms + MU_STATE_GRACE_MS;
            mu_apply_touch(apply);
        }
        if (node->state == MU_NODE_STATE_LOST_GRACE &&
            node->grace_until_ms <= state->time_ms) {
            mu_apply_node_lost(apply, node);
            mu_apply_node_state(apply, node, MU_NODE_STATE_UNCLEAN,
                                "its daemon did not come back in time");
        }
    }
    mu_runner_tick(apply);
    mu_fence_tick(apply);
}

static void
decide_apply(struct mu_apply *apply, const struct mu_body_decide *body)
{
    if (body->version != apply->state->version ||
        body->number != apply->state->plan_number) {
        mu_apply_trace(apply, MU_TRACE_DEBUG, MU_TOPIC_PLAN, NULL,
                       "a plan for version %llu came too late",
                       (unsigned long long)body->version);
        return;
    }
    mu_runner_install(apply, body);
}
