/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PULL_H
#define MU_SCHED_PULL_H

/* Pull: what does one ordering mean for the two actions that it joins?
 *
 * One may have to happen since the other must, or cannot since the other
 * cannot. Who else has to hear of it is for propagate.h to say. */

#include "sched/state.h"

/* How an edge acts on one pair of actions. */
struct mu_pull {
    struct mu_sched_action *first;
    struct mu_sched_action *then;
    uint32_t node;
    uint32_t flags;     /* Those of 'first' that count. */
    uint32_t filter;    /* Which flags are carried. */
    uint32_t type;      /* MU_ORDER_* */
    const char *source; /* Of the edge. */
};

/* Changes the flags of both. */
void mu_pull_apply(struct mu_sched *sched, const struct mu_pull *pull);

#endif /* MU_SCHED_PULL_H */
