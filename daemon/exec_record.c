/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { RECORDS_COUNT_MAX = 65536, PATH_SIZE_MAX = 512 };

static const char version[] = "muster-op 1";

static bool record_read(const char *path, struct mu_exec_record *ret_record);
static bool record_parse(char *text, struct mu_exec_record *record);
static bool line_apply(struct mu_exec_record *record, const char *name,
                       const char *value);

int
mu_exec_record_format(const struct mu_exec_record *record,
                      char text[MU_EXEC_RECORD_SIZE_MAX], char **ret_pid)
{
    static const char pid_zero[] = "0000000000";

    if (!mu_text_format(text, MU_EXEC_RECORD_SIZE_MAX,
                        "%s\npid %s\nresource %s\nop %s\ndeadline %" PRId64
                        "\nend\n",
                        version, pid_zero, record->resource, record->op_name,
                        record->deadline.ms)) {
        return -ENAMETOOLONG;
    }
    *ret_pid =
        text + sizeof(version) + sizeof("pid ") - 1 + sizeof(pid_zero) - 2;
    return 0;
}

void
mu_exec_record_remove(const char *folder, const char *marker)
{
    char path[PATH_SIZE_MAX];

    if (mu_text_format(path, sizeof(path), "%s/%s", folder, marker)) {
        (void)unlink(path);
    }
}

int
mu_exec_record_load(const char *folder, struct mu_exec_record **ret_records)
{
    struct mu_exec_record *records = NULL;
    size_t capacity = 0;
    int count = 0;
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (!dir) {
        return -errno;
    }
    while ((entry = readdir(dir)) && count < RECORDS_COUNT_MAX) {
        char path[PATH_SIZE_MAX];

        if (entry->d_name[0] == '.' ||
            !mu_text_format(path, sizeof(path), "%s/%s", folder,
                            entry->d_name)) {
            continue;
        }
        if ((size_t)count == capacity) {
            struct mu_exec_record *grown;

            capacity = capacity ? capacity * 2 : 16;
            grown = reallocarray(records, capacity, sizeof(*records));
            if (!grown) {
                break;
            }
            records = grown;
        }
        if (strlen(entry->d_name) < MU_EXEC_MARKER_SIZE &&
            record_read(path, &records[count])) {
            (void)mu_text_format(records[count].marker, MU_EXEC_MARKER_SIZE,
                                 "%s", entry->d_name);
            count++;
        } else {
            (void)unlink(path);
        }
    }
    (void)closedir(dir);
    *ret_records = records;
    return count;
}

static bool
record_read(const char *path, struct mu_exec_record *ret_record)
{
    char text[MU_EXEC_RECORD_SIZE_MAX + 1];
    ssize_t size;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return false;
    }
    size = read(fd, text, MU_EXEC_RECORD_SIZE_MAX);
    (void)close(fd);
    if (size <= 0) {
        return false;
    }
    text[size] = '\0';
    *ret_record = (struct mu_exec_record){.deadline = MU_INSTANT_NEVER};
    return record_parse(text, ret_record);
}

static bool
record_parse(char *text, struct mu_exec_record *record)
{
    char *rest = NULL;
    char *line = strtok_r(text, "\n", &rest);

    if (!line || strcmp(line, version) != 0) {
        return false;
    }
    while ((line = strtok_r(NULL, "\n", &rest))) {
        char *blank = strchr(line, ' ');

        if (strcmp(line, "end") == 0) {
            return record->resource[0] != '\0' && record->pid > 0;
        }
        if (!blank) {
            return false;
        }
        *blank = '\0';
        if (!line_apply(record, line, blank + 1)) {
            return false;
        }
    }
    return false;
}

static bool
line_apply(struct mu_exec_record *record, const char *name, const char *value)
{
    int64_t number = 0;

    if (strcmp(name, "resource") == 0) {
        return mu_text_format(record->resource, sizeof(record->resource), "%s",
                              value);
    }
    if (strcmp(name, "op") == 0) {
        return mu_text_format(record->op_name, sizeof(record->op_name), "%s",
                              value);
    }
    if (mu_text_parse_int64(value, &number) < 0 || number < 0) {
        return false;
    }
    if (strcmp(name, "pid") == 0) {
        record->pid = (pid_t)number;
        return number <= INT_MAX;
    }
    if (strcmp(name, "deadline") == 0) {
        record->deadline.ms = number;
        return true;
    }
    return false;
}
