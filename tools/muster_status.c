/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/muster_status.h"

#include <string.h>

#include "base/vec.h"
#include "daemon/api_time.h"
#include "tools/field.h"
#include "tools/override_text.h"
#include "tools/table.h"

enum {
    NODES_SHOWN_MAX = 4,    /* More are counted. */
    SUBJECTS_NAMED_MAX = 4, /* Likewise, of those that share a problem. */
    ROWS_UNFOLDED_MAX = 14, /* More healthy resources are folded by node. */
    COLUMN_NAME = 0,
    COLUMN_STATE,
    COLUMN_NODE,
    COLUMN_SINCE,
    COLUMN_NOTE,
    COLUMNS_COUNT,
};

/* One resource of the answer with those inside it. */
struct item {
    const json_t *json;
    const char *id;
    MU_VEC(uint32_t) children;
    bool is_top;
};

struct page {
    const json_t *status;
    const struct mu_muster_status_view *view;
    struct mu_text_buffer *text;
    int64_t now_ms;
    MU_VEC(struct item) items;
};

struct tally { /* Primitives below an item. */
    unsigned count;
    unsigned active;
    unsigned promoted;
    unsigned healthy;
    int64_t since_ms; /* Newest change; 0 unknown. */
    MU_VEC(const char *) nodes;
};

static void write_header(const struct page *page);
static void add_piece(const struct page *page, unsigned *column,
                      const char *piece);
static void write_problems(const struct page *page);
static void write_problem(const struct page *page, const json_t *problems,
                          size_t index);
static const char *subject_of(const struct page *page, const json_t *problems,
                              size_t index);
static size_t first_same(const json_t *problems, size_t index);
static size_t problems_count(const json_t *problems);
static bool is_same(const json_t *problem, const json_t *other);
static bool is_equal(const json_t *a, const json_t *b, const char *name);
static void write_nodes(const struct page *page);
static const char *node_note(const struct page *page, const json_t *node);
static void write_resources(struct page *page);
static void read_items(struct page *page);
static void add_item(const struct page *page, struct mu_table *table,
                     const struct item *item, unsigned indent);
static void add_children(const struct page *page, struct mu_table *table,
                         const struct item *item, unsigned indent);
static void fill_state(const struct page *page, struct mu_table_row *row,
                       const struct item *item, const struct tally *tally);
static const char *pending_word(const char *task);
static void count_below(const struct page *page, const struct item *item,
                        struct tally *tally);
static void write_folded(const struct page *page, struct mu_table *table);
static bool is_healthy(const json_t *resource);
static const char *note_of(const struct page *page, const json_t *resource);
static const char *symbol(const struct page *page, const char *fancy,
                          const char *plain);
static const char *age_of(const struct page *page, int64_t when_ms);
static int64_t time_of(const json_t *object, const char *name);

void
mu_muster_status_render(const json_t *status,
                        const struct mu_muster_status_view *view,
                        struct mu_text_buffer *text)
{
    struct page page = {.status = status, .view = view, .text = text};

    page.now_ms = time_of(status, "now");
    if (!view->is_quiet) {
        write_header(&page);
    }
    write_problems(&page);
    if (!view->is_quiet) {
        mu_override_text_write(status, view, text);
        write_nodes(&page);
    }
    write_resources(&page);
}

int
mu_muster_status_exit(const json_t *status)
{
    const char *health = mu_field_text(status, "health");

    if (health && strcmp(health, "healthy") == 0) {
        return 0;
    }
    return health && strcmp(health, "outage") == 0 ? 2 : 1;
}

