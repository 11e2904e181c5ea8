/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/why.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/vec.h"
#include "sched/score.h"
#include "sched/state.h"

enum {
    NODES_TOLD_MAX = 4, /* In one sentence; the table of nodes has all. */
    CHAIN_LENGTH_MAX = 64,
};

static const char NO_QUORUM[] = "this partition does not have quorum";

static void list_add(const struct mu_why *why, uint32_t instance, uint32_t from,
                     uint32_t node, struct mu_why_reasons *reasons);
static bool is_about(const struct mu_why *why,
                     const struct mu_plan_reason *reason, uint32_t instance,
                     uint32_t from, uint32_t node);
static bool is_told(const struct mu_why *why,
                    const struct mu_why_reasons *reasons,
                    const struct mu_plan_reason *reason);
static bool is_wish(const struct mu_why *why,
                    const struct mu_plan_reason *reason, uint32_t from);
static bool heeds_wishes(const struct mu_why *why, uint32_t instance);
static const char *node_name(const struct mu_why *why, uint32_t node);
static const char *not_there_text(const struct mu_why *why, uint32_t instance,
                                  uint32_t node);
static const char *choice_text(const struct mu_why *why, uint32_t instance);
static bool runs_after(const struct mu_why *why, uint32_t instance);
static const char *free_text(const struct mu_why *why, uint32_t instance);
static const char *best_text(const struct mu_why *why, uint32_t instance);
static const char *move_text(const struct mu_why *why, uint32_t instance);
static const char *promotion_add(const struct mu_why *why, uint32_t instance);
static const char *nowhere_text(const struct mu_why *why, uint32_t instance);
static const struct mu_plan_reason *everywhere_find(const struct mu_why *why,
                                                    uint32_t instance);
static bool is_primitive(const struct mu_why *why, uint32_t instance);
static void others_add(const struct mu_why *why, uint32_t instance,
                       struct mu_text_buffer *text);

uint32_t
mu_why_find(const struct mu_plan *plan, const char *id)
{
    for (uint32_t i = 0; i < plan->instances_count; i++) {
        if (strcmp(plan->instances[i].id, id) == 0) {
            return i;
        }
    }
    return MU_PLAN_NONE;
}

int32_t
mu_why_score(const struct mu_plan_reason *reason, uint32_t node)
{
    if (reason->scores) {
        return node == MU_PLAN_NONE || reason->scores[node] == MU_SCORE_ABSENT
                   ? 0
                   : reason->scores[node];
    }
    return reason->node == MU_PLAN_NONE || reason->node == node ? reason->score
                                                                : 0;
}

/* 'from' is 'instance' or one of those it is part of. */
static bool
is_about(const struct mu_why *why, const struct mu_plan_reason *reason,
         uint32_t instance, uint32_t from, uint32_t node)
{
    bool is_location = reason->kind == MU_REASON_LOCATION ||
                       reason->kind == MU_REASON_RULE ||
                       reason->kind == MU_REASON_HEALTH;

    if (reason->kind == MU_REASON_NONE) {
        return false;
    }
    if (is_wish(why, reason, from) && !heeds_wishes(why, instance)) {
        return false;
    }
    /* A group in a clone is promoted as a whole. */
    if (reason->kind == MU_REASON_PROMOTION && !reason->is_promotion &&
        instance != from) {
        return false;
    }
    /* The first member of a group gets the wishes, the others follow it. */
    for (uint32_t i = instance;
         is_location && !reason->is_promotion && i != from;
         i = why->plan->instances[i].parent) {
        uint32_t parent = why->plan->instances[i].parent;
        uint32_t config = why->plan->instances[parent].config;

        if (why->plan->instances[i].member > 0 && config != MU_PLAN_NONE &&
            why->snapshot->config->resources[config].kind ==
                MU_RESOURCE_GROUP) {
            return false;
        }
    }
    if (reason->scores) {
        return node != MU_PLAN_NONE && (reason->kind == MU_REASON_RULE ||
                                        mu_why_score(reason, node) != 0);
    }
    return reason->node == node;
}

