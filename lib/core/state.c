/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/state.h"

#include <string.h>

#include "base/panic.h"
#include "doc/doc.h"

static void order_init(struct mu_state *state);
static int history_cmp(const struct mu_state_history *a,
                       const struct mu_state_history *b);
static uint32_t history_find(const struct mu_state *state,
                             const struct mu_state_history *key,
                             bool *ret_found);
static bool filter_matches(const struct mu_state_filter *filter,
                           const struct mu_state_history *row);

void
mu_state_init(struct mu_state *state, struct mu_arena *arena,
              struct mu_arena *config_arena)
{
    mu_arena_reset(arena);
    mu_arena_reset(config_arena);
    *state = (struct mu_state){.arena = arena, .config_arena = config_arena};
    state->next_op_id = 1;
    state->next_call_id = 1;
    state->proposal = mu_state_no_proposal();
    order_init(state);
}

struct mu_state_proposal
mu_state_no_proposal(void)
{
    return (struct mu_state_proposal){.refusal = "",
                                      .author = mu_revision_nobody()};
}

const char *
mu_state_text(struct mu_state *state, const char *text)
{
    if (!text || !*text) {
        return "";
    }
    return mu_arena_strdup(state->arena, text);
}

int
mu_state_set_config(struct mu_state *state, struct mu_span xml,
                    struct mu_errbuf *err)
{
    const struct mu_config *config;
    struct mu_doc *doc;
    int r;

    r = mu_doc_parse(xml, &doc, err);
    if (r < 0) {
        return r;
    }
    mu_arena_reset(state->config_arena);
    state->config = NULL;
    r = mu_config_read(state->config_arena, doc, MU_CONFIG_STRICT, &config,
                       err);
    mu_doc_free(doc);
    if (r < 0) {
        return r;
    }
    state->config = config;
    state->config_xml = (struct mu_span){
        mu_arena_copy(state->config_arena, xml.data, xml.size), xml.size};
    return 0;
}

const struct mu_state_node *
mu_state_find_node(const struct mu_state *state, uint32_t id)
{
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (state->nodes[i].id == id) {
            return &state->nodes[i];
        }
    }
    return NULL;
}

const struct mu_state_node *
mu_state_find_node_by_name(const struct mu_state *state, const char *name)
{
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (strcmp(state->nodes[i].name, name) == 0) {
            return &state->nodes[i];
        }
    }
    return NULL;
}

struct mu_state_node *
mu_state_get_node(struct mu_state *state, uint32_t id)
{
    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (state->nodes[i].id == id) {
            return &state->nodes[i];
        }
    }
    return NULL;
}

struct mu_state_node *
mu_state_add_node(struct mu_state *state, uint32_t id, const char *name)
{
    struct mu_state_node *nodes;
    uint32_t at = 0;

    mu_assert(!mu_state_get_node(state, id));
    mu_assert(state->nodes_count < MU_NODES_COUNT_MAX);
    nodes = mu_arena_new(state->arena, struct mu_state_node,
                         state->nodes_count + 1);
    while (at < state->nodes_count && state->nodes[at].id < id) {
        nodes[at] = state->nodes[at];
        at++;
    }
    for (uint32_t i = at; i < state->nodes_count; i++) {
        nodes[i + 1] = state->nodes[i];
    }
    nodes[at].id = id;
    nodes[at].name = mu_state_text(state, name);
    nodes[at].boot_id = "";
    state->nodes = nodes;
    state->nodes_count++;
    if (state->actions_count > 0) {
        mu_state_index_plan(state); /* Queues are numbered as nodes are. */
    }
    return &nodes[at];
}

struct mu_state_member *
mu_state_get_member(struct mu_state *state, uint32_t node_id)
{
    for (uint32_t i = 0; i < state->members_count; i++) {
        if (state->members[i].node_id == node_id) {
            return &state->members[i];
        }
    }
    return NULL;
}

const struct mu_state_history *
mu_state_find_history(const struct mu_state *state,
                      const struct mu_state_history *key)
{
    bool is_found;
    uint32_t at = history_find(state, key, &is_found);

    return is_found ? &state->histories[at] : NULL;
}

