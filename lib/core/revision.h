/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_REVISION_H
#define MU_CORE_REVISION_H

/* Revision: who changed the configuration when, why, and what was it before?
 *
 * The log of revisions is part of the replicated state and of the record on
 * disk, so it goes wherever the configuration goes: to joiners, through a cold
 * start. Each entry but the newest holds what leads from the one after it back
 * to it; the newest is the configuration itself. It does not know what a
 * configuration means.
 *
 * Invariant: entries are sorted by index without a gap, and the newest belongs
 * to state->config_index; those with content are the newest ones, without a
 * gap; no more than MU_REVISIONS_COUNT_MAX entries and MU_REVISIONS_SIZE_MAX
 * bytes of content. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"
#include "base/span.h"
#include "wire/archive.h"

struct mu_state;
struct mu_state_proposal;

/* Who made a change, and why. Texts are never null. */
struct mu_revision_author {
    const char *user;    /* As the kernel named the client's user. */
    const char *node;    /* Whose daemon took the change. */
    const char *program; /* What the client called itself. */
    const char *message;
    int64_t wall_ms;     /* Wall clock that the cluster had agreed on. */
    uint32_t objects_count; /* How many objects it changed; as counted by the
                               daemon that took it. */
};

struct mu_revision {
    uint64_t index;        /* Counts accepted configurations. */
    int64_t admin_epoch;   /* The number that people see: */
    int64_t config_epoch;  /* admin_epoch.config_epoch. */
    struct mu_revision_author author;
    struct mu_span delta;  /* From the next one's content to this one's (see
                              wire/delta.h); empty for the newest, and when the
                              content is not kept any more. */
};

/* The log, oldest first. */
struct mu_revisions {
    struct mu_revision *items;
    uint32_t count;
};

/* An author of empty texts. */
struct mu_revision_author mu_revision_nobody(void);

/* Returns 'log' with 'newest' behind it, on 'arena'; texts are borrowed.
 * 'former' leads from the content of 'newest' to that of the one before it.
 * The oldest give way. */
struct mu_revisions mu_revision_add(struct mu_arena *arena,
                                    const struct mu_revisions *log,
                                    const struct mu_revision *newest,
                                    struct mu_span former);

/* Returns on 'arena' what the log of 'state' will be once 'proposal' is the
 * configuration; texts are borrowed. */
struct mu_revisions mu_revision_after(struct mu_arena *arena,
                                      const struct mu_state *state,
                                      const struct mu_state_proposal *proposal);

/* Visits an author, and the whole log; what is read is bounded, and in order
 * by index. */
void mu_revision_visit_author(struct mu_archive *archive,
                              struct mu_revision_author *author);
void mu_revision_visit(struct mu_archive *archive, struct mu_revisions *log);

/* Tells whether 'log' fits a state whose newest configuration is 'index'. */
bool mu_revision_is_sound(const struct mu_revisions *log, uint64_t index);

/* Returns the newest entry, or null when there is none. */
const struct mu_revision *mu_revision_newest(const struct mu_state *state);

/* Finds what people call a revision: "0.12", "12", "0.12.3" as status shows it,
 * "-2" for the second before the newest, "current". Null when there is none, or
 * its content is not kept any more; 'err' then names the oldest that is. */
const struct mu_revision *mu_revision_find(const struct mu_state *state,
                                           const char *text,
                                           struct mu_errbuf *err);

/* Tells whether the content of 'revision' can be had. */
bool mu_revision_has_content(const struct mu_state *state,
                             const struct mu_revision *revision);

/* Makes the content of 'revision', a <configuration> element, on 'arena'.
 * -ENOENT when it is not kept, -EBADMSG when the log is damaged. */
MU_NODISCARD int mu_revision_content(const struct mu_state *state,
                                     const struct mu_revision *revision,
                                     struct mu_arena *arena,
                                     struct mu_span *ret_xml);

#endif /* MU_CORE_REVISION_H */
