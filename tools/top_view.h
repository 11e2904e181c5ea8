/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_TOP_VIEW_H
#define MU_TOOLS_TOP_VIEW_H

/* Top view: what a full screen shows of a cluster.
 *
 * Takes the daemon's answers and where the person is, gives lines. It draws
 * nothing and knows no terminal but its size, so that a test can look at a
 * screen as text.
 *
 * Invariant: a screen has as many lines as the terminal, and none is wider. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "tools/table.h"

enum mu_top_view_screen {
    MU_TOP_VIEW_MAIN,     /* All nodes and resources. */
    MU_TOP_VIEW_RESOURCE, /* One resource. */
    MU_TOP_VIEW_NODE,     /* One node. */
};

/* What is known; members may be null. */
struct mu_top_view_input {
    const json_t *status;
    const json_t *plan;
    const json_t *events; /* Array of notes, oldest first. */
    const char *reasons;  /* Why the resource of the screen is where it is. */
    const char *trouble;  /* Why all this may be old. */
    int64_t elapsed_ms;   /* Since 'status' and 'plan' were fetched. */
};

/* Where the person is. */
struct mu_top_view {
    enum mu_top_view_screen screen;
    unsigned width;
    unsigned height;
    bool is_ascii;
    size_t selected;  /* Row of the main screen; brought into range. */
    size_t first;     /* First row shown; brought to where it must be. */
    const char *item; /* Name on the other screens. */
};

struct mu_top_view_line {
    const char *text;
    enum mu_table_color color;
    bool is_selected;
};

struct mu_top_view_lines {
    MU_VEC(struct mu_top_view_line) lines;
};

/* Makes the lines of a screen on 'arena'. */
void mu_top_view_build(struct mu_arena *arena,
                       const struct mu_top_view_input *input,
                       struct mu_top_view *view,
                       struct mu_top_view_lines *ret_lines);

/* Returns the name in the selected row of the main screen, or null, and which
 * screen tells of it. */
const char *mu_top_view_selected(const struct mu_top_view_input *input,
                                 const struct mu_top_view *view,
                                 enum mu_top_view_screen *ret_screen);

#endif /* MU_TOOLS_TOP_VIEW_H */
