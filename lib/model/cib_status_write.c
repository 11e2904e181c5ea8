/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "doc/doc.h"
#include "model/cib_status.h"
#include "model/names.h"

struct writer {
    struct mu_text_buffer *text;
    unsigned indent;
};

static void node_write(struct writer *writer,
                       const struct mu_status_node *node);
static void since_write(struct writer *writer, const char *name, bool is_up,
                        int64_t since_ms, const char *const flags[2]);
static void pairs_write(struct writer *writer, const char *element,
                        const char *node_id, const struct mu_pair *pairs,
                        uint32_t count);
static void history_write(struct writer *writer,
                          const struct mu_status_node *node);
static void resource_write(struct writer *writer,
                           const struct mu_status_resource *resource);
static void op_write(struct writer *writer, const char *resource_id,
                     const struct mu_status_op *op);
static void transition_write(struct writer *writer,
                             const struct mu_status_op *op);
static void tickets_write(struct writer *writer,
                          const struct mu_status *status);
static void flights_write(struct writer *writer,
                          const struct mu_status *status);
static void durations_write(struct writer *writer,
                            const struct mu_status *status);
static void open(struct writer *writer, const char *element);
static void inside(struct writer *writer);
static void shut(struct writer *writer, const char *element);
static void attribute(struct writer *writer, const char *name,
                      const char *value);
static void number(struct writer *writer, const char *name, int64_t value);

void
mu_cib_status_write(const struct mu_status *status, unsigned indent,
                    struct mu_text_buffer *text)
{
    struct writer writer = {text, indent};

    open(&writer, "status");
    inside(&writer);
    for (uint32_t i = 0; i < status->nodes_count; i++) {
        if (status->nodes[i].is_seen) {
            node_write(&writer, &status->nodes[i]);
        }
    }
    tickets_write(&writer, status);
    flights_write(&writer, status);
    durations_write(&writer, status);
    shut(&writer, "status");
}

void
mu_cib_status_write_node(const struct mu_status_node *node, unsigned indent,
                         struct mu_text_buffer *text)
{
    struct writer writer = {text, indent};

    node_write(&writer, node);
}

static void
node_write(struct writer *writer, const struct mu_status_node *node)
{
    static const char *const flags[2] = {"false", "true"};
    static const char *const process[2] = {"offline", "online"};

    open(writer, "node_state");
    attribute(writer, "id", node->id);
    attribute(writer, "uname", node->name);
    if (node->is_remote) {
        attribute(writer, "remote_node", "true");
    }
    if (!node->is_member_unknown) {
        since_write(writer, "in_ccm", node->is_member, node->member_since_ms,
                    flags);
    }
    since_write(writer, "crmd", node->is_process_up, node->process_since_ms,
                process);
    attribute(writer, "join", mu_names_join(node->join));
    attribute(writer, "expected", mu_names_expected(node->expected));
    if (node->is_held) {
        attribute(writer, "held", "true");
    }
    if (node->is_in_maintenance) {
        attribute(writer, "node_in_maintenance", "true");
    }
    if (node->is_fenced) {
        attribute(writer, "node_fenced", "1");
    }
    inside(writer);
    if (node->attributes_count > 0 || node->utilization_count > 0) {
        open(writer, "transient_attributes");
        attribute(writer, "id", node->id);
        inside(writer);
        pairs_write(writer, "instance_attributes", node->id, node->attributes,
                    node->attributes_count);
        pairs_write(writer, "utilization", node->id, node->utilization,
                    node->utilization_count);
        shut(writer, "transient_attributes");
    }
    history_write(writer, node);
    shut(writer, "node_state");
}

static void
since_write(struct writer *writer, const char *name, bool is_up,
            int64_t since_ms, const char *const flags[2])
{
    if (is_up && since_ms > 1000) {
        number(writer, name, since_ms / 1000);
    } else {
        attribute(writer, name, flags[is_up]);
    }
}

