/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the coordinator does for the others: it plans, and it moves the cluster
 * time. It holds nothing that the next coordinator would miss. */

#include <string.h>

#include "base/panic.h"
#include "core/core_private.h"
#include "core/fence.h"
#include "core/runner.h"
#include "sched/caution.h"
#include "sched/sched.h"

static const int64_t TICK_MS = 1000;
static const int64_t TICK_MS_MIN = 20;
static const int64_t HOLD_MS_MAX = 30000;
static const int64_t CHECK_MS = 5000;
static const int64_t DECIDE_LOST_MS = 2000;

static bool is_coordinator(const struct mu_core *core);
static int64_t cluster_now_ms(const struct mu_core *core);
static int64_t cluster_deadline_ms(const struct mu_core *core);
static void tick_consider(struct mu_core *core);
static bool is_plan_due(const struct mu_core *core);
static bool is_waiting_for_nodes(const struct mu_state *state);
static void plan_make(struct mu_core *core);
static struct mu_body_decide decide_make(struct mu_core *core,
                                         const struct mu_snapshot *snapshot,
                                         const struct mu_plan *plan);
static void action_fill(const struct mu_state *state,
                        const struct mu_snapshot *snapshot,
                        const struct mu_action *from,
                        struct mu_arena *scratch, struct mu_state_action *to);

void
mu_coordinate_consider(struct mu_core *core)
{
    if (!is_coordinator(core)) {
        return;
    }
    tick_consider(core);
    mu_ending_consider(core);
    if (core->decide_sequence != 0 &&
        core->now.ms - core->decide_sent.ms >= DECIDE_LOST_MS) {
        core->decide_sequence = 0; /* Corosync can lose what it accepted, */
        core->plan_version = 0;    /* and that is no plan that comes again. */
    }
    if (is_plan_due(core)) {
        plan_make(core);
    } else if (mu_instant_is_due(core->plan_hold, core->now)) {
        core->plan_hold = MU_INSTANT_NEVER; /* Nothing to be held back. */
    }
}

struct mu_instant
mu_coordinate_deadline(const struct mu_core *core)
{
    struct mu_instant deadline;
    int64_t due_ms;

    if (!is_coordinator(core)) {
        return MU_INSTANT_NEVER;
    }
    deadline = mu_instant_after(core->tick_sent, TICK_MS);
    due_ms = cluster_deadline_ms(core);
    if (due_ms != INT64_MAX) {
        struct mu_instant due =
            mu_instant_after(core->now, due_ms - cluster_now_ms(core));
        struct mu_instant soonest =
            mu_instant_after(core->tick_sent, TICK_MS_MIN);

        deadline =
            mu_instant_min(deadline, due.ms > soonest.ms ? due : soonest);
    }
    deadline = mu_instant_min(deadline, core->ending_due);
    deadline = mu_instant_min(deadline, core->plan_hold);
    if (core->decide_sequence != 0) {
        return mu_instant_min(
            deadline, mu_instant_after(core->decide_sent, DECIDE_LOST_MS));
    }
    if (!core->state.config || is_waiting_for_nodes(&core->state)) {
        return deadline; /* The next TICK looks again. */
    }
    if (core->plan_hold.ms != INT64_MAX &&
        core->plan_version == core->state.version) {
        return deadline; /* Held back: no rule's time comes before that. */
    }
    return mu_instant_min(deadline, core->plan_next_change);
}

void
mu_coordinate_tick(struct mu_core *core, const struct mu_body_tick *body)
{
    const struct mu_state *state = &core->state;
    const struct mu_digest theirs = {body->digest_high, body->digest_low};

    core->lease = core->now;
    if (body->digest_position != 0 &&
        body->digest_position == core->check_position &&
        !mu_digest_is_equal(theirs, core->check_digest)) {
        mu_view_rejoin(core, "this node's state differs from the "
                             "coordinator's");
        return;
    }
    if (state->time_ms - core->check_time_ms >= CHECK_MS ||
        core->check_position == 0) {
        core->check_time_ms = state->time_ms;
        core->check_position = state->position;
        core->check_digest = mu_state_digest(state, &core->scratch);
    }
}

