/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/shell.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "base/vec.h"
#include "crm/lexer.h"
#include "tools/client.h"
#include "tools/command_find.h"
#include "tools/draft.h"
#include "tools/field.h"
#include "tools/line.h"
#include "tools/session.h"

enum {
    DEPTH_MAX = 4,
    LEVEL_SIZE = 64,
    PROMPT_SIZE = 512,
    NODE_SIZE = 256,
    ASK_NODE_MS = 500,
    ANSWER_SIZE_MAX = 1 << 20, /* Of one completion. */
};

#define ARENA_SIZE_MAX ((size_t)1 << 28)

struct shell {
    struct mu_tool *tool;
    mu_shell_function *run;
    struct mu_line *line; /* Null: a script. */
    const char *name;     /* Of the script, for errors; null at a terminal. */
    unsigned number;      /* Of the line. */
    char levels[DEPTH_MAX][LEVEL_SIZE];
    size_t depth;
    char node[NODE_SIZE]; /* The local one. */
    bool is_over;
    bool has_failed;       /* Any line. */
    bool has_failed_draft; /* A line since the draft began. */
    int code;              /* Of the last line. */
};

/* The words of a line as a command wants them. */
struct words {
    char **items;
    size_t count;
    size_t capacity;
};

static void run_terminal(struct shell *shell);
static int run_script(struct shell *shell, const char *script);
static void run_text(struct shell *shell, const char *text);
static void run_statement(struct shell *shell, struct mu_arena *arena,
                          const struct mu_statement *statement);
static bool run_own(struct shell *shell, struct mu_arena *arena,
                    const struct mu_statement *statement);
static bool is_own(const char *word, const char *const *names);
static void change_level(struct shell *shell, struct mu_arena *arena,
                         const struct mu_statement *statement);
static void run_help(struct shell *shell, struct mu_arena *arena,
                     const struct mu_statement *statement);
static bool descend(struct shell *shell, struct mu_arena *arena,
                    const char *word);
static bool ascend(struct shell *shell);
static bool settle_draft(struct shell *shell);
static int run_command(struct shell *shell, struct mu_arena *arena,
                       const char *level, const struct mu_statement *statement);
static int run_child(struct shell *shell, struct words *words, bool in_draft);
static bool has_draft(struct shell *shell);
static bool is_in(const struct shell *shell, const char *level);
static void tell_prompt(struct shell *shell, char prompt[PROMPT_SIZE]);
static void find_node(struct shell *shell);
static struct mu_line_candidates complete(void *context, struct mu_arena *arena,
                                          const char *text);
static char *ask_child(struct shell *shell, struct mu_arena *arena,
                       struct words *words);

static const char *const quits[] = {"quit", "exit", "bye", NULL};
static const char *const ups[] = {"up", "end", "cd", "..", NULL};

int
mu_shell_run(struct mu_tool *tool, mu_shell_function *run, const char *script,
             const char *level)
{
    struct shell shell = {.tool = tool, .run = run};
    int code = mu_session_open(tool);

    if (!code && tool->shadow) {
        code = mu_session_set(tool, "shadow", tool->shadow);
    }
    if (code) {
        return code;
    }
    if (level) {
        mu_text_format(shell.levels[0], LEVEL_SIZE, "%s", level);
        shell.depth = 1;
    }
    if (script) {
        code = run_script(&shell, script);
    } else {
        run_terminal(&shell);
        code = shell.code;
    }
    mu_session_close(tool);
    return code;
}

