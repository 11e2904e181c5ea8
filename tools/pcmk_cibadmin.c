/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cibadmin: the CIB as XML, whole or in parts, read and changed. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "doc/doc_path.h"
#include "tools/cib_edit.h"
#include "tools/client.h"
#include "tools/pcmk.h"

enum { LONG_IGNORED = 1000, LONG_IGNORED_VALUE };

struct call {
    int what; /* The letter of the action; 0: none given. */
    const char *scope;
    const char *xpath;
    char *xml; /* Null: none given. */
    size_t xml_size;
    bool allows_create; /* -c: modify makes what is not there. */
    bool is_all;        /* --delete-all */
    bool is_bare;       /* -n: without children. */
    int code;           /* What the change came to. */
    struct mu_doc *input;
};

static const struct option options[] = {
    {"query", no_argument, NULL, 'Q'},
    {"create", no_argument, NULL, 'C'},
    {"modify", no_argument, NULL, 'M'},
    {"replace", no_argument, NULL, 'R'},
    {"delete", no_argument, NULL, 'D'},
    {"delete-all", no_argument, NULL, 'd'},
    {"erase", no_argument, NULL, 'E'},
    {"patch", no_argument, NULL, 'P'},
    {"upgrade", no_argument, NULL, 'U'},
    {"bump", no_argument, NULL, 'B'},
    {"scope", required_argument, NULL, 'o'},
    {"xml-text", required_argument, NULL, 'X'},
    {"xml-file", required_argument, NULL, 'x'},
    {"xml-pipe", no_argument, NULL, 'p'},
    {"xpath", required_argument, NULL, 'A'},
    {"no-children", no_argument, NULL, 'n'},
    {"allow-create", no_argument, NULL, 'c'},
    {"local", no_argument, NULL, LONG_IGNORED},
    {"force", no_argument, NULL, LONG_IGNORED},
    {"sync-call", no_argument, NULL, LONG_IGNORED},
    {"no-bcast", no_argument, NULL, LONG_IGNORED},
    {"verbose", no_argument, NULL, LONG_IGNORED},
    {"timeout", required_argument, NULL, LONG_IGNORED_VALUE},
    {"node", required_argument, NULL, LONG_IGNORED_VALUE},
    {"user", required_argument, NULL, LONG_IGNORED_VALUE},
    {NULL, 0, NULL, 0},
};

static int read_words(struct mu_tool *tool, int argc, char **argv,
                      struct call *call);
static int read_xml(struct mu_tool *tool, const char *path, struct call *call);
static int query(struct mu_tool *tool, const struct call *call);
static int print_path(struct mu_tool *tool, const struct mu_doc *doc,
                      const struct call *call);
static void print_one(const struct mu_doc_element *element, unsigned indent,
                      bool is_bare, struct mu_text_buffer *text);
static int change(struct mu_cib_edit *edit, void *context);
static int apply(struct mu_cib_edit *edit, const struct call *call);
static int create(struct mu_cib_edit *edit, const struct call *call);
static int modify(struct mu_cib_edit *edit, const struct call *call);
static int replace(struct mu_cib_edit *edit, const struct call *call);
static int delete(struct mu_cib_edit *edit, const struct call *call);
static int delete_path(struct mu_cib_edit *edit, const struct call *call);
static int erase(struct mu_cib_edit *edit);
static const struct mu_doc_element *scope_find(const struct mu_doc *doc,
                                               const char *scope);
static struct mu_doc_element *section_get(struct mu_cib_edit *edit,
                                          const char *scope,
                                          const char *element);
static const char *section_of(const char *element);
static const struct mu_doc_element *
match_find(const struct mu_doc_element *top,
           const struct mu_doc_element *pattern);
static bool matches(const struct mu_doc_element *element,
                    const struct mu_doc_element *pattern, bool by_id);
static void element_merge(struct mu_doc *doc, struct mu_doc_element *to,
                          const struct mu_doc_element *from);
static int fail(int code, const char *operation, const char *reason);

