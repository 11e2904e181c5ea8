/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients ask of the status: cleanup, attributes, fencing by hand,
 * tickets. Each is answered once, at the position where it was applied. */

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/fence.h"
#include "core/kernel.h"

static int request_do(struct mu_apply *apply,
                      const struct mu_body_request *body,
                      struct mu_errbuf *err);
static bool changes_state(enum mu_request_type type);
static int survey_do(struct mu_apply *apply,
                     const struct mu_body_request *body,
                     struct mu_errbuf *err);
static int nodes_find(struct mu_apply *apply, const char *name,
                      struct mu_errbuf *err);
static int cleanup_do(struct mu_apply *apply,
                      const struct mu_body_request *body,
                      struct mu_errbuf *err);
static bool cleanup_one(struct mu_apply *apply, struct mu_state_node *node,
                        const char *resource, bool is_all);
static bool removed_clean(struct mu_apply *apply, struct mu_state_node *node,
                          const char *resource);
static bool has_failed(const struct mu_state *state,
                       const struct mu_state_node *node, const char *resource);
static bool locks_clear(struct mu_state *state,
                        const struct mu_state_node *node, uint32_t resource);
static bool counts_clear(struct mu_state *state, struct mu_state_node *node,
                         const struct mu_config *config, uint32_t resource);
static int attribute_do(struct mu_apply *apply,
                        const struct mu_body_request *body,
                        struct mu_errbuf *err);
static int fence_do(struct mu_apply *apply, const struct mu_body_request *body,
                    struct mu_errbuf *err);
static int confirm_do(struct mu_apply *apply,
                      const struct mu_body_request *body,
                      struct mu_errbuf *err);
static int ticket_do(struct mu_apply *apply, const struct mu_body_request *body,
                     struct mu_errbuf *err);
static struct mu_state_ticket *ticket_get(struct mu_state *state,
                                          const char *id);
static int fail_do(struct mu_apply *apply, const struct mu_body_request *body,
                   struct mu_errbuf *err);

void
mu_apply_request(struct mu_apply *apply, const struct mu_body_request *body)
{
    struct mu_state *state = apply->state;
    struct mu_errbuf err = {.text = "done"};
    int r;

    if (mu_state_find_request(state, apply->sender_incarnation,
                              body->request)) {
        mu_apply_answer(apply, body->request, 0, "done");
        return;
    }
    r = request_do(apply, body, &err);
    if (r == 0 && changes_state(body->type)) {
        mu_state_add_request(state, apply->sender_incarnation, body->request);
    }
    mu_apply_answer(apply, body->request, r, err.text);
}

/* Whether it would matter if it were done twice. */
static bool
changes_state(enum mu_request_type type)
{
    return type != MU_REQUEST_SURVEY && type != MU_REQUEST_FACTS;
}

static int
request_do(struct mu_apply *apply, const struct mu_body_request *body,
           struct mu_errbuf *err)
{
    switch (body->type) {
    case MU_REQUEST_CONFIG:
        mu_errbuf_set(err, "a configuration travels in a message of its own");
        return -EBADMSG;
    case MU_REQUEST_CLEANUP:
        return cleanup_do(apply, body, err);
    case MU_REQUEST_ATTRIBUTE:
        return attribute_do(apply, body, err);
    case MU_REQUEST_FENCE:
        return fence_do(apply, body, err);
    case MU_REQUEST_CONFIRM:
        return confirm_do(apply, body, err);
    case MU_REQUEST_TICKET:
        return ticket_do(apply, body, err);
    case MU_REQUEST_FAIL:
        return fail_do(apply, body, err);
    case MU_REQUEST_SURVEY:
    case MU_REQUEST_FACTS:
        return survey_do(apply, body, err);
    }
    mu_unreachable();
}

/* Questions about the nodes themselves and the answers travel in the order
 * like all else, but no state comes of them. */
static int
survey_do(struct mu_apply *apply, const struct mu_body_request *body,
          struct mu_errbuf *err)
{
    const struct mu_state_node *asker =
        mu_state_find_node_by_name(apply->state, body->node);
    struct mu_outcome *outcome;
    int64_t request = 0;

    if (body->type == MU_REQUEST_SURVEY) {
        outcome = mu_apply_add(apply, MU_OUTCOME_SURVEY);
        outcome->request = body->request;
        outcome->node_id = apply->sender_id;
        return 0;
    }
    if (!asker || mu_text_parse_int64(body->name, &request) < 0) {
        mu_errbuf_set(err, "facts that nobody has asked for");
        return -EBADMSG;
    }
    outcome = mu_apply_add(apply, MU_OUTCOME_FACTS);
    outcome->index = asker->id;
    outcome->request = (uint64_t)request;
    outcome->node_id = apply->sender_id;
    outcome->text = body->value;
    return 0;
}

