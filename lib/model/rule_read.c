/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"
#include "model/rule_date.h"
#include "model/rule_private.h"

enum { DURATION_NUMBER_MAX = 1000000000 };

static struct mu_rule *rule_read(struct mu_config_reader *reader,
                                 const struct mu_doc_element *element,
                                 unsigned depth);
static void parts_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       struct mu_rule *rule, unsigned depth);
static void attribute_read(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           struct mu_rule *rule);
static int word_read(struct mu_config_reader *reader,
                     const struct mu_doc_element *element, const char *name,
                     const char *words);
static void date_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element,
                      struct mu_rule *rule);
static bool point_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element, const char *name,
                       int64_t *ret_s);
static void range_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       struct mu_rule *rule);
static int64_t duration_end(struct mu_config_reader *reader,
                            const struct mu_doc_element *element,
                            int64_t start_s);
static void spec_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element,
                      struct mu_rule *rule);
static bool field_parse(const char *text, struct mu_rule_range *ret_range);
static void resource_read(struct mu_config_reader *reader,
                          const struct mu_doc_element *element,
                          struct mu_rule *rule);
static void op_read(struct mu_config_reader *reader,
                    const struct mu_doc_element *element, struct mu_rule *rule);

const struct mu_rule *
mu_rule_read(struct mu_config_reader *reader,
             const struct mu_doc_element *element)
{
    return rule_read(reader, element, 1);
}

const struct mu_rule *
mu_rule_read_any(struct mu_config_reader *reader,
                 const struct mu_doc_element *owner)
{
    const struct mu_doc_element *first = mu_doc_first_named(owner, "rule");
    MU_VEC(const struct mu_rule *) parts = {0};
    struct mu_rule *any;

    if (!first) {
        return NULL;
    }
    if (!mu_doc_next_named(first, "rule")) {
        return mu_rule_read(reader, first);
    }
    any = mu_arena_new(reader->arena, struct mu_rule, 1);
    any->type = MU_RULE_RULE;
    any->is_or = true;
    for (const struct mu_doc_element *rule = first; rule;
         rule = mu_doc_next_named(rule, "rule")) {
        struct mu_rule *part = rule_read(reader, rule, 2);

        *mu_vec_add(reader->arena, &parts) = part;
        any->needs_node |= part->needs_node;
    }
    any->parts = parts.items;
    any->parts_count = (uint32_t)parts.count;
    return any;
}

static struct mu_rule *
rule_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          unsigned depth)
{
    struct mu_rule *rule = mu_arena_new(reader->arena, struct mu_rule, 1);
    const struct mu_doc_element *real =
        mu_config_check_resolve(reader, element);

    if (!real || !mu_config_reader_may_go_on(reader)) {
        return rule;
    }
    if (++reader->rules_count > MU_CONFIG_RULES_MAX) {
        mu_config_reader_refuse(reader, element, -E2BIG,
                                "there are more than %d conditions",
                                MU_CONFIG_RULES_MAX);
        return rule;
    }
    if (depth >= MU_RULES_DEPTH_MAX) {
        mu_config_reader_reject(reader, element, -E2BIG,
                                "rules are nested too deeply");
        return rule;
    }
    if (mu_doc_is(real, "rule")) {
        parts_read(reader, real, rule, depth);
    } else if (mu_doc_is(real, "expression")) {
        attribute_read(reader, real, rule);
    } else if (mu_doc_is(real, "date_expression")) {
        date_read(reader, real, rule);
    } else if (mu_doc_is(real, "rsc_expression")) {
        resource_read(reader, real, rule);
    } else if (mu_doc_is(real, "op_expression")) {
        op_read(reader, real, rule);
    }
    return rule;
}

static void
parts_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, struct mu_rule *rule,
           unsigned depth)
{
    const char *boolean = mu_doc_get(element, "boolean-op");
    MU_VEC(const struct mu_rule *) parts = {0};

    if (boolean) {
        mu_config_reader_judge(reader, element, "boolean-op", MU_OPTION_WORD,
                               "and or");
    }
    rule->type = MU_RULE_RULE;
    rule->is_or = boolean && mu_text_casecmp(boolean, "or") == 0;
    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        struct mu_rule *part;

        if (!mu_names_is_among(mu_doc_name(child),
                               "rule expression date_expression rsc_expression "
                               "op_expression")) {
            continue;
        }
        part = rule_read(reader, child, depth + 1);
        *mu_vec_add(reader->arena, &parts) = part;
        rule->needs_node |= part->needs_node;
    }
    if (parts.count == 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "there is no condition in it");
    }
    rule->parts = parts.items;
    rule->parts_count = (uint32_t)parts.count;
}

