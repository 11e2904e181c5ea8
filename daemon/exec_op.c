/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "daemon/agent_fence.h"
#include "daemon/agent_ocf.h"
#include "daemon/agent_unit.h"
#include "daemon/clock.h"
#include "daemon/exec_child.h"
#include "daemon/exec_private.h"
#include "daemon/exec_tree.h"
#include "daemon/log.h"

enum {
    GRACE_MS = 1000,    /* Between SIGTERM and SIGKILL. */
    KILL_RETRY_MS = 20, /* Between two looks at dying processes. */
    KILL_MS_MAX = 5000, /* Then a process is called unkillable. */
};

enum { STDOUT, STDERR, STREAMS_COUNT };

static enum mu_agent_class class_resolve(const struct mu_effect_exec *effect);
static void unit_start(struct mu_exec_op *op);
static void on_unit(void *user, const struct mu_agent_systemd_result *result);
static void unit_cancel(struct mu_exec_op *op, enum mu_op_end end);
static void timeout_explain(struct mu_exec_op *op);
static bool fence_answer(struct mu_exec_op *op);
static void op_launch(struct mu_exec_op *op);
static int command_make(struct mu_exec_op *op,
                        struct mu_agent_command *ret_command,
                        struct mu_errbuf *err);
static int command_start(struct mu_exec_op *op,
                         const struct mu_agent_command *command);
static int op_watch(struct mu_exec_op *op, struct mu_exec_child *child);
static void op_refuse(struct mu_exec_op *op, int error, const char *text);
static void op_exited(struct mu_exec_op *op);
static void exit_judge(struct mu_exec_op *op, const siginfo_t *info);
static bool op_retry(struct mu_exec_op *op);
static void op_kill(struct mu_exec_op *op);
static void op_killed(struct mu_exec_op *op, bool is_dead);
static bool is_leader_dead(const struct mu_exec_op *op);
static void leader_reap(struct mu_exec_op *op, siginfo_t *ret_info);
static void leader_linger(struct mu_exec_op *op);
static void reason_from_streams(struct mu_exec_op *op);
static struct mu_exec_tree tree_of(const struct mu_exec_op *op);
static void device_register(struct mu_exec *exec, const char *id,
                            bool is_registered);
static bool device_is_registered(const struct mu_exec *exec, const char *id);
static void on_pidfd(void *user, int fd, int events);
static void on_linger(void *user, int fd, int events);
static void on_timer(void *user);

void
mu_exec_op_run(struct mu_exec_op *op)
{
    struct mu_exec *exec = op->exec;
    static uint64_t counter;

    op->started = mu_clock_now();
    op->started_wall_ms = mu_clock_wall_ms();
    op->record.deadline =
        op->effect.timeout_ms > 0
            ? mu_instant_after(op->started, op->effect.timeout_ms)
            : MU_INSTANT_NEVER;
    mu_loop_timer_init(&op->timer, exec->config.loop, on_timer, op);
    (void)mu_text_format(op->record.marker, sizeof(op->record.marker),
                         "%s.%" PRIu64, exec->marker_prefix, ++counter);
    (void)mu_text_format(op->record.resource, sizeof(op->record.resource), "%s",
                         op->effect.resource);
    (void)mu_text_format(op->record.op_name, sizeof(op->record.op_name), "%s",
                         op->effect.op_name);
    op->effect.agent_class = class_resolve(&op->effect);
    if (op->effect.agent_class == MU_AGENT_SYSTEMD) {
        unit_start(op);
        return;
    }
    if (op->effect.agent_class == MU_AGENT_FENCE) {
        if (fence_answer(op)) {
            mu_exec_op_report_later(op);
            return;
        }
        op->tries_left = mu_agent_fence_tries(&op->effect);
    }
    op_launch(op);
}

void
mu_exec_op_stop(struct mu_exec_op *op, enum mu_op_end end)
{
    struct mu_exec_tree tree;

    if (op->unit_op) {
        unit_cancel(op, end);
        return;
    }
    /* It has not been waited for, so the process is there, dead or alive. */
    if (!op->is_recovered &&
        mu_exec_tree_start_ticks(op->record.pid, &op->record.start_ticks) < 0) {
        op->record.start_ticks = 0;
    }
    tree = tree_of(op);
    op->state = MU_EXEC_OP_ENDING;
    mu_exec_op_result(op, end, 1);
    mu_exec_tree_term(&tree);
    mu_loop_timer_arm(&op->timer, mu_instant_after(mu_clock_now(), GRACE_MS));
}

