/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/pcmk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/client.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/record.h"

enum { ANSWER_MS = 8000 };
#define ARENA_SIZE_MAX ((size_t)1 << 32)

/* What agents compare with; it says which behaviour they may expect. */
#define PEER_VERSION "2.1.5"

static int version(struct mu_tool *tool, int argc, char **argv);

static const struct {
    const char *name;
    mu_pcmk_function *run;
} commands[] = {
    {"crm_attribute", mu_pcmk_attribute_run},
    {"crm_master", mu_pcmk_attribute_master},
    {"attrd_updater", mu_pcmk_attribute_updater},
    {"crm_failcount", mu_pcmk_attribute_failcount},
    {"crm_node", mu_pcmk_node_run},
    {"crm_resource", mu_pcmk_resource_run},
    {"crm_mon", mu_pcmk_mon_run},
    {"cibadmin", mu_pcmk_cibadmin_run},
    {"crm_ticket", mu_pcmk_ticket_run},
    {"stonith_admin", mu_pcmk_stonith_run},
    {"pacemakerd", version},
};

int
main(int argc, char **argv)
{
    struct mu_tool tool = {.timeout_ms = ANSWER_MS, .is_quiet = true};
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    int code = MU_PCMK_USAGE;

    tool.program = slash ? slash + 1 : argc > 0 ? argv[0] : "crm_attribute";
    mu_arena_init(&tool.arena, ARENA_SIZE_MAX);
    tool.file = getenv("CIB_file");
    tool.file = tool.file && *tool.file ? tool.file : NULL;
    tool.line = mu_record_line(&tool.arena, tool.program, argc - 1, argv + 1);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, tool.program) == 0) {
            if (argc > 1 && (strcmp(argv[1], "--version") == 0 ||
                             strcmp(argv[1], "-$") == 0)) {
                code = version(&tool, argc, argv);
            } else {
                code = commands[i].run(&tool, argc, argv);
            }
            mu_arena_done(&tool.arena);
            return code;
        }
    }
    (void)fprintf(stderr, "%s: is none of the commands that agents call\n",
                  tool.program);
    mu_arena_done(&tool.arena);
    return code;
}

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

static int
version(struct mu_tool *tool, int argc, char **argv)
{
    (void)tool;
    (void)argc;
    (void)argv;
    (void)puts("Pacemaker " PEER_VERSION "\nWritten for it, answered by "
               "Muster " PACKAGE_VERSION);
    return MU_PCMK_OK;
}
