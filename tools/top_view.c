/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/top_view.h"

#include <string.h>

#include "base/text.h"
#include "daemon/api_time.h"
#include "tools/field.h"

enum {
    EVENTS_SHOWN_MAX = 6,
    FLIGHTS_SHOWN_MAX = 4,
    NAME_WIDTH_MAX = 28,
    CELL_WIDTH_MAX = 12,
    GRID_NODES_MAX = 32,
    BAR_WIDTH = 10,
    TALL = 18, /* Lines from which on events are shown. */
};

struct screen {
    struct mu_arena *arena;
    const struct mu_top_view_input *input;
    struct mu_top_view *view;
    struct mu_top_view_lines *out;
    MU_VEC(struct mu_top_view_line) rows; /* Of the scrolled part. */
    int64_t now_ms;
};

static void build_main(struct screen *screen);
static void build_resource(struct screen *screen);
static void build_node(struct screen *screen);
static void add_header(struct screen *screen);
static void add_node_row(struct screen *screen, const json_t *node);
static void add_grid_head(struct screen *screen);
static void add_resource_row(struct screen *screen, const json_t *resource);
static const char *cell_of(const struct screen *screen, const json_t *resource,
                           const char *node);
static unsigned name_width(const struct screen *screen);
static unsigned cell_width(const struct screen *screen);
static const char *note_of(struct screen *screen, const json_t *resource);
static unsigned depth_of(const struct screen *screen, const json_t *resource);
static void add_flights(struct screen *screen, unsigned max);
static void add_flight(struct screen *screen, const json_t *flight);
static void add_events(struct screen *screen, unsigned max);
static void add_event(struct screen *screen, const json_t *event, bool is_row);
static void show_rows(struct screen *screen, size_t below, bool is_selecting);
static void add_foot(struct screen *screen, const char *keys);
static void add_text(struct screen *screen, const char *text);
static void row_add(struct screen *screen, enum mu_table_color color,
                    const char *text);
static void line_add(struct screen *screen, enum mu_table_color color,
                     const char *text);
static const char *fit(struct screen *screen, const char *text, unsigned width);
static const char *pad(struct screen *screen, const char *text, unsigned width);
static const char *age(struct screen *screen, const json_t *object,
                       const char *name);
static const char *word_of(const json_t *object, const char *name);

void
mu_top_view_build(struct mu_arena *arena, const struct mu_top_view_input *input,
                  struct mu_top_view *view, struct mu_top_view_lines *ret_lines)
{
    struct screen screen = {
        .arena = arena, .input = input, .view = view, .out = ret_lines};
    const char *now = mu_field_text(input->status, "now");

    memset(ret_lines, 0, sizeof(*ret_lines));
    if (now && mu_api_time_parse(now, &screen.now_ms)) {
        screen.now_ms = 0;
    }
    screen.now_ms += input->elapsed_ms;
    add_header(&screen);
    switch (view->screen) {
    case MU_TOP_VIEW_MAIN:
        build_main(&screen);
        break;
    case MU_TOP_VIEW_RESOURCE:
        build_resource(&screen);
        break;
    case MU_TOP_VIEW_NODE:
        build_node(&screen);
        break;
    }
    while (ret_lines->lines.count < view->height) {
        line_add(&screen, MU_TABLE_PLAIN, "");
    }
    ret_lines->lines.count = view->height;
}

const char *
mu_top_view_selected(const struct mu_top_view_input *input,
                     const struct mu_top_view *view,
                     enum mu_top_view_screen *ret_screen)
{
    const json_t *nodes = json_object_get(input->status, "nodes");
    const json_t *resources = json_object_get(input->status, "resources");
    size_t count = json_array_size(nodes);

    if (view->selected < count) {
        *ret_screen = MU_TOP_VIEW_NODE;
        return mu_field_text(json_array_get(nodes, view->selected), "name");
    }
    *ret_screen = MU_TOP_VIEW_RESOURCE;
    return mu_field_text(json_array_get(resources, view->selected - count),
                         "id");
}

