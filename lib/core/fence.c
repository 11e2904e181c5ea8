/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fence.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/panic.h"
#include "base/text.h"
#include "core/kernel.h"
#include "core/runner.h"
#include "model/device.h"
#include "model/params.h"

/* A fencing that fails begins again after a pause that grows to this. */
static const int64_t PAUSE_MS_MAX = 30000;
static const int64_t RESULT_SLACK_MS = 5000;
static const int64_t SPLIT_DELAY_MS = 5000;

struct step {
    uint32_t device; /* Index into config->resources. */
    uint32_t level;  /* Devices of one level must all succeed. */
    const char *action;
    bool may_fail;   /* Switching on again after all were off. */
};

struct steps {
    struct step *items;
    uint32_t count;
};

static struct steps steps_make(const struct mu_state *state,
                               const struct mu_state_fence *fence,
                               struct mu_arena *arena);
static void level_add(const struct mu_config *config,
                      const struct mu_config_level *level, const char *action,
                      struct steps *steps);
static bool level_is_for(const struct mu_config_level *level,
                         const struct mu_state_node *target);
static struct mu_params_context device_of(const struct mu_state *state,
                                          uint32_t index);
static void unfence_steps_make(const struct mu_state *state,
                               const struct mu_state_node *target,
                               struct mu_arena *arena, struct steps *steps);
static bool device_unfences(const struct mu_config *config, uint32_t index);
static int64_t device_param_ms(const struct mu_state *state, uint32_t index,
                               const char *name, int64_t fallback_ms);
static uint32_t executor_choose(const struct mu_state *state,
                                const struct mu_state_fence *fence,
                                uint32_t device);
static bool node_has_device(const struct mu_state *state, uint32_t node_id,
                            const char *device);
static void attempt_begin(struct mu_apply *apply, struct mu_state_fence *fence);
static bool is_pending(const struct mu_state_fence *fence);
static bool may_shoot(struct mu_state *state,
                      const struct mu_state_fence *fence);
static void attempt_hold(struct mu_apply *apply, struct mu_state_fence *fence);
static void attempt_pause(struct mu_apply *apply, struct mu_state_fence *fence,
                          const char *reason);
static void attempt_fail(struct mu_apply *apply, struct mu_state_fence *fence,
                         const char *reason);
static void time_measure(struct mu_apply *apply,
                         const struct mu_state_fence *fence, int64_t exec_ms);
static void attempt_pass(struct mu_apply *apply, struct mu_state_fence *fence);
static void fence_end(struct mu_apply *apply, struct mu_state_fence *fence,
                      bool is_done, const char *how);
static int64_t attempt_delay_ms(const struct mu_state *state,
                                const struct mu_state_fence *fence,
                                uint32_t device);
static int64_t split_delay_ms(const struct mu_state *state,
                              const struct mu_state_fence *fence);
static int64_t node_worth(const struct mu_state *state,
                          const struct mu_state_node *node);

uint64_t
mu_fence_begin(struct mu_apply *apply, uint32_t target_id,
               const struct mu_state_action *action, uint32_t action_index)
{
    struct mu_state *state = apply->state;
    struct mu_state_node *target = mu_state_get_node(state, target_id);
    struct mu_state_fence *fence =
        action->task == MU_TASK_FENCE_ON
            ? mu_state_find_unfence(state, target_id)
            : mu_state_find_fence(state, target_id);
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, target_id)};

    if (fence) {
        fence->action_index = action_index;
        return fence->op_id;
    }
    fence = mu_state_add_fence(state, state->next_op_id++);
    fence->target_id = target_id;
    fence->action_index = action_index;
    fence->asked_wall_ms = state->wall_ms;
    fence->delay_ms = action->fence_delay_ms;
    fence->action = action->task == MU_TASK_FENCE_OFF  ? "off"
                    : action->task == MU_TASK_FENCE_ON ? "on"
                                                       : "reboot";
    fence->target_incarnation = target ? target->incarnation : 0;
    mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_FENCE, &about,
                   "fencing (%s) of %s is asked for", fence->action,
                   about.node);
    attempt_begin(apply, fence);
    /* Whoever is about to be fenced takes no more part. */
    if (target && target->state != MU_NODE_STATE_UNCLEAN &&
        target->state != MU_NODE_STATE_DOWN &&
        strcmp(fence->action, "on") != 0) {
        mu_apply_node_lost(apply, target);
        target->state = MU_NODE_STATE_UNCLEAN;
        target->since_ms = state->wall_ms;
    }
    return fence->op_id;
}

