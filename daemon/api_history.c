/* SPDX-License-Identifier: GPL-2.0-or-later */
/* History: what this node has seen happen, as a bounded list of notes.
 *
 * Notes come from comparing the replicated state with what was seen before.
 * Each has an id that is made of replicated numbers, so that all nodes call the
 * same thing by the same name, and names the note that caused it: a failure
 * leads to a plan, a plan to an operation, an operation to its result. Times
 * are those of this node when it saw the change: a few milliseconds late at
 * most, and so between nodes. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"
#include "daemon/api_timeline.h"

enum {
    NOTES_COUNT_MAX = 2000,
    FENCES_SEEN_MAX = MU_STATE_FENCES_MAX,
    ID_SIZE = 32,
};

/* Where a note stands in the chain of causes. */
struct link {
    char id[ID_SIZE]; /* Empty: none. */
    char chain[ID_SIZE];
    unsigned depth;
};

struct seen_node {
    uint32_t id;
    enum mu_node_state state;
    struct link link; /* Of its newest note. */
};

struct seen_fence {
    uint64_t op_id;
    enum mu_fence_state state;
    uint32_t attempt;
    struct link link;
};

struct seen_flight {
    uint64_t op_id;
    uint32_t node_id;
    int64_t interval_ms;
    const char *op_name;  /* On the heap. */
    const char *resource; /* Likewise. */
    bool is_there;        /* Still in flight. */
    struct link link;
};

struct mu_api_history {
    json_t *notes;    /* Oldest first. */
    uint64_t numbers; /* Notes made since this daemon began. */
    struct mu_api_timeline *timeline;
    bool has_seen; /* The rest is meaningful. */
    struct mu_outlook_answer outlook; /* No nodes: none yet. */
    uint64_t view;
    bool is_quorate;
    uint32_t coordinator;
    uint64_t config_index;
    uint64_t plan_number;
    int32_t next_call_id;
    struct seen_node nodes[MU_NODES_COUNT_MAX];
    struct seen_node nodes_next[MU_NODES_COUNT_MAX]; /* While remembering. */
    uint32_t nodes_count;
    struct seen_fence fences[FENCES_SEEN_MAX];
    struct seen_fence fences_next[FENCES_SEEN_MAX]; /* Likewise. */
    uint32_t fences_count;
    struct seen_flight *flights; /* On the heap. */
    uint32_t flights_count;
    uint32_t flights_capacity;
    struct link view_link;
    struct link plan_link;
    struct link trigger; /* What the next plan is made for. */
};

struct pass { /* One comparison. */
    struct mu_api_history *history;
    const struct mu_api_sight *sight;
    const struct mu_state *state;
    json_t *notes; /* New ones. */
};

/* What a note says besides its text. */
struct about {
    const char *kind;
    const char *node;         /* Or null. */
    const char *resource;     /* Or null. */
    const struct link *cause; /* Or null. */
    json_t *operation;        /* What was done, with figures; or null. Its
                                 reference is taken. */
};

static void flight_forget(struct seen_flight *flight);
MU_PRINTF(2, 3)
static struct link link_make(const struct link *cause, const char *format, ...);
static void note(struct pass *pass, const struct about *about,
                 const struct link *link, char *text);
static void compare_view(struct pass *pass);
static void compare_nodes(struct pass *pass);
static void compare_fences(struct pass *pass);
static void compare_config(struct pass *pass);
static void compare_outlook(struct pass *pass);
static void compare_plan(struct pass *pass);
static void compare_flights(struct pass *pass);
static bool flights_grow(struct mu_api_history *history, uint32_t count);
static struct seen_flight *flight_find(struct mu_api_history *history,
                                       const struct mu_state_history *result);
static void flights_forget(struct mu_api_history *history);
static void compare_results(struct pass *pass);
static bool has_result(const struct mu_state *state,
                       const struct mu_state_duration *one);
static void note_measured(struct pass *pass,
                          const struct mu_state_duration *one);
static void note_result(struct pass *pass, const struct mu_state_history *one);
static void remember(struct mu_api_history *history,
                     const struct mu_api_sight *sight);
static void remember_nodes(struct mu_api_history *history,
                           const struct mu_state *state);
