/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "doc/doc_private.h"

static struct mu_doc_element *node_copy(struct mu_doc *doc,
                                        const struct mu_doc_element *source);
static void node_unlink(struct mu_doc_element *node);
static void place_check(const struct mu_doc_element *parent,
                        const struct mu_doc_element *node);

struct mu_doc_element *
mu_doc_edit(struct mu_doc *doc, const struct mu_doc_element *node)
{
    if (!node) {
        return NULL;
    }
    mu_assert(node->doc == doc);
    /* Whoever has the document may write to its nodes. */
    return (struct mu_doc_element *)(uintptr_t)node;
}

bool
mu_doc_can_hold(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        unsigned length = mu_doc_private_character(c);

        if (length == 0) {
            return false;
        }
        c += length;
    }
    return true;
}

struct mu_doc_element *
mu_doc_make(struct mu_doc *doc, const char *name)
{
    return mu_doc_private_node(doc, MU_DOC_ELEMENT,
                               mu_doc_private_name(doc, name));
}

struct mu_doc_element *
mu_doc_make_comment(struct mu_doc *doc, const char *text)
{
    return mu_doc_private_node(doc, MU_DOC_COMMENT,
                               mu_arena_strdup(&doc->arena, text));
}

struct mu_doc_element *
mu_doc_make_copy(struct mu_doc *doc, const struct mu_doc_element *source)
{
    struct mu_doc_element *top = node_copy(doc, source);
    struct mu_doc_element *parent = top;
    const struct mu_doc_element *from = source->first;

    while (from) {
        struct mu_doc_element *made = node_copy(doc, from);

        mu_doc_private_link(parent, made, NULL);
        if (from->first) {
            from = from->first;
            parent = made;
            continue;
        }
        while (from != source && !from->next) {
            from = from->parent;
            if (from != source) {
                parent = parent->parent;
            }
        }
        from = from == source ? NULL : from->next;
    }
    return top;
}

struct mu_doc_element *
mu_doc_add(struct mu_doc_element *parent, const char *name)
{
    struct mu_doc_element *element = mu_doc_make(parent->doc, name);

    mu_doc_private_link(parent, element, NULL);
    return element;
}

void
mu_doc_append(struct mu_doc_element *parent, struct mu_doc_element *node)
{
    place_check(parent, node);
    node_unlink(node);
    mu_doc_private_link(parent, node, NULL);
}

void
mu_doc_insert_before(struct mu_doc_element *sibling,
                     struct mu_doc_element *node)
{
    mu_assert(sibling != node);
    mu_assert(sibling->parent);
    place_check(sibling->parent, node);
    node_unlink(node);
    mu_doc_private_link(sibling->parent, node, sibling);
}

void
mu_doc_insert_after(struct mu_doc_element *sibling, struct mu_doc_element *node)
{
    mu_assert(sibling != node);
    mu_assert(sibling->parent);
    place_check(sibling->parent, node);
    node_unlink(node);
    mu_doc_private_link(sibling->parent, node, sibling->next);
}

void
mu_doc_remove(struct mu_doc_element *node)
{
    mu_assert(node != node->doc->root);
    node_unlink(node);
}

void
mu_doc_set_root(struct mu_doc *doc, struct mu_doc_element *element)
{
    struct mu_doc_element *old = doc->root;
    struct mu_doc_element *next = old ? old->next : NULL;

    mu_assert(element->doc == doc);
    mu_assert(element->kind == MU_DOC_ELEMENT);
    if (element == old) {
        return;
    }
    if (old) {
        node_unlink(old);
    }
    node_unlink(element);
    mu_doc_private_link(&doc->top, element, next);
    doc->root = element;
}

void
mu_doc_rename(struct mu_doc_element *element, const char *name)
{
    mu_assert(element->kind == MU_DOC_ELEMENT);
    element->name = mu_doc_private_name(element->doc, name);
}

void
mu_doc_set(struct mu_doc_element *element, const char *name, const char *value)
{
    struct mu_arena *arena = &element->doc->arena;
    const char *copy = mu_arena_strdup(arena, value);

    mu_assert(element->kind == MU_DOC_ELEMENT);
    mu_assert(value);
    for (unsigned i = 0; i < element->attributes_count; i++) {
        if (strcmp(element->attributes[i].name, name) == 0) {
            element->attributes[i].value = copy;
            return;
        }
    }
    mu_assert(element->attributes_count < MU_ATTRIBUTES_COUNT_MAX);
    if (element->attributes_count == element->attributes_capacity) {
        unsigned capacity = element->attributes_capacity
                                ? element->attributes_capacity * 2u
                                : 4;
        struct mu_doc_pair *grown;

        grown = mu_arena_new(arena, struct mu_doc_pair, capacity);
        if (element->attributes_count > 0) {
            memcpy(grown, element->attributes,
                   element->attributes_count * sizeof(grown[0]));
        }
        element->attributes = grown;
        element->attributes_capacity = (uint16_t)capacity;
    }
    element->attributes[element->attributes_count++] =
        (struct mu_doc_pair){mu_doc_private_name(element->doc, name), copy};
}