/* What others think of promoting an instance of the clone 'from' is heard only
 * for those that may be promoted at all. */
static bool
is_wish(const struct mu_why *why, const struct mu_plan_reason *reason,
        uint32_t from)
{
    return reason->is_promotion &&
           why->plan->instances[from].parent == MU_PLAN_NONE &&
           (reason->kind == MU_REASON_CLONE ||
            reason->kind == MU_REASON_DEPENDENT ||
            reason->kind == MU_REASON_TICKET);
}

static bool
heeds_wishes(const struct mu_why *why, uint32_t instance)
{
    uint32_t node = why->plan->instances[instance].node;
    int32_t sum = 0;

    for (uint32_t from = instance; node != MU_PLAN_NONE && from != MU_PLAN_NONE;
         from = why->plan->instances[from].parent) {
        for (uint32_t i = why->plan->instances[from].reason_first;
             i != MU_PLAN_NONE; i = why->plan->reasons[i].next) {
            const struct mu_plan_reason *reason = &why->plan->reasons[i];

            if (!reason->is_promotion || reason->kind == MU_REASON_NONE ||
                is_wish(why, reason, from)) {
                continue;
            }
            if (reason->kind == MU_REASON_UNMANAGED) {
                return false; /* It stays what it is. */
            }
            sum = mu_score_add(sum, mu_why_score(reason, node));
        }
    }
    return sum >= 0;
}

/* Failures are noted for every instance of a clone that had them, and are the
 * same ones. */
static bool
is_told(const struct mu_why *why, const struct mu_why_reasons *reasons,
        const struct mu_plan_reason *reason)
{
    const struct mu_plan_instance *all = why->plan->instances;

    if (reason->kind != MU_REASON_THRESHOLD) {
        return false;
    }
    for (uint32_t i = 0; i < reasons->count; i++) {
        const struct mu_plan_reason *one = reasons->items[i];

        if (one->kind == reason->kind && one->node == reason->node &&
            one->numbers[0] == reason->numbers[0] &&
            one->until_ms == reason->until_ms &&
            all[one->other].config == all[reason->other].config) {
            return true;
        }
    }
    return false;
}

static void
list_add(const struct mu_why *why, uint32_t instance, uint32_t from,
         uint32_t node, struct mu_why_reasons *reasons)
{
    for (uint32_t i = why->plan->instances[from].reason_first;
         i != MU_PLAN_NONE; i = why->plan->reasons[i].next) {
        const struct mu_plan_reason *reason = &why->plan->reasons[i];

        if (is_about(why, reason, instance, from, node)) {
            if (!reasons->items) {
                reasons->count++;
            } else if (!is_told(why, reasons, reason)) {
                reasons->items[reasons->count++] = reason;
            }
        }
    }
}

void
mu_why_list(const struct mu_why *why, uint32_t instance, uint32_t node,
            struct mu_why_reasons *ret_reasons)
{
    *ret_reasons = (struct mu_why_reasons){0};
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t from = instance; from != MU_PLAN_NONE;
             from = why->plan->instances[from].parent) {
            list_add(why, instance, from, node, ret_reasons);
        }
        if (pass == 0) {
            ret_reasons->items =
                mu_arena_new(why->arena, const struct mu_plan_reason *,
                             (size_t)ret_reasons->count + 1);
            ret_reasons->count = 0;
        }
    }
}

static const char *
node_name(const struct mu_why *why, uint32_t node)
{
    return why->snapshot->status->nodes[node].name;
}

