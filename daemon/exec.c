/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "daemon/agent_fence.h"
#include "daemon/clock.h"
#include "daemon/exec_private.h"
#include "daemon/exec_tree.h"
#include "daemon/log.h"

/* One command with its environment. */
static const size_t command_size_max = 256 << 20;

static int config_copy(struct mu_exec_config *copy,
                       const struct mu_exec_config *config);
static void config_done(struct mu_exec_config *config);
static int folders_make(struct mu_exec *exec, struct mu_errbuf *err);
static bool recover_one(struct mu_exec *exec,
                        const struct mu_exec_record *record);
static struct mu_exec_op *op_new(struct mu_exec *exec,
                                 const struct mu_effect_exec *effect);
static void op_free(struct mu_exec_op *op);
static struct mu_exec_op *op_find(struct mu_exec *exec, uint64_t exec_id);
static void effect_copy(struct mu_exec_op *op,
                        const struct mu_effect_exec *effect);
static struct mu_exec_queue *queue_get(struct mu_exec *exec,
                                       const char *resource);
static void queue_append(struct mu_exec_op *op);
static void queue_insert_power(struct mu_exec_op *op);
static bool op_is_power(const struct mu_exec_op *op);
static bool op_has_begun(const struct mu_exec_op *op);
static void op_preempt(struct mu_exec_op *op);
static void queue_detach(struct mu_exec_op *op);
static void queue_run(struct mu_exec_queue *queue);
static void queue_settle(struct mu_exec *exec, struct mu_exec_queue *queue);
static void on_delay_over(void *user);
static void on_reports(void *user);

int
mu_exec_new(const struct mu_exec_config *config, struct mu_exec **ret_exec,
            struct mu_errbuf *err)
{
    struct mu_exec *exec = calloc(1, sizeof(*exec));
    char prefix[MU_EXEC_MARKER_SIZE];
    int rc;

    mu_assert(config->loop);
    mu_assert(config->function);
    if (!exec) {
        return -ENOMEM;
    }
    mu_arena_init(&exec->arena, command_size_max);
    rc = config_copy(&exec->config, config);
    if (rc == 0) {
        (void)mu_text_format(prefix, sizeof(prefix), "%" PRId64 ".%d",
                             mu_clock_now().ms, (int)getpid());
        exec->marker_prefix = strdup(prefix);
        rc = exec->marker_prefix ? folders_make(exec, err) : -ENOMEM;
    }
    if (rc == 0) {
        exec->systemd = mu_agent_systemd_new(&(struct mu_agent_systemd_config){
            .loop = exec->config.loop,
            .changed = exec->config.changed,
            .user = exec->config.user,
            .bus_address = exec->config.bus_address,
            .drop_in_folder = exec->config.drop_in_folder});
        rc = exec->systemd ? 0 : -ENOMEM;
    }
    if (rc < 0) {
        mu_exec_free(exec);
        return rc;
    }
    *ret_exec = exec;
    return 0;
}

void
mu_exec_node_set(struct mu_exec *exec, const char *name, uint32_t node_id)
{
    char *copy = strdup(name);

    mu_assert(copy);
    free((void *)(uintptr_t)exec->config.node_name);
    exec->config.node_name = copy;
    exec->config.node_id = node_id;
}

const struct mu_exec_config *
mu_exec_get_config(const struct mu_exec *exec)
{
    return &exec->config;
}

int
mu_exec_recover(struct mu_exec *exec)
{
    struct mu_exec_record *records = NULL;
    int count = mu_exec_record_load(exec->ops_folder, &records);
    int found = 0;

    for (int i = 0; i < count; i++) {
        if (recover_one(exec, &records[i])) {
            found++;
        } else {
            mu_exec_record_remove(exec->ops_folder, records[i].marker);
        }
    }
    free(records);
    return count < 0 ? count : found;
}

void
mu_exec_start(struct mu_exec *exec, const struct mu_effect_exec *effect)
{
    struct mu_exec_op *op = op_new(exec, effect);

    if (op_is_power(op)) {
        queue_insert_power(op);
        op_preempt(op->queue->head);
    } else {
        queue_append(op);
    }
    queue_run(op->queue);
}

