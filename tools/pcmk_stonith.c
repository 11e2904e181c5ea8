/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stonith_admin: fence a node and wait for it, confirm that one is down, and
 * what was fenced before. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "daemon/api_time.h"
#include "tools/client.h"
#include "tools/field.h"
#include "tools/pcmk.h"
#include "tools/wish.h"

enum { WAIT_MS = 120000, LONG_TAG = 1000, LONG_TOLERANCE, LONG_OUTPUT };

struct call {
    int what; /* The letter of the action. */
    const char *node;
    const char *output;
    int64_t timeout_ms;
};

static const struct option options[] = {
    {"reboot", required_argument, NULL, 'B'},
    {"fence", required_argument, NULL, 'F'},
    {"confirm", required_argument, NULL, 'C'},
    {"history", required_argument, NULL, 'H'},
    {"last", required_argument, NULL, 'h'},
    {"list-registered", no_argument, NULL, 'L'},
    {"timeout", required_argument, NULL, 't'},
    {"tag", required_argument, NULL, LONG_TAG},
    {"tolerance", required_argument, NULL, LONG_TOLERANCE},
    {"output-as", required_argument, NULL, LONG_OUTPUT},
    {"verbose", no_argument, NULL, 'V'},
    {"quiet", no_argument, NULL, 'q'},
    {NULL, 0, NULL, 0},
};

static int read_words(int argc, char **argv, struct call *call);
static int fence(struct mu_tool *tool, const struct call *call);
static int fencing_of(struct mu_tool *tool, json_t **ret_fencing);
static const json_t *newest(const json_t *fencing, const char *node);
static int64_t time_ms(const json_t *one, const char *name);
static int history(struct mu_tool *tool, const struct call *call);
static void write_text(const json_t *one);
static void write_xml(const json_t *one);
static const char *outcome(const json_t *one);
static int list_devices(struct mu_tool *tool);

int
mu_pcmk_stonith_run(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {.timeout_ms = WAIT_MS};
    int code = read_words(argc, argv, &call);

    if (code) {
        return code;
    }
    switch (call.what) {
    case 'B':
    case 'F':
        return fence(tool, &call);
    case 'C':
        return mu_pcmk_exit_of(mu_wish_send(
            tool, "confirm", (const char *[]){"node", call.node, NULL}));
    case 'L':
        return list_devices(tool);
    default:
        return history(tool, &call);
    }
}

static int
read_words(int argc, char **argv, struct call *call)
{
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "B:F:C:H:h:Lt:Vq", options, NULL)) !=
           -1) {
        switch (c) {
        case 'B':
        case 'F':
        case 'C':
        case 'H':
        case 'h':
            call->what = c;
            call->node = optarg;
            break;
        case 'L':
            call->what = c;
            break;
        case 't':
            if (mu_text_parse_duration(optarg, &call->timeout_ms) < 0) {
                (void)fprintf(stderr, "stonith_admin: \"%s\": is no time\n",
                              optarg);
                return MU_PCMK_USAGE;
            }
            break;
        case LONG_OUTPUT:
            call->output = optarg;
            break;
        case '?':
            (void)fprintf(stderr, "stonith_admin: an option is not known or "
                                  "lacks its value\n");
            return MU_PCMK_USAGE;
        default: /* What changes nothing here. */
            break;
        }
    }
    if (call->what == 0) {
        (void)fprintf(stderr, "stonith_admin: say --reboot, --fence, "
                              "--confirm or --history, and the node\n");
        return MU_PCMK_USAGE;
    }
    return MU_PCMK_OK;
}

