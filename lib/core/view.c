/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view machine: from Corosync's rings to agreed views.
 *
 * Every ring begins with a round of HELLOs. When all daemons of the ring have
 * spoken (or a silent one was excluded), everybody knows who has the newest
 * state; that one, the source, announces the view in the order. Members whose
 * state is the same go on at once; the others get a snapshot. Within a ring
 * the coordinator announces a new view when a daemon comes or goes, or when
 * quorum changes. See muster-protocol(7), VIEWS. */

#include <string.h>

#include "base/panic.h"
#include "core/core_private.h"

/* A joiner that has not got the state within this time begins anew. */
static const int64_t SYNC_MS = 15000;

/* A coordinator that is silent for this long is left out. */
static const int64_t HUNG_MS = 10000;

enum rank { /* Who may coordinate. */
    RANK_FIRST,
    RANK_LAST,
    RANK_NEVER,
};

static enum rank coordinator_rank(const struct mu_state *state,
                                  uint32_t node_id);
static bool coordinates_before(const struct mu_state *state,
                               const struct mu_state_member *a,
                               const struct mu_state_member *b);
static const struct mu_core_hello *hello_present(const struct mu_core *core,
                                                 uint32_t node_id,
                                                 uint64_t incarnation);
static void members_set(struct mu_core *core,
                        const struct mu_group_member *members, uint32_t count);
static void coordinator_consider(struct mu_core *core);
static void coordinator_watch(struct mu_core *core);
static bool member_is_lost(const struct mu_core *core,
                           const struct mu_state_member *member);
static void view_next_send(struct mu_core *core);
static void hellos_learn(struct mu_core *core, const struct mu_body_view *view);
static bool is_of_others(const struct mu_core *core,
                         const struct mu_body_view *view);
static bool view_is_ours(const struct mu_core *core,
                         const struct mu_body_view *view,
                         bool *ret_is_joiner);
static void view_enter(struct mu_core *core, const struct mu_body_view *view);
static void synced_owe(struct mu_core *core);
static void sync_begin(struct mu_core *core, const struct mu_body_view *view);
static void snapshot_send(struct mu_core *core);
static void state_give_up(struct mu_core *core);

void
mu_view_ring(struct mu_core *core, const struct mu_event_ring *event)
{
    mu_assert(event->ring_nodes_count <= MU_NODES_COUNT_MAX);
    if (core->phase == MU_CORE_SYNCING) {
        state_give_up(core);
    }
    core->has_ring = true;
    core->ring = event->ring;
    for (uint32_t i = 0; i < event->ring_nodes_count; i++) {
        core->ring_nodes[i] = event->ring_nodes[i];
    }
    core->ring_nodes_count = event->ring_nodes_count;
    members_set(core, event->members, event->members_count);
    core->has_quorum_news = core->quorum_ring.node == core->ring.node &&
                            core->quorum_ring.seq == core->ring.seq;
    core->is_hello_sent = false;
    core->is_decided = false;
    core->is_view_sent = false;
    core->is_waiting_told = false;
    core->hellos_count = 0;
    core->excluded_count = 0;
    core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    mu_arena_reset(&core->ring_arena);
    mu_transfer_reset(core);
    mu_coordinate_reset(core);
    core->phase = MU_CORE_GATHERING;
    core->is_changed = true;
}

void
mu_view_group(struct mu_core *core, const struct mu_event_group *event)
{
    uint32_t kept = 0;

    members_set(core, event->members, event->members_count);
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (mu_view_has_member(core, core->hellos[i].node_id,
                            core->hellos[i].pid)) {
            core->hellos[kept++] = core->hellos[i];
        }
    }
    core->hellos_count = kept;
    if (!core->is_decided && event->joined_count > 0) {
        /* Whoever joins has not heard what was said before. */
        core->is_hello_sent = false;
        core->is_waiting_told = false;
        core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    }
    core->is_view_sent = false;
    if (core->is_decided && core->phase == MU_CORE_GATHERING &&
        !mu_gather_has_others(core)) {
        /* Nobody is left who could let us in: begin as in a new ring. */
        core->is_decided = false;
        core->is_hello_sent = false;
        core->is_waiting_told = false;
        core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    }
}

