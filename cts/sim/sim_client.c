/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_client.h"

#include <inttypes.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "cts/sim/sim.h"

enum { RETRY_US = 500000, PATIENCE_US = 20000000 };

static void on_configure(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_change(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_clean(struct mu_sim *sim, const struct mu_sim_event *event);

static const char *
type_name(enum mu_request_type type)
{
    switch (type) {
    case MU_REQUEST_CONFIG:
        return "configuration";
    case MU_REQUEST_CLEANUP:
        return "cleanup";
    case MU_REQUEST_ATTRIBUTE:
        return "attribute";
    case MU_REQUEST_FENCE:
        return "fencing";
    case MU_REQUEST_CONFIRM:
        return "confirmation";
    case MU_REQUEST_TICKET:
        return "ticket";
    case MU_REQUEST_FAIL:
        return "failure";
    case MU_REQUEST_SURVEY:
        return "survey";
    case MU_REQUEST_FACTS:
        return "facts";
    }
    return "?";
}

/* A node whose daemon would answer, or 0. Operators do not know more. */
static uint32_t
pick_node(struct mu_sim *sim)
{
    uint32_t count = sim->options.nodes_count;
    uint32_t first =
        (uint32_t)mu_sim_world_draw(&sim->clients.prng, 0, (int64_t)count - 1);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = 1 + (first + i) % count;

        if (mu_sim_node_is_active(sim, node) && !sim->nodes[node].is_frozen) {
            return node;
        }
    }
    return 0;
}

static struct mu_sim_request *
ask(struct mu_sim *sim, uint32_t node, struct mu_event *event)
{
    struct mu_sim_clients *clients = &sim->clients;
    struct mu_sim_request *request;

    if (clients->requests_count == MU_SIM_REQUESTS_MAX) {
        return NULL;
    }
    request = &clients->requests[clients->requests_count++];
    *request = (struct mu_sim_request){
        .type = event->request.type,
        .node = node,
        .generation = sim->nodes[node].generation,
        .asked_us = sim->world.now_us,
    };
    event->type = MU_EVENT_REQUEST;
    event->request.client = clients->requests_count;
    event->request.request = clients->requests_count;
    event->request.user = "sim";
    if (event->request.type == MU_REQUEST_CONFIG) {
        request->version = mu_sim_config_recognise(sim, event->request.xml);
        event->request.message =
            request->version > 0
                ? mu_text_make(&sim->world.arena, "%" PRIu32, request->version)
                : NULL;
    }
    mu_sim_story_tell(sim, node, "client asks: %s %" PRIu32 " (#%" PRIu32 ")",
                      type_name(request->type), request->version,
                      clients->requests_count);
    mu_sim_node_push(sim, node, event);
    return request;
}

void
mu_sim_client_configure(struct mu_sim *sim, uint32_t node, struct mu_span xml)
{
    struct mu_event event = {.type = MU_EVENT_REQUEST};

    event.request.type = MU_REQUEST_CONFIG;
    event.request.xml = xml;
    mu_sim_story_detail(sim, node, "xml: %.*s", (int)xml.size,
                        (const char *)xml.data);
    (void)ask(sim, node, &event);
}

static void
ask_config(struct mu_sim *sim, uint32_t node, uint32_t version)
{
    mu_sim_client_configure(sim, node, sim->configs.versions[version - 1].xml);
}

/* Is a request of this type still waiting, and not for too long? */
static bool
is_waiting(const struct mu_sim *sim, enum mu_request_type type)
{
    for (uint32_t i = 0; i < sim->clients.requests_count; i++) {
        const struct mu_sim_request *request = &sim->clients.requests[i];

        if (request->type == type && request->state == MU_SIM_REQUEST_OPEN &&
            sim->world.now_us - request->asked_us < PATIENCE_US) {
            return true;
        }
    }
    return false;
}

void
mu_sim_client_init(struct mu_sim *sim, uint32_t changes_count, int64_t until_us)
{
    mu_sim_world_after(&sim->world, RETRY_US,
                       (struct mu_sim_event){.handler = on_configure});
    for (uint32_t i = 0; i < changes_count; i++) {
        mu_sim_world_after(
            &sim->world,
            mu_sim_world_draw(&sim->clients.prng, 3000000, until_us),
            (struct mu_sim_event){.handler = on_change});
    }
}

static void
on_configure(struct mu_sim *sim, const struct mu_sim_event *event)
{
    uint32_t node = pick_node(sim);

    if (sim->clients.is_configured) {
        return;
    }
    if (node && !is_waiting(sim, MU_REQUEST_CONFIG)) {
        ask_config(sim, node, 1);
    }
    mu_sim_world_after(&sim->world, RETRY_US, *event);
}

static void
on_change(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_prng *prng = &sim->clients.prng;
    uint32_t node = pick_node(sim);
    uint32_t other =
        (uint32_t)mu_sim_world_draw(prng, 1, (int64_t)sim->options.nodes_count);
    struct mu_event request = {.type = MU_EVENT_REQUEST};
    int64_t choice = mu_sim_world_draw(prng, 0, 9);
    uint32_t version;

    (void)event;
    if (!node || !sim->clients.is_configured) {
        return;
    }
    if (choice < 6) {
        version = mu_sim_config_change(sim);
        if (version) {
            ask_config(sim, node, version);
        }
        return;
    }
    if (choice == 6) {
        request.request.type = MU_REQUEST_ATTRIBUTE;
        request.request.node = sim->nodes[other].name;
        request.request.name = "load";
        request.request.value = mu_sim_world_chance(prng, 300) ? NULL : "5";
    } else if (choice == 7 && !sim->nodes[other].is_powered) {
        request.request.type = MU_REQUEST_CONFIRM;
        request.request.node = sim->nodes[other].name;
    } else if (choice == 8 && sim->options.nodes_count > 2) {
        mu_sim_client_fence(sim, node, other);
        return;
    } else {
        request.request.type = MU_REQUEST_CLEANUP;
        request.request.is_all = mu_sim_world_chance(prng, 500);
    }
    (void)ask(sim, node, &request);
}

void
mu_sim_client_fence(struct mu_sim *sim, uint32_t node, uint32_t target)
{
    struct mu_event request = {.type = MU_EVENT_REQUEST};

    request.request.type = MU_REQUEST_FENCE;
    request.request.node = sim->nodes[target].name;
    sim->agents.has_op_failed[target] = true; /* A reason to be shot. */
    (void)ask(sim, node, &request);
}

void
mu_sim_client_refresh(struct mu_sim *sim, const char *resource, uint32_t node)
{
    struct mu_event request = {.type = MU_EVENT_REQUEST};
    uint32_t asked = pick_node(sim);

    request.request.type = MU_REQUEST_CLEANUP;
    request.request.is_all = true;
    request.request.resource =
        mu_arena_strdup(&sim->world.arena, resource);
    request.request.node = sim->nodes[node].name;
    if (asked) {
        (void)ask(sim, asked, &request);
    }
}

void
mu_sim_client_clean(struct mu_sim *sim)
{
    sim->clients.has_cleaned = false;
    mu_sim_world_after(&sim->world, 0,
                       (struct mu_sim_event){.handler = on_clean});
}

static void
on_clean(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_event request = {.type = MU_EVENT_REQUEST};
    uint32_t node = pick_node(sim);

    if (sim->clients.has_cleaned) {
        return;
    }
    request.request.type = MU_REQUEST_CLEANUP;
    request.request.is_all = true;
    /* What was begun in trouble ends first, and fails. */
    if (node && !is_waiting(sim, MU_REQUEST_CLEANUP) &&
        !mu_sim_agent_is_troubled(sim)) {
        (void)ask(sim, node, &request);
    }
    mu_sim_world_after(&sim->world, RETRY_US * 4, *event);
}

void
mu_sim_client_reply(struct mu_sim *sim, uint32_t node,
                    const struct mu_effect_reply *effect)
{
    struct mu_sim_clients *clients = &sim->clients;
    struct mu_sim_request *request;

    if (effect->client == 0 || effect->client > clients->requests_count) {
        mu_sim_fail(
            sim, "n%" PRIu32 " answers client %" PRIu64 ", which never asked",
            node, effect->client);
        return;
    }
    request = &clients->requests[effect->client - 1];
    mu_sim_story_tell(sim, node,
                      "client hears: %s %" PRIu32 " (#%" PRIu64 "): %s%s%s",
                      type_name(request->type), request->version,
                      effect->client, effect->error ? "refused: " : "done ",
                      effect->error ? effect->text : "",
                      effect->revision ? effect->revision : "");
    if (request->state != MU_SIM_REQUEST_OPEN || request->node != node ||
        effect->request != effect->client) {
        mu_sim_fail(sim,
                    "n%" PRIu32 " answers request %" PRIu64
                    " once more, or for another",
                    node, effect->client);
        return;
    }
    request->state =
        effect->error ? MU_SIM_REQUEST_REFUSED : MU_SIM_REQUEST_DONE;
    if (effect->error) {
        clients->refused_count++;
        return;
    }
    if (request->type == MU_REQUEST_CONFIG) {
        clients->is_configured = true;
        clients->acked_count++;
        mu_check_state_acked(sim, node, request->version);
    } else if (request->type == MU_REQUEST_CLEANUP) {
        clients->has_cleaned = true;
    }
}

void
mu_sim_client_lost(struct mu_sim *sim, uint32_t node)
{
    for (uint32_t i = 0; i < sim->clients.requests_count; i++) {
        struct mu_sim_request *request = &sim->clients.requests[i];

        if (request->node == node && request->state == MU_SIM_REQUEST_OPEN) {
            request->state = MU_SIM_REQUEST_UNKNOWN;
        }
    }
}
