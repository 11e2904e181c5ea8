/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic history: what operations did, as lines of the classic text. */

#include <inttypes.h>
#include <string.h>

#include "tools/classic.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
    FAILURES_INFINITE = 1000000,
};

struct page {
    const struct mu_classic *classic;
    const struct mu_classic_view *view;
    struct mu_text_buffer *text;
};

static void write_node(struct page *page, uint32_t node, bool is_of_operations);
static void write_operation(struct page *page, const struct mu_status_op *op);
static void write_failure(struct page *page,
                          const struct mu_classic_failure *one);
static void write_failure_key(struct page *page,
                              const struct mu_classic_failure *one);
static const char *span(struct page *page, int64_t ms);

void
mu_classic_history_write(const struct mu_classic *classic,
                         const struct mu_classic_view *view,
                         bool is_of_operations, struct mu_text_buffer *text)
{
    const struct mu_status *status = classic->snapshot->status;
    struct page page = {classic, view, text};

    for (uint32_t turn = 0; turn <= status->nodes_count; turn++) {
        for (uint32_t i = 0; i < status->nodes_count; i++) {
            if (status->nodes[i].listed == turn &&
                classic->plan->nodes_before[i].is_online &&
                mu_classic_wants_node(classic, view, i)) {
                write_node(&page, i, is_of_operations);
            }
        }
    }
}

void
mu_classic_history_write_failures(const struct mu_classic *classic,
                                  const struct mu_classic_view *view,
                                  struct mu_text_buffer *text)
{
    struct page page = {classic, view, text};

    for (size_t i = 0; i < classic->failures.count; i++) {
        const struct mu_classic_failure *one = &classic->failures.items[i];

        if (one->is_masked ||
            !mu_classic_wants_node(classic, view, one->node) ||
            (view->only_item && strcmp(view->only_item, one->resource) != 0)) {
            continue;
        }
        if (view->is_detailed) {
            write_failure_key(&page, one);
        } else {
            write_failure(&page, one);
        }
    }
}

bool
mu_classic_history_is_op_shown(const struct mu_status_op *op)
{
    return !(strcmp(op->name, "monitor") == 0 && op->interval_ms == 0 &&
             op->rc == 7);
}

bool
mu_classic_history_is_shown(const struct mu_status_resource *resource)
{
    for (uint32_t i = 0; i < resource->ops_count; i++) {
        if (mu_classic_history_is_op_shown(&resource->ops[i])) {
            return true;
        }
    }
    return false;
}

static void
write_node(struct page *page, uint32_t node, bool is_of_operations)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    bool is_begun = false;

    for (uint32_t i = 0; i < one->resources_count; i++) {
        const struct mu_status_resource *resource = &one->resources[i];
        int64_t last_ms;
        int32_t count =
            mu_classic_fail_count(classic, node, resource->id, &last_ms);

        if (is_of_operations ? !mu_classic_history_is_shown(resource)
                             : count == 0 && last_ms == 0) {
            continue;
        }
        if (!is_begun) {
            mu_text_buffer_add(page->text, "  * Node: %s:\n", one->name);
            is_begun = true;
        }
        mu_text_buffer_add(page->text, "    * %s: migration-threshold=%" PRId32,
                           resource->id,
                           mu_classic_threshold(classic, resource->id));
        if (count > 0) {
            mu_text_buffer_add(page->text, " fail-count=%" PRId32,
                               count < FAILURES_INFINITE ? count
                                                         : FAILURES_INFINITE);
        }
        if (last_ms > 0) {
            mu_text_buffer_add(page->text, " last-failure='%s'",
                               mu_classic_words_time(classic->arena, last_ms));
        }
        mu_text_buffer_add(page->text, "%s\n", is_of_operations ? ":" : "");
        for (uint32_t j = 0; is_of_operations && j < resource->ops_count; j++) {
            write_operation(page, &resource->ops[j]);
        }
    }
}