void
mu_fence_result(struct mu_apply *apply, const struct mu_body_result *body)
{
    struct mu_state_fence *fence =
        mu_state_get_fence(apply->state, body->op_id);

    if (!fence || fence->state != MU_FENCE_RUNNING ||
        fence->attempt != body->attempt) {
        return;
    }
    if (body->end == MU_OP_END_EXITED && body->rc == 0) {
        time_measure(apply, fence, body->exec_ms);
        attempt_pass(apply, fence);
        return;
    }
    attempt_fail(apply, fence,
                 body->reason && *body->reason ? body->reason
                 : body->end == MU_OP_END_TIMEOUT
                     ? "no answer in time"
                     : mu_text_make(apply->scratch, "exit code %d", body->rc));
}

static void
time_measure(struct mu_apply *apply, const struct mu_state_fence *fence,
             int64_t exec_ms)
{
    if (exec_ms >= 0) {
        mu_state_measure(
            apply->state,
            &(struct mu_state_duration){
                .name = mu_apply_node_name(apply, fence->target_id),
                .task = strcmp(fence->action, "off") == 0 ? MU_TASK_FENCE_OFF
                        : strcmp(fence->action, "on") == 0
                            ? MU_TASK_FENCE_ON
                            : MU_TASK_FENCE_REBOOT,
                .newest_ms = exec_ms});
    }
}

void
mu_fence_end(struct mu_apply *apply, uint32_t target_id, bool is_down,
             const char *how)
{
    struct mu_state_fence *fence =
        mu_state_find_fence(apply->state, target_id);

    if (fence) {
        fence_end(apply, fence, is_down, how);
    }
}

void
mu_fence_end_unfencing(struct mu_apply *apply, uint32_t target_id)
{
    struct mu_state_fence *fence =
        mu_state_find_unfence(apply->state, target_id);

    if (fence) {
        fence_end(apply, fence, false, "the life of the node that was to be "
                                       "let in is over");
    }
}

static void
fence_end(struct mu_apply *apply, struct mu_state_fence *fence, bool is_done,
          const char *how)
{
    struct mu_state *state = apply->state;
    struct mu_state_node *target = mu_state_get_node(state, fence->target_id);
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, fence->target_id)};
    struct mu_outcome *outcome;
    uint32_t action_index;

    outcome = mu_apply_add(apply, MU_OUTCOME_CANCEL);
    outcome->op_id = fence->op_id;
    fence->state = is_done ? MU_FENCE_DONE : MU_FENCE_CANCELLED;
    fence->ended_wall_ms = state->wall_ms;
    action_index = fence->action_index;
    mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_FENCE, &about,
                   "fencing (%s) of %s has ended: %s", fence->action,
                   about.node, how);
    if (is_done && target && strcmp(fence->action, "on") == 0) {
        /* Goes with the node's other attributes when it boots again. */
        (void)mu_state_set_attribute(
            state, target, "#node-unfenced",
            mu_text_make(apply->scratch, "%" PRId64, state->wall_ms / 1000));
    } else if (is_done && target) {
        /* The plan expects this: it goes on, it is not made anew. */
        mu_apply_node_forget(apply, target);
        if (mu_state_get_member(state, target->id)) {
            (void)mu_state_end_locks(state, target->id, NULL);
        }
        target->attributes_count = 0;
        target->state = MU_NODE_STATE_DOWN;
        target->since_ms = state->wall_ms;
        target->was_fenced = true;
        target->has_run = false;
        mu_apply_completeness(apply);
    }
    if (action_index == MU_PLAN_NONE) {
        mu_apply_touch(apply);
        return;
    }
    mu_runner_end(apply, action_index, is_done);
    if (!is_done) {
        mu_apply_touch(apply);
    }
}

