/* SPDX-License-Identifier: GPL-2.0-or-later */
/* History: what this node has seen happen, as a bounded list of notes, and
 * how long each failover took, step by step.
 *
 * Notes come from comparing the replicated state with what was seen before.
 * Their times are those of this node when it saw the change: a few
 * milliseconds late at most. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"

enum {
    NOTES_COUNT_MAX = 1000,
    FAILOVERS_COUNT_MAX = 100,
    FENCES_SEEN_MAX = MU_STATE_FENCES_MAX,
};

struct seen_node {
    uint32_t id;
    enum mu_node_state state;
};

struct seen_fence {
    uint64_t op_id;
    enum mu_fence_state state;
    uint32_t attempt;
};

struct mu_api_history {
    json_t *notes;     /* Oldest first. */
    json_t *failovers; /* Oldest first. */
    uint64_t numbers;  /* Notes made since this daemon began. */
    bool has_seen;     /* The rest is meaningful. */
    uint64_t view;
    bool is_quorate;
    uint32_t coordinator;
    uint64_t config_index;
    uint64_t plan_number;
    int32_t next_call_id;
    struct seen_node nodes[MU_NODES_COUNT_MAX];
    uint32_t nodes_count;
    struct seen_fence fences[FENCES_SEEN_MAX];
    uint32_t fences_count;
};

struct pass { /* One comparison. */
    struct mu_api_history *history;
    const struct mu_api_sight *sight;
    const struct mu_state *state;
    json_t *notes; /* New ones. */
};

/* What a note is about; both may be null. */
struct subject {
    const char *node;
    const char *resource;
};

static json_t *note(struct pass *pass, int64_t wall_ms, const char *kind,
                    struct subject subject, char *text);
static void compare_view(struct pass *pass);
static void compare_nodes(struct pass *pass);
static void compare_fences(struct pass *pass);
static void compare_config(struct pass *pass);
static void compare_plan(struct pass *pass);
static void compare_results(struct pass *pass);
static void note_result(struct pass *pass, const struct mu_state_history *one);
static void remember(struct mu_api_history *history,
                     const struct mu_api_sight *sight);
static void failover_begin(struct pass *pass, const struct mu_state_node *node);
static void failover_fence(struct pass *pass, const struct mu_state_fence *one);
static void failover_start(struct pass *pass);
static void failover_set(json_t *failover, const char *name, int64_t wall_ms);

struct mu_api_history *
mu_api_history_new(void)
{
    struct mu_api_history *history = calloc(1, sizeof(*history));

    if (history) {
        history->notes = json_array();
        history->failovers = json_array();
    }
    return history;
}

void
mu_api_history_free(struct mu_api_history *history)
{
    if (history) {
        json_decref(history->notes);
        json_decref(history->failovers);
        free(history);
    }
}

json_t *
mu_api_history_update(struct mu_api_history *history,
                      const struct mu_api_sight *sight)
{
    struct pass pass = {.history = history,
                        .sight = sight,
                        .state = sight->state,
                        .notes = json_array()};

    if (!sight->state) {
        return pass.notes;
    }
    if (history->has_seen) {
        compare_view(&pass);
        compare_nodes(&pass);
        compare_fences(&pass);
        compare_config(&pass);
        compare_plan(&pass);
        compare_results(&pass);
        failover_start(&pass);
    } else {
        char text[] = "this daemon begins to watch";

        (void)note(&pass, sight->wall_ms, "view",
                   (struct subject){NULL, NULL}, text);
    }
    remember(history, sight);
    (void)json_array_extend(history->notes, pass.notes);
    while (json_array_size(history->notes) > NOTES_COUNT_MAX) {
        (void)json_array_remove(history->notes, 0);
    }
    return pass.notes;
}

json_t *
mu_api_history_build(const struct mu_api_history *history, size_t limit)
{
    size_t count = json_array_size(history->notes);
    json_t *notes = json_array();

    for (size_t i = count > limit ? count - limit : 0; i < count; i++) {
        (void)json_array_append(notes, json_array_get(history->notes, i));
    }
    return json_pack("{s:o, s:O}", "notes", notes, "failovers",
                     history->failovers);
}

