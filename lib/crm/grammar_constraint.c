/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constraints and their resource sets. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "crm/grammar.h"

/* What may stand behind the colon of a reference, and its attribute. */
enum qualifier {
    QUALIFIER_NONE,
    QUALIFIER_ROLE,
    QUALIFIER_ACTION,
};

/* The references of one constraint. */
struct references {
    const struct mu_word *words; /* Split from brackets; count of them. */
    size_t count;
    size_t position;
    enum qualifier qualifier;
    const char *closing; /* The bracket that ends all of it, or null. */
};

static int location_target_parse(struct mu_grammar *grammar,
                                 struct mu_element *location);
static int location_options_parse(struct mu_grammar *grammar,
                                  struct mu_element *location);
static int location_score_parse(struct mu_grammar *grammar,
                                struct mu_element *location);
static int head_parse(struct mu_grammar *grammar, struct mu_element *element,
                      const char *what);
static int references_split(struct mu_grammar *grammar, size_t end,
                            struct references *ret_references);
static int references_parse(struct mu_grammar *grammar,
                            struct mu_element *constraint,
                            struct references *references,
                            const char *const *simple);
static int sets_parse(struct mu_grammar *grammar, struct mu_element *constraint,
                      struct references *references);
static int bracket_parse(struct mu_grammar *grammar, struct mu_element *set,
                         struct references *references, const char *closing);
static int bracket_option_parse(struct mu_grammar *grammar,
                                const struct mu_word *word, bool *sequential,
                                bool *require_all);
static int reference_parse(struct mu_grammar *grammar,
                           const struct mu_word *word, enum qualifier qualifier,
                           const char **ret_id, const char **ret_value);
static int set_add(struct mu_grammar *grammar, struct mu_element **set,
                   struct mu_element *constraint, const struct mu_word *word,
                   enum qualifier qualifier);
static bool is_bracket(const struct mu_word *word, const char *brackets);
static size_t options_begin(const struct mu_grammar *grammar);
static int order_kind_parse(struct mu_grammar *grammar,
                            struct mu_element *order);
static int bool_option_parse(struct mu_grammar *grammar,
                             struct mu_element *element, const char *name);
static int order_options_parse(struct mu_grammar *grammar,
                               struct mu_element *order, size_t begin);

