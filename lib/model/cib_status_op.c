/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/cib_status_op.h"

#include <string.h>

#include "base/text.h"
#include "model/names.h"

static void attribute_read(struct mu_arena *arena, struct mu_intern *intern,
                           const struct mu_doc_stream_attribute *attr,
                           struct mu_cib_status_op *op);
static void number_attribute_read(const struct mu_doc_stream_attribute *attr,
                                  struct mu_status_op *op);
static bool number_of(struct mu_span value, int64_t *ret_number);
static void small_number_read(struct mu_span value, int32_t *ret_number);
static void seconds_read(struct mu_span value, int64_t *ret_ms);
static void key_read(struct mu_intern *intern, struct mu_span key,
                     struct mu_cib_status_op *op);
static struct mu_span part_take(struct mu_span *rest, char separator);
static bool is_failure_id(const char *id);
static int op_cmp(const struct mu_cib_status_op *a,
                  const struct mu_cib_status_op *b);
static int pending_cmp(const struct mu_cib_status_op *a,
                       const struct mu_cib_status_op *b);
static void runs_merge(const struct mu_cib_status_op **from,
                       const struct mu_cib_status_op **to, size_t count,
                       size_t width);

void
mu_cib_status_op_read(struct mu_arena *arena, struct mu_intern *intern,
                      const struct mu_doc_stream_tag *tag,
                      struct mu_cib_status_op *op)
{
    struct mu_span magic = {0};
    bool has_key = false;

    *op = (struct mu_cib_status_op){.op = {.name = "",
                                           .call_id = -1,
                                           .rc = -1,
                                           .expected_rc = -1,
                                           .transition = -1}};
    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attr = &tag->attributes[i];

        if (attr->word == MU_CIB_STATUS_OP_WORD_TRANSITION_KEY) {
            key_read(intern, attr->value, op);
            has_key = true;
        } else if (attr->word == MU_CIB_STATUS_OP_WORD_TRANSITION_MAGIC) {
            magic = attr->value;
        }
        attribute_read(arena, intern, attr, op);
    }
    if (!has_key && magic.data) {
        (void)part_take(&magic, ';');
        key_read(intern, magic, op);
    }
    op->op.task = mu_names_op_task(op->op.name);
    op->op.is_failure = op->op.id && is_failure_id(op->op.id);
}

struct mu_status_duration
mu_cib_status_op_duration(struct mu_arena *arena, struct mu_intern *intern,
                          const struct mu_doc_stream_tag *tag)
{
    struct mu_cib_status_op read = {.op.exec_ms = -1};

    mu_cib_status_op_read(arena, intern, tag, &read);
    return (struct mu_status_duration){read.op.id ? read.op.id : "",
                                       read.op.name ? read.op.name : "",
                                       read.op.exec_ms};
}

const struct mu_status_op *
mu_cib_status_op_sort(struct mu_arena *arena, struct mu_arena *scratch,
                      const struct mu_cib_status_op *ops, size_t count)
{
    const struct mu_cib_status_op **sorted =
        mu_arena_new(scratch, const struct mu_cib_status_op *, 2 * count);
    const struct mu_cib_status_op **spare = sorted + count;
    struct mu_status_op *sealed =
        mu_arena_new(arena, struct mu_status_op, count);

    /* Of entries that tell no difference the later in the file counts as the
     * earlier: existing files were decided upon like this. */
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &ops[count - 1 - i];
    }
    /* Merging, because this order is not always transitive and the result must
     * be the same everywhere. */
    for (size_t width = 1; width < count; width *= 2) {
        const struct mu_cib_status_op **merged = spare;

        runs_merge(sorted, merged, count, width);
        spare = sorted;
        sorted = merged;
    }
    for (size_t i = 0; i < count; i++) {
        sealed[i] = sorted[i]->op;
    }
    return count > 0 ? sealed : NULL;
}

static void
attribute_read(struct mu_arena *arena, struct mu_intern *intern,
               const struct mu_doc_stream_attribute *attr,
               struct mu_cib_status_op *op)
{
    const char **text = NULL;

