/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/request_queue.h"
#include "daemon/settings.h"

static struct mu_settings settings;
static struct mu_errbuf err;

static void
setup(void)
{
    mu_settings_init(&settings);
    err = (struct mu_errbuf){0};
}

static int
take(const char *text)
{
    char line[512];

    snprintf(line, sizeof(line), "%s", text);
    return mu_settings_take(&settings, line, &err);
}

START_TEST(lines_are_taken_as_people_write_them)
{
    ck_assert_int_eq(take("\n"), 0);
    ck_assert_int_eq(take("   # log_level = error\n"), 0);
    ck_assert_int_eq(take("  log_level=debug \r\n"), 0);
    ck_assert_int_eq(take("memory_lock = yes"), 0);
    ck_assert_int_eq(take("state_folder = /srv/a b\n"), 0);
    ck_assert_int_eq(settings.log_level, MU_TRACE_DEBUG);
    ck_assert(settings.is_memory_locked);
    ck_assert_str_eq(settings.state_folder, "/srv/a b");
    ck_assert_str_eq(settings.run_folder, "/run/muster");
}
END_TEST

/* A daemon that starts with half its settings surprises at the worst time. */
START_TEST(what_is_not_understood_is_refused_by_name)
{
    char line[400];

    ck_assert_int_eq(take("log_level = loud"), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "loud"));
    ck_assert_int_eq(take("loglevel = info"), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "loglevel"));
    ck_assert_int_eq(take("memory_lock"), -EBADMSG);
    ck_assert_int_eq(take("memory_lock = maybe"), -EBADMSG);
    ck_assert_int_eq(take("run_folder = run"), -EBADMSG);
    memset(line, 'x', sizeof(line));
    memcpy(line, "run_folder = /", 14);
    line[sizeof(line) - 1] = '\0';
    ck_assert_int_eq(take(line), -EBADMSG);
    ck_assert_str_eq(settings.run_folder, "/run/muster");
}
END_TEST

START_TEST(file_errors_name_file_and_line)
{
    char path[] = "/tmp/mu-test-settings-XXXXXX";
    int fd = mkstemp(path);
    const char text[] = "# ours\nlog_level = info\nwatchdog = yes\n";

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ck_assert_int_eq(mu_settings_read(&settings, path, &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_ptr_nonnull(strstr(err.text, "line 3"));
    unlink(path);
    ck_assert_int_eq(mu_settings_read(&settings, path, &err), -ENOENT);
}
END_TEST

/* The client's text is gone by the time the core sees the request. */
START_TEST(queued_requests_own_all_they_point_to)
{
    struct mu_request_queue queue = {0};
    char user[] = "alice";
    char xml[] = "<configuration/>";
    const struct mu_event_request request = {
        .client = 7,
        .type = MU_REQUEST_CONFIG,
        .user = user,
        .xml = {(const unsigned char *)xml, strlen(xml)},
    };
    const struct mu_event_request empty = {.client = 8};
    const struct mu_event_request *first;

    ck_assert_int_eq(mu_request_queue_add(&queue, &request), 0);
    ck_assert_int_eq(mu_request_queue_add(&queue, &empty), 0);
    memset(user, 'x', sizeof(user));
    memset(xml, 'x', sizeof(xml));
    first = mu_request_queue_first(&queue);
    ck_assert_uint_eq(first->client, 7);
    ck_assert_str_eq(first->user, "alice");
    ck_assert_ptr_null(first->message);
    ck_assert_uint_eq(first->xml.size, strlen("<configuration/>"));
    ck_assert_mem_eq(first->xml.data, "<configuration/>", first->xml.size);
    mu_request_queue_pop(&queue);
    ck_assert_uint_eq(mu_request_queue_first(&queue)->client, 8);
    mu_request_queue_pop(&queue);
    ck_assert_ptr_null(mu_request_queue_first(&queue));
    ck_assert_uint_eq(queue.size, 0);
}
END_TEST

START_TEST(queue_of_requests_has_an_end)
{
    struct mu_request_queue queue = {.size = MU_REQUEST_QUEUE_SIZE_MAX - 3};
    struct mu_event_request request = {.user = "ab"};

    ck_assert_int_eq(mu_request_queue_add(&queue, &request), 0);
    ck_assert_int_eq(mu_request_queue_add(&queue, &request), -E2BIG);
    mu_request_queue_pop(&queue);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tcase = tcase_create("settings");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, lines_are_taken_as_people_write_them);
    tcase_add_test(tcase, what_is_not_understood_is_refused_by_name);
    tcase_add_test(tcase, file_errors_name_file_and_line);
    tcase_add_test(tcase, queued_requests_own_all_they_point_to);
    tcase_add_test(tcase, queue_of_requests_has_an_end);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