static void
write_header(const struct page *page)
{
    static const struct {
        const char *word;
        enum mu_table_color color;
    } words[] = {
        {"healthy", MU_TABLE_GREEN},
        {"degraded", MU_TABLE_YELLOW},
        {"OUTAGE", MU_TABLE_RED},
    };
    const json_t *cluster = json_object_get(page->status, "cluster");
    const json_t *nodes = json_object_get(page->status, "nodes");
    const char *name = mu_field_text(cluster, "name");
    const char *coordinator = mu_field_text(cluster, "coordinator");
    const char *revision = mu_field_text(cluster, "revision");
    size_t problems = problems_count(json_object_get(page->status, "problems"));
    int health = mu_muster_status_exit(page->status);
    struct mu_arena *arena = page->text->arena;
    const json_t *node;
    size_t online = 0;
    unsigned column;
    size_t i;

    json_array_foreach(nodes, i, node)
    {
        online += mu_field_is_true(node, "online") ? 1 : 0;
    }
    mu_text_buffer_add(page->text, "cluster %s  ", name ? name : "(no name)");
    mu_table_paint(page->view->is_color, words[health].color,
                   mu_text_make(arena, "%s %s", symbol(page, "●", "*"),
                                words[health].word),
                   page->text);
    column = 12 + mu_table_length(name) + (unsigned)strlen(words[health].word);
    add_piece(page, &column,
              mu_text_make(arena, "%zu of %zu nodes up, %s", online,
                           json_array_size(nodes),
                           mu_field_is_true(cluster, "quorate") ? "quorate"
                                                                : "NO QUORUM"));
    if (coordinator) {
        add_piece(page, &column,
                  mu_text_make(arena, "coordinator %s", coordinator));
    }
    if (revision) {
        add_piece(page, &column, mu_text_make(arena, "rev %s", revision));
    }
    if (problems > 0) {
        add_piece(page, &column,
                  mu_text_make(arena, "%zu problem%s", problems,
                               problems == 1 ? "" : "s"));
    }
    if (mu_field_text(cluster, "survives")) {
        add_piece(page, &column, mu_field_text(cluster, "survives"));
    }
    if (mu_field_is_true(cluster, "maintenance")) {
        add_piece(page, &column, "MAINTENANCE: nothing is managed");
    }
    mu_text_buffer_append(page->text, "\n", 1);
}

/* Adds a piece of the heading, on a new line when it does not fit. */
static void
add_piece(const struct page *page, unsigned *column, const char *piece)
{
    unsigned length = mu_table_length(piece);

    if (*column + 3 + length > page->view->width) {
        mu_text_buffer_append(page->text, "\n  ", 3);
        *column = 2;
    } else {
        mu_text_buffer_append(page->text, "   ", 3);
        *column += 3;
    }
    mu_text_buffer_append(page->text, piece, strlen(piece));
    *column += length;
}

static void
write_problems(const struct page *page)
{
    const json_t *problems = json_object_get(page->status, "problems");
    struct mu_text_buffer *text = page->text;

    if (json_array_size(problems) == 0) {
        return;
    }
    mu_table_paint(page->view->is_color, MU_TABLE_BOLD, "PROBLEMS", text);
    mu_text_buffer_append(text, "\n", 1);
    for (size_t i = 0; i < json_array_size(problems); i++) {
        write_problem(page, problems, i);
    }
}

/* Writes a problem, with all nodes or things that have the same one, unless it
 * has been written with an earlier one. */
static void
write_problem(const struct page *page, const json_t *problems, size_t index)
{
    const json_t *problem = json_array_get(problems, index);
    struct mu_text_buffer *text = page->text;
    const char *severity = mu_field_text(problem, "severity");
    const char *sentence = mu_field_text(problem, "text");
    const char *when;
    bool is_mild = severity && strcmp(severity, "error") != 0;
    const char *subject;

    if (first_same(problems, index) != index) {
        return;
    }
    subject = subject_of(page, problems, index);
    mu_text_buffer_append(text, "  ", 2);
    mu_table_paint(
        page->view->is_color, is_mild ? MU_TABLE_YELLOW : MU_TABLE_RED,
        mu_text_make(text->arena, "%s %s",
                     is_mild ? "!" : symbol(page, "✗", "x"), subject),
        text);
    mu_text_buffer_append(text, "   ", 3);
    mu_table_wrap(sentence ? sentence : "", 4 + mu_table_length(subject) + 3, 6,
                  page->view->width, text);
    mu_text_buffer_append(text, "\n", 1);
    if (mu_field_text(problem, "next")) {
        mu_text_buffer_append(text, "      next: ", 12);
        mu_table_wrap(mu_field_text(problem, "next"), 12, 12, page->view->width,
                      text);
        mu_text_buffer_append(text, "\n", 1);
    }
    when = age_of(page, time_of(problem, "since"));
    if (when || mu_field_text(problem, "clear")) {
        mu_text_buffer_add(
            text, "      %s%s%s%s%s%s\n", when ? "since: " : "",
            when ? when : "", when && !page->view->is_utc ? " ago" : "",
            when && mu_field_text(problem, "clear") ? "   " : "",
            mu_field_text(problem, "clear") ? "clear with: " : "",
            mu_field_text(problem, "clear") ? mu_field_text(problem, "clear")
                                            : "");
    }
}

/* "web on n1, n2" where several nodes have it; "web, db, ip and 7 more" where
 * several things have it and no node in particular. */
