/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Problems: what of the state is worth a person's attention, in the order in
 * which a person should look at it. Each has what it is about, a sentence,
 * what happens next without anybody's help, and the command that clears it. */

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_status.h"
#include "daemon/api_time.h"
#include "model/names.h"

enum severity {
    ERROR,   /* Not as wanted, and nobody mends it. */
    WARNING, /* Not as wanted. */
    NOTICE,  /* As wanted; worth knowing. */
};

enum { RC_WORDS_COUNT = 10, ACTIONS_NAMED_MAX = 4 };

struct report {
    const struct mu_api_sight *sight;
    const struct mu_api_instances *instances;
    struct mu_arena *arena;
    json_t *problems;
    bool is_degraded;
};

struct problem {
    enum severity severity;
    const char *what;
    const char *node;
    const char *text;
    const char *next;
    const char *clear;
    int64_t since_ms;
};

static void add(struct report *report, const struct problem *problem);
static const char *clean(const struct report *report, const char *text);
static void add_cluster(struct report *report);
static void add_nodes(struct report *report);
static void add_unclean(struct report *report,
                        const struct mu_state_node *node);
static void add_fencing(struct report *report);
static void add_failures(struct report *report);
static void add_failure(struct report *report,
                        const struct mu_state_history *failure);
static void add_unplaced(struct report *report);
static const char *remedy_of(const struct report *report,
                             const struct mu_api_instance *instance);
static bool is_excused(const struct report *report,
                       const struct mu_api_instance *instance);
static void add_warnings(struct report *report);
static void add_outlook(struct report *report);
static const char *failure_words(const struct mu_state_history *failure,
                                 struct mu_arena *arena);
static const char *next_steps(const struct report *report,
                              const char *resource);
static const struct mu_api_instance *find_instance(const struct report *report,
                                                   const char *resource,
                                                   const char *node);
static const char *attribute_of(const struct mu_state_node *node,
                                const char *name);

json_t *
mu_api_problems_build(const struct mu_api_sight *sight,
                      const struct mu_api_instances *instances,
                      bool *ret_is_degraded, struct mu_arena *arena)
{
    struct report report = {.sight = sight,
                            .instances = instances,
                            .arena = arena,
                            .problems = json_array()};

    add_cluster(&report);
    if (sight->state) {
        add_nodes(&report);
        add_fencing(&report);
    }
    if (sight->snapshot) {
        add_failures(&report);
        add_unplaced(&report);
        add_warnings(&report);
        add_outlook(&report);
    }
    *ret_is_degraded = report.is_degraded;
    return report.problems;
}

static void
add(struct report *report, const struct problem *problem)
{
    static const char *const words[] = {"error", "warning", "notice"};

    report->is_degraded = report->is_degraded || problem->severity != NOTICE;
    (void)json_array_append_new(
        report->problems,
        json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:o}", "what",
                  problem->what, "node", problem->node, "severity",
                  words[problem->severity], "text",
                  clean(report, problem->text), "next",
                  clean(report, problem->next), "clear", problem->clear,
                  "since", mu_api_time_json(problem->since_ms)));
}

static const char *
clean(const struct report *report, const char *text)
{
    return text ? mu_api_clean(mu_arena_strdup(report->arena, text)) : NULL;
}

static void
add_cluster(struct report *report)
{
    const struct mu_api_sight *sight = report->sight;

    if (sight->trouble) {
        add(report, &(struct problem){.what = "daemon",
                                      .text = sight->trouble,
                                      .next = "goes on by itself when that is "
                                              "mended"});
        return;
    }
    if (sight->phase != MU_CORE_ACTIVE) {
        add(report,
            &(struct problem){
                .what = "daemon",
                .text = sight->phase == MU_CORE_SYNCING
                            ? "this node receives the state of the cluster"
                        : sight->phase == MU_CORE_ENDED
                            ? "this daemon is ending"
                        : sight->phase == MU_CORE_OFFLINE
                            ? "this node has no connection to Corosync"
                            : "this node looks for the other nodes",
                .next =
                    "this takes moments; if not, see: corosync-cfgtool -s"});
        return;
    }
    if (!sight->is_quorate) {
        uint32_t count = sight->state ? sight->state->members_count : 0;
        uint32_t all = sight->state ? sight->state->nodes_count : 0;

        add(report,
            &(struct problem){
                .what = "quorum",
                .text = mu_text_make(report->arena,
                                     "this partition has no quorum: %" PRIu32
                                     " of %" PRIu32 " nodes are in it",
                                     count, all),
                .next = "bring more nodes back; until then the option "
                        "no-quorum-policy decides what runs"});
    }
}

