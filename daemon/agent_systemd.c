/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent_systemd.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "daemon/agent_unit.h"
#include "daemon/agent_watch.h"
#include "daemon/clock.h"
#include "daemon/log.h"

enum {
    RETRY_MS = 250,   /* Between two looks at something that changes. */
    PATIENCE_MS = 10, /* Before a reload, for others who want one. */
    PATH_SIZE = 512,
    STATE_SIZE = 32,
};

static const char service_name[] = "org.freedesktop.systemd1";
static const char manager_path[] = "/org/freedesktop/systemd1";
static const char manager_interface[] = "org.freedesktop.systemd1.Manager";
static const char unit_interface[] = "org.freedesktop.systemd1.Unit";

enum verb {
    VERB_START,
    VERB_STOP,
    VERB_MONITOR,
};

enum step {
    STEP_BEGIN,  /* Load the unit. */
    STEP_LOOK,   /* Read its states. */
    STEP_RELOAD, /* Wait until systemd has read the drop-in. */
    STEP_JOB,    /* Ask for the job, then wait for its end. */
    STEP_JUDGE,  /* Read the states again. */
    STEP_ANSWER, /* The result stands, and is due. */
};

struct mu_agent_systemd_op {
    struct mu_agent_systemd *systemd;
    struct mu_agent_systemd_op *next;
    mu_agent_systemd_function *function;
    void *user;
    enum verb verb;
    enum step step;
    char resource[MU_NAME_SIZE_MAX];  /* Who asks. */
    char unit[MU_NAME_SIZE_MAX + 16]; /* With its suffix. */
    char unit_path[PATH_SIZE];        /* Object on the bus. */
    char job_path[PATH_SIZE];         /* Empty: none yet. */
    char load_state[STATE_SIZE];
    char active_state[STATE_SIZE];
    char sub_state[STATE_SIZE];
    bool is_urged;              /* The job was told not to wait. */
    int is_outdated;            /* Its files are newer than what systemd has
                                   read; an int for sd-bus. */
    uint64_t reload_needed;     /* This reload or a later one will do. */
    sd_bus_slot *slot;          /* Of the call in flight, or null. */
    struct mu_loop_timer timer; /* Takes the next step. */
    enum mu_op_end end;
    int32_t rc;
    char reason[MU_REASON_SIZE_MAX];
};

struct mu_agent_systemd {
    struct mu_agent_systemd_config config;
    sd_bus *bus;        /* Null: not connected. */
    int fd;             /* Of the bus, as it is watched. */
    int events;         /* What it is watched for. */
    bool is_stopping;   /* Stops must not wait for our own end. */
    bool was_connected; /* There has been a bus. */
    struct mu_agent_systemd_op *ops;
    struct mu_agent_watches watches;
    uint64_t reload_asked;   /* Counts changes of drop-ins. */
    uint64_t reload_covered; /* By the reload in flight; 0: none is. */
    sd_bus_slot *reload_slot;
    bool is_reload_due;
    struct mu_loop_timer reload_timer; /* When the next one begins. */
    struct mu_loop_timer timer;        /* Throws away a broken connection. */
};

static int bus_connect(struct mu_agent_systemd *systemd);
static void bus_close(struct mu_agent_systemd *systemd);
static void bus_update(struct mu_agent_systemd *systemd);
static void bus_broken(struct mu_agent_systemd *systemd);
static void on_bus(void *user, int fd, int events);
static void on_bus_broken(void *user);
static int on_job_removed(sd_bus_message *message, void *user,
                          sd_bus_error *error);
static void op_step_soon(struct mu_agent_systemd_op *op, enum step step,
                         int64_t delay_ms);
static void on_op_timer(void *user);
static void op_begin(struct mu_agent_systemd_op *op);
static void op_look(struct mu_agent_systemd_op *op);
static void reload_soon(struct mu_agent_systemd *systemd);
static void on_reload_timer(void *user);
static void op_call_job(struct mu_agent_systemd_op *op, const char *mode);
static void op_answer(struct mu_agent_systemd_op *op);
static void op_called(struct mu_agent_systemd_op *op, int rc);
static int on_loaded(sd_bus_message *message, void *user, sd_bus_error *error);
static int on_states(sd_bus_message *message, void *user, sd_bus_error *error);
static int on_reloaded(sd_bus_message *message, void *user,
                       sd_bus_error *error);