const char *
mu_why_node(const struct mu_why *why, uint32_t node)
{
    const struct mu_plan_node *state = &why->plan->nodes_before[node];
    const struct mu_status_node *status = &why->snapshot->status->nodes[node];

    if (status->is_remote) {
        return "remote nodes run nothing yet";
    }
    if (state->is_unclean) {
        return "the node is lost and has to be fenced";
    }
    if (!state->is_online) {
        return "the node is offline";
    }
    if (state->is_pending) {
        return status->is_held ? "its daemon is away for a moment"
                               : "the node is joining";
    }
    if (state->is_standby_on_fail) {
        return mu_text_make(why->arena,
                            "the node is in standby because %s "
                            "(on-fail=standby)",
                            state->standby_cause ? state->standby_cause
                                                 : "of a failure there");
    }
    if (state->is_standby) {
        return "the node is in standby";
    }
    if (state->is_shutting_down) {
        return "the node is shutting down";
    }
    return state->is_in_maintenance ? "the node is in maintenance" : NULL;
}

/* Why it cannot run on 'node', with the name of it: "n1 is in standby", "on n1
 * location ban forbids it"; or null. */
static const char *
not_there_text(const struct mu_why *why, uint32_t instance, uint32_t node)
{
    static const char subject[] = "the node";
    const size_t length = sizeof(subject) - 1;
    const char *text = mu_why_not(why, instance, node);

    if (!text) {
        return NULL;
    }
    return strncmp(text, subject, length) == 0
               ? mu_text_make(why->arena, "%s%s", node_name(why, node),
                              text + length)
               : mu_text_make(why->arena, "on %s %s", node_name(why, node),
                              text);
}

const char *
mu_why_not(const struct mu_why *why, uint32_t instance, uint32_t node)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const char *state = mu_why_node(why, node);
    struct mu_why_reasons reasons;
    struct mu_text_buffer text;
    const char *between = "";

    if (state) {
        return state;
    }
    if (about->scores && about->scores[node] == MU_SCORE_ABSENT) {
        return "no constraint allows it there (symmetric-cluster is false)";
    }
    mu_text_buffer_init(&text, why->arena);
    for (int pass = 0; pass < 2; pass++) {
        mu_why_list(why, instance, pass == 0 ? node : MU_PLAN_NONE, &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            int32_t score = mu_why_score(reasons.items[i], node);

            if (reasons.items[i]->is_promotion ||
                (score > -MU_SCORE_INFINITY &&
                 (!about->scores || about->scores[node] >= 0 || score >= 0))) {
                continue;
            }
            mu_text_buffer_add(&text, "%s%s", between,
                               mu_why_reason(why, reasons.items[i], node));
            between = " and ";
        }
    }
    if (about->scores && about->scores[node] >= 0) {
        return NULL;
    }
    if (!text.data && about->scores) {
        return mu_text_make(why->arena, "its score there is %s",
                            mu_why_score_text(why, about->scores[node]));
    }
    return text.data;
}

const char *
mu_why_remedy(const struct mu_why *why, uint32_t instance, uint32_t node)
{
    struct mu_why_reasons reasons;
    const char *state = node == MU_PLAN_NONE ? NULL : mu_why_node(why, node);
    const char *text;

    if (state) {
        const struct mu_plan_node *about = &why->plan->nodes_before[node];

        if (about->is_standby && about->is_online && !about->is_pending) {
            return mu_text_make(why->arena, "muster node online %s",
                                node_name(why, node));
        }
        if (about->is_in_maintenance && about->is_online) {
            return mu_text_make(why->arena, "muster node ready %s",
                                node_name(why, node));
        }
        return NULL;
    }
    for (int pass = 0; pass < (node == MU_PLAN_NONE ? 1 : 2); pass++) {
        mu_why_list(why, instance, pass == 0 ? MU_PLAN_NONE : node, &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            const char *lift;

            if (mu_why_score(reasons.items[i], node) > -MU_SCORE_INFINITY) {
                continue;
            }
            lift = mu_why_lift(why, reasons.items[i], instance, node);
            if (lift) {
                return lift;
            }
        }
    }
    text = node == MU_PLAN_NONE ? mu_why_everywhere(why, instance) : NULL;
    return text && strcmp(text, NO_QUORUM) == 0
               ? "start nodes until this partition has quorum"
               : NULL;
}

