/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store on a real disk: what is acknowledged comes back, what is damaged
 * is set aside and said, and a full disk is an error and not an accident. */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cts/unit/stage.h"
#include "daemon/store.h"
#include "daemon/store_file.h"

enum { ANSWERS_COUNT_MAX = 512 };

static struct mu_stage stage;
static char folder[80];
static struct mu_store *store;
static struct mu_store_content content;
static struct mu_event_stored answers[ANSWERS_COUNT_MAX];
static uint32_t answers_count;
static uint32_t answers_wanted;

static void
on_stored(void *user, const struct mu_event_stored *stored)
{
    (void)user;
    answers[answers_count++] = *stored;
    if (answers_count >= answers_wanted) {
        mu_loop_stop(stage.loop);
    }
}

static void
wait_for(uint32_t count)
{
    answers_wanted = count;
    if (answers_count < count) {
        mu_stage_run(&stage, MU_STAGE_WAIT_MS);
    }
    ck_assert_uint_eq(answers_count, count);
}

static void
open_store(void)
{
    struct mu_store_config config = {
        .loop = stage.loop, .function = on_stored, .folder = folder};
    struct mu_errbuf err = {.text = ""};

    answers_count = 0;
    ck_assert_msg(mu_store_open(&config, &store, &err) == 0, "%s", err.text);
    ck_assert_msg(mu_store_load(store, &content, &err) == 0, "%s", err.text);
}

static void
close_store(void)
{
    mu_store_close(store);
    store = NULL;
}

static void
persist(uint64_t id, enum mu_persist_type type, const char *revision,
        const char *text)
{
    struct mu_effect_persist effect = {
        .persist_id = id,
        .type = type,
        .revision = revision,
        .bytes = {(const unsigned char *)text, strlen(text)}};

    mu_store_persist(store, &effect);
}

/* Writes over bytes of a file from 'offset' on. */
static void
scribble(const char *name, off_t offset, const void *bytes, size_t size)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, size, offset), (ssize_t)size);
    ck_assert_int_eq(close(fd), 0);
}

static bool
content_is(struct mu_span span, const char *text)
{
    return span.size == strlen(text) &&
           (span.size == 0 || memcmp(span.data, text, span.size) == 0);
}

MU_PRINTF(1, 2)
static bool
shell(const char *format, ...)
{
    char command[256];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    return system(command) == 0;
}

static void
setup(void)
{
    mu_stage_open(&stage, "test_store");
    snprintf(folder, sizeof(folder), "%s/muster", stage.folder);
    open_store();
}

static void
teardown(void)
{
    close_store();
    mu_stage_close(&stage);
}

