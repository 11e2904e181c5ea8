/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reasons: one sentence for each, and what lifts it. */

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/names.h"
#include "model/rule_date.h"
#include "sched/node_state.h"
#include "sched/why.h"

static const char *wish_word(const struct mu_why *why, int32_t score);
static const char *enough_text(const struct mu_why *why,
                               const struct mu_plan_reason *reason);
static const char *state_text(const struct mu_why *why,
                              const struct mu_plan_reason *reason);
static const char *failure_text(const struct mu_why *why,
                                const struct mu_plan_reason *reason);
static const char *rule_text(const struct mu_why *why,
                             const struct mu_plan_reason *reason,
                             uint32_t node);
static const char *rule_lookup(const void *context, const char *name);
static const char *threshold_text(const struct mu_why *why,
                                  const struct mu_plan_reason *reason);
static const char *root_text(const struct mu_why *why, uint32_t instance);
static const char *where_text(const struct mu_why *why,
                              const struct mu_plan_reason *reason);
static bool is_first_part(const struct mu_why *why, uint32_t instance,
                          uint32_t whole);
static bool is_numbered(const struct mu_why *why, uint32_t instance);
static const char *colocation_text(const struct mu_why *why,
                                   const struct mu_plan_reason *reason,
                                   int32_t score);
static const char *dependent_text(const struct mu_why *why,
                                  const struct mu_plan_reason *reason,
                                  int32_t score);
static const char *clone_text(const struct mu_why *why,
                              const struct mu_plan_reason *reason,
                              uint32_t node);
static const char *promotion_text(const struct mu_why *why,
                                  const struct mu_plan_reason *reason,
                                  int32_t score);
static const char *part_name(const struct mu_why *why, uint32_t instance);
static const char *instance_name(const struct mu_why *why, uint32_t instance);
static const char *node_name(const struct mu_why *why, uint32_t node);
static bool is_group_of(const struct mu_why *why,
                        const struct mu_plan_reason *reason);

enum {
    NODES_TOLD_MAX = 3, /* Where another resource is to be. */
};

/* Whose attributes a rule looks at. */
struct about {
    const struct mu_snapshot *snapshot;
    uint32_t node;
};

const char *
mu_why_kind(enum mu_reason_kind kind)
{
    static const char *const words[MU_REASON_PROMOTION + 1] = {
        [MU_REASON_NONE] = "none",
        [MU_REASON_LOCATION] = "location",
        [MU_REASON_RULE] = "rule",
        [MU_REASON_HEALTH] = "health",
        [MU_REASON_STICKINESS] = "stickiness",
        [MU_REASON_THRESHOLD] = "threshold",
        [MU_REASON_FAILED] = "failed",
        [MU_REASON_UNUSABLE] = "unusable",
        [MU_REASON_MISCONFIGURED] = "misconfigured",
        [MU_REASON_STOP_FAILED] = "stop-failed",
        [MU_REASON_ON_FAIL_STOP] = "on-fail-stop",
        [MU_REASON_COLOCATION] = "colocation",
        [MU_REASON_DEPENDENT] = "dependent",
        [MU_REASON_UNPAIRED] = "unpaired",
        [MU_REASON_TICKET] = "ticket",
        [MU_REASON_UTILIZATION] = "utilization",
        [MU_REASON_CLONE_MAX] = "clone-max",
        [MU_REASON_CLONE_NODE_MAX] = "clone-node-max",
        [MU_REASON_CLONE] = "clone",
        [MU_REASON_EXCLUSIVE] = "exclusive",
        [MU_REASON_SHUTDOWN_LOCK] = "shutdown-lock",
        [MU_REASON_STOPPED] = "stopped",
        [MU_REASON_QUORUM] = "quorum",
        [MU_REASON_REMOVED] = "removed",
        [MU_REASON_UNMANAGED] = "unmanaged",
        [MU_REASON_MULTIPLE_ACTIVE] = "multiple-active",
        [MU_REASON_PROMOTION] = "promotion",
    };

    return words[kind];
}

