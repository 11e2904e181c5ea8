/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic XML: the document of crm_mon 2.1. Programs search it with grep, so
 * each element has a line of its own, and names and ids come first. */

#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "model/names.h"
#include "tools/classic.h"
#include "tools/field.h"

struct page {
    const struct mu_classic *classic;
    const struct mu_classic_view *view;
    struct mu_text_buffer *text;
};

static void write_summary(struct page *page);
static void write_change(struct page *page);
static void write_options(struct page *page);
static void write_nodes(struct page *page);
static void write_node(struct page *page, uint32_t node);
static void write_running(struct page *page, const struct mu_classic_item *item,
                          uint32_t node);
static void write_item(struct page *page, const struct mu_classic_item *item,
                       unsigned depth);
static void write_primitive(struct page *page,
                            const struct mu_classic_item *item, unsigned depth);
static void write_container(struct page *page,
                            const struct mu_classic_item *item, unsigned depth);
static void write_attributes(struct page *page);
static void write_history(struct page *page);
static void write_history_node(struct page *page, uint32_t node);
static void write_operation(struct page *page, const struct mu_status_op *op);
static void write_failures(struct page *page);
static void write_fencing(struct page *page);
static void write_tickets(struct page *page);
static void write_bans(struct page *page);
static bool has(const struct page *page, unsigned part);
static void attribute(struct page *page, const char *name, const char *value);
static void truth(struct page *page, const char *name, bool value);
static void number(struct page *page, const char *name, int64_t value);
static void indent(struct page *page, unsigned depth);

void
mu_classic_xml_write(const struct mu_classic *classic,
                     const struct mu_classic_view *view,
                     struct mu_text_buffer *text)
{
    struct page page = {classic, view, text};

    if (view->is_legacy_xml) {
        mu_text_buffer_add(text, "<crm_mon version=\"2.1.5\">\n");
    } else {
        mu_text_buffer_add(text, "<pacemaker-result api-version=\"2.25\"");
        attribute(&page, "request", view->request ? view->request : "crm_mon");
        mu_text_buffer_add(text, ">\n");
    }
    if (has(&page, MU_CLASSIC_SUMMARY)) {
        write_summary(&page);
    }
    if (has(&page, MU_CLASSIC_NODES)) {
        write_nodes(&page);
    }
    if (has(&page, MU_CLASSIC_RESOURCES) &&
        (!view->is_by_node || view->has_inactive)) {
        mu_text_buffer_add(text, "  <resources>\n");
        for (size_t i = 0; i < classic->items.count; i++) {
            write_item(&page, classic->items.items[i], 2);
        }
        mu_text_buffer_add(text, "  </resources>\n");
    }
    write_attributes(&page);
    write_history(&page);
    write_failures(&page);
    write_fencing(&page);
    write_tickets(&page);
    write_bans(&page);
    mu_text_buffer_add(text, view->is_legacy_xml
                                 ? "</crm_mon>\n"
                                 : "  <status code=\"0\" message=\"OK\"/>\n"
                                   "</pacemaker-result>\n");
}

static void
write_summary(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_snapshot *snapshot = classic->snapshot;
    const char *stack = mu_classic_property(classic, "cluster-infrastructure");
    const char *version = mu_classic_property(classic, "dc-version");

    mu_text_buffer_add(page->text, "  <summary>\n    <stack");
    attribute(page, "type",
              stack                     ? stack
              : classic->origin.is_live ? "corosync"
                                        : "unknown");
    if (classic->origin.is_live) {
        attribute(page, "pacemakerd-state", "running");
    }
    mu_text_buffer_add(page->text, "/>\n    <current_dc");
    truth(page, "present", snapshot->coordinator != MU_CONFIG_NONE);
    if (snapshot->coordinator != MU_CONFIG_NONE) {
        const struct mu_status_node *node =
            &snapshot->status->nodes[snapshot->coordinator];

        attribute(page, "version",
                  version                   ? version
                  : classic->origin.is_live ? "muster-" PACKAGE_VERSION
                                            : "");
        attribute(page, "name", node->name);
        attribute(page, "id", node->id ? node->id : "");
        truth(page, "with_quorum", snapshot->is_quorate);
        truth(page, "mixed_version", false);
    }
    mu_text_buffer_add(page->text, "/>\n    <last_update");
    attribute(page, "time",
              mu_classic_words_time(classic->arena, classic->origin.now_ms));
    mu_text_buffer_add(page->text, "/>\n");
    write_change(page);
    mu_text_buffer_add(page->text, "    <nodes_configured");
    number(page, "number", mu_classic_nodes_count(classic));
    mu_text_buffer_add(page->text, "/>\n    <resources_configured");
    number(page, "number", classic->instances_count);
    number(page, "disabled", classic->disabled_count);
    number(page, "blocked", classic->blocked_count);
    mu_text_buffer_add(page->text, "/>\n");
    write_options(page);
    mu_text_buffer_add(page->text, "  </summary>\n");
}

