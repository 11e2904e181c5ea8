/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why: the reasons that the scheduler recorded while it placed a resource or
 * planned an action, as sentences. The plan is made here, from the state that
 * the daemon gives. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "model/names.h"
#include "sched/why.h"
#include "tools/commands.h"
#include "tools/snapshot.h"
#include "tools/table.h"

enum {
    NAMES_PROPOSED_MAX = 4096,
    CHAIN_LENGTH_MAX = 64,
    NODES_SHOWN_MAX = 8, /* More are folded where there is nothing to say. */
};

struct answer {
    struct mu_tool *tool;
    const struct mu_snapshot *snapshot;
    const struct mu_config *config;
    const struct mu_plan *plan;
    struct mu_why why;
    struct mu_why_waits waits;
    uint32_t node; /* Asked for, or MU_PLAN_NONE. */
    struct mu_text_buffer text;
    json_t *json; /* Array of instances or actions. */
};

/* An action that is asked for. */
struct asked {
    char task[32];
    char resource[MU_NAME_SIZE_MAX]; /* Empty: about a node. */
    char node[MU_NAME_SIZE_MAX];     /* Empty: any. */
    int64_t interval_ms;             /* -1: any. */
};

static int answer_words(struct answer *answer, int argc, char **argv);
static bool is_task(const char *word);
static bool action_read(const struct answer *answer, int argc, char **argv,
                        struct asked *ret_asked);
static bool key_read(const char *word, struct asked *ret_asked);
static int answer_actions(struct answer *answer, const struct asked *asked);
static bool is_asked(const struct answer *answer, const struct asked *asked,
                     const struct mu_action *action);
static void answer_chain(struct answer *answer, uint32_t action);
static int check_words(struct answer *answer, int argc, char **argv,
                       uint32_t *ret_resource);
static bool is_removed(const struct answer *answer, const char *id);
static void answer_all(struct answer *answer);
static void answer_resource(struct answer *answer, uint32_t resource);
static void answer_instance(struct answer *answer, uint32_t instance);
static void write_heading(struct answer *answer, uint32_t instance,
                          json_t *object);
static const char *agent_text(const struct answer *answer, uint32_t instance);
static void write_nodes(struct answer *answer, uint32_t instance,
                        json_t *object);
static bool is_dull(const struct answer *answer, uint32_t instance,
                    uint32_t node);
static void write_node(struct answer *answer, uint32_t instance, uint32_t node,
                       struct mu_table *table, json_t *nodes);
static const char *reason_text(const struct answer *answer,
                               const struct mu_plan_reason *reason,
                               uint32_t node);
static json_t *reason_json(const struct answer *answer,
                           const struct mu_plan_reason *reason,
                           uint32_t instance, uint32_t node);
static void write_actions(struct answer *answer, uint32_t instance,
                          json_t *object);
static const struct mu_plan_placement *
find_placement(const struct mu_plan_placement *all, uint32_t count,
               const char *instance);
static const char *name_of(const struct mu_plan_placement *placement);
static const char *node_name(const struct answer *answer, uint32_t node);
static const char *score_text(struct mu_tool *tool, int32_t score);

int
mu_muster_why_run(struct mu_tool *tool, int argc, char **argv)
{
    struct answer answer = {.tool = tool, .node = MU_PLAN_NONE};
    const struct mu_snapshot *snapshot;
    int code;

    if (argc > 3) {
        return mu_tool_usage(tool, "name a resource, and a node if only that "
                                   "one matters; or an action: stop web node2; "
                                   "or nothing, for all resources");
    }
    code = mu_snapshot_plan(tool, &snapshot, &answer.plan);
    if (code) {
        return code;
    }
    answer.snapshot = snapshot;
    answer.config = snapshot->config;
    answer.why = (struct mu_why){&tool->arena, answer.snapshot, answer.plan};
    answer.waits = mu_why_waits_look(&answer.why);
    mu_text_buffer_init(&answer.text, &tool->arena);
    answer.json = json_array();
    code = answer_words(&answer, argc, argv);
    if (!code && tool->is_json) {
        mu_tool_print_json(answer.json);
    } else if (!code) {
        (void)fputs(answer.text.data ? answer.text.data : "", stdout);
    }
    json_decref(answer.json);
    return code;
}

