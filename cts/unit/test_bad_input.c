/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Well-formed XML that means nothing good: each kind has a defined outcome, a
 * plan or a clear error, in bounded memory. What people may commit is read
 * strictly, what a cluster already has leniently: it must go on. */

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/cib_status.h"
#include "sched/sched.h"

enum { MEMORY_MAX = 400 << 20, NODES = 3, MANY = 10000 };

static struct mu_arena arena;
static struct mu_text_buffer resources;
static struct mu_text_buffer constraints;
static struct mu_text_buffer rest;       /* Of the configuration. */
static struct mu_text_buffer properties; /* nvpairs. */
static struct mu_text_buffer status;     /* Of one more node. */
static struct mu_snapshot *snapshot;
static const struct mu_plan *plan;
static struct mu_errbuf err;

static void
setup(void)
{
    mu_arena_init(&arena, MEMORY_MAX);
    mu_text_buffer_init(&resources, &arena);
    mu_text_buffer_init(&constraints, &arena);
    mu_text_buffer_init(&rest, &arena);
    mu_text_buffer_init(&properties, &arena);
    mu_text_buffer_init(&status, &arena);
    err = (struct mu_errbuf){{0}, 0, 0};
    plan = NULL;
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static void
primitive(const char *id)
{
    mu_text_buffer_add(&resources,
                       "<primitive id='%s' class='ocf' provider='heartbeat' "
                       "type='Dummy'/>",
                       id);
}

static void
primitives(int count)
{
    for (int i = 0; i < count; i++) {
        primitive(mu_text_make(&arena, "p%d", i));
    }
}

static const char *
data_of(const struct mu_text_buffer *text)
{
    return text->data ? text->data : "";
}

static int
read_cib(enum mu_config_strictness strictness)
{
    struct mu_text_buffer xml;

    mu_text_buffer_init(&xml, &arena);
    mu_text_buffer_add(
        &xml, "<cib have-quorum='1' execution-date='1700000000'>"
              "<configuration><crm_config><cluster_property_set id='cp'>"
              "<nvpair id='cp-f' name='stonith-enabled' value='false'/>");
    mu_text_buffer_add(&xml, "%s</cluster_property_set></crm_config><nodes>",
                       data_of(&properties));
    for (int i = 1; i <= NODES; i++) {
        mu_text_buffer_add(&xml, "<node id='%d' uname='n%d'/>", i, i);
    }
    mu_text_buffer_add(&xml, "</nodes><resources>");
    mu_text_buffer_append(&xml, data_of(&resources), resources.length);
    mu_text_buffer_add(&xml, "</resources><constraints>");
    mu_text_buffer_append(&xml, data_of(&constraints), constraints.length);
    mu_text_buffer_add(&xml, "</constraints>%s</configuration><status>",
                       data_of(&rest));
    for (int i = 1; i <= NODES; i++) {
        mu_text_buffer_add(&xml,
                           "<node_state id='%d' uname='n%d' in_ccm='true' "
                           "crmd='online' join='member' expected='member'/>",
                           i, i);
    }
    mu_text_buffer_append(&xml, data_of(&status), status.length);
    mu_text_buffer_add(&xml, "</status></cib>");
    return mu_cib_status_read_cib(
        &arena,
        (struct mu_span){(const unsigned char *)xml.data, xml.length}, 0,
        strictness, &snapshot, &err);
}

/* The cluster goes on with it: there is a plan. */
static void
plan_it(void)
{
    int r = read_cib(MU_CONFIG_LENIENT);

    ck_assert_msg(r == 0, "%s", err.text);
    plan = mu_sched_plan(&arena, snapshot, MU_SCHED_REASONS);
}

/* Nobody can commit it: the error names 'what'. */
static void
refused(const char *what)
{
    ck_assert_int_lt(read_cib(MU_CONFIG_STRICT), 0);
    ck_assert_msg(strstr(err.text, what), "%s", err.text);
}

static const char *
place_of(const char *id)
{
    for (uint32_t i = 0; i < plan->after_count; i++) {
        const struct mu_plan_placement *place = &plan->after[i];

        if (strcmp(place->instance ? place->instance : place->resource, id) ==
            0) {
            return place->node == MU_PLAN_NONE
                       ? "nowhere"
                       : snapshot->status->nodes[place->node].name;
        }
    }
    return "unknown";
}

static bool
is_warned(const char *what)
{
    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        if (strstr(plan->warnings[i], what)) {
            return true;
        }
    }
    return false;
}