/* Returns the note, borrowed, for those who have more to say. */
static json_t *
note(struct pass *pass, int64_t wall_ms, const char *kind,
     struct subject subject, char *text)
{
    json_t *one = json_pack(
        "{s:I, s:o, s:s, s:s?, s:s?, s:s}", "number",
        (json_int_t)++pass->history->numbers, "at", mu_api_time_json(wall_ms),
        "kind", kind, "node", subject.node, "resource", subject.resource,
        "text", mu_api_clean(text));

    (void)json_array_append_new(pass->notes, one);
    return one;
}

static void
compare_view(struct pass *pass)
{
    const struct mu_api_history *history = pass->history;
    const char *coordinator =
        mu_api_node_name(pass->state, pass->sight->coordinator);
    char text[256];

    if (pass->state->view != history->view) {
        mu_text_format(text, sizeof(text),
                       "view %" PRIu64 ": %" PRIu32 " members, %s",
                       pass->state->view, pass->state->members_count,
                       pass->state->is_quorate ? "quorate" : "no quorum");
        (void)note(pass, pass->sight->wall_ms, "view",
                   (struct subject){NULL, NULL}, text);
    }
    if (pass->sight->coordinator != history->coordinator && coordinator) {
        mu_text_format(text, sizeof(text), "%s coordinates", coordinator);
        (void)note(pass, pass->sight->wall_ms, "coordinator",
                   (struct subject){coordinator, NULL}, text);
    }
}

static void
compare_nodes(struct pass *pass)
{
    const struct mu_api_history *history = pass->history;

    for (uint32_t i = 0; i < pass->state->nodes_count; i++) {
        const struct mu_state_node *node = &pass->state->nodes[i];
        bool is_same = false;
        char text[256];

        for (uint32_t j = 0; j < history->nodes_count; j++) {
            is_same = is_same || (history->nodes[j].id == node->id &&
                                  history->nodes[j].state == node->state);
        }
        if (is_same) {
            continue;
        }
        mu_text_format(text, sizeof(text), "%s is %s", node->name,
                       mu_state_node_word(node->state));
        (void)note(pass,
                   node->since_ms ? node->since_ms : pass->sight->wall_ms,
                   "node", (struct subject){node->name, NULL}, text);
        if (node->state == MU_NODE_STATE_UNCLEAN) {
            failover_begin(pass, node);
        }
    }
}

static void
compare_fences(struct pass *pass)
{
    static const char *const words[] = {
        [MU_FENCE_RUNNING] = "asked",
        [MU_FENCE_PAUSING] = "failed; it will be tried again",
        [MU_FENCE_DONE] = "done",
        [MU_FENCE_CANCELLED] = "not needed any more",
    };
    const struct mu_api_history *history = pass->history;

    for (uint32_t i = 0; i < pass->state->fences_count; i++) {
        const struct mu_state_fence *one = &pass->state->fences[i];
        const char *target = mu_api_node_name(pass->state, one->target_id);
        bool is_same = false;
        json_t *noted;
        char text[512];

        for (uint32_t j = 0; j < history->fences_count; j++) {
            is_same = is_same || (history->fences[j].op_id == one->op_id &&
                                  history->fences[j].state == one->state &&
                                  history->fences[j].attempt == one->attempt);
        }
        if (is_same || !target) {
            continue;
        }
        mu_text_format(text, sizeof(text), "fencing of %s (%s)%s%s: %s%s%s",
                       target, one->action, *one->device ? " by " : "",
                       one->device, words[one->state], *one->reason ? ": " : "",
                       one->reason);
        noted = note(
            pass, one->ended_wall_ms ? one->ended_wall_ms : pass->sight->wall_ms,
            "fencing", (struct subject){target, NULL}, text);
        if (one->state == MU_FENCE_DONE) {
            (void)json_object_set_new(
                noted, "operation",
                json_pack("{s:s, s:i, s:b, s:I, s:s}", "task", one->action,
                          "interval", 0, "ok", 1, "ms",
                          (json_int_t)(one->ended_wall_ms - one->asked_wall_ms),
                          "reason", ""));
        }
        failover_fence(pass, one);
    }
}