const char *
mu_why_reason(const struct mu_why *why, const struct mu_plan_reason *reason,
              uint32_t node)
{
    struct mu_arena *arena = why->arena;
    int32_t score = mu_why_score(reason, node);

    switch (reason->kind) {
    case MU_REASON_NONE:
        break;
    case MU_REASON_LOCATION:
        return mu_text_make(arena, "location %s %s", reason->source,
                            wish_word(why, score));
    case MU_REASON_RULE:
        return rule_text(why, reason, node);
    case MU_REASON_HEALTH:
        return mu_text_make(arena, "the node's health%s%s%s %s",
                            reason->detail ? " (" : "",
                            reason->detail ? reason->detail : "",
                            reason->detail ? ")" : "", wish_word(why, score));
    case MU_REASON_STICKINESS:
        return mu_text_make(arena, "it runs there and its stickiness is %d",
                            (int)reason->score);
    case MU_REASON_THRESHOLD:
        return threshold_text(why, reason);
    case MU_REASON_FAILED:
    case MU_REASON_UNUSABLE:
    case MU_REASON_MISCONFIGURED:
    case MU_REASON_STOP_FAILED:
    case MU_REASON_ON_FAIL_STOP:
        return failure_text(why, reason);
    case MU_REASON_COLOCATION:
        return colocation_text(why, reason, score);
    case MU_REASON_DEPENDENT:
        return dependent_text(why, reason, score);
    case MU_REASON_UNPAIRED:
        return mu_text_make(arena,
                            "order %s: no instance of %s is to run on its "
                            "node%s",
                            reason->source, instance_name(why, reason->other),
                            root_text(why, reason->other));
    case MU_REASON_TICKET:
        return mu_text_make(arena, "ticket %s is %s (%s)", reason->detail,
                            reason->numbers[0] ? "in standby" : "not granted",
                            reason->source);
    case MU_REASON_UTILIZATION:
        return mu_text_make(arena, "it needs %s %d and %d is left",
                            reason->detail, (int)reason->numbers[0],
                            (int)reason->numbers[1]);
    case MU_REASON_CLONE_MAX:
    case MU_REASON_CLONE_NODE_MAX:
        return enough_text(why, reason);
    case MU_REASON_CLONE:
        return clone_text(why, reason, node);
    case MU_REASON_PROMOTION:
        return promotion_text(why, reason, score);
    case MU_REASON_EXCLUSIVE:
    case MU_REASON_SHUTDOWN_LOCK:
    case MU_REASON_STOPPED:
    case MU_REASON_QUORUM:
    case MU_REASON_REMOVED:
    case MU_REASON_UNMANAGED:
    case MU_REASON_MULTIPLE_ACTIVE:
        return state_text(why, reason);
    }
    return "";
}

/* A clone has its instances. */
static const char *
enough_text(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    const char *plural = reason->numbers[0] == 1 ? "" : "s";

    return reason->kind == MU_REASON_CLONE_MAX
               ? mu_text_make(why->arena,
                              "the clone has its %d instance%s (clone-max)",
                              (int)reason->numbers[0], plural)
               : mu_text_make(why->arena,
                              "the node has its %d instance%s of the clone "
                              "(clone-node-max)",
                              (int)reason->numbers[0], plural);
}

/* What holds for the resource wherever it is. */
static const char *
state_text(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    static const char *const fixed[MU_REASON_PROMOTION + 1] = {
        [MU_REASON_EXCLUSIVE] =
            "resource-discovery=exclusive keeps it to other nodes",
        [MU_REASON_QUORUM] = "this partition does not have quorum",
        [MU_REASON_REMOVED] = "it is no longer in the configuration",
        [MU_REASON_UNMANAGED] = "it is not managed and stays where it is",
        [MU_REASON_MULTIPLE_ACTIVE] =
            "it was active on more than one node and multiple-active is "
            "stop_only",
    };

    if (reason->kind == MU_REASON_SHUTDOWN_LOCK) {
        return mu_text_make(why->arena,
                            "it waits for %s, which it was shut down with "
                            "(shutdown-lock)",
                            node_name(why, reason->other_node));
    }
    if (reason->kind == MU_REASON_STOPPED) {
        enum mu_role role = (enum mu_role)reason->numbers[0];

        return mu_text_make(why->arena, "its target-role is %s",
                            role == MU_ROLE_UNKNOWN ? "Stopped"
                                                    : mu_names_role(role));
    }
    return fixed[reason->kind];
}

