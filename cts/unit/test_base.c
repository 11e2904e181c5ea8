/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ground everything stands on: arenas, names, numbers, digests. */

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/errbuf.h"
#include "base/index.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/nodeset.h"
#include "base/prng.h"
#include "base/text.h"
#include "base/vec.h"

static struct mu_arena arena;

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

/* Code relies on zeroed memory, also after a reset has kept a block. */
START_TEST(memory_is_zeroed_again_after_reset)
{
    char *first = mu_arena_new(&arena, char, 100);

    memset(first, 0xff, 100);
    mu_arena_reset(&arena);
    first = mu_arena_new(&arena, char, 100);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(first[i], 0);
    }
}
END_TEST

/* Growing must keep what is there and stay on one arena. */
START_TEST(vec_keeps_its_elements_while_growing)
{
    MU_VEC(int) numbers = {0};

    for (int i = 0; i < 1000; i++) {
        *mu_vec_add(&arena, &numbers) = i;
    }
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(numbers.items[i], i);
    }
}
END_TEST

/* A name is found after any number of others came in; a second one with the
 * same spelling is refused, because ids must be unique. */
/* The core drops what is done from the end of a list and adds to it again; an
 * element that still held the old content lost answers to clients. */
START_TEST(vec_gives_zeroed_elements_also_after_shrinking)
{
    MU_VEC(int) numbers = {0};

    *mu_vec_add(&arena, &numbers) = 1;
    *mu_vec_add(&arena, &numbers) = 2;
    numbers.count = 1;
    ck_assert_int_eq(*mu_vec_add(&arena, &numbers), 0);
    ck_assert_uint_eq(numbers.count, 2);
}
END_TEST

START_TEST(index_finds_each_name_once)
{
    struct mu_index index;

    mu_index_init(&index, &arena);
    for (uint32_t i = 0; i < 1000; i++) {
        ck_assert(mu_index_add(&index, mu_text_make(&arena, "name-%u", i), i));
    }
    ck_assert(!mu_index_add(&index, "name-7", 5));
    ck_assert_uint_eq(mu_index_find(&index, "name-999"), 999);
    ck_assert_uint_eq(mu_index_find(&index, "name-7"), 7);
    ck_assert_uint_eq(mu_index_find(&index, "nobody"), MU_INDEX_NONE);
    ck_assert_uint_eq(mu_index_find(&index, NULL), MU_INDEX_NONE);
}
END_TEST

/* Scores clamp at the documented infinity and take its spellings. */
START_TEST(scores_are_read_as_documented)
{
    static const struct {
        const char *text;
        int32_t score;
    } cases[] = {{"0", 0},
                 {"-5", -5},
                 {"+7", 7},
                 {"INFINITY", MU_SCORE_INFINITY},
                 {"+INFINITY", MU_SCORE_INFINITY},
                 {"-inf", -MU_SCORE_INFINITY},
                 {"2000000", MU_SCORE_INFINITY},
                 {"-99999999999999999999", -MU_SCORE_INFINITY},
                 {"2.0", 2},
                 {"-1.9", -1},
                 {"red", -MU_SCORE_INFINITY},
                 {"green", 0}};
    int32_t score;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(mu_text_parse_score(cases[i].text, &score), 0);
        ck_assert_int_eq(score, cases[i].score);
    }
    ck_assert_int_eq(mu_text_parse_score("", &score), -EBADMSG);
    ck_assert_int_eq(mu_text_parse_score("12x", &score), -EBADMSG);
    ck_assert_int_eq(mu_text_parse_score("1.x", &score), -EBADMSG);
    ck_assert_int_eq(mu_text_parse_score(".5", &score), -EBADMSG);
}
END_TEST

/* "5x" must be refused, not read as five seconds. */
START_TEST(durations_are_read_strictly)
{
    int64_t ms;

    ck_assert_int_eq(mu_text_parse_duration("10s", &ms), 0);
    ck_assert_int_eq(ms, 10000);
    ck_assert_int_eq(mu_text_parse_duration("10", &ms), 0);
    ck_assert_int_eq(ms, 10000);
    ck_assert_int_eq(mu_text_parse_duration("250ms", &ms), 0);
    ck_assert_int_eq(ms, 250);
    ck_assert_int_eq(mu_text_parse_duration("2min", &ms), 0);
    ck_assert_int_eq(ms, 120000);
    ck_assert_int_eq(mu_text_parse_duration("P1DT2H", &ms), 0);
    ck_assert_int_eq(ms, 93600000);
    ck_assert_int_eq(mu_text_parse_duration("5x", &ms), -EBADMSG);
    ck_assert_int_eq(mu_text_parse_duration("P", &ms), -EBADMSG);
    ck_assert_int_eq(mu_text_parse_duration("99999999999999999h", &ms), -ERANGE);
}
END_TEST

/* Node order decides ties of placement: numbers count as numbers. */
START_TEST(names_sort_with_their_numbers)
{
    ck_assert_int_lt(mu_text_natural_cmp("node9", "node10"), 0);
    ck_assert_int_gt(mu_text_natural_cmp("node10", "Node9"), 0);
    ck_assert_int_lt(mu_text_natural_cmp("a", "b"), 0);
    ck_assert_int_eq(mu_text_natural_cmp("a1", "a1"), 0);
    ck_assert_int_ne(mu_text_natural_cmp("a01", "a1"), 0);
}
END_TEST

