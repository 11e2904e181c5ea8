/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "tools/audit_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "model/cib_status.h"
#include "tools/field.h"

enum {
    WORKERS_MAX = 16,
    EVENTS_PER_WORKER_MIN = 4, /* A process for fewer is not worth it. */
    WORKER_SECONDS_MAX = 600,
    ALARM_SIZE_MAX = 200000, /* Nodes x nodes x resources: 0.2 s. */
    ALARM_NODES_MAX = 3,     /* Named in one sentence. */
};

#define ARENA_SIZE_MAX ((size_t)1 << 33)

struct worker {
    pid_t pid;
    int fd; /* Where it writes; read when it has ended. */
};

static unsigned workers_count(const struct mu_audit *audit, unsigned kinds);
static void worker_run(const struct mu_audit *audit, unsigned kinds,
                       const unsigned share[2], FILE *out);
static int worker_start(const struct mu_audit *audit, unsigned kinds,
                        const unsigned share[2], struct worker *ret_worker);
static int worker_read(struct mu_tool *tool, struct mu_audit_run *run,
                       const struct worker *worker);
static json_t *row_make(const struct mu_audit *audit,
                        const struct mu_audit_outcome *outcome,
                        struct mu_arena *arena);
static void row_take(struct mu_tool *tool, struct mu_audit_run *run,
                     json_t *row);
static const char *level_word(enum mu_audit_level level);
static uint32_t lost_at(struct mu_arena *arena, const struct mu_audit *audit,
                        const char *node,
                        const struct mu_audit_loss **ret_loss);

int
mu_audit_run_start(struct mu_tool *tool, const struct mu_snapshot *snapshot,
                   unsigned kinds, struct mu_audit_run *ret_run)
{
    const struct mu_audit *audit = mu_audit_make(&tool->arena, snapshot);
    struct worker workers[WORKERS_MAX];
    unsigned count = workers_count(audit, kinds);
    unsigned started = 0;
    int error = 0;

    *ret_run = (struct mu_audit_run){
        .audit = audit,
        .outcomes =
            mu_arena_new(&tool->arena, const struct mu_audit_outcome *,
                         (size_t)audit->events_count + 1),
        .rows = mu_arena_new(&tool->arena, json_t *,
                             (size_t)audit->events_count + 1),
        .levels = mu_arena_new(&tool->arena, enum mu_audit_level,
                               (size_t)audit->events_count + 1)};
    (void)fflush(stdout);
    while (started < count && error == 0) {
        error = worker_start(audit, kinds, (unsigned[2]){started, count},
                             &workers[started]);
        started += error == 0;
    }
    for (unsigned i = 0; i < started; i++) {
        int result = worker_read(tool, ret_run, &workers[i]);

        error = error ? error : result;
    }
    if (error) {
        mu_audit_run_done(ret_run);
        return mu_tool_fail(tool, "the audit was not finished: %s; try again",
                            strerror(-error));
    }
    ret_run->figure = mu_audit_figure(&tool->arena, audit, ret_run->levels);
    return MU_TOOL_OK;
}

void
mu_audit_run_done(struct mu_audit_run *run)
{
    for (uint32_t i = 0; i < run->audit->events_count; i++) {
        json_decref(run->rows[i]);
        run->rows[i] = NULL;
    }
}

static unsigned
workers_count(const struct mu_audit *audit, unsigned kinds)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned events = 0;
    unsigned count;

    for (uint32_t i = 0; i < audit->events_count; i++) {
        events += (kinds >> audit->events[i].kind) & 1;
    }
    count = events / EVENTS_PER_WORKER_MIN + 1;
    if (processors > 0 && count > (unsigned long)processors) {
        count = (unsigned)processors;
    }
    return count > WORKERS_MAX ? WORKERS_MAX : count;
}