static void
set_of_many(const char *tag, const char *attributes)
{
    mu_text_buffer_add(&constraints, "<%s id='k' %s><resource_set id='s'>", tag,
                       attributes);
    for (int i = 0; i < MANY; i++) {
        mu_text_buffer_add(&constraints, "<resource_ref id='p%d'/>", i);
    }
    mu_text_buffer_add(&constraints, "</resource_set></%s>", tag);
}

START_TEST(numbers_out_of_range_end_at_the_limits)
{
    /* Twenty digits fit into no integer; a score is a million at most. */
    primitive("a");
    mu_text_buffer_add(&constraints,
                       "<rsc_location id='l' rsc='a' node='n2' "
                       "score='99999999999999999999'/>"
                       "<rsc_location id='m' rsc='a' node='n1' "
                       "score='-99999999999999999999'/>");
    plan_it();
    ck_assert_str_eq(place_of("a"), "n2");
}
END_TEST

START_TEST(durations_and_dates_out_of_range_are_refused)
{
    /* A cluster that has them already takes the rule for one that never
     * holds. */
    primitive("a");
    mu_text_buffer_add(&constraints,
                       "<rsc_location id='l' rsc='a'><rule id='r' "
                       "score='-INFINITY'><date_expression id='d' "
                       "operation='gt' start='99999-99-99'/></rule>"
                       "</rsc_location>");
    refused("99999-99-99");
    plan_it();
    ck_assert_str_ne(place_of("a"), "nowhere");
}
END_TEST

START_TEST(references_that_lead_nowhere_are_refused)
{
    /* What a cluster has already is left out of the plan. */
    primitive("a");
    mu_text_buffer_add(&constraints,
                       "<rsc_colocation id='k' rsc='a' with-rsc='nope' "
                       "score='INFINITY'/>"
                       "<rsc_order id='o' first='nope' then='a'/>"
                       "<rsc_location id='l' rsc='nope' node='n1' score='1'/>"
                       "<rsc_ticket id='t' rsc='nope' ticket='t'/>");
    refused("nope");
    plan_it();
    ck_assert_str_eq(place_of("a"), "n1");
}
END_TEST

START_TEST(constraints_that_contradict_each_other_keep_one_down)
{
    /* With it and apart from it: one runs, the other is told why not. */
    primitive("a");
    primitive("b");
    mu_text_buffer_add(
        &constraints,
        "<rsc_colocation id='k1' rsc='a' with-rsc='b' score='INFINITY'/>"
        "<rsc_colocation id='k2' rsc='a' with-rsc='b' score='-INFINITY'/>");
    plan_it();
    ck_assert_str_eq(place_of("a"), "nowhere");
    ck_assert_str_ne(place_of("b"), "nowhere");
    for (uint32_t i = 0; i < plan->after_count; i++) {
        if (strcmp(plan->after[i].resource, "a") == 0) {
            ck_assert_ptr_nonnull(strstr(plan->after[i].reason, "k1"));
            ck_assert_ptr_nonnull(strstr(plan->after[i].reason, "k2"));
        }
    }
}
END_TEST

START_TEST(a_loop_of_orderings_is_named_with_its_constraints)
{
    /* One of the three is given up, all are named. */
    primitive("a");
    primitive("b");
    primitive("c");
    mu_text_buffer_add(&constraints,
                       "<rsc_order id='ab' first='a' then='b'/>"
                       "<rsc_order id='bc' first='b' then='c'/>"
                       "<rsc_order id='ca' first='c' then='a'/>");
    plan_it();
    ck_assert(is_warned("ab") && is_warned("bc") && is_warned("ca"));
    ck_assert_str_ne(place_of("a"), "nowhere");
    ck_assert_str_ne(place_of("b"), "nowhere");
    ck_assert_str_ne(place_of("c"), "nowhere");
}
END_TEST

START_TEST(ten_thousand_rules_are_read_and_honoured)
{
    /* As many as somebody's script may write. */
    primitive("a");
    for (int i = 0; i < MANY; i++) {
        mu_text_buffer_add(&constraints,
                           "<rsc_location id='l%d' rsc='a'><rule id='r%d' "
                           "score='1'><expression id='e%d' attribute='#uname' "
                           "operation='eq' value='n%d'/></rule>"
                           "</rsc_location>",
                           i, i, i, i % NODES == 1 ? 3 : 7);
    }
    plan_it();
    ck_assert_str_eq(place_of("a"), "n3");
}
END_TEST

