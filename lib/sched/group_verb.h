/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_GROUP_VERB_H
#define MU_SCHED_GROUP_VERB_H

/* Group, verbs: which action of a member is which point of the whole? */

#include "sched/state.h"

/* Returns the verb of members that 'verb' of a group or clone is about: start
 * for both start and running. */
enum mu_verb mu_group_member_verb(enum mu_verb verb);

/* Returns the verb that says that 'verb' is complete: running for start. */
enum mu_verb mu_group_done_verb(enum mu_verb verb);

#endif /* MU_SCHED_GROUP_VERB_H */
