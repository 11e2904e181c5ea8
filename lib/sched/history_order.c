/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "sched/history.h"
#include "sched/history_find.h"

/* A record of old that tells of an active instance. */
struct candidate {
    uint32_t at;       /* Its place among the records. */
    int32_t started;   /* Call id of its last start; -1: found running. */
};

static uint32_t namesakes_count(const struct mu_status_node *status,
                                uint32_t first);
static void namesakes_sort(struct mu_arena *arena,
                           const struct mu_status_node *status, uint32_t first,
                           uint32_t count, uint32_t *order);
static int candidate_cmp(const void *a, const void *b);
static bool is_running(const struct mu_status_resource *known,
                       int32_t *ret_started);

uint32_t *
mu_history_order(struct mu_arena *arena, const struct mu_status_node *status)
{
    uint32_t *order =
        mu_arena_new(arena, uint32_t, (size_t)status->resources_count + 1);

    for (uint32_t i = 0; i < status->resources_count; i++) {
        order[i] = i;
    }
    for (uint32_t i = 0, count; i < status->resources_count; i += count) {
        count = namesakes_count(status, i);
        if (count > 1) {
            namesakes_sort(arena, status, i, count, order);
        }
    }
    return order;
}

/* How many records from 'first' on differ only by the number behind a colon. */
static uint32_t
namesakes_count(const struct mu_status_node *status, uint32_t first)
{
    const char *id = status->resources[first].id;
    const char *colon = strchr(id, ':');
    size_t length = colon ? (size_t)(colon - id) + 1 : 0;
    uint32_t count = 1;

    while (colon && first + count < status->resources_count &&
           strncmp(status->resources[first + count].id, id, length) == 0) {
        count++;
    }
    return count;
}

/* Those that are active change places among themselves. */
static void
namesakes_sort(struct mu_arena *arena, const struct mu_status_node *status,
               uint32_t first, uint32_t count, uint32_t *order)
{
    struct candidate *sorted = mu_arena_new(arena, struct candidate, count);
    uint32_t *places = mu_arena_new(arena, uint32_t, count);
    uint32_t active_count = 0;

    for (uint32_t i = first; i < first + count; i++) {
        if (is_running(&status->resources[i], &sorted[active_count].started)) {
            sorted[active_count].at = i;
            places[active_count++] = i;
        }
    }
    qsort(sorted, active_count, sizeof(*sorted), candidate_cmp);
    for (uint32_t i = 0; i < active_count; i++) {
        order[places[i]] = sorted[i].at;
    }
}

static int
candidate_cmp(const void *a, const void *b)
{
    const struct candidate *left = a;
    const struct candidate *right = b;

    if (left->started != right->started) {
        return left->started > right->started ? -1 : 1;
    }
    return (left->at > right->at) - (left->at < right->at);
}

static bool
is_running(const struct mu_status_resource *known, int32_t *ret_started)
{
    int32_t start;
    int32_t stop;

    mu_history_active_range(known, &start, &stop);
    *ret_started = -1;
    if (start > stop && known->ops[start].task == MU_OP_TASK_START) {
        *ret_started = known->ops[start].call_id;
    }
    return start > stop;
}
