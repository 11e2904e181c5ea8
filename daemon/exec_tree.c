/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec_tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/agent.h"

enum {
    STOP_ROUNDS_COUNT_MAX = 8,
    ENVIRON_SIZE_MAX = 128 << 10,
    STAT_SIZE_MAX = 1024,
};

/* What /proc says about one process. */
struct process {
    pid_t pid;
    pid_t parent;
    pid_t group;
    pid_t session;
    uint64_t start_ticks;
    bool is_dead; /* A zombie: nothing is left but its number. */
    bool is_member;
};

/* All processes of one look at /proc. */
struct scan {
    struct process *processes; /* Owned. */
    size_t count;
    size_t capacity;
    char *buffer; /* Owned; for environments. */
};

static int scan_read(struct scan *scan, uint64_t ticks_min);
static void scan_mark(struct scan *scan, const struct mu_exec_tree *tree);
static int scan_signal(const struct scan *scan, int signal_number);
static void scan_done(struct scan *scan);
static bool process_read(pid_t pid, struct process *ret_process);
static bool process_has_marker(struct scan *scan, pid_t pid,
                               const char *marker);
static void process_signal(const struct process *process, int signal_number);
static ssize_t file_read(pid_t pid, const char *name, char *buffer,
                         size_t size);

int
mu_exec_tree_start_ticks(pid_t pid, uint64_t *ret_ticks)
{
    struct process process;

    if (!process_read(pid, &process)) {
        return -ESRCH;
    }
    *ret_ticks = process.start_ticks;
    return 0;
}

void
mu_exec_tree_term(const struct mu_exec_tree *tree)
{
    if (!tree->is_leader_gone) {
        (void)kill(-tree->leader, SIGTERM); /* It may be gone already. */
    }
}

int
mu_exec_tree_kill(const struct mu_exec_tree *tree)
{
    struct scan scan = {.processes = NULL};
    int found = 0;
    int before = -1;

    /* A group dies at once and whole, whatever it forks meanwhile. */
    if (!tree->is_leader_gone) {
        (void)kill(-tree->leader, SIGKILL);
    }
    for (int i = 0; i < STOP_ROUNDS_COUNT_MAX && found != before; i++) {
        before = found;
        if (scan_read(&scan, tree->start_ticks) < 0) {
            break;
        }
        scan_mark(&scan, tree);
        found = scan_signal(&scan, SIGSTOP);
        if (found == 0) {
            break;
        }
    }
    (void)scan_signal(&scan, SIGKILL);
    scan_done(&scan);
    return found;
}

bool
mu_exec_tree_is_leader(pid_t pid, const char *marker, uint64_t *ret_start_ticks)
{
    struct scan scan = {.processes = NULL};
    struct process process;
    bool is_leader = process_read(pid, &process) && !process.is_dead &&
                     process.session == pid &&
                     process_has_marker(&scan, pid, marker);

    scan_done(&scan);
    if (is_leader) {
        *ret_start_ticks = process.start_ticks;
    }
    return is_leader;
}

/* Reads all processes that began at 'ticks_min' or later. */
static int
scan_read(struct scan *scan, uint64_t ticks_min)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;

    scan->count = 0;
    if (!folder) {
        return -errno;
    }
    while ((entry = readdir(folder))) {
        int64_t pid;

        if (!isdigit((unsigned char)entry->d_name[0]) ||
            mu_text_parse_int64(entry->d_name, &pid) < 0) {
            continue;
        }
        if (scan->count == scan->capacity) {
            size_t capacity = scan->capacity ? scan->capacity * 2 : 256;
            struct process *processes =
                reallocarray(scan->processes, capacity, sizeof(*processes));

            if (!processes) {
                break; /* Those that we have can still be ended. */
            }
            scan->processes = processes;
            scan->capacity = capacity;
        }
        if (process_read((pid_t)pid, &scan->processes[scan->count]) &&
            scan->processes[scan->count].start_ticks >= ticks_min) {
            scan->count++;
        }
    }
    (void)closedir(folder);
    return 0;
}

