/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"
#include "model/device.h"
#include "model/params.h"
#include "sched/carry.h"
#include "sched/happen.h"
#include "sched/sched.h"

enum {
    ROUNDS_MAX = 4,     /* Plans until a cluster is at rest, or never is. */
    REASONS_MAX = 64,   /* Sentences per outcome; the table shows fewer. */
    PAIR_NODES_MIN = 3, /* Of two nodes nothing is left. */
};

/* One event on its way to an outcome. */
struct trial {
    struct mu_arena *arena;
    const struct mu_audit *audit;
    const struct mu_snapshot *snapshot; /* After the event. */
    const struct mu_plan *plan;
    bool *is_blocked;     /* By action of the plan: it waits for ever. */
    uint32_t unfenceable; /* A node that cannot be fenced, or NONE. */
    struct mu_audit_tally tally;
    struct mu_audit_outcome *outcome;
    uint32_t reasons_count;
    MU_VEC(struct mu_audit_loss) losses;
};

static void at_rest(struct mu_arena *arena, struct mu_audit *audit);
static void votes_count(struct mu_audit *audit);
static void events_make(struct mu_arena *arena, struct mu_audit *audit);
static bool is_fence_device(const struct mu_config *config, uint32_t index);
static bool is_voter(const struct mu_snapshot *snapshot, uint32_t node);
static bool is_here(const struct mu_snapshot *snapshot, uint32_t node);
static bool has_quorum(const struct mu_audit *audit, uint32_t lost);
static void tally_init(struct mu_arena *arena, const struct mu_config *config,
                       struct mu_audit_tally *tally);
static bool is_up(const struct mu_snapshot *snapshot,
                  const struct mu_plan_placement *place);
static void event_happen(struct trial *trial, struct mu_audit_event event);
static const struct mu_plan_placement *
place_of(const struct mu_audit *audit, uint32_t primitive);
static void trial_settle(struct trial *trial);
static void blocked_find(struct trial *trial);
static bool starts_in_vain(const struct trial *trial,
                           const struct mu_plan_placement *place);
static void trial_tally(struct trial *trial);
static bool is_short(const struct trial *trial);
static void moves_count(struct trial *trial);
static void services_compare(struct trial *trial);
static void part_compare(struct trial *trial, uint32_t primitive);
static void loss_add(struct trial *trial, enum mu_audit_level level,
                     uint32_t primitive, const char *text);
static const char *lost_text(struct trial *trial, uint32_t primitive);
static void device_fail(struct trial *trial, uint32_t device);
static bool level_is_broken(const struct mu_config *config,
                            const struct mu_config_level *level,
                            const bool *broken);
static void losses_seal(struct trial *trial);
static int loss_cmp(const void *a, const void *b);

const struct mu_audit *
mu_audit_make(struct mu_arena *arena, const struct mu_snapshot *snapshot)
{
    struct mu_audit *audit = mu_arena_new(arena, struct mu_audit, 1);

    audit->snapshot = snapshot;
    at_rest(arena, audit);
    votes_count(audit);
    tally_init(arena, snapshot->config, &audit->tally);
    for (uint32_t i = 0; i < audit->plan->after_count; i++) {
        const struct mu_plan_placement *place = &audit->plan->after[i];

        if (is_up(audit->snapshot, place)) {
            audit->tally.running[place->primitive]++;
            audit->tally.promoted[place->primitive] +=
                place->role == MU_ROLE_PROMOTED;
        }
    }
    events_make(arena, audit);
    return audit;
}

static void
at_rest(struct mu_arena *arena, struct mu_audit *audit)
{
    for (unsigned round = 0;; round++) {
        audit->plan = mu_sched_plan(arena, audit->snapshot, 0);
        if (audit->plan->actions_count == 0 || round == ROUNDS_MAX) {
            return;
        }
        audit->snapshot = mu_carry_out(arena, audit->snapshot, audit->plan);
    }
}

static void
votes_count(struct mu_audit *audit)
{
    for (uint32_t i = 0; i < audit->snapshot->status->nodes_count; i++) {
        if (is_voter(audit->snapshot, i)) {
            audit->votes++;
            audit->members += is_here(audit->snapshot, i);
        }
    }
}

