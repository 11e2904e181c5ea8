/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/happen.h"

#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/names.h"
#include "model/params.h"
#include "sched/intent.h"

enum { RC_BROKEN = 1 };

/* What is to be forgotten. */
struct about {
    const struct mu_config *config;
    uint32_t resource; /* Index, or MU_CONFIG_NONE: everything. */
};

static bool is_of(const struct about *about, const char *id, size_t length);
static bool is_no_count(const char *name, const void *context);
static bool is_other_name(const char *name, const void *context);
static void attributes_keep(struct mu_arena *arena,
                            struct mu_status_node *node,
                            bool (*is_kept)(const char *name,
                                            const void *context),
                            const void *context);
static struct mu_snapshot *copy(struct mu_arena *arena,
                                const struct mu_snapshot *snapshot,
                                uint32_t node,
                                struct mu_status_node **ret_node);
static const struct mu_status_op *
failure_add(struct mu_arena *arena, const struct mu_snapshot *snapshot,
            struct mu_status_resource *resource);
static void op_append(struct mu_arena *arena,
                      const struct mu_snapshot *snapshot,
                      struct mu_status_resource *resource, const char *op,
                      const char *digest);
static void attribute_set(struct mu_arena *arena, struct mu_status_node *node,
                          const char *name, const char *value);

struct mu_snapshot *
mu_happen_node_lost(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node)
{
    struct mu_status_node *lost;
    struct mu_snapshot *next = copy(arena, snapshot, node, &lost);

    lost->is_seen = true;
    lost->is_member = false;
    lost->is_process_up = false;
    lost->join = MU_JOIN_DOWN;
    lost->expected = MU_EXPECTED_MEMBER;
    if (snapshot->coordinator == node) {
        next->coordinator = MU_CONFIG_NONE;
        for (uint32_t i = next->status->nodes_count; i > 0; i--) {
            if (next->status->nodes[i - 1].join == MU_JOIN_MEMBER) {
                next->coordinator = i - 1;
            }
        }
    }
    return next;
}

struct mu_snapshot *
mu_happen_node_joined(struct mu_arena *arena,
                      const struct mu_snapshot *snapshot, uint32_t node)
{
    struct mu_status_node *joined;
    struct mu_snapshot *next = copy(arena, snapshot, node, &joined);

    joined->is_seen = true;
    joined->is_member = true;
    joined->is_process_up = true;
    joined->join = MU_JOIN_MEMBER;
    joined->expected = MU_EXPECTED_MEMBER;
    return next;
}

struct mu_snapshot *
mu_happen_node_standby(struct mu_arena *arena,
                       const struct mu_snapshot *snapshot, uint32_t node)
{
    struct mu_status_node *idle;
    struct mu_snapshot *next = copy(arena, snapshot, node, &idle);

    attribute_set(arena, idle, "standby", "on");
    return next;
}

struct mu_snapshot *
mu_happen_resource_failed(struct mu_arena *arena,
                          const struct mu_snapshot *snapshot, uint32_t node,
                          const char *resource, int32_t count)
{
    struct mu_status_node *where;
    struct mu_snapshot *next = copy(arena, snapshot, node, &where);
    struct mu_status_resource *resources =
        mu_arena_new(arena, struct mu_status_resource,
                     (size_t)where->resources_count + 1);

    for (uint32_t i = 0; i < where->resources_count; i++) {
        const struct mu_status_op *op;
        const char *key;

        resources[i] = where->resources[i];
        if (strcmp(resources[i].id, resource) != 0 ||
            resources[i].ops_count == 0) {
            continue;
        }
        op = failure_add(arena, snapshot, &resources[i]);
        key = mu_text_make(arena, "%s#%s_%lld", resource, op->name,
                           (long long)op->interval_ms);
        attribute_set(arena, where, mu_text_make(arena, "fail-count-%s", key),
                      count >= MU_SCORE_INFINITY
                          ? "INFINITY"
                          : mu_text_make(arena, "%d", (int)count));
        attribute_set(arena, where, mu_text_make(arena, "last-failure-%s", key),
                      mu_text_make(arena, "%lld",
                                   (long long)(snapshot->now_ms / 1000)));
    }
    where->resources = resources;
    return next;
}

