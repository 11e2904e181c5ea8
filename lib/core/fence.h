/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_FENCE_H
#define MU_CORE_FENCE_H

/* Fence: who shoots whom, with what, and when again?
 *
 * A fencing is a list of steps that is a function of the configuration: for
 * each level of the target's topology its devices in turn, or without topology
 * each usable device as a level of its own. A step is tried a few times, on
 * changing executors; a failed step leads to the next level; after the last
 * level all begins again after a pause. All progress is replicated, so any
 * member can go on when an executor or the coordinator dies.
 *
 * Invariant: a fencing ends only by proof: an agent's success, the target's
 * new boot identity, or a person's word. */

#include "core/apply.h"

/* Starts to fence node 'target_id' and returns the operation's id; joins a
 * fencing that is pending already. 'action_index' of the plan waits for it. */
uint64_t mu_fence_begin(struct mu_apply *apply, uint32_t target_id,
                        const struct mu_state_action *action,
                        uint32_t action_index);

/* Applies the result of an attempt. Late or unknown ones are ignored. */
void mu_fence_result(struct mu_apply *apply, const struct mu_body_result *body);

/* Ends the pending fencing of 'target_id', if any: it is known to be down
 * ('how' says why), or not needed any more. */
void mu_fence_end(struct mu_apply *apply, uint32_t target_id, bool is_down,
                  const char *how);

/* A node that was being let in is lost, or begins anew: what is in flight was for
 * the life that is over. */
void mu_fence_end_unfencing(struct mu_apply *apply, uint32_t target_id);

/* Takes attempts away from executors that are gone. */
void mu_fence_reassign(struct mu_apply *apply);

/* Starts tries that are due, gives up those that are overdue. */
void mu_fence_tick(struct mu_apply *apply);

/* Returns the earliest cluster time at which mu_fence_tick() has work, or
 * INT64_MAX. */
int64_t mu_fence_deadline(const struct mu_state *state);

/* What the executor of a fencing is to run now. */
struct mu_fence_attempt {
    uint32_t device;       /* Index of the stonith primitive. */
    const char *action;    /* reboot, off, on. */
    const char *port;      /* What the device calls the target. */
    int64_t timeout_ms;
    int64_t delay_ms;
};

/* Describes the current attempt on 'arena'; false when the configuration has
 * no device for it any more. */
bool mu_fence_describe(const struct mu_state *state,
                       const struct mu_state_fence *fence,
                       struct mu_arena *arena,
                       struct mu_fence_attempt *ret_attempt);

#endif /* MU_CORE_FENCE_H */