static void
build_main(struct screen *screen)
{
    const json_t *nodes = json_object_get(screen->input->status, "nodes");
    const json_t *resources =
        json_object_get(screen->input->status, "resources");
    const json_t *flights = json_object_get(screen->input->plan, "flights");
    size_t flying = json_array_size(flights);
    unsigned events = screen->view->height >= TALL ? EVENTS_SHOWN_MAX : 0;
    unsigned shown =
        flying < FLIGHTS_SHOWN_MAX ? (unsigned)flying : FLIGHTS_SHOWN_MAX;
    const json_t *one;
    size_t i;

    json_array_foreach(nodes, i, one)
    {
        add_node_row(screen, one);
    }
    json_array_foreach(resources, i, one)
    {
        add_resource_row(screen, one);
    }
    add_grid_head(screen);
    show_rows(screen,
              (shown > 0 ? shown + 1 : 0) + (events > 0 ? events + 1 : 0) + 1,
              true);
    add_flights(screen, shown);
    add_events(screen, events);
    add_foot(screen, screen->view->is_ascii
                         ? "arrows select   Enter details   q quit"
                         : "↑↓ select   Enter details   q quit");
}

static void
build_resource(struct screen *screen)
{
    const json_t *one =
        mu_field_find(json_object_get(screen->input->status, "resources"), "id",
                      screen->view->item);
    const json_t *event;
    size_t i;

    if (!one) {
        row_add(screen, MU_TABLE_YELLOW,
                mu_text_make(screen->arena, "%s: is not configured any more",
                             screen->view->item ? screen->view->item : "?"));
    } else {
        const char *agent = mu_field_text(one, "agent");
        const char *since = age(screen, one, "since");
        const char *note = note_of(screen, one);

        row_add(screen, MU_TABLE_BOLD,
                mu_text_make(screen->arena, "%s   %s%s%s", word_of(one, "id"),
                             agent ? agent : word_of(one, "kind"),
                             since ? "   since " : "", since ? since : ""));
        row_add(screen, MU_TABLE_PLAIN,
                mu_text_make(screen->arena, "  is %s, wanted %s%s%s",
                             word_of(one, "role"), word_of(one, "target_role"),
                             note ? "   " : "", note ? note : ""));
    }
    row_add(screen, MU_TABLE_PLAIN, "");
    row_add(screen, MU_TABLE_BOLD, "REASONS");
    add_text(screen, screen->input->reasons ? screen->input->reasons
                                            : "  none are known");
    row_add(screen, MU_TABLE_PLAIN, "");
    row_add(screen, MU_TABLE_BOLD, "HISTORY");
    json_array_foreach(screen->input->events, i, event)
    {
        const char *resource = mu_field_text(event, "resource");

        if (resource && screen->view->item &&
            strncmp(resource, screen->view->item, strlen(resource)) == 0) {
            add_event(screen, event, true);
        }
    }
    show_rows(screen, 1, false);
    add_foot(screen, screen->view->is_ascii
                         ? "arrows scroll   Esc back   q quit"
                         : "↑↓ scroll   Esc back   q quit");
}