static int
answer_words(struct answer *answer, int argc, char **argv)
{
    uint32_t resource = MU_CONFIG_NONE;
    struct asked asked;
    int code;

    if (argc == 0) {
        answer_all(answer);
        return MU_TOOL_OK;
    }
    if (action_read(answer, argc, argv, &asked)) {
        return answer_actions(answer, &asked);
    }
    if (argc == 1 && is_removed(answer, argv[0])) {
        answer_instance(answer, mu_why_find(answer->plan, argv[0]));
        return MU_TOOL_OK;
    }
    if (argc > 2) {
        return mu_tool_usage(answer->tool,
                             "%s: this is no action; name start, stop, "
                             "promote, demote, monitor or fence",
                             argv[0]);
    }
    code = check_words(answer, argc, argv, &resource);
    if (!code) {
        answer_resource(answer, resource);
    }
    return code;
}

static bool
is_task(const char *word)
{
    static const char *const others[] = {"fence", "probe", "move"};

    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(word, others[i]) == 0) {
            return true;
        }
    }
    for (int task = MU_TASK_START; task < MU_TASK_PSEUDO; task++) {
        if (strcmp(word, mu_plan_task_name((enum mu_task)task)) == 0) {
            return true;
        }
    }
    return false;
}

/* "stop web node2", "fence node2" or web_stop_0@node2. A resource that has the
 * name of a task comes first. */
static bool
action_read(const struct answer *answer, int argc, char **argv,
            struct asked *ret_asked)
{
    *ret_asked = (struct asked){.interval_ms = -1};
    if (mu_config_find_resource(answer->config, argv[0]) != MU_CONFIG_NONE) {
        return false;
    }
    if (argc == 1) {
        return key_read(argv[0], ret_asked);
    }
    if (!is_task(argv[0])) {
        return false;
    }
    (void)mu_text_format(ret_asked->task, sizeof(ret_asked->task), "%s",
                         argv[0]);
    if (argc == 2 && mu_config_find_resource(answer->config, argv[1]) ==
                         MU_CONFIG_NONE &&
        mu_why_find(answer->plan, argv[1]) == MU_PLAN_NONE) {
        (void)mu_text_format(ret_asked->node, sizeof(ret_asked->node), "%s",
                             argv[1]);
        return true;
    }
    (void)mu_text_format(ret_asked->resource, sizeof(ret_asked->resource), "%s",
                         argv[1]);
    if (argc > 2) {
        (void)mu_text_format(ret_asked->node, sizeof(ret_asked->node), "%s",
                             argv[2]);
    }
    return true;
}

/* RESOURCE_TASK_INTERVAL, as in histories and logs, with or without @NODE. */
static bool
key_read(const char *word, struct asked *ret_asked)
{
    char key[MU_NAME_SIZE_MAX];
    char *part;

    if (!mu_text_format(key, sizeof(key), "%s", word)) {
        return false;
    }
    part = strchr(key, '@');
    if (part) {
        *part = '\0';
        (void)mu_text_format(ret_asked->node, sizeof(ret_asked->node), "%s",
                             part + 1);
    }
    part = strrchr(key, '_');
    if (!part ||
        mu_text_parse_int64(part + 1, &ret_asked->interval_ms) < 0) {
        return false;
    }
    *part = '\0';
    for (part = key; *part; part++) {
        if (*part == '_' && part > key && is_task(part + 1)) {
            *part = '\0';
            (void)mu_text_format(ret_asked->task, sizeof(ret_asked->task), "%s",
                                 part + 1);
            (void)mu_text_format(ret_asked->resource,
                                 sizeof(ret_asked->resource), "%s", key);
            return true;
        }
    }
    return false;
}

static bool
is_asked(const struct answer *answer, const struct asked *asked,
         const struct mu_action *action)
{
    const char *task = mu_plan_word(action->task, action->op_name);
    bool is_same = strcmp(task, asked->task) == 0;

    if (action->kind == MU_ACTION_FENCE) {
        is_same = is_same || strcmp(asked->task, "fence") == 0;
    } else if (action->task == MU_TASK_MONITOR && action->interval_ms == 0) {
        is_same = is_same || strcmp(asked->task, "probe") == 0;
    } else if (action->task == MU_TASK_MIGRATE_TO) {
        is_same = is_same || strcmp(asked->task, "move") == 0;
    }
    if (!is_same || (asked->interval_ms >= 0 &&
                     asked->interval_ms != action->interval_ms)) {
        return false;
    }
    if (*asked->node &&
        (action->node == MU_PLAN_NONE ||
         strcmp(node_name(answer, action->node), asked->node) != 0)) {
        return false;
    }
    if (!*asked->resource) {
        return !action->resource;
    }
    return (action->resource &&
            strcmp(action->resource, asked->resource) == 0) ||
           (action->instance && strcmp(action->instance, asked->resource) == 0);
}

