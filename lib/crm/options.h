/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_OPTIONS_H
#define MU_CRM_OPTIONS_H

/* Options: what can be set, of which type, what it usually is, and what it
 * means.
 *
 * Only options whose meaning is fixed are here: those of operations, resources
 * and the cluster. Parameters of agents are the agents' business. */

#include <stddef.h>

enum mu_values_scope {
    MU_VALUES_OPERATION, /* Attributes of operations and op_defaults. */
    MU_VALUES_RESOURCE,  /* Meta attributes and rsc_defaults. */
    MU_VALUES_CLUSTER,   /* Properties. */
};

enum mu_option_type {
    MU_OPTION_ANY,
    MU_OPTION_BOOL,
    MU_OPTION_SCORE,
    MU_OPTION_COUNT,    /* A number from 0, or -1 for "no limit". */
    MU_OPTION_DURATION, /* With a unit, or ISO 8601. */
    MU_OPTION_PERCENT,
    MU_OPTION_WORD, /* One of 'words', in any case. */
};

struct mu_option {
    const char *name;
    enum mu_option_type type;
    const char *words;   /* "a|b|c", for WORD; else null. */
    const char *usual;   /* What holds when it is not set; null: it depends. */
    const char *summary; /* A few words for people. */
};

/* Gives the options of a scope; returns how many there are. */
size_t mu_options_get(enum mu_values_scope scope,
                      const struct mu_option **ret_options);

/* Returns the option 'name' of a scope, or null. */
const struct mu_option *mu_options_find(enum mu_values_scope scope,
                                        const char *name);

#endif /* MU_CRM_OPTIONS_H */
