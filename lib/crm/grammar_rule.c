/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules: when does a score or a set of options hold? */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "crm/grammar.h"

static int rule_head_parse(struct mu_grammar *grammar, struct mu_element *rule);
static int expression_parse(struct mu_grammar *grammar,
                            struct mu_element *rule);
static int presence_parse(struct mu_grammar *grammar, struct mu_element *rule,
                          const char *operation);
static int comparison_parse(struct mu_grammar *grammar,
                            struct mu_element *rule);
static const char *comparison_value(struct mu_grammar *grammar,
                                    struct mu_element *expression,
                                    const char *text);
static int date_parse(struct mu_grammar *grammar, struct mu_element *rule);
static int date_compare_parse(struct mu_grammar *grammar,
                              struct mu_element *date, const char *limit);
static int date_range_parse(struct mu_grammar *grammar,
                            struct mu_element *date);
static int units_parse(struct mu_grammar *grammar, struct mu_element *parent,
                       const char *tag);
static const char *unit_match(const struct mu_word *word);

int
mu_grammar_rule(struct mu_grammar *grammar, struct mu_element *parent)
{
    struct mu_element *rule = mu_element_add(grammar->arena, parent, "rule");
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *reference = mu_grammar_option(word, "$id-ref");
    const char *operation = NULL;
    int r;

    if (reference && *reference) {
        mu_element_set_by(grammar->arena, rule, "id-ref", reference, word);
        grammar->position++;
        return 0;
    }
    r = rule_head_parse(grammar, rule);
    if (r < 0) {
        return r;
    }
    for (;;) {
        r = expression_parse(grammar, rule);
        if (r < 0) {
            return r;
        }
        word = mu_grammar_peek(grammar);
        if (mu_grammar_accept(grammar, "and")) {
            r = operation && strcmp(operation, "or") == 0;
            operation = "and";
        } else if (mu_grammar_accept(grammar, "or")) {
            r = operation && strcmp(operation, "and") == 0;
            operation = "or";
        } else {
            break;
        }
        if (r) {
            return mu_grammar_fail(grammar, word,
                                   "\"and\" and \"or\" cannot be mixed in one "
                                   "rule: write two rules");
        }
    }
    if (operation && strcmp(operation, "or") == 0) {
        mu_element_set(grammar->arena, rule, "boolean-op", operation);
    }
    return 0;
}

static int
rule_head_parse(struct mu_grammar *grammar, struct mu_element *rule)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *text = mu_grammar_option(word, "$id");
    const char *score;

    if (text) {
        if (!mu_text_is_id(text)) {
            return mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                                   "\"%.80s\" is no valid id", text);
        }
        mu_element_set_by(grammar->arena, rule, "id", text, word);
        grammar->position++;
        word = mu_grammar_peek(grammar);
    }
    text = mu_grammar_option(word, "$role");
    text = text ? text : mu_grammar_option(word, "role");
    if (text) {
        const char *role = mu_grammar_role(grammar, text);

        if (!role) {
            return mu_grammar_fail(grammar, word, "\"%.80s\" is no role", text);
        }
        mu_element_set_by(grammar->arena, rule, "role", role, word);
        grammar->position++;
        word = mu_grammar_peek(grammar);
    }
    text = mu_grammar_label(grammar);
    if (!text) {
        mu_element_set(grammar->arena, rule, "score", "INFINITY");
        return 0;
    }
    score = mu_grammar_score(grammar, text);
    mu_element_set_by(grammar->arena, rule, score ? "score" : "score-attribute",
                      score ? score : text, word);
    return 0;
}

static int
expression_parse(struct mu_grammar *grammar, struct mu_element *rule)
{
    if (mu_grammar_is_end(grammar)) {
        return mu_grammar_expected(grammar, "an expression", NULL);
    }
    if (mu_grammar_accept(grammar, "defined")) {
        return presence_parse(grammar, rule, "defined");
    }
    if (mu_grammar_accept(grammar, "not_defined")) {
        return presence_parse(grammar, rule, "not_defined");
    }
    if (mu_grammar_accept(grammar, "date")) {
        return date_parse(grammar, rule);
    }
    return comparison_parse(grammar, rule);
}

static int
presence_parse(struct mu_grammar *grammar, struct mu_element *rule,
               const char *operation)
{
    const struct mu_word *word = mu_grammar_take(grammar);
    struct mu_element *expression;

    if (!word) {
        return mu_grammar_expected(grammar, "the name of a node attribute",
                                   NULL);
    }
    expression = mu_element_add(grammar->arena, rule, "expression");
    mu_element_set(grammar->arena, expression, "operation", operation);
    mu_element_set_by(grammar->arena, expression, "attribute", word->text,
                      word);
    return 0;
}

/* NAME [TYPE:]OPERATION VALUE. */
static int
comparison_parse(struct mu_grammar *grammar, struct mu_element *rule)
{
    static const char *const types[] = {"string", "integer", "number",
                                        "version", NULL};
    static const char *const operations[] = {"lt", "gt", "lte", "gte",
                                             "eq", "ne", NULL};
    const struct mu_word *name = mu_grammar_take(grammar);
    struct mu_element *expression =
        mu_element_add(grammar->arena, rule, "expression");
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *colon = strchr(word->text, ':');
    const char *type = NULL;
    const char *operation =
        mu_grammar_match(colon ? colon + 1 : word->text, operations);

    if (colon) {
        type = mu_grammar_match(mu_arena_strndup(grammar->arena, word->text,
                                                 (size_t)(colon - word->text)),
                                types);
    }
    if (!operation || (colon && !type)) {
        return mu_grammar_expected(
            grammar, "a comparison (lt, gt, lte, gte, eq, ne, or TYPE:lt ...)",
            operations);
    }
    grammar->position++;
    mu_element_set_by(grammar->arena, expression, "operation", operation, word);
    mu_element_set_by(grammar->arena, expression, "attribute", name->text,
                      name);
    if (type) {
        mu_element_set_by(grammar->arena, expression, "type", type, word);
    }
    word = mu_grammar_take(grammar);
    if (!word) {
        return mu_grammar_expected(grammar, "a value", NULL);
    }
    mu_element_set_by(grammar->arena, expression, "value",
                      comparison_value(grammar, expression, word->text), word);
    return 0;
}

