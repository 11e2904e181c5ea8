/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/earlier.h"

#include "base/text.h"
#include "doc/doc.h"

static const char *revision_name(struct mu_arena *arena,
                                 const struct mu_revision *revision);

const struct mu_config *
mu_earlier_read(struct mu_arena *arena, const struct mu_state *state,
                const struct mu_revision *revision, size_t *budget)
{
    const struct mu_config *config;
    struct mu_errbuf err = {.text = ""};
    struct mu_doc *doc;
    struct mu_span xml;
    int r;

    if (!mu_revision_has_content(state, revision) ||
        mu_revision_content(state, revision, arena, &xml) < 0 ||
        xml.size > *budget || mu_doc_parse(xml, &doc, &err) < 0) {
        return NULL;
    }
    *budget -= xml.size;
    r = mu_config_read(arena, doc, MU_CONFIG_LENIENT, &config, &err);
    mu_doc_free(doc);
    return r < 0 ? NULL : config;
}

const struct mu_snapshot_earlier *
mu_earlier_list(struct mu_arena *arena, const struct mu_state *state,
                uint32_t *ret_count)
{
    const struct mu_revisions *log = &state->revisions;
    struct mu_snapshot_earlier *list =
        mu_arena_new(arena, struct mu_snapshot_earlier, (size_t)log->count + 1);
    size_t budget = MU_EARLIER_SIZE_MAX;
    uint32_t count = 0;

    for (uint32_t i = log->count; i > 1; i--) {
        const struct mu_config *config =
            mu_earlier_read(arena, state, &log->items[i - 2], &budget);

        if (!config) {
            break;
        }
        list[count++] = (struct mu_snapshot_earlier){
            .config = config,
            .revision = revision_name(arena, &log->items[i - 1])};
    }
    *ret_count = count;
    return list;
}

/* "0.12 (root)" */
static const char *
revision_name(struct mu_arena *arena, const struct mu_revision *revision)
{
    const char *user = revision->author.user;

    return mu_text_make(arena, "%lld.%lld%s%s%s",
                        (long long)revision->admin_epoch,
                        (long long)revision->config_epoch, *user ? " (" : "",
                        user, *user ? ")" : "");
}
