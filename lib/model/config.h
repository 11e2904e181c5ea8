/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_CONFIG_H
#define MU_MODEL_CONFIG_H

/* Config: what did the operator ask for?
 *
 * The validated configuration as typed arrays. It is made from the
 * <configuration> of a CIB in one go, or refused whole; afterwards nothing in
 * it changes. Templates, tags and id-refs are resolved while reading. It knows
 * no status, no time and no planning: values that depend on rules are kept as
 * blocks, and evaluated by whoever has a node and a time.
 *
 * Invariant: every index stored here is in range; ids are unique; arrays keep
 * the order of the document, because that order is observable (ties, loops of
 * the scheduler). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"
#include "base/index.h"
#include "base/pair.h"
#include "model/rule.h"

#define MU_CONFIG_NONE UINT32_MAX /* "No such thing" for every index here. */

struct mu_doc;

/* One instance_attributes, meta_attributes, utilization or property set. */
struct mu_config_block {
    const char *id;
    int32_t score;              /* Higher ones are asked first. */
    const struct mu_rule *rule; /* Null: always. */
    const struct mu_pair *pairs;
    uint32_t pairs_count;
};

/* The blocks of one kind of one owner, already in order of precedence (score,
 * then the later in the document): the first block whose rule holds and that
 * has the name decides. */
struct mu_config_blocks {
    const struct mu_config_block *blocks;
    uint32_t count;
};

enum mu_role { /* In order of elevation. */
               MU_ROLE_UNKNOWN,
               MU_ROLE_STOPPED,
               MU_ROLE_STARTED,
               MU_ROLE_UNPROMOTED,
               MU_ROLE_PROMOTED,
};

enum mu_on_fail {
    MU_ON_FAIL_DEFAULT, /* Depends on the operation; see the scheduler. */
    MU_ON_FAIL_IGNORE,
    MU_ON_FAIL_BLOCK,
    MU_ON_FAIL_STOP,
    MU_ON_FAIL_RESTART,
    MU_ON_FAIL_DEMOTE,
    MU_ON_FAIL_STANDBY,
    MU_ON_FAIL_FENCE,
    MU_ON_FAIL_RESTART_CONTAINER,
};

/* One <op>. Values that meta_attributes or op_defaults may also give are read
 * with mu_params_op_value() (params.h), not from here. */
struct mu_config_op {
    const char *id;
    const char *name;
    int64_t interval_ms;
    bool is_off;     /* Its own "enabled" says so; no meta attribute can. */
    bool is_doubled; /* There is another of the same name and interval. If they
                        recur, neither runs: see mu_params.is_enabled. */
    struct mu_config_blocks meta;   /* The op's own attributes first, as a
                                       block without id, then its
                                       meta_attributes. */
    struct mu_config_blocks params; /* instance_attributes of the op. */
};

enum mu_resource_kind {
    MU_RESOURCE_PRIMITIVE,
    MU_RESOURCE_GROUP,
    MU_RESOURCE_CLONE,  /* Promotable or not is a meta attribute. */
    MU_RESOURCE_BUNDLE, /* Read and kept; not run yet. */
};

enum mu_agent_class {
    MU_AGENT_OCF,
    MU_AGENT_SYSTEMD,
    MU_AGENT_LSB,
    MU_AGENT_SERVICE,
    MU_AGENT_FENCE, /* class="stonith" */
    MU_AGENT_OTHER,
};

struct mu_config_port { /* port-mapping of a bundle */
    const char *id;
    const char *port;          /* Or null. */
    const char *internal_port; /* Null: as 'port'. */
    const char *range;         /* Or null. */
};

struct mu_config_storage { /* storage-mapping of a bundle */
    const char *id;
    const char *source;  /* source-dir or source-dir-root. */
    bool is_source_root; /* It is source-dir-root: one folder per replica. */
    const char *target;
    const char *options; /* Or null. */
};