int
mu_grammar_location(struct mu_grammar *grammar, struct mu_element *location)
{
    int r = head_parse(grammar, location, "location");

    if (r < 0) {
        return r;
    }
    r = location_target_parse(grammar, location);
    if (r < 0) {
        return r;
    }
    r = location_options_parse(grammar, location);
    if (r < 0) {
        return r;
    }
    if (mu_text_casecmp(mu_grammar_peek(grammar)->text, "rule") != 0) {
        return location_score_parse(grammar, location);
    }
    while (mu_grammar_accept(grammar, "rule")) {
        r = mu_grammar_rule(grammar, location);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* RESOURCE, /REGEX/ or { SET ... }. */
static int
location_target_parse(struct mu_grammar *grammar, struct mu_element *location)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    size_t length = strlen(word->text);

    if (is_bracket(word, "{") || word->text[0] == '{') {
        struct references references;
        size_t end = grammar->position;
        const struct mu_statement *statement = grammar->statement;
        int r;

        while (end < statement->words_count &&
               !strchr(statement->words[end].text, '}')) {
            end++;
        }
        if (end == statement->words_count) {
            return mu_grammar_fail(grammar, word, "this \"{\" is never closed");
        }
        r = references_split(grammar, end + 1, &references);
        if (r < 0) {
            return r;
        }
        references.qualifier = QUALIFIER_ROLE;
        references.closing = "}";
        references.position = 1;
        r = sets_parse(grammar, location, &references);
        grammar->position = end + 1;
        return r;
    }
    if (mu_grammar_is_end(grammar)) {
        return mu_grammar_expected(grammar, "a resource", NULL);
    }
    grammar->position++;
    if (length > 2 && word->text[0] == '/' && word->text[length - 1] == '/') {
        mu_element_set_by(
            grammar->arena, location, "rsc-pattern",
            mu_arena_strndup(grammar->arena, word->text + 1, length - 2), word);
    } else {
        mu_element_set_by(grammar->arena, location, "rsc", word->text, word);
    }
    return 0;
}

static int
location_options_parse(struct mu_grammar *grammar, struct mu_element *location)
{
    static const char *const discoveries[] = {"always", "never", "exclusive",
                                              NULL};

    for (;;) {
        const struct mu_word *word = mu_grammar_peek(grammar);
        struct mu_word bare = *word;
        const char *role;
        const char *discovery;

        bare.text += *bare.text == '$';
        role = mu_grammar_option(&bare, "role");
        discovery = mu_grammar_option(&bare, "resource-discovery");
        if (role) {
            const char *canonical = mu_grammar_role(grammar, role);

            if (!canonical) {
                return mu_grammar_fail(grammar, word, "\"%.80s\" is no role",
                                       role);
            }
            mu_element_set_by(grammar->arena, location, "role", canonical,
                              word);
        } else if (discovery) {
            if (!mu_grammar_match(discovery, discoveries)) {
                return mu_grammar_fail(grammar, word,
                                       "expected "
                                       "resource-discovery=always, never or "
                                       "exclusive");
            }
            mu_element_set_by(grammar->arena, location, "resource-discovery",
                              mu_grammar_match(discovery, discoveries), word);
        } else {
            return 0;
        }
        grammar->position++;
    }
}

/* SCORE: NODE [role=ROLE]. */
static int
location_score_parse(struct mu_grammar *grammar, struct mu_element *location)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *text = mu_grammar_label(grammar);
    const char *score;

    if (!text) {
        return mu_grammar_expected(
            grammar, "SCORE: NODE (such as 100: alpha or -inf: alpha) or rule",
            NULL);
    }
    score = mu_grammar_score(grammar, text);
    if (!score) {
        return mu_report_error(grammar->report, MU_REPORT_REASON_VALUE, word,
                               "\"%.80s\" is no score: a number, inf or -inf",
                               text);
    }
    mu_element_set_by(grammar->arena, location, "score", score, word);
    word = mu_grammar_take(grammar);
    if (!word) {
        return mu_grammar_expected(grammar, "the name of a node", NULL);
    }
    mu_element_set_by(grammar->arena, location, "node", word->text, word);
    return location_options_parse(grammar, location);
}

int
mu_grammar_colocation(struct mu_grammar *grammar, struct mu_element *colocation)
{
    static const char *const simple[] = {"rsc", "rsc-role", "with-rsc",
                                         "with-rsc-role"};
    struct references references;
    const struct mu_word *word;
    const char *text;
    const char *score;
    size_t end;
    int r = head_parse(grammar, colocation, "colocation");

    if (r < 0) {
        return r;
    }
    word = mu_grammar_peek(grammar);
    text = mu_grammar_label(grammar);
    if (!text) {
        return mu_grammar_expected(grammar,
                                   "a score with a colon (such as inf:)", NULL);
    }
    score = mu_grammar_score(grammar, text);
    mu_element_set_by(grammar->arena, colocation,
                      score ? "score" : "score-attribute", score ? score : text,
                      word);
    end = options_begin(grammar);
    r = references_split(grammar, end, &references);
    if (r < 0) {
        return r;
    }
    references.qualifier = QUALIFIER_ROLE;
    r = references_parse(grammar, colocation, &references, simple);
    if (r < 0) {
        return r;
    }
    grammar->position = end;
    for (;;) {
        word = mu_grammar_peek(grammar);
        text = mu_grammar_option(word, "node-attribute");
        if (text && *text) {
            mu_element_set_by(grammar->arena, colocation, "node-attribute",
                              text, word);
            grammar->position++;
            continue;
        }
        r = bool_option_parse(grammar, colocation, "influence");
        if (r <= 0) {
            return r;
        }
    }
}

/* Takes "NAME=BOOL" if it comes next. 1, 0 when it does not, or -EBADMSG. */
static int
bool_option_parse(struct mu_grammar *grammar, struct mu_element *element,
                  const char *name)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *text = mu_grammar_option(word, name);
    bool value;

    if (!text) {
        return 0;
    }
    if (!mu_grammar_bool(text, &value)) {
        return mu_grammar_fail(grammar, word, "expected %s=true or %s=false",
                               name, name);
    }
    mu_element_set_by(grammar->arena, element, name, value ? "true" : "false",
                      word);
    grammar->position++;
    return 1;
}