static void
events_make(struct mu_arena *arena, struct mu_audit *audit)
{
    const struct mu_snapshot *snapshot = audit->snapshot;
    uint32_t nodes_count = snapshot->status->nodes_count;
    MU_VEC(struct mu_audit_event) events = {0};

    for (uint32_t i = 0; i < nodes_count; i++) {
        if (is_voter(snapshot, i) && is_here(snapshot, i)) {
            *mu_vec_add(arena, &events) =
                (struct mu_audit_event){MU_AUDIT_NODE, i, MU_PLAN_NONE};
            *mu_vec_add(arena, &events) =
                (struct mu_audit_event){MU_AUDIT_MAINTENANCE, i, MU_PLAN_NONE};
        }
        for (uint32_t k = i + 1;
             audit->members >= PAIR_NODES_MIN && k < nodes_count; k++) {
            if (is_voter(snapshot, i) && is_here(snapshot, i) &&
                is_voter(snapshot, k) && is_here(snapshot, k)) {
                *mu_vec_add(arena, &events) =
                    (struct mu_audit_event){MU_AUDIT_PAIR, i, k};
            }
        }
    }
    for (uint32_t i = 0; i < snapshot->config->resources_count; i++) {
        if (is_fence_device(snapshot->config, i)) {
            if (snapshot->config->options.fencing_enabled &&
                mu_device_is_enabled(snapshot->config, i)) {
                *mu_vec_add(arena, &events) =
                    (struct mu_audit_event){MU_AUDIT_DEVICE, i, MU_PLAN_NONE};
            }
        } else if (audit->tally.running[i] > 0) {
            *mu_vec_add(arena, &events) =
                (struct mu_audit_event){MU_AUDIT_RESOURCE, i, MU_PLAN_NONE};
        }
    }
    audit->events = events.items;
    audit->events_count = (uint32_t)events.count;
}

static bool
is_fence_device(const struct mu_config *config, uint32_t index)
{
    return config->resources[index].kind == MU_RESOURCE_PRIMITIVE &&
           config->resources[index].agent_class == MU_AGENT_FENCE;
}

static bool
is_voter(const struct mu_snapshot *snapshot, uint32_t node)
{
    return !snapshot->status->nodes[node].is_remote;
}

static bool
is_here(const struct mu_snapshot *snapshot, uint32_t node)
{
    return snapshot->status->nodes[node].is_member &&
           snapshot->status->nodes[node].join == MU_JOIN_MEMBER;
}

/* A cluster that works with fewer votes than half has rules of its own: there
 * it is taken to go on. */
static bool
has_quorum(const struct mu_audit *audit, uint32_t lost)
{
    uint32_t left = audit->members - lost;

    if (!audit->snapshot->is_quorate || left == 0) {
        return false;
    }
    return left * 2 > audit->votes || (audit->votes == 2 && left == 1) ||
           (audit->members * 2 <= audit->votes && audit->votes > 2);
}

static void
tally_init(struct mu_arena *arena, const struct mu_config *config,
           struct mu_audit_tally *tally)
{
    tally->running =
        mu_arena_new(arena, uint32_t, config->resources_count + 1);
    tally->promoted =
        mu_arena_new(arena, uint32_t, config->resources_count + 1);
}

static bool
is_up(const struct mu_snapshot *snapshot, const struct mu_plan_placement *place)
{
    return place->node != MU_PLAN_NONE && place->primitive != MU_CONFIG_NONE &&
           place->role >= MU_ROLE_STARTED && !place->is_failed &&
           is_here(snapshot, place->node);
}

const struct mu_audit_outcome *
mu_audit_run(struct mu_arena *arena, const struct mu_audit *audit,
             struct mu_audit_event event)
{
    struct trial trial = {.arena = arena,
                          .audit = audit,
                          .snapshot = audit->snapshot,
                          .unfenceable = MU_PLAN_NONE};

    trial.outcome = mu_arena_new(arena, struct mu_audit_outcome, 1);
    trial.outcome->event = event;
    trial.outcome->has_quorum = audit->snapshot->is_quorate;
    if (event.kind == MU_AUDIT_DEVICE) {
        device_fail(&trial, event.first);
    } else {
        event_happen(&trial, event);
        trial_settle(&trial);
        moves_count(&trial);
        services_compare(&trial);
    }
    losses_seal(&trial);
    return trial.outcome;
}