void
mu_fence_reassign(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;

    for (uint32_t i = 0; i < state->fences_count; i++) {
        struct mu_state_fence *fence = &state->fences[i];
        const struct mu_state_node *executor =
            mu_state_find_node(state, fence->executor_id);

        if (is_pending(fence) && !may_shoot(state, fence)) {
            attempt_hold(apply, fence);
            continue;
        }
        if (fence->state == MU_FENCE_PAUSING && fence->due_ms == INT64_MAX) {
            attempt_begin(apply, fence); /* Quorum is back. */
            continue;
        }
        if (fence->state != MU_FENCE_RUNNING ||
            (executor && (executor->state == MU_NODE_STATE_ACTIVE ||
                          executor->state == MU_NODE_STATE_LEAVING) &&
             mu_state_get_member(state, executor->id))) {
            continue;
        }
        attempt_begin(apply, fence);
    }
}

void
mu_fence_tick(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;

    for (uint32_t i = 0; i < state->fences_count; i++) {
        struct mu_state_fence *fence = &state->fences[i];

        if (fence->due_ms > state->time_ms) {
            continue;
        }
        if (fence->state == MU_FENCE_PAUSING) {
            attempt_begin(apply, fence);
        } else if (fence->state == MU_FENCE_RUNNING) {
            attempt_fail(apply, fence, "its executor sent no result");
        }
    }
}

int64_t
mu_fence_deadline(const struct mu_state *state)
{
    int64_t deadline_ms = INT64_MAX;

    for (uint32_t i = 0; i < state->fences_count; i++) {
        const struct mu_state_fence *fence = &state->fences[i];

        if ((fence->state == MU_FENCE_RUNNING ||
             fence->state == MU_FENCE_PAUSING) &&
            fence->due_ms < deadline_ms) {
            deadline_ms = fence->due_ms;
        }
    }
    return deadline_ms;
}

bool
mu_fence_describe(const struct mu_state *state,
                  const struct mu_state_fence *fence, struct mu_arena *arena,
                  struct mu_fence_attempt *ret_attempt)
{
    struct steps steps = steps_make(state, fence, arena);
    const struct mu_state_node *target =
        mu_state_find_node(state, fence->target_id);
    const struct step *step;
    struct mu_params_context device;

    if (fence->step >= steps.count || !target) {
        return false;
    }
    step = &steps.items[fence->step];
    *ret_attempt = (struct mu_fence_attempt){.device = step->device,
                                             .action = step->action,
                                             .port = target->name};
    device = device_of(state, step->device);
    (void)mu_device_knows(arena, &device, target->name, &ret_attempt->port);
    ret_attempt->timeout_ms = device_param_ms(
        state, step->device, mu_text_make(arena, "pcmk_%s_timeout", step->action),
        state->config->options.fencing_timeout_ms);
    ret_attempt->delay_ms = attempt_delay_ms(state, fence, step->device);
    return true;
}

/* The whole list for a fencing, in the order in which it is gone through. */
static struct steps
steps_make(const struct mu_state *state, const struct mu_state_fence *fence,
           struct mu_arena *arena)
{
    const struct mu_config *config = state->config;
    const struct mu_params_context context = device_of(state, MU_CONFIG_NONE);
    const struct mu_state_node *target =
        mu_state_find_node(state, fence->target_id);
    struct steps steps = {NULL, 0};
    uint32_t most = 0;
    bool has_topology = false;

    if (!config || !target) {
        return steps;
    }
    for (uint32_t i = 0; i < config->levels_count; i++) {
        most += 2 * config->levels[i].devices_count;
    }
    steps.items = mu_arena_new(arena, struct step,
                               most + config->resources_count + 1);
    if (strcmp(fence->action, "on") == 0) {
        unfence_steps_make(state, target, arena, &steps);
        return steps;
    }
    for (uint32_t number = 1; number <= 9; number++) {
        for (uint32_t i = 0; i < config->levels_count; i++) {
            const struct mu_config_level *level = &config->levels[i];

            if (level->level != number || !level_is_for(level, target)) {
                continue;
            }
            has_topology = true;
            if (mu_device_level_works(arena, &context, level, target->name)) {
                level_add(config, level, fence->action, &steps);
            }
        }
    }
    for (uint32_t i = 0; !has_topology && i < config->resources_count; i++) {
        const struct mu_params_context device = device_of(state, i);

        if (mu_device_is_enabled(config, i) &&
            mu_device_knows(arena, &device, target->name, NULL)) {
            steps.items[steps.count] =
                (struct step){i, steps.count, fence->action, false};
            steps.count++;
        }
    }
    return steps;
}

