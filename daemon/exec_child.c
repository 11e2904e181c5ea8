/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec_child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum { STACK_SIZE = 64 << 10, PATH_SIZE_MAX = 512 };

/* The child shares our memory until it becomes the agent: nothing in it may
 * be watched over as if it were an ordinary function. */
#define SHARES_MEMORY __attribute__((no_sanitize("address"), noinline))

/* Ends of the pipes and the standard input, while a child is being made. */
struct plumbing {
    int input;
    int out[2];
    int err[2];
};

/* What the child needs, all of it made before: it may do nothing but system
 * calls. */
struct birth {
    const struct mu_exec_child_plan *plan;
    struct plumbing plumbing;
    char record_path[PATH_SIZE_MAX];
    char record_text[MU_EXEC_RECORD_SIZE_MAX];
    char *record_pid; /* Where its number goes in the text. */
    int error;        /* Set by the child when it fails. */
};

static int plumbing_open(struct plumbing *plumbing, struct mu_span input);
static void plumbing_close(struct plumbing *plumbing);
static int pipe_open(int ends[2]);
static int input_open(struct mu_span input);
static int birth_prepare(struct birth *birth);
static int birth_give(struct birth *birth, struct mu_exec_child *ret_child);
static int birth_run(void *user);
static int birth_steps(struct birth *birth);
static void signals_reset(void);
static void record_write(struct birth *birth);
static void oom_score_reset(void);
static void fd_close(int *fd);

int
mu_exec_child_start(const struct mu_exec_child_plan *plan,
                    struct mu_exec_child *ret_child)
{
    struct birth birth = {.plan = plan};
    int rc = plumbing_open(&birth.plumbing, plan->command->input);

    if (rc == 0) {
        rc = birth_prepare(&birth);
    }
    if (rc == 0) {
        rc = birth_give(&birth, ret_child);
    }
    plumbing_close(&birth.plumbing);
    return rc;
}

int
mu_exec_child_pidfd(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);

    return fd < 0 ? -errno : fd;
}

static int
plumbing_open(struct plumbing *plumbing, struct mu_span input)
{
    int rc;

    *plumbing = (struct plumbing){-1, {-1, -1}, {-1, -1}};
    rc = input_open(input);
    if (rc < 0) {
        return rc;
    }
    plumbing->input = rc;
    rc = pipe_open(plumbing->out);
    if (rc == 0) {
        rc = pipe_open(plumbing->err);
    }
    return rc;
}

static void
plumbing_close(struct plumbing *plumbing)
{
    fd_close(&plumbing->input);
    for (int i = 0; i < 2; i++) {
        fd_close(&plumbing->out[i]);
        fd_close(&plumbing->err[i]);
    }
}

static int
pipe_open(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -errno;
    }
    /* Only our end: agents do not expect writes to fail with EAGAIN. */
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
        return -errno;
    }
    return 0;
}

/* What the child reads lies in memory as a whole, so that nobody has to feed
 * it and a child that does not read hurts nobody. */
static int
input_open(struct mu_span input)
{
    size_t written = 0;
    int fd;

    if (input.size == 0) {
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
    }
    fd = memfd_create("parameters", MFD_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    while (written < input.size) {
        ssize_t got = write(fd, input.data + written, input.size - written);

        if (got <= 0) {
            int error = got < 0 ? -errno : -EIO;

            (void)close(fd);
            return error;
        }
        written += (size_t)got;
    }
    if (lseek(fd, 0, SEEK_SET) < 0) {
        int error = -errno;

        (void)close(fd);
        return error;
    }
    return fd;
}

static int
birth_prepare(struct birth *birth)
{
    const struct mu_exec_child_plan *plan = birth->plan;

    if (!mu_text_format(birth->record_path, sizeof(birth->record_path), "%s/%s",
                        plan->ops_folder, plan->record->marker)) {
        return -ENAMETOOLONG;
    }
    return mu_exec_record_format(plan->record, birth->record_text,
                                 &birth->record_pid);
}

/* One stack for all: the daemon sleeps until the child is done with it. */
static int
birth_give(struct birth *birth, struct mu_exec_child *ret_child)
{
    static alignas(16) unsigned char stack[STACK_SIZE];
    sigset_t all;
    sigset_t before;
    int pidfd = -1;
    pid_t pid;
    int rc = 0;

    /* A handler of ours must not run in the child, on our memory. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    pid = clone(birth_run, stack + sizeof(stack),
                CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, birth, &pidfd);
    if (pid < 0) {
        rc = -errno;
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (rc == 0 && birth->error < 0) {
        rc = birth->error;
        (void)waitpid(pid, NULL, 0);
        (void)close(pidfd);
        (void)unlink(birth->record_path);
    }
    if (rc == 0) {
        *ret_child =
            (struct mu_exec_child){.pid = pid,
                                   .pidfd = pidfd,
                                   .stdout_fd = birth->plumbing.out[0],
                                   .stderr_fd = birth->plumbing.err[0]};
        birth->plumbing.out[0] = -1;
        birth->plumbing.err[0] = -1;
    }
    return rc;
}

SHARES_MEMORY static int
birth_run(void *user)
{
    struct birth *birth = user;

    birth->error = birth_steps(birth);
    _exit(127);
}

/* Returns only when it fails. */
SHARES_MEMORY static int
birth_steps(struct birth *birth)
{
    const struct mu_agent_command *command = birth->plan->command;
    sigset_t none;

    signals_reset();
    if (setsid() < 0 || dup2(birth->plumbing.input, 0) < 0 ||
        dup2(birth->plumbing.out[1], 1) < 0 ||
        dup2(birth->plumbing.err[1], 2) < 0) {
        return -errno;
    }
    record_write(birth);
    oom_score_reset();
    /* Libraries do not mark all their descriptors. */
    (void)syscall(SYS_close_range, 3U, ~0U, 0U);
    if (chdir(birth->plan->work_folder) < 0) {
        return -errno;
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execve(command->path, command->argv, command->envp);
    return -errno;
}

SHARES_MEMORY static void
signals_reset(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    for (int i = 1; i < NSIG; i++) {
        (void)sigaction(i, &action, NULL); /* Some cannot be changed. */
    }
}

/* Without its record the agent runs all the same: it is only lost if the
 * daemon dies meanwhile. */
SHARES_MEMORY static void
record_write(struct birth *birth)
{
    uint32_t pid = (uint32_t)syscall(SYS_getpid);
    int fd;

    for (char *digit = birth->record_pid; pid > 0; digit--) {
        *digit = (char)('0' + pid % 10);
        pid /= 10;
    }
    fd = open(birth->record_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
              0600);
    if (fd >= 0) {
        if (write(fd, birth->record_text, strlen(birth->record_text)) < 0) {
            (void)unlink(birth->record_path);
        }
        (void)close(fd);
    }
}

/* The daemon may be protected from the kernel's killer; a service that eats
 * all memory must not be. */
SHARES_MEMORY static void
oom_score_reset(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        if (write(fd, "0", 1) < 0) {
            /* Not allowed to: then ours was not lowered either. */
        }
        (void)close(fd);
    }
}

static void
fd_close(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}
