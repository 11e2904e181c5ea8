/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_STATE_H
#define MU_SCHED_STATE_H

/* State: what the stages of one planning run share.
 *
 * Private to lib/sched. Everything lives on the plan's arena and dies with the
 * run, nothing of it is stored or sent: so these objects may point at each
 * other. The plan itself knows dense ids only. Which of the files that share it
 * may call which is in cts/tidy/floors.
 *
 * Invariant: 'resources' and 'actions' are in order of creation, which depends
 * on nothing but the snapshot. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/params.h"
#include "sched/sched.h"

#define MU_STATE_NONE         UINT32_MAX
#define MU_SCORE_ABSENT       INT32_MIN /* The node is no candidate at all. */
#define MU_STATE_CALL_PENDING (-1)

/* What an action does. The ones in the second column tell that the first is
 * complete for a whole group or clone. */
enum mu_verb {
    MU_VERB_NONE,
    MU_VERB_START,
    MU_VERB_RUNNING,
    MU_VERB_STOP,
    MU_VERB_STOPPED,
    MU_VERB_PROMOTE,
    MU_VERB_PROMOTED,
    MU_VERB_DEMOTE,
    MU_VERB_DEMOTED,
    MU_VERB_MONITOR,
    MU_VERB_NOTIFY,
    MU_VERB_MIGRATE_TO,
    MU_VERB_MIGRATE_FROM,
    MU_VERB_RELOAD,
    MU_VERB_CANCEL,
    MU_VERB_DELETE,
    MU_VERB_CLEAR_FAILCOUNT,
    MU_VERB_LRM_DELETE,
    MU_VERB_FENCE,
    MU_VERB_UNFENCE,
    MU_VERB_SHUTDOWN,
    MU_VERB_POINT, /* Another point of order; has a name. */
};

enum mu_notify_when {
    MU_NOTIFY_NONE,
    MU_NOTIFY_PRE,
    MU_NOTIFY_CONFIRMED_PRE,
    MU_NOTIFY_POST,
    MU_NOTIFY_CONFIRMED_POST,
};

/* The key of an action tells it from the others of its resource. */
static inline uint64_t
mu_key(enum mu_verb verb)
{
    return (uint64_t)verb << 56;
}

/* Key of a recurring operation; 'name' as in recurring.h. */
static inline uint64_t
mu_key_recurring(enum mu_verb verb, uint8_t name, int64_t interval_ms)
{
    return mu_key(verb) | (uint64_t)name << 48 |
           ((uint64_t)interval_ms & 0xffffffffffff);
}

/* Key of a notification that comes 'when' around 'about'. */
static inline uint64_t
mu_key_notify(enum mu_notify_when when, enum mu_verb about)
{
    return mu_key(MU_VERB_NOTIFY) | (uint64_t)when << 48 | (uint64_t)about;
}

static inline enum mu_verb
mu_key_verb(uint64_t key)
{
    return (enum mu_verb)(key >> 56);
}

/* Which name the recurring operation of the key has. */
static inline uint8_t
mu_key_name(uint64_t key)
{
    return mu_key_verb(key) == MU_VERB_NOTIFY ? 0 : (uint8_t)(key >> 48);
}

/* The verb of the key, or what a notification is about. */
static inline enum mu_verb
mu_key_about(uint64_t key)
{
    return mu_key_verb(key) == MU_VERB_NOTIFY ? (enum mu_verb)(key & 0xff)
                                              : mu_key_verb(key);
}

static inline int64_t
mu_key_interval_ms(uint64_t key)
{
    return mu_key_verb(key) == MU_VERB_NOTIFY ? 0
                                              : (int64_t)(key & 0xffffffffffff);
}

enum mu_action_flag {
    MU_FLAG_PSEUDO = 1 << 0,
    MU_FLAG_RUNNABLE = 1 << 1,
    MU_FLAG_OPTIONAL = 1 << 2,
    MU_FLAG_ALWAYS = 1 << 3, /* In the plan even when optional. */
    MU_FLAG_MIGRATABLE = 1 << 4,
    MU_FLAG_ANY_RUNNABLE = 1 << 5, /* Some of the actions before suffice. */
    MU_FLAG_RESCHEDULE = 1 << 6,   /* The operation must be set up again. */
    MU_FLAG_DANGLING = 1 << 7,     /* Clears up after a broken migration. */
    MU_FLAG_IN_PLAN = 1 << 8,
    MU_FLAG_QUEUED = 1 << 9,
    MU_FLAG_CAN_FAIL = 1 << 10,
};