int
mu_pcmk_cibadmin_run(struct mu_tool *tool, int argc, char **argv)
{
    struct call call = {.what = 0};
    struct mu_errbuf err = {0};
    int code = read_words(tool, argc, argv, &call);

    if (code) {
        return code;
    }
    if (call.what == 'Q') {
        return query(tool, &call);
    }
    if (call.what == 'U' || call.what == 'B') {
        return MU_PCMK_OK; /* There is one schema, and every change counts. */
    }
    if (call.xml &&
        mu_doc_parse((struct mu_span){(const unsigned char *)call.xml,
                                      call.xml_size},
                     &call.input, &err)) {
        (void)fprintf(stderr, "cibadmin: the XML: %s\n", err.text);
        return MU_PCMK_USAGE;
    }
    if (!call.input && call.what != 'E' && !call.xpath) {
        (void)fprintf(stderr, "cibadmin: say what, with -X, -x or -p\n");
        return MU_PCMK_USAGE;
    }
    code = mu_cib_edit_run(tool, change, &call);
    mu_doc_free(call.input);
    return call.code ? call.code : mu_pcmk_exit_of(code);
}

int
mu_pcmk_cibadmin_print_ids(struct mu_tool *tool, const char *xpath)
{
    struct mu_doc_path found = {.count = 0};
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, false, &edit);

    if (code) {
        return mu_pcmk_exit_of(code);
    }
    code = mu_doc_path_find(edit.doc, xpath, &tool->arena, &found, NULL)
               ? MU_PCMK_USAGE
               : MU_PCMK_OK;
    for (size_t i = 0; i < found.count; i++) {
        const char *id = mu_doc_get(found.items[i], "id");

        (void)puts(id ? id : "?");
    }
    mu_cib_edit_close(&edit);
    return code;
}

static int
read_words(struct mu_tool *tool, int argc, char **argv, struct call *call)
{
    int code = MU_PCMK_OK;
    int c;

    opterr = 0;
    while (!code && (c = getopt_long(argc, argv, "QCMRDdEPUBo:X:x:pA:nclfsVt:N:",
                                     options, NULL)) != -1) {
        switch (c) {
        case 'o':
            call->scope = optarg;
            break;
        case 'A':
            call->xpath = optarg;
            break;
        case 'X':
            call->xml = optarg;
            call->xml_size = strlen(optarg);
            break;
        case 'x':
            code = read_xml(tool, optarg, call);
            break;
        case 'p':
            code = read_xml(tool, "-", call);
            break;
        case 'n':
            call->is_bare = true;
            break;
        case 'c':
            call->allows_create = true;
            break;
        case 'd':
            call->is_all = true;
            call->what = 'D';
            break;
        case '?':
            (void)fprintf(stderr, "cibadmin: an option is not known or lacks "
                                  "its value\n");
            return MU_PCMK_USAGE;
        default:
            call->what = strchr("QCMRDEPUB", c) ? c : call->what;
            break;
        }
    }
    if (!code && call->what == 'P') {
        (void)fprintf(stderr, "cibadmin: patches are not understood; use "
                              "--replace\n");
        return MU_PCMK_ERROR;
    }
    if (!code && call->what == 0) {
        (void)fprintf(stderr, "cibadmin: say -Q, -C, -M, -R, -D or -E\n");
        return MU_PCMK_USAGE;
    }
    if (call->scope && strcmp(call->scope, "all") == 0) {
        call->scope = NULL;
    }
    return code;
}

static int
read_xml(struct mu_tool *tool, const char *path, struct call *call)
{
    int error = mu_tool_read_file(tool, path, &call->xml, &call->xml_size);

    if (error) {
        (void)fprintf(stderr, "cibadmin: %s: %s\n", path, strerror(-error));
        return MU_PCMK_NOT_THERE;
    }
    return MU_PCMK_OK;
}

static int
query(struct mu_tool *tool, const struct call *call)
{
    const struct mu_doc_element *top;
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, true, &edit);

    if (code) {
        return mu_pcmk_exit_of(code);
    }
    if (call->xpath) {
        code = print_path(tool, edit.doc, call);
    } else {
        top = scope_find(edit.doc, call->scope);
        if (top) {
            mu_text_buffer_init(&text, &tool->arena);
            print_one(top, 0, call->is_bare, &text);
            (void)puts(text.data);
        } else {
            code = fail(MU_PCMK_NOT_THERE, "cib_query",
                        "No such device or address");
        }
    }
    mu_cib_edit_close(&edit);
    return code;
}