struct mu_snapshot *
mu_happen_attribute(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node, const char *name, const char *value)
{
    struct mu_status_node *where;
    struct mu_snapshot *next = copy(arena, snapshot, node, &where);

    if (value) {
        attribute_set(arena, where, name, value);
    } else {
        attributes_keep(arena, where, is_other_name, name);
    }
    return next;
}

struct mu_snapshot *
mu_happen_node_down(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node)
{
    struct mu_status_node *down;
    struct mu_snapshot *next = copy(arena, snapshot, node, &down);

    down->is_seen = true;
    down->is_member = false;
    down->is_process_up = false;
    down->is_held = false;
    down->join = MU_JOIN_DOWN;
    down->expected = MU_EXPECTED_DOWN;
    down->attributes_count = 0;
    down->resources_count = 0;
    return next;
}

struct mu_snapshot *
mu_happen_forgotten(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node, uint32_t resource, bool is_all)
{
    const struct about about = {snapshot->config, resource};
    struct mu_status_node *where;
    struct mu_snapshot *next = copy(arena, snapshot, node, &where);
    struct mu_status_resource *resources =
        mu_arena_new(arena, struct mu_status_resource,
                     (size_t)where->resources_count + 1);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < where->resources_count; i++) {
        const struct mu_status_resource *one = &where->resources[i];
        bool has_failed = false;

        for (uint32_t k = 0; k < one->ops_count; k++) {
            has_failed = has_failed || one->ops[k].is_failure ||
                         one->ops[k].status > MU_OP_STATUS_CANCELLED;
        }
        if (!is_of(&about, one->id, strlen(one->id)) ||
            (!is_all && !has_failed)) {
            resources[kept++] = *one;
        }
    }
    where->resources = resources;
    where->resources_count = kept;
    attributes_keep(arena, where, is_no_count, &about);
    return next;
}

struct mu_snapshot *
mu_happen_ticket(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                 const struct mu_status_ticket *ticket)
{
    struct mu_snapshot *next = mu_arena_copy(arena, snapshot, sizeof(*next));
    struct mu_status *status =
        mu_arena_copy(arena, snapshot->status, sizeof(*status));
    uint32_t count = status->tickets_count;
    struct mu_status_ticket *tickets =
        mu_arena_new(arena, struct mu_status_ticket, (size_t)count + 1);
    uint32_t at = 0;

    for (uint32_t i = 0; i < count; i++) {
        tickets[i] = status->tickets[i];
    }
    while (at < count && strcmp(tickets[at].id, ticket->id) != 0) {
        at++;
    }
    tickets[at] = *ticket;
    status->tickets = tickets;
    status->tickets_count = at == count ? count + 1 : count;
    next->status = status;
    return next;
}

/* Tells whether a history id is about the resource. */
static bool
is_of(const struct about *about, const char *id, size_t length)
{
    char name[MU_NAME_SIZE_MAX];
    uint32_t at;

    if (about->resource == MU_CONFIG_NONE) {
        return true;
    }
    if (!mu_text_format(name, sizeof(name), "%.*s", (int)length, id)) {
        return false;
    }
    at = mu_config_find_resource(about->config, name);
    if (at == MU_CONFIG_NONE && strrchr(name, ':')) {
        *strrchr(name, ':') = '\0';
        at = mu_config_find_resource(about->config, name);
    }
    return at != MU_CONFIG_NONE &&
           mu_intent_is_below(about->config, at, about->resource);
}

/* Fail counts: fail-count-RESOURCE#OP_MS and last-failure-... */
static bool
is_no_count(const char *name, const void *context)
{
    static const char *const starts[] = {"fail-count-", "last-failure-"};
    const char *hash = strrchr(name, '#');

    for (unsigned i = 0; hash && i < 2; i++) {
        size_t length = strlen(starts[i]);

        if (strncmp(name, starts[i], length) == 0 &&
            hash >= name + length) {
            return !is_of(context, name + length,
                          (size_t)(hash - name) - length);
        }
    }
    return true;
}