static void
run_terminal(struct shell *shell)
{
    const char *history = mu_session_home(shell->tool, "XDG_STATE_HOME",
                                          ".local/state", "history");
    char prompt[PROMPT_SIZE];

    shell->line = mu_line_open(shell->tool->program, history, complete, shell);
    if (!shell->line) {
        shell->code =
            mu_tool_fail(shell->tool, "this terminal cannot be used (TERM=%s)",
                         getenv("TERM") ? getenv("TERM") : "");
        return;
    }
    /* The interrupt key is for the command that runs, not for the shell. */
    (void)signal(SIGINT, SIG_IGN);
    /* When the terminal goes away there is still something to put in order. */
    (void)signal(SIGHUP, SIG_IGN);
    find_node(shell);
    if (!shell->tool->is_quiet) {
        (void)printf("Type help for the commands, quit to leave.\n");
    }
    while (!shell->is_over) {
        const char *text = "";

        tell_prompt(shell, prompt);
        (void)fflush(stdout);
        switch (mu_line_read(shell->line, prompt, &text)) {
        case MU_LINE_READ:
            run_text(shell, text);
            break;
        case MU_LINE_DROPPED:
            break;
        case MU_LINE_OVER:
            if (!isatty(STDIN_FILENO)) {
                mu_line_close(shell->line);
                return; /* Nobody is there to ask about a draft. */
            }
            (void)putchar('\n');
            shell->is_over = shell->depth == 0;
            (void)ascend(shell);
            break;
        }
        if (shell->is_over && !settle_draft(shell)) {
            shell->is_over = false;
        }
    }
    mu_line_close(shell->line);
}

static int
run_script(struct shell *shell, const char *script)
{
    struct mu_tool *tool = shell->tool;
    struct mu_lexer_result result;
    struct mu_errbuf err = {0};
    char *text;
    size_t size;
    /* All of it at once: the commands share our standard input. */
    int error = mu_tool_read_file(tool, script, &text, &size);

    if (error) {
        return mu_tool_fail(tool, "%s: cannot be read: %s; check the name",
                            script, strerror(-error));
    }
    shell->name = strcmp(script, "-") == 0 ? "standard input" : script;
    if (mu_lexer_split(&tool->arena,
                       (struct mu_span){(const unsigned char *)text, size},
                       &result, &err)) {
        return mu_tool_fail_errbuf(tool, shell->name, &err);
    }
    if (result.count == 0) {
        char *words[] = {mu_arena_strdup(&tool->arena, tool->program),
                         mu_arena_strdup(&tool->arena, "help"), NULL};

        (void)run_child(shell, &(struct words){.items = words, .count = 3},
                        false);
        return MU_TOOL_USAGE;
    }
    for (size_t i = 0; i < result.count && !shell->is_over; i++) {
        shell->number = result.statements[i].words[0].line;
        run_statement(shell, &tool->arena, &result.statements[i]);
        shell->has_failed = shell->has_failed || shell->code;
    }
    (void)settle_draft(shell);
    return shell->has_failed ? MU_TOOL_FAILED : shell->code;
}

static void
run_text(struct shell *shell, const char *text)
{
    struct mu_lexer_result result;
    struct mu_errbuf err = {0};
    struct mu_arena arena;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    if (mu_lexer_split(
            &arena, (struct mu_span){(const unsigned char *)text, strlen(text)},
            &result, &err)) {
        shell->code = mu_tool_fail(shell->tool, "%s", err.text);
        result.count = 0;
    }
    for (size_t i = 0; i < result.count && !shell->is_over; i++) {
        run_statement(shell, &arena, &result.statements[i]);
    }
    mu_arena_done(&arena);
}

/* A word is looked for in the level, then in those around it. */
static void
run_statement(struct shell *shell, struct mu_arena *arena,
              const struct mu_statement *statement)
{
    const char *word = statement->words[0].text;
    const char *level =
        shell->depth > 0 ? shell->levels[shell->depth - 1] : NULL;
    struct mu_command_find find;

    if (run_own(shell, arena, statement)) {
        return;
    }
    for (size_t i = shell->depth; i > 0; i--) {
        bool is_found =
            mu_command_find(arena, shell->levels[i - 1], word, &find);

        /* The whole name of a level is more than a part of a command's. */
        if (mu_command_find_is_level(word) ? is_found && find.is_name
                                           : is_found || find.names) {
            level = shell->levels[i - 1];
            break;
        }
        level = NULL;
    }
    if (!level && mu_command_find(arena, NULL, word, &find) && find.level &&
        statement->words_count == 1) {
        shell->code = descend(shell, arena, find.level) ? 0 : MU_TOOL_FAILED;
        return;
    }
    if (!level && !find.command && !find.level && shell->depth > 0) {
        level = shell->levels[shell->depth - 1]; /* It will propose a word. */
    }
    if (shell->name && shell->has_failed_draft && level && find.command &&
        strcmp(find.command->name, "configure commit") == 0) {
        shell->code =
            MU_TOOL_FAILED; /* It is said when the draft is dropped. */
        return;
    }
    shell->code = run_command(shell, arena, level, statement);
    shell->has_failed_draft =
        shell->has_failed_draft ||
        (is_in(shell, "configure") && shell->code != MU_TOOL_OK &&
         shell->code != MU_TOOL_WARNED);
}

