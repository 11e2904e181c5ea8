/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/element.h"

#include <string.h>

#include "base/panic.h"

static struct mu_element_attribute *
attribute_find(const struct mu_element *element, const char *name);

struct mu_element *
mu_element_new(struct mu_arena *arena, const char *name)
{
    struct mu_element *element = mu_arena_new(arena, struct mu_element, 1);

    mu_assert(name);
    element->name = name;
    return element;
}

struct mu_element *
mu_element_new_comment(struct mu_arena *arena, const char *text)
{
    struct mu_element *element = mu_arena_new(arena, struct mu_element, 1);

    mu_assert(text);
    element->text = text;
    return element;
}

struct mu_element *
mu_element_copy(struct mu_arena *arena, const struct mu_element *element)
{
    struct mu_element *top = NULL;
    struct mu_element *parent = NULL;
    const struct mu_element *from = element;

    /* No recursion: the depth of a tree is up to its author. */
    while (from) {
        struct mu_element *copy = mu_arena_new(arena, struct mu_element, 1);

        copy->name = from->name;
        copy->text = from->text;
        for (size_t i = 0; i < from->attributes_count; i++) {
            mu_element_set_by(arena, copy, from->attributes[i].name,
                              from->attributes[i].value,
                              from->attributes[i].word);
        }
        if (parent) {
            mu_element_append(parent, copy);
        } else {
            top = copy;
        }
        if (from->first) {
            parent = copy;
            from = from->first;
            continue;
        }
        while (from != element && !from->next) {
            from = from->parent;
            parent = parent ? parent->parent : NULL;
        }
        from = from == element ? NULL : from->next;
    }
    return top;
}

const char *
mu_element_get(const struct mu_element *element, const char *name)
{
    const struct mu_element_attribute *attribute =
        attribute_find(element, name);

    return attribute ? attribute->value : NULL;
}

bool
mu_element_is(const struct mu_element *element, const char *name)
{
    return element && element->name && strcmp(element->name, name) == 0;
}

void
mu_element_set(struct mu_arena *arena, struct mu_element *element,
               const char *name, const char *value)
{
    mu_element_set_by(arena, element, name, value, NULL);
}

void
mu_element_set_by(struct mu_arena *arena, struct mu_element *element,
                  const char *name, const char *value,
                  const struct mu_word *word)
{
    struct mu_element_attribute *attribute = attribute_find(element, name);

    mu_assert(value);
    if (attribute) {
        attribute->value = value;
        attribute->word = word;
        return;
    }
    if (element->attributes_count == element->attributes_capacity) {
        size_t capacity = element->attributes_capacity * 2 + 4;
        struct mu_element_attribute *grown =
            mu_arena_new(arena, struct mu_element_attribute, capacity);

        if (element->attributes_count > 0) {
            memcpy(grown, element->attributes,
                   element->attributes_count * sizeof(*grown));
        }
        element->attributes = grown;
        element->attributes_capacity = capacity;
    }
    element->attributes[element->attributes_count++] =
        (struct mu_element_attribute){
            .name = name, .value = value, .word = word};
}

const struct mu_word *
mu_element_word(const struct mu_element *element, const char *name)
{
    const struct mu_element_attribute *attribute =
        attribute_find(element, name);

    return attribute ? attribute->word : NULL;
}

void
mu_element_unset(struct mu_element *element, const char *name)
{
    struct mu_element_attribute *attribute = attribute_find(element, name);
    size_t index;

    if (!attribute) {
        return;
    }
    index = (size_t)(attribute - element->attributes);
    element->attributes_count--;
    memmove(attribute, attribute + 1,
            (element->attributes_count - index) * sizeof(*attribute));
}

void
mu_element_append(struct mu_element *parent, struct mu_element *child)
{
    mu_assert(parent != child);
    mu_element_detach(child);
    child->parent = parent;
    child->previous = parent->last;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
}

void
mu_element_insert(struct mu_element *before, struct mu_element *child)
{
    struct mu_element *parent = before->parent;

    mu_assert(parent);
    mu_assert(before != child);
    mu_element_detach(child);
    child->parent = parent;
    child->next = before;
    child->previous = before->previous;
    if (before->previous) {
        before->previous->next = child;
    } else {
        parent->first = child;
    }
    before->previous = child;
}

void
mu_element_detach(struct mu_element *element)
{
    struct mu_element *parent = element->parent;

    if (!parent) {
        return;
    }
    if (element->previous) {
        element->previous->next = element->next;
    } else {
        parent->first = element->next;
    }
    if (element->next) {
        element->next->previous = element->previous;
    } else {
        parent->last = element->previous;
    }
    element->parent = NULL;
    element->next = NULL;
    element->previous = NULL;
}

struct mu_element *
mu_element_add(struct mu_arena *arena, struct mu_element *parent,
               const char *name)
{
    struct mu_element *child = mu_element_new(arena, name);

    mu_element_append(parent, child);
    return child;
}

struct mu_element *
mu_element_find(const struct mu_element *parent, const char *name)
{
    for (struct mu_element *child = parent->first; child; child = child->next) {
        if (mu_element_is(child, name)) {
            return child;
        }
    }
    return NULL;
}

struct mu_element *
mu_element_find_with(const struct mu_element *parent, const char *name,
                     const char *attribute, const char *value)
{
    for (struct mu_element *child = parent->first; child; child = child->next) {
        const char *found;

        if (!mu_element_is(child, name)) {
            continue;
        }
        found = mu_element_get(child, attribute);
        if (found && strcmp(found, value) == 0) {
            return child;
        }
    }
    return NULL;
}

struct mu_element *
mu_element_walk(const struct mu_element *top, struct mu_element *element)
{
    if (element->first) {
        return element->first;
    }
    while (element != top) {
        if (element->next) {
            return element->next;
        }
        element = element->parent;
    }
    return NULL;
}

static struct mu_element_attribute *
attribute_find(const struct mu_element *element, const char *name)
{
    for (size_t i = 0; i < element->attributes_count; i++) {
        if (strcmp(element->attributes[i].name, name) == 0) {
            return &element->attributes[i];
        }
    }
    return NULL;
}