void
mu_view_quorum(struct mu_core *core, const struct mu_event_quorum *event)
{
    bool is_news = core->has_quorum_news && core->has_ring &&
                   core->is_quorate != event->is_quorate;

    core->quorum_ring = event->ring;
    core->is_quorate = event->is_quorate;
    core->has_quorum_news = core->has_ring &&
                            core->ring.node == event->ring.node &&
                            core->ring.seq == event->ring.seq;
    if (is_news && !core->is_decided) {
        core->is_hello_sent = false; /* It says something else now. */
    }
}

void
mu_view_lost(struct mu_core *core)
{
    if (core->phase == MU_CORE_SYNCING) {
        state_give_up(core);
    }
    core->has_ring = false;
    core->is_in_group = false;
    core->is_decided = false;
    core->has_quorum_news = false;
    core->hellos_count = 0;
    core->members_count = 0;
    core->phase = MU_CORE_OFFLINE;
    core->is_changed = true;
    mu_transfer_reset(core);
    mu_coordinate_reset(core);
}

void
mu_view_hello(struct mu_core *core, uint32_t node_id, uint32_t pid,
              uint64_t incarnation, struct mu_span body)
{
    struct mu_core_hello *hello = mu_view_find_hello(core, node_id);
    struct mu_body_hello decoded = {0};
    uint32_t kept = 0;

    if (incarnation == 0 || !mu_view_has_ring_node(core, node_id) ||
        !mu_view_has_member(core, node_id, pid) ||
        !mu_body_decode(&core->ring_arena, body, mu_body_hello, &decoded)) {
        return;
    }
    if (!hello) {
        if (core->hellos_count >= MU_NODES_COUNT_MAX) {
            return;
        }
        hello = &core->hellos[core->hellos_count++];
    }
    *hello = (struct mu_core_hello){node_id, pid, incarnation, decoded};
    core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    for (uint32_t i = 0; i < core->excluded_count; i++) {
        if (core->excluded[i].node_id != node_id) {
            core->excluded[kept++] = core->excluded[i];
        }
    }
    core->excluded_count = kept; /* It has found its voice. */
    if (!core->is_decided) {
        core->is_view_sent = false;
    }
}

void
mu_view_exclude(struct mu_core *core, struct mu_span body)
{
    struct mu_body_exclude exclude = {0};
    uint32_t kept = 0;

    if (!mu_body_decode(&core->scratch, body, mu_body_exclude, &exclude) ||
        core->excluded_count >= MU_NODES_COUNT_MAX ||
        mu_view_is_excluded(core, exclude.node_id, exclude.pid)) {
        return;
    }
    if (exclude.node_id == core->node_id) {
        core->is_hello_sent = false; /* We are here, and say so. */
    }
    /* Who was not in the view yet had not heard the members speak: it was not
     * there. That leaves out nobody. */
    if (core->phase == MU_CORE_ACTIVE && exclude.view != core->state.view) {
        return;
    }
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (core->hellos[i].node_id != exclude.node_id ||
            core->hellos[i].pid != exclude.pid) {
            core->hellos[kept++] = core->hellos[i];
        }
    }
    core->hellos_count = kept;
    core->excluded[core->excluded_count++] =
        (struct mu_group_member){exclude.node_id, exclude.pid};
    core->is_view_sent = false;
    mu_core_trace(core, MU_TRACE_WARNING, MU_TOPIC_VIEW,
                  "the daemon of node id %u does not answer and is left out",
                  exclude.node_id);
}

