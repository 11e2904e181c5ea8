/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may happen in a simulation: events in words. */

#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "crm/crm.h"
#include "daemon/api_time.h"
#include "doc/doc.h"
#include "model/cib_status.h"
#include "sched/happen.h"
#include "sched/sched.h"
#include "tools/agents.h"
#include "tools/muster_simulate.h"
#include "tools/tell.h"

enum { NAMES_PROPOSED_MAX = 1024 };

typedef int event_function(struct mu_simulation *simulation, char **words,
                           int count);

/* One kind of event. */
struct kind {
    const char *name;
    int words_min; /* Behind the name. */
    int words_max;
    event_function *happen;
    const char *usage;
};

/* Where something fails. */
struct place {
    const struct mu_plan_placement *placement; /* Where it is, or null. */
    const char *history;                       /* Its name in histories. */
    uint32_t primitive; /* Index into config->resources. */
    uint32_t node;
};

static event_function node_happen;
static event_function fail_happen;
static event_function fence_happen;
static event_function ticket_happen;
static event_function time_happen;
static event_function config_happen;
static event_function quorum_happen;

static const struct kind kinds[] = {
    {"node-down", 1, 1, node_happen, "NODE"},
    {"node-up", 1, 1, node_happen, "NODE"},
    {"standby", 1, 1, node_happen, "NODE"},
    {"online", 1, 1, node_happen, "NODE"},
    {"fail", 1, 2, fail_happen,
     "RESOURCE[@NODE] [start|stop|promote|demote|monitor]"},
    {"fence-fail", 1, 1, fence_happen, "DEVICE"},
    {"ticket", 2, 2, ticket_happen, "TICKET grant|revoke|standby|activate"},
    {"time", 1, 1, time_happen, "2026-11-21T19:38:16Z|+2h"},
    {"config", 1, 1, config_happen, "FILE"},
    {"quorum", 1, 1, quorum_happen, "yes|no"},
};