void
mu_coordinate_reset(struct mu_core *core)
{
    core->decide_sequence = 0;
    core->plan_hold = MU_INSTANT_NEVER;
    core->plan_repeats = 0;
    core->plan_next_change = MU_INSTANT_NEVER;
    core->check_position = 0;
    core->check_time_ms = 0;
    core->ending_hold = (struct mu_instant){0};
    core->ending_due = MU_INSTANT_NEVER;
    core->ending_seen = 0;
    core->ending_config = 0;
}

static bool
is_coordinator(const struct mu_core *core)
{
    return core->phase == MU_CORE_ACTIVE && core->is_decided &&
           mu_view_coordinator(core) == core->node_id;
}

/* Cluster time goes on from the newest TICK at the speed of our clock. */
static int64_t
cluster_now_ms(const struct mu_core *core)
{
    return core->state.time_ms + (core->now.ms - core->lease.ms);
}

/* The earliest cluster time at which apply has something to do. */
static int64_t
cluster_deadline_ms(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    int64_t due_ms = mu_runner_deadline(state);
    int64_t fence_ms = mu_fence_deadline(state);

    due_ms = fence_ms < due_ms ? fence_ms : due_ms;
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_node *node = &state->nodes[i];

        if (node->state == MU_NODE_STATE_LOST_GRACE &&
            node->grace_until_ms < due_ms) {
            due_ms = node->grace_until_ms;
        }
    }
    return due_ms;
}

static void
tick_consider(struct mu_core *core)
{
    int64_t since_ms = core->now.ms - core->tick_sent.ms;
    int64_t due_ms = cluster_deadline_ms(core);
    struct mu_body_tick tick;

    if (since_ms < TICK_MS &&
        (since_ms < TICK_MS_MIN || due_ms > cluster_now_ms(core))) {
        return;
    }
    tick = (struct mu_body_tick){.time_ms = cluster_now_ms(core),
                                 .wall_ms = core->wall_ms,
                                 .digest_position = core->check_position,
                                 .digest_high = core->check_digest.high,
                                 .digest_low = core->check_digest.low};
    core->tick_sent = core->now;
    (void)mu_transfer_send(
        core, MU_MSG_TICK, MU_LANE_VIEW,
        mu_body_encode(&core->scratch, mu_body_tick, &tick));
}

static bool
is_plan_due(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    bool is_outdated =
        state->is_plan_dropped || state->plan_version != state->version ||
        mu_runner_is_held(state);
    bool is_finished =
        mu_runner_is_finished(state) && state->actions_count > 0;

    if (!state->config || core->decide_sequence != 0 ||
        is_waiting_for_nodes(state)) {
        return false;
    }
    if (core->plan_hold.ms != INT64_MAX &&
        core->plan_version == state->version &&
        !mu_instant_is_due(core->plan_hold, core->now)) {
        return false;
    }
    return is_outdated || is_finished ||
           mu_instant_is_due(core->plan_next_change, core->now);
}

/* When the cluster comes up, nodes that nobody has seen yet get a moment: what
 * they run is not known, and fencing them is no good start of a day. */
static bool
is_waiting_for_nodes(const struct mu_state *state)
{
    if (!state->is_quorate || !state->config->options.fencing_enabled ||
        !state->config->options.startup_fencing ||
        state->time_ms - state->quorate_since_ms >= MU_STATE_UNSEEN_GRACE_MS) {
        return false;
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (state->nodes[i].state == MU_NODE_STATE_UNKNOWN) {
            return true;
        }
    }
    return false;
}

/* A plan that comes out the same for the same state did not get anywhere: it
 * is tried again, but less and less often. */
