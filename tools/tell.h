/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_TELL_H
#define MU_TOOLS_TELL_H

/* Tell: what the crm language has to say, for the person at the terminal. */

#include "crm/report.h"
#include "tools/tool.h"

/* Says what a report of the crm language holds. 'thing' names the text, null
 * for a typed statement; 'text' is shown with a caret on terminals. */
void mu_tell_report(struct mu_tool *tool, const char *thing, const char *text,
                    const struct mu_report *report, bool is_failed);

#endif /* MU_TOOLS_TELL_H */
