/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_CAPTURE_H
#define MU_TOOLS_CAPTURE_H

/* Capture: what does a program print?
 *
 * Runs a program with a deadline and a limit, and with nothing on its standard
 * input. A program that does not end in time is killed with all it started. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

struct mu_capture {
    int64_t timeout_ms;
    size_t size_max;
    bool with_errors;       /* What goes to standard error too. */
    bool is_truncated;      /* More than 'size_max' is cut off, not refused. */
    bool keeps_environment; /* Ours; else one that depends on nobody. */
};

/* Runs 'words' (a path or a name to be found in PATH, ended by null).
 * '*ret_text' is on 'arena', with a NUL behind it. 0, -ETIMEDOUT, -E2BIG, -EIO
 * when the program did not end well ('*ret_text' is set then too), or another
 * negative errno. */
MU_NODISCARD int mu_capture_run(struct mu_arena *arena,
                                const struct mu_capture *capture,
                                const char *const *words, char **ret_text,
                                size_t *ret_size);

#endif /* MU_TOOLS_CAPTURE_H */
