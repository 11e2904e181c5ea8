/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_TICKET_H
#define MU_SCHED_TICKET_H

/* Ticket: may this site run it?
 *
 * A ticket that was granted to this site allows resources or roles. Losing it
 * is answered by its loss-policy; a ticket in standby allows nothing new. */

#include "sched/state.h"

/* Applies the ticket constraints. */
void mu_ticket_apply(struct mu_sched *sched);

/* Bans 'clone' from every node if its promotion needs a ticket that is not
 * there. */
void mu_ticket_require_promotion(struct mu_sched *sched,
                                 struct mu_sched_resource *clone);

#endif /* MU_SCHED_TICKET_H */
