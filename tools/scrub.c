/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/scrub.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/names.h"

static const char hidden[] = "[removed]";

static void scrub_element(struct mu_scrub *scrub, const char *file,
                          struct mu_doc *doc,
                          const struct mu_doc_element *element);
static const struct mu_doc_element *
owner_of(const struct mu_doc_element *element);
static void keep(struct mu_scrub *scrub, const char *value);
static void note(struct mu_scrub *scrub, const char *sentence);
static size_t skip_secret(const struct mu_scrub *scrub, const char *at,
                          size_t left);
static size_t value_after(const char *at, const char *end, size_t *ret_length);
static bool is_word(char letter);

int
mu_scrub_xml(struct mu_scrub *scrub, const char *file, struct mu_span xml,
             struct mu_text_buffer *text, struct mu_errbuf *err)
{
    struct mu_text_buffer clean;
    const struct mu_doc_element *one;
    struct mu_doc *doc;
    int error = mu_doc_parse(xml, &doc, err);

    if (error) {
        return error;
    }
    for (one = mu_doc_root(doc); one;
         one = mu_doc_walk(one, mu_doc_root(doc))) {
        scrub_element(scrub, file, doc, one);
    }
    mu_text_buffer_init(&clean, scrub->arena);
    mu_doc_write_file(doc, &clean);
    mu_doc_free(doc);
    /* The same value may stand elsewhere, in a description or a command. */
    mu_scrub_text(scrub, file, clean.data, clean.length, text);
    return 0;
}

static void
scrub_element(struct mu_scrub *scrub, const char *file, struct mu_doc *doc,
              const struct mu_doc_element *element)
{
    const char *name = mu_doc_get(element, "name");
    const char *value = mu_doc_get(element, "value");
    const struct mu_doc_element *owner;
    const char *type;
    bool is_private = false;

    if (!mu_doc_is(element, "nvpair") || !name || !value) {
        return;
    }
    owner = owner_of(element);
    type = owner ? mu_doc_get(owner, "type") : NULL;
    if (type && scrub->is_private) {
        const char *class_name = mu_doc_get(owner, "class");

        is_private =
            scrub->is_private(scrub->context, class_name ? class_name : "",
                              mu_doc_get(owner, "provider"), type, name);
    }
    if (!is_private && !mu_names_is_secret(name)) {
        return;
    }
    keep(scrub, value);
    mu_doc_set(mu_doc_edit(doc, element), "value", hidden);
    note(scrub,
         mu_text_make(
             scrub->arena, "%s: %s%s%s, because %s", file,
             owner && mu_doc_get(owner, "id") ? mu_doc_get(owner, "id") : "",
             owner ? ": " : "", name,
             is_private ? "its agent calls it private" : "of its name"));
}

/* The resource, or node, that a value belongs to. */
static const struct mu_doc_element *
owner_of(const struct mu_doc_element *element)
{
    while (element && !mu_doc_is(element, "primitive") &&
           !mu_doc_is(element, "template") && !mu_doc_is(element, "node")) {
        element = mu_doc_parent(element);
    }
    return element;
}

/* Longest first: one secret may begin with another. */
static void
keep(struct mu_scrub *scrub, const char *value)
{
    size_t length = strlen(value);
    size_t at = 0;

    if (length < MU_SCRUB_LENGTH_MIN || strcmp(value, hidden) == 0) {
        return;
    }
    for (size_t i = 0; i < scrub->secrets.count; i++) {
        if (strcmp(scrub->secrets.items[i], value) == 0) {
            return;
        }
    }
    (void)mu_vec_add(scrub->arena, &scrub->secrets);
    while (at + 1 < scrub->secrets.count &&
           strlen(scrub->secrets.items[at]) >= length) {
        at++;
    }
    memmove(&scrub->secrets.items[at + 1], &scrub->secrets.items[at],
            (scrub->secrets.count - at - 1) * sizeof(scrub->secrets.items[0]));
    scrub->secrets.items[at] = mu_arena_strdup(scrub->arena, value);
}

static void
note(struct mu_scrub *scrub, const char *sentence)
{
    for (size_t i = 0; i < scrub->removed.count; i++) {
        if (strcmp(scrub->removed.items[i], sentence) == 0) {
            return;
        }
    }
    *mu_vec_add(scrub->arena, &scrub->removed) = sentence;
}

void
mu_scrub_text(struct mu_scrub *scrub, const char *file, const char *what,
              size_t size, struct mu_text_buffer *text)
{
    const char *end = what + size;
    const char *from = what;
    unsigned values = 0;
    unsigned names = 0;

    for (const char *at = what; at < end;) {
        size_t skipped = skip_secret(scrub, at, (size_t)(end - at));
        const char *word_end = at;
        size_t length = 0;
        size_t before;

        if (skipped > 0) {
            mu_text_buffer_append(text, from, (size_t)(at - from));
            mu_text_buffer_add(text, "%s", hidden);
            at += skipped;
            from = at;
            values++;
            continue;
        }
        if (!is_word(*at) || (at > what && is_word(at[-1]))) {
            at++;
            continue;
        }
        while (word_end < end && is_word(*word_end)) {
            word_end++;
        }
        if ((size_t)(word_end - at) < 128 &&
            mu_names_is_secret(
                mu_arena_strndup(scrub->arena, at, (size_t)(word_end - at)))) {
            before = value_after(word_end, end, &length);
            if (length > 0 && (length != strlen(hidden) ||
                               strncmp(word_end + before, hidden, length))) {
                mu_text_buffer_append(text, from,
                                      (size_t)(word_end + before - from));
                mu_text_buffer_add(text, "%s", hidden);
                from = word_end + before + length;
                at = from;
                names++;
                continue;
            }
        }
        at = word_end;
    }
    mu_text_buffer_append(text, from, (size_t)(end - from));
    if (values + names > 0) {
        note(scrub, mu_text_make(scrub->arena,
                                 "%s: %u values, because of their names or "
                                 "because they are secret elsewhere",
                                 file, values + names));
    }
}

/* Returns the length of the known secret that begins here, or 0. */
static size_t
skip_secret(const struct mu_scrub *scrub, const char *at, size_t left)
{
    for (size_t i = 0; i < scrub->secrets.count; i++) {
        size_t length = strlen(scrub->secrets.items[i]);

        if (length <= left &&
            memcmp(at, scrub->secrets.items[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

/* Finds the value behind a name: after = or :, maybe quoted (also with escaped
 * quotes), or in the attribute "value" that follows. Returns where it begins,
 * counted from 'at'. */
static size_t
value_after(const char *at, const char *end, size_t *ret_length)
{
    static const char *const attributes[] = {"value=\"", "value=\\\""};
    const char *from = at;
    const char *stop;

    *ret_length = 0;
    while (from < end && (*from == '"' || *from == '\\' || *from == ' ')) {
        from++;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(attributes[i]);

        if ((size_t)(end - from) > length &&
            memcmp(from, attributes[i], length) == 0) {
            from += length;
            for (stop = from; stop < end && *stop != '"' && *stop != '\\';
                 stop++) {
            }
            *ret_length = (size_t)(stop - from);
            return (size_t)(from - at);
        }
    }
    if (from >= end || (*from != '=' && *from != ':')) {
        return 0;
    }
    from++;
    while (from < end && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (from < end && (*from == '"' || *from == '\'' || *from == '\\')) {
        from++;
    }
    for (stop = from; stop < end && !strchr("\"'\\ \t\n,;&", *stop); stop++) {
    }
    *ret_length = (size_t)(stop - from);
    return (size_t)(from - at);
}

static bool
is_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_' || letter == '-';
}
