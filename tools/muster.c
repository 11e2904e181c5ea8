/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Muster: finds the command that the words name, and runs it. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/command_table.h"
#include "tools/commands.h"
#include "tools/complete.h"
#include "tools/shell.h"
#include "tools/tool.h"

enum { WORDS_COUNT_MAX = 4096 };
#define ARENA_SIZE_MAX ((size_t)1 << 33)

/* Options that any command takes. */
struct option {
    const char *name;
    const char *letter; /* Short form, or null. */
    size_t flag;        /* Offset of a bool in struct mu_tool, or NONE. */
    size_t value;       /* Offset of a text in struct mu_tool, or NONE. */
};

#define NONE ((size_t)-1)
#define FLAG(name, letter, member) \
    { \
        name, letter, offsetof(struct mu_tool, member), NONE \
    }
#define VALUE(name, letter, member) \
    { \
        name, letter, NONE, offsetof(struct mu_tool, member) \
    }

struct texts { /* Values that need more reading. */
    struct mu_tool tool;
    const char *timeout;
};

static int run_line(int argc, char **argv);
static int parse(struct mu_tool *tool, int argc, char **argv, char **words,
                 int *ret_count);
static int take_option(struct mu_tool *tool, const char *word, const char *next,
                       const char **ret_timeout);
static int finish_options(struct mu_tool *tool, const char *timeout);
static int dispatch(struct mu_tool *tool, int count, char **words);
static const struct mu_tool_command *find(const char *level, const char *word,
                                          bool *ret_is_ambiguous);
static bool is_level(const char *word);
static bool matches(const struct mu_tool_command *command, const char *level,
                    const char *word, bool is_prefix);
static int unknown(struct mu_tool *tool, const char *level, const char *word);
static int help(const struct mu_tool *tool, const char *level);
static int help_command(const struct mu_tool *tool,
                        const struct mu_tool_command *command);

int
main(int argc, char **argv)
{
    /* A pager that is closed early is no reason for a message. */
    (void)signal(SIGPIPE, SIG_DFL);
    return run_line(argc, argv);
}

/* Runs one command line. Returns an exit code. */
static int
run_line(int argc, char **argv)
{
    struct mu_tool tool = {.program = "muster", .timeout_ms = -1};
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "muster";
    char **words;
    int count = 0;
    int code;

    if (strcmp(name, "crm") == 0) {
        tool.program = "crm";
    }
    mu_arena_init(&tool.arena, ARENA_SIZE_MAX);
    mu_tool_look(&tool);
    words = mu_arena_new(&tool.arena, char *, (size_t)argc + 1);
    if (argc > 1 && strcmp(argv[1], "--complete") == 0) {
        code = mu_complete(&tool, argc - 2, argv + 2);
    } else if (argc == 1 && isatty(STDIN_FILENO)) {
        code = mu_shell_run(&tool, run_line, is_level);
    } else {
        code = parse(&tool, argc, argv, words, &count);
        if (!code) {
            code = dispatch(&tool, count, words);
        }
    }
    if (fflush(stdout) && !code) {
        code = MU_TOOL_FAILED;
    }
    mu_arena_done(&tool.arena);
    return code;
}

/* Parts options from words. Returns an exit code. */
static int
parse(struct mu_tool *tool, int argc, char **argv, char **words, int *ret_count)
{
    const char *timeout = NULL;
    bool is_over = false;
    int count = 0;

    for (int i = 1; i < argc; i++) {
        int taken = 0;

        if (!is_over && strcmp(argv[i], "--") == 0) {
            is_over = true;
            continue;
        }
        if (!is_over && argv[i][0] == '-' && argv[i][1] != '\0') {
            taken = take_option(tool, argv[i],
                                i + 1 < argc ? argv[i + 1] : NULL, &timeout);
        }
        if (taken < 0) {
            return MU_TOOL_USAGE;
        }
        if (taken == 0) {
            words[count++] = argv[i];
        } else {
            i += taken - 1;
        }
    }
    *ret_count = count;
    return finish_options(tool, timeout);
}

/* Returns how many words the option takes, 0 when it is none, -1 when it lacks
 * its value. */