enum { KINDS_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *kind_find(const char *name);
static bool is_op(const char *word);
static int node_find(struct mu_simulation *simulation, const char *name,
                     uint32_t *ret_node);
static void quorum_count(struct mu_snapshot *snapshot, uint32_t before);
static uint32_t members_count(const struct mu_snapshot *snapshot);
static int place_find(struct mu_simulation *simulation, const char *word,
                      struct place *ret_place);
static int resource_find(struct mu_simulation *simulation, const char *id,
                         uint32_t *ret_resource);
static int32_t failures_count(const struct mu_snapshot *snapshot, uint32_t node,
                              const char *history);
static int config_read(struct mu_tool *tool, const char *path,
                       struct mu_doc **ret_doc);
static int config_append(struct mu_simulation *simulation, const char *path,
                         struct mu_text_buffer *text);

static const struct kind *
kind_find(const char *name)
{
    for (unsigned i = 0; i < KINDS_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static bool
is_op(const char *word)
{
    static const char *const ops[] = {"start", "stop", "promote", "demote",
                                      "monitor"};

    for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (strcmp(word, ops[i]) == 0) {
            return true;
        }
    }
    return false;
}

int
mu_muster_simulate_event_length(int argc, char **argv)
{
    const struct kind *kind = kind_find(argv[0]);
    int length;

    if (!kind) {
        return 0;
    }
    length = 1 + kind->words_min;
    if (kind->words_max > kind->words_min && argc > length &&
        is_op(argv[length])) {
        length++;
    }
    return length < argc ? length : argc;
}

const char *
mu_muster_simulate_nearest(const char *word)
{
    const char *names[KINDS_COUNT + 1] = {NULL};

    for (unsigned i = 0; i < KINDS_COUNT; i++) {
        names[i] = kinds[i].name;
    }
    return mu_tool_nearest(word, names);
}

int
mu_muster_simulate_event(struct mu_simulation *simulation, int argc,
                         char **argv)
{
    const struct kind *kind = kind_find(argv[0]);

    mu_assert(kind); /* Its length was asked for before. */
    if (argc - 1 < kind->words_min) {
        return mu_tool_usage(simulation->tool, "%s: something is missing; say: "
                                               "%s %s",
                             argv[0], kind->name, kind->usage);
    }
    return kind->happen(simulation, argv, argc);
}

int
mu_muster_simulate_assume(struct mu_simulation *simulation, const char *word)
{
    struct mu_tool *tool = simulation->tool;
    const char *value = strchr(word, '=');
    const struct kind *kind;
    char *words[2];
    uint32_t node;
    int64_t seconds;

    words[0] = mu_arena_strndup(&tool->arena, word,
                                value ? (size_t)(value - word) : strlen(word));
    kind = kind_find(words[0]);
    if (!value || !kind) {
        const char *nearest = mu_muster_simulate_nearest(words[0]);

        return mu_tool_usage(tool, "%s: this is no event; %s%s%s", word,
                             nearest ? "did you mean " : "see: muster help ",
                             nearest ? nearest : "simulate",
                             nearest ? "?" : "");
    }
    words[1] = mu_arena_strdup(&tool->arena, value + 1);
    if (strcmp(words[0], "time") == 0) {
        if (mu_text_parse_int64(words[1], &seconds) < 0 || seconds < 0 ||
            seconds > INT64_MAX / 1000) {
            return mu_tool_usage(tool, "%s: give seconds since 1970", word);
        }
        simulation->snapshot->now_ms = seconds * 1000;
        return MU_TOOL_OK;
    }
    if (strcmp(words[0], "quorum") == 0) {
        return quorum_happen(simulation, words, 2);
    }
    if (strcmp(words[0], "node-down") != 0 &&
        strcmp(words[0], "node-up") != 0) {
        return mu_tool_usage(tool, "%s: this cannot be assumed; as an event "
                                   "say: %s %s",
                             word, words[0], kind->usage);
    }
    if (node_find(simulation, words[1], &node)) {
        return MU_TOOL_FAILED;
    }
    simulation->snapshot =
        strcmp(words[0], "node-down") == 0
            ? mu_happen_node_lost(&tool->arena, simulation->snapshot, node)
            : mu_happen_node_joined(&tool->arena, simulation->snapshot, node);
    return MU_TOOL_OK;
}

static int
node_find(struct mu_simulation *simulation, const char *name,
          uint32_t *ret_node)
{
    const struct mu_status *status = simulation->snapshot->status;
    const char *names[MU_NODES_COUNT_MAX + 1] = {NULL};
    const char *nearest;

    for (uint32_t i = 0; i < status->nodes_count; i++) {
        if (strcmp(status->nodes[i].name, name) == 0) {
            *ret_node = i;
            return MU_TOOL_OK;
        }
        if (i < MU_NODES_COUNT_MAX) {
            names[i] = status->nodes[i].name;
        }
    }
    nearest = mu_tool_nearest(name, names);
    return mu_tool_fail(simulation->tool, "%s: there is no such node%s%s%s",
                        name, nearest ? "; did you mean " : "",
                        nearest ? nearest : "", nearest ? "?" : "");
}

static int
node_happen(struct mu_simulation *simulation, char **words, int count)
{
    struct mu_arena *arena = &simulation->tool->arena;
    struct mu_snapshot *snapshot = simulation->snapshot;
    uint32_t before = members_count(snapshot);
    uint32_t node;

    (void)count;
    if (node_find(simulation, words[1], &node)) {
        return MU_TOOL_FAILED;
    }
    if (strcmp(words[0], "standby") == 0 || strcmp(words[0], "online") == 0) {
        simulation->snapshot = mu_happen_attribute_set(
            arena, snapshot, node, "standby",
            strcmp(words[0], "standby") == 0 ? "on" : "off");
        return MU_TOOL_OK;
    }
    simulation->snapshot = strcmp(words[0], "node-down") == 0
                               ? mu_happen_node_lost(arena, snapshot, node)
                               : mu_happen_node_joined(arena, snapshot, node);
    quorum_count(simulation->snapshot, before);
    return MU_TOOL_OK;
}

static uint32_t
members_count(const struct mu_snapshot *snapshot)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        const struct mu_status_node *node = &snapshot->status->nodes[i];

        count += !node->is_remote && node->is_member;
    }
    return count;
}

/* Each node has one vote; of two nodes one is enough. A cluster that works with
 * fewer votes than half has rules of its own: there it is taken to go on. */
static void
quorum_count(struct mu_snapshot *snapshot, uint32_t before)
{
    uint32_t now = members_count(snapshot);
    uint32_t votes = 0;

    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        votes += !snapshot->status->nodes[i].is_remote;
    }
    snapshot->had_quorum = snapshot->had_quorum || snapshot->is_quorate;
    if (now * 2 > votes || (votes == 2 && now == 1)) {
        snapshot->is_quorate = true;
    } else if (before * 2 > votes || now == 0) {
        snapshot->is_quorate = false;
    }
}

