/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person sees: recorded answers of the daemon against the text that
 * must come of them. With REWRITE=1 in the environment the expected texts are
 * written anew, to be reviewed as a difference. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/muster_status.h"

static struct mu_arena arena;

static const struct {
    const char *json;
    const char *text;
    struct mu_muster_status_view view;
    int exit;
} cases[] = {
    {"healthy", "healthy", {.width = 100}, 0},
    {"healthy", "healthy-narrow", {.width = 50}, 0},
    {"healthy", "healthy-full", {.width = 100, .is_full = true}, 0},
    {"degraded", "degraded", {.width = 100}, 1},
    {"degraded", "degraded-narrow", {.width = 60}, 1},
    {"degraded", "degraded-ascii", {.width = 100, .is_ascii = true}, 1},
    {"degraded", "degraded-color", {.width = 100, .is_color = true}, 1},
    {"degraded",
     "degraded-utc",
     {.width = 110, .is_utc = true, .is_quiet = true},
     1},
    {"outage", "outage", {.width = 80}, 2},
    {"empty", "empty", {.width = 80}, 0},
};

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 24);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static json_t *
load(const char *name)
{
    char path[512];
    json_error_t error;
    json_t *status;

    mu_text_format(path, sizeof(path), "%s/%s.json", STATUS_DIR, name);
    status = json_load_file(path, 0, &error);
    ck_assert_msg(status, "%s: %s", path, error.text);
    return status;
}

static void
compare(const char *name, const struct mu_text_buffer *text)
{
    char path[512];
    char *expected;
    FILE *file;
    size_t size;

    mu_text_format(path, sizeof(path), "%s/%s.txt", STATUS_DIR, name);
    if (getenv("REWRITE")) {
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(text->data, 1, text->length, file),
                          text->length);
        fclose(file);
        return;
    }
    file = fopen(path, "r");
    ck_assert_msg(file, "%s is missing", path);
    expected = mu_arena_new(&arena, char, 1 << 16);
    size = fread(expected, 1, (1 << 16) - 1, file);
    fclose(file);
    expected[size] = '\0';
    ck_assert_str_eq(text->data, expected);
}

START_TEST(text_is_as_recorded)
{
    struct mu_text_buffer text;
    json_t *status = load(cases[_i].json);

    mu_text_buffer_init(&text, &arena);
    mu_muster_status_render(status, &cases[_i].view, &text);
    compare(cases[_i].text, &text);
    ck_assert_int_eq(mu_muster_status_exit(status), cases[_i].exit);
    json_decref(status);
}
END_TEST

/* A screen must do for a healthy cluster of three nodes and twenty resources,
 * or people stop reading it. */
START_TEST(healthy_cluster_fits_one_screen)
{
    struct mu_muster_status_view view = {.width = 80};
    struct mu_text_buffer text;
    json_t *status = load("healthy");
    unsigned lines = 0;

    mu_text_buffer_init(&text, &arena);
    mu_muster_status_render(status, &view, &text);
    for (const char *at = text.data; *at; at++) {
        lines += *at == '\n' ? 1 : 0;
    }
    ck_assert_uint_le(lines, 24);
    json_decref(status);
}
END_TEST

/* Whatever the width, no line is longer: terminals would break it where it
 * hurts. Commands to copy are the exception, and here they are short. */
START_TEST(no_line_is_wider_than_the_terminal)
{
    struct mu_muster_status_view view = {.width = 72, .is_ascii = true};
    struct mu_text_buffer text;
    json_t *status = load("degraded");
    const char *at;

    mu_text_buffer_init(&text, &arena);
    mu_muster_status_render(status, &view, &text);
    at = text.data;
    while (*at) {
        size_t length = strcspn(at, "\n");

        ck_assert_msg(length <= 72, "%.*s", (int)length, at);
        at += length + 1;
    }
    json_decref(status);
}
END_TEST

/* An answer of another version lacks members or has others: that must not end
 * in a crash at three in the morning. */
START_TEST(strange_answers_are_shown_as_far_as_they_go)
{
    static const char *const answers[] = {
        "{}",
        "{\"nodes\":[{}],\"resources\":[{}],\"problems\":[{}],"
        "\"fencing\":[{}],\"overrides\":[{}]}",
        "{\"nodes\":7,\"resources\":\"x\",\"problems\":null}",
        "{\"now\":\"yesterday\",\"resources\":[{\"id\":\"a\",\"parent\":\"a\","
        "\"since\":\"never\"}]}",
        "{\"resources\":[{\"id\":\"a\",\"parent\":\"b\"},{\"id\":\"b\","
        "\"parent\":\"a\"}]}",
        "{\"fencing\":[{\"target\":\"n\"}],\"nodes\":[{\"name\":\"n\"}]}",
    };
    struct mu_muster_status_view view = {.width = 80};
    struct mu_text_buffer text;
    json_t *status = json_loads(answers[_i], 0, NULL);

    ck_assert_ptr_nonnull(status);
    mu_text_buffer_init(&text, &arena);
    mu_muster_status_render(status, &view, &text);
    ck_assert(strncmp(text.data, "cluster ", 8) == 0);
    mu_muster_status_line_write(status, &text);
    ck_assert_int_eq(mu_muster_status_exit(status), 1);
    json_decref(status);
}
END_TEST

/* Monitoring greps this line. */
START_TEST(one_line_names_the_first_problem)
{
    struct mu_text_buffer text;
    json_t *status = load("degraded");

    mu_text_buffer_init(&text, &arena);
    mu_muster_status_line_write(status, &text);
    ck_assert_str_eq(text.data,
                     "CLUSTER DEGRADED: web: 2 of 3 nodes online, quorate, 4 "
                     "problems: lost-agent: probe failed: the agent is not "
                     "installed\n");
    json_decref(status);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("muster_status");
    TCase *tcase = tcase_create("text");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, text_is_as_recorded, 0,
                        (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(tcase, healthy_cluster_fits_one_screen);
    tcase_add_test(tcase, no_line_is_wider_than_the_terminal);
    tcase_add_loop_test(tcase, strange_answers_are_shown_as_far_as_they_go, 0,
                        6);
    tcase_add_test(tcase, one_line_names_the_first_problem);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
