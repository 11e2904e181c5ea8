/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/complete.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/agents.h"
#include "tools/cib_edit.h"
#include "tools/command_table.h"

enum { WAIT_MS = 500 };

static void complete_command(struct mu_tool *tool, const char *level,
                             const char *start);
static void complete_agent(struct mu_tool *tool, const char *start);
static void complete_name(struct mu_tool *tool, const char *level,
                          const char *start);
static const char *level_summary(const char *name, size_t length);
static void print_if(const struct mu_tool *tool, const char *word,
                     const char *note, const char *start);

int
mu_complete(struct mu_tool *tool, int argc, char **argv)
{
    const char *start = argc > 0 ? argv[argc - 1] : "";

    tool->file = getenv("CIB_file");
    if (tool->file && !*tool->file) {
        tool->file = NULL;
    }
    tool->timeout_ms = WAIT_MS;
    tool->is_quiet = true;
    if (argc <= 1) {
        complete_command(tool, NULL, start);
    } else if (argc == 2 && strcmp(argv[0], "why") != 0) {
        complete_command(tool, argv[0], start);
    } else if (strcmp(argv[0], "ra") == 0 ||
               (strcmp(argv[0], "configure") == 0 && argc == 4)) {
        complete_agent(tool, start);
    } else {
        complete_name(tool, argv[0], start);
    }
    return MU_TOOL_OK;
}

/* Commands of a level; without one the levels and the commands at the top. */
static void
complete_command(struct mu_tool *tool, const char *level, const char *start)
{
    const char *last = "";
    size_t last_length = 0;

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const char *name = mu_command_table_items[i].name;
        const char *blank = strchr(name, ' ');
        size_t length = blank ? (size_t)(blank - name) : strlen(name);

        if (!level) {
            if (length != last_length || strncmp(name, last, length) != 0) {
                print_if(tool, mu_arena_strndup(&tool->arena, name, length),
                         blank ? level_summary(name, length)
                               : mu_command_table_items[i].summary,
                         start);
            }
            last = name;
            last_length = length;
        } else if (blank && strlen(level) == length &&
                   strncmp(level, name, length) == 0) {
            print_if(tool, blank + 1, mu_command_table_items[i].summary, start);
        }
    }
}

static void
complete_agent(struct mu_tool *tool, const char *start)
{
    static const char *const classes[] = {"stonith", "systemd", "lsb"};
    struct mu_agents_list providers = mu_agents_providers(&tool->arena);

    for (size_t i = 0; i < providers.count; i++) {
        struct mu_agents_list types =
            mu_agents_types(&tool->arena, "ocf", providers.names[i]);

        for (size_t j = 0; j < types.count; j++) {
            const char *name = mu_text_make(&tool->arena, "ocf:%s:%s",
                                            providers.names[i], types.names[j]);

            print_if(tool, name, NULL, start);
        }
    }
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct mu_agents_list types =
            mu_agents_types(&tool->arena, classes[i], NULL);

        for (size_t j = 0; j < types.count; j++) {
            const char *name =
                mu_text_make(&tool->arena, "%s:%s", classes[i], types.names[j]);

            print_if(tool, name, NULL, start);
        }
    }
}

/* Names of nodes for the level node, of resources and nodes elsewhere. */
static void
complete_name(struct mu_tool *tool, const char *level, const char *start)
{
    bool is_node = strcmp(level, "node") == 0;
    const struct mu_doc_element *one;
    struct mu_cib_edit edit;
    int silence = open("/dev/null", O_WRONLY | O_CLOEXEC);

    /* Nobody wants to read of a daemon that is away in the middle of a
     * line. */
    if (silence >= 0) {
        (void)dup2(silence, STDERR_FILENO);
        (void)close(silence);
    }
    if (mu_cib_edit_open(tool, false, &edit)) {
        return;
    }
    one = mu_doc_root(edit.doc);
    for (; one; one = mu_doc_walk(one, mu_doc_root(edit.doc))) {
        const char *id = mu_doc_get(one, "id");
        const char *uname = mu_doc_get(one, "uname");

        if (mu_doc_is(one, "node") && uname) {
            print_if(tool, uname, NULL, start);
        } else if (!is_node && id &&
                   (mu_doc_is(one, "primitive") || mu_doc_is(one, "group") ||
                    mu_doc_is(one, "clone") || mu_doc_is(one, "master") ||
                    mu_doc_is(one, "bundle"))) {
            print_if(tool, id, NULL, start);
        }
    }
    mu_cib_edit_close(&edit);
}

static const char *
level_summary(const char *name, size_t length)
{
    for (size_t i = 0; i < mu_command_table_levels_count; i++) {
        const struct mu_command_level *one = &mu_command_table_levels[i];

        if (strlen(one->name) == length &&
            strncmp(one->name, name, length) == 0) {
            return one->summary;
        }
    }
    return NULL;
}

/* Prints 'word' if it begins like 'start', with the note where notes are
 * wanted. */
static void
print_if(const struct mu_tool *tool, const char *word, const char *note,
         const char *start)
{
    if (strncmp(word, start, strlen(start)) == 0) {
        (void)printf("%s%s%s\n", word, note && tool->is_full ? "\t" : "",
                     note && tool->is_full ? note : "");
    }
}