static void
add_nodes(struct report *report)
{
    const struct mu_state *state = report->sight->state;

    for (uint32_t i = 0; i < state->nodes_count; i++) {
        const struct mu_state_node *node = &state->nodes[i];
        struct problem problem = {.severity = WARNING,
                                  .what = node->name,
                                  .since_ms = node->since_ms};

        switch (node->state) {
        case MU_NODE_STATE_UNCLEAN:
            add_unclean(report, node);
            continue;
        case MU_NODE_STATE_UNKNOWN:
            problem.text = "has not been seen since the cluster started";
            problem.next = "joins when musterd runs there";
            break;
        case MU_NODE_STATE_PENDING:
            problem.text = "joins and receives the state of the cluster";
            break;
        case MU_NODE_STATE_LOST_GRACE:
            problem.text = "its daemon is away; its services go on";
            problem.next =
                mu_state_is_left_alone(node)
                    ? "is fenced when the maintenance ends and the daemon is "
                      "not back"
                    : "is fenced unless the daemon is back in a moment";
            break;
        case MU_NODE_STATE_DOWN:
            problem.text = node->was_fenced ? "is down: it was fenced"
                                            : "is down: it left in order";
            problem.next = "joins when it boots and musterd runs there";
            break;
        case MU_NODE_STATE_LEAVING:
        case MU_NODE_STATE_ACTIVE:
            continue;
        }
        add(report, &problem);
    }
}

static void
add_unclean(struct report *report, const struct mu_state_node *node)
{
    const struct mu_state *state = report->sight->state;
    bool is_being_fenced = false;

    for (uint32_t i = 0; i < state->fences_count; i++) {
        is_being_fenced =
            is_being_fenced || (state->fences[i].target_id == node->id &&
                                state->fences[i].ended_wall_ms == 0);
    }
    add(report,
        &(struct problem){
            .severity = ERROR,
            .what = node->name,
            .text = "is lost, and what it ran may still run",
            .next = is_being_fenced
                        ? "is being fenced; its work waits for the proof"
                        : "its work waits for proof that it is down",
            .clear = mu_text_make(report->arena,
                                  "muster node clearstate %s   (only if you "
                                  "know that it is off)",
                                  node->name),
            .since_ms = node->since_ms});
}

static void
add_fencing(struct report *report)
{
    const struct mu_state *state = report->sight->state;

    for (uint32_t i = 0; i < state->fences_count; i++) {
        const struct mu_state_fence *one = &state->fences[i];
        const char *target = mu_api_node_name(state, one->target_id);

        if (one->ended_wall_ms != 0 || !*one->reason || !target) {
            continue;
        }
        add(report,
            &(struct problem){
                .severity = ERROR,
                .what = "fencing",
                .node = target,
                .text = mu_text_make(report->arena, "%s of %s failed%s%s: %s",
                                     one->action, target,
                                     *one->device ? " with " : "", one->device,
                                     one->reason),
                .next = mu_text_make(report->arena,
                                     "try %" PRIu32 " follows by itself",
                                     one->attempt + 1),
                .clear = mu_text_make(report->arena,
                                      "muster node clearstate %s   (only if "
                                      "you know that it is off)",
                                      target),
                .since_ms = one->asked_wall_ms});
    }
}

static void
add_failures(struct report *report)
{
    const struct mu_state *state = report->sight->state;

    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *one = &state->histories[i];

        if (one->slot == MU_SLOT_FAILURE) {
            add_failure(report, one);
        }
    }
}

