/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs scheduler scenarios, one file each.
 *
 * A file has its reason on top, then sections:
 *
 *     [config]   what is inside <configuration>, without <nodes>
 *     [before]   likewise, the configuration that was in force before
 *     [status]   node NAME online|offline|lost|unseen|pending|held|leaving|
 *                          odd (a member, but not said whether it has joined)
 *                attr NODE NAME VALUE         transient
 *                conf NODE NAME VALUE         configured
 *                room NODE NAME VALUE         capacity
 *                run RSC NODE [promoted]      it is active there
 *                stopped RSC NODE             a probe found nothing
 *                locked RSC NODE              stopped as the node was shut
 *                                             down, and waits for it
 *                probed                       so is everything else
 *                op RSC NODE NAME SECONDS RC EXPECTED [SECONDS_AGO]
 *                fails, with the same words   likewise, kept as its failure
 *                with ATTRIBUTE=VALUE...      what the entry before says more;
 *                             op-digest is that of the parameters of today
 *                unrecorded                   the entry before has no digest
 *                locked RSC NODE SECONDS_AGO  and nothing else is known
 *                flight ID TASK RSC NODE [FROM TO]  asked for, not answered;
 *                             migrations say from where to where
 *                ticket NAME granted|revoked
 *                quorum no
 *                coordinator NODE             who plans
 *     [plan]     the actions, as "TASK RSC on NODE", in the order of the plan
 *     [order]    "ACTION < ACTION": the second waits for the first;
 *                "ACTION | ACTION": it does not
 *     [why RSC]  sentences, one a line, that must be told of a resource or
 *                node: what was decided, "NODE: " with what counted there
<<<<<<< HEAD
 *                (all: everywhere) or what to do, and "TASK: " with the cause
 *     [allocation]  "INSTANCE on NODE SCORE": what the node was worth for it
 *                when it was placed; behind "promote", when roles were given
=======
 *                (all: everywhere) or what to do, and "TASK: " with the cause,
 *                "TASK after: " with what it waits for
>>>>>>> 9e06b09 (sched: Say which actions an action waits for, and why.)
 *     [told]     words that a warning must contain
 *     [next]     in how many seconds the plan changes by itself
 *
 * Whatever the file says, what holds for every plan (properties.h) must hold.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cts/sched/properties.h"
#include "model/cib_status.h"
#include "model/params.h"
#include "sched/sched.h"
#include "sched/why.h"

enum { NOW_S = 1700000000, LINE_MAX_SIZE = 512, WORDS_MAX = 8, WHY_MAX = 16,
       ORDERS_MAX = 16, SCORES_MAX = 32 };

struct op {
    char rsc[64];
    char node[64];
    char name[32];
    int interval_s;
    int rc;
    int expected;
    int ago_s;
    bool is_failure; /* Kept apart from what happens later. */
    bool is_locked;
    bool is_unrecorded;
    char more[256];  /* As in XML. */
};

struct node {
    char name[64];
    char state[16];
    char attributes[8][2][96];
    int attributes_count;
    char fixed[8][3][96]; /* What of: attribute or capacity; name; value. */
    int fixed_count;
};

struct scenario {
    struct mu_arena arena;
    struct mu_text_buffer config;
    struct mu_text_buffer before;
    struct mu_text_buffer expected;
    char why[WHY_MAX][2][512];
    int why_count;
    char orders[ORDERS_MAX][LINE_MAX_SIZE];
    int orders_count;
    char scores[SCORES_MAX][LINE_MAX_SIZE];
    int scores_count;
    char told[256];
    int next_s;
    struct node nodes[32];
    int nodes_count;
    struct op ops[512];
    int ops_count;
    struct op locks[4];
    int locks_count;
    char flights[8][6][64];
    int flights_count;
    char tickets[8][2][64];
    int tickets_count;
    char coordinator[64];
    bool is_probed;
    bool has_no_quorum;
};

static void
fail(const char *path, const char *what)
{
    printf("FAIL %s: %s\n", path, what);
}

static void
copy(char *to, size_t size, const char *from)
{
    (void)mu_text_format(to, size, "%s", from);
}

static struct op *
lock_add(struct scenario *scenario, const char *rsc, const char *node)
{
    struct op *lock = &scenario->locks[scenario->locks_count++];

    copy(lock->rsc, sizeof(lock->rsc), rsc);
    copy(lock->node, sizeof(lock->node), node);
    return lock;
}

static struct op *
op_add(struct scenario *scenario, const char *rsc, const char *node,
       const char *name)
{
    struct op *op = &scenario->ops[scenario->ops_count++];

    memset(op, 0, sizeof(*op));
    copy(op->rsc, sizeof(op->rsc), rsc);
    copy(op->node, sizeof(op->node), node);
    copy(op->name, sizeof(op->name), name);
    return op;
}