/* Words of the shell itself. False when the line is a command. */
static bool
run_own(struct shell *shell, struct mu_arena *arena,
        const struct mu_statement *statement)
{
    const char *word = statement->words[0].text;

    if (statement->words_count == 1 && is_own(word, quits)) {
        shell->is_over = true;
        return true;
    }
    if (is_own(word, ups)) {
        change_level(shell, arena, statement);
        return true;
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "?") == 0 ||
        (statement->words_count == 1 && strcmp(word, "ls") == 0)) {
        run_help(shell, arena, statement);
        return true;
    }
    return false;
}

static bool
is_own(const char *word, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(*names, word) == 0) {
            return true;
        }
    }
    return false;
}

/* "up", "cd ..", "cd LEVEL", "cd /LEVEL", "cd ../LEVEL". */
static void
change_level(struct shell *shell, struct mu_arena *arena,
             const struct mu_statement *statement)
{
    const char *path = statement->words_count > 1 &&
                               strcmp(statement->words[0].text, "cd") == 0
                           ? statement->words[1].text
                           : "..";

    shell->code = MU_TOOL_OK;
    if (*path == '/') {
        while (shell->depth > 0 && ascend(shell)) {
        }
    }
    while (*path) {
        size_t size = strcspn(path, "/");
        const char *step = mu_arena_strndup(arena, path, size);

        if (strcmp(step, "..") == 0 ? !ascend(shell)
                                    : *step && !descend(shell, arena, step)) {
            shell->code = MU_TOOL_FAILED;
            return;
        }
        path += size;
        path += strspn(path, "/");
    }
}

/* Help on the words behind, which are looked for here and at the top. */
static void
run_help(struct shell *shell, struct mu_arena *arena,
         const struct mu_statement *statement)
{
    const char *level = NULL;
    struct mu_command_find find;
    struct words words = {0};

    for (size_t i = shell->depth; i > 0 && !level; i--) {
        if (statement->words_count == 1 ||
            mu_command_find(arena, shell->levels[i - 1],
                            statement->words[1].text, &find)) {
            level = shell->levels[i - 1];
        }
    }
    *mu_vec_add(arena, &words) = mu_arena_strdup(arena, shell->tool->program);
    *mu_vec_add(arena, &words) = mu_arena_strdup(arena, "help");
    if (level) {
        *mu_vec_add(arena, &words) = mu_arena_strdup(arena, level);
    }
    for (size_t i = 1; i < statement->words_count; i++) {
        *mu_vec_add(arena, &words) =
            mu_arena_strdup(arena, statement->words[i].text);
    }
    *mu_vec_add(arena, &words) = NULL;
    shell->code = run_child(shell, &words, false);
}

static bool
descend(struct shell *shell, struct mu_arena *arena, const char *word)
{
    struct mu_command_find find;

    if (!mu_command_find(arena, NULL, word, &find) || !find.level) {
        (void)mu_tool_fail(shell->tool, "%s: is no level; see: help", word);
        return false;
    }
    if (is_in(shell, find.level)) {
        return true;
    }
    if (shell->depth == DEPTH_MAX) {
        (void)mu_tool_fail(shell->tool, "%s: too deep; leave a level with: up",
                           word);
        return false;
    }
    mu_text_format(shell->levels[shell->depth++], LEVEL_SIZE, "%s", find.level);
    return true;
}

/* False when the changes in the level want a decision first. */
static bool
ascend(struct shell *shell)
{
    if (shell->depth == 0) {
        return true;
    }
    if (strcmp(shell->levels[shell->depth - 1], "configure") == 0 &&
        !settle_draft(shell)) {
        return false;
    }
    shell->depth--;
    return true;
}