static void
build_node(struct screen *screen)
{
    const json_t *status = screen->input->status;
    const char *item = screen->view->item ? screen->view->item : "?";
    const json_t *node =
        mu_field_find(json_object_get(status, "nodes"), "name", item);
    const json_t *one;
    const char *name;
    size_t i;

    if (!node) {
        row_add(screen, MU_TABLE_YELLOW,
                mu_text_make(screen->arena, "%s: is not there any more", item));
    } else {
        add_node_row(screen, node);
    }
    row_add(screen, MU_TABLE_PLAIN, "");
    row_add(screen, MU_TABLE_BOLD, "RUNS");
    json_array_foreach(json_object_get(status, "resources"), i, one)
    {
        const char *kind = mu_field_text(one, "kind");
        const char *cell = cell_of(screen, one, item);

        if (*cell && kind && strcmp(kind, "primitive") == 0) {
            row_add(screen, MU_TABLE_PLAIN,
                    mu_text_make(screen->arena, "  %s %s   %s", cell,
                                 word_of(one, "id"), word_of(one, "role")));
        }
    }
    row_add(screen, MU_TABLE_PLAIN, "");
    row_add(screen, MU_TABLE_BOLD, "ATTRIBUTES");
    json_object_foreach(
        (json_t *)(uintptr_t)json_object_get(node, "attributes"), name, node)
    {
        const char *value = json_string_value(node);

        row_add(
            screen, MU_TABLE_PLAIN,
            mu_text_make(screen->arena, "  %s = %s", name, value ? value : ""));
    }
    row_add(screen, MU_TABLE_PLAIN, "");
    row_add(screen, MU_TABLE_BOLD, "HISTORY");
    json_array_foreach(screen->input->events, i, one)
    {
        const char *at = mu_field_text(one, "node");

        if (at && strcmp(at, item) == 0) {
            add_event(screen, one, true);
        }
    }
    show_rows(screen, 1, false);
    add_foot(screen, screen->view->is_ascii
                         ? "arrows scroll   Esc back   q quit"
                         : "↑↓ scroll   Esc back   q quit");
}

static void
add_header(struct screen *screen)
{
    const json_t *status = screen->input->status;
    const json_t *cluster = json_object_get(status, "cluster");
    const char *health = mu_field_text(status, "health");
    const char *name = mu_field_text(cluster, "name");
    const char *coordinator = mu_field_text(cluster, "coordinator");
    size_t problems = json_array_size(json_object_get(status, "problems"));
    struct mu_text_buffer text;

    if (screen->input->trouble) {
        line_add(screen, MU_TABLE_RED, screen->input->trouble);
        return;
    }
    mu_text_buffer_init(&text, screen->arena);
    mu_text_buffer_add(
        &text, "cluster %s  %s %s   %s", name ? name : "?",
        screen->view->is_ascii ? "*" : "●", health ? health : "unknown",
        mu_field_is_true(cluster, "quorate") ? "quorate" : "NO QUORUM");
    if (coordinator) {
        mu_text_buffer_add(&text, "   coordinator %s", coordinator);
    }
    if (problems > 0) {
        const json_t *first =
            json_array_get(json_object_get(status, "problems"), 0);

        mu_text_buffer_add(&text, "   %zu problem%s: %s: %s", problems,
                           problems == 1 ? "" : "s", word_of(first, "what"),
                           word_of(first, "text"));
    } else {
        mu_text_buffer_add(&text, "   %s",
                           mu_field_is_true(cluster, "idle") ? "idle" : "busy");
    }
    line_add(screen,
             !health || strcmp(health, "outage") == 0 ? MU_TABLE_RED
             : strcmp(health, "healthy") == 0         ? MU_TABLE_GREEN
                                                      : MU_TABLE_YELLOW,
             text.data);
}

static void
add_node_row(struct screen *screen, const json_t *node)
{
    const char *state = mu_field_text(node, "state");
    const char *since = age(screen, node, "since");
    const char *reason = mu_field_text(node, "reason");
    bool is_online = mu_field_is_true(node, "online");

    row_add(screen,
            mu_field_is_true(node, "unclean") ? MU_TABLE_RED
            : !is_online || (state && strcmp(state, "online") != 0)
                ? MU_TABLE_YELLOW
                : MU_TABLE_PLAIN,
            mu_text_make(
                screen->arena, "%s%s  %3d resources  %s%s%s%s",
                pad(screen, mu_field_text(node, "name"), name_width(screen)),
                pad(screen, state ? state : "?", CELL_WIDTH_MAX),
                (int)json_integer_value(json_object_get(node, "resources")),
                mu_field_is_true(node, "coordinator") ? "coordinator  " : "",
                since ? "since " : "", since ? since : "",
                reason ? mu_text_make(screen->arena, "  %s", reason) : ""));
}