static struct node *
node_find(struct scenario *scenario, const char *name)
{
    for (int i = 0; i < scenario->nodes_count; i++) {
        if (strcmp(scenario->nodes[i].name, name) == 0) {
            return &scenario->nodes[i];
        }
    }
    return NULL;
}

static bool
more_add(struct op *op, char **words, int count)
{
    for (int i = 1; i < count; i++) {
        char *value = strchr(words[i], '=');
        size_t used = strlen(op->more);

        if (!value) {
            return false;
        }
        *value++ = '\0';
        (void)mu_text_format(op->more + used, sizeof(op->more) - used,
                             " %s='%s'", words[i], value);
    }
    return true;
}

/* What is said of a node by itself. */
static bool
node_line(struct scenario *scenario, char **words, int count)
{
    struct node *node;

    if (strcmp(words[0], "node") == 0 && count == 3) {
        node = &scenario->nodes[scenario->nodes_count++];
        copy(node->name, sizeof(node->name), words[1]);
        copy(node->state, sizeof(node->state), words[2]);
        return true;
    }
    if (strcmp(words[0], "attr") == 0 && count == 4) {
        int at;

        node = node_find(scenario, words[1]);
        if (!node) {
            return false;
        }
        at = node->attributes_count++;
        copy(node->attributes[at][0], 96, words[2]);
        copy(node->attributes[at][1], 96, words[3]);
        return true;
    }
    if ((strcmp(words[0], "conf") == 0 || strcmp(words[0], "room") == 0) &&
        count == 4) {
        node = node_find(scenario, words[1]);
        if (!node) {
            return false;
        }
        copy(node->fixed[node->fixed_count][0], 96, words[0]);
        copy(node->fixed[node->fixed_count][1], 96, words[2]);
        copy(node->fixed[node->fixed_count++][2], 96, words[3]);
        return true;
    }
    return false;
}

/* What is recorded of a resource on a node. */
static bool
history_line(struct scenario *scenario, char **words, int count)
{
    if (strcmp(words[0], "with") == 0 && scenario->ops_count > 0) {
        return more_add(&scenario->ops[scenario->ops_count - 1], words, count);
    }
    if (strcmp(words[0], "unrecorded") == 0 && scenario->ops_count > 0) {
        scenario->ops[scenario->ops_count - 1].is_unrecorded = true;
        return true;
    }
    if (strcmp(words[0], "run") == 0 && count >= 3) {
        (void)op_add(scenario, words[1], words[2], "start");
        if (count > 3) {
            (void)op_add(scenario, words[1], words[2], "promote");
        }
        return true;
    }
    if (strcmp(words[0], "locked") == 0 && count == 3) {
        op_add(scenario, words[1], words[2], "stop")->is_locked = true;
        return true;
    }
    if (strcmp(words[0], "stopped") == 0 && count == 3) {
        struct op *op = op_add(scenario, words[1], words[2], "monitor");

        op->rc = 7;
        op->expected = 7;
        return true;
    }
    if ((strcmp(words[0], "op") == 0 || strcmp(words[0], "fails") == 0) &&
        count >= 7) {
        struct op *op = op_add(scenario, words[1], words[2], words[3]);

        op->interval_s = atoi(words[4]);
        op->rc = atoi(words[5]);
        op->expected = atoi(words[6]);
        op->ago_s = count > 7 ? atoi(words[7]) : 0;
        op->is_failure = words[0][0] == 'f';
        return true;
    }
    if (strcmp(words[0], "locked") == 0 && count == 4) {
        lock_add(scenario, words[1], words[2])->ago_s = atoi(words[3]);
        return true;
    }
    return false;
}

static bool
status_line(struct scenario *scenario, char **words, int count)
{
    if (node_line(scenario, words, count) ||
        history_line(scenario, words, count)) {
        return true;
    }
    if (strcmp(words[0], "flight") == 0 && (count == 5 || count == 7)) {
        for (int i = 0; i < count - 1; i++) {
            copy(scenario->flights[scenario->flights_count][i], 64,
                 words[i + 1]);
        }
        scenario->flights_count++;
        return true;
    }
    if (strcmp(words[0], "ticket") == 0 && count == 3) {
        copy(scenario->tickets[scenario->tickets_count][0], 64, words[1]);
        copy(scenario->tickets[scenario->tickets_count++][1], 64, words[2]);
        return true;
    }
    if (strcmp(words[0], "coordinator") == 0 && count == 2) {
        copy(scenario->coordinator, sizeof(scenario->coordinator), words[1]);
        return true;
    }
    if (strcmp(words[0], "probed") == 0) {
        scenario->is_probed = true;
        return true;
    }
    scenario->has_no_quorum = strcmp(words[0], "quorum") == 0;
    return scenario->has_no_quorum;
}

