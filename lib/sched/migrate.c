/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/migrate.h"

#include <string.h>

#include "sched/action.h"
#include "sched/explain.h"
#include "sched/history_active.h"
#include "sched/history_find.h"
#include "sched/recurring.h"

enum { RC_OK = 0, RC_NOT_RUNNING = 7, RC_UNKNOWN = 193 };

/* The nodes and records of one move. */
struct move {
    struct mu_sched *sched;
    const struct mu_status_op *op;
    const char *resource;
    uint32_t source; /* NONE: not known here. */
    uint32_t target;
};

static bool move_read(const struct mu_history *history, struct move *move);
static const struct mu_status_op *op_find(const struct move *move,
                                          uint32_t node, enum mu_op_task task,
                                          bool is_ok_only);
static bool is_unknown_on(const struct move *move, uint32_t node);
static bool has_newer_state(const struct move *move, uint32_t node,
                            const struct mu_status_op *since,
                            bool is_same_node);
static bool has_newer_op(const struct move *move, uint32_t node,
                         const struct mu_status_op *since, bool is_same_node);
static bool is_newer(const struct mu_status_op *a, const struct mu_status_op *b,
                     bool is_same_node);
static bool is_online(const struct move *move, uint32_t node);
static void fail(struct mu_history *history);
static void dangling_add(struct mu_history *history);
static void ordering_extend(struct mu_sched *sched,
                            const struct mu_ordering *ordering);

static bool
move_read(const struct mu_history *history, struct move *move)
{
    *move = (struct move){
        .sched = history->sched,
        .op = history->op,
        .resource = history->known->id,
        .source =
            mu_state_find_node(history->sched, history->op->migrate_source),
        .target =
            mu_state_find_node(history->sched, history->op->migrate_target),
    };
    return history->op->migrate_source && history->op->migrate_target;
}

static bool
is_online(const struct move *move, uint32_t node)
{
    return node != MU_STATE_NONE && move->sched->nodes[node].is_online;
}

static const struct mu_status_op *
op_find(const struct move *move, uint32_t node, enum mu_op_task task,
        bool is_ok_only)
{
    const struct mu_status_resource *known =
        node == MU_STATE_NONE
            ? NULL
            : mu_history_find(move->sched->nodes[node].status, move->resource);

    for (uint32_t i = 0; known && i < known->ops_count; i++) {
        const struct mu_status_op *op = &known->ops[i];

        if (op->task == task && op->migrate_source && op->migrate_target &&
            strcmp(op->migrate_source, move->op->migrate_source) == 0 &&
            strcmp(op->migrate_target, move->op->migrate_target) == 0 &&
            (!is_ok_only ||
             (op->rc == RC_OK && op->status == MU_OP_STATUS_DONE))) {
            return op;
        }
    }
    return NULL;
}

static bool
is_unknown_on(const struct move *move, uint32_t node)
{
    const struct mu_status_resource *known =
        node == MU_STATE_NONE
            ? NULL
            : mu_history_find(move->sched->nodes[node].status, move->resource);

    for (uint32_t i = 0; known && i < known->ops_count; i++) {
        if (known->ops[i].rc != RC_UNKNOWN) {
            return false;
        }
    }
    return true;
}

/* On one node call ids tell; between nodes only times do. */
static bool
is_newer(const struct mu_status_op *a, const struct mu_status_op *b,
         bool is_same_node)
{
    if (a == b) {
        return false;
    }
    if (is_same_node && a->call_id >= 0 && b->call_id >= 0) {
        return a->call_id > b->call_id;
    }
    if (a->call_id >= 0 && b->call_id >= 0) {
        return b->last_change_ms != 0 && a->last_change_ms > b->last_change_ms;
    }
    return a->transition > b->transition;
}

static bool
is_change(const struct mu_status_op *op)
{
    switch (op->task) {
    case MU_OP_TASK_START:
    case MU_OP_TASK_STOP:
    case MU_OP_TASK_PROMOTE:
    case MU_OP_TASK_DEMOTE:
    case MU_OP_TASK_MIGRATE_TO:
    case MU_OP_TASK_MIGRATE_FROM:
        return true;
    case MU_OP_TASK_MONITOR:
    case MU_OP_TASK_NOTIFY:
    case MU_OP_TASK_RELOAD_AGENT:
    case MU_OP_TASK_META_DATA:
    case MU_OP_TASK_OTHER:
        break;
    }
    return false;
}

