/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
mu_client_ask(struct mu_tool *tool, json_t *request, json_t **ret_result,
              struct mu_client_refusal *ret_refusal)
{
    struct mu_muster_ipc *ipc;
    int code = mu_client_open(tool, &ipc);

    if (code) {
        json_decref(request);
        return code;
    }
    code = mu_client_ask_on(tool, ipc, request,
                            tool->timeout_ms >= 0 ? tool->timeout_ms
                                                  : (int64_t)TIMEOUT_MS,
                            ret_result, ret_refusal);
    mu_muster_ipc_close(ipc);
    return code;
}

int
mu_client_ask_on(struct mu_tool *tool, struct mu_muster_ipc *ipc,
                 json_t *request, int64_t timeout_ms, json_t **ret_result,
                 struct mu_client_refusal *ret_refusal)
{
    struct mu_errbuf err = {0};
    char *text = json_dumps(request, JSON_COMPACT);
    char *answer_text = NULL;
    json_t *answer;
    const json_t *error;
    int r;

    json_decref(request);
    if (!text) {
        return mu_tool_fail(tool, "the words are not UTF-8; check the input");
    }
    r = mu_muster_ipc_request(ipc, text, strlen(text), timeout_ms, &answer_text,
                              &err);
    free(text);
    if (r == -ETIMEDOUT && ret_refusal) {
        *ret_refusal = (struct mu_client_refusal){
            r, mu_arena_strdup(&tool->arena, err.text)};
        return MU_TOOL_FAILED;
    }
    if (r) {
        (void)mu_tool_fail(tool, "%s", err.text);
        return r == -ETIMEDOUT || r == -E2BIG ? MU_TOOL_FAILED
                                              : MU_TOOL_NO_DAEMON;
    }
    answer = json_loads(answer_text, JSON_ALLOW_NUL, NULL);
    free(answer_text);
    error = json_object_get(answer, "error");
    if (error) {
        const char *said = json_string_value(json_object_get(error, "text"));
        struct mu_client_refusal refusal = {
            (int)json_integer_value(json_object_get(error, "code")),
            mu_arena_strdup(&tool->arena, said ? said : "refused")};

        json_decref(answer);
        if (ret_refusal) {
            *ret_refusal = refusal;
            return MU_TOOL_FAILED;
        }
        return mu_tool_fail(tool, "%s", refusal.text);
    }
    *ret_result = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    if (!*ret_result) {
        return mu_tool_fail(tool, "musterd gave no answer that this version "
                                  "of the tool understands; see: muster "
                                  "version");
    }
    return MU_TOOL_OK;
}

int
mu_client_wish(struct mu_tool *tool, const char *name, const char *const *pairs)
{
    json_t *request = json_pack("{s:s}", "request", name);
    json_t *result = NULL;
    int code;

    for (; pairs[0]; pairs += 2) {
        if (pairs[1]) {
            (void)json_object_set_new(request, pairs[0], json_string(pairs[1]));
        }
    }
    if (tool->message) {
        (void)json_object_set_new(request, "message",
                                  json_string(tool->message));
    }
    code = mu_client_ask(tool, request, &result, NULL);
    if (code) {
        return code;
    }
    if (tool->is_json) {
        mu_tool_print_json(result);
    }
    json_decref(result);
    return MU_TOOL_OK;
}

int
mu_client_settle(struct mu_tool *tool)
{
    struct mu_client_refusal refusal;
    struct mu_muster_ipc *ipc;
    json_t *result = NULL;
    int code;

    if (!tool->is_waiting || tool->file) {
        return MU_TOOL_OK;
    }
    code = mu_client_open(tool, &ipc);
    if (code) {
        return code;
    }
    code = mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "wait"),
                            tool->timeout_ms >= 0 ? tool->timeout_ms
                                                  : (int64_t)SETTLE_MS,
                            &result, &refusal);
    mu_muster_ipc_close(ipc);
    json_decref(result);
    if (code == MU_TOOL_FAILED) {
        return mu_tool_fail(tool, "the cluster is still busy; see what it "
                                  "does with: muster plan");
    }
    return code;
}
