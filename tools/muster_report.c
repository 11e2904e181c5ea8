/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* nftw */
/* Report: one archive with all that somebody needs who is to help, and none of
 * the secrets. */

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/api_time.h"
#include "doc/doc.h"
#include "tools/agents.h"
#include "tools/capture.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/field.h"
#include "tools/machines.h"
#include "tools/muster_status.h"
#include "tools/scrub.h"

enum {
    ANSWER_MS = 10000,
    COMMAND_MS = 15000,
    ARCHIVE_MS = 120000,
    TEXT_SIZE_MAX = 32 << 20,
    NOTES_MAX = 2000,
    WORDS_MAX = 16,
    FILES_OPEN_MAX = 16,
    NAME_SIZE = 96,
};
#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct agent {
    const char *name;            /* class:provider:type */
    MU_VEC(const char *) hidden; /* Parameters that it calls private. */
    const char *version;         /* Or null. */
};

struct report {
    struct mu_tool *tool;
    struct mu_muster_ipc *ipc; /* Null: no daemon. */
    struct mu_scrub scrub;
    struct mu_text_buffer manifest;
    MU_VEC(struct agent) agents;
    int64_t from_ms;
    char top[64];         /* Folder that is removed at the end. */
    char name[NAME_SIZE]; /* Of the folder in the archive. */
    const char *output;   /* Path of the archive, or null. */
};

/* Programs that tell of the machine, by file. */
static const struct {
    const char *file;
    const char *words[WORDS_MAX];
} commands[] = {
    {"corosync/rings.txt", {"corosync-cfgtool", "-s", NULL}},
    {"corosync/quorum.txt", {"corosync-quorumtool", "-s", NULL}},
    {"corosync/cmap.txt", {"corosync-cmapctl", NULL}},
    {"system/kernel.txt", {"uname", "-a", NULL}},
    {"system/os.txt", {"cat", "/etc/os-release", NULL}},
    {"system/uptime.txt", {"uptime", NULL}},
    {"system/memory.txt", {"free", "-m", NULL}},
    {"system/disks.txt", {"df", "-hT", "-x", "tmpfs", NULL}},
    {"system/addresses.txt", {"ip", "addr", NULL}},
    {"system/routes.txt", {"ip", "route", NULL}},
    {"system/clock.txt", {"timedatectl", NULL}},
    {"system/units.txt",
     {"systemctl", "--no-pager", "status", "musterd", "corosync", NULL}},
    {"system/packages.txt",
     {"dpkg-query", "-W", "corosync", "libqb100", "libxml2", "fence-agents*",
      "resource-agents*", NULL}},
    {"system/processes.txt",
     {"ps", "-eo", "pid,ppid,stat,etime,rss,comm", NULL}},
};

/* Files that tell of the machine. */
static const struct {
    const char *file;
    const char *path;
} files[] = {
    {"corosync/corosync.conf", "/etc/corosync/corosync.conf"},
    {"muster.conf", "/etc/muster/muster.conf"},
    {"logs/corosync.log", "/var/log/corosync/corosync.log"},
    {"logs/corosync-cluster.log", "/var/log/cluster/corosync.log"},
    {"logs/musterd.log", "/var/log/musterd.log"},
};

static int read_words(struct report *report, int argc, char **argv);
static int begin(struct report *report);
static void add_state(struct report *report);
static json_t *ask(struct report *report, json_t *request);
static void add_answer(struct report *report, const char *file,
                       const char *name);
static void add_cib(struct report *report);
static void add_status(struct report *report);
static void add_timelines(struct report *report);
static void add_survey(struct report *report);
static void add_json(struct report *report, const char *file,
                     const json_t *json);
static void add_agents(struct report *report);
static void add_machine(struct report *report);
static void add_journal(struct report *report);
static void add_command(struct report *report, const char *file,
                        const char *const *words);
static void add_text(struct report *report, const char *file, const char *text,
                     size_t size);
static void write_file(struct report *report, const char *file,
                       const char *text, size_t size);
static mu_scrub_private is_private;
static struct agent *agent_find(struct report *report,
                                const struct mu_agents_name *name);
static void agent_read(struct report *report, struct agent *agent,
                       const struct mu_agents_name *name);
static void add_manifest(struct report *report);
static int pack(struct report *report);
static int remove_one(const char *path, const struct stat *about, int kind,
                      struct FTW *place);