void
mu_doc_unset(struct mu_doc_element *element, const char *name)
{
    for (unsigned i = 0; i < element->attributes_count; i++) {
        if (strcmp(element->attributes[i].name, name) == 0) {
            memmove(&element->attributes[i], &element->attributes[i + 1],
                    (element->attributes_count - i - 1u) *
                        sizeof(element->attributes[0]));
            element->attributes_count--;
            return;
        }
    }
}

void
mu_doc_set_text(struct mu_doc_element *element, const char *text)
{
    struct mu_doc *doc = element->doc;

    mu_assert(element->kind == MU_DOC_ELEMENT);
    while (element->first) {
        node_unlink(element->first);
    }
    if (text) {
        mu_doc_private_link(
            element,
            mu_doc_private_node(doc, MU_DOC_TEXT,
                                mu_arena_strdup(&doc->arena, text)),
            NULL);
    }
}

struct mu_doc_element *
mu_doc_private_node(struct mu_doc *doc, enum mu_doc_kind kind, const char *name)
{
    struct mu_doc_element *node =
        mu_arena_new(&doc->arena, struct mu_doc_element, 1);

    node->doc = doc;
    node->kind = kind;
    node->name = name;
    return node;
}

const char *
mu_doc_private_name(struct mu_doc *doc, const char *name)
{
    uint32_t id = mu_index_find(&doc->names_index, name);
    const char *copy;
    bool is_new;

    if (id != MU_INDEX_NONE) {
        return doc->names.items[id];
    }
    mu_assert(*name);
    copy = mu_arena_strdup(&doc->arena, name);
    id = (uint32_t)doc->names.count;
    *mu_vec_add(&doc->arena, &doc->names) = copy;
    is_new = mu_index_add(&doc->names_index, copy, id);
    mu_assert(is_new);
    return copy;
}

void
mu_doc_private_link(struct mu_doc_element *parent, struct mu_doc_element *node,
                    struct mu_doc_element *next)
{
    mu_assert(!node->parent);
    mu_assert(!next || next->parent == parent);
    node->parent = parent;
    node->next = next;
    node->previous = next ? next->previous : parent->last;
    if (node->previous) {
        node->previous->next = node;
    } else {
        parent->first = node;
    }
    if (next) {
        next->previous = node;
    } else {
        parent->last = node;
    }
}

/* Copies a node without its children. */
static struct mu_doc_element *
node_copy(struct mu_doc *doc, const struct mu_doc_element *source)
{
    struct mu_doc_element *copy;

    if (source->kind != MU_DOC_ELEMENT) {
        return mu_doc_private_node(doc, source->kind,
                                   mu_arena_strdup(&doc->arena, source->name));
    }
    copy = mu_doc_make(doc, source->name);
    copy->line = source->line;
    copy->attributes =
        mu_arena_new(&doc->arena, struct mu_doc_pair, source->attributes_count);
    copy->attributes_count = source->attributes_count;
    copy->attributes_capacity = source->attributes_count;
    for (unsigned i = 0; i < source->attributes_count; i++) {
        copy->attributes[i].name =
            mu_doc_private_name(doc, source->attributes[i].name);
        copy->attributes[i].value =
            mu_arena_strdup(&doc->arena, source->attributes[i].value);
    }
    return copy;
}

static void
node_unlink(struct mu_doc_element *node)
{
    struct mu_doc_element *parent = node->parent;

    if (!parent) {
        return;
    }
    if (node->previous) {
        node->previous->next = node->next;
    } else {
        parent->first = node->next;
    }
    if (node->next) {
        node->next->previous = node->previous;
    } else {
        parent->last = node->previous;
    }
    node->parent = NULL;
    node->next = NULL;
    node->previous = NULL;
}

static void
place_check(const struct mu_doc_element *parent,
            const struct mu_doc_element *node)
{
    mu_assert(parent->doc == node->doc);
    mu_assert(node != node->doc->root);
    mu_assert(parent->kind == MU_DOC_ELEMENT);
    mu_assert(parent != &parent->doc->top || node->kind == MU_DOC_COMMENT);
    for (const struct mu_doc_element *at = parent; at; at = at->parent) {
        mu_assert(at != node);
    }
}
