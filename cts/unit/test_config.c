/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations: what is right becomes typed, what is wrong is refused with a
 * sentence that sends the operator to the place and names the next step. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "doc/doc.h"
#include "model/config.h"
#include "model/names.h"
#include "model/option.h"

static struct mu_arena arena;
static struct mu_errbuf err;

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 28);
    mu_errbuf_set(&err, "none");
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static int
read_text(const char *xml, enum mu_config_strictness strictness,
          const struct mu_config **ret_config)
{
    struct mu_doc *doc = NULL;
    struct mu_span span = {(const unsigned char *)xml, strlen(xml)};
    int r = mu_doc_parse(span, &doc, &err);

    ck_assert_msg(r == 0, "%s", err.text);
    r = mu_config_read(&arena, doc, strictness, ret_config, &err);
    mu_doc_free(doc);
    return r;
}

static const struct mu_config *
read_strict(const char *xml)
{
    const struct mu_config *config = NULL;
    int r = read_text(xml, MU_CONFIG_STRICT, &config);

    ck_assert_msg(r == 0, "%s", err.text);
    return config;
}

static const struct mu_config *
read_lenient(const char *xml)
{
    const struct mu_config *config = NULL;
    int r = read_text(xml, MU_CONFIG_LENIENT, &config);

    ck_assert_msg(r == 0, "%s", err.text);
    return config;
}

#define DUMMY(id) \
    "<primitive id='" id "' class='ocf' provider='pacemaker' type='Dummy'/>"
#define RESOURCES(text)   "<configuration><resources>" text "</resources>"
#define CONSTRAINTS(text) "<constraints>" text "</constraints></configuration>"
#define END               "</configuration>"
#define PAIR(id, name, value) \
    "<nvpair id='" id "' name='" name "' value='" value "'/>"

