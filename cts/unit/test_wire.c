/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes from other nodes: what is written is read, and nothing else is. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/prng.h"
#include "wire/archive.h"
#include "wire/msg.h"

static struct mu_arena arena;

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static struct mu_msg
message(const char *body)
{
    return (struct mu_msg){
        .type = MU_MSG_RESULT,
        .ring_node = 3,
        .ring_seq = 77,
        .incarnation = UINT64_C(0x1122334455667788),
        .sequence = 9,
        .total = (uint32_t)strlen(body),
        .body = {(const unsigned char *)body, strlen(body)},
    };
}

/* The wire is fixed: another build, another machine, next year's version must
 * read these very bytes. */
START_TEST(the_envelope_has_these_bytes)
{
    static const unsigned char golden[] = {
        'M',  'U',  'T',  'R',  1,    10,   3,    0,    0,    0,    77,
        0,    0,    0,    0,    0,    0,    0,    0x88, 0x77, 0x66, 0x55,
        0x44, 0x33, 0x22, 0x11, 9,    0,    0,    0,    0,    0,    0,
        0,    2,    0,    0,    0,    0,    0,    0,    0,    2,    0,
        0,    0,    'h',  'i',
    };
    struct mu_msg msg = message("hi");
    struct mu_span bytes = mu_msg_encode(&msg, &arena);

    ck_assert_uint_eq(bytes.size, sizeof(golden) + 8);
    ck_assert_mem_eq(bytes.data, golden, sizeof(golden));
}
END_TEST

/* What was sent arrives as it was. */
START_TEST(an_envelope_survives_the_way)
{
    struct mu_msg msg = message("some body");
    struct mu_msg read;

    ck_assert_int_eq(mu_msg_decode(mu_msg_encode(&msg, &arena), &read), 0);
    ck_assert_int_eq(read.type, MU_MSG_RESULT);
    ck_assert_uint_eq(read.ring_node, 3);
    ck_assert_uint_eq(read.ring_seq, 77);
    ck_assert_uint_eq(read.incarnation, msg.incarnation);
    ck_assert_uint_eq(read.sequence, 9);
    ck_assert_uint_eq(read.body.size, 9);
    ck_assert_mem_eq(read.body.data, "some body", 9);
}
END_TEST

/* A ring that corrupts (Corosync before 3.1.6 did) must not get a changed
 * message past us: each single changed byte is noticed, and each cut. */
START_TEST(damage_is_noticed)
{
    struct mu_msg msg = message("damage");
    struct mu_span bytes = mu_msg_encode(&msg, &arena);
    unsigned char *copy = mu_arena_copy(&arena, bytes.data, bytes.size);
    struct mu_msg read;

    for (size_t i = 0; i < bytes.size; i++) {
        copy[i] ^= 0x20;
        ck_assert_int_eq(
            mu_msg_decode((struct mu_span){copy, bytes.size}, &read),
            -EBADMSG);
        copy[i] ^= 0x20;
        ck_assert_int_eq(mu_msg_decode((struct mu_span){copy, i}, &read),
                         -EBADMSG);
    }
}
END_TEST

/* A lie about a count must not make anybody allocate. */
START_TEST(sec_counts_are_bounded_by_the_bytes_behind_them)
{
    static const unsigned char bytes[] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3};
    struct mu_reader reader;

    mu_reader_init(&reader, (struct mu_span){bytes, sizeof(bytes)});
    ck_assert_uint_eq(mu_reader_count(&reader, 1), 0);
    ck_assert(reader.has_failed);
    ck_assert(!mu_reader_is_done(&reader));
}
END_TEST

/* Texts are C strings afterwards: a NUL inside would hide what follows it. */
START_TEST(sec_texts_hold_no_nul)
{
    static const unsigned char bytes[] = {3, 0, 0, 0, 'a', 0, 'b'};
    struct mu_reader reader;

    mu_reader_init(&reader, (struct mu_span){bytes, sizeof(bytes)});
    ck_assert_str_eq(mu_reader_text(&reader, &arena), "");
    ck_assert(reader.has_failed);
}
END_TEST

/* After the first failure nothing is believed any more. */
START_TEST(failure_is_sticky)
{
    static const unsigned char bytes[] = {1, 2, 3};
    struct mu_reader reader;

    mu_reader_init(&reader, (struct mu_span){bytes, sizeof(bytes)});
    ck_assert_uint_eq(mu_reader_u32(&reader), 0);
    ck_assert_uint_eq(mu_reader_u8(&reader), 0);
    ck_assert(!mu_reader_is_done(&reader));
}
END_TEST

/* Random bytes: whatever they are, reading ends and stays inside. */
START_TEST(sec_random_bytes_do_no_harm)
{
    struct mu_prng prng;

    mu_prng_init(&prng, 1);
    for (int round = 0; round < 2000; round++) {
        size_t size = (size_t)mu_prng_below(&prng, 64);
        unsigned char *bytes = malloc(size + 1);
        struct mu_reader reader;
        struct mu_archive archive = {.reader = &reader, .arena = &arena};
        struct mu_pair *pairs = NULL;
        uint32_t count = 0;

        ck_assert_ptr_nonnull(bytes);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (unsigned char)mu_prng_below(&prng, 8);
        }
        mu_reader_init(&reader, (struct mu_span){bytes, size});
        mu_archive_pairs(&archive, &pairs, &count);
        (void)mu_reader_span(&reader);
        ck_assert_uint_le(count, size);
        free(bytes);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wire");
    TCase *tcase = tcase_create("wire");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_envelope_has_these_bytes);
    tcase_add_test(tcase, an_envelope_survives_the_way);
    tcase_add_test(tcase, damage_is_noticed);
    tcase_add_test(tcase, sec_counts_are_bounded_by_the_bytes_behind_them);
    tcase_add_test(tcase, sec_texts_hold_no_nul);
    tcase_add_test(tcase, failure_is_sticky);
    tcase_add_test(tcase, sec_random_bytes_do_no_harm);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
