/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long operations have taken. A history keeps the newest operation only;
 * what a stop costs must be known while the resource runs. */

#include <string.h>

#include "core/kernel.h"
#include "core/state.h"

static int duration_cmp(const struct mu_state_duration *row, const char *name,
                        enum mu_task task);

void
mu_state_measure(struct mu_state *state, const struct mu_state_duration *seen)
{
    struct mu_state_duration *row;
    uint32_t at = 0;
    uint32_t high = state->durations_count;

    while (at < high) {
        uint32_t middle = at + (high - at) / 2;

        if (duration_cmp(&state->durations[middle], seen->name, seen->task) <
            0) {
            at = middle + 1;
        } else {
            high = middle;
        }
    }
    if (at == state->durations_count ||
        duration_cmp(&state->durations[at], seen->name, seen->task) != 0) {
        if (state->durations_count == state->durations_capacity) {
            uint32_t capacity = state->durations_capacity * 2 + 16;
            struct mu_state_duration *rows =
                mu_arena_new(state->arena, struct mu_state_duration, capacity);

            if (state->durations_count > 0) {
                memcpy(rows, state->durations,
                       state->durations_count * sizeof(*rows));
            }
            state->durations = rows;
            state->durations_capacity = capacity;
        }
        memmove(&state->durations[at + 1], &state->durations[at],
                (state->durations_count - at) * sizeof(*state->durations));
        state->durations_count++;
        state->durations[at] = (struct mu_state_duration){
            .name = mu_state_text(state, seen->name),
            .task = seen->task,
            .mean_ms = seen->newest_ms};
    }
    row = &state->durations[at];
    row->node_id = seen->node_id;
    row->call_id = seen->call_id;
    row->newest_ms = seen->newest_ms;
    /* One slow night does not decide, and is not forgotten at once. */
    row->mean_ms = (3 * row->mean_ms + seen->newest_ms) / 4;
}

void
mu_state_forget_durations(struct mu_state *state)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < state->durations_count; i++) {
        const struct mu_state_duration *row = &state->durations[i];

        if (mu_kernel_find_primitive(state->config, row->name) !=
                MU_CONFIG_NONE ||
            mu_state_find_node_by_name(state, row->name)) {
            state->durations[kept++] = *row;
        }
    }
    state->durations_count = kept;
}

static int
duration_cmp(const struct mu_state_duration *row, const char *name,
             enum mu_task task)
{
    int order = strcmp(row->name, name);

    return order != 0 ? order : (int)row->task - (int)task;
}