/* What a bundle says beyond its primitive. Texts may be null. */
struct mu_config_bundle {
    const char *runtime; /* "docker", "podman" or "rkt". */
    const char *image;
    int32_t replicas;
    int32_t replicas_per_host;
    int32_t promoted_max;
    const char *run_command;
    const char *network;
    const char *options;
    const char *ip_range_start;
    const char *host_netmask;
    const char *host_interface;
    const char *control_port;
    bool add_host;
    const struct mu_config_port *ports;
    uint32_t ports_count;
    const struct mu_config_storage *storages;
    uint32_t storages_count;
};

struct mu_config_resource {
    const char *id;
    enum mu_resource_kind kind;
    uint32_t parent;      /* Index of the group or clone, or NONE. */
    uint32_t first_child; /* Children are contiguous in the array and
                             come after their parent; NONE without. */
    uint32_t children_count;
    enum mu_agent_class agent_class; /* Primitives only, as are the next. */
    const char *class_name;
    const char *provider; /* Null unless OCF. */
    const char *type;
    struct mu_config_blocks params; /* Its template's are among them. */
    struct mu_config_blocks meta;
    struct mu_config_blocks utilization;
    const struct mu_config_op *ops;
    uint32_t ops_count;
    bool is_legacy_master;                 /* Written as <master>. */
    const char *template_id;               /* Or null. */
    const struct mu_config_bundle *bundle; /* Bundles only, else null. */
};

struct mu_config_node {
    const char *id;   /* The CIB's id, normally the Corosync node id. */
    const char *name; /* uname */
    enum { MU_NODE_MEMBER, MU_NODE_REMOTE, MU_NODE_PING } kind;
    int32_t score;
    struct mu_config_blocks attributes;
    struct mu_config_blocks utilization;
};

/* A resource_set. A tag or template in a constraint stands for several
 * resources; readers get such a constraint with sets that are not sequential:
 * one set for a location or ticket, two (dependent and primary, first and then)
 * for a colocation or order. */
struct mu_config_set {
    const char *id;
    const uint32_t *resources; /* Indexes into 'resources'. */
    uint32_t resources_count;
    bool is_sequential;
    bool says_sequential; /* In so many words, not only by default. */
    bool requires_all;
    enum mu_role role;  /* UNKNOWN: not given. */
    const char *action; /* Null: not given. */
    int32_t score;
    bool has_score;
    const char *kind; /* Null: not given (order sets). */
    bool is_listed;   /* ordering="listed" (legacy). */
};

enum mu_discovery {
    MU_DISCOVERY_ALWAYS,
    MU_DISCOVERY_NEVER,
    MU_DISCOVERY_EXCLUSIVE,
};

struct mu_config_location_rule {
    const char *id; /* Or null. */
    const struct mu_rule *rule;
    int32_t score;
    const char *score_attribute; /* Null: 'score' counts. */
    enum mu_role role;
};

/* A resource that a rsc-pattern fits. */
struct mu_config_match {
    uint32_t resource;
    const char *submatches[10]; /* %0 to %9; null when there is none. */
};

struct mu_config_location {
    const char *id;
    uint32_t resource;   /* NONE when 'pattern' or 'sets' says which. */
    const char *pattern; /* rsc-pattern, or null. */
    const struct mu_config_match *matches; /* Top-level resources that fit. */
    uint32_t matches_count;
    const struct mu_config_set *sets;
    uint32_t sets_count;
    const char *node; /* Name; null when rules say which. */
    int32_t score;
    enum mu_role role;
    enum mu_discovery discovery;
    const struct mu_config_location_rule *rules;
    uint32_t rules_count;
};

struct mu_config_colocation {
    const char *id;
    uint32_t dependent; /* NONE when sets are used. */
    uint32_t primary;
    enum mu_role dependent_role;
    enum mu_role primary_role;
    int32_t score;
    const char *node_attribute; /* Null: #uname. */
    bool influence;
    bool has_influence; /* False: 'critical' of the dependent decides. */
    const struct mu_config_set *sets;
    uint32_t sets_count;
};

