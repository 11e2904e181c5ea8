/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* strcasestr */
#include "tools/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"

enum {
    SENTENCE_SIZE = 2048,
    WIDTH_DEFAULT = 100,
    WIDTH_MIN = 40,
    WIDTH_MAX = 400,
    WORD_LENGTH_MAX = 64,
};

static void complain(const struct mu_tool *tool, const char *sentence,
                     const char *more);
static unsigned distance(const char *a, const char *b);

int
mu_tool_fail(const struct mu_tool *tool, const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    complain(tool, sentence, "");
    return MU_TOOL_FAILED;
}

int
mu_tool_usage(const struct mu_tool *tool, const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    char more[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    mu_text_format(more, sizeof(more), "; see: %s%s%s --help", tool->program,
                   tool->command ? " " : "",
                   tool->command ? tool->command : "");
    complain(tool, sentence, more);
    return MU_TOOL_USAGE;
}

int
mu_tool_fail_errbuf(const struct mu_tool *tool, const char *thing,
                    const struct mu_errbuf *err)
{
    if (err->line > 0 && err->column > 0) {
        return mu_tool_fail(tool, "%s: line %u, column %u: %s", thing,
                            err->line, err->column, err->text);
    }
    if (err->line > 0) {
        return mu_tool_fail(tool, "%s: line %u: %s", thing, err->line,
                            err->text);
    }
    return mu_tool_fail(tool, "%s: %s", thing, err->text);
}

void
mu_tool_say(const struct mu_tool *tool, const char *format, ...)
{
    va_list args;

    if (tool->is_quiet || tool->is_json) {
        return;
    }
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

void
mu_tool_warn(const struct mu_tool *tool, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s: warning: ", tool->program);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

void
mu_tool_print_json(const json_t *answer)
{
    (void)json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
    (void)fputc('\n', stdout);
}

bool
mu_tool_ask(const struct mu_tool *tool, const char *question)
{
    char line[16];

    if (tool->is_yes) {
        return true;
    }
    if (!isatty(STDIN_FILENO)) {
        return false;
    }
    (void)fprintf(stderr, "%s (y/n)? ", question);
    return fgets(line, sizeof(line), stdin) &&
           (line[0] == 'y' || line[0] == 'Y');
}

const char *
mu_tool_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    unsigned best = (unsigned)strlen(word) / 3 + 1;

    for (; *words; words++) {
        unsigned far = distance(word, *words);

        if (far <= best && (!nearest || far < best)) {
            best = far;
            nearest = *words;
        }
    }
    return nearest;
}

bool
mu_tool_take_option(int *argc, char **argv, const char *name,
                    const char **ret_value)
{
    size_t length = strlen(name);

    for (int i = 0; i < *argc; i++) {
        bool has_equals =
            strncmp(argv[i], name, length) == 0 && argv[i][length] == '=';
        int taken = 1;

        if (strcmp(argv[i], name) != 0 && !(has_equals && ret_value)) {
            continue;
        }
        if (ret_value && has_equals) {
            *ret_value = argv[i] + length + 1;
        } else if (ret_value) {
            *ret_value = i + 1 < *argc ? argv[i + 1] : "";
            taken = i + 1 < *argc ? 2 : 1;
        }
        for (int k = i; k + taken <= *argc; k++) {
            argv[k] = argv[k + taken]; /* The null at the end as well. */
        }
        *argc -= taken;
        return true;
    }
    return false;
}

int
mu_tool_read_file(struct mu_tool *tool, const char *path, char **ret_text,
                  size_t *ret_size)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    size_t capacity = 0;
    int error = 0;

    if (!file) {
        return -errno;
    }
    do {
        if (size + 1 >= capacity) {
            char *grown;

            capacity = capacity ? capacity * 2 : 1 << 16;
            grown = capacity > 2 * (size_t)MU_DOCUMENT_SIZE_MAX
                        ? NULL
                        : realloc(text, capacity);
            if (!grown) {
                error = -E2BIG;
                break;
            }
            text = grown;
        }
        size += fread(text + size, 1, capacity - size - 1, file);
        if (ferror(file)) {
            error = errno ? -errno : -EIO;
        }
    } while (!error && !feof(file));
    if (file != stdin) {
        (void)fclose(file);
    }
    if (!error) {
        *ret_text = mu_arena_alloc(&tool->arena, size + 1, 1, 1);
        memcpy(*ret_text, text, size);
        *ret_size = size;
    }
    free(text);
    return error;
}

int
mu_tool_write_file(const char *path, const char *text, size_t size)
{
    char aside[1024];
    struct stat before;
    mode_t mode = stat(path, &before) == 0 ? before.st_mode & 0777 : 0640;
    size_t written = 0;
    int error = 0;
    int fd;

    if (!mu_text_format(aside, sizeof(aside), "%s.XXXXXX", path)) {
        return -ENAMETOOLONG;
    }
    fd = mkstemp(aside);
    if (fd < 0) {
        return -errno;
    }
    while (!error && written < size) {
        ssize_t part = write(fd, text + written, size - written);

        if (part >= 0) {
            written += (size_t)part;
        } else if (errno != EINTR) {
            error = -errno;
        }
    }
    if (!error && (fchmod(fd, mode) || fsync(fd))) {
        error = -errno;
    }
    if (close(fd) && !error) {
        error = -errno;
    }
    if (!error && rename(aside, path)) {
        error = -errno;
    }
    if (error) {
        (void)unlink(aside); /* Best effort: the error is already known. */
    }
    return error;
}

void
mu_tool_look(struct mu_tool *tool)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL;
    const char *term = getenv("TERM");
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    int64_t width = 0;

    for (unsigned i = 0; i < 3 && (!locale || !*locale); i++) {
        locale = getenv(names[i]);
    }
    /* Without any locale (cron, ssh of a script) assume a modern terminal: the
     * symbols are only ornament. */
    tool->is_ascii = locale && *locale && !strcasestr(locale, "utf-8") &&
                     !strcasestr(locale, "utf8");
    tool->is_color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term &&
                     strcmp(term, "dumb") != 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
    } else if (columns && mu_text_parse_int64(columns, &width)) {
        width = 0;
    }
    if (width <= 0) {
        width = WIDTH_DEFAULT;
    }
    tool->width = (unsigned)(width < WIDTH_MIN   ? WIDTH_MIN
                             : width > WIDTH_MAX ? WIDTH_MAX
                                                 : width);
}