START_TEST(groups_in_groups_and_clones_of_clones_are_refused)
{
    /* In a cluster that has them what is inside is not run. */
    mu_text_buffer_add(&resources, "<group id='g'><group id='h'>");
    primitive("a");
    mu_text_buffer_add(&resources, "</group></group><clone id='c'>"
                                   "<clone id='d'>");
    primitive("b");
    mu_text_buffer_add(&resources, "</clone></clone>");
    refused("h");
    plan_it();
    ck_assert_uint_eq(plan->actions_count, 0);
}
END_TEST

START_TEST(templates_and_tags_in_circles_are_refused)
{
    /* Neither may send the reader round for ever. */
    mu_text_buffer_add(&resources,
                       "<template id='t' template='u' class='ocf' "
                       "type='Dummy' provider='heartbeat'/>"
                       "<template id='u' template='t' class='ocf' "
                       "type='Dummy' provider='heartbeat'/>"
                       "<primitive id='p' template='t'/>"
                       "<primitive id='q' template='q'/>");
    mu_text_buffer_add(&rest, "<tags><tag id='x'><obj_ref id='y'/></tag>"
                              "<tag id='y'><obj_ref id='x'/></tag></tags>");
    mu_text_buffer_add(&constraints,
                       "<rsc_location id='l' rsc='x' node='n1' score='5'/>");
    refused("template");
    plan_it();
}
END_TEST

START_TEST(sets_of_ten_thousand_are_bounded)
{
    /* All apart from each other: fifty million pairs are not honoured. */
    primitives(MANY);
    set_of_many("rsc_colocation", "score='-INFINITY'");
    plan_it();
    ck_assert(is_warned("constraint k: it stands for too many pairs"));
    ck_assert_str_ne(place_of("p9999"), "nowhere");
}
END_TEST

START_TEST(serialized_sets_of_ten_thousand_are_bounded)
{
    /* As above, for orderings. */
    primitives(MANY);
    set_of_many("rsc_order", "kind='Serialize'");
    plan_it();
    ck_assert(is_warned("constraint k: it stands for too many pairs"));
}
END_TEST

START_TEST(chains_of_ten_thousand_are_honoured)
{
    /* One after the other there are no more pairs than members. */
    primitives(MANY);
    set_of_many("rsc_order", "kind='Mandatory'");
    plan_it();
    ck_assert(!is_warned("too many pairs"));
}
END_TEST

START_TEST(clones_of_a_thousand_million_are_bounded)
{
    /* Nobody has so many nodes. */
    mu_text_buffer_add(&resources,
                       "<clone id='c'><meta_attributes id='m'><nvpair id='x' "
                       "name='clone-max' value='1000000000'/><nvpair id='y' "
                       "name='globally-unique' value='true'/><nvpair id='z' "
                       "name='clone-node-max' value='1000000000'/>"
                       "</meta_attributes>");
    primitive("a");
    mu_text_buffer_add(&resources, "</clone>");
    plan_it();
    ck_assert(is_warned("clone c: clone-max"));
    ck_assert_uint_eq(plan->after_count, MU_INSTANCES_COUNT_MAX);
}
END_TEST

START_TEST(rules_in_rules_in_rules_are_refused)
{
    /* Deeper than anybody means it. */
    primitive("a");
    mu_text_buffer_add(&constraints, "<rsc_location id='l' rsc='a'>");
    for (int i = 0; i < 40; i++) {
        mu_text_buffer_add(&constraints, "<rule id='r%d' score='1'>", i);
    }
    mu_text_buffer_add(&constraints, "<expression id='e' attribute='x' "
                                     "operation='defined'/>");
    for (int i = 0; i < 40; i++) {
        mu_text_buffer_add(&constraints, "</rule>");
    }
    mu_text_buffer_add(&constraints, "</rsc_location>");
    refused("deep");
    plan_it();
    ck_assert_str_eq(place_of("a"), "n1");
}
END_TEST

