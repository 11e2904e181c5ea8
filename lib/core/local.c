/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Agents of this node: what was released for it, and what it repeats. */

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/core_private.h"
#include "core/fence.h"
#include "core/kernel.h"
#include "model/names.h"
#include "model/params.h"

/* Without a TICK for this long nothing new is launched: the others may have
 * formed a ring without us. Less than Corosync needs to do that. */
static const int64_t LEASE_MS = 3000;
static const int64_t REPORT_MS = 2000;
static const int64_t CHECK_AGAIN_MS = 100;
static const size_t MEMORY_SIZE_MAX = 4 << 20;

static struct mu_core_exec *exec_add(struct mu_core *core,
                                     enum mu_core_exec_kind kind);
static struct mu_core_exec *exec_find(struct mu_core *core, uint64_t exec_id);
static struct mu_effect_exec *effect_fill(struct mu_core *core,
                                          struct mu_core_exec *exec,
                                          uint32_t primitive);
static void params_fill(struct mu_core *core, struct mu_core_exec *exec,
                        uint32_t primitive, struct mu_effect_exec *effect);
static const struct mu_status_node *own_status(struct mu_core *core);
static void params_remember(struct mu_core *core, const char *resource,
                            const char *digest,
                            const struct mu_effect_exec *effect);
static void params_recall(const struct mu_core *core, const char *resource,
                          struct mu_effect_exec *effect);
static void flight_result(struct mu_core *core, const struct mu_core_exec *exec,
                          const struct mu_event_op_result *event);
static void recurring_result(struct mu_core *core,
                             const struct mu_core_exec *exec,
                             const struct mu_event_op_result *event);
static void recurring_refresh(struct mu_core *core);
static struct mu_core_recurring *recurring_find(struct mu_core *core,
                                                const char *resource,
                                                const char *op_name,
                                                int64_t interval_ms);
static void recurring_add(struct mu_core *core,
                          const struct mu_state_history *row);
static void recurring_run(struct mu_core *core,
                          struct mu_core_recurring *recurring);
static bool has_flight(const struct mu_core *core, const char *resource);
static const struct mu_state_history *
row_find(const struct mu_core *core, const char *resource, const char *op_name,
         int64_t interval_ms);
static void text_copy(char *to, size_t size, const char *from);

void
mu_local_launch(struct mu_core *core, uint64_t op_id)
{
    const struct mu_state_flight *flight =
        mu_state_get_flight(&core->state, op_id);
    struct mu_core_exec *exec;
    struct mu_effect_exec *effect;
    uint32_t primitive;

    if (!flight || flight->node_id != core->node_id) {
        return;
    }
    if (!mu_local_is_lease_fresh(core)) {
        *mu_vec_add(&core->local_arena, &core->deferred) = op_id;
        return;
    }
    /* A monitor that is running must not be in the way of what follows it. */
    for (size_t i = 0; i < core->execs.count; i++) {
        const struct mu_core_exec *other = &core->execs.items[i];

        if (other->exec_id != 0 && other->kind == MU_CORE_EXEC_RECURRING &&
            flight->task != MU_TASK_MONITOR &&
            strcmp(other->resource, flight->resource) == 0) {
            mu_core_add(core, MU_EFFECT_KILL)->kill_exec_id = other->exec_id;
        }
    }
    primitive = mu_kernel_find_primitive(core->state.config, flight->resource);
    exec = exec_add(core, MU_CORE_EXEC_FLIGHT);
    exec->op_id = op_id;
    text_copy(exec->resource, sizeof(exec->resource), flight->resource);
    text_copy(exec->op_name, sizeof(exec->op_name),
              flight->op_name);
    exec->interval_ms = flight->interval_ms;
    effect = effect_fill(core, exec, primitive);
    effect->agent_class = mu_names_agent_class(flight->class_name);
    effect->provider = *flight->provider ? flight->provider : NULL;
    effect->type = flight->type;
    effect->timeout_ms = flight->timeout_ms;
    if (flight->meta_count > 0) {
        struct mu_pair *meta =
            mu_arena_new(&core->scratch, struct mu_pair,
                         effect->meta_count + flight->meta_count);

        for (uint32_t i = 0; i < effect->meta_count; i++) {
            meta[i] = effect->meta[i];
        }
        for (uint32_t i = 0; i < flight->meta_count; i++) {
            meta[effect->meta_count + i] = flight->meta[i];
        }
        effect->meta = meta;
        effect->meta_count += flight->meta_count;
    }
}

