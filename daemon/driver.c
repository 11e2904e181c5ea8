/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/driver.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/panic.h"
#include "base/text.h"
#include "core/core.h"
#include "core/state.h"
#include "daemon/api.h"
#include "daemon/clock.h"
#include "daemon/exec.h"
#include "daemon/ipc.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/outlook.h"
#include "daemon/request_queue.h"
#include "daemon/ring.h"
#include "daemon/store.h"
#include "daemon/survey.h"
#include "daemon/watchdog.h"

enum {
    CHANGED_DELAY_MS = 4,  /* Many steps make one event for subscribers. */
    TRIM_DELAY_MS = 2000,  /* Memory is given back when a burst is over. */
    STEP_LONG_MS = 1000,   /* A step that takes longer is worth a line. */
    AGAIN_DELAY_MS = 5000, /* Between new starts for a new nodelist: one after
                              the other, so that the state survives them. */
};

struct mu_driver {
    struct mu_driver_config config;
    struct mu_core *core;
    struct mu_store *store;
    struct mu_store_content content; /* Until BOOT. */
    struct mu_exec *exec;
    struct mu_ring *ring;
    struct mu_ipc *ipc;
    struct mu_api *api;
    struct mu_outlook *outlook;
    struct mu_notify notify;
    struct mu_watchdog watchdog;
    struct mu_loop_timer deadline; /* Of the core. */
    struct mu_loop_timer changed;  /* Subscribers are told. */
    struct mu_loop_timer work;     /* Requests wait in the queue. */
    struct mu_loop_timer trim;     /* The heap may be larger than needed. */
    struct mu_loop_timer again;    /* The nodelist has changed. */
    struct mu_request_queue requests;
    uint64_t next_request;       /* Number of the next request of a client. */
    struct mu_instant now;       /* Of the newest event. */
    uint32_t node_id;            /* Ours, since BOOT. */
    struct mu_digest map_digest; /* Of the nodelist at BOOT. */
    char cluster_name[MU_NAME_SIZE_MAX]; /* Corosync's; empty when none. */
    bool is_booted;
    bool is_ring_missed; /* Events came before BOOT: join anew after it. */
    bool is_stepping;
    bool is_shutting_down;
    int exit_code;
    char status[160]; /* What systemd was told last. */
};

static void on_map(void *context, uint32_t node_id,
                   const struct mu_ring_map *map);
static void on_ring_event(void *context, struct mu_event *event);
static void on_op_result(void *user, const struct mu_event_op_result *result);
static void on_resource_changed(void *user, const char *resource);
static void on_stored(void *user, const struct mu_event_stored *stored);
static void on_request(void *context, uint64_t client,
                       const struct mu_api_credentials *credentials,
                       const char *json, size_t size);
static void on_client_gone(void *context, uint64_t client);
static void on_deadline(void *user);
static void on_changed(void *user);
static void on_work(void *user);
static void on_trim(void *user);
static void on_again(void *user);
static void api_respond(void *context, uint64_t client, const char *json,
                        size_t size);
static void api_notify(void *context, uint64_t client, const char *json,
                       size_t size);
static uint64_t api_submit(void *context,
                           const struct mu_event_request *request);
static const struct mu_core *api_core(void *context);
static int64_t api_wall_ms(void *context);
static const char *api_cluster_name(void *context);
static const char *api_trouble(void *context);
static const struct mu_outlook_answer *api_outlook(void *context);
static const struct mu_snapshot *look(void *user, struct mu_arena *arena);
static void driver_step(struct mu_driver *driver, struct mu_event *event);

/* ---- Beginning and end --------------------------------------------------- */

static int
folder_make(const char *path, mode_t mode, struct mu_errbuf *err)
{
    /* The umask is narrower than what the folder for clients needs. */
    if (mkdir(path, mode) == 0 ? chmod(path, mode) < 0 : errno != EEXIST) {
        int error = -errno;

        mu_errbuf_set(err, "cannot make the folder %s: %s", path,
                      strerror(-error));
        return error;
    }
    return 0;
}

