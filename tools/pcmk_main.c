/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program under many names: which of them it is called by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pcmk.h"
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