static const char *
subject_of(const struct page *page, const json_t *problems, size_t index)
{
    const json_t *problem = json_array_get(problems, index);
    const char *what = mu_field_text(problem, "what");
    const char *node = mu_field_text(problem, "node");
    struct mu_text_buffer subject;
    size_t named = 1;

    mu_text_buffer_init(&subject, page->text->arena);
    mu_text_buffer_add(&subject, "%s%s%s", what ? what : "cluster",
                       node ? " on " : "", node ? node : "");
    for (size_t i = index + 1; i < json_array_size(problems); i++) {
        const json_t *other = json_array_get(problems, i);

        if (!is_same(problem, other)) {
            continue;
        }
        if (node || named < SUBJECTS_NAMED_MAX || page->view->is_full) {
            mu_text_buffer_add(&subject, ", %s",
                               mu_field_text(other, node ? "node" : "what"));
        }
        named++;
    }
    if (!node && named > SUBJECTS_NAMED_MAX && !page->view->is_full) {
        mu_text_buffer_add(&subject, " and %zu more",
                           named - SUBJECTS_NAMED_MAX);
    }
    return subject.data;
}

/* The first problem that is told together with this one. */
static size_t
first_same(const json_t *problems, size_t index)
{
    const json_t *problem = json_array_get(problems, index);

    for (size_t i = 0; i < index; i++) {
        if (is_same(problem, json_array_get(problems, i))) {
            return i;
        }
    }
    return index;
}

/* How many problems are told, each with all that have it. */
static size_t
problems_count(const json_t *problems)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(problems); i++) {
        count += first_same(problems, i) == i ? 1 : 0;
    }
    return count;
}

/* Tells whether two problems differ in their node only, or, where neither names
 * a node, in what they are about only: what comes next is told of the first. */
static bool
is_same(const json_t *problem, const json_t *other)
{
    bool has_node = mu_field_text(problem, "node") != NULL;

    if (has_node != (mu_field_text(other, "node") != NULL) ||
        (has_node && !is_equal(problem, other, "what"))) {
        return false;
    }
    return is_equal(problem, other, "severity") &&
           is_equal(problem, other, "text") &&
           (!has_node || is_equal(problem, other, "next")) &&
           is_equal(problem, other, "clear");
}

static bool
is_equal(const json_t *a, const json_t *b, const char *name)
{
    const char *text_a = mu_field_text(a, name);
    const char *text_b = mu_field_text(b, name);

    return (!text_a && !text_b) ||
           (text_a && text_b && strcmp(text_a, text_b) == 0);
}

static void
write_nodes(const struct page *page)
{
    struct mu_table table = {.arena = page->text->arena,
                             .columns_count = 4,
                             .dispensable = 4,
                             .width = page->view->width,
                             .is_color = page->view->is_color};
    const json_t *node;
    size_t i;

    mu_table_paint(page->view->is_color, MU_TABLE_BOLD, "NODES", page->text);
    mu_text_buffer_append(page->text, "\n", 1);
    json_array_foreach(json_object_get(page->status, "nodes"), i, node)
    {
        struct mu_table_row *row = mu_table_add(&table);
        const char *state = mu_field_text(node, "state");
        const json_t *count = json_object_get(node, "resources");
        bool is_online = mu_field_is_true(node, "online");
        bool is_bad = mu_field_is_true(node, "unclean");
        bool is_calm = mu_field_is_true(node, "standby") ||
                       mu_field_is_true(node, "maintenance");

        row->indent = 2;
        row->cells[0].text = mu_field_text(node, "name");
        row->cells[1].text = mu_text_make(table.arena, "%s %s",
                                          is_bad      ? symbol(page, "✗", "x")
                                          : is_online ? symbol(page, "●", "*")
                                                      : symbol(page, "○", "-"),
                                          state       ? state
                                          : is_online ? "online"
                                                      : "offline");
        row->cells[1].color = is_bad                  ? MU_TABLE_RED
                              : !is_online || is_calm ? MU_TABLE_YELLOW
                                                      : MU_TABLE_GREEN;
        if (json_is_integer(count) && (is_online || is_bad)) {
            row->cells[2].text = mu_text_make(
                table.arena, "%d resource%s", (int)json_integer_value(count),
                json_integer_value(count) == 1 ? "" : "s");
        }
        row->cells[3].text = node_note(page, node);
    }
    mu_table_write(&table, page->text);
}

/* What is worth saying about a node: who it is, how it was fenced, why it is
 * in its state. */
