/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CTS_SCHED_PROPERTIES_H
#define MU_CTS_SCHED_PROPERTIES_H

/* Properties: what holds for the plan of every cluster, whatever the plan is?
 *
 * order     No action waits for itself: each waits for such only as come
 *           before it in the plan.
 * twice     Whatever of the orders that the plan allows is taken, nothing is
 *           active, or promoted, more often than it may be, or starts where it
 *           has not been stopped.
 * permuted  The same cluster written down in another order has the same plan.
 * settled   Carried out and planned again nothing is left to be done. Where a
 *           plan learns something (a probe, a failure that is forgotten, a node
 *           that is down) or weighs things against each other that it moves,
 *           a second plan may be needed; a third never is. The second stops
 *           nothing that the first started, unless for such a reason.
 *
 * They are looked at for scenarios, conformance cases and made-up clusters. */

#include "base/span.h"
#include "base/text.h"
#include "model/snapshot.h"

/* Appends a line to 'found' for each property that does not hold for
 * 'snapshot'. 'permuted' is the same cluster written down in another order.
 * Returns how many plans it takes until nothing is left to be done. */
unsigned mu_properties_check(struct mu_arena *arena,
                             const struct mu_snapshot *snapshot,
                             const struct mu_snapshot *permuted,
                             struct mu_text_buffer *found);

/* Likewise for what follows when one of its actions fails, or the node that does
 * it is lost meanwhile: nothing is active twice, and it comes to rest within
 * four plans. A few actions of the plan are tried. */
void mu_properties_check_worst(struct mu_arena *arena,
                               const struct mu_snapshot *snapshot,
                               struct mu_text_buffer *found);

/* Appends the <cib> in 'xml' to 'text' with everything in another order whose
 * order means nothing. It means something for resources, which are placed in
 * the order in which they are listed where two are equally important; members
 * of groups and sets; node states, in whose order the instances of anonymous
 * clones get their numbers; pairs of one name, of which the first counts; and
 * blocks with rules. Returns 0, or a negative errno and 'err'. */
MU_NODISCARD int mu_properties_permute(struct mu_span xml,
                                       struct mu_text_buffer *text,
                                       struct mu_errbuf *err);

#endif /* MU_CTS_SCHED_PROPERTIES_H */