int
mu_exec_op_adopt(struct mu_exec_op *op)
{
    int rc;

    mu_loop_timer_init(&op->timer, op->exec->config.loop, on_timer, op);
    op->state = MU_EXEC_OP_RUNNING;
    op->started = mu_clock_now();
    op->pidfd = mu_exec_child_pidfd(op->record.pid);
    if (op->pidfd < 0) {
        return op->pidfd;
    }
    rc = mu_loop_fd_add(op->exec->config.loop, op->pidfd, POLLIN, on_pidfd, op);
    if (rc == 0) {
        mu_loop_timer_arm(&op->timer, op->record.deadline);
    }
    return rc;
}

void
mu_exec_op_close(struct mu_exec_op *op)
{
    if (op->pidfd >= 0) {
        mu_loop_fd_remove(op->exec->config.loop, op->pidfd);
        (void)close(op->pidfd);
        op->pidfd = -1;
    }
    if (op->unit_op) {
        mu_agent_systemd_cancel(op->unit_op);
        op->unit_op = NULL;
    }
    for (int i = 0; op->streams && i < STREAMS_COUNT; i++) {
        mu_exec_output_done(&op->streams[i]);
    }
    free(op->streams);
    op->streams = NULL;
}

void
mu_exec_op_reason(struct mu_exec_op *op, const char *format, ...)
{
    char text[MU_ERRBUF_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mu_exec_output_clean(text, op->reason, sizeof(op->reason));
}

/* A service is whatever manages it on this node. */
static enum mu_agent_class
class_resolve(const struct mu_effect_exec *effect)
{
    if (effect->agent_class != MU_AGENT_SERVICE) {
        return effect->agent_class;
    }
    return mu_agent_unit_exists(effect->type) ? MU_AGENT_SYSTEMD : MU_AGENT_LSB;
}

/* Nothing is put on record: systemd keeps the job, whatever becomes of us. */
static void
unit_start(struct mu_exec_op *op)
{
    op->state = MU_EXEC_OP_RUNNING;
    op->unit_op = mu_agent_systemd_start(
        op->exec->systemd,
        &(struct mu_agent_systemd_request){.unit = op->effect.type,
                                           .op_name = op->effect.op_name,
                                           .resource = op->effect.resource,
                                           .function = on_unit,
                                           .user = op});
    mu_loop_timer_arm(&op->timer, op->record.deadline);
}

static void
on_unit(void *user, const struct mu_agent_systemd_result *result)
{
    struct mu_exec_op *op = user;

    op->unit_op = NULL;
    mu_loop_timer_disarm(&op->timer);
    if (result->reason) {
        mu_exec_op_reason(op, "%s", result->reason);
    }
    mu_exec_op_result(op, result->end, result->rc);
    mu_exec_op_report(op);
}

/* The job goes on; the next one for the unit takes its place. */
static void
unit_cancel(struct mu_exec_op *op, enum mu_op_end end)
{
    mu_loop_timer_disarm(&op->timer);
    mu_agent_systemd_cancel(op->unit_op);
    op->unit_op = NULL;
    mu_exec_op_result(op, end, 1);
    if (end == MU_OP_END_TIMEOUT) {
        timeout_explain(op);
    }
    mu_exec_op_report_later(op);
}

/* Answers what needs no agent: stop and probe of a fence device. */
static bool
fence_answer(struct mu_exec_op *op)
{
    struct mu_exec *exec = op->exec;

    switch (mu_agent_fence_kind(&op->effect)) {
    case MU_AGENT_FENCE_RUN:
    case MU_AGENT_FENCE_START:
        return false;
    case MU_AGENT_FENCE_STOP:
        device_register(exec, op->effect.resource, false);
        mu_exec_op_result(op, MU_OP_END_EXITED, 0);
        return true;
    case MU_AGENT_FENCE_PROBE:
        mu_exec_op_result(op, MU_OP_END_EXITED,
                          device_is_registered(exec, op->effect.resource) ? 0
                                                                          : 7);
        return true;
    }
    mu_unreachable();
}

static void
op_launch(struct mu_exec_op *op)
{
    struct mu_agent_command command;
    struct mu_errbuf err = {.text = ""};
    int rc = command_make(op, &command, &err);

    op->state = MU_EXEC_OP_RUNNING;
    op->tries_left--;
    if (rc < 0) {
        op_refuse(op, rc, err.text);
    } else {
        rc = command_start(op, &command);
        if (rc < 0) {
            mu_errbuf_set(&err, "%s cannot be run: %s%s", command.path,
                          strerror(-rc),
                          rc == -ENOENT ? " (its interpreter)" : "");
            op_refuse(op, rc, err.text);
        }
    }
    mu_arena_reset(&op->exec->arena);
}

static int
command_make(struct mu_exec_op *op, struct mu_agent_command *ret_command,
             struct mu_errbuf *err)
{
    struct mu_agent_context context = {.arena = &op->exec->arena,
                                       .config = &op->exec->config,
                                       .effect = &op->effect,
                                       .marker = op->record.marker};

    switch (op->effect.agent_class) {
    case MU_AGENT_OCF:
        return mu_agent_ocf_command(&context, ret_command, err);
    case MU_AGENT_LSB:
    case MU_AGENT_SERVICE:
        return mu_agent_lsb_command(&context, ret_command, err);
    case MU_AGENT_FENCE:
        return mu_agent_fence_command(&context, ret_command, err);
    case MU_AGENT_SYSTEMD:
    case MU_AGENT_OTHER:
        break;
    }
    mu_errbuf_set(err, "agents of this class are not supported");
    return -EINVAL;
}

static int
command_start(struct mu_exec_op *op, const struct mu_agent_command *command)
{
    struct mu_exec *exec = op->exec;
    const struct mu_exec_child_plan plan = {.command = command,
                                            .work_folder =
                                                exec->config.work_folder,
                                            .ops_folder = exec->ops_folder,
                                            .record = &op->record};
    struct mu_exec_child child;
    int rc = mu_exec_child_start(&plan, &child);

    if (rc < 0) {
        return rc;
    }
    rc = op_watch(op, &child);
    if (rc < 0) {
        mu_exec_record_remove(exec->ops_folder, op->record.marker);
        return rc;
    }
    mu_loop_timer_arm(&op->timer, op->record.deadline);
    return 0;
}

/* Takes over the child; on failure it is gone. */
static int
op_watch(struct mu_exec_op *op, struct mu_exec_child *child)
{
    struct mu_loop *loop = op->exec->config.loop;
    const int fds[STREAMS_COUNT] = {child->stdout_fd, child->stderr_fd};
    int rc = 0;

    op->record.pid = child->pid;
    op->streams = calloc(STREAMS_COUNT, sizeof(*op->streams));
    mu_assert(op->streams);
    for (int i = 0; i < STREAMS_COUNT; i++) {
        int error = mu_exec_output_init(&op->streams[i], loop, fds[i]);

        rc = rc < 0 ? rc : error;
    }
    if (rc == 0) {
        rc = mu_loop_fd_add(loop, child->pidfd, POLLIN, on_pidfd, op);
    }
    op->pidfd = child->pidfd;
    if (rc < 0) {
        (void)kill(-child->pid, SIGKILL);
        (void)waitpid(child->pid, NULL, 0);
        mu_exec_op_close(op);
    }
    return rc;
}

static void
op_refuse(struct mu_exec_op *op, int error, const char *text)
{
    bool is_missing = error == -ENOENT || error == -EACCES ||
                      error == -ENOEXEC || error == -ENOTDIR ||
                      error == -EINVAL || error == -ELOOP;

    mu_exec_op_reason(op, "%s", text);
    if (is_missing) {
        mu_exec_op_result(op, MU_OP_END_NOT_INSTALLED, 5);
    } else {
        mu_exec_op_result(op, MU_OP_END_ERROR, 1);
    }
    mu_exec_op_report_later(op);
}

static void
on_pidfd(void *user, int fd, int events)
{
    struct mu_exec_op *op = user;

    (void)events;
    mu_loop_fd_remove(op->exec->config.loop, fd); /* It stays readable. */
    op->is_leader_gone = op->is_recovered;
    if (op->state == MU_EXEC_OP_RUNNING) {
        op_exited(op);
    } else {
        op_kill(op);
    }
}

static void
on_timer(void *user)
{
    struct mu_exec_op *op = user;

    if (op->state != MU_EXEC_OP_RUNNING) {
        op_kill(op);
        return;
    }
    mu_log_with(MU_TRACE_WARNING,
                &(struct mu_log_fields){.resource = op->record.resource,
                                        .operation = op->record.op_name},
                "%s: %s has not ended in time, killing it", op->record.resource,
                op->record.op_name);
    mu_exec_op_stop(op, MU_OP_END_TIMEOUT);
}

/* The agent has ended by itself. What it left running is a service. */
static void
op_exited(struct mu_exec_op *op)
{
    siginfo_t info = {.si_code = CLD_EXITED};

    mu_loop_timer_disarm(&op->timer);
    leader_reap(op, &info);
    for (int i = 0; op->streams && i < STREAMS_COUNT; i++) {
        mu_exec_output_finish(&op->streams[i]);
    }
    reason_from_streams(op);
    exit_judge(op, &info);
    if (op_retry(op)) {
        return;
    }
    if (op->effect.agent_class == MU_AGENT_FENCE && !op->is_recovered &&
        mu_agent_fence_kind(&op->effect) == MU_AGENT_FENCE_START) {
        device_register(op->exec, op->effect.resource,
                        op->end == MU_OP_END_EXITED && op->rc == 0);
    }
    mu_exec_record_remove(op->exec->ops_folder, op->record.marker);
    mu_exec_op_report(op);
}

static void
exit_judge(struct mu_exec_op *op, const siginfo_t *info)
{
    int32_t rc = info->si_status;

    if (info->si_code != CLD_EXITED) {
        mu_exec_op_reason(op, "killed by signal %d (%s)", info->si_status,
                          strsignal(info->si_status));
        mu_exec_op_result(op, MU_OP_END_ERROR, 1);
        return;
    }
    switch (op->effect.agent_class) {
    case MU_AGENT_LSB:
    case MU_AGENT_SERVICE:
        rc = mu_agent_lsb_rc(op->effect.op_name, rc);
        break;
    case MU_AGENT_FENCE:
        rc = mu_agent_fence_rc(&op->effect, rc);
        break;
    case MU_AGENT_OCF:
    case MU_AGENT_SYSTEMD:
    case MU_AGENT_OTHER:
        break;
    }
    mu_exec_op_result(op, MU_OP_END_EXITED, rc);
}

/* Runs the agent again if it failed and there are tries and time left. */
static bool
op_retry(struct mu_exec_op *op)
{
    if (op->tries_left < 1 || op->rc == 0 || op->rc == 2 ||
        op->end != MU_OP_END_EXITED ||
        mu_instant_is_due(op->record.deadline, mu_clock_now())) {
        return false;
    }
    mu_log_with(MU_TRACE_INFO,
                &(struct mu_log_fields){.resource = op->effect.resource,
                                        .node = op->effect.target,
                                        .operation = op->effect.op_name},
                "%s: %s failed, trying again: %s", op->effect.resource,
                op->effect.op_name, op->reason);
    mu_exec_op_close(op);
    op->reason[0] = '\0';
    op_launch(op);
    return true;
}

/* Kills what is left; comes here again until nothing is. */
static void
op_kill(struct mu_exec_op *op)
{
    struct mu_exec_tree tree = tree_of(op);
    struct mu_instant now = mu_clock_now();
    bool is_dead;
    int left;

    if (op->state != MU_EXEC_OP_KILLING) {
        op->state = MU_EXEC_OP_KILLING;
        op->kill_end = mu_instant_after(now, KILL_MS_MAX);
    }
    left = mu_exec_tree_kill(&tree);
    is_dead = left == 0 && is_leader_dead(op);
    if (is_dead || mu_instant_is_due(op->kill_end, now)) {
        op_killed(op, is_dead);
        return;
    }
    mu_loop_timer_arm(&op->timer, mu_instant_after(now, KILL_RETRY_MS));
}

static void
op_killed(struct mu_exec_op *op, bool is_dead)
{
    siginfo_t info;

    mu_loop_timer_disarm(&op->timer);
    for (int i = 0; op->streams && i < STREAMS_COUNT; i++) {
        mu_exec_output_finish(&op->streams[i]);
    }
    reason_from_streams(op);
    if (is_leader_dead(op)) {
        leader_reap(op, &info);
    } else {
        leader_linger(op);
    }
    if (op->end == MU_OP_END_TIMEOUT) {
        timeout_explain(op);
    }
    if (!is_dead) {
        mu_exec_op_reason(op, "could not be killed: a process hangs in the "
                              "kernel");
        mu_log(MU_TRACE_ERROR, "%s: %s %s", op->record.resource,
               op->record.op_name, op->reason);
    }
    mu_exec_record_remove(op->exec->ops_folder, op->record.marker);
    if (op->is_preempted) {
        mu_exec_op_requeue(op);
        return;
    }
    mu_exec_op_report(op);
}

/* Puts what the agent said last behind what we have to say. */
static void
timeout_explain(struct mu_exec_op *op)
{
    int64_t timeout_ms = op->effect.timeout_ms;
    bool is_whole = timeout_ms % 1000 == 0;
    char said[MU_REASON_SIZE_MAX + 2] = "";

    if (op->reason[0] != '\0') {
        (void)mu_text_format(said, sizeof(said), ": %s", op->reason);
    }
    mu_exec_op_reason(op, "not done within %" PRId64 "%s%s%s",
                      is_whole ? timeout_ms / 1000 : timeout_ms,
                      is_whole ? "s" : "ms", op->streams ? ", killed" : "",
                      said);
}

static bool
is_leader_dead(const struct mu_exec_op *op)
{
    struct pollfd poll_fd = {.fd = op->pidfd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1;
}

static void
leader_reap(struct mu_exec_op *op, siginfo_t *ret_info)
{
    if (!op->is_recovered) {
        int rc = waitid(P_PID, (id_t)op->record.pid, ret_info, WEXITED);

        /* Nobody else waits for our children. */
        mu_assert(rc == 0);
    }
}

/* Leaves a process that cannot be killed to be reaped when it ends. */
static void
leader_linger(struct mu_exec_op *op)
{
    struct mu_exec_linger *linger;

    if (op->is_recovered) {
        return;
    }
    linger = calloc(1, sizeof(*linger));
    mu_assert(linger);
    mu_loop_fd_remove(op->exec->config.loop, op->pidfd);
    linger->exec = op->exec;
    linger->pid = op->record.pid;
    linger->pidfd = op->pidfd;
    op->pidfd = -1;
    linger->next = op->exec->lingers;
    op->exec->lingers = linger;
    if (mu_loop_fd_add(op->exec->config.loop, linger->pidfd, POLLIN, on_linger,
                       linger) < 0) {
        mu_log(MU_TRACE_WARNING, "process %d will stay a zombie",
               (int)linger->pid);
    }
}

static void
on_linger(void *user, int fd, int events)
{
    struct mu_exec_linger *linger = user;
    struct mu_exec_linger **at = &linger->exec->lingers;

    (void)events;
    mu_loop_fd_remove(linger->exec->config.loop, fd);
    (void)waitpid(linger->pid, NULL, 0);
    (void)close(fd);
    while (*at != linger) {
        at = &(*at)->next;
    }
    *at = linger->next;
    free(linger);
}

/* OCF agents mark their reason; others are taken at their last word. */
static void
reason_from_streams(struct mu_exec_op *op)
{
    const struct mu_exec_output *output;

    if (!op->streams) {
        return;
    }
    output = &op->streams[STDERR];
    if (output->reason[0] != '\0') {
        mu_exec_op_reason(op, "%s", output->reason);
    } else if (op->effect.agent_class != MU_AGENT_OCF) {
        mu_exec_op_reason(op, "%s", output->last_line);
    }
}

static struct mu_exec_tree
tree_of(const struct mu_exec_op *op)
{
    return (struct mu_exec_tree){.leader = op->record.pid,
                                 .start_ticks = op->record.start_ticks,
                                 .marker = op->record.marker,
                                 .is_leader_gone = op->is_leader_gone};
}

static void
device_register(struct mu_exec *exec, const char *id, bool is_registered)
{
    char **devices;
    uint32_t at = 0;

    while (at < exec->devices_count && strcmp(exec->devices[at], id) != 0) {
        at++;
    }
    if (!is_registered && at < exec->devices_count) {
        free(exec->devices[at]);
        exec->devices[at] = exec->devices[--exec->devices_count];
    }
    if (is_registered && at == exec->devices_count) {
        devices = reallocarray(exec->devices, at + 1, sizeof(*devices));
        mu_assert(devices);
        exec->devices = devices;
        devices[at] = strdup(id);
        mu_assert(devices[at]);
        exec->devices_count++;
    }
}

static bool
device_is_registered(const struct mu_exec *exec, const char *id)
{
    for (uint32_t i = 0; i < exec->devices_count; i++) {
        if (strcmp(exec->devices[i], id) == 0) {
            return true;
        }
    }
    return false;
}
