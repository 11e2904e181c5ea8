/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of revisions: who changed the configuration, and what it was. */

#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"
#include "doc/doc.h"
#include "model/objects.h"

static json_t *revision_build(const struct mu_state *state,
                              const struct mu_revision *revision);
static const char *name_of(const struct mu_revision *revision, char text[64]);

json_t *
mu_api_revisions_build(const struct mu_state *state)
{
    json_t *revisions = json_array();
    char text[64];

    for (uint32_t i = state ? state->revisions.count : 0; i > 0; i--) {
        (void)json_array_append_new(
            revisions, revision_build(state, &state->revisions.items[i - 1]));
    }
    return json_pack("{s:s?, s:o}", "current",
                     state && mu_revision_newest(state)
                         ? name_of(mu_revision_newest(state), text)
                         : NULL,
                     "revisions", revisions);
}

json_t *
mu_api_revision_build(const struct mu_state *state, const char *name,
                      struct mu_arena *scratch, struct mu_errbuf *err)
{
    const struct mu_revision *found = mu_revision_find(state, name, err);
    struct mu_span xml;
    json_t *answer;

    if (!found) {
        return NULL;
    }
    if (mu_revision_content(state, found, scratch, &xml) < 0) {
        mu_errbuf_set(err,
                      "revision %.40s: its content is damaged on this node; "
                      "ask another node",
                      name);
        return NULL;
    }
    answer = revision_build(state, found);
    (void)json_object_set_new(
        answer, "xml", json_stringn((const char *)xml.data, xml.size));
    return answer;
}

uint32_t
mu_api_count_changes(const struct mu_state *state, struct mu_span xml,
                     struct mu_arena *scratch)
{
    struct mu_doc *before = NULL;
    struct mu_doc *after = NULL;
    uint32_t count = 0;

    /* What cannot be read is refused later, with a reason. */
    if (mu_doc_parse(xml, &after, NULL) == 0) {
        if (state && state->config_xml.size > 0 &&
            mu_doc_parse(state->config_xml, &before, NULL) < 0) {
            before = NULL;
        }
        count = mu_objects_count_changes(scratch, before, after);
    }
    mu_doc_free(before);
    mu_doc_free(after);
    return count;
}

static json_t *
revision_build(const struct mu_state *state, const struct mu_revision *revision)
{
    const struct mu_revision_author *author = &revision->author;
    char text[64];

    return json_pack(
        "{s:s, s:o, s:s, s:s, s:s, s:s, s:I, s:b}", "revision",
        name_of(revision, text), "at", mu_api_time_json(author->wall_ms), "by",
        author->user, "node", author->node, "program", author->program,
        "message", author->message, "objects",
        (json_int_t)author->objects_count, "kept",
        mu_revision_has_content(state, revision) ? 1 : 0);
}

static const char *
name_of(const struct mu_revision *revision, char text[64])
{
    (void)mu_text_format(text, 64, "%lld.%lld",
                         (long long)revision->admin_epoch,
                         (long long)revision->config_epoch);
    return text;
}
