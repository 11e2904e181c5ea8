/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_PARAMS_H
#define MU_MODEL_PARAMS_H

/* Params: which values does an agent get, and would a change of them matter?
 *
 * Resolves instance attributes, operation attributes and meta attributes of a
 * primitive on one node at one time, rules included, and computes the digests
 * that histories record. Used by the scheduler (has anything changed?) and by
 * the executor (what to pass), so that both always agree.
 *
 * It knows no plan: numbers of clone instances, lists of notifications and the
 * like are added by whoever has one. */

#include "base/digest.h"
#include "model/snapshot.h"

struct mu_params_context {
    const struct mu_config *config;
    uint32_t resource; /* Primitive, but for mu_params_meta(). */
    const struct mu_status_node *node; /* Null: independent of nodes. */
    bool is_coordinator;               /* 'node' is it (#is_dc). */
    int64_t now_ms;
    struct mu_instant *next; /* Lowered, as in mu_rule_is_true(), by what rules
                                look up here; or null. */
};

/* Everything that the operation 'name' with 'interval_ms' of a primitive needs
 * to run, except what only a plan knows (clone numbers, notify lists). */
struct mu_params {
    const struct mu_pair *params; /* Instance attributes, the op's included,
                                     sorted by name. */
    uint32_t params_count;
    const struct mu_pair *meta; /* What becomes OCF_RESKEY_CRM_meta_NAME: name,
                                   timeout, interval and the op's other
                                   attributes; of the clone around it, if there
                                   is one, clone_node_max, globally_unique,
                                   notify, promoted_max, ... and clone_max where
                                   the configuration sets it. Sorted. */
    uint32_t meta_count;
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t start_delay_ms; /* interval-origin included. */
    enum mu_on_fail on_fail;
    bool is_enabled;
    bool is_configured;     /* There is an <op> for it. */
    enum mu_role role;      /* Of a recurring op; UNKNOWN: any. */
    bool is_of_fencing;     /* The agent is a fence agent. */
    bool needs_node;        /* A rule asks for attributes of the node: other
                               nodes may have other values. */
    struct mu_instant next; /* When a date in a rule may change this. */
};

/* Resolves the operation on 'arena'. An operation that is not configured gets
 * defaults. */
void mu_params_resolve(struct mu_arena *arena,
                       const struct mu_params_context *context,
                       const char *op_name, int64_t interval_ms,
                       struct mu_params *ret_params);

/* As above, and leaves 'meta' empty: planning does not need it. */
void mu_params_resolve_values(struct mu_arena *arena,
                              const struct mu_params_context *context,
                              const char *op_name, int64_t interval_ms,
                              struct mu_params *ret_params);

/* Returns the time that an operation on a removed resource gets: it has no
 * configuration of its own any more, but op_defaults hold for it, too. 'input'
 * tells the agent and the operation for their rules; '*next' as in
 * mu_rule_is_true(). */
int64_t mu_params_timeout_default_ms(const struct mu_config *config,
                                     const struct mu_rule_input *input,
                                     struct mu_instant *next);

/* Returns a meta attribute of any resource (own, inherited from parents,
 * rsc_defaults), or null when nothing sets it. Old names of promoted-max,
 * promoted-node-max and of the defaults in crm_config are understood. '*next'
 * as in mu_rule_is_true(). */
const char *mu_params_meta(const struct mu_params_context *context,
                           const char *name, struct mu_instant *next);

/* Returns an attribute of 'context->node': built-in (#uname, #id, #kind,
 * #is_dc, #cluster-name, #site-name), transient, or configured; or null. */
const char *mu_params_node_attribute(const struct mu_params_context *context,
                                     const char *name, struct mu_instant *next);

/* Look-ups for struct mu_rule_input; the contexts are a struct
 * mu_params_context. The one for params sees sets without rules on the node
 * only as far as these do not refer to params themselves. */
const char *mu_params_lookup_node(const void *context, const char *name);
const char *mu_params_lookup_param(const void *context, const char *name);
const char *mu_params_lookup_meta(const void *context, const char *name);

/* Digest of all parameters as recorded in op-digest. */
void mu_params_digest(const struct mu_params *params,
                      char ret_text[MU_DIGEST_TEXT_SIZE]);

/* Digest as recorded in op-restart-digest: of those parameters that are among
 * the blank-separated 'restart_params' (op-force-restart). */
void mu_params_digest_restart(const struct mu_params *params,
                              const char *restart_params,
                              char ret_text[MU_DIGEST_TEXT_SIZE]);

/* Digest as recorded in op-secure-digest: of those that are not among the
 * blank-separated 'private_params' (op-secure-params, may be null), and are for
 * the fence agent itself. */
void mu_params_digest_nonprivate(const struct mu_params *params,
                                 const char *private_params,
                                 char ret_text[MU_DIGEST_TEXT_SIZE]);

enum mu_params_change {
    MU_PARAMS_SAME,
    MU_PARAMS_UNKNOWN,    /* Nothing is recorded to compare with, unless what
                             needs a restart is, and is the same. */
    MU_PARAMS_PRIVATE,    /* At most private parameters differ: files from which
                             secrets were removed show this. */
    MU_PARAMS_RELOADABLE, /* Only parameters that a reload takes over. */
    MU_PARAMS_RESTART,
};

/* Tells how 'params' differ from those with which 'op' of the history ran.
 * 'digest' is that of 'params', or null. */
enum mu_params_change mu_params_compare(const struct mu_params *params,
                                        const char *digest,
                                        const struct mu_status_op *op);

/* A memory of what has been resolved, for planning: thousands of look-ups of
 * the same operations on many nodes at one time. */
struct mu_params_cache;

/* Makes an empty one on 'arena', for the configuration, the coordinator and the
 * time of 'snapshot'. Nodes that it is asked for are those of its status. */
struct mu_params_cache *
mu_params_cache_new(struct mu_arena *arena, const struct mu_snapshot *snapshot);

/* As mu_params_resolve_values(); the result lives on the cache's arena. 'node'
 * may be null. */
const struct mu_params *mu_params_cache_get(struct mu_params_cache *cache,
                                            uint32_t resource,
                                            const struct mu_status_node *node,
                                            const char *op_name,
                                            int64_t interval_ms);

/* As mu_params_digest() of what mu_params_cache_get() gives, computed once. */
const char *mu_params_cache_digest(struct mu_params_cache *cache,
                                   uint32_t resource,
                                   const struct mu_status_node *node,
                                   const char *op_name, int64_t interval_ms);

/* Returns the earliest time at which anything that was asked for may change. */
struct mu_instant mu_params_cache_next(const struct mu_params_cache *cache);

#endif /* MU_MODEL_PARAMS_H */
