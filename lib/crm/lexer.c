/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/lexer.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"

/* A logical line: its text, and where each byte came from. */
struct source {
    char *text;
    struct source_place {
        uint32_t line;
        uint32_t column;
    } * places; /* One per byte and one for the end. */
    size_t length;
    size_t capacity; /* Of both arrays. */
};

struct lexer {
    struct mu_arena *arena;
    const char *text; /* All of it, NUL-terminated. */
    size_t size;
    size_t position; /* Of the next physical line. */
    uint32_t line;   /* Number of that line. */
    struct mu_errbuf *err;
};

struct comments {
    const char **items;
    size_t count;
    size_t capacity;
};

struct words {
    struct mu_word *items;
    size_t count;
    size_t capacity;
};

static int text_check(const char *text, size_t size, struct mu_errbuf *err);
static size_t sequence_length(const unsigned char *text, size_t size);
static bool source_read(struct lexer *lexer, struct source *source);
static void source_add_line(struct lexer *lexer, struct source *source,
                            const char *begin, const char *end);
static void source_reserve(struct mu_arena *arena, struct source *source,
                           size_t needed);
static int words_split(struct lexer *lexer, const struct source *source,
                       struct mu_statement *statement);
static int word_read(struct lexer *lexer, const struct source *source,
                     size_t *position, struct mu_word *word);
static int word_fail(struct lexer *lexer, const struct source *source,
                     size_t position);
static bool is_blank(char c);
static bool is_plain(const char *value);

int
mu_lexer_split(struct mu_arena *arena, struct mu_span text,
               struct mu_lexer_result *ret_result, struct mu_errbuf *err)
{
    struct lexer lexer = {.arena = arena, .size = text.size, .err = err};
    MU_VEC(struct mu_statement) statements = {0};
    struct comments comments = {0};
    struct source source;
    int r;

    if (text.size > MU_CONFIG_SIZE_MAX) {
        mu_errbuf_set(err, "the text is longer than %d MiB",
                      MU_CONFIG_SIZE_MAX >> 20);
        return -E2BIG;
    }
    lexer.text = mu_arena_strndup(arena, (const char *)text.data, text.size);
    r = text_check(lexer.text, text.size, err);
    if (r < 0) {
        return r;
    }
    while (source_read(&lexer, &source)) {
        if (source.length == 0) {
            continue;
        }
        if (source.text[0] == '#') {
            *mu_vec_add(arena, &comments) = source.text;
            continue;
        }
        struct mu_statement statement = {0};

        r = words_split(&lexer, &source, &statement);
        if (r < 0) {
            return r;
        }
        statement.comments = comments.items;
        statement.comments_count = comments.count;
        comments = (struct comments){0};
        *mu_vec_add(arena, &statements) = statement;
    }
    *ret_result = (struct mu_lexer_result){
        .statements = statements.items,
        .count = statements.count,
        .comments = comments.items,
        .comments_count = comments.count,
    };
    return 0;
}

const char *
mu_lexer_join(struct mu_arena *arena, const char *const *words, size_t count)
{
    struct mu_text_buffer buffer;

    if (count == 1) {
        return words[0];
    }
    mu_text_buffer_init(&buffer, arena);
    mu_text_buffer_append(&buffer, "", 0);
    for (size_t i = 0; i < count; i++) {
        const char *word = words[i];
        size_t length = strcspn(word, " \t\r\n\"'\\");

        if (i > 0) {
            mu_text_buffer_append(&buffer, " ", 1);
        }
        if (*word && !word[length]) {
            mu_text_buffer_append(&buffer, word, length);
            continue;
        }
        mu_text_buffer_append(&buffer, "\"", 1);
        for (; *word; word++) {
            if (*word == '"' || *word == '\\') {
                mu_text_buffer_append(&buffer, "\\", 1);
            }
            /* A statement is one line. */
            mu_text_buffer_append(&buffer, *word == '\n' ? " " : word, 1);
        }
        mu_text_buffer_append(&buffer, "\"", 1);
    }
    return buffer.data;
}

const char *
mu_lexer_quote(struct mu_arena *arena, const char *value)
{
    struct mu_text_buffer buffer;

    if (is_plain(value)) {
        return value;
    }
    mu_text_buffer_init(&buffer, arena);
    mu_text_buffer_append(&buffer, "\"", 1);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') {
            mu_text_buffer_append(&buffer, "\\", 1);
        }
        mu_text_buffer_append(&buffer, c, 1);
    }
    mu_text_buffer_append(&buffer, "\"", 1);
    return buffer.data;
}

/* XML can hold neither control characters nor broken UTF-8, so neither can
 * the language. */
static int
text_check(const char *text, size_t size, struct mu_errbuf *err)
{
    unsigned line = 1;
    unsigned column = 1;

    for (size_t i = 0; i < size;) {
        size_t length =
            sequence_length((const unsigned char *)text + i, size - i);

        if (length == 0) {
            mu_errbuf_set(err, "this byte is no UTF-8 text");
            if (err) {
                err->line = line;
                err->column = column;
            }
            return -EBADMSG;
        }
        if (text[i] == '\n') {
            line++;
            column = 0;
        }
        column++;
        i += length;
    }
    return 0;
}

/* Returns how many bytes the character at 'text' has; 0 when it is none that
 * XML may hold. */
static size_t
sequence_length(const unsigned char *text, size_t size)
{
    uint32_t code = text[0];
    size_t length = 1;
    uint32_t least = 0;

    if (code < 0x80) {
        return code >= 0x20 || code == '\t' || code == '\n' || code == '\r';
    }
    if (code >= 0xC2 && code <= 0xDF) {
        length = 2;
        code &= 0x1F;
        least = 0x80;
    } else if (code >= 0xE0 && code <= 0xEF) {
        length = 3;
        code &= 0x0F;
        least = 0x800;
    } else if (code >= 0xF0 && code <= 0xF4) {
        length = 4;
        code &= 0x07;
        least = 0x10000;
    } else {
        return 0;
    }
    if (length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3F);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ||
        code == 0xFFFE || code == 0xFFFF) {
        return 0;
    }
    return length;
}

