/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Move: place resources by hand. A move is an intention with an end: the
 * cluster takes its constraint back when the resource is there, or cannot get
 * there, whatever becomes of this process; here it is only followed. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crm/edit.h"
#include "daemon/api_time.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/foresee.h"
#include "tools/live.h"
#include "tools/moment.h"
#include "tools/tell.h"

enum {
    MOVE_LIMIT_MS = 3600000,  /* A move ends after that in any case. */
    MOVE_WAIT_MS = 600000,    /* So long it is followed. */
};

/* What the words ask for. */
struct place {
    enum {
        PLACE_MOVE,
        PLACE_BAN,
        PLACE_CLEAR,
    } kind;
    const char *resource;
    const char *node;  /* Null: the tool finds one. */
    const char *until; /* Null: no end. */
    bool is_once;      /* A move that ends when it has come about. */
    bool is_there;     /* It runs there already. */
    const char *note;  /* What comes after it, for --dry-run. */
};

static int place(struct mu_tool *tool, int argc, char **argv,
                 struct place *place);
static int read_words(struct mu_tool *tool, int argc, char **argv,
                      struct place *place);
static int read_end(struct mu_tool *tool, const char *span, bool is_staying,
                    struct place *place);
static int change(struct mu_cib_edit *edit, void *context);
static int find_node(struct mu_cib_edit *edit, struct place *place);
static int judge(struct mu_cib_edit *edit, struct place *place);
static int put(struct mu_doc *doc, const struct place *place,
               struct mu_report *report);
static int follow(struct mu_tool *tool, const struct place *place);
static bool is_over(const json_t *status, void *context);
static int tell(struct mu_tool *tool, const struct place *place,
                const json_t *status, int64_t took_ms);

int
mu_muster_move_run(struct mu_tool *tool, int argc, char **argv)
{
    return place(tool, argc, argv, &(struct place){.kind = PLACE_MOVE});
}

int
mu_muster_move_ban(struct mu_tool *tool, int argc, char **argv)
{
    return place(tool, argc, argv, &(struct place){.kind = PLACE_BAN});
}

int
mu_muster_move_clear(struct mu_tool *tool, int argc, char **argv)
{
    struct place place = {.kind = PLACE_CLEAR,
                          .resource = argc > 0 ? argv[0] : NULL,
                          .node = argc > 1 ? argv[1] : NULL};

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name a resource, and a node if only its "
                                   "ban is to end");
    }
    return mu_cib_edit_run(tool, change, &place);
}

static int
place(struct mu_tool *tool, int argc, char **argv, struct place *place)
{
    bool is_live = !tool->file && !tool->draft;
    bool was_json = tool->is_json;
    bool was_quiet = tool->is_quiet;
    bool was_waiting = tool->is_waiting;
    int code = read_words(tool, argc, argv, place);

    if (code) {
        return code;
    }
    if (!is_live) {
        if (!place->node) {
            return mu_tool_usage(tool, "name the node as well");
        }
        /* Nobody would take it back. */
        place->until = place->is_once ? NULL : place->until;
        place->is_once = false;
        return mu_cib_edit_run(tool, change, place);
    }
    if (!place->is_once || tool->is_dry_run) {
        code = mu_cib_edit_run_seeing(tool, change, place);
        if (!code && tool->is_dry_run && place->note && !tool->is_json) {
            (void)printf("%s\n", place->note);
        }
        return code;
    }
    /* One answer at the end, about the move and not about the revision. */
    tool->is_json = false;
    tool->is_quiet = true;
    tool->is_waiting = false;
    code = mu_cib_edit_run_seeing(tool, change, place);
    tool->is_json = was_json;
    tool->is_quiet = was_quiet;
    tool->is_waiting = was_waiting;
    return code ? code : follow(tool, place);
}

