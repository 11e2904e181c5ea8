/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ring_view.h"

#include <stdlib.h>
#include <string.h>

static int
member_cmp(const void *a, const void *b)
{
    const struct mu_group_member *left = a;
    const struct mu_group_member *right = b;

    if (left->node_id != right->node_id) {
        return left->node_id < right->node_id ? -1 : 1;
    }
    if (left->pid != right->pid) {
        return left->pid < right->pid ? -1 : 1;
    }
    return 0;
}

static bool
reason_is_of_process(uint32_t reason)
{
    return reason == CPG_REASON_JOIN || reason == CPG_REASON_LEAVE ||
           reason == CPG_REASON_PROCDOWN;
}

static enum mu_leave_reason
leave_reason(uint32_t reason)
{
    return reason == CPG_REASON_LEAVE ? MU_LEAVE_LEFT : MU_LEAVE_PROCDOWN;
}

static struct mu_group_member
member_of(const struct cpg_address *address)
{
    return (struct mu_group_member){address->nodeid, address->pid};
}

void
mu_ring_view_reset(struct mu_ring_view *view)
{
    memset(view, 0, sizeof(*view));
}

bool
mu_ring_view_group(struct mu_ring_view *view,
                   const struct mu_ring_view_change *change,
                   struct mu_event_group *ret_group)
{
    struct mu_event_group group = {.members = view->members,
                                   .joined = view->joined,
                                   .left = view->left,
                                   .reasons = view->reasons};

    view->members_count = 0;
    for (size_t i = 0; i < change->members_count && i < CPG_MEMBERS_MAX; i++) {
        view->members[view->members_count++] = member_of(&change->members[i]);
    }
    qsort(view->members, view->members_count, sizeof(view->members[0]),
          member_cmp);
    group.members_count = view->members_count;
    for (size_t i = 0; i < change->joined_count && i < CPG_MEMBERS_MAX; i++) {
        if (reason_is_of_process(change->joined[i].reason)) {
            view->joined[group.joined_count++] = member_of(&change->joined[i]);
        }
    }
    for (size_t i = 0; i < change->left_count && i < CPG_MEMBERS_MAX; i++) {
        if (reason_is_of_process(change->left[i].reason)) {
            view->left[group.left_count] = member_of(&change->left[i]);
            view->reasons[group.left_count] =
                leave_reason(change->left[i].reason);
            group.left_count++;
        }
    }
    if (!view->has_ring || group.joined_count + group.left_count == 0) {
        return false;
    }
    *ret_group = group;
    return true;
}

bool
mu_ring_view_ring(struct mu_ring_view *view, struct cpg_ring_id ring,
                  const uint32_t *nodes, uint32_t nodes_count,
                  struct mu_event_ring *ret_ring)
{
    if (view->has_ring && view->ring.node == ring.nodeid &&
        view->ring.seq == ring.seq) {
        return false;
    }
    view->has_ring = true;
    view->ring = (struct mu_ring_id){ring.nodeid, ring.seq};
    view->ring_nodes_count = 0;
    for (uint32_t i = 0; i < nodes_count && i < MU_NODES_COUNT_MAX; i++) {
        view->ring_nodes[view->ring_nodes_count++] = nodes[i];
    }
    *ret_ring = (struct mu_event_ring){
        .ring = view->ring,
        .ring_nodes = view->ring_nodes,
        .ring_nodes_count = view->ring_nodes_count,
        .members = view->members,
        .members_count = view->members_count,
    };
    return true;
}

bool
mu_ring_view_has(const struct mu_ring_view *view, uint32_t node_id,
                 uint32_t pid)
{
    for (uint32_t i = 0; i < view->members_count; i++) {
        if (view->members[i].node_id == node_id &&
            view->members[i].pid == pid) {
            return true;
        }
    }
    return false;
}