static int
words_split(char *line, char **words)
{
    int count = 0;

    for (char *word = strtok(line, " \t\n"); word && count < WORDS_MAX;
         word = strtok(NULL, " \t\n")) {
        words[count++] = word;
    }
    return count;
}

static bool
scenario_read(struct scenario *scenario, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[LINE_MAX_SIZE];
    char section = ' ';
    char about[64] = "";
    bool is_good = file != NULL;

    while (is_good && fgets(line, sizeof(line), file)) {
        char *words[WORDS_MAX];

        if (line[0] == '[') {
            section = line[1];
            (void)sscanf(line, "[why %63[^]]", about);
            continue;
        }
        if (section == 'c') {
            mu_text_buffer_add(&scenario->config, "%s", line);
        } else if (section == 'b') {
            mu_text_buffer_add(&scenario->before, "%s", line);
        } else if (line[0] == '#' || line[0] == '\n') {
            continue;
        } else if (section == 's') {
            int count = words_split(line, words);

            is_good = count == 0 || status_line(scenario, words, count);
        } else if (section == 'p') {
            mu_text_buffer_add(&scenario->expected, "%s", line);
        } else if (section == 'o' && scenario->orders_count < ORDERS_MAX) {
            line[strcspn(line, "\n")] = '\0';
            copy(scenario->orders[scenario->orders_count++], LINE_MAX_SIZE,
                 line);
        } else if (section == 'a' && scenario->scores_count < SCORES_MAX) {
            line[strcspn(line, "\n")] = '\0';
            copy(scenario->scores[scenario->scores_count++], LINE_MAX_SIZE,
                 line);
        } else if (section == 't') {
            line[strcspn(line, "\n")] = '\0';
            copy(scenario->told, sizeof(scenario->told), line);
        } else if (section == 'n') {
            scenario->next_s = atoi(line);
        } else if (section == 'w' && scenario->why_count < WHY_MAX) {
            line[strcspn(line, "\n")] = '\0';
            copy(scenario->why[scenario->why_count][0], 512, about);
            copy(scenario->why[scenario->why_count++][1], 512, line);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    return is_good;
}

/* The name of a resource tells its agent. */
static const char *
agent_of(const char *resource)
{
    if (strncmp(resource, "shoot", strlen("shoot")) == 0) {
        return "class='stonith' type='fence_dummy'";
    }
    if (strncmp(resource, "unit", strlen("unit")) == 0) {
        return "class='systemd' type='dummy'";
    }
    return "class='ocf' provider='heartbeat' type='Dummy'";
}

/* All that is recorded of the resource of the entry 'first' on its node. */
static void
resource_write(const struct scenario *scenario, struct mu_text_buffer *xml,
               int first, int *call_id)
{
    const struct op *op = &scenario->ops[first];

    mu_text_buffer_add(xml, "<lrm_resource id='%s' %s", op->rsc,
                       agent_of(op->rsc));
    if (op->is_locked) {
        mu_text_buffer_add(xml, " shutdown-lock='%d'", NOW_S - op->ago_s);
    }
    mu_text_buffer_add(xml, ">");
    for (int j = first; j < scenario->ops_count; j++) {
        const struct op *other = &scenario->ops[j];
        char slot[64] = "last_failure_0";

        if (strcmp(other->node, op->node) == 0 &&
            strcmp(other->rsc, op->rsc) == 0) {
            if (!other->is_failure) {
                (void)mu_text_format(slot, sizeof(slot), "%s_%d",
                                     other->name, other->interval_s * 1000);
            }
            mu_text_buffer_add(
                xml,
                "<lrm_rsc_op id='%s_%s' operation_key='%s_%s_%d' "
                "operation='%s' call-id='%d' "
                "rc-code='%d' op-status='0' interval='%d' "
                "last-rc-change='%d' transition-key='1:1:%d:x' "
                "on_node='%s'%s/>",
                other->rsc, slot, other->rsc, other->name,
                other->interval_s * 1000, other->name, ++*call_id, other->rc,
                other->interval_s * 1000, NOW_S - other->ago_s,
                other->expected, op->node, other->more);
        }
    }
    mu_text_buffer_add(xml, "</lrm_resource>");
}

static void
node_write(struct scenario *scenario, struct mu_text_buffer *xml,
           const struct node *node)
{
    bool is_joined = strcmp(node->state, "online") == 0 ||
                     strcmp(node->state, "held") == 0 ||
                     strcmp(node->state, "leaving") == 0;
    bool is_down = strcmp(node->state, "offline") == 0;
    bool is_pending = strcmp(node->state, "pending") == 0;
    bool is_odd = strcmp(node->state, "odd") == 0;
    bool is_up = is_joined || is_pending || is_odd;
    int call_id = 0;

    if (strcmp(node->state, "unseen") == 0) {
        return;
    }
    mu_text_buffer_add(
        xml,
        "<node_state id='%s' uname='%s' in_ccm='%s' crmd='%s' join='%s' "
        "expected='%s'><transient_attributes id='%s'>"
        "<instance_attributes id='t-%s'>",
        node->name, node->name, is_up ? "true" : "false",
        is_up ? "online" : "offline",
        is_joined    ? "member"
        : is_pending ? "pending"
        : is_odd     ? ""
                     : "down",
        is_down ? "down" : "member", node->name, node->name);
    if (strcmp(node->state, "leaving") == 0) {
        mu_text_buffer_add(
            xml, "<nvpair id='s-%s' name='shutdown' value='1700000000'/>",
            node->name);
    }
    for (int i = 0; i < node->attributes_count; i++) {
        mu_text_buffer_add(xml, "<nvpair id='a-%s-%d' name='%s' value='%s'/>",
                           node->name, i, node->attributes[i][0],
                           node->attributes[i][1]);
    }
    mu_text_buffer_add(xml, "</instance_attributes></transient_attributes>"
                            "<lrm id='%s'><lrm_resources>",
                       node->name);
    for (int i = 0; i < scenario->ops_count; i++) {
        const struct op *op = &scenario->ops[i];
        bool is_first = strcmp(op->node, node->name) == 0;

        for (int j = 0; j < i; j++) {
            is_first = is_first &&
                       !(strcmp(scenario->ops[j].node, node->name) == 0 &&
                         strcmp(scenario->ops[j].rsc, op->rsc) == 0);
        }
        if (!is_first) {
            continue;
        }
        resource_write(scenario, xml, i, &call_id);
    }
    for (int i = 0; i < scenario->locks_count; i++) {
        const struct op *lock = &scenario->locks[i];

        if (strcmp(lock->node, node->name) == 0) {
            mu_text_buffer_add(xml,
                               "<lrm_resource id='%s' %s shutdown-lock='%d'/>",
                               lock->rsc, agent_of(lock->rsc),
                               NOW_S - lock->ago_s);
        }
    }
    mu_text_buffer_add(xml, "</lrm_resources></lrm></node_state>");
}

static void
fixed_write(struct mu_text_buffer *xml, const struct node *node,
            const char *kind, const char *element)
{
    mu_text_buffer_add(xml, "<%s id='%s-%s'>", element, node->name, kind);
    for (int i = 0; i < node->fixed_count; i++) {
        if (strcmp(node->fixed[i][0], kind) == 0) {
            mu_text_buffer_add(xml,
                               "<nvpair id='%s-%s-%d' name='%s' value='%s'/>",
                               node->name, kind, i, node->fixed[i][1],
                               node->fixed[i][2]);
        }
    }
    mu_text_buffer_add(xml, "</%s>", element);
}

static void
xml_make(struct scenario *scenario, const char *config,
         struct mu_text_buffer *ret_xml)
{
    struct mu_text_buffer xml;
    int count = scenario->nodes_count;

    mu_text_buffer_init(&xml, &scenario->arena);
    mu_text_buffer_add(&xml,
                       "<cib validate-with='pacemaker-3.9' have-quorum='%d' "
                       "dc-uuid='%s' execution-date='%d'><configuration>"
                       "<nodes>",
                       scenario->has_no_quorum ? 0 : 1, scenario->coordinator,
                       NOW_S);
    for (int i = 0; i < count; i++) {
        const struct node *node = &scenario->nodes[i];

        mu_text_buffer_add(&xml, "<node id='%s' uname='%s'>", node->name,
                           node->name);
        fixed_write(&xml, node, "conf", "instance_attributes");
        fixed_write(&xml, node, "room", "utilization");
        mu_text_buffer_add(&xml, "</node>");
    }
    mu_text_buffer_add(&xml, "</nodes>%s</configuration><status>",
                       config ? config : "");
    for (int i = 0; i < count; i++) {
        node_write(scenario, &xml, &scenario->nodes[i]);
    }
    mu_text_buffer_add(&xml, "<tickets>");
    for (int i = 0; i < scenario->tickets_count; i++) {
        mu_text_buffer_add(
            &xml, "<ticket_state id='%s' granted='%s'/>",
            scenario->tickets[i][0],
            strcmp(scenario->tickets[i][1], "granted") == 0 ? "true"
                                                            : "false");
    }
    mu_text_buffer_add(&xml, "</tickets></status></cib>");
    *ret_xml = xml;
}

/* What XML of a cluster cannot say: flights and nodes that are held. */
static void
snapshot_add(struct scenario *scenario, struct mu_snapshot *snapshot)
{
    struct mu_status *status = mu_arena_copy(
        &scenario->arena, snapshot->status, sizeof(*status));

    status->nodes = mu_arena_copy(&scenario->arena, status->nodes,
                                  status->nodes_count * sizeof(*status->nodes));
    status->flights = mu_arena_new(&scenario->arena, struct mu_status_flight,
                                   (size_t)scenario->flights_count + 1);
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        struct node *node = node_find(scenario, status->nodes[i].name);

        status->nodes[i].listed = 0;
        status->nodes[i].is_held = node && strcmp(node->state, "held") == 0;
        for (int j = 0; j < scenario->flights_count; j++) {
            if (strcmp(scenario->flights[j][3], status->nodes[i].name) == 0) {
                struct mu_status_flight *flight =
                    &status->flights[status->flights_count++];

                flight->op_id = (uint64_t)atoi(scenario->flights[j][0]);
                flight->task = scenario->flights[j][1];
                flight->resource = strcmp(scenario->flights[j][2], "-") == 0
                                       ? NULL
                                       : scenario->flights[j][2];
                flight->node = i;
                if (*scenario->flights[j][4]) {
                    flight->migrate_source = scenario->flights[j][4];
                    flight->migrate_target = scenario->flights[j][5];
                }
            }
        }
    }
    snapshot->status = status;
}

static bool
earlier_add(struct scenario *scenario, struct mu_snapshot *snapshot,
            struct mu_errbuf *err)
{
    struct mu_snapshot_earlier *earlier =
        mu_arena_new(&scenario->arena, struct mu_snapshot_earlier, 1);
    struct mu_text_buffer xml;
    struct mu_snapshot *before;

    xml_make(scenario, scenario->before.data, &xml);
    if (mu_cib_status_read_cib(
            &scenario->arena,
            (struct mu_span){(const unsigned char *)xml.data, xml.length}, 0,
            MU_CONFIG_LENIENT, &before, err) < 0) {
        return false;
    }
    earlier->config = before->config;
    snapshot->earlier = earlier;
    snapshot->earlier_count = 1;
    return true;
}

static struct mu_snapshot *
snapshot_make(struct scenario *scenario, const char *path, bool is_permuted)
{
    struct mu_text_buffer xml;
    struct mu_text_buffer other;
    struct mu_snapshot *snapshot = NULL;
    struct mu_errbuf err = {0};
    int r = 0;

    xml_make(scenario, scenario->config.data, &xml);
    if (is_permuted) {
        mu_text_buffer_init(&other, &scenario->arena);
        r = mu_properties_permute(
            (struct mu_span){(const unsigned char *)xml.data, xml.length},
            &other, &err);
        xml = other;
    }
    if (r < 0 ||
        mu_cib_status_read_cib(
            &scenario->arena,
            (struct mu_span){(const unsigned char *)xml.data, xml.length}, 0,
            MU_CONFIG_LENIENT, &snapshot, &err) < 0) {
        fail(path, err.text);
        return NULL;
    }
    snapshot_add(scenario, snapshot);
    if (scenario->before.data && !earlier_add(scenario, snapshot, &err)) {
        fail(path, err.text);
        return NULL;
    }
    return snapshot;
}

static void
action_write(const struct mu_snapshot *snapshot,
             const struct mu_action *action, struct mu_text_buffer *text)
{
    const char *task = mu_plan_word(action->task, action->op_name);
    const char *id = action->instance ? action->instance : action->resource;

    if (action->task == MU_TASK_MONITOR && action->interval_ms == 0) {
        task = "probe";
    }
    mu_text_buffer_add(text, "%s", task);
    if (id) {
        mu_text_buffer_add(text, " %s", id);
    }
    if (action->node != MU_PLAN_NONE) {
        mu_text_buffer_add(text, " on %s",
                           snapshot->status->nodes[action->node].name);
    }
    if (action->interval_ms > 0) {
        mu_text_buffer_add(text, " every %ds",
                           (int)(action->interval_ms / 1000));
    }
    if (action->in_flight) {
        mu_text_buffer_add(text, " (in flight)");
    }
    mu_text_buffer_add(text, "\n");
}

/* The plan's own order is topological, with ties in the order of making. */
static const char *
plan_text(struct scenario *scenario, const struct mu_snapshot *snapshot,
          const struct mu_plan *plan)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &scenario->arena);
    mu_text_buffer_add(&text, "%s", "");
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        if (plan->actions[i].kind != MU_ACTION_PSEUDO) {
            action_write(snapshot, &plan->actions[i], &text);
        }
    }
    return text.data ? text.data : "";
}