static int
open_store(struct mu_driver *driver, struct mu_errbuf *err)
{
    const struct mu_settings *settings = driver->config.settings;
    const struct mu_store_config config = {
        .loop = driver->config.loop,
        .function = on_stored,
        .user = driver,
        .folder = settings->state_folder,
    };
    int error = folder_make(settings->run_folder, 0755, err);

    if (!error) {
        error = folder_make(settings->state_folder, 0750, err);
    }
    if (!error) {
        error = mu_store_open(&config, &driver->store, err);
        if (error == -EBUSY) {
            mu_errbuf_wrap(err, "another musterd runs on this node");
        }
    }
    if (!error) {
        error = mu_store_load(driver->store, &driver->content, err);
    }
    return error;
}

/* Empty settings mean the executor's own defaults. */
static const char *
or_null(const char *setting)
{
    return setting[0] == '\0' ? NULL : setting;
}

static int
open_exec(struct mu_driver *driver, struct mu_errbuf *err)
{
    const struct mu_settings *settings = driver->config.settings;
    const struct mu_exec_config config = {
        .loop = driver->config.loop,
        .function = on_op_result,
        .changed = on_resource_changed,
        .user = driver,
        .run_folder = settings->run_folder,
        .ocf_root = or_null(settings->ocf_root),
        .lsb_folder = or_null(settings->lsb_folder),
        .fence_folder = or_null(settings->fence_folder),
        .helpers_folder = or_null(settings->helpers_folder),
        .work_folder = settings->state_folder,
        .is_debug = settings->log_level == MU_TRACE_DEBUG,
        .has_watchdog = driver->watchdog.timeout_ms > 0,
    };
    int count;
    int error = mu_exec_new(&config, &driver->exec, err);

    if (error) {
        return error;
    }
    count = mu_exec_recover(driver->exec);
    if (count > 0) {
        mu_log(MU_TRACE_INFO,
               "%d operations of a daemon before this one are still running",
               count);
    } else if (count < 0) {
        mu_log(MU_TRACE_WARNING,
               "cannot look for operations of a daemon before this one: %s",
               strerror(-count));
    }
    return 0;
}

static int
open_clients(struct mu_driver *driver, struct mu_errbuf *err)
{
    const struct mu_ipc_handler handler = {driver, on_request, on_client_gone};
    const struct mu_api_host host = {
        .context = driver,
        .respond = api_respond,
        .notify = api_notify,
        .submit = api_submit,
        .core = api_core,
        .wall_ms = api_wall_ms,
        .cluster_name = api_cluster_name,
        .trouble = api_trouble,
        .outlook = api_outlook,
    };
    const struct mu_outlook_config outlook = {
        driver->config.loop, MU_OUTLOOK_QUIET_MS, look, on_changed, driver};
    char path[MU_SETTINGS_VALUE_SIZE + 16];

    driver->outlook = mu_outlook_new(&outlook);
    driver->api = mu_api_new(&host);
    if (!driver->api || !driver->outlook) {
        mu_errbuf_set(err, "out of memory");
        return -ENOMEM;
    }
    mu_text_format(path, sizeof(path), "%s/musterd.sock",
                   driver->config.settings->run_folder);
    return mu_ipc_new(driver->config.loop, path, &handler, &driver->ipc, err);
}

static int
open_ring(struct mu_driver *driver, struct mu_errbuf *err)
{
    const struct mu_ring_handler handler = {driver, on_map, on_ring_event};

    driver->ring = mu_ring_new(driver->config.loop, &handler);
    if (!driver->ring) {
        mu_errbuf_set(err, "out of memory");
        return -ENOMEM;
    }
    return 0;
}

int
mu_driver_new(const struct mu_driver_config *config,
              struct mu_driver **ret_driver, struct mu_errbuf *err)
{
    struct mu_driver *driver = calloc(1, sizeof(*driver));
    int error;

