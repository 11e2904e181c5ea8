/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_RULE_H
#define MU_MODEL_RULE_H

/* Rule: does a condition of the configuration hold here and now?
 *
 * Rules are trees of expressions over node attributes, dates, agent types and
 * operations. A rule knows nothing but its input: the same input gives the
 * same answer, and with it the exact time at which the answer may change.
 *
 * Invariant: evaluation is total. An attribute that cannot be looked up is not
 * defined, an expression that is invalid is false; neither is an error.
 *
 * Dates without an offset, and date_spec, are in UTC: replicas in different
 * time zones must agree. Time has a resolution of seconds. */

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/text.h"

struct mu_rule; /* Made by rule_read.c, lives in the configuration's arena. */

/* Looks up a value by name; returns null when there is none. */
typedef const char *mu_rule_lookup(const void *context, const char *name);

struct mu_rule_input {
    int64_t now_ms;              /* Wall clock, milliseconds since 1970. */
    mu_rule_lookup *node_lookup; /* Node attributes (#uname and the like
                                    included), or null: not about a node. */
    const void *node_context;
    mu_rule_lookup *params_lookup; /* For value-source="param", or null. */
    mu_rule_lookup *meta_lookup;   /* For value-source="meta", or null. */
    const void *resource_context;  /* For the two look-ups above. */
    const char *agent_class;       /* For rsc_expression, or null. */
    const char *agent_provider;    /* Null when the class has none. */
    const char *agent_type;
    const char *op_name; /* For op_expression, or null. */
    int64_t op_interval_ms;
    const char *const *matches; /* Submatches %0 to %9 of rsc-pattern. */
    unsigned matches_count;
};

/* Tells whether 'rule' holds (a null rule always does). '*next' is lowered to
 * the next wall-clock time at which the answer may differ; it may be null. */
bool mu_rule_is_true(const struct mu_rule *rule,
                     const struct mu_rule_input *input,
                     struct mu_instant *next);

/* Returns the wall-clock time from which on 'rule' never holds again, whatever
 * the node; INT64_MAX when no date says so. */
int64_t mu_rule_end_ms(const struct mu_rule *rule);

/* Returns the name of the only node on which 'rule' can hold, when it says so
 * with an expression of its own; else null. */
const char *mu_rule_node(const struct mu_rule *rule);

/* Tells whether one part of 'rule' is enough: it is joined by "or". */
bool mu_rule_is_or(const struct mu_rule *rule);

/* Tells whether the answer may depend on the node. */
bool mu_rule_needs_node(const struct mu_rule *rule);

/* Appends to 'text' why 'rule', which must not be null, holds or does not:
 * "pingd is 0, not more than 0 and standby is not set". */
void mu_rule_explain(const struct mu_rule *rule,
                     const struct mu_rule_input *input,
                     struct mu_text_buffer *text);

#endif /* MU_MODEL_RULE_H */