static const char *
node_note(const struct page *page, const json_t *node)
{
    const char *name = mu_field_text(node, "name");
    const char *reason = mu_field_text(node, "reason");
    const json_t *fencing = json_object_get(page->status, "fencing");
    struct mu_text_buffer note;

    mu_text_buffer_init(&note, page->text->arena);
    if (mu_field_is_true(node, "coordinator")) {
        mu_text_buffer_add(&note, "coordinator");
    }
    for (size_t i = json_array_size(fencing); name && i > 0; i--) {
        const json_t *one = json_array_get(fencing, i - 1);
        const char *target = mu_field_text(one, "target");
        const char *state = mu_field_text(one, "state");
        const char *device = mu_field_text(one, "device");
        const char *when = age_of(page, time_of(one, "ended"));

        if (!target || !state || strcmp(target, name) != 0) {
            continue;
        }
        if (strcmp(state, "done") == 0 && mu_field_is_true(node, "online")) {
            break; /* Back since: history, not news. */
        }
        mu_text_buffer_add(&note, "%s%s", note.length ? ", " : "",
                           strcmp(state, "done") == 0      ? "fenced"
                           : strcmp(state, "running") == 0 ? "being fenced"
                                                           : "fencing failed");
        mu_text_buffer_add(&note, "%s%s", when ? " " : "", when ? when : "");
        mu_text_buffer_add(&note, "%s%s%s",
                           when && !page->view->is_utc ? " ago" : "",
                           device ? " by " : "", device ? device : "");
        break;
    }
    if (reason) {
        mu_text_buffer_add(&note, "%s%s", note.length ? ", " : "", reason);
    }
    return note.data;
}

static void
write_resources(struct page *page)
{
    struct mu_table table = {.arena = page->text->arena,
                             .columns_count = COLUMNS_COUNT,
                             .dispensable = COLUMN_SINCE,
                             .width = page->view->width,
                             .is_color = page->view->is_color};
    struct mu_table_row *head;
    unsigned folded = 0;
    unsigned rows = 0;

    read_items(page);
    if (page->items.count == 0) {
        mu_text_buffer_add(page->text,
                           "RESOURCES\n  none   define one with: muster "
                           "configure primitive ID AGENT ...\n");
        return;
    }
    head = mu_table_add(&table);
    head->is_heading = true;
    head->cells[COLUMN_NAME] =
        (struct mu_table_cell){"RESOURCES", MU_TABLE_BOLD};
    head->cells[COLUMN_STATE] = (struct mu_table_cell){"STATE", MU_TABLE_DIM};
    head->cells[COLUMN_NODE] = (struct mu_table_cell){"NODE", MU_TABLE_DIM};
    head->cells[COLUMN_SINCE] = (struct mu_table_cell){"SINCE", MU_TABLE_DIM};
    head->cells[COLUMN_NOTE] = (struct mu_table_cell){"NOTE", MU_TABLE_DIM};
    for (size_t i = 0; i < page->items.count; i++) {
        rows += page->items.items[i].is_top ? 1 : 0;
    }
    for (size_t i = 0; i < page->items.count; i++) {
        const struct item *item = &page->items.items[i];
        const char *kind = mu_field_text(item->json, "kind");

        if (!item->is_top) {
            continue;
        }
        if (rows > ROWS_UNFOLDED_MAX && !page->view->is_full && kind &&
            strcmp(kind, "primitive") == 0 && is_healthy(item->json) &&
            json_array_size(json_object_get(item->json, "nodes")) == 1) {
            folded++;
            continue;
        }
        add_item(page, &table, item, 2);
    }
    if (folded > 0) {
        mu_table_write(&table, page->text);
        table.rows.count = 0;
        write_folded(page, &table);
        return;
    }
    mu_table_write(&table, page->text);
}

static void
read_items(struct page *page)
{
    const json_t *resources = json_object_get(page->status, "resources");
    json_t *index = json_object();
    const json_t *one;
    size_t i;

    json_array_foreach(resources, i, one)
    {
        struct item *item = mu_vec_add(page->text->arena, &page->items);
        const char *id = mu_field_text(one, "id");

        item->json = one;
        item->id = id ? id : "?";
        (void)json_object_set_new(index, item->id, json_integer((json_int_t)i));
    }
    for (i = 0; i < page->items.count; i++) {
        struct item *item = &page->items.items[i];
        const char *parent = mu_field_text(item->json, "parent");
        const json_t *place = parent ? json_object_get(index, parent) : NULL;

        /* Parents come first in the list; anything else would be a cycle. */
        if (!place || json_integer_value(place) >= (json_int_t)i) {
            item->is_top = true;
            continue;
        }
        *mu_vec_add(page->text->arena,
                    &page->items.items[json_integer_value(place)].children) =
            (uint32_t)i;
    }
    json_decref(index);
}