static bool
has_newer_op(const struct move *move, uint32_t node,
             const struct mu_status_op *since, bool is_same_node)
{
    const struct mu_status_resource *known =
        node == MU_STATE_NONE
            ? NULL
            : mu_history_find(move->sched->nodes[node].status, move->resource);

    for (uint32_t i = 0; known && i < known->ops_count; i++) {
        if (is_change(&known->ops[i]) &&
            is_newer(&known->ops[i], since, is_same_node)) {
            return true;
        }
    }
    return false;
}

/* Anything newer that tells whether it is active there. */
static bool
has_newer_state(const struct move *move, uint32_t node,
                const struct mu_status_op *since, bool is_same_node)
{
    const struct mu_status_resource *known;

    if (has_newer_op(move, node, since, is_same_node)) {
        return true;
    }
    known =
        node == MU_STATE_NONE
            ? NULL
            : mu_history_find(move->sched->nodes[node].status, move->resource);
    for (uint32_t i = 0; known && i < known->ops_count; i++) {
        if (known->ops[i].task == MU_OP_TASK_MONITOR &&
            known->ops[i].rc == RC_NOT_RUNNING &&
            is_newer(&known->ops[i], since, is_same_node)) {
            return true;
        }
    }
    return false;
}

/* The move cannot be trusted: recover, and do not move alive again. */
static void
fail(struct mu_history *history)
{
    history->resource->is_failed = true;
    history->resource->may_not_migrate = true;
}

static void
dangling_add(struct mu_history *history)
{
    if (!history->resource->dangling) {
        history->resource->dangling = mu_arena_new(
            history->sched->arena, uint64_t, history->sched->words);
    }
    mu_state_add_node(history->resource->dangling, history->node);
}

void
mu_migrate_read_to_done(struct mu_history *history)
{
    struct mu_sched_resource *resource = history->resource;
    struct move move;
    const struct mu_status_op *from;
    bool is_source_newer;
    bool is_target_newer;
    bool is_active_on_target;

    if (!move_read(history, &move)) {
        return;
    }
    is_source_newer = has_newer_op(&move, move.source, move.op, true);
    from = op_find(&move, move.target, MU_OP_TASK_MIGRATE_FROM, false);
    if (from && is_source_newer) {
        return; /* Something has happened since. */
    }
    is_target_newer = has_newer_state(&move, move.target, from ? from : move.op,
                                      from != NULL);
    if (is_source_newer && is_target_newer) {
        return;
    }
    if (from && from->rc == RC_OK && from->status == MU_OP_STATUS_DONE) {
        /* Only the stop on the source is missing. */
        resource->role = MU_ROLE_STOPPED;
        dangling_add(history);
        return;
    }
    resource->role = MU_ROLE_STARTED;
    is_active_on_target = !is_target_newer && is_online(&move, move.target);
    if (from && from->status != MU_OP_STATUS_PENDING) {
        if (is_active_on_target) {
            mu_history_add_active(history->sched, resource, move.target, true);
        } else {
            fail(history);
        }
        return;
    }
    if (is_online(&move, move.target) && is_unknown_on(&move, move.target)) {
        return; /* A probe will tell. */
    }
    if (is_active_on_target) {
        mu_history_add_active(history->sched, resource, move.target, false);
        if (is_online(&move, move.source)) {
            resource->migrate_source = move.source;
            resource->migrate_target = move.target;
        }
    } else if (!is_source_newer) {
        fail(history);
    }
}

void
mu_migrate_read_to_failed(struct mu_history *history)
{
    struct move move;
    const struct mu_status_op *from;

    if (!move_read(history, &move)) {
        return;
    }
    history->resource->role = MU_ROLE_STARTED;
    from = op_find(&move, move.target, MU_OP_TASK_MIGRATE_FROM, true);
    if (!is_unknown_on(&move, move.target) &&
        !has_newer_state(&move, move.target, from ? from : move.op,
                         from != NULL)) {
        if (is_online(&move, move.target)) {
            mu_history_add_active(history->sched, history->resource,
                                  move.target, false);
        }
    } else if (!has_newer_op(&move, move.source, move.op, true)) {
        dangling_add(history);
    }
}