START_TEST(new_folder_is_empty_and_private)
{
    struct stat status;

    ck_assert_uint_eq(content.epoch.size, 0);
    ck_assert_uint_eq(content.config.size, 0);
    ck_assert(!content.is_damaged);
    ck_assert_int_eq(stat(folder, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777U, 0750);
}
END_TEST

START_TEST(what_was_acknowledged_comes_back)
{
    persist(1, MU_PERSIST_EPOCH, NULL, "one");
    persist(2, MU_PERSIST_CONFIG, "2-9", "<configuration/>");
    persist(3, MU_PERSIST_CONFIG, "2-10", "<configuration id='newest'/>");
    persist(4, MU_PERSIST_EPOCH, NULL, "two");
    persist(5, MU_PERSIST_CONFIG, "1-99", "<older/>");
    ck_assert_uint_eq(answers_count, 0); /* Never from inside the call. */
    wait_for(5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(answers[i].persist_id, i + 1);
        ck_assert_int_eq(answers[i].error, 0);
    }
    close_store();
    open_store();
    ck_assert(content_is(content.epoch, "two"));
    ck_assert(content_is(content.config, "<configuration id='newest'/>"));
    ck_assert_str_eq(content.revision, "2-10");
    ck_assert(!content.is_damaged);
}
END_TEST

START_TEST(dropped_revision_is_forgotten)
{
    persist(1, MU_PERSIST_CONFIG, "2-1", "kept");
    persist(2, MU_PERSIST_CONFIG, "2-2", "dropped");
    persist(3, MU_PERSIST_DROP, "2-2", "");
    persist(4, MU_PERSIST_DROP, "2-77", ""); /* Gone already: as good. */
    wait_for(4);
    ck_assert_int_eq(answers[2].error, 0);
    ck_assert_int_eq(answers[3].error, 0);
    close_store();
    open_store();
    ck_assert_str_eq(content.revision, "2-1");
}
END_TEST

START_TEST(oldest_records_go_beyond_eight)
{
    struct mu_store_revision *revisions = NULL;
    unsigned char *data = NULL;
    size_t size = 0;

    for (uint64_t i = 1; i <= 13; i++) {
        char name[16];

        snprintf(name, sizeof(name), "1-%d", (int)i);
        persist(i, MU_PERSIST_CONFIG, name, name);
    }
    wait_for(13);
    close_store(); /* Pruning comes after the answer. */
    open_store();
    ck_assert_int_eq(mu_store_list(store, &revisions), 8);
    ck_assert_str_eq(revisions[0].name, "1-6");
    ck_assert_str_eq(revisions[7].name, "1-13");
    ck_assert_int_gt(revisions[0].stored_wall_ms, 0);
    free(revisions);
    ck_assert_int_eq(mu_store_read(store, "1-6", &data, &size), 0);
    ck_assert(content_is((struct mu_span){data, size}, "1-6"));
    free(data);
    ck_assert_int_eq(mu_store_read(store, "1-5", &data, &size), -ENOENT);
}
END_TEST

/* Revisions are file names: one with a slash must not write elsewhere. */
START_TEST(sec_revision_name_cannot_leave_its_folder)
{
    unsigned char *data;
    size_t size;

    persist(1, MU_PERSIST_CONFIG, "../1-1", "x");
    persist(2, MU_PERSIST_DROP, "../epoch", "");
    wait_for(2);
    ck_assert_int_eq(answers[0].error, -EINVAL);
    ck_assert_int_eq(answers[1].error, -EINVAL);
    ck_assert_int_eq(mu_store_read(store, "../epoch", &data, &size), -ENOENT);
}
END_TEST

/* A power cut in the middle of a write spoils one copy; the other is at least
 * what was acknowledged last. */
START_TEST(torn_epoch_copy_does_not_lose_the_promise)
{
    const off_t copies[] = {0, 32 << 10};

    persist(1, MU_PERSIST_EPOCH, NULL, "promise 1");
    persist(2, MU_PERSIST_EPOCH, NULL, "promise 2");
    wait_for(2);
    for (size_t i = 0; i < 2; i++) {
        close_store();
        scribble("epoch", copies[i] + 66, "torn", 4);
        open_store();
        ck_assert(content_is(content.epoch, "promise 2"));
        ck_assert(!content.is_damaged);
        persist(3, MU_PERSIST_EPOCH, NULL, "promise 2"); /* Both are whole. */
        wait_for(1);
    }
}
END_TEST

START_TEST(epoch_with_no_sound_copy_is_set_aside)
{
    persist(1, MU_PERSIST_EPOCH, NULL, "promise");
    wait_for(1);
    close_store();
    scribble("epoch", 64, "x", 1);
    scribble("epoch", (32 << 10) + 64, "x", 1);
    open_store();
    ck_assert_uint_eq(content.epoch.size, 0);
    ck_assert(content.is_damaged);
    ck_assert(shell("ls %s/conflict/epoch.* >/dev/null", folder));

    /* A crash before anything new is written must not make us forget. */
    close_store();
    open_store();
    ck_assert(content.is_damaged);
    persist(2, MU_PERSIST_EPOCH, NULL, "again");
    wait_for(1);
    close_store();
    open_store();
    ck_assert(!content.is_damaged);
    ck_assert(content_is(content.epoch, "again"));
}
END_TEST

START_TEST(damaged_configuration_is_set_aside_for_the_one_before)
{
    persist(1, MU_PERSIST_EPOCH, NULL, "promise");
    persist(2, MU_PERSIST_CONFIG, "1-1", "<sound/>");
    persist(3, MU_PERSIST_CONFIG, "1-2", "<rotten/>");
    wait_for(3);
    close_store();
    scribble("config/1-2", 90, "X", 1);
    open_store();
    ck_assert(content.is_damaged);
    ck_assert(content_is(content.config, "<sound/>"));
    ck_assert_str_eq(content.revision, "1-1");
    ck_assert(content_is(content.epoch, "promise"));
    ck_assert(shell("ls %s/conflict/1-2.* >/dev/null", folder));
}
END_TEST

START_TEST(cut_or_foreign_configuration_is_damaged)
{
    static const char *const texts[] = {
        "",
        "garbage",
        "muster-config 1 5\n",
        "muster-config 1 99999999999999999999 x 1\nabc",
        "muster-config 1 3 00000000000000000000000000000000 1\nabc",
        "muster-config 1 9 00000000000000000000000000000000 1\nabc",
    };
    char path[128];
    unsigned char *data;
    size_t size;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        FILE *file;

        snprintf(path, sizeof(path), "%s/config/1-1", folder);
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(texts[i], file), 0);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(mu_store_read(store, "1-1", &data, &size), -EBADMSG);
    }
}
END_TEST