static void
add_failure(struct report *report, const struct mu_state_history *failure)
{
    const struct mu_state_node *node =
        mu_state_find_node(report->sight->state, failure->node_id);
    struct mu_arena *arena = report->arena;
    const char *words = failure_words(failure, arena);
    const char *count;
    const struct mu_api_instance *instance;
    bool is_well;

    if (!node) {
        return;
    }
    count = attribute_of(node, mu_text_make(arena, "fail-count-%s#%s_%lld",
                                            failure->resource, failure->op_name,
                                            (long long)failure->interval_ms));
    instance = find_instance(report, failure->resource, node->name);
    is_well = instance && !instance->reason && !instance->is_failed &&
              instance->places_count > 0;
    add(report,
        &(struct problem){
            .severity =
                is_well || (instance && instance->is_disabled) ? NOTICE : ERROR,
            .what = failure->resource,
            .node = node->name,
            .text = mu_text_make(
                arena, "%s %s%s%s%s%s%s",
                failure->interval_ms == 0 &&
                        strcmp(failure->op_name, "monitor") == 0
                    ? "probe"
                    : failure->op_name,
                words,
                count && strcmp(count, "1") != 0 &&
                        strcmp(count, "INFINITY") != 0
                    ? " ("
                    : "",
                count && strcmp(count, "1") != 0 &&
                        strcmp(count, "INFINITY") != 0
                    ? count
                    : "",
                count && strcmp(count, "1") != 0 &&
                        strcmp(count, "INFINITY") != 0
                    ? " times)"
                    : "",
                *failure->exit_reason ? ": " : "", failure->exit_reason),
            .next = is_well
                        ? mu_text_make(arena, "recovered: %s on %s",
                                       instance->role == MU_ROLE_PROMOTED
                                           ? "promoted"
                                           : "runs",
                                       report->sight->snapshot->status
                                           ->nodes[instance->places[0]->node]
                                           .name)
                    : instance && instance->is_blocked
                        ? "blocked: nothing more is done with it until it "
                          "is cleaned up"
                        : next_steps(report, failure->resource),
            .clear = mu_text_make(arena, "muster resource cleanup %s",
                                  failure->resource),
            .since_ms = failure->changed_ms});
}

/* Instances that should be somewhere and are not going to be, and those that
 * the cluster will not touch any more. Failures have been named already. */
static void
add_unplaced(struct report *report)
{
    const struct mu_state *state = report->sight->state;

    for (uint32_t i = 0; i < report->instances->count; i++) {
        const struct mu_api_instance *one = &report->instances->items[i];
        bool is_named = false;

        if (!one->is_blocked && is_excused(report, one)) {
            continue;
        }
        for (uint32_t j = 0; j < state->nodes_count && !is_named; j++) {
            is_named = mu_state_find_history(
                state, &(struct mu_state_history){.node_id = state->nodes[j].id,
                                                  .resource = one->resource,
                                                  .slot = MU_SLOT_FAILURE});
        }
        if (is_named) {
            continue;
        }
        add(report,
            &(struct problem){
                .severity = ERROR,
                .what = one->name,
                .text =
                    mu_text_make(report->arena, "%s: %s",
                                 one->is_blocked          ? "blocked"
                                 : one->places_count == 0 ? "stopped"
                                                          : "not as wanted",
                                 one->reason ? one->reason
                                             : "the cluster will not touch it"),
                .next = remedy_of(report, one),
                .clear = one->is_blocked
                             ? mu_text_make(report->arena,
                                            "muster resource cleanup %s",
                                            one->resource)
                             : NULL});
    }
}

/* What a person can do about an instance that is not as wanted. */
static const char *
remedy_of(const struct report *report, const struct mu_api_instance *instance)
{
    const struct mu_config *config = report->sight->state->config;
    bool has_device = !config->options.fencing_enabled ||
                      config->options.fencing_watchdog_timeout_ms != 0;

    for (uint32_t i = 0; i < config->resources_count && !has_device; i++) {
        has_device = config->resources[i].agent_class == MU_AGENT_FENCE &&
                     config->resources[i].kind == MU_RESOURCE_PRIMITIVE;
    }
    if (!has_device) {
        return "define a fence device (see: muster ra list stonith), or, where "
               "two nodes cannot harm the same data: muster configure property "
               "stonith-enabled=false";
    }
    return mu_text_make(report->arena,
                        "nothing by itself; details: muster why %s",
                        instance->resource);
}

/* Tells whether an instance is as wanted, or not by anybody's mistake. */
static bool
is_excused(const struct report *report, const struct mu_api_instance *instance)
{
    const struct mu_api_instance *all = report->instances->items;
    enum mu_role best = MU_ROLE_UNKNOWN;

    if (!instance->reason || instance->is_disabled ||
        instance->primitive == MU_PLAN_NONE || instance->pending) {
        return true;
    }
    if (instance->number == MU_CONFIG_NONE) {
        return false;
    }
    /* Copies of a clone that have no node left (it is down, in standby) are
     * no problem of their own as long as another copy does the work. */
    for (uint32_t i = 0; i < report->instances->count; i++) {
        if (all[i].primitive == instance->primitive && all[i].role > best) {
            best = all[i].role;
        }
    }
    return best > MU_ROLE_STOPPED &&
           !(instance->after && instance->after->role == MU_ROLE_PROMOTED);
}

