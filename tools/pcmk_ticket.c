/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crm_ticket: tickets of sites, shown and changed. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/cib_edit.h"
#include "tools/pcmk.h"
#include "tools/wish.h"

struct call {
    const char *ticket; /* Null: all. */
    const char *verb;   /* grant, revoke, standby, activate; or null. */
    const char *attribute;
    int what; /* G, q, l, L or w; 0: nothing to show. */
};

static const struct option options[] = {
    {"ticket", required_argument, NULL, 't'},
    {"grant", no_argument, NULL, 'g'},
    {"revoke", no_argument, NULL, 'r'},
    {"standby", no_argument, NULL, 's'},
    {"activate", no_argument, NULL, 'a'},
    {"get-attr", required_argument, NULL, 'G'},
    {"query-xml", no_argument, NULL, 'q'},
    {"info", no_argument, NULL, 'l'},
    {"details", no_argument, NULL, 'L'},
    {"raw", no_argument, NULL, 'w'},
    {"set-attr", required_argument, NULL, 'S'},
    {"delete-attr", required_argument, NULL, 'D'},
    {"attr-value", required_argument, NULL, 'v'},
    {"force", no_argument, NULL, 'f'},
    {"quiet", no_argument, NULL, 'Q'},
    {"timeout", required_argument, NULL, 'T'},
    {NULL, 0, NULL, 0},
};

static int read_words(int argc, char **argv, struct call *call);
static int show(struct mu_tool *tool, const struct call *call);
static int show_one(struct mu_tool *tool, const struct call *call,
                    const struct mu_doc_element *ticket);
static bool is_set(const struct mu_doc_element *ticket, const char *name);

int
mu_pcmk_ticket_run(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {.what = 0};
    int code = read_words(argc, argv, &call);

    if (code) {
        return code;
    }
    if (!call.verb) {
        return show(tool, &call);
    }
    return mu_pcmk_exit_of(mu_wish_send(
        tool, "ticket",
        (const char *[]){"name", call.ticket, "value", call.verb, NULL}));
}

static int
read_words(int argc, char **argv, struct call *call)
{
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "t:grsaG:qlLwS:D:v:d:fQVn:T:", options,
                            NULL)) != -1) {
        switch (c) {
        case 't':
            call->ticket = optarg;
            break;
        case 'g':
            call->verb = "grant";
            break;
        case 'r':
            call->verb = "revoke";
            break;
        case 's':
            call->verb = "standby";
            break;
        case 'a':
            call->verb = "activate";
            break;
        case 'S':
        case 'D':
            (void)fprintf(stderr,
                          "crm_ticket: attribute \"%s\": a ticket keeps whether "
                          "it is granted and in standby, nothing else; leave "
                          "it out\n",
                          optarg);
            return MU_PCMK_ERROR;
        case 'G':
            call->attribute = optarg;
            call->what = c;
            break;
        case '?':
            (void)fprintf(stderr, "crm_ticket: an option is not known or lacks "
                                  "its value\n");
            return MU_PCMK_USAGE;
        default:
            call->what = strchr("qlLw", c) ? c : call->what;
            break;
        }
    }
    if ((call->verb || call->what == 'G' || call->what == 'q') &&
        !call->ticket) {
        (void)fprintf(stderr, "crm_ticket: name the ticket with -t\n");
        return MU_PCMK_USAGE;
    }
    return MU_PCMK_OK;
}

static int
show(struct mu_tool *tool, const struct call *call)
{
    const struct mu_doc_element *root;
    struct mu_cib_edit edit;
    bool is_found = false;
    int code = mu_cib_edit_open(tool, true, &edit);

    if (code) {
        return mu_pcmk_exit_of(code);
    }
    root = mu_doc_root(edit.doc);
    for (const struct mu_doc_element *one = root; one && !code;
         one = mu_doc_walk(one, root)) {
        const char *id = mu_doc_get(one, "id");

        if (mu_doc_is(one, "ticket_state") && id &&
            (!call->ticket || strcmp(id, call->ticket) == 0)) {
            is_found = true;
            code = show_one(tool, call, one);
        }
    }
    mu_cib_edit_close(&edit);
    if (!is_found && call->ticket) {
        (void)fprintf(stderr, "Could not query ticket XML: No such device or "
                              "address\n");
        return MU_PCMK_NOT_THERE;
    }
    return code;
}

static int
show_one(struct mu_tool *tool, const struct call *call,
         const struct mu_doc_element *ticket)
{
    const char *last = mu_doc_get(ticket, "last-granted");
    struct mu_text_buffer text;

    if (call->what == 'G') {
        const char *value = mu_doc_get(ticket, call->attribute);

        if (!value) {
            (void)fprintf(stderr, "crm_ticket: attribute \"%s\": the ticket has "
                                  "none of that name\n",
                          call->attribute);
            return MU_PCMK_NOT_THERE;
        }
        (void)puts(value);
        return MU_PCMK_OK;
    }
    if (call->what == 'q') {
        mu_text_buffer_init(&text, &tool->arena);
        mu_doc_write_line(ticket, &text);
        (void)printf("State XML:\n\n%s\n", text.data);
        return MU_PCMK_OK;
    }
    if (call->what == 'w') {
        (void)puts(mu_doc_get(ticket, "id"));
        return MU_PCMK_OK;
    }
    (void)printf("%s\t%s%s", mu_doc_get(ticket, "id"),
                 is_set(ticket, "granted") ? "granted" : "revoked",
                 is_set(ticket, "standby") ? " [standby]" : "");
    if (call->what == 'L' && last) {
        (void)printf(" (last-granted=%s)", last);
    }
    (void)putchar('\n');
    return MU_PCMK_OK;
}

static bool
is_set(const struct mu_doc_element *ticket, const char *name)
{
    const char *value = mu_doc_get(ticket, name);

    return value && strcmp(value, "true") == 0;
}