int
mu_muster_report_run(struct mu_tool *tool, int argc, char **argv)
{
    struct report report = {
        .tool = tool,
        .from_ms = mu_tool_now_ms() - DAY_MS,
        .scrub = {.arena = &tool->arena, .is_private = is_private}};
    struct mu_errbuf err = {0};
    mode_t mask;
    int code;

    report.scrub.context = &report;
    mu_text_buffer_init(&report.manifest, &tool->arena);
    code = read_words(&report, argc, argv);
    if (code) {
        return code;
    }
    mask = umask(077);
    code = begin(&report);
    if (code) {
        (void)umask(mask);
        return code;
    }
    if (mu_muster_ipc_open(NULL, ANSWER_MS, &report.ipc, &err)) {
        report.ipc = NULL;
        mu_text_buffer_add(&report.manifest, "no answers of musterd: %s\n",
                           err.text);
    }
    add_state(&report);
    mu_muster_ipc_close(report.ipc);
    add_agents(&report);
    add_machine(&report);
    add_manifest(&report);
    code = pack(&report);
    (void)nftw(report.top, remove_one, FILES_OPEN_MAX, FTW_DEPTH | FTW_PHYS);
    (void)umask(mask);
    return code;
}

static int
read_words(struct report *report, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        int64_t span_ms;

        if (strcmp(argv[i], "--from") == 0 && next) {
            if (mu_text_parse_duration(next, &span_ms) == 0) {
                report->from_ms = mu_tool_now_ms() - span_ms;
            } else if (mu_api_time_parse(next, &report->from_ms)) {
                return mu_tool_usage(report->tool,
                                     "--from %s: is neither a span such as 2h "
                                     "nor a time such as 2026-11-22T09:00:00Z",
                                     next);
            }
            i++;
        } else if ((strcmp(argv[i], "--output") == 0 ||
                    strcmp(argv[i], "-o") == 0) &&
                   next) {
            report->output = next;
            i++;
        } else {
            return mu_tool_usage(report->tool, "%s: is no word of this command",
                                 argv[i]);
        }
    }
    return MU_TOOL_OK;
}

/* Makes a folder that only we can look into. */
static int
begin(struct report *report)
{
    char host[64] = "node";
    char now[MU_API_TIME_SIZE];

    (void)gethostname(host, sizeof(host) - 1);
    mu_api_time_format(mu_tool_now_ms(), now);
    mu_text_format(report->name, sizeof(report->name),
                   "muster-report-%.40s-%.10s-%.2s%.2s%.2s", host, now,
                   now + 11, now + 14, now + 17);
    mu_text_format(report->top, sizeof(report->top),
                   "/tmp/muster-report.XXXXXX");
    if (!mkdtemp(report->top)) {
        return mu_tool_fail(report->tool, "/tmp: no folder can be made: %s",
                            strerror(errno));
    }
    return MU_TOOL_OK;
}

/* The configuration comes first: it tells what is secret elsewhere. */
static void
add_state(struct report *report)
{
    if (!report->ipc) {
        return;
    }
    add_cib(report);
    add_status(report);
    add_answer(report, "plan.json", "plan");
    add_answer(report, "revisions.json", "revisions");
    add_answer(report, "version.json", "version");
    add_answer(report, "nodes.json", "nodes");
    add_timelines(report);
    add_survey(report);
}

/* Returns the answer, or null when there is none. */
static json_t *
ask(struct report *report, json_t *request)
{
    struct mu_client_answer answer = {.takes_refusal = true};

    if (mu_client_ask_on(report->tool, report->ipc, request, ANSWER_MS,
                         &answer) != MU_TOOL_OK) {
        mu_text_buffer_add(&report->manifest, "musterd refused: %s\n",
                           answer.text ? answer.text : "no answer");
        return NULL;
    }
    return answer.result;
}

static void
add_answer(struct report *report, const char *file, const char *name)
{
    json_t *answer = ask(report, json_pack("{s:s}", "request", name));

    add_json(report, file, answer);
    json_decref(answer);
}

/* Null adds nothing. */
static void
add_json(struct report *report, const char *file, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;

    if (text) {
        add_text(report, file, text, strlen(text));
    }
    free(text);
}

static void
add_cib(struct report *report)
{
    json_t *answer = ask(report, json_pack("{s:s}", "request", "cib"));
    const json_t *xml = json_object_get(answer, "xml");
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};

    mu_text_buffer_init(&text, &report->tool->arena);
    if (json_is_string(xml) &&
        mu_scrub_xml(
            &report->scrub, "cib.xml",
            (struct mu_span){(const unsigned char *)json_string_value(xml),
                             json_string_length(xml)},
            &text, &err)) {
        mu_text_buffer_add(&report->manifest, "cib.xml: left out: %s\n",
                           err.text);
    } else if (text.data) {
        write_file(report, "cib.xml", text.data, text.length);
    }
    json_decref(answer);
}