/* Takes literal{X}, param{X} and meta{X} apart. */
static const char *
comparison_value(struct mu_grammar *grammar, struct mu_element *expression,
                 const char *text)
{
    static const char *const sources[] = {"literal", "param", "meta", NULL};
    const char *brace = strchr(text, '{');
    size_t length = strlen(text);
    const char *source;

    if (!brace || text[length - 1] != '}') {
        return text;
    }
    source = mu_grammar_match(
        mu_arena_strndup(grammar->arena, text, (size_t)(brace - text)),
        sources);
    if (!source) {
        return text;
    }
    if (strcmp(source, "literal") != 0) {
        mu_element_set(grammar->arena, expression, "value-source", source);
    }
    return mu_arena_strndup(grammar->arena, brace + 1,
                            length - (size_t)(brace - text) - 2);
}

static int
date_parse(struct mu_grammar *grammar, struct mu_element *rule)
{
    static const char *const words[] = {"lt",   "gt",        "in", "in_range",
                                        "spec", "date_spec", NULL};
    struct mu_element *date =
        mu_element_add(grammar->arena, rule, "date_expression");
    const char *operation =
        mu_grammar_match(mu_grammar_peek(grammar)->text, words);

    if (!operation) {
        return mu_grammar_expected(grammar, "lt, gt, in or spec", words);
    }
    grammar->position++;
    if (strcmp(operation, "lt") == 0) {
        mu_element_set(grammar->arena, date, "operation", "lt");
        return date_compare_parse(grammar, date, "end");
    }
    if (strcmp(operation, "gt") == 0) {
        mu_element_set(grammar->arena, date, "operation", "gt");
        return date_compare_parse(grammar, date, "start");
    }
    if (strstr(operation, "spec")) {
        mu_element_set(grammar->arena, date, "operation", "date_spec");
        return units_parse(grammar, date, "date_spec");
    }
    mu_element_set(grammar->arena, date, "operation", "in_range");
    return date_range_parse(grammar, date);
}

static int
date_compare_parse(struct mu_grammar *grammar, struct mu_element *date,
                   const char *limit)
{
    const struct mu_word *word = mu_grammar_take(grammar);

    if (!word) {
        return mu_grammar_expected(grammar, "a date", NULL);
    }
    mu_element_set_by(grammar->arena, date, limit, word->text, word);
    return 0;
}

static int
date_range_parse(struct mu_grammar *grammar, struct mu_element *date)
{
    bool has_start = false;
    bool has_end = false;

    while (!has_start || !has_end) {
        const struct mu_word *word = mu_grammar_peek(grammar);
        const char *start = mu_grammar_option(word, "start");
        const char *end = mu_grammar_option(word, "end");

        if (start && !has_start) {
            mu_element_set_by(grammar->arena, date, "start", start, word);
            has_start = true;
        } else if (end && !has_end) {
            mu_element_set_by(grammar->arena, date, "end", end, word);
            has_end = true;
        } else {
            break;
        }
        grammar->position++;
    }
    if (has_start && has_end) {
        return 0;
    }
    if (unit_match(mu_grammar_peek(grammar))) {
        return units_parse(grammar, date, "duration");
    }
    if (has_start || has_end) {
        return 0;
    }
    return mu_grammar_expected(grammar, "start=DATE or end=DATE", NULL);
}

static int
units_parse(struct mu_grammar *grammar, struct mu_element *parent,
            const char *tag)
{
    struct mu_element *units = mu_element_add(grammar->arena, parent, tag);
    const char *unit = unit_match(mu_grammar_peek(grammar));

    if (!unit) {
        return mu_grammar_expected(
            grammar, "a unit such as hours=8-17 or weekdays=1-5", NULL);
    }
    for (; unit; unit = unit_match(mu_grammar_peek(grammar))) {
        const struct mu_word *word = mu_grammar_take(grammar);
        const char *value = strchr(word->text, '=') + 1;

        if (!*value) {
            return mu_grammar_fail(grammar, word, "expected a value: %s=VALUE",
                                   unit);
        }
        mu_element_set_by(grammar->arena, units, unit, value, word);
    }
    return 0;
}

/* Returns the unit that 'word' sets, or null. */
static const char *
unit_match(const struct mu_word *word)
{
    /* Seconds, minutes and yeardays are in the schema and missing in the
     * older shells; the misspelt yearsdays is what those take for it. */
    static const char *const units[] = {
        "hours",   "monthdays", "weekdays", "yearsdays", "yeardays",
        "months",  "weeks",     "years",    "weekyears", "moon",
        "seconds", "minutes",   "days",     NULL};

    for (size_t i = 0; units[i]; i++) {
        if (mu_grammar_option(word, units[i])) {
            return units[i];
        }
    }
    return NULL;
}
