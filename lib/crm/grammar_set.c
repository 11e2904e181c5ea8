/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute lists, and the statements that are little more than one. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "crm/grammar.h"

static int pair_parse(struct mu_grammar *grammar, struct mu_element *set,
                      const char *const *stops);
static int bare_check(struct mu_grammar *grammar, const struct mu_word *word,
                      const char *const *stops);
static bool set_id_parse(struct mu_grammar *grammar, struct mu_element *set);
static int score_parse(struct mu_grammar *grammar, struct mu_element *set);
static int node_name_parse(struct mu_grammar *grammar, struct mu_element *node);
static void children_move(struct mu_element *from, struct mu_element *to);

int
mu_grammar_attributes(struct mu_grammar *grammar, struct mu_element *parent,
                      const char *tag, const char *const *stops)
{
    struct mu_element *set = mu_element_new(grammar->arena, tag);
    int r = mu_grammar_set(grammar, set, stops);

    if (r < 0) {
        return r;
    }
    if (set->first || set->attributes_count > 0) {
        mu_element_append(parent, set);
    }
    return 0;
}

int
mu_grammar_set(struct mu_grammar *grammar, struct mu_element *set,
               const char *const *stops)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *reference = mu_grammar_option(word, "$id-ref");
    int r;

    if (reference) {
        if (!*reference) {
            return mu_grammar_fail(grammar, word,
                                   "expected the id of a set behind $id-ref=");
        }
        mu_element_set_by(grammar->arena, set, "id-ref", reference, word);
        grammar->position++;
        return 0;
    }
    if (!set_id_parse(grammar, set)) {
        return -EBADMSG;
    }
    r = score_parse(grammar, set);
    if (r < 0) {
        return r;
    }
    while (mu_grammar_accept(grammar, "rule")) {
        r = mu_grammar_rule(grammar, set);
        if (r < 0) {
            return r;
        }
    }
    while (!mu_grammar_is_end(grammar) &&
           !mu_grammar_match(mu_grammar_peek(grammar)->text, stops)) {
        r = pair_parse(grammar, set, stops);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* Takes "$id=..." if it comes next. Returns false when the id is none. */
static bool
set_id_parse(struct mu_grammar *grammar, struct mu_element *set)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *id = mu_grammar_option(word, "$id");

    if (!id) {
        return true;
    }
    if (!mu_text_is_id(id)) {
        mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                        "\"%.80s\" is no valid id", id);
        return false;
    }
    mu_element_set_by(grammar->arena, set, "id", id, word);
    grammar->position++;
    return true;
}

static int
score_parse(struct mu_grammar *grammar, struct mu_element *set)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *score;

    if (strchr(word->text, '=')) {
        return 0;
    }
    score = mu_grammar_label(grammar);
    if (score) {
        mu_element_set_by(grammar->arena, set, "score", score, word);
    }
    return 0;
}

/* NAME=VALUE, NAME, $ID[:NAME]=VALUE or @ID[:NAME]. */
static int
pair_parse(struct mu_grammar *grammar, struct mu_element *set,
           const char *const *stops)
{
    const struct mu_word *word = mu_grammar_take(grammar);
    const char *text = word->text;
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    struct mu_element *pair = mu_element_new(grammar->arena, "nvpair");
    const char *name = mu_arena_strndup(grammar->arena, text, length);

    if (*text == '@' || *text == '$') {
        const char *colon = strchr(name, ':');
        const char *id = colon ? mu_arena_strndup(grammar->arena, name + 1,
                                                  (size_t)(colon - name) - 1)
                               : name + 1;

        if (!mu_text_is_id(id) || (colon && !colon[1]) ||
            (*text == '$') != (equals != NULL)) {
            return mu_grammar_fail(
                grammar, word,
                "expected $ID:NAME=VALUE, @ID or NAME=VALUE, "
                "found \"%.80s\"",
                text);
        }
        mu_element_set_by(grammar->arena, pair, *text == '@' ? "id-ref" : "id",
                          id, word);
        name = colon ? colon + 1 : *text == '@' ? NULL : id;
    } else if (!equals) {
        int r = bare_check(grammar, word, stops);

        if (r < 0) {
            return r;
        }
    }
    if (name && (!*name || strchr(name, ':'))) {
        return mu_grammar_fail(grammar, word,
                               "expected NAME=VALUE, found \"%.80s\"", text);
    }
    if (name && mu_element_find_with(set, "nvpair", "name", name)) {
        return mu_grammar_fail(grammar, word, "\"%.80s\" is set twice", name);
    }
    if (name) {
        mu_element_set_by(grammar->arena, pair, "name", name, word);
    }
    if (equals) {
        mu_element_set_by(grammar->arena, pair, "value", equals + 1, word);
    }
    mu_element_append(set, pair);
    return 0;
}

/* A name without a value is allowed, but one that looks like a keyword of this
 * place is a spelling mistake. */
