/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_STORE_FILE_H
#define MU_DAEMON_STORE_FILE_H

/* Store file: the formats on disk, and how to read and write them so that a
 * power cut at any moment leaves the old or the new content.
 *
 * An epoch file holds the record twice. The copies are written one after the
 * other, each synced before the next: whichever one a torn write or a rotten
 * sector spoils, the other is at least as new as what was last acknowledged.
 * A configuration file begins with a line of text that says how long it is and
 * what its digest is; the rest is the record as it is. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/span.h"

enum {
    MU_STORE_EPOCH_SIZE_MAX = (32 << 10) - 64, /* Of one record. */
    MU_STORE_REVISION_SIZE = 64,               /* Of a name with its NUL. */
};

/* A record in memory from malloc(). */
struct mu_store_bytes {
    unsigned char *data; /* Null when there is none. */
    size_t size;
};

/* Opens or makes the epoch file and reserves its room on the disk. Returns a
 * descriptor or negative errno. */
MU_NODISCARD int mu_store_epoch_open(int folder);

/* Reads the newest record into '*ret_record' and its number into
 * '*ret_sequence' (0: none was ever written). 0, -EBADMSG when there was one
 * and no copy is sound, or another error. */
MU_NODISCARD int mu_store_epoch_read(int fd, struct mu_store_bytes *ret_record,
                                     uint64_t *ret_sequence);

/* Writes one copy (0, then 1) and waits for the disk. 0 or negative errno. */
MU_NODISCARD int mu_store_epoch_write(int fd, int copy, uint64_t sequence,
                                      struct mu_span record);

/* Tells whether 'name' may be the name of a revision. */
bool mu_store_revision_is_valid(const char *name);

/* Writes a record as 'name' in 'folder': aside, synced, renamed, synced. On
 * failure nothing is left. 0 or negative errno. */
MU_NODISCARD int mu_store_record_write(int folder, const char *name,
                                       struct mu_span record, int64_t wall_ms);

/* Reads it whole. 0, -ENOENT, -EBADMSG when it is not what was written, or
 * another error. 'ret_wall_ms' (may be null) is when it was written. */
MU_NODISCARD int mu_store_record_read(int folder, const char *name,
                                      struct mu_store_bytes *ret_record,
                                      int64_t *ret_wall_ms);

/* Lists the names in 'folder' that may be revisions, the oldest first, into
 * memory from malloc(); unfinished files of a crash are removed. Returns how
 * many, or negative errno. */
MU_NODISCARD int
mu_store_record_list(int folder, char (**ret_names)[MU_STORE_REVISION_SIZE]);

#endif /* MU_DAEMON_STORE_FILE_H */