void
mu_exec_kill(struct mu_exec *exec, uint64_t exec_id)
{
    struct mu_exec_op *op = op_find(exec, exec_id);

    if (!op) {
        return;
    }
    switch (op->state) {
    case MU_EXEC_OP_QUEUED:
    case MU_EXEC_OP_DELAYED:
        mu_loop_timer_disarm(&op->timer);
        mu_exec_op_result(op, MU_OP_END_CANCELLED, 1);
        mu_exec_op_report_later(op);
        break;
    case MU_EXEC_OP_RUNNING:
        mu_exec_op_stop(op, MU_OP_END_CANCELLED);
        break;
    case MU_EXEC_OP_ENDING:
    case MU_EXEC_OP_KILLING:
        op->is_preempted = false;
        break;
    case MU_EXEC_OP_REPORTING:
        break; /* On its way out already. */
    }
}

void
mu_exec_stopping(struct mu_exec *exec)
{
    mu_agent_systemd_stopping(exec->systemd);
}

uint32_t
mu_exec_count(const struct mu_exec *exec)
{
    return exec->ops_count;
}

void
mu_exec_free(struct mu_exec *exec)
{
    if (!exec) {
        return;
    }
    if (exec->config.loop) {
        mu_loop_job_remove(exec->config.loop, on_reports, exec);
    }
    while (exec->queues) {
        struct mu_exec_queue *queue = exec->queues;

        while (queue->head) {
            struct mu_exec_op *op = queue->head;

            queue_detach(op);
            op_free(op);
        }
        exec->queues = queue->next;
        free(queue->resource);
        free(queue);
    }
    while (exec->lingers) {
        struct mu_exec_linger *linger = exec->lingers;

        exec->lingers = linger->next;
        mu_loop_fd_remove(exec->config.loop, linger->pidfd);
        (void)close(linger->pidfd);
        free(linger);
    }
    for (uint32_t i = 0; i < exec->devices_count; i++) {
        free(exec->devices[i]);
    }
    free(exec->devices);
    mu_agent_systemd_free(exec->systemd);
    mu_arena_done(&exec->arena);
    config_done(&exec->config);
    free(exec->ops_folder);
    free(exec->marker_prefix);
    free(exec);
}

void
mu_exec_op_result(struct mu_exec_op *op, enum mu_op_end end, int32_t rc)
{
    op->end = end;
    op->rc = rc;
}

void
mu_exec_op_report(struct mu_exec_op *op)
{
    struct mu_exec *exec = op->exec;
    struct mu_exec_queue *queue = op->queue;
    const struct mu_exec_output *output = op->streams;
    struct mu_instant now = mu_clock_now();
    bool has_run = op->started.ms != INT64_MAX;
    struct mu_event_op_result result = {
        .exec_id = op->effect.exec_id,
        .end = op->end,
        .rc = op->rc,
        .exec_ms = has_run ? now.ms - op->started.ms : 0,
        .queue_ms = (has_run ? op->started.ms : now.ms) - op->asked.ms,
        .started_wall_ms = op->started_wall_ms,
        .exit_reason = op->reason[0] != '\0' ? op->reason : NULL,
    };

    if (output) {
        result.output = (struct mu_span){output->data, output->size};
    }
    queue_detach(op);
    if (!op->is_recovered) {
        exec->config.function(exec->config.user, &result);
    }
    op_free(op);
    queue_settle(exec, queue);
}

void
mu_exec_op_report_later(struct mu_exec_op *op)
{
    struct mu_exec *exec = op->exec;
    int rc;

    op->state = MU_EXEC_OP_REPORTING;
    op->report_next = NULL;
    if (exec->reports) {
        exec->reports_tail->report_next = op;
        exec->reports_tail = op;
        return;
    }
    exec->reports = op;
    exec->reports_tail = op;
    rc = mu_loop_job_add(exec->config.loop, on_reports, exec);
    /* An answer that never comes would hang the cluster. */
    mu_assert(rc == 0);
}