void
mu_view_announced(struct mu_core *core, struct mu_span body)
{
    struct mu_body_view view = {0};
    bool is_joiner = false;
    bool is_expected;

    if (!mu_body_decode(&core->scratch, body, mu_body_view, &view) ||
        view.members_count == 0 || view.members_count > MU_NODES_COUNT_MAX) {
        return;
    }
    /* Of two that were announced at once the first counts: the second does
     * not follow it. Who was left out of the first has no number to compare;
     * it can only be let in, as a joiner and by somebody else: its own view,
     * which comes after the first, counts for nobody. */
    is_expected = !core->is_decided ||
                  (core->phase == MU_CORE_GATHERING &&
                   view.source_id != core->node_id &&
                   view_is_ours(core, &view, &is_joiner) && is_joiner) ||
                  (core->phase == MU_CORE_SYNCING &&
                   view.previous == core->sync_view) ||
                  (core->phase == MU_CORE_ACTIVE &&
                   view.previous == core->state.view);
    if (!is_expected && !is_of_others(core, &view)) {
        return;
    }
    core->is_view_sent = false;
    mu_transfer_reset(core);
    mu_coordinate_reset(core);
    hellos_learn(core, &view);
    if (!view_is_ours(core, &view, &is_joiner)) {
        core->is_decided = true;
        core->is_hello_sent = false; /* Knock again. */
        mu_gather_learn_others(core, &view);
        if (core->phase != MU_CORE_GATHERING) {
            state_give_up(core);
            core->phase = MU_CORE_GATHERING;
        }
        mu_core_trace(core, MU_TRACE_WARNING, MU_TOPIC_VIEW,
                      "the others have a view without this node; waiting to "
                      "be let in");
        return;
    }
    if (is_joiner) {
        core->is_decided = true;
        sync_begin(core, &view);
        return;
    }
    if (!view.is_cold && (!core->is_hot || view.previous != core->state.view)) {
        mu_view_rejoin(core, "a view was announced that does not follow ours");
        return;
    }
    core->is_decided = true;
    view_enter(core, &view);
}

void
mu_view_snapshot(struct mu_core *core, struct mu_span body)
{
    struct mu_body_snapshot snapshot = {0};

    if (core->phase != MU_CORE_SYNCING ||
        !mu_body_decode(&core->scratch, body, mu_body_snapshot, &snapshot) ||
        snapshot.view != core->sync_view) {
        return;
    }
    if (mu_state_decode(&core->state, snapshot.state) < 0) {
        mu_view_rejoin(core, "the state that was sent cannot be read");
        return;
    }
    core->phase = MU_CORE_ACTIVE;
    core->is_hot = true;
    core->lease = core->now;
    core->is_recurring_stale = true;
    core->is_changed = true;
    mu_transfer_replay(core);
    if (core->phase != MU_CORE_ACTIVE) {
        return; /* What was replayed has put us out again. */
    }
    synced_owe(core);
    mu_transfer_resend(core, true);
    mu_core_trace(core, MU_TRACE_INFO, MU_TOPIC_VIEW,
                  "got the state of view %llu (%zu bytes)",
                  (unsigned long long)core->state.view, snapshot.state.size);
}

void
mu_view_consider(struct mu_core *core)
{
    if (!core->has_ring || !core->is_in_group || !core->has_quorum_news) {
        return;
    }
    if (!core->is_hello_sent) {
        mu_gather_hello(core);
    }
    if (core->phase == MU_CORE_SYNCING &&
        mu_instant_is_due(core->sync_deadline, core->now)) {
        mu_view_rejoin(core, "the state did not arrive in time");
        return;
    }
    if (core->is_view_sent &&
        mu_instant_is_due(core->view_deadline, core->now)) {
        core->is_view_sent = false;
    }
    if (!core->is_decided) {
        mu_gather_consider(core);
    } else if (core->phase == MU_CORE_ACTIVE) {
        coordinator_consider(core);
    }
}

struct mu_instant
mu_view_deadline(const struct mu_core *core)
{
    bool is_waiting = core->has_ring && core->is_in_group &&
                      core->has_quorum_news &&
                      (!core->is_decided || core->is_view_sent);

    if (is_waiting && core->is_waiting_told && !core->is_view_sent) {
        return MU_INSTANT_NEVER; /* Only another node can help. */
    }
    if (core->phase == MU_CORE_ACTIVE && core->is_decided &&
        !core->is_view_sent && mu_view_coordinator(core) != core->node_id) {
        struct mu_instant hung = mu_instant_after(core->lease, HUNG_MS);

        return hung.ms > core->view_deadline.ms ? hung : core->view_deadline;
    }
    return is_waiting ? core->view_deadline : MU_INSTANT_NEVER;
}

uint32_t
mu_view_coordinator(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    const struct mu_state_member *best = NULL;

    if (core->phase != MU_CORE_ACTIVE) {
        return 0;
    }
    for (uint32_t i = 0; i < state->members_count; i++) {
        const struct mu_state_member *member = &state->members[i];

        if (coordinator_rank(state, member->node_id) == RANK_NEVER ||
            (core->is_decided && member_is_lost(core, member))) {
            continue;
        }
        if (!best || coordinates_before(state, member, best)) {
            best = member;
        }
    }
    return best ? best->node_id : 0;
}

