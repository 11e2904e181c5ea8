/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole <cib>: configuration and status as other tools know them. */

#include <inttypes.h>

#include "base/text.h"
#include "daemon/api_status.h"
#include "daemon/api_time.h"
#include "doc/doc.h"
#include "model/cib_status.h"

static json_t *nodes_build(const struct mu_state *state);
static void add_attribute(struct mu_text_buffer *text, const char *name,
                          const char *value);

json_t *
mu_api_cib_build(const struct mu_api_sight *sight, bool with_status,
                 struct mu_arena *scratch)
{
    const struct mu_state *state = sight->state;
    const struct mu_revision *newest =
        state ? mu_revision_newest(state) : NULL;
    struct mu_text_buffer text;
    char when[MU_API_TIME_SIZE];

    if (!state || (!state->config && sight->phase != MU_CORE_ACTIVE)) {
        return NULL;
    }
    mu_text_buffer_init(&text, scratch);
    mu_text_buffer_add(&text,
                       "<cib crm_feature_set=\"3.16.1\" "
                       "validate-with=\"pacemaker-3.9\" "
                       "admin_epoch=\"%" PRId64 "\" epoch=\"%" PRId64
                       "\" num_updates=\"%" PRIu64 "\" have-quorum=\"%d\" "
                       "dc-uuid=\"%" PRIu32 "\"",
                       state->admin_epoch, state->config_epoch, state->version,
                       sight->is_quorate ? 1 : 0, sight->coordinator);
    if (newest) {
        mu_api_time_format(newest->author.wall_ms, when);
        add_attribute(&text, "cib-last-written", when);
        add_attribute(&text, "update-user", newest->author.user);
        add_attribute(&text, "update-origin", newest->author.node);
        add_attribute(&text, "update-client", newest->author.program);
    }
    mu_text_buffer_add(&text, " execution-date=\"%" PRId64 "\"",
                       sight->wall_ms / 1000);
    if (state->had_quorum) {
        /* "Not quorate, but was once" is what the peer writes here. */
        mu_text_buffer_add(&text, " no-quorum-panic=\"1\"");
    }
    mu_text_buffer_append(&text, ">\n", 2);
    if (state->config) {
        mu_text_buffer_append(&text, (const char *)state->config_xml.data,
                              state->config_xml.size);
        mu_text_buffer_append(&text, "\n", 1);
    } else {
        /* A cluster that has never been configured. */
        mu_text_buffer_add(&text, "  <configuration>\n    <crm_config/>\n"
                                  "    <nodes/>\n    <resources/>\n"
                                  "    <constraints/>\n  </configuration>\n");
    }
    if (with_status && sight->snapshot) {
        mu_cib_status_write(sight->snapshot->status, 1, &text);
    }
    mu_text_buffer_add(&text, "</cib>\n");
    return json_pack("{s:s%, s:s, s:o, s:o}", "xml", text.data, text.length,
                     "base", mu_api_revision(state, scratch, false), "nodes",
                     nodes_build(state), "fencing",
                     mu_api_status_fencing(sight, scratch));
}

/* The nodes of the ring: a configuration need not list them. */
static json_t *
nodes_build(const struct mu_state *state)
{
    json_t *nodes = json_array();

    for (uint32_t i = 0; i < state->nodes_count; i++) {
        (void)json_array_append_new(
            nodes, json_pack("{s:I, s:s}", "id", (json_int_t)state->nodes[i].id,
                             "name", state->nodes[i].name));
    }
    return nodes;
}

static void
add_attribute(struct mu_text_buffer *text, const char *name, const char *value)
{
    mu_text_buffer_add(text, " %s=\"", name);
    mu_doc_write_value(value, text);
    mu_text_buffer_append(text, "\"", 1);
}
