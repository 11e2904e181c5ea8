/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of revisions: what a configuration was, by whom and why, for as long
 * as is promised and in as much room as is allowed. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "base/text.h"
#include "core/earlier.h"
#include "core/origin.h"
#include "core/revision.h"
#include "core/state.h"
#include "model/objects.h"
#include "wire/delta.h"

static struct mu_arena arena;
static struct mu_arena config_arena;
static struct mu_state state;

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 28);
    mu_arena_init(&config_arena, 1 << 26);
    mu_state_init(&state, &arena, &config_arena);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
    mu_arena_done(&config_arena);
}

static struct mu_span
span(const char *text)
{
    return (struct mu_span){(const unsigned char *)text, strlen(text)};
}

static bool
says(struct mu_span bytes, const char *text)
{
    return bytes.size == strlen(text) &&
           memcmp(bytes.data, text, bytes.size) == 0;
}

/* A configuration with 'count' primitives, the last of which has another
 * name. */
static const char *
config(unsigned count, unsigned other)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "<configuration>\n<crm_config/>\n<nodes/>\n"
                              "<resources>\n");
    for (unsigned i = 0; i < count; i++) {
        mu_text_buffer_add(
            &text,
            "<primitive id=\"r%u\" class=\"ocf\" provider=\"pacemaker\" "
            "type=\"Dummy\"/>\n",
            i + 1 == count ? other : i);
    }
    mu_text_buffer_add(&text, "</resources>\n<constraints/>\n"
                              "</configuration>\n");
    return text.data;
}

/* What apply does with a proposal that is accepted. */
static void
commit(const char *xml, const char *message)
{
    struct mu_state_proposal proposal = {
        .index = state.config_index + 1,
        .xml = span(xml),
        .author = mu_revision_nobody(),
    };

    proposal.author.message = message;
    if (state.config_index > 0) {
        proposal.former =
            mu_delta_make(&arena, proposal.xml, state.config_xml);
    }
    state.revisions = mu_revision_after(&arena, &state, &proposal);
    state.config_xml = proposal.xml;
    state.config_index++;
    state.config_epoch++;
}

static const char *
content(const char *name)
{
    const struct mu_revision *found = mu_revision_find(&state, name, NULL);
    struct mu_span xml;

    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(mu_revision_content(&state, found, &arena, &xml), 0);
    return mu_arena_strndup(&arena, (const char *)xml.data, xml.size);
}

/* A configuration that keeps web off n1 until then; an empty 'until': it does
 * not. */
static const char *
banned(const char *until, const char *more)
{
    return mu_text_make(
        &arena,
        "<configuration>\n<crm_config/>\n<nodes>\n<node id=\"1\" "
        "uname=\"n1\"/>\n</nodes>\n<resources>\n<primitive id=\"web\" "
        "class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\"/>\n%s"
        "</resources>\n<constraints>\n%s%s%s</constraints>\n"
        "</configuration>\n",
        more,
        *until ? "<rsc_location id=\"cli-ban-web-on-n1\" rsc=\"web\"><rule "
                 "id=\"r\" score=\"-INFINITY\"><expression id=\"e\" "
                 "attribute=\"#uname\" operation=\"eq\" value=\"n1\"/>"
                 "<date_expression id=\"d\" operation=\"lt\" end=\""
               : "",
        until, *until ? "\"/></rule></rsc_location>\n" : "");
}

static struct mu_origins
origins_now(const struct mu_origins *old)
{
    struct mu_span xml = {mu_arena_copy(&arena, state.config_xml.data,
                                        state.config_xml.size),
                          state.config_xml.size};
    struct mu_overrides overrides;

    ck_assert_int_eq(mu_state_set_config(&state, xml, NULL), 0);
    overrides = mu_override_list(&arena, state.config);
    return mu_origin_find(&arena, &arena, &state, &overrides, old);
}

/* Who asked for it is whom to ask: the author of the revision that brought an
 * override, not of those that came later, and of a new end who gave it. */
START_TEST(an_override_is_of_whom_first_set_it)
{
    static const char other[] =
        "<primitive id=\"x\" class=\"ocf\" provider=\"pacemaker\" "
        "type=\"Dummy\"/>\n";
    struct mu_origins none = {0};
    struct mu_origins old;
    struct mu_origins now;

    commit(banned("", ""), "begin");
    commit(banned("2030-01-01 00:00:00Z", ""), "ban it");
    commit(banned("2030-01-01 00:00:00Z", other), "something else");
    old = origins_now(&none);
    ck_assert_uint_eq(old.count, 1);
    ck_assert(old.items[0].is_known);
    ck_assert_str_eq(old.items[0].author.message, "ban it");
    commit(banned("2031-01-01 00:00:00Z", other), "for longer");
    commit(banned("2031-01-01 00:00:00Z", ""), "away with x");
    now = origins_now(&old);
    ck_assert_str_eq(now.items[0].author.message, "for longer");
    now = origins_now(&none);
    ck_assert_str_eq(now.items[0].author.message, "for longer");
}
END_TEST