static void
compare_config(struct pass *pass)
{
    const struct mu_state *state = pass->state;
    const struct mu_revision *newest = mu_revision_newest(state);
    char text[512];

    if (state->config_index == pass->history->config_index || !newest) {
        return;
    }
    mu_text_format(text, sizeof(text),
                   "configuration %" PRId64 ".%" PRId64 " by %s%s%s",
                   state->admin_epoch, state->config_epoch,
                   newest->author.user, *newest->author.message ? ": " : "",
                   newest->author.message);
    (void)note(pass, pass->sight->wall_ms, "configuration",
               (struct subject){NULL, NULL}, text);
}

static void
compare_plan(struct pass *pass)
{
    uint32_t counts[MU_TASK_PSEUDO + 1] = {0};
    struct mu_arena *arena;
    struct mu_arena scratch;
    struct mu_text_buffer text;
    bool is_first = true;

    if (pass->state->plan_number == pass->history->plan_number) {
        return;
    }
    for (uint32_t i = 0; i < pass->state->actions_count; i++) {
        if (pass->state->actions[i].task <= MU_TASK_PSEUDO) {
            counts[pass->state->actions[i].task]++;
        }
    }
    mu_arena_init(&scratch, 1 << 20);
    arena = &scratch;
    mu_text_buffer_init(&text, arena);
    for (unsigned task = 0; task < MU_TASK_PSEUDO; task++) {
        if (counts[task] > 0) {
            mu_text_buffer_add(&text, "%s%" PRIu32 " %s",
                               is_first ? "plan: " : ", ", counts[task],
                               mu_plan_task_name((enum mu_task)task));
            is_first = false;
        }
    }
    if (!is_first) {
        (void)note(pass, pass->sight->wall_ms, "plan",
                   (struct subject){NULL, NULL}, text.data);
    }
    mu_arena_done(&scratch);
}

static void
compare_results(struct pass *pass)
{
    const struct mu_state *state = pass->state;

    if (state->next_call_id == pass->history->next_call_id) {
        return;
    }
    for (uint32_t i = 0; i < state->histories_count; i++) {
        const struct mu_state_history *one = &state->histories[i];

        /* A failure stands in two slots; one note is enough. */
        if (one->call_id >= pass->history->next_call_id &&
            one->slot != MU_SLOT_FAILURE) {
            note_result(pass, one);
        }
    }
}

static void
note_result(struct pass *pass, const struct mu_state_history *one)
{
    const char *node = mu_api_node_name(pass->state, one->node_id);
    bool is_probe =
        strcmp(one->op_name, "monitor") == 0 && one->interval_ms == 0;
    json_t *noted;
    char text[768];

    if (is_probe && one->rc == one->expected_rc) {
        return; /* As many as resources times nodes, and no news. */
    }
    mu_text_format(
        text, sizeof(text), "%s of %s on %s: %s (%" PRId64 " ms)%s%s",
        is_probe ? "probe" : one->op_name, one->resource, node ? node : "?",
        one->status == MU_OP_STATUS_TIMEOUT ? "timed out"
        : one->rc == one->expected_rc       ? "ok"
        : one->rc == 7                      ? "not running"
                                            : "failed",
        one->exec_ms, *one->exit_reason ? ": " : "", one->exit_reason);
    noted = note(pass, pass->sight->wall_ms, "result",
                 (struct subject){node, one->resource}, text);
    mu_text_format(text, sizeof(text), "%s", one->exit_reason);
    (void)json_object_set_new(
        noted, "operation",
        json_pack("{s:s, s:I, s:b, s:I, s:s}", "task", one->op_name, "interval",
                  (json_int_t)one->interval_ms, "ok",
                  one->status == MU_OP_STATUS_DONE &&
                      one->rc == one->expected_rc,
                  "ms", (json_int_t)one->exec_ms, "reason",
                  mu_api_clean(text)));
}

