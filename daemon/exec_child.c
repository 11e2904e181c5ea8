/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* Ends of the pipes and the standard input, while a child is being made. */
struct plumbing {
    int input;
    int out[2];
    int err[2];
};

static int plumbing_open(struct plumbing *plumbing, struct mu_span input);
static void plumbing_close(struct plumbing *plumbing);
static int pipe_open(int ends[2]);
static int input_open(struct mu_span input);
static int spawn(const struct mu_agent_command *command,
                 const char *work_folder, const struct plumbing *plumbing,
                 pid_t *ret_pid);
static int attributes_init(posix_spawnattr_t *attributes);
static int actions_init(posix_spawn_file_actions_t *actions,
                        const struct plumbing *plumbing,
                        const char *work_folder);
static void oom_score_reset(pid_t pid);
static void fd_close(int *fd);

int
mu_exec_child_start(const struct mu_agent_command *command,
                    const char *work_folder, struct mu_exec_child *ret_child)
{
    struct plumbing plumbing;
    int rc = plumbing_open(&plumbing, command->input);
    int pidfd = -1;
    pid_t pid = 0;

    if (rc == 0) {
        rc = spawn(command, work_folder, &plumbing, &pid);
    }
    if (rc == 0) {
        oom_score_reset(pid);
        pidfd = mu_exec_child_pidfd(pid);
        if (pidfd < 0) {
            rc = pidfd;
            (void)kill(-pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
        }
    }
    if (rc == 0) {
        *ret_child = (struct mu_exec_child){.pid = pid,
                                            .pidfd = pidfd,
                                            .stdout_fd = plumbing.out[0],
                                            .stderr_fd = plumbing.err[0]};
        plumbing.out[0] = -1;
        plumbing.err[0] = -1;
    }
    plumbing_close(&plumbing);
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
spawn(const struct mu_agent_command *command, const char *work_folder,
      const struct plumbing *plumbing, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int rc = attributes_init(&attributes);

    if (rc < 0) {
        return rc;
    }
    rc = actions_init(&actions, plumbing, work_folder);
    if (rc == 0) {
        rc = -posix_spawn(ret_pid, command->path, &actions, &attributes,
                          command->argv, command->envp);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)posix_spawnattr_destroy(&attributes);
    return rc;
}

static int
attributes_init(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    int rc = -posix_spawnattr_init(attributes);

    if (rc < 0) {
        return rc;
    }
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    rc = -posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
                                                   POSIX_SPAWN_SETSIGMASK |
                                                   POSIX_SPAWN_SETSIGDEF);
    if (rc == 0) {
        rc = -posix_spawnattr_setsigmask(attributes, &none);
    }
    if (rc == 0) {
        rc = -posix_spawnattr_setsigdefault(attributes, &all);
    }
    if (rc < 0) {
        (void)posix_spawnattr_destroy(attributes);
    }
    return rc;
}

static int
actions_init(posix_spawn_file_actions_t *actions,
             const struct plumbing *plumbing, const char *work_folder)
{
    int rc = -posix_spawn_file_actions_init(actions);

    if (rc < 0) {
        return rc;
    }
    rc = -posix_spawn_file_actions_adddup2(actions, plumbing->input, 0);
    if (rc == 0) {
        rc = -posix_spawn_file_actions_adddup2(actions, plumbing->out[1], 1);
    }
    if (rc == 0) {
        rc = -posix_spawn_file_actions_adddup2(actions, plumbing->err[1], 2);
    }
    if (rc == 0) {
        /* Libraries do not mark all their descriptors. */
        rc = -posix_spawn_file_actions_addclosefrom_np(actions, 3);
    }
    if (rc == 0) {
        rc = -posix_spawn_file_actions_addchdir_np(actions, work_folder);
    }
    if (rc < 0) {
        (void)posix_spawn_file_actions_destroy(actions);
    }
    return rc;
}

/* The daemon may be protected from the kernel's killer; a service that eats
 * all memory must not be. */
static void
oom_score_reset(pid_t pid)
{
    char path[64];
    int fd;

    (void)mu_text_format(path, sizeof(path), "/proc/%d/oom_score_adj",
                         (int)pid);
    fd = open(path, O_WRONLY | O_CLOEXEC);
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