/* Histories written by other software carry MD5; RFC 1321's own examples. */
START_TEST(md5_agrees_with_the_rfc)
{
    char text[MU_DIGEST_TEXT_SIZE];

    mu_digest_md5_text("", 0, text);
    ck_assert_str_eq(text, "d41d8cd98f00b204e9800998ecf8427e");
    mu_digest_md5_text("message digest", 14, text);
    ck_assert_str_eq(text, "f96b697d7cb7938d525a2f31aaf161d0");
    mu_digest_md5_text("1234567890123456789012345678901234567890123456789012345"
                       "6789012345678901234567890",
                       80, text);
    ck_assert_str_eq(text, "57edf4a22be3c955ac49da2e2107b67a");
}
END_TEST

/* One changed bit or one byte more must show. */
START_TEST(digests_tell_small_differences)
{
    struct mu_digest a = mu_digest_of("abcdefgh", 8);

    ck_assert(mu_digest_is_equal(a, mu_digest_of("abcdefgh", 8)));
    ck_assert(!mu_digest_is_equal(a, mu_digest_of("abcdefgi", 8)));
    ck_assert(!mu_digest_is_equal(a, mu_digest_of("abcdefgh\0", 9)));
}
END_TEST

/* An error's text gains its place on the way up. */
START_TEST(errors_are_wrapped_in_front)
{
    struct mu_errbuf err;

    mu_errbuf_set(&err, "timeout \"%s\" is not a duration", "5x");
    mu_errbuf_wrap(&err, "member \"%s\"", "ip");
    ck_assert_str_eq(err.text,
                     "member \"ip\": timeout \"5x\" is not a duration");
}
END_TEST

/* Sets are plain values; the last index must work. */
START_TEST(nodesets_hold_every_node)
{
    struct mu_nodeset set = {{0}};

    mu_nodeset_add(&set, 0);
    mu_nodeset_add(&set, MU_NODES_COUNT_MAX - 1);
    ck_assert_uint_eq(mu_nodeset_count(&set), 2);
    mu_nodeset_remove(&set, 0);
    ck_assert(!mu_nodeset_has(&set, 0));
    ck_assert(mu_nodeset_has(&set, MU_NODES_COUNT_MAX - 1));
}
END_TEST

/* Keys that differ in a few bits only, in the upper half too, are those of
 * edges; none may hide another while the table grows. */
START_TEST(map_keeps_a_value_for_each_key)
{
    struct mu_map map;

    mu_map_init(&map, &arena);
    ck_assert_uint_eq(mu_map_find(&map, 0), 0);
    for (uint64_t i = 0; i < 1000; i++) {
        *mu_map_at(&map, i << 32) = (uint32_t)i + 1;
        *mu_map_at(&map, i) += 7;
    }
    for (uint64_t i = 1; i < 1000; i++) {
        ck_assert_uint_eq(mu_map_find(&map, i << 32), i + 1);
        ck_assert_uint_eq(mu_map_find(&map, i), 7);
    }
    ck_assert_uint_eq(mu_map_find(&map, 0), 8);
    ck_assert_uint_eq(mu_map_find(&map, 1000), 0);
    ck_assert_uint_eq(mu_map_find(&map, UINT64_MAX), 0);
}
END_TEST

/* A seed is a promise: the sequence belongs to it for ever. */
START_TEST(seeds_repeat)
{
    struct mu_prng a;
    struct mu_prng b;

    mu_prng_init(&a, 42);
    mu_prng_init(&b, 42);
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_eq(mu_prng_next(&a), mu_prng_next(&b));
    }
    ck_assert_uint_lt(mu_prng_below(&a, 3), 3);
}
END_TEST

/* Sentences are put together without vsnprintf() as long as they are simple:
 * what comes out must be what that would write. */
START_TEST(sentences_are_as_printf_writes_them)
{
    static const int numbers[] = {0,       7,       -7,     1000000,
                                  INT_MAX, INT_MIN, -1000000};
    char text[256];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int number = numbers[i];

        (void)mu_text_format(text, sizeof(text), "%s: %d, %+d, %u %s", "node",
                             number, number, (unsigned)number, "");
        ck_assert_str_eq(text, mu_text_make(&arena, "%s: %d, %+d, %u %s",
                                            "node", number, number,
                                            (unsigned)number, ""));
        (void)mu_text_format(text, sizeof(text), "%5d%%, %02d and %lld", number,
                             number, (long long)number);
        ck_assert_str_eq(text,
                         mu_text_make(&arena, "%5d%%, %02d and %lld", number,
                                      number, (long long)number));
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("base");
    TCase *tcase = tcase_create("base");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, memory_is_zeroed_again_after_reset);
    tcase_add_test(tcase, vec_keeps_its_elements_while_growing);
    tcase_add_test(tcase, vec_gives_zeroed_elements_also_after_shrinking);
    tcase_add_test(tcase, index_finds_each_name_once);
    tcase_add_test(tcase, map_keeps_a_value_for_each_key);
    tcase_add_test(tcase, scores_are_read_as_documented);
    tcase_add_test(tcase, durations_are_read_strictly);
    tcase_add_test(tcase, names_sort_with_their_numbers);
    tcase_add_test(tcase, md5_agrees_with_the_rfc);
    tcase_add_test(tcase, digests_tell_small_differences);
    tcase_add_test(tcase, errors_are_wrapped_in_front);
    tcase_add_test(tcase, sentences_are_as_printf_writes_them);
    tcase_add_test(tcase, nodesets_hold_every_node);
    tcase_add_test(tcase, seeds_repeat);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
