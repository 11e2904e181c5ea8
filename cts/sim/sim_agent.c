/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_agent.h"

#include <inttypes.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "cts/sim/sim.h"

enum { RC_OK = 0, RC_ERROR = 1, RC_NOT_RUNNING = 7, RC_PROMOTED = 8 };

struct mu_sim_op {
    struct mu_sim_op *next; /* Of the same resource on the same node. */
    uint64_t exec_id;
    uint64_t generation; /* Of the daemon that asked. */
    uint64_t number;     /* Unique. */
    uint32_t node;
    uint32_t resource;
    char name[20];
    int64_t interval_ms;
    int64_t timeout_us;
    int64_t asked_us, began_us;
    uint32_t target; /* Fencing: whose power; else 0. */
    uint32_t arrival; /* migrate_to: where it goes; else 0. */
    bool is_fence_device;
    bool is_running;
    bool is_orphan; /* Nobody will be told. */
    bool is_killed;
    enum mu_op_end end; /* How it will end. */
    bool will_work;     /* What it is for will have happened. */
};

static void on_begin(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_change(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_end(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_power_on(struct mu_sim *sim, const struct mu_sim_event *event);

static struct mu_sim_instance *
instance_of(struct mu_sim *sim, const struct mu_sim_op *op)
{
    return &sim->agents.instances[op->node][op->resource];
}

static bool
is_named(const struct mu_sim_op *op, const char *name)
{
    return strcmp(op->name, name) == 0;
}

/* Operations after which an instance may be active that was not before. */
static bool
is_activation(const struct mu_sim_op *op)
{
    return !op->is_fence_device && is_named(op, "start");
}

uint32_t
mu_sim_agent_resource(struct mu_sim *sim, const char *name)
{
    struct mu_sim_agents *agents = &sim->agents;

    for (uint32_t i = 0; i < agents->names_count; i++) {
        if (strcmp(agents->names[i], name) == 0) {
            return i;
        }
    }
    mu_assert(agents->names_count < MU_SIM_RESOURCES_MAX);
    (void)mu_text_format(agents->names[agents->names_count],
                         sizeof(agents->names[0]), "%s", name);
    return agents->names_count++;
}

static struct mu_sim_op *
find_op(struct mu_sim *sim, uint32_t node, uint64_t number)
{
    for (uint32_t i = 0; i < sim->agents.names_count; i++) {
        struct mu_sim_op *op = sim->agents.instances[node][i].ops;

        for (; op; op = op->next) {
            if (op->number == number) {
                return op;
            }
        }
    }
    return NULL;
}

static uint32_t
find_node(const struct mu_sim *sim, const char *name)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        if (strcmp(sim->nodes[node].name, name) == 0) {
            return node;
        }
    }
    return 0;
}

void
mu_sim_agent_exec(struct mu_sim *sim, uint32_t node,
                  const struct mu_effect_exec *effect)
{
    struct mu_sim_op *op = mu_arena_new(&sim->world.arena, struct mu_sim_op, 1);
    struct mu_sim_op **tail;

    op->exec_id = effect->exec_id;
    op->generation = sim->nodes[node].generation;
    op->number = ++sim->agents.ops_count;
    op->node = node;
    op->resource = mu_sim_agent_resource(sim, effect->resource);
    (void)mu_text_format(op->name, sizeof(op->name), "%s", effect->op_name);
    op->interval_ms = effect->interval_ms;
    op->timeout_us =
        effect->timeout_ms > 0 ? effect->timeout_ms * 1000 : (int64_t)20000000;
    op->asked_us = op->began_us = sim->world.now_us;
    op->is_fence_device = effect->agent_class == MU_AGENT_FENCE;
    sim->agents.is_device[op->resource] = op->is_fence_device;
    if (effect->target) {
        op->target = find_node(sim, effect->target);
        if (op->target == 0) {
            mu_sim_fail(sim, "n%" PRIu32 " fences '%s', which does not exist",
                        node, effect->target);
            return;
        }
    }
    for (uint32_t i = 0; i < effect->meta_count; i++) {
        if (is_named(op, "migrate_to") &&
            strcmp(effect->meta[i].name, "migrate_target") == 0) {
            op->arrival = find_node(sim, effect->meta[i].value);
        }
    }
    tail = &instance_of(sim, op)->ops;
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = op;
    sim->agents.running_count++;
    mu_sim_world_after(&sim->world, effect->delay_ms * 1000 + 200,
                       (struct mu_sim_event){.handler = on_begin,
                                             .node = node,
                                             .tag = op->number});
}

static const struct mu_sim_trouble *
find_trouble(const struct mu_sim *sim, const struct mu_sim_op *op)
{
    const char *name = op->target ? "fence" : op->name;

    for (uint32_t i = 0; i < sim->agents.troubles_count; i++) {
        const struct mu_sim_trouble *trouble = &sim->agents.troubles[i];

        if (trouble->until_us > sim->world.now_us &&
            (trouble->node == 0 || trouble->node == op->node) &&
            (trouble->resource == UINT32_MAX ||
             trouble->resource == op->resource) &&
            strcmp(trouble->op_name, name) == 0) {
            return trouble;
        }
    }
    return NULL;
}

/* Decides what this run of an agent will do, and how long it takes. */
static int64_t
draw_fate(struct mu_sim *sim, struct mu_sim_op *op)
{
    struct mu_prng *prng = &sim->agents.prng;
    const struct mu_sim_trouble *trouble = find_trouble(sim, op);
    int64_t duration_us =
        mu_sim_world_draw_wide(prng, 2000, sim->agents.duration_us_max);

    op->end = MU_OP_END_EXITED;
    op->will_work = true;
    if (op->target) {
        duration_us = mu_sim_world_draw_wide(prng, 20000, 2000000);
    }
    if (!trouble) {
        return duration_us;
    }
    switch (trouble->kind) {
    case MU_SIM_TROUBLE_SLOW:
        duration_us = trouble->duration_us > 0
                          ? trouble->duration_us
                          : mu_sim_world_draw(prng, op->timeout_us / 3,
                                              op->timeout_us - 1000);
        break;
    case MU_SIM_TROUBLE_HANG: /* Whether it worked all the same is open. */
        duration_us = op->timeout_us;
        op->end = MU_OP_END_TIMEOUT;
        op->will_work = mu_sim_world_chance(prng, 300);
        break;
    case MU_SIM_TROUBLE_FAIL:
        op->will_work = false;
        break;
    case MU_SIM_TROUBLE_NONE:
        break;
    }
    return duration_us;
}

static void
on_begin(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_op *op = find_op(sim, event->node, event->tag);
    struct mu_sim_instance *instance;
    int64_t duration_us;

    if (!op || op->is_running) {
        return; /* Cancelled while it waited. */
    }
    instance = instance_of(sim, op);
    if (instance->ops != op) {
        return; /* Its predecessor will wake it. */
    }
    op->is_running = true;
    op->began_us = sim->world.now_us;
    duration_us = draw_fate(sim, op);
    if (duration_us >= op->timeout_us) {
        duration_us = op->timeout_us;
        op->end = MU_OP_END_TIMEOUT;
    }
    if (op->interval_ms == 0 || op->target) {
        mu_sim_story_tell(sim, op->node, "agent: %s %s%s%s begins", op->name,
                          sim->agents.names[op->resource],
                          op->target ? " of " : "",
                          op->target ? sim->nodes[op->target].name : "");
    }
    if (op->target) {
        mu_check_safety_shot(sim, op->node, op->target, op->name);
        sim->agents.shots_count++;
    } else if (is_activation(op)) {
        instance->is_starting = true;
        instance->may_be_known_active = true;
        mu_check_safety_start(sim, op->node, op->resource);
    }
    if (op->will_work) {
        int64_t change_us =
            op->target ? duration_us - duration_us / 5 : duration_us;

        if (op->target && mu_sim_world_chance(&sim->agents.prng, 200)) {
            change_us = duration_us / 10; /* Confirmed long after. */
        }
        mu_sim_world_after(&sim->world, change_us,
                           (struct mu_sim_event){.handler = on_change,
                                                 .node = op->node,
                                                 .tag = op->number});
    }
    mu_sim_world_after(&sim->world, duration_us,
                       (struct mu_sim_event){.handler = on_end,
                                             .node = op->node,
                                             .tag = op->number});
}

static void
cut_power(struct mu_sim *sim, const struct mu_sim_op *op)
{
    uint32_t target = op->target;
    int64_t boot_us =
        mu_sim_world_draw_wide(&sim->agents.prng, 500000, 8000000);

    if (is_named(op, "on")) {
        mu_sim_node_power_on(sim, target);
        return;
    }
    if (sim->nodes[target].is_powered) {
        mu_sim_story_tell(sim, target, "loses power: fenced by n%" PRIu32,
                          op->node);
        mu_sim_node_power_off(sim, target);
    }
    if (is_named(op, "reboot")) {
        mu_sim_world_after(
            &sim->world, boot_us,
            (struct mu_sim_event){.handler = on_power_on, .node = target});
    }
}

static void
on_power_on(struct mu_sim *sim, const struct mu_sim_event *event)
{
    mu_sim_node_power_on(sim, event->node);
}

/* A live move: gone here and there in one moment. What the source has been told
 * of itself counts until it is stopped there, as if it still ran. */
static void
move(struct mu_sim *sim, const struct mu_sim_op *op)
{
    struct mu_sim_instance *from = instance_of(sim, op);
    struct mu_sim_instance *to =
        &sim->agents.instances[op->arrival][op->resource];

    to->is_active = true;
    to->is_broken = from->is_broken;
    to->may_be_known_active = true;
    from->is_active = false;
    from->is_broken = false;
}

/* The moment in which an agent does what it is for. */
static void
on_change(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_op *op = find_op(sim, event->node, event->tag);
    struct mu_sim_instance *instance;

    if (!op || op->is_killed) {
        return;
    }
    if (op->target) {
        cut_power(sim, op); /* May end this operation with its node. */
        return;
    }
    instance = instance_of(sim, op);
    if (is_activation(op) || (op->is_fence_device && is_named(op, "start"))) {
        if (!instance->is_active) {
            instance->is_broken = false;
        }
        instance->is_active = true;
    } else if (is_named(op, "stop")) {
        instance->is_active = false;
        instance->is_promoted = false;
        instance->is_broken = false;
    } else if (is_named(op, "promote")) {
        instance->is_promoted = instance->is_active;
    } else if (op->arrival && instance->is_active &&
               sim->nodes[op->arrival].is_powered) {
        move(sim, op);
    } else if (is_named(op, "demote")) {
        instance->is_promoted = false;
    }
    if (!op->is_fence_device) {
        mu_check_safety_truth(sim, op->resource);
    }
}

static int32_t
result_code(struct mu_sim *sim, const struct mu_sim_op *op)
{
    const struct mu_sim_instance *instance =
        &sim->agents.instances[op->node][op->resource];

    if (!op->will_work) {
        return RC_ERROR;
    }
    if (is_named(op, "migrate_from")) {
        return instance->is_active ? RC_OK : RC_ERROR;
    }
    if (!is_named(op, "monitor") && op->interval_ms == 0) {
        return RC_OK; /* What is repeated looks, whatever its name. */
    }
    if (op->is_fence_device) { /* A probe asks whether it is registered. */
        return instance->is_active || op->interval_ms > 0 ? RC_OK
                                                          : RC_NOT_RUNNING;
    }
    if (!instance->is_active) {
        return RC_NOT_RUNNING;
    }
    return instance->is_broken     ? RC_ERROR
           : instance->is_promoted ? RC_PROMOTED
                                   : RC_OK;
}

static void
report(struct mu_sim *sim, const struct mu_sim_op *op, int32_t rc)
{
    struct mu_event *event =
        mu_arena_new(&sim->world.arena, struct mu_event, 1);
    struct mu_sim_instance *instance =
        &sim->agents.instances[op->node][op->resource];

    event->type = MU_EVENT_OP_RESULT;
    event->op_result.exec_id = op->exec_id;
    event->op_result.end = op->end;
    event->op_result.rc = op->end == MU_OP_END_EXITED ? rc : RC_ERROR;
    event->op_result.exec_ms = (sim->world.now_us - op->began_us) / 1000;
    event->op_result.queue_ms = (op->began_us - op->asked_us) / 1000;
    event->op_result.started_wall_ms =
        mu_sim_node_wall_ms(sim, op->node) - event->op_result.exec_ms;
    if (rc == RC_ERROR) {
        event->op_result.exit_reason = "simulated trouble";
    }
    if (op->end == MU_OP_END_EXITED &&
        ((is_named(op, "stop") && rc == RC_OK) ||
         (is_named(op, "monitor") && rc == RC_NOT_RUNNING))) {
        instance->undone_us = instance->may_be_known_active
                                  ? sim->world.now_us
                                  : instance->undone_us;
        instance->may_be_known_active = false;
    }
    mu_sim_node_push(sim, op->node, event);
}

static void
remove_op(struct mu_sim *sim, struct mu_sim_op *op)
{
    struct mu_sim_op **link = &instance_of(sim, op)->ops;

    while (*link != op) {
        mu_assert(*link);
        link = &(*link)->next;
    }
    *link = op->next;
    sim->agents.running_count--;
}

static void
on_end(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_op *op = find_op(sim, event->node, event->tag);
    struct mu_sim_instance *instance;
    int32_t rc;

    if (!op || (op->is_running && op->is_killed != (event->data != NULL))) {
        return;
    }
    instance = instance_of(sim, op);
    rc = result_code(sim, op);
    if (is_activation(op)) {
        instance->is_starting = false;
    }
    if (op->end != MU_OP_END_EXITED || rc == RC_ERROR) {
        sim->agents.has_op_failed[op->node] = true;
    }
    if (op->interval_ms == 0 || op->target || rc != RC_OK) {
        mu_sim_story_tell(sim, op->node, "agent: %s %s%s%s ends%s: %" PRId32,
                          op->name, sim->agents.names[op->resource],
                          op->target ? " of " : "",
                          op->target ? sim->nodes[op->target].name : "",
                          op->end == MU_OP_END_TIMEOUT     ? " (timeout)"
                          : op->end == MU_OP_END_CANCELLED ? " (cancelled)"
                                                           : "",
                          rc);
    }
    remove_op(sim, op);
    if (!op->is_orphan && op->generation == sim->nodes[op->node].generation) {
        report(sim, op, rc);
    }
    if (instance->ops) {
        mu_sim_world_after(&sim->world, 0,
                           (struct mu_sim_event){.handler = on_begin,
                                                 .node = op->node,
                                                 .tag = instance->ops->number});
    }
}

void
mu_sim_agent_kill(struct mu_sim *sim, uint32_t node, uint64_t exec_id)
{
    struct mu_sim_op *op = NULL;

    for (uint32_t i = 0; i < sim->agents.names_count && !op; i++) {
        for (op = sim->agents.instances[node][i].ops; op; op = op->next) {
            if (op->exec_id == exec_id && !op->is_orphan &&
                op->generation == sim->nodes[node].generation) {
                break;
            }
        }
    }
    if (!op || op->is_killed) {
        return;
    }
    op->is_killed = true;
    op->end = MU_OP_END_CANCELLED;
    if (op->is_running && is_activation(op) &&
        mu_sim_world_chance(&sim->agents.prng, 500)) {
        instance_of(sim, op)->is_active = true; /* It had come far enough. */
    }
    mu_sim_world_after(
        &sim->world, mu_sim_world_draw_wide(&sim->agents.prng, 100, 20000),
        (struct mu_sim_event){
            .handler = on_end, .node = node, .tag = op->number, .data = op});
}

void
mu_sim_agent_orphan(struct mu_sim *sim, uint32_t node)
{
    for (uint32_t i = 0; i < sim->agents.names_count; i++) {
        struct mu_sim_op *op = sim->agents.instances[node][i].ops;

        if (sim->agents.is_device[i]) {
            /* Devices are registered with the daemon only. */
            sim->agents.instances[node][i].is_active = false;
        }
        while (op) {
            struct mu_sim_op *next = op->next;

            op->is_orphan = true;
            if (!op->is_running) {
                remove_op(sim, op);
            }
            op = next;
        }
    }
}

void
mu_sim_agent_power_lost(struct mu_sim *sim, uint32_t node)
{
    for (uint32_t i = 0; i < sim->agents.names_count; i++) {
        struct mu_sim_instance *instance = &sim->agents.instances[node][i];

        while (instance->ops) {
            remove_op(sim, instance->ops);
        }
        *instance = (struct mu_sim_instance){.undone_us = -1};
    }
    sim->agents.has_op_failed[node] = false;
}

void
mu_sim_agent_die(struct mu_sim *sim, uint32_t node, uint32_t resource)
{
    struct mu_sim_instance *instance = &sim->agents.instances[node][resource];

    instance->is_active = false;
    instance->is_promoted = false;
    instance->is_broken = false;
    instance->crashes_count++;
    sim->agents.has_op_failed[node] = true;
    mu_sim_story_tell(sim, node, "%s dies by itself",
                      sim->agents.names[resource]);
}

bool
mu_sim_agent_crash(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_agents *agents = &sim->agents;
    uint32_t first;

    if (agents->names_count == 0) {
        return false;
    }
    first = (uint32_t)mu_sim_world_draw(&agents->prng, 0,
                                        (int64_t)agents->names_count - 1);
    for (uint32_t i = 0; i < agents->names_count; i++) {
        uint32_t resource = (first + i) % agents->names_count;
        struct mu_sim_instance *instance = &agents->instances[node][resource];

        if (!instance->is_active ||
            !mu_sim_config_is_monitored(sim, resource)) {
            continue;
        }
        instance->is_broken = mu_sim_world_chance(&agents->prng, 300);
        instance->is_active = instance->is_broken;
        instance->is_promoted = false;
        instance->crashes_count++;
        agents->has_op_failed[node] = true;
        mu_sim_story_tell(sim, node, "%s %s by itself", agents->names[resource],
                          instance->is_broken ? "breaks" : "dies");
        return true;
    }
    return false;
}

void
mu_sim_agent_trouble(struct mu_sim *sim, const struct mu_sim_trouble *trouble)
{
    struct mu_sim_agents *agents = &sim->agents;

    if (agents->troubles_count < MU_SIM_TROUBLES_MAX) {
        agents->troubles[agents->troubles_count++] = *trouble;
    }
}

void
mu_sim_agent_heal(struct mu_sim *sim)
{
    sim->agents.troubles_count = 0;
}

bool
mu_sim_agent_is_troubled(const struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        for (uint32_t i = 0; i < sim->agents.names_count; i++) {
            const struct mu_sim_op *op = sim->agents.instances[node][i].ops;

            if (op && op->is_running &&
                (op->end == MU_OP_END_TIMEOUT || !op->will_work)) {
                return true;
            }
        }
    }
    return false;
}