static const struct {
    const char *xml;
    int result;
    unsigned line;
    const char *sentence;
} faults[] = {
    {"<cib><status/></cib>", -EBADMSG, 1,
     "element \"cib\": there is no configuration in it"},
    {RESOURCES("\n<primitve id='web'/>") END, -EBADMSG, 2,
     "primitve \"web\": this element is not known in resources; did you mean "
     "\"primitive\"?"},
    {RESOURCES("\n\n<primitive id='web' clas='ocf' type='Dummy'/>") END,
     -EBADMSG, 3,
     "primitive \"web\": attribute \"clas\" is not known here; did you mean "
     "\"class\"?"},
    {RESOURCES("<primitive id='web' class='ocf' provider='heartbeat'/>") END,
     -EBADMSG, 1, "primitive \"web\": attribute \"type\" is missing"},
    {RESOURCES("<primitive id='web' class='ocf' type='nginx'/>") END, -EBADMSG,
     1,
     "primitive \"web\": attribute \"provider\" is missing, such as "
     "heartbeat"},
    {RESOURCES("<primitive id='web' class='ofc' provider='a' type='b'/>") END,
     -EBADMSG, 1,
     "primitive \"web\": class \"ofc\" is not one of ocf, systemd, lsb, "
     "service, stonith; did you mean \"ocf\"?"},
    {RESOURCES("<primitive id='1st' class='lsb' type='b'/>") END, -EBADMSG, 1,
     "primitive \"1st\": \"1st\" is not an id: a letter or \"_\" comes first, "
     "then letters, digits, \"_\", \"-\" and \".\""},
    {RESOURCES(DUMMY("web") "\n" DUMMY("web")) END, -EEXIST, 2,
     "primitive \"web\": the id \"web\" is used twice, first in line 1"},
    {RESOURCES("<primitive id='web' template='tpl'/><template id='tlp' "
               "class='lsb' type='x'/>") END,
     -ENOENT, 1,
     "primitive \"web\": there is no template \"tpl\"; did you mean "
     "\"tlp\"?"},
    {RESOURCES("<group id='g'/>") END, -EBADMSG, 1,
     "group \"g\": there is no primitive in it"},
    {RESOURCES("<clone id='c'>" DUMMY("a") DUMMY("b") "</clone>") END, -EBADMSG,
     1, "clone \"c\": it needs one primitive or group, and has 2"},
    {RESOURCES("<group id='g'>" DUMMY("a") "<group id='h'>" DUMMY(
         "b") "</group></group>") END,
     -EBADMSG, 1, "group \"h\": this element is not known here"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'><operations>\n<op "
               "id='o' name='monitor' interval='10s' timeout='5x'/>"
               "</operations></primitive>") END,
     -EBADMSG, 2,
     "primitive \"web\": op \"monitor\": timeout \"5x\" is not a duration such "
     "as 30s or 2min"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'><operations>"
               "<op id='o' name='monitor' on-fail='fnece'/>"
               "</operations></primitive>") END,
     -EBADMSG, 1,
     "primitive \"web\": op \"monitor\": on-fail \"fnece\" is not one of "
     "ignore, block, stop, restart, demote, standby, fence, "
     "restart-container; did you mean \"fence\"?"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'><meta_attributes "
               "id='m'>" PAIR("n", "target-role", "Startd") "</meta_attributes>"
                                                            "</primitive>") END,
     -EBADMSG, 1,
     "primitive \"web\": meta attribute \"target-role\": \"Startd\" is not one "
     "of Stopped, Started, Unpromoted, Promoted; did you mean \"Started\"?"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'>"
               "<meta_attributes id-ref='nothing'/></primitive>") END,
     -ENOENT, 1,
     "primitive \"web\": element \"meta_attributes\": id-ref: there is no "
     "meta_attributes with the id \"nothing\""},
    {"<configuration><crm_config><cluster_property_set "
     "id='cib-bootstrap-options'>" PAIR(
         "n", "stonith-enabled",
         "maybe") "</cluster_property_set></crm_config></configuration>",
     -EBADMSG, 1,
     "option \"stonith-enabled\": \"maybe\" is not a boolean such as true or "
     "false"},
    {"<configuration><crm_config><cluster_property_set "
     "id='cib-bootstrap-options'>" PAIR(
         "n", "no-quorum-policy",
         "freze") "</cluster_property_set></crm_config></configuration>",
     -EBADMSG, 1,
     "option \"no-quorum-policy\": \"freze\" is not one of stop, freeze, "
     "ignore, demote, fence, suicide; did you mean \"freeze\"?"},
    {RESOURCES(DUMMY("web"))
         CONSTRAINTS("\n<rsc_order id='o' first='wbe' then='web'/>"),
     -ENOENT, 2,
     "order \"o\": there is no resource \"wbe\"; did you mean \"web\"?"},
    {RESOURCES(DUMMY("web")) CONSTRAINTS("<rsc_order id='o' first='web'/>"),
     -EBADMSG, 1, "order \"o\": attribute \"then\" is missing"},
    {RESOURCES(DUMMY("a") DUMMY("b"))
         CONSTRAINTS("<rsc_order id='o' first='a' then='b' kind='Mandatry'/>"),
     -EBADMSG, 1,
     "order \"o\": kind \"Mandatry\" is not one of Mandatory, Optional, "
     "Serialize; did you mean \"Mandatory\"?"},
    {RESOURCES(DUMMY("a"))
         CONSTRAINTS("<rsc_order id='o' first='a' then='a'/>"),
     -EBADMSG, 1, "order \"o\": it names the same resource twice"},
    {RESOURCES(DUMMY("a") DUMMY("b")) CONSTRAINTS(
         "<rsc_colocation id='c' rsc='a' with-rsc='b' score='lots'/>"),
     -EBADMSG, 1,
     "colocation \"c\": score \"lots\" is not a score such as 100 or "
     "-INFINITY"},
    {RESOURCES(DUMMY("a"))
         CONSTRAINTS("<rsc_location id='l' rsc='a' score='1'/>"),
     -EBADMSG, 1, "location \"l\": it needs a node or a rule"},
    {RESOURCES(DUMMY("a"))
         CONSTRAINTS("<rsc_location id='l' rsc-pattern='a(' node='n'/>"),
     -EBADMSG, 1,
     "location \"l\": rsc-pattern \"a(\" is not a regular "
     "expression, or too large a one"},
    {RESOURCES(DUMMY("a")) CONSTRAINTS(
         "<rsc_location id='l' rsc='a'><rule id='r' score='1'><expression "
         "id='e' attribute='x' operation='equals' value='y'/></rule>"
         "</rsc_location>"),
     -EBADMSG, 1,
     "location \"l\": rule \"r\": expression \"e\": operation \"equals\" is "
     "not known"},
    {RESOURCES(DUMMY("a")) CONSTRAINTS(
         "<rsc_location id='l' rsc='a'><rule id='r' score='1'>"
         "<date_expression id='e' operation='gt' start='tomorrow'/></rule>"
         "</rsc_location>"),
     -EBADMSG, 1,
     "location \"l\": rule \"r\": date_expression \"e\": start \"tomorrow\" is "
     "not a date such as 2026-11-21 19:38:16Z"},
    {RESOURCES(DUMMY("a"))
         CONSTRAINTS("<rsc_location id='l' rsc='a'><rule id='r' score='1'/>"
                     "</rsc_location>"),
     -EBADMSG, 1, "location \"l\": rule \"r\": there is no condition in it"},
    {RESOURCES(DUMMY("a")) CONSTRAINTS(
         "<rsc_order id='o'><resource_set id='s'><resource_ref id='b'/>"
         "</resource_set></rsc_order>"),
     -ENOENT, 1,
     "order \"o\": set \"s\": reference \"b\": there is no resource \"b\"; did "
     "you mean \"a\"?"},
    {RESOURCES(DUMMY("a")) CONSTRAINTS(
         "<rsc_ticket id='t' rsc='a' ticket='T' loss-policy='panic'/>"),
     -EBADMSG, 1,
     "ticket \"t\": loss-policy \"panic\" is not one of stop, demote, fence, "
     "freeze"},
    {RESOURCES(
         "<primitive id='ipmi' class='stonith' type='x'/>") "<fencing-topology>"
                                                            "<fencing-level "
                                                            "id='f' target='n' "
                                                            "index='10' "
                                                            "devices='ipmi'/></"
                                                            "fencing-"
                                                            "topology>" END,
     -EBADMSG, 1,
     "fencing level \"f\": index \"10\" is not a level from 1 to "
     "9"},
    {"<configuration><nodes><node id='1' uname='a'/>\n<node id='2' "
     "uname='a'/></nodes></configuration>",
     -EEXIST, 2, "node \"a\": there are two nodes of this name"},
    {RESOURCES("<bundle id='b'><primitive id='a' class='lsb' type='x'/>"
               "</bundle>") END,
     -EBADMSG, 1, "bundle \"b\": element \"docker\" or \"podman\" is missing"},
    {"<cib epoch='x'><configuration/></cib>", -EBADMSG, 1,
     "element \"cib\": epoch \"x\" is not a revision number"},
};

