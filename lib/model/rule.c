/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/rule.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/rule_date.h"
#include "model/rule_private.h"

enum {
    /* A date_spec that holds is followed this many steps ahead at most. */
    SPEC_STEPS_MAX = 4096,
    /* One that does not is looked for this many days, months or the like. */
    SPEC_SEARCH_MAX = 20000,
};

struct part { /* A number within text. */
    const char *text;
    size_t length;
};

static bool rule_evaluate(const struct mu_rule *rule,
                          const struct mu_rule_input *input,
                          struct mu_instant *next, unsigned depth);
static int64_t end_find(const struct mu_rule *rule, unsigned depth);
static bool parts_evaluate(const struct mu_rule *rule,
                           const struct mu_rule_input *input,
                           struct mu_instant *next, unsigned depth);
static bool attribute_evaluate(const struct mu_rule *rule,
                               const struct mu_rule_input *input);
static bool is_expanded(const char *attribute,
                        const struct mu_rule_input *input, char *ret_name,
                        size_t size);
static const char *reference_of(const struct mu_rule *rule,
                                const struct mu_rule_input *input);
static int value_cmp(const struct mu_rule *rule, const char *actual,
                     const char *reference);
static bool integer_read(const char *text, int64_t *ret_value);
static bool number_split(const char *text, bool *ret_is_negative,
                         struct part *ret_whole, struct part *ret_fraction);
static int number_cmp(const char *a, const char *b, bool *ret_is_valid);
static int part_cmp(const struct part *a, const struct part *b,
                    bool is_fraction);
static int version_cmp(const char *a, const char *b);
static bool range_evaluate(const struct mu_rule *rule, int64_t now_s,
                           struct mu_instant *next);
static bool spec_evaluate(const struct mu_rule *rule, int64_t now_s,
                          struct mu_instant *next);
static enum mu_rule_field spec_mismatch(const struct mu_rule *rule,
                                        const struct mu_rule_date *date);
static int64_t field_value(const struct mu_rule_date *date,
                           enum mu_rule_field field);
static int64_t field_next(int64_t at_s, enum mu_rule_field field);
static int64_t spec_end(const struct mu_rule *rule, int64_t now_s);
static int64_t spec_begin(const struct mu_rule *rule, int64_t now_s);
static bool resource_evaluate(const struct mu_rule *rule,
                              const struct mu_rule_input *input);
static bool op_evaluate(const struct mu_rule *rule,
                        const struct mu_rule_input *input);
static void next_lower(struct mu_instant *next, int64_t at_s);
static int64_t seconds_of(int64_t ms);

bool
mu_rule_is_true(const struct mu_rule *rule, const struct mu_rule_input *input,
                struct mu_instant *next)
{
    return !rule || rule_evaluate(rule, input, next, 0);
}

bool
mu_rule_needs_node(const struct mu_rule *rule)
{
    return rule && rule->needs_node;
}

int64_t
mu_rule_end_ms(const struct mu_rule *rule)
{
    return rule ? end_find(rule, 0) : INT64_MAX;
}

/* Of parts that must all hold the first end counts, of others the last.
 * Recursion is bounded by the reader of rules. */
static int64_t
end_find(const struct mu_rule *rule, unsigned depth)
{
    int64_t end_ms = rule->is_or ? INT64_MIN : INT64_MAX;

    mu_assert(depth <= MU_RULES_DEPTH_MAX);
    if (rule->type == MU_RULE_DATE_RANGE) {
        return rule->stop_s < INT64_MAX / 1000 ? rule->stop_s * 1000
                                               : INT64_MAX;
    }
    if (rule->type != MU_RULE_RULE || rule->parts_count == 0) {
        return INT64_MAX;
    }
    for (uint32_t i = 0; i < rule->parts_count; i++) {
        int64_t its_ms = end_find(rule->parts[i], depth + 1);

        if (rule->is_or ? its_ms > end_ms : its_ms < end_ms) {
            end_ms = its_ms;
        }
    }
    return end_ms;
}

