/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options: how the commands behave for one person.
 *
 * In a shell they hold until it ends, or for good when they are saved. The
 * names are those of the crm shell; those that mean nothing here are known and
 * say so. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/commands.h"
#include "tools/session.h"

struct option {
    const char *name;
    const char *usual;  /* What it is when nobody says otherwise. */
    const char *values; /* "a|b"; null: any text. */
    const char *summary;
};

static const struct option options[] = {
    {"editor", "", NULL, "program for edit; empty: VISUAL, EDITOR or vi"},
    {"wait", "no", "yes|no", "return when the cluster is idle"},
    {"force", "no", "yes|no", "do things although they look wrong"},
    {"output", "color", "color|plain", "colour on terminals"},
    {"sort-elements", "yes", "yes|no", "show objects sorted"},
};

/* Known to the crm shell, without a meaning here. */
static const struct option others[] = {
    {"user", NULL, NULL, "who you are is what the system says"},
    {"pager", NULL, NULL, "nothing is paged; say: muster ... | less"},
    {"skill-level", NULL, NULL, "every command is shown to everybody"},
    {"check-mode", NULL, NULL, "what is wrong is refused unless --force"},
    {"check-frequency", NULL, NULL, "each change is checked when it is made"},
    {"add-quotes", NULL, NULL, "words keep their quotes anyway"},
    {"manage-children", NULL, NULL,
     "an attribute of a container is always taken off its children"},
};

enum {
    OPTIONS_COUNT = sizeof(options) / sizeof(options[0]),
    OTHERS_COUNT = sizeof(others) / sizeof(others[0]),
};

static const char *text_of(struct mu_tool *tool);
static const char *get(struct mu_tool *tool, const struct option *option);
static const struct option *find(const char *name);
static const char *canonical(struct mu_tool *tool, const char *name);
static int unknown(struct mu_tool *tool, const char *name);
static bool is_among(const char *values, const char *value);

int
mu_muster_options_show(struct mu_tool *tool, int argc, char **argv)
{
    const struct option *only = NULL;
    json_t *answer = json_object();

    if (argc > 0 && strcmp(argv[0], "all") != 0) {
        only = find(canonical(tool, argv[0]));
        if (!only) {
            json_decref(answer);
            return unknown(tool, argv[0]);
        }
    }
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        const struct option *one = &options[i];

        if (only && one != only) {
            continue;
        }
        (void)json_object_set_new(answer, one->name,
                                  json_string(get(tool, one)));
        if (!tool->is_json && only) {
            (void)printf("%s\n", get(tool, one));
        } else if (!tool->is_json) {
            (void)printf("%-14s %-8s %s%s%s%s\n", one->name, get(tool, one),
                         one->summary, one->values ? " (" : "",
                         one->values ? one->values : "",
                         one->values ? ")" : "");
        }
    }
    if (tool->is_json) {
        mu_tool_print_json(answer);
    }
    json_decref(answer);
    return MU_TOOL_OK;
}

int
mu_muster_options_set(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;
    const struct option *option;

    if (argc != 2) {
        return mu_tool_usage(tool, "name an option and its value; see: options "
                                   "show");
    }
    option = find(canonical(tool, argv[0]));
    if (!option) {
        return unknown(tool, argv[0]);
    }
    if (option->values && !is_among(option->values, argv[1])) {
        return mu_tool_usage(tool, "%s: %s is one of %s", argv[1], option->name,
                             option->values);
    }
    if (strpbrk(argv[1], "\n")) {
        return mu_tool_usage(tool, "%s: is one line only", option->name);
    }
    if (!tool->session) {
        return mu_tool_fail(tool,
                            "an option holds as long as a shell; start "
                            "one with: %s; keep it there with: options "
                            "save",
                            tool->program);
    }
    mu_text_buffer_init(&text, &tool->arena);
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        mu_text_buffer_add(&text, "%s %s\n", options[i].name,
                           &options[i] == option ? argv[1]
                                                 : get(tool, &options[i]));
    }
    return mu_session_set(tool, "options", text.data);
}

