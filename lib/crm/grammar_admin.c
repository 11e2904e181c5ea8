/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fencing topology, access control and alerts. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "crm/acl_paths.h"
#include "crm/grammar.h"

/* The target of the fencing levels being read. */
struct fencing_target {
    const char *attribute; /* Name of the XML attribute; null: every node. */
    const char *name;      /* Of the node attribute, or null. */
    const char *value;
    const struct mu_word *word;
};

static bool target_parse(struct mu_grammar *grammar, const struct mu_word *word,
                         struct fencing_target *target);
static void nodes_add(struct mu_grammar *grammar, struct mu_element *topology);
static void level_add(struct mu_grammar *grammar, struct mu_element *topology,
                      const struct fencing_target *target,
                      const struct mu_word *word);
static int permissions_parse(struct mu_grammar *grammar,
                             struct mu_element *role, const char *kind);
static int permission_spec_parse(struct mu_grammar *grammar,
                                 struct mu_element *role,
                                 struct mu_element **permission);
static struct mu_element *permission_next(struct mu_grammar *grammar,
                                          struct mu_element *role,
                                          struct mu_element **permission,
                                          const char *attribute);
static int select_parse(struct mu_grammar *grammar, struct mu_element *alert);
static int select_names_parse(struct mu_grammar *grammar,
                              struct mu_element *filter);
static int recipient_parse(struct mu_grammar *grammar,
                           struct mu_element *alert);

static const char *const alert_words[] = {"attributes", "meta", "select", "to",
                                          NULL};
static const char *const recipient_words[] = {"attributes", "meta", "select",
                                              "to",         "}",    NULL};
static const char *const kinds[] = {"read", "write", "deny", NULL};

int
mu_grammar_fencing(struct mu_grammar *grammar, struct mu_element *topology)
{
    struct fencing_target target = {0};
    const struct mu_word *word;
    bool has_device = true;

    while ((word = mu_grammar_take(grammar))) {
        if (target_parse(grammar, word, &target)) {
            if (!has_device) {
                break;
            }
            has_device = false;
            continue;
        }
        if (strchr(word->text, '=') || !*word->text) {
            return mu_grammar_fail(grammar, word,
                                   "expected NODE:, attr:NAME=VALUE, "
                                   "pattern:REGEX or a device");
        }
        if (!target.attribute) {
            /* Without a target all that follows holds for every node. */
            nodes_add(grammar, topology);
            has_device = true;
            continue;
        }
        level_add(grammar, topology, &target, word);
        has_device = true;
    }
    if (!topology->first || !has_device) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(grammar, "a fencing device", NULL);
    }
    return 0;
}

static bool
target_parse(struct mu_grammar *grammar, const struct mu_word *word,
             struct fencing_target *target)
{
    const char *text = word->text;
    size_t length = strlen(text);
    const char *equals = strchr(text, '=');

    if (strncmp(text, "attr:", 5) == 0 && equals && equals > text + 5) {
        *target = (struct fencing_target){
            .attribute = "target-attribute",
            .name = mu_arena_strndup(grammar->arena, text + 5,
                                     (size_t)(equals - text) - 5),
            .value = equals + 1,
            .word = word,
        };
        return true;
    }
    if (strncmp(text, "pattern:", 8) == 0 && text[8]) {
        *target = (struct fencing_target){
            .attribute = "target-pattern", .value = text + 8, .word = word};
        return true;
    }
    if (length > 1 && text[length - 1] == ':') {
        *target = (struct fencing_target){
            .attribute = "target",
            .value = mu_arena_strndup(grammar->arena, text, length - 1),
            .word = word,
        };
        return true;
    }
    return false;
}

/* Adds the devices from the last word taken on for every node that is
 * configured, up to the first target, which cannot follow. */
static void
nodes_add(struct mu_grammar *grammar, struct mu_element *topology)
{
    const struct mu_statement *statement = grammar->statement;
    size_t first = grammar->position - 1;
    const struct mu_element *nodes =
        grammar->configuration
            ? mu_element_find(grammar->configuration, "nodes")
            : NULL;

    grammar->position = statement->words_count;
    for (const struct mu_element *node = nodes ? nodes->first : NULL; node;
         node = node->next) {
        struct fencing_target each = {.attribute = "target"};

        each.value = node->name ? mu_element_get(node, "uname") : NULL;
        for (size_t i = first; i < statement->words_count && each.value; i++) {
            struct fencing_target other;

            if (target_parse(grammar, &statement->words[i], &other)) {
                grammar->position = i;
                break;
            }
            level_add(grammar, topology, &each, &statement->words[i]);
        }
    }
}

