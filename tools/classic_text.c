/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic text: the words of crm_mon, which must not change. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/names.h"
#include "tools/classic.h"
#include "tools/field.h"

struct page {
    const struct mu_classic *classic;
    const struct mu_classic_view *view;
    struct mu_text_buffer *text;
    bool is_begun; /* A section has been written. */
};

static bool has(const struct page *page, unsigned part);
static void heading(struct page *page, const char *title);
static void write_summary(struct page *page);
static void write_dc(struct page *page);
static void write_change(struct page *page);
static void write_counts(struct page *page);
static void write_maintenance(struct page *page);
static void write_nodes(struct page *page);
static bool is_node_plain(const struct page *page, uint32_t node);
static void write_node(struct page *page, uint32_t node);
static void write_resources(struct page *page);
static void write_by_node(struct page *page);
static void write_attributes(struct page *page);
static const char *connectivity(struct page *page, uint32_t node,
                                const char *name);
static void write_failures(struct page *page);
static void write_fencing(struct page *page);
static void write_fences(struct page *page, const char *title,
                         const char *state);
static void write_tickets(struct page *page);
static void write_bans(struct page *page);

void
mu_classic_text_write(const struct mu_classic *classic,
                      const struct mu_classic_view *view,
                      struct mu_text_buffer *text)
{
    struct page page = {.classic = classic, .view = view, .text = text};

    if (has(&page, MU_CLASSIC_SUMMARY)) {
        write_summary(&page);
    }
    if (has(&page, MU_CLASSIC_NODES) && !view->is_by_node) {
        write_nodes(&page);
    }
    if (view->is_by_node && has(&page, MU_CLASSIC_NODES)) {
        write_by_node(&page);
    }
    if (has(&page, MU_CLASSIC_RESOURCES)) {
        write_resources(&page);
    }
    if (has(&page, MU_CLASSIC_ATTRIBUTES)) {
        write_attributes(&page);
    }
    if (has(&page, MU_CLASSIC_OPERATIONS)) {
        heading(&page, "Operations");
        mu_classic_history_write(classic, view, true, text);
    }
    if (has(&page, MU_CLASSIC_FAILCOUNTS) &&
        !has(&page, MU_CLASSIC_OPERATIONS)) {
        heading(&page, "Migration Summary");
        mu_classic_history_write(classic, view, false, text);
    }
    if (has(&page, MU_CLASSIC_FAILURES)) {
        write_failures(&page);
    }
    if (has(&page, MU_CLASSIC_FENCING)) {
        write_fencing(&page);
    }
    if (has(&page, MU_CLASSIC_TICKETS)) {
        write_tickets(&page);
    }
    if (has(&page, MU_CLASSIC_BANS)) {
        write_bans(&page);
    }
}

int
mu_classic_text_write_line(const struct mu_classic *classic,
                           struct mu_text_buffer *text)
{
    const struct mu_snapshot *snapshot = classic->snapshot;
    unsigned online = 0;
    unsigned standby = 0;
    unsigned maintained = 0;
    bool is_bad = snapshot->coordinator == MU_CONFIG_NONE;
    struct mu_text_buffer bad;

    mu_text_buffer_init(&bad, classic->arena);
    if (is_bad) {
        mu_text_buffer_add(&bad, " No DC");
    }
    for (uint32_t i = 0; i < snapshot->status->nodes_count; i++) {
        const struct mu_plan_node *node = &classic->plan->nodes_before[i];

        if (node->is_standby && node->is_online) {
            standby++;
        } else if (node->is_in_maintenance && node->is_online) {
            maintained++;
        } else if (node->is_online) {
            online++;
        } else {
            mu_text_buffer_add(&bad, "%s offline node: %s", is_bad ? "," : "",
                               snapshot->status->nodes[i].name);
            is_bad = true;
        }
    }
    if (is_bad) {
        mu_text_buffer_add(text, "CLUSTER WARN:%s\n", bad.data);
        return 1;
    }
    mu_text_buffer_add(text, "CLUSTER OK: %u node%s online", online,
                       online == 1 ? "" : "s");
    if (standby > 0) {
        mu_text_buffer_add(text, ", %u standby node%s", standby,
                           standby == 1 ? "" : "s");
    }
    if (maintained > 0) {
        mu_text_buffer_add(text, ", %u maintenance node%s", maintained,
                           maintained == 1 ? "" : "s");
    }
    mu_text_buffer_add(text, ", %" PRIu32 " resource instance%s configured\n",
                       classic->instances_count,
                       classic->instances_count == 1 ? "" : "s");
    return 0;
}