int
mu_grammar_order(struct mu_grammar *grammar, struct mu_element *order)
{
    static const char *const simple[] = {"first", "first-action", "then",
                                         "then-action"};
    struct references references;
    size_t end;
    int r = head_parse(grammar, order, "order");

    if (r < 0) {
        return r;
    }
    r = order_kind_parse(grammar, order);
    if (r < 0) {
        return r;
    }
    end = options_begin(grammar);
    r = references_split(grammar, end, &references);
    if (r < 0) {
        return r;
    }
    references.qualifier = QUALIFIER_ACTION;
    r = references_parse(grammar, order, &references, simple);
    if (r < 0) {
        return r;
    }
    return order_options_parse(grammar, order, end);
}

/* [KIND: | SCORE:]. */
static int
order_kind_parse(struct mu_grammar *grammar, struct mu_element *order)
{
    static const char *const kinds[] = {"Mandatory", "Optional", "Serialize",
                                        NULL};
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *text = mu_grammar_label(grammar);
    const char *kind;
    int32_t score = 0;

    if (!text) {
        return 0;
    }
    kind = mu_grammar_match(text, kinds);
    if (!kind) {
        const char *written = mu_grammar_score(grammar, text);

        if (!written || mu_text_parse_score(written, &score) < 0) {
            grammar->position--;
            return mu_grammar_expected(
                grammar, "Mandatory:, Optional:, Serialize: or a score", kinds);
        }
        kind = score == 0 ? "Optional" : "Mandatory";
    }
    mu_element_set_by(grammar->arena, order, "kind", kind, word);
    return 0;
}

static int
order_options_parse(struct mu_grammar *grammar, struct mu_element *order,
                    size_t begin)
{
    int r = 1;

    grammar->position = begin;
    while (r > 0) {
        r = bool_option_parse(grammar, order, "symmetrical");
        if (r == 0) {
            r = bool_option_parse(grammar, order, "require-all");
        }
    }
    return r;
}

int
mu_grammar_ticket(struct mu_grammar *grammar, struct mu_element *ticket)
{
    static const char *const policies[] = {"stop", "demote", "fence", "freeze",
                                           NULL};
    static const char *const simple[] = {"rsc", "rsc-role"};
    struct references references;
    const struct mu_word *word;
    const char *text;
    size_t end;
    int r = head_parse(grammar, ticket, "rsc_ticket");

    if (r < 0) {
        return r;
    }
    word = mu_grammar_peek(grammar);
    text = mu_grammar_label(grammar);
    if (!text) {
        return mu_grammar_expected(grammar, "the name of a ticket with a colon",
                                   NULL);
    }
    mu_element_set_by(grammar->arena, ticket, "ticket", text, word);
    end = options_begin(grammar);
    r = references_split(grammar, end, &references);
    if (r < 0) {
        return r;
    }
    references.qualifier = QUALIFIER_ROLE;
    r = references_parse(grammar, ticket, &references, simple);
    if (r < 0) {
        return r;
    }
    grammar->position = end;
    word = mu_grammar_peek(grammar);
    text = mu_grammar_option(word, "loss-policy");
    if (!text) {
        return 0;
    }
    if (!mu_grammar_match(text, policies)) {
        return mu_grammar_fail(grammar, word,
                               "expected loss-policy=stop, demote, fence or "
                               "freeze");
    }
    mu_element_set_by(grammar->arena, ticket, "loss-policy",
                      mu_grammar_match(text, policies), word);
    grammar->position++;
    return 0;
}

static int
head_parse(struct mu_grammar *grammar, struct mu_element *element,
           const char *what)
{
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, what, &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, element, "id", word->text, word);
    return 0;
}

/* Returns where the options behind the references begin: trailing NAME=VALUE
 * words. Those in front of a closing bracket belong to its set. */
static size_t
options_begin(const struct mu_grammar *grammar)
{
    size_t begin = grammar->statement->words_count;

    while (begin > grammar->position) {
        const char *text = grammar->statement->words[begin - 1].text;

        if (!strchr(text, '=') || strpbrk(text, ")]")) {
            break;
        }
        begin--;
    }
    return begin;
}