static int
take_option(struct mu_tool *tool, const char *word, const char *next,
            const char **ret_timeout)
{
    static const struct option options[] = {
        FLAG("--force", "-F", is_forced),
        FLAG("--yes", "-y", is_yes),
        FLAG("--dry-run", NULL, is_dry_run),
        FLAG("--wait", "-w", is_waiting),
        FLAG("--full", "-v", is_full),
        FLAG("--watch", NULL, is_watching),
        FLAG("--follow", NULL, is_following),
        FLAG("--help", "-h", has_help),
        FLAG("--quiet", "-q", is_quiet),
        VALUE("--format", NULL, output),
        VALUE("--file", NULL, file),
        VALUE("--message", "-m", message),
    };
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const char *value = equals ? equals + 1 : next;

    if (strcmp(word, "--timeout") == 0 ||
        strncmp(word, "--timeout=", 10) == 0) {
        *ret_timeout = value ? value : "";
        return equals ? 1 : 2;
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct option *one = &options[i];
        bool is_it = (strlen(one->name) == length &&
                      strncmp(one->name, word, length) == 0) ||
                     (one->letter && strcmp(one->letter, word) == 0);

        if (!is_it) {
            continue;
        }
        if (one->flag != NONE) {
            *(bool *)((char *)tool + one->flag) = true;
            return 1;
        }
        if (!value) {
            (void)mu_tool_usage(tool, "%s: needs a value", word);
            return -1;
        }
        *(const char **)(void *)((char *)tool + one->value) = value;
        return equals ? 1 : 2;
    }
    if (strcmp(word, "--version") == 0) {
        (void)printf("muster %s\n", PACKAGE_VERSION);
        exit(MU_TOOL_OK);
    }
    return 0;
}

static int
finish_options(struct mu_tool *tool, const char *timeout)
{
    if (!tool->file) {
        tool->file = getenv("CIB_file");
        if (tool->file && !*tool->file) {
            tool->file = NULL;
        }
    }
    if (tool->output && strcmp(tool->output, "json") == 0) {
        tool->is_json = true;
    } else if (tool->output && strcmp(tool->output, "text") != 0 &&
               strcmp(tool->output, "oneline") != 0) {
        return mu_tool_usage(tool, "--format %s: is neither text nor json",
                             tool->output);
    }
    if (timeout && mu_text_parse_duration(timeout, &tool->timeout_ms)) {
        return mu_tool_usage(tool,
                             "--timeout %s: is no span of time such as "
                             "30 or 2min",
                             timeout);
    }
    return MU_TOOL_OK;
}

static int
dispatch(struct mu_tool *tool, int count, char **words)
{
    const struct mu_tool_command *command;
    bool is_ambiguous = false;
    int used = 1;

    if (count > 0 && strcmp(words[0], "help") == 0) {
        tool->has_help = true;
        count--;
        words++;
    }
    if (count == 0) {
        return help(tool, NULL) ? MU_TOOL_OK
               : tool->has_help ? MU_TOOL_OK
                                : MU_TOOL_USAGE;
    }
    if (is_level(words[0])) {
        if (count == 1 && strcmp(words[0], "configure") == 0 &&
            !tool->has_help && !isatty(STDIN_FILENO)) {
            tool->command = "configure";
            return mu_muster_configure_batch(tool, 0, words + 1);
        }
        if (count == 1) {
            (void)help(tool, words[0]);
            return tool->has_help ? MU_TOOL_OK : MU_TOOL_USAGE;
        }
        command = find(words[0], words[1], &is_ambiguous);
        used = 2;
    } else {
        command = find(NULL, words[0], &is_ambiguous);
    }
    if (!command) {
        return unknown(tool, used == 2 ? words[0] : NULL, words[used - 1]);
    }
    tool->command = command->name;
    if (tool->has_help) {
        return help_command(tool, command);
    }
    for (int i = used; i < count && !command->has_own_words; i++) {
        if (words[i][0] == '-' && words[i][1] == '-' &&
            strcmp(words[i], "--all") != 0) {
            return mu_tool_usage(tool, "%s: is no option", words[i]);
        }
    }
    if (command->has_own_words && used == 2) {
        used = 1; /* The language reads its keyword itself. */
    }
    return command->run(tool, count - used, words + used);
}

/* Finds a command by its exact word, an alias, or a prefix that no other
 * has. */