static bool
has(const struct page *page, unsigned part)
{
    return (page->view->parts & part) != 0;
}

static void
heading(struct page *page, const char *title)
{
    mu_text_buffer_add(page->text, "%s", page->is_begun ? "\n" : "");
    if (!page->view->is_headless) {
        mu_text_buffer_add(page->text, "%s:\n", title);
    }
    page->is_begun = true;
}

static void
write_summary(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    const char *stack = mu_classic_property(classic, "cluster-infrastructure");

    if (classic->origin.is_live) {
        mu_text_buffer_add(
            page->text,
            "Status of pacemakerd: 'Pacemaker is running' "
            "(last updated %s)\n",
            mu_classic_words_time(classic->arena, classic->origin.now_ms));
    }
    heading(page, "Cluster Summary");
    if (has(page, MU_CLASSIC_STACK)) {
        mu_text_buffer_add(page->text, "  * Stack: %s\n",
                           stack                     ? stack
                           : classic->origin.is_live ? "corosync"
                                                     : "unknown");
    }
    if (has(page, MU_CLASSIC_DC)) {
        write_dc(page);
    }
    if (has(page, MU_CLASSIC_TIMES)) {
        write_change(page);
    }
    if (has(page, MU_CLASSIC_COUNTS)) {
        write_counts(page);
    }
    if (has(page, MU_CLASSIC_MAINTENANCE)) {
        write_maintenance(page);
    }
}

static void
write_dc(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_snapshot *snapshot = classic->snapshot;
    const char *version = mu_classic_property(classic, "dc-version");
    const struct mu_status_node *node;

    if (snapshot->coordinator == MU_CONFIG_NONE) {
        mu_text_buffer_add(page->text, "  * Current DC: NONE\n");
        return;
    }
    node = &snapshot->status->nodes[snapshot->coordinator];
    mu_text_buffer_add(
        page->text, "  * Current DC: %s%s (version %s) - partition %s quorum\n",
        node->name,
        page->view->is_detailed
            ? mu_text_make(classic->arena, " (%s)", node->id ? node->id : "")
            : "",
        version                         ? version
        : page->classic->origin.is_live ? "muster-" PACKAGE_VERSION
                                        : "unknown",
        snapshot->is_quorate ? "with" : "WITHOUT");
}

static void
write_change(struct page *page)
{
    const struct mu_classic_origin *origin = &page->classic->origin;

    mu_text_buffer_add(
        page->text, "  * Last updated: %s\n",
        mu_classic_words_time(page->classic->arena, origin->now_ms));
    mu_text_buffer_add(
        page->text, "  * Last change:  %s%s%s%s%s%s%s\n",
        origin->changed_ms != 0
            ? mu_classic_words_time(page->classic->arena, origin->changed_ms)
        : origin->changed ? origin->changed
                          : "",
        origin->user ? " by " : "", origin->user ? origin->user : "",
        origin->client ? " via " : "", origin->client ? origin->client : "",
        origin->node ? " on " : "", origin->node ? origin->node : "");
}

static void
write_counts(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    unsigned nodes = mu_classic_nodes_count(classic);

    mu_text_buffer_add(page->text, "  * %u node%s configured\n", nodes,
                       nodes == 1 ? "" : "s");
    mu_text_buffer_add(
        page->text, "  * %" PRIu32 " resource instance%s configured",
        classic->instances_count, classic->instances_count == 1 ? "" : "s");
    if (classic->disabled_count > 0) {
        mu_text_buffer_add(page->text, " (%" PRIu32 " DISABLED",
                           classic->disabled_count);
    }
    if (classic->blocked_count > 0) {
        mu_text_buffer_add(
            page->text,
            "%s%" PRIu32 " BLOCKED from further action due to failure",
            classic->disabled_count > 0 ? ", " : " (", classic->blocked_count);
    }
    mu_text_buffer_add(
        page->text, "%s\n",
        classic->disabled_count + classic->blocked_count > 0 ? ")" : "");
}

static void
write_maintenance(struct page *page)
{
    const struct mu_config_options *options =
        &page->classic->snapshot->config->options;

    if (options->maintenance_mode) {
        mu_text_buffer_add(page->text,
                           "\n              *** Resource management is "
                           "DISABLED ***\n  The cluster will not attempt to "
                           "start, stop or recover services\n");
    } else if (options->stop_all_resources) {
        mu_text_buffer_add(page->text,
                           "\n    *** Resource management is DISABLED ***\n"
                           "  The cluster will keep all resources stopped\n");
    }
}