static int
nodes_find(struct mu_apply *apply, const char *name, struct mu_errbuf *err)
{
    if (!*name || mu_state_find_node_by_name(apply->state, name)) {
        return 0;
    }
    mu_errbuf_set(err, "node \"%s\": there is no such node; see 'muster node "
                       "show'",
                  name);
    return -ENOENT;
}

static int
cleanup_do(struct mu_apply *apply, const struct mu_body_request *body,
           struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_config *config = state->config;
    uint32_t resource = MU_CONFIG_NONE;
    bool is_changed = false;
    int r = nodes_find(apply, body->node, err);

    if (r < 0) {
        return r;
    }
    if (*body->resource) {
        resource = config ? mu_config_find_resource(config, body->resource)
                          : MU_CONFIG_NONE;
        if (resource == MU_CONFIG_NONE) {
            mu_errbuf_set(err, "resource \"%s\": there is no such resource",
                          body->resource);
            return -ENOENT;
        }
    }
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        struct mu_state_node *node = &state->nodes[i];
        uint32_t k = 0;

        if (*body->node && strcmp(body->node, node->name) != 0) {
            continue;
        }
        while (k < state->histories_count) {
            const struct mu_state_history *row = &state->histories[k];

            if (row->node_id == node->id &&
                (resource == MU_CONFIG_NONE ||
                 mu_apply_belongs_to(config, row->resource, resource)) &&
                cleanup_one(apply, node, row->resource, body->is_all)) {
                is_changed = true; /* Its rows were those from 'k' on. */
            } else {
                k++;
            }
        }
        is_changed |= counts_clear(state, node, config, resource);
        /* A refresh of everything is no word against a lock. */
        if (body->is_all && *body->node && *body->resource) {
            is_changed |= locks_clear(state, node, resource);
        }
    }
    if (is_changed) {
        mu_apply_touch(apply);
    }
    mu_errbuf_set(err, is_changed ? "failures are forgotten; the state is "
                                    "looked at again"
                                  : "there was nothing to clean up");
    return 0;
}

/* Forgets one resource on one node, so that it is looked at again. Not while
 * an operation of it is in flight: its result will tell. */
static bool
cleanup_one(struct mu_apply *apply, struct mu_state_node *node,
            const char *resource, bool is_all)
{
    struct mu_state *state = apply->state;
    const struct mu_state_filter filter = {
        .node_id = node->id,
        .resource = mu_arena_strdup(apply->scratch, resource)};

    if (!is_all && !has_failed(state, node, resource)) {
        return false;
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (state->flights[i].node_id == node->id &&
            strcmp(state->flights[i].resource, resource) == 0) {
            return false;
        }
    }
    if (mu_kernel_find_primitive(state->config, resource) == MU_CONFIG_NONE &&
        mu_kernel_hold(state, node, resource) == MU_HOLD_YES) {
        return removed_clean(apply, node, filter.resource);
    }
    return mu_state_forget(state, &filter) > 0;
}

/* A resource that is no longer configured is not looked for again: what is
 * known of it must stay, or it would run for ever. Only its failures go, so
 * that stopping it is tried again. Returns whether there were any. */
static bool
removed_clean(struct mu_apply *apply, struct mu_state_node *node,
              const char *resource)
{
    struct mu_state *state = apply->state;
    const struct mu_state_filter filter = {.node_id = node->id,
                                           .resource = resource};
    const struct mu_state_history key = {
        .node_id = node->id, .resource = resource, .slot = MU_SLOT_LAST};
    const struct mu_state_history *found = mu_state_find_history(state, &key);
    struct mu_state_history last;
    struct mu_state_history *row;

    if (!found || !has_failed(state, node, resource)) {
        return false;
    }
    last = *found;
    (void)mu_state_forget(state, &filter);
    row = mu_state_put_history(state, &last);
    *row = last;
    row->op_name = mu_state_text(state, "monitor");
    row->interval_ms = 0;
    row->rc = 0;
    row->status = MU_OP_STATUS_DONE;
    row->exit_reason = mu_state_text(state, "");
    return true;
}

bool
mu_apply_belongs_to(const struct mu_config *config, const char *history_id,
                    uint32_t resource)
{
    uint32_t at;
    char id[MU_NAME_SIZE_MAX];
    const char *colon = strrchr(history_id, ':');
    size_t length = colon ? (size_t)(colon - history_id) : strlen(history_id);

    at = mu_config_find_resource(config, history_id);
    if (at == MU_CONFIG_NONE && length < sizeof(id)) {
        memcpy(id, history_id, length);
        id[length] = '\0';
        at = mu_config_find_resource(config, id);
    }
    while (at != MU_CONFIG_NONE) {
        if (at == resource) {
            return true;
        }
        at = config->resources[at].parent;
    }
    return false;
}

