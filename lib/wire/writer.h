/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_WIRE_WRITER_H
#define MU_WIRE_WRITER_H

/* Writer: values as bytes that mu_reader understands.
 *
 * Grows on an arena. Numbers are little-endian, written byte by byte, so that
 * padding and the machine's order never reach the wire or a digest. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct mu_writer {
    struct mu_arena *arena; /* Where the bytes grow. */
    unsigned char *data;
    size_t size;
    size_t capacity;
};

/* Makes 'writer' empty; it grows on 'arena'. */
void mu_writer_init(struct mu_writer *writer, struct mu_arena *arena);

/* Writes one number. */
void mu_writer_u8(struct mu_writer *writer, uint8_t value);
void mu_writer_u32(struct mu_writer *writer, uint32_t value);
void mu_writer_u64(struct mu_writer *writer, uint64_t value);
void mu_writer_i32(struct mu_writer *writer, int32_t value);
void mu_writer_i64(struct mu_writer *writer, int64_t value);
void mu_writer_bool(struct mu_writer *writer, bool value);

/* Writes an enumerator as one byte. */
void mu_writer_enum(struct mu_writer *writer, unsigned value);

/* Writes a length and the bytes. */
void mu_writer_span(struct mu_writer *writer, struct mu_span span);

/* Writes a length and the characters of 'text'; null is written as empty. */
void mu_writer_text(struct mu_writer *writer, const char *text);

/* Writes the bytes without a length. */
void mu_writer_raw(struct mu_writer *writer, const void *data, size_t size);

/* Returns what was written; borrowed from the arena. */
struct mu_span mu_writer_get(const struct mu_writer *writer);

#endif /* MU_WIRE_WRITER_H */
