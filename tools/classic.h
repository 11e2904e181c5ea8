/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_CLASSIC_H
#define MU_TOOLS_CLASSIC_H

/* Classic: the state of a cluster in the form that scripts of many years read.
 *
 * One tree is made of a snapshot and the plan for it; classic_text.c and
 * classic_xml.c write it in the words of crm_mon 2.1, which are frozen. A
 * snapshot comes from the daemon or from a file, and both look alike.
 *
 * It reads nothing, knows no clock and asks nobody.
 *
 * Invariant: instances are in the order of the configuration, then of their
 * numbers; what is no longer configured comes last. */

#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"
#include "base/vec.h"
#include "sched/plan.h"

enum mu_classic_part { /* Sections; bits. */
                       MU_CLASSIC_STACK = 1 << 0,
                       MU_CLASSIC_DC = 1 << 1,
                       MU_CLASSIC_TIMES = 1 << 2,
                       MU_CLASSIC_COUNTS = 1 << 3,
                       MU_CLASSIC_OPTIONS = 1 << 4,
                       MU_CLASSIC_MAINTENANCE = 1 << 5,
                       MU_CLASSIC_NODES = 1 << 6,
                       MU_CLASSIC_RESOURCES = 1 << 7,
                       MU_CLASSIC_ATTRIBUTES = 1 << 8,
                       MU_CLASSIC_OPERATIONS = 1 << 9,
                       MU_CLASSIC_FAILCOUNTS = 1 << 10,
                       MU_CLASSIC_FAILURES = 1 << 11,
                       MU_CLASSIC_FENCING_FAILED = 1 << 12,
                       MU_CLASSIC_FENCING_PENDING = 1 << 13,
                       MU_CLASSIC_FENCING_DONE = 1 << 14,
                       MU_CLASSIC_TICKETS = 1 << 15,
                       MU_CLASSIC_BANS = 1 << 16,
                       MU_CLASSIC_SUMMARY = (1 << 6) - 1,
                       MU_CLASSIC_FENCING = 7 << 12,
                       MU_CLASSIC_ALL = (1 << 17) - 1,
};

struct mu_classic_view {
    unsigned parts;         /* Bits of mu_classic_part. */
    bool is_by_node;        /* -n */
    bool has_inactive;      /* -r */
    bool has_timing;        /* -t */
    bool is_detailed;       /* -R */
    bool is_headless;       /* -D */
    bool is_legacy_xml;     /* -X: <crm_mon> around all. */
    const char *ban_prefix; /* -L PREFIX, or null. */
    const char *only_node;  /* --node, or null. */
    const char *only_item;  /* --resource, or null. */
    const char *request;    /* The command line, for the XML. */
};

/* What neither snapshot nor plan tells. Texts may be null. */
struct mu_classic_origin {
    bool is_live;          /* From a daemon: "fencing" is meaningful. */
    const char *changed;   /* cib-last-written */
    const char *user;      /* update-user */
    const char *client;    /* update-client */
    const char *node;      /* update-origin */
    int64_t changed_ms;    /* The same as a time; 0: use 'changed'. */
    int64_t now_ms;        /* Time of the look. */
    const json_t *fencing; /* As in the status, or null. */
};

struct mu_classic_item {
    enum mu_resource_kind kind;
    const char *id;    /* As shown. */
    uint32_t index;    /* Into config->resources, or MU_CONFIG_NONE. */
    const char *agent; /* Primitives: class:provider:type. */
    enum mu_role role;
    enum mu_role target;   /* target-role; UNKNOWN: not set. */
    const uint32_t *nodes; /* Where it is active, into status->nodes. */
    uint32_t nodes_count;
    const char *pending;   /* Operation in flight, or null. */
    uint32_t locked_to;    /* The node that it waits for, or MU_CONFIG_NONE. */
    uint32_t pending_node; /* Where, while it is active nowhere; or NONE. */
    bool is_failed, is_blocked, is_managed, is_removed, is_disabled;
    bool is_in_maintenance;  /* Its own or its node's. */
    bool is_failure_ignored; /* on-fail=ignore took effect. */
    bool is_promotable, is_unique;
    int64_t copies_max;                        /* Clones: clone-max. */
    MU_VEC(struct mu_classic_item *) children; /* Members or instances. */
};

