/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/core.h"

#include <stdarg.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/core_private.h"
#include "core/runner.h"

static const size_t ARENA_SIZE_MAX = (size_t)1 << 30;

static void boot(struct mu_core *core, const struct mu_event_boot *event);
static void event_dispatch(struct mu_core *core, const struct mu_event *event);
static void consider(struct mu_core *core);
static void survey_settle(struct mu_core *core,
                          const struct mu_outcome *outcome);
static void outcome_settle(struct mu_core *core,
                           const struct mu_outcome *outcome);

struct mu_core *
mu_core_new(void)
{
    struct mu_arena own;
    struct mu_core *core;
    struct mu_arena *arenas[12];

    mu_arena_init(&own, ARENA_SIZE_MAX);
    core = mu_arena_new(&own, struct mu_core, 1);
    core->own = own;
    arenas[0] = &core->scratch;
    arenas[1] = &core->boot_arena;
    arenas[2] = &core->ring_arena;
    arenas[3] = &core->held_arena;
    arenas[4] = &core->outbox_arena;
    arenas[5] = &core->state_arena;
    arenas[6] = &core->config_arena;
    arenas[7] = &core->local_arena;
    arenas[8] = &core->memory_arena;
    arenas[9] = &core->plan_arena;
    arenas[10] = &core->record_arena;
    arenas[11] = &core->partial_arena;
    for (size_t i = 0; i < sizeof(arenas) / sizeof(arenas[0]); i++) {
        mu_arena_init(arenas[i], ARENA_SIZE_MAX);
    }
    mu_arena_init(&core->pending_arena, ARENA_SIZE_MAX);
    mu_arena_init(&core->locks_arena, ARENA_SIZE_MAX);
    mu_state_init(&core->state, &core->state_arena, &core->config_arena);
    core->phase = MU_CORE_BOOTING;
    core->persist_retry = MU_INSTANT_NEVER;
    core->shutdown_deadline = MU_INSTANT_NEVER;
    core->ending_request = UINT64_MAX - 1;
    mu_coordinate_reset(core);
    return core;
}

void
mu_core_free(struct mu_core *core)
{
    struct mu_arena own;

    if (!core) {
        return;
    }
    mu_arena_done(&core->scratch);
    mu_arena_done(&core->boot_arena);
    mu_arena_done(&core->ring_arena);
    mu_arena_done(&core->held_arena);
    mu_arena_done(&core->outbox_arena);
    mu_arena_done(&core->state_arena);
    mu_arena_done(&core->config_arena);
    mu_arena_done(&core->local_arena);
    mu_arena_done(&core->memory_arena);
    mu_arena_done(&core->plan_arena);
    mu_arena_done(&core->record_arena);
    mu_arena_done(&core->partial_arena);
    mu_arena_done(&core->pending_arena);
    mu_arena_done(&core->locks_arena);
    own = core->own;
    mu_arena_done(&own);
}

void
mu_core_step(struct mu_core *core, const struct mu_event *event,
             struct mu_effects *ret_effects)
{
    mu_assert(event->now.ms >= core->now.ms);
    mu_assert((core->phase == MU_CORE_BOOTING) ==
              (event->type == MU_EVENT_BOOT));
    mu_arena_reset(&core->scratch);
    memset(&core->effects, 0, sizeof(core->effects));
    core->now = event->now;
    core->wall_ms = event->wall_ms;
    core->is_changed = false;
    /* Before anything points into it, and after the effects of the step before
     * have been performed. */
    mu_state_compact(&core->state, &core->scratch);
    if (core->phase != MU_CORE_ENDED) {
        event_dispatch(core, event);
        consider(core);
    }
    if (core->is_changed) {
        (void)mu_core_add(core, MU_EFFECT_CHANGED);
    }
    ret_effects->items = core->effects.items;
    ret_effects->count = (uint32_t)core->effects.count;
}

struct mu_instant
mu_core_deadline(const struct mu_core *core)
{
    struct mu_instant deadline = core->shutdown_deadline;

    if (core->phase == MU_CORE_BOOTING || core->phase == MU_CORE_ENDED) {
        return MU_INSTANT_NEVER;
    }
    deadline = mu_instant_min(deadline, mu_view_deadline(core));
    deadline = mu_instant_min(deadline, mu_transfer_deadline(core));
    deadline = mu_instant_min(deadline, mu_durable_deadline(core));
    deadline = mu_instant_min(deadline, mu_local_deadline(core));
    return mu_instant_min(deadline, mu_coordinate_deadline(core));
}