static void
write_change(struct page *page)
{
    const struct mu_classic_origin *origin = &page->classic->origin;

    mu_text_buffer_add(page->text, "    <last_change");
    attribute(
        page, "time",
        origin->changed_ms != 0
            ? mu_classic_words_time(page->classic->arena, origin->changed_ms)
        : origin->changed ? origin->changed
                          : "");
    attribute(page, "user", origin->user ? origin->user : "");
    attribute(page, "client", origin->client ? origin->client : "");
    attribute(page, "origin", origin->node ? origin->node : "");
    mu_text_buffer_add(page->text, "/>\n");
}

static void
write_options(struct page *page)
{
    const struct mu_config_options *options =
        &page->classic->snapshot->config->options;

    mu_text_buffer_add(page->text, "    <cluster_options");
    truth(page, "stonith-enabled", options->fencing_enabled);
    truth(page, "symmetric-cluster", options->symmetric_cluster);
    attribute(page, "no-quorum-policy",
              options->quorum_policy == MU_QUORUM_FENCE
                  ? "suicide"
                  : mu_names_quorum_policy(options->quorum_policy));
    truth(page, "maintenance-mode", options->maintenance_mode);
    truth(page, "stop-all-resources", options->stop_all_resources);
    number(page, "stonith-timeout-ms", options->fencing_timeout_ms);
    number(page, "priority-fencing-delay-ms",
           options->priority_fencing_delay_ms);
    mu_text_buffer_add(page->text, "/>\n");
}

static void
write_nodes(struct page *page)
{
    const struct mu_status *status = page->classic->snapshot->status;

    mu_text_buffer_add(page->text, "  <nodes>\n");
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        if (mu_classic_wants_node(page->classic, page->view, i)) {
            write_node(page, i);
        }
    }
    mu_text_buffer_add(page->text, "  </nodes>\n");
}

static void
write_node(struct page *page, uint32_t node)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    const struct mu_plan_node *planned = &classic->plan->nodes_before[node];
    unsigned running = mu_classic_running_count(classic, node);

    mu_text_buffer_add(page->text, "    <node");
    attribute(page, "name", one->name);
    attribute(page, "id", one->id ? one->id : one->name);
    truth(page, "online", planned->is_online);
    truth(page, "standby", planned->is_standby);
    truth(page, "standby_onfail", planned->is_standby_on_fail);
    truth(page, "maintenance", planned->is_in_maintenance);
    truth(page, "pending", planned->is_pending);
    truth(page, "unclean", planned->is_unclean);
    attribute(page, "health", mu_classic_health(classic, node));
    if (planned->is_online && !one->is_remote) {
        attribute(page, "feature_set", mu_classic_feature_set(classic, node));
    }
    truth(page, "shutdown", planned->is_shutting_down);
    truth(page, "expected_up", one->expected == MU_EXPECTED_MEMBER);
    truth(page, "is_dc", node == classic->snapshot->coordinator);
    number(page, "resources_running", running);
    attribute(page, "type", one->is_remote ? "remote" : "member");
    if (!page->view->is_by_node || running == 0) {
        mu_text_buffer_add(page->text, "/>\n");
        return;
    }
    mu_text_buffer_add(page->text, ">\n");
    for (size_t i = 0; i < classic->items.count; i++) {
        write_running(page, classic->items.items[i], node);
    }
    mu_text_buffer_add(page->text, "    </node>\n");
}

