/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/compare.h"

#include <errno.h>
#include <string.h>

#include "crm/grammar.h"
#include "crm/kinds.h"
#include "crm/lexer.h"
#include "crm/workspace.h"

static struct mu_element *normal_form(struct mu_arena *arena,
                                      const struct mu_element *object);
static bool is_default(const struct mu_element *element,
                       const struct mu_element_attribute *attribute);
static bool attributes_are_equal(const struct mu_element *read,
                                 const struct mu_element *object,
                                 bool ignores_ids);
static const struct mu_element *skip_silent(const struct mu_element *element,
                                            bool skips_empty);
static bool is_reference(const struct mu_element *element);

bool
mu_compare_text(struct mu_arena *arena, const char *text,
                const struct mu_element *object, bool has_promoted,
                bool is_full)
{
    struct mu_span span = {(const unsigned char *)text, strlen(text)};
    struct mu_grammar_options options = {.has_promoted = has_promoted};
    struct mu_lexer_result lexed;
    struct mu_report report;
    struct mu_workspace workspace = {.arena = arena, .report = &report};
    struct mu_grammar grammar = {
        .arena = arena, .report = &report, .options = &options};
    struct mu_element *read;

    mu_report_init(&report, arena);
    if (mu_lexer_split(arena, span, &lexed, NULL) < 0 || lexed.count != 1) {
        return false;
    }
    grammar.statement = &lexed.statements[0];
    if (mu_kinds_by_keyword(grammar.statement->words[0].text) !=
            mu_kinds_of(object) ||
        mu_grammar_parse(&grammar, mu_kinds_of(object), &read) < 0) {
        return false;
    }
    if (mu_element_is(read, "node") && !mu_element_get(read, "id")) {
        mu_element_set(arena, read, "id", mu_element_get(read, "uname"));
    }
    if (is_full && !mu_element_get(read, "id-ref")) {
        mu_index_init(&workspace.index, arena);
        mu_workspace_enter(&workspace, read);
        if (mu_workspace_identify(&workspace, read, NULL) < 0) {
            return false;
        }
    }
    return mu_compare_elements(read, normal_form(arena, object), !is_full);
}

bool
mu_compare_elements(const struct mu_element *read,
                    const struct mu_element *object, bool ignores_ids)
{
    const struct mu_element *left = skip_silent(read->first, ignores_ids);
    const struct mu_element *right = skip_silent(object->first, ignores_ids);

    if (strcmp(read->name, object->name) != 0 ||
        !attributes_are_equal(read, object, ignores_ids)) {
        return false;
    }
    while (left && right) {
        /* As deep as a statement can be, which is what was read. */
        if (!mu_compare_elements(left, right, ignores_ids)) {
            return false;
        }
        left = skip_silent(left->next, ignores_ids);
        right = skip_silent(right->next, ignores_ids);
    }
    return !left && !right;
}

/* Returns a copy with members as place holders, behind everything else in a
 * group or clone, and without the sets that say nothing. */
static struct mu_element *
normal_form(struct mu_arena *arena, const struct mu_element *object)
{
    struct mu_element *copy = mu_element_new(arena, object->name);
    bool is_bundle = mu_element_is(object, "bundle");

    for (size_t i = 0; i < object->attributes_count; i++) {
        mu_element_set(arena, copy, object->attributes[i].name,
                       object->attributes[i].value);
    }
    for (unsigned pass = 0; pass < 2; pass++) {
        for (const struct mu_element *child = object->first; child;
             child = child->next) {
            bool is_member = mu_kinds_of(child) != MU_KIND_NONE;
            const char *id = child->name ? mu_element_get(child, "id") : NULL;

            if (!child->name ||
                (is_bundle ? pass == 1 : is_member != (pass == 1))) {
                continue;
            }
            if (is_member) {
                struct mu_element *member =
                    mu_element_add(arena, copy, MU_GRAMMAR_MEMBER);

                mu_element_set(arena, member, "id", id ? id : "");
            } else {
                mu_element_append(copy, mu_element_copy(arena, child));
            }
        }
    }
    return copy;
}

static bool
attributes_are_equal(const struct mu_element *read,
                     const struct mu_element *object, bool ignores_ids)
{
    for (size_t i = 0; i < read->attributes_count; i++) {
        const char *value = mu_element_get(object, read->attributes[i].name);

        if (is_default(read, &read->attributes[i])) {
            continue;
        }
        if (!value || strcmp(value, read->attributes[i].value) != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < object->attributes_count; i++) {
        const char *name = object->attributes[i].name;
        bool is_inner_id = strcmp(name, "id") == 0 && !is_reference(object);

        if (!is_default(object, &object->attributes[i]) &&
            !(ignores_ids && is_inner_id) && !mu_element_get(read, name)) {
            return false;
        }
    }
    return true;
}

static bool
is_default(const struct mu_element *element,
           const struct mu_element_attribute *attribute)
{
    static const struct {
        const char *tag;
        const char *name;
        const char *value;
    } defaults[] = {
        {"rule", "boolean-op", "and"},
        {"expression", "type", "string"},
        {"expression", "value-source", "literal"},
        {"node", "type", "normal"},
        {"resource_set", "sequential", "true"},
        {"resource_set", "require-all", "true"},
    };

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (mu_element_is(element, defaults[i].tag) &&
            strcmp(attribute->name, defaults[i].name) == 0 &&
            strcmp(attribute->value, defaults[i].value) == 0) {
            return true;
        }
    }
    return false;
}

/* Returns the first of 'element' and its siblings that says something: no
 * comment and, if 'skips_empty', no set without content. */
static const struct mu_element *
skip_silent(const struct mu_element *element, bool skips_empty)
{
    static const char *const sets[] = {"instance_attributes", "meta_attributes",
                                       "utilization", "operations", NULL};

    for (; element; element = element->next) {
        bool is_set = false;

        for (size_t i = 0; sets[i]; i++) {
            is_set |= mu_element_is(element, sets[i]);
        }
        if (element->name &&
            !(skips_empty && is_set && !skip_silent(element->first, true) &&
              !mu_element_get(element, "id-ref"))) {
            break;
        }
    }
    return element;
}

/* Their attribute "id" says what they refer to. */
static bool
is_reference(const struct mu_element *element)
{
    return mu_element_is(element, "resource_ref") ||
           mu_element_is(element, "obj_ref") || mu_element_is(element, "role");
}
