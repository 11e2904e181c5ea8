/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a statement: taking them, and what kinds of them there are. */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "crm/grammar.h"

enum { SENTENCE_SIZE_MAX = 400 };

const struct mu_word *
mu_grammar_peek(const struct mu_grammar *grammar)
{
    const struct mu_statement *statement = grammar->statement;

    if (grammar->position < statement->words_count) {
        return &statement->words[grammar->position];
    }
    return &statement->last;
}

const struct mu_word *
mu_grammar_take(struct mu_grammar *grammar)
{
    const struct mu_word *word = mu_grammar_peek(grammar);

    if (mu_grammar_is_end(grammar)) {
        return NULL;
    }
    grammar->position++;
    return word;
}

bool
mu_grammar_is_end(const struct mu_grammar *grammar)
{
    return grammar->position >= grammar->statement->words_count;
}

bool
mu_grammar_accept(struct mu_grammar *grammar, const char *keyword)
{
    if (mu_grammar_is_end(grammar) ||
        mu_text_casecmp(mu_grammar_peek(grammar)->text, keyword) != 0) {
        return false;
    }
    grammar->position++;
    return true;
}

int
mu_grammar_expected(struct mu_grammar *grammar, const char *expected,
                    const char *const *candidates)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    size_t count = 0;
    int r;

    if (mu_grammar_is_end(grammar)) {
        return mu_grammar_fail(grammar, word, "expected %s here", expected);
    }
    r = mu_grammar_fail(grammar, word, "expected %s, found \"%.80s\"", expected,
                        word->text);
    while (candidates && candidates[count]) {
        count++;
    }
    if (count > 0) {
        mu_report_suggest(grammar->report, word->text, candidates, count);
    }
    return r;
}

int
mu_grammar_fail(struct mu_grammar *grammar, const struct mu_word *word,
                const char *format, ...)
{
    char sentence[SENTENCE_SIZE_MAX];
    va_list args;

    va_start(args, format);
    (void)mu_text_vformat(sentence, sizeof(sentence), format, args);
    va_end(args);
    return mu_report_error(grammar->report, MU_REPORT_REASON_SYNTAX, word, "%s",
                           sentence);
}

int
mu_grammar_take_id(struct mu_grammar *grammar, const char *what,
                   const struct mu_word **ret_word)
{
    const struct mu_word *word = mu_grammar_take(grammar);

    if (!word) {
        return mu_grammar_fail(grammar, mu_grammar_peek(grammar),
                               "expected the id of the %s here", what);
    }
    if (!mu_text_is_id(word->text)) {
        return mu_report_error(
            grammar->report, MU_REPORT_REASON_NAME, word,
            "\"%.80s\" is no valid id: letters, digits, '-', '_' and '.', not "
            "beginning with a digit",
            word->text);
    }
    *ret_word = word;
    return 0;
}

const char *
mu_grammar_option(const struct mu_word *word, const char *name)
{
    const char *equals = strchr(word->text, '=');
    const char *text = word->text;

    if (!equals) {
        return NULL;
    }
    while (text < equals && *name) {
        char c =
            *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

        if (c != *name) {
            return NULL;
        }
        text++;
        name++;
    }
    return text == equals && !*name ? equals + 1 : NULL;
}

void
mu_grammar_description(struct mu_grammar *grammar, struct mu_element *element)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *text = mu_grammar_option(word, "description");

    if (text) {
        mu_element_set_by(grammar->arena, element, "description", text, word);
        grammar->position++;
    }
}

const char *
mu_grammar_match(const char *text, const char *const *list)
{
    for (; list && *list; list++) {
        if (mu_text_casecmp(text, *list) == 0) {
            return *list;
        }
    }
    return NULL;
}

const char *
mu_grammar_role(const struct mu_grammar *grammar, const char *text)
{
    static const char *const roles[] = {"Started",    "Stopped", "Promoted",
                                        "Unpromoted", "Master",  "Slave",
                                        NULL};
    const char *role = mu_grammar_match(text, roles);

    if (role && !grammar->options->has_promoted) {
        if (strcmp(role, "Promoted") == 0) {
            return "Master";
        }
        if (strcmp(role, "Unpromoted") == 0) {
            return "Slave";
        }
    }
    return role;
}

const char *
mu_grammar_score(struct mu_grammar *grammar, const char *text)
{
    static const char *const infinities[] = {"inf", "infinity", "INF",
                                             "INFINITY"};
    size_t sign = strspn(text, "+-");

    if (mu_text_casecmp(text, "advisory") == 0) {
        return "0";
    }
    if (mu_text_casecmp(text, "mandatory") == 0) {
        return "INFINITY";
    }
    if (sign > 1) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(infinities) / sizeof(infinities[0]); i++) {
        if (strcmp(text + sign, infinities[i]) == 0) {
            return mu_text_make(grammar->arena, "%.*sINFINITY", (int)sign,
                                text);
        }
    }
    if (text[sign] && !text[sign + strspn(text + sign, "0123456789")]) {
        return text;
    }
    return NULL;
}

bool
mu_grammar_bool(const char *text, bool *ret_value)
{
    static const char *const yes[] = {"true", "yes", "on", NULL};
    static const char *const no[] = {"false", "no", "off", NULL};

    if (mu_grammar_match(text, yes)) {
        *ret_value = true;
        return true;
    }
    if (mu_grammar_match(text, no)) {
        *ret_value = false;
        return true;
    }
    return false;
}

const char *
mu_grammar_label(struct mu_grammar *grammar)
{
    const char *text = mu_grammar_peek(grammar)->text;
    size_t length = strlen(text);

    if (length < 2 || text[length - 1] != ':') {
        return NULL;
    }
    grammar->position++;
    return mu_arena_strndup(grammar->arena, text, length - 1);
}
