/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can run: primitives, templates, groups, clones and bundles. */
#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "crm/grammar.h"

enum { PROVIDERS_COUNT_MAX = 64 };

static int type_parse(struct mu_grammar *grammar, struct mu_element *primitive);
static const char *provider_find(struct mu_grammar *grammar, const char *type);
static int sections_parse(struct mu_grammar *grammar,
                          struct mu_element *primitive);
static int operations_parse(struct mu_grammar *grammar,
                            struct mu_element *primitive,
                            struct mu_element **operations);
static struct mu_element *operations_get(struct mu_grammar *grammar,
                                         struct mu_element *primitive,
                                         struct mu_element **operations);
static int op_parse(struct mu_grammar *grammar, struct mu_element *operations);
static int op_pairs_parse(struct mu_grammar *grammar, struct mu_element *op);
static int op_attribute_set(struct mu_grammar *grammar, struct mu_element *op,
                            const char *name, const struct mu_word *word);
static int container_sections_parse(struct mu_grammar *grammar,
                                    struct mu_element *container);
static void member_add(struct mu_grammar *grammar, struct mu_element *parent,
                       const struct mu_word *word);
static int bundle_section_parse(struct mu_grammar *grammar,
                                struct mu_element *bundle);
static int bundle_mappings_parse(struct mu_grammar *grammar,
                                 struct mu_element *section,
                                 const char *keyword);
static int bundle_pairs_parse(struct mu_grammar *grammar,
                              struct mu_element *element);
static int bundle_check(struct mu_grammar *grammar,
                        const struct mu_element *bundle);

static const char *const primitive_sections[] = {
    "params", "meta", "utilization", "operations", "op", NULL};
static const char *const op_sections[] = {"params",     "meta", "utilization",
                                          "operations", "op",   "op_params",
                                          "op_meta",    NULL};
static const char *const container_sections[] = {"params", "meta", NULL};
static const char *const bundle_words[] = {
    "docker",       "rkt",     "podman",          "network",
    "port-mapping", "storage", "storage-mapping", "meta",
    "primitive",    NULL};

int
mu_grammar_primitive(struct mu_grammar *grammar, struct mu_element *primitive)
{
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, "primitive", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, primitive, "id", word->text, word);
    r = type_parse(grammar, primitive);
    if (r < 0) {
        return r;
    }
    mu_grammar_description(grammar, primitive);
    return sections_parse(grammar, primitive);
}

/* [CLASS:[PROVIDER:]]TYPE or @TEMPLATE. */
static int
type_parse(struct mu_grammar *grammar, struct mu_element *primitive)
{
    const struct mu_word *word = mu_grammar_take(grammar);
    const char *text;
    const char *parts[3];
    size_t count = 0;

    if (!word || strchr(word->text, '=') || !*word->text) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(
            grammar, "an agent such as ocf:heartbeat:IPaddr2 or @TEMPLATE",
            NULL);
    }
    text = word->text;
    if (*text == '@' && mu_element_is(primitive, "primitive")) {
        mu_element_set_by(grammar->arena, primitive, "template", text + 1,
                          word);
        return 0;
    }
    for (; count < 3; count++) {
        size_t length = strcspn(text, ":");

        parts[count] = mu_arena_strndup(grammar->arena, text, length);
        text += length;
        if (length == 0 || !*text) {
            count += length > 0;
            break;
        }
        text++;
    }
    if (*text || count == 0) {
        return mu_grammar_fail(grammar, word,
                               "expected CLASS:PROVIDER:TYPE, CLASS:TYPE or "
                               "TYPE, found \"%.80s\"",
                               word->text);
    }
    mu_element_set_by(grammar->arena, primitive, "class",
                      count == 1 ? "ocf" : parts[0], word);
    if (count == 3) {
        mu_element_set_by(grammar->arena, primitive, "provider", parts[1],
                          word);
    } else if (count == 1 || mu_text_casecmp(parts[0], "ocf") == 0) {
        mu_element_set_by(grammar->arena, primitive, "provider",
                          provider_find(grammar, parts[count - 1]), word);
    }
    mu_element_set_by(grammar->arena, primitive, "type", parts[count - 1],
                      word);
    return 0;
}

/* Heartbeat if it has the agent or nobody is known to, else pacemaker, else
 * the first by name. */