static int
answer_actions(struct answer *answer, const struct asked *asked)
{
    const struct mu_plan *plan = answer->plan;
    const char *others = "";
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];

        if (is_asked(answer, asked, one)) {
            answer_chain(answer, i);
            count++;
        } else if (one->resource && *asked->resource &&
                   strcmp(one->resource, asked->resource) == 0 &&
                   one->kind != MU_ACTION_PSEUDO && strlen(others) < 200) {
            others = mu_text_make(&answer->tool->arena, "%s%s%s", others,
                                  *others ? ", " : "",
                                  mu_why_action(&answer->why, i));
        }
    }
    if (count > 0) {
        return MU_TOOL_OK;
    }
    return mu_tool_fail(
        answer->tool, "%s %s%s%s: this is not planned; %s%s", asked->task,
        asked->resource, *asked->resource && *asked->node ? " on " : "",
        asked->node, *others ? "planned is: " : "see what is: muster plan",
        others);
}

/* The action, and one line for each step back to what began it. */
static void
answer_chain(struct answer *answer, uint32_t action)
{
    const struct mu_plan *plan = answer->plan;
    json_t *chain = json_array();
    const struct mu_action *first = &plan->actions[action];
    const char *wait = mu_why_wait(&answer->waits, action, true);

    for (unsigned depth = 0;
         action != MU_PLAN_NONE && depth < CHAIN_LENGTH_MAX; depth++) {
        const struct mu_action *one = &plan->actions[action];
        const char *label = mu_why_action(&answer->why, action);

        action = one->because;
        if (depth > 0 && one->kind == MU_ACTION_PSEUDO) {
            continue; /* A point of order is nothing that one sees. */
        }
        mu_text_buffer_add(&answer->text, "%*s%s%s: %s\n",
                           depth == 0 ? 0 : 2, "",
                           depth == 0 ? "" : "because of ",
                           label,
                           one->cause ? one->cause : "for the sake of order");
        if (wait && depth == 0) {
            mu_text_buffer_add(&answer->text, "  waits for: %s\n", wait);
        }
        (void)json_array_append_new(
            chain, json_pack("{s:s, s:s?, s:s?, s:s?}", "task",
                             mu_plan_word(one->task, one->op_name), "resource",
                             one->instance ? one->instance : one->resource,
                             "node", node_name(answer, one->node), "cause",
                             one->cause));
    }
    (void)json_array_append_new(
        answer->json,
        json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:o}", "task",
                  mu_plan_word(first->task, first->op_name), "resource",
                  first->instance ? first->instance : first->resource, "node",
                  node_name(answer, first->node), "cause", first->cause,
                  "waits_for", wait, "chain", chain));
}

static int
check_words(struct answer *answer, int argc, char **argv,
            uint32_t *ret_resource)
{
    struct mu_tool *tool = answer->tool;
    const struct mu_config *config = answer->config;
    const struct mu_status *status = answer->snapshot->status;
    char *id = mu_arena_strdup(&tool->arena, argv[0]);
    char *colon = strchr(id, ':');
    const char **names;

    *ret_resource = mu_config_find_resource(config, id);
    if (*ret_resource == MU_CONFIG_NONE && colon) {
        *colon = '\0'; /* A numbered instance: all of them are shown. */
        *ret_resource = mu_config_find_resource(config, id);
    }
    if (*ret_resource == MU_CONFIG_NONE) {
        const char *nearest;
        uint32_t count = config->resources_count < NAMES_PROPOSED_MAX
                             ? config->resources_count
                             : NAMES_PROPOSED_MAX;

        names = mu_arena_new(&tool->arena, const char *, count + 1);
        for (uint32_t i = 0; i < count; i++) {
            names[i] = config->resources[i].id;
        }
        nearest = mu_tool_nearest(argv[0], names);
        return mu_tool_fail(tool, "%s: there is no such resource; %s%s%s",
                            argv[0], nearest ? "did you mean " : "list them ",
                            nearest ? nearest : "with: muster status",
                            nearest ? "?" : "");
    }
    for (uint32_t i = 0; argc > 1 && i < status->nodes_count; i++) {
        if (strcmp(status->nodes[i].name, argv[1]) == 0) {
            answer->node = i;
        }
    }
    if (argc > 1 && answer->node == MU_PLAN_NONE) {
        return mu_tool_fail(tool,
                            "%s: there is no such node; list them with: "
                            "muster node show",
                            argv[1]);
    }
    return MU_TOOL_OK;
}

