/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long does it take to read a CIB, and how much memory? Prints one line per
 * step; processor time, because machines are busy. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doc/doc.h"
#include "model/cib_status.h"
#include "model/params.h"

static double
seconds(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void
step(const char *name, double *since, size_t bytes)
{
    double now = seconds();

    printf("%-34s %8.3f s %6zu MB\n", name, now - *since, bytes >> 20);
    *since = seconds();
}

static struct mu_span
file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char *data = NULL;
    size_t size = 0;
    size_t part;

    if (!file) {
        perror(path);
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

static void
params_resolve_all(struct mu_arena *arena, const struct mu_snapshot *snapshot)
{
    struct mu_params_cache *cache = mu_params_cache_new(arena, snapshot);

    for (uint32_t n = 0; n < snapshot->status->nodes_count; n++) {
        for (uint32_t i = 0; i < snapshot->config->resources_count; i++) {
            const struct mu_status_node *node = &snapshot->status->nodes[n];

            if (snapshot->config->resources[i].kind != MU_RESOURCE_PRIMITIVE) {
                continue;
            }
            (void)mu_params_cache_get(cache, i, node, "monitor", 0);
            (void)mu_params_cache_digest(cache, i, node, "start", 0);
            (void)mu_params_cache_digest(cache, i, node, "monitor", 10000);
        }
    }
}

static void
run(const char *path)
{
    struct mu_span xml = file_read(path);
    struct mu_arena arena;
    struct mu_arena scratch;
    struct mu_snapshot *snapshot;
    struct mu_text_buffer text;
    struct mu_errbuf err = {{0}, 0, 0};
    struct mu_doc *doc;
    double since;

    mu_arena_init(&arena, SIZE_MAX / 2);
    mu_arena_init(&scratch, SIZE_MAX / 2);
    since = seconds();
    if (mu_cib_status_read_cib(&arena, xml, 0, MU_CONFIG_LENIENT, &snapshot,
                               &err) < 0) {
        fprintf(stderr, "%s:%u: %s\n", path, err.line, err.text);
        exit(EXIT_FAILURE);
    }
    printf("%s: %zu MB, %u resources, %u nodes\n", path, xml.size >> 20,
           snapshot->config->resources_count, snapshot->status->nodes_count);
    step("read configuration and status", &since, arena.used);
    params_resolve_all(&scratch, snapshot);
    step("resolve parameters on all nodes", &since, scratch.used);
    mu_arena_reset(&scratch);
    mu_text_buffer_init(&text, &scratch);
    since = seconds();
    mu_cib_status_write(snapshot->status, 1, &text);
    step("write the status", &since, text.length);
    if (mu_doc_parse(xml, &doc, &err) == 0) {
        step("parse the whole as a tree", &since, xml.size);
        (void)mu_doc_digest(mu_doc_root(doc));
        step("digest of the tree", &since, 0);
        mu_doc_free(doc);
    }
    mu_arena_done(&scratch);
    mu_arena_done(&arena);
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        run(argv[i]);
    }
    return EXIT_SUCCESS;
}