    if (!driver) {
        mu_errbuf_set(err, "out of memory");
        return -ENOMEM;
    }
    driver->config = *config;
    driver->core = mu_core_new();
    driver->next_request = 1;
    driver->watchdog.fd = -1;
    mu_loop_timer_init(&driver->deadline, config->loop, on_deadline, driver);
    mu_loop_timer_init(&driver->changed, config->loop, on_changed, driver);
    mu_loop_timer_init(&driver->work, config->loop, on_work, driver);
    mu_loop_timer_init(&driver->trim, config->loop, on_trim, driver);
    mu_loop_timer_init(&driver->again, config->loop, on_again, driver);
    mu_notify_init(&driver->notify, config->loop);
    mu_loop_timer_init(&driver->watchdog.timer, config->loop, NULL, NULL);
    error = open_store(driver, err);
    if (!error) {
        error = mu_watchdog_init(&driver->watchdog, config->loop,
                                 config->settings->watchdog, err);
    }
    if (!error) {
        error = open_exec(driver, err);
    }
    if (!error) {
        error = open_clients(driver, err);
    }
    if (!error) {
        error = open_ring(driver, err);
    }
    if (error) {
        mu_driver_free(driver);
        return error;
    }
    mu_notify_ready(&driver->notify);
    *ret_driver = driver;
    return 0;
}

static void
driver_exit(struct mu_driver *driver, int exit_code)
{
    driver->exit_code = exit_code;
    mu_loop_stop(driver->config.loop);
}

void
mu_driver_shutdown(struct mu_driver *driver)
{
    struct mu_event event = {.type = MU_EVENT_SHUTDOWN};

    if (driver->is_shutting_down) {
        return;
    }
    driver->is_shutting_down = true;
    mu_notify_stopping(&driver->notify);
    mu_exec_stopping(driver->exec);
    if (!driver->is_booted) {
        driver_exit(driver, MU_DRIVER_EXIT_OK);
        return;
    }
    driver_step(driver, &event);
}

int
mu_driver_exit_code(const struct mu_driver *driver)
{
    return driver->exit_code;
}

void
mu_driver_free(struct mu_driver *driver)
{
    if (!driver) {
        return;
    }
    mu_ring_free(driver->ring);
    mu_ipc_free(driver->ipc);
    mu_api_free(driver->api);
    mu_outlook_free(driver->outlook);
    if (driver->exec) {
        mu_exec_free(driver->exec);
    }
    if (driver->store) {
        mu_store_close(driver->store);
    }
    mu_watchdog_done(&driver->watchdog);
    mu_notify_done(&driver->notify);
    mu_loop_timer_disarm(&driver->deadline);
    mu_loop_timer_disarm(&driver->changed);
    mu_loop_timer_disarm(&driver->work);
    mu_loop_timer_disarm(&driver->trim);
    mu_loop_timer_disarm(&driver->again);
    while (mu_request_queue_first(&driver->requests)) {
        mu_request_queue_pop(&driver->requests);
    }
    mu_core_free(driver->core);
    free(driver);
}

/* ---- Steps and effects --------------------------------------------------- */

static void
arm_once(struct mu_loop_timer *timer, int64_t delay_ms)
{
    if (timer->deadline.ms == INT64_MAX) {
        mu_loop_timer_arm(timer, mu_instant_after(mu_clock_now(), delay_ms));
    }
}

static void
trace_log(const struct mu_effect_trace *trace)
{
    const struct mu_log_fields fields = {
        .resource = trace->resource,
        .node = trace->node,
        .operation = trace->op_name,
    };

    mu_log_with(trace->level, &fields, "%s", trace->text);
}

/* The facts travel in the order like the question did. */
static void
survey_answer(struct mu_driver *driver, const struct mu_effect_survey *survey)
{
    const struct mu_survey_context context = {
        .config = mu_core_get_state(driver->core)->config,
        .exec = mu_exec_get_config(driver->exec),
        .state_folder = driver->config.settings->state_folder,
        .node_id = driver->node_id,
        .wall_ms = mu_clock_wall_ms(),
    };
    char number[24];
    struct mu_event_request facts = {.type = MU_REQUEST_FACTS,
                                     .user = "musterd",
                                     .node = survey->node,
                                     .name = number};
    char *text = mu_survey_make(&context);

    mu_text_format(number, sizeof(number), "%llu",
                   (unsigned long long)survey->request);
    facts.value = text;
    if (text) {
        (void)api_submit(driver, &facts);
    }
    free(text);
}

