/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/table.h"

#include <string.h>

#include "base/panic.h"

enum { GAP = 2, LENGTH_MIN = 20 };

struct layout {
    unsigned widths[MU_TABLE_COLUMNS_MAX];
    bool is_dropped[MU_TABLE_COLUMNS_MAX];
    bool is_last_below; /* The last column is on lines of its own. */
};

static void lay_out(const struct mu_table *table, struct layout *layout);
static void measure(const struct mu_table *table, struct layout *layout,
                    bool is_heading);
static unsigned total(const struct mu_table *table,
                      const struct layout *layout);
static void write_row(const struct mu_table *table, const struct layout *layout,
                      const struct mu_table_row *row,
                      struct mu_text_buffer *text);
static void write_blanks(unsigned count, struct mu_text_buffer *text);

struct mu_table_row *
mu_table_add(struct mu_table *table)
{
    return mu_vec_add(table->arena, &table->rows);
}

void
mu_table_write(const struct mu_table *table, struct mu_text_buffer *text)
{
    struct layout layout = {0};

    mu_assert(table->columns_count > 0);
    mu_assert(table->columns_count <= MU_TABLE_COLUMNS_MAX);
    lay_out(table, &layout);
    for (size_t i = 0; i < table->rows.count; i++) {
        write_row(table, &layout, &table->rows.items[i], text);
    }
}

void
mu_table_paint(bool is_color, enum mu_table_color color, const char *what,
               struct mu_text_buffer *text)
{
    static const char *const codes[] = {
        [MU_TABLE_PLAIN] = "",          [MU_TABLE_GREEN] = "\033[32m",
        [MU_TABLE_YELLOW] = "\033[33m", [MU_TABLE_RED] = "\033[31;1m",
        [MU_TABLE_BOLD] = "\033[1m",    [MU_TABLE_DIM] = "\033[2m",
    };

    if (!is_color || color == MU_TABLE_PLAIN) {
        mu_text_buffer_append(text, what, strlen(what));
        return;
    }
    mu_text_buffer_add(text, "%s%s\033[0m", codes[color], what);
}

void
mu_table_wrap(const char *what, unsigned column, unsigned indent,
              unsigned width, struct mu_text_buffer *text)
{
    bool is_line_empty = true;

    while (*what) {
        size_t size = strcspn(what, " ");
        char word[512];
        unsigned length;

        mu_text_format(word, sizeof(word), "%.*s", (int)size, what);
        length = mu_table_length(word);
        if (!is_line_empty && column + 1 + length > width) {
            mu_text_buffer_append(text, "\n", 1);
            write_blanks(indent, text);
            column = indent;
            is_line_empty = true;
        }
        if (!is_line_empty) {
            mu_text_buffer_append(text, " ", 1);
            column++;
        }
        mu_text_buffer_append(text, what, size);
        column += length;
        is_line_empty = false;
        what += size;
        what += strspn(what, " ");
    }
}

unsigned
mu_table_length(const char *text)
{
    unsigned length = 0;

    for (; text && *text; text++) {
        if (((unsigned char)*text & 0xc0) != 0x80) {
            length++;
        }
    }
    return length;
}

static void
lay_out(const struct mu_table *table, struct layout *layout)
{
    unsigned last = table->columns_count - 1;

    measure(table, layout, false);
    measure(table, layout, true);
    if (total(table, layout) > table->width &&
        table->dispensable < table->columns_count) {
        layout->is_dropped[table->dispensable] = true;
    }
    /* A long last cell is wrapped in its column while there is room for one. */
    if (total(table, layout) > table->width &&
        total(table, layout) - layout->widths[last] + LENGTH_MIN >
            table->width) {
        layout->is_last_below = true;
    }
}

/* Widens columns for headings or for the other rows. */
static void
measure(const struct mu_table *table, struct layout *layout, bool is_heading)
{
    for (size_t i = 0; i < table->rows.count; i++) {
        const struct mu_table_row *row = &table->rows.items[i];

        for (unsigned c = 0; c < table->columns_count; c++) {
            unsigned length = mu_table_length(row->cells[c].text);

            length += c == 0 ? row->indent : 0;
            if (row->is_heading == is_heading && length > layout->widths[c] &&
                (!is_heading || layout->widths[c] > 0 || c == 0)) {
                layout->widths[c] = length;
            }
        }
    }
}

static unsigned
total(const struct mu_table *table, const struct layout *layout)
{
    unsigned sum = 0;

    for (unsigned c = 0; c < table->columns_count; c++) {
        if (!layout->is_dropped[c] && layout->widths[c] > 0) {
            sum += layout->widths[c] + GAP;
        }
    }
    return sum > GAP ? sum - GAP : 0;
}

static void
write_row(const struct mu_table *table, const struct layout *layout,
          const struct mu_table_row *row, struct mu_text_buffer *text)
{
    unsigned last = table->columns_count - 1;
    unsigned column = row->indent;
    unsigned due = 0; /* Blanks that are written only if a cell follows. */

    write_blanks(row->indent, text);
    for (unsigned c = 0; c <= last; c++) {
        const struct mu_table_cell *cell = &row->cells[c];
        unsigned length = mu_table_length(cell->text);

        if (layout->is_dropped[c] || layout->widths[c] == 0 ||
            (row->is_heading && c == last && layout->is_last_below)) {
            continue;
        }
        if (c == last && length > 0 && layout->is_last_below) {
            mu_text_buffer_append(text, "\n", 1);
            due = row->indent + 4;
            column = due;
        }
        if (length > 0) {
            write_blanks(due, text);
            due = 0;
        }
        if (c == last && length > 0) {
            mu_table_wrap(cell->text, column, column, table->width, text);
            break;
        }
        if (length > 0) {
            mu_table_paint(table->is_color, cell->color, cell->text, text);
        }
        due += layout->widths[c] - length - (c == 0 ? row->indent : 0) + GAP;
        column += layout->widths[c] - (c == 0 ? row->indent : 0) + GAP;
    }
    mu_text_buffer_append(text, "\n", 1);
}

static void
write_blanks(unsigned count, struct mu_text_buffer *text)
{
    mu_text_buffer_add(text, "%*s", (int)count, "");
}