enum mu_order_kind {
    MU_ORDER_MANDATORY,
    MU_ORDER_OPTIONAL,
    MU_ORDER_SERIALIZE,
};

struct mu_config_order {
    const char *id;
    uint32_t first; /* NONE when sets are used. */
    uint32_t then;
    const char *first_action; /* Null: start. */
    const char *then_action;  /* Null: as first. */
    enum mu_order_kind kind;
    bool is_symmetrical;
    bool requires_all;
    const struct mu_config_set *sets;
    uint32_t sets_count;
};

enum mu_loss_policy {
    MU_LOSS_STOP,
    MU_LOSS_DEMOTE,
    MU_LOSS_FENCE,
    MU_LOSS_FREEZE,
};

struct mu_config_ticket {
    const char *id;
    const char *ticket;
    uint32_t resource; /* NONE when sets are used. */
    enum mu_role role;
    enum mu_loss_policy loss_policy;
    bool has_loss_policy;
    const struct mu_config_set *sets;
    uint32_t sets_count;
};

/* Constraints of all kinds in document order; 'index' leads into the array of
 * the kind. */
struct mu_config_constraint {
    enum {
        MU_CONSTRAINT_LOCATION,
        MU_CONSTRAINT_COLOCATION,
        MU_CONSTRAINT_ORDER,
        MU_CONSTRAINT_TICKET,
    } kind;
    uint32_t index;
};

struct mu_config_level { /* fencing-level */
    const char *id;
    const char *target;           /* Node name, or null. */
    const char *target_pattern;   /* ERE over node names, or null. */
    const char *target_attribute; /* With target_value, or null. */
    const char *target_value;
    uint32_t level; /* 1 to 9. */
    const char *const *devices;
    uint32_t devices_count;
};

enum mu_quorum_policy {
    MU_QUORUM_STOP,
    MU_QUORUM_FREEZE,
    MU_QUORUM_IGNORE,
    MU_QUORUM_DEMOTE,
    MU_QUORUM_FENCE, /* Also spelled suicide. */
};

/* Cluster options, typed; others with mu_config_option(). Defaults are those
 * of Pacemaker 3.0; option.def has the list. */
struct mu_config_options {
    enum mu_quorum_policy quorum_policy;
    bool fencing_enabled;
    const char *fencing_action; /* "reboot" or "off" */
    int64_t fencing_timeout_ms;
    uint32_t fencing_attempts_max;
    int64_t fencing_watchdog_timeout_ms;
    bool have_watchdog; /* Nodes watch themselves, as sbd makes them do. */
    int64_t priority_fencing_delay_ms;
    bool startup_fencing;
    bool concurrent_fencing;
    bool symmetric_cluster;
    bool maintenance_mode;
    bool stop_all_resources;
    bool start_failure_is_fatal;
    bool stop_removed_resources;
    bool cancel_removed_actions;
    bool enable_startup_probes;
    bool remove_after_stop;
    const char *placement_strategy;
    const char *node_health_strategy;
    int32_t node_health_base, node_health_green, node_health_yellow,
        node_health_red;
    int32_t batch_limit;       /* 0: no limit of our own. */
    int32_t node_action_limit; /* 0: twice the processors. */
    int32_t migration_limit;   /* -1: none. */
    bool shutdown_lock;
    int64_t shutdown_lock_limit_ms;
    int64_t cluster_delay_ms;
    int64_t node_pending_timeout_ms;
    const char *cluster_name;    /* Null when not set. */
    int64_t recheck_interval_ms; /* cluster-recheck-interval */
    int64_t dc_deadtime_ms;
    int64_t shutdown_escalation_ms;
    bool enable_acl;
    bool fence_remote_without_quorum;
    const char *fencing_reaction; /* "stop" or "panic" */
};

