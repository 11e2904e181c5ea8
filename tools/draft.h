/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_DRAFT_H
#define MU_TOOLS_DRAFT_H

/* Draft: a configuration that is being worked on, apart from the one in use.
 *
 * It lives in a folder: cib.xml as it is now, before.xml as it was when the
 * draft began, and "base", the revision that was. The shell keeps what is not
 * committed yet in one; a shadow copy is one with a name. It does not know what
 * is in the configuration.
 *
 * Invariant: where there is a cib.xml, the other two are there as well. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/span.h"
#include "tools/tool.h"

struct mu_draft {
    const char *now; /* On the tool's arena, as all texts here. */
    size_t now_size;
    const char *before;
    size_t before_size;
    const char *base; /* Null when it began with a file. */
};

/* Returns the path of the configuration in the draft 'folder'. */
const char *mu_draft_path(struct mu_tool *tool, const char *folder);

/* Tells whether there is a draft in 'folder'. */
bool mu_draft_is_open(struct mu_tool *tool, const char *folder);

/* Reads a draft; says what is wrong. Returns an exit code. */
MU_NODISCARD int mu_draft_read(struct mu_tool *tool, const char *folder,
                               struct mu_draft *ret_draft);

/* Begins a draft with the configuration 'before' of the revision 'base', which
 * may be null. The folder is made if need be. Returns an exit code. */
MU_NODISCARD int mu_draft_begin(struct mu_tool *tool, const char *folder,
                                struct mu_span before, const char *base);

/* Writes what the configuration is now. Returns an exit code. */
MU_NODISCARD int mu_draft_write(struct mu_tool *tool, const char *folder,
                                struct mu_span now);

/* Forgets the draft; the folder stays if it holds anything else. */
void mu_draft_drop(struct mu_tool *tool, const char *folder);

#endif /* MU_TOOLS_DRAFT_H */