/* What an operation that failed means for the place. */
static const char *
failure_text(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    static const char *const before[MU_REASON_PROMOTION + 1] = {
        [MU_REASON_UNUSABLE] = "its agent cannot work there: ",
        [MU_REASON_MISCONFIGURED] = "its configuration is wrong: ",
        [MU_REASON_STOP_FAILED] = "it could not be stopped there: ",
    };
    static const char *const after[MU_REASON_PROMOTION + 1] = {
        [MU_REASON_FAILED] = ", and it must go elsewhere",
        [MU_REASON_ON_FAIL_STOP] = ", and on-fail is stop",
    };
    bool is_block =
        reason->kind == MU_REASON_ON_FAIL_STOP && reason->numbers[1];

    return mu_text_make(why->arena, "%s%s%s",
                        before[reason->kind] ? before[reason->kind] : "",
                        mu_names_failure(why->arena, reason->op),
                        is_block              ? ", and on-fail is block"
                        : after[reason->kind] ? after[reason->kind]
                                              : "");
}

static const char *
wish_word(const struct mu_why *why, int32_t score)
{
    if (score <= -MU_SCORE_INFINITY) {
        return "forbids it";
    }
    if (score >= MU_SCORE_INFINITY) {
        return "demands it";
    }
    return mu_text_make(why->arena, "%s (%+d)",
                        score < 0 ? "is against it" : "prefers it", (int)score);
}

static const char *
rule_lookup(const void *context, const char *name)
{
    const struct about *about = context;
    const struct mu_snapshot *snapshot = about->snapshot;

    return mu_node_state_value(
        snapshot,
        mu_config_find_node(snapshot->config,
                            snapshot->status->nodes[about->node].name),
        about->node, name, NULL);
}

static const char *
rule_text(const struct mu_why *why, const struct mu_plan_reason *reason,
          uint32_t node)
{
    struct about about = {.snapshot = why->snapshot, .node = node};
    struct mu_rule_input input = {
        .now_ms = why->snapshot->now_ms,
        .node_lookup = rule_lookup,
        .node_context = &about,
        .matches = reason->matches,
        .matches_count = reason->matches ? 10 : 0,
    };
    bool is_true = mu_rule_is_true(reason->rule->rule, &input, NULL);
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, why->arena);
    mu_rule_explain(reason->rule->rule, &input, &text);
    return mu_text_make(
        why->arena, "location %s %s: %s", reason->source,
        is_true ? wish_word(why, mu_why_score(reason, node))
                : "has no say, its rule does not hold",
        text.data ? text.data : "");
}

static const char *
threshold_text(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    const char *often =
        reason->numbers[0] >= MU_SCORE_INFINITY
            ? "fatally"
            : mu_text_make(why->arena, "%d time%s", (int)reason->numbers[0],
                           reason->numbers[0] == 1 ? "" : "s");
    struct mu_rule_date date;

    const char *who =
        reason->other == reason->instance || is_numbered(why, reason->other)
            ? "it"
            : part_name(why, reason->other);

    if (reason->until_ms == 0) {
        return mu_text_make(
            why->arena, "%s failed there %s (migration-threshold)", who, often);
    }
    mu_rule_date_from(reason->until_ms / 1000, &date);
    return mu_text_make(why->arena,
                        "%s failed there %s (migration-threshold), which is "
                        "forgotten at %02d:%02d:%02dZ",
                        who, often, date.hour, date.minute, date.second);
}

static const char *
instance_name(const struct mu_why *why, uint32_t instance)
{
    return instance < why->plan->instances_count
               ? why->plan->instances[instance].id
               : "another";
}

/* Copies of a primitive in a clone share its name. */
static const char *
part_name(const struct mu_why *why, uint32_t instance)
{
    uint32_t config = why->plan->instances[instance].config;

    return config == MU_PLAN_NONE ? instance_name(why, instance)
                                  : why->snapshot->config->resources[config].id;
}

static const char *
node_name(const struct mu_why *why, uint32_t node)
{
    return node < why->snapshot->status->nodes_count
               ? why->snapshot->status->nodes[node].name
               : "a node";
}

/* Groups hold together by colocations that have the group's id. */
static bool
is_group_of(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    const struct mu_plan *plan = why->plan;
    uint32_t parent = plan->instances[reason->instance].parent;

    return reason->other != MU_PLAN_NONE && parent != MU_PLAN_NONE &&
           plan->instances[reason->other].parent == parent &&
           strcmp(plan->instances[parent].id, reason->source) == 0;
}

/* " (its target-role is Stopped)": why 'instance' runs nowhere, if that can be
 * said shortly. */
static const char *
root_text(const struct mu_why *why, uint32_t instance)
{
    const char *text = mu_why_root(why, instance);

    return text ? mu_text_make(why->arena, " (%s)", text) : "";
}