static const struct {
    const char *xml;
    unsigned line;
    const char *sentence;
} doubts[] = {
    {RESOURCES("<template id='t' class='lsb' type='x'/>"
               "<template id='u' class='lsb' type='x'/>")
         CONSTRAINTS("<rsc_colocation id='c' rsc='t' with-rsc='u'/>"),
     1,
     "colocation \"c\": only one side can be a template or tag; it has no "
     "effect"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'><operations>"
               "<op id='o' name='monitor' interval='10s'/>\n"
               "<op id='p' name='monitor' interval='10000ms' role='Promoted'/>"
               "</operations></primitive>") END,
     2,
     "primitive \"web\": op \"monitor\": there are two of this name with the "
     "interval \"10000ms\"; neither will run"},
    {RESOURCES("<primitive id='web' class='lsb' type='x'><meta_attributes "
               "id='m'>" PAIR("n", "resource-stickyness",
                              "1") "</meta_attributes></primitive>") END,
     1,
     "primitive \"web\": meta attribute \"resource-stickyness\": this name is "
     "not known; did you mean \"resource-stickiness\"?"},
    {"<configuration><crm_config><cluster_property_set "
     "id='cib-bootstrap-options'>" PAIR(
         "n", "no-quorum-polcy",
         "stop") "</cluster_property_set></crm_config></configuration>",
     1,
     "option \"no-quorum-polcy\": this name is not known; did you mean "
     "\"no-quorum-policy\"?"},
    {RESOURCES(DUMMY("a")) "<fencing-topology>\n<fencing-level id='f' "
                           "target='n' index='1' devices='a'/>"
                           "</fencing-topology>" END,
     2,
     "fencing level \"f\": \"a\" is not a fence device: its class is not "
     "stonith"},
    {RESOURCES(
         "<primitive id='ipmi' class='stonith' type='x'/>") "<fencing-topology>"
                                                            "<fencing-level "
                                                            "id='f' target='n' "
                                                            "index='1' "
                                                            "devices='impi'/></"
                                                            "fencing-"
                                                            "topology>" END,
     1,
     "fencing level \"f\": there is no fence device \"impi\"; did you mean "
     "\"ipmi\"?"},
    {RESOURCES(
         DUMMY("a")) "<tags><tag id='t'><obj_ref id='b'/></tag></tags>" END,
     1,
     "tag \"t\": reference \"b\": there is nothing with this id; did you mean "
     "\"a\"?"},
};