/* It is active, or was, and no longer in the configuration. */
static bool
is_removed(const struct answer *answer, const char *id)
{
    uint32_t instance = mu_why_find(answer->plan, id);

    return instance != MU_PLAN_NONE &&
           answer->plan->instances[instance].is_removed &&
           answer->plan->instances[instance].config == MU_PLAN_NONE;
}

static void
answer_all(struct answer *answer)
{
    for (uint32_t i = 0; i < answer->plan->instances_count; i++) {
        uint32_t config = answer->plan->instances[i].config;

        if (config == MU_PLAN_NONE || answer->config->resources[config].kind ==
                                          MU_RESOURCE_PRIMITIVE) {
            answer_instance(answer, i);
        }
    }
}

/* Depth: clone, group, primitive. */
static void
answer_resource(struct answer *answer, uint32_t resource)
{
    const struct mu_config_resource *config =
        &answer->config->resources[resource];
    const struct mu_plan *plan = answer->plan;

    if (config->kind != MU_RESOURCE_PRIMITIVE) {
        for (uint32_t i = 0; i < config->children_count; i++) {
            answer_resource(answer, config->first_child + i);
        }
        return;
    }
    for (uint32_t i = 0; i < plan->instances_count; i++) {
        if (plan->instances[i].config == resource) {
            answer_instance(answer, i);
        }
    }
}

static void
answer_instance(struct answer *answer, uint32_t instance)
{
    const struct mu_plan_instance *about = &answer->plan->instances[instance];
    const char *sentence = mu_why_instance(&answer->why, instance);
    const char *remedy =
        about->node == MU_PLAN_NONE || about->blocked ||
                answer->node != MU_PLAN_NONE
            ? mu_why_remedy(&answer->why, instance, answer->node)
            : NULL;
    json_t *object = json_object();

    write_heading(answer, instance, object);
    mu_text_buffer_add(&answer->text, "  %s ", about->id);
    mu_table_wrap(sentence, 3 + mu_table_length(about->id), 4,
                  answer->tool->width, &answer->text);
    mu_text_buffer_add(&answer->text, "\n");
    (void)json_object_set_new(object, "sentence", json_string(sentence));
    write_nodes(answer, instance, object);
    if (remedy) {
        mu_text_buffer_add(&answer->text, "  to change that: %s\n", remedy);
        (void)json_object_set_new(object, "remedy", json_string(remedy));
    }
    write_actions(answer, instance, object);
    (void)json_array_append_new(answer->json, object);
}

static void
write_heading(struct answer *answer, uint32_t instance, json_t *object)
{
    const struct mu_plan *plan = answer->plan;
    const char *id = plan->instances[instance].id;
    const struct mu_plan_placement *before =
        find_placement(plan->before, plan->before_count, id);
    const struct mu_plan_placement *after =
        find_placement(plan->after, plan->after_count, id);
    const char *role = before ? mu_names_role(before->role) : NULL;
    const char *wanted = after ? mu_names_role(after->role) : NULL;
    const char *node = before ? node_name(answer, before->node) : NULL;
    const char *wanted_node = after ? node_name(answer, after->node) : NULL;
    uint32_t parent = plan->instances[instance].parent;

    mu_text_buffer_add(&answer->text, "%s (%s): %s%s%s; wanted: %s%s%s\n", id,
                       agent_text(answer, instance),
                       role ? role : "Stopped", node ? " on " : "",
                       node ? node : "", wanted ? wanted : "Stopped",
                       wanted_node ? " on " : "",
                       wanted_node ? wanted_node : "");
    (void)json_object_update_new(
        object, json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}",
                          "instance", id, "parent",
                          parent == MU_PLAN_NONE ? NULL
                                                 : plan->instances[parent].id,
                          "role", role, "node", node, "wanted_role", wanted,
                          "wanted_node", wanted_node, "reason",
                          after ? after->reason : NULL));
}

