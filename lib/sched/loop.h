/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_LOOP_H
#define MU_SCHED_LOOP_H

/* Loop: which orderings cannot be honoured, because each waits for the next?
 *
 * Knows the actions that are left when all that can be put in order is. Says
 * in a warning which constraints form the loop and what no longer waits.
 *
 * Invariant: only orderings that are part of a loop are given up. */

#include "sched/state.h"

/* The actions of the plan, on their way into an order. */
struct mu_loop_rest {
    struct mu_sched_action **actions; /* By plan_id; null: it has its place. */
    uint32_t *open;                   /* How many before have no place yet. */
    uint32_t count;
    uint32_t broken_count; /* Orderings given up so far. */
    uint32_t *walk;        /* Made by the first loop; for the walks. */
};

/* Gives up orderings until something of 'rest', which waits in loops, waits
 * for nothing: at least one of 'rest->open' is 0 then. */
void mu_loop_break(struct mu_sched *sched, struct mu_loop_rest *rest);

#endif /* MU_SCHED_LOOP_H */
