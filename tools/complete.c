/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/complete.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/agents.h"
#include "tools/cib_edit.h"
#include "tools/command_find.h"
#include "tools/command_table.h"
#include "tools/session.h"
#include "tools/shadow.h"

enum { WAIT_MS = 500, KIND_SIZE = 64 };

/* Which elements have the names of a kind. */
struct kind {
    const char *name;
    const char *elements[8];
};

static const struct kind kinds[] = {
    {"RESOURCE", {"primitive", "group", "clone", "master", "bundle"}},
    {"R", {"primitive", "group", "clone", "master", "bundle"}},
    {"R2", {"primitive"}},
    {"PRIMITIVE", {"primitive"}},
    {"MEMBER", {"primitive"}},
    {"CHILD", {"primitive", "group"}},
    {"GROUP", {"group"}},
    {"TEMPLATE", {"template"}},
    {"NODE", {"node"}},
    {"TAG", {"tag"}},
    {"ROLE", {"acl_role"}},
};

static void complete_command(struct mu_complete *complete, const char *level);
static void complete_argument(struct mu_complete *complete,
                              const struct mu_tool_command *command);
static const char *next_token(const char *usage, char token[KIND_SIZE]);
static void offer_token(struct mu_complete *complete, const char *token);
static void offer_names(const struct mu_complete *complete,
                        const struct kind *kind);
static void offer_objects(const struct mu_complete *complete);
static void offer_agents(const struct mu_complete *complete);
static void offer_list(const struct mu_complete *complete,
                       const struct mu_agents_list *list, const char *before);
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

void
mu_complete_offer(const struct mu_complete *complete, const char *word,
                  const char *note)
{
    bool has_note = note && *note && complete->tool->is_full;

    if (strncmp(word, complete->start, strlen(complete->start)) == 0) {
        (void)printf("%s%s%s\n", word, has_note ? "\t" : "",
                     has_note ? note : "");
    }
}

void
mu_complete_offer_words(const struct mu_complete *complete, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, "|");

        mu_complete_offer(complete,
                          mu_arena_strndup(&complete->tool->arena, words, size),
                          NULL);
        words += size;
        words += *words ? 1 : 0;
    }
}

bool
mu_complete_offer_kind(const struct mu_complete *complete, const char *kind)
{
    struct mu_agents_list list;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            offer_names(complete, &kinds[i]);
            return true;
        }
    }
    if (strcmp(kind, "ID") == 0 || strcmp(kind, "OBJECT") == 0 ||
        strcmp(kind, "OLD") == 0) {
        offer_objects(complete);
    } else if (strcmp(kind, "AGENT") == 0) {
        offer_agents(complete);
    } else if (strcmp(kind, "CLASS") == 0) {
        mu_complete_offer_words(complete,
                                "ocf|stonith|systemd|lsb|service|nagios");
    } else if (strcmp(kind, "PROVIDER") == 0) {
        list = mu_agents_providers(&complete->tool->arena);
        offer_list(complete, &list, "");
    } else if (strcmp(kind, "SHADOW") == 0) {
        for (const char **names = mu_shadow_names(complete->tool); *names;
             names++) {
            mu_complete_offer(complete, *names, NULL);
        }
    } else {
        return false;
    }
    return true;
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

static void
offer_names(const struct mu_complete *complete, const struct kind *kind)
{
    const struct mu_doc_element *root =
        complete->cib ? mu_doc_root(complete->cib) : NULL;

    for (const struct mu_doc_element *one = root; one;
         one = mu_doc_walk(one, root)) {
        for (size_t i = 0; kind->elements[i]; i++) {
            const char *name = mu_doc_get(
                one, strcmp(kind->name, "NODE") == 0 ? "uname" : "id");

            if (mu_doc_is(one, kind->elements[i]) && name) {
                const char *type = mu_doc_get(one, "type");

                mu_complete_offer(complete, name,
                                  type ? type : kind->elements[i]);
            }
        }
    }
}

/* Everything that "show" and "delete" take. */
static void
offer_objects(const struct mu_complete *complete)
{
    static const char *const sections[] = {
        "resources", "constraints",  "tags",        "acls",
        "alerts",    "rsc_defaults", "op_defaults", "crm_config"};
    const struct mu_doc_element *configuration =
        complete->cib
            ? mu_doc_first_named(mu_doc_root(complete->cib), "configuration")
            : NULL;

    for (size_t i = 0;
         configuration && i < sizeof(sections) / sizeof(*sections); i++) {
        const struct mu_doc_element *section =
            mu_doc_first_named(configuration, sections[i]);

        for (const struct mu_doc_element *one = section; one;
             one = mu_doc_walk(one, section)) {
            const char *id = mu_doc_get(one, "id");
            bool is_member =
                strcmp(sections[i], "resources") == 0 &&
                (mu_doc_is(one, "primitive") || mu_doc_is(one, "group"));

            if (id && (mu_doc_parent(one) == section || is_member)) {
                mu_complete_offer(complete, id, mu_doc_name(one));
            }
        }
    }
    (void)mu_complete_offer_kind(complete, "NODE");
}

static void
offer_agents(const struct mu_complete *complete)
{
    static const char *const classes[] = {"stonith", "systemd", "lsb"};
    struct mu_arena *arena = &complete->tool->arena;
    struct mu_agents_list providers = mu_agents_providers(arena);
    struct mu_agents_list types;

    for (size_t i = 0; i < providers.count; i++) {
        types = mu_agents_types(arena, "ocf", providers.names[i]);
        offer_list(complete, &types,
                   mu_text_make(arena, "ocf:%s:", providers.names[i]));
    }
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        types = mu_agents_types(arena, classes[i], NULL);
        offer_list(complete, &types, mu_text_make(arena, "%s:", classes[i]));
    }
    /* A bare name is one of heartbeat's; only once somebody began with it, or
     * each agent would be there twice. */
    if (*complete->start) {
        types = mu_agents_types(arena, "ocf", "heartbeat");
        offer_list(complete, &types, "");
    }
}

static void
offer_list(const struct mu_complete *complete,
           const struct mu_agents_list *list, const char *before)
{
    for (size_t i = 0; i < list->count; i++) {
        mu_complete_offer(complete,
                          mu_text_make(&complete->tool->arena, "%s%s", before,
                                       list->names[i]),
                          NULL);
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