void
mu_local_fence(struct mu_core *core, uint64_t op_id)
{
    struct mu_state_fence *fence = mu_state_get_fence(&core->state, op_id);
    const struct mu_state_node *target;
    struct mu_fence_attempt attempt;
    struct mu_core_exec *exec;
    struct mu_effect_exec *effect;

    if (!fence || fence->state != MU_FENCE_RUNNING ||
        fence->executor_id != core->node_id ||
        !mu_fence_describe(&core->state, fence, &core->scratch, &attempt)) {
        return;
    }
    target = mu_state_find_node(&core->state, fence->target_id);
    exec = exec_add(core, MU_CORE_EXEC_FENCE);
    exec->op_id = op_id;
    exec->attempt = fence->attempt;
    text_copy(exec->resource, sizeof(exec->resource), fence->device);
    text_copy(exec->op_name, sizeof(exec->op_name), attempt.action);
    effect = effect_fill(core, exec, attempt.device);
    effect->timeout_ms = attempt.timeout_ms;
    effect->delay_ms = attempt.delay_ms;
    effect->target = target->name;
    effect->target_port = attempt.port;
}

void
mu_local_cancel(struct mu_core *core, uint64_t op_id)
{
    for (size_t i = 0; i < core->execs.count; i++) {
        struct mu_core_exec *exec = &core->execs.items[i];

        if (exec->exec_id != 0 && exec->op_id == op_id) {
            mu_core_add(core, MU_EFFECT_KILL)->kill_exec_id = exec->exec_id;
            exec->op_id = 0;
        }
    }
}

void
mu_local_result(struct mu_core *core, const struct mu_event_op_result *event)
{
    struct mu_core_exec *found = exec_find(core, event->exec_id);
    struct mu_core_exec exec;

    if (!found) {
        return;
    }
    exec = *found;
    found->exec_id = 0;
    if (exec.kind == MU_CORE_EXEC_RECURRING) {
        recurring_result(core, &exec, event);
    } else if (exec.op_id != 0) {
        flight_result(core, &exec, event);
    }
}

void
mu_local_disown(struct mu_core *core)
{
    for (size_t i = 0; i < core->execs.count; i++) {
        struct mu_core_exec *exec = &core->execs.items[i];

        /* A shot that has not been fired yet, or is on its way, was decided by
         * a state that counts no more: the next one decides anew. */
        if (exec->exec_id != 0 && exec->kind == MU_CORE_EXEC_FENCE) {
            mu_core_add(core, MU_EFFECT_KILL)->kill_exec_id = exec->exec_id;
        }
        exec->op_id = 0;
    }
    core->deferred.count = 0;
    core->is_recurring_stale = true;
}

void
mu_local_consider(struct mu_core *core)
{
    if (core->is_recurring_stale) {
        recurring_refresh(core);
    }
    if (core->deferred.count > 0 && mu_local_is_lease_fresh(core)) {
        size_t count = core->deferred.count;

        for (size_t i = 0; i < count; i++) {
            mu_local_launch(core, core->deferred.items[i]);
        }
        core->deferred.count = 0;
    }
    for (size_t i = 0; i < core->recurring.count; i++) {
        struct mu_core_recurring *recurring = &core->recurring.items[i];

        if (recurring->resource[0] &&
            mu_instant_is_due(recurring->due, core->now)) {
            recurring_run(core, recurring);
        }
    }
}

void
mu_local_check(struct mu_core *core, const char *resource)
{
    for (size_t i = 0; i < core->recurring.count; i++) {
        struct mu_core_recurring *recurring = &core->recurring.items[i];

        if (strcmp(recurring->resource, resource) == 0 &&
            strcmp(recurring->op_name, "monitor") == 0) {
            /* One that runs may have looked before the change. */
            recurring->due = mu_instant_after(
                core->now, recurring->exec_id != 0 ? CHECK_AGAIN_MS : 0);
        }
    }
}