/* "ocf:heartbeat:Dummy"; what was removed is known by that. */
static const char *
agent_text(const struct answer *answer, uint32_t instance)
{
    uint32_t index = answer->plan->instances[instance].config;
    const struct mu_config_resource *config;

    if (index == MU_PLAN_NONE) {
        return "removed";
    }
    config = &answer->config->resources[index];
    return mu_text_make(&answer->tool->arena, "%s%s%s:%s", config->class_name,
                        config->provider ? ":" : "",
                        config->provider ? config->provider : "",
                        config->type);
}

static void
write_nodes(struct answer *answer, uint32_t instance, json_t *object)
{
    uint32_t nodes_count = answer->snapshot->status->nodes_count;
    json_t *nodes = json_array();
    uint32_t folded = 0;
    struct mu_table table = {.arena = &answer->tool->arena,
                             .columns_count = 3,
                             .dispensable = 3,
                             .width = answer->tool->width,
                             .is_color = answer->tool->is_color};

    /* What is about all nodes comes first. */
    write_node(answer, instance, MU_PLAN_NONE, &table, nodes);
    for (uint32_t node = 0; node < nodes_count; node++) {
        if (answer->node == MU_PLAN_NONE || answer->node == node) {
            bool is_folded = nodes_count > NODES_SHOWN_MAX &&
                             !answer->tool->is_full &&
                             is_dull(answer, instance, node);

            write_node(answer, instance, node, is_folded ? NULL : &table,
                       nodes);
            folded += is_folded;
        }
    }
    mu_table_write(&table, &answer->text);
    if (folded > 0) {
        mu_text_buffer_add(&answer->text,
                           "  (%u more nodes can run it, and nothing speaks "
                           "for or against them; -v shows them)\n",
                           folded);
    }
    (void)json_object_set_new(object, "nodes", nodes);
}

/* A node that it could run on and about which there is nothing to say. */
static bool
is_dull(const struct answer *answer, uint32_t instance, uint32_t node)
{
    const struct mu_plan_instance *about = &answer->plan->instances[instance];
    struct mu_why_reasons reasons;

    mu_why_list(&answer->why, instance, node, &reasons);
    return reasons.count == 0 && node != answer->node && node != about->node &&
           node != about->current && node != about->next &&
           !mu_why_not(&answer->why, instance, node);
}

/* Without a 'table' only for programs. */
static void
write_node(struct answer *answer, uint32_t instance, uint32_t node,
           struct mu_table *table, json_t *nodes)
{
    const struct mu_plan_instance *about = &answer->plan->instances[instance];
    const char *state =
        node == MU_PLAN_NONE ? NULL : mu_why_node(&answer->why, node);
    bool is_possible = node != MU_PLAN_NONE && !state && about->scores &&
                       about->scores[node] >= 0;
    struct mu_why_reasons reasons;
    struct mu_table_row *row;
    json_t *list = json_array();
    const char *name = node == MU_PLAN_NONE ? "all" : node_name(answer, node);

    mu_why_list(&answer->why, instance, node, &reasons);
    if (node == MU_PLAN_NONE && reasons.count == 0) {
        json_decref(list);
        return;
    }
    for (uint32_t i = 0; i <= reasons.count; i++) {
        if (!table || (i == 0 && !state && reasons.count > 0)) {
            continue;
        }
        row = mu_table_add(table);
        row->indent = 2;
        row->cells[0].text = name;
        row->cells[1].text = is_possible && *name
                                 ? score_text(answer->tool, about->scores[node])
                             : *name && node != MU_PLAN_NONE ? "no"
                                                             : "";
        row->cells[1].color = is_possible ? MU_TABLE_GREEN : MU_TABLE_RED;
        row->cells[2].text =
            i > 0   ? reason_text(answer, reasons.items[i - 1], node)
            : state ? state
            : reasons.count == 0 && !is_possible
                ? mu_why_not(&answer->why, instance, node)
                : "";
        name = "";
    }
    for (uint32_t i = 0; i < reasons.count; i++) {
        (void)json_array_append_new(
            list, reason_json(answer, reasons.items[i], instance, node));
    }
    (void)json_array_append_new(
        nodes, json_pack("{s:s?, s:s?, s:b, s:o, s:s?, s:s?, s:o}", "node",
                         node_name(answer, node), "state", state, "possible",
                         is_possible,
                         "score",
                         node != MU_PLAN_NONE && about->scores &&
                                 about->scores[node] != INT32_MIN
                             ? json_integer(about->scores[node])
                             : json_null(),
                         "not",
                         node == MU_PLAN_NONE
                             ? NULL
                             : mu_why_not(&answer->why, instance, node),
                         "remedy",
                         mu_why_remedy(&answer->why, instance, node), "reasons",
                         list));
}

