/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check: asks every node how it finds itself, and shows what will hurt at the
 * next failover. What is a finding is decided in lib/sched/finding. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "crm/verify.h"
#include "sched/finding.h"
#include "sched/sched.h"
#include "tools/agent_rules.h"
#include "tools/cib_edit.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/machines.h"
#include "tools/snapshot.h"

struct check {
    struct mu_tool *tool;
    const struct mu_snapshot *snapshot;
    struct mu_machine machines[MU_NODES_COUNT_MAX];
    uint32_t machines_count;
    json_t *answers; /* What the machines point into; null without them. */
    struct mu_findings findings;
};

static int survey(struct check *check);
static void machine_read(struct check *check, struct mu_machine *machine,
                         const json_t *answer);
static const char *const *texts_read(struct check *check, const json_t *array,
                                     uint32_t *ret_count);
static void judge_language(struct check *check, const struct mu_doc *doc);
static void write_findings(const struct check *check);
static void print_json(const struct check *check);
static const char *risk_word(enum mu_risk risk);

int
mu_muster_check_run(struct mu_tool *tool, int argc, char **argv)
{
    struct check *check = mu_arena_new(&tool->arena, struct check, 1);
    const struct mu_snapshot *snapshot;
    struct mu_finding_view view;
    struct mu_cib_edit edit;
    int code;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    check->tool = tool;
    check->findings.arena = &tool->arena;
    code = mu_snapshot_get(tool, &snapshot);
    if (!code) {
        code = mu_cib_edit_open(tool, false, &edit);
    }
    if (code) {
        return code;
    }
    check->snapshot = snapshot;
    view = mu_finding_look(&tool->arena, snapshot,
                           mu_sched_plan(&tool->arena, snapshot, 0));
    if (!tool->file) {
        code = survey(check);
    }
    if (!code) {
        mu_finding_judge_machines(&view, check->machines,
                                  check->machines_count, &check->findings);
        mu_finding_judge_config(&view, &check->findings);
        judge_language(check, edit.doc);
        mu_finding_sort(&check->findings);
        write_findings(check);
        code = check->findings.list.count > 0 ? MU_TOOL_WARNED : MU_TOOL_OK;
    }
    json_decref(check->answers);
    mu_cib_edit_close(&edit);
    return code;
}

/* Asks all nodes; those that do not answer in time are reported as such. */
static int
survey(struct check *check)
{
    struct mu_tool *tool = check->tool;
    struct mu_muster_ipc *ipc;
    const json_t *one;
    size_t i;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        return code;
    }
    code = mu_machines_ask(tool, ipc, &check->answers);
    mu_muster_ipc_close(ipc);
    json_array_foreach(check->answers, i, one)
    {
        if (check->machines_count < MU_NODES_COUNT_MAX) {
            machine_read(check, &check->machines[check->machines_count++], one);
        }
    }
    return code;
}

static void
machine_read(struct check *check, struct mu_machine *machine,
             const json_t *answer)
{
    const json_t *facts = json_object_get(answer, "facts");
    const json_t *agents = json_object_get(facts, "agents");
    const json_t *disks = json_object_get(facts, "disks");
    const json_t *links = json_object_get(facts, "links");
    struct mu_arena *arena = &check->tool->arena;
    struct mu_machine_agent *agent =
        mu_arena_new(arena, struct mu_machine_agent, json_array_size(agents) + 1);
    struct mu_machine_disk *disk =
        mu_arena_new(arena, struct mu_machine_disk, json_array_size(disks) + 1);
    struct mu_machine_link *link =
        mu_arena_new(arena, struct mu_machine_link, json_array_size(links) + 1);
    const json_t *one;
    size_t i;

    machine->node = mu_field_text(answer, "node");
    machine->is_member = mu_field_is_true(answer, "member");
    machine->has_answered = json_is_object(facts);
    machine->offset_ms = mu_field_number(answer, "offset_ms");
    machine->version = mu_field_text(facts, "version");
    machine->hostname = mu_field_text(facts, "hostname");
    machine->token_ms = mu_field_number(facts, "token_ms");
    machine->is_clock_synchronized =
        mu_field_is_true(facts, "clock_synchronized");
    machine->addresses =
        texts_read(check, json_object_get(facts, "addresses"),
                   &machine->addresses_count);
    machine->units = texts_read(check, json_object_get(facts, "units"),
                                &machine->units_count);
    machine->agents = agent;
    json_array_foreach(agents, i, one)
    {
        struct mu_machine_agent *next = &agent[machine->agents_count];

        next->resource = mu_field_text(one, "resource");
        next->problem = mu_field_text(one, "problem");
        machine->agents_count += next->resource && next->problem ? 1 : 0;
    }
    machine->disks = disk;
    json_array_foreach(disks, i, one)
    {
        disk[machine->disks_count++] = (struct mu_machine_disk){
            .folder = mu_field_text(one, "folder")
                          ? mu_field_text(one, "folder")
                          : "?",
            .free_mib = mu_field_number(one, "free_mib"),
            .free_percent = mu_field_number(one, "free_percent"),
            .free_inodes_percent = mu_field_number(one, "free_inodes_percent")};
    }
    machine->links = link;
    json_array_foreach(links, i, one)
    {
        link[machine->links_count++] = (struct mu_machine_link){
            .number = mu_field_number(one, "link"),
            .interface = mu_field_text(one, "interface"),
            .mtu = mu_field_number(one, "mtu"),
            .is_up = mu_field_is_true(one, "is_up")};
    }
}

