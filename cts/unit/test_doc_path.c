/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The XPath that scripts put to a CIB: what is found, and what is refused. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "doc/doc_path.h"

static struct mu_arena arena;
static struct mu_doc *doc;

static const char xml[] =
    "<cib><configuration><resources>"
    "<primitive id=\"a\" class=\"ocf\"><meta_attributes id=\"a-m\">"
    "<nvpair id=\"a-m-t\" name=\"target-role\" value=\"Stopped\"/>"
    "<nvpair id=\"a-m-p\" name=\"priority\" value=\"5\"/>"
    "</meta_attributes></primitive>"
    "<group id=\"g\"><primitive id=\"b\" class=\"stonith\"/>"
    "<primitive id=\"c\" class=\"ocf\"/></group>"
    "</resources></configuration><status>"
    "<node_state uname=\"n1\" crmd=\"online\"><nvpair id=\"x\" name=\"k\" "
    "value=\"1\"/></node_state>"
    "<node_state uname=\"n2\" crmd=\"offline\"><nvpair id=\"y\" name=\"k\" "
    "value=\"2\"/></node_state></status></cib>";

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
    ck_assert_int_eq(mu_doc_parse((struct mu_span){(const unsigned char *)xml,
                                                   sizeof(xml) - 1},
                                  &doc, NULL),
                     0);
}

static void
teardown(void)
{
    mu_doc_free(doc);
    mu_arena_done(&arena);
}

/* The ids (or names of nodes) that a path finds, with blanks between. */
static const char *
found(const char *path)
{
    struct mu_doc_path all;
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};

    ck_assert_msg(mu_doc_path_find(doc, path, &arena, &all, &err) == 0, "%s",
                  err.text);
    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "%s", "");
    for (size_t i = 0; i < all.count; i++) {
        const char *id = mu_doc_get(all.items[i], "id");

        id = id ? id : mu_doc_get(all.items[i], "uname");
        mu_text_buffer_add(&text, "%s%s", i > 0 ? " " : "",
                           id ? id : mu_doc_name(all.items[i]));
    }
    return text.data;
}

/* Each of these stands in a script that somebody runs. */
START_TEST(paths_of_scripts_find_what_they_mean)
{
    static const char *const rows[][2] = {
        {"//primitive", "a b c"},
        {"/cib/configuration/resources/primitive", "a"},
        {"//primitive[@id='c']", "c"},
        {"//primitive[@id=\"c\"]", "c"},
        {"//*[@id='a-m-p']", "a-m-p"},
        {"//node_state[@crmd='online']//nvpair[@name='k']", "x"},
        {"//primitive[@class='ocf'][@id='c']", "c"},
        {"//primitive[@class='ocf' and @id!='a']", "c"},
        {"//primitive[@id='a' or @id='b']", "a b"},
        {"//primitive[not(@class='stonith')]", "a c"},
        {"//primitive[meta_attributes/nvpair[@name='priority']]", "a"},
        {"//primitive[.//nvpair]", "a"},
        {"//nvpair[@name='priority']/../..", "a"},
        {"//group/primitive[2]", "c"},
        {"//group/primitive[last()]", "c"},
        {"//group | //node_state", "g n1 n2"},
        {"//nvpair/@value", "a-m-t a-m-p x y"},
        {"//nvpair[contains(@value, 'top')]", "a-m-t"},
        {"//nvpair[starts-with(@id, 'a-')]", "a-m-t a-m-p"},
        {"/cib", "cib"},
        {"//nosuch", ""},
        {"//nosuch[@a='b' and not(@c)]", ""},
        {"//group//primitive | //primitive", "b c a"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_str_eq(found(rows[i][0]), rows[i][1]);
    }
}
END_TEST

/* Something else than what was meant must not be deleted. */
START_TEST(what_is_not_understood_is_refused)
{
    static const char *const paths[] = {
        "",           "//",          "//a[",         "//a[@b='c]",
        "//a[@b=c]",  "//a]",        "//a[count(b)]", "//a[@b='c' xor @d]",
        "//a[@]",     "a b",         "//a[@b < 3]",  "//nosuch[count(b)]",
        "//a[(@b]",   "//a[not(@b]", "//a/",         "//a[contains(@b)]"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct mu_doc_path all;
        struct mu_errbuf err = {0};

        ck_assert_msg(mu_doc_path_find(doc, paths[i], &arena, &all, &err) ==
                          -EBADMSG,
                      "%s", paths[i]);
        ck_assert_ptr_nonnull(strstr(err.text, "character"));
    }
}
END_TEST

/* Whatever the text is, the walk ends. */
START_TEST(sec_random_paths_do_no_harm)
{
    static const char letters[] = "//a[]@='()|.*!1 or and not(";
    struct mu_prng prng;

    mu_prng_init(&prng, 11);
    for (unsigned i = 0; i < 5000; i++) {
        char path[64] = "";
        size_t length = mu_prng_below(&prng, sizeof(path));
        struct mu_doc_path all;

        for (size_t k = 0; k < length; k++) {
            path[k] = letters[mu_prng_below(&prng, sizeof(letters) - 1)];
        }
        path[length < sizeof(path) ? length : sizeof(path) - 1] = '\0';
        (void)!mu_doc_path_find(doc, path, &arena, &all, NULL);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("doc_path");
    TCase *tcase = tcase_create("doc_path");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, paths_of_scripts_find_what_they_mean);
    tcase_add_test(tcase, what_is_not_understood_is_refused);
    tcase_add_test(tcase, sec_random_paths_do_no_harm);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
