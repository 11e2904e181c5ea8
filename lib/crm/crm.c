/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/crm.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/vec.h"
#include "crm/apply.h"
#include "crm/command.h"
#include "crm/refs.h"
#include "crm/select.h"
#include "crm/values.h"

/* A statement of a loaded text. */
struct entry {
    const struct mu_statement *statement;
    enum mu_kind kind;
    struct mu_element *object;
    const char *name; /* What people call the object, or null. */
    bool is_xml;
};

struct entries {
    struct entry *items;
    size_t count;
    size_t capacity;
    struct mu_index names; /* Names of the objects, to positions. */
};

struct loader {
    struct mu_arena *arena;
    struct mu_workspace workspace;
    const struct mu_crm_options *options;
    struct mu_grammar_options grammar_options;
    struct mu_report *report;
    struct shown {
        struct shown_object {
            const char *name;
            const char *key;
        } * items; /* EDIT: the objects that were shown. */
        size_t count;
        size_t capacity;
        struct mu_index index;
    } shown;
};

static int text_apply(struct loader *loader, struct mu_span text);
static int typed_apply(struct loader *loader,
                       const struct mu_lexer_result *lexed);
static int file_apply(struct loader *loader,
                      const struct mu_lexer_result *lexed);
static int entry_parse(struct loader *loader,
                       const struct mu_statement *statement,
                       struct entry *ret_entry);
static int entry_parse_xml(struct loader *loader, struct entry *entry);
static int entry_apply(struct loader *loader, struct entry *entry);
static int keyword_fail(struct loader *loader, const struct mu_word *word);
static int entries_check(struct loader *loader, const struct entries *entries);
static int others_remove(struct loader *loader, const struct entries *entries);
static int shown_collect(struct loader *loader);
static bool is_exact(const struct loader *loader, const struct entry *entry);
static int edited_delete(struct loader *loader, const struct entries *entries);
static void names_index(struct loader *loader, struct entries *entries);
static void members_index(struct entries *entries,
                          const struct mu_element *container,
                          uint32_t position);
static bool is_mentioned(const struct entries *entries, const char *key);
static const char *key_make(struct loader *loader, enum mu_kind kind,
                            const char *name);
static int references_check(struct loader *loader,
                            const struct entries *entries);
static const char *entry_name(const struct entry *entry);

int
mu_crm_apply(struct mu_doc *cib, struct mu_span text,
             const struct mu_crm_options *options, struct mu_report *report)
{
    struct mu_arena arena;
    struct loader loader = {
        .arena = &arena, .options = options, .report = report};
    int r;

    mu_assert(cib);
    mu_assert(report->arena);
    mu_arena_init(&arena, SIZE_MAX);
    r = mu_workspace_open(&loader.workspace, &arena, cib, report);
    if (r == 0) {
        r = text_apply(&loader, text);
    }
    if (r == 0) {
        mu_workspace_save(&loader.workspace, cib);
    }
    mu_arena_done(&arena);
    return r;
}

static int
text_apply(struct loader *loader, struct mu_span text)
{
    struct mu_lexer_result lexed;
    struct mu_errbuf err = {0};
    int r = mu_lexer_split(loader->arena, text, &lexed, &err);

    if (r < 0) {
        struct mu_word word = {
            .text = "", .line = err.line, .column = err.column, .width = 1};

        (void)mu_report_error(loader->report, MU_REPORT_REASON_SYNTAX,
                              err.line > 0 ? &word : NULL, "%s", err.text);
        return -EBADMSG;
    }
    loader->grammar_options = (struct mu_grammar_options){
        .providers = loader->options->providers,
        .context = loader->options->context,
        .has_promoted = loader->workspace.has_promoted,
        .is_typed = loader->options->mode == MU_CRM_TYPED,
    };
    return loader->options->mode == MU_CRM_TYPED ? typed_apply(loader, &lexed)
                                                 : file_apply(loader, &lexed);
}