    switch (attr->word) {
    case MU_CIB_STATUS_OP_WORD_ID:
        text = &op->op.id;
        break;
    case MU_CIB_STATUS_OP_WORD_OPERATION:
        text = &op->op.name;
        break;
    case MU_CIB_STATUS_OP_WORD_EXIT_REASON:
        text = &op->op.exit_reason;
        break;
    case MU_CIB_STATUS_OP_WORD_DIGEST:
        text = &op->op.digest_all;
        break;
    case MU_CIB_STATUS_OP_WORD_RESTART_DIGEST:
        text = &op->op.digest_restart;
        break;
    case MU_CIB_STATUS_OP_WORD_FORCE_RESTART:
        text = &op->op.restart_params;
        break;
    case MU_CIB_STATUS_OP_WORD_SECURE_DIGEST:
        text = &op->op.digest_nonprivate;
        break;
    case MU_CIB_STATUS_OP_WORD_SECURE_PARAMS:
        text = &op->op.private_params;
        break;
    case MU_CIB_STATUS_OP_WORD_MIGRATE_SOURCE:
        text = &op->op.migrate_source;
        break;
    case MU_CIB_STATUS_OP_WORD_MIGRATE_TARGET:
        text = &op->op.migrate_target;
        break;
    case MU_CIB_STATUS_OP_WORD_ON_NODE:
        text = &op->op.on_node;
        break;
    case MU_CIB_STATUS_OP_WORD_FEATURE_SET:
        text = &op->op.feature_set;
        break;
    case MU_CIB_STATUS_OP_WORD_TRANSITION_MAGIC:
        /* Hardly two of them are equal. */
        op->op.transition_magic = mu_arena_strndup(
            arena, (const char *)attr->value.data, attr->value.size);
        break;
    default:
        number_attribute_read(attr, &op->op);
        break;
    }
    if (text) {
        *text = mu_intern_text(intern, attr->value);
    }
}

static void
number_attribute_read(const struct mu_doc_stream_attribute *attr,
                      struct mu_status_op *op)
{
    int32_t status = MU_OP_STATUS_DONE;

    switch (attr->word) {
    case MU_CIB_STATUS_OP_WORD_INTERVAL:
        (void)number_of(attr->value, &op->interval_ms);
        break;
    case MU_CIB_STATUS_OP_WORD_CALL_ID:
        small_number_read(attr->value, &op->call_id);
        break;
    case MU_CIB_STATUS_OP_WORD_RC_CODE:
        small_number_read(attr->value, &op->rc);
        break;
    case MU_CIB_STATUS_OP_WORD_OP_STATUS:
        small_number_read(attr->value, &status);
        if (status >= MU_OP_STATUS_PENDING && status <= MU_OP_STATUS_INVALID) {
            op->status = (enum mu_op_status)status;
        } else {
            op->status = MU_OP_STATUS_ERROR;
        }
        break;
    case MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE:
    case MU_CIB_STATUS_OP_WORD_LAST_RC_CHANGE_OLD:
        seconds_read(attr->value, &op->last_change_ms);
        break;
    case MU_CIB_STATUS_OP_WORD_LAST_RUN:
    case MU_CIB_STATUS_OP_WORD_LAST_RUN_OLD:
        seconds_read(attr->value, &op->last_run_ms);
        break;
    case MU_CIB_STATUS_OP_WORD_EXEC_TIME:
    case MU_CIB_STATUS_OP_WORD_EXEC_TIME_OLD:
        (void)number_of(attr->value, &op->exec_ms);
        break;
    case MU_CIB_STATUS_OP_WORD_QUEUE_TIME:
    case MU_CIB_STATUS_OP_WORD_QUEUE_TIME_OLD:
        (void)number_of(attr->value, &op->queue_ms);
        break;
    default: /* Attributes that mean nothing to us. */
        break;
    }
}

