/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules: what holds here and now, and when that may change. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/prng.h"
#include "doc/doc.h"
#include "model/config.h"
#include "model/rule_date.h"

static struct mu_arena arena;

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 26);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

/* Reads the conditions in 'xml' as the rule of a location constraint. */
static const struct mu_rule *
rule_of(const char *xml)
{
    const struct mu_config *config = NULL;
    struct mu_doc *doc = NULL;
    struct mu_errbuf err = {{0}, 0, 0};
    const char *text = mu_text_make(
        &arena,
        "<configuration><resources><primitive id='a' class='lsb' type='x'/>"
        "</resources><constraints><rsc_location id='l' rsc='a'><rule id='r' "
        "score='1'>%s</rule></rsc_location></constraints></configuration>",
        xml);
    struct mu_span span = {(const unsigned char *)text, strlen(text)};

    ck_assert_int_eq(mu_doc_parse(span, &doc, &err), 0);
    ck_assert_msg(
        mu_config_read(&arena, doc, MU_CONFIG_STRICT, &config, &err) == 0, "%s",
        err.text);
    mu_doc_free(doc);
    return config->locations[0].rules[0].rule;
}

static const char *
lookup(const void *context, const char *name)
{
    const struct mu_pair *pairs = context;

    for (; pairs->name; pairs++) {
        if (strcmp(pairs->name, name) == 0) {
            return pairs->value;
        }
    }
    return NULL;
}

static int64_t
date_s(const char *text)
{
    int64_t at_s = 0;

    ck_assert_msg(mu_rule_date_parse(text, &at_s) == 0, "%s", text);
    return at_s;
}

static const struct {
    const char *operation;
    const char *value;
    const char *type;   /* Or null. */
    const char *actual; /* Of the node, or null. */
    bool is_true;
} comparisons[] = {
    {"eq", "SSD", NULL, "ssd", true},
    {"eq", "1", NULL, "1.0", false},
    {"eq", "1", "number", "1.0", true},
    {"eq", "x", NULL, NULL, false},
    {"ne", "x", NULL, NULL, true},
    {"ne", "x", NULL, "x", false},
    {"lt", "10", NULL, "9", true},
    {"lt", "10", "string", "9", false},
    {"lt", "10", NULL, NULL, false},
    {"lte", "9", NULL, "9", true},
    {"gt", "9.5", NULL, "10", true},
    {"gt", "0.10", NULL, "0.1", false},
    {"gt", "-2.5", NULL, "-2.25", true},
    {"gte", "-0", "number", "0.0", true},
    {"gte", "100", NULL, "99", false},
    {"gt", "abc", NULL, "b", true},
    {"eq", "3.6", "integer", "3.4", true},
    {"eq", "x", "integer", "X", true},
    {"lt", "9223372036854775808", NULL, "9223372036854775806", true},
    {"gt", "1.2", "version", "1.10", true},
    {"lt", "1.10.1", "version", "1.10", true},
    {"eq", "01.2", "version", "1.02", true},
    {"defined", NULL, NULL, "", true},
    {"defined", NULL, NULL, NULL, false},
    {"not_defined", NULL, NULL, NULL, true},
    {"not_defined", NULL, NULL, "x", false},
};

/* Numbers are compared as numbers and versions as versions, and what is not
 * set has its documented meaning. */
START_TEST(attributes_are_compared_by_type)
{
    const char *value =
        comparisons[_i].value
            ? mu_text_make(&arena, "value='%s'", comparisons[_i].value)
            : "";
    const char *type = comparisons[_i].type ? mu_text_make(&arena, "type='%s'",
                                                           comparisons[_i].type)
                                            : "";
    const struct mu_rule *rule = rule_of(mu_text_make(
        &arena, "<expression id='e' attribute='disk' operation='%s' %s %s/>",
        comparisons[_i].operation, value, type));
    struct mu_pair pairs[2] = {{NULL, NULL}, {NULL, NULL}};
    struct mu_rule_input input = {.node_lookup = lookup, .node_context = pairs};

    if (comparisons[_i].actual) {
        pairs[0] = (struct mu_pair){"disk", comparisons[_i].actual};
    }
    ck_assert(mu_rule_is_true(rule, &input, NULL) == comparisons[_i].is_true);
    ck_assert(mu_rule_needs_node(rule));
}
END_TEST