enum mu_order_flag {
    MU_ORDER_ORDERED = 1 << 0, /* Edge only if both happen. */
    MU_ORDER_FIRST_IMPLIES_THEN = 1 << 1,
    MU_ORDER_THEN_IMPLIES_FIRST = 1 << 2,
    MU_ORDER_PROMOTED_IMPLIES_FIRST = 1 << 3,
    MU_ORDER_RESTART = 1 << 4, /* stop and start of one resource. */
    MU_ORDER_UNRUNNABLE_BLOCKS = 1 << 5,
    MU_ORDER_UNMIGRATABLE_BLOCKS = 1 << 6,
    MU_ORDER_THEN_GRAPHS_FIRST = 1 << 7,
    MU_ORDER_FIRST_GRAPHS_THEN = 1 << 8,
    MU_ORDER_ASYMMETRICAL = 1 << 9,
    MU_ORDER_SAME_NODE = 1 << 10,          /* Only when on the same node. */
    MU_ORDER_SAME_NODE_REQUIRED = 1 << 11, /* Likewise, and both required. */
    MU_ORDER_SERIALIZED = 1 << 12,
    MU_ORDER_MIN_RUNNABLE = 1 << 13,
    MU_ORDER_THEN_CANCELS_FIRST = 1 << 14,
    MU_ORDER_FIRST_IMPLIES_SAME_NODE_THEN = 1 << 15,
    MU_ORDER_ON_TARGET = 1 << 16,
    MU_ORDER_IF_UNMIGRATABLE = 1 << 17, /* Not if 'first' migrates. */
    MU_ORDER_FIRST_ELSE_THEN = 1 << 18, /* 'then' is done if 'first' cannot. */
};

struct mu_sched_resource;
struct mu_sched_action;

/* 'first' before 'then'. Member of one list of each. */
struct mu_edge {
    struct mu_sched_action *first;
    struct mu_sched_action *then;
    uint32_t flags; /* MU_ORDER_*; 0: the edge was remapped or dropped. */
    uint32_t
        made; /* What 'flags' was at first, so that it is not made twice. */
    const char *source;          /* Id of the ordering, or null. */
    struct mu_edge *next_before; /* Next in then->before. */
    struct mu_edge *next_after;  /* Next in first->after. */
    struct mu_edge *next_same;   /* Next older of these two, if indexed. */
};

/* What is concluded about a group or clone from the flags of its parts. */
struct mu_part {
    uint32_t changes; /* Good while the resource has this number; 0: never. */
    uint32_t flags;   /* MU_FLAG_* */
};

struct mu_parts {
    struct mu_part all;
    struct mu_part *by_node; /* Null until asked for. */
};

struct mu_sched_action {
    uint32_t index; /* In sched->actions. */
    uint64_t key;
    enum mu_verb verb;
    struct mu_sched_resource *resource; /* Null: node action or point. */
    uint32_t node;
    uint32_t flags;   /* MU_FLAG_* */
    const char *name; /* MU_VERB_POINT, and odd operation names. */
    const char *cause; /* With reasons only, as the next ones. */
    const struct mu_sched_action *because; /* It is needed for that one... */
    const char *because_of; /* ... by this ordering; null: implied ... */
    bool is_before;         /* ... and comes before it. */
    bool is_by_place;       /* Its cause is the place, or promotion, chosen. */
    const struct mu_sched_action *blocker; /* That cannot be done, so this
                                              cannot either ... */
    const char *blocked_by;                /* ... by this constraint. */
    bool is_blocked_together;              /* It is a colocation. */
    enum mu_action_kind kind;
    struct mu_edge *before; /* Newest first. */
    struct mu_edge *after;
    uint32_t before_count;
    uint32_t after_count;
    struct mu_sched_action *next; /* In resource->actions. */
    struct mu_sched_action *next_same; /* With the same key, if indexed. */
    uint32_t runnable_before;
    uint32_t required_before;
    int32_t priority;
    int32_t expected_rc; /* -1: 0 */
    uint64_t in_flight;
    uint32_t migrate_source; /* Node indexes, migrations only. */
    uint32_t migrate_target;
    int64_t fence_delay_ms;
    bool is_fence_on;
    bool is_fence_off;
    bool has_notify_needs;
    bool is_before_restart; /* Orderings lead from it to something that may have
                               to be stopped and started. */
    struct mu_parts *parts; /* Groups and clones: null until asked for. */
    const struct mu_pair *meta;
    uint32_t meta_count;
    uint32_t plan_id; /* Index in the plan, once it is in there. */
    uint32_t visit;   /* Mark of the walk that saw it last. */
};