/* Names of the nodes above the columns of the grid. */
static void
add_grid_head(struct screen *screen)
{
    const json_t *nodes = json_object_get(screen->input->status, "nodes");
    struct mu_text_buffer text;
    const json_t *node;
    size_t i;

    mu_text_buffer_init(&text, screen->arena);
    mu_text_buffer_add(&text, "%s", pad(screen, "NAME", name_width(screen)));
    json_array_foreach(nodes, i, node)
    {
        if (i < GRID_NODES_MAX) {
            mu_text_buffer_add(
                &text, "%s",
                pad(screen, mu_field_text(node, "name"), cell_width(screen)));
        }
    }
    mu_text_buffer_add(&text, "SINCE NOTE");
    line_add(screen, MU_TABLE_BOLD, text.data);
}

static void
add_resource_row(struct screen *screen, const json_t *resource)
{
    const json_t *nodes = json_object_get(screen->input->status, "nodes");
    const char *note = note_of(screen, resource);
    const char *since = age(screen, resource, "since");
    struct mu_text_buffer text;
    const json_t *node;
    size_t i;

    mu_text_buffer_init(&text, screen->arena);
    mu_text_buffer_add(&text, "%s",
                       pad(screen,
                           mu_text_make(screen->arena, "%*s%s",
                                        (int)depth_of(screen, resource) * 2, "",
                                        word_of(resource, "id")),
                           name_width(screen)));
    json_array_foreach(nodes, i, node)
    {
        if (i < GRID_NODES_MAX) {
            mu_text_buffer_add(
                &text, "%s",
                pad(screen,
                    cell_of(screen, resource, mu_field_text(node, "name")),
                    cell_width(screen)));
        }
    }
    mu_text_buffer_add(&text, "%s%s", pad(screen, since ? since : "-", 6),
                       note ? note : "");
    row_add(screen,
            mu_field_is_true(resource, "failed") ||
                    mu_field_is_true(resource, "blocked")
                ? MU_TABLE_RED
            : note ? MU_TABLE_YELLOW
                   : MU_TABLE_PLAIN,
            text.data);
}

/* What a resource is on a node, as one sign; empty when it is not there. */
static const char *
cell_of(const struct screen *screen, const json_t *resource, const char *node)
{
    const char *role = mu_field_text(resource, "role");
    const json_t *nodes = json_object_get(resource, "nodes");
    const json_t *at;
    size_t i;

    json_array_foreach(nodes, i, at)
    {
        if (!node || strcmp(json_string_value(at), node) != 0) {
            continue;
        }
        if (mu_field_is_true(resource, "failed")) {
            return screen->view->is_ascii ? "x" : "✗";
        }
        if (mu_field_text(resource, "pending")) {
            return screen->view->is_ascii ? "~" : "◌";
        }
        if (role && strcmp(role, "Promoted") == 0) {
            return screen->view->is_ascii ? "P" : "◆";
        }
        return screen->view->is_ascii ? "*" : "●";
    }
    return "";
}

static unsigned
name_width(const struct screen *screen)
{
    const json_t *resources =
        json_object_get(screen->input->status, "resources");
    const json_t *nodes = json_object_get(screen->input->status, "nodes");
    unsigned width = 8;
    const json_t *one;
    size_t i;

    json_array_foreach(resources, i, one)
    {
        unsigned length = mu_table_length(mu_field_text(one, "id")) +
                          (mu_field_text(one, "parent") ? 4 : 0);

        width = length > width ? length : width;
    }
    json_array_foreach(nodes, i, one)
    {
        unsigned length = mu_table_length(mu_field_text(one, "name"));

        width = length > width ? length : width;
    }
    return (width > NAME_WIDTH_MAX ? NAME_WIDTH_MAX : width) + 2;
}