int
mu_muster_options_save(struct mu_tool *tool, int argc, char **argv)
{
    const char *path =
        mu_session_home(tool, "XDG_CONFIG_HOME", ".config", "options");
    const char *text = text_of(tool);
    int error;

    (void)argv;
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (!path) {
        return mu_tool_fail(tool, "there is no place for them; set HOME or "
                                  "XDG_CONFIG_HOME to a folder that you own");
    }
    if (!text) {
        return MU_TOOL_OK;
    }
    error = mu_tool_write_file(path, text, strlen(text));
    return error ? mu_tool_fail(tool, "%s: cannot be written: %s", path,
                                strerror(-error))
                 : MU_TOOL_OK;
}

int
mu_muster_options_reset(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    mu_text_buffer_init(&text, &tool->arena);
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        mu_text_buffer_add(&text, "%s %s\n", options[i].name, options[i].usual);
    }
    return mu_session_set(tool, "options", text.data);
}

void
mu_muster_options_take(struct mu_tool *tool)
{
    if (!text_of(tool)) {
        return;
    }
    tool->editor = get(tool, find("editor"));
    tool->is_waiting |= strcmp(get(tool, find("wait")), "yes") == 0;
    tool->is_forced |= strcmp(get(tool, find("force")), "yes") == 0;
    tool->is_color &= strcmp(get(tool, find("output")), "color") == 0;
    tool->is_unsorted |= strcmp(get(tool, find("sort-elements")), "no") == 0;
}

/* What is set, one option a line; null when nothing is. */
static const char *
text_of(struct mu_tool *tool)
{
    const char *text = mu_session_get(tool, "options");
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    size_t size;
    char *read;

    if (text) {
        return text;
    }
    /* Reading must not make folders. */
    if (base && *base == '/') {
        base = mu_text_make(&tool->arena, "%s/muster/options", base);
    } else if (home && *home == '/') {
        base = mu_text_make(&tool->arena, "%s/.config/muster/options", home);
    } else {
        return NULL;
    }
    return mu_tool_read_file(tool, base, &read, &size) ? NULL : read;
}

static const char *
get(struct mu_tool *tool, const struct option *option)
{
    const char *line = text_of(tool);
    size_t length = strlen(option->name);

    while (line && *line) {
        size_t size = strcspn(line, "\n");

        if (size > length && strncmp(line, option->name, length) == 0 &&
            line[length] == ' ') {
            return mu_arena_strndup(&tool->arena, line + length + 1,
                                    size - length - 1);
        }
        line += size + (line[size] ? 1 : 0);
    }
    return option->usual;
}

static const struct option *
find(const char *name)
{
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

/* "core.sort_elements" is sort-elements. */
static const char *
canonical(struct mu_tool *tool, const char *name)
{
    char *text = mu_arena_strdup(
        &tool->arena, strncmp(name, "core.", 5) == 0 ? name + 5 : name);

    for (char *one = text; *one; one++) {
        *one = *one == '_' ? '-' : *one;
    }
    return text;
}

static int
unknown(struct mu_tool *tool, const char *name)
{
    const char *names[OPTIONS_COUNT + 1] = {0};
    const char *nearest;

    for (size_t i = 0; i < OTHERS_COUNT; i++) {
        if (strcmp(others[i].name, canonical(tool, name)) == 0) {
            return mu_tool_fail(tool, "%s: has no meaning here: %s", name,
                                others[i].summary);
        }
    }
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        names[i] = options[i].name;
    }
    nearest = mu_tool_nearest(name, names);
    return mu_tool_usage(tool, "%s: there is no such option%s%s%s", name,
                         nearest ? "; did you mean " : "",
                         nearest ? nearest : "", nearest ? "?" : "");
}

static bool
is_among(const char *values, const char *value)
{
    size_t length = strlen(value);

    while (*values) {
        size_t size = strcspn(values, "|");

        if (size == length && strncmp(values, value, size) == 0) {
            return true;
        }
        values += size + (values[size] ? 1 : 0);
    }
    return false;
}