static void
write_running(struct page *page, const struct mu_classic_item *item,
              uint32_t node)
{
    for (size_t i = 0; i < item->children.count; i++) {
        write_running(page, item->children.items[i], node);
    }
    for (uint32_t i = 0; i < item->nodes_count; i++) {
        if (item->nodes[i] == node && mu_classic_wants_item(page->view, item)) {
            write_primitive(page, item, 3);
        }
    }
}

/* Depth: a clone of a group of primitives. */
static void
write_item(struct page *page, const struct mu_classic_item *item,
           unsigned depth)
{
    bool is_active = mu_classic_is_active(item, false);
    struct mu_classic_view view = *page->view;
    struct page inner = {page->classic, &view, page->text};

    if (!mu_classic_wants_item(page->view, item) ||
        (!is_active &&
         (!page->view->has_inactive || (item->is_removed && depth == 2)))) {
        return;
    }
    if (page->view->is_by_node && mu_classic_is_active(item, true)) {
        return;
    }
    if (view.only_item && strcmp(view.only_item, item->id) == 0) {
        view.only_item = NULL; /* All in it is wanted. */
    }
    if (item->kind == MU_RESOURCE_PRIMITIVE) {
        write_primitive(&inner, item, depth);
    } else {
        write_container(&inner, item, depth);
    }
}

static void
write_primitive(struct page *page, const struct mu_classic_item *item,
                unsigned depth)
{
    const struct mu_status *status = page->classic->snapshot->status;
    const char *pending = mu_classic_words_pending(item->pending);
    bool is_check = pending && strcmp(pending, "Monitoring") == 0;

    indent(page, depth);
    mu_text_buffer_add(page->text, "<resource");
    attribute(page, "id", item->id);
    attribute(page, "resource_agent", item->agent);
    attribute(page, "role",
              pending && !is_check ? pending : mu_names_role(item->role));
    if (item->target != MU_ROLE_UNKNOWN) {
        attribute(page, "target_role", mu_names_role(item->target));
    }
    truth(page, "active", item->nodes_count > 0);
    truth(page, "orphaned", item->is_removed);
    truth(page, "blocked", item->is_blocked);
    truth(page, "managed", item->is_managed);
    truth(page, "failed", item->is_failed);
    truth(page, "failure_ignored", item->is_failure_ignored);
    number(page, "nodes_running_on", item->nodes_count);
    if (is_check) {
        attribute(page, "pending", pending);
    }
    if (item->locked_to != MU_CONFIG_NONE) {
        attribute(page, "locked_to", status->nodes[item->locked_to].name);
    }
    mu_text_buffer_add(page->text, item->nodes_count > 0 ? ">\n" : "/>\n");
    for (uint32_t i = 0; i < item->nodes_count; i++) {
        const struct mu_status_node *node = &status->nodes[item->nodes[i]];

        indent(page, depth + 1);
        mu_text_buffer_add(page->text, "<node");
        attribute(page, "name", node->name);
        attribute(page, "id", node->id ? node->id : node->name);
        truth(page, "cached",
              page->classic->plan->nodes_before[item->nodes[i]].is_online);
        mu_text_buffer_add(page->text, "/>\n");
    }
    if (item->nodes_count > 0) {
        indent(page, depth);
        mu_text_buffer_add(page->text, "</resource>\n");
    }
}

