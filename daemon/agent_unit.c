/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent_unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PATH_SIZE = 512, TEXT_SIZE = 256 };

static int file_write(const char *path, const char *text);

int
mu_agent_unit_name(const char *name, char *buffer, size_t size)
{
    static const char *const suffixes[] = {
        ".service", ".socket", ".mount", ".path",  ".timer",
        ".target",  ".swap",   ".slice", ".scope", ".automount",
    };
    const char *dot = strrchr(name, '.');
    bool has_suffix = false;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        has_suffix = has_suffix || (dot && strcmp(dot, suffixes[i]) == 0);
    }
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') ||
        !mu_text_format(buffer, size, "%s%s", name,
                        has_suffix ? "" : ".service")) {
        return -EINVAL;
    }
    return 0;
}

bool
mu_agent_unit_exists(const char *name)
{
    static const char *const folders[] = {
        "/etc/systemd/system",    "/run/systemd/system",
        "/run/systemd/generator", "/usr/local/lib/systemd/system",
        "/lib/systemd/system",    "/usr/lib/systemd/system",
    };
    char path[PATH_SIZE];

    if (access("/run/systemd/system", F_OK) < 0) {
        return false; /* systemd does not run here. */
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (mu_text_format(path, sizeof(path), "%s/%s.service", folders[i],
                           name) &&
            access(path, F_OK) == 0) {
            return true;
        }
    }
    return false;
}

int
mu_agent_unit_take(const char *folder, const char *unit)
{
    static const char name[] = "50-muster.conf";
    const char *suffix = strrchr(unit, '.');
    bool is_service = suffix && strcmp(suffix, ".service") == 0;
    char path[PATH_SIZE];
    char text[TEXT_SIZE];
    char before[TEXT_SIZE];
    ssize_t got = -1;
    int fd;

    if (!mu_text_format(path, sizeof(path), "%s/%s.d", folder, unit)) {
        return -ENAMETOOLONG;
    }
    if (mkdir(path, 0755) < 0 && errno != EEXIST) {
        return -errno;
    }
    if (!mu_text_format(path, sizeof(path), "%s/%s.d/%s", folder, unit, name)) {
        return -ENAMETOOLONG;
    }
    (void)mu_text_format(text, sizeof(text),
                         "# Written by musterd: the cluster manages this "
                         "unit.\n[Unit]\nBefore=musterd.service\n%s",
                         is_service ? "[Service]\nRestart=no\n" : "");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        got = read(fd, before, sizeof(before));
        (void)close(fd);
    }
    if (got == (ssize_t)strlen(text) &&
        memcmp(before, text, (size_t)got) == 0) {
        return 0;
    }
    return file_write(path, text);
}

/* Returns 1 or negative errno. */
static int
file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    int rc;

    if (!file) {
        return -errno;
    }
    rc = fputs(text, file);
    if (fclose(file) != 0 || rc < 0) {
        return -EIO;
    }
    return 1;
}
