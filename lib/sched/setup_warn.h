/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_SETUP_WARN_H
#define MU_SCHED_SETUP_WARN_H

/* Setup, warnings: what of the configuration could not be honoured? */

#include "sched/state.h"

/* Adds a sentence to the plan's warnings; 'text' is kept, not copied. */
void mu_setup_warn(struct mu_sched *sched, const char *text);

/* Tells whether 'count' pairs of resources more, which the constraint 'id'
 * stands for, are within the bounds of a plan; if not, warns. */
bool mu_setup_may_pair(struct mu_sched *sched, const char *id, uint64_t count);

#endif /* MU_SCHED_SETUP_WARN_H */
