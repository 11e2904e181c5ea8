/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_MEMBERS_H
#define MU_SIM_MEMBERS_H

/* Sim members: which processes are in the group, as somebody believes it.
 *
 * A small set of (node, pid). It knows no rings. */

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"

enum { MU_SIM_NODES_MAX = 7 }; /* Node ids are 1 to 7; arrays have 8. */

struct mu_sim_members {
    struct mu_group_member items[4 * MU_SIM_NODES_MAX];
    uint32_t count;
};

/* Returns the position of 'member', or UINT32_MAX. */
uint32_t mu_sim_members_find(const struct mu_sim_members *members,
                             const struct mu_group_member *member);

/* Puts 'member' in; false when it was there. */
bool mu_sim_members_add(struct mu_sim_members *members,
                        struct mu_group_member member);

/* Takes 'member' out; false when it was not there. */
bool mu_sim_members_remove(struct mu_sim_members *members,
                           struct mu_group_member member);

/* Sorts by (node, pid), as CPG sorts its member list. */
void mu_sim_members_sort(struct mu_sim_members *members);

#endif /* MU_SIM_MEMBERS_H */
