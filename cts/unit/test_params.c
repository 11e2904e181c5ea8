/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters: what an agent gets, and the digests that tell whether it would
 * matter to run it again. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "model/cib_status.h"
#include "model/device.h"
#include "model/params.h"

static struct mu_arena arena;
static struct mu_snapshot *snapshot;

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 28);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static void
configure(const char *resources, const char *others)
{
    struct mu_errbuf err = {{0}, 0, 0};
    const char *xml = mu_text_make(
        &arena,
        "<cib execution-date='1600000000'><configuration><nodes><node id='1' "
        "uname='a'><instance_attributes id='n1'><nvpair id='n11' name='rack' "
        "value='left'/><nvpair id='n12' name='disk' value='old'/>"
        "</instance_attributes></node><node id='2' uname='b'/></nodes>"
        "<resources>%s</resources>%s</configuration><status><node_state "
        "id='1' uname='a'><transient_attributes id='1'><instance_attributes "
        "id='s1'><nvpair id='s11' name='disk' value='new'/>"
        "</instance_attributes></transient_attributes></node_state></status>"
        "</cib>",
        resources, others);
    struct mu_span span = {(const unsigned char *)xml, strlen(xml)};

    ck_assert_msg(mu_cib_status_read_cib(&arena, span, 0, MU_CONFIG_STRICT,
                                         &snapshot, &err) == 0,
                  "%s", err.text);
}

static struct mu_params_context
context_of(const char *id)
{
    struct mu_params_context context = {
        .config = snapshot->config,
        .resource = mu_config_find_resource(snapshot->config, id),
        .now_ms = snapshot->now_ms};

    ck_assert_uint_ne(context.resource, MU_CONFIG_NONE);
    return context;
}

static struct mu_params
resolve(const char *id, const char *op_name, int64_t interval_ms)
{
    struct mu_params_context context = context_of(id);
    struct mu_params params;

    mu_params_resolve(&arena, &context, op_name, interval_ms, &params);
    return params;
}

static const char *
find(const struct mu_pair *pairs, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(pairs[i].name, name) == 0) {
            return pairs[i].value;
        }
    }
    return NULL;
}

#define PAIR(id, name, value) \
    "<nvpair id='" id "' name='" name "' value='" value "'/>"
#define WEB \
    "<group id='g'><instance_attributes id='gi'>" PAIR("gi1", "port", "1") PAIR( \
        "gi2", "zone", \
        "z") "</instance_attributes><meta_attributes id='gm'>" PAIR("gm1", \
                                                                    "priorit" \
                                                                    "y", \
                                                                    "5") \
        PAIR( \
            "gm2", "failure-timeout", \
            "9") "</meta_attributes>" \
                 "<primitive id='web' class='ocf' provider='heartbeat' " \
                 "type='nginx'>" \
                 "<instance_attributes id='wi'>" PAIR("wi1", "port", "80") PAIR( \
                     "wi2", "binary", \
                     "/usr/sbin/nginx") "</instance_attributes>" \
                                        "<meta_attributes id='wm'>" PAIR( \
                                            "wm1", "priority", \
                                            "7") "</meta_attributes>" \
                                                 "<operations>" \
                                                 "<op id='o1' name='monitor' " \
                                                 "interval='10s' " \
                                                 "timeout='30s' " \
                                                 "on-fail='fence' " \
                                                 "role='Started'><instance_" \
                                                 "attributes id='oi'>" PAIR( \
                                                     "oi1", "OCF_CHECK_LEVEL", \
                                                     "10") "</" \
                                                           "instance_" \
                                                           "attributes></op>" \
                                                           "<op id='o2' " \
                                                           "name='monitor' " \
                                                           "interval='1min' " \
                                                           "timeout='99s' " \
                                                           "enabled='false'/>" \
                                                           "<op id='o3' " \
                                                           "name='start' " \
                                                           "interval='0' " \
                                                           "timeout='0' " \
                                                           "start-delay='2s'>" \
                                                           "<meta_attributes " \
                                                           "id='om'>" PAIR( \
                                                               "om1", \
                                                               "timeout", \
                                                               "50s") \
                                                               PAIR( \
                                                                   "om2", \
                                                                   "record-" \
                                                                   "pending", \
                                                                   "true") "<" \
                                                                           "/" \
                                                                           "m" \
                                                                           "e" \
                                                                           "t" \
                                                                           "a" \
                                                                           "_" \
                                                                           "a" \
                                                                           "t" \
                                                                           "t" \
                                                                           "r" \
                                                                           "i" \
                                                                           "b" \
                                                                           "u" \
                                                                           "t" \
                                                                           "e" \
                                                                           "s" \
                                                                           ">" \
                                                                           "<" \
                                                                           "/" \
                                                                           "o" \
                                                                           "p" \
                                                                           ">" \
                                                                           "<" \
                                                                           "/" \
                                                                           "o" \
                                                                           "p" \
                                                                           "e" \
                                                                           "r" \
                                                                           "a" \
                                                                           "t" \
                                                                           "i" \
                                                                           "o" \
                                                                           "n" \
                                                                           "s" \
                                                                           ">" \
                                                                           "<" \
                                                                           "/" \
                                                                           "p" \
                                                                           "r" \
                                                                           "i" \
                                                                           "m" \
                                                                           "i" \
                                                                           "t" \
                                                                           "i" \
                                                                           "v" \
                                                                           "e" \
                                                                           ">" \
                                                                           "<" \
                                                                           "/" \
                                                                           "g" \
                                                                           "r" \
                                                                           "o" \
                                                                           "u" \
                                                                           "p" \
                                                                           ">"
