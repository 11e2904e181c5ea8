/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SHELL_H
#define MU_TOOLS_SHELL_H

/* Shell: commands one after the other, from a person or from a file, with
 * levels.
 *
 * A level's name alone goes down into it, "up" leaves it, "quit" ends. Each
 * line runs as if it had been given on the command line, in a process of its
 * own. In the level configure the changes are gathered in a draft until
 * "commit"; leaving the level asks what is to become of them, or commits when
 * nobody is there to ask and every line was good. */

#include "tools/tool.h"

/* Runs one command line with the options and the session of 'start'; 'argv[0]'
 * is the program's name. Returns an exit code. */
typedef int mu_shell_function(const struct mu_tool *start, int argc,
                              char **argv);

/* Reads lines from the terminal, or from 'script' ("-" for standard input),
 * until its end or "quit", and runs them. 'level' is where it begins, null for
 * the top. Returns the exit code of the last line; for a script FAILED when any
 * line failed. */
int mu_shell_run(struct mu_tool *tool, mu_shell_function *run,
                 const char *script, const char *level);

#endif /* MU_TOOLS_SHELL_H */
