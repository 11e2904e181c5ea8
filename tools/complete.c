/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/complete.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cib_edit.h"
#include "tools/command_find.h"
#include "tools/command_table.h"
#include "tools/session.h"
#include "tools/shadow.h"

enum { WAIT_MS = 500, KIND_SIZE = 64 };

static void complete_command(struct mu_complete *complete, const char *level);
static void complete_argument(struct mu_complete *complete,
                              const struct mu_tool_command *command);
static const char *next_token(const char *usage, char token[KIND_SIZE]);
static void offer_token(struct mu_complete *complete, const char *token);
static const char *level_summary(const char *name);
static void choose_file(struct mu_tool *tool);

int
mu_complete(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_complete complete = {.tool = tool,
                                   .start = argc > 0 ? argv[argc - 1] : ""};
    const struct mu_tool_command *command = NULL;
    int silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const char *level = NULL;
    struct mu_cib_edit edit = {0};
    int used = 0;

    /* Nobody wants to read of a daemon that is away in the middle of a
     * line. */
    if (silence >= 0) {
        (void)dup2(silence, STDERR_FILENO);
        (void)close(silence);
    }
    tool->timeout_ms = WAIT_MS;
    tool->is_quiet = true;
    choose_file(tool);
    while (used < argc - 1 && !command) {
        struct mu_command_find find;

        if (!level && strcmp(argv[used], "help") == 0) {
            used++;
            continue;
        }
        if (!mu_command_find(&tool->arena, level, argv[used], &find) &&
            (!mu_command_find(&tool->arena, NULL, argv[used], &find) ||
             !find.level)) {
            return MU_TOOL_OK;
        }
        command = find.command;
        level = find.level;
        used++;
    }
    complete.words = argv + used;
    complete.count = argc - 1 - used;
    if (!command) {
        complete_command(&complete, level);
        return MU_TOOL_OK;
    }
    if (mu_cib_edit_open(tool, false, &edit) == MU_TOOL_OK) {
        complete.cib = edit.doc;
    }
    if (strncmp(command->name, "configure ", 10) == 0 &&
        command->has_own_words) {
        mu_complete_statement(&complete, command->name + 10);
    } else {
        complete_argument(&complete, command);
    }
    if (complete.cib) {
        mu_cib_edit_close(&edit);
    }
    return MU_TOOL_OK;
}

/* Commands of a level; without one the levels and the commands at the top. */
static void
complete_command(struct mu_complete *complete, const char *level)
{
    const char *last = "";
    size_t last_length = 0;

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const struct mu_tool_command *one = &mu_command_table_items[i];
        const char *blank = strchr(one->name, ' ');
        size_t length = blank ? (size_t)(blank - one->name) : strlen(one->name);

        if (!level) {
            if (length != last_length ||
                strncmp(one->name, last, length) != 0) {
                const char *word =
                    mu_arena_strndup(&complete->tool->arena, one->name, length);

                mu_complete_offer(complete, word,
                                  blank ? level_summary(word) : one->summary);
            }
            last = one->name;
            last_length = length;
        } else if (blank && strlen(level) == length &&
                   strncmp(level, one->name, length) == 0) {
            mu_complete_offer(complete, blank + 1, one->summary);
        }
    }
}

/* Reads the usage: alternatives behind " | " share the first word of the first
 * one, as in "RESOURCE set NAME VALUE | delete NAME". */
static void
complete_argument(struct mu_complete *complete,
                  const struct mu_tool_command *command)
{
    const char *usage = command->usage;
    char token[KIND_SIZE];
    int place = 0;
    bool is_first = true;
    bool is_shared = isupper((unsigned char)*usage) != 0;
    bool has_matched = true;
    int skipped = 0; /* Tokens so far that may be left out. */

    while (*usage) {
        bool is_optional = *usage == '[';
        bool is_repeated;

        usage = next_token(usage, token);
        if (strcmp(token, "|") == 0) {
            is_first = false;
            has_matched = true;
            place = is_shared ? 1 : 0;
            skipped = 0;
            continue;
        }
        is_repeated = strstr(token, "...") != NULL;
        if (has_matched && complete->count >= place - skipped &&
            (complete->count <= place || is_repeated) &&
            (is_first || place > 0 || !is_shared)) {
            if (strcmp(token, "NAME") == 0) {
                mu_complete_names(complete, command->name);
            }
            offer_token(complete, token);
        }
        skipped += is_optional ? 1 : 0;
        /* An alternative counts only while its plain words are there. */
        if (place < complete->count && islower((unsigned char)*token) &&
            !strchr(token, '|') && strcmp(token, complete->words[place]) != 0) {
            has_matched = false;
        }
        place++;
    }
}

/* Copies the next token without its brackets. */
static const char *
next_token(const char *usage, char token[KIND_SIZE])
{
    size_t count = 0;

    usage += strspn(usage, " ");
    for (; *usage && *usage != ' '; usage++) {
        if (!strchr("[]()", *usage) && count + 1 < KIND_SIZE) {
            token[count++] = *usage;
        }
    }
    token[count] = '\0';
    return usage + strspn(usage, " ");
}

/* A token is "NODE...", "on|off", "NODE|--all", "type:T", or "NAME=VALUE". */
static void
offer_token(struct mu_complete *complete, const char *token)
{
    char word[KIND_SIZE];

    while (*token) {
        size_t size = strcspn(token, "|.:=");
        bool is_kind = isupper((unsigned char)*token) != 0;

        (void)snprintf(word, sizeof(word), "%.*s", (int)size, token);
        token += size;
        if (is_kind) {
            (void)mu_complete_offer_kind(
                complete, strcmp(word, "TYPE") == 0 ? "AGENT" : word);
        } else if (*token == ':' || *token == '=') {
            size_t length = strlen(word);

            (void)snprintf(word + length, sizeof(word) - length, "%c", *token);
            mu_complete_offer(complete, word, NULL);
        } else if (*word) {
            mu_complete_offer(complete, word, NULL);
        }
        token += strcspn(token, "|");
        token += *token ? 1 : 0;
    }
}

static const char *
level_summary(const char *name)
{
    for (size_t i = 0; i < mu_command_table_levels_count; i++) {
        if (strcmp(mu_command_table_levels[i].name, name) == 0) {
            return mu_command_table_levels[i].summary;
        }
    }
    return NULL;
}

/* What the command would work on. */
static void
choose_file(struct mu_tool *tool)
{
    const char *shadow =
        tool->session ? mu_session_get(tool, "shadow") : getenv("CIB_shadow");

    tool->file = tool->session ? tool->live : getenv("CIB_file");
    if (tool->file && !*tool->file) {
        tool->file = NULL;
    }
    if (shadow && *shadow && (tool->session || !tool->file)) {
        tool->file = mu_shadow_path(tool, shadow);
    }
}
