/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/client.h"

enum {
    DEPTH_MAX = 4,   /* A primitive in a group in a clone, and one more. */
    LOOK_MS = 500,   /* Without any event it is looked again after that. */
    ANSWER_MS = 30000,
};

static const json_t *resource_find(const json_t *status, const char *id);
static bool has_name(const char *names, const char *name);

int
mu_live_status(struct mu_tool *tool, json_t **ret_status)
{
    *ret_status = NULL;
    return mu_client_ask(tool, json_pack("{s:s}", "request", "status"),
                         ret_status);
}

bool
mu_live_is_below(const json_t *status, const json_t *resource, const char *id)
{
    size_t length = strlen(id);

    for (unsigned depth = 0; resource && depth < DEPTH_MAX; depth++) {
        const char *its = mu_live_text(resource, "id");
        const char *parent = mu_live_text(resource, "parent");

        if (its && strncmp(its, id, length) == 0 &&
            (its[length] == '\0' || its[length] == ':')) {
            return true;
        }
        if (!parent) {
            return false;
        }
        resource = resource_find(status, parent);
    }
    return false;
}

static const json_t *
resource_find(const json_t *status, const char *id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const char *name = mu_live_text(one, "id");

        if (name && strcmp(name, id) == 0) {
            return one;
        }
    }
    return NULL;
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
        const char *kind = mu_live_text(one, "kind");
        const json_t *node;
        size_t k;

        if (!kind || strcmp(kind, "primitive") != 0 ||
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
        const char *what = mu_live_text(one, "what");
        const json_t *resource = what ? resource_find(status, what) : NULL;

        if (!reason && resource && mu_live_is_below(status, resource, id)) {
            reason = mu_live_text(one, "text");
        }
    }
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        if (!reason && mu_live_is_below(status, one, id)) {
            reason = mu_live_text(one, "reason");
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
        if (mu_live_text(one, "pending") &&
            mu_live_is_below(status, one, id)) {
            return true;
        }
    }
    return false;
}

bool
mu_live_is_intended(const json_t *status, const char *kind, const char *id)
{
    const json_t *entry = resource_find(status, id);
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(status, "overrides"), i, one)
    {
        const char *its_kind = mu_live_text(one, "kind");
        const char *resource = mu_live_text(one, "resource");

        if (its_kind && resource && strcmp(its_kind, kind) == 0 &&
            json_is_true(json_object_get(one, "once")) &&
            (strcmp(resource, id) == 0 ||
             (entry && mu_live_is_below(status, entry, resource)))) {
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

const char *
mu_live_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}
