/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/machines.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/client.h"
#include "tools/field.h"

enum { ANSWERS_MS = 5000 };

static int nodes_ask(struct mu_tool *tool, struct mu_muster_ipc *ipc,
                     json_t *machines, uint32_t *ret_members);
static int answers_read(struct mu_tool *tool, struct mu_muster_ipc *ipc,
                        json_t *machines, uint32_t members);
static bool answer_take(json_t *machines, const json_t *answer);

int
mu_machines_ask(struct mu_tool *tool, struct mu_muster_ipc *ipc,
                json_t **ret_machines)
{
    struct mu_client_answer answer = {0};
    json_t *machines = json_array();
    uint32_t members = 0;
    int code = nodes_ask(tool, ipc, machines, &members);

    if (!code) {
        code =
            mu_client_ask_on(tool, ipc, json_pack("{s:s}", "request", "survey"),
                             2 * ANSWERS_MS, &answer);
        json_decref(answer.result);
    }
    if (!code) {
        code = answers_read(tool, ipc, machines, members);
    }
    if (code) {
        json_decref(machines);
        return code;
    }
    *ret_machines = machines;
    return MU_TOOL_OK;
}

/* One entry for each node; '*ret_members' are to answer. */
static int
nodes_ask(struct mu_tool *tool, struct mu_muster_ipc *ipc, json_t *machines,
          uint32_t *ret_members)
{
    struct mu_client_answer answer = {0};
    const json_t *node;
    size_t i;
    int code = mu_client_ask_on(
        tool, ipc, json_pack("{s:s}", "request", "nodes"), ANSWERS_MS, &answer);

    json_array_foreach(json_object_get(answer.result, "nodes"), i, node)
    {
        const char *name = mu_field_text(node, "name");
        bool is_member = mu_field_is_true(node, "member");

        if (name) {
            (void)json_array_append_new(
                machines, json_pack("{s:s, s:b, s:n}", "node", name, "member",
                                    is_member ? 1 : 0, "facts"));
            *ret_members += is_member ? 1 : 0;
        }
    }
    json_decref(answer.result);
    return code;
}

static int
answers_read(struct mu_tool *tool, struct mu_muster_ipc *ipc, json_t *machines,
             uint32_t members)
{
    int64_t deadline_ms = mu_tool_now_ms() + ANSWERS_MS;
    struct mu_errbuf err = {0};
    uint32_t answered = 0;

    while (answered < members) {
        int64_t left_ms = deadline_ms - mu_tool_now_ms();
        char *text;
        json_t *answer;
        int error;

        if (left_ms <= 0 || left_ms > ANSWERS_MS) {
            break; /* Too late, or the clock was set. */
        }
        error = mu_muster_ipc_next_event(ipc, left_ms, &text, &err);
        if (error == -ETIMEDOUT) {
            break;
        }
        if (error) {
            (void)mu_tool_fail(tool, "%s", err.text);
            return MU_TOOL_NO_DAEMON;
        }
        answer = json_loads(text, 0, NULL);
        free(text);
        answered += answer_take(machines, answer) ? 1 : 0;
        json_decref(answer);
    }
    return MU_TOOL_OK;
}

/* Takes the first answer of each node. */
static bool
answer_take(json_t *machines, const json_t *answer)
{
    const char *node = mu_field_text(answer, "node");
    json_t *facts = json_object_get(answer, "facts");
    json_t *one;
    size_t i;

    json_array_foreach(machines, i, one)
    {
        if (node && mu_field_is(one, "node", node) && json_is_object(facts) &&
            json_is_null(json_object_get(one, "facts"))) {
            (void)json_object_set(one, "facts", facts);
            (void)json_object_set_new(
                one, "offset_ms",
                json_integer(mu_field_number(facts, "wall_ms") -
                             mu_tool_now_ms()));
            return true;
        }
    }
    return false;
}