/* One constraint for many machines: %1 comes from the pattern. */
START_TEST(submatches_name_attributes)
{
    const struct mu_rule *rule = rule_of(
        "<expression id='e' attribute='vm-%1-%9x' operation='eq' value='y'/>");
    const struct mu_pair pairs[] = {{"vm-22-x", "y"}, {NULL, NULL}};
    const char *matches[] = {"vm22", "22"};
    struct mu_rule_input input = {.node_lookup = lookup, .node_context = pairs};

    ck_assert(!mu_rule_is_true(rule, &input, NULL));
    input.matches = matches;
    input.matches_count = 2;
    ck_assert(mu_rule_is_true(rule, &input, NULL));
}
END_TEST

/* The value may be that of a parameter or a meta attribute. */
START_TEST(values_come_from_their_source)
{
    const struct mu_rule *rule =
        rule_of("<expression id='e' attribute='site' operation='eq' "
                "value='home' value-source='param'/>"
                "<expression id='f' attribute='site' operation='eq' "
                "value='away' value-source='meta'/>");
    const struct mu_pair node[] = {{"site", "north"}, {NULL, NULL}};
    const struct mu_pair resource[] = {
        {"home", "north"}, {"away", "north"}, {NULL, NULL}};
    struct mu_rule_input input = {.node_lookup = lookup,
                                  .node_context = node,
                                  .params_lookup = lookup,
                                  .resource_context = resource};

    ck_assert(!mu_rule_is_true(rule, &input, NULL));
    input.meta_lookup = lookup;
    ck_assert(mu_rule_is_true(rule, &input, NULL));
}
END_TEST

/* Defaults for an agent or an operation must not reach others. */
START_TEST(agents_and_operations_are_told_apart)
{
    const struct mu_rule *agent =
        rule_of("<rsc_expression id='e' class='ocf' provider='heartbeat'/>");
    const struct mu_rule *op =
        rule_of("<op_expression id='e' name='monitor' interval='10s'/>");
    const struct mu_rule *any = rule_of("<op_expression id='e' "
                                        "name='monitor'/>");
    struct mu_rule_input input = {.agent_class = "ocf",
                                  .agent_provider = "heartbeat",
                                  .agent_type = "IPaddr2",
                                  .op_name = "monitor",
                                  .op_interval_ms = 10000};

    ck_assert(mu_rule_is_true(agent, &input, NULL));
    ck_assert(mu_rule_is_true(op, &input, NULL));
    ck_assert(!mu_rule_needs_node(op));
    input.agent_provider = "pacemaker";
    input.op_interval_ms = 20000;
    ck_assert(!mu_rule_is_true(agent, &input, NULL));
    ck_assert(!mu_rule_is_true(op, &input, NULL));
    ck_assert(mu_rule_is_true(any, &input, NULL));
    input.op_name = NULL;
    ck_assert(!mu_rule_is_true(any, &input, NULL));
}
END_TEST

/* Nested rules combine, and the next change is the earliest of all parts,
 * whichever of them decided. */
START_TEST(rules_nest)
{
    const struct mu_rule *rule =
        rule_of("<rule id='s' boolean-op='or'>"
                "<date_expression id='d' operation='lt' "
                "end='2026-01-01 00:00:00Z'/>"
                "<date_expression id='e' operation='gt' "
                "start='2026-06-01 00:00:00Z'/></rule>"
                "<date_expression id='f' operation='lt' "
                "end='2027-01-01 00:00:00Z'/>");
    struct mu_rule_input input = {.now_ms =
                                      date_s("2025-12-31 23:59:59Z") * 1000};
    struct mu_instant next = MU_INSTANT_NEVER;

    ck_assert(mu_rule_is_true(rule, &input, &next));
    ck_assert_int_eq(next.ms, date_s("2026-01-01") * 1000);
    input.now_ms = date_s("2026-03-01") * 1000;
    next = MU_INSTANT_NEVER;
    ck_assert(!mu_rule_is_true(rule, &input, &next));
    ck_assert_int_eq(next.ms, date_s("2026-06-01 00:00:01") * 1000);
    ck_assert(mu_rule_is_true(NULL, &input, NULL));
}
END_TEST