static int
quorum_happen(struct mu_simulation *simulation, char **words, int count)
{
    bool flag;

    (void)count;
    if (mu_text_parse_bool(words[1], &flag) < 0) {
        return mu_tool_usage(simulation->tool, "quorum %s: give yes or no",
                             words[1]);
    }
    simulation->snapshot->is_quorate = flag;
    return MU_TOOL_OK;
}

static int
resource_find(struct mu_simulation *simulation, const char *id,
              uint32_t *ret_resource)
{
    const struct mu_config *config = simulation->snapshot->config;
    const char **names;
    const char *nearest;

    *ret_resource = mu_config_find_resource(config, id);
    if (*ret_resource != MU_CONFIG_NONE) {
        return MU_TOOL_OK;
    }
    names = mu_arena_new(&simulation->tool->arena, const char *,
                         NAMES_PROPOSED_MAX + 1);
    for (uint32_t i = 0;
         i < config->resources_count && i < NAMES_PROPOSED_MAX; i++) {
        names[i] = config->resources[i].id;
    }
    nearest = mu_tool_nearest(id, names);
    return mu_tool_fail(simulation->tool, "%s: there is no such resource%s%s%s",
                        id, nearest ? "; did you mean " : "",
                        nearest ? nearest : "", nearest ? "?" : "");
}

/* RESOURCE or RESOURCE@NODE; an instance of a clone may be named as web:1. */
static int
place_find(struct mu_simulation *simulation, const char *word,
           struct place *ret_place)
{
    struct mu_tool *tool = simulation->tool;
    char *id = mu_arena_strdup(&tool->arena, word);
    char *at = strchr(id, '@');
    char *colon;
    const struct mu_plan *plan =
        mu_sched_plan(&tool->arena, simulation->snapshot, 0);
    uint32_t active = 0;

    *ret_place = (struct place){.node = MU_PLAN_NONE};
    if (at) {
        *at = '\0';
        if (node_find(simulation, at + 1, &ret_place->node)) {
            return MU_TOOL_FAILED;
        }
    }
    colon = strchr(id, ':');
    if (colon) {
        *colon = '\0';
    }
    if (resource_find(simulation, id, &ret_place->primitive)) {
        return MU_TOOL_FAILED;
    }
    if (simulation->snapshot->config->resources[ret_place->primitive].kind !=
        MU_RESOURCE_PRIMITIVE) {
        return mu_tool_fail(tool, "%s: this is a group or clone; name what is "
                                  "in it and fails",
                            id);
    }
    ret_place->history = id;
    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *one = &plan->before[i];

        if (one->primitive == ret_place->primitive &&
            one->node != MU_PLAN_NONE &&
            (!at || one->node == ret_place->node)) {
            ret_place->placement = one;
            ret_place->history = one->resource;
            active++;
        }
    }
    if (!at && active != 1 && !simulation->is_check) {
        return mu_tool_fail(tool,
                            "%s: it runs on %u nodes; say where: fail %s@NODE",
                            word, (unsigned)active, id);
    }
    if (!at) {
        ret_place->node =
            active > 0 ? ret_place->placement->node : 0; /* 0: a check. */
    }
    return MU_TOOL_OK;
}

static int
fail_happen(struct mu_simulation *simulation, char **words, int count)
{
    struct mu_tool *tool = simulation->tool;
    const struct mu_config *config = simulation->snapshot->config;
    const char *op = count > 2 ? words[2] : "monitor";
    const struct mu_config_resource *failing;
    struct place place;
    int32_t failures;

    if (place_find(simulation, words[1], &place)) {
        return MU_TOOL_FAILED;
    }
    failing = &config->resources[place.primitive];
    failures =
        failures_count(simulation->snapshot, place.node, place.history) + 1;
    if (strcmp(op, "monitor") == 0) {
        if (!place.placement && !simulation->is_check) {
            return mu_tool_fail(tool,
                                "%s: it does not run there, so no monitor "
                                "fails; say: fail %s start",
                                words[1], words[1]);
        }
        simulation->snapshot = mu_happen_resource_failed(
            &tool->arena, simulation->snapshot, place.node, place.history,
            failures);
        return MU_TOOL_OK;
    }
    if (strcmp(op, "start") == 0 && config->options.start_failure_is_fatal) {
        failures = MU_SCORE_INFINITY;
    }
    simulation->snapshot = mu_happen_op_failed(
        &tool->arena, simulation->snapshot, place.node,
        &(struct mu_happen_failure){
            .agent = {.id = place.history,
                      .class_name = failing->class_name,
                      .provider = failing->provider,
                      .type = failing->type},
            .primitive = place.primitive,
            .op = op,
            .count = failures});
    return MU_TOOL_OK;
}