static unsigned
cell_width(const struct screen *screen)
{
    const json_t *nodes = json_object_get(screen->input->status, "nodes");
    size_t count = json_array_size(nodes);
    unsigned room = screen->view->width / 2;
    unsigned width = 3;
    const json_t *one;
    size_t i;

    json_array_foreach(nodes, i, one)
    {
        unsigned length = mu_table_length(mu_field_text(one, "name")) + 2;

        width = length > width ? length : width;
    }
    width = width > CELL_WIDTH_MAX ? CELL_WIDTH_MAX : width;
    if (count > 0 && width * count > room) {
        width = room / (unsigned)count;
    }
    return width < 2 ? 2 : width;
}

static const char *
note_of(struct screen *screen, const json_t *resource)
{
    const char *pending = mu_field_text(resource, "pending");
    const char *reason = mu_field_text(resource, "reason");
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, screen->arena);
    if (mu_field_is_true(resource, "blocked")) {
        mu_text_buffer_add(&text, "blocked");
    }
    if (json_is_false(json_object_get(resource, "managed"))) {
        mu_text_buffer_add(&text, "%sunmanaged", text.length ? ", " : "");
    }
    if (pending) {
        mu_text_buffer_add(&text, "%s%s", text.length ? ", " : "", pending);
    }
    if (reason) {
        mu_text_buffer_add(&text, "%s%s", text.length ? ", " : "", reason);
    }
    return text.data;
}

/* Groups stand in clones, members in groups. */
static unsigned
depth_of(const struct screen *screen, const json_t *resource)
{
    const json_t *resources =
        json_object_get(screen->input->status, "resources");
    const char *parent = mu_field_text(resource, "parent");

    if (!parent) {
        return 0;
    }
    return mu_field_text(mu_field_find(resources, "id", parent), "parent") ? 2
                                                                           : 1;
}

static void
add_flights(struct screen *screen, unsigned max)
{
    const json_t *flights = json_object_get(screen->input->plan, "flights");
    size_t count = json_array_size(flights);

    if (max == 0) {
        return;
    }
    line_add(screen, MU_TABLE_BOLD,
             mu_text_make(screen->arena, "IN FLIGHT  %zu", count));
    for (size_t i = 0; i < max; i++) {
        add_flight(screen, json_array_get(flights, i));
    }
}

/* The bar is the share of its time-out that an operation has used. */
static void
add_flight(struct screen *screen, const json_t *flight)
{
    int64_t timeout_ms = json_integer_value(json_object_get(flight, "timeout"));
    const char *since = mu_field_text(flight, "since");
    const char *resource = mu_field_text(flight, "resource");
    const char *node = mu_field_text(flight, "node");
    int64_t begun_ms = screen->now_ms;
    int64_t used_ms;
    char bar[BAR_WIDTH + 1] = {0};
    char used[MU_API_TIME_SIZE];
    char all[MU_API_TIME_SIZE];

    if (since && mu_api_time_parse(since, &begun_ms)) {
        begun_ms = screen->now_ms;
    }
    used_ms = screen->now_ms > begun_ms ? screen->now_ms - begun_ms : 0;
    for (int64_t i = 0; i < BAR_WIDTH; i++) {
        bar[i] =
            timeout_ms > 0 && used_ms * BAR_WIDTH > i * timeout_ms ? '#' : '-';
    }
    mu_api_time_span(used_ms, used);
    mu_api_time_span(timeout_ms, all);
    line_add(screen, MU_TABLE_PLAIN,
             mu_text_make(screen->arena, "  [%s] %s%s%s%s%s   %s%s%s", bar,
                          word_of(flight, "task"), resource ? " " : "",
                          resource ? resource : "", node ? " on " : "",
                          node ? node : "", used,
                          timeout_ms > 0 ? " of at most " : "",
                          timeout_ms > 0 ? all : ""));
}

static void
add_events(struct screen *screen, unsigned max)
{
    size_t count = json_array_size(screen->input->events);

    if (max == 0) {
        return;
    }
    line_add(screen, MU_TABLE_BOLD, "EVENTS");
    for (size_t i = count > max ? count - max : 0; i < count; i++) {
        add_event(screen, json_array_get(screen->input->events, i), false);
    }
    for (size_t i = count; i < max; i++) {
        line_add(screen, MU_TABLE_PLAIN, "");
    }
}