static int
config_copy(struct mu_exec_config *copy, const struct mu_exec_config *config)
{
    struct {
        const char **member;
        const char *value;
        const char *otherwise;
    } strings[] = {
        {&copy->run_folder, config->run_folder, "/run/muster"},
        {&copy->node_name, config->node_name, ""},
        {&copy->ocf_root, config->ocf_root, "/usr/lib/ocf"},
        {&copy->lsb_folder, config->lsb_folder, "/etc/init.d"},
        {&copy->fence_folder, config->fence_folder, "/usr/sbin"},
        {&copy->helpers_folder, config->helpers_folder,
         "/usr/libexec/muster/pcmk"},
        {&copy->rsctmp_folder, config->rsctmp_folder, "/run/resource-agents"},
        {&copy->work_folder, config->work_folder, "/var/lib/muster"},
        {&copy->bus_address, config->bus_address, ""},
        {&copy->drop_in_folder, config->drop_in_folder, "/run/systemd/system"},
    };
    int rc = 0;

    *copy = *config;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        const char *value =
            strings[i].value ? strings[i].value : strings[i].otherwise;

        *strings[i].member = strdup(value);
        if (!*strings[i].member) {
            rc = -ENOMEM;
        }
    }
    return rc;
}

static void
config_done(struct mu_exec_config *config)
{
    const char *const strings[] = {
        config->run_folder,     config->node_name,    config->ocf_root,
        config->lsb_folder,     config->fence_folder, config->helpers_folder,
        config->rsctmp_folder,  config->work_folder,  config->bus_address,
        config->drop_in_folder,
    };

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        free((void *)(uintptr_t)strings[i]);
    }
}

static int
folders_make(struct mu_exec *exec, struct mu_errbuf *err)
{
    struct stat status;
    size_t size = strlen(exec->config.run_folder) + sizeof("/ops");

    exec->ops_folder = malloc(size);
    if (!exec->ops_folder) {
        return -ENOMEM;
    }
    (void)mu_text_format(exec->ops_folder, size, "%s/ops",
                         exec->config.run_folder);
    if (mkdir(exec->ops_folder, 0700) < 0 && errno != EEXIST) {
        int error = errno;

        mu_errbuf_set(err, "cannot make %s: %s", exec->ops_folder,
                      strerror(error));
        return -error;
    }
    /* Agents say themselves what is wrong when they need it and it is not
     * there. */
    (void)mkdir(exec->config.rsctmp_folder, 01755);
    if (stat(exec->config.work_folder, &status) < 0 ||
        !S_ISDIR(status.st_mode)) {
        free((void *)(uintptr_t)exec->config.work_folder);
        exec->config.work_folder = strdup("/");
        if (!exec->config.work_folder) {
            return -ENOMEM;
        }
    }
    return 0;
}

/* Returns whether the operation of the record still runs. */
static bool
recover_one(struct mu_exec *exec, const struct mu_exec_record *record)
{
    struct mu_effect_exec effect = {.resource = record->resource,
                                    .op_name = record->op_name};
    struct mu_exec_record found = *record;
    struct mu_exec_op *op;

    /* Its number may belong to another process by now. */
    if (!mu_exec_tree_is_leader(found.pid, found.marker, &found.start_ticks)) {
        return false;
    }
    op = op_new(exec, &effect);
    op->is_recovered = true;
    op->record = found;
    queue_append(op);
    if (mu_exec_op_adopt(op) < 0) {
        struct mu_exec_queue *queue = op->queue;

        queue_detach(op);
        op_free(op);
        queue_settle(exec, queue);
        return false;
    }
    mu_log_with(MU_TRACE_WARNING,
                &(struct mu_log_fields){.resource = record->resource,
                                        .operation = record->op_name},
                "%s: %s of the daemon before us still runs (pid %d)",
                record->resource, record->op_name, (int)found.pid);
    return true;
}

