/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulate: what would the cluster do in the situation of a file? */

#include "tools/muster_simulate.h"

#include <string.h>

#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/commands.h"

enum { ARENA_SIZE_GIB = 2 };

static int snapshot_read(struct mu_tool *tool, const char *path,
                         struct mu_snapshot **ret_snapshot);

int
mu_muster_simulate_run(struct mu_tool *tool, int argc, char **argv)
{
    const char *path = tool->file;
    struct mu_snapshot *snapshot = NULL;
    const struct mu_plan *plan;
    int code;

    if (!path && argc > 0) {
        path = argv[0];
        argv++;
        argc--;
    }
    if (!path) {
        return mu_tool_usage(tool, "which file? Give one with a whole <cib>");
    }
    code = snapshot_read(tool, path, &snapshot);
    if (code != MU_TOOL_OK) {
        return code;
    }
    for (int i = 0; i < argc; i++) {
        code = mu_muster_simulate_event(tool, snapshot, argv[i]);
        if (code != MU_TOOL_OK) {
            return code;
        }
    }
    plan = mu_sched_plan(&tool->arena, snapshot,
                         MU_SCHED_SCORES | MU_SCHED_REASONS);
    if (tool->is_json) {
        json_t *answer = mu_muster_simulate_json(snapshot, plan);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else {
        mu_muster_simulate_print(snapshot, plan);
    }
    return MU_TOOL_OK;
}

static int
snapshot_read(struct mu_tool *tool, const char *path,
              struct mu_snapshot **ret_snapshot)
{
    struct mu_errbuf err = {0};
    struct mu_span xml;
    char *text;
    size_t size;
    int error = mu_tool_read_file(tool, path, &text, &size);

    if (error < 0) {
        return mu_tool_fail(tool, "%s: %s; give a file with a whole <cib>",
                            path, strerror(-error));
    }
    xml = (struct mu_span){(const unsigned char *)text, size};
    error = mu_cib_status_read_cib(&tool->arena, xml, mu_tool_now_ms(),
                                   MU_CONFIG_LENIENT, ret_snapshot, &err);
    if (error < 0) {
        return mu_tool_fail_errbuf(tool, path, &err);
    }
    return MU_TOOL_OK;
}