static void
write_container(struct page *page, const struct mu_classic_item *item,
                unsigned depth)
{
    const struct mu_config_bundle *bundle =
        page->classic->snapshot->config->resources[item->index].bundle;
    const char *name = item->kind == MU_RESOURCE_GROUP    ? "group"
                       : item->kind == MU_RESOURCE_BUNDLE ? "bundle"
                                                          : "clone";

    indent(page, depth);
    mu_text_buffer_add(page->text, "<%s", name);
    attribute(page, "id", item->id);
    if (item->kind == MU_RESOURCE_GROUP) {
        number(page, "number_resources", (int64_t)item->children.count);
    } else if (item->kind == MU_RESOURCE_CLONE) {
        truth(page, "multi_state", item->is_promotable);
        truth(page, "unique", item->is_unique);
    } else if (bundle) {
        attribute(page, "type", bundle->runtime ? bundle->runtime : "");
        attribute(page, "image", bundle->image ? bundle->image : "");
        truth(page, "unique", item->is_unique);
    }
    truth(page, "managed", item->is_managed);
    if (item->kind != MU_RESOURCE_BUNDLE) {
        truth(page, "disabled", item->target == MU_ROLE_STOPPED);
    }
    if (item->kind != MU_RESOURCE_GROUP) {
        truth(page, "failed", item->is_failed);
    }
    if (item->kind == MU_RESOURCE_CLONE) {
        truth(page, "failure_ignored", item->is_failure_ignored);
        if (item->target != MU_ROLE_UNKNOWN) {
            attribute(page, "target_role", mu_names_role(item->target));
        }
    }
    mu_text_buffer_add(page->text, ">\n");
    for (size_t i = 0; i < item->children.count; i++) {
        write_item(page, item->children.items[i], depth + 1);
    }
    indent(page, depth);
    mu_text_buffer_add(page->text, "</%s>\n", name);
}

static void
write_attributes(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    bool is_begun = false;

    for (uint32_t i = 0; i < classic->snapshot->status->nodes_count; i++) {
        size_t count;
        const char *const *names = mu_classic_facts_names(classic, i, &count);

        if (!has(page, MU_CLASSIC_ATTRIBUTES) || count == 0 ||
            !classic->plan->nodes_before[i].is_online ||
            !mu_classic_wants_node(classic, page->view, i)) {
            continue;
        }
        mu_text_buffer_add(page->text, "%s    <node",
                           is_begun ? "" : "  <node_attributes>\n");
        is_begun = true;
        attribute(page, "name", classic->snapshot->status->nodes[i].name);
        mu_text_buffer_add(page->text, ">\n");
        for (size_t j = 0; j < count; j++) {
            int32_t expected =
                mu_classic_facts_ping_expected(classic, i, names[j]);

            mu_text_buffer_add(page->text, "      <attribute");
            attribute(page, "name", names[j]);
            attribute(page, "value",
                      mu_classic_attribute(classic, i, names[j]));
            if (expected > 0) {
                number(page, "expected", expected);
            }
            mu_text_buffer_add(page->text, "/>\n");
        }
        mu_text_buffer_add(page->text, "    </node>\n");
    }
    mu_text_buffer_add(page->text, "%s",
                       is_begun ? "  </node_attributes>\n" : "");
}

static void
write_history(struct page *page)
{
    const struct mu_status *status = page->classic->snapshot->status;

    if (!has(page, MU_CLASSIC_OPERATIONS | MU_CLASSIC_FAILCOUNTS)) {
        return;
    }
    mu_text_buffer_add(page->text, "  <node_history>\n");
    for (uint32_t turn = 0; turn <= status->nodes_count; turn++) {
        for (uint32_t i = 0; i < status->nodes_count; i++) {
            if (status->nodes[i].listed == turn &&
                page->classic->plan->nodes_before[i].is_online &&
                mu_classic_wants_node(page->classic, page->view, i)) {
                write_history_node(page, i);
            }
        }
    }
    mu_text_buffer_add(page->text, "  </node_history>\n");
}