static void
event_happen(struct trial *trial, struct mu_audit_event event)
{
    const struct mu_audit *audit = trial->audit;
    const struct mu_plan_placement *place;
    struct mu_snapshot *next = mu_arena_copy(trial->arena, trial->snapshot,
                                             sizeof(*next));

    switch (event.kind) {
    case MU_AUDIT_NODE:
        next = mu_happen_node_lost(trial->arena, trial->snapshot, event.first);
        next->is_quorate = has_quorum(audit, 1);
        break;
    case MU_AUDIT_PAIR:
        next = mu_happen_node_lost(trial->arena, trial->snapshot, event.first);
        next = mu_happen_node_lost(trial->arena, next, event.second);
        next->is_quorate = has_quorum(audit, 2);
        break;
    case MU_AUDIT_RESOURCE:
        place = place_of(audit, event.first);
        mu_assert(place);
        next = mu_happen_resource_failed(trial->arena, trial->snapshot,
                                         place->node, place->resource,
                                         MU_SCORE_INFINITY);
        break;
    case MU_AUDIT_MAINTENANCE:
        next =
            mu_happen_node_standby(trial->arena, trial->snapshot, event.first);
        break;
    case MU_AUDIT_DEVICE:
        mu_unreachable();
    }
    next->had_quorum = true;
    trial->snapshot = next;
    trial->outcome->has_quorum = next->is_quorate;
}

/* Where the primitive runs; of several instances, the promoted one. */
static const struct mu_plan_placement *
place_of(const struct mu_audit *audit, uint32_t primitive)
{
    const struct mu_plan_placement *found = NULL;

    for (uint32_t i = 0; i < audit->plan->after_count; i++) {
        const struct mu_plan_placement *place = &audit->plan->after[i];

        if (place->primitive == primitive && is_up(audit->snapshot, place) &&
            (!found || place->role > found->role)) {
            found = place;
        }
    }
    return found;
}

/* What one plan leaves undone, such as the rest after a probe, the next one may
 * do. Most events need one. */
static void
trial_settle(struct trial *trial)
{
    for (unsigned round = 1;; round++) {
        trial->plan = mu_sched_plan(trial->arena, trial->snapshot,
                                    MU_SCHED_REASONS);
        blocked_find(trial);
        trial_tally(trial);
        if (round == ROUNDS_MAX || trial->unfenceable != MU_PLAN_NONE ||
            trial->plan->actions_count == 0 || !is_short(trial)) {
            return;
        }
        trial->snapshot =
            mu_carry_out(trial->arena, trial->snapshot, trial->plan);
    }
}

/* What waits for the fencing of a node that no device can switch waits for
 * ever. The actions of a plan come in an order that it allows. */
static void
blocked_find(struct trial *trial)
{
    const struct mu_plan *plan = trial->plan;

    trial->is_blocked =
        mu_arena_new(trial->arena, bool, plan->actions_count + 1);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        if (action->kind == MU_ACTION_FENCE &&
            action->task != MU_TASK_FENCE_ON &&
            !mu_audit_is_fenceable(trial->arena, trial->snapshot, action->node,
                                   NULL)) {
            trial->is_blocked[i] = true;
            trial->unfenceable = action->node;
        }
        for (uint32_t k = 0; k < action->after_count; k++) {
            trial->is_blocked[i] =
                trial->is_blocked[i] || trial->is_blocked[action->after[k]];
        }
    }
}

static bool
starts_in_vain(const struct trial *trial, const struct mu_plan_placement *place)
{
    const struct mu_plan *plan = trial->plan;

    for (uint32_t i = 0;
         trial->unfenceable != MU_PLAN_NONE && i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];

        if (trial->is_blocked[i] && action->kind == MU_ACTION_RESOURCE &&
            action->node == place->node &&
            action->primitive == place->primitive &&
            (action->task == MU_TASK_START ||
             (action->task == MU_TASK_PROMOTE &&
              place->role == MU_ROLE_PROMOTED)) &&
            strcmp(action->resource, place->resource) == 0) {
            return true;
        }
    }
    return false;
}