/* Both ends are in the range, and a duration follows the calendar. */
START_TEST(ranges_hold_their_ends)
{
    const struct mu_rule *rule =
        rule_of("<date_expression id='d' operation='in_range' "
                "start='2024-01-31 12:00:00Z'><duration id='u' months='1' "
                "hours='1'/></date_expression>");
    struct mu_rule_input input = {0};
    struct mu_instant next = MU_INSTANT_NEVER;

    input.now_ms = date_s("2024-01-31 11:59:59") * 1000;
    ck_assert(!mu_rule_is_true(rule, &input, &next));
    ck_assert_int_eq(next.ms, date_s("2024-01-31 12:00:00") * 1000);
    next = MU_INSTANT_NEVER;
    input.now_ms = date_s("2024-02-29 13:00:00") * 1000 + 999;
    ck_assert(mu_rule_is_true(rule, &input, &next));
    ck_assert_int_eq(next.ms, date_s("2024-02-29 13:00:01") * 1000);
    next = MU_INSTANT_NEVER;
    input.now_ms = next.ms;
    input.now_ms = date_s("2024-02-29 13:00:01") * 1000;
    ck_assert(!mu_rule_is_true(rule, &input, &next));
    ck_assert_int_eq(next.ms, INT64_MAX);
}
END_TEST

static const struct {
    const char *spec;
    const char *now;
    bool is_true;
    const char *next; /* Null: never. */
} specs[] = {
    {"hours='9-16' weekdays='1-5'", "2026-11-20 16:59:59", true,
     "2026-11-20 17:00:00"},
    {"hours='9-16' weekdays='1-5'", "2026-11-20 17:00:00", false,
     "2026-11-23 09:00:00"},
    {"monthdays='29' months='2'", "2026-11-20 17:00:00", false,
     "2028-02-29 00:00:00"},
    {"years='2020-2025'", "2026-11-20 17:00:00", false, NULL},
    {"years='2026-'", "2025-05-05 05:05:05", false, "2026-01-01 00:00:00"},
    {"weeks='53'", "2026-11-20 17:00:00", false, "2026-12-28 00:00:00"},
    {"weekyears='2027'", "2026-11-20 17:00:00", false, "2027-01-04 00:00:00"},
    {"yeardays='366'", "2026-11-20 17:00:00", false, "2028-12-31 00:00:00"},
    {"minutes='30' seconds='-9'", "2026-11-20 17:30:09", true,
     "2026-11-20 17:30:10"},
    {"minutes='30' seconds='-9'", "2026-11-20 17:30:10", false,
     "2026-11-20 18:30:00"},
    {"monthdays='31' weekdays='7'", "2026-11-20 17:00:00", false,
     "2027-01-31 00:00:00"},
};

/* A date_spec gives the exact time of its next change: a timer, not a poll. */
START_TEST(specs_know_their_next_change)
{
    const struct mu_rule *rule = rule_of(mu_text_make(
        &arena,
        "<date_expression id='d' operation='date_spec'><date_spec id='s' %s/>"
        "</date_expression>",
        specs[_i].spec));
    struct mu_rule_input input = {.now_ms = date_s(specs[_i].now) * 1000};
    struct mu_instant next = MU_INSTANT_NEVER;

    ck_assert(mu_rule_is_true(rule, &input, &next) == specs[_i].is_true);
    ck_assert_int_eq(next.ms, specs[_i].next ? date_s(specs[_i].next) * 1000
                                             : INT64_MAX);
}
END_TEST

/* Against stepping through time hour by hour: nothing may change before the
 * time that was named, and at that time it must, for specs that do not hold. */