/* Who is to be fenced coordinates only when nobody else is left: somebody must
 * let in those who can fence it. */
static enum rank
coordinator_rank(const struct mu_state *state, uint32_t node_id)
{
    const struct mu_state_node *node = mu_state_find_node(state, node_id);

    if (!node) {
        return RANK_NEVER;
    }
    switch (node->state) {
    case MU_NODE_STATE_ACTIVE:
    case MU_NODE_STATE_LEAVING:
        return RANK_FIRST;
    case MU_NODE_STATE_UNCLEAN:
        return RANK_LAST;
    case MU_NODE_STATE_UNKNOWN:
    case MU_NODE_STATE_DOWN:
    case MU_NODE_STATE_PENDING:
    case MU_NODE_STATE_LOST_GRACE:
        return RANK_NEVER;
    }
    mu_unreachable();
}

static bool
coordinates_before(const struct mu_state *state,
                   const struct mu_state_member *a,
                   const struct mu_state_member *b)
{
    enum rank a_rank = coordinator_rank(state, a->node_id);
    enum rank b_rank = coordinator_rank(state, b->node_id);
    const struct mu_state_node *a_node = mu_state_find_node(state, a->node_id);
    const struct mu_state_node *b_node = mu_state_find_node(state, b->node_id);

    if (a_rank != b_rank) {
        return a_rank < b_rank;
    }
    if (a->feature_level != b->feature_level) {
        return a->feature_level < b->feature_level;
    }
    return a_node->joined_view < b_node->joined_view;
}

void
mu_view_rejoin(struct mu_core *core, const char *why)
{
    mu_core_trace(core, MU_TRACE_ERROR, MU_TOPIC_VIEW,
                  "%s; joining again from the beginning", why);
    state_give_up(core);
    mu_view_lost(core);
    (void)mu_core_add(core, MU_EFFECT_REJOIN);
}

static void
members_set(struct mu_core *core, const struct mu_group_member *members,
            uint32_t count)
{
    mu_assert(count <= MU_NODES_COUNT_MAX);
    core->members_count = count;
    core->is_in_group = false;
    for (uint32_t i = 0; i < count; i++) {
        core->members[i] = members[i];
        core->is_in_group |= members[i].node_id == core->node_id;
    }
}

bool
mu_view_has_member(const struct mu_core *core, uint32_t node_id, uint32_t pid)
{
    for (uint32_t i = 0; i < core->members_count; i++) {
        if (core->members[i].node_id == node_id &&
            core->members[i].pid == pid) {
            return true;
        }
    }
    return false;
}

bool
mu_view_has_ring_node(const struct mu_core *core, uint32_t node_id)
{
    for (uint32_t i = 0; i < core->ring_nodes_count; i++) {
        if (core->ring_nodes[i] == node_id) {
            return true;
        }
    }
    return false;
}

bool
mu_view_is_excluded(const struct mu_core *core, uint32_t node_id, uint32_t pid)
{
    for (uint32_t i = 0; i < core->excluded_count; i++) {
        if (core->excluded[i].node_id == node_id &&
            core->excluded[i].pid == pid) {
            return true;
        }
    }
    return false;
}

struct mu_core_hello *
mu_view_find_hello(struct mu_core *core, uint32_t node_id)
{
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (core->hellos[i].node_id == node_id) {
            return &core->hellos[i];
        }
    }
    return NULL;
}

/* The HELLO of a daemon that is in the group now; null when it is gone. */
static const struct mu_core_hello *
hello_present(const struct mu_core *core, uint32_t node_id,
              uint64_t incarnation)
{
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *hello = &core->hellos[i];

        if (hello->node_id == node_id && hello->incarnation == incarnation &&
            mu_view_has_ring_node(core, node_id) &&
            mu_view_has_member(core, node_id, hello->pid)) {
            return hello;
        }
    }
    return NULL;
}

static void
coordinator_consider(struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    bool is_due = core->is_quorate != state->is_quorate;

    if (mu_view_coordinator(core) != core->node_id) {
        coordinator_watch(core);
        return;
    }
    if (core->is_view_sent) {
        return;
    }
    for (uint32_t i = 0; i < state->members_count; i++) {
        is_due |= member_is_lost(core, &state->members[i]);
    }
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *hello = &core->hellos[i];
        const struct mu_state_member *member =
            mu_state_get_member(&core->state, hello->node_id);

        if ((!member || member->incarnation != hello->incarnation) &&
            mu_view_has_ring_node(core, hello->node_id) && mu_view_may_join(core, hello)) {
            is_due = true;
        }
    }
    if (is_due) {
        view_next_send(core);
    }
}