/* The sentence is the product: place, name, reason and hint, word by word. */
START_TEST(faults_are_refused_with_a_sentence)
{
    const struct mu_config *config = NULL;

    ck_assert_int_eq(read_text(faults[_i].xml, MU_CONFIG_STRICT, &config),
                     faults[_i].result);
    ck_assert_str_eq(err.text, faults[_i].sentence);
    ck_assert_uint_eq(err.line, faults[_i].line);
    ck_assert_ptr_null(config);
}
END_TEST

/* Whatever is wrong, a file of years ago must still be readable: the faulty
 * part is left out, and people are told. Only what is no configuration at all
 * stays refused. */
START_TEST(faults_are_left_out_when_reading_leniently)
{
    const struct mu_config *config = NULL;
    int r = read_text(faults[_i].xml, MU_CONFIG_LENIENT, &config);

    if (strcmp(faults[_i].xml, "<cib><status/></cib>") == 0) {
        ck_assert_int_eq(r, -EBADMSG);
        return;
    }
    ck_assert_msg(r == 0, "%s", err.text);
    ck_assert_ptr_nonnull(config);
}
END_TEST

/* What other tools take must be taken, but not without a word. */
START_TEST(doubts_are_told)
{
    const struct mu_config *config = read_strict(doubts[_i].xml);

    ck_assert_uint_eq(config->warnings_count, 1);
    ck_assert_str_eq(config->warnings[0],
                     mu_text_make(&arena, "line %u: %s", doubts[_i].line,
                                  doubts[_i].sentence));
}
END_TEST

/* Dangling references drop the constraint and nothing else. */
START_TEST(what_was_dropped_is_told)
{
    const struct mu_config *config =
        read_lenient(RESOURCES(DUMMY("a") DUMMY("b"))
                         CONSTRAINTS("<rsc_order id='o' first='a' then='gone'/>"
                                     "<rsc_order id='p' first='a' then='b'/>"));

    ck_assert_uint_eq(config->orders_count, 1);
    ck_assert_str_eq(config->orders[0].id, "p");
    ck_assert_uint_eq(config->warnings_count, 1);
    ck_assert_str_eq(config->warnings[0],
                     "line 1: order \"o\": there is no resource \"gone\"");
}
END_TEST

/* Planning walks the array: children must be where first_child says. */
START_TEST(resources_are_laid_out_with_their_children)
{
    const struct mu_config *config =
        read_strict(RESOURCES("<clone id='c'><group id='g'>" DUMMY("a") DUMMY(
            "b") "</group></clone>"
                 "<master id='m'>" DUMMY("d") "</master>" DUMMY("e")) END);
    static const char *const ids[] = {"c", "g", "a", "b", "m", "d", "e"};
    static const uint32_t parents[] = {
        MU_CONFIG_NONE, 0, 1, 1, MU_CONFIG_NONE, 4, MU_CONFIG_NONE};

    ck_assert_uint_eq(config->resources_count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        ck_assert_str_eq(config->resources[i].id, ids[i]);
        ck_assert_uint_eq(config->resources[i].parent, parents[i]);
        ck_assert_uint_eq(mu_config_find_resource(config, ids[i]), i);
    }
    ck_assert_uint_eq(config->resources[1].first_child, 2);
    ck_assert_uint_eq(config->resources[1].children_count, 2);
    ck_assert_uint_eq(config->resources[6].first_child, MU_CONFIG_NONE);
    ck_assert(config->resources[4].is_legacy_master);
    ck_assert_int_eq(config->resources[4].kind, MU_RESOURCE_CLONE);
}
END_TEST

