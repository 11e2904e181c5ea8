/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* pipe2, SCHED_IDLE */
#include "daemon/outlook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "sched/audit.h"

enum {
    CHILD_SECONDS_MAX = 120,
    REST_FACTOR = 20, /* A child rests so many times longer than it ran. */
    ANSWER_FD = 3,    /* In the child. */
    REAP_MS = 100,    /* It has answered: is it gone? */
    LOWEST_PRIORITY = 19,
};
#define ARENA_SIZE_MAX ((size_t)1 << 32)

struct mu_outlook {
    struct mu_outlook_config config;
    struct mu_loop_timer timer;
    struct mu_instant began;   /* The child that runs or ran last. */
    struct mu_instant rest_to; /* No child before that. */
    pid_t pid;                 /* 0: none. */
    int fd;                    /* Where it answers; -1: it has. */
    char line[2 * MU_OUTLOOK_TEXT_SIZE]; /* Its answer so far. */
    size_t line_length;
    bool has_changed;          /* Since the child was started. */
    bool has_answer;
    struct mu_outlook_answer answer;
};

static void on_timer(void *user);
static void on_answer(void *user, int fd, int events);
static int child_start(struct mu_outlook *outlook);
static void child_run(const struct mu_outlook *outlook);
static void child_answer(const struct mu_audit *audit);
static void pipe_close(struct mu_outlook *outlook);
static bool child_is_gone(struct mu_outlook *outlook);
static bool answer_read(const char *line, struct mu_outlook_answer *answer);

struct mu_outlook *
mu_outlook_new(const struct mu_outlook_config *config)
{
    struct mu_outlook *outlook = calloc(1, sizeof(*outlook));

    if (!outlook) {
        return NULL;
    }
    outlook->config = *config;
    outlook->fd = -1;
    mu_loop_timer_init(&outlook->timer, config->loop, on_timer, outlook);
    return outlook;
}

void
mu_outlook_free(struct mu_outlook *outlook)
{
    if (!outlook) {
        return;
    }
    mu_loop_timer_disarm(&outlook->timer);
    if (outlook->pid > 0) {
        (void)kill(outlook->pid, SIGKILL);
    }
    pipe_close(outlook);
    free(outlook);
}

void
mu_outlook_changed(struct mu_outlook *outlook)
{
    outlook->has_changed = true;
    if (outlook->pid == 0) {
        mu_loop_timer_arm(
            &outlook->timer,
            mu_instant_after(mu_clock_now(), outlook->config.quiet_ms));
    }
}

const struct mu_outlook_answer *
mu_outlook_get(const struct mu_outlook *outlook)
{
    return outlook->has_answer ? &outlook->answer : NULL;
}

static void
on_timer(void *user)
{
    struct mu_outlook *outlook = user;
    int error;

    if (!child_is_gone(outlook)) {
        mu_loop_timer_arm(&outlook->timer,
                          mu_instant_after(mu_clock_now(), REAP_MS));
        return;
    }
    if (!outlook->has_changed) {
        return;
    }
    if (mu_clock_now().ms < outlook->rest_to.ms) {
        mu_loop_timer_arm(&outlook->timer, outlook->rest_to);
        return;
    }
    outlook->has_changed = false;
    outlook->line_length = 0;
    outlook->began = mu_clock_now();
    error = child_start(outlook);
    if (error) {
        /* Nothing depends on it; the next change tries again. */
        mu_log(MU_TRACE_WARNING,
               "cannot find out what the cluster would survive: %s",
               strerror(-error));
    }
}

static int
child_start(struct mu_outlook *outlook)
{
    int pipe_fds[2];
    int error = 0;

    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -errno;
    }
    outlook->pid = fork();
    if (outlook->pid == 0) {
        if (dup2(pipe_fds[1], ANSWER_FD) < 0 && pipe_fds[1] != ANSWER_FD) {
            _exit(EXIT_FAILURE);
        }
        child_run(outlook);
        _exit(EXIT_SUCCESS);
    }
    error = outlook->pid < 0 ? -errno : 0;
    (void)close(pipe_fds[1]);
    outlook->fd = pipe_fds[0];
    if (!error) {
        error = mu_loop_fd_add(outlook->config.loop, outlook->fd, POLLIN,
                               on_answer, outlook);
    }
    if (error) {
        pipe_close(outlook);
        if (outlook->pid > 0) {
            (void)kill(outlook->pid, SIGKILL);
            mu_loop_timer_arm(&outlook->timer,
                              mu_instant_after(mu_clock_now(), REAP_MS));
        } else {
            outlook->pid = 0;
        }
    }
    return error;
}