static void remember_fences(struct mu_api_history *history,
                            const struct mu_state *state);

struct mu_api_history *
mu_api_history_new(void)
{
    struct mu_api_history *history = calloc(1, sizeof(*history));

    if (history) {
        history->notes = json_array();
        history->timeline = mu_api_timeline_new();
    }
    if (history && !history->timeline) {
        mu_api_history_free(history);
        return NULL;
    }
    return history;
}

void
mu_api_history_free(struct mu_api_history *history)
{
    if (!history) {
        return;
    }
    for (uint32_t i = 0; i < history->flights_count; i++) {
        flight_forget(&history->flights[i]);
    }
    free(history->flights);
    mu_api_timeline_free(history->timeline);
    json_decref(history->notes);
    free(history);
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
        compare_results(&pass);
        compare_plan(&pass);
        compare_flights(&pass);
        compare_outlook(&pass);
        mu_api_timeline_look(history->timeline, sight);
    } else {
        char text[] = "this daemon begins to watch";
        struct link link = link_make(NULL, "v%" PRIu64, sight->state->view);

        note(&pass, &(struct about){.kind = "view"}, &link, text);
        compare_flights(&pass);
    }
    flights_forget(history);
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
    return json_pack("{s:o, s:o}", "notes", notes, "failovers",
                     mu_api_timeline_list(history->timeline));
}

json_t *
mu_api_history_timeline(const struct mu_api_history *history, const char *id)
{
    return mu_api_timeline_get(history->timeline, id);
}

static struct link
link_make(const struct link *cause, const char *format, ...)
{
    struct link link = {0};
    va_list args;

    va_start(args, format);
    (void)mu_text_vformat(link.id, sizeof(link.id), format, args);
    va_end(args);
    if (cause && *cause->id) {
        memcpy(link.chain, cause->chain, sizeof(link.chain));
        link.depth = cause->depth + 1;
    } else {
        memcpy(link.chain, link.id, sizeof(link.chain));
    }
    return link;
}

static void
note(struct pass *pass, const struct about *about, const struct link *link,
     char *text)
{
    json_t *one = json_pack(
        "{s:I, s:s, s:s?, s:s, s:i, s:o, s:s, s:s?, s:s?, s:s, s:o*}", "number",
        (json_int_t)++pass->history->numbers, "id", link->id, "cause",
        about->cause && *about->cause->id ? about->cause->id : NULL, "chain",
        link->chain, "depth", (int)link->depth, "at",
        mu_api_time_json(pass->sight->wall_ms), "kind", about->kind, "node",
        about->node, "resource", about->resource, "text", mu_api_clean(text),
        "operation", about->operation);

    mu_api_timeline_note(pass->history->timeline, one, pass->sight->wall_ms);
    (void)json_array_append_new(pass->notes, one);
}

static void
compare_view(struct pass *pass)
{
    struct mu_api_history *history = pass->history;
    const char *coordinator =
        mu_api_node_name(pass->state, pass->sight->coordinator);
    struct link link;
    char text[256];

    if (pass->state->view != history->view) {
        mu_text_format(text, sizeof(text),
                       "view %" PRIu64 ": %" PRIu32 " members, %s",
                       pass->state->view, pass->state->members_count,
                       pass->state->is_quorate ? "quorate" : "no quorum");
        history->view_link = link_make(NULL, "v%" PRIu64, pass->state->view);
        note(pass, &(struct about){.kind = "view"}, &history->view_link, text);
        history->trigger = history->view_link;
    }
    if (pass->sight->coordinator != history->coordinator && coordinator) {
        mu_text_format(text, sizeof(text), "%s coordinates", coordinator);
        link = link_make(&history->view_link, "c%" PRIu64 ".%" PRIu32,
                         pass->state->view, pass->sight->coordinator);
        note(pass,
             &(struct about){.kind = "coordinator",
                             .node = coordinator,
                             .cause = &history->view_link},
             &link, text);
    }
}

