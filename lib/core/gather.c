/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering: the round of HELLOs with which every ring begins, and who of those
 * who have spoken is the source of the first view in it. */

#include "core/core_private.h"

struct choice {
    const struct mu_core_hello *source; /* Null: nobody can start. */
    bool is_cold;
};

static bool has_everybody_spoken(struct mu_core *core);
static void silent_exclude(struct mu_core *core);
static struct choice source_choose(const struct mu_core *core);
static bool cold_start_is_safe(const struct mu_core *core);
static bool hello_is_newer(const struct mu_body_hello *a,
                           const struct mu_body_hello *b);
static void view_first_send(struct mu_core *core, struct choice choice);

void
mu_gather_hello(struct mu_core *core)
{
    struct mu_body_hello hello = {
        .boot_id = core->boot_id,
        .feature_level = MU_FEATURE_LEVEL,
        .processors = core->processors,
        .is_hot = core->is_hot,
        .is_damaged = core->is_damaged,
        .is_quorate = core->is_quorate,
        .nodelist = core->nodelist,
        .nodelist_count = core->nodelist_count,
    };

    mu_durable_hello(core, &hello);
    if (core->is_hot) {
        struct mu_digest digest =
            mu_state_digest(&core->state, &core->scratch);

        hello.state_epoch = core->state.epoch;
        hello.state_view = core->state.view;
        hello.position = core->state.position;
        hello.state_index = core->state.proposal.is_present
                                ? core->state.proposal.index
                                : core->state.config_index;
        hello.digest_high = digest.high;
        hello.digest_low = digest.low;
    }
    core->is_hello_sent = true;
    (void)mu_transfer_send(
        core, MU_MSG_HELLO, MU_LANE_VIEW,
        mu_body_encode(&core->scratch, mu_body_hello, &hello));
}

void
mu_gather_consider(struct mu_core *core)
{
    struct choice choice;

    if (!has_everybody_spoken(core)) {
        if (mu_instant_is_due(core->view_deadline, core->now)) {
            silent_exclude(core);
            core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
        }
        return;
    }
    choice = source_choose(core);
    if (!choice.source) {
        if (!core->is_waiting_told) {
            mu_core_trace(core, MU_TRACE_WARNING, MU_TOPIC_VIEW,
                          "%u of %u nodes are here: too few to know the newest "
                          "configuration; waiting for more",
                          core->hellos_count, core->nodelist_count);
        }
        core->is_waiting_told = true;
        return;
    }
    if (choice.source->node_id == core->node_id) {
        if (!core->is_view_sent) {
            view_first_send(core, choice);
        }
    } else if (mu_instant_is_due(core->view_deadline, core->now)) {
        mu_gather_exclude(core, choice.source->node_id, choice.source->pid);
    }
}

static uint64_t
own_view(const struct mu_core *core)
{
    return core->phase == MU_CORE_ACTIVE ? core->state.view : 0;
}

/* A node that has spoken and now does not do its part is left out by the lowest
 * of the others. */
void
mu_gather_exclude(struct mu_core *core, uint32_t node_id, uint32_t pid)
{
    struct mu_body_exclude exclude = {own_view(core), node_id, pid};

    core->view_deadline = mu_instant_after(core->now, MU_VIEW_SILENCE_MS);
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (core->hellos[i].node_id != node_id &&
            core->hellos[i].node_id < core->node_id) {
            return;
        }
    }
    (void)mu_transfer_send(
        core, MU_MSG_EXCLUDE, MU_LANE_VIEW,
        mu_body_encode(&core->scratch, mu_body_exclude, &exclude));
}

static bool
has_everybody_spoken(struct mu_core *core)
{
    for (uint32_t i = 0; i < core->members_count; i++) {
        const struct mu_group_member *member = &core->members[i];
        const struct mu_core_hello *hello = mu_view_find_hello(core, member->node_id);

        /* Corosync may list members that are not in the ring (ghosts). */
        if (!mu_view_has_ring_node(core, member->node_id) ||
            mu_view_is_excluded(core, member->node_id, member->pid)) {
            continue;
        }
        if (!hello || hello->pid != member->pid) {
            return false;
        }
    }
    return core->hellos_count > 0;
}

/* The lowest of those who have spoken leaves out those who have not. */
static void
silent_exclude(struct mu_core *core)
{
    uint32_t lowest = UINT32_MAX;

    if (!mu_view_find_hello(core, core->node_id)) {
        core->is_hello_sent = false; /* Ours was lost: say it again. */
    }
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        if (core->hellos[i].node_id < lowest) {
            lowest = core->hellos[i].node_id;
        }
    }
    if (lowest != core->node_id) {
        if (lowest == UINT32_MAX) {
            core->is_hello_sent = false; /* Not even ours came back. */
        }
        return;
    }
    for (uint32_t i = 0; i < core->members_count; i++) {
        const struct mu_group_member *member = &core->members[i];
        const struct mu_core_hello *hello = mu_view_find_hello(core, member->node_id);
        struct mu_body_exclude exclude = {own_view(core), member->node_id,
                                          member->pid};

        if (mu_view_has_ring_node(core, member->node_id) &&
            (!hello || hello->pid != member->pid)) {
            (void)mu_transfer_send(
                core, MU_MSG_EXCLUDE, MU_LANE_VIEW,
                mu_body_encode(&core->scratch, mu_body_exclude, &exclude));
        }
    }
}

