/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DOC_DOC_PATH_H
#define MU_DOC_DOC_PATH_H

/* Doc path: which elements does this XPath name?
 *
 * The part of XPath 1.0 that scripts use on a CIB: '/' and '//', names and '*',
 * '.', '..', unions with '|', and predicates of positions, attributes, paths
 * below, string literals, '=', '!=', 'and', 'or', not(), contains() and
 * starts-with(). A last step '@name' stands for the elements that have it.
 *
 * Invariant: each element comes once, in document order within a part of a
 * union. */

#include "base/errbuf.h"
#include "doc/doc.h"

struct mu_doc_path {
    const struct mu_doc_element **items; /* On the arena. */
    size_t count;
};

/* Finds the elements of 'doc' that 'path' names. -EBADMSG when it is no such
 * path; 'err' says at which character. */
MU_NODISCARD int mu_doc_path_find(const struct mu_doc *doc, const char *path,
                                  struct mu_arena *arena,
                                  struct mu_doc_path *ret_found,
                                  struct mu_errbuf *err);

#endif /* MU_DOC_DOC_PATH_H */