static void
add_status(struct report *report)
{
    const struct mu_muster_status_view view = {
        .width = 120, .is_ascii = true, .is_full = true};
    json_t *status = ask(report, json_pack("{s:s}", "request", "status"));
    struct mu_text_buffer text;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const char *agent = mu_field_text(one, "agent");
        struct mu_agents_name name;

        if (agent && mu_agents_parse(&report->tool->arena, agent, &name)) {
            (void)agent_find(report, &name);
        }
    }
    if (status) {
        mu_text_buffer_init(&text, &report->tool->arena);
        mu_muster_status_render(status, &view, &text);
        add_text(report, "status.txt", text.data, text.length);
    }
    add_json(report, "status.json", status);
    json_decref(status);
}

/* What has happened, and each failover with its steps. */
static void
add_timelines(struct report *report)
{
    json_t *history = ask(report, json_pack("{s:s, s:i}", "request", "history",
                                            "limit", NOTES_MAX));
    json_t *timelines = json_array();
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(history, "failovers"), i, one)
    {
        const char *id = mu_field_text(one, "id");
        json_t *full = id ? ask(report, json_pack("{s:s, s:s}", "request",
                                                  "timeline", "id", id))
                          : NULL;

        if (full) {
            (void)json_array_append_new(timelines, full);
        }
    }
    add_json(report, "history.json", history);
    add_json(report, "timelines.json", timelines);
    json_decref(timelines);
    json_decref(history);
}

/* What every machine tells of itself; the logs of others are not to be had. */
static void
add_survey(struct report *report)
{
    json_t *machines = NULL;
    const json_t *one;
    size_t i;

    if (mu_machines_ask(report->tool, report->ipc, &machines)) {
        mu_text_buffer_add(&report->manifest,
                           "machines.json: they could not be asked\n");
    }
    json_array_foreach(machines, i, one)
    {
        if (!json_is_object(json_object_get(one, "facts"))) {
            mu_text_buffer_add(&report->manifest,
                               "machines.json: %s did not answer\n",
                               mu_field_text(one, "node"));
        }
    }
    add_json(report, "machines.json", machines);
    json_decref(machines);
}

static void
add_agents(struct report *report)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &report->tool->arena);
    for (size_t i = 0; i < report->agents.count; i++) {
        const struct agent *one = &report->agents.items[i];

        mu_text_buffer_add(&text, "%s %s\n", one->name,
                           one->version ? one->version : "-");
    }
    if (text.data) {
        add_text(report, "agents.txt", text.data, text.length);
    }
}

static void
add_machine(struct report *report)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        add_command(report, commands[i].file, commands[i].words);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *text;
        size_t size;

        if (access(files[i].path, R_OK) == 0 &&
            mu_tool_read_file(report->tool, files[i].path, &text, &size) == 0) {
            size_t skip = size > TEXT_SIZE_MAX ? size - TEXT_SIZE_MAX : 0;

            add_text(report, files[i].file, text + skip, size - skip);
        }
    }
    add_journal(report);
}

static void
add_journal(struct report *report)
{
    const char *since = mu_text_make(&report->tool->arena, "@%lld",
                                     (long long)(report->from_ms / 1000));
    const char *const words[] = {
        "journalctl", "--no-pager", "-o", "short-iso-precise",
        "-u",         "musterd",    "-u", "corosync",
        "--since",    since,        NULL};

    add_command(report, "logs/journal.txt", words);
}

/* Adds what a program prints. One that is not there is no trouble. */
static void
add_command(struct report *report, const char *file, const char *const *words)
{
    char *text = NULL;
    size_t size = 0;
    int error = mu_capture_run(&report->tool->arena,
                               &(struct mu_capture){.timeout_ms = COMMAND_MS,
                                                    .size_max = TEXT_SIZE_MAX,
                                                    .with_errors = true,
                                                    .is_truncated = true},
                               words, &text, &size);

    if (error) {
        mu_text_buffer_add(&report->manifest, "%s: %s: %s\n", file, words[0],
                           error == -EIO ? "did not end well"
                                         : strerror(-error));
    }
    if (text && size > 0) {
        add_text(report, file, text, size);
    }
}

static void
add_text(struct report *report, const char *file, const char *text, size_t size)
{
    struct mu_text_buffer clean;

    mu_text_buffer_init(&clean, &report->tool->arena);
    mu_scrub_text(&report->scrub, file, text, size, &clean);
    write_file(report, file, clean.data ? clean.data : "", clean.length);
}

static void
write_file(struct report *report, const char *file, const char *text,
           size_t size)
{
    char path[512];
    int error;

    /* Folders have one level below the top. */
    mu_text_format(path, sizeof(path), "%s/%s", report->top, report->name);
    (void)mkdir(path, 0700);
    mu_text_format(path, sizeof(path), "%s/%s/%.*s", report->top, report->name,
                   (int)(strchr(file, '/') ? strchr(file, '/') - file : 0),
                   file);
    (void)mkdir(path, 0700);
    mu_text_format(path, sizeof(path), "%s/%s/%s", report->top, report->name,
                   file);
    error = mu_tool_write_file(path, text, size);
    if (error) {
        mu_text_buffer_add(&report->manifest, "%s: left out: %s\n", file,
                           strerror(-error));
    } else {
        mu_text_buffer_add(&report->manifest, "%s: %zu bytes\n", file, size);
    }
}

