/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merging a draft with what others did meanwhile: nobody's change is lost
 * without a word. */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crm/merge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct mu_arena arena;
static struct mu_report report;

/* Resources and properties of the three sides; "" is an empty section. */
static const struct {
    const char *before[2];
    const char *current[2];
    const char *after[2];
    const char *merged; /* Null: a conflict. */
    bool is_forced;
} cases[] = {
    /* Others added one object, the draft another: both stay. */
    {{"<a id=\"1\"/>", ""},
     {"<a id=\"1\"/><b id=\"2\"/>", ""},
     {"<a id=\"1\"/><c id=\"3\"/>", ""},
     "<a id=\"1\"/><b id=\"2\"/><c id=\"3\"/>",
     false},
    /* Different objects changed. */
    {{"<a id=\"1\"/><b id=\"2\"/>", ""},
     {"<a id=\"1\" x=\"1\"/><b id=\"2\"/>", ""},
     {"<a id=\"1\"/><b id=\"2\" y=\"1\"/>", ""},
     "<a id=\"1\" x=\"1\"/><b id=\"2\" y=\"1\"/>",
     false},
    /* The same object changed in two ways. */
    {{"<a id=\"1\"/>", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     {"<a id=\"1\" x=\"2\"/>", ""},
     NULL,
     false},
    {{"<a id=\"1\"/>", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     {"<a id=\"1\" x=\"2\"/>", ""},
     "<a id=\"1\" x=\"2\"/>",
     true},
    /* The same object changed in one way is no conflict. */
    {{"<a id=\"1\"/>", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     "<a id=\"1\" x=\"1\"/>",
     false},
    /* Deleted here, changed there, and the other way round. */
    {{"<a id=\"1\"/>", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     {"", ""},
     NULL,
     false},
    {{"<a id=\"1\"/>", ""},
     {"", ""},
     {"<a id=\"1\" x=\"1\"/>", ""},
     NULL,
     false},
    /* Deleted here only, and on both sides. */
    {{"<a id=\"1\"/><b id=\"2\"/>", ""},
     {"<b id=\"2\"/>", ""},
     {"", ""},
     "",
     false},
};

static struct mu_doc *
parse(const char *const sections[2])
{
    char text[2048];
    struct mu_doc *doc = NULL;

    (void)snprintf(text, sizeof(text),
                   "<cib><configuration><crm_config>%s</crm_config>"
                   "<resources>%s</resources></configuration><status/></cib>",
                   sections[1], sections[0]);
    ck_assert_int_eq(mu_doc_parse((struct mu_span){(const unsigned char *)text,
                                                   strlen(text)},
                                  &doc, NULL),
                     0);
    return doc;
}

static char *
section(const struct mu_doc *doc, const char *name)
{
    struct mu_text_buffer text;
    const struct mu_doc_element *one = mu_doc_first(mu_doc_first_named(
        mu_doc_first_named(mu_doc_root(doc), "configuration"), name));

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "%s", "");
    for (; one; one = mu_doc_next(one)) {
        mu_doc_write_line(one, &text);
    }
    return text.data;
}

static int
merge(const char *const before[2], const char *const after[2],
      struct mu_doc *current, bool is_forced)
{
    struct mu_doc *old = parse(before);
    struct mu_doc *new = parse(after);
    struct mu_merge work = {.current = current,
                            .before = old,
                            .after = new,
                            .is_forced = is_forced};
    int r;

    mu_report_init(&report, &arena);
    r = mu_merge_config(&work, &report);
    mu_doc_free(old);
    mu_doc_free(new);
    return r;
}

/* Two people work at the same time: what does not touch goes together, and
 * what does is named and changes nothing. */
START_TEST(changes_go_together_unless_they_touch)
{
    struct mu_doc *current = parse(cases[_i].current);
    int r =
        merge(cases[_i].before, cases[_i].after, current, cases[_i].is_forced);

    if (cases[_i].merged) {
        ck_assert_int_eq(r, 0);
        ck_assert_str_eq(section(current, "resources"), cases[_i].merged);
    } else {
        ck_assert_int_eq(r, -EBADMSG);
        ck_assert_uint_eq(report.errors_count, 1);
        ck_assert_ptr_nonnull(strstr(report.items[0].text, "\"1\""));
        ck_assert_str_eq(section(current, "resources"), cases[_i].current[0]);
    }
    mu_doc_free(current);
}
END_TEST

/* Properties are one object, but two people who set different ones do not
 * disturb each other. */
START_TEST(options_are_merged_pair_by_pair)
{
    const char *const before[2] = {"", ""};
    const char *const one[2] = {
        "", "<cluster_property_set id=\"o\"><nvpair id=\"x\" name=\"x\" "
            "value=\"1\"/></cluster_property_set>"};
    const char *const both[2] = {
        "", "<cluster_property_set id=\"o\"><nvpair id=\"x\" name=\"x\" "
            "value=\"1\"/><nvpair id=\"y\" name=\"y\" value=\"2\"/>"
            "</cluster_property_set>"};
    const char *const changed[2] = {
        "", "<cluster_property_set id=\"o\"><nvpair id=\"x\" name=\"x\" "
            "value=\"3\"/></cluster_property_set>"};
    struct mu_doc *current = parse(changed);

    ck_assert_int_eq(merge(one, both, current, false), 0);
    ck_assert_ptr_nonnull(
        strstr(section(current, "crm_config"), "value=\"3\""));
    ck_assert_ptr_nonnull(
        strstr(section(current, "crm_config"), "value=\"2\""));
    mu_doc_free(current);
    current = parse(one);
    ck_assert_int_eq(merge(before, changed, current, false), -EBADMSG);
    mu_doc_free(current);
}
END_TEST

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 26);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

int
main(void)
{
    Suite *suite = suite_create("crm_merge");
    TCase *merging = tcase_create("merging");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(merging, setup, teardown);
    tcase_add_loop_test(merging, changes_go_together_unless_they_touch, 0,
                        COUNT(cases));
    tcase_add_test(merging, options_are_merged_pair_by_pair);
    suite_add_tcase(suite, merging);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
