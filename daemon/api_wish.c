/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wishes: JSON requests that change something, as events for the core. */

#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"

struct wish {
    const char *name;
    enum mu_request_type type;
    bool needs_resource;
    bool needs_node;
    bool is_all;
};

static const struct wish wishes[] = {
    {"config", MU_REQUEST_CONFIG, false, false, false},
    {"cleanup", MU_REQUEST_CLEANUP, false, false, false},
    {"refresh", MU_REQUEST_CLEANUP, false, false, true},
    {"attribute", MU_REQUEST_ATTRIBUTE, false, true, false},
    {"fence", MU_REQUEST_FENCE, false, true, false},
    {"confirm", MU_REQUEST_CONFIRM, false, true, false},
    {"ticket", MU_REQUEST_TICKET, false, false, false},
    {"fail", MU_REQUEST_FAIL, true, false, false},
    {"survey", MU_REQUEST_SURVEY, false, false, false},
};

static const char *check_wish(const struct wish *wish, const json_t *json,
                              struct mu_event_request *request);
static const char *read_line(const json_t *wish, const char *name,
                             struct mu_arena *scratch);
static const char *read_text(const json_t *wish, const char *name,
                             struct mu_arena *scratch);

bool
mu_api_wish_read(const char *name, const json_t *wish,
                 const struct mu_api_credentials *credentials,
                 struct mu_event_request *ret_request, const char **ret_text,
                 struct mu_arena *scratch)
{
    const struct wish *found = NULL;
    const json_t *xml = json_object_get(wish, "xml");

    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        if (strcmp(wishes[i].name, name) == 0) {
            found = &wishes[i];
        }
    }
    if (!found) {
        return false;
    }
    ret_request->type = found->type;
    ret_request->user = credentials->user;
    ret_request->is_all = found->is_all;
    ret_request->message = read_line(wish, "message", scratch);
    ret_request->program = read_line(wish, "program", scratch);
    ret_request->resource = read_text(wish, "resource", scratch);
    ret_request->node = read_text(wish, "node", scratch);
    ret_request->name = read_text(wish, "name", scratch);
    ret_request->value = read_text(wish, "value", scratch);
    ret_request->base_revision = read_text(wish, "base", scratch);
    if (json_is_string(xml)) {
        ret_request->xml =
            (struct mu_span){mu_arena_copy(scratch, json_string_value(xml),
                                           json_string_length(xml)),
                             json_string_length(xml)};
    }
    *ret_text = check_wish(found, wish, ret_request);
    return true;
}

/* Returns a sentence when something is missing, else null. */
static const char *
check_wish(const struct wish *wish, const json_t *json,
           struct mu_event_request *request)
{
    if (wish->needs_node && !request->node) {
        return "the request names no node";
    }
    if (wish->needs_resource && !request->resource) {
        return "the request names no resource";
    }
    if (wish->type == MU_REQUEST_CONFIG && request->xml.size == 0) {
        return "the request holds no configuration (\"xml\")";
    }
    if ((wish->type == MU_REQUEST_ATTRIBUTE ||
         wish->type == MU_REQUEST_TICKET) &&
        !request->name) {
        return "the request names no attribute or ticket (\"name\")";
    }
    if (wish->type == MU_REQUEST_TICKET && !request->value) {
        return "the request says not what to do with the ticket (\"value\")";
    }
    if (json_object_get(json, "xml") &&
        !json_is_string(json_object_get(json, "xml"))) {
        return "\"xml\" must be text";
    }
    return NULL;
}

/* Texts for the record stand in lines, on terminals. */
static const char *
read_line(const json_t *wish, const char *name, struct mu_arena *scratch)
{
    char *text =
        mu_arena_strdup(scratch,
                        json_string_value(json_object_get(wish, name)));

    for (char *at = text; at && *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            *at = ' ';
        }
    }
    return text;
}

static const char *
read_text(const json_t *wish, const char *name, struct mu_arena *scratch)
{
    return mu_arena_strdup(scratch,
                           json_string_value(json_object_get(wish, name)));
}