static int on_job(sd_bus_message *message, void *user, sd_bus_error *error);
static int states_read(struct mu_agent_systemd_op *op, sd_bus_message *message);
static void unit_take(struct mu_agent_systemd_op *op);
static void states_decide(struct mu_agent_systemd_op *op);
static void states_judge(struct mu_agent_systemd_op *op);
static void op_result(struct mu_agent_systemd_op *op, enum mu_op_end end,
                      int32_t rc);
MU_PRINTF(2, 3)
static void op_reason(struct mu_agent_systemd_op *op, const char *format, ...);
static bool op_refused(struct mu_agent_systemd_op *op, sd_bus_message *message);
static void op_unlink(struct mu_agent_systemd_op *op);

struct mu_agent_systemd *
mu_agent_systemd_new(const struct mu_agent_systemd_config *config)
{
    struct mu_agent_systemd *systemd = calloc(1, sizeof(*systemd));

    if (systemd) {
        systemd->config = *config;
        systemd->watches.changed = config->changed;
        systemd->watches.user = config->user;
        systemd->fd = -1;
        mu_loop_timer_init(&systemd->reload_timer, config->loop,
                           on_reload_timer, systemd);
        mu_loop_timer_init(&systemd->timer, config->loop, on_bus_broken,
                           systemd);
    }
    return systemd;
}

struct mu_agent_systemd_op *
mu_agent_systemd_start(struct mu_agent_systemd *systemd,
                       const struct mu_agent_systemd_request *request)
{
    const char *unit = request->unit;
    const char *op_name = request->op_name;
    struct mu_agent_systemd_op *op = calloc(1, sizeof(*op));

    /* Without its answer the cluster would hang: rather start again. */
    mu_assert(op);
    op->systemd = systemd;
    op->function = request->function;
    op->user = request->user;
    (void)mu_text_format(op->resource, sizeof(op->resource), "%s",
                         request->resource);
    op->next = systemd->ops;
    systemd->ops = op;
    mu_loop_timer_init(&op->timer, systemd->config.loop, on_op_timer, op);
    if (mu_agent_unit_name(unit, op->unit, sizeof(op->unit)) < 0) {
        op_reason(op, "\"%s\" cannot be the name of a unit", unit);
        op_result(op, MU_OP_END_NOT_INSTALLED, 5);
        return op;
    }
    op->verb = VERB_MONITOR;
    if (strcmp(op_name, "start") == 0) {
        op->verb = VERB_START;
    } else if (strcmp(op_name, "stop") == 0) {
        op->verb = VERB_STOP;
        mu_agent_watch_remove(&systemd->watches, op->resource);
    } else if (strcmp(op_name, "monitor") != 0 &&
               strcmp(op_name, "status") != 0) {
        op_reason(op, "systemd units have no operation \"%s\"", op_name);
        op_result(op, MU_OP_END_EXITED, 3);
        return op;
    }
    op_step_soon(op, STEP_BEGIN, 0);
    return op;
}

void
mu_agent_systemd_cancel(struct mu_agent_systemd_op *op)
{
    op_unlink(op);
    mu_loop_timer_disarm(&op->timer);
    (void)sd_bus_slot_unref(op->slot);
    free(op);
}

void
mu_agent_systemd_stopping(struct mu_agent_systemd *systemd)
{
    systemd->is_stopping = true;
}

void
mu_agent_systemd_free(struct mu_agent_systemd *systemd)
{
    if (systemd) {
        mu_assert(!systemd->ops);
        mu_loop_timer_disarm(&systemd->timer);
        bus_close(systemd);
        free(systemd);
    }
}

static int
bus_connect(struct mu_agent_systemd *systemd)
{
    sd_bus *bus = NULL;
    int rc;

    if (systemd->bus) {
        return 0;
    }
    if (systemd->config.bus_address[0] == '\0') {
        /* A bus without systemd behind it would never answer. */
        rc = access("/run/systemd/system", F_OK) < 0 ? -ENXIO
                                                     : sd_bus_open_system(&bus);
    } else {
        rc = sd_bus_new(&bus);
        if (rc >= 0) {
            rc = sd_bus_set_address(bus, systemd->config.bus_address);
        }
        if (rc >= 0) {
            rc = sd_bus_set_bus_client(bus, 1);
        }
        if (rc >= 0) {
            rc = sd_bus_start(bus);
        }
    }
    if (rc >= 0) {
        rc = sd_bus_match_signal_async(bus, NULL, service_name, manager_path,
                                       manager_interface, "JobRemoved",
                                       on_job_removed, NULL, systemd);
    }
    if (rc >= 0) {
        /* Announcements are made to those only who want some. */
        rc = sd_bus_call_method_async(bus, NULL, service_name, manager_path,
                                      manager_interface, "Subscribe", NULL,
                                      NULL, "");
    }
    if (rc < 0) {
        (void)sd_bus_flush_close_unref(bus);
        return rc;
    }
    systemd->bus = bus;
    systemd->was_connected = true;
    bus_update(systemd);
    return 0;
}