START_TEST(specs_agree_with_stepping_through_time)
{
    static const char *const fields[] = {"hours='3-5'",
                                         "hours='22-'",
                                         "weekdays='6-7'",
                                         "monthdays='1-7'",
                                         "months='4-6'",
                                         "weeks='10-20'",
                                         "yeardays='50-60'",
                                         "hours='0' months='1'",
                                         "weekdays='2' monthdays='13'"};
    struct mu_prng prng;

    mu_prng_init(&prng, 7);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct mu_rule *rule = rule_of(mu_text_make(
            &arena,
            "<date_expression id='d' operation='date_spec'><date_spec id='s' "
            "%s/></date_expression>",
            fields[i]));

        for (int k = 0; k < 20; k++) {
            int64_t hour =
                INT64_C(490000) + (int64_t)mu_prng_below(&prng, 20000);
            struct mu_rule_input input = {.now_ms = hour * 3600000};
            struct mu_instant next = MU_INSTANT_NEVER;
            bool is_true = mu_rule_is_true(rule, &input, &next);

            ck_assert_int_gt(next.ms, input.now_ms);
            while (input.now_ms + 3600000 < next.ms) {
                input.now_ms += 3600000;
                ck_assert(mu_rule_is_true(rule, &input, NULL) == is_true);
            }
            input.now_ms = next.ms;
            ck_assert(mu_rule_is_true(rule, &input, NULL) != is_true);
        }
    }
}
END_TEST

/* Dates of all forms that files have. */
START_TEST(dates_are_read)
{
    static const struct {
        const char *text;
        int64_t at_s;
    } dates[] = {
        {"1970-01-01", 0},
        {"2019-09-20 15:10:52 +00:00", 1568992252},
        {"2019-09-20T17:10:52+02:00", 1568992252},
        {"20190920T151052Z", 1568992252},
        {"2019-263T15:10:52Z", 1568992252},
        {"2019263", 1568937600},
        {"2019-W38-5 15:10:52Z", 1568992252},
        {"2019W385", 1568937600},
        {"2019-09", 1567296000},
        {"2020-02-29T24:00", 1583020800},
        {"1969-12-31 23:59:59Z", -1},
    };
    static const char *const wrong[] = {"",
                                        "2019",
                                        "2019-13-01",
                                        "2019-02-29",
                                        "2019-00-01",
                                        "2019-366",
                                        "2019-W53-1",
                                        "2019-W10-8",
                                        "now",
                                        "2019-09-20 x",
                                        "2019-09-20 25:00",
                                        "2019-09-20 24:00:01",
                                        "2019-09-20 10:60",
                                        "2019-09-20 10:00 +25:00"};
    int64_t at_s;

    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        ck_assert_int_eq(date_s(dates[i].text), dates[i].at_s);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_msg(mu_rule_date_parse(wrong[i], &at_s) < 0, "%s", wrong[i]);
    }
}
END_TEST

/* The calendar and its inverse agree on every day of 800 years. */
START_TEST(the_calendar_is_its_own_inverse)
{
    struct mu_rule_date date;
    struct mu_rule_date before;

    mu_rule_date_from(date_s("1600-01-01") - 1, &before);
    for (int64_t at_s = date_s("1600-01-01"); at_s < date_s("2400-01-01");
         at_s += 86400) {
        mu_rule_date_from(at_s, &date);
        ck_assert_int_eq(
            mu_rule_date_day(date.year, date.month, date.month_day), at_s);
        ck_assert_int_eq(mu_rule_date_day(date.year, 1, date.year_day), at_s);
        ck_assert_int_eq(date.week_day, before.week_day % 7 + 1);
        ck_assert(date.week == before.week ||
                  (date.week_day == 1 &&
                   (date.week == before.week + 1 || date.week == 1)));
        before = date;
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("rule");
    TCase *tcase = tcase_create("rule");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, attributes_are_compared_by_type, 0,
                        (int)(sizeof(comparisons) / sizeof(comparisons[0])));
    tcase_add_test(tcase, submatches_name_attributes);
    tcase_add_test(tcase, values_come_from_their_source);
    tcase_add_test(tcase, agents_and_operations_are_told_apart);
    tcase_add_test(tcase, rules_nest);
    tcase_add_test(tcase, ranges_hold_their_ends);
    tcase_add_loop_test(tcase, specs_know_their_next_change, 0,
                        (int)(sizeof(specs) / sizeof(specs[0])));
    tcase_add_test(tcase, specs_agree_with_stepping_through_time);
    tcase_add_test(tcase, dates_are_read);
    tcase_add_test(tcase, the_calendar_is_its_own_inverse);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
