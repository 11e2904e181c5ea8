/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_COMMAND_TABLE_H
#define MU_TOOLS_COMMAND_TABLE_H

/* Command table: which commands are there? Help, dispatch, completion and the
 * check of the manual all read this one table. */

#include <stddef.h>

#include "tools/tool.h"

/* All commands; levels together, in the order of help. */
extern const struct mu_tool_command mu_command_table_items[];
extern const size_t mu_command_table_count;

/* What a level is for. */
struct mu_command_level {
    const char *name;
    const char *summary; /* One line. */
};

/* All levels, in the order of help. */
extern const struct mu_command_level mu_command_table_levels[];
extern const size_t mu_command_table_levels_count;

#endif /* MU_TOOLS_COMMAND_TABLE_H */
