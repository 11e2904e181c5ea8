/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_APPLY_H
#define MU_CRM_APPLY_H

/* Apply: how does the element of one statement get into the configuration?
 *
 * A new object is added to its section; one that exists is refused, merged or
 * replaced, as its kind and the way it was given demand. Containers take in
 * their members, and constraints follow. */

#include <stdbool.h>

#include "base/attr.h"
#include "crm/kinds.h"
#include "crm/workspace.h"

struct mu_apply {
    struct mu_workspace *workspace;
    bool is_typed; /* At the prompt: an existing object is an error. */
    bool is_exact; /* Sets of options become equal to the text. */
};

/* Puts 'object', as the grammar made it, into the configuration. 0, -EBADMSG
 * or -ENOENT with an error reported; the workspace is then of no more use. */
MU_NODISCARD int mu_apply_object(struct mu_apply *apply, enum mu_kind kind,
                                 struct mu_element *object,
                                 const struct mu_word *word);

/* The same for an object given as XML, members of containers included. */
MU_NODISCARD int mu_apply_xml(struct mu_apply *apply, struct mu_element *object,
                              const struct mu_word *word);

/* Returns the id of the set of options that a statement without one means. */
const char *mu_apply_default_id(enum mu_kind kind);

/* Moves what 'container' contains to the top level, behind everything else. */
void mu_apply_free_members(struct mu_workspace *workspace,
                           struct mu_element *container);

/* Checks that no container lost its last member. */
MU_NODISCARD int mu_apply_check_containers(struct mu_workspace *workspace);

#endif /* MU_CRM_APPLY_H */
