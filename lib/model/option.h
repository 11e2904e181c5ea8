/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_OPTION_H
#define MU_MODEL_OPTION_H

/* Option: which cluster options are there, and which values do they take?
 *
 * The table of option.def with its look-ups. It is what validation, defaults,
 * completion and the manual's check are made from. It knows no configuration.
 *
 * Invariant: every default is valid for its own row. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum mu_option_type {
    MU_OPTION_BOOL,
    MU_OPTION_INTEGER,
    MU_OPTION_COUNT, /* An integer that INFINITY may stand for. */
    MU_OPTION_SCORE,
    MU_OPTION_DURATION,
    MU_OPTION_PERCENT,
    MU_OPTION_WORD,   /* One of 'words'. */
    MU_OPTION_QUORUM, /* One of 'words', kept as enum mu_quorum_policy. */
    MU_OPTION_TEXT,
};

#define MU_OPTION_NOWHERE SIZE_MAX

struct mu_option {
    const char *name;
    const char *old_name; /* Or null. */
    enum mu_option_type type;
    const char *default_value; /* Null: not set. */
    int64_t min;               /* With 'max', for the types that are numbers. */
    int64_t max;
    const char *words; /* Separated by blanks, or null. */
    const char *help;  /* One line for people. */
    size_t offset;     /* In struct mu_config_options, or NOWHERE. */
};

/* Tells whether 'name' is the name of 'option', or its old one. */
bool mu_option_is(const struct mu_option *option, const char *name);

/* Returns the option called 'name', by its old name too, or null. */
const struct mu_option *mu_option_find(const char *name);

/* Returns the option at 'index' of the table, or null after the last. */
const struct mu_option *mu_option_at(size_t index);

/* Says what is wrong with 'value', as the end of a sentence that begins with
 * the value: is not a duration such as 30s or 2min. Null when it is valid. The
 * text is on 'arena'. */
const char *mu_option_judge(const struct mu_option *option, const char *value,
                            struct mu_arena *arena);

/* As above, for a value of 'type' that is no option's; 'words' as there. */
const char *mu_option_judge_type(enum mu_option_type type, const char *words,
                                 const char *value, struct mu_arena *arena);

/* Writes 'value' into its member of the struct mu_config_options at 'options'.
 * Returns false, and leaves it alone, when the value is not valid. 'value' is
 * borrowed by texts. Not for options that are nowhere. */
bool mu_option_store(const struct mu_option *option, const char *value,
                     void *options);

#endif /* MU_MODEL_OPTION_H */
