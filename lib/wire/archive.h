/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_WIRE_ARCHIVE_H
#define MU_WIRE_ARCHIVE_H

/* Archive: one description of a record for both directions.
 *
 * A function that visits the members of a record either writes the values it
 * is given or replaces them by what it reads; so what is written is what will
 * be read. Failure is the reader's: sticky, asked for at the end. */

#include <stdalign.h>

#include "base/pair.h"
#include "wire/reader.h"
#include "wire/writer.h"

struct mu_archive {
    struct mu_writer *writer; /* Null when reading. */
    struct mu_reader *reader; /* Null when writing. */
    struct mu_arena *arena;   /* For what is read. */
};

/* Each writes '*value', or replaces it by what is read. */
void mu_archive_u32(struct mu_archive *archive, uint32_t *value);
void mu_archive_i32(struct mu_archive *archive, int32_t *value);
void mu_archive_u64(struct mu_archive *archive, uint64_t *value);
void mu_archive_i64(struct mu_archive *archive, int64_t *value);
void mu_archive_bool(struct mu_archive *archive, bool *value);

/* Text is never null after reading. */
void mu_archive_text(struct mu_archive *archive, const char **value);

/* Bytes; copied to the archive's arena when reading. */
void mu_archive_span(struct mu_archive *archive, struct mu_span *value);

/* Returns the enumerator that was written or read; below 'bound'. */
unsigned mu_archive_enum(struct mu_archive *archive, unsigned value,
                         unsigned bound);

/* A count of elements that follow; bounded by the bytes that are left. */
void mu_archive_count(struct mu_archive *archive, uint32_t *count);

/* An array of names with values. */
void mu_archive_pairs(struct mu_archive *archive, struct mu_pair **pairs,
                      uint32_t *count);

/* Visits an array of rows: the count, then each row through 'visit'. */
#define MU_ARCHIVE_ROWS(archive, rows, count, capacity, visit)                      \
    do {                                                                       \
        mu_archive_count((archive), &(count));                                      \
        if ((archive)->reader) {                                               \
            (rows) = mu_arena_alloc((archive)->arena, (count) + 1,             \
                                    sizeof(*(rows)), alignof(max_align_t));    \
            (capacity) = (count) + 1;                                          \
        }                                                                      \
        for (uint32_t row_i = 0; row_i < (count); row_i++) {                   \
            visit((archive), &(rows)[row_i]);                                  \
        }                                                                      \
    } while (0)

#endif /* MU_WIRE_ARCHIVE_H */