const char *
mu_rule_node(const struct mu_rule *rule)
{
    if (!rule || rule->type != MU_RULE_RULE ||
        (rule->is_or && rule->parts_count > 1)) {
        return NULL;
    }
    for (uint32_t i = 0; i < rule->parts_count; i++) {
        const struct mu_rule *part = rule->parts[i];

        if (part->type == MU_RULE_ATTRIBUTE &&
            part->operation == MU_RULE_EQ &&
            part->source == MU_RULE_SOURCE_LITERAL &&
            strcmp(part->attribute, "#uname") == 0) {
            return part->value;
        }
    }
    return NULL;
}

bool
mu_rule_is_or(const struct mu_rule *rule)
{
    return rule->is_or;
}

/* Recursion is bounded by the reader of rules. */
static bool
rule_evaluate(const struct mu_rule *rule, const struct mu_rule_input *input,
              struct mu_instant *next, unsigned depth)
{
    mu_assert(depth <= MU_RULES_DEPTH_MAX);
    switch (rule->type) {
    case MU_RULE_NEVER:
        return false;
    case MU_RULE_RULE:
        return parts_evaluate(rule, input, next, depth);
    case MU_RULE_ATTRIBUTE:
        return attribute_evaluate(rule, input);
    case MU_RULE_DATE_RANGE:
        return range_evaluate(rule, seconds_of(input->now_ms), next);
    case MU_RULE_DATE_SPEC:
        return spec_evaluate(rule, seconds_of(input->now_ms), next);
    case MU_RULE_RESOURCE:
        return resource_evaluate(rule, input);
    case MU_RULE_OP:
        return op_evaluate(rule, input);
    }
    mu_unreachable();
}

/* All parts are looked at even when the answer is known, so that 'next' does
 * not depend on their order. */
static bool
parts_evaluate(const struct mu_rule *rule, const struct mu_rule_input *input,
               struct mu_instant *next, unsigned depth)
{
    bool is_all = true;
    bool is_any = false;

    for (uint32_t i = 0; i < rule->parts_count; i++) {
        if (rule_evaluate(rule->parts[i], input, next, depth + 1)) {
            is_any = true;
        } else {
            is_all = false;
        }
    }
    return rule->is_or ? is_any : is_all;
}

static bool
attribute_evaluate(const struct mu_rule *rule,
                   const struct mu_rule_input *input)
{
    char expanded[MU_NAME_SIZE_MAX];
    const char *name = rule->attribute;
    const char *reference = reference_of(rule, input);
    const char *actual = NULL;
    int order;

    if (is_expanded(rule->attribute, input, expanded, sizeof(expanded))) {
        name = expanded;
    }
    if (input->node_lookup) {
        actual = input->node_lookup(input->node_context, name);
    }
    if (rule->operation == MU_RULE_DEFINED) {
        return actual;
    }
    if (rule->operation == MU_RULE_NOT_DEFINED) {
        return !actual;
    }
    if (!actual || !reference) {
        bool is_same = !actual && !reference;

        return (rule->operation == MU_RULE_EQ && is_same) ||
               (rule->operation == MU_RULE_NE && !is_same);
    }
    order = value_cmp(rule, actual, reference);
    switch (rule->operation) {
    case MU_RULE_LT:
        return order < 0;
    case MU_RULE_LTE:
        return order <= 0;
    case MU_RULE_GT:
        return order > 0;
    case MU_RULE_GTE:
        return order >= 0;
    case MU_RULE_EQ:
        return order == 0;
    case MU_RULE_NE:
        return order != 0;
    case MU_RULE_DEFINED:
    case MU_RULE_NOT_DEFINED:
        break;
    }
    mu_unreachable();
}

/* Replaces %0 to %9 by the submatches. Returns false when nothing is to be
 * replaced. A name that becomes too long is cut, and then found nowhere. */