static const char *
provider_find(struct mu_grammar *grammar, const char *type)
{
    const char *names[PROVIDERS_COUNT_MAX];
    size_t count = 0;
    const char *found = NULL;

    if (grammar->options->providers) {
        count = grammar->options->providers(grammar->options->context, type,
                                            names, PROVIDERS_COUNT_MAX);
        mu_assert(count <= PROVIDERS_COUNT_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], "heartbeat") == 0) {
            return "heartbeat";
        }
        if (!found || strcmp(names[i], "pacemaker") == 0) {
            found = names[i];
        }
    }
    return found ? mu_arena_strdup(grammar->arena, found) : "heartbeat";
}

static int
sections_parse(struct mu_grammar *grammar, struct mu_element *primitive)
{
    struct mu_element *operations = NULL;
    bool is_first = true;

    while (!mu_grammar_is_end(grammar)) {
        int r;

        if (mu_grammar_accept(grammar, "params")) {
            r = mu_grammar_attributes(grammar, primitive, "instance_attributes",
                                      primitive_sections);
        } else if (mu_grammar_accept(grammar, "meta")) {
            r = mu_grammar_attributes(grammar, primitive, "meta_attributes",
                                      primitive_sections);
        } else if (mu_grammar_accept(grammar, "utilization")) {
            r = mu_grammar_attributes(grammar, primitive, "utilization",
                                      primitive_sections);
        } else if (mu_grammar_accept(grammar, "operations")) {
            r = operations_parse(grammar, primitive, &operations);
        } else if (mu_grammar_accept(grammar, "op")) {
            r = op_parse(grammar,
                         operations_get(grammar, primitive, &operations));
        } else if (is_first) {
            r = mu_grammar_attributes(grammar, primitive, "instance_attributes",
                                      primitive_sections);
        } else {
            r = mu_grammar_expected(
                grammar, "params, meta, utilization, operations or op",
                primitive_sections);
        }
        if (r < 0) {
            return r;
        }
        is_first = false;
    }
    return 0;
}

static int
operations_parse(struct mu_grammar *grammar, struct mu_element *primitive,
                 struct mu_element **operations)
{
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *id = mu_grammar_option(word, "$id");
    const char *reference = mu_grammar_option(word, "$id-ref");
    const char *text = id ? id : reference;

    if (*operations) {
        return mu_grammar_fail(grammar, word,
                               "the operations of this "
                               "primitive began further in front already");
    }
    if (!text || !mu_text_is_id(text)) {
        return mu_grammar_expected(grammar, "$id=ID or $id-ref=ID", NULL);
    }
    grammar->position++;
    *operations = mu_element_add(grammar->arena, primitive, "operations");
    mu_element_set_by(grammar->arena, *operations, id ? "id" : "id-ref", text,
                      word);
    return 0;
}

static struct mu_element *
operations_get(struct mu_grammar *grammar, struct mu_element *primitive,
               struct mu_element **operations)
{
    if (!*operations) {
        *operations = mu_element_add(grammar->arena, primitive, "operations");
    }
    return *operations;
}

static int
op_parse(struct mu_grammar *grammar, struct mu_element *operations)
{
    const struct mu_word *word = mu_grammar_take(grammar);
    struct mu_element *op;
    int r;

    if (!word || mu_grammar_match(word->text, op_sections) ||
        strchr(word->text, '=')) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(
            grammar, "the name of an operation such as monitor", NULL);
    }
    if (mu_element_get(operations, "id-ref")) {
        return mu_grammar_fail(grammar, word,
                               "operations taken over with $id-ref cannot be "
                               "added to");
    }
    op = mu_element_add(grammar->arena, operations, "op");
    mu_element_set_by(grammar->arena, op, "name", word->text, word);
    r = op_pairs_parse(grammar, op);
    if (r < 0) {
        return r;
    }
    if (!mu_element_get(op, "interval")) {
        mu_element_set_by(grammar->arena, op, "interval", "0", word);
    }
    for (;;) {
        if (mu_grammar_accept(grammar, "op_params")) {
            r = mu_grammar_attributes(grammar, op, "instance_attributes",
                                      op_sections);
        } else if (mu_grammar_accept(grammar, "op_meta")) {
            r = mu_grammar_attributes(grammar, op, "meta_attributes",
                                      op_sections);
        } else {
            return 0;
        }
        if (r < 0) {
            return r;
        }
    }
}

