/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a full screen shows: recorded answers of the daemon against the lines
 * that must come of them. With REWRITE=1 in the environment the expected texts
 * are written anew, to be reviewed as a difference. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/top_view.h"

enum { TEXT_SIZE_MAX = 1 << 16 };

static struct mu_arena arena;
static struct mu_top_view_input input;

static const struct {
    const char *status;
    const char *expected;
    struct mu_top_view view;
} cases[] = {
    {"healthy", "healthy", {.width = 80, .height = 24}},
    {"healthy", "healthy-low", {.width = 50, .height = 12, .selected = 9}},
    {"degraded", "degraded", {.width = 100, .height = 30}},
    {"degraded",
     "degraded-ascii",
     {.width = 80, .height = 24, .is_ascii = true, .selected = 3}},
    {"degraded",
     "degraded-resource",
     {.screen = MU_TOP_VIEW_RESOURCE,
      .width = 80,
      .height = 20,
      .item = "pgsql"}},
    {"degraded",
     "degraded-node",
     {.screen = MU_TOP_VIEW_NODE, .width = 80, .height = 24, .item = "alpha"}},
    {"empty", "empty", {.width = 80, .height = 10}},
};

static char *
read_file(const char *folder, const char *name, const char *ending)
{
    char *text = mu_arena_new(&arena, char, TEXT_SIZE_MAX);
    char path[512];
    FILE *file;

    mu_text_format(path, sizeof(path), "%s/%s.%s", folder, name, ending);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: cannot be read", path);
    ck_assert_uint_lt(fread(text, 1, TEXT_SIZE_MAX, file), TEXT_SIZE_MAX);
    (void)fclose(file);
    return text;
}

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
    input = (struct mu_top_view_input){
        .plan = json_loads(read_file(TOP_DIR, "plan", "json"), 0, NULL),
        .events = json_loads(read_file(TOP_DIR, "events", "json"), 0, NULL),
        .reasons = "Started on alpha\n  beta: no: fenced\n"};
    ck_assert(input.plan && input.events);
}

static void
teardown(void)
{
    json_decref((json_t *)(uintptr_t)input.status);
    json_decref((json_t *)(uintptr_t)input.plan);
    json_decref((json_t *)(uintptr_t)input.events);
    mu_arena_done(&arena);
}

static const char *
shown(struct mu_top_view *view)
{
    struct mu_top_view_lines lines;
    struct mu_text_buffer text;

    mu_top_view_build(&arena, &input, view, &lines);
    ck_assert_uint_eq(lines.lines.count, view->height);
    mu_text_buffer_init(&text, &arena);
    for (size_t i = 0; i < lines.lines.count; i++) {
        ck_assert_uint_le(mu_table_length(lines.lines.items[i].text),
                          view->width);
        mu_text_buffer_add(&text, "%c|%s\n",
                           lines.lines.items[i].is_selected ? '>' : ' ',
                           lines.lines.items[i].text);
    }
    return text.data;
}

/* Where things stand on a screen is learnt once and must not jump about. */
START_TEST(a_screen_shows_the_cluster)
{
    struct mu_top_view view = cases[_i].view;
    const char *text;

    input.status =
        json_loads(read_file(STATUS_DIR, cases[_i].status, "json"), 0, NULL);
    ck_assert(input.status);
    text = shown(&view);
    if (getenv("REWRITE")) {
        char path[512];
        FILE *file;

        mu_text_format(path, sizeof(path), "%s/%s.txt", TOP_DIR,
                       cases[_i].expected);
        file = fopen(path, "w");
        ck_assert(file != NULL);
        (void)fputs(text, file);
        (void)fclose(file);
    }
    ck_assert_str_eq(text, read_file(TOP_DIR, cases[_i].expected, "txt"));
}
END_TEST

/* While the daemon is away the last known state stays, and is called old. */
START_TEST(without_a_daemon_the_screen_says_so)
{
    struct mu_top_view view = {.width = 60, .height = 10};

    input.trouble = "no daemon, retrying";
    ck_assert_ptr_nonnull(strstr(shown(&view), "no daemon, retrying"));
    input.status =
        json_loads(read_file(STATUS_DIR, "healthy", "json"), 0, NULL);
    ck_assert_ptr_nonnull(strstr(shown(&view), "no daemon, retrying"));
}
END_TEST

/* Any size that a window can be dragged to. */
START_TEST(every_size_of_a_terminal_is_drawn)
{
    input.status =
        json_loads(read_file(STATUS_DIR, "degraded", "json"), 0, NULL);
    for (unsigned width = 1; width < 130; width += 7) {
        for (unsigned height = 1; height < 40; height += 3) {
            for (int screen = 0; screen < 3; screen++) {
                struct mu_top_view view = {.screen =
                                               (enum mu_top_view_screen)screen,
                                           .width = width,
                                           .height = height,
                                           .selected = height * 2,
                                           .first = width,
                                           .item = "alpha"};

                (void)shown(&view);
            }
        }
    }
}
END_TEST

/* Whatever the daemon says, even of another version, nothing breaks. */
START_TEST(answers_of_another_shape_are_borne)
{
    static const char *const texts[] = {
        "[]", "{\"nodes\": 3}", "{\"nodes\": [1, {}], \"resources\": [{}, 7]}",
        "{\"cluster\": [], \"problems\": [4], \"health\": 9}"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        enum mu_top_view_screen screen;
        struct mu_top_view view = {.width = 70, .height = 20};
        json_t *status = json_loads(texts[i], 0, NULL);

        input.status = status;
        (void)shown(&view);
        (void)mu_top_view_selected(&input, &view, &screen);
        view.screen = MU_TOP_VIEW_NODE;
        (void)shown(&view);
        view.screen = MU_TOP_VIEW_RESOURCE;
        (void)shown(&view);
        json_decref(status);
        input.status = NULL;
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("top_view");
    TCase *all = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, a_screen_shows_the_cluster, 0,
                        (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(all, without_a_daemon_the_screen_says_so);
    tcase_add_test(all, every_size_of_a_terminal_is_drawn);
    tcase_add_test(all, answers_of_another_shape_are_borne);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