/* The child of a daemon that others watch: it must not hold its sockets open,
 * nor outlive it, nor take time from it. */
static void
child_run(const struct mu_outlook *outlook)
{
    const struct sched_param none = {.sched_priority = 0};
    const struct mu_snapshot *snapshot;
    struct mu_arena arena;

    (void)syscall(SYS_close_range, ANSWER_FD + 1U, ~0U, 0U);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(CHILD_SECONDS_MAX);
    (void)setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
    (void)sched_setscheduler(0, SCHED_IDLE, &none);
    mu_arena_init(&arena, ARENA_SIZE_MAX);
    snapshot = outlook->config.snapshot(outlook->config.user, &arena);
    if (snapshot) {
        child_answer(mu_audit_make(&arena, snapshot));
    }
}

static void
child_answer(const struct mu_audit *audit)
{
    enum mu_audit_level *levels =
        calloc((size_t)audit->events_count + 1, sizeof(*levels));
    struct mu_outlook_answer answer = {.nodes = audit->members};
    struct mu_arena arena;

    if (!levels) {
        return;
    }
    mu_arena_init(&arena, ARENA_SIZE_MAX);
    for (uint32_t i = 0; i < audit->events_count; i++) {
        struct mu_audit_event event = audit->events[i];

        if (event.kind != MU_AUDIT_NODE && event.kind != MU_AUDIT_PAIR) {
            continue;
        }
        mu_arena_reset(&arena);
        levels[i] = mu_audit_run(&arena, audit, event)->level;
        if (levels[i] == MU_AUDIT_LOST) {
            answer.lost_nodes += event.kind == MU_AUDIT_NODE;
            answer.lost_pairs += event.kind == MU_AUDIT_PAIR;
        }
    }
    (void)dprintf(ANSWER_FD, "%u %u %u %s\n", answer.nodes, answer.lost_nodes,
                  answer.lost_pairs, mu_audit_figure(&arena, audit, levels));
    mu_arena_done(&arena);
    free(levels);
}

static void
on_answer(void *user, int fd, int events)
{
    struct mu_outlook *outlook = user;
    struct mu_outlook_answer answer;
    size_t room = sizeof(outlook->line) - 1 - outlook->line_length;
    ssize_t size = read(fd, outlook->line + outlook->line_length, room);
    struct mu_instant now = mu_clock_now();

    (void)events;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (size > 0) {
        outlook->line_length += (size_t)size;
        return; /* The end of the pipe is the end of the child. */
    }
    outlook->line[outlook->line_length] = '\0';
    pipe_close(outlook);
    outlook->rest_to = mu_instant_after(
        now, (now.ms - outlook->began.ms) * (int64_t)REST_FACTOR);
    mu_loop_timer_arm(&outlook->timer, mu_instant_after(now, REAP_MS));
    if (answer_read(outlook->line, &answer)) {
        outlook->answer = answer;
        outlook->has_answer = true;
        outlook->config.told(outlook->config.user);
    }
}

static bool
answer_read(const char *line, struct mu_outlook_answer *answer)
{
    size_t length = strcspn(line, "\n");
    int begin = 0;

    *answer = (struct mu_outlook_answer){.wall_ms = mu_clock_wall_ms()};
    if (line[length] != '\n' ||
        sscanf(line, "%u %u %u %n", &answer->nodes, &answer->lost_nodes,
               &answer->lost_pairs, &begin) != 3 ||
        begin == 0) {
        return false;
    }
    (void)mu_text_format(answer->text, sizeof(answer->text), "%.*s",
                         (int)length - begin, line + begin);
    return true;
}

static void
pipe_close(struct mu_outlook *outlook)
{
    if (outlook->fd >= 0) {
        mu_loop_fd_remove(outlook->config.loop, outlook->fd);
        (void)close(outlook->fd);
        outlook->fd = -1;
    }
}

/* It runs at the lowest priority: even its end may take a while on a busy
 * machine, and nobody waits for that. */
static bool
child_is_gone(struct mu_outlook *outlook)
{
    if (outlook->pid > 0 && waitpid(outlook->pid, NULL, WNOHANG) == 0) {
        return false;
    }
    outlook->pid = 0;
    return true;
}