static void
write_nodes(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    struct mu_classic_list lists[6] = {
        {.label = "Online"},       {.label = "OFFLINE"},
        {.label = "RemoteOnline"}, {.label = "RemoteOFFLINE"},
        {.label = "GuestOnline"},  {.label = NULL}};

    heading(page, "Node List");
    for (uint32_t i = 0; i < classic->snapshot->status->nodes_count; i++) {
        const struct mu_status_node *node =
            &classic->snapshot->status->nodes[i];
        bool is_online = classic->plan->nodes_before[i].is_online;
        bool is_guest = mu_classic_is_guest(classic, i);
        struct mu_classic_list *list = &lists[(is_guest          ? 4
                                               : node->is_remote ? 2
                                                                 : 0) +
                                              (is_online ? 0 : 1)];

        if (!mu_classic_wants_node(classic, page->view, i)) {
            continue;
        }
        if (is_node_plain(page, i)) {
            *mu_vec_add(classic->arena, &list->names) = node->name;
            continue;
        }
        write_node(page, i);
        mu_text_buffer_add(page->text, "\n");
    }
    for (unsigned i = 0; i < 5; i++) {
        mu_classic_resources_write_list(&lists[i], 1, page->text);
    }
}

/* Tells whether a node only appears in a list of its like. */
static bool
is_node_plain(const struct page *page, uint32_t node)
{
    const char *state = mu_classic_node_state(page->classic, node);

    return !page->view->is_detailed &&
           (strcmp(state, "online") == 0 || strcmp(state, "OFFLINE") == 0) &&
           strcmp(mu_classic_health(page->classic, node), "green") == 0;
}

/* The name of a node and how it is. */
static void
write_node(struct page *page, uint32_t node)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    const char *health = mu_classic_health(classic, node);

    mu_text_buffer_add(page->text, "  * %sNode %s",
                       mu_classic_is_guest(classic, node) ? "Guest"
                       : one->is_remote                   ? "Remote"
                                                          : "",
                       one->name);
    if (page->view->is_detailed) {
        mu_text_buffer_add(page->text, " (%s)", one->id ? one->id : one->name);
    }
    mu_text_buffer_add(page->text, ": %s%s",
                       mu_classic_node_state(classic, node),
                       strcmp(health, "red") == 0      ? " (health is RED)"
                       : strcmp(health, "yellow") == 0 ? " (health is YELLOW)"
                                                       : "");
    if (page->view->is_detailed && !one->is_remote &&
        classic->plan->nodes_before[node].is_online) {
        mu_text_buffer_add(page->text, ", feature set %s",
                           mu_classic_feature_set(classic, node));
    }
}

static void
write_resources(struct page *page)
{
    const struct mu_classic_view *view = page->view;

    if (view->is_by_node && !view->has_inactive) {
        return;
    }
    heading(page, view->is_by_node     ? "Inactive Resources"
                  : view->has_inactive ? "Full List of Resources"
                                       : "Active Resources");
    mu_classic_resources_write(page->classic, view, page->text);
}

static void
write_by_node(struct page *page)
{
    const struct mu_classic *classic = page->classic;

    heading(page, "Node List");
    for (uint32_t i = 0; i < classic->snapshot->status->nodes_count; i++) {
        if (!mu_classic_wants_node(classic, page->view, i)) {
            continue;
        }
        write_node(page, i);
        mu_text_buffer_add(page->text, ":\n");
        if (!has(page, MU_CLASSIC_RESOURCES)) {
            continue;
        }
        mu_text_buffer_add(page->text, "    * Resources:\n");
        mu_classic_resources_write_node(classic, page->view, i, page->text);
    }
}

static void
write_attributes(struct page *page)
{
    const struct mu_status *status = page->classic->snapshot->status;
    bool is_begun = false;

    for (uint32_t i = 0; i < status->nodes_count; i++) {
        size_t count;
        const char *const *names =
            mu_classic_facts_names(page->classic, i, &count);

        if (!page->classic->plan->nodes_before[i].is_online || count == 0 ||
            !mu_classic_wants_node(page->classic, page->view, i)) {
            continue;
        }
        if (!is_begun) {
            heading(page, "Node Attributes");
            is_begun = true;
        }
        mu_text_buffer_add(page->text, "  * Node: %s:\n",
                           status->nodes[i].name);
        for (size_t j = 0; j < count; j++) {
            const char *lack;

            mu_text_buffer_add(
                page->text, "    * %-32s\t: %-10s", names[j],
                mu_classic_attribute(page->classic, i, names[j]));
            lack = connectivity(page, i, names[j]);
            mu_text_buffer_add(page->text, "%s\n", lack ? lack : "");
        }
    }
}