static bool
is_other_name(const char *name, const void *context)
{
    return strcmp(name, context) != 0;
}

static void
attributes_keep(struct mu_arena *arena, struct mu_status_node *node,
                bool (*is_kept)(const char *name, const void *context),
                const void *context)
{
    struct mu_pair *pairs = mu_arena_new(arena, struct mu_pair,
                                         (size_t)node->attributes_count + 1);
    uint32_t count = 0;

    for (uint32_t i = 0; i < node->attributes_count; i++) {
        if (is_kept(node->attributes[i].name, context)) {
            pairs[count++] = node->attributes[i];
        }
    }
    node->attributes = pairs;
    node->attributes_count = count;
}

struct mu_snapshot *
mu_happen_attribute_set(struct mu_arena *arena,
                        const struct mu_snapshot *snapshot, uint32_t node,
                        const char *name, const char *value)
{
    struct mu_status_node *changed;
    struct mu_snapshot *next = copy(arena, snapshot, node, &changed);

    attribute_set(arena, changed, name, value);
    return next;
}

struct mu_snapshot *
mu_happen_op_failed(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node, const struct mu_happen_failure *failure)
{
    const struct mu_status_resource *agent = &failure->agent;
    struct mu_status_node *where;
    struct mu_snapshot *next = copy(arena, snapshot, node, &where);
    struct mu_status_resource *resources =
        mu_arena_new(arena, struct mu_status_resource,
                     (size_t)where->resources_count + 1);
    uint32_t at = 0;
    uint32_t rest;
    const char *key = mu_text_make(arena, "%s#%s_0", agent->id, failure->op);

    while (at < where->resources_count &&
           strcmp(where->resources[at].id, agent->id) < 0) {
        resources[at] = where->resources[at];
        at++;
    }
    rest = at;
    resources[at] = *agent;
    resources[at].ops = NULL;
    resources[at].ops_count = 0;
    if (at < where->resources_count &&
        strcmp(where->resources[at].id, agent->id) == 0) {
        resources[at] = where->resources[at];
        rest++;
    }
    op_append(arena, snapshot, &resources[at], failure->op,
              mu_params_cache_digest(mu_params_cache_new(arena, snapshot),
                                     failure->primitive,
                                     &snapshot->status->nodes[node],
                                     failure->op, 0));
    for (uint32_t i = rest; i < where->resources_count; i++) {
        resources[at + 1 + i - rest] = where->resources[i];
    }
    where->resources_count += rest == at ? 1 : 0;
    where->resources = resources;
    attribute_set(arena, where, mu_text_make(arena, "fail-count-%s", key),
                  failure->count >= MU_SCORE_INFINITY
                      ? "INFINITY"
                      : mu_text_make(arena, "%d", (int)failure->count));
    attribute_set(arena, where, mu_text_make(arena, "last-failure-%s", key),
                  mu_text_make(arena, "%lld",
                               (long long)(snapshot->now_ms / 1000)));
    return next;
}

/* The newest operation of the resource, and it failed. */
static void
op_append(struct mu_arena *arena, const struct mu_snapshot *snapshot,
          struct mu_status_resource *resource, const char *op,
          const char *digest)
{
    uint32_t count = resource->ops_count;
    struct mu_status_op *ops =
        mu_arena_new(arena, struct mu_status_op, (size_t)count + 1);
    int32_t call_id = 0;

    for (uint32_t i = 0; i < count; i++) {
        ops[i] = resource->ops[i];
        call_id = ops[i].call_id > call_id ? ops[i].call_id : call_id;
    }
    ops[count] = (struct mu_status_op){
        .name = op,
        .task = mu_names_op_task(op),
        .call_id = call_id + 1,
        .rc = RC_BROKEN,
        .status = MU_OP_STATUS_DONE,
        .last_change_ms = snapshot->now_ms,
        .last_run_ms = snapshot->now_ms,
        .transition = -1,
        .digest_all = digest,
    };
    resource->ops = ops;
    resource->ops_count = count + 1;
}