static bool
comes_before(const struct mu_plan *plan, uint32_t first, uint32_t then)
{
    const struct mu_action *action = &plan->actions[then];

    for (uint32_t i = 0; i < action->after_count; i++) {
        if (action->after[i] == first ||
            (action->after[i] > first &&
             comes_before(plan, first, action->after[i]))) {
            return true;
        }
    }
    return false;
}

/* The place of what plan_text() prints as 'line', or NONE. */
static uint32_t
action_find(struct scenario *scenario, const struct mu_snapshot *snapshot,
            const struct mu_plan *plan, const char *line)
{
    size_t length = strlen(line);

    for (uint32_t i = 0; i < plan->actions_count; i++) {
        struct mu_text_buffer text;

        mu_text_buffer_init(&text, &scenario->arena);
        action_write(snapshot, &plan->actions[i], &text);
        if (plan->actions[i].kind != MU_ACTION_PSEUDO &&
            strncmp(text.data, line, length) == 0 &&
            text.data[length] == '\n') {
            return i;
        }
    }
    return MU_PLAN_NONE;
}

static bool
order_check(struct scenario *scenario, const struct mu_snapshot *snapshot,
            const struct mu_plan *plan, const char *path)
{
    bool is_good = true;

    for (int i = 0; i < scenario->orders_count; i++) {
        char *line = scenario->orders[i];
        char *mark = line + strcspn(line, "<|");
        bool is_wanted = *mark == '<';
        uint32_t first;
        uint32_t then;

        if (*mark == '\0' || mark == line) {
            fail(path, "[order] has a line without < or |");
            return false;
        }
        mark[-1] = '\0';
        first = action_find(scenario, snapshot, plan, line);
        then = action_find(scenario, snapshot, plan, mark + 2);
        if (first == MU_PLAN_NONE || then == MU_PLAN_NONE ||
            comes_before(plan, first, then) != is_wanted) {
            printf("FAIL %s: \"%s\" does%s come before \"%s\"\n", path, line,
                   is_wanted ? " not" : "", mark + 2);
            is_good = false;
        }
    }
    return is_good;
}