static void
effect_perform(struct mu_driver *driver, const struct mu_effect *effect)
{
    switch (effect->type) {
    case MU_EFFECT_SEND:
        mu_ring_send(driver->ring, &effect->send);
        break;
    case MU_EFFECT_EXEC:
        mu_exec_start(driver->exec, &effect->exec);
        break;
    case MU_EFFECT_KILL:
        mu_exec_kill(driver->exec, effect->kill_exec_id);
        break;
    case MU_EFFECT_PERSIST:
        mu_store_persist(driver->store, &effect->persist);
        break;
    case MU_EFFECT_REPLY:
        mu_api_reply(driver->api, &effect->reply);
        break;
    case MU_EFFECT_SURVEY:
        survey_answer(driver, &effect->survey);
        break;
    case MU_EFFECT_FACTS:
        mu_api_facts(driver->api, &effect->survey);
        break;
    case MU_EFFECT_CHANGED:
        mu_outlook_changed(driver->outlook);
        arm_once(&driver->changed, CHANGED_DELAY_MS);
        break;
    case MU_EFFECT_TRACE:
        trace_log(&effect->trace);
        break;
    case MU_EFFECT_WATCHDOG:
        mu_notify_feed(&driver->notify, effect->watchdog_feed);
        mu_watchdog_feed(&driver->watchdog, effect->watchdog_feed);
        break;
    case MU_EFFECT_EVICT:
        mu_ring_evict(driver->ring, effect->evict_node_id);
        break;
    case MU_EFFECT_REJOIN:
        mu_ring_rejoin(driver->ring);
        break;
    case MU_EFFECT_EXIT:
        driver_exit(driver, effect->exit_code);
        break;
    }
}

/* Gives the core one event at the present time and does what it wants. */
static void
driver_step(struct mu_driver *driver, struct mu_event *event)
{
    struct mu_effects effects = {0};
    struct mu_instant now = mu_clock_now();
    int64_t took_ms;

    mu_assert(!driver->is_stepping);
    if (now.ms > driver->now.ms) {
        driver->now = now;
    }
    event->now = driver->now;
    event->wall_ms = mu_clock_wall_ms();
    driver->is_stepping = true;
    mu_core_step(driver->core, event, &effects);
    took_ms = mu_clock_now().ms - now.ms;
    if (took_ms >= STEP_LONG_MS) {
        mu_log(MU_TRACE_WARNING,
               "thinking took %lld ms, during which nothing else was done",
               (long long)took_ms);
    }
    for (uint32_t i = 0; i < effects.count; i++) {
        effect_perform(driver, &effects.items[i]);
    }
    driver->is_stepping = false;
    mu_ring_flush(driver->ring);
    mu_loop_timer_arm(&driver->deadline, mu_core_deadline(driver->core));
    arm_once(&driver->trim, TRIM_DELAY_MS);
}

/* ---- What adapters report ------------------------------------------------ */

static uint32_t
processors_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (uint32_t)count : 1;
}

static void
driver_boot(struct mu_driver *driver, const struct mu_ring_map *map)
{
    struct mu_event event = {
        .type = MU_EVENT_BOOT,
        .boot =
            {
                .node_id = driver->node_id,
                .boot_id = driver->config.boot_id,
                .incarnation = driver->config.incarnation,
                .nodelist = map->nodes,
                .nodelist_count = map->nodes_count,
                .cluster_name =
                    map->cluster_name[0] == '\0' ? NULL : map->cluster_name,
                .epoch = driver->content.epoch,
                .config = driver->content.config,
                .is_damaged = driver->content.is_damaged,
                .processors = processors_count(),
                .watchdog_ms = driver->watchdog.timeout_ms,
            },
    };

    driver->is_booted = true;
    driver_step(driver, &event);
}

