/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of the configuration: proposed, stored by a majority, then valid.
 *
 * One proposal at a time: it is valid for every member at the same position,
 * and only when enough members have said in the order that they have it on
 * disk. See muster-protocol(7), CONFIGURATION. */

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "core/apply.h"
#include "doc/doc.h"
#include "wire/delta.h"

struct former { /* Primitives of a configuration that was replaced. */
    struct mu_state_history *items;
    uint32_t count;
};

static struct former former_copy(struct mu_apply *apply);
static void former_remember(struct mu_apply *apply,
                            const struct former *former);
static int proposal_check(struct mu_apply *apply,
                          const struct mu_body_config *body,
                          struct mu_errbuf *err);
static bool ids_have(const uint32_t *ids, uint32_t count, uint32_t id);
static uint32_t votes_needed(const struct mu_state *state);
static void proposal_commit(struct mu_apply *apply);
static void proposal_reject(struct mu_apply *apply);

void
mu_apply_config(struct mu_apply *apply, const struct mu_body_config *body)
{
    struct mu_state *state = apply->state;
    struct mu_state_proposal *proposal = &state->proposal;
    struct mu_errbuf err = {.text = ""};
    int r;

    if (mu_state_find_request(state, apply->sender_incarnation,
                              body->request)) {
        mu_apply_answer(apply, body->request, 0,
                        "the configuration is in force");
        return;
    }
    if (proposal->is_present &&
        proposal->origin_incarnation == apply->sender_incarnation &&
        proposal->request == body->request) {
        return; /* Sent again after a view change; it is being stored. */
    }
    r = proposal_check(apply, body, &err);
    if (r < 0) {
        mu_apply_answer(apply, body->request, r, err.text);
        return;
    }
    *proposal = (struct mu_state_proposal){
        .is_present = true,
        .index = state->config_index + 1,
        .origin_incarnation = apply->sender_incarnation,
        .request = body->request,
        .refusal = "",
        .xml = {mu_arena_copy(state->arena, body->xml.data, body->xml.size),
                body->xml.size},
        .author = {.user = mu_state_text(state, body->user),
                   .node = mu_state_text(
                       state, mu_apply_node_name(apply, apply->sender_id)),
                   .program = mu_state_text(state, body->program),
                   .message = mu_state_text(state, body->message),
                   .wall_ms = state->wall_ms,
                   .objects_count = body->objects_count},
    };
    if (state->config_index > 0) {
        struct mu_span former = mu_delta_make(apply->scratch, body->xml,
                                              state->config_xml);

        proposal->former = (struct mu_span){
            mu_arena_copy(state->arena, former.data, former.size),
            former.size};
    }
    (void)mu_apply_add(apply, MU_OUTCOME_PROPOSED);
}

void
mu_apply_stored(struct mu_apply *apply, const struct mu_body_stored *body)
{
    struct mu_state *state = apply->state;
    struct mu_state_proposal *proposal = &state->proposal;

    if (!proposal->is_present || body->index != proposal->index ||
        !mu_state_get_member(state, apply->sender_id) ||
        ids_have(proposal->acked, proposal->acked_count, apply->sender_id)) {
        return;
    }
    if (body->is_stored) {
        if (proposal->acked_count < MU_NODES_COUNT_MAX) {
            proposal->acked[proposal->acked_count++] = apply->sender_id;
        }
    } else if (!ids_have(proposal->refused, proposal->refused_count,
                         apply->sender_id)) {
        proposal->refused[proposal->refused_count++] = apply->sender_id;
        if (!*proposal->refusal) {
            proposal->refusal = mu_state_text(
                state,
                mu_text_make(apply->scratch, "node %s cannot store it: %s",
                             mu_apply_node_name(apply, apply->sender_id),
                             body->reason));
        }
    }
    mu_apply_settle_proposal(apply);
}