/* Reads the next logical line. Returns false at the end of the text. */
static bool
source_read(struct lexer *lexer, struct source *source)
{
    bool is_continued = true;

    *source = (struct source){0};
    if (lexer->position >= lexer->size) {
        return false;
    }
    while (is_continued && lexer->position < lexer->size) {
        const char *begin = lexer->text + lexer->position;
        const char *end = memchr(begin, '\n', lexer->size - lexer->position);
        const char *stop;

        if (!end) {
            end = lexer->text + lexer->size;
        }
        stop = end;
        while (stop > begin && is_blank(stop[-1])) {
            stop--;
        }
        /* A comment ends with its line: it must not swallow a statement. */
        is_continued =
            stop > begin && stop[-1] == '\\' &&
            (source->length > 0 || begin[strspn(begin, " \t\r")] != '#');
        while (stop > begin && is_continued && stop[-1] == '\\') {
            stop--;
        }
        lexer->line++;
        source_add_line(lexer, source, begin, stop);
        lexer->position = (size_t)(end - lexer->text) + 1;
    }
    while (source->length > 0 && is_blank(source->text[source->length - 1])) {
        source->length--;
    }
    if (source->text) {
        source->text[source->length] = '\0';
    }
    return true;
}

/* Appends a physical line without its leading blanks. */
static void
source_add_line(struct lexer *lexer, struct source *source, const char *begin,
                const char *end)
{
    const char *start = begin;
    uint32_t column = 1;
    size_t length;

    while (start < end && is_blank(*start)) {
        start++;
        column++;
    }
    length = source->length + (size_t)(end - start);
    source_reserve(lexer->arena, source, length + 1);
    for (size_t i = source->length; i <= length; i++) {
        source->places[i] = (struct source_place){lexer->line, column};
        if (i < length) {
            source->text[i] = *start++;
            column += ((unsigned char)*start & 0xC0) != 0x80;
        }
    }
    source->length = length;
}

static void
source_reserve(struct mu_arena *arena, struct source *source, size_t needed)
{
    size_t capacity = source->capacity ? source->capacity : 128;
    char *text;
    struct source_place *places;

    if (needed <= source->capacity) {
        return;
    }
    while (capacity < needed) {
        capacity *= 2;
    }
    text = mu_arena_alloc(arena, capacity, 1, 1);
    places = mu_arena_new(arena, struct source_place, capacity);
    if (source->length > 0) {
        memcpy(text, source->text, source->length);
        memcpy(places, source->places, source->length * sizeof(*places));
    }
    source->text = text;
    source->places = places;
    source->capacity = capacity;
}

static int
words_split(struct lexer *lexer, const struct source *source,
            struct mu_statement *statement)
{
    struct words words = {0};
    size_t position = 0;

    while (position < source->length) {
        struct mu_word word;
        int r;

        if (is_blank(source->text[position])) {
            position++;
            continue;
        }
        r = word_read(lexer, source, &position, &word);
        if (r < 0) {
            return r;
        }
        *mu_vec_add(lexer->arena, &words) = word;
        if (words.count == 1) {
            const char *rest = source->text + position;

            rest += strspn(rest, " \t\r");
            statement->rest = rest;
            if (mu_text_casecmp(word.text, "xml") == 0 && *rest == '<') {
                break;
            }
        }
    }
    statement->words = words.items;
    statement->words_count = words.count;
    statement->last = (struct mu_word){
        .text = "",
        .line = source->places[source->length].line,
        .column = source->places[source->length].column,
        .width = 1,
    };
    return 0;
}

/* Reads one word as a POSIX shell would. */
static int
word_read(struct lexer *lexer, const struct source *source, size_t *position,
          struct mu_word *word)
{
    const char *text = source->text;
    size_t i = *position;
    char *value = mu_arena_alloc(lexer->arena, source->length - i + 1, 1, 1);
    size_t length = 0;
    size_t quote_position = i;
    char quote = '\0';
    unsigned width = 0;

    for (; i < source->length; i++) {
        char c = text[i];

        if (!quote && is_blank(c)) {
            break;
        }
        width += ((unsigned char)c & 0xC0) != 0x80;
        if (c == quote && quote) {
            quote = '\0';
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            quote_position = i;
        } else if (c == '\\' && quote != '\'' && i + 1 < source->length &&
                   (!quote || text[i + 1] == '"' || text[i + 1] == '\\')) {
            value[length++] = text[++i];
            width++;
        } else {
            value[length++] = c;
        }
    }
    if (quote) {
        return word_fail(lexer, source, quote_position);
    }
    value[length] = '\0';
    *word = (struct mu_word){
        .text = value,
        .line = source->places[*position].line,
        .column = source->places[*position].column,
        .width = width,
    };
    *position = i;
    return 0;
}

static int
word_fail(struct lexer *lexer, const struct source *source, size_t position)
{
    mu_errbuf_set(lexer->err, "this quote is never closed");
    if (lexer->err) {
        lexer->err->line = source->places[position].line;
        lexer->err->column = source->places[position].column;
    }
    return -EBADMSG;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_plain(const char *value)
{
    for (const char *c = value; *c; c++) {
        bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        bool is_other =
            (*c >= '0' && *c <= '9') || *c == '_' || *c == '.' || *c == '-';

        if (!is_letter && !is_other) {
            return false;
        }
    }
    return *value != '\0';
}
