/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/earlier.h"
#include "core/picture.h"
#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/cib_edit.h"
#include "tools/client.h"
#include "tools/draft.h"

enum { TIMEOUT_MS = 30000 };
#define STATE_SIZE_MAX ((size_t)1 << 31)

static const struct mu_snapshot *get_picture(struct mu_tool *tool,
                                             const struct mu_state **ret_state);
static int get(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot,
               const struct mu_state **ret_state);
static int get_file(struct mu_tool *tool,
                    const struct mu_snapshot **ret_snapshot);
static int get_cib(struct mu_tool *tool,
                   const struct mu_snapshot **ret_snapshot);
static int read_cib(struct mu_tool *tool, const char *thing, const char *text,
                    size_t size, const struct mu_snapshot **ret_snapshot);

int
mu_snapshot_get(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot)
{
    const struct mu_state *state;

    return get(tool, ret_snapshot, &state);
}

int
mu_snapshot_plan(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot,
                 const struct mu_plan **ret_plan)
{
    const struct mu_state *state;
    struct mu_snapshot *snapshot;
    int code = get(tool, ret_snapshot, &state);

    if (code) {
        return code;
    }
    *ret_plan = mu_sched_plan(&tool->arena, *ret_snapshot, MU_SCHED_REASONS);
    if ((*ret_plan)->has_changed_params && state) {
        snapshot =
            mu_arena_copy(&tool->arena, *ret_snapshot, sizeof(*snapshot));
        snapshot->earlier = mu_earlier_list(&tool->arena, state,
                                            &snapshot->earlier_count);
        *ret_snapshot = snapshot;
        *ret_plan = mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
    }
    return MU_TOOL_OK;
}

const struct mu_plan *
mu_snapshot_plan_change(struct mu_tool *tool, struct mu_snapshot *snapshot,
                        struct mu_span before)
{
    const struct mu_plan *plan =
        mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
    struct mu_snapshot_earlier *earlier;
    struct mu_snapshot *then;

    if (!plan->has_changed_params ||
        mu_cib_status_read_cib(&tool->arena, before, snapshot->now_ms,
                               MU_CONFIG_LENIENT, &then, NULL) < 0) {
        return plan;
    }
    earlier = mu_arena_new(&tool->arena, struct mu_snapshot_earlier, 1);
    earlier->config = then->config;
    snapshot->earlier = earlier;
    snapshot->earlier_count = 1;
    return mu_sched_plan(&tool->arena, snapshot, MU_SCHED_REASONS);
}

/* '*ret_state' is null when it comes from XML. */
static int
get(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot,
    const struct mu_state **ret_state)
{
    bool is_draft = tool->draft && mu_draft_is_open(tool, tool->draft);

    *ret_state = NULL;
    if (tool->file && !is_draft) {
        return get_file(tool, ret_snapshot);
    }
    *ret_snapshot = is_draft ? NULL : get_picture(tool, ret_state);
    /* A daemon of another version, or one that has no state to show: the long
     * way tells what is wrong, if anything is. */
    return *ret_snapshot ? MU_TOOL_OK : get_cib(tool, ret_snapshot);
}

/* Null when the daemon gives no picture that can be read here. */
static const struct mu_snapshot *
get_picture(struct mu_tool *tool, const struct mu_state **ret_state)
{
    struct mu_arena *arenas = mu_arena_new(&tool->arena, struct mu_arena, 2);
    struct mu_state *state = mu_arena_new(&tool->arena, struct mu_state, 1);
    const struct mu_snapshot *snapshot = NULL;
    struct mu_muster_ipc *ipc;
    struct mu_errbuf err = {0};
    uint32_t coordinator;
    char *bytes;
    size_t size;

    if (mu_muster_ipc_open(NULL, TIMEOUT_MS, &ipc, &err)) {
        return NULL;
    }
    if (mu_muster_ipc_request_bytes(ipc, "{\"request\":\"state\"}",
                                    TIMEOUT_MS, &bytes, &size, &err) == 0) {
        mu_arena_init(&arenas[0], STATE_SIZE_MAX);
        mu_arena_init(&arenas[1], STATE_SIZE_MAX);
        mu_state_init(state, &arenas[0], &arenas[1]);
        if (mu_picture_decode(
                (struct mu_span){(const unsigned char *)bytes, size},
                PACKAGE_VERSION, state, &coordinator) == 0) {
            snapshot = mu_state_make_snapshot(state, coordinator,
                                              mu_tool_now_ms(), &tool->arena);
        }
        if (snapshot) {
            *ret_state = state;
        } else {
            mu_arena_done(&arenas[0]); /* Else until the process ends. */
            mu_arena_done(&arenas[1]);
        }
        free(bytes);
    }
    mu_muster_ipc_close(ipc);
    return snapshot;
}

static int
get_file(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot)
{
    char *text;
    size_t size;
    int error = mu_tool_read_file(tool, tool->file, &text, &size);

    if (error < 0) {
        return mu_tool_fail(tool, "%s: %s; give a file with a whole <cib>",
                            tool->file, strerror(-error));
    }
    return read_cib(tool, tool->file, text, size, ret_snapshot);
}

static int
get_cib(struct mu_tool *tool, const struct mu_snapshot **ret_snapshot)
{
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, true, &edit);

    if (!code) {
        code = read_cib(tool, "the configuration", edit.before,
                        edit.before_size, ret_snapshot);
        mu_cib_edit_close(&edit);
    }
    return code;
}

static int
read_cib(struct mu_tool *tool, const char *thing, const char *text, size_t size,
         const struct mu_snapshot **ret_snapshot)
{
    struct mu_span xml = {(const unsigned char *)text, size};
    struct mu_snapshot *snapshot;
    struct mu_errbuf err = {0};

    if (mu_cib_status_read_cib(&tool->arena, xml, mu_tool_now_ms(),
                               MU_CONFIG_LENIENT, &snapshot, &err) < 0) {
        return mu_tool_fail_errbuf(tool, thing, &err);
    }
    *ret_snapshot = snapshot;
    return MU_TOOL_OK;
}