static void
trial_tally(struct trial *trial)
{
    tally_init(trial->arena, trial->snapshot->config, &trial->tally);
    for (uint32_t i = 0; i < trial->plan->after_count; i++) {
        const struct mu_plan_placement *place = &trial->plan->after[i];

        if (is_up(trial->snapshot, place) && !starts_in_vain(trial, place)) {
            trial->tally.running[place->primitive]++;
            trial->tally.promoted[place->primitive] +=
                place->role == MU_ROLE_PROMOTED;
        }
    }
}

static bool
is_short(const struct trial *trial)
{
    const struct mu_audit_tally *old = &trial->audit->tally;

    for (uint32_t i = 0; i < trial->snapshot->config->resources_count; i++) {
        if (trial->tally.running[i] < old->running[i] ||
            trial->tally.promoted[i] < old->promoted[i]) {
            return true;
        }
    }
    return false;
}

/* Primitives that run on a node where they did not. */
static void
moves_count(struct trial *trial)
{
    const struct mu_audit *audit = trial->audit;
    uint32_t nodes_count = trial->snapshot->status->nodes_count;
    bool *was_there = mu_arena_new(
        trial->arena, bool,
        (size_t)nodes_count * trial->snapshot->config->resources_count + 1);

    for (uint32_t i = 0; i < audit->plan->after_count; i++) {
        const struct mu_plan_placement *place = &audit->plan->after[i];

        if (is_up(audit->snapshot, place)) {
            was_there[(size_t)place->primitive * nodes_count + place->node] =
                true;
        }
    }
    for (uint32_t i = 0; i < trial->plan->after_count; i++) {
        const struct mu_plan_placement *place = &trial->plan->after[i];

        if (is_up(trial->snapshot, place) && !starts_in_vain(trial, place) &&
            !is_fence_device(trial->snapshot->config, place->primitive) &&
            !was_there[(size_t)place->primitive * nodes_count + place->node]) {
            trial->outcome->moved_count++;
        }
    }
}

static void
services_compare(struct trial *trial)
{
    const struct mu_config *config = trial->snapshot->config;

    for (uint32_t i = 0; i < config->resources_count; i++) {
        if (config->resources[i].kind == MU_RESOURCE_PRIMITIVE &&
            !is_fence_device(config, i)) {
            part_compare(trial, i);
        }
    }
}

static void
part_compare(struct trial *trial, uint32_t primitive)
{
    const struct mu_audit_tally *old = &trial->audit->tally;
    uint32_t had = old->running[primitive];
    uint32_t has = trial->tally.running[primitive];

    if (had > 0 && has == 0) {
        loss_add(trial, MU_AUDIT_LOST, primitive,
                 lost_text(trial, primitive));
    } else if (old->promoted[primitive] > 0 &&
               trial->tally.promoted[primitive] == 0) {
        loss_add(trial, MU_AUDIT_LOST, primitive, "it is promoted nowhere");
    } else if (has < had) {
        loss_add(trial, MU_AUDIT_DEGRADED, primitive,
                 mu_text_make(trial->arena, "%u of %u run", has, had));
    }
}

static void
loss_add(struct trial *trial, enum mu_audit_level level, uint32_t primitive,
         const char *text)
{
    const struct mu_config *config = trial->snapshot->config;
    uint32_t service = primitive;

    while (config->resources[service].parent != MU_CONFIG_NONE) {
        service = config->resources[service].parent;
    }
    *mu_vec_add(trial->arena, &trial->losses) =
        (struct mu_audit_loss){.level = level,
                               .service = config->resources[service].id,
                               .part = config->resources[primitive].id,
                               .text = text};
}

static const char *
lost_text(struct trial *trial, uint32_t primitive)
{
    const struct mu_snapshot *snapshot = trial->snapshot;

    if (!snapshot->is_quorate) {
        return mu_text_make(
            trial->arena, "the nodes that are left have no quorum (%u of %u)",
            trial->audit->members -
                (trial->outcome->event.kind == MU_AUDIT_PAIR ? 2 : 1),
            trial->audit->votes);
    }
    if (trial->unfenceable != MU_PLAN_NONE) {
        return mu_text_make(trial->arena,
                            "no fence device can switch node %s, so it must "
                            "be feared to run there",
                            snapshot->status->nodes[trial->unfenceable].name);
    }
    if (trial->reasons_count++ >= REASONS_MAX) {
        return "no node can take it";
    }
    return mu_audit_reason(trial->arena, snapshot, trial->plan, primitive);
}

