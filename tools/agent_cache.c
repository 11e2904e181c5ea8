/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/agent_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/tool.h"

enum { TEXT_SIZE_MAX = 4 << 20 };

static char *file_of(struct mu_arena *arena, const char *path);
static bool is_older(const struct timespec *a, const struct timespec *b);

int
mu_agent_cache_get(struct mu_arena *arena, const char *path, char **ret_text,
                   size_t *ret_size)
{
    const char *file = file_of(arena, path);
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    struct stat agent;
    struct stat kept;
    size_t size = 0;
    ssize_t part = 1;

    if (fd < 0) {
        return -ENOENT;
    }
    /* The time of the last change of the inode counts: packages give files the
     * dates of their making. */
    if (stat(path, &agent) || fstat(fd, &kept) ||
        !is_older(&agent.st_ctim, &kept.st_mtim) || kept.st_uid != geteuid() ||
        kept.st_size > TEXT_SIZE_MAX) {
        (void)close(fd);
        return -ENOENT;
    }
    *ret_text = mu_arena_new(arena, char, (size_t)kept.st_size + 1);
    while (part > 0 && size < (size_t)kept.st_size) {
        part = read(fd, *ret_text + size, (size_t)kept.st_size - size);
        size += part > 0 ? (size_t)part : 0;
    }
    (void)close(fd);
    *ret_size = size;
    return size > 0 ? 0 : -ENOENT;
}

void
mu_agent_cache_put(struct mu_arena *arena, const char *path, const char *text,
                   size_t size)
{
    char *file = file_of(arena, path);
    /* Only below a folder that is there: a home may not be ours to fill. */
    char *slash = file ? strstr(file, "/muster/") : NULL;

    for (; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(file, 0700) && errno != EEXIST) {
            return;
        }
        *slash = '/';
    }
    if (file) {
        /* Best effort: next time the agent is asked again. */
        int error = mu_tool_write_file(file, text, size);

        (void)error;
    }
}

/* Returns the file for an agent; null when there is no place of our own. */
static char *
file_of(struct mu_arena *arena, const char *path)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    struct stat owner;
    char *file;

    if (cache && *cache == '/') {
        home = cache;
        cache = "";
    } else {
        cache = "/.cache";
    }
    if (!home || *home != '/' || stat(home, &owner) ||
        owner.st_uid != geteuid()) {
        return NULL;
    }
    file = mu_text_make(arena, "%s%s/muster/agents/%s", home, cache, path + 1);
    for (char *one = file + strlen(file) - strlen(path + 1); *one; one++) {
        *one = *one == '/' ? '%' : *one;
    }
    return file;
}

static bool
is_older(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec
                                  : a->tv_nsec < b->tv_nsec;
}