/* Where the other end of a colocation is to be. */
static const char *
where_text(const struct mu_why *why, const struct mu_plan_reason *reason)
{
    bool is_promoted = reason->numbers[0] == MU_ROLE_PROMOTED;
    const char *verb =
        is_promoted ? "which is to be promoted" : "which is to run";
    const char *held = NULL;
    bool is_kept = false;
    uint32_t first = 0;
    uint32_t end = why->plan->instances_count;
    struct mu_text_buffer nodes;
    uint32_t count = 0;

    if (mu_why_part(why, reason->other) == reason->other) {
        first = reason->other; /* A primitive: nothing is inside it. */
        end = first + 1;
    }
    mu_text_buffer_init(&nodes, why->arena);
    for (uint32_t i = first; i < end; i++) {
        const struct mu_plan_instance *one = &why->plan->instances[i];

        if (one->node == MU_PLAN_NONE ||
            !is_first_part(why, i, reason->other) ||
            (is_promoted && one->role_after != MU_ROLE_PROMOTED)) {
            continue;
        }
        is_kept = !one->is_managed && one->current == MU_PLAN_NONE;
        held = one->blocked;
        if (count < NODES_TOLD_MAX) {
            mu_text_buffer_add(&nodes, "%s%s", count > 0 ? ", " : "",
                               node_name(why, one->node));
        }
        count++;
    }
    if (count == 0) {
        return mu_text_make(why->arena, "%s nowhere%s", verb,
                            root_text(why, reason->other));
    }
    if (count == 1 && is_kept) {
        return "which is not managed and stays stopped";
    }
    if (count == 1 && held) {
        return mu_text_make(why->arena, "which belongs on %s and cannot %s",
                            nodes.data, is_promoted ? "be promoted" : "start");
    }
    if (count > NODES_TOLD_MAX) {
        mu_text_buffer_add(&nodes, " and %u more", count - NODES_TOLD_MAX);
    }
    return mu_text_make(why->arena, "%s on %s", verb, nodes.data);
}

/* It is 'whole', or what stands for an instance or group of it. */
static bool
is_first_part(const struct mu_why *why, uint32_t instance, uint32_t whole)
{
    const struct mu_plan_instance *all = why->plan->instances;

    if (all[instance].config != MU_PLAN_NONE &&
        why->snapshot->config->resources[all[instance].config].kind !=
            MU_RESOURCE_PRIMITIVE) {
        return false;
    }
    while (instance != whole && instance != MU_PLAN_NONE &&
           (all[instance].member == 0 || is_numbered(why, instance))) {
        instance = all[instance].parent;
    }
    return instance == whole;
}

/* An instance of a clone: its parent is one. */
static bool
is_numbered(const struct mu_why *why, uint32_t instance)
{
    uint32_t parent = why->plan->instances[instance].parent;

    return parent != MU_PLAN_NONE &&
           why->plan->instances[parent].config != MU_PLAN_NONE &&
           why->snapshot->config->resources[why->plan->instances[parent].config]
                   .kind == MU_RESOURCE_CLONE;
}

static const char *
colocation_text(const struct mu_why *why, const struct mu_plan_reason *reason,
                int32_t score)
{
    const char *of = is_group_of(why, reason) ? "group" : "colocation";
    const char *other = instance_name(why, reason->other);
    const char *where = where_text(why, reason);

    if (reason->is_apart) {
        return mu_text_make(why->arena, "%s %s keeps it away from %s, %s", of,
                            reason->source, other, where);
    }
    if (score <= -MU_SCORE_INFINITY || score >= MU_SCORE_INFINITY) {
        return mu_text_make(why->arena, "%s %s holds it with %s, %s", of,
                            reason->source, other, where);
    }
    return mu_text_make(why->arena, "%s %s wants it with %s, %s (%+d)", of,
                        reason->source, other, where, (int)score);
}

static const char *
dependent_text(const struct mu_why *why, const struct mu_plan_reason *reason,
               int32_t score)
{
    const char *of = is_group_of(why, reason) ? "group" : "colocation";
    const char *wish = "is not wanted there";

    if (score <= -MU_SCORE_INFINITY) {
        wish = "cannot run there";
    } else if (score >= MU_SCORE_INFINITY) {
        wish = "must run there";
    } else if (score >= 0) {
        wish = "is wanted there";
    }
    return mu_text_make(why->arena, "%s %s: %s is to be with it and %s%s", of,
                        reason->source, instance_name(why, reason->other), wish,
                        mu_state_is_infinite(score)
                            ? ""
                            : mu_text_make(why->arena, " (%+d)", (int)score));
}

