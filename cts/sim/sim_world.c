/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

static bool is_before(const struct mu_sim_event *a,
                      const struct mu_sim_event *b);
static void sift_up(struct mu_sim_world *world, uint32_t index);
static void sift_down(struct mu_sim_world *world);

void
mu_sim_world_init(struct mu_sim_world *world)
{
    memset(world, 0, sizeof(*world));
    mu_arena_init(&world->arena, (size_t)1 << 30);
}

void
mu_sim_world_done(struct mu_sim_world *world)
{
    free(world->heap);
    mu_arena_done(&world->arena);
}

void
mu_sim_world_after(struct mu_sim_world *world, int64_t delay_us,
                   struct mu_sim_event event)
{
    mu_assert(delay_us >= 0);
    mu_assert(event.handler);
    if (world->count == world->capacity) {
        world->capacity = world->capacity ? world->capacity * 2 : 256;
        world->heap =
            realloc(world->heap, world->capacity * sizeof(*world->heap));
        mu_assert(world->heap);
    }
    event.at_us = world->now_us + delay_us;
    event.number = world->next_number++;
    world->heap[world->count++] = event;
    sift_up(world, world->count - 1);
}

bool
mu_sim_world_next(struct mu_sim_world *world, struct mu_sim_event *ret_event)
{
    if (world->count == 0) {
        return false;
    }
    *ret_event = world->heap[0];
    world->heap[0] = world->heap[--world->count];
    sift_down(world);
    mu_assert(ret_event->at_us >= world->now_us);
    world->now_us = ret_event->at_us;
    world->done_count++;
    return true;
}

int64_t
mu_sim_world_draw(struct mu_prng *prng, int64_t low, int64_t high)
{
    mu_assert(low <= high);
    if (prng->state == 0) {
        return low + (high - low) / 2;
    }
    return low + (int64_t)mu_prng_below(prng, (uint64_t)(high - low) + 1);
}

int64_t
mu_sim_world_draw_wide(struct mu_prng *prng, int64_t low, int64_t high)
{
    uint32_t doublings = 0;
    int64_t top;

    mu_assert(low >= 1);
    mu_assert(low <= high);
    while (low <= high >> (doublings + 1)) {
        doublings++;
    }
    low <<= mu_sim_world_draw(prng, 0, doublings);
    top = low * 2 - 1;
    return mu_sim_world_draw(prng, low, top < high ? top : high);
}

bool
mu_sim_world_chance(struct mu_prng *prng, uint32_t per_thousand)
{
    return prng->state != 0 && mu_prng_below(prng, 1000) < per_thousand;
}

static bool
is_before(const struct mu_sim_event *a, const struct mu_sim_event *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->number < b->number;
}

static void
sift_up(struct mu_sim_world *world, uint32_t index)
{
    struct mu_sim_event *heap = world->heap;

    while (index > 0 && is_before(&heap[index], &heap[(index - 1) / 2])) {
        struct mu_sim_event event = heap[index];

        heap[index] = heap[(index - 1) / 2];
        index = (index - 1) / 2;
        heap[index] = event;
    }
}

static void
sift_down(struct mu_sim_world *world)
{
    struct mu_sim_event *heap = world->heap;
    uint32_t index = 0;

    for (;;) {
        uint32_t least = index;

        for (uint32_t child = 2 * index + 1; child <= 2 * index + 2; child++) {
            if (child < world->count && is_before(&heap[child], &heap[least])) {
                least = child;
            }
        }
        if (least == index) {
            return;
        }
        struct mu_sim_event event = heap[index];

        heap[index] = heap[least];
        heap[least] = event;
        index = least;
    }
}