const char *
mu_why_instance(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    struct mu_text_buffer text;

    if (about->node == MU_PLAN_NONE && about->current != MU_PLAN_NONE &&
        !about->is_managed) {
        return mu_text_make(why->arena, "stays on %s: %s",
                            node_name(why, about->current),
                            mu_why_everywhere(why, instance));
    }
    if (about->node == MU_PLAN_NONE) {
        return nowhere_text(why, instance);
    }
    if (about->blocked && about->current == about->node &&
        !runs_after(why, instance)) {
        return mu_text_make(why->arena,
                            "is to be stopped on %s, where it cannot be "
                            "started again: %s",
                            node_name(why, about->node), about->blocked);
    }
    mu_text_buffer_init(&text, why->arena);
    if (about->blocked && !runs_after(why, instance)) {
        mu_text_buffer_add(&text, "cannot start: %s; it ", about->blocked);
    }
    mu_text_buffer_add(&text, "%s%s", move_text(why, instance),
                       promotion_add(why, instance));
    if (about->blocked && runs_after(why, instance)) {
        mu_text_buffer_add(&text, ", but it waits: %s", about->blocked);
    }
    others_add(why, instance, &text);
    return text.data;
}

/* It will be active once the plan is carried out. */
static bool
runs_after(const struct mu_why *why, uint32_t instance)
{
    for (uint32_t i = 0; i < why->plan->after_count; i++) {
        if (why->plan->after[i].index == instance &&
            why->plan->after[i].node != MU_PLAN_NONE) {
            return true;
        }
    }
    return false;
}

/* Where it is, where it shall be, and what decided. */
static const char *
move_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const char *to = node_name(why, about->node);
    const char *because = choice_text(why, instance);
    const char *not_there;

    if (about->current == MU_PLAN_NONE) {
        return mu_text_make(why->arena, "is to run on %s because %s", to,
                            because);
    }
    if (about->active_count > 1) {
        return mu_text_make(why->arena,
                            "runs on %u nodes and is to run on %s because %s",
                            about->active_count, to, because);
    }
    if (about->current == about->node) {
        return mu_text_make(why->arena, "runs on %s%s because %s", to,
                            about->is_failed ? ", where it failed," : "",
                            because);
    }
    not_there = not_there_text(why, instance, about->current);
    return mu_text_make(why->arena, "moves from %s to %s because %s",
                        node_name(why, about->current), to,
                        not_there ? not_there : because);
}

const char *
mu_why_place(const struct mu_why *why, uint32_t instance, bool is_promotion)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];

    if (is_promotion) {
        return mu_why_promotion(why, instance);
    }
    if (about->node == MU_PLAN_NONE) {
        return mu_why_stopped(why, instance);
    }
    return about->current == MU_PLAN_NONE
               ? choice_text(why, instance)
               : mu_text_make(why->arena, "it %s", move_text(why, instance));
}

const char *
mu_why_score_text(const struct mu_why *why, int32_t score)
{
    if (mu_state_is_infinite(score)) {
        return score < 0 ? "-INFINITY" : "INFINITY";
    }
    return mu_text_make(why->arena, "%d", (int)score);
}

static const char *
choice_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const char *next = about->next == MU_PLAN_NONE
                           ? ""
                           : node_name(why, about->next);

    switch (about->choice) {
    case MU_CHOICE_NONE:
    case MU_CHOICE_NOWHERE:
        break;
    case MU_CHOICE_ONLY:
        return "no other node can run it";
    case MU_CHOICE_SCORE:
        return best_text(why, instance);
    case MU_CHOICE_ROOM:
        return mu_text_make(why->arena, "%s has more room left than %s",
                            node_name(why, about->node), next);
    case MU_CHOICE_FEWER:
        return mu_text_make(why->arena, "%s%s runs fewer resources than %s",
                            free_text(why, instance),
                            node_name(why, about->node), next);
    case MU_CHOICE_STAYS:
        return "it is there and no other node is better";
    case MU_CHOICE_NAME:
        return mu_text_make(why->arena,
                            "%s%s is as good as %s and comes first by name",
                            free_text(why, instance),
                            node_name(why, about->node), next);
    case MU_CHOICE_KEPT:
        return "it is not managed and stays where it is";
    case MU_CHOICE_STOP_ALL:
        return "stop-all-resources is true";
    }
    return "it belongs there";
}