/* At the prompt each line sees what the ones before it did. */
static int
typed_apply(struct loader *loader, const struct mu_lexer_result *lexed)
{
    for (size_t i = 0; i < lexed->count; i++) {
        const struct mu_statement *statement = &lexed->statements[i];
        struct entry entry;
        int r;

        if (mu_command_is(statement->words[0].text)) {
            r = mu_command_run(&loader->workspace, statement,
                               loader->options->is_forced);
        } else {
            r = entry_parse(loader, statement, &entry);
            if (r == 0) {
                r = entry_apply(loader, &entry);
            }
            if (r == 0) {
                r = mu_refs_check(&loader->workspace, entry.object);
            }
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* A file is read whole, so that all its errors show at once, and applied by
 * kind, so that it may name what comes later. */
static int
file_apply(struct loader *loader, const struct mu_lexer_result *lexed)
{
    struct entries entries = {0};
    int r = 0;

    for (size_t i = 0; i < lexed->count; i++) {
        struct entry entry;

        if (entry_parse(loader, &lexed->statements[i], &entry) == 0) {
            *mu_vec_add(loader->arena, &entries) = entry;
        } else {
            r = -EBADMSG;
        }
    }
    for (size_t i = lexed->comments_count; i > 0 && entries.count > 0; i--) {
        struct mu_element *last = entries.items[entries.count - 1].object;
        struct mu_element *comment =
            mu_element_new_comment(loader->arena, lexed->comments[i - 1]);

        if (last->first) {
            mu_element_insert(last->first, comment);
        } else {
            mu_element_append(last, comment);
        }
    }
    names_index(loader, &entries);
    if (r == 0) {
        r = entries_check(loader, &entries);
    }
    if (r == 0 && loader->options->mode == MU_CRM_EDIT) {
        r = shown_collect(loader);
    }
    if (r == 0) {
        r = others_remove(loader, &entries);
    }
    for (unsigned rank = 0;
         r == 0 && rank <= mu_kinds_info(MU_KIND_ALERT)->rank; rank++) {
        for (size_t i = 0; i < entries.count && r == 0; i++) {
            if (mu_kinds_info(entries.items[i].kind)->rank == rank) {
                r = entry_apply(loader, &entries.items[i]);
            }
        }
    }
    if (r == 0) {
        r = edited_delete(loader, &entries);
    }
    return r == 0 ? references_check(loader, &entries) : r;
}

static int
entry_parse(struct loader *loader, const struct mu_statement *statement,
            struct entry *ret_entry)
{
    const struct mu_word *keyword = &statement->words[0];
    struct mu_grammar grammar = {
        .arena = loader->arena,
        .report = loader->report,
        .options = &loader->grammar_options,
        .configuration = loader->workspace.configuration,
        .statement = statement,
    };
    int r;

    *ret_entry = (struct entry){.statement = statement,
                                .kind = mu_kinds_by_keyword(keyword->text)};
    if (strcmp(keyword->text, "xml") == 0) {
        r = entry_parse_xml(loader, ret_entry);
    } else if (ret_entry->kind == MU_KIND_NONE) {
        r = keyword_fail(loader, keyword);
    } else {
        r = mu_grammar_parse(&grammar, ret_entry->kind, &ret_entry->object);
    }
    if (r == 0) {
        ret_entry->name = entry_name(ret_entry);
        r = mu_values_check(loader->report, ret_entry->kind, ret_entry->object);
    }
    return r;
}

static int
entry_parse_xml(struct loader *loader, struct entry *entry)
{
    const struct mu_statement *statement = entry->statement;
    const char *xml = statement->rest;
    struct mu_errbuf err = {0};
    struct mu_doc *doc = NULL;
    int r;

    if (statement->words_count == 2 && *xml != '<') {
        xml = statement->words[1].text;
    }
    r = mu_doc_parse((struct mu_span){(const unsigned char *)xml, strlen(xml)},
                     &doc, &err);
    if (r < 0) {
        return mu_report_error(loader->report, MU_REPORT_REASON_SYNTAX,
                               &statement->words[0], "%s", err.text);
    }
    entry->object = mu_workspace_import(loader->arena, mu_doc_root(doc));
    mu_doc_free(doc);
    entry->is_xml = true;
    entry->kind = mu_kinds_by_tag(entry->object->name);
    if (mu_element_is(entry->object, "rsc_defaults") ||
        mu_element_is(entry->object, "op_defaults")) {
        entry->kind = mu_kinds_by_keyword(entry->object->name);
    }
    if (entry->kind == MU_KIND_NONE) {
        return mu_report_error(
            loader->report, MU_REPORT_REASON_SYNTAX, &statement->words[0],
            "<%.80s> is no object of a configuration", entry->object->name);
    }
    return 0;
}

static const char *
entry_name(const struct entry *entry)
{
    const struct mu_element *object = entry->object;

    if (entry->is_xml && mu_kinds_is_options(entry->kind) &&
        entry->kind != MU_KIND_PROPERTY) {
        object = mu_element_find(object, "meta_attributes");
    }
    return object ? mu_kinds_name_of(object) : NULL;
}

static int
keyword_fail(struct loader *loader, const struct mu_word *word)
{
    const char *keywords[MU_KIND_NONE + 6];
    size_t count = 0;
    int r = mu_report_error(loader->report, MU_REPORT_REASON_SYNTAX, word,
                            "\"%.80s\" is no statement", word->text);

    for (enum mu_kind kind = 0; kind < MU_KIND_NONE; kind++) {
        keywords[count++] = mu_kinds_info(kind)->keyword;
    }
    if (loader->options->mode == MU_CRM_TYPED) {
        keywords[count++] = "delete";
        keywords[count++] = "rename";
        keywords[count++] = "modgroup";
        keywords[count++] = "monitor";
        keywords[count++] = "erase";
    }
    keywords[count++] = "xml";
    mu_report_suggest(loader->report, word->text, keywords, count);
    return r;
}

static int
entry_apply(struct loader *loader, struct entry *entry)
{
    const struct mu_statement *statement = entry->statement;
    struct mu_apply apply = {
        .workspace = &loader->workspace,
        .is_typed = loader->options->mode == MU_CRM_TYPED,
        .is_exact = is_exact(loader, entry),
    };
    const struct mu_word *word = statement->words_count > 1
                                     ? &statement->words[1]
                                     : &statement->words[0];

    if (entry->is_xml) {
        return mu_apply_xml(&apply, entry->object, &statement->words[0]);
    }
    return mu_apply_object(&apply, entry->kind, entry->object, word);
}

/* An object that is described twice is a slip of the author's. */
static int
entries_check(struct loader *loader, const struct entries *entries)
{
    struct mu_index index;
    int result = 0;

    mu_index_init(&index, loader->arena);
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        const struct mu_statement *statement = entry->statement;
        const struct mu_word *word =
            &statement->words[statement->words_count > 1];
        const char *key;
        uint32_t other;

        if (!entry->name || mu_kinds_is_options(entry->kind)) {
            continue;
        }
        key = key_make(loader, entry->kind, entry->name);
        other = mu_index_find(&index, key);
        if (other == MU_INDEX_NONE) {
            mu_index_add(&index, key, (uint32_t)i);
        } else if (entries->items[other].kind == entry->kind) {
            result = mu_report_error(
                loader->report, MU_REPORT_REASON_NAME, word,
                "\"%.80s\" is described in line %u already", entry->name,
                entries->items[other].statement->words[0].line);
        }
    }
    return result;
}

/* Before a REPLACE everything goes but the nodes; before a PUSH what the text
 * does not mention. */
static int
others_remove(struct loader *loader, const struct entries *entries)
{
    struct mu_workspace *workspace = &loader->workspace;
    MU_VEC(struct mu_element *) others = {0};
    struct mu_element *object = NULL;

    if (loader->options->mode == MU_CRM_REPLACE) {
        mu_command_erase(workspace, false);
    }
    if (loader->options->mode != MU_CRM_PUSH) {
        return 0;
    }
    while ((object = mu_workspace_next(workspace, object))) {
        const char *name = mu_kinds_name_of(object);

        if (!name ||
            !is_mentioned(entries,
                          key_make(loader, mu_kinds_of(object), name))) {
            *mu_vec_add(loader->arena, &others) = object;
        }
    }
    for (size_t i = 0; i < others.count; i++) {
        mu_apply_free_members(workspace, others.items[i]);
        mu_workspace_drop(workspace, others.items[i]);
    }
    return 0;
}

/* Finds the objects that were shown in the editor. */
static int
shown_collect(struct loader *loader)
{
    const struct mu_crm_options *options = loader->options;
    struct mu_element *object = NULL;
    struct mu_select select;
    int r = mu_select_read(&select, &loader->workspace, options->edited,
                           options->edited_count);

    if (r < 0) {
        return r;
    }
    mu_index_init(&loader->shown.index, loader->arena);
    while ((object = mu_workspace_next(&loader->workspace, object))) {
        const char *name = mu_kinds_name_of(object);

        if (name && mu_select_has(&select, object)) {
            struct shown_object *shown =
                mu_vec_add(loader->arena, &loader->shown);

            shown->name = name;
            shown->key = key_make(loader, mu_kinds_of(object), name);
            (void)mu_index_add(&loader->shown.index, shown->key, 0);
        }
    }
    return 0;
}

/* What was shown in an editor and is no longer in the text is deleted. */
static int
edited_delete(struct loader *loader, const struct entries *entries)
{
    const char **names =
        mu_arena_new(loader->arena, const char *, loader->shown.count + 1);
    size_t count = 0;

    for (size_t i = 0; i < loader->shown.count; i++) {
        const struct shown_object *shown = &loader->shown.items[i];

        if (!is_mentioned(entries, shown->key) &&
            mu_workspace_object(&loader->workspace, shown->name)) {
            names[count++] = shown->name;
        }
    }
    return mu_command_delete(&loader->workspace, names, NULL, count);
}

/* Tells whether a set of options becomes equal to its statement: all of it was
 * in front of whoever wrote the text. */
static bool
is_exact(const struct loader *loader, const struct entry *entry)
{
    const char *name = entry->name;

    if (!name && mu_kinds_is_options(entry->kind)) {
        name = mu_apply_default_id(entry->kind);
    }
    return loader->options->mode == MU_CRM_PUSH ||
           (loader->options->mode == MU_CRM_EDIT && name &&
            mu_index_find(&loader->shown.index, name) != MU_INDEX_NONE);
}

static bool
is_mentioned(const struct entries *entries, const char *key)
{
    return mu_index_find(&entries->names, key) != MU_INDEX_NONE;
}

/* Nodes and users may have the name of a resource: their keys hold a blank,
 * which no id can. */
static const char *
key_make(struct loader *loader, enum mu_kind kind, const char *name)
{
    if (kind == MU_KIND_NODE || kind == MU_KIND_TARGET ||
        kind == MU_KIND_ACL_GROUP) {
        return mu_text_make(loader->arena, "%s %s",
                            mu_kinds_info(kind)->keyword, name);
    }
    return name;
}

/* A container mentions its members. */
static void
members_index(struct entries *entries, const struct mu_element *container,
              uint32_t position)
{
    for (const struct mu_element *child = container->first; child;
         child = child->next) {
        const char *id = mu_element_is(child, MU_GRAMMAR_MEMBER)
                             ? mu_element_get(child, "id")
                             : NULL;

        if (id) {
            (void)mu_index_add(&entries->names, id, position);
        }
    }
}

/* A set of options without a name is the usual one of its kind. */
static void
names_index(struct loader *loader, struct entries *entries)
{
    mu_index_init(&entries->names, loader->arena);
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        const char *name = entry->name;

        if (!name && mu_kinds_is_options(entry->kind)) {
            name = mu_apply_default_id(entry->kind);
        }
        if (name) {
            (void)mu_index_add(&entries->names,
                               key_make(loader, entry->kind, name),
                               (uint32_t)i);
        }
        members_index(entries, entry->object, (uint32_t)i);
    }
}

static int
references_check(struct loader *loader, const struct entries *entries)
{
    struct mu_workspace *workspace = &loader->workspace;
    struct mu_element *object = NULL;
    int result = 0;

    if (loader->options->mode == MU_CRM_PUSH) {
        /* A member that the text names, without saying what it is, stays as it
         * was, and may refer to what went. */
        while ((object = mu_workspace_next(workspace, object))) {
            if (mu_refs_check(workspace, object) < 0) {
                result = -ENOENT;
            }
        }
    } else {
        for (size_t i = 0; i < entries->count; i++) {
            if (mu_refs_check(workspace, entries->items[i].object) < 0) {
                result = -ENOENT;
            }
        }
    }
    if (mu_apply_check_containers(workspace) < 0) {
        result = -EBADMSG;
    }
    return result;
}