/* Reads an integer without a copy of its text. */
static bool
number_of(struct mu_span value, int64_t *ret_number)
{
    bool is_negative = value.size > 0 && value.data[0] == '-';
    int64_t number = 0;

    if (value.size == (size_t)is_negative) {
        return false;
    }
    for (size_t i = is_negative; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, value.data[i] - '0', &number)) {
            return false;
        }
    }
    *ret_number = is_negative ? -number : number;
    return true;
}

static void
small_number_read(struct mu_span value, int32_t *ret_number)
{
    int64_t number;

    if (number_of(value, &number) && number >= INT32_MIN &&
        number <= INT32_MAX) {
        *ret_number = (int32_t)number;
    }
}

static void
seconds_read(struct mu_span value, int64_t *ret_ms)
{
    int64_t number;

    if (number_of(value, &number) && number > 0 && number < INT64_MAX / 1000) {
        *ret_ms = number * 1000;
    }
}

/* Reads ACTION:TRANSITION:EXPECTED_RC:PLANNER. */
static void
key_read(struct mu_intern *intern, struct mu_span key,
         struct mu_cib_status_op *op)
{
    struct mu_span transition;
    struct mu_span expected_rc;
    int64_t number;

    (void)part_take(&key, ':');
    transition = part_take(&key, ':');
    expected_rc = part_take(&key, ':');
    if (number_of(transition, &number)) {
        op->op.transition = number;
    }
    small_number_read(expected_rc, &op->op.expected_rc);
    op->planner = mu_intern_text(intern, key);
}

/* Returns what is before 'separator', and leaves what is after it. */
static struct mu_span
part_take(struct mu_span *rest, char separator)
{
    struct mu_span part = *rest;
    const unsigned char *end =
        rest->size > 0 ? memchr(rest->data, separator, rest->size) : NULL;

    if (end) {
        part.size = (size_t)(end - rest->data);
        rest->size -= part.size + 1;
        rest->data = end + 1;
    } else {
        rest->size = 0;
    }
    return part;
}

static bool
is_failure_id(const char *id)
{
    return strstr(id, "_last_failure_");
}

/* Completed operations have the numbers of their calls. */
static int
op_cmp(const struct mu_cib_status_op *a, const struct mu_cib_status_op *b)
{
    int32_t left = a->op.call_id;
    int32_t right = b->op.call_id;

    if (left < 0 && right < 0) {
        return pending_cmp(a, b);
    }
    if (left >= 0 && left < right) {
        return -1;
    }
    if (right >= 0 && left > right) {
        return 1;
    }
    if (right >= 0 && left == right) {
        int64_t left_ms = a->op.last_change_ms;
        int64_t right_ms = b->op.last_change_ms;

        return (left_ms > right_ms) - (left_ms < right_ms);
    }
    return pending_cmp(a, b);
}

/* A pending operation, such as a start, may have been superseded by a later
 * one that is complete: the transitions tell, if one planner counted them. */
static int
pending_cmp(const struct mu_cib_status_op *a, const struct mu_cib_status_op *b)
{
    int64_t left = a->op.transition;
    int64_t right = b->op.transition;
    bool is_same_planner =
        a->planner == b->planner ||
        (a->planner && b->planner && strcmp(a->planner, b->planner) == 0);

    if (a->op.call_id < 0 && b->op.call_id < 0 &&
        (!is_same_planner || left == right)) {
        return 0;
    }
    if (!is_same_planner || left == right) {
        return b->op.call_id < 0 ? -1 : 1;
    }
    return left < right ? -1 : 1;
}

/* Merges neighbouring sorted runs of 'width'; equal ones keep their order. */
static void
runs_merge(const struct mu_cib_status_op **from,
           const struct mu_cib_status_op **to, size_t count, size_t width)
{
    for (size_t start = 0; start < count; start += 2 * width) {
        size_t middle = start + width < count ? start + width : count;
        size_t end = middle + width < count ? middle + width : count;
        size_t left = start;
        size_t right = middle;

        for (size_t i = start; i < end; i++) {
            bool is_left =
                left < middle &&
                (right >= end || op_cmp(from[left], from[right]) <= 0);

            to[i] = is_left ? from[left++] : from[right++];
        }
    }
}
