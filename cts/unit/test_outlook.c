/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cluster would survive, found by a child beside the daemon: the
 * answer comes through the loop, and nothing else of the daemon is touched. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/outlook.h"
#include "model/cib_status.h"

enum { DEADLINE_MS = 30000 };

static struct mu_loop *loop;
static struct mu_outlook *outlook;
static struct mu_loop_timer deadline;
static const char *constraints;
static bool has_nothing;
static unsigned asked_here; /* Counts in this process only. */

static const struct mu_snapshot *
cluster(void *user, struct mu_arena *arena)
{
    const char *xml = mu_text_make(
        arena,
        "<cib have-quorum='1'><configuration><crm_config>"
        "<cluster_property_set id='o'><nvpair id='o-f' "
        "name='stonith-enabled' value='false'/></cluster_property_set>"
        "</crm_config><nodes><node id='1' uname='n1'/><node id='2' "
        "uname='n2'/><node id='3' uname='n3'/></nodes><resources>"
        "<primitive id='web' class='ocf' provider='heartbeat' type='Dummy'/>"
        "</resources><constraints>%s</constraints></configuration><status>"
        "<node_state id='1' uname='n1' in_ccm='true' crmd='online' "
        "join='member' expected='member'/><node_state id='2' uname='n2' "
        "in_ccm='true' crmd='online' join='member' expected='member'/>"
        "<node_state id='3' uname='n3' in_ccm='true' crmd='online' "
        "join='member' expected='member'/></status></cib>",
        constraints);
    struct mu_snapshot *snapshot = NULL;
    struct mu_errbuf err = {0};

    (void)user;
    asked_here++;
    if (has_nothing ||
        mu_cib_status_read_cib(
            arena, (struct mu_span){(const unsigned char *)xml, strlen(xml)}, 0,
            MU_CONFIG_STRICT, &snapshot, &err) < 0) {
        return NULL;
    }
    return snapshot;
}

static void
on_told(void *user)
{
    (void)user;
    mu_loop_stop(loop);
}

static void
on_deadline(void *user)
{
    (void)user;
    mu_loop_stop(loop);
}

static void
setup(void)
{
    struct mu_outlook_config config = {
        .quiet_ms = 1, .snapshot = cluster, .told = on_told};

    constraints = "";
    has_nothing = false;
    asked_here = 0;
    loop = mu_loop_new();
    ck_assert_ptr_nonnull(loop);
    config.loop = loop;
    outlook = mu_outlook_new(&config);
    ck_assert_ptr_nonnull(outlook);
    mu_loop_timer_init(&deadline, loop, on_deadline, NULL);
}

static void
teardown(void)
{
    mu_outlook_free(outlook);
    mu_loop_timer_disarm(&deadline);
    mu_loop_free(loop);
}

static void
wait_for_answer(int64_t most_ms)
{
    mu_loop_timer_arm(&deadline, mu_instant_after(mu_clock_now(), most_ms));
    mu_loop_run(loop);
}

/* Nobody asked yet: there is nothing to show, rather than something made up. */
START_TEST(there_is_no_answer_at_first)
{
    ck_assert_ptr_null(mu_outlook_get(outlook));
}
END_TEST

/* The daemon itself must not spend the time: only the child looks. */
START_TEST(a_change_is_answered_by_a_child)
{
    const struct mu_outlook_answer *answer;

    mu_outlook_changed(outlook);
    wait_for_answer(DEADLINE_MS);
    answer = mu_outlook_get(outlook);
    ck_assert_ptr_nonnull(answer);
    ck_assert_str_eq(answer->text, "survives any 1 node, no two");
    ck_assert_uint_eq(answer->nodes, 3);
    ck_assert_uint_eq(answer->lost_nodes, 0);
    ck_assert_uint_eq(answer->lost_pairs, 3);
    ck_assert_uint_eq(asked_here, 0);
}
END_TEST

/* A ban is the usual way in which a cluster becomes weaker without anybody
 * noticing. */
START_TEST(the_next_change_has_a_new_answer)
{
    mu_outlook_changed(outlook);
    wait_for_answer(DEADLINE_MS);
    constraints = "<rsc_location id='a' rsc='web' node='n1' "
                  "score='-INFINITY'/><rsc_location id='b' rsc='web' "
                  "node='n2' score='-INFINITY'/>";
    mu_outlook_changed(outlook);
    wait_for_answer(DEADLINE_MS);
    ck_assert_str_eq(mu_outlook_get(outlook)->text,
                     "does not survive the loss of n3");
    ck_assert_uint_eq(mu_outlook_get(outlook)->lost_nodes, 1);
}
END_TEST

/* A change while the child is on its way must not be forgotten. */
START_TEST(a_change_on_the_way_is_looked_at_afterwards)
{
    mu_outlook_changed(outlook);
    wait_for_answer(5);
    constraints = "<rsc_location id='a' rsc='web' node='n1' "
                  "score='-INFINITY'/><rsc_location id='b' rsc='web' "
                  "node='n2' score='-INFINITY'/>";
    mu_outlook_changed(outlook);
    for (int i = 0; i < 3; i++) {
        wait_for_answer(DEADLINE_MS / 3);
        if (mu_outlook_get(outlook) &&
            mu_outlook_get(outlook)->lost_nodes == 1) {
            break;
        }
    }
    ck_assert_ptr_nonnull(mu_outlook_get(outlook));
    ck_assert_uint_eq(mu_outlook_get(outlook)->lost_nodes, 1);
}
END_TEST

/* Without a configuration the child has nothing to say; the daemon ends while
 * it may still run. */
START_TEST(no_configuration_gives_no_answer)
{
    has_nothing = true;
    mu_outlook_changed(outlook);
    wait_for_answer(200);
    ck_assert_ptr_null(mu_outlook_get(outlook));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("outlook");
    TCase *all = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_set_timeout(all, 120);
    tcase_add_test(all, there_is_no_answer_at_first);
    tcase_add_test(all, a_change_is_answered_by_a_child);
    tcase_add_test(all, the_next_change_has_a_new_answer);
    tcase_add_test(all, a_change_on_the_way_is_looked_at_afterwards);
    tcase_add_test(all, no_configuration_gives_no_answer);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