static void
bus_close(struct mu_agent_systemd *systemd)
{
    if (systemd->fd >= 0) {
        mu_loop_fd_remove(systemd->config.loop, systemd->fd);
        systemd->fd = -1;
    }
    mu_loop_timer_disarm(&systemd->reload_timer);
    systemd->is_reload_due = false;
    systemd->reload_slot = sd_bus_slot_unref(systemd->reload_slot);
    systemd->reload_covered = 0;
    mu_agent_watch_clear(&systemd->watches);
    if (systemd->bus) {
        sd_bus_close(systemd->bus);
        systemd->bus = sd_bus_unref(systemd->bus);
    }
}

/* Watches the bus for what it waits for now. */
static void
bus_update(struct mu_agent_systemd *systemd)
{
    int fd = sd_bus_get_fd(systemd->bus);
    int events = sd_bus_get_events(systemd->bus);
    int rc = 0;

    if (fd < 0 || events < 0) {
        bus_broken(systemd);
        return;
    }
    if (systemd->fd < 0) {
        rc = mu_loop_fd_add(systemd->config.loop, fd, events, on_bus, systemd);
        systemd->fd = rc < 0 ? -1 : fd;
    } else if (events != systemd->events) {
        rc = mu_loop_fd_modify(systemd->config.loop, fd, events);
    }
    systemd->events = events;
    if (rc < 0) {
        bus_broken(systemd);
    }
}

/* The connection is thrown away from the loop, not from under its users. */
static void
bus_broken(struct mu_agent_systemd *systemd)
{
    if (systemd->fd >= 0) {
        mu_loop_fd_remove(systemd->config.loop, systemd->fd);
        systemd->fd = -1;
    }
    mu_loop_timer_arm(&systemd->timer, mu_clock_now());
}

static void
on_bus(void *user, int fd, int events)
{
    struct mu_agent_systemd *systemd = user;
    int rc;

    (void)fd;
    (void)events;
    do {
        rc = sd_bus_process(systemd->bus, NULL);
    } while (rc > 0);
    if (rc < 0) {
        bus_broken(systemd);
        return;
    }
    bus_update(systemd);
}

/* What was under way begins again: asking for the same job twice is asking
 * once. */
static void
on_bus_broken(void *user)
{
    struct mu_agent_systemd *systemd = user;

    mu_log(MU_TRACE_WARNING, "the connection to systemd is lost, trying again");
    for (struct mu_agent_systemd_op *op = systemd->ops; op; op = op->next) {
        if (op->step != STEP_ANSWER) {
            op->slot = sd_bus_slot_unref(op->slot);
            op->job_path[0] = '\0';
            op_step_soon(op, STEP_BEGIN, RETRY_MS);
        }
    }
    bus_close(systemd);
}

static int
on_job_removed(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_systemd *systemd = user;
    struct mu_agent_systemd_op *next;
    const char *path;
    const char *unit;
    const char *result;
    uint32_t id;

    (void)error;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0) {
        return 0;
    }
    for (struct mu_agent_systemd_op *op = systemd->ops; op; op = next) {
        next = op->next;
        if (op->step != STEP_JOB || strcmp(op->job_path, path) != 0) {
            continue;
        }
        op->job_path[0] = '\0';
        if (strcmp(result, "done") == 0 || strcmp(result, "skipped") == 0) {
            op_step_soon(op, STEP_JUDGE, 0);
            continue;
        }
        op_reason(op,
                  "systemd's job for %s ended with \"%s\": see "
                  "journalctl -u %s",
                  op->unit, result, op->unit);
        op_result(op, MU_OP_END_EXITED, 1);
    }
    return 0;
}

static void
op_step_soon(struct mu_agent_systemd_op *op, enum step step, int64_t delay_ms)
{
    op->step = step;
    mu_loop_timer_arm(&op->timer, mu_instant_after(mu_clock_now(), delay_ms));
}