static struct mu_exec_op *
op_new(struct mu_exec *exec, const struct mu_effect_exec *effect)
{
    struct mu_exec_op *op = calloc(1, sizeof(*op));

    /* Without its answer the cluster would hang: rather start again. */
    mu_assert(op);
    op->exec = exec;
    op->pidfd = -1;
    op->asked = mu_clock_now();
    op->not_before = mu_instant_after(
        op->asked, effect->delay_ms > 0 ? effect->delay_ms : 0);
    op->started = MU_INSTANT_NEVER;
    op->started_wall_ms = mu_clock_wall_ms();
    op->tries_left = 1;
    effect_copy(op, effect);
    mu_loop_timer_init(&op->timer, exec->config.loop, on_delay_over, op);
    exec->ops_count++;
    return op;
}

static void
op_free(struct mu_exec_op *op)
{
    op->exec->ops_count--;
    mu_loop_timer_disarm(&op->timer);
    mu_exec_op_close(op);
    free(op->memory);
    free(op);
}

static struct mu_exec_op *
op_find(struct mu_exec *exec, uint64_t exec_id)
{
    for (struct mu_exec_queue *queue = exec->queues; queue;
         queue = queue->next) {
        for (struct mu_exec_op *op = queue->head; op; op = op->next) {
            if (op->effect.exec_id == exec_id && !op->is_recovered) {
                return op;
            }
        }
    }
    return NULL;
}

static size_t
text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *
text_pack(char **at, const char *text)
{
    size_t size = text_size(text);
    char *copy = *at;

    if (!text) {
        return NULL;
    }
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

static size_t
pairs_size(const struct mu_pair *pairs, uint32_t count)
{
    size_t size = count * sizeof(*pairs);

    for (uint32_t i = 0; i < count; i++) {
        size += text_size(pairs[i].name) + text_size(pairs[i].value);
    }
    return size;
}

/* Copies texts of 'pairs' to '*at' and the pairs themselves to 'copies'. */
static void
pairs_pack(struct mu_pair *copies, char **at, const struct mu_pair *pairs,
           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        copies[i].name = text_pack(at, pairs[i].name);
        copies[i].value = text_pack(at, pairs[i].value);
    }
}

/* Copies the whole effect into one piece of memory. */
static void
effect_copy(struct mu_exec_op *op, const struct mu_effect_exec *effect)
{
    struct mu_effect_exec *copy = &op->effect;
    struct mu_pair *params;
    struct mu_pair *meta;
    size_t size = pairs_size(effect->params, effect->params_count) +
                  pairs_size(effect->meta, effect->meta_count) +
                  text_size(effect->provider) + text_size(effect->type) +
                  text_size(effect->resource) + text_size(effect->op_name) +
                  text_size(effect->target) + text_size(effect->target_port);
    char *at;

    mu_assert(effect->resource);
    mu_assert(effect->op_name);
    params = malloc(size);
    mu_assert(params);
    op->memory = params;
    meta = params + effect->params_count;
    at = (char *)(meta + effect->meta_count);

    *copy = *effect;
    copy->params = params;
    copy->meta = meta;
    pairs_pack(params, &at, effect->params, effect->params_count);
    pairs_pack(meta, &at, effect->meta, effect->meta_count);
    copy->provider = text_pack(&at, effect->provider);
    copy->type = text_pack(&at, effect->type);
    copy->resource = text_pack(&at, effect->resource);
    copy->op_name = text_pack(&at, effect->op_name);
    copy->target = text_pack(&at, effect->target);
    copy->target_port = text_pack(&at, effect->target_port);
    mu_assert(at == (char *)op->memory + size);
}

static struct mu_exec_queue *
queue_get(struct mu_exec *exec, const char *resource)
{
    struct mu_exec_queue *queue = exec->queues;

    while (queue && strcmp(queue->resource, resource) != 0) {
        queue = queue->next;
    }
    if (queue) {
        return queue;
    }
    queue = calloc(1, sizeof(*queue));
    mu_assert(queue);
    queue->resource = strdup(resource);
    mu_assert(queue->resource);
    queue->next = exec->queues;
    exec->queues = queue;
    return queue;
}