/* Every device that cuts the target off has to let it in: all are one level. */
static void
unfence_steps_make(const struct mu_state *state,
                   const struct mu_state_node *target, struct mu_arena *arena,
                   struct steps *steps)
{
    for (uint32_t i = 0; i < state->config->resources_count; i++) {
        const struct mu_params_context device = device_of(state, i);

        if (mu_device_is_enabled(state->config, i) &&
            device_unfences(state->config, i) &&
            mu_device_knows(arena, &device, target->name, NULL)) {
            steps->items[steps->count++] = (struct step){i, 1, "on", false};
        }
    }
}

static bool
device_unfences(const struct mu_config *config, uint32_t index)
{
    const struct mu_params_context context = {.config = config,
                                              .resource = index};
    const char *provides = mu_params_meta(&context, "provides", NULL);

    return provides && mu_text_casecmp(provides, "unfencing") == 0;
}

/* Several devices switch a machine with several supplies: a reboot is all of
 * them off, and only then on. */
static void
level_add(const struct mu_config *config, const struct mu_config_level *level,
          const char *action, struct steps *steps)
{
    bool is_split = level->devices_count > 1 && strcmp(action, "reboot") == 0;
    unsigned rounds = is_split ? 2 : 1;

    for (unsigned round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < level->devices_count; i++) {
            const char *step_action = action;

            if (is_split) {
                step_action = round == 0 ? "off" : "on";
            }
            steps->items[steps->count++] = (struct step){
                mu_config_find_resource(config, level->devices[i]),
                level->level, step_action, round == 1};
        }
    }
}

static bool
level_is_for(const struct mu_config_level *level,
             const struct mu_state_node *target)
{
    const char *value =
        level->target_attribute
            ? mu_state_get_attribute(target, level->target_attribute)
            : NULL;

    return mu_device_level_is_for(level, target->name, value);
}

static struct mu_params_context
device_of(const struct mu_state *state, uint32_t index)
{
    return (struct mu_params_context){.config = state->config,
                                      .resource = index,
                                      .now_ms = state->wall_ms};
}

static int64_t
device_param_ms(const struct mu_state *state, uint32_t index, const char *name,
                int64_t fallback_ms)
{
    const struct mu_params_context device = device_of(state, index);
    const char *text = mu_device_param(&device, name);
    int64_t ms;

    if (!text || mu_text_parse_duration(text, &ms) < 0) {
        return fallback_ms;
    }
    return ms;
}

/* An active member that is not the target: first those that monitor the
 * device, each try on another one. The target itself only when there is
 * nobody else. 0 when there is none at all. To be let in is for the target
 * itself: only it knows its keys. */
static uint32_t
executor_choose(const struct mu_state *state,
                const struct mu_state_fence *fence, uint32_t device)
{
    uint32_t candidates[MU_NODES_COUNT_MAX];
    uint32_t count = 0;
    const char *id = state->config->resources[device].id;
    uint32_t self = 0;

    for (uint32_t i = 0; strcmp(fence->action, "on") == 0; i++) {
        if (i == state->members_count) {
            return 0;
        }
        if (state->members[i].node_id == fence->target_id) {
            return fence->target_id;
        }
    }
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < state->nodes_count; i++) {
            const struct mu_state_node *node = &state->nodes[i];
            bool has_device = node_has_device(state, node->id, id);

            if ((node->state != MU_NODE_STATE_ACTIVE &&
                 node->state != MU_NODE_STATE_LEAVING) ||
                has_device != (round == 0)) {
                continue;
            }
            if (node->id == fence->target_id) {
                self = node->id;
            } else {
                candidates[count++] = node->id;
            }
        }
    }
    return count > 0 ? candidates[fence->tries % count] : self;
}

static bool
node_has_device(const struct mu_state *state, uint32_t node_id,
                const char *device)
{
    const struct mu_state_history key = {
        .node_id = node_id, .resource = device, .slot = MU_SLOT_LAST};
    const struct mu_state_history *row = mu_state_find_history(state, &key);

    return row && row->rc == 0 && strcmp(row->op_name, "stop") != 0;
}

