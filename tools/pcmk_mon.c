/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crm_mon: the state of the cluster in the form that scripts read. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/classic_run.h"
#include "tools/pcmk.h"

static int help(void);

int
mu_pcmk_mon_run(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_classic_call call;
    struct mu_text_buffer request;
    const char *file = getenv("CIB_file");
    int code;

    mu_classic_options_read(&tool->arena, argc - 1,
                            (const char *const *)argv + 1, &call);
    if (call.trouble) {
        (void)fprintf(stderr, "crm_mon: %s; see: crm_mon --help\n",
                      call.trouble);
        return MU_PCMK_USAGE;
    }
    if (call.is_help) {
        return help();
    }
    tool->command = "crm_mon";
    tool->file = file && *file ? file : NULL;
    mu_text_buffer_init(&request, &tool->arena);
    for (int i = 0; i < argc; i++) {
        mu_text_buffer_add(&request, "%s%s", i > 0 ? " " : "",
                           i > 0 ? argv[i] : "crm_mon");
    }
    call.view.request = request.data;
    if (call.is_repeated && isatty(STDOUT_FILENO) && !tool->file) {
        (void)fprintf(stderr, "crm_mon: shown once; for a page that renews "
                              "itself use: muster status --watch\n");
    }
    code = mu_classic_run(tool, &call);
    return call.is_line && code == MU_TOOL_FAILED ? MU_PCMK_ERROR
                                                  : mu_pcmk_exit_of(code);
}

/* Tools look here for what this version can do. */
static int
help(void)
{
    (void)puts(
        "Usage:\n"
        "  crm_mon [OPTION...]\n"
        "\n"
        "Shows the state of the cluster once, in a form that does not change.\n"
        "\n"
        "  -1, --one-shot              Show it once (always so)\n"
        "  -r, --inactive              Resources that run nowhere too\n"
        "  -n, --group-by-node         Resources by node\n"
        "  -f, --failcounts            How often resources failed\n"
        "  -o, --operations            History of operations\n"
        "  -t, --timing-details        The same with times\n"
        "  -c, --tickets               Tickets\n"
        "  -m, --fence-history=LEVEL   0 none, 1 failed and pending, 2 all\n"
        "  -L, --neg-locations         Constraints that keep resources off\n"
        "  -A, --show-node-attributes  Attributes of nodes\n"
        "  -D, --hide-headers          No headings\n"
        "  -R, --show-detail           Ids of nodes, every instance\n"
        "  -j, --pending               Operations in flight (always so)\n"
        "  -s, --simple-status         One line for monitoring\n"
        "  -I, --include=SECTIONS      Choose sections\n"
        "  -U, --exclude=SECTIONS      Leave sections out\n"
        "  --node=NODE --resource=ID   Only this one\n"
        "  --output-as=console|text|xml\n"
        "  --output-to=FILE\n"
        "  -X, --as-xml                The document of old\n"
        "\n"
        "CIB_file in the environment names a file to show instead.");
    return MU_PCMK_OK;
}
