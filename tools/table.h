/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_TABLE_H
#define MU_TOOLS_TABLE_H

/* Table: rows of cells as aligned text that fits a terminal.
 *
 * When a table is too wide, first the column named as dispensable goes, then
 * the last column moves to a line of its own under its row. Texts are UTF-8;
 * each code point counts as one column. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"

enum { MU_TABLE_COLUMNS_MAX = 8 };

enum mu_table_color {
    MU_TABLE_PLAIN,
    MU_TABLE_GREEN,
    MU_TABLE_YELLOW,
    MU_TABLE_RED,
    MU_TABLE_BOLD,
    MU_TABLE_DIM,
};

struct mu_table_cell {
    const char *text; /* Null: empty. */
    enum mu_table_color color;
};

struct mu_table_row {
    unsigned indent; /* Blanks in front of the first cell. */
    bool is_heading; /* Names columns; shown only over columns with text. */
    struct mu_table_cell cells[MU_TABLE_COLUMNS_MAX];
};

struct mu_table {
    struct mu_arena *arena;
    unsigned columns_count;
    unsigned dispensable; /* Column to drop first; columns_count: none. */
    unsigned width;       /* Of the terminal. */
    bool is_color;
    MU_VEC(struct mu_table_row) rows;
};

/* Appends an empty row and returns it; good until the next one. */
struct mu_table_row *mu_table_add(struct mu_table *table);

/* Appends all rows to 'text'. */
void mu_table_write(const struct mu_table *table, struct mu_text_buffer *text);

/* Appends 'text' in 'color'. */
void mu_table_paint(bool is_color, enum mu_table_color color, const char *what,
                    struct mu_text_buffer *text);

/* Appends 'what' broken at blanks into lines of at most 'width' columns; all
 * but the first begin with 'indent' blanks. 'column' says where the first
 * begins. */
void mu_table_wrap(const char *what, unsigned column, unsigned indent,
                   unsigned width, struct mu_text_buffer *text);

/* Returns how many columns 'text' takes; null takes none. */
unsigned mu_table_length(const char *text);

#endif /* MU_TOOLS_TABLE_H */