/* The resource's own values win over its template's, operations are merged by
 * name and interval, and blocks decide by score, then by being later. */
START_TEST(templates_and_blocks_have_their_precedence)
{
    const struct mu_config *config = read_strict(RESOURCES(
        "<template id='t' class='ocf' provider='heartbeat' type='nginx'>"
        "<instance_attributes id='ti'>" PAIR("ti1", "port", "80") PAIR(
            "ti2", "user",
            "www") "</instance_attributes>"
                   "<operations><op id='to1' name='monitor' interval='10s' "
                   "timeout='5s'/><op id='to2' name='start' interval='0' "
                   "timeout='7s'/></operations></template>"
                   "<primitive id='web' template='t'>"
                   "<instance_attributes id='wi'>" PAIR(
                       "wi1", "port",
                       "81") "</instance_attributes>"
                             "<instance_attributes id='wj'>" PAIR(
                                 "wj1", "port",
                                 "82") "</instance_attributes>"
                                       "<instance_attributes id='wk' "
                                       "score='10'>" PAIR(
                                           "wk1", "mode",
                                           "x") "</instance_attributes>"
                                                "<instance_attributes "
                                                "id='wl'>" PAIR(
                                                    "wl1", "mode",
                                                    "y") "</"
                                                         "instance_attributes>"
                                                         "<operations><op "
                                                         "id='wo' "
                                                         "name='monitor' "
                                                         "interval='15s' "
                                                         "timeout='9s'/></"
                                                         "operations></"
                                                         "primitive>") END);
    const struct mu_config_resource *web = &config->resources[0];
    const struct mu_rule_input input = {0};

    ck_assert_str_eq(web->type, "nginx");
    ck_assert_str_eq(web->template_id, "t");
    ck_assert_str_eq(mu_config_lookup(&web->params, "port", &input, NULL),
                     "82");
    ck_assert_str_eq(mu_config_lookup(&web->params, "user", &input, NULL),
                     "www");
    ck_assert_str_eq(mu_config_lookup(&web->params, "mode", &input, NULL), "x");
    ck_assert_ptr_null(mu_config_lookup(&web->params, "none", &input, NULL));
    ck_assert_uint_eq(web->ops_count, 2);
    ck_assert_str_eq(web->ops[0].id, "wo");
    ck_assert_str_eq(web->ops[1].id, "to2");
    ck_assert_str_eq(
        mu_config_lookup(&web->ops[0].meta, "timeout", &input, NULL), "9s");
}
END_TEST

/* A template's monitor is replaced by one for the same role, and stays beside
 * one for another. */
START_TEST(operations_of_templates_are_replaced_by_role)
{
    const struct mu_config *config = read_strict(RESOURCES(
        "<template id='t' class='lsb' type='x'><operations><op id='to1' "
        "name='monitor' interval='10s'/><op id='to2' name='monitor' "
        "interval='11s' role='Promoted'/></operations></template>"
        "<primitive id='a' template='t'><operations><op id='ao' "
        "name='monitor' interval='20s' role='Started'/></operations>"
        "</primitive><primitive id='b' template='t'><operations><op id='bo' "
        "name='monitor' interval='20s' role='Stopped'/></operations>"
        "</primitive>") END);

    ck_assert_uint_eq(config->resources[0].ops_count, 2);
    ck_assert_str_eq(config->resources[0].ops[1].id, "to2");
    ck_assert_uint_eq(config->resources[1].ops_count, 3);
}
END_TEST