static void
on_op_timer(void *user)
{
    struct mu_agent_systemd_op *op = user;

    switch (op->step) {
    case STEP_BEGIN:
        op_begin(op);
        break;
    case STEP_LOOK:
    case STEP_JUDGE:
        op_look(op);
        break;
    case STEP_RELOAD:
        reload_soon(op->systemd);
        break;
    case STEP_JOB:
        op->is_urged = false;
        op_call_job(op, "replace");
        break;
    case STEP_ANSWER:
        op_answer(op);
        break;
    }
}

static void
op_begin(struct mu_agent_systemd_op *op)
{
    struct mu_agent_systemd *systemd = op->systemd;
    int rc = bus_connect(systemd);

    if (rc < 0 && !systemd->was_connected) {
        op_reason(op, "systemd cannot be reached: %s", strerror(-rc));
        op_result(op, MU_OP_END_NOT_INSTALLED, 5);
        return;
    }
    if (rc < 0) {
        op_step_soon(op, STEP_BEGIN, RETRY_MS);
        return;
    }
    op_called(op, sd_bus_call_method_async(systemd->bus, &op->slot,
                                           service_name, manager_path,
                                           manager_interface, "LoadUnit",
                                           on_loaded, op, "s", op->unit));
}

static void
op_look(struct mu_agent_systemd_op *op)
{
    op_called(op, sd_bus_call_method_async(
                      op->systemd->bus, &op->slot, service_name, op->unit_path,
                      "org.freedesktop.DBus.Properties", "GetAll", on_states,
                      op, "s", unit_interface));
}

/* One reload serves all that wait for it when it begins; a moment's patience
 * makes that many. */
static void
reload_soon(struct mu_agent_systemd *systemd)
{
    if (systemd->reload_covered == 0 && !systemd->is_reload_due) {
        systemd->is_reload_due = true;
        mu_loop_timer_arm(&systemd->reload_timer,
                          mu_instant_after(mu_clock_now(), PATIENCE_MS));
    }
}

static void
on_reload_timer(void *user)
{
    struct mu_agent_systemd *systemd = user;
    int rc;

    systemd->is_reload_due = false;
    if (!systemd->bus) {
        return; /* Everybody begins again. */
    }
    systemd->reload_covered = systemd->reload_asked;
    rc = sd_bus_call_method_async(systemd->bus, &systemd->reload_slot,
                                  service_name, manager_path, manager_interface,
                                  "Reload", on_reloaded, systemd, "");
    if (rc < 0) {
        systemd->reload_covered = 0;
        bus_broken(systemd);
        return;
    }
    bus_update(systemd);
}

static void
op_call_job(struct mu_agent_systemd_op *op, const char *mode)
{
    op_called(op, sd_bus_call_method_async(
                      op->systemd->bus, &op->slot, service_name, manager_path,
                      manager_interface,
                      op->verb == VERB_START ? "StartUnit" : "StopUnit", on_job,
                      op, "ss", op->unit, mode));
}

static void
op_answer(struct mu_agent_systemd_op *op)
{
    const struct mu_agent_systemd_result result = {
        .end = op->end,
        .rc = op->rc,
        .reason = op->reason[0] != '\0' ? op->reason : NULL};

    op_unlink(op);
    op->function(op->user, &result);
    (void)sd_bus_slot_unref(op->slot);
    free(op);
}

/* After each call: it could not be sent, or the bus has something to write. */
static void
op_called(struct mu_agent_systemd_op *op, int rc)
{
    if (rc < 0) {
        bus_broken(op->systemd);
    } else {
        bus_update(op->systemd);
    }
}

static int
on_loaded(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_systemd_op *op = user;
    const char *path;

    (void)error;
    op->slot = sd_bus_slot_unref(op->slot);
    if (op_refused(op, message)) {
        return 0;
    }
    if (sd_bus_message_read(message, "o", &path) < 0 ||
        !mu_text_format(op->unit_path, sizeof(op->unit_path), "%s", path)) {
        op_reason(op, "systemd's answer for %s makes no sense", op->unit);
        op_result(op, MU_OP_END_ERROR, 1);
        return 0;
    }
    op_step_soon(op, STEP_LOOK, 0);
    return 0;
}

static int
on_states(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_systemd_op *op = user;

    (void)error;
    op->slot = sd_bus_slot_unref(op->slot);
    if (op_refused(op, message)) {
        return 0;
    }
    op->active_state[0] = '\0';
    if (states_read(op, message) < 0 || op->active_state[0] == '\0') {
        op_reason(op, "systemd's answer for %s makes no sense", op->unit);
        op_result(op, MU_OP_END_ERROR, 1);
    } else if (op->step == STEP_JUDGE) {
        states_judge(op);
    } else {
        states_decide(op);
    }
    return 0;
}

