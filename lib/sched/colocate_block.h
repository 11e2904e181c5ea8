/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_COLOCATE_BLOCK_H
#define MU_SCHED_COLOCATE_BLOCK_H

/* Colocate, blocked: what cannot be where its partner cannot start? */

#include "sched/state.h"

/* Makes unrunnable what must be with the resource of an action that cannot
 * run. */
void mu_colocate_block_dependents(struct mu_sched *sched,
                                  struct mu_sched_action *action);

#endif /* MU_SCHED_COLOCATE_BLOCK_H */