static void
queue_append(struct mu_exec_op *op)
{
    struct mu_exec_queue *queue = queue_get(op->exec, op->effect.resource);

    op->queue = queue;
    if (queue->tail) {
        queue->tail->next = op;
    } else {
        queue->head = op;
    }
    queue->tail = op;
}

/* Puts an operation that switches a node before all that only look. */
static void
queue_insert_power(struct mu_exec_op *op)
{
    struct mu_exec_queue *queue = queue_get(op->exec, op->effect.resource);
    struct mu_exec_op **at = &queue->head;

    while (*at && (op_has_begun(*at) || op_is_power(*at))) {
        at = &(*at)->next;
    }
    if (*at && *at == queue->head && (*at)->state == MU_EXEC_OP_DELAYED) {
        mu_loop_timer_disarm(&(*at)->timer);
        (*at)->state = MU_EXEC_OP_QUEUED; /* Its turn is over for now. */
    }
    op->queue = queue;
    op->next = *at;
    *at = op;
    if (!op->next) {
        queue->tail = op;
    }
}

static bool
op_is_power(const struct mu_exec_op *op)
{
    return op->effect.agent_class == MU_AGENT_FENCE &&
           mu_agent_fence_is_power(&op->effect);
}

static bool
op_has_begun(const struct mu_exec_op *op)
{
    return op->state != MU_EXEC_OP_QUEUED && op->state != MU_EXEC_OP_DELAYED;
}

/* Ends an operation of a fence device that keeps one waiting which switches a
 * node. What another daemon left running is not run again. */
static void
op_preempt(struct mu_exec_op *op)
{
    if (op->state == MU_EXEC_OP_RUNNING &&
        !mu_agent_fence_is_power(&op->effect)) {
        op->is_preempted = !op->is_recovered;
        mu_exec_op_stop(op, MU_OP_END_CANCELLED);
    }
}

void
mu_exec_op_requeue(struct mu_exec_op *op)
{
    struct mu_exec_queue *queue = op->queue;

    mu_exec_op_close(op);
    mu_loop_timer_init(&op->timer, op->exec->config.loop, on_delay_over, op);
    op->state = MU_EXEC_OP_QUEUED;
    op->is_preempted = false;
    op->reason[0] = '\0';
    op->started = MU_INSTANT_NEVER;
    queue_detach(op);
    queue_insert_power(op);
    queue_run(queue);
}

static void
queue_detach(struct mu_exec_op *op)
{
    struct mu_exec_queue *queue = op->queue;
    struct mu_exec_op *before = NULL;

    for (struct mu_exec_op *at = queue->head; at != op; at = at->next) {
        before = at;
    }
    if (before) {
        before->next = op->next;
    } else {
        queue->head = op->next;
    }
    if (queue->tail == op) {
        queue->tail = before;
    }
    op->queue = NULL;
    op->next = NULL;
}

/* Lets the oldest operation begin, unless it has already. */
static void
queue_run(struct mu_exec_queue *queue)
{
    struct mu_exec_op *op = queue->head;

    if (op->state != MU_EXEC_OP_QUEUED) {
        return;
    }
    if (op->not_before.ms > mu_clock_now().ms) {
        op->state = MU_EXEC_OP_DELAYED;
        mu_loop_timer_arm(&op->timer, op->not_before);
        return;
    }
    mu_exec_op_run(op);
}

/* Goes on after an operation has left the queue. */
static void
queue_settle(struct mu_exec *exec, struct mu_exec_queue *queue)
{
    struct mu_exec_queue **at = &exec->queues;

    if (queue->head) {
        queue_run(queue);
        return;
    }
    while (*at != queue) {
        at = &(*at)->next;
    }
    *at = queue->next;
    free(queue->resource);
    free(queue);
}

static void
on_delay_over(void *user)
{
    mu_exec_op_run(user);
}

static void
on_reports(void *user)
{
    struct mu_exec *exec = user;
    struct mu_exec_op *op = exec->reports;

    exec->reports = NULL;
    exec->reports_tail = NULL;
    while (op) {
        struct mu_exec_op *next = op->report_next;

        mu_exec_op_report(op);
        op = next;
    }
}