static const struct mu_tool_command *
find(const char *level, const char *word, bool *ret_is_ambiguous)
{
    const struct mu_tool_command *found = NULL;

    for (size_t i = 0; i < mu_command_table_count; i++) {
        if (matches(&mu_command_table_items[i], level, word, false)) {
            return &mu_command_table_items[i];
        }
    }
    for (size_t i = 0; i < mu_command_table_count; i++) {
        if (matches(&mu_command_table_items[i], level, word, true)) {
            if (found) {
                *ret_is_ambiguous = true;
                return NULL;
            }
            found = &mu_command_table_items[i];
        }
    }
    return found;
}

static bool
is_level(const char *word)
{
    size_t length = strlen(word);

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const char *name = mu_command_table_items[i].name;

        if (strncmp(name, word, length) == 0 && name[length] == ' ') {
            return true;
        }
    }
    return false;
}

static bool
matches(const struct mu_tool_command *command, const char *level,
        const char *word, bool is_prefix)
{
    const char *blank = strchr(command->name, ' ');
    const char *last = blank ? blank + 1 : command->name;
    const char *alias = command->aliases;
    size_t length = strlen(word);

    if ((level == NULL) != (blank == NULL) ||
        (level && (strlen(level) != (size_t)(blank - command->name) ||
                   strncmp(level, command->name, strlen(level)) != 0))) {
        return false;
    }
    if (is_prefix) {
        return strncmp(last, word, length) == 0;
    }
    if (strcmp(last, word) == 0 ||
        (command->has_own_words && mu_text_casecmp(last, word) == 0)) {
        return true;
    }
    while (alias && *alias) {
        size_t size = strcspn(alias, " ");

        if (size == length && strncmp(alias, word, size) == 0) {
            return true;
        }
        alias += size;
        alias += strspn(alias, " ");
    }
    return false;
}

static int
unknown(struct mu_tool *tool, const char *level, const char *word)
{
    const char **names = mu_arena_new(&tool->arena, const char *,
                                      mu_command_table_count * 2 + 1);
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const char *name = mu_command_table_items[i].name;
        const char *blank = strchr(name, ' ');

        if (!level) {
            names[count++] = blank ? mu_arena_strndup(&tool->arena, name,
                                                      (size_t)(blank - name))
                                   : name;
        } else if (blank && strlen(level) == (size_t)(blank - name) &&
                   strncmp(level, name, strlen(level)) == 0) {
            names[count++] = blank + 1;
        }
    }
    nearest = mu_tool_nearest(word, names);
    tool->command = level;
    if (nearest) {
        return mu_tool_usage(tool, "%s: is no command; did you mean %s?", word,
                             nearest);
    }
    return mu_tool_usage(tool, "%s: is no command", word);
}

/* Lists the commands of a level, or the levels. Returns OK. */
static int
help(const struct mu_tool *tool, const char *level)
{
    const char *before = "";
    size_t before_length = 0;

    (void)printf("usage: %s %s COMMAND ...\n\n", tool->program,
                 level ? level : "[OPTION...]");
    for (size_t i = 0; i < mu_command_table_count; i++) {
        const struct mu_tool_command *one = &mu_command_table_items[i];
        const char *blank = strchr(one->name, ' ');
        size_t length = blank ? (size_t)(blank - one->name) : 0;

        if (level && (length != strlen(level) ||
                      strncmp(one->name, level, length) != 0)) {
            continue;
        }
        if (!level && blank &&
            (length != before_length ||
             strncmp(before, one->name, length) != 0)) {
            (void)printf("\n");
        }
        before = one->name;
        before_length = length;
        (void)printf("  %-24s %s\n", level ? blank + 1 : one->name,
                     one->summary);
    }
    (void)printf(
        "\nOptions of all commands:\n"
        "  --format text|json   how to answer\n"
        "  --file FILE          work on a file, without a cluster (CIB_file)\n"
        "  --dry-run            show what a change would do\n"
        "  -F, --force          do it although it looks wrong\n"
        "  -y, --yes            do not ask\n"
        "  -w, --wait           return when the cluster is idle\n"
        "  -m, --message TEXT   why, for the record\n"
        "  -h, --help           help on a command\n"
        "\nSee muster(8), and muster(7) for the words.\n");
    return MU_TOOL_OK;
}

static int
help_command(const struct mu_tool *tool, const struct mu_tool_command *command)
{
    (void)printf("usage: %s %s %s\n\n%s\n", tool->program, command->name,
                 command->usage, command->summary);
    if (command->aliases) {
        (void)printf("Also called: %s\n", command->aliases);
    }
    if (command->details) {
        (void)printf("\n%s", command->details);
    }
    return MU_TOOL_OK;
}