/* Takes the words up to index 'end' apart, so that each bracket stands alone,
 * and drops "_rsc_set_". */
static int
references_split(struct mu_grammar *grammar, size_t end,
                 struct references *ret_references)
{
    static const char brackets[] = "()[]{}";
    size_t size = 1;
    size_t count = 0;
    struct mu_word *words;

    for (size_t i = grammar->position; i < end; i++) {
        size += strlen(grammar->statement->words[i].text) + 1;
    }
    words = mu_arena_new(grammar->arena, struct mu_word, size);
    for (size_t i = grammar->position; i < end; i++) {
        const struct mu_word *word = &grammar->statement->words[i];
        const char *text = word->text;
        unsigned column = word->column;

        if (strcmp(text, "_rsc_set_") == 0) {
            continue;
        }
        while (*text) {
            size_t length =
                strchr(brackets, *text) ? 1 : strcspn(text, brackets);

            words[count++] = (struct mu_word){
                .text = mu_arena_strndup(grammar->arena, text, length),
                .line = word->line,
                .column = column,
                .width = (unsigned)length,
            };
            text += length;
            column += (unsigned)length;
        }
    }
    *ret_references = (struct references){.words = words, .count = count};
    if (count == 0) {
        grammar->position = end;
        return mu_grammar_expected(grammar, "a resource", NULL);
    }
    return 0;
}

/* Two words (one for a ticket) are the simple form, with the attribute names
 * in 'simple'; everything else is sets. */
static int
references_parse(struct mu_grammar *grammar, struct mu_element *constraint,
                 struct references *references, const char *const *simple)
{
    size_t count = mu_element_is(constraint, "rsc_ticket") ? 1 : 2;
    bool is_marked = false;

    for (size_t i = 0; i < grammar->statement->words_count; i++) {
        is_marked |=
            strcmp(grammar->statement->words[i].text, "_rsc_set_") == 0;
    }
    if (references->count != count || is_marked ||
        is_bracket(&references->words[0], "()[]{}")) {
        return sets_parse(grammar, constraint, references);
    }
    for (size_t i = 0; i < count; i++) {
        const struct mu_word *word = &references->words[i];
        const char *id;
        const char *value;
        int r =
            reference_parse(grammar, word, references->qualifier, &id, &value);

        if (r < 0) {
            return r;
        }
        mu_element_set_by(grammar->arena, constraint, simple[i * 2], id, word);
        if (value) {
            mu_element_set_by(grammar->arena, constraint, simple[i * 2 + 1],
                              value, word);
        }
    }
    return 0;
}

static int
sets_parse(struct mu_grammar *grammar, struct mu_element *constraint,
           struct references *references)
{
    struct mu_element *set = NULL;

