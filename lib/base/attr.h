/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_ATTR_H
#define MU_BASE_ATTR_H

/* Compiler attributes under names of our own, so that declarations read the
 * same with gcc and clang. */

#define MU_NODISCARD                __attribute__((warn_unused_result))
#define MU_NORETURN                 __attribute__((noreturn))
#define MU_PRINTF(format_i, args_i) __attribute__((format(printf, format_i, args_i)))

#endif /* MU_BASE_ATTR_H */
