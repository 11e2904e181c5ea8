/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks whether what always holds for plans (properties.h) does, for the
 * clusters in files.
 *
 * usage: run_properties CIB...
 *        run_properties --worst CIB...  looks at what follows failures instead
 *        run_properties --carried CIB   prints the <status> after the plan */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cts/sched/properties.h"
#include "model/cib_status.h"
#include "sched/carry.h"
#include "sched/sched.h"

enum { NOW_S = 1700000000 };

static struct mu_span
file_read(struct mu_arena *arena, const char *path)
{
    struct mu_text_buffer text;
    char block[2048];
    size_t size;
    FILE *file = fopen(path, "r");

    mu_text_buffer_init(&text, arena);
    while (file && (size = fread(block, 1, sizeof(block), file)) > 0) {
        mu_text_buffer_append(&text, block, size);
    }
    if (file) {
        (void)fclose(file);
    }
    return (struct mu_span){(const unsigned char *)text.data, text.length};
}

static int
snapshot_read(struct mu_arena *arena, struct mu_span xml,
              struct mu_snapshot **ret_snapshot, struct mu_errbuf *err)
{
    return mu_cib_status_read_cib(arena, xml, (int64_t)NOW_S * 1000,
                                  MU_CONFIG_LENIENT, ret_snapshot, err);
}

/* Returns lines that tell what does not hold, "" for nothing, and how many
 * plans it takes until nothing is left to be done. */
static const char *
cluster_check(struct mu_arena *arena, const char *path, bool is_worst,
              unsigned *ret_plans)
{
    struct mu_span xml = file_read(arena, path);
    struct mu_text_buffer found;
    struct mu_text_buffer other;
    struct mu_snapshot *snapshot;
    struct mu_snapshot *permuted;
    struct mu_errbuf err = {0};

    mu_text_buffer_init(&found, arena);
    mu_text_buffer_init(&other, arena);
    if (snapshot_read(arena, xml, &snapshot, &err) < 0 ||
        mu_properties_permute(xml, &other, &err) < 0 ||
        snapshot_read(
            arena,
            (struct mu_span){(const unsigned char *)other.data, other.length},
            &permuted, &err) < 0) {
        mu_text_buffer_add(&found, "it cannot be read: %s\n", err.text);
        return found.data;
    }
    if (is_worst) {
        mu_properties_check_worst(arena, snapshot, &found);
    } else {
        *ret_plans = mu_properties_check(arena, snapshot, permuted, &found);
    }
    return found.data ? found.data : "";
}

static int
carried_print(const char *path)
{
    struct mu_snapshot *snapshot;
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};
    struct mu_arena arena;
    int r;

    mu_arena_init(&arena, (size_t)1 << 32);
    mu_text_buffer_init(&text, &arena);
    r = snapshot_read(&arena, file_read(&arena, path), &snapshot, &err);
    if (r == 0) {
        snapshot =
            mu_carry_out(&arena, snapshot, mu_sched_plan(&arena, snapshot, 0));
        mu_cib_status_write(snapshot->status, 0, &text);
    }
    printf("%s", r == 0 ? text.data : err.text);
    mu_arena_done(&arena);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    bool is_worst = argc > 1 && strcmp(argv[1], "--worst") == 0;
    int first = is_worst ? 2 : 1;
    int failed = 0;
    int slow = 0;

    if (argc == 3 && strcmp(argv[1], "--carried") == 0) {
        return carried_print(argv[2]);
    }

    for (int i = first; i < argc; i++) {
        const char *name = strrchr(argv[i], '/');
        struct mu_arena arena;
        const char *found;
        unsigned plans = 0;

        mu_arena_init(&arena, (size_t)1 << 32);
        found = cluster_check(&arena, argv[i], is_worst, &plans);
        slow += plans > 1;
        failed += *found != '\0';
        while (*found) {
            size_t length = strcspn(found, "\n");

            printf("%s: %.*s\n", name ? name + 1 : argv[i], (int)length, found);
            found += length + 1;
        }
        mu_arena_done(&arena);
    }
    printf("%d clusters, %d of them take more than one plan, %d failed\n",
           argc - first, slow, failed);
    return failed == 0 && argc > first ? EXIT_SUCCESS : EXIT_FAILURE;
}