static void
compare_nodes(struct pass *pass)
{
    struct mu_api_history *history = pass->history;

    for (uint32_t i = 0; i < pass->state->nodes_count; i++) {
        const struct mu_state_node *node = &pass->state->nodes[i];
        struct seen_node *seen = NULL;
        struct link link;
        char text[256];

        for (uint32_t j = 0; j < history->nodes_count; j++) {
            seen = history->nodes[j].id == node->id ? &history->nodes[j] : seen;
        }
        if (seen && seen->state == node->state) {
            continue;
        }
        link = link_make(&history->view_link, "n%" PRIu32 ".%" PRIu64 ".%d",
                         node->id, pass->state->view, (int)node->state);
        mu_text_format(text, sizeof(text), "%s is %s", node->name,
                       mu_state_node_word(node->state));
        if (node->state == MU_NODE_STATE_UNCLEAN) {
            mu_api_timeline_begin(history->timeline, link.id, node->name, NULL,
                                  pass->sight->wall_ms);
        }
        note(pass,
             &(struct about){.kind = "node",
                             .node = node->name,
                             .cause = &history->view_link},
             &link, text);
        history->trigger = link;
        if (seen) {
            seen->link = link;
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
    struct mu_api_history *history = pass->history;

    for (uint32_t i = 0; i < pass->state->fences_count; i++) {
        const struct mu_state_fence *one = &pass->state->fences[i];
        const char *target = mu_api_node_name(pass->state, one->target_id);
        struct seen_fence *seen = NULL;
        const struct link *cause = NULL;
        json_t *operation = NULL;
        struct link link;
        char text[512];

        for (uint32_t j = 0; j < history->fences_count; j++) {
            seen = history->fences[j].op_id == one->op_id ? &history->fences[j]
                                                          : seen;
        }
        if (!target || (seen && seen->state == one->state &&
                        seen->attempt == one->attempt)) {
            continue;
        }
        cause = seen ? &seen->link : NULL;
        for (uint32_t j = 0; j < history->nodes_count && !cause; j++) {
            cause = history->nodes[j].id == one->target_id
                        ? &history->nodes[j].link
                        : NULL;
        }
        link = link_make(cause, "f%" PRIu64 ".%" PRIu32 ".%d", one->op_id,
                         one->attempt, (int)one->state);
        mu_text_format(text, sizeof(text), "fencing of %s (%s)%s%s: %s%s%s",
                       target, one->action, *one->device ? " by " : "",
                       one->device, words[one->state], *one->reason ? ": " : "",
                       one->reason);
        if (one->state == MU_FENCE_DONE) {
            operation =
                json_pack("{s:s, s:i, s:b, s:I, s:s}", "task", one->action,
                          "interval", 0, "ok", 1, "ms",
                          (json_int_t)(one->ended_wall_ms - one->asked_wall_ms),
                          "reason", "");
        }
        note(pass,
             &(struct about){.kind = "fencing",
                             .node = target,
                             .cause = cause,
                             .operation = operation},
             &link, text);
        mu_api_timeline_fence(history->timeline, target, one,
                              pass->sight->wall_ms);
        history->trigger = link;
        if (seen) {
            seen->link = link;
        } else if (history->fences_count < FENCES_SEEN_MAX) {
            history->fences[history->fences_count++] =
                (struct seen_fence){.op_id = one->op_id, .link = link};
        }
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
                   state->admin_epoch, state->config_epoch, newest->author.user,
                   *newest->author.message ? ": " : "", newest->author.message);
    pass->history->trigger = link_make(NULL, "r%" PRId64 ".%" PRId64,
                                       state->admin_epoch, state->config_epoch);
    note(pass, &(struct about){.kind = "configuration"},
         &pass->history->trigger, text);
}

/* A change that makes the cluster weaker is told at once, not when the next
 * node is lost. */
static void
compare_outlook(struct pass *pass)
{
    const struct mu_outlook_answer *now = pass->sight->outlook;
    const struct mu_outlook_answer *before = &pass->history->outlook;
    bool is_worse = now && before->nodes > 0 &&
                    (now->lost_nodes != before->lost_nodes
                         ? now->lost_nodes > before->lost_nodes
                         : now->lost_pairs > before->lost_pairs);
    struct link link;
    char text[3 * MU_OUTLOOK_TEXT_SIZE];

    if (is_worse) {
        mu_text_format(text, sizeof(text),
                       "now the cluster %s (before: %s)", now->text,
                       before->text);
        link = link_make(&pass->history->trigger, "o%" PRIu64,
                         pass->history->numbers + 1);
        note(pass,
             &(struct about){.kind = "resilience",
                             .cause = &pass->history->trigger},
             &link, text);
    }
    if (now) {
        pass->history->outlook = *now;
    }
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
        struct mu_api_history *history = pass->history;

        history->plan_link =
            link_make(&history->trigger, "p%" PRIu64, pass->state->plan_number);
        note(pass, &(struct about){.kind = "plan", .cause = &history->trigger},
             &history->plan_link, text.data);
    }
    mu_arena_done(&scratch);
}

/* Operations that have begun. Probes are as many as resources times nodes, and
 * recurring monitors begin for ever: they are no news, but their results may
 * be. */
static void
compare_flights(struct pass *pass)
{
    struct mu_api_history *history = pass->history;
    const struct mu_state *state = pass->state;
    uint32_t known = history->flights_count;

    for (uint32_t i = 0; i < known; i++) {
        history->flights[i].is_there = false;
    }
    for (uint32_t i = 0; i < state->flights_count; i++) {
        const struct mu_state_flight *one = &state->flights[i];
        const char *node = mu_api_node_name(state, one->node_id);
        struct seen_flight *seen = NULL;
        char text[512];
        bool is_silent = one->task == MU_TASK_MONITOR ||
                         one->task == MU_TASK_CANCEL ||
                         one->task == MU_TASK_DELETE;

        for (uint32_t j = 0; j < known && !seen; j++) {
            seen = history->flights[j].op_id == one->op_id
                       ? &history->flights[j]
                       : NULL;
        }
        if (seen) {
            seen->is_there = true;
            continue;
        }
        if (!flights_grow(history, history->flights_count + 1)) {
            return;
        }
        seen = &history->flights[history->flights_count];
        *seen = (struct seen_flight){
            .op_id = one->op_id,
            .node_id = one->node_id,
            .interval_ms = one->interval_ms,
            .op_name = strdup(one->op_name),
            .resource = strdup(one->resource),
            .is_there = true,
            .link = link_make(&history->plan_link, "o%" PRIu64, one->op_id)};
        if (!seen->resource || !seen->op_name) {
            flight_forget(seen);
            return;
        }
        history->flights_count++;
        if (is_silent) {
            seen->link = history->plan_link;
            continue;
        }
        mu_text_format(text, sizeof(text), "%s of %s on %s begins",
                       one->op_name, one->resource,
                       node ? node : "?");
        note(pass,
             &(struct about){.kind = "begin",
                             .node = node,
                             .resource = one->resource,
                             .cause = &history->plan_link},
             &seen->link, text);
    }
}

static bool
flights_grow(struct mu_api_history *history, uint32_t count)
{
    uint32_t capacity = history->flights_capacity + 64;
    struct seen_flight *grown;

    if (count <= history->flights_capacity) {
        return true;
    }
    grown = realloc(history->flights, capacity * sizeof(*grown));
    if (!grown) {
        return false;
    }
    history->flights = grown;
    history->flights_capacity = capacity;
    return true;
}

/* The operation whose result this is, or null. */
static struct seen_flight *
flight_find(struct mu_api_history *history,
            const struct mu_state_history *result)
{
    for (uint32_t i = 0; i < history->flights_count; i++) {
        struct seen_flight *one = &history->flights[i];

        if (one->node_id == result->node_id &&
            one->interval_ms == result->interval_ms &&
            strcmp(one->op_name, result->op_name) == 0 &&
            strcmp(one->resource, result->resource) == 0) {
            return one;
        }
    }
    return NULL;
}

static void
flight_forget(struct seen_flight *flight)
{
    free((void *)(uintptr_t)flight->op_name);
    free((void *)(uintptr_t)flight->resource);
}

/* Those that are over have had their notes. */
static void
flights_forget(struct mu_api_history *history)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < history->flights_count; i++) {
        if (history->flights[i].is_there) {
            history->flights[kept++] = history->flights[i];
        } else {
            flight_forget(&history->flights[i]);
        }
    }
    history->flights_count = kept;
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
    for (uint32_t i = 0; i < state->durations_count; i++) {
        if (state->durations[i].call_id >= pass->history->next_call_id &&
            !has_result(state, &state->durations[i])) {
            note_measured(pass, &state->durations[i]);
        }
    }
}