    while (references->position < references->count) {
        const struct mu_word *word = &references->words[references->position++];
        int r;

        if (references->closing &&
            strcmp(word->text, references->closing) == 0) {
            if (references->position == references->count) {
                return constraint->first &&
                               mu_element_find(constraint, "resource_set")
                           ? 0
                           : mu_grammar_fail(grammar, word,
                                             "a set needs a resource");
            }
        }
        if (is_bracket(word, "([")) {
            set = mu_element_add(grammar->arena, constraint, "resource_set");
            r = bracket_parse(grammar, set, references,
                              word->text[0] == '(' ? ")" : "]");
            set = NULL;
        } else if (is_bracket(word, ")]{}")) {
            r = mu_grammar_fail(grammar, word, "no \"%s\" is open here",
                                word->text[0] == ')'   ? "("
                                : word->text[0] == ']' ? "["
                                                       : "{");
        } else {
            r = set_add(grammar, &set, constraint, word, references->qualifier);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int
bracket_parse(struct mu_grammar *grammar, struct mu_element *set,
              struct references *references, const char *closing)
{
    const struct mu_word *opening =
        &references->words[references->position - 1];
    struct mu_element *constraint = set->parent;
    struct mu_element *first_set = set;
    bool sequential = false;
    bool require_all = *closing == ')';

    for (;;) {
        const struct mu_word *word;
        int r;

        if (references->position == references->count) {
            return mu_grammar_fail(
                grammar, opening, "this \"%s\" is never closed", opening->text);
        }
        word = &references->words[references->position++];
        if (strcmp(word->text, closing) == 0) {
            break;
        }
        if (is_bracket(word, "()[]{}")) {
            return mu_grammar_fail(grammar, word,
                                   "expected a resource or \"%s\", found "
                                   "\"%s\"; sets cannot be nested",
                                   closing, word->text);
        }
        if (strchr(word->text, '=')) {
            r = bracket_option_parse(grammar, word, &sequential, &require_all);
        } else {
            r = set_add(grammar, &set, constraint, word, references->qualifier);
        }
        if (r < 0) {
            return r;
        }
    }
    if (!first_set->first) {
        return mu_report_error(grammar->report, MU_REPORT_REASON_VALUE, opening,
                               "a set needs a resource");
    }
    for (set = first_set; set; set = set->next) {
        if (!require_all) {
            mu_element_set(grammar->arena, set, "require-all", "false");
        }
        if (!sequential) {
            mu_element_set(grammar->arena, set, "sequential", "false");
        }
    }
    return 0;
}

static int
bracket_option_parse(struct mu_grammar *grammar, const struct mu_word *word,
                     bool *sequential, bool *require_all)
{
    const char *text = mu_grammar_option(word, "sequential");
    bool *value = sequential;

    if (!text) {
        text = mu_grammar_option(word, "require-all");
        value = require_all;
    }
    if (!text || !mu_grammar_bool(text, value)) {
        return mu_grammar_fail(grammar, word,
                               "expected a resource, sequential=true|false or "
                               "require-all=true|false");
    }
    return 0;
}

/* Appends a reference to the open set, or to a new one when there is none or
 * its qualifier differs. */
static int
set_add(struct mu_grammar *grammar, struct mu_element **set,
        struct mu_element *constraint, const struct mu_word *word,
        enum qualifier qualifier)
{
    const char *attribute = qualifier == QUALIFIER_ROLE ? "role" : "action";
    const char *id;
    const char *value;
    const char *current;
    struct mu_element *reference;
    int r = reference_parse(grammar, word, qualifier, &id, &value);

    if (r < 0) {
        return r;
    }
    current = *set ? mu_element_get(*set, attribute) : NULL;
    if (!*set || ((*set)->first && (!current != !value ||
                                    (value && strcmp(current, value) != 0)))) {
        *set = mu_element_add(grammar->arena, constraint, "resource_set");
    }
    if (mu_element_find_with(*set, "resource_ref", "id", id)) {
        return mu_grammar_fail(grammar, word,
                               "\"%.80s\" is in this set already", id);
    }
    if (value) {
        mu_element_set(grammar->arena, *set, attribute, value);
    }
    reference = mu_element_add(grammar->arena, *set, "resource_ref");
    mu_element_set_by(grammar->arena, reference, "id", id, word);
    return 0;
}

/* RESOURCE[:QUALIFIER]. */
static int
reference_parse(struct mu_grammar *grammar, const struct mu_word *word,
                enum qualifier qualifier, const char **ret_id,
                const char **ret_value)
{
    static const char *const actions[] = {"start", "stop", "promote", "demote",
                                          NULL};
    const char *colon = strchr(word->text, ':');
    const char *value = NULL;

    if (strchr(word->text, '=')) {
        return mu_grammar_fail(
            grammar, word, "expected a resource, found \"%.80s\"", word->text);
    }
    if (colon) {
        value = qualifier == QUALIFIER_ROLE
                    ? mu_grammar_role(grammar, colon + 1)
                    : mu_grammar_match(colon + 1, actions);
        if (!value || colon == word->text) {
            return mu_grammar_fail(
                grammar, word, "expected RESOURCE or RESOURCE:%s",
                qualifier == QUALIFIER_ROLE
                    ? "ROLE with Started, Stopped, Promoted or Unpromoted"
                    : "ACTION with start, stop, promote or demote");
        }
    }
    *ret_id = colon ? mu_arena_strndup(grammar->arena, word->text,
                                       (size_t)(colon - word->text))
                    : word->text;
    *ret_value = value;
    return 0;
}

static bool
is_bracket(const struct mu_word *word, const char *brackets)
{
    return word->text[0] && !word->text[1] && strchr(brackets, word->text[0]);
}