#define DEFAULTS \
    "<rsc_defaults><meta_attributes id='rd'>" PAIR( \
        "rd1", "resource-stickiness", "100") \
        PAIR("rd2", "priority", \
             "1") "</meta_attributes></rsc_defaults><op_defaults>" \
                  "<meta_attributes id='od'>" PAIR( \
                      "od1", "timeout", \
                      "44s") "</meta_attributes></op_defaults>"

/* The resource's own values come before its group's, the operation's before
 * both, sorted as digests need them. */
START_TEST(parameters_come_from_op_resource_and_parent)
{
    static const char *const expected[][2] = {{"OCF_CHECK_LEVEL", "10"},
                                              {"binary", "/usr/sbin/nginx"},
                                              {"port", "80"},
                                              {"zone", "z"}};
    struct mu_params params;

    configure(WEB, DEFAULTS);
    params = resolve("web", "monitor", 10000);
    ck_assert_uint_eq(params.params_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_str_eq(params.params[i].name, expected[i][0]);
        ck_assert_str_eq(params.params[i].value, expected[i][1]);
    }
    ck_assert(params.is_configured);
    ck_assert(!params.needs_node);
    ck_assert_int_eq(params.next.ms, INT64_MAX);
}
END_TEST

/* Each value of an operation has its own chain of defaults. */
START_TEST(operations_have_their_values)
{
    struct mu_params params;

    configure(WEB, DEFAULTS);
    params = resolve("web", "monitor", 10000);
    ck_assert_int_eq(params.timeout_ms, 30000);
    ck_assert_int_eq(params.on_fail, MU_ON_FAIL_FENCE);
    ck_assert_int_eq(params.role, MU_ROLE_STARTED);
    ck_assert(params.is_enabled);
    ck_assert_str_eq(find(params.meta, params.meta_count, "name"), "monitor");
    ck_assert_str_eq(find(params.meta, params.meta_count, "timeout"), "30000");
    ck_assert_str_eq(find(params.meta, params.meta_count, "interval"), "10000");
    ck_assert_str_eq(find(params.meta, params.meta_count, "on_fail"), "fence");
    params = resolve("web", "monitor", 60000);
    ck_assert(!params.is_enabled);
    params = resolve("web", "start", 0);
    ck_assert_int_eq(params.timeout_ms, 20000);
    ck_assert_int_eq(params.start_delay_ms, 2000);
    ck_assert_str_eq(find(params.meta, params.meta_count, "record_pending"),
                     "true");
    params = resolve("web", "stop", 0);
    ck_assert(!params.is_configured);
    ck_assert_int_eq(params.timeout_ms, 44000);
    ck_assert_int_eq(params.on_fail, MU_ON_FAIL_DEFAULT);
    ck_assert_ptr_null(find(params.meta, params.meta_count, "interval"));
}
END_TEST

/* A probe gets the time of the most frequent monitor, fence devices theirs by
 * a parameter, and everything else the documented twenty seconds. */
