/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_REFS_H
#define MU_CRM_REFS_H

/* Refs: which objects does an object name, and what becomes of the references
 * when one is wrapped, renamed or removed?
 *
 * Invariant: after a successful call no reference names what is gone. */

#include "base/attr.h"
#include "crm/workspace.h"

/* Checks that all that 'object' names exists, and that the references of
 * attribute sets ("id-ref") lead to a set of that kind; one that names an
 * object is pointed to the first such set in it. 0, or -ENOENT with errors
 * reported. */
MU_NODISCARD int mu_refs_check(struct mu_workspace *workspace,
                               struct mu_element *object);

/* Points the constraints that name 'from' to 'to', as when a container takes
 * in a resource. Each change is reported. */
void mu_refs_redirect(struct mu_workspace *workspace, const char *from,
                      const char *to);

/* Renames every reference. */
void mu_refs_rename(struct mu_workspace *workspace, const char *from,
                    const char *to);

/* Removes every reference to 'id': sets shrink, a constraint with too few
 * references goes, tags and fencing levels lose an entry. */
void mu_refs_remove(struct mu_workspace *workspace, const char *id);

/* Takes a node out of the configuration, with the constraints and fencing
 * levels that name it. */
void mu_refs_remove_node(struct mu_workspace *workspace,
                         struct mu_element *node);

/* Returns an object outside 'object' that refers to an attribute set, rule or
 * operations inside it, or null. */
const struct mu_element *mu_refs_holder(const struct mu_workspace *workspace,
                                        const struct mu_element *object);

#endif /* MU_CRM_REFS_H */