static int
bare_check(struct mu_grammar *grammar, const struct mu_word *word,
           const char *const *stops)
{
    size_t count = 0;
    const char *nearest;

    while (stops && stops[count]) {
        count++;
    }
    nearest = mu_report_nearest(word->text, stops, count);
    if (nearest || strpbrk(word->text, "{}()[]\"'") || !*word->text) {
        int r = mu_grammar_fail(
            grammar, word, "expected NAME=VALUE, found \"%.80s\"", word->text);

        if (count > 0) {
            mu_report_suggest(grammar->report, word->text, stops, count);
        }
        return r;
    }
    return 0;
}

int
mu_grammar_node(struct mu_grammar *grammar, struct mu_element *node)
{
    static const char *const sections[] = {"attributes", "utilization", NULL};
    bool is_first = true;
    int r = node_name_parse(grammar, node);

    if (r < 0) {
        return r;
    }
    mu_grammar_description(grammar, node);
    while (!mu_grammar_is_end(grammar)) {
        if (mu_grammar_accept(grammar, "utilization")) {
            r = mu_grammar_attributes(grammar, node, "utilization", sections);
        } else if (mu_grammar_accept(grammar, "attributes") || is_first) {
            r = mu_grammar_attributes(grammar, node, "instance_attributes",
                                      sections);
        } else {
            r = mu_grammar_expected(grammar, "attributes or utilization",
                                    sections);
        }
        if (r < 0) {
            return r;
        }
        is_first = false;
    }
    return 0;
}

static int
node_name_parse(struct mu_grammar *grammar, struct mu_element *node)
{
    static const char *const types[] = {"normal", "member", "ping", "remote",
                                        NULL};
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *id = mu_grammar_option(word, "$id");
    const char *colon;
    const char *uname;

    if (id) {
        grammar->position++;
    } else {
        id = mu_grammar_label(grammar);
    }
    if (id) {
        if (!*id) {
            return mu_grammar_fail(grammar, word, "expected the id of a node");
        }
        mu_element_set_by(grammar->arena, node, "id", id, word);
    }
    word = mu_grammar_take(grammar);
    if (!word || !*word->text || strchr(word->text, '=')) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(grammar, "the name of a node", NULL);
    }
    uname = word->text;
    colon = strrchr(uname, ':');
    if (colon) {
        const char *type = mu_grammar_match(colon + 1, types);

        if (!type || colon == uname) {
            return mu_grammar_fail(
                grammar, word,
                "expected NAME:TYPE with normal, member, ping or remote");
        }
        uname =
            mu_arena_strndup(grammar->arena, uname, (size_t)(colon - uname));
        if (strcmp(type, "normal") != 0) {
            mu_element_set_by(grammar->arena, node, "type", type, word);
        }
    }
    mu_element_set_by(grammar->arena, node, "uname", uname, word);
    return 0;
}

int
mu_grammar_tag(struct mu_grammar *grammar, struct mu_element *tag)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *name = mu_grammar_label(grammar);
    int r;

    if (!name) {
        r = mu_grammar_take_id(grammar, "tag", &word);
        if (r < 0) {
            return r;
        }
        name = word->text;
    } else if (!mu_text_is_id(name)) {
        return mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                               "\"%.80s\" is no valid id", name);
    }
    mu_element_set_by(grammar->arena, tag, "id", name, word);
    if (mu_grammar_is_end(grammar)) {
        return mu_grammar_expected(grammar, "a resource", NULL);
    }
    while ((word = mu_grammar_take(grammar))) {
        struct mu_element *reference;

        if (mu_element_find_with(tag, "obj_ref", "id", word->text)) {
            return mu_grammar_fail(
                grammar, word, "\"%.80s\" is in this tag already", word->text);
        }
        reference = mu_element_add(grammar->arena, tag, "obj_ref");
        mu_element_set_by(grammar->arena, reference, "id", word->text, word);
    }
    return 0;
}

int
mu_grammar_property(struct mu_grammar *grammar, struct mu_element *set)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    struct mu_element *read = mu_element_new(grammar->arena, set->name);
    const char *id = strchr(word->text, '=') ? NULL : mu_grammar_label(grammar);
    int r;

    if (id) {
        if (!mu_text_is_id(id)) {
            return mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                                   "\"%.80s\" is no valid id", id);
        }
        mu_element_set_by(grammar->arena, set, "id", id, word);
    }
    r = mu_grammar_set(grammar, read, NULL);
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < read->attributes_count; i++) {
        mu_element_set_by(grammar->arena, set, read->attributes[i].name,
                          read->attributes[i].value, read->attributes[i].word);
    }
    for (struct mu_element *pair = read->first; pair; pair = pair->next) {
        const char *value = mu_element_get(pair, "value");

        if (!mu_element_is(pair, "nvpair") || mu_element_get(pair, "id-ref") ||
            (value && (*value || !grammar->options->is_typed))) {
            continue;
        }
        return mu_grammar_fail(grammar, mu_element_word(pair, "name"),
                               "expected a value: %.80s=VALUE",
                               mu_element_get(pair, "name"));
    }
    if (!read->first && !mu_element_get(set, "id") &&
        !mu_element_get(set, "id-ref")) {
        return mu_grammar_expected(grammar, "NAME=VALUE", NULL);
    }
    children_move(read, set);
    return 0;
}

static void
children_move(struct mu_element *from, struct mu_element *to)
{
    while (from->first) {
        mu_element_append(to, from->first);
    }
}