START_TEST(timeouts_have_their_special_cases)
{
    configure(WEB "<primitive id='ipmi' class='stonith' type='x'>"
                  "<instance_attributes id='ii'>" PAIR(
                      "ii1", "pcmk_monitor_timeout",
                      "77s") "</instance_attributes></primitive>",
              "");
    ck_assert_int_eq(resolve("web", "monitor", 0).timeout_ms, 30000);
    ck_assert_int_eq(resolve("web", "stop", 0).timeout_ms, 20000);
    ck_assert_int_eq(resolve("ipmi", "start", 0).timeout_ms, 77000);
    ck_assert_int_eq(resolve("ipmi", "monitor", 0).timeout_ms, 77000);
    ck_assert_int_eq(resolve("ipmi", "stop", 0).timeout_ms, 20000);
}
END_TEST

/* Two monitors of one interval share their place in histories: as existing
 * clusters have it, neither runs, and reading warns. */
/* A stop that is cut off too early fails, and a failed stop fences the node. */
START_TEST(what_was_removed_gets_the_time_of_the_defaults)
{
    struct mu_rule_input input = {.agent_class = "ocf",
                                  .agent_provider = "pacemaker",
                                  .agent_type = "Dummy",
                                  .op_name = "stop"};

    configure("", "<op_defaults><meta_attributes id='d1' score='1'>"
                  "<rule id='d1r' score='1'><op_expression id='d1e' "
                  "name='stop'/></rule>" PAIR("d11", "timeout", "150s")
                  "</meta_attributes><meta_attributes id='d2'>"
                  PAIR("d21", "timeout", "40s") "</meta_attributes>"
                  "</op_defaults>");
    ck_assert_int_eq(
        mu_params_timeout_default_ms(snapshot->config, &input, NULL), 150000);
    input.op_name = "monitor";
    ck_assert_int_eq(
        mu_params_timeout_default_ms(snapshot->config, &input, NULL), 40000);
    configure("", "");
    ck_assert_int_eq(
        mu_params_timeout_default_ms(snapshot->config, &input, NULL), 20000);
}
END_TEST

START_TEST(doubled_recurring_operations_are_disabled)
{
    configure("<primitive id='a' class='lsb' type='x'><operations>"
              "<op id='o' name='monitor' interval='10s'/>"
              "<op id='p' name='monitor' interval='10s' role='Promoted'/>"
              "<op id='q' name='monitor' interval='20s'/>"
              "<op id='r' name='start' interval='0' timeout='1s'/>"
              "<op id='s' name='start' interval='0' timeout='2s'/>"
              "</operations></primitive>",
              "");
    ck_assert(!resolve("a", "monitor", 10000).is_enabled);
    ck_assert(resolve("a", "monitor", 20000).is_enabled);
    ck_assert(resolve("a", "start", 0).is_enabled);
    ck_assert_int_eq(resolve("a", "start", 0).timeout_ms, 1000);
    ck_assert_uint_eq(snapshot->config->warnings_count, 2);
}
END_TEST

/* Backups at full hours: the first run waits for the next one. */
START_TEST(recurring_operations_have_an_origin)
{
    configure("<primitive id='a' class='lsb' type='x'><operations>"
              "<op id='o' name='monitor' interval='1h' "
              "interval-origin='2020-01-01 00:15:00Z'/></operations>"
              "</primitive>",
              "");
    /* 12:26:40 it is. */
    ck_assert_int_eq(resolve("a", "monitor", 3600000).start_delay_ms,
                     (48 * 60 + 20) * 1000);
}
END_TEST

/* Meta attributes: own, group's, defaults, and old names last. */
START_TEST(meta_attributes_are_inherited)
{
    struct mu_params_context context;
    struct mu_instant next = MU_INSTANT_NEVER;

    configure(
        WEB "<master id='m'><meta_attributes id='mm'>" PAIR(
            "mm1", "master-max", "2") "</meta_attributes><primitive "
                                      "id='p' class='lsb' type='x'/>"
                                      "</master>",
        DEFAULTS
        "<crm_config><cluster_property_set id='cib-bootstrap-options'>" PAIR(
            "c1", "is-managed-default",
            "false") "</cluster_property_set></crm_config>");
    context = context_of("web");
    ck_assert_str_eq(mu_params_meta(&context, "priority", &next), "7");
    ck_assert_str_eq(mu_params_meta(&context, "failure-timeout", &next), "9");
    ck_assert_str_eq(mu_params_meta(&context, "resource-stickiness", &next),
                     "100");
    ck_assert_str_eq(mu_params_meta(&context, "is-managed", &next), "false");
    ck_assert_ptr_null(mu_params_meta(&context, "promotable", &next));
    context = context_of("p");
    ck_assert_str_eq(mu_params_meta(&context, "promotable", &next), "true");
    ck_assert_str_eq(mu_params_meta(&context, "promoted-max", &next), "2");
    ck_assert_int_eq(next.ms, INT64_MAX);
}
END_TEST