static bool
is_expanded(const char *attribute, const struct mu_rule_input *input,
            char *ret_name, size_t size)
{
    size_t length = 0;

    if (!input->matches || !strchr(attribute, '%')) {
        return false;
    }
    for (const char *c = attribute; *c && length + 1 < size; c++) {
        const char *match = NULL;

        if (c[0] != '%' || c[1] < '0' || c[1] > '9') {
            ret_name[length++] = *c;
            continue;
        }
        c++;
        if ((unsigned)(*c - '0') < input->matches_count) {
            match = input->matches[*c - '0'];
        }
        for (; match && *match && length + 1 < size; match++) {
            ret_name[length++] = *match;
        }
    }
    ret_name[length] = '\0';
    return true;
}

void
mu_rule_attribute_name(const struct mu_rule *rule,
                       const struct mu_rule_input *input, char *ret_name,
                       size_t size)
{
    if (!is_expanded(rule->attribute, input, ret_name, size)) {
        (void)mu_text_format(ret_name, size, "%s", rule->attribute);
    }
}

static const char *
reference_of(const struct mu_rule *rule, const struct mu_rule_input *input)
{
    mu_rule_lookup *lookup = NULL;

    if (!rule->value || !*rule->value) {
        return NULL;
    }
    switch (rule->source) {
    case MU_RULE_SOURCE_LITERAL:
        return rule->value;
    case MU_RULE_SOURCE_PARAM:
        lookup = input->params_lookup;
        break;
    case MU_RULE_SOURCE_META:
        lookup = input->meta_lookup;
        break;
    }
    return lookup ? lookup(input->resource_context, rule->value) : NULL;
}

static int
value_cmp(const struct mu_rule *rule, const char *actual, const char *reference)
{
    enum mu_rule_value_type type = rule->value_type;
    bool is_order =
        rule->operation != MU_RULE_EQ && rule->operation != MU_RULE_NE;
    int64_t left;
    int64_t right;
    bool is_valid = false;
    int order;

    if (type == MU_RULE_VALUE_DEFAULT && is_order) {
        type = strchr(actual, '.') || strchr(reference, '.')
                   ? MU_RULE_VALUE_NUMBER
                   : MU_RULE_VALUE_INTEGER;
    }
    switch (type) {
    case MU_RULE_VALUE_INTEGER:
        if (integer_read(actual, &left) && integer_read(reference, &right)) {
            return left < right ? -1 : left > right;
        }
        break;
    case MU_RULE_VALUE_NUMBER:
        order = number_cmp(actual, reference, &is_valid);
        if (is_valid) {
            return order;
        }
        break;
    case MU_RULE_VALUE_VERSION:
        return version_cmp(actual, reference);
    case MU_RULE_VALUE_DEFAULT:
    case MU_RULE_VALUE_STRING:
        break;
    }
    return mu_text_casecmp(actual, reference);
}

/* Reads the integer that the text begins with: "3.4" counts as 3, as existing
 * rules have it. Saturates. */
static bool
integer_read(const char *text, int64_t *ret_value)
{
    bool is_negative = *text == '-';
    int64_t value = 0;

    text += *text == '-' || *text == '+';
    if (*text < '0' || *text > '9') {
        return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value)) {
            value = INT64_MAX;
            break;
        }
    }
    *ret_value = is_negative ? -value : value;
    return true;
}

/* Numbers are compared digit by digit: exact, and the same on every machine.
 * Zeros that do not count are cut off. */
static bool
number_split(const char *text, bool *ret_is_negative, struct part *ret_whole,
             struct part *ret_fraction)
{
    const char *digits = "0123456789";
    size_t digits_count;

    *ret_is_negative = *text == '-';
    text += *text == '-' || *text == '+';
    ret_whole->length = strspn(text, digits);
    ret_whole->text = text;
    digits_count = ret_whole->length;
    text += ret_whole->length;
    text += *text == '.';
    ret_fraction->length = strspn(text, digits);
    ret_fraction->text = text;
    digits_count += ret_fraction->length;
    if (digits_count == 0) {
        return false;
    }
    while (ret_whole->length > 0 && ret_whole->text[0] == '0') {
        ret_whole->text++;
        ret_whole->length--;
    }
    while (ret_fraction->length > 0 &&
           ret_fraction->text[ret_fraction->length - 1] == '0') {
        ret_fraction->length--;
    }
    return true;
}