enum mu_core_phase
mu_core_get_phase(const struct mu_core *core)
{
    return core->phase;
}

uint32_t
mu_core_get_node_id(const struct mu_core *core)
{
    return core->node_id;
}

const struct mu_state *
mu_core_get_state(const struct mu_core *core)
{
    return &core->state;
}

uint32_t
mu_core_get_coordinator(const struct mu_core *core)
{
    return mu_view_coordinator(core);
}

bool
mu_core_is_quorate(const struct mu_core *core)
{
    return core->phase == MU_CORE_ACTIVE && core->state.is_quorate;
}

bool
mu_core_is_idle(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    if (core->phase != MU_CORE_ACTIVE || state->flights_count > 0 ||
        state->proposal.is_present) {
        return false;
    }
    for (uint32_t i = 0; i < state->fences_count; i++) {
        if (state->fences[i].state == MU_FENCE_RUNNING ||
            state->fences[i].state == MU_FENCE_PAUSING) {
            return false;
        }
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (state->nodes[i].state == MU_NODE_STATE_PENDING ||
            (state->nodes[i].state == MU_NODE_STATE_LOST_GRACE &&
             !mu_state_is_left_alone(&state->nodes[i]))) {
            return false;
        }
    }
    return !state->config ||
           (!state->is_plan_dropped && state->plan_version == state->version &&
            state->actions_count == 0);
}

bool
mu_core_is_at_rest(const struct mu_core *core)
{
    const struct mu_config *config = core->state.config;

    return mu_core_is_idle(core) &&
           (!config || core->state.is_quorate ||
            config->options.quorum_policy == MU_QUORUM_IGNORE);
}

const struct mu_snapshot *
mu_core_make_snapshot(const struct mu_core *core, struct mu_arena *arena,
                      int64_t wall_ms)
{
    return mu_state_make_snapshot(&core->state, mu_view_coordinator(core),
                                  wall_ms, arena);
}

struct mu_effect *
mu_core_add(struct mu_core *core, enum mu_effect_type type)
{
    struct mu_effect *effect = mu_vec_add(&core->scratch, &core->effects);

    effect->type = type;
    return effect;
}

void
mu_core_trace(struct mu_core *core, enum mu_trace_level level,
              enum mu_topic topic, const char *format, ...)
{
    struct mu_effect *effect = mu_core_add(core, MU_EFFECT_TRACE);
    va_list args;

    effect->trace.level = level;
    effect->trace.topic = topic;
    va_start(args, format);
    effect->trace.text = mu_text_vmake(&core->scratch, format, args);
    va_end(args);
}

struct mu_apply
mu_core_make_apply(struct mu_core *core, uint32_t node_id, uint64_t incarnation)
{
    return (struct mu_apply){.state = &core->state,
                             .scratch = &core->scratch,
                             .sender_id = node_id,
                             .sender_incarnation = incarnation};
}

void
mu_core_settle_outcomes(struct mu_core *core, struct mu_apply *apply)
{
    for (size_t i = 0; i < apply->outcomes.count; i++) {
        outcome_settle(core, &apply->outcomes.items[i]);
    }
}

static void
boot(struct mu_core *core, const struct mu_event_boot *event)
{
    mu_assert(event->nodelist_count <= MU_NODES_COUNT_MAX);
    mu_assert(event->incarnation != 0);
    core->node_id = event->node_id;
    core->boot_id = mu_arena_strdup(&core->boot_arena, event->boot_id);
    core->incarnation = event->incarnation;
    core->processors = event->processors > 0 ? event->processors : 1;
    core->nodelist = mu_arena_new(&core->boot_arena, struct mu_body_node,
                                  event->nodelist_count + 1);
    core->nodelist_count = event->nodelist_count;
    for (uint32_t i = 0; i < event->nodelist_count; i++) {
        core->nodelist[i].id = event->nodelist[i].id;
        core->nodelist[i].name =
            mu_arena_strdup(&core->boot_arena, event->nodelist[i].name);
    }
    /* Numbers of one life must not be taken for those of another. */
    core->next_exec_id = ((event->incarnation & 0xffffff) << 32) + 1;
    mu_durable_boot(core, event);
    mu_core_add(core, MU_EFFECT_WATCHDOG)->watchdog_feed = true;
    core->phase = MU_CORE_OFFLINE;
}