static bool
has_failed(const struct mu_state *state, const struct mu_state_node *node,
           const char *resource)
{
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *row = &state->histories[i];

        if (row->node_id == node->id && row->slot == MU_SLOT_FAILURE &&
            strcmp(row->resource, resource) == 0) {
            return true;
        }
    }
    return false;
}

static bool
locks_clear(struct mu_state *state, const struct mu_state_node *node,
            uint32_t resource)
{
    bool is_changed = false;
    uint32_t i = 0;

    while (i < state->locks_count) {
        const struct mu_state_lock *lock = &state->locks[i];

        if (lock->node_id == node->id &&
            mu_apply_belongs_to(state->config, lock->resource, resource)) {
            is_changed |=
                mu_state_end_locks(state, node->id, lock->resource);
        } else {
            i++;
        }
    }
    return is_changed;
}

/* Fail counts are attributes: fail-count-RESOURCE#OP_MS, last-failure-... */
static bool
counts_clear(struct mu_state *state, struct mu_state_node *node,
             const struct mu_config *config, uint32_t resource)
{
    bool is_changed = false;
    uint32_t i = 0;

    while (i < node->attributes_count) {
        const char *name = node->attributes[i].name;
        const char *hash = strrchr(name, '#');
        char id[MU_NAME_SIZE_MAX];
        size_t skipped = 0;

        if (strncmp(name, "fail-count-", 11) == 0) {
            skipped = 11;
        } else if (strncmp(name, "last-failure-", 13) == 0) {
            skipped = 13;
        }
        if (skipped == 0 || !hash ||
            (size_t)(hash - name) - skipped >= sizeof(id)) {
            i++;
            continue;
        }
        memcpy(id, name + skipped, (size_t)(hash - name) - skipped);
        id[(size_t)(hash - name) - skipped] = '\0';
        if (resource == MU_CONFIG_NONE || mu_apply_belongs_to(config, id, resource)) {
            is_changed |= mu_state_set_attribute(state, node, name, NULL);
        } else {
            i++;
        }
    }
    return is_changed;
}

static int
attribute_do(struct mu_apply *apply, const struct mu_body_request *body,
             struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_state_node *found =
        mu_state_find_node_by_name(state, body->node);
    struct mu_state_node *node;

    if (!found) {
        (void)nodes_find(apply, *body->node ? body->node : "(none)", err);
        return -ENOENT;
    }
    if (!*body->name || strlen(body->name) >= MU_NAME_SIZE_MAX) {
        mu_errbuf_set(err, "attribute \"%.40s\": not a name", body->name);
        return -EBADMSG;
    }
    node = mu_state_get_node(state, found->id);
    if (mu_state_set_attribute(state, node, body->name,
                               body->has_value ? body->value : NULL)) {
        mu_apply_touch(apply);
    }
    if (strcmp(body->name, "shutdown") == 0 && body->has_value &&
        strcmp(body->value, "0") != 0 && node->state == MU_NODE_STATE_ACTIVE) {
        mu_apply_node_state(apply, node, MU_NODE_STATE_LEAVING,
                            "it was asked to stop");
    }
    return 0;
}

static int
fence_do(struct mu_apply *apply, const struct mu_body_request *body,
         struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_state_node *found =
        mu_state_find_node_by_name(state, body->node);

    if (!found) {
        (void)nodes_find(apply, *body->node ? body->node : "(none)", err);
        return -ENOENT;
    }
    if (!state->config || !state->config->options.fencing_enabled) {
        mu_errbuf_set(err, "node \"%s\": fencing is disabled; set the property "
                           "fencing-enabled=true",
                      body->node);
        return -EPROTO;
    }
    (void)mu_state_set_attribute(state, mu_state_get_node(state, found->id),
                                 "terminate", "true");
    mu_apply_trace(apply, MU_TRACE_WARNING, MU_TOPIC_REQUEST, NULL,
                   "%s asks for fencing of %s", body->user, body->node);
    mu_apply_touch(apply);
    return 0;
}

