/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doc/doc.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "doc/doc_private.h"

static const struct mu_doc_element *
element_from(const struct mu_doc_element *node);

struct mu_doc *
mu_doc_new(const char *name)
{
    struct mu_doc *doc = mu_doc_private_new();

    doc->root = mu_doc_make(doc, name);
    mu_doc_private_link(&doc->top, doc->root, NULL);
    return doc;
}

struct mu_doc *
mu_doc_copy(const struct mu_doc *doc)
{
    struct mu_doc *copy = mu_doc_private_new();

    for (const struct mu_doc_element *node = doc->top.first; node;
         node = node->next) {
        struct mu_doc_element *made = mu_doc_make_copy(copy, node);

        if (node == doc->root) {
            copy->root = made;
        }
        mu_doc_private_link(&copy->top, made, NULL);
    }
    mu_assert(copy->root);
    return copy;
}

void
mu_doc_free(struct mu_doc *doc)
{
    if (doc) {
        mu_arena_done(&doc->arena);
        free(doc);
    }
}

const struct mu_doc_element *
mu_doc_root(const struct mu_doc *doc)
{
    mu_assert(doc->root);
    return doc->root;
}

const char *
mu_doc_name(const struct mu_doc_element *element)
{
    return element->kind == MU_DOC_ELEMENT ? element->name : "";
}

bool
mu_doc_is(const struct mu_doc_element *element, const char *name)
{
    return element->kind == MU_DOC_ELEMENT && strcmp(element->name, name) == 0;
}

enum mu_doc_kind
mu_doc_kind(const struct mu_doc_element *node)
{
    return node->kind;
}

unsigned
mu_doc_line(const struct mu_doc_element *node)
{
    return node->line;
}

const char *
mu_doc_get(const struct mu_doc_element *element, const char *name)
{
    for (unsigned i = 0; i < element->attributes_count; i++) {
        if (strcmp(element->attributes[i].name, name) == 0) {
            return element->attributes[i].value;
        }
    }
    return NULL;
}

unsigned
mu_doc_attributes_count(const struct mu_doc_element *element)
{
    return element->attributes_count;
}

const char *
mu_doc_attribute_name(const struct mu_doc_element *element, unsigned index)
{
    mu_assert(index < element->attributes_count);
    return element->attributes[index].name;
}

const char *
mu_doc_attribute_value(const struct mu_doc_element *element, unsigned index)
{
    mu_assert(index < element->attributes_count);
    return element->attributes[index].value;
}

const struct mu_doc_element *
mu_doc_parent(const struct mu_doc_element *element)
{
    if (element->parent == &element->doc->top) {
        return NULL;
    }
    return element->parent;
}

const struct mu_doc_element *
mu_doc_first(const struct mu_doc_element *element)
{
    return element_from(element->first);
}

const struct mu_doc_element *
mu_doc_next(const struct mu_doc_element *element)
{
    return element_from(element->next);
}

const struct mu_doc_element *
mu_doc_first_named(const struct mu_doc_element *element, const char *name)
{
    const struct mu_doc_element *child = mu_doc_first(element);

    while (child && strcmp(child->name, name) != 0) {
        child = mu_doc_next(child);
    }
    return child;
}

const struct mu_doc_element *
mu_doc_next_named(const struct mu_doc_element *element, const char *name)
{
    const struct mu_doc_element *next = mu_doc_next(element);

    while (next && strcmp(next->name, name) != 0) {
        next = mu_doc_next(next);
    }
    return next;
}

const struct mu_doc_element *
mu_doc_first_node(const struct mu_doc_element *element)
{
    return element->first;
}

const struct mu_doc_element *
mu_doc_next_node(const struct mu_doc_element *node)
{
    return node->next;
}

const char *
mu_doc_text(const struct mu_doc_element *node)
{
    if (node->kind != MU_DOC_ELEMENT) {
        return node->name;
    }
    for (const struct mu_doc_element *child = node->first; child;
         child = child->next) {
        if (child->kind == MU_DOC_TEXT) {
            return child->name;
        }
    }
    return NULL;
}

const struct mu_doc_element *
mu_doc_walk(const struct mu_doc_element *element,
            const struct mu_doc_element *top)
{
    const struct mu_doc_element *next = mu_doc_first(element);

    while (!next && element != top) {
        next = mu_doc_next(element);
        element = element->parent;
        mu_assert(element);
    }
    return next;
}

const struct mu_doc_element *
mu_doc_find(const struct mu_doc_element *top, const char *id)
{
    for (const struct mu_doc_element *element = top; element;
         element = mu_doc_walk(element, top)) {
        const char *value = mu_doc_get(element, "id");

        if (value && strcmp(value, id) == 0) {
            return element;
        }
    }
    return NULL;
}

struct mu_doc *
mu_doc_private_new(void)
{
    struct mu_doc *doc = calloc(1, sizeof(*doc));

    mu_assert(doc);
    mu_arena_init(&doc->arena, SIZE_MAX / 2);
    mu_index_init(&doc->names_index, &doc->arena);
    doc->top.doc = doc;
    doc->top.name = "";
    return doc;
}

/* Returns 'node' or the next of its siblings that is an element. */
static const struct mu_doc_element *
element_from(const struct mu_doc_element *node)
{
    while (node && node->kind != MU_DOC_ELEMENT) {
        node = node->next;
    }
    return node;
}