/* An ordering, before it becomes edges between actions. */
struct mu_ordering {
    const char *id; /* Of the constraint, or null. */
    struct mu_sched_resource *first_resource;
    uint64_t first_key;
    struct mu_sched_action *first;
    struct mu_sched_resource *then_resource;
    uint64_t then_key;
    struct mu_sched_action *then;
    uint32_t flags;
};

struct mu_colocation {
    const char *id;
    struct mu_sched_resource *dependent;
    struct mu_sched_resource *primary;
    enum mu_role dependent_role;
    enum mu_role primary_role;
    int32_t score;
    const char *attribute; /* Null: the node itself. */
    bool has_influence;
    bool is_explicit;
};

/* A list of colocations, sorted as the stage that uses it wants. */
struct mu_colocations {
    MU_VEC(struct mu_colocation *) list;
};

/* What a location constraint says, for one resource. */
struct mu_location {
    const char *id;
    struct mu_sched_resource *resource;
    int32_t *scores; /* MU_SCORE_ABSENT: says nothing about the node. */
    enum mu_role role;
    enum mu_discovery discovery;
    enum mu_reason_kind kind; /* For the reasons. */
    const struct mu_config_location_rule *rule; /* Or null. */
    const char *const *matches;                 /* Or null. */
    const char *detail;                         /* For the reasons. */
};

enum mu_requires {
    MU_REQUIRES_NOTHING,
    MU_REQUIRES_QUORUM,
    MU_REQUIRES_FENCING,
    MU_REQUIRES_UNFENCING,
};

enum mu_multiple_active {
    MU_MULTIPLE_STOP_START,
    MU_MULTIPLE_STOP_ONLY,
    MU_MULTIPLE_BLOCK,
    MU_MULTIPLE_STOP_UNEXPECTED,
};

/* A numeric capacity or need. */
struct mu_amount {
    const char *name;
    int32_t value;
};

struct mu_amounts {
    struct mu_amount *items; /* Sorted by name. */
    uint32_t count;
};

/* Meta attributes of a configured resource, typed. One per configured
 * resource, shared by the instances of a clone. */
struct mu_traits {
    int32_t priority;
    int32_t stickiness;
    bool has_stickiness;
    int32_t migration_threshold;
    int64_t failure_timeout_ms;
    bool is_managed;
    bool is_in_maintenance;
    bool is_critical;
    bool allows_migrate;
    bool allows_unhealthy;
    bool is_notify;
    bool is_ordered; /* Clones: one instance after the other. */
    bool is_unchained;   /* Groups of old: members in no order. */
    bool is_uncolocated; /* Likewise: members wherever they like. */
    bool is_interleave;
    bool is_unique;
    bool is_promotable;
    bool has_block_op; /* Some operation has on-fail=block. */
    int32_t clone_max;
    int32_t clone_node_max;
    int32_t clone_min;
    int32_t promoted_max;
    int32_t promoted_node_max;
    enum mu_role target_role; /* UNKNOWN: not set. */
    enum mu_requires requires;
    bool has_requires;
    enum mu_multiple_active multiple_active;
    bool provides_unfencing;
    struct mu_amounts utilization;
};

