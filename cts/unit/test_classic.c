/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form that scripts read: files with a state against the text and the XML
 * that must come of them. Each expected text was compared with what crm_mon 2.1
 * prints for the same file. With REWRITE=1 in the environment they are written
 * anew, to be reviewed as a difference. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/cib_status.h"
#include "sched/sched.h"
#include "tools/classic.h"

enum { TEXT_SIZE_MAX = 1 << 18, OPTIONS_COUNT_MAX = 8 };

static struct mu_arena arena;

static const struct {
    const char *file;
    const char *expected;
    const char *options[OPTIONS_COUNT_MAX];
} cases[] = {
    {"mixed", "mixed.txt", {"-1"}},
    {"mixed", "mixed-all.txt", {"-1", "-rAotcL", "-m2"}},
    {"mixed", "mixed-node.txt", {"-1", "-n", "-r", "-f"}},
    {"mixed", "mixed-detail.txt", {"-1", "-R", "-r"}},
    {"mixed",
     "mixed-one.txt",
     {"-1", "--exclude=all", "--include=nodes,resources", "--node", "alpha",
      "--resource=web"}},
    {"mixed", "mixed-line.txt", {"-s"}},
    {"mixed", "mixed.xml.txt", {"--output-as=xml"}},
    {"mixed", "mixed-old.xml.txt", {"-X", "-n"}},
    {"locked", "locked.txt", {"-1", "-r"}},
    {"locked", "locked.xml.txt", {"--output-as=xml"}},
    {"calm", "calm.txt", {"-1", "-r"}},
    {"calm", "calm-line.txt", {"-s"}},
};

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
    (void)setenv("TZ", "UTC", 1);
    tzset();
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static char *
read_file(const char *name)
{
    char *text = mu_arena_new(&arena, char, TEXT_SIZE_MAX);
    char path[512];
    FILE *file;

    mu_text_format(path, sizeof(path), "%s/%s", CLASSIC_DIR, name);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: cannot be read", path);
    ck_assert_uint_lt(fread(text, 1, TEXT_SIZE_MAX, file), TEXT_SIZE_MAX);
    (void)fclose(file);
    return text;
}

static void
make(const char *name, const struct mu_classic_origin *origin,
     struct mu_classic *classic)
{
    char *xml = read_file(mu_text_make(&arena, "%s.xml", name));
    struct mu_errbuf err = {0};
    struct mu_snapshot *snapshot;

    ck_assert_msg(mu_cib_status_read_cib(
                      &arena,
                      (struct mu_span){(unsigned char *)xml, strlen(xml)}, 0,
                      MU_CONFIG_LENIENT, &snapshot, &err) == 0,
                  "%s", err.text);
    mu_classic_make(classic, &arena, snapshot,
                    mu_sched_plan(&arena, snapshot, MU_SCHED_STATE), origin);
}

static void
compare(const char *name, const char *text)
{
    if (getenv("REWRITE")) {
        char path[512];
        FILE *file;

        mu_text_format(path, sizeof(path), "%s/%s", CLASSIC_DIR, name);
        file = fopen(path, "w");
        ck_assert(file != NULL);
        (void)fputs(text, file);
        (void)fclose(file);
    }
    ck_assert_str_eq(text, read_file(name));
}

/* Scripts of many years cut these lines with awk and grep: not a blank may
 * change. */
START_TEST(a_state_is_shown_in_the_frozen_form)
{
    struct mu_classic_origin origin = {
        .user = "root",
        .client = "crm",
        .node = "alpha",
        .changed_ms = INT64_C(1795168800000),
        .now_ms = INT64_C(1795341600000),
    };
    struct mu_classic_call call;
    struct mu_text_buffer text;
    struct mu_classic classic;
    int count = 0;

    while (count < OPTIONS_COUNT_MAX && cases[_i].options[count]) {
        count++;
    }
    mu_classic_options_read(&arena, count, cases[_i].options, &call);
    ck_assert_ptr_null(call.trouble);
    make(cases[_i].file, &origin, &classic);
    mu_text_buffer_init(&text, &arena);
    call.view.request = "crm_mon";
    if (call.is_line) {
        (void)mu_classic_text_write_line(&classic, &text);
    } else if (call.is_xml) {
        mu_classic_xml_write(&classic, &call.view, &text);
    } else {
        mu_classic_text_write(&classic, &call.view, &text);
    }
    compare(cases[_i].expected, text.data);
}
END_TEST

