/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* pipe2, environ */
#include "tools/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { NAP_MS = 5 };

static int start(struct mu_arena *arena, const struct mu_capture *capture,
                 const char *const *words, int end, pid_t *ret_pid);
static int collect(const struct mu_capture *capture, int64_t end_ms, int fd,
                   struct mu_text_buffer *text);
static int finish(pid_t pid, int64_t end_ms);
static int64_t now_ms(void);

int
mu_capture_run(struct mu_arena *arena, const struct mu_capture *capture,
               const char *const *words, char **ret_text, size_t *ret_size)
{
    int64_t end_ms = now_ms() + capture->timeout_ms;
    struct mu_text_buffer text;
    int ends[2];
    pid_t pid = 0;
    int ended;
    int error;

    mu_text_buffer_init(&text, arena);
    if (pipe2(ends, O_CLOEXEC)) {
        return -errno;
    }
    error = start(arena, capture, words, ends[1], &pid);
    (void)close(ends[1]);
    if (error) {
        (void)close(ends[0]);
        return error;
    }
    error = collect(capture, end_ms, ends[0], &text);
    (void)close(ends[0]);
    if (error) {
        (void)kill(-pid, SIGKILL);
    }
    ended = finish(pid, end_ms);
    *ret_text = text.data ? text.data : mu_arena_strdup(arena, "");
    *ret_size = text.length;
    return error ? error : ended;
}

static int
start(struct mu_arena *arena, const struct mu_capture *capture,
      const char *const *words, int end, pid_t *ret_pid)
{
    char *const environment[] = {
        mu_arena_strdup(arena, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
        mu_arena_strdup(arena, "OCF_ROOT=/usr/lib/ocf"),
        mu_arena_strdup(arena, "LC_ALL=C.UTF-8"), NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    size_t count = 0;
    char **own;
    int error;

    while (words[count]) {
        count++;
    }
    own = mu_arena_new(arena, char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        own[i] = mu_arena_strdup(arena, words[i]);
    }
    if (posix_spawn_file_actions_init(&actions)) {
        return -ENOMEM;
    }
    if (posix_spawnattr_init(&attributes)) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return -ENOMEM;
    }
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP) ||
            posix_spawn_file_actions_adddup2(&actions, end, 1) ||
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY,
                                             0) ||
            (capture->with_errors
                 ? posix_spawn_file_actions_adddup2(&actions, end, 2)
                 : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
                                                    O_WRONLY, 0));
    error = error ? ENOMEM
                  : posix_spawnp(ret_pid, own[0], &actions, &attributes, own,
                                 capture->keeps_environment ? environ
                                                            : environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -error;
}

/* Reads until the end, a limit or the deadline. */
static int
collect(const struct mu_capture *capture, int64_t end_ms, int fd,
        struct mu_text_buffer *text)
{
    for (;;) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        int64_t left_ms = end_ms - now_ms();
        char chunk[2048];
        ssize_t size;

        if (left_ms <= 0 || poll(&poller, 1, (int)left_ms) <= 0) {
            return -ETIMEDOUT;
        }
        size = read(fd, chunk, sizeof(chunk));
        if (size < 0) {
            return -errno;
        }
        if (size == 0) {
            return 0;
        }
        if (text->length + (size_t)size > capture->size_max) {
            if (!capture->is_truncated) {
                return -E2BIG;
            }
            continue; /* The program may end in its own time. */
        }
        mu_text_buffer_append(text, chunk, (size_t)size);
    }
}

/* Waits for the end of a program that has closed its output. */
static int
finish(pid_t pid, int64_t end_ms)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end_ms) {
        (void)nanosleep(&nap, NULL);
    }
    if (ended == 0) {
        (void)kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        return -ETIMEDOUT;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int64_t
now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