/* What is allocated several times counts as it was the last time. */
static bool
scores_check(struct scenario *scenario, const struct mu_snapshot *snapshot,
             const struct mu_plan *plan, const char *path)
{
    bool is_good = true;

    for (int i = 0; i < scenario->scores_count; i++) {
        const char *line = scenario->scores[i];
        const char *end = strrchr(line, ' ');
        const char *found = "";

        for (uint32_t j = 0; j < plan->scores_count; j++) {
            const struct mu_plan_score *score = &plan->scores[j];
            const char *text;

            if (score->node == MU_PLAN_NONE) {
                continue;
            }
            text = mu_text_make(
                &scenario->arena, "%s%s on %s %d",
                score->kind == MU_SCORE_PROMOTION ? "promote " : "",
                score->instance, snapshot->status->nodes[score->node].name,
                (int)score->score);
            if (end && strncmp(text, line, (size_t)(end - line) + 1) == 0) {
                found = text;
            }
        }
        if (strcmp(found, line) != 0) {
            printf("FAIL %s: not %s, but %s\n", path, line, found);
            is_good = false;
        }
    }
    return is_good;
}

/* Everything that is said of a resource or node, one sentence a line. */
static const char *
why_text(struct scenario *scenario, const struct mu_snapshot *snapshot,
         const struct mu_plan *plan, const char *about)
{
    struct mu_why why = {&scenario->arena, snapshot, plan};
    uint32_t instance = mu_why_find(plan, about);
    struct mu_why_reasons reasons;
    struct mu_why_waits waits;
    struct mu_text_buffer text;

    waits = mu_why_waits_look(&why);
    mu_text_buffer_init(&text, &scenario->arena);
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];
        const char *id = action->instance ? action->instance : action->resource;
        const char *wait = mu_why_wait(&waits, i, false);

        if (action->cause &&
            ((id && strcmp(id, about) == 0) ||
             (!id && action->node != MU_PLAN_NONE &&
              strcmp(snapshot->status->nodes[action->node].name, about) ==
                  0))) {
            mu_text_buffer_add(&text, "%s: %s\n",
                               mu_plan_word(action->task, action->op_name),
                               action->cause);
            if (wait) {
                mu_text_buffer_add(
                    &text, "%s after: %s\n",
                    mu_plan_word(action->task, action->op_name), wait);
            }
        }
    }
    if (instance == MU_PLAN_NONE) {
        return text.data ? text.data : "";
    }
    mu_text_buffer_add(&text, "%s\n", mu_why_instance(&why, instance));
    for (uint32_t node = 0; node <= plan->nodes_count; node++) {
        uint32_t at = node == plan->nodes_count ? MU_PLAN_NONE : node;
        const char *remedy = mu_why_remedy(&why, instance, at);
        const char *name = at == MU_PLAN_NONE
                               ? "all"
                               : snapshot->status->nodes[at].name;

        mu_why_list(&why, instance, at, &reasons);
        for (uint32_t i = 0; i < reasons.count; i++) {
            mu_text_buffer_add(&text, "%s: %s\n", name,
                               mu_why_reason(&why, reasons.items[i], at));
        }
        if (remedy) {
            mu_text_buffer_add(&text, "%s: do: %s\n", name, remedy);
        }
    }
    return text.data;
}

