/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Top: a full screen that shows the cluster as it is, drawn again at each
 * event. The lines come from top_view.c; here they are only drawn. */

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/capture.h"
#include "tools/commands.h"
#include "tools/muster_ipc.h"
#include "tools/top_view.h"

enum {
    ANSWER_MS = 5000,
    OPEN_MS = 1000,
    RETRY_MS = 1000, /* Between tries while there is no daemon. */
    TICK_MS = 500,   /* Progress of what is in flight. */
    CALM_MS = 5000,  /* Ages, when nothing is in flight. */
    BURST_MS = 20,   /* Events come in bursts: draw once for all of them. */
    EVENTS_MAX = 500,
    REASONS_MS = 3000,
    REASONS_SIZE_MAX = 1 << 18,
    ESCAPE = 27,
};
#define ARENA_SIZE_MAX ((size_t)1 << 28)

struct top {
    struct mu_tool *tool;
    struct mu_muster_ipc *ipc; /* Null while there is no daemon. */
    struct mu_top_view view;
    struct mu_top_view_input input;
    json_t *status;
    json_t *plan;
    json_t *events;
    char *item;    /* On the heap: name on the screen of one thing. */
    char *reasons; /* On the heap. */
    int64_t fetched_ms;
    int64_t tried_ms;
    bool is_over;
};

static void screen_open(const struct mu_tool *tool);
static void turn(struct top *top);
static void fetch(struct top *top);
static json_t *ask(struct top *top, const char *name);
static void lose(struct top *top);
static void take_events(struct top *top);
static void take_key(struct top *top, int key);
static void enter(struct top *top);
static void reasons_read(struct top *top);
static void draw(struct top *top);

int
mu_muster_top_run(struct mu_tool *tool, int argc, char **argv)
{
    struct top top = {.tool = tool, .view.is_ascii = tool->is_ascii};

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !getenv("TERM")) {
        return mu_tool_fail(tool, "a terminal is needed; without one take: "
                                  "muster status --watch");
    }
    top.events = json_array();
    screen_open(tool);
    fetch(&top);
    while (!top.is_over) {
        draw(&top);
        turn(&top);
    }
    (void)endwin();
    mu_muster_ipc_close(top.ipc);
    json_decref(top.status);
    json_decref(top.plan);
    json_decref(top.events);
    free(top.item);
    free(top.reasons);
    return MU_TOOL_OK;
}

static void
screen_open(const struct mu_tool *tool)
{
    (void)setlocale(LC_CTYPE, "");
    (void)initscr();
    (void)cbreak();
    (void)noecho();
    (void)keypad(stdscr, TRUE);
    (void)nodelay(stdscr, TRUE);
    (void)curs_set(0);
    (void)set_escdelay(25);
    if (tool->is_color && has_colors()) {
        (void)start_color();
        (void)use_default_colors();
        (void)init_pair(MU_TABLE_GREEN, COLOR_GREEN, -1);
        (void)init_pair(MU_TABLE_YELLOW, COLOR_YELLOW, -1);
        (void)init_pair(MU_TABLE_RED, COLOR_RED, -1);
    }
}

/* Waits for a key, an event or the next tick. */
static void
turn(struct top *top)
{
    bool is_flying = json_array_size(json_object_get(top->plan, "flights")) > 0;
    struct pollfd fds[2] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = top->ipc ? mu_muster_ipc_get_fd(top->ipc) : -1,
         .events = POLLIN}};
    int key;

    (void)poll(fds, 2, !top->ipc ? RETRY_MS : is_flying ? TICK_MS : CALM_MS);
    while ((key = getch()) != ERR) {
        take_key(top, key);
    }
    if (top->ipc && fds[1].revents) {
        take_events(top);
        fetch(top);
    } else if (!top->ipc && mu_tool_now_ms() - top->tried_ms >= RETRY_MS) {
        fetch(top);
    } else if (top->ipc && mu_tool_now_ms() - top->fetched_ms >= CALM_MS) {
        fetch(top);
    }
}

/* Asks for all that the screen shows; connects first when that is needed. */
static void
fetch(struct top *top)
{
    struct mu_errbuf err = {0};
    json_t *status;
    json_t *plan;

    top->tried_ms = mu_tool_now_ms();
    if (!top->ipc) {
        json_t *history;

        if (mu_muster_ipc_open(NULL, OPEN_MS, &top->ipc, &err)) {
            top->ipc = NULL;
            lose(top);
            return;
        }
        json_decref(ask(top, "events"));
        history = ask(top, "history");
        if (json_is_array(json_object_get(history, "notes"))) {
            json_decref(top->events);
            top->events = json_incref(json_object_get(history, "notes"));
        }
        json_decref(history);
    }
    status = ask(top, "status");
    plan = ask(top, "plan");
    if (!status || !plan) {
        json_decref(status);
        json_decref(plan);
        lose(top);
        return;
    }
    json_decref(top->status);
    json_decref(top->plan);
    top->status = status;
    top->plan = plan;
    top->fetched_ms = mu_tool_now_ms();
    top->input.trouble = NULL;
}