/* A coordinator that is there and has not moved the time for long is hung: the
 * ring does not notice, since its process holds its socket. */
static void
coordinator_watch(struct mu_core *core)
{
    uint32_t id = mu_view_coordinator(core);

    if (core->now.ms - core->lease.ms < HUNG_MS ||
        !mu_instant_is_due(core->view_deadline, core->now)) {
        return;
    }
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (core->hellos[i].node_id == id) {
            mu_gather_exclude(core, id, core->hellos[i].pid);
            return;
        }
    }
    core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
}

static bool
member_is_lost(const struct mu_core *core, const struct mu_state_member *member)
{
    return !hello_present(core, member->node_id, member->incarnation);
}

/* Who is being shot right now must not come in: the shot would hit the new
 * life. It may when it proves by its boot identity that the old one is over. */
bool
mu_view_may_join(struct mu_core *core, const struct mu_core_hello *hello)
{
    const struct mu_state_fence *fence =
        mu_state_find_fence(&core->state, hello->node_id);
    const struct mu_state_node *node =
        mu_state_find_node(&core->state, hello->node_id);

    return !fence || !node || fence->state != MU_FENCE_RUNNING ||
           strcmp(node->boot_id, hello->body.boot_id) != 0;
}

static void
view_next_send(struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    struct mu_body_view view = {
        .previous = state->view,
        .number = state->view + 1,
        .epoch = state->epoch,
        .is_quorate = core->is_quorate,
    };

    view.members = mu_arena_new(&core->scratch, struct mu_body_view_member,
                                core->hellos_count + 1);
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *hello = &core->hellos[i];
        const struct mu_state_member *member =
            mu_state_get_member(&core->state, hello->node_id);
        const struct mu_state_node *node =
            mu_state_find_node(state, hello->node_id);
        bool is_member = member && member->incarnation == hello->incarnation;
        bool is_joiner =
            !is_member || (node && node->state == MU_NODE_STATE_PENDING);

        if (!mu_view_has_ring_node(core, hello->node_id) ||
            (!is_member && !mu_view_may_join(core, hello))) {
            continue;
        }
        mu_view_add_member(&view, hello, is_joiner);
        if (hello->body.promised_epoch > view.epoch) {
            view.epoch = hello->body.promised_epoch + 1;
        }
    }
    if (view.is_quorate && !state->is_quorate) {
        view.epoch++;
    }
    mu_view_announce(core, &view);
}

/* Members are kept sorted by node id. */
void
mu_view_add_member(struct mu_body_view *view, const struct mu_core_hello *hello,
                bool is_joiner)
{
    uint32_t at = view->members_count++;

    while (at > 0 && view->members[at - 1].node_id > hello->node_id) {
        view->members[at] = view->members[at - 1];
        at--;
    }
    view->members[at] = (struct mu_body_view_member){
        .node_id = hello->node_id,
        .pid = hello->pid,
        .incarnation = hello->incarnation,
        .boot_id = hello->body.boot_id,
        .feature_level = hello->body.feature_level,
        .processors = hello->body.processors,
        .is_joiner = is_joiner,
    };
}

void
mu_view_announce(struct mu_core *core, struct mu_body_view *view)
{
    view->source_id = core->node_id;
    view->wall_ms = core->wall_ms;
    view->nodelist = core->nodelist;
    view->nodelist_count = core->nodelist_count;
    view->ring_nodes = core->ring_nodes;
    view->ring_nodes_count = core->ring_nodes_count;
    core->is_view_sent = true;
    core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    (void)mu_transfer_send(
        core, MU_MSG_VIEW, MU_LANE_VIEW,
        mu_body_encode(&core->scratch, mu_body_view, view));
}

/* Who joins a ring late has not heard the others' HELLOs: the view says the
 * same of them. */
