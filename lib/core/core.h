/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_CORE_H
#define MU_CORE_CORE_H

/* Core: the replicated state machine of one node.
 *
 * mu_core_step() takes one event and gives an ordered list of effects. It does
 * no I/O, reads no clock and keeps nothing outside 'struct mu_core'; many
 * cores live in one process (the simulator), one in a daemon.
 *
 * What replicas share changes only in apply.c, from messages that all members
 * of a view deliver in the same order. What is local (view machine, running
 * agents, disk, clients) never decides for others; it only proposes. */

#include "base/arena.h"
#include "core/effect.h"
#include "core/event.h"
#include "model/snapshot.h"

struct mu_core;
struct mu_state;

/* Allocates a core; it waits for MU_EVENT_BOOT. Never null. */
struct mu_core *mu_core_new(void);

/* Releases 'core'; null is accepted. */
void mu_core_free(struct mu_core *core);

/* Applies one event. '*ret_effects' lives in memory of the core and is
 * borrowed until the next step. */
void mu_core_step(struct mu_core *core, const struct mu_event *event,
                  struct mu_effects *ret_effects);

/* Returns when the caller owes the core a TIMER (on the clock of
 * mu_event.now), or MU_INSTANT_NEVER. */
struct mu_instant mu_core_deadline(const struct mu_core *core);

/* What phase this node is in, for people and for checks. */
enum mu_core_phase {
    MU_CORE_BOOTING,   /* No BOOT event yet. */
    MU_CORE_OFFLINE,   /* No ring. */
    MU_CORE_GATHERING, /* A ring, but no view yet. */
    MU_CORE_SYNCING,   /* In the view, waiting for the state. */
    MU_CORE_ACTIVE,    /* In the view with the current state. */
    MU_CORE_ENDED,     /* Asked to exit. */
};

/* Reading a core. Everything returned is borrowed until the next step. */
enum mu_core_phase mu_core_get_phase(const struct mu_core *core);
uint32_t mu_core_get_node_id(const struct mu_core *core);
/* The replicated state as this node has applied it; see state.h. */
const struct mu_state *mu_core_get_state(const struct mu_core *core);
/* Node id of the coordinator of the current view, or 0 when there is none. */
uint32_t mu_core_get_coordinator(const struct mu_core *core);
/* True when the view is quorate. */
bool mu_core_is_quorate(const struct mu_core *core);
/* True when nothing is in flight and the newest plan for the current state is
 * empty. */
bool mu_core_is_idle(const struct mu_core *core);
/* True when it is idle, and not only because it may do nothing without quorum:
 * what somebody who waits for the cluster wants to hear. */
bool mu_core_is_at_rest(const struct mu_core *core);
/* Builds the scheduler's input from the current state on 'arena', as the
 * coordinator would do at 'wall_ms'. Null while there is no configuration. */
const struct mu_snapshot *mu_core_make_snapshot(const struct mu_core *core,
                                                struct mu_arena *arena,
                                                int64_t wall_ms);

#endif /* MU_CORE_CORE_H */