/* Picks what we want to know out of all properties of a unit. */
static int
states_read(struct mu_agent_systemd_op *op, sd_bus_message *message)
{
    struct {
        const char *name;
        char *value;
    } wanted[] = {
        {"LoadState", op->load_state},
        {"ActiveState", op->active_state},
        {"SubState", op->sub_state},
    };
    int rc = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (rc >= 0 && sd_bus_message_enter_container(message, 'e', "sv") > 0) {
        const char *name;
        const char *value;
        size_t i = 0;

        rc = sd_bus_message_read(message, "s", &name);
        while (rc >= 0 && i < 3 && strcmp(wanted[i].name, name) != 0) {
            i++;
        }
        if (rc >= 0 && i < 3) {
            rc = sd_bus_message_read(message, "v", "s", &value);
            if (rc >= 0) {
                (void)mu_text_format(wanted[i].value, STATE_SIZE, "%s", value);
            }
        } else if (rc >= 0 && strcmp(name, "NeedDaemonReload") == 0) {
            rc = sd_bus_message_read(message, "v", "b", &op->is_outdated);
        } else if (rc >= 0) {
            rc = sd_bus_message_skip(message, "v");
        }
        if (rc >= 0) {
            rc = sd_bus_message_exit_container(message);
        }
    }
    return rc;
}

/* Decides what to do, from the states before anything was done. */
static void
states_decide(struct mu_agent_systemd_op *op)
{
    bool is_loaded = strcmp(op->load_state, "not-found") != 0 &&
                     strcmp(op->load_state, "masked") != 0;

    op->reload_needed = 0;
    if (is_loaded && op->verb != VERB_STOP) {
        unit_take(op);
    }
    if (!is_loaded || op->verb == VERB_MONITOR) {
        states_judge(op);
    } else if (op->reload_needed > 0) {
        op_step_soon(op, STEP_RELOAD, 0);
    } else {
        op_step_soon(op, STEP_JOB, 0);
    }
}

/* Takes charge of the unit. This happens at the first look, so that the start
 * that may follow in an emergency need not wait for systemd to read all its
 * files again. */
static void
unit_take(struct mu_agent_systemd_op *op)
{
    struct mu_agent_systemd *systemd = op->systemd;
    int rc = mu_agent_unit_take(systemd->config.drop_in_folder, op->unit);

    if (rc < 0) {
        mu_log(MU_TRACE_WARNING,
               "%s: systemd may stop it before us at shutdown: cannot write "
               "its drop-in: %s",
               op->unit, strerror(-rc));
    }
    if (rc > 0 || (op->is_outdated && op->verb == VERB_START)) {
        op->reload_needed = ++systemd->reload_asked;
        reload_soon(systemd);
    } else if (systemd->is_reload_due || systemd->reload_covered > 0) {
        op->reload_needed = systemd->reload_asked; /* It may be for us. */
    }
}

static int
on_reloaded(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_systemd *systemd = user;
    uint64_t covered = systemd->reload_covered;

    (void)error;
    systemd->reload_slot = sd_bus_slot_unref(systemd->reload_slot);
    systemd->reload_covered = 0;
    if (sd_bus_message_is_method_error(message, NULL)) {
        mu_log(MU_TRACE_WARNING, "systemd cannot reload its units: %s",
               sd_bus_message_get_error(message)->message);
    }
    for (struct mu_agent_systemd_op *op = systemd->ops; op; op = op->next) {
        if (op->step == STEP_RELOAD && op->reload_needed <= covered) {
            op_step_soon(op, STEP_JOB, 0);
        }
    }
    if (systemd->reload_asked > covered) {
        reload_soon(systemd);
    }
    return 0;
}

static int
on_job(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_systemd_op *op = user;
    const char *path;

    (void)error;
    op->slot = sd_bus_slot_unref(op->slot);
    if (op_refused(op, message)) {
        return 0;
    }
    if (op->verb == VERB_STOP && op->systemd->is_stopping && !op->is_urged) {
        /* The first call took along what depends on the unit; this one joins
         * its job, which is then free to run. */
        op->is_urged = true;
        op_call_job(op, "ignore-dependencies");
        return 0;
    }
    if (sd_bus_message_read(message, "o", &path) < 0 ||
        !mu_text_format(op->job_path, sizeof(op->job_path), "%s", path)) {
        op_reason(op, "systemd's answer for %s makes no sense", op->unit);
        op_result(op, MU_OP_END_ERROR, 1);
    }
    return 0; /* Goes on with JobRemoved. */
}