/* Agents of clones read these names, in the old and the new spelling. */
START_TEST(clones_tell_their_agents)
{
    struct mu_params params;

    configure("<clone id='c'><meta_attributes id='m'>" PAIR(
                  "m1", "promotable", "true") PAIR("m2", "notify", "true")
                  PAIR("m3", "clone-max", "3") "</meta_attributes><primitive "
                                               "id='p' class='ocf' "
                                               "provider='pacemaker' "
                                               "type='Stateful'/></clone>",
              "");
    params = resolve("p", "promote", 0);
    ck_assert_str_eq(find(params.meta, params.meta_count, "clone_max"), "3");
    ck_assert_str_eq(find(params.meta, params.meta_count, "clone_node_max"),
                     "1");
    ck_assert_str_eq(find(params.meta, params.meta_count, "notify"), "true");
    ck_assert_str_eq(find(params.meta, params.meta_count, "globally_unique"),
                     "false");
    ck_assert_str_eq(find(params.meta, params.meta_count, "promoted_max"), "1");
    ck_assert_str_eq(find(params.meta, params.meta_count, "master_max"), "1");
}
END_TEST

/* A transient attribute hides a permanent one, built-in ones are there. */
START_TEST(node_attributes_are_layered)
{
    struct mu_params_context context;

    configure(WEB, "<crm_config><cluster_property_set "
                   "id='cib-bootstrap-options'>" PAIR(
                       "c1", "cluster-name",
                       "lab") "</cluster_property_set></crm_config>");
    context = context_of("web");
    ck_assert_ptr_null(mu_params_node_attribute(&context, "disk", NULL));
    context.node = &snapshot->status->nodes[0];
    context.is_coordinator = true;
    ck_assert_str_eq(mu_params_node_attribute(&context, "disk", NULL), "new");
    ck_assert_str_eq(mu_params_node_attribute(&context, "rack", NULL), "left");
    ck_assert_str_eq(mu_params_node_attribute(&context, "#uname", NULL), "a");
    ck_assert_str_eq(mu_params_node_attribute(&context, "#id", NULL), "1");
    ck_assert_str_eq(mu_params_node_attribute(&context, "#kind", NULL),
                     "cluster");
    ck_assert_str_eq(mu_params_node_attribute(&context, "#is_dc", NULL),
                     "true");
    ck_assert_str_eq(mu_params_node_attribute(&context, "#site-name", NULL),
                     "lab");
    ck_assert_ptr_null(mu_params_node_attribute(&context, "none", NULL));
}
END_TEST

#define RULED_BY(attribute, wanted) \
    "<primitive id='r' class='ocf' provider='heartbeat' type='nginx'>" \
    "<instance_attributes id='i1' score='2'><rule id='ru'><expression id='e' " \
    "attribute='" attribute "' operation='eq' value='" wanted \
    "'/></rule>" PAIR( \
        "p1", "port", "81") "</instance_attributes>" \
                            "<instance_attributes id='i2' score='1'>" PAIR( \
                                "p2", "port", \
                                "80") "</instance_attributes></primitive>"

/* Values that depend on the node must not leak from one node to another
 * through the cache, and the others must be resolved once only. */
START_TEST(the_cache_keeps_nodes_apart_where_it_must)
{
    struct mu_params_cache *cache;
    const struct mu_status_node *a;
    const struct mu_status_node *b;
    const struct mu_params *params;
    uint32_t ruled;
    uint32_t plain;

    configure(RULED_BY("rack", "left") WEB, "");
    a = &snapshot->status->nodes[0];
    b = &snapshot->status->nodes[1];
    ruled = mu_config_find_resource(snapshot->config, "r");
    plain = mu_config_find_resource(snapshot->config, "web");
    cache = mu_params_cache_new(&arena, snapshot);
    params = mu_params_cache_get(cache, ruled, a, "start", 0);
    ck_assert(params->needs_node);
    ck_assert_str_eq(params->params[0].value, "81");
    params = mu_params_cache_get(cache, ruled, b, "start", 0);
    ck_assert_str_eq(params->params[0].value, "80");
    params = mu_params_cache_get(cache, ruled, a, "start", 0);
    ck_assert_str_eq(params->params[0].value, "81");
    ck_assert_ptr_eq(mu_params_cache_get(cache, plain, a, "start", 0),
                     mu_params_cache_get(cache, plain, b, "start", 0));
    ck_assert_ptr_eq(mu_params_cache_digest(cache, plain, a, "stop", 0),
                     mu_params_cache_digest(cache, plain, b, "stop", 0));
    ck_assert_str_ne(mu_params_cache_digest(cache, ruled, a, "stop", 0),
                     mu_params_cache_digest(cache, ruled, b, "stop", 0));
    ck_assert_int_eq(mu_params_cache_next(cache).ms, INT64_MAX);
}
END_TEST