/* What becomes of changes that are not committed? False: they stay, and so
 * must the person. */
static bool
settle_draft(struct shell *shell)
{
    struct mu_tool *tool = shell->tool;
    char commit[] = "commit";
    char configure[] = "configure";
    char *items[] = {NULL, configure, commit, NULL};
    struct words words = {.items = items, .count = 4};

    if (!has_draft(shell)) {
        return true;
    }
    items[0] = mu_arena_strdup(&tool->arena, tool->program);
    if (!shell->line && shell->has_failed_draft) {
        shell->code = mu_tool_fail(
            tool,
            "%s: nothing has been committed, as a line failed; mend it "
            "and run it again",
            shell->name);
        shell->has_failed = true;
        mu_draft_drop(tool, mu_session_draft(tool));
        return true;
    }
    if (!shell->line ||
        mu_tool_ask(tool, "There are changes that are not committed. Commit "
                          "them")) {
        shell->code = run_child(shell, &words, true);
        shell->has_failed = shell->has_failed || shell->code;
        if (shell->line && has_draft(shell)) {
            return false; /* It was refused: they can be mended. */
        }
    } else if (!mu_tool_ask(tool, "Drop them")) {
        return false;
    }
    mu_draft_drop(tool, mu_session_draft(tool));
    shell->has_failed_draft = false;
    return true;
}

static int
run_command(struct shell *shell, struct mu_arena *arena, const char *level,
            const struct mu_statement *statement)
{
    struct words words = {0};

    *mu_vec_add(arena, &words) = mu_arena_strdup(arena, shell->tool->program);
    if (level) {
        *mu_vec_add(arena, &words) = mu_arena_strdup(arena, level);
    }
    for (size_t i = 0; i < statement->words_count; i++) {
        *mu_vec_add(arena, &words) =
            mu_arena_strdup(arena, statement->words[i].text);
    }
    *mu_vec_add(arena, &words) = NULL;
    return run_child(shell, &words, is_in(shell, "configure"));
}

/* Runs a command in a process of its own. */
static int
run_child(struct shell *shell, struct words *words, bool in_draft)
{
    struct mu_tool start = *shell->tool;
    int status = 0;
    pid_t child;

    (void)fflush(stdout);
    (void)fflush(stderr);
    start.draft = in_draft ? mu_session_draft(shell->tool) : NULL;
    start.script = NULL;
    start.file = NULL; /* 'live' and the session tell. */
    start.shadow = NULL;
    if (shell->name) {
        start.place = mu_text_make(&shell->tool->arena, "%s: line %u",
                                   shell->name, shell->number);
    }
    child = fork();
    if (child < 0) {
        return mu_tool_fail(shell->tool, "no process can be started: %s",
                            strerror(errno));
    }
    if (child == 0) {
        int code;

        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGHUP, SIG_DFL);
        code = shell->run(&start, (int)words->count - 1, words->items);
        (void)fflush(stdout);
        _exit(code);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : MU_TOOL_FAILED;
}

static bool
has_draft(struct shell *shell)
{
    return mu_draft_is_open(shell->tool, mu_session_draft(shell->tool));
}

static bool
is_in(const struct shell *shell, const char *level)
{
    for (size_t i = 0; i < shell->depth; i++) {
        if (strcmp(shell->levels[i], level) == 0) {
            return true;
        }
    }
    return false;
}

/* "crm(live/node1)configure# "; a star tells of changes to be committed. */
static void
tell_prompt(struct shell *shell, char prompt[PROMPT_SIZE])
{
    struct mu_tool *tool = shell->tool;
    const char *shadow = mu_session_get(tool, "shadow");
    const char *file = tool->file ? strrchr(tool->file, '/') : NULL;

    file = file ? file + 1 : tool->file;
    mu_text_format(prompt, PROMPT_SIZE, "%s(%s/%s)%s%s%s# ", tool->program,
                   shadow ? shadow
                   : file ? file
                          : "live",
                   shell->node, shell->depth > 0 ? shell->levels[0] : "",
                   shell->depth > 1 ? shell->levels[shell->depth - 1] : "",
                   has_draft(shell) ? "*" : "");
}