/* Adds the line of a resource and, unless all in it is well, of what is in
 * it. */
static void
add_item(const struct page *page, struct mu_table *table,
         const struct item *item, unsigned indent)
{
    struct mu_table_row *row = mu_table_add(table);
    const char *kind = mu_field_text(item->json, "kind");
    struct tally tally = {0};
    unsigned wanted;

    count_below(page, item, &tally);
    row->indent = indent;
    row->cells[COLUMN_NAME].text = item->id;
    if (item->children.count > 0) {
        wanted = mu_field_is_true(item->json, "promotable") ? tally.promoted
                                                            : tally.active;
        row->cells[COLUMN_NAME].text = mu_text_make(
            table->arena, "%s  %s %u/%u", item->id,
            mu_field_is_true(item->json, "promotable") ? "promotable"
            : kind                                     ? kind
                                                       : "",
            wanted, tally.count);
    }
    fill_state(page, row, item, &tally);
    if (item->children.count > 0 &&
        (page->view->is_full || tally.healthy < tally.count)) {
        add_children(page, table, item, indent + 2);
    }
}

static void
add_children(const struct page *page, struct mu_table *table,
             const struct item *item, unsigned indent)
{
    for (size_t i = 0; i < item->children.count; i++) {
        const struct item *child = &page->items.items[item->children.items[i]];
        struct tally tally = {0};

        count_below(page, child, &tally);
        if (page->view->is_full || tally.healthy < tally.count) {
            add_item(page, table, child, indent);
        }
    }
}

static void
fill_state(const struct page *page, struct mu_table_row *row,
           const struct item *item, const struct tally *tally)
{
    const char *pending = mu_field_text(item->json, "pending");
    struct mu_arena *arena = page->text->arena;
    struct mu_text_buffer nodes;
    const char *mark = symbol(page, "○", "-");
    const char *word = "stopped";
    enum mu_table_color color = MU_TABLE_YELLOW;

    if (mu_field_is_true(item->json, "failed")) {
        mark = symbol(page, "✗", "x");
        word = "failed";
        color = MU_TABLE_RED;
    } else if (tally->promoted > 0) {
        mark = symbol(page, "◉", "+");
        word = "promoted";
        color = MU_TABLE_GREEN;
    } else if (tally->active > 0) {
        mark = symbol(page, "●", "*");
        word = tally->active < tally->count ? "partly started" : "started";
        color =
            tally->healthy < tally->count ? MU_TABLE_YELLOW : MU_TABLE_GREEN;
    }
    if (pending) {
        mark = symbol(page, "◌", "~");
        word = pending_word(pending);
        color = MU_TABLE_YELLOW;
    }
    row->cells[COLUMN_STATE].text = mu_text_make(arena, "%s %s", mark, word);
    row->cells[COLUMN_STATE].color = color;
    mu_text_buffer_init(&nodes, arena);
    for (size_t i = 0; i < tally->nodes.count; i++) {
        if (i == NODES_SHOWN_MAX && !page->view->is_full) {
            mu_text_buffer_add(&nodes, " +%zu", tally->nodes.count - i);
            break;
        }
        mu_text_buffer_add(&nodes, "%s%s", i ? " " : "", tally->nodes.items[i]);
    }
    row->cells[COLUMN_NODE].text = nodes.data ? nodes.data : "-";
    row->cells[COLUMN_SINCE].text = age_of(page, tally->since_ms);
    if (item->children.count == 0 || tally->active < tally->count) {
        row->cells[COLUMN_NOTE].text = note_of(page, item->json);
    }
}

/* The state that an operation in flight leads through. */
static const char *
pending_word(const char *task)
{
    static const struct {
        const char *task;
        const char *word;
    } words[] = {
        {"start", "starting"},         {"stop", "stopping"},
        {"promote", "promoting"},      {"demote", "demoting"},
        {"monitor", "checking"},       {"migrate_to", "migrating"},
        {"migrate_from", "migrating"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].task, task) == 0) {
            return words[i].word;
        }
    }
    return task;
}

