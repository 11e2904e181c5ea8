/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines in the log of revisions: everybody may read it for a long
 * time, so what looks secret must not be in it. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tools/record.h"

static struct mu_arena arena;

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 20);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static const char *
line(char *text)
{
    char *words[64];
    int count = 0;

    for (char *word = strtok(text, " "); word && count < 64;
         word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    return mu_record_line(&arena, "muster", count, words);
}

START_TEST(sec_values_with_secret_names_are_left_out)
{
    char plain[] = "resource meta web set priority 7";
    char pair[] = "configure primitive f fence_ipmilan passwd=x ip=1.2.3.4 "
                  "API_TOKEN=y";
    char set[] = "resource param db set replication_password hunter2 now";
    char update[] = "--type crm_config --name db_secret --update hunter2 -q";
    char key[] = "resource param s3 set aws_secret_access_key=abc";

    ck_assert_str_eq(line(plain), "muster resource meta web set priority 7");
    ck_assert_str_eq(line(pair),
                     "muster configure primitive f fence_ipmilan passwd=*** "
                     "ip=1.2.3.4 API_TOKEN=***");
    ck_assert_str_eq(line(set), "muster resource param db set "
                                "replication_password *** now");
    ck_assert_str_eq(line(update), "muster --type crm_config --name db_secret "
                                   "--update *** -q");
    ck_assert_ptr_null(strstr(line(key), "abc"));
}
END_TEST

/* A message is bounded; a file given as one word is not for the log. */
START_TEST(long_words_and_lines_are_shortened)
{
    char *word = mu_arena_new(&arena, char, 5000);
    char lines[] = "primitive x\nprimitive y params password=1";
    char *words[] = {lines, NULL};
    char *many[200];

    memset(word, 'a', 4999);
    words[1] = word;
    ck_assert_str_eq(mu_record_line(&arena, "crm", 2, words), "crm ... ...");
    for (size_t i = 0; i < 200; i++) {
        static char short_word[] = "resource";

        many[i] = short_word;
    }
    ck_assert_uint_lt(strlen(mu_record_line(&arena, "crm", 200, many)), 500);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, sec_values_with_secret_names_are_left_out);
    tcase_add_test(tcase, long_words_and_lines_are_shortened);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
