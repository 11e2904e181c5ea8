/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_RECORD_H
#define MU_TOOLS_RECORD_H

/* Record: how does a command stand in the log of revisions?
 *
 * A change without a message is told by its command line. That goes to every
 * node and stays there, so values that look secret by their names do not. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Returns the command line on 'arena', blanks between the words, long words and
 * long lines shortened with "...". */
const char *mu_record_line(struct mu_arena *arena, const char *program,
                           int argc, char *const *argv);

/* Tells whether 'name' is one whose value is not for everybody. */
bool mu_record_is_secret(const char *name, size_t length);

#endif /* MU_TOOLS_RECORD_H */
