/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_SELECT_H
#define MU_CRM_SELECT_H

/* Select: which objects do the words behind "show" mean?
 *
 * A word is an id, a pattern with '*' or '?', type:KIND, tag:NAME,
 * related:NAME or obscure:PATTERN. Words are alternatives unless "and" stands
 * between them. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "crm/workspace.h"

struct mu_select {
    struct mu_workspace *workspace;
    const char **words;   /* Without "and", "or" and "obscure:". */
    bool *joins;          /* The word and the one before must both hold. */
    size_t count;         /* 0: everything. */
    const char *obscured; /* Pattern of names to hide, or null. */
};

/* Reads 'words'. -ENOENT, with an error reported, when an id names nothing. */
MU_NODISCARD int mu_select_read(struct mu_select *select,
                                struct mu_workspace *workspace,
                                const char *const *words, size_t count);

/* Tells whether 'object' is selected. */
bool mu_select_has(const struct mu_select *select,
                   const struct mu_element *object);

#endif /* MU_CRM_SELECT_H */
