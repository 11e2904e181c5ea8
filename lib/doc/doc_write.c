/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "doc/doc_private.h"

enum style {
    STYLE_PRETTY,
    STYLE_LINE,
    STYLE_CANONICAL,
};

struct writer {
    struct mu_text_buffer *text;
    enum style style;
    unsigned indent;
};

static void tree_write(struct writer *writer, const struct mu_doc_element *top);
static bool node_open(struct writer *writer, const struct mu_doc_element *node);
static void node_close(struct writer *writer,
                       const struct mu_doc_element *node);
static void start_tag_write(struct writer *writer,
                            const struct mu_doc_element *element);
static void attribute_write(struct writer *writer,
                            const struct mu_doc_pair *pair);
static int pair_cmp(const void *a, const void *b);
static void indent_write(struct writer *writer);
static void line_end(struct writer *writer);
static bool is_inline(const struct mu_doc_element *element);
static void escaped_write(struct mu_text_buffer *text, const char *value,
                          bool is_attribute);
static void comment_write(struct mu_text_buffer *text, const char *comment);
static const char *escape_of(unsigned char c, bool is_attribute);
static void add(struct mu_text_buffer *text, const char *part);

void
mu_doc_write_pretty(const struct mu_doc_element *top, unsigned indent,
                    struct mu_text_buffer *text)
{
    struct writer writer = {text, STYLE_PRETTY, indent};

    tree_write(&writer, top);
}