static void
attribute_read(struct mu_config_reader *reader,
               const struct mu_doc_element *element, struct mu_rule *rule)
{
    int operation = word_read(reader, element, "operation",
                              "lt lte gt gte eq ne defined not_defined");
    int type =
        word_read(reader, element, "type", "string integer number version");
    int source =
        word_read(reader, element, "value-source", "literal param meta");
    const char *attribute = mu_config_reader_text(reader, element, "attribute");

    if (!attribute || operation < 0) {
        return;
    }
    rule->type = MU_RULE_ATTRIBUTE;
    rule->attribute = attribute;
    rule->value = mu_config_reader_text(reader, element, "value");
    rule->operation = (enum mu_rule_operation)operation;
    rule->value_type =
        type < 0 ? MU_RULE_VALUE_DEFAULT : (enum mu_rule_value_type)(type + 1);
    rule->source =
        source < 0 ? MU_RULE_SOURCE_LITERAL : (enum mu_rule_source)source;
    rule->needs_node = true;
    if (!rule->value && operation < MU_RULE_DEFINED) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"value\" is missing");
    }
}

/* Returns the position in 'words' of the attribute's value, or -1. */
static int
word_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          const char *name, const char *words)
{
    const char *value = mu_doc_get(element, name);
    int position = 0;

    if (!value) {
        return -1;
    }
    while (*words) {
        char word[16];
        size_t length = strcspn(words, " ");

        mu_assert(length < sizeof(word));
        memcpy(word, words, length);
        word[length] = '\0';
        if (mu_text_casecmp(word, value) == 0) {
            return position;
        }
        words += length;
        words += *words == ' ';
        position++;
    }
    mu_config_reader_reject(reader, element, -EBADMSG, "%s \"%s\" is not known",
                            name, value);
    return -1;
}

static void
date_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          struct mu_rule *rule)
{
    enum { IN_RANGE, GT, LT, DATE_SPEC };
    int operation =
        word_read(reader, element, "operation", "in_range gt lt date_spec");
    int64_t point_s;

    if (operation < 0 && mu_doc_get(element, "operation")) {
        return;
    }
    rule->start_s = INT64_MIN;
    rule->stop_s = INT64_MAX;
    if (operation == GT && point_read(reader, element, "start", &point_s)) {
        rule->type = MU_RULE_DATE_RANGE;
        rule->start_s = point_s + 1;
    } else if (operation == LT &&
               point_read(reader, element, "end", &point_s)) {
        rule->type = MU_RULE_DATE_RANGE;
        rule->stop_s = point_s;
    } else if (operation == DATE_SPEC) {
        const struct mu_doc_element *spec =
            mu_doc_first_named(element, "date_spec");

        if (spec) {
            spec_read(reader, spec, rule);
        } else {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "element \"date_spec\" is missing");
        }
    } else if (operation == IN_RANGE || operation < 0) {
        range_read(reader, element, rule);
    }
}

static bool
point_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, const char *name,
           int64_t *ret_s)
{
    const char *value = mu_doc_get(element, name);

    if (!value) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"%s\" is missing", name);
        return false;
    }
    if (mu_rule_date_parse(value, ret_s) < 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "%s \"%s\" is not a date such as "
                                "2026-11-21 19:38:16Z",
                                name, value);
        return false;
    }
    return true;
}

static void
range_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, struct mu_rule *rule)
{
    const struct mu_doc_element *duration =
        mu_doc_first_named(element, "duration");
    bool has_start = mu_doc_get(element, "start") &&
                     point_read(reader, element, "start", &rule->start_s);
    bool has_end = mu_doc_get(element, "end") &&
                   point_read(reader, element, "end", &rule->stop_s);

    if (!has_start && !has_end) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "a range needs start or end");
        return;
    }
    rule->type = MU_RULE_DATE_RANGE;
    if (!has_end && has_start && duration) {
        rule->stop_s = duration_end(reader, duration, rule->start_s);
        has_end = true;
    }
    if (has_end) {
        rule->stop_s++; /* The end itself is in the range. */
    }
}