struct mu_state_history *
mu_state_put_history(struct mu_state *state, const struct mu_state_history *key)
{
    bool is_found;
    uint32_t at = history_find(state, key, &is_found);
    struct mu_state_history *row;

    if (!is_found) {
        if (state->histories_count == state->histories_capacity) {
            uint32_t capacity = state->histories_capacity * 2 + 16;
            struct mu_state_history *rows =
                mu_arena_new(state->arena, struct mu_state_history, capacity);

            if (state->histories_count > 0) {
                memcpy(rows, state->histories,
                       state->histories_count * sizeof(*rows));
            }
            state->histories = rows;
            state->histories_capacity = capacity;
        }
        memmove(&state->histories[at + 1], &state->histories[at],
                (state->histories_count - at) * sizeof(*state->histories));
        state->histories_count++;
        row = &state->histories[at];
        *row = (struct mu_state_history){
            .node_id = key->node_id,
            .resource = mu_state_text(state, key->resource),
            .slot = key->slot,
            .op_name = mu_state_text(state, key->op_name),
            .interval_ms = key->interval_ms,
        };
    }
    row = &state->histories[at];
    row->class_name = row->provider = row->type = "";
    row->exit_reason = row->params_digest = "";
    row->migrate_source = row->migrate_target = "";
    return row;
}

uint32_t
mu_state_forget(struct mu_state *state, const struct mu_state_filter *filter)
{
    uint32_t kept = 0;
    uint32_t forgotten;

    for (uint32_t i = 0; i < state->histories_count; i++) {
        if (!filter_matches(filter, &state->histories[i])) {
            state->histories[kept++] = state->histories[i];
        }
    }
    forgotten = state->histories_count - kept;
    state->histories_count = kept;
    return forgotten;
}

struct mu_state_flight *
mu_state_add_flight(struct mu_state *state, uint64_t op_id)
{
    struct mu_state_flight *flight;

    mu_assert(state->flights_count == 0 ||
              state->flights[state->flights_count - 1].op_id < op_id ||
              !mu_state_get_flight(state, op_id));
    if (state->flights_count == state->flights_capacity) {
        uint32_t capacity = state->flights_capacity * 2 + 16;
        struct mu_state_flight *rows =
            mu_arena_new(state->arena, struct mu_state_flight, capacity);

        if (state->flights_count > 0) {
            memcpy(rows, state->flights, state->flights_count * sizeof(*rows));
        }
        state->flights = rows;
        state->flights_capacity = capacity;
    }
    flight = &state->flights[state->flights_count++];
    /* Released in any order, kept in the order of ids. */
    while (flight > state->flights && flight[-1].op_id > op_id) {
        *flight = flight[-1];
        flight--;
    }
    *flight = (struct mu_state_flight){.op_id = op_id};
    return flight;
}

struct mu_state_flight *
mu_state_get_flight(struct mu_state *state, uint64_t op_id)
{
    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (state->flights[i].op_id == op_id) {
            return &state->flights[i];
        }
    }
    return NULL;
}

void
mu_state_remove_flight(struct mu_state *state, uint64_t op_id)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (state->flights[i].op_id != op_id) {
            state->flights[kept++] = state->flights[i];
        }
    }
    state->flights_count = kept;
}

struct mu_state_fence *
mu_state_add_fence(struct mu_state *state, uint64_t op_id)
{
    struct mu_state_fence *fences = mu_arena_new(
        state->arena, struct mu_state_fence, state->fences_count + 1);
    uint32_t kept = 0;
    bool is_full = state->fences_count >= MU_STATE_FENCES_MAX;

    /* The oldest that has ended gives way; pending ones are never lost. */
    for (uint32_t i = 0; i < state->fences_count; i++) {
        const struct mu_state_fence *old = &state->fences[i];

        if (is_full && (old->state == MU_FENCE_DONE ||
                        old->state == MU_FENCE_CANCELLED)) {
            is_full = false;
            continue;
        }
        fences[kept++] = *old;
    }
    fences[kept] = (struct mu_state_fence){
        .op_id = op_id, .action = "", .device = "", .reason = ""};
    state->fences = fences;
    state->fences_count = kept + 1;
    return &fences[kept];
}

struct mu_state_fence *
mu_state_get_fence(struct mu_state *state, uint64_t op_id)
{
    for (uint32_t i = 0; i < state->fences_count; i++) {
        if (state->fences[i].op_id == op_id) {
            return &state->fences[i];
        }
    }
    return NULL;
}

