/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overrides: what operators have put above the ordinary configuration, read
 * from the configuration alone. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/override.h"

/* 2026-11-21 21:00:00 UTC */
static const int64_t nine_ms = INT64_C(1795294800000);

#define NINE(id)                                                              \
    "<date_expression id=\"" id "\" operation=\"lt\" "                        \
    "end=\"2026-11-21 21:00:00Z\"/>"
#define RULE(id) "<rule id=\"" id "\" score=\"INFINITY\">" NINE(id "-d") "</rule>"
#define PLACE(id, rule, node)                                                 \
    "<rsc_location id=\"" id "\" rsc=\"web\" role=\"Started\"><rule id=\""     \
    rule "\" score=\"INFINITY\" boolean-op=\"and\"><expression id=\"" rule    \
    "-e\" attribute=\"#uname\" operation=\"eq\" value=\"" node "\"/>"         \
    NINE(rule "-d") "</rule></rsc_location>"
#define META(id, rule, name, value)                                           \
    "<meta_attributes id=\"" id "\" score=\"INFINITY\">" rule "<nvpair id=\"" \
    id "-n\" name=\"" name "\" value=\"" value "\"/></meta_attributes>"

static struct mu_arena arena;
static const struct mu_config *config;
static struct mu_overrides list;

/* Reads a configuration with these parts and lists its overrides. */
static void
read_parts(const char *properties, const char *of_node, const char *of_web,
           const char *constraints)
{
    struct mu_text_buffer text;
    struct mu_errbuf err = {0};
    struct mu_doc *doc;

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(
        &text,
        "<configuration><crm_config>%s</crm_config><nodes>"
        "<node id=\"1\" uname=\"n1\">%s</node><node id=\"2\" uname=\"n2\"/>"
        "</nodes><resources><primitive id=\"web\" class=\"ocf\" "
        "provider=\"heartbeat\" type=\"Dummy\">%s</primitive></resources>"
        "<constraints>%s</constraints></configuration>",
        properties, of_node, of_web, constraints);
    ck_assert_int_eq(
        mu_doc_parse((struct mu_span){(const unsigned char *)text.data,
                                      text.length},
                     &doc, &err),
        0);
    ck_assert_msg(mu_config_read(&arena, doc, MU_CONFIG_STRICT, &config,
                                 &err) == 0,
                  "%s", err.text);
    mu_doc_free(doc);
    list = mu_override_list(&arena, config);
}

/* A healthy configuration has none: values that say the opposite, and
 * constraints that people wrote, are no overrides. */
START_TEST(ordinary_configurations_have_no_overrides)
{
    read_parts("<cluster_property_set id=\"p\"><nvpair id=\"p-m\" "
               "name=\"maintenance-mode\" value=\"false\"/>"
               "</cluster_property_set>",
               "<instance_attributes id=\"a\"><nvpair id=\"a-s\" "
               "name=\"standby\" value=\"off\"/></instance_attributes>",
               META("m", "", "target-role", "Started"),
               "<rsc_location id=\"home\" rsc=\"web\" node=\"n1\" "
               "score=\"INFINITY\"/>");
    ck_assert_uint_eq(list.count, 0);
}
END_TEST

/* What has no end is listed all the same: it is what people forget. */
START_TEST(what_was_set_for_good_is_listed_without_end)
{
    read_parts("<cluster_property_set id=\"p\"><nvpair id=\"p-m\" "
               "name=\"maintenance-mode\" value=\"true\"/>"
               "</cluster_property_set>",
               "<instance_attributes id=\"a\"><nvpair id=\"a-s\" "
               "name=\"standby\" value=\"on\"/></instance_attributes>",
               META("m", "", "is-managed", "false"),
               "<rsc_location id=\"cli-ban-web-on-n2\" rsc=\"web\" "
               "node=\"n2\" score=\"-INFINITY\"/>");
    ck_assert_uint_eq(list.count, 4);
    ck_assert_int_eq(list.items[0].kind, MU_OVERRIDE_MAINTENANCE);
    ck_assert_int_eq(list.items[1].kind, MU_OVERRIDE_STANDBY);
    ck_assert_str_eq(list.items[1].node, "n1");
    ck_assert_int_eq(list.items[2].kind, MU_OVERRIDE_UNMANAGED);
    ck_assert_int_eq(list.items[3].kind, MU_OVERRIDE_BAN);
    ck_assert_str_eq(list.items[3].node, "n2");
    for (uint32_t i = 0; i < list.count; i++) {
        ck_assert_int_eq(list.items[i].until_ms, INT64_MAX);
        ck_assert(!list.items[i].is_ours);
        ck_assert(!list.items[i].is_once);
    }
}
END_TEST

/* The end is in the rule, and the node of a move as well. */
START_TEST(ends_and_nodes_are_read_from_rules)
{
    read_parts("", "", META("cli-maintenance-web", RULE("r"), "maintenance",
                            "true"),
               PLACE("cli-prefer-web", "cli-prefer-rule-web", "n2"));
    ck_assert_uint_eq(list.count, 2);
    ck_assert_int_eq(list.items[0].kind, MU_OVERRIDE_MAINTENANCE);
    ck_assert_int_eq(list.items[0].until_ms, nine_ms);
    ck_assert(list.items[0].is_ours);
    ck_assert_int_eq(list.items[1].kind, MU_OVERRIDE_MOVE);
    ck_assert_int_eq(list.items[1].until_ms, nine_ms);
    ck_assert_str_eq(list.items[1].node, "n2");
    ck_assert(list.items[1].is_ours);
    ck_assert(!list.items[1].is_once);
}
END_TEST

/* Intentions are told by their names: nothing else in a CIB can say it. */
START_TEST(moves_for_once_and_restarts_are_intentions)
{
    read_parts("", "", META("cli-restart-web", RULE("r"), "target-role",
                            "Stopped"),
               PLACE("cli-prefer-web", "cli-prefer-once-web", "n2"));
    ck_assert_uint_eq(list.count, 2);
    ck_assert_int_eq(list.items[0].kind, MU_OVERRIDE_RESTART);
    ck_assert(list.items[0].is_once);
    ck_assert_int_eq(list.items[1].kind, MU_OVERRIDE_MOVE);
    ck_assert(list.items[1].is_once);
}
END_TEST

/* A rule of a person's own set ends too, but it is hers: nobody removes it. */
START_TEST(only_sets_of_our_own_names_are_ours)
{
    read_parts("", "", META("night", RULE("r"), "target-role", "Stopped"), "");
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].until_ms, nine_ms);
    ck_assert(!list.items[0].is_ours);
}
END_TEST

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

int
main(void)
{
    Suite *suite = suite_create("override");
    TCase *tcase = tcase_create("list");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, ordinary_configurations_have_no_overrides);
    tcase_add_test(tcase, what_was_set_for_good_is_listed_without_end);
    tcase_add_test(tcase, ends_and_nodes_are_read_from_rules);
    tcase_add_test(tcase, moves_for_once_and_restarts_are_intentions);
    tcase_add_test(tcase, only_sets_of_our_own_names_are_ours);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