/* RESOURCE [NODE] [LIFETIME] [force] [--for SPAN] [--stay] */
static int
read_words(struct mu_tool *tool, int argc, char **argv, struct place *place)
{
    const char *span = NULL;
    bool is_staying;
    int code;

    (void)mu_tool_take_option(&argc, argv, "--for", &span);
    is_staying = mu_tool_take_option(&argc, argv, "--stay", NULL);
    if (argc > 1 && strcmp(argv[argc - 1], "force") == 0) {
        tool->is_forced = true;
        argc--;
    }
    if (argc > 1 && strcmp(argv[argc - 1], "forever") == 0) {
        is_staying = true;
        argc--;
    } else if (argc > 1 && !span) {
        code = mu_moment_read(tool, argv[argc - 1], &place->until);
        if (code) {
            return code;
        }
        argc -= place->until ? 1 : 0;
    }
    if (argc < 1 || argc > 3) {
        return mu_tool_usage(tool, "name a resource, a node, and for how "
                                   "long if it is to end");
    }
    if (argc == 3) {
        return mu_tool_usage(tool,
                             "%s: is neither a date nor a duration such "
                             "as PT5M",
                             argv[2]);
    }
    place->resource = argv[0];
    place->node = argc == 2 ? argv[1] : NULL;
    return read_end(tool, span, is_staying, place);
}

static int
read_end(struct mu_tool *tool, const char *span, bool is_staying,
         struct place *place)
{
    if ((span || place->until) && is_staying) {
        return mu_tool_usage(tool, "it stays or it has an end: say one of the "
                                   "two");
    }
    if (span) {
        return mu_moment_after(tool, "--for", span, &place->until);
    }
    if (place->kind == PLACE_MOVE && !place->until && !is_staying) {
        place->is_once = true;
        place->until = mu_moment_text(tool, mu_tool_now_ms() + MOVE_LIMIT_MS);
    }
    return MU_TOOL_OK;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    struct place *place = context;
    struct mu_tool *tool = edit->tool;
    bool is_live = edit->has_status && !tool->file && !tool->draft;
    struct mu_report report;
    struct mu_doc *old = NULL;
    int code = MU_TOOL_OK;

    mu_report_init(&report, &tool->arena);
    if (is_live && !place->node && place->kind != PLACE_CLEAR) {
        code = find_node(edit, place);
    }
    if (!code && place->is_once) {
        old = mu_doc_copy(edit->doc);
    }
    if (!code && put(edit->doc, place, &report)) {
        code = MU_TOOL_FAILED;
    }
    mu_tell_report(tool, NULL, "", &report, code != 0);
    if (!code && is_live && place->kind == PLACE_MOVE) {
        code = judge(edit, place);
    }
    if (!code && place->is_once && place->is_there) {
        mu_doc_free(edit->doc); /* There is nothing to be done. */
        edit->doc = old;
        old = NULL;
    }
    mu_doc_free(old);
    return code;
}

/* A ban without a node is about the one where it runs, a move without one goes
 * where the cluster would put it if that were banned. */
static int
find_node(struct mu_cib_edit *edit, struct place *place)
{
    struct mu_tool *tool = edit->tool;
    struct mu_foresee foresee;
    struct place ban = *place;
    struct mu_report report;
    struct mu_doc *doc;
    int code = mu_foresee_make(tool, edit->doc, &foresee);

    if (code) {
        return code;
    }
    ban.node = mu_foresee_place(&foresee, place->resource, false);
    if (!ban.node) {
        return mu_tool_fail(tool, "%s: runs nowhere; name the node",
                            place->resource);
    }
    if (place->kind == PLACE_BAN) {
        place->node = ban.node;
        return MU_TOOL_OK;
    }
    ban.kind = PLACE_BAN;
    ban.until = NULL;
    ban.is_once = false;
    mu_report_init(&report, &tool->arena);
    doc = mu_doc_copy(edit->doc);
    code = put(doc, &ban, &report) ? MU_TOOL_FAILED
                                   : mu_foresee_make(tool, doc, &foresee);
    mu_doc_free(doc);
    if (code) {
        mu_tell_report(tool, NULL, "", &report, true);
        return code;
    }
    place->node = mu_foresee_place(&foresee, place->resource, true);
    if (!place->node) {
        return mu_tool_fail(tool,
                            "%s: there is no other node for it; see: muster "
                            "why %s",
                            place->resource, place->resource);
    }
    return MU_TOOL_OK;
}