/* What of the map the core has been told at BOOT. */
static struct mu_digest
map_digest(const struct mu_ring_map *map)
{
    struct mu_arena arena;
    struct mu_text_buffer text;
    struct mu_digest digest;

    mu_arena_init(&arena, 1 << 20);
    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_add(&text, "%s\n", map->cluster_name);
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        mu_text_buffer_add(&text, "%u %s\n", map->nodes[i].id,
                           map->nodes[i].name);
    }
    digest = mu_digest_of(text.data, text.length);
    mu_arena_done(&arena);
    return digest;
}

static void
on_map(void *context, uint32_t node_id, const struct mu_ring_map *map)
{
    struct mu_driver *driver = context;
    const char *name = mu_ring_map_find(map, node_id);
    uint32_t before = 0; /* Nodes that start anew before us. */

    mu_text_format(driver->cluster_name, sizeof(driver->cluster_name), "%s",
                   map->cluster_name);
    if (!name) {
        /* Names are how the configuration speaks of nodes: without one there
         * is nothing we could do, and much that we could do wrong. */
        mu_log(MU_TRACE_ERROR,
               "node %u, which is us, is not in the nodelist of "
               "corosync.conf: add it, with its name, and run "
               "\"corosync-cfgtool -R\"; %s",
               node_id,
               driver->is_booted ? "going on as before" : "waiting for that");
        return;
    }
    if (!driver->is_booted) {
        mu_log(MU_TRACE_INFO, "this is node %u (%s) of the cluster \"%s\"",
               node_id, name, map->cluster_name);
        driver->node_id = node_id;
        mu_exec_node_set(driver->exec, name, node_id);
        driver->map_digest = map_digest(map);
        driver_boot(driver, map);
        if (driver->is_ring_missed) {
            mu_ring_rejoin(driver->ring);
        }
        return;
    }
    /* Who we are is part of everything that the core has said so far. */
    if (driver->node_id != node_id) {
        mu_log(MU_TRACE_ERROR,
               "Corosync says that we are node %u and no longer node %u: "
               "starting anew",
               node_id, driver->node_id);
        driver_exit(driver, MU_DRIVER_EXIT_AGAIN);
        return;
    }
    if (mu_digest_is_equal(map_digest(map), driver->map_digest)) {
        mu_log(MU_TRACE_INFO, "Corosync's nodelist is as it was");
        mu_loop_timer_disarm(&driver->again);
        return;
    }
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        before += map->nodes[i].id < node_id;
    }
    mu_log(MU_TRACE_WARNING,
           "Corosync's nodelist has changed: starting anew in %u s to take it "
           "over; services go on",
           before * AGAIN_DELAY_MS / 1000);
    mu_loop_timer_arm(
        &driver->again,
        mu_instant_after(mu_clock_now(), (int64_t)before * AGAIN_DELAY_MS));
}

static void
on_again(void *user)
{
    driver_exit(user, MU_DRIVER_EXIT_AGAIN);
}

static void
on_ring_event(void *context, struct mu_event *event)
{
    struct mu_driver *driver = context;

    if (driver->is_booted) {
        driver_step(driver, event);
    } else {
        driver->is_ring_missed = true;
    }
}

static void
on_op_result(void *user, const struct mu_event_op_result *result)
{
    struct mu_event event = {.type = MU_EVENT_OP_RESULT, .op_result = *result};

    driver_step(user, &event);
}

static void
on_resource_changed(void *user, const char *resource)
{
    struct mu_event event = {.type = MU_EVENT_CHECK,
                             .check_resource = resource};

    driver_step(user, &event);
}

static void
on_stored(void *user, const struct mu_event_stored *stored)
{
    struct mu_event event = {.type = MU_EVENT_STORED, .stored = *stored};

    driver_step(user, &event);
}

static void
on_deadline(void *user)
{
    struct mu_event event = {.type = MU_EVENT_TIMER};

    driver_step(user, &event);
}

static void
on_request(void *context, uint64_t client,
           const struct mu_api_credentials *credentials, const char *json,
           size_t size)
{
    struct mu_driver *driver = context;

    mu_api_request(driver->api, client, credentials, json, size);
    arm_once(&driver->trim, TRIM_DELAY_MS);
}