/* Attributes of the operation first; what is none begins its parameters. */
static int
op_pairs_parse(struct mu_grammar *grammar, struct mu_element *op)
{
    static const char *const names[] = {
        "name",        "interval",        "timeout",     "role",
        "on-fail",     "enabled",         "description", "record-pending",
        "start-delay", "interval-origin", NULL};
    struct mu_element *parameters =
        mu_element_new(grammar->arena, "instance_attributes");

    while (!mu_grammar_is_end(grammar)) {
        const struct mu_word *word = mu_grammar_peek(grammar);
        const char *equals = strchr(word->text, '=');
        const char *name;
        struct mu_element *pair;
        int r;

        if (mu_grammar_match(word->text, op_sections)) {
            break;
        }
        if (!equals || equals == word->text) {
            return mu_grammar_expected(grammar, "NAME=VALUE", op_sections);
        }
        grammar->position++;
        name = mu_arena_strndup(grammar->arena, word->text,
                                (size_t)(equals - word->text));
        if (strcmp(name, "$id") == 0 || mu_grammar_match(name, names)) {
            if (parameters->first) {
                return mu_grammar_fail(grammar, word,
                                       "%.80s of the operation must stand in "
                                       "front of its parameters",
                                       name);
            }
            r = op_attribute_set(grammar, op, name, word);
            if (r < 0) {
                return r;
            }
            continue;
        }
        pair = mu_element_add(grammar->arena, parameters, "nvpair");
        mu_element_set_by(grammar->arena, pair, "name", name, word);
        mu_element_set_by(grammar->arena, pair, "value", equals + 1, word);
    }
    if (parameters->first) {
        mu_element_append(op, parameters);
    }
    return 0;
}

static int
op_attribute_set(struct mu_grammar *grammar, struct mu_element *op,
                 const char *name, const struct mu_word *word)
{
    const char *value = strchr(word->text, '=') + 1;

    if (strcmp(name, "$id") == 0) {
        if (!mu_text_is_id(value)) {
            return mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                                   "\"%.80s\" is no valid id", value);
        }
        name = "id";
    } else if (mu_text_casecmp(name, "role") == 0) {
        const char *role = mu_grammar_role(grammar, value);

        if (!role) {
            return mu_grammar_fail(grammar, word, "\"%.80s\" is no role",
                                   value);
        }
        value = role;
    }
    mu_element_set_by(grammar->arena, op, name, value, word);
    return 0;
}

int
mu_grammar_group(struct mu_grammar *grammar, struct mu_element *group)
{
    struct mu_element *members = mu_element_new(grammar->arena, "group");
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, "group", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, group, "id", word->text, word);
    for (;;) {
        word = mu_grammar_peek(grammar);
        if (mu_grammar_is_end(grammar) || strchr(word->text, '=') ||
            mu_grammar_match(word->text, container_sections)) {
            break;
        }
        if (mu_element_find_with(members, MU_GRAMMAR_MEMBER, "id",
                                 word->text)) {
            return mu_grammar_fail(grammar, word,
                                   "\"%.80s\" is in this group already",
                                   word->text);
        }
        member_add(grammar, members, word);
        grammar->position++;
    }
    if (!members->first) {
        return mu_grammar_expected(grammar, "a primitive", NULL);
    }
    r = container_sections_parse(grammar, group);
    if (r < 0) {
        return r;
    }
    while (members->first) {
        mu_element_append(group, members->first);
    }
    return 0;
}

int
mu_grammar_clone(struct mu_grammar *grammar, struct mu_element *clone)
{
    const struct mu_word *word;
    const struct mu_word *child;
    int r = mu_grammar_take_id(grammar, "clone", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, clone, "id", word->text, word);
    child = mu_grammar_take(grammar);
    if (!child || strchr(child->text, '=')) {
        grammar->position -= child != NULL;
        return mu_grammar_expected(grammar, "a primitive or a group", NULL);
    }
    r = container_sections_parse(grammar, clone);
    if (r < 0) {
        return r;
    }
    member_add(grammar, clone, child);
    return 0;
}

static int
container_sections_parse(struct mu_grammar *grammar,
                         struct mu_element *container)
{
    bool is_first = true;

    mu_grammar_description(grammar, container);
    while (!mu_grammar_is_end(grammar)) {
        int r;

        if (mu_grammar_accept(grammar, "meta")) {
            r = mu_grammar_attributes(grammar, container, "meta_attributes",
                                      container_sections);
        } else if (mu_grammar_accept(grammar, "params") ||
                   (is_first && strchr(mu_grammar_peek(grammar)->text, '='))) {
            r = mu_grammar_attributes(grammar, container, "instance_attributes",
                                      container_sections);
        } else {
            r = mu_grammar_expected(grammar, "params or meta",
                                    container_sections);
        }
        if (r < 0) {
            return r;
        }
        is_first = false;
    }
    return 0;
}