static void
attempt_begin(struct mu_apply *apply, struct mu_state_fence *fence)
{
    struct mu_state *state = apply->state;
    struct mu_fence_attempt attempt;
    struct mu_outcome *outcome;
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, fence->target_id)};

    fence->attempt++;
    if (!may_shoot(state, fence)) {
        attempt_hold(apply, fence);
        return;
    }
    if (!mu_fence_describe(state, fence, apply->scratch, &attempt)) {
        attempt_pause(apply, fence, "no fence device can switch it");
        return;
    }
    fence->executor_id = executor_choose(state, fence, attempt.device);
    fence->device =
        mu_state_text(state, state->config->resources[attempt.device].id);
    if (fence->executor_id == 0) {
        attempt_pause(apply, fence, "no member can run the fence agent");
        return;
    }
    fence->state = MU_FENCE_RUNNING;
    fence->due_ms = state->time_ms + attempt.delay_ms + attempt.timeout_ms +
                    RESULT_SLACK_MS;
    outcome = mu_apply_add(apply, MU_OUTCOME_FENCE);
    outcome->op_id = fence->op_id;
    outcome->node_id = fence->executor_id;
    mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_FENCE, &about,
                   "%s of %s with %s on %s, attempt %u", attempt.action,
                   about.node, fence->device,
                   mu_apply_node_name(apply, fence->executor_id),
                   fence->attempt);
}

static bool
is_pending(const struct mu_state_fence *fence)
{
    return fence->state == MU_FENCE_RUNNING ||
           fence->state == MU_FENCE_PAUSING;
}

/* Without quorum nobody is shot: the others may have it. Only the policies
 * that say so are exceptions: to go on as if, or to end this partition. */
static bool
may_shoot(struct mu_state *state, const struct mu_state_fence *fence)
{
    enum mu_quorum_policy policy = state->config
                                       ? state->config->options.quorum_policy
                                       : MU_QUORUM_STOP;

    return state->is_quorate || policy == MU_QUORUM_IGNORE ||
           (policy == MU_QUORUM_FENCE &&
            mu_state_get_member(state, fence->target_id));
}

/* What this partition has asked for waits for quorum, or for the news that
 * the others have done it. */
static void
attempt_hold(struct mu_apply *apply, struct mu_state_fence *fence)
{
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, fence->target_id)};

    if (fence->state == MU_FENCE_RUNNING) {
        mu_apply_add(apply, MU_OUTCOME_CANCEL)->op_id = fence->op_id;
    }
    if (fence->due_ms != INT64_MAX) {
        mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_FENCE, &about,
                       "fencing (%s) of %s waits for quorum", fence->action,
                       about.node);
    }
    fence->attempt++;
    fence->state = MU_FENCE_PAUSING;
    fence->executor_id = 0;
    fence->due_ms = INT64_MAX;
    fence->reason = mu_state_text(apply->state, "there is no quorum");
}

static void
attempt_pause(struct mu_apply *apply, struct mu_state_fence *fence,
              const char *reason)
{
    int64_t pause_ms = 1000;
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, fence->target_id)};

    for (uint32_t i = 0; i < fence->rounds && pause_ms < PAUSE_MS_MAX; i++) {
        pause_ms *= 2;
    }
    fence->rounds++;
    fence->state = MU_FENCE_PAUSING;
    fence->executor_id = 0;
    fence->step = 0;
    fence->tries = 0;
    fence->due_ms = apply->state->time_ms +
                    (pause_ms < PAUSE_MS_MAX ? pause_ms : PAUSE_MS_MAX);
    fence->reason = mu_state_text(apply->state, reason);
    mu_apply_trace(apply, MU_TRACE_ERROR, MU_TOPIC_FENCE, &about,
                   "%s cannot be fenced: %s; next try in %lld s", about.node,
                   reason, (long long)(pause_ms / 1000));
}

