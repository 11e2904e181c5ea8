/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulate: what would the cluster do in the situation of a file? */

#include "tools/muster_simulate.h"

#include <string.h>

#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/commands.h"

static int snapshot_read(struct mu_tool *tool, const char *path,
                         struct mu_snapshot **ret_snapshot);
static int events_run(struct mu_simulation *simulation, int argc, char **argv,
                      json_t *steps, unsigned *ret_count);
static int events_check(struct mu_simulation simulation, int argc,
                        char **argv);
static const char *event_name(struct mu_tool *tool, int argc, char **argv);

int
mu_muster_simulate_run(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_simulation simulation = {.tool = tool};
    const char *path = tool->file;
    const struct mu_plan *plan;
    json_t *steps = tool->is_json ? json_array() : NULL;
    unsigned count = 0;
    int code;

    if (!path && argc > 0) {
        path = argv[0];
        argv++;
        argc--;
    }
    if (!path) {
        json_decref(steps);
        return mu_tool_usage(tool, "which file? Give one with a whole <cib>");
    }
    code = snapshot_read(tool, path, &simulation.snapshot);
    if (code == MU_TOOL_OK) {
        code = events_run(&simulation, argc, argv, steps, &count);
    }
    if (code == MU_TOOL_OK && (tool->is_json || count == 0)) {
        plan = mu_sched_plan(&tool->arena, simulation.snapshot,
                             MU_SCHED_SCORES | MU_SCHED_REASONS);
        if (tool->is_json) {
            json_t *answer = mu_muster_simulate_json(simulation.snapshot, plan);

            if (count > 0) {
                (void)json_object_set(answer, "steps", steps);
            }
            mu_tool_print_json(answer);
            json_decref(answer);
        } else {
            mu_muster_simulate_print(simulation.snapshot, plan);
        }
    }
    json_decref(steps);
    return code;
}

/* First the situation, then what happens. */
static int
events_run(struct mu_simulation *simulation, int argc, char **argv,
           json_t *steps, unsigned *ret_count)
{
    struct mu_tool *tool = simulation->tool;
    int code = MU_TOOL_OK;

    simulation->broken =
        mu_arena_new(&tool->arena, bool,
                     simulation->snapshot->config->resources_count + 1);
    for (int i = 0; i < argc && !code;) {
        int length = mu_muster_simulate_event_length(argc - i, argv + i);

        if (length == 0) {
            code = mu_muster_simulate_assume(simulation, argv[i]);
        }
        i += length > 0 ? length : 1;
    }
    if (!code) {
        code = events_check(*simulation, argc, argv);
    }
    for (int i = 0; i < argc && !code;) {
        int length = mu_muster_simulate_event_length(argc - i, argv + i);

        if (length > 0) {
            if (*ret_count == 0) {
                mu_muster_simulate_step(simulation, NULL, 0, steps);
            }
            code = mu_muster_simulate_event(simulation, length, argv + i);
            if (!code) {
                mu_muster_simulate_step(simulation,
                                        event_name(tool, length, argv + i),
                                        ++*ret_count, steps);
            }
        }
        i += length > 0 ? length : 1;
    }
    return code;
}

/* Whether all words make sense, before anything is printed. */
static int
events_check(struct mu_simulation simulation, int argc, char **argv)
{
    int code = MU_TOOL_OK;

    simulation.is_check = true;
    simulation.snapshot = mu_arena_copy(&simulation.tool->arena,
                                        simulation.snapshot,
                                        sizeof(*simulation.snapshot));
    simulation.broken =
        mu_arena_new(&simulation.tool->arena, bool,
                     simulation.snapshot->config->resources_count + 1);
    for (int i = 0; i < argc && !code;) {
        int length = mu_muster_simulate_event_length(argc - i, argv + i);

        if (length > 0) {
            code = mu_muster_simulate_event(&simulation, length, argv + i);
        }
        i += length > 0 ? length : 1;
    }
    return code;
}

static const char *
event_name(struct mu_tool *tool, int argc, char **argv)
{
    const char *name = argv[0];

    for (int i = 1; i < argc; i++) {
        name = mu_text_make(&tool->arena, "%s %s", name, argv[i]);
    }
    return name;
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