static const char *
reason_text(const struct answer *answer, const struct mu_plan_reason *reason,
            uint32_t node)
{
    const char *text = mu_why_reason(&answer->why, reason, node);

    return reason->is_promotion
               ? mu_text_make(&answer->tool->arena, "promotion: %s", text)
               : text;
}

static json_t *
reason_json(const struct answer *answer, const struct mu_plan_reason *reason,
            uint32_t instance, uint32_t node)
{
    return json_pack("{s:s, s:b, s:i, s:s?, s:s, s:b, s:s?}", "kind",
                     mu_why_kind(reason->kind), "instead", reason->is_instead,
                     "score", (int)mu_why_score(reason, node), "source",
                     reason->source, "text",
                     mu_why_reason(&answer->why, reason, node), "promotion",
                     reason->is_promotion, "remedy",
                     mu_why_lift(&answer->why, reason, instance, node));
}

static void
write_actions(struct answer *answer, uint32_t instance, json_t *object)
{
    const struct mu_plan *plan = answer->plan;
    const char *id = plan->instances[instance].id;
    static const char moves[] = "it moves from ";
    json_t *actions = json_array();

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];
        const char *name = one->instance ? one->instance : one->resource;
        const char *wait;
        const char *cause;

        if (one->kind != MU_ACTION_RESOURCE || !name ||
            one->node == MU_PLAN_NONE || one->task == MU_TASK_MONITOR ||
            strcmp(name, id) != 0) {
            continue;
        }
        wait = mu_why_wait(&answer->waits, i, false);
        cause = one->cause && strncmp(one->cause, moves, strlen(moves)) == 0
                    ? "it moves" /* The sentence above tells why. */
                    : one->cause;
        mu_text_buffer_add(
            &answer->text, "  %s: %s on %s%s%s%s%s\n",
            one->in_flight ? "now" : "next", mu_plan_word(one->task, one->op_name),
            node_name(answer, one->node), cause ? ", because " : "",
            cause ? cause : "", wait ? "\n    after: " : "",
            wait ? wait : "");
        (void)json_array_append_new(
            actions, json_pack("{s:s, s:s, s:s?, s:s?}", "task",
                               mu_plan_word(one->task, one->op_name), "node",
                               node_name(answer, one->node), "cause",
                               one->cause, "waits_for", wait));
    }
    (void)json_object_set_new(object, "actions", actions);
}

/* The placement where the instance is most, or null. */
static const struct mu_plan_placement *
find_placement(const struct mu_plan_placement *all, uint32_t count,
               const char *instance)
{
    const struct mu_plan_placement *found = NULL;

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(name_of(&all[i]), instance) == 0 &&
            (!found || all[i].role > found->role)) {
            found = &all[i];
        }
    }
    return found;
}

static const char *
name_of(const struct mu_plan_placement *placement)
{
    return placement->instance ? placement->instance : placement->resource;
}

/* Null for no node. */
static const char *
node_name(const struct answer *answer, uint32_t node)
{
    return node == MU_PLAN_NONE ? NULL
                                : answer->snapshot->status->nodes[node].name;
}

static const char *
score_text(struct mu_tool *tool, int32_t score)
{
    if (score >= MU_SCORE_INFINITY) {
        return "INFINITY";
    }
    if (score <= -MU_SCORE_INFINITY) {
        return "-INFINITY";
    }
    return mu_text_make(&tool->arena, "%d", (int)score);
}
