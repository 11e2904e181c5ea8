/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/picture.h"
#include "daemon/api_private.h"

enum {
    WAITERS_COUNT_MAX = 1024,
    HISTORY_LIMIT = 100,
};
#define ARENA_SIZE_MAX ((size_t)1 << 32)

static void answer_request(struct mu_api *api, uint64_t client,
                           const struct mu_api_credentials *credentials,
                           const json_t *request);
static bool answer_question(struct mu_api *api, uint64_t client,
                            const char *name, const json_t *request);
static void answer_revision(struct mu_api *api, uint64_t client,
                            const json_t *request);
static const struct mu_state *state_of(struct mu_api *api);
static void answer_cib(struct mu_api *api, uint64_t client, bool with_status);
static void answer_timeline(struct mu_api *api, uint64_t client,
                            const json_t *request);
static void answer_wish(struct mu_api *api, uint64_t client, const char *name,
                        const struct mu_api_credentials *credentials,
                        const json_t *request);
static void respond_result(struct mu_api *api, uint64_t client, json_t *result);
static void
respond_text(struct mu_api *api, uint64_t client,
             const char *(*make)(struct mu_api *api, size_t *ret_size));
static void respond_error(struct mu_api *api, uint64_t client, int error,
                          const char *text);
static void respond(struct mu_api *api, uint64_t client, json_t *answer);
static void respond_picture(struct mu_api *api, uint64_t client);
static json_t *nodes_build(struct mu_api *api);
static json_t *version_build(void);
static bool waiter_add(struct mu_api *api, uint64_t client, uint64_t request);
static void waiter_remove(struct mu_api *api, uint32_t index);
static bool subscriber_add(struct mu_api *api, uint64_t client);
static void tell_subscribers(struct mu_api *api, json_t *notes);

struct mu_api *
mu_api_new(const struct mu_api_host *host)
{
    struct mu_api *api = calloc(1, sizeof(*api));

    if (!api) {
        return NULL;
    }
    api->host = *host;
    api->history = mu_api_history_new();
    if (!api->history) {
        free(api);
        return NULL;
    }
    mu_arena_init(&api->arena, ARENA_SIZE_MAX);
    mu_arena_init(&api->scratch, ARENA_SIZE_MAX);
    mu_arena_init(&api->origins_arenas[0], ARENA_SIZE_MAX);
    mu_arena_init(&api->origins_arenas[1], ARENA_SIZE_MAX);
    return api;
}

void
mu_api_free(struct mu_api *api)
{
    if (!api) {
        return;
    }
    mu_api_history_free(api->history);
    mu_api_cache_done(&api->status_cache);
    mu_api_cache_done(&api->cib_cache);
    mu_arena_done(&api->arena);
    mu_arena_done(&api->scratch);
    mu_arena_done(&api->origins_arenas[0]);
    mu_arena_done(&api->origins_arenas[1]);
    free(api->waiters);
    free(api->subscribers);
    free(api);
}

void
mu_api_request(struct mu_api *api, uint64_t client,
               const struct mu_api_credentials *credentials, const char *json,
               size_t size)
{
    json_error_t error;
    json_t *request = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);

    mu_assert(credentials);
    mu_arena_reset(&api->scratch);
    if (!json_is_object(request)) {
        respond_error(api, client, -EBADMSG,
                      "the request is no JSON object; is the tool of another "
                      "version?");
    } else {
        answer_request(api, client, credentials, request);
    }
    json_decref(request);
}

void
mu_api_client_gone(struct mu_api *api, uint64_t client)
{
    for (uint32_t i = api->waiters_count; i > 0; i--) {
        if (api->waiters[i - 1].client == client) {
            waiter_remove(api, i - 1);
        }
    }
    for (uint32_t i = api->subscribers_count; i > 0; i--) {
        if (api->subscribers[i - 1] == client) {
            api->subscribers[i - 1] =
                api->subscribers[--api->subscribers_count];
        }
    }
}

void
mu_api_reply(struct mu_api *api, const struct mu_effect_reply *reply)
{
    for (uint32_t i = 0; i < api->waiters_count; i++) {
        struct mu_api_waiter waiter = api->waiters[i];

        if (waiter.request == 0 || waiter.request != reply->request) {
            continue;
        }
        waiter_remove(api, i);
        if (reply->error) {
            respond_error(api, waiter.client, reply->error, reply->text);
        } else {
            respond_result(api, waiter.client,
                           json_pack("{s:s?, s:s?}", "text", reply->text,
                                     "revision", reply->revision));
        }
        return;
    }
}