/* Whether the newest run of an operation still stands in the history. */
static bool
has_result(const struct mu_state *state, const struct mu_state_duration *one)
{
    for (uint32_t i = 0; i < state->histories_count; i++) {
        if (state->histories[i].call_id == one->call_id) {
            return true;
        }
    }
    return false;
}

/* A success that was forgotten at once, such as the last stop of a resource
 * that is not configured any more. */
static void
note_measured(struct pass *pass, const struct mu_state_duration *one)
{
    const struct mu_state_history row = {
        .node_id = one->node_id,
        .resource = one->name,
        .op_name = mu_plan_task_name(one->task),
        .status = MU_OP_STATUS_DONE,
        .exec_ms = one->newest_ms,
        .exit_reason = "",
    };

    if (one->task != MU_TASK_MONITOR && one->task != MU_TASK_NOTIFY) {
        note_result(pass, &row);
    }
}

static void
note_result(struct pass *pass, const struct mu_state_history *one)
{
    const char *node = mu_api_node_name(pass->state, one->node_id);
    struct mu_api_history *history = pass->history;
    const struct seen_flight *begun = flight_find(history, one);
    bool is_probe =
        strcmp(one->op_name, "monitor") == 0 && one->interval_ms == 0;
    bool is_good = one->status == MU_OP_STATUS_DONE &&
                   (one->rc == one->expected_rc ||
                    (is_probe && (one->rc == 0 || one->rc == 8)));
    const struct link *cause = begun ? &begun->link : NULL;
    struct link link = begun
                           ? link_make(cause, "o%" PRIu64 ".end", begun->op_id)
                           : link_make(cause, "x%" PRId32, one->call_id);
    json_t *operation;
    char reason[512];
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
    if (!is_good) {
        history->trigger = link;
        mu_api_timeline_begin(history->timeline, link.id, node, one->resource,
                              pass->sight->wall_ms);
    }
    mu_text_format(reason, sizeof(reason), "%s", one->exit_reason);
    operation = json_pack(
        "{s:s, s:I, s:b, s:I, s:s}", "task", one->op_name, "interval",
        (json_int_t)one->interval_ms, "ok",
        one->status == MU_OP_STATUS_DONE && one->rc == one->expected_rc, "ms",
        (json_int_t)one->exec_ms, "reason", mu_api_clean(reason));
    note(pass,
         &(struct about){.kind = "result",
                         .node = node,
                         .resource = one->resource,
                         .cause = cause,
                         .operation = operation},
         &link, text);
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
    remember_nodes(history, state);
    remember_fences(history, state);
}

