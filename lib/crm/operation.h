/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_OPERATION_H
#define MU_CRM_OPERATION_H

/* Operation: what commands change about the operations of a resource.
 *
 * Invariant: a call that fails leaves the document as it was. All of them
 * return 0, -ENOENT for an object that does not exist or -EBADMSG for one that
 * cannot take the change, with an error in 'report'. */

#include <stdbool.h>

#include "base/attr.h"
#include "crm/report.h"
#include "crm/verify.h"
#include "doc/doc.h"

/* Writes the timeouts that 'agent' advises into the primitive or template 'id':
 * for operations that are not repeated in any case, for monitors where they
 * exist. */
MU_NODISCARD int mu_operation_advise(struct mu_doc *cib, const char *id,
                                     const struct mu_verify_agent *agent,
                                     struct mu_report *report);

struct mu_operation_trace {
    const char *id;       /* Of the primitive. */
    const char *name;     /* Of the operation; null: all. */
    const char *interval; /* Null: any. */
    const char *folder;   /* Where the traces go; null: the usual place. */
    bool is_on;
};

/* Lets the agent write a trace of its operations (trace_ra), or no longer.
 * Operations that are not repeated are added where there are none. */
MU_NODISCARD int mu_operation_trace(struct mu_doc *cib,
                                    const struct mu_operation_trace *trace,
                                    struct mu_report *report);

#endif /* MU_CRM_OPERATION_H */
