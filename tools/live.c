/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/client.h"
#include "tools/field.h"

enum {
    DEPTH_MAX = 4,   /* A primitive in a group in a clone, and one more. */
    LOOK_MS = 500,   /* Without any event it is looked again after that. */
    ANSWER_MS = 30000,
};

static bool has_name(const char *names, const char *name);

int
mu_live_status(struct mu_tool *tool, json_t **ret_status)
{
    *ret_status = NULL;
    return mu_client_ask(tool, json_pack("{s:s}", "request", "status"),
                         ret_status);
}

const json_t *
mu_live_resource(const json_t *status, const char *id)
{
    return mu_field_find(json_object_get(status, "resources"), "id", id);
}

const json_t *
mu_live_node(const json_t *status, const char *name)
{
    return mu_field_find(json_object_get(status, "nodes"), "name", name);
}

bool
mu_live_is_below(const json_t *status, const json_t *resource, const char *id)
{
    size_t length = strlen(id);

    for (unsigned depth = 0; resource && depth < DEPTH_MAX; depth++) {
        const char *its = mu_field_text(resource, "id");

        if (its && strncmp(its, id, length) == 0 &&
            (its[length] == '\0' || its[length] == ':')) {
            return true;
        }
        resource = mu_live_resource(status, mu_field_text(resource, "parent"));
    }
    return false;
}

const char *
mu_live_places(struct mu_tool *tool, const json_t *status, const char *id)
{
    struct mu_text_buffer text;
    const json_t *one;
    size_t i;

    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text, "%s", "");
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const json_t *node;
        size_t k;

        if (!mu_field_is(one, "kind", "primitive") ||
            !mu_live_is_below(status, one, id)) {
            continue;
        }
        json_array_foreach(json_object_get(one, "nodes"), k, node)
        {
            const char *name = json_string_value(node);

            if (name && !has_name(text.data, name)) {
                mu_text_buffer_add(&text, "%s%s", text.length ? ", " : "",
                                   name);
            }
        }
    }
    return text.data;
}

/* Tells whether 'name' is among names with ", " between them. */
static bool
has_name(const char *names, const char *name)
{
    size_t length = strlen(name);

    while (*names) {
        size_t size = strcspn(names, ",");

        if (size == length && memcmp(names, name, size) == 0) {
            return true;
        }
        names += size;
        names += strspn(names, ", ");
    }
    return false;
}

const char *
mu_live_reason(const json_t *status, const char *id)
{
    const json_t *one;
    const char *reason = NULL;
    size_t i;

    json_array_foreach(json_object_get(status, "problems"), i, one)
    {
        const json_t *resource =
            mu_live_resource(status, mu_field_text(one, "what"));

        if (!reason && mu_live_is_below(status, resource, id)) {
            reason = mu_field_text(one, "text");
        }
    }
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        if (!reason && mu_live_is_below(status, one, id)) {
            reason = mu_field_text(one, "reason");
        }
    }
    return reason;
}

bool
mu_live_is_busy(const json_t *status, const char *id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        if (mu_field_text(one, "pending") &&
            mu_live_is_below(status, one, id)) {
            return true;
        }
    }
    return false;
}

bool
mu_live_is_intended(const json_t *status, const char *kind, const char *id)
{
    const json_t *entry = mu_live_resource(status, id);
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "overrides"), i, one)
    {
        const char *resource = mu_field_text(one, "resource");

        if (resource && mu_field_is(one, "kind", kind) &&
            mu_field_is_true(one, "once") &&
            (strcmp(resource, id) == 0 ||
             mu_live_is_below(status, entry, resource))) {
            return true;
        }
    }
    return false;
}

int
mu_live_wait(struct mu_tool *tool, int64_t timeout_ms,
             mu_live_enough *is_enough, void *context, json_t **ret_status,
             bool *ret_is_enough)
{
    int64_t end_ms = mu_tool_now_ms() + timeout_ms;
    struct mu_client_answer answer = {0};
    struct mu_muster_ipc *ipc;
    int code = mu_client_open(tool, &ipc);

    *ret_status = NULL;
    *ret_is_enough = false;
    if (code) {
        return code;
    }
    /* Events first, so that none is missed. */
    code = mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "events"),
                            ANSWER_MS, &answer);
    json_decref(answer.result);
    while (!code) {
        struct mu_errbuf err = {0};
        char *event = NULL;
        int error;

        answer = (struct mu_client_answer){0};
        code = mu_client_ask_on(tool, ipc,
                                json_pack("{s:s}", "request", "status"),
                                ANSWER_MS, &answer);
        if (code) {
            break;
        }
        json_decref(*ret_status);
        *ret_status = answer.result;
        *ret_is_enough = is_enough(*ret_status, context);
        if (*ret_is_enough || mu_tool_now_ms() >= end_ms) {
            break;
        }
        error = mu_muster_ipc_next_event(ipc, LOOK_MS, &event, &err);
        free(event);
        if (error && error != -ETIMEDOUT) {
            (void)mu_tool_fail(tool, "%s", err.text);
            code = MU_TOOL_NO_DAEMON;
        }
    }
    mu_muster_ipc_close(ipc);
    if (code) {
        json_decref(*ret_status);
        *ret_status = NULL;
    }
    return code;
}
