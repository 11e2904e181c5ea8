/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of tools: each is passed on in the order, and answered once. */

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "core/core_private.h"

/* A client hears of a request after this time at the latest. */
static const int64_t ANSWER_MS = 20000;
static const int64_t AGAIN_MS = 50;

static struct mu_span config_encode(struct mu_core *core,
                                    const struct mu_event_request *event);
static struct mu_span request_encode(struct mu_core *core,
                                     const struct mu_event_request *event);
static void reply_add(struct mu_core *core, uint64_t client, uint64_t request,
                      int error, const char *text);
static const char *or_empty(const char *text);

void
mu_client_request(struct mu_core *core, const struct mu_event_request *event)
{
    bool is_config = event->type == MU_REQUEST_CONFIG;
    struct mu_core_owed *owed;

    if (event->xml.size > MU_CONFIG_SIZE_MAX) {
        reply_add(core, event->client, event->request, -E2BIG,
                  "the configuration is too large");
        return;
    }
    if (core->is_shutting) {
        reply_add(core, event->client, event->request, -EPROTO,
                  "this node is about to leave the cluster; ask another one");
        return;
    }
    owed = mu_transfer_owe(core, is_config ? MU_MSG_CONFIG : MU_MSG_REQUEST,
                           MU_LANE_CONFIG,
                           is_config ? config_encode(core, event)
                                     : request_encode(core, event));
    owed->client = event->client;
    owed->request = event->request;
    owed->is_request = true;
    owed->deadline = mu_instant_after(core->now, ANSWER_MS);
}

void
mu_client_gone(struct mu_core *core, uint64_t client)
{
    for (size_t i = 0; i < core->outbox.count; i++) {
        struct mu_core_owed *owed = &core->outbox.items[i];

        /* What was asked for is still carried out; nobody is told. */
        if (owed->is_request && owed->client == client) {
            owed->client = 0;
        }
    }
}

void
mu_client_answer(struct mu_core *core, const struct mu_outcome *outcome)
{
    for (size_t i = 0; i < core->outbox.count; i++) {
        struct mu_core_owed *owed = &core->outbox.items[i];
        struct mu_effect *effect;

        if (!owed->is_request || owed->is_done ||
            owed->request != outcome->request) {
            continue;
        }
        if (outcome->error == -EAGAIN && owed->deadline.ms != INT64_MAX) {
            /* Another change is on its way to disk: ours comes after it. */
            owed->sequence = 0;
            owed->sent = mu_instant_after(core->now, AGAIN_MS);
            return;
        }
        owed->is_done = true;
        if (owed->client == 0) {
            return;
        }
        effect = mu_core_add(core, MU_EFFECT_REPLY);
        effect->reply.client = owed->client;
        effect->reply.request = owed->request;
        effect->reply.error = outcome->error;
        effect->reply.text = outcome->text;
        effect->reply.revision = outcome->revision;
        return;
    }
}

void
mu_client_expire(struct mu_core *core)
{
    for (size_t i = 0; i < core->outbox.count; i++) {
        struct mu_core_owed *owed = &core->outbox.items[i];

        if (owed->is_done || !owed->is_request ||
            !mu_instant_is_due(owed->deadline, core->now)) {
            continue;
        }
        owed->is_done = true;
        if (owed->client != 0) {
            reply_add(core, owed->client, owed->request, -ETIMEDOUT,
                      core->phase == MU_CORE_ACTIVE
                          ? "no answer in time; whether it was done is not "
                            "known: look at the state before you try again"
                          : "this node is not in the cluster at the moment; "
                            "see 'muster status'");
        }
    }
}

/* Asks the cluster to move our work away; then we may go. */
void
mu_client_shutdown(struct mu_core *core)
{
    struct mu_event_request leave = {
        .type = MU_REQUEST_ATTRIBUTE,
        .request = UINT64_MAX,
        .user = "musterd",
        .name = "shutdown",
        .value = mu_text_make(&core->scratch, "%lld",
                              (long long)(core->wall_ms / 1000)),
    };
    const struct mu_state_node *node =
        mu_state_find_node(&core->state, core->node_id);
    struct mu_config_options options;
    struct mu_core_owed *owed;

    if (core->phase == MU_CORE_ACTIVE && core->state.config && node) {
        mu_config_options_at(core->state.config, core->wall_ms, &options, NULL);
        leave.node = node->name;
        owed = mu_transfer_owe(core, MU_MSG_REQUEST, MU_LANE_CONFIG,
                               request_encode(core, &leave));
        owed->request = leave.request;
        owed->is_request = true;
        core->is_shutting = true;
        core->shutdown_deadline =
            mu_instant_after(core->now, options.shutdown_escalation_ms);
        return;
    }
    mu_core_add(core, MU_EFFECT_EXIT)->exit_code = 0;
    core->phase = MU_CORE_ENDED;
}

static struct mu_span
config_encode(struct mu_core *core, const struct mu_event_request *event)
{
    struct mu_body_config config = {
        .request = event->request,
        .base_revision = or_empty(event->base_revision),
        .user = or_empty(event->user),
        .program = or_empty(event->program),
        .message = or_empty(event->message),
        .objects_count = event->objects_count,
        .xml = event->xml,
    };

    return mu_body_encode(&core->scratch, mu_body_config, &config);
}

static struct mu_span
request_encode(struct mu_core *core, const struct mu_event_request *event)
{
    struct mu_body_request request = {
        .request = event->request,
        .type = event->type,
        .user = or_empty(event->user),
        .message = or_empty(event->message),
        .resource = or_empty(event->resource),
        .node = or_empty(event->node),
        .name = or_empty(event->name),
        .value = or_empty(event->value),
        .has_value = event->value != NULL,
        .is_all = event->is_all,
        .wall_ms = core->wall_ms,
    };

    return mu_body_encode(&core->scratch, mu_body_request, &request);
}

static void
reply_add(struct mu_core *core, uint64_t client, uint64_t request, int error,
          const char *text)
{
    struct mu_effect *effect = mu_core_add(core, MU_EFFECT_REPLY);

    effect->reply.client = client;
    effect->reply.request = request;
    effect->reply.error = error;
    effect->reply.text = text;
}

static const char *
or_empty(const char *text)
{
    return text ? text : "";
}
