/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views: who is here, who is lost, who comes back.
 *
 * A view is announced in the order, so everybody changes at the same position.
 * Whoever was a member and is not any more may still run anything: it is
 * unclean until it is fenced, unless only its daemon has died and its node is
 * still in the ring: then it gets a moment to come back. */

#include <string.h>

#include "base/text.h"
#include "core/apply.h"
#include "core/fence.h"

static void nodelist_merge(struct mu_apply *apply,
                           const struct mu_body_view *view);
static bool view_has(const struct mu_body_view *view, uint32_t node_id);
static bool ring_has(const struct mu_body_view *view, uint32_t node_id);
static void node_leave(struct mu_apply *apply, struct mu_state_node *node,
                       bool is_in_ring);
static void node_join(struct mu_apply *apply, struct mu_state_node *node,
                      const struct mu_body_view_member *member);
static void members_replace(struct mu_apply *apply,
                            const struct mu_body_view *view,
                            bool is_new_epoch);

void
mu_apply_view(struct mu_apply *apply, const struct mu_body_view *view)
{
    struct mu_state *state = apply->state;
    bool is_new_epoch = view->epoch != state->epoch;

    state->position++;
    state->view = view->number;
    state->epoch = view->epoch;
    if (view->is_quorate && !state->is_quorate) {
        state->quorate_since_ms = state->time_ms;
    }
    state->is_quorate = view->is_quorate;
    state->had_quorum |= view->is_quorate;
    state->wall_ms = view->wall_ms;
    nodelist_merge(apply, view);
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        struct mu_state_node *node = &state->nodes[i];

        if (!view_has(view, node->id)) {
            node_leave(apply, node, ring_has(view, node->id));
        }
    }
    for (uint32_t i = 0; i < view->members_count; i++) {
        const struct mu_body_view_member *member = &view->members[i];
        struct mu_state_node *node = mu_state_get_node(state, member->node_id);

        if (node && member->is_joiner) {
            node_join(apply, node, member);
        } else if (node && view->is_cold) {
            /* The source itself: it begins with nothing known. */
            node->incarnation = member->incarnation;
            node->boot_id = mu_state_text(state, member->boot_id);
            node->joined_view = view->number;
            node->has_run = true;
            mu_apply_node_state(apply, node, MU_NODE_STATE_ACTIVE,
                                "it starts the cluster from its disk");
        }
    }
    members_replace(apply, view, is_new_epoch);
    mu_fence_reassign(apply);
    mu_apply_completeness(apply);
    mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_VIEW, NULL,
                   "view %llu: %u of %u nodes, %s, epoch %llu",
                   (unsigned long long)view->number, view->members_count,
                   state->nodes_count,
                   view->is_quorate ? "quorate" : "no quorum",
                   (unsigned long long)view->epoch);
    mu_apply_touch(apply);
}

/* Nodes come and go with Corosync's nodelist; one that may still run something
 * stays until it is known to be down. */
static void
nodelist_merge(struct mu_apply *apply, const struct mu_body_view *view)
{
    struct mu_state *state = apply->state;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < view->nodelist_count; i++) {
        const struct mu_body_node *listed = &view->nodelist[i];

        if (listed->id != 0 && *listed->name &&
            !mu_state_get_node(state, listed->id) &&
            state->nodes_count < MU_NODES_COUNT_MAX) {
            (void)mu_state_add_node(state, listed->id, listed->name);
        }
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_node node = state->nodes[i];
        bool is_listed = false;
        bool is_idle = node.state == MU_NODE_STATE_DOWN ||
                       node.state == MU_NODE_STATE_UNKNOWN;

        for (uint32_t k = 0; k < view->nodelist_count; k++) {
            is_listed |= view->nodelist[k].id == node.id;
        }
        if (is_listed || !is_idle) {
            state->nodes[kept++] = node;
        } else {
            (void)mu_state_end_locks(state, node.id, NULL);
        }
    }
    state->nodes_count = kept;
}

