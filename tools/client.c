/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/field.h"

static int read_answer(struct mu_tool *tool, const char *received,
                       struct mu_client_answer *answer);

enum { TIMEOUT_MS = 30000, SETTLE_MS = 300000 };

int
mu_client_open(struct mu_tool *tool, struct mu_muster_ipc **ret_ipc)
{
    struct mu_errbuf err = {0};
    int error = mu_muster_ipc_open(NULL, TIMEOUT_MS, ret_ipc, &err);

    if (error) {
        (void)mu_tool_fail(tool, "%s", err.text);
        return error == -EACCES ? MU_TOOL_FAILED : MU_TOOL_NO_DAEMON;
    }
    return MU_TOOL_OK;
}

int
mu_client_ask(struct mu_tool *tool, json_t *request, json_t **ret_result)
{
    struct mu_client_answer answer = {0};
    struct mu_muster_ipc *ipc;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        json_decref(request);
        return code;
    }
    code = mu_client_ask_on(tool, ipc, request,
                            tool->timeout_ms >= 0 ? tool->timeout_ms
                                                  : (int64_t)TIMEOUT_MS,
                            &answer);
    mu_muster_ipc_close(ipc);
    if (!code) {
        *ret_result = answer.result;
    }
    return code;
}

int
mu_client_ask_on(struct mu_tool *tool, struct mu_muster_ipc *ipc,
                 json_t *request, int64_t timeout_ms,
                 struct mu_client_answer *answer)
{
    struct mu_errbuf err = {0};
    char *text = json_dumps(request, JSON_COMPACT);
    char *received = NULL;
    int error;

    json_decref(request);
    if (!text) {
        return mu_tool_fail(tool, "the words are not UTF-8; check the input");
    }
    error = mu_muster_ipc_request(ipc, text, strlen(text), timeout_ms,
                                  &received, &err);
    free(text);
    if (error == -ETIMEDOUT && answer->takes_refusal) {
        answer->error = error;
        answer->text = mu_arena_strdup(&tool->arena, err.text);
        return MU_TOOL_FAILED;
    }
    if (error) {
        (void)mu_tool_fail(tool, "%s", err.text);
        return error == -ETIMEDOUT || error == -E2BIG ? MU_TOOL_FAILED
                                                      : MU_TOOL_NO_DAEMON;
    }
    error = read_answer(tool, received, answer);
    free(received);
    return error;
}

/* Reads what the daemon sent. Returns an exit code. */
static int
read_answer(struct mu_tool *tool, const char *received,
            struct mu_client_answer *answer)
{
    json_t *json = json_loads(received, JSON_ALLOW_NUL, NULL);
    const json_t *error = json_object_get(json, "error");

    if (error) {
        const char *said = mu_field_text(error, "text");

        answer->error = (int)json_integer_value(json_object_get(error, "code"));
        answer->text = mu_arena_strdup(&tool->arena, said ? said : "refused");
        json_decref(json);
        return answer->takes_refusal ? MU_TOOL_FAILED
                                     : mu_tool_fail(tool, "%s", answer->text);
    }
    answer->result = json_incref(json_object_get(json, "result"));
    json_decref(json);
    if (!answer->result) {
        return mu_tool_fail(tool, "musterd gave no answer that this version "
                                  "of the tool understands; see: muster "
                                  "version");
    }
    return MU_TOOL_OK;
}

void
mu_client_sign(const struct mu_tool *tool, json_t *request)
{
    const char *message = tool->message ? tool->message : tool->line;

    (void)json_object_set_new(request, "program", json_string(tool->program));
    if (message) {
        (void)json_object_set_new(request, "message", json_string(message));
    }
}

int
mu_client_settle(struct mu_tool *tool)
{
    bool is_idle = false;
    int code;

    if (!tool->is_waiting || tool->is_dry_run || tool->file) {
        return MU_TOOL_OK;
    }
    code = mu_client_wait_idle(tool, &is_idle);
    if (!code && !is_idle) {
        return mu_tool_fail(tool, "the cluster is still busy; see what it "
                                  "does with: muster plan");
    }
    return code;
}

int
mu_client_wait_idle(struct mu_tool *tool, bool *ret_is_idle)
{
    struct mu_client_answer answer = {.takes_refusal = true};
    struct mu_muster_ipc *ipc;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        return code;
    }
    code = mu_client_ask_on(
        tool, ipc, json_pack("{s:s}", "request", "wait"),
        tool->timeout_ms >= 0 ? tool->timeout_ms : (int64_t)SETTLE_MS, &answer);
    mu_muster_ipc_close(ipc);
    json_decref(answer.result);
    *ret_is_idle = code == MU_TOOL_OK;
    return code == MU_TOOL_FAILED ? MU_TOOL_OK : code;
}