/* It could stay where it is, and goes. */
static const char *
free_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];

    return about->current == MU_PLAN_NONE || about->current == about->node ||
                   not_there_text(why, instance, about->current)
               ? ""
               : mu_text_make(why->arena,
                              "nothing holds it on %s (no stickiness), and ",
                              node_name(why, about->current));
}

/* The reason that made most of the difference to the next node. */
static const char *
best_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const struct mu_plan_reason *best = NULL;
    struct mu_why_reasons reasons;
    uint32_t best_node = about->node;
    int64_t most = 0;

    for (int pass = 0; pass < 2; pass++) {
        uint32_t node = pass == 0 ? about->node : about->next;

        mu_why_list(why, instance, node, &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            int64_t gain =
                (int64_t)mu_why_score(reasons.items[i], about->node) -
                mu_why_score(reasons.items[i], about->next);

            if (!reasons.items[i]->is_promotion && gain > most) {
                most = gain;
                best = reasons.items[i];
                best_node = node;
            }
        }
    }
    if (!best) {
        return "its score there is the best";
    }
    return best_node == about->node
               ? mu_why_reason(why, best, best_node)
               : mu_text_make(why->arena, "on %s %s",
                              node_name(why, best_node),
                              mu_why_reason(why, best, best_node));
}

/* For instances of promotable clones. */
static const char *
promotion_add(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];

    if (about->role_after != MU_ROLE_PROMOTED &&
        about->role_after != MU_ROLE_UNPROMOTED) {
        return "";
    }
    return mu_text_make(why->arena, "; is %s because %s",
                        about->role_after != MU_ROLE_PROMOTED ? "not promoted"
                        : about->role_before == MU_ROLE_PROMOTED
                            ? "promoted"
                            : "to be promoted",
                        mu_why_promotion(why, instance));
}

/* "; not on n2: location ban forbids it; n3 would be next (score 50)". */
static void
others_add(const struct mu_why *why, uint32_t instance,
           struct mu_text_buffer *text)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    uint32_t left_out = 0;
    uint32_t told = 0;

    for (uint32_t node = 0;
         about->scores && about->choice != MU_CHOICE_KEPT &&
         node < why->plan->nodes_count;
         node++) {
        const char *not_there = node == about->node || node == about->current
                                    ? NULL
                                    : mu_why_not(why, instance, node);

        if (not_there && told == NODES_TOLD_MAX) {
            left_out++;
        } else if (not_there) {
            told++;
            mu_text_buffer_add(text, "; not on %s: %s", node_name(why, node),
                               not_there);
        }
    }
    if (left_out > 0) {
        mu_text_buffer_add(text, "; nor on %u other nodes", left_out);
    }
    if (about->next != MU_PLAN_NONE && about->scores) {
        mu_text_buffer_add(text, "; %s would be next (score %d)",
                           node_name(why, about->next),
                           (int)about->scores[about->next]);
    }
}

static const char *
nowhere_text(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const char *reason = mu_why_everywhere(why, instance);
    struct mu_text_buffer text;
    uint32_t left_out = 0;
    uint32_t told = 0;

    mu_text_buffer_init(&text, why->arena);
    mu_text_buffer_add(&text, "%s: ",
                       about->current == MU_PLAN_NONE ? "is stopped"
                                                      : "is to be stopped");
    if (reason) {
        mu_text_buffer_add(&text, "%s", reason);
        return text.data;
    }
    mu_text_buffer_add(&text, "no node may run it");
    for (uint32_t node = 0; node < why->plan->nodes_count; node++) {
        const char *not_there = not_there_text(why, instance, node);

        if (not_there && told == NODES_TOLD_MAX) {
            left_out++;
        } else if (not_there) {
            told++;
            mu_text_buffer_add(&text, "%s %s", told == 1 ? ":" : ";",
                               not_there);
        }
    }
    if (left_out > 0) {
        mu_text_buffer_add(&text, "; nor any of %u other nodes", left_out);
    }
    return text.data;
}

