/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_LINE_H
#define MU_TOOLS_LINE_H

/* Line: one line from a person at a terminal, with editing, history and
 * completion.
 *
 * The interrupt key drops the line and the end-of-file key on an empty line
 * ends. It knows nothing of commands: what may come next is asked. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

struct mu_line; /* Opaque: the terminal and its history. */

/* A word that may stand at the cursor. */
struct mu_line_candidate {
    const char *word;
    const char *note; /* What it is, for the list; or null. */
};

struct mu_line_candidates {
    struct mu_line_candidate *items;
    size_t count;
};

/* Returns what may take the place of the last word of 'line', which ends at the
 * cursor. Texts live on 'arena'. */
typedef struct mu_line_candidates
mu_line_complete(void *context, struct mu_arena *arena, const char *line);

enum mu_line_end {
    MU_LINE_READ,    /* A line was typed. */
    MU_LINE_DROPPED, /* The interrupt key. */
    MU_LINE_OVER,    /* The end-of-file key, or the terminal went away. */
};

/* Opens the terminal of standard input and output. 'path' is the file that
 * keeps lines, null for none. Null when the terminal cannot be used. */
struct mu_line *mu_line_open(const char *program, const char *path,
                             mu_line_complete *complete, void *context);

/* Reads a line behind 'prompt'; '*ret_line' has no newline and lives until the
 * next call. Lines that begin with a blank are not kept in the history. */
enum mu_line_end mu_line_read(struct mu_line *line, const char *prompt,
                              const char **ret_line);

/* Writes the history and gives the terminal back. Null is accepted. */
void mu_line_close(struct mu_line *line);

#endif /* MU_TOOLS_LINE_H */
