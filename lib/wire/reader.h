/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_WIRE_READER_H
#define MU_WIRE_READER_H

/* Reader: what do these bytes say, if anything?
 *
 * A bounded reader over borrowed bytes. Numbers are little-endian. Failure is
 * sticky: after the first short or bad value every read gives zero, and the
 * caller asks once at the end whether all went well.
 *
 * Invariant: never reads outside the span; a count can not exceed what the
 * remaining bytes could hold. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/span.h"

struct mu_reader {
    const unsigned char *data; /* Next byte. */
    size_t size;               /* Bytes left. */
    bool has_failed;
};

/* Starts reading 'bytes', which must outlive the reader. */
void mu_reader_init(struct mu_reader *reader, struct mu_span bytes);

/* Reads one number; 0 after a failure. */
uint8_t mu_reader_u8(struct mu_reader *reader);
uint32_t mu_reader_u32(struct mu_reader *reader);
uint64_t mu_reader_u64(struct mu_reader *reader);
int32_t mu_reader_i32(struct mu_reader *reader);
int64_t mu_reader_i64(struct mu_reader *reader);

/* Reads a byte that must be 0 or 1. */
bool mu_reader_bool(struct mu_reader *reader);

/* Reads a byte that must be below 'bound': an enumerator. */
unsigned mu_reader_enum(struct mu_reader *reader, unsigned bound);

/* Reads a 32-bit count of elements that take at least 'size_min' bytes each,
 * so that a lie about the count cannot make anybody allocate. */
uint32_t mu_reader_count(struct mu_reader *reader, size_t size_min);

/* Reads a length and that many bytes; borrowed from the input. */
struct mu_span mu_reader_span(struct mu_reader *reader);

/* Reads a length and that many characters, without NUL among them; copied to
 * 'arena'. Never null: empty after a failure. */
const char *mu_reader_text(struct mu_reader *reader, struct mu_arena *arena);

/* Returns true when everything was read and nothing failed. */
MU_NODISCARD bool mu_reader_is_done(const struct mu_reader *reader);

#endif /* MU_WIRE_READER_H */