void
mu_migrate_read_from_failed(struct mu_history *history)
{
    struct move move;
    const struct mu_status_op *to;

    if (!move_read(history, &move)) {
        return;
    }
    history->resource->role = MU_ROLE_STARTED;
    to = op_find(&move, move.source, MU_OP_TASK_MIGRATE_TO, true);
    if (!is_unknown_on(&move, move.source) &&
        !has_newer_state(&move, move.source, to ? to : move.op, to != NULL) &&
        is_online(&move, move.source)) {
        mu_history_add_active(history->sched, history->resource, move.source,
                              true);
    }
}

void
mu_migrate_stop_target(struct mu_sched *sched,
                       struct mu_sched_resource *resource, const char *target)
{
    uint32_t node = mu_state_find_node(sched, target);

    if (node != MU_STATE_NONE) {
        mu_explain_cause(
            sched, mu_action_of(sched, resource, MU_VERB_STOP, node, true),
            "it was moving there when its node was lost");
    }
}

void
mu_migrate_abort_dangling(struct mu_sched *sched,
                          struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; resource->dangling && i < sched->nodes_count; i++) {
        struct mu_sched_action *stop;

        if (!mu_state_has_node(resource->dangling, i)) {
            continue;
        }
        stop = mu_action_of(sched, resource, MU_VERB_STOP, i, true);
        stop->flags |= MU_FLAG_DANGLING;
        mu_explain_cause(sched, stop, "it has moved away from there");
        if (sched->options->remove_after_stop) {
            mu_recurring_delete_history(sched, resource, i, true);
        }
    }
}

bool
mu_migrate_is_possible(const struct mu_sched *sched,
                       const struct mu_sched_resource *resource,
                       uint32_t current)
{
    return resource->traits->allows_migrate && !resource->may_not_migrate &&
           resource->is_managed && !resource->is_failed &&
           !resource->is_start_pending && !sched->nodes[current].is_unclean &&
           !sched->nodes[resource->assigned].is_unclean;
}

void
mu_migrate_act(struct mu_sched *sched, struct mu_sched_resource *resource,
               uint32_t current)
{
    bool is_going_on = resource->migrate_target != MU_STATE_NONE;
    struct mu_sched_action *start =
        mu_action_of(sched, resource, MU_VERB_START, resource->assigned, false);
    struct mu_sched_action *stop =
        mu_action_of(sched, resource, MU_VERB_STOP, current, false);
    struct mu_sched_action *from = mu_action_of(
        sched, resource, MU_VERB_MIGRATE_FROM, resource->assigned, false);

    start->flags |= MU_FLAG_MIGRATABLE | MU_FLAG_PSEUDO;
    stop->flags |= MU_FLAG_MIGRATABLE;
    from->flags |= MU_FLAG_MIGRATABLE;
    from->migrate_source = current;
    from->migrate_target = resource->assigned;
    if (is_going_on) {
        mu_explain_cause(sched, from, "its migration to there goes on");
        /* What has arrived there by now is stopped only if it has to be started
         * after all. */
        mu_action_of(sched, resource, MU_VERB_STOP, resource->assigned, false)
            ->flags |= MU_FLAG_MIGRATABLE | MU_FLAG_PSEUDO;
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_MIGRATE_FROM),
                      mu_order_end(resource, MU_VERB_STOP),
                      MU_ORDER_FIRST_ELSE_THEN);
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_MONITOR),
                      mu_order_end(resource, MU_VERB_MIGRATE_FROM),
                      MU_ORDER_ORDERED);
    } else {
        struct mu_sched_action *to =
            mu_action_of(sched, resource, MU_VERB_MIGRATE_TO, current, false);

        to->flags |= MU_FLAG_MIGRATABLE;
        to->migrate_source = current;
        to->migrate_target = resource->assigned;
        mu_explain_place(sched, to);
        mu_explain_follow(sched, from, to, NULL, false);
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_MONITOR),
                      mu_order_end(resource, MU_VERB_MIGRATE_TO),
                      MU_ORDER_ORDERED);
        mu_order_ends(sched, mu_order_end(resource, MU_VERB_MIGRATE_TO),
                      mu_order_end(resource, MU_VERB_MIGRATE_FROM),
                      MU_ORDER_ORDERED | MU_ORDER_UNMIGRATABLE_BLOCKS);
    }
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_MIGRATE_FROM),
                  mu_order_end(resource, MU_VERB_STOP),
                  MU_ORDER_ORDERED | MU_ORDER_UNMIGRATABLE_BLOCKS);
    mu_order_ends(sched, mu_order_end(resource, MU_VERB_MIGRATE_FROM),
                  mu_order_end(resource, MU_VERB_START),
                  MU_ORDER_ORDERED | MU_ORDER_UNMIGRATABLE_BLOCKS |
                      MU_ORDER_FIRST_ELSE_THEN);
}