START_TEST(needs_that_overflow_fit_nowhere)
{
    /* The sum of two is more than an integer holds: it must not wrap. */
    mu_text_buffer_add(&properties, "<nvpair id='ps' name='placement-strategy' "
                                    "value='balanced'/>");
    for (int i = 0; i < 3; i++) {
        mu_text_buffer_add(&resources,
                           "<primitive id='p%d' class='ocf' "
                           "provider='heartbeat' type='Dummy'><utilization "
                           "id='u%d'><nvpair id='v%d' name='cpu' "
                           "value='2147483647'/></utilization></primitive>",
                           i, i, i);
    }
    mu_text_buffer_add(&constraints,
                       "<rsc_colocation id='k' rsc='p0' with-rsc='p1' "
                       "score='INFINITY'/>");
    plan_it();
    ck_assert_str_eq(place_of("p0"), "nowhere");
    ck_assert_str_eq(place_of("p1"), "nowhere");
    ck_assert_str_eq(place_of("p2"), "nowhere");
}
END_TEST

START_TEST(ids_that_occur_twice_are_refused)
{
    /* In a cluster that has them the first one counts. */
    primitive("a");
    primitive("a");
    refused("a");
    plan_it();
    ck_assert_uint_eq(plan->after_count, 1);
}
END_TEST

START_TEST(attributes_by_the_hundred_thousand_are_read)
{
    /* Of one node, as failures of as many operations. */
    primitive("a");
    mu_text_buffer_add(&status,
                       "<node_state id='4' uname='n4' in_ccm='true' "
                       "crmd='online' join='member' expected='member'>"
                       "<transient_attributes id='4'>"
                       "<instance_attributes id='ia'>");
    for (int i = 0; i < 20 * MANY; i++) {
        mu_text_buffer_add(&status,
                           "<nvpair id='n%d' name='fail-count-x%d#monitor_0' "
                           "value='1'/>",
                           i, i);
    }
    mu_text_buffer_add(&status, "</instance_attributes>"
                                "</transient_attributes></node_state>");
    plan_it();
    ck_assert_str_ne(place_of("a"), "nowhere");
}
END_TEST

START_TEST(patterns_that_grow_without_bound_are_refused)
{
    /* Written out it would be ten thousand million characters. */
    primitive("a");
    mu_text_buffer_add(&constraints,
                       "<rsc_location id='l' node='n1' score='5' rsc-pattern="
                       "'(((((a{1,100}){1,100}){1,100}){1,100}){1,100})'/>");
    refused("rsc-pattern");
    plan_it();
    ck_assert_str_eq(place_of("a"), "n1");
}
END_TEST

START_TEST(everything_with_everything_is_bounded)
{
    /* Wishes along all ways through sixty resources would take for ever. */
    primitives(60);
    for (int i = 0; i < 60; i++) {
        for (int j = 0; j < i; j++) {
            mu_text_buffer_add(&constraints,
                               "<rsc_colocation id='k%d-%d' rsc='p%d' "
                               "with-rsc='p%d' score='%d'/>",
                               i, j, i, j, i + 1);
        }
    }
    plan_it();
    ck_assert(is_warned("too entangled"));
    ck_assert_str_ne(place_of("p59"), "nowhere");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("bad input");
    TCase *tests = tcase_create("bad input");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, numbers_out_of_range_end_at_the_limits);
    tcase_add_test(tests, durations_and_dates_out_of_range_are_refused);
    tcase_add_test(tests, references_that_lead_nowhere_are_refused);
    tcase_add_test(tests,
                   constraints_that_contradict_each_other_keep_one_down);
    tcase_add_test(tests, a_loop_of_orderings_is_named_with_its_constraints);
    tcase_add_test(tests, ten_thousand_rules_are_read_and_honoured);
    tcase_add_test(tests, groups_in_groups_and_clones_of_clones_are_refused);
    tcase_add_test(tests, templates_and_tags_in_circles_are_refused);
    tcase_add_test(tests, sets_of_ten_thousand_are_bounded);
    tcase_add_test(tests, serialized_sets_of_ten_thousand_are_bounded);
    tcase_add_test(tests, chains_of_ten_thousand_are_honoured);
    tcase_add_test(tests, clones_of_a_thousand_million_are_bounded);
    tcase_add_test(tests, rules_in_rules_in_rules_are_refused);
    tcase_add_test(tests, needs_that_overflow_fit_nowhere);
    tcase_add_test(tests, ids_that_occur_twice_are_refused);
    tcase_add_test(tests, attributes_by_the_hundred_thousand_are_read);
    tcase_add_test(tests, patterns_that_grow_without_bound_are_refused);
    tcase_add_test(tests, everything_with_everything_is_bounded);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