/* A tag in a constraint stands for its resources, as a set. */
START_TEST(tags_and_templates_become_sets)
{
    const struct mu_config *config = read_strict(
        RESOURCES("<template id='t' class='lsb' type='x'/>" DUMMY("a") DUMMY(
            "b") "<primitive id='u' template='t'/>"
                 "<primitive id='v' template='t'/>") "<tags><tag "
                                                     "id='both'><obj_ref "
                                                     "id='a'/><obj_ref "
                                                     "id='b'/></tag></tags>"
                                                     "<constraints><rsc_"
                                                     "colocation id='c' "
                                                     "rsc='both' with-rsc='u' "
                                                     "rsc-role='Started' "
                                                     "score='5'/><rsc_order "
                                                     "id='o'><resource_set "
                                                     "id='s' "
                                                     "action='promote'><"
                                                     "resource_ref "
                                                     "id='t'/></resource_set>"
                                                     "</rsc_order></"
                                                     "constraints></"
                                                     "configuration>");
    const struct mu_config_colocation *colocation = &config->colocations[0];
    const struct mu_config_set *set = &config->orders[0].sets[0];

    ck_assert_uint_eq(colocation->sets_count, 2);
    ck_assert_uint_eq(colocation->dependent, MU_CONFIG_NONE);
    ck_assert_uint_eq(colocation->sets[0].resources_count, 2);
    ck_assert(!colocation->sets[0].is_sequential);
    ck_assert_int_eq(colocation->sets[0].role, MU_ROLE_STARTED);
    ck_assert_uint_eq(colocation->sets[1].resources_count, 1);
    ck_assert_uint_eq(colocation->sets[1].resources[0],
                      mu_config_find_resource(config, "u"));
    ck_assert_uint_eq(set->resources_count, 2);
    ck_assert(set->is_sequential);
    ck_assert_str_eq(set->action, "promote");
    ck_assert_uint_eq(config->constraints_count, 2);
    ck_assert_int_eq(config->constraints[1].kind, MU_CONSTRAINT_ORDER);
}
END_TEST

/* Patterns are resolved once; %1 must be at hand for rules. */
START_TEST(patterns_find_their_resources)
{
    const struct mu_config *config = read_strict(
        RESOURCES(DUMMY("vm-1") DUMMY("vm-22") DUMMY("ip")) CONSTRAINTS(
            "<rsc_location id='l' rsc-pattern='^vm-([0-9]+)' node='n'/>"
            "<rsc_location id='m' rsc-pattern='!^vm-' node='n' "
            "score='-INFINITY'/>"));
    const struct mu_config_location *location = &config->locations[0];

    ck_assert_uint_eq(location->matches_count, 2);
    ck_assert_str_eq(location->matches[1].submatches[0], "vm-22");
    ck_assert_str_eq(location->matches[1].submatches[1], "22");
    ck_assert_ptr_null(location->matches[1].submatches[2]);
    ck_assert_uint_eq(config->locations[1].matches_count, 1);
    ck_assert_uint_eq(config->locations[1].matches[0].resource, 2);
    ck_assert(mu_config_pattern_fits("^node[12]$", "node2"));
    ck_assert(!mu_config_pattern_fits("^node[12]$", "node3"));
    ck_assert(!mu_config_pattern_fits("(", "("));
}
END_TEST

/* Old spellings, defaults, sets with rules, and other software's values live
 * side by side. */
START_TEST(options_are_typed)
{
    const struct mu_config *config = read_strict(
        "<configuration><crm_config>"
        "<cluster_property_set id='night' score='100'><rule id='r'>"
        "<date_expression id='d' operation='date_spec'><date_spec id='s' "
        "hours='0-5'/></date_expression></rule>" PAIR(
            "n0", "maintenance-mode",
            "true") "</cluster_property_set>"
                    "<cluster_property_set id='cib-bootstrap-options'>" PAIR(
                        "n1", "stonith-enabled",
                        "no") PAIR("n2", "stonith-timeout", "2min")
                        PAIR("n3", "no-quorum-policy", "suicide") PAIR(
                            "n4", "node-health-red",
                            "-10") "</"
                                   "cluster_property_set><cluster_property_set "
                                   "id='redis_replication'>" PAIR(
                                       "n5", "redis_REPL_INFO",
                                       "n1") "</cluster_property_set></"
                                             "crm_config>" END);
    struct mu_config_options at;
    struct mu_instant next = MU_INSTANT_NEVER;

    ck_assert(!config->options.fencing_enabled);
    ck_assert_int_eq(config->options.fencing_timeout_ms, 120000);
    ck_assert_int_eq(config->options.quorum_policy, MU_QUORUM_FENCE);
    ck_assert_int_eq(config->options.node_health_red, -10);
    ck_assert_int_eq(config->options.fencing_attempts_max, 10);
    ck_assert_str_eq(config->options.placement_strategy, "default");
    ck_assert(config->options.concurrent_fencing);
    ck_assert(!config->options.maintenance_mode);
    ck_assert_str_eq(mu_config_option(config, "fencing-enabled"), "no");
    ck_assert_str_eq(mu_config_option(config, "stonith-action"), "reboot");
    ck_assert_str_eq(mu_config_option(config, "redis_REPL_INFO"), "n1");
    ck_assert_ptr_null(mu_config_option(config, "nothing"));

    mu_config_options_at(config, INT64_C(4 * 3600000), &at, &next);
    ck_assert(at.maintenance_mode);
    ck_assert_int_eq(next.ms, INT64_C(6 * 3600000));
    next = MU_INSTANT_NEVER;
    mu_config_options_at(config, INT64_C(6 * 3600000), &at, &next);
    ck_assert(!at.maintenance_mode);
    ck_assert_int_eq(next.ms, INT64_C(24 * 3600000));
}
END_TEST