void
mu_api_facts(struct mu_api *api, const struct mu_effect_survey *facts)
{
    json_t *found = json_loads(facts->facts, JSON_REJECT_DUPLICATES, NULL);
    json_t *note = json_pack("{s:s, s:O?}", "node", facts->node, "facts", found);
    char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;

    for (uint32_t i = 0; text && i < MU_API_SURVEYORS_COUNT; i++) {
        if (api->surveyors[i].client != 0 &&
            api->surveyors[i].request == facts->request) {
            api->host.notify(api->host.context, api->surveyors[i].client, text,
                             strlen(text));
        }
    }
    free(text);
    json_decref(note);
    json_decref(found);
}

void
mu_api_changed(struct mu_api *api)
{
    /* The plan costs more than all else here, and most steps change nothing
     * that a journal notes: look without it, and let the next question make
     * one. */
    const struct mu_api_sight *sight = mu_api_sight_glance(api);
    const struct mu_core *core = api->host.core(api->host.context);
    json_t *notes = mu_api_history_update(api->history, sight);

    tell_subscribers(api, notes);
    json_decref(notes);
    if (!core || !mu_core_is_at_rest(core)) {
        return;
    }
    for (uint32_t i = api->waiters_count; i > 0; i--) {
        if (api->waiters[i - 1].request == 0) {
            uint64_t client = api->waiters[i - 1].client;

            waiter_remove(api, i - 1);
            respond_result(api, client, json_pack("{s:b}", "idle", 1));
        }
    }
}

static void
answer_request(struct mu_api *api, uint64_t client,
               const struct mu_api_credentials *credentials,
               const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "request"));

    if (!name) {
        respond_error(api, client, -EBADMSG,
                      "the request has no member \"request\"");
        return;
    }
    if (!answer_question(api, client, name, request)) {
        answer_wish(api, client, name, credentials, request);
    }
}

/* Requests that only read. False when 'name' is none of them. */
static bool
answer_question(struct mu_api *api, uint64_t client, const char *name,
                const json_t *request)
{
    const json_t *limit = json_object_get(request, "limit");

    if (strcmp(name, "status") == 0) {
        respond_text(api, client, mu_api_cache_status);
    } else if (strcmp(name, "cib") == 0) {
        answer_cib(api, client,
                   !json_is_false(json_object_get(request, "status")));
    } else if (strcmp(name, "state") == 0) {
        respond_picture(api, client);
    } else if (strcmp(name, "nodes") == 0) {
        /* Asked by agents while they run: it must not cost a plan. */
        respond_result(api, client, nodes_build(api));
    } else if (strcmp(name, "plan") == 0) {
        respond_result(
            api, client,
            mu_api_plan_build(mu_api_sight_look(api), &api->scratch));
    } else if (strcmp(name, "revisions") == 0) {
        respond_result(api, client, mu_api_revisions_build(state_of(api)));
    } else if (strcmp(name, "revision") == 0) {
        answer_revision(api, client, request);
    } else if (strcmp(name, "history") == 0) {
        respond_result(api, client,
                       mu_api_history_build(
                           api->history, json_is_integer(limit) &&
                                                 json_integer_value(limit) > 0
                                             ? (size_t)json_integer_value(limit)
                                             : HISTORY_LIMIT));
    } else if (strcmp(name, "timeline") == 0) {
        answer_timeline(api, client, request);
    } else if (strcmp(name, "version") == 0) {
        respond_result(api, client, version_build());
    } else if (strcmp(name, "wait") == 0) {
        const struct mu_core *core = api->host.core(api->host.context);

        if (core && mu_core_is_at_rest(core)) {
            respond_result(api, client, json_pack("{s:b}", "idle", 1));
        } else if (!waiter_add(api, client, 0)) {
            respond_error(api, client, -EAGAIN, "too many clients wait");
        }
    } else if (strcmp(name, "events") == 0) {
        if (subscriber_add(api, client)) {
            respond_result(api, client, json_pack("{s:b}", "subscribed", 1));
        } else {
            respond_error(api, client, -EAGAIN, "too many clients listen");
        }
    } else {
        return false;
    }
    return true;
}

static void
answer_revision(struct mu_api *api, uint64_t client, const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "revision"));
    const struct mu_state *state = state_of(api);
    struct mu_errbuf err = {.text = "the request names no revision"};
    json_t *answer;

    if (!state) {
        respond_error(api, client, -EAGAIN,
                      "this node has not received the state of the cluster "
                      "yet; try again in a moment");
        return;
    }
    answer = name ? mu_api_revision_build(state, name, &api->scratch, &err)
                  : NULL;
    if (answer) {
        respond_result(api, client, answer);
    } else {
        respond_error(api, client, -ENOENT, err.text);
    }
}

