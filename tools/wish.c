/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/wish.h"

#include "tools/client.h"
#include "tools/wish_preview.h"

int
mu_wish_send(struct mu_tool *tool, const char *name, const char *const *pairs)
{
    json_t *request;
    json_t *result = NULL;
    int code;

    if (tool->file) {
        return mu_tool_fail(tool,
                            "this is about the cluster and cannot be done in "
                            "%s%s; leave out %s",
                            tool->shadow ? "the shadow copy " : "",
                            tool->shadow ? tool->shadow : tool->file,
                            tool->shadow ? "--shadow, or say: cib use live"
                                         : "--file and CIB_file");
    }
    if (tool->is_dry_run) {
        return mu_wish_preview_show(tool, name, pairs);
    }
    request = json_pack("{s:s}", "request", name);
    for (; pairs[0]; pairs += 2) {
        if (pairs[1]) {
            (void)json_object_set_new(request, pairs[0], json_string(pairs[1]));
        }
    }
    mu_client_sign(tool, request);
    code = mu_client_ask(tool, request, &result);
    if (code) {
        return code;
    }
    if (tool->is_json) {
        mu_tool_print_json(result);
    }
    json_decref(result);
    return MU_TOOL_OK;
}
