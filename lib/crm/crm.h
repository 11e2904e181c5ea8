/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_CRM_H
#define MU_CRM_CRM_H

/* Crm: the configuration language, applied to a document and printed from it.
 *
 * Text in the crm shell's language changes a CIB; a CIB is printed as such
 * text. Everything works on documents alone: no cluster, no files. A text that
 * has an error changes nothing.
 *
 * Invariant: after a successful call all references in the objects that were
 * touched lead somewhere, and all ids are unique. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/span.h"
#include "base/text.h"
#include "crm/grammar.h"
#include "crm/report.h"
#include "doc/doc.h"

enum mu_crm_mode {
    MU_CRM_TYPED,   /* Commands and statements, one after the other. */
    MU_CRM_UPDATE,  /* A file: new objects, and whole replacements. */
    MU_CRM_REPLACE, /* As UPDATE on a configuration that has nodes only. */
    MU_CRM_PUSH,    /* The file is all there is: others are deleted. */
    MU_CRM_EDIT,    /* As PUSH among the objects of 'edited', else UPDATE. */
};

struct mu_crm_options {
    enum mu_crm_mode mode;
    const char *const *edited; /* EDIT only: the words that selected what was
                                  shown, see struct mu_crm_selection. */
    size_t edited_count;
    mu_grammar_providers_fn *providers; /* Null: all agents heartbeat's. */
    void *context;                      /* Handed to 'providers'. */
    bool is_forced;                     /* Nodes may be deleted. */
};

/* Applies 'text' to 'cib'. 0; or -EBADMSG or -ENOENT with at least one error
 * in 'report' and 'cib' unchanged. Infos and warnings are added either way. */
MU_NODISCARD int mu_crm_apply(struct mu_doc *cib, struct mu_span text,
                              const struct mu_crm_options *options,
                              struct mu_report *report);

enum mu_crm_detail {
    MU_CRM_BRIEF, /* As the crm shell shows it: inner ids only if needed. */
    MU_CRM_FULL,  /* Loads back to the same XML, inner ids included. */
    MU_CRM_XML,   /* XML of the objects. */
};

struct mu_crm_print_options {
    enum mu_crm_detail detail;
    bool is_unsorted;     /* In the order of the document. */
    const char *obscured; /* Glob of names whose values print as ******; null:
                             none. Never with FULL. */
};

/* Selects objects by words: ids, globs, "type:KIND", "tag:NAME",
 * "related:NAME", joined by "or" (which may be left out) and "and". */
struct mu_crm_selection {
    const char *const *words; /* Null: everything. */
    size_t count;
};

/* Appends the selected objects of 'cib' to 'buffer'. -ENOENT, with an error in
 * 'report', when a plain id names nothing; -EBADMSG when 'cib' is none. */
MU_NODISCARD int mu_crm_print(const struct mu_doc *cib,
                              const struct mu_crm_selection *selection,
                              const struct mu_crm_print_options *options,
                              struct mu_report *report,
                              struct mu_text_buffer *buffer);

#endif /* MU_CRM_CRM_H */