static void
on_client_gone(void *context, uint64_t client)
{
    struct mu_driver *driver = context;
    struct mu_event event = {.type = MU_EVENT_CLIENT_GONE,
                             .client_gone = client};

    mu_api_client_gone(driver->api, client);
    if (driver->is_booted) {
        driver_step(driver, &event);
    }
}

static void
on_changed(void *user)
{
    struct mu_driver *driver = user;
    const struct mu_state *state = mu_core_get_state(driver->core);
    char status[sizeof(driver->status)] = "waiting for the cluster";
    const char *trouble = mu_ring_trouble(driver->ring);

    mu_api_changed(driver->api);
    if (trouble) {
        mu_text_format(status, sizeof(status), "%s", trouble);
    } else if (mu_core_get_phase(driver->core) == MU_CORE_ACTIVE) {
        mu_text_format(status, sizeof(status), "%s, %u of %u nodes present",
                       mu_core_is_quorate(driver->core) ? "quorate"
                                                        : "without quorum",
                       state->members_count, state->nodes_count);
    }
    if (strcmp(status, driver->status) != 0) {
        memcpy(driver->status, status, sizeof(status));
        mu_notify_status(&driver->notify, "%s", status);
    }
}

/* The allocator keeps what a burst took; a small daemon gives it back. */
static void
on_trim(void *user)
{
    (void)user;
    (void)malloc_trim(0);
}

/* ---- What the api asks for ----------------------------------------------- */

static void
api_respond(void *context, uint64_t client, const char *json, size_t size)
{
    struct mu_driver *driver = context;

    mu_ipc_send(driver->ipc, client, MU_FRAME_RESPONSE, json, size);
}

static void
api_notify(void *context, uint64_t client, const char *json, size_t size)
{
    struct mu_driver *driver = context;

    mu_ipc_send(driver->ipc, client, MU_FRAME_EVENT, json, size);
}

static uint64_t
api_submit(void *context, const struct mu_event_request *request)
{
    struct mu_driver *driver = context;
    struct mu_event_request numbered = *request;

    numbered.request = driver->next_request;
    if (mu_request_queue_add(&driver->requests, &numbered) < 0) {
        return 0;
    }
    arm_once(&driver->work, 0);
    return driver->next_request++;
}

/* Nobody has told the core who we are: it cannot take requests yet. */
static void
request_refuse(struct mu_driver *driver, const struct mu_event_request *request)
{
    const char *trouble = mu_ring_trouble(driver->ring);
    const struct mu_effect_reply reply = {
        .client = request->client,
        .request = request->request,
        .error = -ENOTCONN,
        .text = trouble ? trouble : "this node is not part of the cluster yet",
    };

    mu_api_reply(driver->api, &reply);
}

static void
on_work(void *user)
{
    struct mu_driver *driver = user;
    const struct mu_event_request *request =
        mu_request_queue_first(&driver->requests);

    if (!request) {
        return;
    }
    if (driver->is_booted) {
        struct mu_event event = {.type = MU_EVENT_REQUEST, .request = *request};

        driver_step(driver, &event);
    } else {
        request_refuse(driver, request);
    }
    mu_request_queue_pop(&driver->requests);
    if (mu_request_queue_first(&driver->requests)) {
        arm_once(&driver->work, 0);
    }
}

static const struct mu_core *
api_core(void *context)
{
    const struct mu_driver *driver = context;

    return driver->core;
}

static int64_t
api_wall_ms(void *context)
{
    (void)context;
    return mu_clock_wall_ms();
}

static const char *
api_cluster_name(void *context)
{
    const struct mu_driver *driver = context;

    return *driver->cluster_name ? driver->cluster_name : NULL;
}

static const char *
api_trouble(void *context)
{
    const struct mu_driver *driver = context;

    return mu_ring_trouble(driver->ring);
}

static const struct mu_outlook_answer *
api_outlook(void *context)
{
    const struct mu_driver *driver = context;

    return mu_outlook_get(driver->outlook);
}

static const struct mu_snapshot *
look(void *user, struct mu_arena *arena)
{
    const struct mu_driver *driver = user;

    return mu_core_make_snapshot(driver->core, arena, mu_clock_wall_ms());
}