static void
add_event(struct screen *screen, const json_t *event, bool is_row)
{
    const char *at = mu_field_text(event, "at");
    const char *text = mu_field_text(event, "text");
    const json_t *operation = json_object_get(event, "operation");
    const char *line =
        mu_text_make(screen->arena, "  %.12s  %s",
                     at && strlen(at) > 11 ? at + 11 : "", text ? text : "");
    enum mu_table_color color = operation && !mu_field_is_true(operation, "ok")
                                    ? MU_TABLE_RED
                                    : MU_TABLE_PLAIN;

    if (is_row) {
        row_add(screen, color, line);
    } else {
        line_add(screen, color, line);
    }
}

/* Shows as many rows as leave 'below' lines, the selected one among them. */
static void
show_rows(struct screen *screen, size_t below, bool is_selecting)
{
    struct mu_top_view *view = screen->view;
    size_t used = screen->out->lines.count + below;
    size_t room = view->height > used ? view->height - used : 1;
    size_t count = screen->rows.count;

    if (is_selecting) {
        view->selected = count == 0                ? 0
                         : view->selected >= count ? count - 1
                                                   : view->selected;
        if (view->selected < view->first) {
            view->first = view->selected;
        }
        if (view->selected >= view->first + room) {
            view->first = view->selected - room + 1;
        }
    }
    if (view->first + room > count) {
        view->first = count > room ? count - room : 0;
    }
    for (size_t i = 0; i < room; i++) {
        if (view->first + i >= count) {
            line_add(screen, MU_TABLE_PLAIN, "");
            continue;
        }
        line_add(screen, screen->rows.items[view->first + i].color,
                 screen->rows.items[view->first + i].text);
        screen->out->lines.items[screen->out->lines.count - 1].is_selected =
            is_selecting && view->first + i == view->selected;
    }
}

static void
add_foot(struct screen *screen, const char *keys)
{
    line_add(screen, MU_TABLE_DIM, keys);
}

/* Rows for a text of several lines. */
static void
add_text(struct screen *screen, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        row_add(screen, MU_TABLE_PLAIN,
                mu_arena_strndup(screen->arena, text, length));
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

static void
row_add(struct screen *screen, enum mu_table_color color, const char *text)
{
    *mu_vec_add(screen->arena, &screen->rows) =
        (struct mu_top_view_line){.text = text, .color = color};
}

static void
line_add(struct screen *screen, enum mu_table_color color, const char *text)
{
    *mu_vec_add(screen->arena, &screen->out->lines) = (struct mu_top_view_line){
        .text = fit(screen, text, screen->view->width), .color = color};
}

/* Cuts a text to a number of columns, and takes control characters out: what
 * agents print must not move the cursor. */
static const char *
fit(struct screen *screen, const char *text, unsigned width)
{
    char *copy = mu_arena_strdup(screen->arena, text);
    unsigned columns = 0;

    for (char *at = copy; *at; at++) {
        if (((unsigned char)*at & 0xc0) == 0x80) {
            continue;
        }
        if (columns == width) {
            *at = '\0';
            break;
        }
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        }
        columns++;
    }
    return copy;
}

static const char *
pad(struct screen *screen, const char *text, unsigned width)
{
    const char *cut = fit(screen, text ? text : "", width - 1);

    return mu_text_make(screen->arena, "%s%*s", cut,
                        (int)(width - mu_table_length(cut)), "");
}

static const char *
age(struct screen *screen, const json_t *object, const char *name)
{
    const char *text = mu_field_text(object, name);
    char span[MU_API_TIME_SIZE];
    int64_t when_ms;

    if (!text || mu_api_time_parse(text, &when_ms)) {
        return NULL;
    }
    mu_api_time_span(screen->now_ms - when_ms, span);
    return mu_arena_strdup(screen->arena, span);
}

/* As above, with something to show for what is missing. */
static const char *
word_of(const json_t *object, const char *name)
{
    const char *text = mu_field_text(object, name);

    return text ? text : "?";
}