void
mu_state_add_request(struct mu_state *state, uint64_t incarnation,
                     uint64_t request)
{
    struct mu_state_request *requests = mu_arena_new(
        state->arena, struct mu_state_request, state->requests_count + 1);
    uint32_t skipped = state->requests_count >= MU_STATE_REQUESTS_MAX ? 1 : 0;
    uint32_t kept = 0;

    for (uint32_t i = skipped; i < state->requests_count; i++) {
        requests[kept++] = state->requests[i];
    }
    requests[kept++] = (struct mu_state_request){incarnation, request};
    state->requests = requests;
    state->requests_count = kept;
}

bool
mu_state_find_request(const struct mu_state *state, uint64_t incarnation,
                      uint64_t request)
{
    for (uint32_t i = 0; i < state->requests_count; i++) {
        if (state->requests[i].incarnation == incarnation &&
            state->requests[i].request == request) {
            return true;
        }
    }
    return false;
}

static struct mu_state_fence *
fence_find(struct mu_state *state, uint32_t target_id, bool is_on)
{
    for (uint32_t i = 0; i < state->fences_count; i++) {
        struct mu_state_fence *fence = &state->fences[i];

        if (fence->target_id == target_id &&
            (strcmp(fence->action, "on") == 0) == is_on &&
            (fence->state == MU_FENCE_RUNNING ||
             fence->state == MU_FENCE_PAUSING)) {
            return fence;
        }
    }
    return NULL;
}

struct mu_state_fence *
mu_state_find_fence(struct mu_state *state, uint32_t target_id)
{
    return fence_find(state, target_id, false);
}

struct mu_state_fence *
mu_state_find_unfence(struct mu_state *state, uint32_t target_id)
{
    return fence_find(state, target_id, true);
}

bool
mu_state_set_attribute(struct mu_state *state, struct mu_state_node *node,
                       const char *name, const char *value)
{
    struct mu_state_attribute *attributes;
    uint32_t count = 0;
    const char *old = mu_state_get_attribute(node, name);
    bool is_placed = !value;

    if ((!old && !value) || (old && value && strcmp(old, value) == 0)) {
        return false;
    }
    attributes = mu_arena_new(state->arena, struct mu_state_attribute,
                              node->attributes_count + 1);
    for (uint32_t i = 0; i < node->attributes_count; i++) {
        int order = strcmp(node->attributes[i].name, name);

        if (order > 0 && !is_placed) {
            attributes[count].name = mu_state_text(state, name);
            attributes[count++].value = mu_state_text(state, value);
            is_placed = true;
        }
        if (order != 0) {
            attributes[count++] = node->attributes[i];
        }
    }
    if (!is_placed) {
        attributes[count].name = mu_state_text(state, name);
        attributes[count++].value = mu_state_text(state, value);
    }
    node->attributes = attributes;
    node->attributes_count = count;
    return true;
}

const char *
mu_state_get_attribute(const struct mu_state_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->attributes_count; i++) {
        if (strcmp(node->attributes[i].name, name) == 0) {
            return node->attributes[i].value;
        }
    }
    return NULL;
}