static void
remember(struct mu_api_history *history, const struct mu_api_sight *sight)
{
    const struct mu_state *state = sight->state;

    history->has_seen = true;
    history->view = state->view;
    history->is_quorate = state->is_quorate;
    history->coordinator = sight->coordinator;
    history->config_index = state->config_index;
    history->plan_number = state->plan_number;
    history->next_call_id = state->next_call_id;
    history->nodes_count = 0;
    for (uint32_t i = 0;
         i < state->nodes_count && history->nodes_count < MU_NODES_COUNT_MAX;
         i++) {
        history->nodes[history->nodes_count++] =
            (struct seen_node){state->nodes[i].id, state->nodes[i].state};
    }
    history->fences_count = 0;
    for (uint32_t i = 0;
         i < state->fences_count && history->fences_count < FENCES_SEEN_MAX;
         i++) {
        history->fences[history->fences_count++] =
            (struct seen_fence){state->fences[i].op_id, state->fences[i].state,
                                state->fences[i].attempt};
    }
}

static void
failover_begin(struct pass *pass, const struct mu_state_node *node)
{
    json_t *failovers = pass->history->failovers;
    json_t *failover = json_pack(
        "{s:s, s:o, s:I, s:n, s:n, s:n, s:n}", "node", node->name, "lost",
        mu_api_time_json(pass->sight->wall_ms), "lost_ms",
        (json_int_t)pass->sight->wall_ms, "fence_asked_after_ms",
        "fence_done_after_ms", "first_start_after_ms", "settled_after_ms");

    (void)json_array_append_new(failovers, failover);
    if (json_array_size(failovers) > FAILOVERS_COUNT_MAX) {
        (void)json_array_remove(failovers, 0);
    }
}

static void
failover_fence(struct pass *pass, const struct mu_state_fence *one)
{
    const char *target = mu_api_node_name(pass->state, one->target_id);
    json_t *failover;
    size_t i;

    json_array_foreach(pass->history->failovers, i, failover)
    {
        const char *node = json_string_value(json_object_get(failover, "node"));

        if (!node || !target || strcmp(node, target) != 0) {
            continue;
        }
        failover_set(failover, "fence_asked_after_ms", pass->sight->wall_ms);
        if (one->state == MU_FENCE_DONE) {
            failover_set(failover, "fence_done_after_ms", pass->sight->wall_ms);
        }
    }
}

/* The first start after the fencing, and the moment when all is quiet. */
static void
failover_start(struct pass *pass)
{
    const struct mu_state *state = pass->state;
    json_t *failover;
    size_t i;

    json_array_foreach(pass->history->failovers, i, failover)
    {
        bool is_fenced =
            !json_is_null(json_object_get(failover, "fence_done_after_ms"));
        bool is_starting = false;

        for (uint32_t j = 0; is_fenced && j < state->flights_count; j++) {
            is_starting =
                is_starting || state->flights[j].task == MU_TASK_START;
        }
        if (is_starting) {
            failover_set(failover, "first_start_after_ms",
                         pass->sight->wall_ms);
        }
        if (is_fenced && pass->sight->is_idle) {
            failover_set(failover, "settled_after_ms", pass->sight->wall_ms);
        }
    }
}

/* Sets a step that is not known yet. */
static void
failover_set(json_t *failover, const char *name, int64_t wall_ms)
{
    json_int_t lost_ms =
        json_integer_value(json_object_get(failover, "lost_ms"));

    if (json_is_null(json_object_get(failover, name)) && wall_ms >= lost_ms) {
        (void)json_object_set_new(failover, name,
                                  json_integer((json_int_t)wall_ms - lost_ms));
    }
}
