/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_EDIT_PRIVATE_H
#define MU_CRM_EDIT_PRIVATE_H

/* Edit private: how a change begins and ends, for edit*.c only. */

#include "crm/edit.h"
#include "crm/workspace.h"

/* One change while it is made. */
struct mu_edit {
    struct mu_arena arena;
    struct mu_workspace workspace;
    struct mu_doc *cib;
};

/* Opens 'cib'. Whatever it returns, mu_edit_end() must follow. */
MU_NODISCARD int mu_edit_begin(struct mu_edit *edit, struct mu_doc *cib,
                               struct mu_report *report);

/* Keeps the change when 'r' is 0, releases memory, and returns 'r'. */
int mu_edit_end(struct mu_edit *edit, int r);

/* A clone acts as one, so what is meant for its child is meant for it; the
 * members of a group are told apart. */
struct mu_element *mu_edit_topmost(struct mu_element *resource);

/* Returns the node, or null with '*ret_result' set. */
struct mu_element *mu_edit_node_get(struct mu_edit *edit, const char *uname,
                                    int *ret_result);

/* Adds a set 'tag' to 'object' where sets belong; its id is not set. */
struct mu_element *mu_edit_set_add(struct mu_edit *edit,
                                   struct mu_element *object, const char *tag);

#endif /* MU_CRM_EDIT_PRIVATE_H */