static void
attempt_fail(struct mu_apply *apply, struct mu_state_fence *fence,
             const char *reason)
{
    struct mu_state *state = apply->state;
    struct steps steps = steps_make(state, fence, apply->scratch);
    int64_t tries_max = 2;
    struct mu_params_context device;
    const char *text;
    uint32_t level;
    struct mu_outcome *cancel = mu_apply_add(apply, MU_OUTCOME_CANCEL);
    const struct mu_effect_trace about = {
        .node = mu_apply_node_name(apply, fence->target_id)};

    cancel->op_id = fence->op_id;
    if (fence->step >= steps.count) {
        attempt_pause(apply, fence, reason);
        return;
    }
    if (steps.items[fence->step].may_fail) {
        attempt_pass(apply, fence); /* It was off: that is what counts. */
        return;
    }
    mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_FENCE, &about,
                   "fencing of %s with %s failed: %s", about.node,
                   fence->device, reason);
    fence->reason = mu_state_text(state, reason);
    device = device_of(state, steps.items[fence->step].device);
    text = mu_device_param(&device,
                           mu_text_make(apply->scratch, "pcmk_%s_retries",
                                        steps.items[fence->step].action));
    if (text && mu_text_parse_int64(text, &tries_max) < 0) {
        tries_max = 2;
    }
    fence->tries++;
    if (fence->tries < tries_max) {
        attempt_begin(apply, fence);
        return;
    }
    level = steps.items[fence->step].level;
    while (fence->step < steps.count &&
           steps.items[fence->step].level == level) {
        fence->step++;
    }
    fence->tries = 0;
    if (fence->step >= steps.count) {
        attempt_pause(apply, fence, reason);
        return;
    }
    attempt_begin(apply, fence);
}

static void
attempt_pass(struct mu_apply *apply, struct mu_state_fence *fence)
{
    struct steps steps = steps_make(apply->state, fence, apply->scratch);
    uint32_t next = fence->step + 1;

    if (next < steps.count &&
        steps.items[next].level == steps.items[fence->step].level) {
        fence->step = next;
        fence->tries = 0;
        attempt_begin(apply, fence);
        return;
    }
    fence_end(apply, fence, true,
              mu_text_make(apply->scratch, "%s says that it is done",
                           fence->device));
}

/* Only the first attempt waits: the delay is there to let one side of a split
 * win. The random part is drawn from the operation's id, so that every replica
 * agrees on it. */
static int64_t
attempt_delay_ms(const struct mu_state *state,
                 const struct mu_state_fence *fence, uint32_t device)
{
    int64_t base_ms = device_param_ms(state, device, "pcmk_delay_base", 0);
    int64_t max_ms = device_param_ms(state, device, "pcmk_delay_max", 0);

    if (fence->attempt > 1) {
        return 0;
    }
    if (max_ms > base_ms) {
        struct mu_digest digest =
            mu_digest_of(&fence->target_incarnation,
                         sizeof(fence->target_incarnation));

        base_ms += (int64_t)(digest.low % (uint64_t)(max_ms - base_ms));
    }
    if (base_ms + fence->delay_ms == 0) {
        return split_delay_ms(state, fence);
    }
    return base_ms + fence->delay_ms;
}

/* Of two nodes that lost sight of each other, both have quorum, and both would
 * shoot at once. Both remember the same state, so both know which of them is
 * the favourite; the other one waits long enough to be shot first. An
 * operator's own delay takes the place of this one. */
static int64_t
split_delay_ms(const struct mu_state *state, const struct mu_state_fence *fence)
{
    const struct mu_state_node *target =
        mu_state_find_node(state, fence->target_id);
    const struct mu_state_node *self;
    int64_t own;
    int64_t theirs;

    if (state->nodes_count != 2 || state->members_count != 1 || !target ||
        state->members[0].node_id == target->id) {
        return 0;
    }
    self = mu_state_find_node(state, state->members[0].node_id);
    if (!self) {
        return 0;
    }
    own = node_worth(state, self);
    theirs = node_worth(state, target);
    if (own != theirs) {
        return own > theirs ? 0 : SPLIT_DELAY_MS;
    }
    return self->id < target->id ? 0 : SPLIT_DELAY_MS;
}

/* What a node runs: priorities first, then how many. */
static int64_t
node_worth(const struct mu_state *state, const struct mu_state_node *node)
{
    int64_t worth = 0;

    for (uint32_t i = 0; i < state->config->resources_count; i++) {
        const struct mu_params_context context = {.config = state->config,
                                                  .resource = i,
                                                  .now_ms = state->wall_ms};
        const char *text;
        int32_t priority = 0;

        if (state->config->resources[i].kind != MU_RESOURCE_PRIMITIVE ||
            state->config->resources[i].agent_class == MU_AGENT_FENCE ||
            mu_kernel_hold(state, node, state->config->resources[i].id) !=
                MU_HOLD_YES) {
            continue;
        }
        text = mu_params_meta(&context, "priority", NULL);
        if (text && mu_text_parse_score(text, &priority) < 0) {
            priority = 0;
        }
        worth += (int64_t)priority * MU_RESOURCES_COUNT_MAX + 1;
    }
    return worth;
}
