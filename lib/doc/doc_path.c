/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doc/doc_path.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "doc/doc_private.h"

enum { NAME_SIZE = 128, LITERAL_SIZE = 1024 };

/* Elements that a path has reached. The top node stands for the document. */
struct set {
    MU_VEC(const struct mu_doc_element *) items;
};

struct walk {
    struct mu_arena *arena;
    const struct mu_doc_element *top;
    const char *text; /* The whole path. */
    const char *at;   /* What is read next. */
    unsigned depth;   /* Of predicates in predicates. */
    bool has_failed;
};

/* An element of which a predicate speaks. */
struct subject {
    const struct mu_doc_element *element;
    size_t position; /* From 1, among those of one parent. */
    size_t count;
};

static struct set path_walk(struct walk *walk,
                            const struct mu_doc_element *from);
static struct set step_walk(struct walk *walk, const struct set *from,
                            bool is_deep);
static bool is_inside(const struct mu_doc_element *element,
                      const struct mu_doc_element *outer);
static void children_add(struct walk *walk, const struct mu_doc_element *parent,
                         const char *name, bool is_deep, struct set *to);
static struct set filter(struct walk *walk, const struct set *from);
static bool or_holds(struct walk *walk, const struct subject *subject);
static bool and_holds(struct walk *walk, const struct subject *subject);
static bool one_holds(struct walk *walk, const struct subject *subject);
static bool function_holds(struct walk *walk, const struct subject *subject);
static bool value_holds(struct walk *walk, const char *value);
static bool path_holds(struct walk *walk, const struct subject *subject);
static bool read_word(struct walk *walk, const char *word);
static bool read_name(struct walk *walk, char name[NAME_SIZE]);
static bool read_literal(struct walk *walk, char literal[LITERAL_SIZE]);
static void skip_blanks(struct walk *walk);
static void fail(struct walk *walk);
static void merge(struct walk *walk, const struct set *from, struct set *to);

int
mu_doc_path_find(const struct mu_doc *doc, const char *path,
                 struct mu_arena *arena, struct mu_doc_path *ret_found,
                 struct mu_errbuf *err)
{
    struct walk walk = {
        .arena = arena, .top = &doc->top, .text = path, .at = path};
    struct set all = {.items = {NULL, 0, 0}};

    do {
        struct set one;

        skip_blanks(&walk);
        one = path_walk(&walk, &doc->top);
        merge(&walk, &one, &all);
        skip_blanks(&walk);
    } while (!walk.has_failed && read_word(&walk, "|"));
    if (walk.has_failed || *walk.at) {
        mu_errbuf_set(err, "XPath \"%.80s\": character %zu (\"%.20s\") is not "
                           "understood; use names, predicates and //",
                      path, (size_t)(walk.at - path) + 1, walk.at);
        return -EBADMSG;
    }
    *ret_found = (struct mu_doc_path){all.items.items, all.items.count};
    return 0;
}

/* Walks the steps of one path as far as it is one. */
static struct set
path_walk(struct walk *walk, const struct mu_doc_element *from)
{
    struct set set = {.items = {NULL, 0, 0}};
    bool is_deep = false;

    if (*walk->at == '/') {
        from = walk->top;
        is_deep = walk->at[1] == '/';
        walk->at += is_deep ? 2 : 1;
    }
    *mu_vec_add(walk->arena, &set.items) = from;
    for (;;) {
        set = step_walk(walk, &set, is_deep);
        if (walk->has_failed || *walk->at != '/') {
            return set;
        }
        is_deep = walk->at[1] == '/';
        walk->at += is_deep ? 2 : 1;
    }
}