/* A line that is there, the whole of it. */
static bool
has_line(const char *text, const char *line)
{
    size_t length = strlen(line);

    while (*text) {
        size_t size = strcspn(text, "\n");

        if (size == length && memcmp(text, line, length) == 0) {
            return true;
        }
        text += size + 1;
    }
    return false;
}

static bool
why_check(struct scenario *scenario, const struct mu_snapshot *snapshot,
          const struct mu_plan *plan, const char *path)
{
    bool is_good = true;

    for (int i = 0; i < scenario->why_count; i++) {
        const char *about = scenario->why[i][0];
        const char *text = why_text(scenario, snapshot, plan, about);

        if (!has_line(text, scenario->why[i][1])) {
            printf("FAIL %s: nothing says of %s: %s; what is said:\n%s", path,
                   about, scenario->why[i][1], text);
            is_good = false;
        }
    }
    return is_good;
}

/* A loop must be named by the scenario, or not be there. */
static bool
told_check(const struct scenario *scenario, const struct mu_plan *plan,
           const char *path)
{
    bool is_found = scenario->told[0] == '\0';
    int64_t next_ms = ((int64_t)NOW_S + scenario->next_s) * 1000;

    for (uint32_t i = 0; i < plan->warnings_count; i++) {
        if (scenario->told[0] && strstr(plan->warnings[i], scenario->told)) {
            is_found = true;
        } else if (strstr(plan->warnings[i], "loop")) {
            fail(path, plan->warnings[i]);
            return false;
        }
    }
    if (!is_found) {
        printf("FAIL %s: nobody is told: %s\n", path, scenario->told);
    }
    if (scenario->next_s > 0 && plan->next_change_ms != next_ms) {
        printf("FAIL %s: the plan changes in %.3f s\n", path,
               (double)(plan->next_change_ms - (int64_t)NOW_S * 1000) / 1000);
        return false;
    }
    return is_found;
}