static void
member_add(struct mu_grammar *grammar, struct mu_element *parent,
           const struct mu_word *word)
{
    struct mu_element *member =
        mu_element_add(grammar->arena, parent, MU_GRAMMAR_MEMBER);

    mu_element_set_by(grammar->arena, member, "id", word->text, word);
}

int
mu_grammar_bundle(struct mu_grammar *grammar, struct mu_element *bundle)
{
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, "bundle", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, bundle, "id", word->text, word);
    mu_grammar_description(grammar, bundle);
    while (!mu_grammar_is_end(grammar)) {
        r = bundle_section_parse(grammar, bundle);
        if (r < 0) {
            return r;
        }
    }
    return bundle_check(grammar, bundle);
}

static int
bundle_section_parse(struct mu_grammar *grammar, struct mu_element *bundle)
{
    static const char *const containers[] = {"docker", "rkt", "podman", NULL};
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *container = mu_grammar_match(word->text, containers);
    struct mu_element *section;

    if (container) {
        grammar->position++;
        section = mu_element_add(grammar->arena, bundle, container);
        return bundle_pairs_parse(grammar, section);
    }
    if (mu_grammar_accept(grammar, "network")) {
        section = mu_element_add(grammar->arena, bundle, "network");
        return bundle_mappings_parse(grammar, section, "port-mapping");
    }
    if (mu_grammar_accept(grammar, "storage")) {
        section = mu_element_add(grammar->arena, bundle, "storage");
        return bundle_mappings_parse(grammar, section, "storage-mapping");
    }
    if (mu_grammar_accept(grammar, "meta")) {
        return mu_grammar_attributes(grammar, bundle, "meta_attributes",
                                     bundle_words);
    }
    if (mu_grammar_accept(grammar, "primitive")) {
        word = mu_grammar_take(grammar);
        if (!word || mu_element_find(bundle, MU_GRAMMAR_MEMBER)) {
            grammar->position -= word != NULL;
            return mu_grammar_expected(grammar, "one primitive", NULL);
        }
        member_add(grammar, bundle, word);
        return 0;
    }
    return mu_grammar_expected(
        grammar, "docker, podman, rkt, network, storage, meta or primitive",
        bundle_words);
}

static int
bundle_mappings_parse(struct mu_grammar *grammar, struct mu_element *section,
                      const char *keyword)
{
    int r = bundle_pairs_parse(grammar, section);

    while (r == 0 && mu_grammar_accept(grammar, keyword)) {
        struct mu_element *mapping =
            mu_element_add(grammar->arena, section, keyword);

        r = bundle_pairs_parse(grammar, mapping);
        if (r == 0 && mapping->attributes_count == 0) {
            r = mu_grammar_expected(grammar, "NAME=VALUE", NULL);
        }
    }
    return r;
}

/* Pairs that become attributes of 'element'. */
static int
bundle_pairs_parse(struct mu_grammar *grammar, struct mu_element *element)
{
    while (!mu_grammar_is_end(grammar)) {
        const struct mu_word *word = mu_grammar_peek(grammar);
        const char *equals = strchr(word->text, '=');
        const char *name;

        if (!equals) {
            break;
        }
        name = mu_arena_strndup(grammar->arena, word->text,
                                (size_t)(equals - word->text));
        if (!mu_text_is_id(name)) {
            return mu_grammar_expected(grammar, "NAME=VALUE", NULL);
        }
        mu_element_set_by(grammar->arena, element, name, equals + 1, word);
        grammar->position++;
    }
    return 0;
}

static int
bundle_check(struct mu_grammar *grammar, const struct mu_element *bundle)
{
    static const char *const containers[] = {"docker", "rkt", "podman"};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
        const struct mu_element *container =
            mu_element_find(bundle, containers[i]);

        count += container != NULL;
        if (container && !mu_element_get(container, "image")) {
            return mu_grammar_expected(grammar, "image=IMAGE for the container",
                                       NULL);
        }
    }
    if (count != 1) {
        return mu_grammar_expected(
            grammar, "one container: docker, podman or rkt", NULL);
    }
    return 0;
}
