/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_FIELD_H
#define MU_TOOLS_FIELD_H

/* Field: what a JSON object of the daemon says under a name.
 *
 * What is missing, or is of another type, reads as null, false or 0. Texts and
 * objects are borrowed from where they stand. It does not know what any name
 * means. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Returns the text 'name' of 'object', or null. */
const char *mu_field_text(const json_t *object, const char *name);

/* Tells whether 'name' of 'object' is a text, and is 'text'. */
bool mu_field_is(const json_t *object, const char *name, const char *text);

bool mu_field_is_true(const json_t *object, const char *name);

int64_t mu_field_number(const json_t *object, const char *name);

/* Returns the first object of 'array' whose 'name' is 'text', or null; 'text'
 * may be null, which none is. */
const json_t *mu_field_find(const json_t *array, const char *name,
                            const char *text);

#endif /* MU_TOOLS_FIELD_H */
