/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_API_PRIVATE_H
#define MU_DAEMON_API_PRIVATE_H

/* Api private: what the files of the api share.
 *
 * Answers are built from a 'struct mu_api_sight': all that can be seen of the
 * cluster at one moment. It is made once for a position of the state and kept
 * until the state or the time makes another plan. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/core.h"
#include "core/origin.h"
#include "core/state.h"
#include "daemon/api.h"
#include "sched/plan.h"

struct mu_api_history;

/* What can be seen of the cluster; all borrowed. */
struct mu_api_sight {
    const struct mu_state *state;       /* Null before the node has one. */
    const struct mu_snapshot *snapshot; /* Null while there is no
                                           configuration. */
    const struct mu_plan *plan;         /* Null with 'snapshot'. */
    enum mu_core_phase phase;
    uint32_t node_id;     /* Ours. */
    uint32_t coordinator; /* Node id, or 0. */
    bool is_quorate;
    bool is_idle;
    int64_t wall_ms;
    const char *trouble;      /* What the daemon cannot do, or null. */
    const char *cluster_name; /* Corosync's, or null. */
    const struct mu_outlook_answer *outlook; /* Or null. */
    const struct mu_origins *origins; /* Who set the overrides; or null. */
};

/* Something that a client waits for. */
struct mu_api_waiter {
    uint64_t client;
    uint64_t request; /* Given by the host; 0: waits for idleness. */
};

/* A client that gets facts as they come. */
struct mu_api_surveyor {
    uint64_t client;
    uint64_t request;
};

enum { MU_API_SURVEYORS_COUNT = 8 };

/* The text of an answer that is asked for again and again, and what it was made
 * of: as long as that is the same only the time in it differs. */
struct mu_api_cache {
    char *text; /* On the heap; null: none. */
    size_t size;
    size_t time_at; /* Where the time stands in it. */
    uint64_t plans_count;
    enum mu_core_phase phase;
    uint32_t coordinator;
    bool is_idle;
};

struct mu_api {
    struct mu_api_host host;
    struct mu_arena arena;     /* Of the plan and its snapshot. */
    struct mu_arena scratch;   /* Of one answer. */
    struct mu_api_sight sight; /* As of the newest look. */
    uint64_t seen_position;    /* For which the plan was made. */
    const struct mu_state *seen_state;
    bool has_plan;
    struct mu_api_waiter *waiters; /* On the heap. */
    uint32_t waiters_count;
    uint32_t waiters_capacity;
    uint64_t *subscribers; /* Clients that get events; on the heap. */
    uint32_t subscribers_count;
    uint32_t subscribers_capacity;
    struct mu_api_surveyor surveyors[MU_API_SURVEYORS_COUNT]; /* The newest. */
    uint32_t next_surveyor;
    uint64_t plans_count; /* How many have been made. */
    struct mu_api_cache status_cache;
    struct mu_api_cache cib_cache;
    struct mu_api_history *history;
    struct mu_arena origins_arenas[2]; /* One holds 'origins'. */
    unsigned origins_at;       /* Which one. */
    struct mu_origins origins; /* Of the configuration last shown. */
};

/* Looks at the core: makes the plan for what is known now, unless it is the
 * one that is there. */
const struct mu_api_sight *mu_api_sight_look(struct mu_api *api);

/* The same without a plan, which is dropped: the next look makes one. */
const struct mu_api_sight *mu_api_sight_glance(struct mu_api *api);

/* Finds out who set the overrides of the newest configuration, once for each;
 * the sight has it then. To be called after mu_api_sight_look(). */
void mu_api_override_look(struct mu_api *api);

/* Return the whole answer to "status", or to "cib" with the status in it, as
 * text, which is the api's until the next call; null when it cannot be made. */
const char *mu_api_cache_status(struct mu_api *api, size_t *ret_size);
const char *mu_api_cache_cib(struct mu_api *api, size_t *ret_size);

/* Releases what is kept. */
void mu_api_cache_done(struct mu_api_cache *cache);

/* The revision of the configuration: "0.12.3" in full, "0.12" as the base of a
 * change. On 'arena'. */
const char *mu_api_revision(const struct mu_state *state,
                            struct mu_arena *arena, bool is_full);

/* Name of the node with 'id', or null. */
const char *mu_api_node_name(const struct mu_state *state, uint32_t id);

/* Replaces what is no UTF-8 in 'text' by question marks and returns it. Agents
 * print what they like, and JSON cannot hold all of it. */
char *mu_api_clean(char *text);

/* A time for JSON: a string, or null for 0. */
json_t *mu_api_time_json(int64_t wall_ms);

/* The answers. Each returns a new reference. */
json_t *mu_api_status_build(const struct mu_api_sight *sight,
                            struct mu_arena *scratch);
json_t *mu_api_plan_build(const struct mu_api_sight *sight,
                          struct mu_arena *scratch);
json_t *mu_api_cib_build(const struct mu_api_sight *sight, bool with_status,
                         struct mu_arena *scratch);

/* All revisions that are known, newest first. */
json_t *mu_api_revisions_build(const struct mu_state *state);

/* One revision with its content. Null when there is none called 'name'; 'err'
 * says what to do. */
json_t *mu_api_revision_build(const struct mu_state *state, const char *name,
                              struct mu_arena *scratch, struct mu_errbuf *err);

/* How many objects 'xml' changes in the configuration of 'state'. */
uint32_t mu_api_count_changes(const struct mu_state *state, struct mu_span xml,
                              struct mu_arena *scratch);

/* Turns the JSON 'wish' called 'name' into a request event on 'scratch'. False
 * when there is no such wish. '*ret_text' gets a sentence when the wish makes
 * no sense, else null. */
bool mu_api_wish_read(const char *name, const json_t *wish,
                      const struct mu_api_credentials *credentials,
                      struct mu_event_request *ret_request,
                      const char **ret_text, struct mu_arena *scratch);

/* The journal of what this node has seen happen. Null when there is no
 * memory. */
struct mu_api_history *mu_api_history_new(void);
void mu_api_history_free(struct mu_api_history *history);

/* Compares the state with what was seen last and notes what has happened.
 * Returns a new array of the notes. */
json_t *mu_api_history_update(struct mu_api_history *history,
                              const struct mu_api_sight *sight);

/* The newest 'limit' notes, oldest first, and the failovers. */
json_t *mu_api_history_build(const struct mu_api_history *history,
                             size_t limit);

/* The failover called 'id' with its steps, the newest for null; or null. */
json_t *mu_api_history_timeline(const struct mu_api_history *history,
                                const char *id);

#endif /* MU_DAEMON_API_PRIVATE_H */