static int64_t
duration_end(struct mu_config_reader *reader,
             const struct mu_doc_element *element, int64_t start_s)
{
    struct mu_rule_duration duration = {0};
    const struct {
        const char *name;
        int64_t *number;
    } rows[] = {
        {"years", &duration.years},     {"months", &duration.months},
        {"weeks", &duration.weeks},     {"days", &duration.days},
        {"hours", &duration.hours},     {"minutes", &duration.minutes},
        {"seconds", &duration.seconds},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = mu_doc_get(element, rows[i].name);
        int64_t number;

        if (!value) {
            continue;
        }
        if (mu_text_parse_int64(value, &number) < 0 ||
            number > DURATION_NUMBER_MAX || number < -DURATION_NUMBER_MAX) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "%s \"%s\" is not a number", rows[i].name,
                                    value);
            continue;
        }
        *rows[i].number = number;
    }
    return mu_rule_date_add(start_s, &duration);
}

static void
spec_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          struct mu_rule *rule)
{
    static const char *const names[MU_RULE_FIELDS_COUNT] = {
        [MU_RULE_YEARS] = "years",       [MU_RULE_WEEKYEARS] = "weekyears",
        [MU_RULE_MONTHS] = "months",     [MU_RULE_WEEKS] = "weeks",
        [MU_RULE_YEARDAYS] = "yeardays", [MU_RULE_MONTHDAYS] = "monthdays",
        [MU_RULE_WEEKDAYS] = "weekdays", [MU_RULE_HOURS] = "hours",
        [MU_RULE_MINUTES] = "minutes",   [MU_RULE_SECONDS] = "seconds",
    };

    rule->type = MU_RULE_DATE_SPEC;
    for (unsigned i = 0; i < MU_RULE_FIELDS_COUNT; i++) {
        const char *value = mu_doc_get(element, names[i]);

        if (value && !field_parse(value, &rule->fields[i])) {
            rule->fields[i].is_set = false;
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "%s \"%s\" is not a number or a range such "
                                    "as 9-16",
                                    names[i], value);
        }
    }
}

/* Reads 5, 3-7, 3- or -7. */
static bool
field_parse(const char *text, struct mu_rule_range *ret_range)
{
    const char *dash = strchr(text, '-');
    char number[24];

    ret_range->is_set = true;
    ret_range->low = INT64_MIN;
    ret_range->high = INT64_MAX;
    if (!dash) {
        bool is_number = *text >= '0' && *text <= '9' &&
                         mu_text_parse_int64(text, &ret_range->low) == 0;

        ret_range->high = ret_range->low;
        return is_number;
    }
    if ((dash == text && !dash[1]) || (size_t)(dash - text) >= sizeof(number)) {
        return false;
    }
    memcpy(number, text, (size_t)(dash - text));
    number[dash - text] = '\0';
    return (!*number || mu_text_parse_int64(number, &ret_range->low) == 0) &&
           (!dash[1] || (dash[1] != '-' && dash[1] != '+' &&
                         mu_text_parse_int64(dash + 1, &ret_range->high) == 0));
}

static void
resource_read(struct mu_config_reader *reader,
              const struct mu_doc_element *element, struct mu_rule *rule)
{
    rule->type = MU_RULE_RESOURCE;
    rule->agent_class = mu_config_reader_text(reader, element, "class");
    rule->agent_provider = mu_config_reader_text(reader, element, "provider");
    rule->agent_type = mu_config_reader_text(reader, element, "type");
}

static void
op_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
        struct mu_rule *rule)
{
    const char *interval = mu_doc_get(element, "interval");
    const char *name = mu_config_reader_text(reader, element, "name");

    if (interval && *interval) {
        if (mu_text_parse_duration(interval, &rule->interval_ms) < 0) {
            mu_config_reader_judge(reader, element, "interval",
                                   MU_OPTION_DURATION, NULL);
            return;
        }
        rule->has_interval = true;
    }
    if (name) {
        rule->type = MU_RULE_OP;
        rule->op_name = name;
    }
}
