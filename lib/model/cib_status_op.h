/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_CIB_STATUS_OP_H
#define MU_MODEL_CIB_STATUS_OP_H

/* CIB status op: reading one entry of the operation history, and putting the
 * entries of a resource into the order in which they happened. For
 * cib_status.c only. */

#include "base/arena.h"
#include "doc/doc_stream.h"
#include "model/intern.h"
#include "model/status.h"

enum {
    MU_CIB_STATUS_OP_WORDS = 41, /* The first of these words. */
};

enum mu_cib_status_op_word {
    MU_CIB_STATUS_OP_WORD_ID = MU_CIB_STATUS_OP_WORDS,
    MU_CIB_STATUS_OP_WORD_OPERATION,
    MU_CIB_STATUS_OP_WORD_INTERVAL,
    MU_CIB_STATUS_OP_WORD_CALL_ID,
    MU_CIB_STATUS_OP_WORD_RC_CODE,
    MU_CIB_STATUS_OP_WORD_OP_STATUS,
    MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE,
    MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE_OLD,
    MU_CIB_STATUS_OP_WORD_LAST_RUN,
    MU_CIB_STATUS_OP_WORD_LAST_RUN_OLD,
    MU_CIB_STATUS_OP_WORD_EXEC_TIME,
    MU_CIB_STATUS_OP_WORD_EXEC_TIME_OLD,
    MU_CIB_STATUS_OP_WORD_QUEUE_TIME,
    MU_CIB_STATUS_OP_WORD_QUEUE_TIME_OLD,
    MU_CIB_STATUS_OP_WORD_EXIT_REASON,
    MU_CIB_STATUS_OP_WORD_DIGEST,
    MU_CIB_STATUS_OP_WORD_RESTART_DIGEST,
    MU_CIB_STATUS_OP_WORD_FORCE_RESTART,
    MU_CIB_STATUS_OP_WORD_SECURE_DIGEST,
    MU_CIB_STATUS_OP_WORD_SECURE_PARAMS,
    MU_CIB_STATUS_OP_WORD_MIGRATE_SOURCE,
    MU_CIB_STATUS_OP_WORD_MIGRATE_TARGET,
    MU_CIB_STATUS_OP_WORD_ON_NODE,
    MU_CIB_STATUS_OP_WORD_TRANSITION_MAGIC,
    MU_CIB_STATUS_OP_WORD_TRANSITION_KEY,
    MU_CIB_STATUS_OP_WORD_FEATURE_SET,
    MU_CIB_STATUS_WORDS_COUNT,
};

/* For the initialiser of the table of words. */
#define MU_CIB_STATUS_OP_WORDS_LIST \
    [MU_CIB_STATUS_OP_WORD_ID] = "id", \
    [MU_CIB_STATUS_OP_WORD_OPERATION] = "operation", \
    [MU_CIB_STATUS_OP_WORD_INTERVAL] = "interval", \
    [MU_CIB_STATUS_OP_WORD_CALL_ID] = "call-id", \
    [MU_CIB_STATUS_OP_WORD_RC_CODE] = "rc-code", \
    [MU_CIB_STATUS_OP_WORD_OP_STATUS] = "op-status", \
    [MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE] = "last-rc-change", \
    [MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE_OLD] = "last_rc_change", \
    [MU_CIB_STATUS_OP_WORD_LAST_RUN] = "last-run", \
    [MU_CIB_STATUS_OP_WORD_LAST_RUN_OLD] = "last_run", \
    [MU_CIB_STATUS_OP_WORD_EXEC_TIME] = "exec-time", \
    [MU_CIB_STATUS_OP_WORD_EXEC_TIME_OLD] = "exec_time", \
    [MU_CIB_STATUS_OP_WORD_QUEUE_TIME] = "queue-time", \
    [MU_CIB_STATUS_OP_WORD_QUEUE_TIME_OLD] = "queue_time", \
    [MU_CIB_STATUS_OP_WORD_EXIT_REASON] = "exit-reason", \
    [MU_CIB_STATUS_OP_WORD_DIGEST] = "op-digest", \
    [MU_CIB_STATUS_OP_WORD_RESTART_DIGEST] = "op-restart-digest", \
    [MU_CIB_STATUS_OP_WORD_FORCE_RESTART] = "op-force-restart", \
    [MU_CIB_STATUS_OP_WORD_SECURE_DIGEST] = "op-secure-digest", \
    [MU_CIB_STATUS_OP_WORD_SECURE_PARAMS] = "op-secure-params", \
    [MU_CIB_STATUS_OP_WORD_MIGRATE_SOURCE] = "migrate_source", \
    [MU_CIB_STATUS_OP_WORD_MIGRATE_TARGET] = "migrate_target", \
    [MU_CIB_STATUS_OP_WORD_ON_NODE] = "on_node", \
    [MU_CIB_STATUS_OP_WORD_TRANSITION_MAGIC] = "transition-magic", \
    [MU_CIB_STATUS_OP_WORD_TRANSITION_KEY] = "transition-key", \
    [MU_CIB_STATUS_OP_WORD_FEATURE_SET] = "crm_feature_set"

struct mu_cib_status_op {
    struct mu_status_op op;
    const char *planner; /* Who counted the transition: its last part. */
};

/* Fills 'op' from the attributes of 'tag'; numbers that are none count as not
 * known. */
void mu_cib_status_op_read(struct mu_arena *arena, struct mu_intern *intern,
                           const struct mu_doc_stream_tag *tag,
                           struct mu_cib_status_op *op);

/* Reads how long an operation takes; empty texts and -1 for what is not there. */
struct mu_status_duration
mu_cib_status_op_duration(struct mu_arena *arena, struct mu_intern *intern,
                          const struct mu_doc_stream_tag *tag);

/* Returns the operations in the order in which they happened, on 'arena'.
 * 'scratch' is used meanwhile. */
const struct mu_status_op *
mu_cib_status_op_sort(struct mu_arena *arena, struct mu_arena *scratch,
                      const struct mu_cib_status_op *ops, size_t count);

#endif /* MU_MODEL_CIB_STATUS_OP_H */
