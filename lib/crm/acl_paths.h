/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_ACL_PATHS_H
#define MU_CRM_ACL_PATHS_H

/* ACL paths: the short names of the language for XPath expressions that roles
 * often need, in both directions.
 *
 * Invariant: what compress returns expands to the same path again. */

#include "base/arena.h"

/* Returns the XPath that the short name 'word' stands for, such as
 * "meta:web:target-role", or null when it is none. */
const char *mu_acl_paths_expand(struct mu_arena *arena, const char *word);

/* Returns the short name for 'xpath', or null when there is none. */
const char *mu_acl_paths_compress(struct mu_arena *arena, const char *xpath);

#endif /* MU_CRM_ACL_PATHS_H */