/* Only a complete view decides: in another one the nodes that are not here may
 * decide otherwise. A majority of all nodes must have it; where fewer are a
 * complete view, all of its members, whoever else had it before. */
void
mu_apply_settle_proposal(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;
    const struct mu_state_proposal *proposal = &state->proposal;
    uint32_t majority = state->nodes_count / 2 + 1;
    uint32_t needed = votes_needed(state);
    uint32_t present = 0;

    if (!proposal->is_present || !state->is_complete) {
        return;
    }
    for (uint32_t i = 0; i < state->members_count; i++) {
        present += ids_have(proposal->acked, proposal->acked_count,
                            state->members[i].node_id)
                       ? 1
                       : 0;
    }
    if (proposal->acked_count >= majority || present == state->members_count) {
        proposal_commit(apply);
    } else if (state->members_count - proposal->refused_count < needed) {
        proposal_reject(apply);
    }
}

static int
proposal_check(struct mu_apply *apply, const struct mu_body_config *body,
               struct mu_errbuf *err)
{
    struct mu_state *state = apply->state;
    const struct mu_config *config;
    struct mu_doc *doc;
    char revision[64];
    int r;

    (void)mu_text_format(revision, sizeof(revision), "%lld.%lld",
                         (long long)state->admin_epoch,
                         (long long)state->config_epoch);
    if (!state->is_quorate || !state->is_complete) {
        mu_errbuf_set(err, "%s: the configuration cannot be changed; bring "
                           "enough nodes back and try again",
                      state->is_quorate
                          ? "too few nodes have confirmed this membership"
                          : "this partition has no quorum");
        return -EPROTO;
    }
    if (strlen(body->user) + strlen(body->program) + strlen(body->message) >
        MU_CHANGE_TEXT_SIZE_MAX) {
        mu_errbuf_set(err, "the message is longer than %d bytes; say it in "
                           "fewer words",
                      MU_CHANGE_TEXT_SIZE_MAX);
        return -E2BIG;
    }
    if (state->proposal.is_present) {
        mu_errbuf_set(err, "another change is being stored; try again");
        return -EAGAIN;
    }
    if (*body->base_revision && strcmp(body->base_revision, revision) != 0) {
        mu_errbuf_set(err,
                      "the configuration has changed meanwhile: it is at "
                      "revision %s, not %s; look at it and try again",
                      revision, body->base_revision);
        return -ESTALE;
    }
    r = mu_doc_parse(body->xml, &doc, err);
    if (r < 0) {
        return r;
    }
    r = mu_config_read(apply->scratch, doc, MU_CONFIG_STRICT, &config, err);
    mu_doc_free(doc);
    if (r < 0 && err->line > 0) {
        struct mu_errbuf placed = *err;

        mu_errbuf_set(err, "line %u: %s", placed.line, placed.text);
    }
    return r;
}

static bool
ids_have(const uint32_t *ids, uint32_t count, uint32_t id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

/* A majority of all nodes; where fewer are a complete view, all of it. */
static uint32_t
votes_needed(const struct mu_state *state)
{
    uint32_t majority = state->nodes_count / 2 + 1;

    return state->members_count < majority ? state->members_count : majority;
}

/* The primitives of the configuration in force, copied: it is replaced. */
static struct former
former_copy(struct mu_apply *apply)
{
    const struct mu_config *config = apply->state->config;
    struct former former = {NULL, 0};

    if (!config) {
        return former;
    }
    former.items = mu_arena_new(apply->scratch, struct mu_state_history,
                                config->resources_count + 1);
    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];
        const char *provider = resource->provider ? resource->provider : "";

        if (resource->kind != MU_RESOURCE_PRIMITIVE ||
            resource->agent_class == MU_AGENT_FENCE) {
            continue;
        }
        former.items[former.count++] = (struct mu_state_history){
            .resource = mu_arena_strdup(apply->scratch, resource->id),
            .slot = MU_SLOT_LAST,
            .op_name = "monitor",
            .agent_class = resource->agent_class,
            .class_name = mu_arena_strdup(apply->scratch, resource->class_name),
            .provider = mu_arena_strdup(apply->scratch, provider),
            .type = mu_arena_strdup(apply->scratch, resource->type)};
    }
    return former;
}