/* Asks, and waits until it has come about. */
static int
fence(struct mu_tool *tool, const struct call *call)
{
    int64_t begin_ms = mu_tool_now_ms();
    int code = mu_pcmk_exit_of(mu_wish_send(
        tool, "fence", (const char *[]){"node", call->node, NULL}));

    while (!code) {
        json_t *fencing = NULL;
        const json_t *one;
        const char *word = "pending";

        code = fencing_of(tool, &fencing);
        one = newest(fencing, call->node);
        /* The clock of the cluster may be behind by a second. */
        if (one && time_ms(one, "ended") >= begin_ms - 2000) {
            word = outcome(one);
        }
        json_decref(fencing);
        if (code || strcmp(word, "success") == 0) {
            return code;
        }
        if (strcmp(word, "failed") == 0) {
            (void)fprintf(stderr, "stonith_admin: %s: not fenced: it was found "
                                  "to be down or back; see: muster status\n",
                          call->node);
            return MU_PCMK_ERROR;
        }
        if (mu_tool_now_ms() - begin_ms > call->timeout_ms) {
            (void)fprintf(stderr, "stonith_admin: %s: not fenced in time; it "
                                  "goes on, see: muster status\n",
                          call->node);
            return MU_PCMK_TIMEOUT;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    }
    return code;
}

/* '*ret_fencing' is a new reference. */
static int
fencing_of(struct mu_tool *tool, json_t **ret_fencing)
{
    json_t *answer = NULL;
    int code = mu_pcmk_exit_of(mu_client_ask(
        tool, json_pack("{s:s, s:b}", "request", "cib", "status", 0), &answer));

    *ret_fencing = json_incref(json_object_get(answer, "fencing"));
    json_decref(answer);
    return code;
}

/* The one that was asked for last. */
static const json_t *
newest(const json_t *fencing, const char *node)
{
    const json_t *found = NULL;
    const json_t *one;
    size_t i;

    json_array_foreach(fencing, i, one)
    {
        if (mu_field_is(one, "target", node) &&
            (!found || time_ms(one, "asked") >= time_ms(found, "asked"))) {
            found = one;
        }
    }
    return found;
}

static int64_t
time_ms(const json_t *one, const char *name)
{
    const char *text = mu_field_text(one, name);
    int64_t ms = 0;

    return text && mu_api_time_parse(text, &ms) == 0 ? ms : 0;
}

static int
history(struct mu_tool *tool, const struct call *call)
{
    bool is_xml = call->output && strcmp(call->output, "xml") == 0;
    json_t *fencing;
    const json_t *one;
    size_t i;
    int code = fencing_of(tool, &fencing);

    if (code) {
        return code;
    }
    if (is_xml) {
        (void)printf("<pacemaker-result api-version=\"2.28\" "
                     "request=\"stonith_admin\">\n  <fence_history "
                     "target=\"%s\">\n",
                     call->node);
    }
    json_array_foreach(fencing, i, one)
    {
        const char *target = mu_field_text(one, "target");

        if (!target || (strcmp(call->node, "*") != 0 &&
                        strcmp(call->node, target) != 0)) {
            continue;
        }
        if (is_xml) {
            write_xml(one);
        } else {
            write_text(one);
        }
    }
    if (is_xml) {
        (void)printf("  </fence_history>\n  <status code=\"0\" "
                     "message=\"OK\"/>\n</pacemaker-result>\n");
    }
    json_decref(fencing);
    return MU_PCMK_OK;
}

static void
write_text(const json_t *one)
{
    const char *by = mu_field_text(one, "by");
    const char *ended = mu_field_text(one, "ended");
    const char *word = outcome(one);

    (void)printf("%s was %s to %s node %s on behalf of musterd from %s%s%s\n",
                 by ? by : "nobody",
                 strcmp(word, "success") == 0   ? "able"
                 : strcmp(word, "pending") == 0 ? "asked"
                                                : "not able",
                 mu_field_text(one, "action"), mu_field_text(one, "target"),
                 by ? by : "nobody", ended ? " at " : "", ended ? ended : "");
}

static void
write_xml(const json_t *one)
{
    const char *by = mu_field_text(one, "by");
    const char *ended = mu_field_text(one, "ended");
    const char *word = outcome(one);

    /* Names of nodes and actions need no escaping; nothing else is told. */
    (void)printf("    <fence_event status=\"%s\" extended-status=\"%s\" "
                 "action=\"%s\" target=\"%s\" client=\"musterd\" "
                 "origin=\"%s\" delegate=\"%s\"%s%s%s/>\n",
                 strcmp(word, "success") == 0 ? "success" : word, word,
                 mu_field_text(one, "action"), mu_field_text(one, "target"),
                 by ? by : "", by ? by : "", ended ? " completed=\"" : "",
                 ended ? ended : "", ended ? "\"" : "");
}

static const char *
outcome(const json_t *one)
{
    const char *state = mu_field_text(one, "state");

    return !state                            ? "pending"
           : strcmp(state, "done") == 0      ? "success"
           : strcmp(state, "cancelled") == 0 ? "failed"
                                             : "pending";
}

/* Devices as they are configured: every node may ask for each. */
static int
list_devices(struct mu_tool *tool)
{
    return mu_pcmk_cibadmin_print_ids(tool,
                                      "//primitive[@class='stonith']");
}
