/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of revisions: what once stood in a complete view stands there for
 * good, on every node, with the same author and the same content. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/state.h"
#include "cts/sim/sim.h"

static struct mu_digest
digest_of(struct mu_sim *sim, const struct mu_revision *revision,
          struct mu_span xml)
{
    struct mu_writer writer;
    struct mu_archive archive = {.writer = &writer};
    struct mu_revision copy = *revision;
    struct mu_span bytes;

    mu_writer_init(&writer, &sim->checks.scratch);
    mu_archive_u64(&archive, &copy.index);
    mu_archive_i64(&archive, &copy.config_epoch);
    mu_revision_visit_author(&archive, &copy.author);
    mu_archive_span(&archive, &xml);
    bytes = mu_writer_get(&writer);
    return mu_digest_of(bytes.data, bytes.size);
}

static void
check_one(struct mu_sim *sim, uint32_t node, const struct mu_state *state,
          const struct mu_revision *revision)
{
    struct mu_check_revision *seen =
        &sim->checks.revisions[revision->index % MU_CHECK_INDEXES];
    struct mu_span xml;
    struct mu_digest digest;
    unsigned long said = strtoul(revision->author.message, NULL, 10);

    if (mu_revision_content(state, revision, &sim->checks.scratch, &xml) < 0) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " cannot make revision %" PRIu64
                    " although it is in its log",
                    node, revision->index);
        return;
    }
    if (strcmp(revision->author.user, "sim") == 0 &&
        said != mu_sim_config_recognise(sim, xml)) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " has version %" PRIu32
                    " as revision %" PRIu64 ", whose author says %lu",
                    node, mu_sim_config_recognise(sim, xml), revision->index,
                    said);
        return;
    }
    digest = digest_of(sim, revision, xml);
    if (seen->index == revision->index &&
        !mu_digest_is_equal(seen->digest, digest)) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " and n%" PRIu32
                    " differ in revision %" PRIu64 " (version %lu)",
                    node, seen->node, revision->index, said);
        return;
    }
    *seen = (struct mu_check_revision){revision->index, node, digest};
}

void
mu_check_revisions(struct mu_sim *sim, uint32_t node,
                   const struct mu_state *state)
{
    struct mu_check_log *log = &sim->checks.logs[node];

    if (log->index == state->config_index && log->view == state->view &&
        log->epoch == state->epoch) {
        return;
    }
    *log = (struct mu_check_log){state->epoch, state->view,
                                 state->config_index};
    if (!mu_revision_is_sound(&state->revisions, state->config_index) ||
        (state->config_index < MU_REVISIONS_COUNT_MAX &&
         state->revisions.count != state->config_index)) {
        mu_sim_fail(sim,
                    "S3: n%" PRIu32 " is at configuration %" PRIu64
                    " with a log of %" PRIu32 " revisions that does not fit",
                    node, state->config_index, state->revisions.count);
        return;
    }
    mu_arena_reset(&sim->checks.scratch);
    for (uint32_t i = 0; i < state->revisions.count; i++) {
        check_one(sim, node, state, &state->revisions.items[i]);
    }
}
