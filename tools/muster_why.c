/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why: the reasons that the scheduler recorded while it placed a resource, as
 * sentences. The plan is made here, from the state that the daemon gives. */

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "model/cib_status.h"
#include "model/names.h"
#include "sched/sched.h"
#include "tools/cib_edit.h"
#include "tools/commands.h"
#include "tools/table.h"

enum { NAMES_PROPOSED_MAX = 4096 };

struct answer {
    struct mu_tool *tool;
    const struct mu_snapshot *snapshot;
    const struct mu_config *config;
    const struct mu_plan *plan;
    uint32_t node; /* Asked for, or MU_PLAN_NONE. */
    struct mu_text_buffer text;
    json_t *json; /* Array of instances. */
};

static int check_words(struct answer *answer, int argc, char **argv,
                       uint32_t *ret_resource);
static void answer_resource(struct answer *answer, uint32_t resource);
static void answer_instance(struct answer *answer, const char *instance,
                            uint32_t primitive);
static void write_reasons(struct answer *answer, const char *instance,
                          json_t *nodes);
static void write_actions(struct answer *answer, const char *instance);
static const struct mu_plan_placement *
find_placement(const struct mu_plan_placement *all, uint32_t count,
               const char *instance);
static const char *name_of(const struct mu_plan_placement *placement);
static const char *score_text(struct mu_tool *tool, int32_t score);

int
mu_muster_why_run(struct mu_tool *tool, int argc, char **argv)
{
    struct answer answer = {.tool = tool, .node = MU_PLAN_NONE};
    struct mu_snapshot *snapshot;
    struct mu_errbuf err = {0};
    struct mu_cib_edit edit;
    uint32_t resource = MU_CONFIG_NONE;
    int code;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name a resource, and a node if only that "
                                   "one matters");
    }
    code = mu_cib_edit_open(tool, true, &edit);
    if (code) {
        return code;
    }
    if (mu_cib_status_read_cib(
            &tool->arena,
            (struct mu_span){(const unsigned char *)edit.before,
                             edit.before_size},
            mu_tool_now_ms(), MU_CONFIG_LENIENT, &snapshot, &err)) {
        code = mu_tool_fail_errbuf(tool, "the configuration", &err);
    } else {
        answer.snapshot = snapshot;
        answer.config = snapshot->config;
        answer.plan = mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
        code = check_words(&answer, argc, argv, &resource);
    }
    if (!code) {
        mu_text_buffer_init(&answer.text, &tool->arena);
        answer.json = json_array();
        answer_resource(&answer, resource);
        if (tool->is_json) {
            mu_tool_print_json(answer.json);
        } else {
            (void)fputs(answer.text.data ? answer.text.data : "", stdout);
        }
        json_decref(answer.json);
    }
    mu_cib_edit_close(&edit);
    return code;
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
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *one = &plan->after[i];
        bool is_first = one->primitive == resource;

        for (uint32_t j = 0; j < i && is_first; j++) {
            is_first = strcmp(name_of(&plan->after[j]), name_of(one)) != 0;
        }
        if (is_first) {
            answer_instance(answer, name_of(one), resource);
        }
    }
}