static int
print_path(struct mu_tool *tool, const struct mu_doc *doc,
           const struct call *call)
{
    struct mu_doc_path found;
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};

    if (mu_doc_path_find(doc, call->xpath, &tool->arena, &found, &err)) {
        (void)fprintf(stderr, "cibadmin: %s\n", err.text);
        return MU_PCMK_USAGE;
    }
    if (found.count == 0) {
        return fail(MU_PCMK_NOT_THERE, "cib_query",
                    "No such device or address");
    }
    mu_text_buffer_init(&text, &tool->arena);
    if (found.count == 1) {
        print_one(found.items[0], 0, call->is_bare, &text);
        (void)puts(text.data);
        return MU_PCMK_OK;
    }
    for (size_t i = 0; i < found.count; i++) {
        print_one(found.items[i], 1, call->is_bare, &text);
        mu_text_buffer_append(&text, "\n", 1);
    }
    (void)printf("<xpath-query>\n%s</xpath-query>\n", text.data);
    return MU_PCMK_OK;
}

/* Without a line feed at its end. */
static void
print_one(const struct mu_doc_element *element, unsigned indent, bool is_bare,
          struct mu_text_buffer *text)
{
    if (!is_bare) {
        mu_doc_write_pretty(element, indent, text);
    } else {
        mu_text_buffer_add(text, "%*s<%s", (int)indent * 2, "",
                           mu_doc_name(element));
        for (unsigned i = 0; i < mu_doc_attributes_count(element); i++) {
            mu_text_buffer_add(text, " %s=\"",
                               mu_doc_attribute_name(element, i));
            mu_doc_write_value(mu_doc_attribute_value(element, i), text);
            mu_text_buffer_append(text, "\"", 1);
        }
        mu_text_buffer_append(text, "/>", 2);
    }
    while (text->length > 0 && text->data[text->length - 1] == '\n') {
        text->data[--text->length] = '\0';
    }
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    struct call *call = context;

    call->code = apply(edit, call);
    return call->code ? MU_TOOL_FAILED : MU_TOOL_OK;
}

static int
apply(struct mu_cib_edit *edit, const struct call *call)
{
    switch (call->what) {
    case 'C':
        return create(edit, call);
    case 'M':
        return modify(edit, call);
    case 'R':
        return replace(edit, call);
    case 'E':
        return erase(edit);
    default:
        return call->xpath ? delete_path(edit, call) : delete(edit, call);
    }
}

static int
create(struct mu_cib_edit *edit, const struct call *call)
{
    const struct mu_doc_element *input = mu_doc_root(call->input);
    struct mu_doc_element *section =
        section_get(edit, call->scope, mu_doc_name(input));
    const struct mu_doc_element *from = input;
    bool is_section = section && mu_doc_is(section, mu_doc_name(input));

    if (!section) {
        return fail(MU_PCMK_NOT_THERE, "cib_create",
                    "No such device or address");
    }
    /* A whole section stands for what is in it. */
    for (from = is_section ? mu_doc_first(input) : input; from;
         from = is_section ? mu_doc_next(from) : NULL) {
        const char *id = mu_doc_get(from, "id");

        if (id && mu_doc_find(section, id)) {
            return fail(MU_PCMK_EXISTS, "cib_create", "File exists");
        }
        mu_doc_append(section, mu_doc_make_copy(edit->doc, from));
    }
    return MU_PCMK_OK;
}

static int
modify(struct mu_cib_edit *edit, const struct call *call)
{
    const struct mu_doc_element *input = mu_doc_root(call->input);
    const struct mu_doc_element *top = scope_find(edit->doc, call->scope);
    const struct mu_doc_element *found = NULL;
    struct mu_doc_path path;

    if (call->xpath) {
        if (mu_doc_path_find(edit->doc, call->xpath, &edit->tool->arena, &path,
                             NULL) == 0 &&
            path.count > 0) {
            found = path.items[0];
        }
    } else if (top) {
        found = match_find(top, input);
    }
    if (!found && call->allows_create && !call->xpath) {
        return create(edit, call);
    }
    if (!found) {
        return fail(MU_PCMK_NOT_THERE, "cib_modify",
                    "No such device or address");
    }
    element_merge(edit->doc, mu_doc_edit(edit->doc, found), input);
    return MU_PCMK_OK;
}

