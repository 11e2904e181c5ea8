/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_CIB_EDIT_H
#define MU_TOOLS_CIB_EDIT_H

/* Cib edit: get the configuration, change it, put it back.
 *
 * The configuration is that of the cluster or of a file (--file, CIB_file). A
 * change is validated here, where the words came from, and again by the
 * daemon; it is refused whole or taken whole. When somebody else was faster,
 * the change is made again on what is there now. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/text.h"
#include "doc/doc.h"
#include "tools/tool.h"

struct mu_cib_edit {
    struct mu_tool *tool;
    struct mu_doc *doc; /* The <cib>, with <status> if it was asked. */
    const char *before; /* Its text as it was. */
    size_t before_size;
    const char *base; /* Revision it came from; null for files. */
    bool has_status;  /* 'doc' holds the status. */
    bool was_refused; /* The last commit found that somebody was
                         faster. */
    bool is_silent;   /* Commit without a word on success. */
    const char *revision; /* That a commit to the cluster has made, or null. */
};

/* Changes 'edit->doc'. Called again with a new document when somebody else was
 * faster. Returns an exit code and says itself what is wrong. */
typedef int mu_cib_edit_change(struct mu_cib_edit *edit, void *context);

/* Reads the configuration, with the status if 'with_status'. Returns an exit
 * code. */
MU_NODISCARD int mu_cib_edit_open(struct mu_tool *tool, bool with_status,
                                  struct mu_cib_edit *ret_edit);

/* Releases what open() got. */
void mu_cib_edit_close(struct mu_cib_edit *edit);

/* Reads, calls 'change', validates and commits, or shows what would happen
 * with --dry-run. Returns an exit code. */
MU_NODISCARD int mu_cib_edit_run(struct mu_tool *tool,
                                 mu_cib_edit_change *change, void *context);

/* The same for changes that look at the status first: 'edit->has_status' is
 * true, with or without --dry-run. */
MU_NODISCARD int mu_cib_edit_run_seeing(struct mu_tool *tool,
                                        mu_cib_edit_change *change,
                                        void *context);

/* For those who do more than mu_cib_edit_run(). Nodes that were listed and are
 * not any more can be listed again, without what was configured for them: they
 * are there because they are in the ring. Then: whether 'edit' changes what the
 * configuration means, its text before and after, and the last step of it.
 * Commit validates first, shows what would happen with --dry-run, and returns
 * an exit code; 'edit->was_refused' says that somebody was faster. */
void mu_cib_edit_keep_nodes(struct mu_cib_edit *edit);
bool mu_cib_edit_has_changed(const struct mu_cib_edit *edit);
struct mu_span mu_cib_edit_before(const struct mu_cib_edit *edit);
struct mu_span mu_cib_edit_after(const struct mu_cib_edit *edit);
MU_NODISCARD int mu_cib_edit_commit(struct mu_cib_edit *edit);

/* Judges the document strictly; says what is wrong. Returns an exit code. */
MU_NODISCARD int mu_cib_edit_validate(struct mu_tool *tool, const char *thing,
                                      const struct mu_doc *doc);

#endif /* MU_TOOLS_CIB_EDIT_H */