/* Asks the agent itself, once. */
static bool
is_private(void *context, const char *class_name, const char *provider,
           const char *type, const char *name)
{
    const struct mu_agents_name asked = {class_name, provider, type};
    const struct agent *agent = agent_find(context, &asked);

    for (size_t i = 0; i < agent->hidden.count; i++) {
        if (strcmp(agent->hidden.items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static struct agent *
agent_find(struct report *report, const struct mu_agents_name *name)
{
    const char *full =
        mu_text_make(&report->tool->arena, "%s:%s%s%s", name->class_name,
                     name->provider ? name->provider : "",
                     name->provider ? ":" : "", name->type);
    struct agent *agent;

    for (size_t i = 0; i < report->agents.count; i++) {
        if (strcmp(report->agents.items[i].name, full) == 0) {
            return &report->agents.items[i];
        }
    }
    agent = mu_vec_add(&report->tool->arena, &report->agents);
    agent->name = full;
    agent_read(report, agent, name);
    return agent;
}

static void
agent_read(struct report *report, struct agent *agent,
           const struct mu_agents_name *name)
{
    struct mu_arena *arena = &report->tool->arena;
    const struct mu_doc_element *one;
    struct mu_errbuf err = {0};
    struct mu_doc *doc = NULL;
    const char *version;
    char *xml;
    size_t size;

    if (mu_agents_metadata(arena, name, &xml, &size, &err) ||
        mu_doc_parse((struct mu_span){(const unsigned char *)xml, size}, &doc,
                     &err)) {
        return;
    }
    version = mu_doc_get(mu_doc_root(doc), "version");
    agent->version = version ? mu_arena_strdup(arena, version) : NULL;
    for (one = mu_doc_root(doc); one;
         one = mu_doc_walk(one, mu_doc_root(doc))) {
        const char *its = mu_doc_get(one, "name");
        const char *hidden = mu_doc_get(one, "private");

        if (mu_doc_is(one, "parameter") && its && hidden &&
            (strcmp(hidden, "1") == 0 || strcmp(hidden, "true") == 0)) {
            *mu_vec_add(arena, &agent->hidden) = mu_arena_strdup(arena, its);
        }
    }
    mu_doc_free(doc);
}

static void
add_manifest(struct report *report)
{
    struct mu_text_buffer text;
    char from[MU_API_TIME_SIZE];

    mu_api_time_format(report->from_ms, from);
    mu_text_buffer_init(&text, &report->tool->arena);
    mu_text_buffer_add(&text,
                       "%s\nmade by muster %s; logs since %s\n\nREMOVED\n",
                       report->name, PACKAGE_VERSION, from);
    for (size_t i = 0; i < report->scrub.removed.count; i++) {
        mu_text_buffer_add(&text, "%s\n", report->scrub.removed.items[i]);
    }
    mu_text_buffer_add(&text,
                       "Corosync's authkey is never looked at.\n"
                       "\nCONTENT\n%s",
                       report->manifest.data ? report->manifest.data : "");
    write_file(report, "MANIFEST", text.data, text.length);
}

static int
pack(struct report *report)
{
    struct mu_arena *arena = &report->tool->arena;
    const char *output = report->output
                             ? report->output
                             : mu_text_make(arena, "%s.tar.gz", report->name);
    size_t length = strlen(output);
    const char *const words[] = {
        "tar",
        length > 3 && strcmp(output + length - 3, ".xz") == 0 ? "-cJf" : "-czf",
        output,
        "-C",
        report->top,
        report->name,
        NULL};
    char *text = NULL;
    size_t size = 0;
    int error = mu_capture_run(arena,
                               &(struct mu_capture){.timeout_ms = ARCHIVE_MS,
                                                    .size_max = TEXT_SIZE_MAX,
                                                    .with_errors = true,
                                                    .is_truncated = true},
                               words, &text, &size);

    if (error) {
        return mu_tool_fail(report->tool, "%s: cannot be written: %s", output,
                            text && size > 0 ? text : strerror(-error));
    }
    if (report->tool->is_json) {
        json_t *answer = json_pack("{s:s, s:I}", "archive", output, "removed",
                                   (json_int_t)report->scrub.removed.count);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        (void)puts(output);
    }
    mu_tool_say(report->tool,
                "secrets are removed; read MANIFEST in it, and look it through "
                "before you give it away");
    return MU_TOOL_OK;
}

static int
remove_one(const char *path, const struct stat *about, int kind,
           struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    (void)remove(path); /* What stays is in a folder of our own. */
    return 0;
}
