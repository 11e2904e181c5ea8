/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SHADOW_H
#define MU_TOOLS_SHADOW_H

/* Shadow: copies of the configuration that have a name and wait.
 *
 * They belong to a person and lie below the home folder. A copy is a draft, so
 * it knows where it began and can be merged with what happened since. */

#include <stdbool.h>

#include "tools/tool.h"

/* Returns the folder of the copy 'name', which need not exist; null, with a
 * message, when no copy can be called so or there is no home folder. */
const char *mu_shadow_folder(struct mu_tool *tool, const char *name);

/* Returns the file of the copy 'name'; null, with a message, when there is
 * none. */
const char *mu_shadow_path(struct mu_tool *tool, const char *name);

/* Returns the names of all copies, ended by null, sorted; on the tool's
 * arena. */
const char **mu_shadow_names(struct mu_tool *tool);

#endif /* MU_TOOLS_SHADOW_H */