/* Turns states into the result; looks again while they are on the move. */
static void
states_judge(struct mu_agent_systemd_op *op)
{
    bool is_active = strcmp(op->active_state, "active") == 0 ||
                     strcmp(op->active_state, "reloading") == 0 ||
                     strcmp(op->active_state, "refreshing") == 0;
    bool is_moving = (strcmp(op->active_state, "activating") == 0 ||
                      strcmp(op->active_state, "deactivating") == 0) &&
                     strcmp(op->sub_state, "auto-restart") != 0;

    if (is_moving) {
        op_step_soon(op, op->step, RETRY_MS);
        return;
    }
    if (op->verb == VERB_STOP) {
        if (is_active) {
            op_reason(op, "%s is %s after it was stopped", op->unit,
                      op->active_state);
        }
        op_result(op, MU_OP_END_EXITED, is_active ? 1 : 0);
        return;
    }
    if (is_active) {
        mu_agent_watch_set(&op->systemd->watches, op->systemd->bus,
                           op->unit_path, op->resource);
        op_result(op, MU_OP_END_EXITED, 0);
        return;
    }
    if (strcmp(op->load_state, "not-found") == 0) {
        op_reason(op, "there is no unit %s", op->unit);
        op_result(op, MU_OP_END_NOT_INSTALLED, 5);
    } else if (op->verb == VERB_MONITOR) {
        if (strcmp(op->active_state, "inactive") != 0) {
            op_reason(op, "%s is %s (%s)", op->unit, op->active_state,
                      op->sub_state);
        }
        op_result(op, MU_OP_END_EXITED, 7);
    } else if (strcmp(op->load_state, "masked") == 0) {
        op_reason(op, "%s is masked", op->unit);
        op_result(op, MU_OP_END_NOT_INSTALLED, 5);
    } else {
        op_reason(op, "%s is %s after it was started: see journalctl -u %s",
                  op->unit, op->active_state, op->unit);
        op_result(op, MU_OP_END_EXITED, 1);
    }
}

static void
op_result(struct mu_agent_systemd_op *op, enum mu_op_end end, int32_t rc)
{
    op->end = end;
    op->rc = rc;
    op_step_soon(op, STEP_ANSWER, 0);
}

static void
op_reason(struct mu_agent_systemd_op *op, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(op->reason, sizeof(op->reason), format, args);
    va_end(args);
}

/* Tells whether a call was answered with an error, and deals with it: what
 * passes is tried again, the rest is the result. */
static bool
op_refused(struct mu_agent_systemd_op *op, sd_bus_message *message)
{
    static const char *const passing[] = {
        SD_BUS_ERROR_NO_REPLY,          SD_BUS_ERROR_TIMEOUT,
        SD_BUS_ERROR_DISCONNECTED,      SD_BUS_ERROR_SERVICE_UNKNOWN,
        SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_LIMITS_EXCEEDED,
        SD_BUS_ERROR_UNKNOWN_OBJECT,
    };
    const sd_bus_error *error = sd_bus_message_get_error(message);

    if (!error) {
        return false;
    }
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        if (sd_bus_error_has_name(error, passing[i])) {
            op->job_path[0] = '\0';
            op_step_soon(op, STEP_BEGIN, RETRY_MS);
            return true;
        }
    }
    if (sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoSuchUnit") ||
        sd_bus_error_has_name(error, SD_BUS_ERROR_INVALID_ARGS)) {
        if (op->verb == VERB_STOP) {
            op_result(op, MU_OP_END_EXITED, 0);
            return true;
        }
        op_reason(op, "there is no unit %s: %s", op->unit, error->message);
        op_result(op, MU_OP_END_NOT_INSTALLED, 5);
        return true;
    }
    op_reason(op, "%s: %s", op->unit, error->message);
    op_result(op, MU_OP_END_EXITED,
              sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) ? 4 : 1);
    return true;
}

static void
op_unlink(struct mu_agent_systemd_op *op)
{
    struct mu_agent_systemd_op **at = &op->systemd->ops;

    while (*at != op) {
        at = &(*at)->next;
    }
    *at = op->next;
}
