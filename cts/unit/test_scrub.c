/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets that a report must not hold, in the places where they are found. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tools/scrub.h"

static struct mu_arena arena;
static struct mu_scrub scrub;

static bool
is_private(void *context, const char *class_name, const char *provider,
           const char *type, const char *name)
{
    (void)context;
    return strcmp(class_name, "ocf") == 0 && provider &&
           strcmp(provider, "acme") == 0 && strcmp(type, "db") == 0 &&
           strcmp(name, "hush") == 0;
}

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 24);
    scrub = (struct mu_scrub){.arena = &arena, .is_private = is_private};
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static const char *
clean(const char *what)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &arena);
    mu_scrub_text(&scrub, "log", what, strlen(what), &text);
    return text.data ? text.data : "";
}

/* The configuration is the first thing that is asked for, and it holds the
 * passwords of all power switches. */
START_TEST(values_are_taken_out_of_a_configuration)
{
    static const char xml[] =
        "<cib><configuration><resources>"
        "<primitive id='ipmi' class='stonith' type='fence_ipmilan'>"
        "<instance_attributes id='a'>"
        "<nvpair id='a1' name='passwd' value='sesame-1'/>"
        "<nvpair id='a2' name='ip' value='192.0.2.1'/>"
        "</instance_attributes></primitive>"
        "<primitive id='db' class='ocf' provider='acme' type='db'>"
        "<instance_attributes id='b'>"
        "<nvpair id='b1' name='hush' value='sesame-2'/>"
        "<nvpair id='b2' name='options' value='-u x -p sesame-2'/>"
        "</instance_attributes></primitive>"
        "</resources></configuration></cib>";
    struct mu_text_buffer text;
    struct mu_errbuf err;

    mu_text_buffer_init(&text, &arena);
    ck_assert_int_eq(
        mu_scrub_xml(&scrub, "cib.xml",
                     (struct mu_span){(const unsigned char *)xml, strlen(xml)},
                     &text, &err),
        0);
    ck_assert_ptr_null(strstr(text.data, "sesame"));
    ck_assert_ptr_nonnull(strstr(text.data, "192.0.2.1"));
    ck_assert_ptr_nonnull(strstr(text.data, "-u x -p [removed]"));
    ck_assert_uint_ge(scrub.removed.count, 2);
    ck_assert_str_eq(scrub.removed.items[0],
                     "cib.xml: ipmi: passwd, because of its name");
    ck_assert_str_eq(scrub.removed.items[1],
                     "cib.xml: db: hush, because its agent calls it private");
    /* What was found there is found in logs, whatever stands around it. */
    ck_assert_str_eq(clean("login with sesame-1 failed\n"),
                     "login with [removed] failed\n");
}
END_TEST

/* Forms in which programs print settings. */
START_TEST(values_with_telling_names_are_taken_out_of_texts)
{
    static const char *const pairs[][2] = {
        {"passwd=abc next", "passwd=[removed] next"},
        {"Password: abc\n", "Password: [removed]\n"},
        {"\"passwd\": \"abc\", \"x\": 1",
         "\"passwd\": \"[removed]\", \"x\": 1"},
        {"<nvpair name=\"passwd\" value=\"abc\"/>",
         "<nvpair name=\"passwd\" value=\"[removed]\"/>"},
        {"{\"xml\":\"<a name=\\\"passwd\\\" value=\\\"abc\\\"/>\"}",
         "{\"xml\":\"<a name=\\\"passwd\\\" value=\\\"[removed]\\\"/>\"}"},
        {"--api-key=abc", "--api-key=[removed]"},
        {"vers=3,password=abc,rw", "vers=3,password=[removed],rw"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ck_assert_str_eq(clean(pairs[i][0]), pairs[i][1]);
    }
}
END_TEST

/* A report in which everything is blacked out helps nobody. */
START_TEST(what_only_looks_alike_is_left)
{
    static const char *const texts[] = {
        "the password is asked for", "monkey=3", "keepalive: 5",
        "runtime.totem.pg.mrp.srp.token_hold_timeout (u32) = 180", "passwd="};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_str_eq(clean(texts[i]), texts[i]);
    }
    ck_assert_uint_eq(scrub.removed.count, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("scrub");
    TCase *all = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, values_are_taken_out_of_a_configuration);
    tcase_add_test(all, values_with_telling_names_are_taken_out_of_texts);
    tcase_add_test(all, what_only_looks_alike_is_left);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