struct mu_instant
mu_local_deadline(const struct mu_core *core)
{
    struct mu_instant deadline = MU_INSTANT_NEVER;

    for (size_t i = 0; i < core->recurring.count; i++) {
        const struct mu_core_recurring *recurring = &core->recurring.items[i];

        if (recurring->resource[0]) {
            deadline = mu_instant_min(deadline, recurring->due);
        }
    }
    return deadline;
}

bool
mu_local_is_lease_fresh(const struct mu_core *core)
{
    return core->phase == MU_CORE_ACTIVE &&
           core->now.ms - core->lease.ms <= LEASE_MS;
}

static struct mu_core_exec *
exec_add(struct mu_core *core, enum mu_core_exec_kind kind)
{
    struct mu_core_exec *exec = exec_find(core, 0);

    if (!exec) {
        exec = mu_vec_add(&core->local_arena, &core->execs);
    }
    *exec = (struct mu_core_exec){.exec_id = core->next_exec_id++,
                                  .kind = kind};
    return exec;
}

static struct mu_core_exec *
exec_find(struct mu_core *core, uint64_t exec_id)
{
    for (size_t i = 0; i < core->execs.count; i++) {
        if (core->execs.items[i].exec_id == exec_id) {
            return &core->execs.items[i];
        }
    }
    return NULL;
}

static struct mu_effect_exec *
effect_fill(struct mu_core *core, struct mu_core_exec *exec, uint32_t primitive)
{
    struct mu_effect *effect = mu_core_add(core, MU_EFFECT_EXEC);
    const struct mu_config *config = core->state.config;

    effect->exec.exec_id = exec->exec_id;
    effect->exec.resource = mu_arena_strdup(&core->scratch, exec->resource);
    effect->exec.op_name = mu_arena_strdup(&core->scratch, exec->op_name);
    effect->exec.interval_ms = exec->interval_ms;
    if (primitive != MU_CONFIG_NONE && config) {
        const struct mu_config_resource *resource =
            &config->resources[primitive];

        effect->exec.agent_class = resource->agent_class;
        effect->exec.provider = resource->provider;
        effect->exec.type = resource->type;
        params_fill(core, exec, primitive, &effect->exec);
        params_remember(core, exec->resource, exec->params_digest,
                        &effect->exec);
    } else {
        params_recall(core, exec->resource, &effect->exec);
    }
    return &effect->exec;
}

static void
params_fill(struct mu_core *core, struct mu_core_exec *exec, uint32_t primitive,
            struct mu_effect_exec *effect)
{
    const struct mu_params_context context = {
        .config = core->state.config,
        .resource = primitive,
        .node = own_status(core),
        .is_coordinator = mu_view_coordinator(core) == core->node_id,
        .now_ms = core->wall_ms};
    struct mu_params params;

    mu_params_resolve(&core->scratch, &context, exec->op_name,
                      exec->interval_ms, &params);
    mu_params_digest(&params, exec->params_digest);
    effect->params = params.params;
    effect->params_count = params.params_count;
    effect->meta = params.meta;
    effect->meta_count = params.meta_count;
    effect->timeout_ms = params.timeout_ms;
}

/* Rules may look at this node's attributes, and at nothing else of a status. */
static const struct mu_status_node *
own_status(struct mu_core *core)
{
    const struct mu_state_node *node =
        mu_state_find_node(&core->state, core->node_id);
    struct mu_status_node *status =
        mu_arena_new(&core->scratch, struct mu_status_node, 1);
    struct mu_pair *attributes;

    if (!node) {
        return NULL;
    }
    attributes = mu_arena_new(&core->scratch, struct mu_pair,
                              node->attributes_count + 1);
    for (uint32_t i = 0; i < node->attributes_count; i++) {
        attributes[i] = (struct mu_pair){node->attributes[i].name,
                                         node->attributes[i].value};
    }
    status->name = node->name;
    status->id = mu_text_make(&core->scratch, "%u", node->id);
    status->config_node = mu_state_find_configured(&core->state, node->name);
    status->attributes = attributes;
    status->attributes_count = node->attributes_count;
    return status;
}