static void
write_operation(struct page *page, const struct mu_status_op *op)
{
    bool is_probe = strcmp(op->name, "monitor") == 0 && op->interval_ms == 0;

    if (!mu_classic_history_is_op_shown(op)) {
        return;
    }
    mu_text_buffer_add(page->text, "      * (%" PRId32 ") %s:", op->call_id,
                       is_probe ? "probe" : op->name);
    if (op->interval_ms > 0) {
        mu_text_buffer_add(page->text, " interval=\"%" PRId64 "ms\"",
                           op->interval_ms);
    }
    if (page->view->has_timing && op->last_change_ms > 0) {
        mu_text_buffer_add(
            page->text,
            " last-rc-change=\"%s\" exec-time=\"%" PRId64
            "ms\" queue-time=\"%" PRId64 "ms\"",
            mu_classic_words_time(page->classic->arena, op->last_change_ms),
            op->exec_ms, op->queue_ms);
    }
    mu_text_buffer_add(page->text, " rc=%" PRId32 " (%s)\n", op->rc,
                       mu_classic_words_rc(op->rc));
}

static void
write_failure(struct page *page, const struct mu_classic_failure *one)
{
    const struct mu_status_op *op = one->op;
    const char *node = page->classic->snapshot->status->nodes[one->node].name;
    bool is_monitor = strcmp(op->name, "monitor") == 0;

    mu_text_buffer_add(page->text, "  * %s ", one->resource);
    if (op->interval_ms > 0) {
        mu_text_buffer_add(page->text, "%s-interval ",
                           span(page, op->interval_ms));
    }
    mu_text_buffer_add(page->text, "%s on %s ",
                       is_monitor && op->interval_ms == 0 ? "probe" : op->name,
                       node);
    if (op->status == MU_OP_STATUS_DONE) {
        mu_text_buffer_add(page->text, "returned '%s'",
                           mu_classic_words_rc(op->rc));
        if (op->exit_reason && *op->exit_reason) {
            mu_text_buffer_add(page->text, " (%s)", op->exit_reason);
        }
    } else {
        mu_text_buffer_add(page->text, "could not be executed (%s%s%s)",
                           mu_classic_words_status(op->status),
                           op->exit_reason && *op->exit_reason ? ": " : "",
                           op->exit_reason ? op->exit_reason : "");
    }
    if (op->last_change_ms > 0) {
        mu_text_buffer_add(
            page->text, " at %s",
            mu_classic_words_time(page->classic->arena, op->last_change_ms));
    }
    if (op->exec_ms > 0) {
        mu_text_buffer_add(page->text, " after %s", span(page, op->exec_ms));
    }
    mu_text_buffer_add(page->text, "\n");
}

static void
write_failure_key(struct page *page, const struct mu_classic_failure *one)
{
    const struct mu_status_op *op = one->op;

    mu_text_buffer_add(page->text,
                       "  * %s_%s_%" PRId64 " on %s '%s' (%" PRId32
                       "): call=%" PRId32 ", status='%s'",
                       one->resource, op->name, op->interval_ms,
                       page->classic->snapshot->status->nodes[one->node].name,
                       mu_classic_words_rc(op->rc), op->rc, op->call_id,
                       mu_classic_words_status(op->status));
    if (op->exit_reason && *op->exit_reason) {
        mu_text_buffer_add(page->text, ", exitreason='%s'", op->exit_reason);
    }
    if (op->last_change_ms > 0) {
        mu_text_buffer_add(
            page->text,
            ", last-rc-change='%s', queued=%" PRId64 "ms, exec=%" PRId64 "ms",
            mu_classic_words_time(page->classic->arena, op->last_change_ms),
            op->queue_ms, op->exec_ms);
    }
    mu_text_buffer_add(page->text, "\n");
}

/* A span of time in the peer's form: 25ms, 15.023s, 1m35.134s, 60s, 2h. A
 * whole unit is still said in the smaller one. */
static const char *
span(struct page *page, int64_t ms)
{
    static const struct {
        int64_t unit_ms;
        char letter;
    } units[] = {{DAY_MS, 'd'}, {HOUR_MS, 'h'}, {MINUTE_MS, 'm'}};
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, page->classic->arena);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (ms > units[i].unit_ms) {
            mu_text_buffer_add(&text, "%" PRId64 "%c", ms / units[i].unit_ms,
                               units[i].letter);
            ms %= units[i].unit_ms;
        }
    }
    if (ms > SECOND_MS && ms % SECOND_MS > 0) {
        mu_text_buffer_add(&text, "%" PRId64 ".%03" PRId64 "s", ms / SECOND_MS,
                           ms % SECOND_MS);
    } else if (ms >= SECOND_MS) {
        mu_text_buffer_add(&text, "%" PRId64 "s", ms / SECOND_MS);
    } else if (ms > 0) {
        mu_text_buffer_add(&text, "%" PRId64 "ms", ms);
    }
    return text.data ? text.data : "0s";
}