/* What the cluster agrees on, or null before this node knows. */
static const struct mu_state *
state_of(struct mu_api *api)
{
    const struct mu_core *core = api->host.core(api->host.context);

    return core ? mu_core_get_state(core) : NULL;
}

/* The configuration alone is short, and nobody asks for it all the time. */
static void
answer_cib(struct mu_api *api, uint64_t client, bool with_status)
{
    const struct mu_api_sight *sight = mu_api_sight_look(api);

    if (!sight->state ||
        (!sight->state->config && sight->phase != MU_CORE_ACTIVE)) {
        respond_error(api, client, -EAGAIN,
                      sight->trouble
                          ? sight->trouble
                          : "this node has not received the state of the "
                            "cluster yet; try again in a moment");
    } else if (with_status) {
        respond_text(api, client, mu_api_cache_cib);
    } else {
        respond_result(api, client,
                       mu_api_cib_build(sight, false, &api->scratch));
    }
}

static void
answer_timeline(struct mu_api *api, uint64_t client, const json_t *request)
{
    json_t *one = mu_api_history_timeline(
        api->history, json_string_value(json_object_get(request, "id")));

    if (one) {
        respond_result(api, client, one);
    } else {
        respond_error(api, client, -ENOENT,
                      "no such timeline is known on this node; see which there "
                      "are: muster timeline");
    }
}

/* Requests that change something go through the core of this node into the
 * order that all nodes share; the answer comes when they are applied. */
static void
answer_wish(struct mu_api *api, uint64_t client, const char *name,
            const struct mu_api_credentials *credentials, const json_t *request)
{
    struct mu_event_request wish = {.client = client};
    const char *text = NULL;
    uint64_t number;

    if (!mu_api_wish_read(name, request, credentials, &wish, &text,
                          &api->scratch)) {
        respond_error(api, client, -ENOSYS,
                      mu_text_make(&api->scratch,
                                   "no request is called \"%.64s\"; is the "
                                   "tool of another version?",
                                   name));
        return;
    }
    if (!credentials->may_change) {
        respond_error(api, client, -EPERM,
                      mu_text_make(&api->scratch,
                                   "%s may only look; changes are for root "
                                   "and the group muster",
                                   credentials->user));
        return;
    }
    if (text) {
        respond_error(api, client, -EINVAL, text);
        return;
    }
    if (api->host.trouble(api->host.context)) {
        respond_error(api, client, -EAGAIN,
                      api->host.trouble(api->host.context));
        return;
    }
    if (wish.type == MU_REQUEST_CONFIG) {
        wish.objects_count =
            mu_api_count_changes(state_of(api), wish.xml, &api->scratch);
    }
    number = api->host.submit(api->host.context, &wish);
    if (number == 0 || !waiter_add(api, client, number)) {
        respond_error(api, client, -EAGAIN,
                      "too many changes wait; try again in a moment");
        return;
    }
    if (wish.type == MU_REQUEST_SURVEY) {
        api->surveyors[api->next_surveyor++ % MU_API_SURVEYORS_COUNT] =
            (struct mu_api_surveyor){.client = client, .request = number};
    }
}

static void
respond_result(struct mu_api *api, uint64_t client, json_t *result)
{
    respond(api, client, json_pack("{s:o}", "result", result));
}

static void
respond_text(struct mu_api *api, uint64_t client,
             const char *(*make)(struct mu_api *api, size_t *ret_size))
{
    size_t size;
    const char *text = make(api, &size);

    if (text) {
        api->host.respond(api->host.context, client, text, size);
    } else {
        respond(api, client, NULL);
    }
}

static void
respond_error(struct mu_api *api, uint64_t client, int error, const char *text)
{
    respond(api, client,
            json_pack("{s:{s:i, s:s}}", "error", "code", error, "text",
                      text ? text : strerror(-error)));
}

/* Takes the reference to 'answer'. */
static void
respond(struct mu_api *api, uint64_t client, json_t *answer)
{
    static const char failed[] =
        "{\"error\":{\"code\":-12,\"text\":\"the answer could not be made\"}}";
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

    /* Texts of agents that are no UTF-8 cannot be told in JSON. */
    if (text) {
        api->host.respond(api->host.context, client, text, strlen(text));
    } else {
        api->host.respond(api->host.context, client, failed,
                          sizeof(failed) - 1);
    }
    free(text);
    json_decref(answer);
}

