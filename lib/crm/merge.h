/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_MERGE_H
#define MU_CRM_MERGE_H

/* Merge: what becomes of a draft when the configuration that it began with has
 * changed meanwhile?
 *
 * Objects are compared one by one: what only the draft changed is taken from
 * it, what only others changed stays theirs, and what both changed is a
 * conflict that is named. Sets of options are merged pair by pair.
 *
 * Invariant: when there is a conflict, nothing has changed. */

#include <stdbool.h>

#include "base/attr.h"
#include "crm/report.h"
#include "doc/doc.h"

/* What is merged; only 'current' is changed. All three are a <cib>. */
struct mu_merge {
    struct mu_doc *current;      /* As it is now. */
    const struct mu_doc *before; /* As it was when the draft began. */
    const struct mu_doc *after;  /* The draft. */
    bool is_forced;              /* The draft wins over others' changes. */
};

/* Puts the changes of the draft into 'current'. 0, or -EBADMSG with an error
 * in 'report' for each object that others changed, too. */
MU_NODISCARD int mu_merge_config(const struct mu_merge *merge,
                                 struct mu_report *report);

#endif /* MU_CRM_MERGE_H */