static int
replace(struct mu_cib_edit *edit, const struct call *call)
{
    const struct mu_doc_element *input = mu_doc_root(call->input);
    const struct mu_doc_element *found = NULL;
    struct mu_doc_element *copy;

    if (mu_doc_is(input, "cib")) {
        input = call->scope ? scope_find(call->input, call->scope)
                            : mu_doc_first_named(input, "configuration");
        if (!input) {
            return fail(MU_PCMK_USAGE, "cib_replace",
                        "the XML lacks the section");
        }
    }
    found = mu_doc_is(input, "configuration") || section_of(mu_doc_name(input))
                ? match_find(mu_doc_root(edit->doc), input)
                : scope_find(edit->doc, mu_doc_name(input));
    if (!found && call->scope && mu_doc_get(input, "id") == NULL) {
        (void)section_get(edit, call->scope, mu_doc_name(input));
        found = scope_find(edit->doc, mu_doc_name(input));
    }
    if (!found) {
        return fail(MU_PCMK_NOT_THERE, "cib_replace",
                    "No such device or address");
    }
    copy = mu_doc_make_copy(edit->doc, input);
    mu_doc_insert_before(mu_doc_edit(edit->doc, found), copy);
    mu_doc_remove(mu_doc_edit(edit->doc, found));
    return MU_PCMK_OK;
}

/* What is not there is deleted already. */
static int
delete(struct mu_cib_edit *edit, const struct call *call)
{
    const struct mu_doc_element *input = mu_doc_root(call->input);
    const struct mu_doc_element *top = scope_find(edit->doc, call->scope);
    bool is_section = top && mu_doc_is(top, mu_doc_name(input));
    const struct mu_doc_element *one = is_section ? mu_doc_first(input) : input;

    for (; top && one; one = is_section ? mu_doc_next(one) : NULL) {
        const struct mu_doc_element *found = match_find(top, one);

        if (found) {
            mu_doc_remove(mu_doc_edit(edit->doc, found));
        }
    }
    return MU_PCMK_OK;
}

static int
delete_path(struct mu_cib_edit *edit, const struct call *call)
{
    struct mu_doc_path path;
    struct mu_errbuf err = {0};

    if (mu_doc_path_find(edit->doc, call->xpath, &edit->tool->arena, &path,
                         &err)) {
        (void)fprintf(stderr, "cibadmin: %s\n", err.text);
        return MU_PCMK_USAGE;
    }
    if (path.count == 0) {
        return fail(MU_PCMK_NOT_THERE, "cib_delete",
                    "No such device or address");
    }
    for (size_t i = 0; i < (call->is_all ? path.count : 1); i++) {
        if (mu_doc_parent(path.items[i])) {
            mu_doc_remove(mu_doc_edit(edit->doc, path.items[i]));
        }
    }
    return MU_PCMK_OK;
}

static int
erase(struct mu_cib_edit *edit)
{
    const struct mu_doc_element *top = scope_find(edit->doc, "configuration");

    for (const struct mu_doc_element *section = top ? mu_doc_first(top) : NULL;
         section; section = mu_doc_next(section)) {
        while (mu_doc_first(section)) {
            mu_doc_remove(mu_doc_edit(edit->doc, mu_doc_first(section)));
        }
    }
    return MU_PCMK_OK;
}

/* The part of a CIB that -o names; all of it without. */
static const struct mu_doc_element *
scope_find(const struct mu_doc *doc, const char *scope)
{
    const struct mu_doc_element *root = mu_doc_root(doc);
    const struct mu_doc_element *configuration;

    if (!scope || mu_doc_is(root, scope)) {
        return root;
    }
    if (strcmp(scope, "configuration") == 0 || strcmp(scope, "status") == 0) {
        return mu_doc_first_named(root, scope);
    }
    configuration = mu_doc_is(root, "configuration")
                        ? root
                        : mu_doc_first_named(root, "configuration");
    return configuration ? mu_doc_first_named(configuration, scope) : NULL;
}