void
mu_doc_write_file(const struct mu_doc *doc, struct mu_text_buffer *text)
{
    add(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    for (const struct mu_doc_element *node = doc->top.first; node;
         node = node->next) {
        mu_doc_write_pretty(node, 0, text);
    }
}

void
mu_doc_write_line(const struct mu_doc_element *top, struct mu_text_buffer *text)
{
    struct writer writer = {text, STYLE_LINE, 0};

    tree_write(&writer, top);
}

void
mu_doc_write_canonical(const struct mu_doc_element *top,
                       struct mu_text_buffer *text)
{
    struct writer writer = {text, STYLE_CANONICAL, 0};

    tree_write(&writer, top);
}

void
mu_doc_write_value(const char *value, struct mu_text_buffer *text)
{
    escaped_write(text, value, true);
}

struct mu_digest
mu_doc_digest(const struct mu_doc_element *top)
{
    struct mu_arena arena;
    struct mu_text_buffer text;
    struct mu_digest digest;

    mu_arena_init(&arena, SIZE_MAX / 2);
    mu_text_buffer_init(&text, &arena);
    mu_doc_write_canonical(top, &text);
    digest = mu_digest_of(text.data, text.length);
    mu_arena_done(&arena);
    return digest;
}

/* Returns the length of the character at 'c', or 0 when XML cannot hold it.
 * Follows the table of well-formed UTF-8 in the Unicode standard. */
unsigned
mu_doc_private_character(const unsigned char *c)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        unsigned length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (*c < 0x80) {
        return *c >= 0x20 || *c == '\t' || *c == '\n' || *c == '\r';
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (*c < rows[i].first_min || *c > rows[i].first_max) {
            continue;
        }
        if (c[1] < rows[i].second_min || c[1] > rows[i].second_max) {
            return 0;
        }
        for (unsigned k = 2; k < rows[i].length; k++) {
            if ((c[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        /* U+FFFE and U+FFFF are no characters of XML. */
        if (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe) {
            return 0;
        }
        return rows[i].length;
    }
    return 0;
}

static void
tree_write(struct writer *writer, const struct mu_doc_element *top)
{
    const struct mu_doc_element *node = top;

    for (;;) {
        if (node_open(writer, node)) {
            node = node->first;
            continue;
        }
        while (node != top && !node->next) {
            node = node->parent;
            node_close(writer, node);
        }
        if (node == top) {
            return;
        }
        node = node->next;
    }
}

/* Writes a node, or the start of it: returns whether its children follow. */
static bool
node_open(struct writer *writer, const struct mu_doc_element *node)
{
    bool is_canonical = writer->style == STYLE_CANONICAL;

    if (node->kind == MU_DOC_TEXT) {
        escaped_write(writer->text, node->name, false);
        return false;
    }
    if (node->kind == MU_DOC_COMMENT) {
        if (!is_canonical) {
            indent_write(writer);
            comment_write(writer->text, node->name);
            line_end(writer);
        }
        return false;
    }
    indent_write(writer);
    start_tag_write(writer, node);
    if (node->first) {
        add(writer->text, ">");
        if (is_inline(node) && writer->style == STYLE_PRETTY) {
            /* White space would become part of the text. */
            writer->style = STYLE_LINE;
            for (const struct mu_doc_element *child = node->first; child;
                 child = child->next) {
                tree_write(writer, child);
            }
            writer->style = STYLE_PRETTY;
            mu_text_buffer_add(writer->text, "</%s>", node->name);
            line_end(writer);
            return false;
        }
        line_end(writer);
        writer->indent++;
        return true;
    }
    if (is_canonical) {
        mu_text_buffer_add(writer->text, "></%s>", node->name);
    } else {
        add(writer->text, "/>");
    }
    line_end(writer);
    return false;
}

static void
node_close(struct writer *writer, const struct mu_doc_element *node)
{
    writer->indent--;
    indent_write(writer);
    mu_text_buffer_add(writer->text, "</%s>", node->name);
    line_end(writer);
}

static void
start_tag_write(struct writer *writer, const struct mu_doc_element *element)
{
    struct mu_doc_pair sorted[MU_ATTRIBUTES_COUNT_MAX];
    const struct mu_doc_pair *pairs = element->attributes;
    unsigned count = element->attributes_count;

    add(writer->text, "<");
    add(writer->text, element->name);
    if (writer->style == STYLE_CANONICAL && count > 1) {
        mu_assert(count <= MU_ATTRIBUTES_COUNT_MAX);
        memcpy(sorted, pairs, count * sizeof(sorted[0]));
        qsort(sorted, count, sizeof(sorted[0]), pair_cmp);
        pairs = sorted;
    }
    for (unsigned i = 0; i < count; i++) {
        attribute_write(writer, &pairs[i]);
    }
}

static void
attribute_write(struct writer *writer, const struct mu_doc_pair *pair)
{
    add(writer->text, " ");
    add(writer->text, pair->name);
    add(writer->text, "=\"");
    escaped_write(writer->text, pair->value, true);
    add(writer->text, "\"");
}

/* Names are unique within an element, so this order is total. */
static int
pair_cmp(const void *a, const void *b)
{
    const struct mu_doc_pair *left = a;
    const struct mu_doc_pair *right = b;

    return strcmp(left->name, right->name);
}

static void
indent_write(struct writer *writer)
{
    if (writer->style == STYLE_PRETTY) {
        for (unsigned i = 0; i < writer->indent; i++) {
            add(writer->text, "  ");
        }
    }
}

static void
line_end(struct writer *writer)
{
    if (writer->style == STYLE_PRETTY) {
        add(writer->text, "\n");
    }
}

static bool
is_inline(const struct mu_doc_element *element)
{
    for (const struct mu_doc_element *child = element->first; child;
         child = child->next) {
        if (child->kind == MU_DOC_TEXT) {
            return true;
        }
    }
    return false;
}

static void
escaped_write(struct mu_text_buffer *text, const char *value, bool is_attribute)
{
    const unsigned char *from = (const unsigned char *)value;
    const unsigned char *c = from;

    while (*c) {
        unsigned length;
        const char *escape;

        /* Nearly all there is. */
        if ((*c >= '?' && *c < 0x7f) || (*c >= '\'' && *c <= ';')) {
            c++;
            continue;
        }
        length = mu_doc_private_character(c);
        escape = length == 0 ? "\xef\xbf\xbd" : escape_of(*c, is_attribute);
        if (escape) {
            mu_text_buffer_append(text, (const char *)from, (size_t)(c - from));
            add(text, escape);
            c++;
            from = c;
        } else {
            c += length;
        }
    }
    mu_text_buffer_append(text, (const char *)from, (size_t)(c - from));
}

/* Two dashes would end a comment, and one at the end would be misread. */
static void
comment_write(struct mu_text_buffer *text, const char *comment)
{
    add(text, "<!--");
    for (const unsigned char *c = (const unsigned char *)comment; *c;) {
        unsigned length = mu_doc_private_character(c);

        if (length == 0) {
            add(text, "\xef\xbf\xbd");
            c++;
            continue;
        }
        mu_text_buffer_append(text, (const char *)c, length);
        if (*c == '-' && (c[1] == '-' || c[1] == '\0')) {
            add(text, " ");
        }
        c += length;
    }
    add(text, "-->");
}

static const char *
escape_of(unsigned char c, bool is_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return is_attribute ? "&quot;" : NULL;
    case '\n':
        return is_attribute ? "&#10;" : NULL;
    case '\t':
        return is_attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

static void
add(struct mu_text_buffer *text, const char *part)
{
    mu_text_buffer_append(text, part, strlen(part));
}
