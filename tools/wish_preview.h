/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_WISH_PREVIEW_H
#define MU_TOOLS_WISH_PREVIEW_H

/* Wish preview: what would a request to the daemon do that is not about the
 * configuration? Cleaning up, attributes, fencing by hand, tickets: --dry-run
 * for all of them, since all of them go through mu_wish_send(). */

#include "tools/tool.h"

/* Shows what the wish 'name' with its pairs (as for mu_wish_send()) would
 * change of what is known, and the actions that would follow. Returns an exit
 * code. */
MU_NODISCARD int mu_wish_preview_show(struct mu_tool *tool, const char *name,
                                      const char *const *pairs);

#endif /* MU_TOOLS_WISH_PREVIEW_H */
