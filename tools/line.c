/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/line.h"

#include <histedit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

enum {
    HISTORY_LINES_MAX = 1000,
    LINE_SIZE = 8192,
    LISTED_COUNT_MAX = 200, /* More would only scroll away. */
};

#define ARENA_SIZE_MAX ((size_t)1 << 28)

struct mu_line {
    EditLine *edit;
    History *history;
    const char *path; /* Borrowed; null: nothing is kept. */
    const char *prompt;
    mu_line_complete *complete;
    void *context;
    bool is_dropped; /* The interrupt key ended the line. */
    char text[LINE_SIZE];
};

static char *tell_prompt(EditLine *edit);
static unsigned char complete_key(EditLine *edit, int key);
static unsigned char drop_key(EditLine *edit, int key);
static void keep(struct mu_line *line);
static size_t word_begin(const char *text);
static size_t common_length(const struct mu_line_candidates *list);
static void list_candidates(const struct mu_line_candidates *list);

struct mu_line *
mu_line_open(const char *program, const char *path, mu_line_complete *complete,
             void *context)
{
    struct mu_line *line = calloc(1, sizeof(*line));
    HistEvent event;

    if (!line) {
        return NULL;
    }
    line->edit = el_init(program, stdin, stdout, stderr);
    line->history = history_init();
    if (!line->edit || !line->history) {
        mu_line_close(line);
        return NULL;
    }
    line->path = path;
    line->complete = complete;
    line->context = context;
    (void)history(line->history, &event, H_SETSIZE, HISTORY_LINES_MAX);
    (void)history(line->history, &event, H_SETUNIQUE, 1);
    if (line->path) {
        (void)history(line->history, &event, H_LOAD, line->path);
    }
    (void)el_set(line->edit, EL_CLIENTDATA, line);
    (void)el_set(line->edit, EL_PROMPT, tell_prompt);
    (void)el_set(line->edit, EL_EDITOR, "emacs");
    (void)el_set(line->edit, EL_HIST, history, line->history);
    (void)el_set(line->edit, EL_ADDFN, "complete-word", "Complete a word",
                 complete_key);
    (void)el_set(line->edit, EL_ADDFN, "drop-line", "Drop the line", drop_key);
    (void)el_source(line->edit, NULL);
    (void)el_set(line->edit, EL_BIND, "^I", "complete-word", NULL);
    (void)el_set(line->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    (void)el_set(line->edit, EL_BIND, "^C", "drop-line", NULL);
    /* The interrupt key is a key like others while a line is edited. */
    (void)el_set(line->edit, EL_SETTY, "-d", "-isig", NULL);
    return line;
}

enum mu_line_end
mu_line_read(struct mu_line *line, const char *prompt, const char **ret_line)
{
    int size = 0;
    const char *read;

    line->prompt = prompt;
    line->is_dropped = false;
    el_resize(line->edit);
    read = el_gets(line->edit, &size);
    if (!read || size <= 0) {
        return MU_LINE_OVER;
    }
    if (line->is_dropped) {
        return MU_LINE_DROPPED;
    }
    (void)mu_text_format(line->text, sizeof(line->text), "%.*s",
                         (int)strcspn(read, "\n"), read);
    keep(line);
    *ret_line = line->text;
    return MU_LINE_READ;
}

void
mu_line_close(struct mu_line *line)
{
    HistEvent event;

    if (!line) {
        return;
    }
    if (line->history && line->path) {
        /* What was typed may hold secrets. */
        mode_t mask = umask(077);

        (void)history(line->history, &event, H_SAVE, line->path);
        (void)umask(mask);
    }
    if (line->history) {
        history_end(line->history);
    }
    if (line->edit) {
        el_end(line->edit);
    }
    free(line);
}

static char *
tell_prompt(EditLine *edit)
{
    struct mu_line *line = NULL;

    (void)el_get(edit, EL_CLIENTDATA, &line);
    return (char *)(uintptr_t)line->prompt;
}

static unsigned char
drop_key(EditLine *edit, int key)
{
    struct mu_line *line = NULL;

    (void)key;
    (void)el_get(edit, EL_CLIENTDATA, &line);
    line->is_dropped = true;
    (void)fputs("^C\n", stdout);
    return CC_NEWLINE;
}

static unsigned char
complete_key(EditLine *edit, int key)
{
    const LineInfo *info = el_line(edit);
    struct mu_line_candidates list;
    unsigned char done = CC_REFRESH;
    struct mu_line *line = NULL;
    struct mu_arena arena;
    const char *text;
    size_t common;
    size_t typed;

    (void)key;
    (void)el_get(edit, EL_CLIENTDATA, &line);
    mu_arena_init(&arena, ARENA_SIZE_MAX);
    text = mu_arena_strndup(&arena, info->buffer,
                            (size_t)(info->cursor - info->buffer));
    list = line->complete(line->context, &arena, text);
    typed = strlen(text) - word_begin(text);
    common = common_length(&list);
    if (list.count == 0) {
        done = CC_REFRESH_BEEP;
    } else if (common > typed || list.count == 1) {
        const char *word = list.items[0].word;
        bool is_open = common > 0 && strchr("=:/", word[common - 1]);

        if (el_insertstr(
                edit, mu_text_make(&arena, "%.*s%s",
                                   common > typed ? (int)(common - typed) : 0,
                                   word + typed,
                                   list.count == 1 && !is_open ? " " : ""))) {
            done = CC_REFRESH_BEEP;
        }
    } else {
        list_candidates(&list);
        done = CC_REDISPLAY;
    }
    mu_arena_done(&arena);
    return done;
}

static void
keep(struct mu_line *line)
{
    HistEvent event;

    if (line->text[0] != '\0' && line->text[0] != ' ') {
        (void)history(line->history, &event, H_ENTER, line->text);
    }
}

/* Where the last word begins. */
static size_t
word_begin(const char *text)
{
    size_t begin = strlen(text);

    while (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != '\t') {
        begin--;
    }
    return begin;
}

/* How many bytes all candidates have in common. */
static size_t
common_length(const struct mu_line_candidates *list)
{
    size_t length = list->count > 0 ? strlen(list->items[0].word) : 0;

    for (size_t i = 1; i < list->count; i++) {
        size_t same = 0;

        while (same < length &&
               list->items[i].word[same] == list->items[0].word[same]) {
            same++;
        }
        length = same;
    }
    return length;
}

/* In columns, or one a line when there is something to say about them. */
static void
list_candidates(const struct mu_line_candidates *list)
{
    size_t count =
        list->count < LISTED_COUNT_MAX ? list->count : LISTED_COUNT_MAX;
    size_t width = 0;
    bool has_notes = false;
    size_t per_line;

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(list->items[i].word);

        width = length > width ? length : width;
        has_notes = has_notes || list->items[i].note;
    }
    per_line = has_notes ? 1 : 78 / (width + 2);
    per_line = per_line > 0 ? per_line : 1;
    (void)putchar('\n');
    for (size_t i = 0; i < count; i++) {
        const struct mu_line_candidate *one = &list->items[i];
        bool is_last = (i + 1) % per_line == 0 || i + 1 == count;

        (void)printf("%s%-*s%s%s", i % per_line == 0 ? "  " : "",
                     is_last && !one->note ? 0 : (int)width + 2, one->word,
                     one->note ? one->note : "", is_last ? "\n" : "");
    }
    if (count < list->count) {
        (void)printf("  and %zu more\n", list->count - count);
    }
    (void)fflush(stdout);
}