/* The actions of a resource that has many. */
struct mu_sched_keys {
    struct mu_map newest; /* Key to the newest of 'items', one more. */
    MU_VEC(struct mu_sched_action *) items; /* Oldest first. */
};

struct mu_notify_data;
struct mu_partners;

struct mu_sched_resource {
    const char *id;       /* web:1 for an instance. */
    const char *name;     /* As agents and histories have it. */
    const char *known_as; /* Name in the last history of an instance, or null:
                             there is none. */
    uint32_t index;       /* In sched->resources. */
    uint32_t config;      /* Index into config->resources, or NONE. */
    enum mu_resource_kind kind;
    uint32_t number; /* Of an instance of a clone. */
    struct mu_sched_resource *parent;
    struct mu_sched_resource **children;
    uint32_t children_count;
    const struct mu_traits *traits;
    enum mu_agent_class agent_class;
    const char *class_name;
    const char *provider;
    const char *type;

    int32_t priority;
    int32_t stickiness;
    int64_t failure_timeout_ms;
    enum mu_role role;
    enum mu_role next_role;
    enum mu_role pending_role; /* Not kept: of an operation in flight. */
    const char *pending_task;  /* Word for it, or null. */
    uint32_t pending_node;

    bool is_managed;
    bool is_blocked;
    bool is_failed;
    bool is_failure_ignored;
    bool is_removed;
    bool is_in_maintenance;
    bool is_unique;
    bool is_start_pending;
    bool is_stop_pending; /* A stop is in flight: it will not be there. */
    bool is_unassigned;
    bool is_assigning;
    bool is_merging;
    bool is_stop_unexpected;
    bool is_restarting;
    bool is_reload;
    bool has_exclusive_discovery;
    bool is_fence_device;
    bool is_demote_on_fail; /* Failure is to be answered by a demote. */
    bool is_multiply_active;
    bool has_loose; /* Groups: a member placed so far is not managed. */
    bool is_promoted_set; /* Promotion priorities were computed. */
    bool is_target_stopped;
    bool may_not_migrate; /* A migration of it went wrong. */

    int32_t *scores;    /* Per node; MU_SCORE_ABSENT: no candidate. */
    uint8_t *discovery; /* Per node, enum mu_discovery; null: always. */
    uint32_t *counts;   /* Clones: instances per node; else null. */
    uint64_t *known;    /* Bit set: nodes where its state is known. */
    MU_VEC(uint32_t) running_on;
    MU_VEC(uint32_t) unclean_on; /* Not used for placement. */
    uint32_t assigned;           /* Node, or NONE. */
    uint32_t sorted_order;       /* Clone instances: place after sorting. */
    int32_t promotion;           /* Promotion priority, for the scores. */
    bool is_new_in_plan;
    uint32_t places;  /* Clones: counts changes of where instances are. */
    struct mu_partners *partners[2]; /* Clones: as planned and now; or null. */
    uint32_t changes; /* Counts those of the flags of it and its parts. */

    uint32_t migrate_source; /* Of a live migration under way, or NONE. */
    uint32_t migrate_target;
    uint64_t *dangling; /* Bit set: targets of broken migrations. */
    uint32_t lock_node;
    int64_t lock_time_ms; /* Since when 'lock_node' is locked. */

    uint32_t reason_first; /* In sched->reasons, one more; 0: none. */
    uint32_t reason_last;  /* Likewise. */
    enum mu_choice choice; /* With reasons only, as the next ones. */
    uint32_t choice_next;
    const struct mu_status_op *failed_op; /* Whose failure is answered. */
    const int32_t *choice_scores;

    struct mu_colocations this_with; /* Own ones only. */
    struct mu_colocations with_this;
    MU_VEC(struct mu_location *) locations;
    MU_VEC(uint32_t) tickets; /* Indexes into config->tickets. */

    struct mu_sched_action *actions; /* Newest first. */
    uint32_t actions_count;
    struct mu_sched_keys *keys; /* Null while there are but a few. */
    struct mu_sched_action *probes;  /* Likewise. */
    struct mu_notify_data *notify_start;
    struct mu_notify_data *notify_stop;
    struct mu_notify_data *notify_promote;
    struct mu_notify_data *notify_demote;
    uint32_t promoted_count;
};

