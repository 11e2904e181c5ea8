/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_STORE_H
#define MU_DAEMON_STORE_H

/* Store: what survives a power cut?
 *
 * A small epoch record that is rewritten often, and one file per revision of
 * the configuration, the newest eight kept. It knows nothing of what the bytes
 * mean. Writing happens in a thread of its own in the order asked for; the
 * loop never waits for a disk.
 *
 * Invariant: success is reported only after the disk confirmed it; a record is
 * read back whole and as it was written, or set aside in conflict/ and named
 * in the log. After a failed sync the store stays failed: what the kernel
 * dropped cannot be known. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/errbuf.h"
#include "base/span.h"
#include "core/effect.h"
#include "core/event.h"
#include "daemon/loop.h"

struct mu_store;

typedef void mu_store_function(void *user,
                               const struct mu_event_stored *stored);

struct mu_store_config {
    struct mu_loop *loop;
    mu_store_function *function; /* Called from the loop for each persist. */
    void *user;
    const char *folder; /* Null: /var/lib/muster. Made if missing. */
};

/* What the disk held at the start. The spans live until the next load of the
 * store or its close. */
struct mu_store_content {
    struct mu_span epoch;  /* Empty: none. */
    struct mu_span config; /* Newest sound record; empty: none. */
    char revision[64];     /* Of 'config'; empty: none. */
    bool is_damaged;       /* Something was unreadable and is set aside. */
};

/* Opens the folder and locks it against a second daemon (-EBUSY). Reserves
 * the room that epoch records need, so that a disk that fills up later cannot
 * take our vote away. */
MU_NODISCARD int mu_store_open(const struct mu_store_config *config,
                               struct mu_store **ret_store,
                               struct mu_errbuf *err);

/* Reads everything, sets damaged files aside. Before the first persist. */
MU_NODISCARD int mu_store_load(struct mu_store *store,
                               struct mu_store_content *ret_content,
                               struct mu_errbuf *err);

/* Makes a record durable; copied. The answer always comes, and never from
 * inside this call. */
void mu_store_persist(struct mu_store *store,
                      const struct mu_effect_persist *effect);

/* Reads the record of one revision into memory from malloc(). Blocks for the
 * time of reading one file. 0, -ENOENT, -EBADMSG (damaged) or another. */
MU_NODISCARD int mu_store_read(struct mu_store *store, const char *revision,
                               unsigned char **ret_data, size_t *ret_size);

/* One stored revision. */
struct mu_store_revision {
    char name[64];
    int64_t stored_wall_ms; /* When it was written. */
    size_t size;
};

/* Lists the revisions on disk, oldest first, into memory from malloc().
 * Returns how many, or negative errno. */
MU_NODISCARD int mu_store_list(struct mu_store *store,
                               struct mu_store_revision **ret_revisions);

/* Finishes what was asked for and closes. Answers that the loop has not
 * delivered yet are dropped. */
void mu_store_close(struct mu_store *store);

#endif /* MU_DAEMON_STORE_H */