/* How often it has failed there so far. */
static int32_t
failures_count(const struct mu_snapshot *snapshot, uint32_t node,
               const char *history)
{
    static const char prefix[] = "fail-count-";
    const struct mu_status_node *status = &snapshot->status->nodes[node];
    size_t length = strlen(history);
    int64_t sum = 0;

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        const char *name = status->attributes[i].name;
        int32_t count;

        if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 &&
            strncmp(name + sizeof(prefix) - 1, history, length) == 0 &&
            name[sizeof(prefix) - 1 + length] == '#' &&
            mu_text_parse_score(status->attributes[i].value, &count) == 0) {
            sum += count;
        }
    }
    return sum < MU_SCORE_INFINITY ? (int32_t)sum : MU_SCORE_INFINITY - 1;
}

static int
fence_happen(struct mu_simulation *simulation, char **words, int count)
{
    const struct mu_config *config = simulation->snapshot->config;
    uint32_t device;

    (void)count;
    if (resource_find(simulation, words[1], &device)) {
        return MU_TOOL_FAILED;
    }
    if (config->resources[device].agent_class != MU_AGENT_FENCE) {
        return mu_tool_fail(simulation->tool, "%s: this is no fence device",
                            words[1]);
    }
    simulation->broken[device] = true;
    return MU_TOOL_OK;
}

static int
ticket_happen(struct mu_simulation *simulation, char **words, int count)
{
    static const char *const verbs[] = {"grant", "revoke", "standby",
                                        "activate", NULL};
    const struct mu_snapshot *snapshot = simulation->snapshot;
    bool is_granted = false;
    bool is_standby = false;
    bool is_known = false;

    (void)count;
    for (uint32_t i = 0; i < snapshot->status->tickets_count; i++) {
        if (strcmp(snapshot->status->tickets[i].id, words[1]) == 0) {
            is_granted = snapshot->status->tickets[i].is_granted;
            is_standby = snapshot->status->tickets[i].is_standby;
            is_known = true;
        }
    }
    for (uint32_t i = 0; i < snapshot->config->tickets_count; i++) {
        is_known = is_known || strcmp(snapshot->config->tickets[i].ticket,
                                      words[1]) == 0;
    }
    if (!is_known) {
        return mu_tool_fail(simulation->tool,
                            "%s: nothing depends on a ticket of that name",
                            words[1]);
    }
    if (strcmp(words[2], "grant") == 0 || strcmp(words[2], "revoke") == 0) {
        is_granted = words[2][0] == 'g';
    } else if (strcmp(words[2], "standby") == 0 ||
               strcmp(words[2], "activate") == 0) {
        is_standby = words[2][0] == 's';
    } else {
        const char *nearest = mu_tool_nearest(words[2], verbs);

        return mu_tool_usage(simulation->tool,
                             "%s: a ticket is not treated like this; %s%s%s",
                             words[2], nearest ? "did you mean " : "say: ",
                             nearest ? nearest
                                     : "grant, revoke, standby or activate",
                             nearest ? "?" : "");
    }
    simulation->snapshot =
        mu_happen_ticket_set(&simulation->tool->arena, snapshot, words[1],
                             is_granted, is_standby);
    return MU_TOOL_OK;
}

static int
time_happen(struct mu_simulation *simulation, char **words, int count)
{
    struct mu_snapshot *snapshot = simulation->snapshot;
    const char *text = words[1];
    int64_t value;

    (void)count;
    if (*text == '+' && mu_text_parse_duration(text + 1, &value) == 0 &&
        value < INT64_MAX - snapshot->now_ms) {
        snapshot->now_ms += value;
        return MU_TOOL_OK;
    }
    if (*text != '+' && mu_text_parse_int64(text, &value) == 0 && value >= 0 &&
        value < INT64_MAX / 1000) {
        snapshot->now_ms = value * 1000;
        return MU_TOOL_OK;
    }
    if (mu_api_time_parse(text, &value) == 0) {
        snapshot->now_ms = value;
        return MU_TOOL_OK;
    }
    return mu_tool_usage(simulation->tool,
                         "%s: this is no time; give 2026-11-21T19:38:16Z, "
                         "seconds since 1970, or +2h",
                         text);
}