/* "clone web-clone may not run there: location ban forbids it". */
static const char *
clone_text(const struct mu_why *why, const struct mu_plan_reason *reason,
           uint32_t node)
{
    const struct mu_plan_reason *worst = NULL;
    struct mu_why_reasons reasons;

    for (int pass = 0; pass < 2; pass++) {
        mu_why_list(why, reason->other, pass == 0 ? node : MU_PLAN_NONE,
                    &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            int32_t score = mu_why_score(reasons.items[i], node);

            if (!reasons.items[i]->is_promotion && score < 0 &&
                (!worst || score < mu_why_score(worst, node))) {
                worst = reasons.items[i];
            }
        }
    }
    if (mu_why_score(reason, node) >= 0) {
        return mu_text_make(why->arena, "%s%s is wanted there (%+d)",
                            is_numbered(why, reason->other) ? "" : "clone ",
                            instance_name(why, reason->other),
                            (int)mu_why_score(reason, node));
    }
    return mu_text_make(why->arena, "clone %s is not wanted there%s%s",
                        instance_name(why, reason->other), worst ? ": " : "",
                        worst ? mu_why_reason(why, worst, node) : "");
}

static const char *
promotion_text(const struct mu_why *why, const struct mu_plan_reason *reason,
               int32_t score)
{
    if (!reason->detail) {
        return "its agent gave it no score for promotion";
    }
    return mu_text_make(why->arena, "its score for promotion, %s, is %d",
                        reason->detail, (int)score);
}

const char *
mu_why_lift(const struct mu_why *why, const struct mu_plan_reason *reason,
            uint32_t instance, uint32_t node)
{
    const char *id = why->plan->instances[instance].id;
    const char *where = node == MU_PLAN_NONE ? "" : node_name(why, node);

    switch (reason->kind) {
    case MU_REASON_LOCATION:
        return strncmp(reason->source, "cli-", 4) == 0
                   ? mu_text_make(why->arena, "muster resource clear %s", id)
                   : mu_text_make(why->arena, "muster configure delete %s",
                                  reason->source);
    case MU_REASON_THRESHOLD:
        id = part_name(why, reason->other);
        return mu_text_make(why->arena, "muster resource cleanup %s%s%s", id,
                            *where ? " " : "", where);
    case MU_REASON_FAILED:
    case MU_REASON_UNUSABLE:
    case MU_REASON_MISCONFIGURED:
    case MU_REASON_STOP_FAILED:
    case MU_REASON_ON_FAIL_STOP:
        return mu_text_make(why->arena, "muster resource cleanup %s%s%s", id,
                            *where ? " " : "", where);
    case MU_REASON_TICKET:
        return mu_text_make(why->arena, "muster site ticket %s %s",
                            reason->numbers[0] ? "activate" : "grant",
                            reason->detail);
    case MU_REASON_SHUTDOWN_LOCK:
        return mu_text_make(why->arena, "start node %s",
                            node_name(why, reason->other_node));
    case MU_REASON_STOPPED:
        return mu_text_make(why->arena, "muster resource start %s", id);
    case MU_REASON_UTILIZATION:
        return mu_text_make(why->arena, "make room for %s %d on %s",
                            reason->detail, (int)reason->numbers[0], where);
    case MU_REASON_COLOCATION:
        return node == MU_PLAN_NONE && reason->score < 0
                   ? mu_text_make(why->arena, "see: muster why %s",
                                  instance_name(why, reason->other))
                   : NULL;
    case MU_REASON_NONE:
    case MU_REASON_RULE:
    case MU_REASON_HEALTH:
    case MU_REASON_STICKINESS:
    case MU_REASON_QUORUM:
    case MU_REASON_REMOVED:
    case MU_REASON_DEPENDENT:
    case MU_REASON_UNPAIRED:
    case MU_REASON_CLONE_MAX:
    case MU_REASON_CLONE_NODE_MAX:
    case MU_REASON_CLONE:
    case MU_REASON_EXCLUSIVE:
    case MU_REASON_UNMANAGED:
    case MU_REASON_MULTIPLE_ACTIVE:
    case MU_REASON_PROMOTION:
        break;
    }
    return NULL;
}