/* A device is missed when a node is to be fenced, not before. */
static void
device_fail(struct trial *trial, uint32_t device)
{
    const struct mu_snapshot *snapshot = trial->snapshot;
    bool *broken = mu_arena_new(trial->arena, bool,
                                snapshot->config->resources_count + 1);

    broken[device] = true;
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        const char *name = snapshot->status->nodes[i].name;

        if (!is_voter(snapshot, i) ||
            !mu_audit_is_fenceable(trial->arena, snapshot, i, NULL) ||
            mu_audit_is_fenceable(trial->arena, snapshot, i, broken)) {
            continue;
        }
        *mu_vec_add(trial->arena, &trial->losses) = (struct mu_audit_loss){
            .level = MU_AUDIT_DEGRADED,
            .service = name,
            .part = name,
            .text = "nothing else can fence it: were it lost, its work would "
                    "stay down"};
    }
}

/* With a device, a level of the topology, or its own watchdog. */
bool
mu_audit_is_fenceable(struct mu_arena *arena,
                      const struct mu_snapshot *snapshot, uint32_t node,
                      const bool *broken)
{
    const struct mu_config *config = snapshot->config;
    const struct mu_params_context context = {
        .config = config,
        .node = &snapshot->status->nodes[node],
        .now_ms = snapshot->now_ms};
    const char *name = context.node->name;
    bool has_topology = false;

    if (config->options.fencing_watchdog_timeout_ms != 0) {
        return true;
    }
    for (uint32_t i = 0; i < config->levels_count; i++) {
        const struct mu_config_level *level = &config->levels[i];
        const char *value =
            level->target_attribute
                ? mu_params_node_attribute(&context, level->target_attribute,
                                           NULL)
                : NULL;

        if (mu_device_level_is_for(level, name, value)) {
            has_topology = true;
            if (!level_is_broken(config, level, broken) &&
                mu_device_level_works(arena, &context, level, name)) {
                return true;
            }
        }
    }
    for (uint32_t i = 0; !has_topology && i < config->resources_count; i++) {
        const struct mu_params_context device = {
            .config = config, .resource = i, .now_ms = snapshot->now_ms};

        if ((!broken || !broken[i]) && mu_device_is_enabled(config, i) &&
            mu_device_knows(arena, &device, name, NULL)) {
            return true;
        }
    }
    return false;
}

static bool
level_is_broken(const struct mu_config *config,
                const struct mu_config_level *level, const bool *broken)
{
    for (uint32_t i = 0; broken && i < level->devices_count; i++) {
        uint32_t device = mu_config_find_resource(config, level->devices[i]);

        if (device != MU_CONFIG_NONE && broken[device]) {
            return true;
        }
    }
    return false;
}

static void
losses_seal(struct trial *trial)
{
    struct mu_audit_outcome *outcome = trial->outcome;
    const char *last = NULL;

    if (trial->losses.count > 1) {
        qsort(trial->losses.items, trial->losses.count,
              sizeof(*trial->losses.items), loss_cmp);
    }
    for (size_t i = 0; i < trial->losses.count; i++) {
        const struct mu_audit_loss *loss = &trial->losses.items[i];
        bool is_new = !last || strcmp(last, loss->service) != 0;

        last = loss->service;
        if (loss->level > outcome->level) {
            outcome->level = loss->level;
        }
        outcome->lost_count += is_new && loss->level == MU_AUDIT_LOST;
        outcome->degraded_count += is_new && loss->level == MU_AUDIT_DEGRADED;
    }
    outcome->losses = trial->losses.items;
    outcome->losses_count = (uint32_t)trial->losses.count;
}

/* Ids are unique: this is a total order. */
static int
loss_cmp(const void *a, const void *b)
{
    const struct mu_audit_loss *left = a;
    const struct mu_audit_loss *right = b;
    int order;

    if (left->level != right->level) {
        return left->level > right->level ? -1 : 1;
    }
    order = mu_text_natural_cmp(left->service, right->service);
    if (order == 0) {
        order = strcmp(left->service, right->service);
    }
    return order != 0 ? order : strcmp(left->part, right->part);
}