static void
pairs_write(struct writer *writer, const char *element, const char *node_id,
            const struct mu_pair *pairs, uint32_t count)
{
    char id[512];
    bool is_utilization = strcmp(element, "utilization") == 0;

    if (count == 0) {
        return;
    }
    (void)mu_text_format(id, sizeof(id), "status-%s%s", node_id,
                         is_utilization ? "-utilization" : "");
    open(writer, element);
    attribute(writer, "id", id);
    inside(writer);
    for (uint32_t i = 0; i < count; i++) {
        (void)mu_text_format(id, sizeof(id), "status-%s-%s%s", node_id,
                             is_utilization ? "utilization-" : "",
                             pairs[i].name);
        /* Ids hold fewer characters than names of attributes do. */
        for (char *c = id; *c; c++) {
            if (*c == '#' || *c == ':' || *c == ' ') {
                *c = '.';
            }
        }
        open(writer, "nvpair");
        attribute(writer, "id", id);
        attribute(writer, "name", pairs[i].name);
        attribute(writer, "value", pairs[i].value);
        shut(writer, NULL);
    }
    shut(writer, element);
}

static void
history_write(struct writer *writer, const struct mu_status_node *node)
{
    if (node->resources_count == 0) {
        return;
    }
    open(writer, "lrm");
    attribute(writer, "id", node->id);
    inside(writer);
    open(writer, "lrm_resources");
    inside(writer);
    for (uint32_t i = 0; i < node->resources_count; i++) {
        resource_write(writer, &node->resources[i]);
    }
    shut(writer, "lrm_resources");
    shut(writer, "lrm");
}

static void
resource_write(struct writer *writer, const struct mu_status_resource *resource)
{
    open(writer, "lrm_resource");
    attribute(writer, "id", resource->id);
    attribute(writer, "class", resource->class_name);
    attribute(writer, "provider", resource->provider);
    attribute(writer, "type", resource->type);
    attribute(writer, "container", resource->container);
    if (resource->shutdown_lock_ms > 0) {
        number(writer, "shutdown-lock", resource->shutdown_lock_ms / 1000);
    }
    if (resource->ops_count == 0) {
        shut(writer, NULL);
        return;
    }
    inside(writer);
    /* From the last to the first, as they are found in existing files: the
     * order of entries that tell no difference is read like this. */
    for (uint32_t i = resource->ops_count; i > 0; i--) {
        op_write(writer, resource->id, &resource->ops[i - 1]);
    }
    shut(writer, "lrm_resource");
}

static void
op_write(struct writer *writer, const char *resource_id,
         const struct mu_status_op *op)
{
    char key[512];

    (void)mu_text_format(key, sizeof(key), "%s_%s_%lld", resource_id, op->name,
                         (long long)op->interval_ms);
    open(writer, "lrm_rsc_op");
    attribute(writer, "id", op->id);
    attribute(writer, "operation_key", key);
    attribute(writer, "operation", op->name);
    attribute(writer, "crm_feature_set", op->feature_set);
    transition_write(writer, op);
    attribute(writer, "exit-reason", op->exit_reason);
    attribute(writer, "on_node", op->on_node);
    number(writer, "call-id", op->call_id);
    number(writer, "rc-code", op->rc);
    number(writer, "op-status", (int64_t)op->status);
    number(writer, "interval", op->interval_ms);
    if (op->last_change_ms > 0) {
        number(writer, "last-rc-change", op->last_change_ms / 1000);
    }
    if (op->last_run_ms > 0) {
        number(writer, "last-run", op->last_run_ms / 1000);
    }
    number(writer, "exec-time", op->exec_ms);
    number(writer, "queue-time", op->queue_ms);
    attribute(writer, "migrate_source", op->migrate_source);
    attribute(writer, "migrate_target", op->migrate_target);
    attribute(writer, "op-digest", op->digest_all);
    attribute(writer, "op-force-restart", op->restart_params);
    attribute(writer, "op-restart-digest", op->digest_restart);
    attribute(writer, "op-secure-params", op->private_params);
    attribute(writer, "op-secure-digest", op->digest_nonprivate);
    shut(writer, NULL);
}

