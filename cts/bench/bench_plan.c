/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long does the planner alone take: a snapshot in memory -> a plan, as the
 * daemon calls it?
 *
 * usage: bench_plan FILE [ROUNDS]
 *
 * Prints one line: milliseconds of processor time without and with reasons
 * (medians of ROUNDS, one after the other), the least of the first, bytes of
 * the plan's memory, and the count of actions. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/cib_status.h"
#include "sched/sched.h"

enum { ROUNDS_DEFAULT = 5, ROUNDS_MAX = 101 };

static double
milliseconds(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static struct mu_span
file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char *data = NULL;
    size_t size = 0;
    size_t part;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    do {
        data = realloc(data, size + (1 << 20));
        if (!data) {
            abort();
        }
        part = fread(data + size, 1, 1 << 20, file);
        size += part;
    } while (part > 0);
    (void)fclose(file);
    return (struct mu_span){data, size};
}

static int
double_cmp(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;

    return (difference > 0) - (difference < 0);
}

/* The daemon keeps the memory of its plans; the first round finds it cold. */
static double
plan_once(struct mu_arena *arena, const struct mu_snapshot *snapshot,
          unsigned flags, uint32_t *ret_count)
{
    double since = milliseconds();
    const struct mu_plan *plan;

    mu_arena_reset(arena);
    plan = mu_sched_plan(arena, snapshot, flags);
    *ret_count = plan->actions_count;
    return milliseconds() - since;
}

int
main(int argc, char **argv)
{
    int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS_DEFAULT;
    double plain[ROUNDS_MAX];
    double reasoned[ROUNDS_MAX];
    struct mu_arena arena;
    struct mu_arena plan_arena;
    struct mu_snapshot *snapshot;
    struct mu_errbuf err = {{0}, 0, 0};
    struct mu_span xml;
    uint32_t count = 0;
    size_t bytes = 0;

    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_plan FILE [ROUNDS]\n");
        return EXIT_FAILURE;
    }
    xml = file_read(argv[1]);
    mu_arena_init(&arena, SIZE_MAX / 2);
    mu_arena_init(&plan_arena, SIZE_MAX / 2);
    if (mu_cib_status_read_cib(&arena, xml, 0, MU_CONFIG_LENIENT, &snapshot,
                               &err) < 0) {
        fprintf(stderr, "%s:%u: %s\n", argv[1], err.line, err.text);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < rounds; i++) {
        reasoned[i] =
            plan_once(&plan_arena, snapshot, MU_SCHED_REASONS, &count);
        plain[i] = plan_once(&plan_arena, snapshot, 0, &count);
        bytes = plan_arena.used;
    }
    qsort(plain, (size_t)rounds, sizeof(*plain), double_cmp);
    qsort(reasoned, (size_t)rounds, sizeof(*reasoned), double_cmp);
    printf("%.3f %.3f %.3f %zu %u\n", plain[rounds / 2],
           reasoned[rounds / 2], plain[0], bytes, count);
    mu_arena_done(&plan_arena);
    mu_arena_done(&arena);
    free((void *)(uintptr_t)xml.data);
    return EXIT_SUCCESS;
}