/* Everybody computes the same from the same HELLOs. The newest state counts,
 * unless a disk knows of a newer configuration than any state; then, and when
 * nobody has a state, the cluster starts from that disk. */
static struct choice
source_choose(const struct mu_core *core)
{
    const struct mu_core_hello *hot = NULL;
    const struct mu_core_hello *disk = NULL;

    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *at = &core->hellos[i];

        if (at->body.is_hot &&
            (!hot || hello_is_newer(&at->body, &hot->body) ||
             (!hello_is_newer(&hot->body, &at->body) &&
              at->node_id < hot->node_id))) {
            hot = at;
        }
        if (!at->body.is_damaged &&
            (!disk || at->body.durable_epoch > disk->body.durable_epoch ||
             (at->body.durable_epoch == disk->body.durable_epoch &&
              (at->body.durable_index > disk->body.durable_index ||
               (at->body.durable_index == disk->body.durable_index &&
                at->node_id < disk->node_id))))) {
            disk = at;
        }
    }
    if (hot && disk &&
        (disk->body.durable_epoch > hot->body.state_epoch ||
         (disk->body.durable_epoch == hot->body.state_epoch &&
          disk->body.durable_index > hot->body.state_index))) {
        hot = NULL;
    }
    if (hot) {
        return (struct choice){hot, false};
    }
    if (!disk || !cold_start_is_safe(core)) {
        return (struct choice){NULL, false};
    }
    return (struct choice){disk, true};
}

/* Without a living state the newest acknowledged configuration must be on one
 * of the disks that are here: surely so when a majority is, or when everybody
 * is here with whom the newest promise was made. */
static bool
cold_start_is_safe(const struct mu_core *core)
{
    const struct mu_core_hello *promise = NULL;
    uint32_t sound = 0;
    bool is_quorate = false;

    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *at = &core->hellos[i];

        is_quorate |= at->body.is_quorate;
        sound += at->body.is_damaged ? 0 : 1;
        if (!promise ||
            at->body.promised_epoch > promise->body.promised_epoch) {
            promise = at;
        }
    }
    if (!is_quorate || !promise) {
        return false;
    }
    if (sound >= core->nodelist_count / 2 + 1) {
        return true;
    }
    if (promise->body.promised_epoch == 0) {
        return false;
    }
    for (uint32_t i = 0; i < promise->body.promised_count; i++) {
        bool is_here = false;

        for (uint32_t k = 0; k < core->hellos_count; k++) {
            is_here |= core->hellos[k].node_id ==
                           promise->body.promised_ids[i] &&
                       !core->hellos[k].body.is_damaged;
        }
        if (!is_here) {
            return false;
        }
    }
    return promise->body.promised_count > 0;
}

static bool
hello_is_newer(const struct mu_body_hello *a, const struct mu_body_hello *b)
{
    if (a->state_epoch != b->state_epoch) {
        return a->state_epoch > b->state_epoch;
    }
    return a->position > b->position;
}

static void
view_first_send(struct mu_core *core, struct choice choice)
{
    const struct mu_body_hello *own = &choice.source->body;
    struct mu_body_view view = {
        .is_cold = choice.is_cold,
        .previous = choice.is_cold ? 0 : own->state_view,
        .number = 1,
    };
    uint64_t epoch_max = 0;

    view.members = mu_arena_new(&core->scratch, struct mu_body_view_member,
                                core->hellos_count + 1);
    for (uint32_t i = 0; i < core->hellos_count; i++) {
        const struct mu_core_hello *hello = &core->hellos[i];
        const struct mu_body_hello *body = &hello->body;
        bool is_same = body->is_hot && !choice.is_cold &&
                       body->state_epoch == own->state_epoch &&
                       body->state_view == own->state_view &&
                       body->position == own->position &&
                       body->digest_high == own->digest_high &&
                       body->digest_low == own->digest_low;
        bool is_source = hello->node_id == core->node_id;

        view.is_quorate |= body->is_quorate;
        view.number = body->state_view >= view.number ? body->state_view + 1
                                                      : view.number;
        epoch_max = body->state_epoch > epoch_max ? body->state_epoch
                                                  : epoch_max;
        epoch_max = body->promised_epoch > epoch_max ? body->promised_epoch
                                                     : epoch_max;
        epoch_max = body->durable_epoch > epoch_max ? body->durable_epoch
                                                    : epoch_max;
        if (is_source || is_same || choice.is_cold || mu_view_may_join(core, hello)) {
            mu_view_add_member(&view, hello, !is_source && !is_same);
        }
    }
    view.epoch = view.is_quorate ? epoch_max + 1 : own->state_epoch;
    mu_view_announce(core, &view);
}

void
mu_gather_learn_others(struct mu_core *core, const struct mu_body_view *view)
{
    core->others_count = view->members_count;
    for (uint32_t i = 0; i < view->members_count; i++) {
        core->others[i] = (struct mu_group_member){view->members[i].node_id,
                                                   view->members[i].pid};
    }
}

bool
mu_gather_has_others(const struct mu_core *core)
{
    for (uint32_t i = 0; i < core->others_count; i++) {
        if (mu_view_has_member(core, core->others[i].node_id,
                               core->others[i].pid)) {
            return true;
        }
    }
    return false;
}