static void
event_dispatch(struct mu_core *core, const struct mu_event *event)
{
    switch (event->type) {
    case MU_EVENT_BOOT:
        boot(core, &event->boot);
        break;
    case MU_EVENT_RING:
        mu_view_ring(core, &event->ring);
        break;
    case MU_EVENT_QUORUM:
        mu_view_quorum(core, &event->quorum);
        break;
    case MU_EVENT_GROUP:
        mu_view_group(core, &event->group);
        break;
    case MU_EVENT_MESSAGE:
        mu_transfer_receive(core, &event->message);
        break;
    case MU_EVENT_RING_LOST:
        mu_view_lost(core);
        break;
    case MU_EVENT_OP_RESULT:
        mu_local_result(core, &event->op_result);
        break;
    case MU_EVENT_STORED:
        mu_durable_stored(core, &event->stored);
        break;
    case MU_EVENT_REQUEST:
        mu_client_request(core, &event->request);
        break;
    case MU_EVENT_CLIENT_GONE:
        mu_client_gone(core, event->client_gone);
        break;
    case MU_EVENT_TIMER:
        break; /* What is due is found below. */
    case MU_EVENT_CHECK:
        mu_local_check(core, event->check_resource);
        break;
    case MU_EVENT_SHUTDOWN:
        if (!core->is_shutting) {
            mu_client_shutdown(core);
        }
        break;
    }
}

/* What follows from where we are now, whatever has happened. */
static void
consider(struct mu_core *core)
{
    mu_view_consider(core);
    mu_client_expire(core);
    mu_transfer_resend(core, false);
    mu_durable_consider(core);
    mu_coordinate_consider(core);
    mu_local_consider(core);
    if (core->is_shutting && core->phase != MU_CORE_ENDED &&
        mu_instant_is_due(core->shutdown_deadline, core->now)) {
        mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_SELF,
                      "this node's work could not be moved away in time; "
                      "leaving anyway");
        mu_core_add(core, MU_EFFECT_EXIT)->exit_code = 1;
        core->phase = MU_CORE_ENDED;
    }
}

static void
survey_settle(struct mu_core *core, const struct mu_outcome *outcome)
{
    const struct mu_state_node *node =
        mu_state_find_node(&core->state, outcome->node_id);
    bool is_answer = outcome->type == MU_OUTCOME_FACTS;
    struct mu_effect *effect;

    if (!node || (is_answer && outcome->index != core->node_id)) {
        return;
    }
    effect = mu_core_add(core, is_answer ? MU_EFFECT_FACTS : MU_EFFECT_SURVEY);
    effect->survey.node = node->name;
    effect->survey.request = outcome->request;
    effect->survey.facts = outcome->text;
}

static void
outcome_settle(struct mu_core *core, const struct mu_outcome *outcome)
{
    struct mu_effect *effect;

    switch (outcome->type) {
    case MU_OUTCOME_LAUNCH:
        mu_local_launch(core, outcome->op_id);
        break;
    case MU_OUTCOME_FENCE:
        mu_local_fence(core, outcome->op_id);
        break;
    case MU_OUTCOME_CANCEL:
        mu_local_cancel(core, outcome->op_id);
        break;
    case MU_OUTCOME_PROPOSED:
        mu_durable_propose(core);
        break;
    case MU_OUTCOME_REJECTED:
        mu_durable_drop(core, outcome->index);
        break;
    case MU_OUTCOME_ANSWER:
        if (outcome->incarnation == core->incarnation) {
            mu_client_answer(core, outcome);
        }
        break;
    case MU_OUTCOME_MAY_LEAVE:
        if (outcome->node_id == core->node_id) {
            mu_core_add(core, MU_EFFECT_EXIT)->exit_code = 0;
            core->phase = MU_CORE_ENDED;
        }
        break;
    case MU_OUTCOME_SURVEY:
    case MU_OUTCOME_FACTS:
        survey_settle(core, outcome);
        break;
    case MU_OUTCOME_TRACE:
        effect = mu_core_add(core, MU_EFFECT_TRACE);
        effect->trace = outcome->trace;
        break;
    }
}