void
mu_state_index_plan(struct mu_state *state)
{
    uint32_t count = state->actions_count;
    uint32_t edges = 0;
    uint32_t *at;

    state->blockers = mu_arena_new(state->arena, uint32_t, count + 1);
    state->successors_start = mu_arena_new(state->arena, uint32_t, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        const struct mu_state_action *action = &state->actions[i];

        for (uint32_t k = 0; k < action->after_count; k++) {
            state->successors_start[action->after[k] + 1]++;
            edges++;
            if (state->actions[action->after[k]].run != MU_RUN_DONE) {
                state->blockers[i]++;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        state->successors_start[i + 1] += state->successors_start[i];
    }
    state->successors = mu_arena_new(state->arena, uint32_t, edges + 1);
    at = mu_arena_new(state->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct mu_state_action *action = &state->actions[i];

        for (uint32_t k = 0; k < action->after_count; k++) {
            uint32_t first = action->after[k];

            state->successors[state->successors_start[first] + at[first]++] = i;
        }
    }
    state->ready_next = mu_arena_new(state->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i <= MU_NODES_COUNT_MAX; i++) {
        state->ready_head[i] = state->ready_tail[i] = MU_PLAN_NONE;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (state->actions[i].run == MU_RUN_WAITING &&
            state->blockers[i] == 0) {
            mu_state_queue_action(state, i);
        }
    }
}

/* A total order: a member that got the state in the middle of a plan must
 * release in the same order as those who saw it from the beginning. */
static bool
goes_before(const struct mu_state *state, uint32_t a, uint32_t b)
{
    int32_t a_priority = state->actions[a].priority;
    int32_t b_priority = state->actions[b].priority;

    return a_priority != b_priority ? a_priority > b_priority : a < b;
}

/* Mostly all priorities are equal and what becomes ready later stands later in
 * the plan: then the end of the queue is the place. */
void
mu_state_queue_action(struct mu_state *state, uint32_t index)
{
    const struct mu_state_action *action = &state->actions[index];
    uint32_t queue = MU_NODES_COUNT_MAX;
    uint32_t *link;

    for (uint32_t i = 0; i < state->nodes_count; i++) {
        if (action->kind == MU_ACTION_RESOURCE &&
            state->nodes[i].id == action->node_id) {
            queue = i;
        }
    }
    link = &state->ready_head[queue];
    if (*link != MU_PLAN_NONE &&
        goes_before(state, state->ready_tail[queue], index)) {
        link = &state->ready_next[state->ready_tail[queue]];
    }
    while (*link != MU_PLAN_NONE && goes_before(state, *link, index)) {
        link = &state->ready_next[*link];
    }
    state->ready_next[index] = *link;
    *link = index;
    if (state->ready_next[index] == MU_PLAN_NONE) {
        state->ready_tail[queue] = index;
    }
}

bool
mu_state_is_left_alone(const struct mu_state_node *node)
{
    return node->state == MU_NODE_STATE_LOST_GRACE &&
           node->grace_until_ms == INT64_MAX;
}

const char *
mu_state_node_word(enum mu_node_state state)
{
    switch (state) {
    case MU_NODE_STATE_UNKNOWN:
        return "unknown";
    case MU_NODE_STATE_PENDING:
        return "pending";
    case MU_NODE_STATE_ACTIVE:
        return "active";
    case MU_NODE_STATE_LEAVING:
        return "leaving";
    case MU_NODE_STATE_LOST_GRACE:
        return "lost (daemon away)";
    case MU_NODE_STATE_UNCLEAN:
        return "unclean";
    case MU_NODE_STATE_DOWN:
        return "down";
    }
    mu_unreachable();
}

static void
order_init(struct mu_state *state)
{
    state->blockers = mu_arena_new(state->arena, uint32_t, 1);
    state->successors_start = mu_arena_new(state->arena, uint32_t, 2);
    state->successors = mu_arena_new(state->arena, uint32_t, 1);
}

static int
history_cmp(const struct mu_state_history *a, const struct mu_state_history *b)
{
    int order;

    if (a->node_id != b->node_id) {
        return a->node_id < b->node_id ? -1 : 1;
    }
    order = strcmp(a->resource, b->resource);
    if (order != 0) {
        return order;
    }
    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }
    if (a->slot != MU_SLOT_RECURRING) {
        return 0; /* There is one newest and one newest failure. */
    }
    if (a->interval_ms != b->interval_ms) {
        return a->interval_ms < b->interval_ms ? -1 : 1;
    }
    return strcmp(a->op_name, b->op_name);
}

static uint32_t
history_find(const struct mu_state *state, const struct mu_state_history *key,
             bool *ret_found)
{
    uint32_t low = 0;
    uint32_t high = state->histories_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (history_cmp(&state->histories[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_found = low < state->histories_count &&
                 history_cmp(&state->histories[low], key) == 0;
    return low;
}

static bool
filter_matches(const struct mu_state_filter *filter,
               const struct mu_state_history *row)
{
    if (filter->node_id != 0 && row->node_id != filter->node_id) {
        return false;
    }
    if (filter->resource && strcmp(row->resource, filter->resource) != 0) {
        return false;
    }
    if (filter->op_name && strcmp(row->op_name, filter->op_name) != 0) {
        return false;
    }
    if (filter->recurring_only && row->slot != MU_SLOT_RECURRING) {
        return false;
    }
    if (filter->recurring_only && filter->interval_ms >= 0 &&
        row->interval_ms != filter->interval_ms) {
        return false;
    }
    if (filter->failures_only && row->slot != MU_SLOT_FAILURE) {
        return false;
    }
    return true;
}