static bool
view_has(const struct mu_body_view *view, uint32_t node_id)
{
    for (uint32_t i = 0; i < view->members_count; i++) {
        if (view->members[i].node_id == node_id) {
            return true;
        }
    }
    return false;
}

static bool
ring_has(const struct mu_body_view *view, uint32_t node_id)
{
    for (uint32_t i = 0; i < view->ring_nodes_count; i++) {
        if (view->ring_nodes[i] == node_id) {
            return true;
        }
    }
    return false;
}

static void
node_leave(struct mu_apply *apply, struct mu_state_node *node, bool is_in_ring)
{
    switch (node->state) {
    case MU_NODE_STATE_UNKNOWN:
    case MU_NODE_STATE_DOWN:
    case MU_NODE_STATE_UNCLEAN:
        return;
    case MU_NODE_STATE_PENDING:
    case MU_NODE_STATE_ACTIVE:
    case MU_NODE_STATE_LEAVING:
        if (is_in_ring) {
            node->grace_until_ms = apply->state->time_ms + MU_STATE_GRACE_MS;
            mu_apply_node_state(apply, node, MU_NODE_STATE_LOST_GRACE,
                                "its daemon is gone, its node is there");
            return;
        }
        break;
    case MU_NODE_STATE_LOST_GRACE:
        if (is_in_ring || mu_state_is_left_alone(node)) {
            return;
        }
        break;
    }
    mu_apply_node_lost(apply, node);
    mu_apply_node_state(apply, node, MU_NODE_STATE_UNCLEAN,
                        "it has left the membership");
}

/* A new boot identity proves that the old life is over. The same one proves
 * nothing: what is recorded stays until the node has reported. */
static void
node_join(struct mu_apply *apply, struct mu_state_node *node,
          const struct mu_body_view_member *member)
{
    struct mu_state *state = apply->state;
    bool is_new_boot = strcmp(node->boot_id, member->boot_id) != 0;

    if (node->state == MU_NODE_STATE_PENDING &&
        node->incarnation == member->incarnation) {
        return; /* Still on its way; it gets the state once more. */
    }
    if (is_new_boot) {
        mu_fence_end(apply, node->id, true,
                     "it came back with a new boot identity");
        mu_apply_node_forget(apply, node);
        node->attributes_count = 0;
        /* Of a node that this state has never seen it says nothing: its
         * daemon may only have been started again, as all of them were. */
        node->has_run = node->boot_id[0] == '\0';
    } else {
        mu_fence_end(apply, node->id, false,
                     "it came back before it was fenced");
        mu_apply_node_lost(apply, node);
        (void)mu_state_set_attribute(state, node, "shutdown", NULL);
    }
    node->incarnation = member->incarnation;
    node->boot_id = mu_state_text(state, member->boot_id);
    node->joined_view = state->view;
    node->was_fenced = false;
    mu_apply_node_state(apply, node, MU_NODE_STATE_PENDING,
                        is_new_boot ? "it joins after a boot"
                                    : "its daemon joins again");
}

static void
members_replace(struct mu_apply *apply, const struct mu_body_view *view,
                bool is_new_epoch)
{
    struct mu_state *state = apply->state;
    struct mu_state_member *members = mu_arena_new(
        state->arena, struct mu_state_member, view->members_count + 1);

    for (uint32_t i = 0; i < view->members_count; i++) {
        const struct mu_body_view_member *from = &view->members[i];
        const struct mu_state_member *old =
            mu_state_get_member(state, from->node_id);

        members[i] = (struct mu_state_member){
            .node_id = from->node_id,
            .incarnation = from->incarnation,
            .feature_level = from->feature_level,
            .processors = from->processors,
            .has_promised = !is_new_epoch && old && old->has_promised &&
                            old->incarnation == from->incarnation};
    }
    state->members = members;
    state->members_count = view->members_count;
}