static void
params_remember(struct mu_core *core, const char *resource, const char *digest,
                const struct mu_effect_exec *effect)
{
    struct mu_core_memory *memory = NULL;
    struct mu_pair *params;

    for (size_t i = 0; i < core->memories.count; i++) {
        if (strcmp(core->memories.items[i].resource, resource) == 0) {
            memory = &core->memories.items[i];
        }
    }
    if (memory && strcmp(memory->digest, digest) == 0) {
        return;
    }
    if (core->memory_arena.used > MEMORY_SIZE_MAX) {
        memset(&core->memories, 0, sizeof(core->memories));
        mu_arena_reset(&core->memory_arena);
        memory = NULL;
    }
    if (!memory) {
        memory = mu_vec_add(&core->memory_arena, &core->memories);
        text_copy(memory->resource, sizeof(memory->resource), resource);
    }
    params = mu_arena_new(&core->memory_arena, struct mu_pair,
                          effect->params_count + 1);
    for (uint32_t i = 0; i < effect->params_count; i++) {
        params[i].name =
            mu_arena_strdup(&core->memory_arena, effect->params[i].name);
        params[i].value =
            mu_arena_strdup(&core->memory_arena, effect->params[i].value);
    }
    text_copy(memory->digest, sizeof(memory->digest), digest);
    memory->params = params;
    memory->params_count = effect->params_count;
}

static void
params_recall(const struct mu_core *core, const char *resource,
              struct mu_effect_exec *effect)
{
    for (size_t i = 0; i < core->memories.count; i++) {
        const struct mu_core_memory *memory = &core->memories.items[i];

        if (strcmp(memory->resource, resource) == 0) {
            effect->params = memory->params;
            effect->params_count = memory->params_count;
        }
    }
}

static void
flight_result(struct mu_core *core, const struct mu_core_exec *exec,
              const struct mu_event_op_result *event)
{
    struct mu_body_result result = {
        .op_id = exec->op_id,
        .attempt = exec->attempt,
        .end = event->end,
        .rc = event->rc,
        .exec_ms = event->exec_ms,
        .wall_ms = core->wall_ms,
        .reason = event->exit_reason ? event->exit_reason : "",
        .params_digest = exec->params_digest,
    };
    struct mu_core_owed *owed = mu_transfer_owe(
        core, MU_MSG_RESULT, MU_LANE_RESULT,
        mu_body_encode(&core->scratch, mu_body_result, &result));

    owed->op_id = exec->op_id;
}

/* Only news travels: what the state says already is not said again. */
static void
recurring_result(struct mu_core *core, const struct mu_core_exec *exec,
                 const struct mu_event_op_result *event)
{
    struct mu_core_recurring *recurring = recurring_find(
        core, exec->resource, exec->op_name, exec->interval_ms);
    const struct mu_state_history *row =
        row_find(core, exec->resource, exec->op_name, exec->interval_ms);
    struct mu_body_recurring news = {
        .resource = exec->resource,
        .op_name = exec->op_name,
        .interval_ms = exec->interval_ms,
        .end = event->end,
        .rc = event->rc,
        .exec_ms = event->exec_ms,
        .wall_ms = core->wall_ms,
        .reason = event->exit_reason ? event->exit_reason : "",
    };
    bool is_ok = event->end == MU_OP_END_EXITED;

    if (recurring) {
        recurring->exec_id = 0;
    }
    if (!row || !recurring || event->end == MU_OP_END_CANCELLED ||
        has_flight(core, exec->resource) || core->phase != MU_CORE_ACTIVE) {
        return;
    }
    if (is_ok == (row->status == MU_OP_STATUS_DONE) &&
        (!is_ok || event->rc == row->rc)) {
        return;
    }
    if (recurring->reported.ms != 0 &&
        core->now.ms - recurring->reported.ms < REPORT_MS) {
        return; /* The news is on its way. */
    }
    recurring->reported = core->now;
    (void)mu_transfer_send(
        core, MU_MSG_RECURRING, MU_LANE_RESULT,
        mu_body_encode(&core->scratch, mu_body_recurring, &news));
}

