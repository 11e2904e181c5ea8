/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arbitrary bytes as a CIB: reading must end with a result or an error, and
 * what was read must survive being written, whatever it is. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "doc/doc.h"
#include "model/cib_status.h"
#include "model/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_SIZE_MAX = 512 << 20 };

static void
document_try(struct mu_span xml)
{
    struct mu_arena arena;
    struct mu_text_buffer text;
    struct mu_doc *doc = NULL;
    struct mu_doc *again = NULL;
    struct mu_errbuf err;
    int r;

    if (mu_doc_parse(xml, &doc, &err) < 0) {
        return;
    }
    mu_arena_init(&arena, ARENA_SIZE_MAX);
    mu_text_buffer_init(&text, &arena);
    mu_doc_write_file(doc, &text);
    r = mu_doc_parse(
        (struct mu_span){(const unsigned char *)text.data, text.length}, &again,
        &err);
    mu_assert(r == 0);
    mu_assert(mu_digest_is_equal(mu_doc_digest(mu_doc_root(doc)),
                                 mu_doc_digest(mu_doc_root(again))));
    mu_doc_free(again);
    again = mu_doc_copy(doc);
    mu_assert(mu_digest_is_equal(mu_doc_digest(mu_doc_root(doc)),
                                 mu_doc_digest(mu_doc_root(again))));
    mu_doc_free(again);
    mu_doc_free(doc);
    mu_arena_done(&arena);
}

static void
params_try(struct mu_arena *arena, const struct mu_snapshot *snapshot)
{
    const struct mu_config *config = snapshot->config;
    struct mu_params_cache *cache = mu_params_cache_new(arena, snapshot);
    const struct mu_status_node *node =
        snapshot->status->nodes_count > 0 ? &snapshot->status->nodes[0] : NULL;
    struct mu_config_options options;
    struct mu_instant next = MU_INSTANT_NEVER;

    mu_config_options_at(config, snapshot->now_ms, &options, &next);
    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];

        mu_assert(resource->parent == MU_CONFIG_NONE || resource->parent < i);
        (void)mu_params_meta(
            &(struct mu_params_context){.config = config, .resource = i},
            "target-role", &next);
        if (resource->kind != MU_RESOURCE_PRIMITIVE) {
            continue;
        }
        for (uint32_t k = 0; k < resource->ops_count; k++) {
            const struct mu_config_op *op = &resource->ops[k];

            (void)mu_params_cache_digest(cache, i, node, op->name,
                                         op->interval_ms);
        }
        (void)mu_params_cache_get(cache, i, node, "monitor", 0);
    }
}

static void
cib_try(struct mu_span xml, enum mu_config_strictness strictness)
{
    struct mu_arena arena;
    struct mu_text_buffer texts[2];
    struct mu_snapshot *snapshot = NULL;
    struct mu_errbuf err = {{0}, 0, 0};
    int r;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    if (mu_cib_status_read_cib(&arena, xml, 0, strictness, &snapshot, &err) <
        0) {
        mu_assert(err.text[0]);
        mu_arena_done(&arena);
        return;
    }
    params_try(&arena, snapshot);
    for (unsigned i = 0; i < 2; i++) {
        mu_text_buffer_init(&texts[i], &arena);
        mu_text_buffer_add(&texts[i], "<cib><configuration/>\n");
        mu_cib_status_write(snapshot->status, 1, &texts[i]);
        mu_text_buffer_add(&texts[i], "</cib>");
        r = mu_cib_status_read_cib(
            &arena,
            (struct mu_span){(const unsigned char *)texts[i].data,
                             texts[i].length},
            0, MU_CONFIG_LENIENT, &snapshot, &err);
        mu_assert(r == 0);
    }
    mu_arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_span xml = {data, size};

    document_try(xml);
    cib_try(xml, MU_CONFIG_LENIENT);
    cib_try(xml, MU_CONFIG_STRICT);
    return 0;
}