/* Who asks what a parameter was reads on until it is found: newest first, each
 * with the revision that ended it. */
START_TEST(earlier_configurations_come_newest_first)
{
    const struct mu_snapshot_earlier *earlier;
    uint32_t count;

    commit(config(1, 1), "");
    commit(config(2, 2), "");
    commit(config(3, 3), "");
    earlier = mu_earlier_list(&arena, &state, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(earlier[0].config->resources_count, 2);
    ck_assert_str_eq(earlier[0].revision, "0.3");
    ck_assert_uint_eq(earlier[1].config->resources_count, 1);
    ck_assert_str_eq(earlier[1].revision, "0.2");
}
END_TEST

/* Every pair of texts must come back, also those without lines. */
START_TEST(a_delta_gives_the_target)
{
    static const char *const texts[] = {
        "",      "a",       "a\n",       "b",      "a\nb\nc\n", "c\nb\na\n",
        "a\nc\n", "a\nb\nc", "x\na\nb\n", "a\na\n", "a\na\na\nb\n"};
    size_t count = sizeof(texts) / sizeof(texts[0]);

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            struct mu_span delta =
                mu_delta_make(&arena, span(texts[i]), span(texts[k]));
            struct mu_span target;

            ck_assert_uint_gt(delta.size, 0);
            ck_assert_int_eq(mu_delta_apply(&arena, span(texts[i]), delta, 64,
                                            &target),
                             0);
            ck_assert(says(target, texts[k]));
        }
    }
}
END_TEST

/* One object of a thousand: the log must not hold the other 999. */
START_TEST(a_small_change_is_a_small_delta)
{
    const char *before = config(1000, 7000);
    const char *after = config(1000, 7001);

    ck_assert_uint_lt(mu_delta_make(&arena, span(after), span(before)).size,
                      200);
}
END_TEST

/* Deltas come from peers and from disks. */
START_TEST(sec_a_damaged_delta_is_refused_in_order)
{
    struct mu_span base = span(config(20, 1));
    struct mu_span delta = mu_delta_make(&arena, base, span(config(30, 2)));
    struct mu_prng prng;
    struct mu_span target;

    mu_prng_init(&prng, 7);
    ck_assert_int_eq(mu_delta_apply(&arena, base, delta, 10, &target), -E2BIG);
    for (unsigned i = 0; i < 2000; i++) {
        size_t size = 1 + mu_prng_below(&prng, delta.size);
        unsigned char *bytes = malloc(size);

        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes, delta.data, size);
        bytes[mu_prng_below(&prng, size)] ^=
            (unsigned char)(1 + mu_prng_below(&prng, 255));
        (void)!mu_delta_apply(&arena, base, (struct mu_span){bytes, size}, 4096,
                              &target);
        free(bytes);
    }
}
END_TEST

/* People address revisions in several ways; each must mean the same one. */
START_TEST(each_revision_can_be_had_again)
{
    commit(config(3, 100), "one");
    commit(config(4, 200), "two");
    commit(config(3, 300), "three");
    ck_assert_str_eq(content("0.1"), config(3, 100));
    ck_assert_str_eq(content("1"), config(3, 100));
    ck_assert_str_eq(content("-2"), config(3, 100));
    ck_assert_str_eq(content("0.2.77"), config(4, 200));
    ck_assert_str_eq(content("current"), config(3, 300));
    ck_assert_str_eq(content("3"), config(3, 300));
    ck_assert_str_eq(mu_revision_newest(&state)->author.message, "three");
    ck_assert_ptr_null(mu_revision_find(&state, "4", NULL));
    ck_assert_ptr_null(mu_revision_find(&state, "1.1", NULL));
    ck_assert_ptr_null(mu_revision_find(&state, "-3", NULL));
    ck_assert_ptr_null(mu_revision_find(&state, "x", NULL));
    ck_assert_ptr_null(mu_revision_find(&state, "", NULL));
}
END_TEST

/* A hundred are promised; what is older is gone, and the refusal says what is
 * there instead. */