static void
level_add(struct mu_grammar *grammar, struct mu_element *topology,
          const struct fencing_target *target, const struct mu_word *word)
{
    struct mu_element *level;
    unsigned index = 1;

    for (const struct mu_element *other = topology->first; other;
         other = other->next) {
        const char *value;
        const char *name;

        if (other->text) {
            continue;
        }
        value = mu_element_get(other, target->name ? "target-value"
                                                   : target->attribute);
        name = mu_element_get(other, "target-attribute");
        index += value && strcmp(value, target->value) == 0 &&
                 !name == !target->name &&
                 (!name || strcmp(name, target->name) == 0);
    }
    level = mu_element_add(grammar->arena, topology, "fencing-level");
    if (target->name) {
        mu_element_set_by(grammar->arena, level, "target-attribute",
                          target->name, target->word);
        mu_element_set_by(grammar->arena, level, "target-value", target->value,
                          target->word);
    } else {
        mu_element_set_by(grammar->arena, level, target->attribute,
                          target->value, target->word);
    }
    mu_element_set(grammar->arena, level, "index",
                   mu_text_make(grammar->arena, "%u", index));
    mu_element_set_by(grammar->arena, level, "devices", word->text, word);
}

int
mu_grammar_acl_role(struct mu_grammar *grammar, struct mu_element *role)
{
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, "role", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, role, "id", word->text, word);
    mu_grammar_description(grammar, role);
    do {
        const char *kind =
            mu_grammar_match(mu_grammar_peek(grammar)->text, kinds);

        if (!kind) {
            return mu_grammar_expected(grammar, "read, write or deny", kinds);
        }
        grammar->position++;
        r = permissions_parse(grammar, role, kind);
        if (r < 0) {
            return r;
        }
    } while (!mu_grammar_is_end(grammar));
    return 0;
}

/* [$id=X | X:] [DESCRIPTION] SPEC {SPEC}. */
static int
permissions_parse(struct mu_grammar *grammar, struct mu_element *role,
                  const char *kind)
{
    struct mu_element *permission =
        mu_element_add(grammar->arena, role, "acl_permission");
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *id = mu_grammar_option(word, "$id");
    bool is_first = true;

    if (id) {
        grammar->position++;
    } else {
        id = mu_grammar_label(grammar);
    }
    if (id) {
        if (!mu_text_is_id(id)) {
            return mu_report_error(grammar->report, MU_REPORT_REASON_NAME, word,
                                   "\"%.80s\" is no valid id", id);
        }
        mu_element_set_by(grammar->arena, permission, "id", id, word);
    }
    mu_element_set(grammar->arena, permission, "kind", kind);
    mu_grammar_description(grammar, permission);
    while (is_first ||
           (!mu_grammar_is_end(grammar) &&
            !mu_grammar_match(mu_grammar_peek(grammar)->text, kinds))) {
        int r = permission_spec_parse(grammar, role, &permission);

        if (r < 0) {
            return r;
        }
        is_first = false;
    }
    for (permission = role->first; permission; permission = permission->next) {
        if (permission->name && mu_element_get(permission, "attribute") &&
            !mu_element_get(permission, "object-type")) {
            return mu_grammar_fail(grammar,
                                   mu_element_word(permission, "attribute"),
                                   "attr: is only allowed together with type:");
        }
    }
    return 0;
}

static int
permission_spec_parse(struct mu_grammar *grammar, struct mu_element *role,
                      struct mu_element **permission)
{
    static const struct {
        const char *prefix;
        const char *attribute;
    } specs[] = {
        {"xpath:", "xpath"},         {"ref:", "reference"},
        {"reference:", "reference"}, {"tag:", "object-type"},
        {"type:", "object-type"},    {"attr:", "attribute"},
        {"attribute:", "attribute"},
    };
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *attribute = NULL;
    const char *value = NULL;

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        size_t length = strlen(specs[i].prefix);

        if (strncmp(word->text, specs[i].prefix, length) == 0 &&
            word->text[length]) {
            attribute = specs[i].attribute;
            value = word->text + length;
        }
    }
    if (!attribute) {
        attribute = "xpath";
        value = mu_acl_paths_expand(grammar->arena, word->text);
    }
    if (!value) {
        return mu_grammar_expected(
            grammar,
            "xpath:, ref:, type:, attr:, meta:, params:, "
            "utilization:, location:, property, node, nodeattr, nodeutil, "
            "status or cib",
            NULL);
    }
    grammar->position++;
    *permission = permission_next(grammar, role, permission, attribute);
    mu_element_set_by(grammar->arena, *permission, attribute, value, word);
    return 0;
}

/* A type and an attribute go together, everything else is a permission of its
 * own. */
static struct mu_element *
permission_next(struct mu_grammar *grammar, struct mu_element *role,
                struct mu_element **permission, const char *attribute)
{
    bool is_typed = strcmp(attribute, "object-type") == 0 ||
                    strcmp(attribute, "attribute") == 0;
    bool has_path = mu_element_get(*permission, "xpath") ||
                    mu_element_get(*permission, "reference");
    bool has_type = mu_element_get(*permission, "object-type") ||
                    mu_element_get(*permission, "attribute");
    struct mu_element *next;

    if (!has_path && !(has_type && !is_typed) &&
        !mu_element_get(*permission, attribute)) {
        return *permission;
    }
    next = mu_element_add(grammar->arena, role, "acl_permission");
    mu_element_set(grammar->arena, next, "kind",
                   mu_element_get(*permission, "kind"));
    return next;
}