static void
write_history_node(struct page *page, uint32_t node)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    bool is_begun = false;

    for (uint32_t i = 0; i < one->resources_count; i++) {
        const struct mu_status_resource *resource = &one->resources[i];
        int64_t last_ms;
        int32_t count =
            mu_classic_fail_count(classic, node, resource->id, &last_ms);

        if (!mu_classic_history_is_shown(resource)) {
            continue;
        }
        if (!is_begun) {
            mu_text_buffer_add(page->text, "    <node");
            attribute(page, "name", one->name);
            mu_text_buffer_add(page->text, ">\n");
            is_begun = true;
        }
        mu_text_buffer_add(page->text, "      <resource_history");
        attribute(page, "id", resource->id);
        truth(page, "orphan", false);
        number(page, "migration-threshold",
               mu_classic_threshold(classic, resource->id));
        if (count > 0) {
            number(page, "fail-count", count);
        }
        if (last_ms > 0) {
            attribute(page, "last-failure",
                      mu_classic_words_time(classic->arena, last_ms));
        }
        mu_text_buffer_add(page->text, ">\n");
        for (uint32_t j = 0; j < resource->ops_count; j++) {
            if (mu_classic_history_is_op_shown(&resource->ops[j])) {
                write_operation(page, &resource->ops[j]);
            }
        }
        mu_text_buffer_add(page->text, "      </resource_history>\n");
    }
    mu_text_buffer_add(page->text, "%s", is_begun ? "    </node>\n" : "");
}

static void
write_operation(struct page *page, const struct mu_status_op *op)
{
    struct mu_arena *arena = page->classic->arena;
    bool is_probe = strcmp(op->name, "monitor") == 0 && op->interval_ms == 0;

    mu_text_buffer_add(page->text, "        <operation_history");
    number(page, "call", op->call_id);
    attribute(page, "task", is_probe ? "probe" : op->name);
    number(page, "rc", op->rc);
    attribute(page, "rc_text", mu_classic_words_rc(op->rc));
    if (op->interval_ms > 0) {
        attribute(page, "interval",
                  mu_text_make(arena, "%" PRId64 "ms", op->interval_ms));
    }
    if (op->last_change_ms > 0) {
        attribute(page, "last-rc-change",
                  mu_classic_words_time(arena, op->last_change_ms));
        attribute(page, "exec-time",
                  mu_text_make(arena, "%" PRId64 "ms", op->exec_ms));
        attribute(page, "queue-time",
                  mu_text_make(arena, "%" PRId64 "ms", op->queue_ms));
    }
    mu_text_buffer_add(page->text, "/>\n");
}

static void
write_failures(struct page *page)
{
    const struct mu_classic *classic = page->classic;
    bool is_begun = false;

    for (size_t i = 0; i < classic->failures.count; i++) {
        const struct mu_classic_failure *one = &classic->failures.items[i];
        const struct mu_status_op *op = one->op;

        if (!has(page, MU_CLASSIC_FAILURES) || one->is_masked) {
            continue;
        }
        mu_text_buffer_add(page->text, "%s    <failure",
                           is_begun ? "" : "  <failures>\n");
        is_begun = true;
        attribute(page, "op_key",
                  mu_text_make(classic->arena, "%s_%s_%" PRId64, one->resource,
                               op->name, op->interval_ms));
        attribute(page, "node",
                  classic->snapshot->status->nodes[one->node].name);
        attribute(page, "exitstatus", mu_classic_words_rc(op->rc));
        attribute(page, "exitreason",
                  op->exit_reason && *op->exit_reason ? op->exit_reason
                                                      : "none");
        number(page, "exitcode", op->rc);
        number(page, "call", op->call_id);
        attribute(page, "status", mu_classic_words_status(op->status));
        if (op->last_change_ms > 0) {
            attribute(page, "last-rc-change",
                      mu_classic_words_utc(classic->arena, op->last_change_ms));
            number(page, "queued", op->queue_ms);
            number(page, "exec", op->exec_ms);
            number(page, "interval", op->interval_ms);
            attribute(page, "task", op->name);
        }
        mu_text_buffer_add(page->text, "/>\n");
    }
    mu_text_buffer_add(page->text, "%s", is_begun ? "  </failures>\n" : "");
}

