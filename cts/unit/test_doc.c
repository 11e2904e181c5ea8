/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents: what is read is what is written, and hostile input ends early. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "doc/doc.h"
#include "doc/doc_stream.h"

static struct mu_arena arena;
static struct mu_text_buffer text;
static struct mu_errbuf err;

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 30);
    mu_text_buffer_init(&text, &arena);
    mu_errbuf_set(&err, "none");
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static struct mu_span
span_of(const char *string)
{
    return (struct mu_span){(const unsigned char *)string, strlen(string)};
}

static struct mu_doc *
parse(const char *xml)
{
    struct mu_doc *doc = NULL;
    int r = mu_doc_parse(span_of(xml), &doc, &err);

    ck_assert_msg(r == 0, "%s", err.text);
    ck_assert_ptr_nonnull(doc);
    return doc;
}

static const char *
file_of(const struct mu_doc *doc)
{
    mu_text_buffer_init(&text, &arena);
    mu_doc_write_file(doc, &text);
    return text.data;
}

/* People keep comments in their configuration, and tools that compare files
 * line by line rely on the order of attributes. */
START_TEST(a_document_comes_back_as_it_was)
{
    const char *xml =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<!-- before -->\n"
        "<cib z=\"1\" a=\"2\">\n"
        "  <!-- about the next -->\n"
        "  <nvpair id=\"a&amp;b\" name=\"x&lt;y\" value=\"1&#10;2&quot;\"/>\n"
        "  <alert>text &amp; more<b/>tail</alert>\n"
        "  <empty/>\n"
        "  <umlaut value=\"\xc3\xa4\xf0\x9f\x90\x8e\"/>\n"
        "</cib>\n"
        "<!-- after -->\n";
    struct mu_doc *doc = parse(xml);
    struct mu_doc *copy = mu_doc_copy(doc);

    ck_assert_str_eq(file_of(doc), xml);
    mu_doc_free(doc);
    ck_assert_str_eq(file_of(copy), xml);
    mu_doc_free(copy);
}
END_TEST

/* Readers see elements only, whatever stands between them. */
START_TEST(comments_and_text_are_passed_over)
{
    struct mu_doc *doc =
        parse("<a>\n<!-- x --> t <b i='1'/><!-- y --><c/></a>");
    const struct mu_doc_element *root = mu_doc_root(doc);
    const struct mu_doc_element *b = mu_doc_first(root);

    ck_assert(mu_doc_is(b, "b"));
    ck_assert_uint_eq(mu_doc_line(b), 2);
    ck_assert_ptr_null(mu_doc_parent(root));
    ck_assert_ptr_eq(mu_doc_parent(b), root);
    ck_assert_str_eq(mu_doc_name(mu_doc_next(b)), "c");
    ck_assert_ptr_null(mu_doc_next_named(b, "b"));
    ck_assert_ptr_eq(mu_doc_first_named(root, "c"), mu_doc_next(b));
    ck_assert_int_eq(mu_doc_kind(mu_doc_first_node(root)), MU_DOC_COMMENT);
    ck_assert_str_eq(mu_doc_text(root), " t ");
    ck_assert_str_eq(mu_doc_get(b, "i"), "1");
    ck_assert_ptr_null(mu_doc_get(b, "j"));
    mu_doc_free(doc);
}
END_TEST

/* Two spellings of the same content must give one digest, and a changed value
 * another: replicas are compared by it. */
START_TEST(digests_follow_content_only)
{
    struct mu_doc *a = parse("<a y='2' x='1'><!-- c --><b></b>\n</a>");
    struct mu_doc *b = parse("<a x=\"1\"\n y=\"2\"><b/></a>");
    struct mu_doc *c = parse("<a x=\"1\" y=\"3\"><b/></a>");

    mu_doc_write_canonical(mu_doc_root(a), &text);
    ck_assert_str_eq(text.data, "<a x=\"1\" y=\"2\"><b></b></a>");
    ck_assert(mu_digest_is_equal(mu_doc_digest(mu_doc_root(a)),
                                 mu_doc_digest(mu_doc_root(b))));
    ck_assert(!mu_digest_is_equal(mu_doc_digest(mu_doc_root(a)),
                                  mu_doc_digest(mu_doc_root(c))));
    mu_doc_free(a);
    mu_doc_free(b);
    mu_doc_free(c);
}
END_TEST

/* An operator who mistyped must be sent to the line. */
START_TEST(errors_name_their_place)
{
    struct mu_doc *doc = NULL;

    ck_assert_int_eq(
        mu_doc_parse(span_of("<a>\n <b>\n </c>\n</a>"), &doc, &err), -EBADMSG);
    ck_assert_ptr_null(doc);
    ck_assert_uint_eq(err.line, 3);
    ck_assert_str_eq(err.text, "Opening and ending tag mismatch: b line 2 "
                               "and c");
}
END_TEST

