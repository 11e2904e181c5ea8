/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_COMMAND_H
#define MU_CRM_COMMAND_H

/* Command: what can be done to objects that exist, other than describing them
 * anew: delete, rename, modgroup, set, monitor and erase. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "crm/lexer.h"
#include "crm/workspace.h"

/* Tells whether 'keyword' is a command of this module, in any case. */
bool mu_command_is(const char *keyword);

/* Carries out 'statement', whose first word is a command. 'is_forced' allows
 * to delete nodes. 0, -EBADMSG or -ENOENT with an error reported. */
MU_NODISCARD int mu_command_run(struct mu_workspace *workspace,
                                const struct mu_statement *statement,
                                bool is_forced);

/* Deletes the 'count' objects in 'names': children of containers are kept,
 * references follow or go. The words, for errors, may be null. */
MU_NODISCARD int mu_command_delete(struct mu_workspace *workspace,
                                   const char *const *names,
                                   const struct mu_word *words, size_t count);

/* Removes every object; nodes only when 'with_nodes'. */
void mu_command_erase(struct mu_workspace *workspace, bool with_nodes);

#endif /* MU_CRM_COMMAND_H */