/* Who coordinates is asked of the snapshot: the planner and the node that runs
 * the agent must come to the same digest, or it is restarted for ever. */
START_TEST(the_cache_knows_who_coordinates)
{
    struct mu_params_context context;
    struct mu_params_cache *cache;
    struct mu_params params;
    char digest[MU_DIGEST_TEXT_SIZE];

    configure(RULED_BY("#is_dc", "true"), "");
    snapshot->coordinator = 1;
    cache = mu_params_cache_new(&arena, snapshot);
    context = context_of("r");
    for (uint32_t i = 0; i < 2; i++) {
        context.node = &snapshot->status->nodes[i];
        context.is_coordinator = i == 1;
        mu_params_resolve(&arena, &context, "start", 0, &params);
        ck_assert_str_eq(params.params[0].value, i == 1 ? "81" : "80");
        mu_params_digest(&params, digest);
        ck_assert_str_eq(mu_params_cache_digest(cache, context.resource,
                                                context.node, "start", 0),
                         digest);
    }
}
END_TEST

/* Digests as other software recorded them: MD5 of a blank, the element, a
 * newline. The values were computed with md5sum. */
START_TEST(digests_are_those_of_histories)
{
    struct mu_params params;
    char text[MU_DIGEST_TEXT_SIZE];

    configure("<primitive id='a' class='lsb' type='x'><operations><op id='o' "
              "name='monitor' interval='10s' timeout='20s'/></operations>"
              "</primitive>"
              "<primitive id='b' class='lsb' type='x'><instance_attributes "
              "id='i'>" PAIR("p1", "b", "2&lt;&quot;") PAIR("p2", "a", "1")
                  PAIR("p3", "CRM_meta_x", "y") PAIR(
                      "p4", "id", "z") "</instance_attributes></primitive>",
              "");
    params = resolve("a", "start", 0);
    mu_params_digest(&params, text); /* " <parameters/>" */
    ck_assert_str_eq(text, "f2317cad3d54cec5d7d7aa7d0bf35cf8");
    params = resolve("a", "monitor", 10000);
    mu_params_digest(&params, text); /* CRM_meta_timeout="20000" */
    ck_assert_str_eq(text, "4811cef7f7f94e3a35a70be7916cb2fd");
    params = resolve("b", "start", 0);
    mu_params_digest(&params, text); /* a="1" b="2&lt;&quot;" */
    ck_assert_str_eq(text, "efb5823e3e4730df1b72bb9475564ea6");
    mu_params_digest_restart(&params, "  a  other ", text); /* a="1" */
    ck_assert_str_eq(text, "371f0a162b188dbc06a3e2ab24f27abd");
    mu_params_digest_nonprivate(&params, " b ", text); /* a="1" */
    ck_assert_str_eq(text, "371f0a162b188dbc06a3e2ab24f27abd");
}
END_TEST

/* A change is a restart, unless only what the agent reloads has changed; and
 * what is not recorded is not taken for the same. */
START_TEST(changes_are_told_apart)
{
    struct mu_params params;
    char all[MU_DIGEST_TEXT_SIZE];
    char some[MU_DIGEST_TEXT_SIZE];
    struct mu_status_op op = {.digest_all = NULL};

    configure(WEB, "");
    params = resolve("web", "start", 0);
    ck_assert_int_eq(mu_params_compare(&params, NULL, &op),
                     MU_PARAMS_UNKNOWN);
    mu_params_digest(&params, all);
    op.digest_all = all;
    ck_assert_int_eq(mu_params_compare(&params, NULL, &op), MU_PARAMS_SAME);
    op.digest_all = "0";
    ck_assert_int_eq(mu_params_compare(&params, all, &op), MU_PARAMS_RESTART);
    mu_params_digest_restart(&params, " binary ", some);
    op.restart_params = " binary ";
    op.digest_restart = some;
    ck_assert_int_eq(mu_params_compare(&params, all, &op),
                     MU_PARAMS_RELOADABLE);
    op.digest_all = NULL;
    ck_assert_int_eq(mu_params_compare(&params, NULL, &op),
                     MU_PARAMS_UNKNOWN);
    op.digest_restart = "0";
    ck_assert_int_eq(mu_params_compare(&params, NULL, &op),
                     MU_PARAMS_RESTART);
    op.digest_all = "0";
    ck_assert_int_eq(mu_params_compare(&params, all, &op), MU_PARAMS_RESTART);
    mu_params_digest_nonprivate(&params, " zone ", some);
    op.private_params = " zone ";
    op.digest_nonprivate = some;
    ck_assert_int_eq(mu_params_compare(&params, all, &op), MU_PARAMS_PRIVATE);
}
END_TEST

