/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_COMPARE_H
#define MU_CRM_COMPARE_H

/* Compare: does a text say the same as an element?
 *
 * Attributes that have their default value count as absent, comments do not
 * count, and the order of a container's members and sets among each other does
 * not either. */

#include <stdbool.h>

#include "base/arena.h"
#include "crm/element.h"

/* Tells whether the statement in 'text' describes 'object'. Ids that the text
 * does not give are ignored, unless 'is_full': then those it would be given
 * must be those it has. */
bool mu_compare_text(struct mu_arena *arena, const char *text,
                     const struct mu_element *object, bool has_promoted,
                     bool is_full);

/* Tells whether two elements are the same; 'ignores_ids' as above. */
bool mu_compare_elements(const struct mu_element *read,
                         const struct mu_element *object, bool ignores_ids);

#endif /* MU_CRM_COMPARE_H */