/* What is removed before anybody has looked whether a node runs it will never
 * be looked for: it counts as running there, so that it is stopped. */
static void
former_remember(struct mu_apply *apply, const struct former *former)
{
    struct mu_state *state = apply->state;

    for (uint32_t i = 0; i < former->count; i++) {
        struct mu_state_history row = former->items[i];

        if (mu_config_find_resource(state->config, row.resource) !=
            MU_CONFIG_NONE) {
            continue;
        }
        for (uint32_t k = 0; k < state->nodes_count; k++) {
            const struct mu_state_node *node = &state->nodes[k];
            struct mu_state_history *put;

            row.node_id = node->id;
            if (node->state == MU_NODE_STATE_DOWN ||
                node->state == MU_NODE_STATE_UNKNOWN || !node->has_run ||
                mu_state_find_history(state, &row)) {
                continue;
            }
            put = mu_state_put_history(state, &row);
            put->agent_class = row.agent_class;
            put->class_name = mu_state_text(state, row.class_name);
            put->provider = mu_state_text(state, row.provider);
            put->type = mu_state_text(state, row.type);
            put->call_id = state->next_call_id++;
            put->changed_ms = state->wall_ms;
        }
    }
}

static void
proposal_commit(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;
    struct mu_state_proposal proposal = state->proposal;
    struct former former = former_copy(apply);
    struct mu_outcome *outcome;
    int r;

    state->proposal = mu_state_no_proposal();
    r = mu_state_set_config(state, proposal.xml, NULL);
    /* It was accepted when it was proposed, by the same reader. */
    if (r < 0) {
        return;
    }
    former_remember(apply, &former);
    state->revisions = mu_revision_after(state->arena, state, &proposal);
    state->config_epoch++;
    state->config_index = proposal.index;
    mu_state_forget_durations(state);
    mu_state_forget_locks(state);
    state->config_view_epoch = state->epoch;
    mu_state_add_request(state, proposal.origin_incarnation, proposal.request);
    outcome = mu_apply_add(apply, MU_OUTCOME_ANSWER);
    outcome->incarnation = proposal.origin_incarnation;
    outcome->request = proposal.request;
    outcome->text = mu_text_make(apply->scratch, "durable on %u of %u nodes",
                                 proposal.acked_count, state->nodes_count);
    outcome->revision =
        mu_text_make(apply->scratch, "%lld.%lld", (long long)state->admin_epoch,
                     (long long)state->config_epoch);
    mu_apply_trace(apply, MU_TRACE_INFO, MU_TOPIC_CONFIG, NULL,
                   "configuration %s is in force, by %s%s%s",
                   outcome->revision,
                   *proposal.author.user ? proposal.author.user : "?",
                   *proposal.author.message ? ": " : "",
                   proposal.author.message);
    mu_apply_touch(apply);
}

static void
proposal_reject(struct mu_apply *apply)
{
    struct mu_state *state = apply->state;
    struct mu_state_proposal proposal = state->proposal;
    struct mu_outcome *outcome;

    state->proposal = mu_state_no_proposal();
    outcome = mu_apply_add(apply, MU_OUTCOME_REJECTED);
    outcome->index = proposal.index;
    outcome = mu_apply_add(apply, MU_OUTCOME_ANSWER);
    outcome->incarnation = proposal.origin_incarnation;
    outcome->request = proposal.request;
    outcome->error = -ENOSPC;
    outcome->text = mu_text_make(
        apply->scratch, "not changed: too few nodes could store it: %s",
        proposal.refusal);
    mu_apply_trace(apply, MU_TRACE_ERROR, MU_TOPIC_CONFIG, NULL, "%s",
                   outcome->text);
}