/* The expected result is part of the key; readers take it from there. */
static void
transition_write(struct writer *writer, const struct mu_status_op *op)
{
    char key[64];
    const char *recorded =
        op->transition_magic ? strchr(op->transition_magic, ';') : NULL;

    if (recorded) {
        attribute(writer, "transition-key", recorded + 1);
        attribute(writer, "transition-magic", op->transition_magic);
    } else if (op->transition >= 0 || op->expected_rc >= 0) {
        (void)mu_text_format(key, sizeof(key), "0:%lld:%d:0",
                             (long long)op->transition, (int)op->expected_rc);
        attribute(writer, "transition-key", key);
    }
}

static void
tickets_write(struct writer *writer, const struct mu_status *status)
{
    if (status->tickets_count == 0) {
        return;
    }
    open(writer, "tickets");
    inside(writer);
    for (uint32_t i = 0; i < status->tickets_count; i++) {
        const struct mu_status_ticket *ticket = &status->tickets[i];

        open(writer, "ticket_state");
        attribute(writer, "id", ticket->id);
        attribute(writer, "granted", ticket->is_granted ? "true" : "false");
        attribute(writer, "standby", ticket->is_standby ? "true" : "false");
        if (ticket->last_granted_s >= 0) {
            number(writer, "last-granted", ticket->last_granted_s);
        }
        shut(writer, NULL);
    }
    shut(writer, "tickets");
}

static void
flights_write(struct writer *writer, const struct mu_status *status)
{
    if (status->flights_count == 0) {
        return;
    }
    open(writer, "flights");
    inside(writer);
    for (uint32_t i = 0; i < status->flights_count; i++) {
        const struct mu_status_flight *flight = &status->flights[i];

        mu_assert(flight->node < status->nodes_count);
        open(writer, "flight");
        number(writer, "op_id", (int64_t)flight->op_id);
        attribute(writer, "resource", flight->resource);
        attribute(writer, "task", flight->task);
        number(writer, "interval", flight->interval_ms);
        attribute(writer, "node", status->nodes[flight->node].name);
        attribute(writer, "migrate_source", flight->migrate_source);
        attribute(writer, "migrate_target", flight->migrate_target);
        shut(writer, NULL);
    }
    shut(writer, "flights");
}

static void
durations_write(struct writer *writer, const struct mu_status *status)
{
    if (status->durations_count == 0) {
        return;
    }
    open(writer, "durations");
    inside(writer);
    for (uint32_t i = 0; i < status->durations_count; i++) {
        open(writer, "duration");
        attribute(writer, "id", status->durations[i].name);
        attribute(writer, "operation", status->durations[i].task);
        number(writer, "exec-time", status->durations[i].ms);
        shut(writer, NULL);
    }
    shut(writer, "durations");
}

static void
open(struct writer *writer, const char *element)
{
    for (unsigned i = 0; i < writer->indent; i++) {
        mu_text_buffer_append(writer->text, "  ", 2);
    }
    mu_text_buffer_append(writer->text, "<", 1);
    mu_text_buffer_append(writer->text, element, strlen(element));
    writer->indent++;
}

static void
inside(struct writer *writer)
{
    mu_text_buffer_append(writer->text, ">\n", 2);
}

/* Ends an element: the one that is open, or 'element' after its children. */
static void
shut(struct writer *writer, const char *element)
{
    writer->indent--;
    if (!element) {
        mu_text_buffer_append(writer->text, "/>\n", 3);
        return;
    }
    for (unsigned i = 0; i < writer->indent; i++) {
        mu_text_buffer_append(writer->text, "  ", 2);
    }
    mu_text_buffer_append(writer->text, "</", 2);
    mu_text_buffer_append(writer->text, element, strlen(element));
    mu_text_buffer_append(writer->text, ">\n", 2);
}

static void
attribute(struct writer *writer, const char *name, const char *value)
{
    if (!value) {
        return;
    }
    mu_text_buffer_append(writer->text, " ", 1);
    mu_text_buffer_append(writer->text, name, strlen(name));
    mu_text_buffer_append(writer->text, "=\"", 2);
    mu_doc_write_value(value, writer->text);
    mu_text_buffer_append(writer->text, "\"", 1);
}

static void
number(struct writer *writer, const char *name, int64_t value)
{
    mu_text_buffer_add(writer->text, " %s=\"%lld\"", name, (long long)value);
}
