/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Live moves that were cut short. A resource arrives on the target while the
 * source works: what the target says of it counts only once the source has
 * ended. */

#include <string.h>

#include "core/apply.h"

static const struct mu_state_flight *flight_find(const struct mu_state *state,
                                                 uint32_t node_id,
                                                 const char *resource);
static void target_forget(struct mu_state *state, uint32_t target_id,
                          const char *resource);

void
mu_apply_move_lost(struct mu_state *state,
                   const struct mu_state_flight *flight)
{
    const struct mu_state_node *target =
        mu_state_find_node_by_name(state, flight->migrate_target);
    struct mu_state_move *moves;

    if (!target) {
        return;
    }
    moves = mu_arena_new(state->arena, struct mu_state_move,
                         state->moves_count + 1);
    for (uint32_t i = 0; i < state->moves_count; i++) {
        moves[i] = state->moves[i];
    }
    moves[state->moves_count++] = (struct mu_state_move){
        flight->node_id, target->id, mu_state_text(state, flight->resource)};
    state->moves = moves;
}

void
mu_apply_moves_end(struct mu_apply *apply, const struct mu_state_node *node,
                   const char *resource)
{
    struct mu_state *state = apply->state;
    uint32_t kept = 0;
    bool is_any;

    for (uint32_t i = 0; i < state->moves_count; i++) {
        struct mu_state_move move = state->moves[i];
        const struct mu_state_flight *there =
            flight_find(state, move.target_id, move.resource);

        if (move.node_id != node->id ||
            (resource && strcmp(move.resource, resource) != 0)) {
            state->moves[kept++] = move;
        } else if (there && there->task == MU_TASK_MONITOR) {
            /* It may have looked too early: what it finds does not count. */
            move.node_id = move.target_id;
            state->moves[kept++] = move;
        } else {
            target_forget(state, move.target_id, move.resource);
        }
    }
    is_any = kept < state->moves_count;
    state->moves_count = kept;
    if (is_any) {
        mu_apply_touch(apply);
    }
}

void
mu_apply_moves_doubt(struct mu_state *state, const struct mu_state_node *node)
{
    uint32_t i = 0;

    while (i < state->histories_count) {
        const struct mu_state_history row = state->histories[i++];
        struct mu_state_history key = {.resource = row.resource,
                                       .slot = MU_SLOT_LAST};
        const struct mu_state_history *there;
        const struct mu_state_node *target;

        if (row.node_id != node->id || row.slot != MU_SLOT_LAST ||
            row.status == MU_OP_STATUS_PENDING ||
            strcmp(row.op_name, "migrate_to") != 0) {
            continue;
        }
        target = mu_state_find_node_by_name(state, row.migrate_target);
        if (!target || target == node) {
            continue;
        }
        key.node_id = target->id;
        there = mu_state_find_history(state, &key);
        if (there && there->call_id < row.call_id) {
            target_forget(state, target->id, row.resource);
            i = 0; /* Rows have moved; what is forgotten is not found again. */
        }
    }
}

static const struct mu_state_flight *
flight_find(const struct mu_state *state, uint32_t node_id,
            const char *resource)
{
    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (state->flights[i].node_id == node_id &&
            strcmp(state->flights[i].resource, resource) == 0) {
            return &state->flights[i];
        }
    }
    return NULL;
}

/* An operation that is in flight there will tell by itself. */
static void
target_forget(struct mu_state *state, uint32_t target_id, const char *resource)
{
    const struct mu_state_filter filter = {.node_id = target_id,
                                           .resource = resource};
    const struct mu_state_flight *there =
        flight_find(state, target_id, resource);

    if (!there || there->task == MU_TASK_MONITOR) {
        (void)mu_state_forget(state, &filter);
    }
}