/* The section that -o names, or where 'element' belongs; made when it is one of
 * the configuration and not there. */
static struct mu_doc_element *
section_get(struct mu_cib_edit *edit, const char *scope, const char *element)
{
    const char *name = scope                 ? scope
                       : section_of(element) ? section_of(element)
                                             : element;
    const struct mu_doc_element *found = scope_find(edit->doc, name);
    const struct mu_doc_element *configuration =
        scope_find(edit->doc, "configuration");
    static const char sections[] =
        " crm_config nodes resources constraints rsc_defaults op_defaults "
        "fencing-topology tags acls alerts ";
    const char *at = strstr(sections, name);

    if (found) {
        return mu_doc_edit(edit->doc, found);
    }
    if (!configuration || !at || at[-1] != ' ' || at[strlen(name)] != ' ') {
        return NULL;
    }
    return mu_doc_add(mu_doc_edit(edit->doc, configuration), name);
}

/* Where objects of this name stand; null for others. */
static const char *
section_of(const char *element)
{
    static const char *const rows[][2] = {
        {" primitive group clone master bundle template ", "resources"},
        {" rsc_location rsc_colocation rsc_order rsc_ticket ", "constraints"},
        {" node ", "nodes"},
        {" cluster_property_set ", "crm_config"},
        {" fencing-level ", "fencing-topology"},
        {" tag ", "tags"},
        {" alert ", "alerts"},
        {" acl_role acl_target acl_group ", "acls"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *at = strstr(rows[i][0], element);

        if (at && at[-1] == ' ' && at[strlen(element)] == ' ') {
            return rows[i][1];
        }
    }
    return NULL;
}

/* The first element in or below 'top' that 'pattern' means: by its id, or else
 * by all its attributes. */
static const struct mu_doc_element *
match_find(const struct mu_doc_element *top,
           const struct mu_doc_element *pattern)
{
    for (const struct mu_doc_element *one = top; one;
         one = mu_doc_walk(one, top)) {
        if (matches(one, pattern, mu_doc_get(pattern, "id") != NULL)) {
            return one;
        }
    }
    return NULL;
}

static bool
matches(const struct mu_doc_element *element,
        const struct mu_doc_element *pattern, bool by_id)
{
    if (!mu_doc_is(element, mu_doc_name(pattern))) {
        return false;
    }
    for (unsigned i = 0; i < mu_doc_attributes_count(pattern); i++) {
        const char *name = mu_doc_attribute_name(pattern, i);
        const char *value = mu_doc_get(element, name);

        if ((!by_id || strcmp(name, "id") == 0) &&
            (!value ||
             strcmp(value, mu_doc_attribute_value(pattern, i)) != 0)) {
            return false;
        }
    }
    return true;
}

/* Attributes are set, children merged or added. Depth is bounded by the
 * parser. */
static void
element_merge(struct mu_doc *doc, struct mu_doc_element *to,
              const struct mu_doc_element *from)
{
    for (unsigned i = 0; i < mu_doc_attributes_count(from); i++) {
        mu_doc_set(to, mu_doc_attribute_name(from, i),
                   mu_doc_attribute_value(from, i));
    }
    for (const struct mu_doc_element *child = mu_doc_first(from); child;
         child = mu_doc_next(child)) {
        const struct mu_doc_element *own = mu_doc_first(to);
        bool by_id = mu_doc_get(child, "id") != NULL;

        while (own && !matches(own, child, by_id)) {
            own = mu_doc_next(own);
        }
        if (own) {
            element_merge(doc, mu_doc_edit(doc, own), child);
        } else {
            mu_doc_append(to, mu_doc_make_copy(doc, child));
        }
    }
}

static int
fail(int code, const char *operation, const char *reason)
{
    (void)fprintf(stderr, "Call %s failed: %s\n", operation, reason);
    return code;
}
