/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/api_timeline.h"

#include <stdlib.h>
#include <string.h>

enum {
    TIMELINES_COUNT_MAX = 100,
    STEPS_COUNT_MAX = 400,
    QUIET_MS = 1000, /* Without a step it takes this long to call it over. */
};

struct mu_api_timeline {
    json_t *all; /* Oldest first. */
};

static bool is_open(const json_t *one);
static void set(json_t *one, const char *name, int64_t wall_ms);
static int64_t begun_ms(const json_t *one);

struct mu_api_timeline *
mu_api_timeline_new(void)
{
    struct mu_api_timeline *timeline = calloc(1, sizeof(*timeline));

    if (timeline) {
        timeline->all = json_array();
    }
    return timeline;
}

void
mu_api_timeline_free(struct mu_api_timeline *timeline)
{
    if (timeline) {
        json_decref(timeline->all);
        free(timeline);
    }
}

void
mu_api_timeline_begin(struct mu_api_timeline *timeline, const char *id,
                      const char *node, const char *resource, int64_t wall_ms)
{
    const json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        if (resource && is_open(one)) {
            return;
        }
    }
    (void)json_array_append_new(
        timeline->all,
        json_pack("{s:s, s:s?, s:s?, s:o, s:I, s:n, s:n, s:n, s:n, s:[]}", "id",
                  id, "node", node, "resource", resource, "lost",
                  mu_api_time_json(wall_ms), "lost_ms", (json_int_t)wall_ms,
                  "fence_asked_after_ms", "fence_done_after_ms",
                  "first_start_after_ms", "settled_after_ms", "steps"));
    if (json_array_size(timeline->all) > TIMELINES_COUNT_MAX) {
        (void)json_array_remove(timeline->all, 0);
    }
}

void
mu_api_timeline_note(struct mu_api_timeline *timeline, const json_t *note,
                     int64_t wall_ms)
{
    const json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        json_t *steps = json_object_get(one, "steps");

        if (is_open(one) && json_array_size(steps) < STEPS_COUNT_MAX) {
            json_t *step = json_copy((json_t *)(uintptr_t)note);
            int64_t after_ms = wall_ms - begun_ms(one);

            (void)json_object_set_new(
                step, "after_ms",
                json_integer((json_int_t)(after_ms > 0 ? after_ms : 0)));
            (void)json_array_append_new(steps, step);
        }
    }
}

void
mu_api_timeline_fence(struct mu_api_timeline *timeline, const char *target,
                      const struct mu_state_fence *fence, int64_t wall_ms)
{
    json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        const char *node = json_string_value(json_object_get(one, "node"));

        if (!node || strcmp(node, target) != 0 || !is_open(one) ||
            json_is_string(json_object_get(one, "resource"))) {
            continue;
        }
        set(one, "fence_asked_after_ms", wall_ms);
        if (fence->state == MU_FENCE_DONE) {
            set(one, "fence_done_after_ms", wall_ms);
        }
    }
}

void
mu_api_timeline_look(struct mu_api_timeline *timeline,
                     const struct mu_api_sight *sight)
{
    const struct mu_state *state = sight->state;
    json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        bool is_of_node = !json_is_string(json_object_get(one, "resource"));
        bool is_fenced =
            !json_is_null(json_object_get(one, "fence_done_after_ms"));
        bool has_steps = json_array_size(json_object_get(one, "steps")) > 1;

        if (!is_open(one)) {
            continue;
        }
        for (uint32_t j = 0; j < state->flights_count; j++) {
            if (state->flights[j].task == MU_TASK_START &&
                (is_fenced || !is_of_node)) {
                set(one, "first_start_after_ms", sight->wall_ms);
            }
        }
        if (sight->is_idle && (is_fenced || !is_of_node) &&
            (has_steps || sight->wall_ms - begun_ms(one) >= QUIET_MS)) {
            set(one, "settled_after_ms", sight->wall_ms);
        }
    }
}

json_t *
mu_api_timeline_list(const struct mu_api_timeline *timeline)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        json_t *copy = json_copy((json_t *)(uintptr_t)one);

        (void)json_object_del(copy, "steps");
        (void)json_array_append_new(list, copy);
    }
    return list;
}

json_t *
mu_api_timeline_get(const struct mu_api_timeline *timeline, const char *id)
{
    json_t *found = NULL;
    json_t *one;
    size_t i;

    json_array_foreach(timeline->all, i, one)
    {
        const char *its = json_string_value(json_object_get(one, "id"));

        if (!id || (its && strcmp(its, id) == 0)) {
            found = one;
        }
    }
    return json_incref(found);
}

static bool
is_open(const json_t *one)
{
    return json_is_null(json_object_get(one, "settled_after_ms"));
}

/* Sets a moment that is not known yet. */
static void
set(json_t *one, const char *name, int64_t wall_ms)
{
    if (json_is_null(json_object_get(one, name)) && wall_ms >= begun_ms(one)) {
        (void)json_object_set_new(
            one, name, json_integer((json_int_t)(wall_ms - begun_ms(one))));
    }
}

static int64_t
begun_ms(const json_t *one)
{
    return json_integer_value(json_object_get(one, "lost_ms"));
}
