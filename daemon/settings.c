/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LINE_SIZE_MAX = 1024 };

/* Settings that are plain text. */
struct text_setting {
    const char *name;
    size_t offset;
};

static const struct text_setting text_settings[] = {
    {"state_folder", offsetof(struct mu_settings, state_folder)},
    {"run_folder", offsetof(struct mu_settings, run_folder)},
    {"ocf_root", offsetof(struct mu_settings, ocf_root)},
    {"lsb_folder", offsetof(struct mu_settings, lsb_folder)},
    {"fence_folder", offsetof(struct mu_settings, fence_folder)},
    {"helpers_folder", offsetof(struct mu_settings, helpers_folder)},
    {"watchdog", offsetof(struct mu_settings, watchdog)},
};

static const char *const level_names[] = {
    [MU_TRACE_DEBUG] = "debug",
    [MU_TRACE_INFO] = "info",
    [MU_TRACE_WARNING] = "warning",
    [MU_TRACE_ERROR] = "error",
};

void
mu_settings_init(struct mu_settings *settings)
{
    *settings = (struct mu_settings){
        .log_level = MU_TRACE_INFO,
        .state_folder = "/var/lib/muster",
        .run_folder = "/run/muster",
    };
}

static bool
is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' ||
           character == '\n';
}

/* Cuts white space at both ends. */
static char *
trim(char *text)
{
    size_t length;

    while (is_space(*text)) {
        text++;
    }
    length = strlen(text);
    while (length > 0 && is_space(text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

static int
take_text(char *setting, const char *name, const char *value,
          struct mu_errbuf *err)
{
    if (value[0] != '/') {
        mu_errbuf_set(err, "%s: \"%s\" is not an absolute path", name, value);
        return -EBADMSG;
    }
    if (strlen(value) >= MU_SETTINGS_VALUE_SIZE) {
        mu_errbuf_set(err, "%s: the value is too long", name);
        return -EBADMSG;
    }
    memcpy(setting, value, strlen(value) + 1);
    return 0;
}

static int
take_level(struct mu_settings *settings, const char *value,
           struct mu_errbuf *err)
{
    for (unsigned i = 0; i <= MU_TRACE_ERROR; i++) {
        if (strcmp(value, level_names[i]) == 0) {
            settings->log_level = (enum mu_trace_level)i;
            return 0;
        }
    }
    mu_errbuf_set(
        err, "log_level: \"%s\" is none of debug, info, warning, error", value);
    return -EBADMSG;
}

static int
take_value(struct mu_settings *settings, const char *name, const char *value,
           struct mu_errbuf *err)
{
    size_t count = sizeof(text_settings) / sizeof(text_settings[0]);

    if (strcmp(name, "log_level") == 0) {
        return take_level(settings, value, err);
    }
    if (strcmp(name, "memory_lock") == 0) {
        if (mu_text_parse_bool(value, &settings->is_memory_locked) < 0) {
            mu_errbuf_set(err, "memory_lock: \"%s\" is neither yes nor no",
                          value);
            return -EBADMSG;
        }
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, text_settings[i].name) == 0) {
            return take_text((char *)settings + text_settings[i].offset, name,
                             value, err);
        }
    }
    mu_errbuf_set(err, "there is no setting \"%s\"; see muster.conf(5)", name);
    return -EBADMSG;
}

int
mu_settings_take(struct mu_settings *settings, char *line,
                 struct mu_errbuf *err)
{
    char *name = trim(line);
    char *equals;

    if (name[0] == '\0' || name[0] == '#') {
        return 0;
    }
    equals = strchr(name, '=');
    if (!equals) {
        mu_errbuf_set(err, "\"%s\" is not of the form \"name = value\"", name);
        return -EBADMSG;
    }
    *equals = '\0';
    return take_value(settings, trim(name), trim(equals + 1), err);
}

int
mu_settings_read(struct mu_settings *settings, const char *path,
                 struct mu_errbuf *err)
{
    FILE *file = fopen(path, "re");
    char line[LINE_SIZE_MAX];
    unsigned number = 0;
    int error = 0;

    if (!file) {
        error = -errno;
        mu_errbuf_set(err, "cannot read %s: %s", path, strerror(-error));
        return error;
    }
    while (!error && fgets(line, sizeof(line), file)) {
        number++;
        if (strlen(line) == sizeof(line) - 1) {
            mu_errbuf_set(err, "the line is too long");
            error = -EBADMSG;
        } else {
            error = mu_settings_take(settings, line, err);
        }
        if (error) {
            mu_errbuf_wrap(err, "%s, line %u", path, number);
        }
    }
    fclose(file);
    return error;
}
