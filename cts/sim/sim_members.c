/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_members.h"

#include <stdlib.h>

#include "base/panic.h"

static int
compare_members(const void *a, const void *b)
{
    const struct mu_group_member *left = a;
    const struct mu_group_member *right = b;

    if (left->node_id != right->node_id) {
        return left->node_id < right->node_id ? -1 : 1;
    }
    return left->pid < right->pid ? -1 : left->pid > right->pid;
}

uint32_t
mu_sim_members_find(const struct mu_sim_members *members,
                    const struct mu_group_member *member)
{
    for (uint32_t i = 0; i < members->count; i++) {
        if (members->items[i].node_id == member->node_id &&
            members->items[i].pid == member->pid) {
            return i;
        }
    }
    return UINT32_MAX;
}

bool
mu_sim_members_add(struct mu_sim_members *members,
                   struct mu_group_member member)
{
    if (mu_sim_members_find(members, &member) != UINT32_MAX) {
        return false;
    }
    mu_assert(members->count < 4 * MU_SIM_NODES_MAX);
    members->items[members->count++] = member;
    return true;
}

bool
mu_sim_members_remove(struct mu_sim_members *members,
                      struct mu_group_member member)
{
    uint32_t index = mu_sim_members_find(members, &member);

    if (index == UINT32_MAX) {
        return false;
    }
    members->items[index] = members->items[--members->count];
    return true;
}

void
mu_sim_members_sort(struct mu_sim_members *members)
{
    qsort(members->items, members->count, sizeof(members->items[0]),
          compare_members);
}