static int
worker_start(const struct mu_audit *audit, unsigned kinds,
             const unsigned share[2], struct worker *ret_worker)
{
    FILE *out;

    ret_worker->fd = memfd_create("muster-audit", MFD_CLOEXEC);
    if (ret_worker->fd < 0) {
        return -errno;
    }
    ret_worker->pid = fork();
    if (ret_worker->pid < 0) {
        int error = errno;

        (void)close(ret_worker->fd);
        return -error;
    }
    if (ret_worker->pid > 0) {
        return 0;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)alarm(WORKER_SECONDS_MAX); /* Ends the process. */
    out = fdopen(ret_worker->fd, "w");
    if (!out) {
        _exit(EXIT_FAILURE);
    }
    worker_run(audit, kinds, share, out);
    _exit(fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Every 'share[1]'th event, from 'share[0]' on. */
static void
worker_run(const struct mu_audit *audit, unsigned kinds,
           const unsigned share[2], FILE *out)
{
    struct mu_arena arena;
    unsigned number = 0;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    for (uint32_t i = 0; i < audit->events_count; i++) {
        json_t *row;

        if (!((kinds >> audit->events[i].kind) & 1) ||
            number++ % share[1] != share[0]) {
            continue;
        }
        mu_arena_reset(&arena);
        row = row_make(audit, mu_audit_run(&arena, audit, audit->events[i]),
                       &arena);
        (void)json_object_set_new(row, "index", json_integer(i));
        (void)json_dumpf(row, out, JSON_COMPACT);
        (void)fputc('\n', out);
        json_decref(row);
    }
    mu_arena_done(&arena);
}

static json_t *
row_make(const struct mu_audit *audit, const struct mu_audit_outcome *outcome,
         struct mu_arena *arena)
{
    static const char *const kinds[] = {
        [MU_AUDIT_NODE] = "node",
        [MU_AUDIT_PAIR] = "pair",
        [MU_AUDIT_RESOURCE] = "resource",
        [MU_AUDIT_DEVICE] = "fence_device",
        [MU_AUDIT_MAINTENANCE] = "maintenance",
    };
    const struct mu_audit_event event = outcome->event;
    bool is_of_nodes = event.kind != MU_AUDIT_RESOURCE &&
                       event.kind != MU_AUDIT_DEVICE;
    const struct mu_status_node *nodes = audit->snapshot->status->nodes;
    json_t *about = json_array();
    json_t *losses = json_array();

    (void)json_array_append_new(
        about, json_string(
                   is_of_nodes
                       ? nodes[event.first].name
                       : audit->snapshot->config->resources[event.first].id));
    if (event.second != MU_PLAN_NONE) {
        (void)json_array_append_new(about,
                                    json_string(nodes[event.second].name));
    }
    for (uint32_t i = 0; i < outcome->losses_count; i++) {
        const struct mu_audit_loss *loss = &outcome->losses[i];

        (void)json_array_append_new(
            losses, json_pack("{s:s, s:s, s:s, s:s}", "service", loss->service,
                              "part", loss->part, "level",
                              level_word(loss->level), "reason", loss->text));
    }
    return json_pack(
        "{s:s, s:o, s:s, s:s, s:b, s:i, s:i, s:i, s:o}", "kind",
        kinds[event.kind], "about", about, "event",
        mu_audit_event_text(arena, audit, event), "level",
        level_word(outcome->level), "quorum", outcome->has_quorum, "lost",
        (int)outcome->lost_count, "degraded", (int)outcome->degraded_count,
        "moved", (int)outcome->moved_count, "losses", losses);
}

static const char *
level_word(enum mu_audit_level level)
{
    static const char *const words[] = {
        [MU_AUDIT_KEPT] = "kept",
        [MU_AUDIT_DEGRADED] = "degraded",
        [MU_AUDIT_LOST] = "lost",
    };

    return words[level];
}

static int
worker_read(struct mu_tool *tool, struct mu_audit_run *run,
            const struct worker *worker)
{
    int status = 0;
    FILE *in = fdopen(worker->fd, "r");
    json_t *row;

    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in) {
        (void)close(worker->fd);
        return -ENOMEM;
    }
    rewind(in);
    while ((row = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
        row_take(tool, run, row);
    }
    (void)fclose(in);
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS
               ? 0
               : -ETIMEDOUT;
}

/* Takes over the reference. */
static void
row_take(struct mu_tool *tool, struct mu_audit_run *run, json_t *row)
{
    json_int_t i = json_integer_value(json_object_get(row, "index"));
    const char *level = mu_field_text(row, "level");
    struct mu_audit_outcome *outcome =
        mu_arena_new(&tool->arena, struct mu_audit_outcome, 1);

    if (i < 0 || i >= run->audit->events_count || !level || run->rows[i]) {
        json_decref(row);
        return;
    }
    outcome->event = run->audit->events[i];
    outcome->lost_count =
        (uint32_t)json_integer_value(json_object_get(row, "lost"));
    outcome->degraded_count =
        (uint32_t)json_integer_value(json_object_get(row, "degraded"));
    outcome->moved_count =
        (uint32_t)json_integer_value(json_object_get(row, "moved"));
    for (int word = MU_AUDIT_KEPT; word <= MU_AUDIT_LOST; word++) {
        if (strcmp(level_word((enum mu_audit_level)word), level) == 0) {
            outcome->level = (enum mu_audit_level)word;
        }
    }
    (void)json_object_del(row, "index");
    run->outcomes[i] = outcome;
    run->levels[i] = outcome->level;
    run->rows[i] = row;
}

const char *
mu_audit_run_alarm(struct mu_tool *tool, struct mu_span before,
                   const struct mu_snapshot *after)
{
    uint64_t nodes_count = after->status->nodes_count;
    const struct mu_audit *old = NULL;
    const struct mu_audit *new;
    const struct mu_audit_loss *first = NULL;
    struct mu_text_buffer names;
    uint32_t count = 0;

    if (nodes_count * nodes_count * after->config->resources_count >
        ALARM_SIZE_MAX) {
        return NULL;
    }
    new = mu_audit_make(&tool->arena, after);
    mu_text_buffer_init(&names, &tool->arena);
    for (uint32_t i = 0; i < after->status->nodes_count; i++) {
        const char *node = after->status->nodes[i].name;
        const struct mu_audit_loss *loss = NULL;
        uint32_t lost = lost_at(&tool->arena, new, node, &loss);

        if (lost > 0 && !old) {
            struct mu_snapshot *without;

            if (mu_cib_status_read_cib(&tool->arena, before, after->now_ms,
                                       MU_CONFIG_LENIENT, &without, NULL)) {
                return NULL;
            }
            old = mu_audit_make(&tool->arena, without);
        }
        if (lost == 0 || lost <= lost_at(&tool->arena, old, node, NULL)) {
            continue;
        }
        first = first ? first : loss;
        if (++count <= ALARM_NODES_MAX) {
            mu_text_buffer_add(&names, "%s%s", count > 1 ? ", " : "", node);
        }
    }
    if (!first) {
        return NULL;
    }
    if (count > ALARM_NODES_MAX) {
        mu_text_buffer_add(&names, " and %u more", count - ALARM_NODES_MAX);
    }
    return mu_text_make(&tool->arena,
                        "after this change the cluster no longer survives the "
                        "loss of %s: %s: %s",
                        names.data, first->part, first->text);
}

/* How many services the loss of 'node' costs, and the first of them. */
static uint32_t
lost_at(struct mu_arena *arena, const struct mu_audit *audit, const char *node,
        const struct mu_audit_loss **ret_loss)
{
    for (uint32_t i = 0; i < audit->events_count; i++) {
        struct mu_audit_event event = audit->events[i];
        const struct mu_audit_outcome *outcome;

        if (event.kind != MU_AUDIT_NODE ||
            strcmp(audit->snapshot->status->nodes[event.first].name, node) !=
                0) {
            continue;
        }
        outcome = mu_audit_run(arena, audit, event);
        if (ret_loss && outcome->lost_count > 0) {
            *ret_loss = &outcome->losses[0];
        }
        return outcome->lost_count;
    }
    return 0;
}