static struct set
step_walk(struct walk *walk, const struct set *from, bool is_deep)
{
    struct set to = {.items = {NULL, 0, 0}};
    bool is_attribute = read_word(walk, "@");
    const struct mu_doc_element *outer = NULL;
    char name[NAME_SIZE] = "*";

    if (!is_attribute && read_word(walk, "..")) {
        for (size_t i = 0; i < from->items.count; i++) {
            const struct mu_doc_element *parent = from->items.items[i]->parent;

            if (parent && (to.items.count == 0 ||
                           to.items.items[to.items.count - 1] != parent)) {
                *mu_vec_add(walk->arena, &to.items) = parent;
            }
        }
        return filter(walk, &to);
    }
    if (!is_attribute && read_word(walk, ".")) {
        return filter(walk, from);
    }
    if (!read_word(walk, "*") && !read_name(walk, name)) {
        fail(walk);
        return to;
    }
    for (size_t i = 0; i < from->items.count; i++) {
        const struct mu_doc_element *one = from->items.items[i];

        if (!is_attribute && is_deep && is_inside(one, outer)) {
            continue; /* What is below it is there already. */
        }
        outer = one;
        if (!is_attribute) {
            children_add(walk, one, name, is_deep, &to);
        } else if (mu_doc_get(one, name)) {
            *mu_vec_add(walk->arena, &to.items) = one;
        }
    }
    return filter(walk, &to);
}

static bool
is_inside(const struct mu_doc_element *element,
          const struct mu_doc_element *outer)
{
    while (element && element != outer) {
        element = element->parent;
    }
    return element != NULL;
}

static void
children_add(struct walk *walk, const struct mu_doc_element *parent,
             const char *name, bool is_deep, struct set *to)
{
    bool is_any = strcmp(name, "*") == 0;

    for (const struct mu_doc_element *child = parent->first; child;
         child = child->next) {
        if (child->kind != MU_DOC_ELEMENT) {
            continue;
        }
        if (is_any || strcmp(child->name, name) == 0) {
            *mu_vec_add(walk->arena, &to->items) = child;
        }
        if (is_deep) { /* The parser bounds the depth. */
            children_add(walk, child, name, true, to);
        }
    }
}

/* Applies the predicates that follow a step. */
static struct set
filter(struct walk *walk, const struct set *from)
{
    struct set set = *from;

    while (!walk->has_failed && read_word(walk, "[")) {
        const char *begin = walk->at;
        struct set kept = {.items = {NULL, 0, 0}};
        const struct mu_doc_element nothing = {.name = "",
                                               .kind = MU_DOC_ELEMENT};
        struct subject subject = {NULL, 0, 0};

        for (size_t i = 0; i < set.items.count && !walk->has_failed; i++) {
            const struct mu_doc_element *one = set.items.items[i];
            size_t after = i + 1;

            subject.element = one;
            if (i == 0 || set.items.items[i - 1]->parent != one->parent) {
                while (after < set.items.count &&
                       set.items.items[after]->parent == one->parent) {
                    after++;
                }
                subject.position = 0;
                subject.count = after - i;
            }
            subject.position++;
            walk->at = begin;
            if (or_holds(walk, &subject)) {
                *mu_vec_add(walk->arena, &kept.items) = one;
            }
        }
        if (set.items.count == 0) { /* It must be understood all the same. */
            (void)or_holds(walk, &(struct subject){&nothing, 1, 1});
        }
        skip_blanks(walk);
        if (!read_word(walk, "]")) {
            fail(walk);
        }
        set = kept;
    }
    return set;
}

static bool
or_holds(struct walk *walk, const struct subject *subject)
{
    bool holds;

    if (++walk->depth > MU_RULES_DEPTH_MAX) {
        fail(walk);
        return false;
    }
    holds = and_holds(walk, subject);
    skip_blanks(walk);
    while (!walk->has_failed && read_word(walk, "or ")) {
        holds = and_holds(walk, subject) || holds;
        skip_blanks(walk);
    }
    walk->depth--;
    return holds;
}

static bool
and_holds(struct walk *walk, const struct subject *subject)
{
    bool holds = one_holds(walk, subject);

    skip_blanks(walk);
    while (!walk->has_failed && read_word(walk, "and ")) {
        holds = one_holds(walk, subject) && holds;
        skip_blanks(walk);
    }
    return holds;
}