struct mu_snapshot *
mu_happen_ticket_set(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                     const char *id, bool is_granted, bool is_standby)
{
    struct mu_snapshot *next = mu_arena_copy(arena, snapshot, sizeof(*next));
    struct mu_status *status =
        mu_arena_copy(arena, snapshot->status, sizeof(*status));
    uint32_t count = status->tickets_count;
    struct mu_status_ticket *tickets =
        mu_arena_new(arena, struct mu_status_ticket, (size_t)count + 1);
    uint32_t at = 0;

    for (uint32_t i = 0; i < count; i++) {
        tickets[i] = status->tickets[i];
    }
    while (at < count && strcmp(tickets[at].id, id) != 0) {
        at++;
    }
    if (at == count) {
        tickets[at] = (struct mu_status_ticket){.id = id, .last_granted_s = -1};
        status->tickets_count++;
    }
    tickets[at].is_granted = is_granted;
    tickets[at].is_standby = is_standby;
    status->tickets = tickets;
    next->status = status;
    return next;
}

static struct mu_snapshot *
copy(struct mu_arena *arena, const struct mu_snapshot *snapshot, uint32_t node,
     struct mu_status_node **ret_node)
{
    struct mu_snapshot *next = mu_arena_copy(arena, snapshot, sizeof(*next));
    struct mu_status *status =
        mu_arena_copy(arena, snapshot->status, sizeof(*status));

    mu_assert(node < status->nodes_count);
    status->nodes = mu_arena_copy(arena, status->nodes,
                                  status->nodes_count * sizeof(*status->nodes));
    next->status = status;
    *ret_node = &status->nodes[node];
    return next;
}

/* The recurring monitor noticed; where there is none, the start counts as what
 * went wrong. Returns that operation, which is the newest now. */
static const struct mu_status_op *
failure_add(struct mu_arena *arena, const struct mu_snapshot *snapshot,
            struct mu_status_resource *resource)
{
    uint32_t count = resource->ops_count;
    struct mu_status_op *ops =
        mu_arena_copy(arena, resource->ops, count * sizeof(*ops));
    uint32_t found = 0;
    int32_t call_id = 0;
    struct mu_status_op failed;

    for (uint32_t i = 0; i < count; i++) {
        if (ops[i].interval_ms > 0 || (ops[i].task == MU_OP_TASK_START &&
                                       ops[found].interval_ms == 0)) {
            found = i;
        }
        call_id = ops[i].call_id > call_id ? ops[i].call_id : call_id;
    }
    failed = ops[found];
    failed.call_id = call_id + 1;
    failed.rc = RC_BROKEN;
    failed.status = MU_OP_STATUS_DONE;
    failed.last_change_ms = snapshot->now_ms;
    failed.transition_magic = NULL;
    memmove(&ops[found], &ops[found + 1], (count - found - 1) * sizeof(*ops));
    ops[count - 1] = failed;
    resource->ops = ops;
    return &ops[count - 1];
}

/* Attributes are sorted by name. */
static void
attribute_set(struct mu_arena *arena, struct mu_status_node *node,
              const char *name, const char *value)
{
    struct mu_pair *pairs = mu_arena_new(arena, struct mu_pair,
                                         (size_t)node->attributes_count + 1);
    uint32_t at = 0;
    uint32_t rest;

    while (at < node->attributes_count &&
           strcmp(node->attributes[at].name, name) < 0) {
        pairs[at] = node->attributes[at];
        at++;
    }
    pairs[at] = (struct mu_pair){name, value};
    rest = at < node->attributes_count &&
                   strcmp(node->attributes[at].name, name) == 0
               ? at + 1
               : at;
    for (uint32_t i = rest; i < node->attributes_count; i++) {
        pairs[at + 1 + i - rest] = node->attributes[i];
    }
    node->attributes_count += rest == at ? 1 : 0;
    node->attributes = pairs;
}
