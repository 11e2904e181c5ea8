/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PARTS_H
#define MU_SCHED_PARTS_H

/* Parts: what do the flags of the parts make of those of the whole?
 *
 * Every member and every instance asks it of its group or clone, so what was
 * concluded is kept until a flag of a part changes. */

#include "sched/state.h"

/* Returns the flags of 'action': of a group or clone from those of its parts
 * on 'node' (NONE: on all nodes), else its own. */
uint32_t mu_parts_flags(struct mu_sched *sched, struct mu_sched_action *action,
                        uint32_t node);

#endif /* MU_SCHED_PARTS_H */