/* Every entry was made with the parameters of today, unless it says more. */
static void
digests_add(struct scenario *scenario, const struct mu_snapshot *snapshot)
{
    struct mu_params_cache *cache =
        mu_params_cache_new(&scenario->arena, snapshot);

    for (int i = 0; i < scenario->ops_count; i++) {
        struct op *op = &scenario->ops[i];
        const struct mu_status_node *node = NULL;
        const char *id = mu_arena_strndup(&scenario->arena, op->rsc,
                                          strcspn(op->rsc, ":"));
        uint32_t resource = mu_config_find_resource(snapshot->config, id);
        size_t used = strlen(op->more);

        for (uint32_t k = 0; k < snapshot->status->nodes_count; k++) {
            if (strcmp(snapshot->status->nodes[k].name, op->node) == 0) {
                node = &snapshot->status->nodes[k];
            }
        }
        if (op->is_unrecorded || strstr(op->more, " op-digest=") || !node ||
            resource == MU_CONFIG_NONE ||
            snapshot->config->resources[resource].kind !=
                MU_RESOURCE_PRIMITIVE) {
            continue;
        }
        (void)mu_text_format(
            op->more + used, sizeof(op->more) - used, " op-digest='%s'",
            mu_params_cache_digest(cache, resource, node,
                                   op->interval_s == 0 ? "start" : op->name,
                                   (int64_t)op->interval_s * 1000));
    }
}