int64_t
mu_tool_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
complain(const struct mu_tool *tool, const char *sentence, const char *more)
{
    if (tool->is_json) {
        json_t *answer = json_pack("{s:s}", "error", sentence);

        if (answer) {
            mu_tool_print_json(answer);
            json_decref(answer);
        }
    }
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s%s%s: %s%s%s%s\n", tool->program,
                  tool->command ? " " : "", tool->command ? tool->command : "",
                  tool->place ? tool->place : "", tool->place ? ": " : "",
                  sentence, more);
}

/* Levenshtein distance without regard to case. */
static unsigned
distance(const char *a, const char *b)
{
    unsigned row[WORD_LENGTH_MAX + 1];
    size_t length_a = strlen(a);
    size_t length_b = strlen(b);

    if (length_a > WORD_LENGTH_MAX || length_b > WORD_LENGTH_MAX) {
        return WORD_LENGTH_MAX;
    }
    for (unsigned j = 0; j <= length_b; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= length_a; i++) {
        unsigned diagonal = row[0];

        row[0] = i;
        for (unsigned j = 1; j <= length_b; j++) {
            unsigned above = row[j];
            unsigned cost = strncasecmp(&a[i - 1], &b[j - 1], 1) ? 1 : 0;
            unsigned best = diagonal + cost;

            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[length_b];
}