static bool
one_holds(struct walk *walk, const struct subject *subject)
{
    bool holds;

    skip_blanks(walk);
    if (read_word(walk, "(")) {
        holds = or_holds(walk, subject);
        skip_blanks(walk);
        if (!read_word(walk, ")")) {
            fail(walk);
        }
        return holds;
    }
    if (read_word(walk, "not(")) {
        holds = !or_holds(walk, subject);
        skip_blanks(walk);
        if (!read_word(walk, ")")) {
            fail(walk);
        }
        return holds;
    }
    if (strncmp(walk->at, "contains(", 9) == 0 ||
        strncmp(walk->at, "starts-with(", 12) == 0) {
        return function_holds(walk, subject);
    }
    if (read_word(walk, "last()")) {
        return subject->position == subject->count;
    }
    if (*walk->at >= '0' && *walk->at <= '9') {
        size_t number = 0;

        while (*walk->at >= '0' && *walk->at <= '9' && number < SIZE_MAX / 16) {
            number = number * 10 + (size_t)(*walk->at++ - '0');
        }
        return number == subject->position;
    }
    if (read_word(walk, "@")) {
        char name[NAME_SIZE];

        if (!read_name(walk, name)) {
            fail(walk);
            return false;
        }
        return value_holds(walk, mu_doc_get(subject->element, name));
    }
    return path_holds(walk, subject);
}

/* contains(@a, 'b'), starts-with(@a, 'b') */
static bool
function_holds(struct walk *walk, const struct subject *subject)
{
    bool is_start = *walk->at == 's';
    char name[NAME_SIZE];
    char literal[LITERAL_SIZE];
    const char *value;

    walk->at = strchr(walk->at, '(') + 1;
    skip_blanks(walk);
    if (!read_word(walk, "@") || !read_name(walk, name)) {
        fail(walk);
        return false;
    }
    skip_blanks(walk);
    if (!read_word(walk, ",") || !read_literal(walk, literal)) {
        fail(walk);
        return false;
    }
    skip_blanks(walk);
    if (!read_word(walk, ")")) {
        fail(walk);
    }
    value = mu_doc_get(subject->element, name);
    value = value ? value : "";
    return is_start ? strncmp(value, literal, strlen(literal)) == 0
                    : strstr(value, literal) != NULL;
}

/* Without an operator it must only be there. */
static bool
value_holds(struct walk *walk, const char *value)
{
    char literal[LITERAL_SIZE];
    bool is_not;

    skip_blanks(walk);
    is_not = read_word(walk, "!=");
    if (!is_not && !read_word(walk, "=")) {
        return value != NULL;
    }
    if (!read_literal(walk, literal)) {
        fail(walk);
        return false;
    }
    return value && (strcmp(value, literal) == 0) != is_not;
}

/* A path below: it holds when it leads anywhere. */
static bool
path_holds(struct walk *walk, const struct subject *subject)
{
    return path_walk(walk, subject->element).items.count > 0;
}

static bool
read_word(struct walk *walk, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(walk->at, word, length) != 0) {
        return false;
    }
    walk->at += length;
    return true;
}

static bool
read_name(struct walk *walk, char name[NAME_SIZE])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-.:";
    size_t length = strspn(walk->at, letters);

    if (length == 0 || length >= NAME_SIZE) {
        return false;
    }
    memcpy(name, walk->at, length);
    name[length] = '\0';
    walk->at += length;
    return true;
}

static bool
read_literal(struct walk *walk, char literal[LITERAL_SIZE])
{
    const char *end;

    skip_blanks(walk);
    if (*walk->at != '\'' && *walk->at != '"') {
        return false;
    }
    end = strchr(walk->at + 1, *walk->at);
    if (!end || end - walk->at - 1 >= LITERAL_SIZE) {
        return false;
    }
    memcpy(literal, walk->at + 1, (size_t)(end - walk->at - 1));
    literal[end - walk->at - 1] = '\0';
    walk->at = end + 1;
    return true;
}

static void
skip_blanks(struct walk *walk)
{
    walk->at += strspn(walk->at, " \t\n");
}

static void
fail(struct walk *walk)
{
    walk->has_failed = true;
}

/* Adds what is not there yet. */
static void
merge(struct walk *walk, const struct set *from, struct set *to)
{
    size_t before = to->items.count;

    for (size_t i = 0; i < from->items.count; i++) {
        bool is_there = false;

        for (size_t k = 0; k < before && !is_there; k++) {
            is_there = to->items.items[k] == from->items.items[i];
        }
        if (!is_there) {
            *mu_vec_add(walk->arena, &to->items) = from->items.items[i];
        }
    }
}