static void
hellos_learn(struct mu_core *core, const struct mu_body_view *view)
{
    for (uint32_t i = 0; i < view->members_count; i++) {
        const struct mu_body_view_member *member = &view->members[i];
        struct mu_core_hello *hello = mu_view_find_hello(core, member->node_id);

        if (hello && hello->incarnation == member->incarnation) {
            continue;
        }
        if (!mu_view_has_member(core, member->node_id, member->pid)) {
            continue;
        }
        if (!hello) {
            if (core->hellos_count >= MU_NODES_COUNT_MAX) {
                return;
            }
            hello = &core->hellos[core->hellos_count++];
        }
        *hello = (struct mu_core_hello){
            .node_id = member->node_id,
            .pid = member->pid,
            .incarnation = member->incarnation,
            .body = {.boot_id =
                         mu_arena_strdup(&core->ring_arena, member->boot_id),
                     .feature_level = member->feature_level,
                     .processors = member->processors}};
    }
}

/* Whether a view that does not follow ours lets us in as a joiner, in a newer
 * epoch: the others went on without us (we were about to be fenced, frozen, or
 * left out when all of them began anew). Never back to an older epoch: what was
 * acknowledged since would be lost. */
static bool
is_of_others(const struct mu_core *core, const struct mu_body_view *view)
{
    bool is_joiner = false;

    return core->phase == MU_CORE_ACTIVE && view->epoch > core->state.epoch &&
           view->epoch >= core->promised_epoch &&
           view_is_ours(core, view, &is_joiner) && is_joiner;
}

static bool
view_is_ours(const struct mu_core *core, const struct mu_body_view *view,
             bool *ret_is_joiner)
{
    for (uint32_t i = 0; i < view->members_count; i++) {
        if (view->members[i].node_id == core->node_id &&
            view->members[i].incarnation == core->incarnation) {
            *ret_is_joiner = view->members[i].is_joiner;
            return true;
        }
    }
    return false;
}

static void
view_enter(struct mu_core *core, const struct mu_body_view *view)
{
    struct mu_apply apply =
        mu_core_make_apply(core, view->source_id, core->incarnation);
    bool has_joiners = false;
    const struct mu_state_node *own;

    if (view->is_cold) {
        state_give_up(core);
        mu_durable_load(core);
    }
    core->phase = MU_CORE_ACTIVE;
    core->is_hot = true;
    core->lease = core->now;
    core->is_changed = true;
    core->is_recurring_stale = true;
    mu_apply_view(&apply, view);
    mu_core_settle_outcomes(core, &apply);
    for (uint32_t i = 0; i < view->members_count; i++) {
        has_joiners |= view->members[i].is_joiner;
    }
    if (view->source_id == core->node_id && has_joiners) {
        snapshot_send(core);
    }
    own = mu_state_find_node(&core->state, core->node_id);
    if (own && own->state == MU_NODE_STATE_PENDING) {
        synced_owe(core); /* A ring came between the state and its receipt. */
    }
    mu_transfer_resend(core, true);
}

/* Tells the others, until they know, that we have the state of this view. */
static void
synced_owe(struct mu_core *core)
{
    struct mu_body_synced synced = {.view = core->state.view};

    (void)mu_transfer_owe(
        core, MU_MSG_SYNCED, MU_LANE_VIEW,
        mu_body_encode(&core->scratch, mu_body_synced, &synced));
}

static void
sync_begin(struct mu_core *core, const struct mu_body_view *view)
{
    state_give_up(core);
    core->phase = MU_CORE_SYNCING;
    core->sync_view = view->number;
    core->sync_deadline = mu_instant_after(core->now, SYNC_MS);
    core->is_changed = true;
}

/* The state right after the view that was just applied: joiners hold what
 * follows it. */
static void
snapshot_send(struct mu_core *core)
{
    struct mu_body_snapshot snapshot = {
        .view = core->state.view,
        .state = mu_state_encode(&core->state, &core->scratch)};

    (void)mu_transfer_send(
        core, MU_MSG_SNAPSHOT, MU_LANE_BULK,
        mu_body_encode(&core->scratch, mu_body_snapshot, &snapshot));
}

/* Forgets the replicated state. Agents that are running go on; their results
 * mean nothing to the next state. */
static void
state_give_up(struct mu_core *core)
{
    core->is_hot = false;
    memset(&core->held, 0, sizeof(core->held));
    mu_arena_reset(&core->held_arena);
    mu_state_init(&core->state, &core->state_arena, &core->config_arena);
    mu_local_disown(core);
    mu_transfer_forget_results(core);
}
