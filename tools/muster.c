/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Muster: finds the command that the words name, and runs it. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/command_find.h"
#include "tools/command_table.h"
#include "tools/commands.h"
#include "tools/complete.h"
#include "tools/record.h"
#include "tools/refused.h"
#include "tools/session.h"
#include "tools/shadow.h"
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

/* What the first words are the name of. */
struct named {
    const struct mu_tool_command *command; /* Null: a level, or nothing. */
    const char *level;                     /* Null at the top. */
    int used;                              /* How many words. */
};

static int run_line(const struct mu_tool *start, int argc, char **argv);
static int parse(struct mu_tool *tool, int argc, char **argv, char **words,
                 int *ret_count);
static int take_option(struct mu_tool *tool, const char *word, const char *next,
                       const char **ret_timeout);
static int finish_options(struct mu_tool *tool, const char *timeout);
static int choose_file(struct mu_tool *tool);
static int dispatch(struct mu_tool *tool, int count, char **words);
static int resolve(struct mu_tool *tool, int count, char **words,
                   struct named *ret_named);
static int run_shell(struct mu_tool *tool, const char *level);
static int unknown(struct mu_tool *tool, const char *level, const char *word);
static int help(const struct mu_tool *tool, const char *level);
static bool has_option(const struct mu_tool_command *command, const char *word);
static int help_command(const struct mu_tool *tool,
                        const struct mu_tool_command *command);

int
main(int argc, char **argv)
{
    /* A pager that is closed early is no reason for a message. */
    (void)signal(SIGPIPE, SIG_DFL);
    return run_line(&(struct mu_tool){.program = "muster", .timeout_ms = -1},
                    argc, argv);
}

/* Runs one command line; 'start' holds what a shell sets for all of its lines.
 * Returns an exit code. */
