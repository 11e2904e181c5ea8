/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SESSION_H
#define MU_TOOLS_SESSION_H

/* Session: what one command leaves for the next, and where a person's own files
 * are.
 *
 * A shell gives its commands a private folder; each command is a process of its
 * own and finds there what the ones before it decided: the shadow copy in use,
 * the events of a simulation, options, and the draft of the configuration.
 * Without a shell there is no session, and nothing lasts. */

#include <stdbool.h>

#include "base/attr.h"
#include "tools/tool.h"

/* Makes a private folder and sets 'tool->session'. Returns an exit code. */
MU_NODISCARD int mu_session_open(struct mu_tool *tool);

/* Removes the folder and what is in it. */
void mu_session_close(struct mu_tool *tool);

/* Returns what is kept under 'name', on the tool's arena; null when there is
 * nothing, or no session. */
const char *mu_session_get(struct mu_tool *tool, const char *name);

/* Keeps 'text' under 'name'; null forgets it. Returns an exit code: without a
 * session there is nowhere to keep it. */
MU_NODISCARD int mu_session_set(struct mu_tool *tool, const char *name,
                                const char *text);

/* Returns the folder of the draft of the configuration; null without a
 * session. */
const char *mu_session_draft(struct mu_tool *tool);

/* Returns the path of a person's own file 'name' in the place that the
 * environment variable 'variable' names, else in 'fallback' below the home
 * folder ("XDG_STATE_HOME", ".local/state"). Missing folders are made. Null
 * when there is no such place. */
const char *mu_session_home(struct mu_tool *tool, const char *variable,
                            const char *fallback, const char *name);

#endif /* MU_TOOLS_SESSION_H */