static void
count_below(const struct page *page, const struct item *item,
            struct tally *tally)
{
    const json_t *nodes = json_object_get(item->json, "nodes");
    const char *role = mu_field_text(item->json, "role");
    const json_t *node;
    int64_t since_ms;
    size_t i;

    if (item->children.count > 0) {
        for (i = 0; i < item->children.count; i++) {
            count_below(page, &page->items.items[item->children.items[i]],
                        tally);
        }
        return;
    }
    tally->count++;
    tally->active += json_array_size(nodes) > 0 ? 1 : 0;
    tally->promoted += role && strcmp(role, "Promoted") == 0 ? 1 : 0;
    tally->healthy += is_healthy(item->json) ? 1 : 0;
    since_ms = time_of(item->json, "since");
    if (since_ms > tally->since_ms) {
        tally->since_ms = since_ms;
    }
    json_array_foreach(nodes, i, node)
    {
        const char *name = json_string_value(node);
        bool is_known = !name;

        for (size_t j = 0; j < tally->nodes.count && !is_known; j++) {
            is_known = strcmp(tally->nodes.items[j], name) == 0;
        }
        if (!is_known) {
            *mu_vec_add(page->text->arena, &tally->nodes) = name;
        }
    }
}

/* Many healthy primitives: one list per node. */
static void
write_folded(const struct page *page, struct mu_table *table)
{
    const json_t *node;
    size_t i;

    table->columns_count = 2;
    table->dispensable = 2;
    json_array_foreach(json_object_get(page->status, "nodes"), i, node)
    {
        const char *name = mu_field_text(node, "name");
        struct mu_text_buffer list;
        struct mu_table_row *row;

        mu_text_buffer_init(&list, table->arena);
        for (size_t j = 0; j < page->items.count && name; j++) {
            const struct item *item = &page->items.items[j];
            const json_t *nodes = json_object_get(item->json, "nodes");
            const char *at = json_string_value(json_array_get(nodes, 0));
            const char *kind = mu_field_text(item->json, "kind");

            if (item->is_top && kind && strcmp(kind, "primitive") == 0 &&
                is_healthy(item->json) && json_array_size(nodes) == 1 && at &&
                strcmp(at, name) == 0) {
                mu_text_buffer_add(&list, "%s%s", list.length ? " " : "",
                                   item->id);
            }
        }
        if (list.data) {
            row = mu_table_add(table);
            row->indent = 2;
            row->cells[0].text = mu_text_make(table->arena, "%s started on %s",
                                              symbol(page, "●", "*"), name);
            row->cells[0].color = MU_TABLE_GREEN;
            row->cells[1].text = list.data;
        }
    }
    mu_table_write(table, page->text);
}

static bool
is_healthy(const json_t *resource)
{
    const json_t *managed = json_object_get(resource, "managed");

    return !mu_field_text(resource, "reason") &&
           !mu_field_text(resource, "pending") &&
           !mu_field_is_true(resource, "failed") &&
           !mu_field_is_true(resource, "blocked") && !json_is_false(managed);
}

static const char *
note_of(const struct page *page, const json_t *resource)
{
    const char *reason = mu_field_text(resource, "reason");
    const json_t *managed = json_object_get(resource, "managed");
    struct mu_text_buffer note;

    mu_text_buffer_init(&note, page->text->arena);
    if (mu_field_is_true(resource, "blocked")) {
        mu_text_buffer_add(&note, "blocked");
    }
    if (json_is_false(managed)) {
        mu_text_buffer_add(&note, "%sunmanaged", note.length ? ", " : "");
    }
    if (reason) {
        mu_text_buffer_add(&note, "%s%s", note.length ? ", " : "", reason);
    }
    return note.data;
}

static const char *
symbol(const struct page *page, const char *fancy, const char *plain)
{
    return page->view->is_ascii ? plain : fancy;
}

/* Returns how long ago something was, or with --utc when; null for 0. */
static const char *
age_of(const struct page *page, int64_t when_ms)
{
    char text[MU_API_TIME_SIZE];

    if (when_ms == 0) {
        return NULL;
    }
    if (page->view->is_utc) {
        mu_api_time_format(when_ms, text);
        return mu_text_make(page->text->arena, "%.10s %.8sZ", text, text + 11);
    }
    mu_api_time_span(page->now_ms - when_ms, text);
    return mu_arena_strdup(page->text->arena, text);
}

static int64_t
time_of(const json_t *object, const char *name)
{
    const char *text = mu_field_text(object, name);
    int64_t when_ms;

    return text && mu_api_time_parse(text, &when_ms) == 0 ? when_ms : 0;
}