/* Returns the answer, or null and the connection is closed. */
static json_t *
ask(struct top *top, const char *name)
{
    struct mu_errbuf err = {0};
    char request[64];
    char *text = NULL;
    json_t *answer;
    json_t *result;

    if (!top->ipc) {
        return NULL;
    }
    mu_text_format(request, sizeof(request), "{\"request\":\"%s\"}", name);
    if (mu_muster_ipc_request(top->ipc, request, strlen(request), ANSWER_MS,
                              &text, &err)) {
        lose(top);
        return NULL;
    }
    answer = json_loads(text, JSON_ALLOW_NUL, NULL);
    result = json_incref(json_object_get(answer, "result"));
    json_decref(answer);
    free(text);
    return result;
}

static void
lose(struct top *top)
{
    mu_muster_ipc_close(top->ipc);
    top->ipc = NULL;
    top->input.trouble = top->status ? "no daemon, retrying; this was the "
                                       "state when it was last heard"
                                     : "no daemon, retrying; start it with: "
                                       "systemctl start musterd";
}

static void
take_events(struct top *top)
{
    struct mu_errbuf err = {0};
    char *text;

    for (unsigned i = 0; top->ipc && i < EVENTS_MAX; i++) {
        int error = mu_muster_ipc_next_event(top->ipc, BURST_MS, &text, &err);

        if (error == -ETIMEDOUT) {
            return;
        }
        if (error) {
            lose(top);
            return;
        }
        (void)json_array_append_new(top->events, json_loads(text, 0, NULL));
        free(text);
        if (json_array_size(top->events) > EVENTS_MAX) {
            (void)json_array_remove(top->events, 0);
        }
    }
}

static void
take_key(struct top *top, int key)
{
    struct mu_top_view *view = &top->view;
    bool is_main = view->screen == MU_TOP_VIEW_MAIN;
    size_t *at = is_main ? &view->selected : &view->first;
    size_t page = view->height > 4 ? view->height - 4 : 1;

    switch (key) {
    case KEY_UP:
    case 'k':
        *at -= *at > 0 ? 1 : 0;
        break;
    case KEY_DOWN:
    case 'j':
        *at += 1;
        break;
    case KEY_PPAGE:
        *at = *at > page ? *at - page : 0;
        break;
    case KEY_NPAGE:
        *at += page;
        break;
    case KEY_HOME:
    case 'g':
        *at = 0;
        break;
    case '\n':
    case '\r':
    case KEY_ENTER:
    case KEY_RIGHT:
        if (is_main) {
            enter(top);
        }
        break;
    case ESCAPE:
    case KEY_LEFT:
    case KEY_BACKSPACE:
        view->screen = MU_TOP_VIEW_MAIN;
        view->first = 0;
        break;
    case 'q':
        top->is_over = true;
        break;
    default:
        break; /* KEY_RESIZE too: each drawing takes the size anew. */
    }
}

static void
enter(struct top *top)
{
    enum mu_top_view_screen screen;
    const char *name;

    top->input.status = top->status;
    name = mu_top_view_selected(&top->input, &top->view, &screen);
    if (!name) {
        return;
    }
    free(top->item);
    free(top->reasons);
    top->reasons = NULL;
    top->item = strdup(name);
    top->view.item = top->item;
    top->view.screen = screen;
    top->view.first = 0;
    if (screen == MU_TOP_VIEW_RESOURCE && top->item) {
        reasons_read(top);
    }
}

/* The reasons are those of 'muster why', and so it is asked. */
static void
reasons_read(struct top *top)
{
    struct mu_arena arena;
    char *text = NULL;
    size_t size;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    if (mu_capture_run(&arena,
                       &(struct mu_capture){.timeout_ms = REASONS_MS,
                                            .size_max = REASONS_SIZE_MAX,
                                            .with_errors = true,
                                            .is_truncated = true,
                                            .keeps_environment = true},
                       (const char *[]){"/proc/self/exe", "why", top->item,
                                        NULL},
                       &text, &size) != -ETIMEDOUT &&
        text) {
        top->reasons = strdup(text);
    }
    mu_arena_done(&arena);
}

static void
draw(struct top *top)
{
    struct mu_top_view_lines lines;
    struct mu_arena arena;
    int height;
    int width;

    getmaxyx(stdscr, height, width);
    top->view.height = height > 0 ? (unsigned)height : 1;
    top->view.width = width > 0 ? (unsigned)width : 1;
    top->input.status = top->status;
    top->input.plan = top->plan;
    top->input.events = top->events;
    top->input.reasons = top->reasons;
    top->input.elapsed_ms = mu_tool_now_ms() - top->fetched_ms;
    mu_arena_init(&arena, ARENA_SIZE_MAX);
    mu_top_view_build(&arena, &top->input, &top->view, &lines);
    (void)erase();
    for (size_t i = 0; i < lines.lines.count; i++) {
        const struct mu_top_view_line *line = &lines.lines.items[i];
        attr_t look = line->is_selected              ? A_REVERSE
                      : line->color == MU_TABLE_BOLD ? A_BOLD
                      : line->color == MU_TABLE_DIM  ? A_DIM
                                                     : A_NORMAL;
        short pair = line->color == MU_TABLE_GREEN ||
                             line->color == MU_TABLE_YELLOW ||
                             line->color == MU_TABLE_RED
                         ? (short)line->color
                         : 0;

        (void)attr_set(look, pair, NULL);
        (void)mvaddstr((int)i, 0, line->text);
    }
    (void)attr_set(A_NORMAL, 0, NULL);
    (void)refresh();
    mu_arena_done(&arena);
}
