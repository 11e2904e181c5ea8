/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SHELL_H
#define MU_TOOLS_SHELL_H

/* Shell: commands typed one after the other, with levels.
 *
 * A level's name alone goes down into it, "up" leaves it, "quit" ends. Each
 * line runs as if it had been given on the command line. */

#include "tools/tool.h"

/* Runs one command line; 'argv[0]' is the program's name. Returns an exit
 * code. */
typedef int mu_shell_function(int argc, char **argv);

/* Reads lines from standard input until its end or "quit" and runs them.
 * 'is_level' tells whether a word is the name of a level. Returns the exit code
 * of the last line. */
int mu_shell_run(struct mu_tool *tool, mu_shell_function *run,
                 bool (*is_level)(const char *word));

#endif /* MU_TOOLS_SHELL_H */