/* Brings the list of what is repeated in line with the state's history. */
static void
recurring_refresh(struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    core->is_recurring_stale = false;
    for (size_t i = 0; i < core->recurring.count; i++) {
        core->recurring.items[i].is_wanted = false;
    }
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->node_id == core->node_id && row->slot == MU_SLOT_RECURRING) {
            recurring_add(core, row);
        }
    }
    for (size_t i = 0; i < core->recurring.count; i++) {
        struct mu_core_recurring *recurring = &core->recurring.items[i];

        if (!recurring->resource[0] || recurring->is_wanted) {
            continue;
        }
        if (recurring->exec_id != 0) {
            mu_core_add(core, MU_EFFECT_KILL)->kill_exec_id =
                recurring->exec_id;
        }
        recurring->resource[0] = '\0';
    }
}

static struct mu_core_recurring *
recurring_find(struct mu_core *core, const char *resource, const char *op_name,
               int64_t interval_ms)
{
    for (size_t i = 0; i < core->recurring.count; i++) {
        struct mu_core_recurring *recurring = &core->recurring.items[i];

        if (recurring->resource[0] && recurring->interval_ms == interval_ms &&
            strcmp(recurring->resource, resource) == 0 &&
            strcmp(recurring->op_name, op_name) == 0) {
            return recurring;
        }
    }
    return NULL;
}

/* The first run of all was the operation that the plan asked for. From then on
 * they are spread, so that a hundred resources do not look at once. */
static void
recurring_add(struct mu_core *core, const struct mu_state_history *row)
{
    struct mu_core_recurring *recurring = recurring_find(
        core, row->resource, row->op_name, row->interval_ms);
    struct mu_digest digest;

    if (recurring) {
        recurring->is_wanted = true;
        return;
    }
    for (size_t i = 0; i < core->recurring.count && !recurring; i++) {
        if (!core->recurring.items[i].resource[0]) {
            recurring = &core->recurring.items[i];
        }
    }
    if (!recurring) {
        recurring = mu_vec_add(&core->local_arena, &core->recurring);
    }
    *recurring = (struct mu_core_recurring){.interval_ms = row->interval_ms,
                                            .is_wanted = true};
    text_copy(recurring->resource, sizeof(recurring->resource), row->resource);
    text_copy(recurring->op_name, sizeof(recurring->op_name), row->op_name);
    digest = mu_digest_of(row->resource, strlen(row->resource));
    recurring->due = mu_instant_after(
        core->now,
        row->interval_ms / 2 +
            (int64_t)(digest.low % (uint64_t)(row->interval_ms / 2 + 1)));
}

static void
recurring_run(struct mu_core *core, struct mu_core_recurring *recurring)
{
    uint32_t primitive =
        mu_kernel_find_primitive(core->state.config, recurring->resource);
    struct mu_core_exec *exec;
    struct mu_effect_exec *effect;

    recurring->due = mu_instant_after(core->now, recurring->interval_ms);
    if (recurring->exec_id != 0 || has_flight(core, recurring->resource) ||
        primitive == MU_CONFIG_NONE) {
        return;
    }
    exec = exec_add(core, MU_CORE_EXEC_RECURRING);
    text_copy(exec->resource, sizeof(exec->resource), recurring->resource);
    text_copy(exec->op_name, sizeof(exec->op_name), recurring->op_name);
    exec->interval_ms = recurring->interval_ms;
    recurring->exec_id = exec->exec_id;
    effect = effect_fill(core, exec, primitive);
    mu_assert(effect->timeout_ms >= 0);
}

static bool
has_flight(const struct mu_core *core, const char *resource)
{
    for (uint32_t i = 0; i < core->state.flights_count; i++) {
        const struct mu_state_flight *flight = &core->state.flights[i];

        if (flight->node_id == core->node_id &&
            strcmp(flight->resource, resource) == 0) {
            return true;
        }
    }
    return false;
}

static const struct mu_state_history *
row_find(const struct mu_core *core, const char *resource, const char *op_name,
         int64_t interval_ms)
{
    const struct mu_state_history key = {.node_id = core->node_id,
                                         .resource = resource,
                                         .slot = MU_SLOT_RECURRING,
                                         .op_name = op_name,
                                         .interval_ms = interval_ms};

    return mu_state_find_history(&core->state, &key);
}

static void
text_copy(char *to, size_t size, const char *from)
{
    (void)mu_text_format(to, size, "%s", from);
}