static int
run_line(const struct mu_tool *start, int argc, char **argv)
{
    struct mu_tool tool = *start;
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
    if (argc > 1 && strncmp(argv[1], "--complete", 10) == 0) {
        tool.is_full = strcmp(argv[1], "--complete-notes") == 0;
        code = mu_complete(&tool, argc - 2, argv + 2);
    } else {
        tool.line =
            mu_record_line(&tool.arena, tool.program, argc - 1, argv + 1);
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
        FLAG("--classic", NULL, is_classic),
        FLAG("--utc", NULL, is_utc),
        FLAG("--follow", NULL, is_following),
        FLAG("--help", "-h", has_help),
        FLAG("--quiet", "-q", is_quiet),
        VALUE("--format", NULL, output),
        VALUE("--file", NULL, file),
        VALUE("--run", "-f", script),
        VALUE("--shadow", "-c", shadow),
        VALUE("--display", "-D", display),
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
    const char *display = tool->display ? tool->display : "";

    mu_muster_options_take(tool);
    if (strcmp(display, "plain") == 0) {
        tool->is_color = false;
    } else if (strcmp(display, "color-always") == 0) {
        tool->is_color = true;
    } else if (*display && strcmp(display, "color") != 0) {
        return mu_tool_usage(tool,
                             "--display %s: is none of plain, color and "
                             "color-always",
                             display);
    }
    if (tool->output && strcmp(tool->output, "json") == 0) {
        tool->is_json = true;
    } else if (tool->output && strcmp(tool->output, "text") != 0 &&
               strcmp(tool->output, "oneline") != 0 &&
               strcmp(tool->output, "xml") != 0) {
        return mu_tool_usage(tool, "--format %s: is neither text nor json",
                             tool->output);
    }
    if (timeout && mu_text_parse_duration(timeout, &tool->timeout_ms)) {
        return mu_tool_usage(tool,
                             "--timeout %s: is no span of time such as "
                             "30 or 2min",
                             timeout);
    }
    return choose_file(tool);
}

/* What the command works on: --file, a shadow copy, CIB_file, else the
 * cluster. */
static int
choose_file(struct mu_tool *tool)
{
    const char *shadow = getenv("CIB_shadow");
    bool is_given = tool->file != NULL;

    if (tool->session) {
        tool->shadow =
            tool->shadow ? tool->shadow : mu_session_get(tool, "shadow");
        tool->file = is_given ? tool->file : tool->live;
    } else {
        tool->file = is_given ? tool->file : getenv("CIB_file");
        tool->file = tool->file && *tool->file ? tool->file : NULL;
        if (!tool->shadow && !tool->file && shadow && *shadow) {
            tool->shadow = shadow;
        }
    }
    tool->live = tool->file;
    if (!tool->shadow || is_given || strcmp(tool->shadow, "live") == 0) {
        tool->shadow = NULL;
        return MU_TOOL_OK;
    }
    tool->file = mu_shadow_path(tool, tool->shadow);
    return tool->file ? MU_TOOL_OK : MU_TOOL_FAILED;
}

static int
dispatch(struct mu_tool *tool, int count, char **words)
{
    struct named named = {0};
    int code;

    if (count > 0 && strcmp(words[0], "help") == 0) {
        tool->has_help = true;
        count--;
        words++;
    }
    code = resolve(tool, count, words, &named);
    if (code) {
        return code;
    }
    if (!named.command && tool->has_help) {
        return help(tool, named.level);
    }
    if (!named.command) {
        return run_shell(tool, named.level);
    }
    tool->command = named.command->name;
    if (tool->has_help) {
        return help_command(tool, named.command);
    }
    for (int i = named.used; i < count && !named.command->has_own_words; i++) {
        if (words[i][0] == '-' && words[i][1] == '-' &&
            !has_option(named.command, words[i])) {
            return mu_tool_usage(tool, "%s: is no option", words[i]);
        }
    }
    if (named.command->has_own_words && strchr(named.command->name, ' ')) {
        named.used--; /* The language reads its keyword itself. */
        words[named.used] =
            mu_arena_strdup(&tool->arena, mu_command_find_word(named.command));
    }
    return named.command->run(tool, count - named.used, words + named.used);
}

/* Finds what the words name: a command, or a level when they end there. Some
 * levels are reached from within another, too. */
static int
resolve(struct mu_tool *tool, int count, char **words, struct named *ret_named)
{
    struct mu_command_find find;

    while (ret_named->used < count && !ret_named->command) {
        const char *word = words[ret_named->used];
        bool is_found =
            mu_command_find(&tool->arena, ret_named->level, word, &find);

        /* The whole name of a level is more than a part of a command's. */
        if (mu_command_find_is_level(word) && !(is_found && find.is_name)) {
            is_found = mu_command_find(&tool->arena, NULL, word, &find);
        }
        if (!is_found) {
            return unknown(tool, ret_named->level, word);
        }
        if (find.is_guess) {
            mu_tool_say(tool, "%s: %s: taken for %s", tool->program, word,
                        find.level ? find.level
                                   : mu_command_find_word(find.command));
        }
        ret_named->used++;
        ret_named->command = find.command;
        ret_named->level = find.level;
    }
    return MU_TOOL_OK;
}

/* No command was named: commands come from the terminal, or line by line. */
static int
run_shell(struct mu_tool *tool, const char *level)
{
    bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

    if (tool->session ||
        (!tool->script && isatty(STDIN_FILENO) && !is_terminal)) {
        (void)help(tool, level);
        return MU_TOOL_USAGE;
    }
    return mu_shell_run(tool, run_line,
                        tool->script  ? tool->script
                        : is_terminal ? NULL
                                      : "-",
                        level);
}

static int
unknown(struct mu_tool *tool, const char *level, const char *word)
{
    const char *nearest = mu_command_find_nearest(&tool->arena, level, word);
    const char *instead = mu_refused_find(level, word);
    struct mu_command_find find;

    tool->command = level;
    if (!mu_command_find(&tool->arena, level, word, &find) && find.names) {
        return mu_tool_usage(tool, "%s: may mean %s", word, find.names);
    }
    if (instead) {
        (void)mu_tool_fail(tool, "%s: is not taken: %s", word, instead);
        return MU_TOOL_USAGE;
    }
    if (nearest) {
        return mu_tool_usage(tool, "%s: is no command; did you mean %s?", word,
                             nearest);
    }
    return mu_tool_usage(tool, "%s: is no command", word);
}

/* Lists the commands of a level; without one those of the top, and the
 * levels. Returns OK. */
static int
help(const struct mu_tool *tool, const char *level)
{
    size_t length = level ? strlen(level) : 0;

    (void)printf("usage: %s %s COMMAND ...\n\n", tool->program,
                 level ? level : "[OPTION...]");
    for (size_t i = 0; i < mu_command_table_count; i++) {
        const struct mu_tool_command *one = &mu_command_table_items[i];
        const char *blank = strchr(one->name, ' ');

        if (level ? blank && (size_t)(blank - one->name) == length &&
                        strncmp(one->name, level, length) == 0
                  : !blank) {
            (void)printf("  %-18s %s\n", mu_command_find_word(one),
                         one->summary);
        }
    }
    if (!level) {
        (void)printf("\nLevels, each with commands of its own; see: %s help "
                     "LEVEL\n",
                     tool->program);
        for (size_t i = 0; i < mu_command_table_levels_count; i++) {
            (void)printf("  %-18s %s\n", mu_command_table_levels[i].name,
                         mu_command_table_levels[i].summary);
        }
        (void)printf(
            "\nOptions of all commands:\n"
            "  --format text|json   how to answer\n"
            "  --file FILE          work on a file, without a cluster "
            "(CIB_file)\n"
            "  --dry-run            show what a change would do\n"
            "  -F, --force          do it although it looks wrong\n"
            "  -y, --yes            do not ask\n"
            "  -w, --wait           return when the cluster is idle\n"
            "  -m, --message TEXT   why, for the record\n"
            "  -f, --run FILE       run the commands in a file\n"
            "  -c, --shadow NAME    work in a shadow copy (CIB_shadow)\n"
            "  -h, --help           help on a command\n"
            "\nWithout a command, on a terminal, it is a shell.\n");
    }
    (void)printf("\nMore on a command: %s help %s%sCOMMAND. See muster(8), and "
                 "muster(7) for the words.\n",
                 tool->program, level ? level : "", level ? " " : "");
    return MU_TOOL_OK;
}

/* Tells whether the usage of a command names the option. */
static bool
has_option(const struct mu_tool_command *command, const char *word)
{
    size_t length = strcspn(word, "=");
    const char *at = command->usage;

    while ((at = strstr(at, "--"))) {
        size_t size = 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");

        if (size == length && memcmp(at, word, size) == 0) {
            return true;
        }
        at += size;
    }
    return false;
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