static const char *const *
texts_read(struct check *check, const json_t *array, uint32_t *ret_count)
{
    const char **texts = mu_arena_new(&check->tool->arena, const char *,
                                      json_array_size(array) + 1);
    const json_t *one;
    size_t i;

    json_array_foreach(array, i, one)
    {
        if (json_is_string(one)) {
            texts[(*ret_count)++] = json_string_value(one);
        }
    }
    return texts;
}

/* What 'muster verify' says belongs to the same report. */
static void
judge_language(struct check *check, const struct mu_doc *doc)
{
    struct mu_agent_rules rules = {.arena = &check->tool->arena};
    struct mu_verify_options options = {.agent = mu_agent_rules_find,
                                        .context = &rules};
    struct mu_report report;

    mu_report_init(&report, &check->tool->arena);
    (void)(mu_verify_config(doc, &options, &report) != 0);
    for (size_t i = 0; i < report.count; i++) {
        mu_finding_add(&check->findings,
                       report.items[i].severity == MU_REPORT_ERROR
                           ? MU_RISK_HIGH
                           : MU_RISK_MEDIUM,
                       "configuration", "muster configure edit", "%s",
                       report.items[i].text);
    }
}

static void
write_findings(const struct check *check)
{
    const struct mu_findings *findings = &check->findings;
    uint32_t answered = 0;

    if (check->tool->is_json) {
        print_json(check);
        return;
    }
    for (uint32_t i = 0; i < check->machines_count; i++) {
        answered += check->machines[i].has_answered ? 1 : 0;
    }
    if (check->tool->file) {
        (void)printf("%zu findings; a file says nothing of the machines\n",
                     findings->list.count);
    } else {
        (void)printf("%zu findings; %u of %u nodes answered\n",
                     findings->list.count, answered, check->machines_count);
    }
    for (size_t i = 0; i < findings->list.count; i++) {
        const struct mu_finding *one = &findings->list.items[i];

        (void)printf("\n%-6s  %s: %s\n        %s\n", risk_word(one->risk),
                     one->what, one->text, one->remedy);
    }
}

static void
print_json(const struct check *check)
{
    json_t *list = json_array();
    json_t *nodes = json_object();
    const json_t *machine;
    json_t *answer;
    size_t i;

    for (i = 0; i < check->findings.list.count; i++) {
        const struct mu_finding *one = &check->findings.list.items[i];

        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s}", "risk",
                            risk_word(one->risk), "what", one->what, "text",
                            one->text, "remedy", one->remedy));
    }
    json_array_foreach(check->answers, i, machine)
    {
        (void)json_object_set(nodes, mu_field_text(machine, "node"),
                              json_object_get(machine, "facts"));
    }
    answer = json_pack("{s:o, s:o}", "findings", list, "nodes", nodes);
    mu_tool_print_json(answer);
    json_decref(answer);
}

static const char *
risk_word(enum mu_risk risk)
{
    switch (risk) {
    case MU_RISK_HIGH:
        return "high";
    case MU_RISK_MEDIUM:
        return "medium";
    case MU_RISK_LOW:
        return "low";
    }
    return "?";
}