void
mu_migrate_order(struct mu_sched *sched)
{
    size_t count = sched->orderings.count;

    for (size_t i = 0; i < count; i++) {
        struct mu_ordering ordering = sched->orderings.items[i];

        if (ordering.first_resource && ordering.then_resource &&
            ordering.first_resource != ordering.then_resource &&
            (ordering.first_resource->traits->allows_migrate ||
             ordering.then_resource->traits->allows_migrate) &&
            !mu_order_is_inside(ordering.first_resource,
                                ordering.then_resource) &&
            !mu_order_is_inside(ordering.then_resource,
                                ordering.first_resource)) {
            ordering_extend(sched, &ordering);
        }
    }
}

static void
ordering_extend(struct mu_sched *sched, const struct mu_ordering *ordering)
{
    struct mu_sched_resource *first = ordering->first_resource;
    struct mu_sched_resource *then = ordering->then_resource;
    bool may_first = first->traits->allows_migrate;
    bool may_then = then->traits->allows_migrate;
    enum mu_verb first_verb = ordering->first
                                  ? ordering->first->verb
                                  : mu_key_verb(ordering->first_key);
    enum mu_verb then_verb =
        ordering->then ? ordering->then->verb : mu_key_verb(ordering->then_key);
    uint32_t flags = MU_ORDER_ORDERED;

    if (first_verb == MU_VERB_START && then_verb == MU_VERB_START) {
        if (may_first && may_then) {
            mu_order_ends(sched, mu_order_end(first, MU_VERB_MIGRATE_FROM),
                          mu_order_end(then, MU_VERB_MIGRATE_TO), flags);
        }
        if (may_then) {
            mu_order_ends(sched, mu_order_end(first, MU_VERB_START),
                          mu_order_end(then, MU_VERB_MIGRATE_TO),
                          flags | (may_first ? MU_ORDER_IF_UNMIGRATABLE : 0));
        }
    } else if (may_then && first_verb == MU_VERB_STOP &&
               then_verb == MU_VERB_STOP) {
        flags |= may_first ? MU_ORDER_IF_UNMIGRATABLE : 0;
        mu_order_ends(sched, mu_order_end(first, MU_VERB_STOP),
                      mu_order_end(then, MU_VERB_MIGRATE_TO), flags);
        if (then->migrate_target != MU_STATE_NONE) {
            mu_order_ends(sched, mu_order_end(first, MU_VERB_STOP),
                          mu_order_end(then, MU_VERB_MIGRATE_FROM), flags);
        }
    } else if (may_then && first_verb == MU_VERB_PROMOTE &&
               then_verb == MU_VERB_START) {
        mu_order_ends(sched, mu_order_end(first, MU_VERB_PROMOTE),
                      mu_order_end(then, MU_VERB_MIGRATE_TO), flags);
    } else if (may_then && first_verb == MU_VERB_DEMOTE &&
               then_verb == MU_VERB_STOP) {
        mu_order_ends(sched, mu_order_end(first, MU_VERB_DEMOTE),
                      mu_order_end(then, MU_VERB_MIGRATE_TO), flags);
        if (then->migrate_target != MU_STATE_NONE) {
            mu_order_ends(sched, mu_order_end(first, MU_VERB_DEMOTE),
                          mu_order_end(then, MU_VERB_MIGRATE_FROM), flags);
        }
    }
}
