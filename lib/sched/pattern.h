/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PATTERN_H
#define MU_SCHED_PATTERN_H

/* Pattern: does this name match an extended regular expression?
 *
 * The documented subset that names need: literals, '.', sets, groups,
 * alternatives, '*', '+', '?', '{n,m}', '^', '$'. Own code, because regcomp(3)
 * depends on the locale. The work is bounded: a pattern that needs too much
 * of it does not match. */

#include "base/arena.h"

/* Matches 'pattern' anywhere in 'text'. Returns how many submatches were set
 * in 'matches' (the whole match first; null: group not used), 0 for no match,
 * -EBADMSG for a pattern that is not well-formed. */
int mu_pattern_match(struct mu_arena *arena, const char *pattern,
                     const char *text, const char **matches,
                     unsigned matches_count_max);

#endif /* MU_SCHED_PATTERN_H */
