/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_RULE_PRIVATE_H
#define MU_MODEL_RULE_PRIVATE_H

/* Rule private: how a rule looks in memory, for rule*.c only. */

#include <stddef.h>

#include "model/rule.h"

enum mu_rule_type {
    MU_RULE_NEVER, /* An invalid expression: false. */
    MU_RULE_RULE,
    MU_RULE_ATTRIBUTE,
    MU_RULE_DATE_RANGE,
    MU_RULE_DATE_SPEC,
    MU_RULE_RESOURCE,
    MU_RULE_OP,
};

enum mu_rule_operation {
    MU_RULE_LT,
    MU_RULE_LTE,
    MU_RULE_GT,
    MU_RULE_GTE,
    MU_RULE_EQ,
    MU_RULE_NE,
    MU_RULE_DEFINED,
    MU_RULE_NOT_DEFINED,
};

enum mu_rule_value_type {
    MU_RULE_VALUE_DEFAULT, /* Depends on the operation and the values. */
    MU_RULE_VALUE_STRING,
    MU_RULE_VALUE_INTEGER,
    MU_RULE_VALUE_NUMBER,
    MU_RULE_VALUE_VERSION,
};

enum mu_rule_source {
    MU_RULE_SOURCE_LITERAL,
    MU_RULE_SOURCE_PARAM,
    MU_RULE_SOURCE_META,
};

/* The fields of a date_spec, from coarse to fine. */
enum mu_rule_field {
    MU_RULE_YEARS,
    MU_RULE_WEEKYEARS,
    MU_RULE_MONTHS,
    MU_RULE_WEEKS,
    MU_RULE_YEARDAYS,
    MU_RULE_MONTHDAYS,
    MU_RULE_WEEKDAYS,
    MU_RULE_HOURS,
    MU_RULE_MINUTES,
    MU_RULE_SECONDS,
    MU_RULE_FIELDS_COUNT,
};

struct mu_rule_range {
    bool is_set;
    int64_t low;  /* INT64_MIN: open. */
    int64_t high; /* INT64_MAX: open. */
};

struct mu_rule {
    enum mu_rule_type type;

    /* RULE. */
    bool is_or;
    const struct mu_rule *const *parts;
    uint32_t parts_count;

    /* ATTRIBUTE. */
    const char *attribute; /* May hold %0 to %9. */
    const char *value;     /* Null when none is given. */
    enum mu_rule_operation operation;
    enum mu_rule_value_type value_type;
    enum mu_rule_source source;

    /* DATE_RANGE: true from 'start_s' on until before 'stop_s'; the ends of
     * time when open. */
    int64_t start_s;
    int64_t stop_s;

    /* DATE_SPEC. */
    struct mu_rule_range fields[MU_RULE_FIELDS_COUNT];

    /* RESOURCE: null fits all. */
    const char *agent_class;
    const char *agent_provider;
    const char *agent_type;

    /* OP. */
    const char *op_name;
    bool has_interval;
    int64_t interval_ms;

    bool needs_node; /* An ATTRIBUTE is in here. */
};

/* Writes the name of the attribute that 'rule' is about into 'ret_name' of
 * 'size' bytes, %0 to %9 replaced by the submatches. One that becomes too long
 * is cut, and then found nowhere. */
void mu_rule_attribute_name(const struct mu_rule *rule,
                            const struct mu_rule_input *input, char *ret_name,
                            size_t size);

#endif /* MU_MODEL_RULE_PRIVATE_H */