int
mu_grammar_acl_target(struct mu_grammar *grammar, struct mu_element *target)
{
    const struct mu_word *word = mu_grammar_take(grammar);

    /* The id is the name of a user of the system: any word. */
    if (!word || !*word->text) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(grammar, "the name of a user or group",
                                   NULL);
    }
    mu_element_set_by(grammar->arena, target, "id", word->text, word);
    while ((word = mu_grammar_take(grammar))) {
        struct mu_element *role =
            mu_element_add(grammar->arena, target, "role");

        mu_element_set_by(grammar->arena, role, "id", word->text, word);
    }
    return 0;
}

int
mu_grammar_alert(struct mu_grammar *grammar, struct mu_element *alert)
{
    const struct mu_word *word;
    int r = mu_grammar_take_id(grammar, "alert", &word);

    if (r < 0) {
        return r;
    }
    mu_element_set_by(grammar->arena, alert, "id", word->text, word);
    word = mu_grammar_take(grammar);
    if (!word || !*word->text) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(grammar, "the path of a program", NULL);
    }
    mu_element_set_by(grammar->arena, alert, "path", word->text, word);
    mu_grammar_description(grammar, alert);
    while (!mu_grammar_is_end(grammar)) {
        if (mu_grammar_accept(grammar, "attributes")) {
            r = mu_grammar_attributes(grammar, alert, "instance_attributes",
                                      alert_words);
        } else if (mu_grammar_accept(grammar, "meta")) {
            r = mu_grammar_attributes(grammar, alert, "meta_attributes",
                                      alert_words);
        } else if (mu_grammar_accept(grammar, "select")) {
            r = select_parse(grammar, alert);
        } else if (mu_grammar_accept(grammar, "to")) {
            r = recipient_parse(grammar, alert);
        } else {
            r = mu_grammar_expected(grammar, "attributes, meta, select or to",
                                    alert_words);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int
select_parse(struct mu_grammar *grammar, struct mu_element *alert)
{
    static const char *const what[] = {"nodes", "fencing", "resources",
                                       "attributes", NULL};
    struct mu_element *select = mu_element_add(grammar->arena, alert, "select");

    for (;;) {
        const char *name =
            mu_grammar_match(mu_grammar_peek(grammar)->text, what);
        struct mu_element *filter;
        int r;

        if (!name) {
            break;
        }
        grammar->position++;
        filter =
            mu_element_add(grammar->arena, select,
                           mu_text_make(grammar->arena, "select_%s", name));
        if (strcmp(name, "attributes") == 0 &&
            mu_grammar_accept(grammar, "{")) {
            r = select_names_parse(grammar, filter);
            if (r < 0) {
                return r;
            }
        }
    }
    if (!select->first) {
        return mu_grammar_expected(
            grammar, "nodes, fencing, resources or attributes", what);
    }
    return 0;
}

static int
select_names_parse(struct mu_grammar *grammar, struct mu_element *filter)
{
    while (!mu_grammar_accept(grammar, "}")) {
        const struct mu_word *word = mu_grammar_take(grammar);
        struct mu_element *attribute;

        if (!word) {
            return mu_grammar_expected(
                grammar, "the name of a node attribute or \"}\"", NULL);
        }
        attribute = mu_element_add(grammar->arena, filter, "attribute");
        mu_element_set_by(grammar->arena, attribute, "name", word->text, word);
    }
    return 0;
}

/* ["{"] VALUE [DESCRIPTION] {attributes ... | meta ...} ["}"]. */
static int
recipient_parse(struct mu_grammar *grammar, struct mu_element *alert)
{
    struct mu_element *recipient =
        mu_element_add(grammar->arena, alert, "recipient");
    bool is_braced = mu_grammar_accept(grammar, "{");
    const struct mu_word *word = mu_grammar_peek(grammar);
    const char *id = is_braced ? mu_grammar_option(word, "$id") : NULL;
    int r = 0;

    if (id && mu_text_is_id(id)) {
        mu_element_set_by(grammar->arena, recipient, "id", id, word);
        grammar->position++;
    }
    word = mu_grammar_take(grammar);
    if (!word || !*word->text) {
        grammar->position -= word != NULL;
        return mu_grammar_expected(grammar, "a recipient", NULL);
    }
    mu_element_set_by(grammar->arena, recipient, "value", word->text, word);
    mu_grammar_description(grammar, recipient);
    while (r == 0) {
        if (is_braced && mu_grammar_accept(grammar, "attributes")) {
            r = mu_grammar_attributes(grammar, recipient, "instance_attributes",
                                      recipient_words);
        } else if (is_braced && mu_grammar_accept(grammar, "meta")) {
            r = mu_grammar_attributes(grammar, recipient, "meta_attributes",
                                      recipient_words);
        } else {
            break;
        }
    }
    if (r == 0 && is_braced && !mu_grammar_accept(grammar, "}")) {
        r = mu_grammar_expected(grammar, "attributes, meta or \"}\"",
                                recipient_words);
    }
    return r;
}