static void
write_fencing(struct page *page)
{
    const json_t *fencing = page->classic->origin.fencing;
    const json_t *one;
    size_t i;

    if (!has(page, MU_CLASSIC_FENCING) || !page->classic->origin.is_live) {
        return;
    }
    mu_text_buffer_add(page->text, "  <fence_history status=\"0\">\n");
    json_array_foreach(fencing, i, one)
    {
        const char *state = mu_classic_facts_fence_state(one);
        const char *target = mu_field_text(one, "target");
        const char *action = mu_field_text(one, "action");
        const char *by = mu_field_text(one, "by");
        const char *reason = mu_field_text(one, "reason");

        if (!state || !target || !action) {
            continue;
        }
        mu_text_buffer_add(page->text, "    <fence_event");
        attribute(page, "target", target);
        attribute(page, "action", action);
        attribute(page, "client", "musterd");
        attribute(page, "origin", by ? by : "");
        attribute(page, "status",
                  strcmp(state, "successful") == 0 ? "success" : state);
        if (strcmp(state, "failed") == 0 && reason) {
            attribute(page, "exit-reason", reason);
        }
        if (strcmp(state, "pending") != 0) {
            attribute(page, "delegate", by ? by : "");
            attribute(page, "completed",
                      mu_classic_words_time(page->classic->arena,
                                            mu_classic_facts_fence_time(one)));
        }
        mu_text_buffer_add(page->text, "/>\n");
    }
    mu_text_buffer_add(page->text, "  </fence_history>\n");
}

static void
write_tickets(struct page *page)
{
    const struct mu_status *status = page->classic->snapshot->status;

    if (!has(page, MU_CLASSIC_TICKETS) || status->tickets_count == 0) {
        return;
    }
    mu_text_buffer_add(page->text, "  <tickets>\n");
    for (uint32_t i = 0; i < status->tickets_count; i++) {
        const struct mu_status_ticket *one = &status->tickets[i];

        mu_text_buffer_add(page->text, "    <ticket");
        attribute(page, "id", one->id);
        attribute(page, "status", one->is_granted ? "granted" : "revoked");
        truth(page, "standby", one->is_standby);
        if (one->last_granted_s >= 0) {
            attribute(page, "last-granted",
                      mu_classic_words_time(page->classic->arena,
                                            one->last_granted_s * 1000));
        }
        mu_text_buffer_add(page->text, "/>\n");
    }
    mu_text_buffer_add(page->text, "  </tickets>\n");
}

static void
write_bans(struct page *page)
{
    struct mu_classic_ban ban = {0};
    bool is_begun = false;

    while (has(page, MU_CLASSIC_BANS) &&
           mu_classic_facts_next_ban(page->classic, page->view, &ban)) {
        mu_text_buffer_add(page->text, "%s    <ban",
                           is_begun ? "" : "  <bans>\n");
        is_begun = true;
        attribute(page, "id", ban.id);
        attribute(page, "resource", ban.resource);
        attribute(page, "node", ban.node);
        number(page, "weight", ban.score);
        truth(page, "promoted-only", ban.is_promoted_only);
        truth(page, "master_only", ban.is_promoted_only);
        mu_text_buffer_add(page->text, "/>\n");
    }
    mu_text_buffer_add(page->text, "%s", is_begun ? "  </bans>\n" : "");
}

static bool
has(const struct page *page, unsigned part)
{
    return (page->view->parts & part) != 0;
}

static void
attribute(struct page *page, const char *name, const char *value)
{
    mu_text_buffer_add(page->text, " %s=\"", name);
    mu_doc_write_value(value, page->text);
    mu_text_buffer_append(page->text, "\"", 1);
}

static void
truth(struct page *page, const char *name, bool value)
{
    mu_text_buffer_add(page->text, " %s=\"%s\"", name,
                       value ? "true" : "false");
}

static void
number(struct page *page, const char *name, int64_t value)
{
    mu_text_buffer_add(page->text, " %s=\"%" PRId64 "\"", name, value);
}

static void
indent(struct page *page, unsigned depth)
{
    mu_text_buffer_add(page->text, "%*s", (int)depth * 2, "");
}