/* The first block is cib-bootstrap-options whatever the scores say, because
 * that is where tools write. */
START_TEST(bootstrap_options_come_first)
{
    const struct mu_config *config = read_strict(
        "<configuration><crm_config><cluster_property_set id='a' "
        "score='9'>" PAIR(
            "a1", "batch-limit",
            "1") "</cluster_property_set>"
                 "<cluster_property_set id='cib-bootstrap-options' "
                 "score='1'>" PAIR(
                     "b1", "batch-limit",
                     "2") "</cluster_property_set></crm_config>" END);

    ck_assert_int_eq(config->options.batch_limit, 2);
}
END_TEST

/* A set used again by reference is read once: references must not multiply a
 * small document into a huge one. */
START_TEST(references_share_what_they_name)
{
    const struct mu_config *config = read_strict(RESOURCES(
        "<primitive id='a' class='lsb' type='x'><instance_attributes "
        "id='i'>" PAIR(
            "n", "x",
            "1") "</instance_attributes><operations id='ops'>"
                 "<op id='o' name='monitor' "
                 "interval='5s'/></operations></primitive>"
                 "<primitive id='b' class='lsb' type='x'><instance_attributes "
                 "id-ref='i'/><operations id-ref='ops'/></primitive>") END);

    ck_assert_ptr_eq(config->resources[0].params.blocks[0].pairs,
                     config->resources[1].params.blocks[0].pairs);
    ck_assert_uint_eq(config->resources[1].ops_count, 1);
    ck_assert_ptr_eq(config->resources[0].ops[0].name,
                     config->resources[1].ops[0].name);
}
END_TEST

/* Rules that contain themselves by reference must end. */
START_TEST(sec_circles_of_rules_end)
{
    const char *xml = RESOURCES(DUMMY("a")) CONSTRAINTS(
        "<rsc_location id='l' rsc='a'><rule id='r' score='1'>"
        "<rule id-ref='r'/><rule id-ref='r'/></rule></rsc_location>");
    const struct mu_config *config = NULL;

    ck_assert_int_eq(read_text(xml, MU_CONFIG_STRICT, &config), -E2BIG);
    ck_assert_str_eq(err.text, "location \"l\": rule \"r\": element \"rule\": "
                               "rules are nested too deeply");
    ck_assert_int_eq(read_text(xml, MU_CONFIG_LENIENT, &config), 0);
}
END_TEST

/* A caller with a small arena gets an error, not an assertion. */
START_TEST(sec_an_arena_that_is_too_small_is_an_error)
{
    struct mu_arena small;
    struct mu_text_buffer xml;
    const struct mu_config *config = NULL;
    struct mu_doc *doc = NULL;
    struct mu_span span;

    mu_arena_init(&small, 6 << 20);
    mu_text_buffer_init(&xml, &arena);
    mu_text_buffer_add(&xml, "<configuration><resources>");
    for (int i = 0; i < 30000; i++) {
        mu_text_buffer_add(&xml,
                           "<primitive id='r%d' class='lsb' type='x'>"
                           "<meta_attributes id='m%d'><nvpair id='n%d' "
                           "name='priority' value='1'/></meta_attributes>"
                           "</primitive>",
                           i, i, i);
    }
    mu_text_buffer_add(&xml, "</resources></configuration>");
    span = (struct mu_span){(const unsigned char *)xml.data, xml.length};
    ck_assert_int_eq(mu_doc_parse(span, &doc, &err), 0);
    ck_assert_int_eq(
        mu_config_read(&small, doc, MU_CONFIG_STRICT, &config, &err), -E2BIG);
    ck_assert_str_eq(err.text, "element \"configuration\": it is too large");
    mu_doc_free(doc);
    mu_arena_done(&small);
}
END_TEST