/* An operation that failed and has not been cleaned up. */
struct mu_classic_failure {
    const struct mu_status_op *op;
    const char *resource;
    uint32_t node;
    bool is_masked; /* A probe that found the agent missing: said with the
                       resource, not in the list. */
};

struct mu_classic {
    struct mu_arena *arena;
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    struct mu_classic_origin origin;
    MU_VEC(struct mu_classic_item *) items; /* Top-level ones. */
    MU_VEC(struct mu_classic_failure) failures;
    uint32_t instances_count;
    uint32_t disabled_count;
    uint32_t blocked_count;
};

/* Makes the tree on 'arena'; all that is handed in is borrowed. */
void mu_classic_make(struct mu_classic *classic, struct mu_arena *arena,
                     const struct mu_snapshot *snapshot,
                     const struct mu_plan *plan,
                     const struct mu_classic_origin *origin);

/* Appends the tree as text. */
void mu_classic_text_write(const struct mu_classic *classic,
                           const struct mu_classic_view *view,
                           struct mu_text_buffer *text);

/* Appends one line for monitoring and returns its exit code: 0 or 1. */
int mu_classic_text_write_line(const struct mu_classic *classic,
                               struct mu_text_buffer *text);

/* Appends the tree as XML: one element per line, names and ids first. */
void mu_classic_xml_write(const struct mu_classic *classic,
                          const struct mu_classic_view *view,
                          struct mu_text_buffer *text);

/* Tells whether all (else any) of an item is active. */
bool mu_classic_is_active(const struct mu_classic_item *item, bool is_all);

/* Returns an attribute of a node, transient or configured, or null. */
const char *mu_classic_attribute(const struct mu_classic *classic,
                                 uint32_t node, const char *name);

/* Returns "online", "standby", ...: the words behind the name of a node. */
const char *mu_classic_node_state(const struct mu_classic *classic,
                                  uint32_t node);

/* Returns "green", "yellow" or "red". */
const char *mu_classic_health(const struct mu_classic *classic, uint32_t node);

/* Returns what the configuration sets a cluster option to, or null. */
const char *mu_classic_property(const struct mu_classic *classic,
                                const char *name);

/* Returns the feature set that a node has told, as shown. */
const char *mu_classic_feature_set(const struct mu_classic *classic,
                                   uint32_t node);

/* Returns the word for an operation in flight: "Starting", ...; null for
 * null. */
const char *mu_classic_words_pending(const char *task);

/* Returns how many instances are active on a node. */
unsigned mu_classic_running_count(const struct mu_classic *classic,
                                  uint32_t node);

/* Tells whether a node runs inside a resource. */
bool mu_classic_is_guest(const struct mu_classic *classic, uint32_t node);

/* Returns the words for an exit code of an agent: "ok", "not running", ... */
const char *mu_classic_words_rc(int32_t rc);

/* Returns the words for the status of an operation: "complete", "Timed Out". */
const char *mu_classic_words_status(enum mu_op_status status);

/* Returns a time as 2026-11-22 09:33:20Z. */
const char *mu_classic_words_utc(struct mu_arena *arena, int64_t wall_ms);

/* Returns a time as ctime() writes it, in the local time zone. */
const char *mu_classic_words_time(struct mu_arena *arena, int64_t wall_ms);

/* The nodes whose turn it is: those that 'view' wants. */
bool mu_classic_wants_node(const struct mu_classic *classic,
                           const struct mu_classic_view *view, uint32_t node);

/* Nodes that only an old status of remote nodes knows do not count. */
bool mu_classic_has_node(const struct mu_classic *classic, uint32_t node);
unsigned mu_classic_nodes_count(const struct mu_classic *classic);

/* Returns a probe of the resource that failed on the node (NONE: on any), or
 * null. */
