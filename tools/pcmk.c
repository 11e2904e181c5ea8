/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/pcmk.h"

#include "tools/client.h"
#include "tools/field.h"
#include "tools/live.h"

int
mu_pcmk_exit_of(int code)
{
    return code == MU_TOOL_OK          ? MU_PCMK_OK
           : code == MU_TOOL_NO_DAEMON ? MU_PCMK_NOT_CONNECTED
           : code == MU_TOOL_USAGE     ? MU_PCMK_USAGE
                                       : MU_PCMK_ERROR;
}

int
mu_pcmk_nodes(struct mu_tool *tool, json_t **ret_nodes)
{
    *ret_nodes = NULL;
    return mu_pcmk_exit_of(
        mu_client_ask(tool, json_pack("{s:s}", "request", "nodes"), ret_nodes));
}

const json_t *
mu_pcmk_find_node(const json_t *nodes, const char *name)
{
    return mu_live_node(nodes,
                        name && *name ? name : mu_field_text(nodes, "local"));
}