struct mu_sched_node {
    uint32_t index;
    const struct mu_status_node *status;
    const struct mu_config_node *config; /* Null: only the status knows it. */
    const char *name;
    bool is_online;
    bool is_unclean;
    bool is_pending;
    bool is_standby;
    bool is_standby_on_fail;
    bool is_in_maintenance;
    bool is_shutting_down;
    int64_t shutdown_ms; /* Since when; 0: not known. */
    bool is_unseen;
    bool is_held;   /* Nothing may be planned there; it is kept as it is. */
    bool is_remote; /* Remote and guest nodes: kept, not run. */
    bool is_expected_up;
    bool discovers; /* Probes are wanted. */
    bool is_unhealthy;
    bool was_fenced_for_quorum;
    int32_t score;
    int32_t health;
    int32_t priority; /* For priority-fencing-delay. */
    uint32_t assigned_count;
    struct mu_amounts utilization; /* What is left. */
    struct mu_sched_action *fence;
    struct mu_sched_action *unfence;
    struct mu_sched_action *shutdown;
    struct mu_sched_action *load_stopped;
    const char *unclean_cause;
    const char *standby_cause; /* What failed there with on-fail=standby. */
    const char *fence_flight;
    MU_VEC(struct mu_sched_resource *) running;
};

/* A history that another agent than the configured one left on a node. */
struct mu_old_agent {
    struct mu_sched_resource *resource;
    uint32_t node;
};

/* An action that is needed as parameters were changed since 'op' ran. */
struct mu_sched_changed {
    struct mu_sched_action *action;
    uint32_t node; /* Whose history has 'op'. */
    const struct mu_status_op *op;
};

/* A fail count as recorded, one per resource name and node. */
struct mu_failcount {
    const char *name; /* Resource part of the attribute. */
    size_t name_length;
    int32_t count;
    int64_t last_ms;
    bool is_legacy;
};

/* Whose record was found at a place of the last node's history. */
struct mu_sched_near {
    const char *id; /* Null: nothing was. */
    struct mu_sched_resource *resource;
};

struct mu_sched {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_config *config;
    const struct mu_status *status;
    const struct mu_config_options *options;
    struct mu_params_cache *cache;
    unsigned flags;
    int64_t now_ms;
    bool is_quorate;
    enum mu_quorum_policy quorum_policy; /* The one in force. */
    bool has_fence_device;
    bool has_unfencing;
    bool has_removed;
    bool can_fence_at_all;
    bool is_maintenance;
    bool is_fencing_enabled;
    bool has_utilization; /* placement-strategy is not the default. */
    bool is_balanced;
    bool is_minimal;
    bool has_managed;
    bool had_startup_probe_flag;
    struct mu_instant next_change; /* Wall clock. */

    struct mu_sched_node *nodes;
    uint32_t nodes_count;
    uint32_t words; /* 64-bit words of a bit set of nodes. */
    uint32_t coordinator;

    MU_VEC(const char *) op_names; /* Of recurring operations but monitor;
                                      see recurring.h. */
    MU_VEC(struct mu_sched_resource *) resources; /* All, flat. */
    MU_VEC(struct mu_sched_resource *) top;
    struct mu_index by_id; /* Instance ids to index in 'resources'. */
    struct mu_sched_resource **by_config; /* Configured index to the first
                                             resource made of it. */
    struct mu_sched_resource **named; /* Configured index to what is meant
                                         where a constraint names it: of what
                                         is in a clone, the clone. */
    struct mu_traits *traits;             /* By configured index. */