const char *
mu_why_everywhere(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const struct mu_config_options *options = &why->snapshot->config->options;
    const struct mu_plan_reason *reason;

    if (about->is_disabled) {
        return "its target-role is Stopped";
    }
    if (why->plan->lacks_fence_device) {
        return "fencing is enabled and no fence device is configured";
    }
    if (about->choice == MU_CHOICE_STOP_ALL) {
        return "stop-all-resources is true";
    }
    if (!about->is_managed) {
        return "it is not managed";
    }
    reason = everywhere_find(why, instance);
    if (reason) {
        return mu_why_reason(why, reason, MU_PLAN_NONE);
    }
    return !why->snapshot->is_quorate &&
                   options->quorum_policy != MU_QUORUM_IGNORE
               ? NO_QUORUM
               : NULL;
}

/* The first that speaks against all nodes, or null. */
static const struct mu_plan_reason *
everywhere_find(const struct mu_why *why, uint32_t instance)
{
    struct mu_why_reasons reasons;

    mu_why_list(why, instance, MU_PLAN_NONE, &reasons);
    for (uint32_t i = 0; i < reasons.count; i++) {
        if (!reasons.items[i]->is_promotion &&
            (reasons.items[i]->score <= -MU_SCORE_INFINITY ||
             reasons.items[i]->kind == MU_REASON_UNPAIRED)) {
            return reasons.items[i];
        }
    }
    return NULL;
}

const char *
mu_why_root(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *all = why->plan->instances;
    uint32_t root = instance;

    for (unsigned i = 0; i < CHAIN_LENGTH_MAX; i++) {
        const struct mu_plan_reason *reason = NULL;
        const char *text;

        root = mu_why_part(why, root);
        if (root == MU_PLAN_NONE || all[root].node != MU_PLAN_NONE) {
            return NULL;
        }
        if (!all[root].is_disabled && all[root].is_managed) {
            reason = everywhere_find(why, root);
        }
        if (reason && (reason->kind == MU_REASON_COLOCATION ||
                       reason->kind == MU_REASON_UNPAIRED)) {
            root = reason->other;
            continue;
        }
        text = mu_why_everywhere(why, root);
        if (!text) {
            return NULL;
        }
        return all[root].id == all[mu_why_part(why, instance)].id
                   ? text
                   : mu_text_make(why->arena, "%s: %s", all[root].id, text);
    }
    return NULL;
}

uint32_t
mu_why_part(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *all = why->plan->instances;
    uint32_t found = MU_PLAN_NONE;

    if (is_primitive(why, instance)) {
        return instance;
    }
    for (uint32_t i = 0; i < why->plan->instances_count; i++) {
        uint32_t whole = i;

        while (whole != instance && whole != MU_PLAN_NONE) {
            whole = all[whole].parent;
        }
        if (whole == instance && is_primitive(why, i) &&
            (found == MU_PLAN_NONE || all[i].node == MU_PLAN_NONE)) {
            found = i;
            if (all[i].node == MU_PLAN_NONE) {
                break;
            }
        }
    }
    return found;
}

static bool
is_primitive(const struct mu_why *why, uint32_t instance)
{
    uint32_t config = why->plan->instances[instance].config;

    return config == MU_PLAN_NONE ||
           why->snapshot->config->resources[config].kind ==
               MU_RESOURCE_PRIMITIVE;
}

const char *
mu_why_stopped(const struct mu_why *why, uint32_t instance)
{
    const struct mu_plan_instance *about = &why->plan->instances[instance];
    const char *text = mu_why_everywhere(why, instance);

    if (about->node != MU_PLAN_NONE && about->blocked) {
        return about->blocked;
    }
    if (text) {
        return text;
    }
    text = nowhere_text(why, instance);
    return strchr(text, ':') + 2;
}