static int
number_cmp(const char *a, const char *b, bool *ret_is_valid)
{
    struct part whole[2];
    struct part fraction[2];
    bool is_negative[2];
    bool is_zero[2];
    int order;

    *ret_is_valid = number_split(a, &is_negative[0], &whole[0], &fraction[0]) &&
                    number_split(b, &is_negative[1], &whole[1], &fraction[1]);
    if (!*ret_is_valid) {
        return 0;
    }
    for (unsigned i = 0; i < 2; i++) {
        is_zero[i] = whole[i].length == 0 && fraction[i].length == 0;
        is_negative[i] = is_negative[i] && !is_zero[i];
    }
    if (is_negative[0] != is_negative[1]) {
        return is_negative[0] ? -1 : 1;
    }
    order = part_cmp(&whole[0], &whole[1], false);
    if (order == 0) {
        order = part_cmp(&fraction[0], &fraction[1], true);
    }
    return is_negative[0] ? -order : order;
}

static int
part_cmp(const struct part *a, const struct part *b, bool is_fraction)
{
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order;

    if (!is_fraction && a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    order = strncmp(a->text, b->text, shorter);
    if (order == 0 && a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    return order;
}

/* Compares number by number; whatever stands between them separates, and a
 * missing number is less than any. */
static int
version_cmp(const char *a, const char *b)
{
    while (*a || *b) {
        struct part left = {a, strspn(a, "0123456789")};
        struct part right = {b, strspn(b, "0123456789")};
        int order;

        a += left.length;
        b += right.length;
        while (left.length > 1 && *left.text == '0') {
            left.text++;
            left.length--;
        }
        while (right.length > 1 && *right.text == '0') {
            right.text++;
            right.length--;
        }
        order = part_cmp(&left, &right, false);
        if (order != 0) {
            return order;
        }
        a += strcspn(a, "0123456789");
        b += strcspn(b, "0123456789");
    }
    return 0;
}

static bool
range_evaluate(const struct mu_rule *rule, int64_t now_s,
               struct mu_instant *next)
{
    if (now_s < rule->start_s) {
        next_lower(next, rule->start_s);
        return false;
    }
    if (now_s < rule->stop_s) {
        next_lower(next, rule->stop_s);
        return true;
    }
    return false;
}

static bool
spec_evaluate(const struct mu_rule *rule, int64_t now_s,
              struct mu_instant *next)
{
    struct mu_rule_date date;
    bool is_true;

    mu_rule_date_from(now_s, &date);
    is_true = spec_mismatch(rule, &date) == MU_RULE_FIELDS_COUNT;
    if (next) {
        next_lower(next,
                   is_true ? spec_end(rule, now_s) : spec_begin(rule, now_s));
    }
    return is_true;
}

/* Returns the coarsest field that does not fit, or FIELDS_COUNT. */
static enum mu_rule_field
spec_mismatch(const struct mu_rule *rule, const struct mu_rule_date *date)
{
    enum mu_rule_field field;

    for (field = MU_RULE_YEARS; field < MU_RULE_FIELDS_COUNT; field++) {
        const struct mu_rule_range *range = &rule->fields[field];
        int64_t value = field_value(date, field);

        if (range->is_set && (value < range->low || value > range->high)) {
            break;
        }
    }
    return field;
}

static int64_t
field_value(const struct mu_rule_date *date, enum mu_rule_field field)
{
    switch (field) {
    case MU_RULE_YEARS:
        return date->year;
    case MU_RULE_WEEKYEARS:
        return date->week_year;
    case MU_RULE_MONTHS:
        return date->month;
    case MU_RULE_WEEKS:
        return date->week;
    case MU_RULE_YEARDAYS:
        return date->year_day;
    case MU_RULE_MONTHDAYS:
        return date->month_day;
    case MU_RULE_WEEKDAYS:
        return date->week_day;
    case MU_RULE_HOURS:
        return date->hour;
    case MU_RULE_MINUTES:
        return date->minute;
    case MU_RULE_SECONDS:
        return date->second;
    case MU_RULE_FIELDS_COUNT:
        break;
    }
    mu_unreachable();
}

/* Returns when 'field' can have another value at the earliest. */
static int64_t
field_next(int64_t at_s, enum mu_rule_field field)
{
    struct mu_rule_date date;

    mu_rule_date_from(at_s, &date);
    switch (field) {
    case MU_RULE_YEARS:
        return mu_rule_date_day(date.year + 1, 1, 1);
    case MU_RULE_MONTHS:
        return mu_rule_date_day(date.year, date.month + 1, 1);
    case MU_RULE_WEEKYEARS:
    case MU_RULE_WEEKS:
        return mu_rule_date_day(date.year, date.month,
                                date.month_day + 8 - date.week_day);
    case MU_RULE_YEARDAYS:
    case MU_RULE_MONTHDAYS:
    case MU_RULE_WEEKDAYS:
        return mu_rule_date_day(date.year, date.month, date.month_day + 1);
    case MU_RULE_HOURS:
        return at_s - date.minute * 60 - date.second + 3600;
    case MU_RULE_MINUTES:
        return at_s - date.second + 60;
    case MU_RULE_SECONDS:
        return at_s + 1;
    case MU_RULE_FIELDS_COUNT:
        break;
    }
    mu_unreachable();
}

/* Returns when the date_spec, which holds, may stop to hold: only the finest
 * field that it names has to be followed. */
static int64_t
spec_end(const struct mu_rule *rule, int64_t now_s)
{
    enum mu_rule_field field = MU_RULE_FIELDS_COUNT;
    struct mu_rule_date date;
    int64_t at_s = now_s;

    for (enum mu_rule_field i = MU_RULE_YEARS; i < MU_RULE_FIELDS_COUNT; i++) {
        if (rule->fields[i].is_set) {
            field = i;
        }
    }
    if (field == MU_RULE_FIELDS_COUNT) {
        return INT64_MAX;
    }
    for (unsigned i = 0; i < SPEC_STEPS_MAX; i++) {
        at_s = field_next(at_s, field);
        mu_rule_date_from(at_s, &date);
        if (date.year > MU_RULE_DATE_YEAR_MAX) {
            return INT64_MAX;
        }
        if (spec_mismatch(rule, &date) != MU_RULE_FIELDS_COUNT) {
            break;
        }
    }
    return at_s;
}

/* Returns when the date_spec, which does not hold, will: the coarsest field
 * that does not fit cannot fit before it changes. */
static int64_t
spec_begin(const struct mu_rule *rule, int64_t now_s)
{
    struct mu_rule_date date;
    int64_t at_s = now_s;

    for (unsigned i = 0; i < SPEC_SEARCH_MAX; i++) {
        enum mu_rule_field field;

        mu_rule_date_from(at_s, &date);
        field = spec_mismatch(rule, &date);
        if (field == MU_RULE_FIELDS_COUNT) {
            return at_s;
        }
        if (date.year > MU_RULE_DATE_YEAR_MAX ||
            (field == MU_RULE_YEARS &&
             date.year > rule->fields[MU_RULE_YEARS].high)) {
            return INT64_MAX;
        }
        at_s = field_next(at_s, field);
    }
    return at_s;
}

static bool
resource_evaluate(const struct mu_rule *rule, const struct mu_rule_input *input)
{
    const char *const pairs[][2] = {
        {rule->agent_class, input->agent_class},
        {rule->agent_provider, input->agent_provider},
        {rule->agent_type, input->agent_type},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][0] &&
            (!pairs[i][1] || strcmp(pairs[i][0], pairs[i][1]) != 0)) {
            return false;
        }
    }
    return true;
}

static bool
op_evaluate(const struct mu_rule *rule, const struct mu_rule_input *input)
{
    return input->op_name && strcmp(rule->op_name, input->op_name) == 0 &&
           (!rule->has_interval || rule->interval_ms == input->op_interval_ms);
}

static void
next_lower(struct mu_instant *next, int64_t at_s)
{
    if (next && at_s < INT64_MAX / 1000 && at_s * 1000 < next->ms) {
        next->ms = at_s * 1000;
    }
}

static int64_t
seconds_of(int64_t ms)
{
    return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}