/* Every row of option.def has a default that its own row takes. */
START_TEST(defaults_are_valid)
{
    const struct mu_option *option;

    for (size_t i = 0; (option = mu_option_at(i)); i++) {
        if (option->default_value) {
            ck_assert_ptr_null(
                mu_option_judge(option, option->default_value, &arena));
        }
        ck_assert_ptr_eq(mu_option_find(option->name), option);
        ck_assert_ptr_nonnull(option->help);
    }
    option = mu_option_find("batch-limit");
    ck_assert_str_eq(mu_option_judge(option, "-2", &arena), "is less than -1");
    ck_assert_str_eq(mu_option_judge(option, "many", &arena),
                     "is not an integer");
}
END_TEST

/* Hints depend on it: one slip is a distance of one, a swap included. */
START_TEST(distances_count_slips)
{
    unsigned distance = 3;
    unsigned length;

    ck_assert_uint_eq(mu_names_distance("web", "wbe", 9), 1);
    ck_assert_uint_eq(mu_names_distance("web", "web", 9), 0);
    ck_assert_uint_eq(mu_names_distance("web", "WEB1", 9), 1);
    ck_assert_uint_eq(mu_names_distance("", "abc", 9), 3);
    ck_assert_uint_eq(mu_names_distance("abcdef", "uvwxyz", 4), 4);
    ck_assert_ptr_null(
        mu_names_nearest("xyz", "start stop", &distance, &length));
    ck_assert_str_eq(mu_names_nearest("stpo", "start stop", &distance, &length),
                     "stop");
    ck_assert_uint_eq(length, 4);
}
END_TEST

/* Old words are read, new ones are written. */
START_TEST(names_go_both_ways)
{
    enum mu_role role = MU_ROLE_UNKNOWN;

    ck_assert(mu_names_parse_role("Master", &role));
    ck_assert_str_eq(mu_names_role(role), "Promoted");
    ck_assert(!mu_names_parse_role("Boss", &role));
    ck_assert_ptr_null(mu_names_role(MU_ROLE_UNKNOWN));
    ck_assert_int_eq(mu_names_agent_class("stonith"), MU_AGENT_FENCE);
    ck_assert_int_eq(mu_names_agent_class("nagios"), MU_AGENT_OTHER);
    ck_assert_str_eq(mu_names_op_status(MU_OP_STATUS_TIMEOUT), "timed out");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = tcase_create("config");
    SRunner *runner = srunner_create(suite);
    int faults_count = (int)(sizeof(faults) / sizeof(faults[0]));
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, faults_are_refused_with_a_sentence, 0,
                        faults_count);
    tcase_add_loop_test(tcase, faults_are_left_out_when_reading_leniently, 0,
                        faults_count);
    tcase_add_loop_test(tcase, doubts_are_told, 0,
                        (int)(sizeof(doubts) / sizeof(doubts[0])));
    tcase_add_test(tcase, what_was_dropped_is_told);
    tcase_add_test(tcase, resources_are_laid_out_with_their_children);
    tcase_add_test(tcase, templates_and_blocks_have_their_precedence);
    tcase_add_test(tcase, operations_of_templates_are_replaced_by_role);
    tcase_add_test(tcase, tags_and_templates_become_sets);
    tcase_add_test(tcase, patterns_find_their_resources);
    tcase_add_test(tcase, options_are_typed);
    tcase_add_test(tcase, bootstrap_options_come_first);
    tcase_add_test(tcase, references_share_what_they_name);
    tcase_add_test(tcase, sec_circles_of_rules_end);
    tcase_add_test(tcase, sec_an_arena_that_is_too_small_is_an_error);
    tcase_add_test(tcase, defaults_are_valid);
    tcase_add_test(tcase, distances_count_slips);
    tcase_add_test(tcase, names_go_both_ways);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
