/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_PARAMS_H
#define MU_MODEL_PARAMS_H

/* Params: which values does an agent get, and would a change of them matter?
 *
 * Resolves instance attributes, operation attributes and meta attributes of a
 * primitive on one node at one time, rules included, and computes the digests
 * that histories record. Used by the scheduler (has anything changed?) and by
 * the executor (what to pass), so that both always agree. */

#include "model/snapshot.h"

struct mu_params_context {
    const struct mu_config *config;
    uint32_t resource;                 /* Primitive. */
    const struct mu_status_node *node; /* Null: independent of nodes. */
    int64_t now_ms;
};

/* Everything that the operation 'name' with 'interval_ms' of a primitive needs
 * to run, except what only a plan knows (clone numbers, notify lists). */
struct mu_params {
    const struct mu_pair *params; /* Instance attributes, the op's included,
                                     sorted by name. */
    uint32_t params_count;
    const struct mu_pair *meta; /* Meta attributes of resource and op that
                                   become OCF_RESKEY_CRM_meta_*, by the
                                   names they have there, sorted. */
    uint32_t meta_count;
    int64_t timeout_ms;
    int64_t start_delay_ms;
    enum mu_on_fail on_fail;
    bool is_enabled;
    enum mu_role role; /* Of a recurring op; UNKNOWN: any. */
};

/* Resolves the operation on 'arena'. An operation that is not configured gets
 * defaults. '*next' as in mu_rule_is_true(). */
void mu_params_resolve(struct mu_arena *arena,
                       const struct mu_params_context *context,
                       const char *op_name, int64_t interval_ms,
                       struct mu_params *ret_params);

/* Returns a meta attribute of any resource (own, inherited from parents,
 * rsc_defaults), or null when nothing sets it. */
const char *mu_params_meta(const struct mu_params_context *context,
                           const char *name, struct mu_instant *next);

/* Digest of all parameters as recorded in op-digest (32 hex digits + NUL). */
void mu_params_digest(const struct mu_params *params, char ret_text[33]);

#endif /* MU_MODEL_PARAMS_H */
