/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_ORDERED_H
#define MU_SCHED_ORDERED_H

/* Ordered: which instance of an ordered clone follows which?
 *
 * They start by their numbers and stop the other way round. Those that do
 * neither stand between others, so this is asked last, once it is clear which
 * instances do anything: it makes edges only and changes no flag. */

#include "sched/state.h"

/* Orders what the instances of all ordered clones do. */
void mu_ordered_run(struct mu_sched *sched);

#endif /* MU_SCHED_ORDERED_H */