static void
answer_instance(struct answer *answer, const char *instance, uint32_t primitive)
{
    const struct mu_config_resource *config =
        &answer->config->resources[primitive];
    const struct mu_plan *plan = answer->plan;
    const struct mu_status *status = answer->snapshot->status;
    const struct mu_plan_placement *before =
        find_placement(plan->before, plan->before_count, instance);
    const struct mu_plan_placement *after =
        find_placement(plan->after, plan->after_count, instance);
    const char *role = before ? mu_names_role(before->role) : NULL;
    const char *wanted = after ? mu_names_role(after->role) : NULL;
    json_t *nodes = json_array();

    mu_text_buffer_add(&answer->text, "%s (%s%s%s:%s): %s%s%s", instance,
                       config->class_name, config->provider ? ":" : "",
                       config->provider ? config->provider : "", config->type,
                       role ? role : "Stopped",
                       before && before->node != MU_PLAN_NONE ? " on " : "",
                       before && before->node != MU_PLAN_NONE
                           ? status->nodes[before->node].name
                           : "");
    mu_text_buffer_add(
        &answer->text, "; wanted: %s%s%s\n", wanted ? wanted : "Stopped",
        after && after->node != MU_PLAN_NONE ? " on " : "",
        after && after->node != MU_PLAN_NONE ? status->nodes[after->node].name
                                             : "");
    if (after && after->reason) {
        mu_text_buffer_add(&answer->text, "  %s\n", after->reason);
    }
    write_reasons(answer, instance, nodes);
    write_actions(answer, instance);
    (void)json_array_append_new(
        answer->json,
        json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:o}", "instance",
                  instance, "role", role, "node",
                  before && before->node != MU_PLAN_NONE
                      ? status->nodes[before->node].name
                      : NULL,
                  "wanted_role", wanted, "wanted_node",
                  after && after->node != MU_PLAN_NONE
                      ? status->nodes[after->node].name
                      : NULL,
                  "reason", after ? after->reason : NULL, "reasons", nodes));
}

static void
write_reasons(struct answer *answer, const char *instance, json_t *nodes)
{
    const struct mu_plan *plan = answer->plan;
    const struct mu_status *status = answer->snapshot->status;
    struct mu_table table = {.arena = &answer->tool->arena,
                             .columns_count = 3,
                             .dispensable = 3,
                             .width = answer->tool->width,
                             .is_color = answer->tool->is_color};

    for (uint32_t node = 0; node <= status->nodes_count; node++) {
        /* What is about all nodes comes first. */
        uint32_t wanted = node == 0 ? MU_PLAN_NONE : node - 1;
        const char *name = node == 0 ? "all" : status->nodes[wanted].name;

        if (answer->node != MU_PLAN_NONE && wanted != MU_PLAN_NONE &&
            wanted != answer->node) {
            continue;
        }
        for (uint32_t i = 0; i < plan->reasons_count; i++) {
            const struct mu_plan_reason *one = &plan->reasons[i];
            struct mu_table_row *row;

            if (one->node != wanted || strcmp(one->instance, instance) != 0) {
                continue;
            }
            row = mu_table_add(&table);
            row->indent = 2;
            row->cells[0].text = name;
            row->cells[1].text = score_text(answer->tool, one->score);
            row->cells[1].color =
                one->score < 0 ? MU_TABLE_RED : MU_TABLE_GREEN;
            row->cells[2].text =
                one->source ? mu_text_make(&answer->tool->arena, "%s (%s)",
                                           one->text, one->source)
                            : one->text;
            name = "";
            (void)json_array_append_new(
                nodes,
                json_pack("{s:s?, s:i, s:s?, s:s}", "node",
                          wanted == MU_PLAN_NONE ? NULL
                                                 : status->nodes[wanted].name,
                          "score", (int)one->score, "source", one->source,
                          "text", one->text));
        }
    }
    mu_table_write(&table, &answer->text);
}

static void
write_actions(struct answer *answer, const char *instance)
{
    const struct mu_plan *plan = answer->plan;

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *one = &plan->actions[i];
        const char *name = one->instance ? one->instance : one->resource;

        if (one->kind != MU_ACTION_RESOURCE || !name ||
            one->node == MU_PLAN_NONE || one->task == MU_TASK_MONITOR ||
            strcmp(name, instance) != 0) {
            continue;
        }
        mu_text_buffer_add(
            &answer->text, "  %s: %s on %s%s%s\n",
            one->in_flight ? "now" : "next", mu_plan_task_name(one->task),
            answer->snapshot->status->nodes[one->node].name,
            one->cause ? ", because " : "", one->cause ? one->cause : "");
    }
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

static const char *
score_text(struct mu_tool *tool, int32_t score)
{
    if (score >= MU_SCORE_INFINITY) {
        return "+INFINITY";
    }
    if (score <= -MU_SCORE_INFINITY) {
        return "-INFINITY";
    }
    return mu_text_make(&tool->arena, "%+d", (int)score);
}