    MU_VEC(struct mu_location *) locations;
    MU_VEC(struct mu_colocation *) colocations;
    MU_VEC(struct mu_ordering) orderings;
    MU_VEC(struct mu_sched_action *) actions;
    MU_VEC(struct mu_edge *) edges; /* Indexed ones; none until needed. */
    struct mu_map newest_edges; /* Two actions to the newest of 'edges', its
                                   place and one more. */
    MU_VEC(struct mu_sched_action *) fences;
    MU_VEC(struct mu_sched_action *) queue;
    MU_VEC(struct mu_sched_action *) checks; /* Deferred re-probes. */
    MU_VEC(struct mu_old_agent) old_agents;
    MU_VEC(struct mu_sched_changed) changed; /* With reasons only. */
    MU_VEC(const char *) warnings;
    MU_VEC(struct mu_plan_score) scores;
    MU_VEC(struct mu_plan_reason) reasons;
    MU_VEC(struct mu_failcount) * failcounts; /* Per node. */
    struct mu_sched_near *near; /* By place in the histories. */
    uint32_t near_count;
    struct mu_plan_placement *before;
    uint32_t before_count;
    uint32_t visit;
    size_t steps; /* Of propagation, so that it ends. */
    bool is_blocking_only; /* It carries only what cannot come up. */
    uint32_t pairs_count;  /* That constraints with sets stand for. */
    uint32_t restarts_count; /* Stops that were made to wait for probes. */
    uint32_t wishes_count; /* Steps of wishes along colocations. */
    uint32_t wishes_depth; /* Colocations on the way of the present one. */
};

/* Tells whether 'node' is in the bit set 'set' (null: empty). */
static inline bool
mu_state_has_node(const uint64_t *set, uint32_t node)
{
    return set && ((set[node / 64] >> (node % 64)) & 1);
}

static inline void
mu_state_add_node(uint64_t *set, uint32_t node)
{
    set[node / 64] |= (uint64_t)1 << (node % 64);
}

static inline bool
mu_state_is_infinite(int32_t score)
{
    return score >= MU_SCORE_INFINITY || score <= -MU_SCORE_INFINITY;
}

/* The node called 'name', or NONE; so for null. */
static inline uint32_t
mu_state_find_node(const struct mu_sched *sched, const char *name)
{
    for (uint32_t i = 0; name && i < sched->nodes_count; i++) {
        if (strcmp(sched->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return MU_STATE_NONE;
}

/* What runs there is known to run. */
static inline bool
mu_state_is_well(const struct mu_sched_node *node)
{
    return node->is_online && !node->is_unclean;
}

/* Where the resource is active for planning, or NONE: where it migrates from;
 * else the first of its nodes, or the first that is well if what runs on lost
 * ones does not matter. */
static inline uint32_t
mu_state_current_node(const struct mu_sched *sched,
                      const struct mu_sched_resource *resource)
{
    enum mu_requires requires = resource->traits->requires;
    uint32_t found = MU_STATE_NONE;
    bool is_well =
        requires != MU_REQUIRES_NOTHING && requires != MU_REQUIRES_QUORUM;

    for (size_t i = 0; i < resource->running_on.count; i++) {
        uint32_t node = resource->running_on.items[i];

        if (node == resource->migrate_source) {
            return node;
        }
        if (found == MU_STATE_NONE ||
            (!is_well && mu_state_is_well(&sched->nodes[node]))) {
            found = node;
            is_well = is_well || mu_state_is_well(&sched->nodes[node]);
        }
    }
    return found;
}

static inline bool
mu_state_is_clone(const struct mu_sched_resource *resource)
{
    return resource->kind == MU_RESOURCE_CLONE;
}

/* The outermost group or clone that 'resource' is part of, or itself. */
static inline struct mu_sched_resource *
mu_state_top(struct mu_sched_resource *resource)
{
    while (resource->parent) {
        resource = resource->parent;
    }
    return resource;
}

/* Tells that the flags of an action of 'resource' (or null) changed, or that
 * there is one more. */
static inline void
mu_state_note_change(struct mu_sched_resource *resource)
{
    for (; resource; resource = resource->parent) {
        resource->changes++;
    }
}

/* Tells that 'resource' or one that it is part of has another place now. */
static inline void
mu_state_note_place(struct mu_sched_resource *resource)
{
    mu_state_top(resource)->places++;
}

/* The clone that 'resource' is an instance of, or null. */
static inline struct mu_sched_resource *
mu_state_clone_of(struct mu_sched_resource *resource)
{
    struct mu_sched_resource *top = mu_state_top(resource);

    return top->kind == MU_RESOURCE_CLONE ? top : NULL;
}

#endif /* MU_SCHED_STATE_H */