static void
plan_make(struct mu_core *core)
{
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_body_decide decide;
    struct mu_span body;
    struct mu_digest digest;
    int64_t hold_ms = 1000;

    mu_arena_reset(&core->plan_arena);
    snapshot =
        mu_core_make_snapshot(core, &core->plan_arena, core->wall_ms);
    mu_assert(snapshot);
    plan = mu_sched_plan(&core->plan_arena, snapshot, 0);
    plan = mu_caution_order(&core->plan_arena, snapshot, plan);
    decide = decide_make(core, snapshot, plan);
    core->plan_next_change =
        plan->next_change_ms == INT64_MAX
            ? MU_INSTANT_NEVER
            : mu_instant_after(core->now,
                               plan->next_change_ms > core->wall_ms
                                   ? plan->next_change_ms - core->wall_ms
                                   : 1000);
    body = mu_body_encode(&core->plan_arena, mu_body_decide, &decide);
    digest = mu_digest_of(body.data + sizeof(decide.number),
                          body.size - sizeof(decide.number));
    if (core->plan_version == core->state.version &&
        mu_digest_is_equal(digest, core->plan_digest)) {
        for (uint32_t i = 0; i < core->plan_repeats && hold_ms < HOLD_MS_MAX;
             i++) {
            hold_ms *= 2;
        }
        if (core->plan_repeats == 1 && decide.actions_count > 0) {
            mu_core_trace(core, MU_TRACE_WARNING, MU_TOPIC_PLAN,
                          "the same plan came out again: it does not get "
                          "anywhere; it is tried again in %lld s",
                          (long long)(hold_ms / 1000));
        }
        core->plan_repeats++;
        core->plan_hold = mu_instant_after(core->now, hold_ms);
        if (core->plan_repeats == 1) {
            return; /* First wait, then try. */
        }
    } else {
        core->plan_repeats = 0;
        core->plan_hold = MU_INSTANT_NEVER;
    }
    core->plan_version = core->state.version;
    core->plan_digest = digest;
    core->decide_sent = core->now;
    core->decide_sequence =
        mu_transfer_send(core, MU_MSG_DECIDE, MU_LANE_DECIDE, body);
    mu_arena_reset(&core->plan_arena);
}

static struct mu_body_decide
decide_make(struct mu_core *core, const struct mu_snapshot *snapshot,
            const struct mu_plan *plan)
{
    struct mu_body_decide decide = {.number = core->state.plan_number,
                                    .version = core->state.version,
                                    .actions_count = plan->actions_count};

    decide.actions = mu_arena_new(&core->plan_arena, struct mu_state_action,
                                  plan->actions_count + 1);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        action_fill(&core->state, snapshot, &plan->actions[i],
                    &core->plan_arena, &decide.actions[i]);
    }
    return decide;
}

static void
action_fill(const struct mu_state *state, const struct mu_snapshot *snapshot,
            const struct mu_action *from, struct mu_arena *scratch,
            struct mu_state_action *to)
{
    const struct mu_status *status = snapshot->status;
    struct mu_pair *meta =
        mu_arena_new(scratch, struct mu_pair, from->meta_count + 1);
    uint32_t *after =
        mu_arena_new(scratch, uint32_t, from->after_count + 1);

    *to = (struct mu_state_action){
        .kind = from->kind,
        .task = from->task,
        .op_name = from->op_name,
        .resource = from->resource,
        .instance = from->instance,
        .class_name = from->class_name,
        .provider = from->provider,
        .type = from->type,
        .interval_ms = from->interval_ms,
        .timeout_ms = from->timeout_ms,
        .start_delay_ms = from->start_delay_ms,
        .fence_delay_ms = from->fence_delay_ms,
        .lock_ms = from->lock_ms,
        .expected_rc = from->expected_rc,
        .priority = from->priority,
        .can_fail = from->can_fail,
        .op_id = from->in_flight,
        .meta = meta,
        .meta_count = from->meta_count,
        .after = after,
        .after_count = from->after_count,
    };
    if (from->node != MU_PLAN_NONE) {
        const struct mu_state_node *node = mu_state_find_node_by_name(
            state, status->nodes[from->node].name);

        mu_assert(node);
        to->node_id = node->id;
    }
    for (uint32_t i = 0; i < from->meta_count; i++) {
        meta[i] = from->meta[i];
    }
    for (uint32_t i = 0; i < from->after_count; i++) {
        after[i] = from->after[i];
    }
}