/* The daemon knows what this node is called; without it, the system does. */
static void
find_node(struct shell *shell)
{
    struct mu_client_answer answer = {.takes_refusal = true};
    struct mu_muster_ipc *ipc = NULL;
    const char *name = NULL;

    if (gethostname(shell->node, sizeof(shell->node) - 1)) {
        shell->node[0] = '\0';
    }
    if (shell->tool->file ||
        mu_muster_ipc_open(NULL, ASK_NODE_MS, &ipc, NULL)) {
        return;
    }
    if (mu_client_ask_on(shell->tool, ipc,
                         json_pack("{s:s}", "request", "nodes"), ASK_NODE_MS,
                         &answer) == MU_TOOL_OK) {
        name = mu_field_text(answer.result, "local");
    }
    if (name) {
        mu_text_format(shell->node, sizeof(shell->node), "%s", name);
    }
    json_decref(answer.result);
    mu_muster_ipc_close(ipc);
}

/* Asks a process of our own what may come next: it may talk to the daemon and
 * to agents, and must not disturb the line. */
static struct mu_line_candidates
complete(void *context, struct mu_arena *arena, const char *text)
{
    static const char *const own[] = {"help", "up", "quit", "ls", "cd"};
    struct shell *shell = context;
    MU_VEC(struct mu_line_candidate) found = {0};
    struct words words = {0};
    const char *start = strrchr(text, ' ');
    char *answer;

    start = start ? start + 1 : text;
    *mu_vec_add(arena, &words) = mu_arena_strdup(arena, shell->tool->program);
    *mu_vec_add(arena, &words) = mu_arena_strdup(arena, "--complete-notes");
    if (shell->depth > 0) {
        *mu_vec_add(arena, &words) =
            mu_arena_strdup(arena, shell->levels[shell->depth - 1]);
    }
    while (*text) {
        size_t size = strcspn(text, " \t");

        if (size > 0) {
            *mu_vec_add(arena, &words) = mu_arena_strndup(arena, text, size);
        }
        text += size;
        text += strspn(text, " \t");
    }
    if (!*start) {
        *mu_vec_add(arena, &words) = mu_arena_strdup(arena, "");
    }
    *mu_vec_add(arena, &words) = NULL;
    answer = ask_child(shell, arena, &words);
    while (answer && *answer) {
        char *line = answer;
        char *note;

        answer += strcspn(answer, "\n");
        if (*answer) {
            *answer++ = '\0';
        }
        note = strchr(line, '\t');
        if (note) {
            *note++ = '\0';
        }
        *mu_vec_add(arena, &found) =
            (struct mu_line_candidate){.word = line, .note = note};
    }
    /* Words of the shell itself, where a command may stand. */
    for (size_t i = 0; words.count == (shell->depth > 0 ? 5 : 4) &&
                       i < sizeof(own) / sizeof(own[0]) && *start;
         i++) {
        if (strncmp(own[i], start, strlen(start)) == 0) {
            *mu_vec_add(arena, &found) =
                (struct mu_line_candidate){.word = own[i]};
        }
    }
    return (struct mu_line_candidates){found.items, found.count};
}

static char *
ask_child(struct shell *shell, struct mu_arena *arena, struct words *words)
{
    char *answer = mu_arena_new(arena, char, ANSWER_SIZE_MAX + 1);
    size_t size = 0;
    ssize_t part = 1;
    int status;
    pid_t child;
    int ends[2];

    if (pipe(ends)) {
        return NULL;
    }
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        struct mu_tool start = *shell->tool;

        start.file = NULL;
        start.shadow = NULL;
        start.draft =
            is_in(shell, "configure") ? mu_session_draft(shell->tool) : NULL;
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)shell->run(&start, (int)words->count - 1, words->items);
        (void)fflush(stdout);
        _exit(MU_TOOL_OK);
    }
    (void)close(ends[1]);
    while (child > 0 && part > 0 && size < ANSWER_SIZE_MAX) {
        part = read(ends[0], answer + size, ANSWER_SIZE_MAX - size);
        size += part > 0 ? (size_t)part : 0;
    }
    (void)close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    answer[size] = '\0';
    return answer;
}