START_TEST(unfinished_file_of_a_crash_is_removed)
{
    ck_assert(shell(": >%s/config/.new-1-1", folder));
    close_store();
    open_store();
    ck_assert(!content.is_damaged);
    ck_assert(shell("test ! -e %s/config/.new-1-1", folder));
}
END_TEST

START_TEST(second_daemon_is_refused)
{
    struct mu_store_config config = {
        .loop = stage.loop, .function = on_stored, .folder = folder};
    struct mu_store *second;
    struct mu_errbuf err;

    ck_assert_int_eq(mu_store_open(&config, &second, &err), -EBUSY);
    ck_assert_ptr_nonnull(strstr(err.text, "in use by another daemon"));
}
END_TEST

START_TEST(epoch_beyond_its_room_is_refused)
{
    char *large = malloc(MU_STORE_EPOCH_SIZE_MAX + 2);

    ck_assert_ptr_nonnull(large);
    memset(large, 'x', MU_STORE_EPOCH_SIZE_MAX + 1);
    large[MU_STORE_EPOCH_SIZE_MAX + 1] = '\0';
    persist(1, MU_PERSIST_EPOCH, NULL, large);
    large[MU_STORE_EPOCH_SIZE_MAX] = '\0';
    persist(2, MU_PERSIST_EPOCH, NULL, large);
    wait_for(2);
    ck_assert_int_eq(answers[0].error, -E2BIG);
    ck_assert_int_eq(answers[1].error, 0);
    free(large);
}
END_TEST

/* On a full disk a change is refused, nothing is left behind, promises are
 * still possible, and all goes on when there is room again. */
START_TEST(full_disk_refuses_changes_and_keeps_promises)
{
    char *large;

    close_store();
    ck_assert(shell("rm -rf %s", folder));
    ck_assert_int_eq(mkdir(folder, 0750), 0);
    if (mount("tmpfs", folder, "tmpfs", 0, "size=512k") < 0) {
        ck_assert_int_eq(errno, EPERM); /* Only root can see this. */
        open_store();
        return;
    }
    open_store();
    large = malloc(300 << 10);
    ck_assert_ptr_nonnull(large);
    memset(large, 'x', (300 << 10) - 1);
    large[(300 << 10) - 1] = '\0';
    persist(1, MU_PERSIST_CONFIG, "1-1", large);
    persist(2, MU_PERSIST_CONFIG, "1-2", large);
    persist(3, MU_PERSIST_EPOCH, NULL, "promise");
    wait_for(3);
    ck_assert_int_eq(answers[0].error, 0);
    ck_assert_int_eq(answers[1].error, -ENOSPC);
    ck_assert_int_eq(answers[2].error, 0);
    ck_assert(shell("test $(ls -A %s/config | wc -l) = 1", folder));
    persist(4, MU_PERSIST_CONFIG, "1-3", "small");
    wait_for(4);
    ck_assert_int_eq(answers[3].error, 0);

    ck_assert(
        shell("dd if=/dev/zero of=%s/filler bs=4k 2>/dev/null; true", folder));
    persist(5, MU_PERSIST_CONFIG, "1-4", large);
    persist(6, MU_PERSIST_EPOCH, NULL, "another promise");
    wait_for(6);
    ck_assert_int_eq(answers[4].error, -ENOSPC);
    ck_assert_int_eq(answers[5].error, 0);
    close_store();
    open_store();
    ck_assert(content_is(content.epoch, "another promise"));
    ck_assert_str_eq(content.revision, "1-3");
    free(large);
    close_store();
    ck_assert_int_eq(umount(folder), 0);
    open_store();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("store");
    TCase *tcase = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, new_folder_is_empty_and_private);
    tcase_add_test(tcase, what_was_acknowledged_comes_back);
    tcase_add_test(tcase, dropped_revision_is_forgotten);
    tcase_add_test(tcase, oldest_records_go_beyond_eight);
    tcase_add_test(tcase, sec_revision_name_cannot_leave_its_folder);
    tcase_add_test(tcase, torn_epoch_copy_does_not_lose_the_promise);
    tcase_add_test(tcase, epoch_with_no_sound_copy_is_set_aside);
    tcase_add_test(tcase,
                   damaged_configuration_is_set_aside_for_the_one_before);
    tcase_add_test(tcase, cut_or_foreign_configuration_is_damaged);
    tcase_add_test(tcase, unfinished_file_of_a_crash_is_removed);
    tcase_add_test(tcase, second_daemon_is_refused);
    tcase_add_test(tcase, epoch_beyond_its_room_is_refused);
    tcase_add_test(tcase, full_disk_refuses_changes_and_keeps_promises);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
