/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources that wait for the node that took them down in order. They stay
 * locked when all else that is known of the node is forgotten. */

#include <string.h>

#include "core/kernel.h"
#include "core/state.h"

static int lock_cmp(const struct mu_state_lock *lock, uint32_t node_id,
                    const char *resource);

void
mu_state_put_lock(struct mu_state *state, const struct mu_state_lock *lock)
{
    struct mu_state_lock *locks;
    uint32_t at = 0;

    (void)mu_state_end_locks(state, lock->node_id, lock->resource);
    locks = mu_arena_new(state->arena, struct mu_state_lock,
                         state->locks_count + 1);
    while (at < state->locks_count &&
           lock_cmp(&state->locks[at], lock->node_id, lock->resource) < 0) {
        locks[at] = state->locks[at];
        at++;
    }
    for (uint32_t i = at; i < state->locks_count; i++) {
        locks[i + 1] = state->locks[i];
    }
    locks[at] = *lock;
    locks[at].resource = mu_state_text(state, lock->resource);
    state->locks = locks;
    state->locks_count++;
}

bool
mu_state_end_locks(struct mu_state *state, uint32_t node_id, const char *resource)
{
    uint32_t kept = 0;
    bool is_any;

    for (uint32_t i = 0; i < state->locks_count; i++) {
        const struct mu_state_lock *lock = &state->locks[i];

        if (lock->node_id != node_id ||
            (resource && strcmp(lock->resource, resource) != 0)) {
            state->locks[kept++] = *lock;
        }
    }
    is_any = kept < state->locks_count;
    state->locks_count = kept;
    return is_any;
}

void
mu_state_forget_locks(struct mu_state *state)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < state->locks_count; i++) {
        if (mu_kernel_find_primitive(state->config,
                                     state->locks[i].resource) !=
            MU_CONFIG_NONE) {
            state->locks[kept++] = state->locks[i];
        }
    }
    state->locks_count = kept;
}

static int
lock_cmp(const struct mu_state_lock *lock, uint32_t node_id,
         const char *resource)
{
    if (lock->node_id != node_id) {
        return lock->node_id < node_id ? -1 : 1;
    }
    return strcmp(lock->resource, resource);
}