#define FENCE(id, params) \
    "<primitive id='" id "' class='stonith' type='fence_x'>" \
    "<instance_attributes id='" id "-i'>" params \
    "</instance_attributes></primitive>"
#define LEVEL(id, index, devices) \
    "<fencing-level id='" id "' target='n2' index='" index "' devices='" \
    devices "'/>"

static bool
knows(const char *id, const char *target)
{
    struct mu_params_context device = context_of(id);

    return mu_device_knows(&arena, &device, target, NULL);
}

/* A device of another machine would switch that one off, and the target would
 * count as off while it runs. */
START_TEST(a_device_is_used_for_its_own_nodes)
{
    configure(FENCE("all", PAIR("a1", "ip", "x"))
                  FENCE("list", PAIR("l1", "pcmk_host_list", "n1 n3"))
                      FENCE("map", PAIR("m1", "pcmk_host_map", "n1:7;n2:8"))
                          FENCE("one", PAIR("o1", "port", "n1"))
                              FENCE("wild", PAIR("w1", "port", "dynamic"))
                                  FENCE("none", PAIR("s1", "pcmk_host_check",
                                                     "static-list")),
              "");
    ck_assert(knows("all", "n1") && knows("all", "n2"));
    ck_assert(knows("list", "n1") && !knows("list", "n2"));
    ck_assert(knows("map", "n2") && !knows("map", "n3"));
    ck_assert(knows("one", "n1") && !knows("one", "n2"));
    ck_assert(knows("wild", "n1") && knows("wild", "n2"));
    ck_assert(!knows("none", "n1"));
}
END_TEST

/* Of two supplies one that stays on keeps the machine running: a level works
 * with all its devices, or not at all. */
START_TEST(a_level_works_whole_or_not_at_all)
{
    static const bool works[] = {true, false, false};
    struct mu_params_context context;

    configure(FENCE("left", PAIR("l1", "pcmk_host_list", "n2"))
                  FENCE("right", PAIR("r1", "pcmk_host_list", "n2"))
                      FENCE("other", PAIR("o1", "pcmk_host_list", "n1"))
                          "<primitive id='off' class='stonith' type='fence_x'>"
                          "<meta_attributes id='off-m'>" PAIR(
                              "off-r", "target-role",
                              "Stopped") "</meta_attributes></primitive>",
              "<fencing-topology>" LEVEL("f1", "1", "left,right")
                  LEVEL("f2", "2", "left,other") LEVEL("f3", "3", "left,off")
                      "</fencing-topology>");
    context = context_of("left");
    ck_assert_uint_eq(snapshot->config->levels_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(
            mu_device_level_works(&arena, &context,
                                  &snapshot->config->levels[i], "n2"),
            works[i]);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("params");
    TCase *tcase = tcase_create("params");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, parameters_come_from_op_resource_and_parent);
    tcase_add_test(tcase, operations_have_their_values);
    tcase_add_test(tcase, timeouts_have_their_special_cases);
    tcase_add_test(tcase, what_was_removed_gets_the_time_of_the_defaults);
    tcase_add_test(tcase, doubled_recurring_operations_are_disabled);
    tcase_add_test(tcase, recurring_operations_have_an_origin);
    tcase_add_test(tcase, meta_attributes_are_inherited);
    tcase_add_test(tcase, clones_tell_their_agents);
    tcase_add_test(tcase, node_attributes_are_layered);
    tcase_add_test(tcase, the_cache_keeps_nodes_apart_where_it_must);
    tcase_add_test(tcase, the_cache_knows_who_coordinates);
    tcase_add_test(tcase, a_device_is_used_for_its_own_nodes);
    tcase_add_test(tcase, a_level_works_whole_or_not_at_all);
    tcase_add_test(tcase, digests_are_those_of_histories);
    tcase_add_test(tcase, changes_are_told_apart);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