/* Refuses a move that leads nowhere, or back. */
static int
judge(struct mu_cib_edit *edit, struct place *place)
{
    struct mu_tool *tool = edit->tool;
    struct mu_foresee foresee;
    const char *back;
    const char *why = NULL;
    int code = mu_foresee_make(tool, edit->doc, &foresee);

    if (code) {
        return code;
    }
    if (!mu_foresee_is_at(&foresee, place->resource, place->node, true)) {
        why = mu_foresee_reason(&foresee, place->resource, place->node);
        if (!tool->is_forced) {
            return mu_tool_fail(
                tool,
                "%s: would not get to %s%s%s; see: muster why %s %s",
                place->resource, place->node, why ? ": " : "", why ? why : "",
                place->resource, place->node);
        }
        place->note = "it would not get there, and the move would be given up";
        return MU_TOOL_OK;
    }
    if (!place->is_once) {
        return MU_TOOL_OK;
    }
    place->is_there =
        mu_foresee_is_at(&foresee, place->resource, place->node, false);
    code = mu_foresee_return(tool, edit->doc, &foresee, place->resource,
                             place->node, &back, &why);
    if (code) {
        return code;
    }
    if (!back) {
        place->note =
            mu_text_make(&tool->arena,
                         "when %s is there the constraint goes, and it stays",
                         place->resource);
        return MU_TOOL_OK;
    }
    place->note = mu_text_make(
        &tool->arena,
        "when %s is there the constraint goes, and it goes back to %s%s%s",
        place->resource, back, why ? ": " : "", why ? why : "");
    if (!tool->is_forced && !tool->is_dry_run) {
        return mu_tool_fail(
            tool,
            "%s: would go back to %s when the move is over%s%s; keep it on %s "
            "with --stay, or for a time with --for 2h",
            place->resource, back, why ? ": " : "", why ? why : "",
            place->node);
    }
    return MU_TOOL_OK;
}

static int
put(struct mu_doc *doc, const struct place *place, struct mu_report *report)
{
    const struct mu_edit_place where = {.resource = place->resource,
                                        .node = place->node,
                                        .until = place->until,
                                        .is_once = place->is_once};

    switch (place->kind) {
    case PLACE_MOVE:
        return mu_edit_move(doc, &where, report);
    case PLACE_BAN:
        return mu_edit_ban(doc, &where, report);
    case PLACE_CLEAR:
        return mu_edit_clear(doc, place->resource, place->node, report);
    }
    return -EINVAL;
}

/* Waits until the cluster has taken the constraint back, and tells what has
 * come of it. */
static int
follow(struct mu_tool *tool, const struct place *place)
{
    int64_t began_ms = mu_tool_now_ms();
    json_t *status;
    bool is_done;
    int code = mu_live_wait(
        tool, tool->timeout_ms >= 0 ? tool->timeout_ms : (int64_t)MOVE_WAIT_MS,
        is_over, (void *)(uintptr_t)place->resource, &status, &is_done);

    if (code) {
        return code;
    }
    if (!is_done) {
        code = mu_tool_fail(tool,
                            "%s: is still on its way; the cluster goes on with "
                            "it and ends the move by itself; see: muster "
                            "status",
                            place->resource);
    } else {
        code = tell(tool, place, status, mu_tool_now_ms() - began_ms);
    }
    json_decref(status);
    return code;
}

static bool
is_over(const json_t *status, void *context)
{
    return !mu_live_is_intended(status, "move", context);
}

static int
tell(struct mu_tool *tool, const struct place *place, const json_t *status,
     int64_t took_ms)
{
    const char *places = mu_live_places(tool, status, place->resource);
    bool is_there = strstr(places, place->node) != NULL;
    const char *reason = mu_live_reason(status, place->resource);
    char span[MU_API_TIME_SIZE];

    if (tool->is_json) {
        json_t *answer =
            json_pack("{s:s, s:s, s:b, s:s, s:I}", "resource", place->resource,
                      "node", place->node, "moved", is_there ? 1 : 0, "places",
                      places, "took_ms", (json_int_t)took_ms);

        mu_tool_print_json(answer);
        json_decref(answer);
    }
    if (!is_there) {
        return mu_tool_fail(tool,
                            "%s: did not get to %s%s%s; it runs on %s, and "
                            "the move has ended; see: muster why %s %s",
                            place->resource, place->node, reason ? ": " : "",
                            reason ? reason : "",
                            *places ? places : "no node", place->resource,
                            place->node);
    }
    mu_api_time_span(took_ms, span);
    if (place->is_there) {
        mu_tool_say(tool, "%s runs on %s already", place->resource,
                    place->node);
    } else {
        mu_tool_say(tool, "%s runs on %s after %s; nothing is left behind",
                    place->resource, places, span);
    }
    return MU_TOOL_OK;
}