START_TEST(the_last_hundred_are_kept)
{
    struct mu_errbuf err = {.text = ""};

    for (unsigned i = 1; i <= 300; i++) {
        commit(config(20, i + 1000), "");
    }
    ck_assert_uint_eq(state.revisions.count, MU_REVISIONS_COUNT_MAX);
    ck_assert(mu_revision_is_sound(&state.revisions, 300));
    ck_assert_str_eq(content("201"), config(20, 1201));
    ck_assert_ptr_null(mu_revision_find(&state, "100", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "kept are 0.173 to 0.300"));
}
END_TEST

/* Whoever replaces everything time and again must not fill the memory: who and
 * why stays known, what it was is given up from the oldest on. */
START_TEST(content_is_bounded_in_bytes)
{
    struct mu_errbuf err = {.text = ""};
    size_t size = 0;

    for (unsigned i = 0; i < 10; i++) {
        size_t length = 4 << 20;
        char *text = mu_arena_new(&arena, char, length + 1);

        memset(text, 'a' + (int)i, length);
        commit(text, "all");
    }
    for (uint32_t i = 0; i < state.revisions.count; i++) {
        size += state.revisions.items[i].delta.size;
    }
    ck_assert_uint_le(size, MU_REVISIONS_SIZE_MAX);
    ck_assert_uint_eq(state.revisions.count, 10);
    ck_assert(mu_revision_is_sound(&state.revisions, 10));
    ck_assert_ptr_nonnull(mu_revision_find(&state, "8", NULL));
    ck_assert_ptr_null(mu_revision_find(&state, "1", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no longer kept; the oldest that is "
                                           "kept is 0.7"));
}
END_TEST

/* The log goes to joiners and to the disk: what is read is what was written,
 * and a log that does not fit the state is no state. */
START_TEST(the_log_goes_with_the_state)
{
    struct mu_arena scratch;
    struct mu_span bytes;

    mu_arena_init(&scratch, 1 << 26);
    for (unsigned i = 1; i <= 5; i++) {
        commit(config(3, i + 100), "m");
    }
    bytes = mu_state_encode(&state, &scratch);
    ck_assert_int_eq(mu_state_decode(&state, bytes), 0);
    ck_assert_uint_eq(state.revisions.count, 5);
    ck_assert_str_eq(content("2"), config(3, 102));
    state.config_index++;
    bytes = mu_state_encode(&state, &scratch);
    ck_assert_int_eq(mu_state_decode(&state, bytes), -EBADMSG);
    mu_arena_done(&scratch);
}
END_TEST

static unsigned
changes(const char *before, const char *after)
{
    struct mu_doc *old;
    struct mu_doc *new;
    unsigned count;

    ck_assert_int_eq(mu_doc_parse(span(before), &old, NULL), 0);
    ck_assert_int_eq(mu_doc_parse(span(after), &new, NULL), 0);
    count = mu_objects_count_changes(&arena, old, new);
    mu_doc_free(old);
    mu_doc_free(new);
    return count;
}

/* "How much did that change?" is answered in objects as people name them. */
START_TEST(changes_are_counted_in_objects)
{
    static const char group[] =
        "<configuration><resources><group id=\"g\"><primitive id=\"a\"/>"
        "<primitive id=\"b\"/></group></resources></configuration>";

    ck_assert_uint_eq(changes(group, group), 0);
    ck_assert_uint_eq(
        changes(group, "<configuration><resources><group id=\"g\"><primitive "
                       "id=\"a\" type=\"T\"/><primitive id=\"b\"/></group>"
                       "</resources></configuration>"),
        1);
    ck_assert_uint_eq(
        changes(group, "<cib><configuration><resources><group id=\"g\">"
                       "<primitive id=\"a\"/></group><primitive id=\"c\"/>"
                       "</resources></configuration></cib>"),
        3);
    ck_assert_uint_eq(changes(group, "<configuration/>"), 3);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("revision");
    TCase *tcase = tcase_create("revision");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_delta_gives_the_target);
    tcase_add_test(tcase, an_override_is_of_whom_first_set_it);
    tcase_add_test(tcase, earlier_configurations_come_newest_first);
    tcase_add_test(tcase, a_small_change_is_a_small_delta);
    tcase_add_test(tcase, sec_a_damaged_delta_is_refused_in_order);
    tcase_add_test(tcase, each_revision_can_be_had_again);
    tcase_add_test(tcase, the_last_hundred_are_kept);
    tcase_add_test(tcase, content_is_bounded_in_bytes);
    tcase_add_test(tcase, the_log_goes_with_the_state);
    tcase_add_test(tcase, changes_are_counted_in_objects);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