/* Entities can blow up a thousandfold, reach for files or hide content. */
START_TEST(sec_entities_are_refused)
{
    static const char *const cases[] = {
        "<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'><!ENTITY y '&x;&x;&x;'>]>"
        "<a>&y;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://localhost/'> %x;]><a/>",
        "<!DOCTYPE a [<!ATTLIST a b (c|d) 'c'>]><a/>",
        "<!DOCTYPE a SYSTEM 'a.dtd'><a>&x;</a>",
        "<!DOCTYPE a SYSTEM 'a.dtd'><a b='&x;'/>",
        "<a>&x;</a>",
        "<!DOCTYPE a SYSTEM '/etc/passwd' [<!ENTITY % x SYSTEM "
        "'file:///etc/passwd'> %x;]><a/>",
        "<!DOCTYPE a [ %x; ]><a b='&y;'>&y;</a>",
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mu_doc *doc = NULL;

        ck_assert_int_eq(mu_doc_parse(span_of(cases[i]), &doc, &err), -EBADMSG);
        ck_assert_ptr_null(doc);
    }
}
END_TEST

/* Agents' metadata names a document type that nobody needs to have. */
START_TEST(a_document_type_without_declarations_is_passed_over)
{
    struct mu_doc *doc =
        parse("<?xml version=\"1.0\"?>\n<!DOCTYPE resource-agent "
              "SYSTEM \"ra-api-1.dtd\">\n<resource-agent/>");

    ck_assert(mu_doc_is(mu_doc_root(doc), "resource-agent"));
    mu_doc_free(doc);
}
END_TEST

/* Recursion, attributes by the thousand and endless values end at a limit. */
START_TEST(sec_limits_hold)
{
    struct mu_doc *doc = NULL;

    for (int i = 0; i < MU_DOCUMENT_DEPTH_MAX + 1; i++) {
        mu_text_buffer_add(&text, "<a>");
    }
    ck_assert_int_eq(mu_doc_parse(span_of(text.data), &doc, &err), -E2BIG);
    ck_assert_str_eq(err.text, "elements are nested too deeply");

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "<a");
    for (int i = 0; i < 300000; i++) {
        mu_text_buffer_add(&text, " a%d =\n''", i);
    }
    mu_text_buffer_add(&text, "/>");
    ck_assert_int_eq(mu_doc_parse(span_of(text.data), &doc, &err), -E2BIG);

    /* A value may hold as many signs as it likes. */
    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "<a b='");
    for (int i = 0; i < 1000; i++) {
        mu_text_buffer_add(&text, "x%d=\"y\" ", i);
    }
    mu_text_buffer_add(&text, "'/>");
    mu_doc_free(parse(text.data));

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "<a b='");
    for (int i = 0; i <= MU_VALUE_SIZE_MAX; i++) {
        mu_text_buffer_append(&text, "x", 1);
    }
    mu_text_buffer_add(&text, "'/>");
    ck_assert_int_eq(mu_doc_parse(span_of(text.data), &doc, &err), -E2BIG);
    ck_assert_ptr_null(doc);
}
END_TEST

/* Bytes that are no XML at all must not reach the parser's guessing. */
START_TEST(sec_other_encodings_are_refused)
{
    static const struct mu_span cases[] = {
        {(const unsigned char *)"", 0},
        {(const unsigned char *)"\xff\xfe<\0a\0", 6},
        {(const unsigned char *)"<\0a\0/\0>\0", 8},
        {(const unsigned char *)"\0\0\0<", 4},
        {(const unsigned char *)"Lo\xa7\x94", 4},
        {(const unsigned char *)"<a b='\xff'/>", 10},
        {(const unsigned char *)"{}", 2},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mu_doc *doc = NULL;

        ck_assert_int_eq(mu_doc_parse(cases[i], &doc, &err), -EBADMSG);
        ck_assert_ptr_null(doc);
    }
}
END_TEST