/* What notes have linked is kept for those that are still there. */
static void
remember_nodes(struct mu_api_history *history, const struct mu_state *state)
{
    struct seen_node *kept = history->nodes_next;
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->nodes_count && count < MU_NODES_COUNT_MAX;
         i++) {
        kept[count] = (struct seen_node){.id = state->nodes[i].id};
        for (uint32_t j = 0; j < history->nodes_count; j++) {
            if (history->nodes[j].id == kept[count].id) {
                kept[count].link = history->nodes[j].link;
            }
        }
        kept[count++].state = state->nodes[i].state;
    }
    memcpy(history->nodes, kept, count * sizeof(kept[0]));
    history->nodes_count = count;
}

static void
remember_fences(struct mu_api_history *history, const struct mu_state *state)
{
    struct seen_fence *kept = history->fences_next;
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->fences_count && count < FENCES_SEEN_MAX;
         i++) {
        kept[count] = (struct seen_fence){.op_id = state->fences[i].op_id,
                                          .state = state->fences[i].state,
                                          .attempt = state->fences[i].attempt};
        for (uint32_t j = 0; j < history->fences_count; j++) {
            if (history->fences[j].op_id == kept[count].op_id) {
                kept[count].link = history->fences[j].link;
            }
        }
        count++;
    }
    memcpy(history->fences, kept, count * sizeof(kept[0]));
    history->fences_count = count;
}