static void
add_warnings(struct report *report)
{
    const struct mu_plan *plan = report->sight->plan;

    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        add(report, &(struct problem){.severity = NOTICE,
                                      .what = "configuration",
                                      .text = plan->warnings[i]});
    }
}

/* Nothing is wrong yet: a notice. Where only one node is there, everybody knows
 * what its loss means. */
static void
add_outlook(struct report *report)
{
    const struct mu_outlook_answer *outlook = report->sight->outlook;

    if (outlook && outlook->nodes > 1 && outlook->lost_nodes > 0) {
        add(report,
            &(struct problem){.severity = NOTICE,
                              .what = "resilience",
                              .text = outlook->text,
                              .next = "muster audit says what would be lost "
                                      "and why"});
    }
}

static const char *
failure_words(const struct mu_state_history *failure, struct mu_arena *arena)
{
    static const char *const words[RC_WORDS_COUNT] = {
        "succeeded, which was not expected",
        "failed",
        "failed: invalid parameter",
        "failed: the agent does not know this action",
        "failed: insufficient privileges",
        "failed: a program it needs is not installed",
        "failed: not configured",
        "found it not running",
        "found it promoted",
        "found it promoted and failed",
    };

    switch (failure->status) {
    case MU_OP_STATUS_TIMEOUT:
        return mu_text_make(arena, "timed out after %lld ms",
                            (long long)failure->exec_ms);
    case MU_OP_STATUS_NOT_INSTALLED:
        return "failed: the agent is not installed";
    case MU_OP_STATUS_PENDING:
    case MU_OP_STATUS_DONE:
    case MU_OP_STATUS_CANCELLED:
    case MU_OP_STATUS_NOT_SUPPORTED:
    case MU_OP_STATUS_ERROR:
    case MU_OP_STATUS_ERROR_HARD:
    case MU_OP_STATUS_ERROR_FATAL:
    case MU_OP_STATUS_NOT_CONNECTED:
    case MU_OP_STATUS_INVALID:
        break;
    }
    if (failure->rc >= 0 && failure->rc < RC_WORDS_COUNT) {
        return words[failure->rc];
    }
    return mu_text_make(arena, "failed with exit code %" PRId32, failure->rc);
}

/* "stop on node1, then start on node2", or null when nothing is planned. */
static const char *
next_steps(const struct report *report, const char *resource)
{
    const struct mu_plan *plan = report->sight->plan;
    const struct mu_status *status = report->sight->snapshot->status;
    struct mu_text_buffer text;
    unsigned count = 0;

    mu_text_buffer_init(&text, report->arena);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];

        if (one->kind != MU_ACTION_RESOURCE || !one->resource ||
            strcmp(one->resource, resource) != 0 ||
            one->task == MU_TASK_MONITOR || one->task == MU_TASK_NOTIFY ||
            one->task == MU_TASK_CANCEL || one->node == MU_PLAN_NONE ||
            count == ACTIONS_NAMED_MAX) {
            continue;
        }
        mu_text_buffer_add(&text, "%s%s on %s", count ? ", then " : "",
                           mu_plan_task_name(one->task),
                           status->nodes[one->node].name);
        count++;
    }
    if (count > 0) {
        return text.data;
    }
    for (uint32_t i = 0; i < report->instances->count; i++) {
        const struct mu_api_instance *one = &report->instances->items[i];

        if (strcmp(one->resource, resource) == 0 && one->after &&
            one->after->role <= MU_ROLE_STOPPED && one->reason) {
            return mu_text_make(report->arena, "stays stopped: %s",
                                one->reason);
        }
    }
    return NULL;
}

/* The instance of 'resource' on 'node', or else any. */
static const struct mu_api_instance *
find_instance(const struct report *report, const char *resource,
              const char *node)
{
    const struct mu_status *status = report->sight->snapshot->status;
    const struct mu_api_instance *found = NULL;

    for (uint32_t i = 0; i < report->instances->count; i++) {
        const struct mu_api_instance *one = &report->instances->items[i];

        if (strcmp(one->resource, resource) != 0) {
            continue;
        }
        found = found ? found : one;
        for (uint32_t j = 0; j < one->places_count; j++) {
            if (strcmp(status->nodes[one->places[j]->node].name, node) == 0) {
                return one;
            }
        }
    }
    return found;
}

static const char *
attribute_of(const struct mu_state_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->attributes_count; i++) {
        if (strcmp(node->attributes[i].name, name) == 0) {
            return node->attributes[i].value;
        }
    }
    return NULL;
}