static void
scan_mark(struct scan *scan, const struct mu_exec_tree *tree)
{
    pid_t self = getpid();
    bool has_changed = true;

    for (size_t i = 0; i < scan->count; i++) {
        struct process *process = &scan->processes[i];
        bool is_near = process->pid == tree->leader ||
                       process->group == tree->leader ||
                       process->session == tree->leader;

        if (process->pid != self && !process->is_dead) {
            process->is_member =
                (is_near && !tree->is_leader_gone) ||
                process_has_marker(scan, process->pid, tree->marker);
        }
    }
    while (has_changed) {
        has_changed = false;
        for (size_t i = 0; i < scan->count; i++) {
            struct process *process = &scan->processes[i];

            for (size_t j = 0; j < scan->count && !process->is_member; j++) {
                const struct process *parent = &scan->processes[j];

                if (parent->is_member && process->parent == parent->pid &&
                    process->pid != self && !process->is_dead) {
                    process->is_member = true;
                    has_changed = true;
                }
            }
        }
    }
}

static int
scan_signal(const struct scan *scan, int signal_number)
{
    int count = 0;

    for (size_t i = 0; i < scan->count; i++) {
        if (scan->processes[i].is_member) {
            process_signal(&scan->processes[i], signal_number);
            count++;
        }
    }
    return count;
}

static void
scan_done(struct scan *scan)
{
    free(scan->processes);
    free(scan->buffer);
}

/* Fields of /proc/PID/stat are counted after the name, which may hold any
 * character: its last parenthesis ends it. */
static bool
process_read(pid_t pid, struct process *ret_process)
{
    char text[STAT_SIZE_MAX];
    struct process process = {.pid = pid};
    ssize_t size = file_read(pid, "stat", text, sizeof(text) - 1);
    const char *rest;
    char state;

    if (size <= 0) {
        return false;
    }
    text[size] = '\0';
    rest = strrchr(text, ')');
    if (!rest ||
        sscanf(rest + 1,
               " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
               "%*d %*d %*d %" SCNu64,
               &state, &process.parent, &process.group, &process.session,
               &process.start_ticks) != 5) {
        return false;
    }
    process.is_dead = state == 'Z' || state == 'X';
    *ret_process = process;
    return true;
}

static bool
process_has_marker(struct scan *scan, pid_t pid, const char *marker)
{
    static const char name[] = MU_AGENT_MARKER_NAME "=";
    size_t marker_size = strlen(marker) + 1;
    ssize_t size;
    const char *end;

    if (!scan->buffer) {
        scan->buffer = malloc(ENVIRON_SIZE_MAX + 1);
        if (!scan->buffer) {
            return false;
        }
    }
    size = file_read(pid, "environ", scan->buffer, ENVIRON_SIZE_MAX);
    if (size <= 0) {
        return false;
    }
    scan->buffer[size] = '\0';
    end = scan->buffer + size;
    for (const char *at = scan->buffer; at < end; at += strlen(at) + 1) {
        if (strncmp(at, name, sizeof(name) - 1) == 0 &&
            strncmp(at + sizeof(name) - 1, marker, marker_size) == 0) {
            return true;
        }
    }
    return false;
}

/* Numbers are used again: only the process that was looked at is hit. */
static void
process_signal(const struct process *process, int signal_number)
{
    int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    uint64_t ticks;

    if (fd < 0) {
        return;
    }
    if (mu_exec_tree_start_ticks(process->pid, &ticks) == 0 &&
        ticks == process->start_ticks) {
        (void)syscall(SYS_pidfd_send_signal, fd, signal_number, NULL, 0);
    }
    (void)close(fd);
}

static ssize_t
file_read(pid_t pid, const char *name, char *buffer, size_t size)
{
    char path[64];
    size_t filled = 0;
    int fd;

    (void)mu_text_format(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    while (filled < size) {
        ssize_t got = read(fd, buffer + filled, size - filled);

        if (got <= 0) {
            break;
        }
        filled += (size_t)got;
    }
    (void)close(fd);
    return (ssize_t)filled;
}
