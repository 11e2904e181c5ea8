/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MUSTER_STATUS_H
#define MU_TOOLS_MUSTER_STATUS_H

/* Muster status: the state of a cluster as text for people.
 *
 * Takes the daemon's answer and what the terminal can show, gives text. It
 * reads nothing, knows no clock and asks nobody: ages are relative to the time
 * in the answer. Problems come first, healthy things are folded, and all that
 * is not as wanted has a reason. */

#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"

struct mu_muster_status_view {
    unsigned width; /* Columns. */
    bool is_color;
    bool is_ascii; /* Symbols of one byte only. */
    bool is_full;  /* Fold nothing. */
    bool is_quiet; /* Only problems and resources. */
    bool is_utc;   /* Points in time instead of ages. */
};

/* Appends the text for 'status', whose members may be missing or of another
 * type: what cannot be read is left out. */
void mu_muster_status_render(const json_t *status,
                             const struct mu_muster_status_view *view,
                             struct mu_text_buffer *text);

/* Appends one line for monitoring. */
void mu_muster_status_line_write(const json_t *status,
                                 struct mu_text_buffer *text);

/* Exit status of muster status: 0 healthy, 1 degraded, 2 outage. */
int mu_muster_status_exit(const json_t *status);

#endif /* MU_TOOLS_MUSTER_STATUS_H */