/* The one answer that is no JSON: see core/picture.h. */
static void
respond_picture(struct mu_api *api, uint64_t client)
{
    const struct mu_core *core = api->host.core(api->host.context);
    struct mu_span picture;

    if (!core || mu_core_get_phase(core) != MU_CORE_ACTIVE) {
        respond_error(api, client, -EAGAIN,
                      "this node has not received the state of the cluster "
                      "yet; try again in a moment");
        return;
    }
    picture = mu_picture_encode(mu_core_get_state(core),
                                mu_core_get_coordinator(core), PACKAGE_VERSION,
                                &api->scratch);
    api->host.respond(api->host.context, client, (const char *)picture.data,
                      picture.size);
}

/* Nodes with their transient attributes, without any planning. */
static json_t *
nodes_build(struct mu_api *api)
{
    const struct mu_core *core = api->host.core(api->host.context);
    const struct mu_state *state = core ? mu_core_get_state(core) : NULL;
    json_t *nodes = json_array();

    for (uint32_t i = 0; state && i < state->nodes_count; i++) {
        const struct mu_state_node *node = &state->nodes[i];
        bool is_member = node->state == MU_NODE_STATE_ACTIVE ||
                         node->state == MU_NODE_STATE_LEAVING ||
                         node->state == MU_NODE_STATE_PENDING;
        json_t *attributes = json_object();

        for (uint32_t j = 0; j < node->attributes_count; j++) {
            (void)json_object_set_new(
                attributes, node->attributes[j].name,
                json_string(mu_api_clean(mu_arena_strdup(
                    &api->scratch, node->attributes[j].value))));
        }
        (void)json_array_append_new(
            nodes,
            json_pack("{s:s, s:I, s:b, s:s, s:o}", "name", node->name, "id",
                      (json_int_t)node->id, "member", is_member ? 1 : 0,
                      "state", mu_state_node_word(node->state), "attributes",
                      attributes));
    }
    return json_pack(
        "{s:s?, s:I, s:b, s:s?, s:o}", "local",
        core ? mu_api_node_name(state, mu_core_get_node_id(core)) : NULL, "id",
        (json_int_t)(core ? mu_core_get_node_id(core) : 0), "quorate",
        core && mu_core_is_quorate(core) ? 1 : 0, "coordinator",
        core ? mu_api_node_name(state, mu_core_get_coordinator(core)) : NULL,
        "nodes", nodes);
}

static json_t *
version_build(void)
{
    return json_pack("{s:s, s:s}", "program", "musterd", "version",
                     PACKAGE_VERSION);
}

static bool
waiter_add(struct mu_api *api, uint64_t client, uint64_t request)
{
    if (api->waiters_count == WAITERS_COUNT_MAX) {
        return false;
    }
    if (api->waiters_count == api->waiters_capacity) {
        uint32_t capacity = api->waiters_capacity + 16;
        struct mu_api_waiter *grown =
            realloc(api->waiters, capacity * sizeof(*grown));

        if (!grown) {
            return false;
        }
        api->waiters = grown;
        api->waiters_capacity = capacity;
    }
    api->waiters[api->waiters_count++] =
        (struct mu_api_waiter){.client = client, .request = request};
    return true;
}

static void
waiter_remove(struct mu_api *api, uint32_t index)
{
    mu_assert(index < api->waiters_count);
    api->waiters[index] = api->waiters[--api->waiters_count];
}

static bool
subscriber_add(struct mu_api *api, uint64_t client)
{
    for (uint32_t i = 0; i < api->subscribers_count; i++) {
        if (api->subscribers[i] == client) {
            return true;
        }
    }
    if (api->subscribers_count == WAITERS_COUNT_MAX) {
        return false;
    }
    if (api->subscribers_count == api->subscribers_capacity) {
        uint32_t capacity = api->subscribers_capacity + 16;
        uint64_t *grown = realloc(api->subscribers, capacity * sizeof(*grown));

        if (!grown) {
            return false;
        }
        api->subscribers = grown;
        api->subscribers_capacity = capacity;
    }
    api->subscribers[api->subscribers_count++] = client;
    return true;
}

static void
tell_subscribers(struct mu_api *api, json_t *notes)
{
    const json_t *note;
    size_t i;

    if (api->subscribers_count == 0) {
        return;
    }
    json_array_foreach(notes, i, note)
    {
        char *text = json_dumps(note, JSON_COMPACT);

        for (uint32_t j = 0; text && j < api->subscribers_count; j++) {
            api->host.notify(api->host.context, api->subscribers[j], text,
                             strlen(text));
        }
        free(text);
    }
}
