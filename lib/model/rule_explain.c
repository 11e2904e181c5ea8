/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as sentences: what made one hold, or not, with the values it saw. */

#include <inttypes.h>

#include "base/limits.h"
#include "base/panic.h"
#include "model/rule.h"
#include "model/rule_date.h"
#include "model/rule_private.h"

static void part_explain(const struct mu_rule *rule,
                         const struct mu_rule_input *input, unsigned depth,
                         struct mu_text_buffer *text);
static void parts_explain(const struct mu_rule *rule,
                          const struct mu_rule_input *input, unsigned depth,
                          struct mu_text_buffer *text);
static void attribute_explain(const struct mu_rule *rule,
                              const struct mu_rule_input *input, bool is_true,
                              struct mu_text_buffer *text);
static const char *operation_word(enum mu_rule_operation operation,
                                  bool is_true);
static void range_explain(const struct mu_rule *rule, int64_t now_s,
                          struct mu_text_buffer *text);
static void time_add(struct mu_text_buffer *text, const char *before,
                     int64_t at_s);

void
mu_rule_explain(const struct mu_rule *rule, const struct mu_rule_input *input,
                struct mu_text_buffer *text)
{
    part_explain(rule, input, 0, text);
}

/* Recursion is bounded by the reader of rules. */
static void
part_explain(const struct mu_rule *rule, const struct mu_rule_input *input,
             unsigned depth, struct mu_text_buffer *text)
{
    bool is_true = mu_rule_is_true(rule, input, NULL);

    mu_assert(depth <= MU_RULES_DEPTH_MAX);
    switch (rule->type) {
    case MU_RULE_NEVER:
        mu_text_buffer_add(text, "it is invalid");
        return;
    case MU_RULE_RULE:
        parts_explain(rule, input, depth, text);
        return;
    case MU_RULE_ATTRIBUTE:
        attribute_explain(rule, input, is_true, text);
        return;
    case MU_RULE_DATE_RANGE:
        range_explain(rule, input->now_ms / 1000, text);
        return;
    case MU_RULE_DATE_SPEC:
        mu_text_buffer_add(text, "the time %s its date_spec",
                           is_true ? "fits" : "does not fit");
        return;
    case MU_RULE_RESOURCE:
        mu_text_buffer_add(text, "the agent %s",
                           is_true ? "fits" : "does not fit");
        return;
    case MU_RULE_OP:
        mu_text_buffer_add(text, "the operation %s",
                           is_true ? "fits" : "does not fit");
        return;
    }
    mu_unreachable();
}

/* Of parts that must all hold the ones that do not say why it fails; of those
 * of which one is enough the ones that do say why it holds. */
static void
parts_explain(const struct mu_rule *rule, const struct mu_rule_input *input,
              unsigned depth, struct mu_text_buffer *text)
{
    bool is_true = mu_rule_is_true(rule, input, NULL);
    bool is_some = rule->is_or == is_true;
    const char *between = "";

    if (rule->parts_count == 0) {
        mu_text_buffer_add(text, "it has no conditions");
    }
    for (uint32_t i = 0; i < rule->parts_count; i++) {
        if (is_some &&
            mu_rule_is_true(rule->parts[i], input, NULL) != is_true) {
            continue;
        }
        mu_text_buffer_add(text, "%s", between);
        part_explain(rule->parts[i], input, depth + 1, text);
        between = is_some && is_true ? " or " : " and ";
    }
}

static void
attribute_explain(const struct mu_rule *rule, const struct mu_rule_input *input,
                  bool is_true, struct mu_text_buffer *text)
{
    char name[MU_NAME_SIZE_MAX];
    const char *actual;

    mu_rule_attribute_name(rule, input, name, sizeof(name));
    actual = input->node_lookup ? input->node_lookup(input->node_context, name)
                                : NULL;
    if (!actual) {
        mu_text_buffer_add(text, "%s is not set", name);
    } else if (rule->operation == MU_RULE_DEFINED ||
               rule->operation == MU_RULE_NOT_DEFINED || !rule->value) {
        mu_text_buffer_add(text, "%s is set (%s)", name, actual);
    } else {
        const char *word = operation_word(rule->operation, is_true);

        mu_text_buffer_add(text, "%s is %s%s%s%s%s", name, actual,
                           word ? ", " : "", word ? word : "",
                           word ? " " : "", word ? rule->value : "");
    }
}

/* What the comparison came to; null: that they are equal says it. */
static const char *
operation_word(enum mu_rule_operation operation, bool is_true)
{
    static const char *const words[][2] = {
        [MU_RULE_LT] = {"not less than", "less than"},
        [MU_RULE_LTE] = {"more than", "not more than"},
        [MU_RULE_GT] = {"not more than", "more than"},
        [MU_RULE_GTE] = {"less than", "not less than"},
        [MU_RULE_EQ] = {"not", NULL},
        [MU_RULE_NE] = {NULL, "not"},
        [MU_RULE_DEFINED] = {NULL, NULL},
        [MU_RULE_NOT_DEFINED] = {NULL, NULL},
    };

    return words[operation][is_true ? 1 : 0];
}

static void
range_explain(const struct mu_rule *rule, int64_t now_s,
              struct mu_text_buffer *text)
{
    if (rule->start_s != INT64_MIN && now_s < rule->start_s) {
        time_add(text, "it begins", rule->start_s);
    } else if (rule->stop_s != INT64_MAX && now_s >= rule->stop_s) {
        time_add(text, "it ended", rule->stop_s);
    } else if (rule->stop_s != INT64_MAX) {
        time_add(text, "it ends", rule->stop_s);
    } else {
        time_add(text, "it began", rule->start_s);
    }
}

static void
time_add(struct mu_text_buffer *text, const char *before, int64_t at_s)
{
    struct mu_rule_date date;

    mu_rule_date_from(at_s, &date);
    mu_text_buffer_add(text, "%s %04" PRId64 "-%02d-%02d %02d:%02d:%02dZ",
                       before, date.year, date.month, date.month_day, date.hour,
                       date.minute, date.second);
}
