/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crm_resource, as far as agents use it. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "crm/edit.h"
#include "tools/cib_edit.h"
#include "tools/field.h"
#include "tools/live.h"
#include "tools/pcmk.h"
#include "tools/wish.h"

/* What a call of crm_resource asks for. */
struct call {
    int what; /* W locate, F fail, C cleanup, R refresh, B ban,
                 U clear, g get, p set, d delete, l list */
    const char *resource;
    const char *node;
    const char *name;
    const char *value;
    enum mu_edit_set set;
};

static int run(struct mu_tool *tool, const struct call *call);
static int locate(struct mu_tool *tool, const char *resource);
static int show_value(struct mu_tool *tool, const struct call *call);
static int change(struct mu_cib_edit *edit, void *context);

int
mu_pcmk_resource_run(struct mu_tool *tool, int argc, char **argv)
{
    static const struct option options[] = {
        {"resource", required_argument, NULL, 'r'},
        {"node", required_argument, NULL, 'N'},
        {"locate", no_argument, NULL, 'W'},
        {"list-raw", no_argument, NULL, 'l'},
        {"fail", no_argument, NULL, 'F'},
        {"cleanup", no_argument, NULL, 'C'},
        {"refresh", no_argument, NULL, 'R'},
        {"ban", no_argument, NULL, 'B'},
        {"clear", no_argument, NULL, 'U'},
        {"get-parameter", required_argument, NULL, 'g'},
        {"set-parameter", required_argument, NULL, 'p'},
        {"delete-parameter", required_argument, NULL, 'd'},
        {"parameter-value", required_argument, NULL, 'v'},
        {"meta", no_argument, NULL, 'm'},
        {"utilization", no_argument, NULL, 'z'},
        {"quiet", no_argument, NULL, 'Q'},
        {NULL, 0, NULL, 0},
    };
    struct call call = {.set = MU_EDIT_PARAMS};
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "r:N:H:WlFCRBUg:p:d:v:mzQqP", options,
                            NULL)) != -1) {
        switch (c) {
        case 'r':
            call.resource = optarg;
            break;
        case 'N':
        case 'H':
            call.node = optarg;
            break;
        case 'v':
            call.value = optarg;
            break;
        case 'm':
            call.set = MU_EDIT_META;
            break;
        case 'z':
            call.set = MU_EDIT_UTILIZATION;
            break;
        case 'g':
        case 'p':
        case 'd':
            call.name = optarg;
            call.what = c;
            break;
        case 'W':
        case 'l':
        case 'F':
        case 'C':
        case 'R':
        case 'B':
        case 'U':
            call.what = c;
            break;
        default:
            break;
        }
    }
    if (!call.resource && !strchr("lCR", call.what)) {
        (void)fprintf(stderr, "crm_resource: which resource? Name one with "
                              "-r\n");
        return MU_PCMK_USAGE;
    }
    return run(tool, &call);
}

static int
run(struct mu_tool *tool, const struct call *call)
{
    const char *const pairs[] = {call->resource ? "resource" : NULL,
                                 call->resource, call->node ? "node" : NULL,
                                 call->node, NULL};
    struct call copy = *call;
    json_t *status;
    const json_t *one;
    size_t i;
    int code;

    switch (call->what) {
    case 'W':
        return locate(tool, call->resource);
    case 'F':
        return mu_pcmk_exit_of(mu_wish_send(tool, "fail", pairs));
    case 'C':
        return mu_pcmk_exit_of(mu_wish_send(tool, "cleanup", pairs));
    case 'R':
        return mu_pcmk_exit_of(mu_wish_send(tool, "refresh", pairs));
    case 'g':
        return show_value(tool, call);
    case 'p':
    case 'd':
    case 'B':
    case 'U':
        return mu_pcmk_exit_of(mu_cib_edit_run(tool, change, &copy));
    case 'l':
        code = mu_pcmk_exit_of(mu_live_status(tool, &status));
        json_array_foreach(json_object_get(status, "resources"), i, one)
        {
            if (mu_field_is(one, "kind", "primitive")) {
                (void)puts(mu_field_text(one, "id"));
            }
        }
        json_decref(status);
        return code;
    default:
        (void)fprintf(stderr, "crm_resource: this is not one of the uses that "
                              "agents make of it; see: muster resource "
                              "--help\n");
        return MU_PCMK_USAGE;
    }
}

static int
locate(struct mu_tool *tool, const char *resource)
{
    json_t *status;
    const json_t *one;
    bool is_known = false;
    bool is_active = false;
    size_t i;
    int code = mu_pcmk_exit_of(mu_live_status(tool, &status));

    if (code) {
        return code;
    }
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const json_t *node;
        size_t j;

        if (!mu_live_is_below(status, one, resource)) {
            continue;
        }
        is_known = true;
        if (!mu_field_is(one, "kind", "primitive")) {
            continue; /* The members tell it. */
        }
        json_array_foreach(json_object_get(one, "nodes"), j, node)
        {
            is_active = true;
            (void)printf("resource %s is running on: %s %s\n", resource,
                         json_string_value(node),
                         mu_field_is(one, "role", "Promoted") ? "Promoted"
                                                              : "");
        }
    }
    json_decref(status);
    if (!is_known) {
        (void)fprintf(stderr, "crm_resource: there is no resource %s\n",
                      resource);
        return MU_PCMK_NOT_THERE;
    }
    if (!is_active) {
        (void)fprintf(stderr, "resource %s is NOT running\n", resource);
    }
    return MU_PCMK_OK;
}

static int
show_value(struct mu_tool *tool, const struct call *call)
{
    struct mu_cib_edit edit;
    const char *value;
    int code = mu_cib_edit_open(tool, false, &edit);

    if (code) {
        return mu_pcmk_exit_of(code);
    }
    value = mu_edit_get(edit.doc, call->resource, call->set, call->name);
    if (value) {
        (void)puts(value);
    } else {
        (void)fprintf(stderr, "crm_resource: %s does not set %s\n",
                      call->resource, call->name);
        code = MU_PCMK_NOT_THERE;
    }
    mu_cib_edit_close(&edit);
    return code;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct call *call = context;
    const struct mu_edit_place place = {.resource = call->resource,
                                        .node = call->node};
    struct mu_report report;
    int error;

    mu_report_init(&report, &edit->tool->arena);
    if (call->what == 'B') {
        error = mu_edit_ban(edit->doc, &place, &report);
    } else if (call->what == 'U') {
        error = mu_edit_clear(edit->doc, call->resource, call->node, &report);
    } else {
        error = mu_edit_resource(
            edit->doc, call->resource,
            &(struct mu_edit_value){call->set, call->name,
                                    call->what == 'p' ? call->value : NULL},
            &report);
    }
    return error ? mu_tool_fail(edit->tool, "%s",
                                report.count ? report.items[0].text : "refused")
                 : MU_TOOL_OK;
}