/* What a ping resource should reach and does not, or null. */
static const char *
connectivity(struct page *page, uint32_t node, const char *name)
{
    const struct mu_classic *classic = page->classic;
    int32_t expected = mu_classic_facts_ping_expected(classic, node, name);
    int64_t value;

    if (expected < 0 ||
        mu_text_parse_int64(mu_classic_attribute(classic, node, name),
                            &value)) {
        return NULL;
    }
    if (value <= 0) {
        return "\t: Connectivity is lost";
    }
    if (expected > 0 && value < expected) {
        return mu_text_make(
            classic->arena,
            "\t: Connectivity is degraded (Expected=%" PRId32 ")", expected);
    }
    return NULL;
}

static void
write_failures(struct page *page)
{
    struct mu_text_buffer lines;

    mu_text_buffer_init(&lines, page->classic->arena);
    mu_classic_history_write_failures(page->classic, page->view, &lines);
    if (lines.length > 0) {
        heading(page, "Failed Resource Actions");
        mu_text_buffer_append(page->text, lines.data, lines.length);
    }
}

/* Failed and pending ones under a heading of their own, or with those that
 * succeeded as a history. */
static void
write_fencing(struct page *page)
{
    bool is_history = has(page, MU_CLASSIC_FENCING_DONE);

    if (is_history) {
        write_fences(page, "Fencing History", NULL);
        return;
    }
    if (has(page, MU_CLASSIC_FENCING_FAILED)) {
        write_fences(page, "Failed Fencing Actions", "failed");
    }
    if (has(page, MU_CLASSIC_FENCING_PENDING)) {
        write_fences(page, "Pending Fencing Actions", "pending");
    }
}

static void
write_fences(struct page *page, const char *title, const char *state)
{
    const json_t *one;
    bool is_begun = false;
    size_t i;

    json_array_foreach(page->classic->origin.fencing, i, one)
    {
        const char *its = mu_classic_facts_fence_state(one);
        const char *target = mu_field_text(one, "target");
        const char *action = mu_field_text(one, "action");
        const char *by = mu_field_text(one, "by");
        bool is_pending = its && strcmp(its, "pending") == 0;

        if (!its || !target || !action || (state && strcmp(its, state) != 0)) {
            continue;
        }
        if (!is_begun) {
            heading(page, title);
            is_begun = true;
        }
        mu_text_buffer_add(page->text, "  * %s of %s%s%s for musterd@%s%s %s",
                           strcmp(action, "off") == 0  ? "turning off"
                           : strcmp(action, "on") == 0 ? "turning on"
                                                       : action,
                           target, !is_pending && by ? " by " : "",
                           !is_pending && by ? by : "", by ? by : "",
                           state ? " last" : "", its);
        if (!is_pending) {
            mu_text_buffer_add(
                page->text, " at %s",
                mu_classic_words_time(page->classic->arena,
                                      mu_classic_facts_fence_time(one)));
        }
        mu_text_buffer_add(page->text, "\n");
    }
}

static void
write_tickets(struct page *page)
{
    const struct mu_status *status = page->classic->snapshot->status;

    if (status->tickets_count == 0) {
        return;
    }
    heading(page, "Tickets");
    for (uint32_t i = 0; i < status->tickets_count; i++) {
        const struct mu_status_ticket *one = &status->tickets[i];

        mu_text_buffer_add(page->text, "  * %s: %s%s", one->id,
                           one->is_granted ? "granted" : "revoked",
                           one->is_standby ? " [standby]" : "");
        if (one->last_granted_s >= 0) {
            mu_text_buffer_add(
                page->text, " last-granted=\"%s\"",
                mu_classic_words_time(page->classic->arena,
                                      one->last_granted_s * 1000));
        }
        mu_text_buffer_add(page->text, "\n");
    }
}

static void
write_bans(struct page *page)
{
    struct mu_classic_ban ban = {0};
    bool is_begun = false;

    while (mu_classic_facts_next_ban(page->classic, page->view, &ban)) {
        if (!is_begun) {
            heading(page, "Negative Location Constraints");
            is_begun = true;
        }
        mu_text_buffer_add(
            page->text, "  * %s\tprevents %s from running %son %s\n", ban.id,
            ban.resource, ban.is_promoted_only ? "in Promoted role " : "",
            ban.node);
    }
}
