/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_ELEMENT_H
#define MU_CRM_ELEMENT_H

/* Element: a working copy of configuration XML on an arena.
 *
 * The language reads and edits this copy and gives it back to the document
 * only when a whole command succeeded, so a refused command changes nothing.
 * An attribute also remembers which word of a statement asked for it, so that
 * what turns out later points there. It knows neither files nor what the names
 * mean.
 *
 * Invariant: the links of a child and of its parent agree; an element without
 * a parent has no siblings. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct mu_word;

struct mu_element_attribute {
    const char *name;
    const char *value;          /* Never null. */
    const struct mu_word *word; /* The word that said so, or null. */
};

struct mu_element {
    const char *name; /* Tag; null when this is a comment. */
    const char *text; /* Content of a comment, else null. */
    struct mu_element_attribute *attributes; /* In the order they were set. */
    size_t attributes_count;
    size_t attributes_capacity;
    struct mu_element *parent; /* Null at the top. */
    struct mu_element *first;  /* First child, or null. */
    struct mu_element *last;   /* Last child, or null. */
    struct mu_element *next;   /* Next sibling, or null. */
    struct mu_element *previous;
};

/* Returns a new element without parent. 'name' is borrowed. */
struct mu_element *mu_element_new(struct mu_arena *arena, const char *name);

/* Returns a new comment; 'text' is borrowed. */
struct mu_element *mu_element_new_comment(struct mu_arena *arena,
                                          const char *text);

/* Returns a deep copy without parent. */
struct mu_element *mu_element_copy(struct mu_arena *arena,
                                   const struct mu_element *element);

/* Returns the value of attribute 'name', or null. */
const char *mu_element_get(const struct mu_element *element, const char *name);

/* Tells whether 'element' is a tag of this name. Null is none. */
bool mu_element_is(const struct mu_element *element, const char *name);

/* Sets attribute 'name' to 'value'; both are borrowed. */
void mu_element_set(struct mu_arena *arena, struct mu_element *element,
                    const char *name, const char *value);

/* The same, and remembers that 'word' said so. */
void mu_element_set_by(struct mu_arena *arena, struct mu_element *element,
                       const char *name, const char *value,
                       const struct mu_word *word);

/* Returns the word that set attribute 'name', or null. */
const struct mu_word *mu_element_word(const struct mu_element *element,
                                      const char *name);

/* Removes attribute 'name' if it is there. */
void mu_element_unset(struct mu_element *element, const char *name);

/* Makes 'child' the last child; it is taken out of its old place first. */
void mu_element_append(struct mu_element *parent, struct mu_element *child);

/* Puts 'child' in front of 'before', which must have a parent. A null 'before'
 * is not allowed. */
void mu_element_insert(struct mu_element *before, struct mu_element *child);

/* Takes 'element' out of its parent. */
void mu_element_detach(struct mu_element *element);

/* Returns a new child 'name' at the end of 'parent'. */
struct mu_element *mu_element_add(struct mu_arena *arena,
                                  struct mu_element *parent, const char *name);

/* Returns the first child called 'name', or null. */
struct mu_element *mu_element_find(const struct mu_element *parent,
                                   const char *name);

/* Returns the first child called 'name' whose 'attribute' is 'value'. */
struct mu_element *mu_element_find_with(const struct mu_element *parent,
                                        const char *name, const char *attribute,
                                        const char *value);

/* Returns the element after 'element' in document order below 'top', or null
 * at the end. Start with 'top' itself. */
struct mu_element *mu_element_walk(const struct mu_element *top,
                                   struct mu_element *element);

#endif /* MU_CRM_ELEMENT_H */