struct mu_config {
    struct mu_arena *arena;             /* Holds everything here. */
    struct mu_config_options options;   /* Sets with a rule left out; see
                                           mu_config_options_at(). */
    struct mu_config_blocks properties; /* All property sets, by precedence. */
    struct mu_config_blocks resource_defaults;
    struct mu_config_blocks op_defaults;
    const struct mu_config_node *nodes;
    uint32_t nodes_count;
    const struct mu_config_resource *resources; /* Top-level ones in document
                                       order, each followed by its children. */
    uint32_t resources_count;
    struct mu_index resources_index; /* Id to index into 'resources'. */
    const struct mu_config_location *locations;
    uint32_t locations_count;
    const struct mu_config_colocation *colocations;
    uint32_t colocations_count;
    const struct mu_config_order *orders;
    uint32_t orders_count;
    const struct mu_config_ticket *tickets;
    uint32_t tickets_count;
    const struct mu_config_constraint *constraints;
    uint32_t constraints_count;
    const struct mu_config_level *levels;
    uint32_t levels_count;
    int64_t admin_epoch; /* Of the <cib>, 0 when absent. */
    int64_t epoch;
    int64_t num_updates;
    const char *feature_set;     /* crm_feature_set, or null. */
    const char *const *warnings; /* Sentences for people: what is taken and
                                    looks wrong, and in LENIENT mode what was
                                    left out. */
    uint32_t warnings_count;
};

/* How strict reading is. Files of years ago are simulated with what they
 * have; a new configuration must be right. */
enum mu_config_strictness {
    MU_CONFIG_LENIENT, /* What is wrong is left out, with a warning. */
    MU_CONFIG_STRICT,  /* It refuses the whole configuration. */
};

/* Reads the <cib> or <configuration> in 'doc' into a new configuration on
 * 'arena'. Refusals set 'err': line, name, reason and, where there is one, a
 * hint. 0, -EBADMSG for
 * invalid content, -ENOENT for a dangling reference, -EEXIST for a doubled id,
 * -E2BIG over a limit. Nothing of 'doc' is referred to afterwards. */
MU_NODISCARD int mu_config_read(struct mu_arena *arena,
                                const struct mu_doc *doc,
                                enum mu_config_strictness strictness,
                                const struct mu_config **ret_config,
                                struct mu_errbuf *err);

/* Returns the index of the resource 'id', or MU_CONFIG_NONE. */
uint32_t mu_config_find_resource(const struct mu_config *config,
                                 const char *id);

/* Returns the node called 'name', or null. */
const struct mu_config_node *mu_config_find_node(const struct mu_config *config,
                                                 const char *name);

/* Returns the first value of 'name' in 'blocks' whose rule holds, or null.
 * 'next' as in mu_rule_is_true(). */
const char *mu_config_lookup(const struct mu_config_blocks *blocks,
                             const char *name,
                             const struct mu_rule_input *input,
                             struct mu_instant *next);

/* Fills the options as they are at 'now_ms', sets with rules included, and
 * lowers '*next' to when that may change. */
void mu_config_options_at(const struct mu_config *config, int64_t now_ms,
                          struct mu_config_options *ret_options,
                          struct mu_instant *next);

/* Tells whether a regular expression can be used in bounded time and memory.
 * Repetitions such as {1,100} are written out by the C library, also those
 * within repetitions; one that refers back to a part has no bound at all. */
bool mu_config_pattern_is_bounded(const char *pattern);

/* Tells whether the extended regular expression 'pattern' fits 'text'; one that
 * is invalid fits nothing. For fencing-level/target-pattern. */
bool mu_config_pattern_fits(const char *pattern, const char *text);

/* Returns a cluster option as text: the configured value or the documented
 * default; null for a name that is no option and is not set. Old spellings
 * (stonith-...) name the same option. */
const char *mu_config_option(const struct mu_config *config, const char *name);

#endif /* MU_MODEL_CONFIG_H */
