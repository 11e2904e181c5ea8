/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_OUTPUT_H
#define MU_DAEMON_EXEC_OUTPUT_H

/* Exec output: what did the agent say on one of its pipes?
 *
 * Keeps the first MU_OUTPUT_SIZE_MAX bytes; the rest is read, looked at for
 * the exit reason and dropped, at a bounded rate, so that a chatty agent slows
 * down itself and nobody else.
 *
 * Invariant: never blocks, never grows beyond its bounds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/span.h"
#include "daemon/loop.h"

enum { MU_EXEC_OUTPUT_LINE_SIZE = 512 };

struct mu_exec_output {
    struct mu_loop *loop;
    int fd;                     /* Read end of the pipe; negative: closed. */
    struct mu_loop_timer pause; /* Running while we do not listen. */
    size_t budget;              /* Bytes until the next pause. */
    unsigned char *data;        /* Kept bytes; owned. */
    size_t size;
    size_t capacity;
    char line[MU_EXEC_OUTPUT_LINE_SIZE]; /* The unfinished line's start. */
    size_t line_length;
    char reason[MU_REASON_SIZE_MAX];    /* Last exit reason; may be empty. */
    char last_line[MU_REASON_SIZE_MAX]; /* Last line that is not empty. */
};

/* Listens to 'fd', which it owns from now on, also on failure. 0 or negative
 * errno. */
MU_NODISCARD int mu_exec_output_init(struct mu_exec_output *output,
                                     struct mu_loop *loop, int fd);

/* Reads what is there now, without waiting for more, and stops listening. */
void mu_exec_output_finish(struct mu_exec_output *output);

/* Releases everything; also after a failed init. */
void mu_exec_output_done(struct mu_exec_output *output);

/* Copies 'text' so that it is valid UTF-8 on one line; cut at a character. */
void mu_exec_output_clean(const char *text, char *buffer, size_t size);

#endif /* MU_DAEMON_EXEC_OUTPUT_H */
