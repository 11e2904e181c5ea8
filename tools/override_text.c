/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/override_text.h"

#include <string.h>

#include "base/text.h"
#include "daemon/api_time.h"
#include "tools/field.h"
#include "tools/table.h"

enum { FOLDED_MAX = 6 };

static const char *author_of(const json_t *override, int64_t now_ms,
                             struct mu_arena *arena);

void
mu_override_text_write(const json_t *status,
                       const struct mu_muster_status_view *view,
                       struct mu_text_buffer *text)
{
    const json_t *overrides = json_object_get(status, "overrides");
    struct mu_table table = {.arena = text->arena,
                             .columns_count = 4,
                             .dispensable = 2,
                             .width = view->width,
                             .is_color = view->is_color};
    const char *now = mu_field_text(status, "now");
    int64_t now_ms = 0;
    const json_t *one;
    size_t i;

    if (json_array_size(overrides) == 0) {
        return;
    }
    if (now && mu_api_time_parse(now, &now_ms) < 0) {
        now_ms = 0;
    }
    mu_table_paint(view->is_color, MU_TABLE_BOLD, "OVERRIDES", text);
    mu_text_buffer_append(text, "\n", 1);
    json_array_foreach(overrides, i, one)
    {
        struct mu_table_row *row;
        const char *clear = mu_field_text(one, "clear");

        if (i >= FOLDED_MAX && !view->is_full) {
            break;
        }
        row = mu_table_add(&table);
        row->indent = 2;
        row->cells[0].text = mu_override_text_sentence(one, text->arena);
        row->cells[1].text = mu_override_text_end(one, now_ms, text->arena);
        row->cells[2].text = author_of(one, now_ms, text->arena);
        row->cells[3].text =
            clear ? mu_text_make(text->arena, "end with: %s", clear) : NULL;
    }
    mu_table_write(&table, text);
    if (i < json_array_size(overrides)) {
        mu_text_buffer_add(text, "  and %zu more: muster status -v\n",
                           json_array_size(overrides) - i);
    }
}

const char *
mu_override_text_sentence(const json_t *override, struct mu_arena *arena)
{
    static const struct {
        const char *kind;
        const char *words;
        bool has_node; /* The node comes after the words. */
    } sentences[] = {
        {"move", "is to be on", true},
        {"prefer", "is to be on", true},
        {"ban", "is kept off", true},
        {"maintenance", "is in maintenance", false},
        {"standby", "is in standby", false},
        {"stopped", "is kept stopped", false},
        {"unmanaged", "is not managed", false},
        {"restart", "is being restarted", false},
        {"stop-all", "keeps all resources stopped", false},
    };
    const char *kind = mu_field_text(override, "kind");
    const char *resource = mu_field_text(override, "resource");
    const char *node = mu_field_text(override, "node");
    const char *subject = resource ? resource : node ? node : "the cluster";

    for (size_t i = 0; kind && i < sizeof(sentences) / sizeof(sentences[0]);
         i++) {
        if (strcmp(sentences[i].kind, kind) == 0) {
            return mu_text_make(arena, "%s %s%s%s", subject,
                                sentences[i].words,
                                sentences[i].has_node ? " " : "",
                                !sentences[i].has_node ? ""
                                : node                 ? node
                                                       : "some nodes");
        }
    }
    return subject;
}

const char *
mu_override_text_end(const json_t *override, int64_t now_ms,
                     struct mu_arena *arena)
{
    const char *until = mu_field_text(override, "until");
    const char *ends = mu_field_text(override, "ends");
    bool is_once = mu_field_is_true(override, "once");
    char span[MU_API_TIME_SIZE];
    char time[MU_API_TIME_SIZE];
    int64_t until_ms;

    if (!until || mu_api_time_parse(until, &until_ms) < 0) {
        return ends ? mu_text_make(arena, "ends %s", ends) : "has no end";
    }
    if (until_ms <= now_ms) {
        return "is over";
    }
    mu_api_time_span(until_ms - now_ms, span);
    if (is_once) {
        return mu_text_make(arena, "ends when done, in %s at the latest",
                            span);
    }
    mu_api_time_format(until_ms, time);
    time[10] = ' ';
    return mu_text_make(arena, "ends in %s, at %.16sZ", span, time);
}

/* "set 2h ago by root: why", as far as it is known. */
static const char *
author_of(const json_t *override, int64_t now_ms, struct mu_arena *arena)
{
    const char *by = mu_field_text(override, "by");
    const char *since = mu_field_text(override, "since");
    const char *message = mu_field_text(override, "message");
    char span[MU_API_TIME_SIZE] = "";
    int64_t since_ms;

    if (since && mu_api_time_parse(since, &since_ms) == 0) {
        mu_api_time_span(now_ms - since_ms, span);
    }
    if (!by && !*span) {
        return NULL;
    }
    return mu_text_make(arena, "set%s%s%s%s%s%s%s", *span ? " " : "", span,
                        *span ? " ago" : "", by ? " by " : "", by ? by : "",
                        message ? ": " : "", message ? message : "");
}
