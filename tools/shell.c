/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/shell.h"

#include <stdio.h>
#include <string.h>

#include "crm/lexer.h"

enum { LINE_SIZE = 2048, LEVEL_SIZE = 64 };

struct shell {
    struct mu_tool *tool;
    mu_shell_function *run;
    bool (*is_level)(const char *word);
    char level[LEVEL_SIZE]; /* Empty at the top. */
    bool is_over;
    int code; /* Of the last line. */
};

static void run_line(struct shell *shell, const char *line);
static bool run_own(struct shell *shell, const struct mu_statement *statement);

int
mu_shell_run(struct mu_tool *tool, mu_shell_function *run,
             bool (*is_level)(const char *word))
{
    struct shell shell = {.tool = tool, .run = run, .is_level = is_level};
    char line[LINE_SIZE];

    while (!shell.is_over) {
        (void)printf("%s%s%s# ", tool->program, *shell.level ? " " : "",
                     shell.level);
        (void)fflush(stdout);
        if (!fgets(line, sizeof(line), stdin)) {
            (void)putchar('\n');
            break;
        }
        run_line(&shell, line);
    }
    return shell.code;
}

static void
run_line(struct shell *shell, const char *line)
{
    struct mu_lexer_result result;
    struct mu_errbuf err = {0};
    struct mu_arena arena;

    mu_arena_init(&arena, (size_t)1 << 28);
    if (mu_lexer_split(
            &arena, (struct mu_span){(const unsigned char *)line, strlen(line)},
            &result, &err)) {
        shell->code = mu_tool_fail(shell->tool, "%s", err.text);
        result.count = 0;
    }
    for (size_t i = 0; i < result.count; i++) {
        const struct mu_statement *statement = &result.statements[i];
        char **argv = mu_arena_new(&arena, char *, statement->words_count + 3);
        int argc = 0;

        if (run_own(shell, statement)) {
            continue;
        }
        argv[argc++] = mu_arena_strdup(&arena, shell->tool->program);
        if (*shell->level) {
            argv[argc++] = mu_arena_strdup(&arena, shell->level);
        }
        for (size_t j = 0; j < statement->words_count; j++) {
            argv[argc++] = mu_arena_strdup(&arena, statement->words[j].text);
        }
        shell->code = shell->run(argc, argv);
    }
    mu_arena_done(&arena);
}

/* Words of the shell itself. False when the line is a command. */
static bool
run_own(struct shell *shell, const struct mu_statement *statement)
{
    const char *word = statement->words[0].text;
    const char *next =
        statement->words_count > 1 ? statement->words[1].text : "";

    if (statement->words_count == 1 &&
        (strcmp(word, "quit") == 0 || strcmp(word, "exit") == 0 ||
         strcmp(word, "bye") == 0)) {
        shell->is_over = true;
        return true;
    }
    if ((statement->words_count == 1 &&
         (strcmp(word, "up") == 0 || strcmp(word, "end") == 0 ||
          strcmp(word, "cd") == 0)) ||
        (strcmp(word, "cd") == 0 && strcmp(next, "..") == 0)) {
        shell->level[0] = '\0';
        return true;
    }
    if (statement->words_count == 1 && !*shell->level &&
        shell->is_level(word)) {
        (void)snprintf(shell->level, sizeof(shell->level), "%s", word);
        return true;
    }
    return false;
}