const struct mu_status_op *
mu_classic_failed_probe(const struct mu_classic *classic, const char *resource,
                        uint32_t node);

/* Tells whether 'view' wants the item or one in it. */
bool mu_classic_wants_item(const struct mu_classic_view *view,
                           const struct mu_classic_item *item);

/* Fail count of a resource on a node, 0 when there is none, and when it failed
 * last (0: not known). */
int32_t mu_classic_fail_count(const struct mu_classic *classic, uint32_t node,
                              const char *resource, int64_t *ret_last_ms);

/* Returns migration-threshold of the resource, 1000000 when it is not set. */
int32_t mu_classic_threshold(const struct mu_classic *classic,
                             const char *resource);

/* The attributes of a node that are worth showing, sorted by name, on the
 * arena. */
const char *const *mu_classic_facts_names(const struct mu_classic *classic,
                                          uint32_t node, size_t *ret_count);

/* What the attribute 'name' should be when the ping resource on the node that
 * sets it reaches all its hosts; -1 when none sets it. */
int32_t mu_classic_facts_ping_expected(const struct mu_classic *classic,
                                       uint32_t node, const char *name);

/* A constraint that keeps a resource off a node. */
struct mu_classic_ban {
    size_t next; /* Where to go on; 0 at the start. */
    const char *id;
    const char *resource;
    const char *node;
    int32_t score;
    bool is_promoted_only;
};

/* Steps to the next ban that 'view' wants; false at the end. */
bool mu_classic_facts_next_ban(const struct mu_classic *classic,
                               const struct mu_classic_view *view,
                               struct mu_classic_ban *ban);

/* Returns "failed", "successful" or "pending", or null when it is neither, for
 * an entry of "fencing"; and when it ended. */
const char *mu_classic_facts_fence_state(const json_t *fence);
int64_t mu_classic_facts_fence_time(const json_t *fence);

/* Names of nodes in one line between brackets. */
struct mu_classic_list {
    const char *label; /* Null: never written. */
    MU_VEC(const char *) names;
};

/* Appends the line, unless there is no name in it. */
void mu_classic_resources_write_list(const struct mu_classic_list *list,
                                     unsigned depth,
                                     struct mu_text_buffer *text);

/* Lines for resources, for those on one node, for histories, and for what has
 * failed; parts of the text. */
void mu_classic_resources_write(const struct mu_classic *classic,
                                const struct mu_classic_view *view,
                                struct mu_text_buffer *text);
void mu_classic_resources_write_node(const struct mu_classic *classic,
                                     const struct mu_classic_view *view,
                                     uint32_t node,
                                     struct mu_text_buffer *text);
void mu_classic_history_write(const struct mu_classic *classic,
                              const struct mu_classic_view *view,
                              bool is_of_operations,
                              struct mu_text_buffer *text);
void mu_classic_history_write_failures(const struct mu_classic *classic,
                                       const struct mu_classic_view *view,
                                       struct mu_text_buffer *text);

/* Tells whether an operation, or any of a resource, belongs into a history:
 * probes that found nothing do not. */
bool mu_classic_history_is_op_shown(const struct mu_status_op *op);
bool mu_classic_history_is_shown(const struct mu_status_resource *resource);

/* Reads the options of crm_mon, or the words of crm's status, into 'view'. */
struct mu_classic_call {
    struct mu_classic_view view;
    bool is_xml;
    bool is_line; /* -s */
    bool is_help;
    bool is_version;
    bool is_repeated;    /* Neither -1 nor a form that implies it. */
    const char *output;  /* --output-to, or null. */
    const char *trouble; /* Why the options make no sense, or null. */
};

/* 'argv' without the program's name. */
void mu_classic_options_read(struct mu_arena *arena, int argc,
                             const char *const *argv,
                             struct mu_classic_call *call);

/* The same for the words of crm's status. */
void mu_classic_options_read_words(struct mu_arena *arena, int argc,
                                   const char *const *argv,
                                   struct mu_classic_call *call);

#endif /* MU_TOOLS_CLASSIC_H */