static int
confirm_do(struct mu_apply *apply, const struct mu_body_request *body,
           struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_state_node *found =
        mu_state_find_node_by_name(state, body->node);
    struct mu_state_node *node;
    const char *how =
        mu_text_make(apply->scratch, "%s confirmed that it is down",
                     *body->user ? body->user : "an operator");

    if (!found) {
        (void)nodes_find(apply, *body->node ? body->node : "(none)", err);
        return -ENOENT;
    }
    node = mu_state_get_node(state, found->id);
    if (mu_state_get_member(state, node->id)) {
        mu_errbuf_set(err, "node \"%s\": it is a member and plainly not down; "
                           "to fence it use 'muster node fence %s'",
                      node->name, node->name);
        return -EPROTO;
    }
    if (mu_state_find_fence(state, node->id)) {
        struct mu_state_fence *fence = mu_state_find_fence(state, node->id);

        fence->device = mu_state_text(state, how);
        mu_fence_end(apply, node->id, true, how);
    } else {
        mu_apply_node_forget(apply, node);
        mu_apply_node_state(apply, node, MU_NODE_STATE_DOWN, how);
        node->was_fenced = true;
        mu_apply_completeness(apply);
    }
    mu_apply_touch(apply);
    return 0;
}

static int
ticket_do(struct mu_apply *apply, const struct mu_body_request *body,
          struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    struct mu_state_ticket *ticket;

    if (!*body->name || strlen(body->name) >= MU_NAME_SIZE_MAX) {
        mu_errbuf_set(err, "ticket \"%.40s\": not a name", body->name);
        return -EBADMSG;
    }
    ticket = ticket_get(state, body->name);
    if (strcmp(body->value, "grant") == 0) {
        ticket->is_granted = true;
        ticket->last_granted_s =
            mu_apply_bound_wall_ms(apply, body->wall_ms) / 1000;
    } else if (strcmp(body->value, "revoke") == 0) {
        ticket->is_granted = false;
    } else if (strcmp(body->value, "standby") == 0) {
        ticket->is_standby = true;
    } else if (strcmp(body->value, "activate") == 0) {
        ticket->is_standby = false;
    } else {
        mu_errbuf_set(err, "ticket \"%s\": \"%.40s\" is none of grant, revoke, "
                           "standby, activate",
                      body->name, body->value);
        return -EBADMSG;
    }
    mu_apply_touch(apply);
    return 0;
}

static struct mu_state_ticket *
ticket_get(struct mu_state *state, const char *id)
{
    struct mu_state_ticket *tickets;
    uint32_t at = 0;

    for (uint32_t i = 0; i < state->tickets_count; i++) {
        if (strcmp(state->tickets[i].id, id) == 0) {
            return &state->tickets[i];
        }
    }
    tickets = mu_arena_new(state->arena, struct mu_state_ticket,
                           state->tickets_count + 1);
    while (at < state->tickets_count && strcmp(state->tickets[at].id, id) < 0) {
        tickets[at] = state->tickets[at];
        at++;
    }
    for (uint32_t i = at; i < state->tickets_count; i++) {
        tickets[i + 1] = state->tickets[i];
    }
    tickets[at] = (struct mu_state_ticket){.id = mu_state_text(state, id),
                                           .last_granted_s = -1};
    state->tickets = tickets;
    state->tickets_count++;
    return &tickets[at];
}

/* Records a failure that somebody else has seen (crm_resource --fail). */
static int
fail_do(struct mu_apply *apply, const struct mu_body_request *body,
        struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_state_node *found =
        mu_state_find_node_by_name(state, body->node);
    const struct mu_state_history *last = NULL;
    struct mu_state_history *row;
    struct mu_state_history key = {.slot = MU_SLOT_FAILURE,
                                   .resource = body->resource,
                                   .op_name = "asyncmon"};

    for (uint32_t i = 0; found && i < state->histories_count; i++) {
        if (state->histories[i].node_id == found->id &&
            state->histories[i].slot == MU_SLOT_LAST &&
            strcmp(state->histories[i].resource, body->resource) == 0) {
            last = &state->histories[i];
        }
    }
    if (!last) {
        mu_errbuf_set(err, "resource \"%s\": it is not known on node \"%s\"",
                      body->resource, body->node);
        return -ENOENT;
    }
    key.node_id = found->id;
    key.class_name = last->class_name;
    key.provider = last->provider;
    key.type = last->type;
    row = mu_state_put_history(state, &key);
    row->op_name = mu_state_text(state, key.op_name);
    row->interval_ms = 0;
    row->class_name = key.class_name;
    row->provider = key.provider;
    row->type = key.type;
    row->call_id = state->next_call_id++;
    row->rc = 1;
    row->expected_rc = 0;
    row->status = MU_OP_STATUS_DONE;
    row->changed_ms = mu_apply_bound_wall_ms(apply, body->wall_ms);
    row->exit_reason = mu_state_text(state, "reported from outside");
    mu_apply_touch(apply);
    return 0;
}