/* The configuration of the file with the status as it is by now. */
static int
config_happen(struct mu_simulation *simulation, char **words, int count)
{
    struct mu_tool *tool = simulation->tool;
    const struct mu_snapshot *old = simulation->snapshot;
    struct mu_snapshot *snapshot;
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};

    (void)count;
    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text, "<cib have-quorum=\"%d\">",
                       old->is_quorate ? 1 : 0);
    if (config_append(simulation, words[1], &text)) {
        return MU_TOOL_FAILED;
    }
    mu_cib_status_write(old->status, 1, &text);
    mu_text_buffer_add(&text, "</cib>");
    if (mu_cib_status_read_cib(
            &tool->arena,
            (struct mu_span){(const unsigned char *)text.data, text.length},
            old->now_ms, MU_CONFIG_STRICT, &snapshot, &err)) {
        return mu_tool_fail_errbuf(tool, words[1], &err);
    }
    snapshot->now_ms = old->now_ms;
    snapshot->had_quorum = old->had_quorum;
    for (uint32_t i = 0; old->coordinator != MU_CONFIG_NONE &&
                         i < snapshot->status->nodes_count;
         i++) {
        if (strcmp(snapshot->status->nodes[i].name,
                   old->status->nodes[old->coordinator].name) == 0) {
            snapshot->coordinator = i;
        }
    }
    simulation->snapshot = snapshot;
    simulation->broken = mu_arena_new(&tool->arena, bool,
                                      snapshot->config->resources_count + 1);
    return MU_TOOL_OK;
}

/* Appends a <configuration>, or the one of a <cib>, or of a text in the crm
 * language. */
static int
config_append(struct mu_simulation *simulation, const char *path,
              struct mu_text_buffer *text)
{
    struct mu_tool *tool = simulation->tool;
    const struct mu_doc_element *config;
    struct mu_doc *doc = NULL;
    int code = config_read(tool, path, &doc);

    if (code) {
        return code;
    }
    config = mu_doc_root(doc);
    if (mu_doc_is(config, "cib")) {
        config = mu_doc_first_named(config, "configuration");
    }
    if (config && mu_doc_is(config, "configuration")) {
        mu_doc_write_line(config, text);
    } else {
        code = mu_tool_fail(tool, "%s: there is no <configuration> in it",
                            path);
    }
    mu_doc_free(doc);
    return code;
}

/* Markup is XML, all else the crm language. */
static int
config_read(struct mu_tool *tool, const char *path, struct mu_doc **ret_doc)
{
    static const char empty[] =
        "<cib><configuration><crm_config/><nodes/><resources/><constraints/>"
        "</configuration></cib>";
    const struct mu_crm_options options = {.mode = MU_CRM_UPDATE,
                                           .providers =
                                               mu_agents_find_providers,
                                           .context = &tool->arena};
    struct mu_errbuf err = {0};
    struct mu_report report;
    struct mu_doc *doc;
    struct mu_span text;
    char *data;
    bool is_xml;
    int error = mu_tool_read_file(tool, path, &data, &text.size);

    if (error < 0) {
        return mu_tool_fail(tool,
                            "%s: %s; give a file with a <cib>, a "
                            "<configuration> or the crm language",
                            path, strerror(-error));
    }
    text.data = (const unsigned char *)data;
    is_xml = data[strspn(data, " \t\r\n")] == '<';
    if (mu_doc_parse(is_xml ? text
                            : (struct mu_span){(const unsigned char *)empty,
                                               sizeof(empty) - 1},
                     &doc, &err) < 0) {
        return mu_tool_fail_errbuf(tool, path, &err);
    }
    if (!is_xml) {
        mu_report_init(&report, &tool->arena);
        error = mu_crm_apply(doc, text, &options, &report);
        mu_tell_report(tool, path, data, &report, error != 0);
        if (error) {
            mu_doc_free(doc);
            return MU_TOOL_FAILED;
        }
    }
    *ret_doc = doc;
    return MU_TOOL_OK;
}
