/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/log.h"

#include <qb/qblog.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/text.h"

enum { LINE_SIZE = 1024, FIELD_SIZE = 320, FIELDS_COUNT_MAX = 6 };

/* The one place of the daemon with state of the whole process: a log is one. */
static struct {
    const char *name;
    enum mu_trace_level level_min;
    bool is_journal;
    int qb_target; /* Of libqb's own lines; negative: none. */
} log_state = {.name = "muster", .level_min = MU_TRACE_INFO, .qb_target = -1};

/* One field of a journal entry, "NAME=value". */
struct journal_entry {
    char text[FIELDS_COUNT_MAX][FIELD_SIZE];
    struct iovec vec[FIELDS_COUNT_MAX + 1];
    int count;
};

static bool stderr_is_journal(void);
static void write_line(enum mu_trace_level level,
                       const struct mu_log_fields *fields, const char *line);
static void write_journal(enum mu_trace_level level,
                          const struct mu_log_fields *fields, const char *line);
static void entry_add(struct journal_entry *entry, const char *name,
                      const char *value);
static int priority_of(enum mu_trace_level level);
static void on_qb_line(int32_t target, struct qb_log_callsite *callsite,
                       struct timespec *time, const char *message);

void
mu_log_init(const struct mu_log_config *config)
{
    log_state.name = config->name;
    log_state.level_min = config->level_min;
    log_state.is_journal = !config->is_stderr && stderr_is_journal();

    qb_log_init(config->name, LOG_DAEMON, LOG_EMERG);
    (void)qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
    log_state.qb_target =
        qb_log_custom_open(on_qb_line, NULL, NULL, (void *)(uintptr_t)1);
    if (log_state.qb_target >= 0) {
        (void)qb_log_filter_ctl(log_state.qb_target, QB_LOG_FILTER_ADD,
                                QB_LOG_FILTER_FILE, "*", LOG_WARNING);
        (void)qb_log_ctl(log_state.qb_target, QB_LOG_CONF_ENABLED, QB_TRUE);
    }
}

void
mu_log_level_set(enum mu_trace_level level_min)
{
    log_state.level_min = level_min;
}

void
mu_log_done(void)
{
    if (log_state.qb_target >= 0) {
        qb_log_fini();
        log_state.qb_target = -1;
    }
}

void
mu_log(enum mu_trace_level level, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;

    if (level < log_state.level_min) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    write_line(level, NULL, line);
}

void
mu_log_with(enum mu_trace_level level, const struct mu_log_fields *fields,
            const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;

    if (level < log_state.level_min) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    write_line(level, fields, line);
}

/* systemd says which file our output is when it goes to the journal; the
 * variable alone is also inherited by those whose output goes elsewhere. */
static bool
stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device;
    uintmax_t inode;
    struct stat status;

    return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
           status.st_ino == inode;
}

static void
write_line(enum mu_trace_level level, const struct mu_log_fields *fields,
           const char *line)
{
    static const char *const words[] = {
        [MU_TRACE_DEBUG] = "debug: ",
        [MU_TRACE_INFO] = "",
        [MU_TRACE_WARNING] = "warning: ",
        [MU_TRACE_ERROR] = "error: ",
    };
    struct iovec vec[] = {
        {(void *)(uintptr_t)log_state.name, strlen(log_state.name)},
        {(void *)(uintptr_t) ": ", 2},
        {(void *)(uintptr_t)words[level], strlen(words[level])},
        {(void *)(uintptr_t)line, strlen(line)},
        {(void *)(uintptr_t) "\n", 1},
    };

    if (log_state.is_journal) {
        write_journal(level, fields, line);
        return;
    }
    /* One write, so that lines of several processes do not mix. There is
     * nobody to tell when it fails. */
    if (writev(STDERR_FILENO, vec, sizeof(vec) / sizeof(vec[0])) < 0) {
        return;
    }
}

static void
write_journal(enum mu_trace_level level, const struct mu_log_fields *fields,
              const char *line)
{
    struct journal_entry entry = {.count = 0};
    char message[LINE_SIZE + 16];
    char priority[16];

    (void)mu_text_format(message, sizeof(message), "MESSAGE=%s", line);
    (void)mu_text_format(priority, sizeof(priority), "%d", priority_of(level));
    entry_add(&entry, "PRIORITY", priority);
    entry_add(&entry, "SYSLOG_IDENTIFIER", log_state.name);
    if (fields) {
        entry_add(&entry, "MUSTER_RESOURCE", fields->resource);
        entry_add(&entry, "MUSTER_NODE", fields->node);
        entry_add(&entry, "MUSTER_OPERATION", fields->operation);
    }
    entry.vec[entry.count].iov_base = message;
    entry.vec[entry.count].iov_len = strlen(message);
    (void)sd_journal_sendv(entry.vec, entry.count + 1);
}

static void
entry_add(struct journal_entry *entry, const char *name, const char *value)
{
    char *text;

    if (!value) {
        return;
    }
    text = entry->text[entry->count];
    (void)mu_text_format(text, FIELD_SIZE, "%s=%s", name, value);
    entry->vec[entry->count].iov_base = text;
    entry->vec[entry->count].iov_len = strlen(text);
    entry->count++;
}

static int
priority_of(enum mu_trace_level level)
{
    switch (level) {
    case MU_TRACE_DEBUG:
        return LOG_DEBUG;
    case MU_TRACE_INFO:
        return LOG_INFO;
    case MU_TRACE_WARNING:
        return LOG_WARNING;
    case MU_TRACE_ERROR:
        return LOG_ERR;
    }
    return LOG_ERR;
}

static void
on_qb_line(int32_t target, struct qb_log_callsite *callsite,
           struct timespec *time, const char *message)
{
    (void)target;
    (void)time;
    mu_log(callsite->priority <= LOG_ERR ? MU_TRACE_ERROR : MU_TRACE_WARNING,
           "libqb: %s", message);
}
