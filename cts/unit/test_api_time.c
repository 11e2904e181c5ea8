/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points and spans of time as people and JSON write them. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/api_time.h"

static const struct {
    int64_t wall_ms;
    const char *text;
} points[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
    {INT64_C(4107542399999), "2100-02-28T23:59:59.999Z"},
    {INT64_C(1795289896204), "2026-11-21T19:38:16.204Z"},
};

START_TEST(points_are_written_and_read_back)
{
    char text[MU_API_TIME_SIZE];
    int64_t wall_ms;

    mu_api_time_format(points[_i].wall_ms, text);
    ck_assert_str_eq(text, points[_i].text);
    ck_assert_int_eq(mu_api_time_parse(text, &wall_ms), 0);
    ck_assert_int_eq(wall_ms, points[_i].wall_ms);
}
END_TEST

START_TEST(points_without_milliseconds_or_with_a_blank_are_read)
{
    int64_t wall_ms;

    ck_assert_int_eq(mu_api_time_parse("1970-01-02 00:00:01Z", &wall_ms), 0);
    ck_assert_int_eq(wall_ms, 86401000);
}
END_TEST

START_TEST(what_is_no_point_in_time_is_refused)
{
    static const char *const texts[] = {
        "",
        "2026",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.1Z",
        "2026-01-01T00:00:00Zx",
        "yesterday",
    };
    int64_t wall_ms;

    ck_assert_int_eq(mu_api_time_parse(texts[_i], &wall_ms), -EBADMSG);
}
END_TEST

START_TEST(spans_have_one_unit)
{
    static const struct {
        int64_t span_ms;
        const char *text;
    } spans[] = {
        {-5, "0ms"},      {999, "999ms"},    {1000, "1s"},
        {119999, "119s"}, {120000, "2m"},    {7199999, "119m"},
        {7200000, "2h"},  {172800000, "2d"}, {INT64_MAX, NULL},
    };
    char text[MU_API_TIME_SIZE];

    mu_api_time_span(spans[_i].span_ms, text);
    if (spans[_i].text) {
        ck_assert_str_eq(text, spans[_i].text);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("api_time");
    TCase *tcase = tcase_create("time");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, points_are_written_and_read_back, 0, 5);
    tcase_add_test(tcase, points_without_milliseconds_or_with_a_blank_are_read);
    tcase_add_loop_test(tcase, what_is_no_point_in_time_is_refused, 0, 7);
    tcase_add_loop_test(tcase, spans_have_one_unit, 0, 9);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
