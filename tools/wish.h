/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_WISH_H
#define MU_TOOLS_WISH_H

/* Wish: a request to the daemon that is not about the configuration: cleaning
 * up, attributes, fencing by hand, tickets. With --dry-run nothing is sent and
 * what it would do is shown. */

#include "tools/tool.h"

/* Sends the wish 'name', which only has texts in it: pairs of name and value,
 * ended by a null name; null values are left out. Prints nothing on success.
 * Returns an exit code. */
MU_NODISCARD int mu_wish_send(struct mu_tool *tool, const char *name,
                              const char *const *pairs);

#endif /* MU_TOOLS_WISH_H */