/* What fencing did is no part of a file; it comes with the daemon's answer. */
START_TEST(fencing_of_a_live_cluster_is_told)
{
    json_t *fencing = json_loads(
        "[{\"target\":\"gamma\",\"action\":\"reboot\",\"state\":\"running\","
        "\"by\":\"alpha\",\"asked\":\"2026-11-22T09:00:00.000Z\","
        "\"ended\":null},"
        "{\"target\":\"beta\",\"action\":\"off\",\"state\":\"failed\","
        "\"by\":\"alpha\",\"reason\":\"no <power>\","
        "\"asked\":\"2026-11-22T08:00:00.000Z\","
        "\"ended\":\"2026-11-22T08:00:09.000Z\"},"
        "{\"target\":\"delta\",\"action\":\"reboot\",\"state\":\"done\","
        "\"by\":\"beta\",\"asked\":\"2026-11-22T07:00:00.000Z\","
        "\"ended\":\"2026-11-22T07:00:05.000Z\"}, 7]",
        0, NULL);
    struct mu_classic_origin origin = {
        .is_live = true, .fencing = fencing, .now_ms = INT64_C(1795341600000)};
    const char *const all[] = {"-1", "-m3", "-D"};
    const char *const xml[] = {"--output-as=xml", "--exclude=all",
                               "--include=fencing"};
    struct mu_classic_call call;
    struct mu_text_buffer text;
    struct mu_classic classic;

    make("calm", &origin, &classic);
    mu_text_buffer_init(&text, &arena);
    mu_classic_options_read(&arena, 1, all, &call);
    mu_classic_text_write(&classic, &call.view, &text);
    mu_classic_options_read(&arena, 3, all, &call);
    mu_classic_text_write(&classic, &call.view, &text);
    mu_classic_options_read(&arena, 3, xml, &call);
    mu_classic_xml_write(&classic, &call.view, &text);
    compare("calm-fencing.txt", text.data);
    json_decref(fencing);
}
END_TEST

/* The words of crm's status stand for letters of crm_mon. */
START_TEST(words_of_crm_choose_the_same_parts_as_letters)
{
    const char *const words[] = {"full", "bynode"};
    const char *const letters[] = {"-1", "-ncrft"};
    struct mu_classic_call by_words;
    struct mu_classic_call by_letters;

    mu_classic_options_read_words(&arena, 2, words, &by_words);
    mu_classic_options_read(&arena, 2, letters, &by_letters);
    ck_assert_ptr_null(by_words.trouble);
    ck_assert_uint_eq(by_words.view.parts, by_letters.view.parts);
    ck_assert(by_words.view.is_by_node && by_letters.view.is_by_node);
    ck_assert(by_words.view.has_inactive && by_letters.view.has_inactive);
}
END_TEST

/* A wrong option must not be taken for a right one: a script would read the
 * wrong thing for years. */
START_TEST(wrong_options_are_refused_with_their_name)
{
    static const char *const wrong[][2] = {{"--include=everything", NULL},
                                           {"-Z", NULL},
                                           {"--nonsense", NULL},
                                           {"word", NULL},
                                           {"-d", NULL},
                                           {"--node", NULL},
                                           {"--output-as=html", NULL},
                                           {"-h", "file"}};
    struct mu_classic_call call;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        mu_classic_options_read(&arena, wrong[i][1] ? 2 : 1, wrong[i], &call);
        ck_assert_msg(call.trouble != NULL, "%s is taken", wrong[i][0]);
    }
    mu_classic_options_read_words(&arena, 1, wrong[3], &call);
    ck_assert_ptr_nonnull(call.trouble);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("classic");
    TCase *all = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, a_state_is_shown_in_the_frozen_form, 0,
                        (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(all, fencing_of_a_live_cluster_is_told);
    tcase_add_test(all, words_of_crm_choose_the_same_parts_as_letters);
    tcase_add_test(all, wrong_options_are_refused_with_their_name);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
