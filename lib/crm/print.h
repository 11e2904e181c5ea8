/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_PRINT_H
#define MU_CRM_PRINT_H

/* Print: what does an object look like in the language?
 *
 * An object is a head and sections, one per line, in the order in which they
 * stand in the XML. What the language cannot say is printed as XML: each text
 * is read back and compared before it is trusted.
 *
 * Invariant: what is printed in full reads back as the same element. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/index.h"
#include "base/text.h"
#include "crm/element.h"
#include "crm/kinds.h"

/* The lines of one object while they are made. Shared by print*.c only. */
struct mu_print {
    struct mu_arena *arena;
    const struct mu_index *referenced; /* Ids that id-ref attributes name. */
    bool is_full;         /* All ids that would not come by themselves. */
    bool has_promoted;    /* Of the schema. */
    const char *obscured; /* Glob of names with secret values, or null. */
    struct mu_print_lines {
        const char **items;
        size_t count;
        size_t capacity;
    } lines; /* The head first. */
};

/* Returns the text of 'object' with a newline at its end. */
const char *mu_print_object(const struct mu_print *print,
                            const struct mu_element *object);

/* Returns 'object' as an "xml" statement ('is_statement') or as plain XML, with
 * a newline at its end. */
const char *mu_print_xml(struct mu_arena *arena,
                         const struct mu_element *object, bool is_statement);

/* Tells whether 'name' matches 'glob' ('*' and '?'), case apart. */
bool mu_print_glob(const char *glob, const char *name);

/* For the files of the printer. */

/* Adds a line and returns it as a buffer would have it. */
void mu_print_line(struct mu_print *print, const char *line);

/* Adds the lines of one kind of object. */
void mu_print_constraint(struct mu_print *print,
                         const struct mu_element *constraint);
void mu_print_fencing(struct mu_print *print,
                      const struct mu_element *topology);
void mu_print_acl(struct mu_print *print, const struct mu_element *object);
void mu_print_alert(struct mu_print *print, const struct mu_element *alert);

/* Appends " KEYWORD [$id=] [SCORE:] RULES PAIRS" of an attribute set. */
void mu_print_set(const struct mu_print *print, const struct mu_element *set,
                  const char *prefix, struct mu_text_buffer *line);

/* Appends " rule ...". 'prefix' is the id of what holds it. */
void mu_print_rule(const struct mu_print *print, const struct mu_element *rule,
                   const char *prefix, struct mu_text_buffer *line);

/* Appends a pair of the set with the id 'set_id', with a blank in front. */
void mu_print_nvpair(const struct mu_print *print,
                     const struct mu_element *pair, const char *set_id,
                     struct mu_text_buffer *line);

/* Appends " NAME=VALUE" with quotes where needed. */
void mu_print_pair(const struct mu_print *print, const char *name,
                   const char *value, struct mu_text_buffer *line);

/* Tells whether the id of 'part' must be printed: it is referred to, or it is
 * not 'usual' and everything is wanted. */
bool mu_print_needs_id(const struct mu_print *print,
                       const struct mu_element *part, const char *usual);

/* Returns the id that 'part' gets when 'base' is its name. */
const char *mu_print_usual_id(const struct mu_print *print,
                              const struct mu_element *part, const char *base);

/* Returns a score as the language writes it. */
const char *mu_print_score(const char *score);

#endif /* MU_CRM_PRINT_H */