/* The crm language builds and changes documents with these few verbs. */
START_TEST(documents_are_edited)
{
    struct mu_doc *doc = mu_doc_new("resources");
    struct mu_doc_element *root = mu_doc_edit(doc, mu_doc_root(doc));
    struct mu_doc_element *web = mu_doc_add(root, "primitive");
    struct mu_doc_element *group = mu_doc_make(doc, "group");
    struct mu_doc *other = parse("<x><op id='web-op'><v/></op><y/></x>");

    mu_doc_set(web, "id", "web");
    mu_doc_set(web, "type", "nginx");
    mu_doc_set(web, "id", "www");
    mu_doc_set(group, "id", "g");
    mu_doc_insert_before(web, group);
    mu_doc_append(group, web);
    mu_doc_append(web, mu_doc_make_copy(doc, mu_doc_first(mu_doc_root(other))));
    mu_doc_free(other);
    mu_doc_insert_after(web, mu_doc_make_comment(doc, "a--b-"));
    mu_doc_write_pretty(root, 0, &text);
    ck_assert_str_eq(text.data, "<resources>\n"
                                "  <group id=\"g\">\n"
                                "    <primitive id=\"www\" type=\"nginx\">\n"
                                "      <op id=\"web-op\">\n"
                                "        <v/>\n"
                                "      </op>\n"
                                "    </primitive>\n"
                                "    <!--a- -b- -->\n"
                                "  </group>\n"
                                "</resources>\n");
    ck_assert_str_eq(mu_doc_name(mu_doc_find(root, "web-op")), "op");
    ck_assert_ptr_null(mu_doc_find(root, "web"));

    mu_doc_unset(web, "id");
    mu_doc_unset(web, "nothing");
    mu_doc_rename(web, "template");
    mu_doc_set_text(web, "a<b\x01");
    mu_doc_remove(group);
    mu_doc_append(root, web);
    mu_text_buffer_init(&text, &arena);
    mu_doc_write_line(root, &text);
    ck_assert_str_eq(text.data, "<resources><template type=\"nginx\">a&lt;b"
                                "\xef\xbf\xbd</template></resources>");
    ck_assert(!mu_doc_can_hold("a\x01"));
    ck_assert(mu_doc_can_hold("a\tb\xc3\xa4"));
    mu_doc_set_root(doc, web);
    ck_assert_ptr_eq(mu_doc_root(doc), web);
    mu_doc_free(doc);
}
END_TEST

static const char *const words[] = {"cib", "configuration", "status", "id"};

struct story {
    unsigned starts_count;
    unsigned ends_count;
    char ids[64];
};

static enum mu_doc_stream_choice
story_start(void *context, const struct mu_doc_stream_tag *tag)
{
    struct story *story = context;

    story->starts_count++;
    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attribute = &tag->attributes[i];

        if (attribute->word == 3) {
            strncat(story->ids, (const char *)attribute->value.data,
                    attribute->value.size);
        }
    }
    switch (tag->word) {
    case 0:
        return MU_DOC_STREAM_KEEP_ENTER;
    case 1:
        return MU_DOC_STREAM_KEEP;
    case 2:
        return MU_DOC_STREAM_ENTER;
    default:
        return strcmp(tag->name, "bad") == 0 ? MU_DOC_STREAM_REFUSE
                                             : MU_DOC_STREAM_SKIP;
    }
}

static void
story_end(void *context)
{
    struct story *story = context;

    story->ends_count++;
}

/* A status of ninety megabytes must not become a tree; the configuration
 * beside it must. */
START_TEST(a_stream_keeps_what_its_reader_chose)
{
    const char *xml = "<cib id='a'><configuration><x><y id='n'/></x>"
                      "</configuration><status id='b'><node id='c'><z id='n'/>"
                      "</node><node id='d'/></status></cib>";
    struct story story = {0};
    const struct mu_doc_stream stream = {.words = words,
                                         .words_count = 4,
                                         .start = story_start,
                                         .end = story_end,
                                         .context = &story};
    struct mu_doc *doc = NULL;

    ck_assert_int_eq(mu_doc_stream_read(span_of(xml), &stream, &doc, &err), 0);
    mu_doc_write_line(mu_doc_root(doc), &text);
    ck_assert_str_eq(text.data, "<cib id=\"a\"><configuration><x><y id=\"n\"/>"
                                "</x></configuration></cib>");
    ck_assert_uint_eq(story.starts_count, 5);
    ck_assert_uint_eq(story.ends_count, 2);
    ck_assert_str_eq(story.ids, "abcd");
    mu_doc_free(doc);
    ck_assert_int_eq(mu_doc_stream_read(span_of("<status><bad/></status>"),
                                        &stream, &doc, &err),
                     -EBADMSG);
    ck_assert_int_eq(
        mu_doc_stream_read(span_of("<status><configuration/><cib/></status>"),
                           &stream, &doc, &err),
        -EBADMSG);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("doc");
    TCase *tcase = tcase_create("doc");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_document_comes_back_as_it_was);
    tcase_add_test(tcase, comments_and_text_are_passed_over);
    tcase_add_test(tcase, digests_follow_content_only);
    tcase_add_test(tcase, errors_name_their_place);
    tcase_add_test(tcase, sec_entities_are_refused);
    tcase_add_test(tcase, a_document_type_without_declarations_is_passed_over);
    tcase_add_test(tcase, sec_limits_hold);
    tcase_add_test(tcase, sec_other_encodings_are_refused);
    tcase_add_test(tcase, documents_are_edited);
    tcase_add_test(tcase, a_stream_keeps_what_its_reader_chose);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
