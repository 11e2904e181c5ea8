/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_APPLY_H
#define MU_CORE_APPLY_H

/* Apply: what does an agreed message change?
 *
 * The replicated part of the core. It sees only the state and agreed bytes: no
 * local clock, no local node, no disk. It is total: whatever a message says,
 * it is applied or ignored, the same way everywhere. What follows for a single
 * node (run this agent, store this, answer that client) comes out as outcomes,
 * which each core reads with its own identity in mind. */

#include "base/vec.h"
#include "core/body.h"
#include "core/effect.h"
#include "core/state.h"

enum mu_outcome_type {
    MU_OUTCOME_LAUNCH,     /* Flight 'op_id' was released on 'node_id'. */
    MU_OUTCOME_FENCE,      /* Fencing 'op_id' has a new attempt to run. */
    MU_OUTCOME_CANCEL,     /* The agent of 'op_id' is not wanted any more. */
    MU_OUTCOME_PROPOSED,   /* A proposal is to be stored by every member. */
    MU_OUTCOME_REJECTED,   /* The stored proposal 'index' is to be dropped. */
    MU_OUTCOME_ANSWER,     /* Request 'request' of 'incarnation' is done. */
    MU_OUTCOME_MAY_LEAVE,  /* 'node_id' has nothing left to do here. */
    MU_OUTCOME_SURVEY,     /* 'node_id' asks with 'request' what we find. */
    MU_OUTCOME_FACTS,      /* 'text' is what 'node_id' found for our 'request';
                              'index' is our node id. */
    MU_OUTCOME_TRACE,      /* A line of the story. */
};

struct mu_outcome {
    enum mu_outcome_type type;
    uint32_t node_id;
    uint64_t op_id;
    uint64_t index;
    uint64_t incarnation;
    uint64_t request;
    int error;
    const char *text;     /* On the scratch arena. */
    const char *revision; /* ANSWER to a CONFIG: the new one; or null. */
    struct mu_effect_trace trace;
};

struct mu_apply {
    struct mu_state *state;
    struct mu_arena *scratch;
    uint32_t sender_id;          /* Node id of the sender. */
    uint64_t sender_incarnation;
    MU_VEC(struct mu_outcome) outcomes;
};

/* Applies one agreed message other than VIEW and SNAPSHOT; the position moves
 * by one. A body that cannot be decoded changes nothing else. */
void mu_apply_message(struct mu_apply *apply, enum mu_msg_type type,
                      struct mu_span body);

/* Applies an announced view (apply_view.c). */
void mu_apply_view(struct mu_apply *apply, const struct mu_body_view *view);

/* The parts, one file each (apply_config.c, apply_result.c, ...). */
void mu_apply_config(struct mu_apply *apply, const struct mu_body_config *body);
/* Accepts or rejects the proposal once enough members have answered. */
void mu_apply_settle_proposal(struct mu_apply *apply);
void mu_apply_stored(struct mu_apply *apply, const struct mu_body_stored *body);
void mu_apply_result(struct mu_apply *apply, const struct mu_body_result *body);
void mu_apply_recurring(struct mu_apply *apply,
                        const struct mu_body_recurring *body);
void mu_apply_request(struct mu_apply *apply,
                      const struct mu_body_request *body);

/* Recounts promises; called whenever members or node states change. */
void mu_apply_completeness(struct mu_apply *apply);

/* Says that the scheduler's input has changed: the plan is given up, what is
 * in flight goes on. */
void mu_apply_touch(struct mu_apply *apply);
/* Tells whether a history id is one of the resource at index 'resource', or
 * of one in it. */
bool mu_apply_belongs_to(const struct mu_config *config,
                         const char *history_id, uint32_t resource);

/* Moves 'node' to 'to' and tells the story. */
void mu_apply_node_state(struct mu_apply *apply, struct mu_state_node *node,
                         enum mu_node_state to, const char *why);

/* Turns what is in flight on a lost node into entries of its history: it may
 * have been started. */
void mu_apply_node_lost(struct mu_apply *apply, struct mu_state_node *node);

/* A live move was lost from sight. */
void mu_apply_move_lost(struct mu_state *state,
                        const struct mu_state_flight *flight);

/* All that is known of 'node' is about to be forgotten. What had been moved from
 * it before anything was done on the target is looked for there anew. */
void mu_apply_moves_doubt(struct mu_state *state,
                          const struct mu_state_node *node);

/* 'node' has spoken of 'resource' (null: of everything, or it never will): live
 * moves of it that were lost from sight are over, and where they went it is
 * looked for anew. */
void mu_apply_moves_end(struct mu_apply *apply,
                        const struct mu_state_node *node,
                        const char *resource);

/* Forgets all that is known to have happened on a node. */
void mu_apply_node_forget(struct mu_apply *apply, struct mu_state_node *node);

/* Adds an outcome; fill in the rest. */
struct mu_outcome *mu_apply_add(struct mu_apply *apply,
                                enum mu_outcome_type type);

/* Adds an answer to a request. */
void mu_apply_answer(struct mu_apply *apply, uint64_t request, int error,
                     const char *text);

/* Adds a line of the story. 'about' may hold resource, node and op_name. */
MU_PRINTF(5, 6)
void mu_apply_trace(struct mu_apply *apply, enum mu_trace_level level,
                    enum mu_topic topic, const struct mu_effect_trace *about,
                    const char *format, ...);

/* Returns the wall clock that the sender of a message read, kept near the
 * cluster's: a failure that a node with a wrong clock reports must be neither
 * expired at once nor remembered for years. */
int64_t mu_apply_bound_wall_ms(const struct mu_apply *apply, int64_t wall_ms);

/* The name of a node for people, also when it is not known. */
const char *mu_apply_node_name(const struct mu_apply *apply, uint32_t node_id);

#endif /* MU_CORE_APPLY_H */