static void
probed_add(struct scenario *scenario, const struct mu_snapshot *snapshot)
{
    for (uint32_t i = 0; i < snapshot->config->resources_count; i++) {
        const struct mu_config_resource *resource =
            &snapshot->config->resources[i];

        for (int j = 0;
             resource->kind == MU_RESOURCE_PRIMITIVE &&
             j < scenario->nodes_count;
             j++) {
            const char *node = scenario->nodes[j].name;
            bool is_known = strcmp(scenario->nodes[j].state, "online") != 0;
            struct op *op;

            for (int k = 0; k < scenario->ops_count; k++) {
                is_known = is_known ||
                           (strcmp(scenario->ops[k].node, node) == 0 &&
                            strcmp(scenario->ops[k].rsc, resource->id) == 0);
            }
            for (int k = 0; k < scenario->flights_count; k++) {
                is_known =
                    is_known ||
                    (strcmp(scenario->flights[k][3], node) == 0 &&
                     strcmp(scenario->flights[k][2], resource->id) == 0);
            }
            if (!is_known) {
                op = op_add(scenario, resource->id, node, "monitor");
                op->rc = 7;
                op->expected = 7;
            }
        }
    }
}

/* What the file leaves to be understood is added. */
static struct mu_snapshot *
snapshot_complete(struct scenario *scenario, const char *path)
{
    struct mu_snapshot *snapshot = snapshot_make(scenario, path, false);

    if (!snapshot) {
        return NULL;
    }
    if (scenario->is_probed) {
        probed_add(scenario, snapshot);
    }
    digests_add(scenario, snapshot);
    return snapshot_make(scenario, path, false);
}

/* What holds for every plan. */
static bool
properties_check(struct scenario *scenario, const struct mu_snapshot *snapshot,
                 const char *path)
{
    struct mu_snapshot *permuted = snapshot_make(scenario, path, true);
    struct mu_text_buffer found;

    if (!permuted) {
        return false;
    }
    mu_text_buffer_init(&found, &scenario->arena);
    (void)mu_properties_check(&scenario->arena, snapshot, permuted, &found);
    mu_properties_check_worst(&scenario->arena, snapshot, &found);
    if (found.length > 0) {
        printf("FAIL %s: %s", path, found.data);
    }
    return found.length == 0;
}

static bool
scenario_run(const char *path)
{
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct mu_snapshot *snapshot = NULL;
    const struct mu_plan *plan;
    const char *text;
    const char *expected;
    bool is_good;

    mu_arena_init(&scenario->arena, (size_t)1 << 30);
    mu_text_buffer_init(&scenario->config, &scenario->arena);
    mu_text_buffer_init(&scenario->before, &scenario->arena);
    mu_text_buffer_init(&scenario->expected, &scenario->arena);
    is_good = scenario_read(scenario, path);
    if (!is_good) {
        fail(path, "it cannot be read");
    }
    snapshot = is_good ? snapshot_complete(scenario, path) : NULL;
    if (!snapshot) {
        mu_arena_done(&scenario->arena);
        free(scenario);
        return false;
    }
    plan = mu_sched_plan(&scenario->arena, snapshot,
                         MU_SCHED_REASONS | MU_SCHED_SCORES);
    text = plan_text(scenario, snapshot, plan);
    expected = scenario->expected.data ? scenario->expected.data : "";
    if (strcmp(text, expected) != 0) {
        printf("FAIL %s: the plan is\n%s", path, text);
        is_good = false;
    }
    is_good = order_check(scenario, snapshot, plan, path) && is_good;
    is_good = scores_check(scenario, snapshot, plan, path) && is_good;
    is_good = told_check(scenario, plan, path) && is_good;
    is_good = why_check(scenario, snapshot, plan, path) && is_good;
    is_good = properties_check(scenario, snapshot, path) && is_good;
    mu_arena_done(&scenario->arena);
    free(scenario);
    return is_good;
}

/* Prints the <cib> of a scenario: what other programs can be fed with. */
static int
scenario_print(const char *path)
{
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct mu_text_buffer xml;

    mu_arena_init(&scenario->arena, (size_t)1 << 30);
    mu_text_buffer_init(&scenario->config, &scenario->arena);
    mu_text_buffer_init(&scenario->before, &scenario->arena);
    mu_text_buffer_init(&scenario->expected, &scenario->arena);
    if (!scenario_read(scenario, path)) {
        fail(path, "it cannot be read");
        return EXIT_FAILURE;
    }
    (void)snapshot_complete(scenario, path); /* What cannot be, is printed. */
    xml_make(scenario, scenario->config.data, &xml);
    (void)puts(xml.data);
    mu_arena_done(&scenario->arena);
    free(scenario);
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    int failed = 0;

    if (argc == 3 && strcmp(argv[1], "--xml") == 0) {
        return scenario_print(argv[2]);
    }
    for (int i = 1; i < argc; i++) {
        failed += scenario_run(argv[i]) ? 0 : 1;
    }
    printf("%d scenarios, %d failed\n", argc - 1, failed);
    return failed == 0 && argc > 1 ? 0 : 1;
}
