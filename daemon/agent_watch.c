/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent_watch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct mu_agent_watch {
    struct mu_agent_watch *next;
    struct mu_agent_watches *watches;
    sd_bus_slot *slot; /* Of the match. */
    char *path;        /* Of the unit; owned, as is the next. */
    char *resource;
    bool is_active; /* As far as we know; news is when it is not. */
};

static int on_properties(sd_bus_message *message, void *user,
                         sd_bus_error *error);
static const char *active_state_of(sd_bus_message *message);
static struct mu_agent_watch *watch_new(struct mu_agent_watches *watches,
                                        const char *path, const char *resource);
static void watch_free(struct mu_agent_watch *watch);

void
mu_agent_watch_set(struct mu_agent_watches *watches, sd_bus *bus,
                   const char *path, const char *resource)
{
    struct mu_agent_watch *watch = watches->first;

    if (!watches->changed) {
        return;
    }
    while (watch && strcmp(watch->resource, resource) != 0) {
        watch = watch->next;
    }
    if (watch && strcmp(watch->path, path) == 0) {
        watch->is_active = true;
        return;
    }
    mu_agent_watch_remove(watches, resource);
    watch = watch_new(watches, path, resource);
    if (watch && sd_bus_match_signal_async(
                     bus, &watch->slot, "org.freedesktop.systemd1", path,
                     "org.freedesktop.DBus.Properties", "PropertiesChanged",
                     on_properties, NULL, watch) < 0) {
        /* Then its failures are seen at the next monitor, as without us. */
        mu_agent_watch_remove(watches, resource);
    }
}

void
mu_agent_watch_remove(struct mu_agent_watches *watches, const char *resource)
{
    struct mu_agent_watch **at = &watches->first;

    while (*at && strcmp((*at)->resource, resource) != 0) {
        at = &(*at)->next;
    }
    if (*at) {
        struct mu_agent_watch *watch = *at;

        *at = watch->next;
        watch_free(watch);
    }
}

void
mu_agent_watch_clear(struct mu_agent_watches *watches)
{
    while (watches->first) {
        struct mu_agent_watch *watch = watches->first;

        watches->first = watch->next;
        watch_free(watch);
    }
}

static int
on_properties(sd_bus_message *message, void *user, sd_bus_error *error)
{
    struct mu_agent_watch *watch = user;
    const char *state = active_state_of(message);

    (void)error;
    if (!state || !watch->is_active || strcmp(state, "active") == 0 ||
        strcmp(state, "reloading") == 0 || strcmp(state, "refreshing") == 0) {
        return 0;
    }
    watch->is_active = false;
    watch->watches->changed(watch->watches->user, watch->resource);
    return 0;
}

/* Returns the unit's new state, or null when it is not in the message. */
static const char *
active_state_of(sd_bus_message *message)
{
    const char *interface;
    const char *name;
    const char *value = NULL;

    if (sd_bus_message_read(message, "s", &interface) < 0 ||
        strcmp(interface, "org.freedesktop.systemd1.Unit") != 0 ||
        sd_bus_message_enter_container(message, 'a', "{sv}") < 0) {
        return NULL;
    }
    while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
        if (sd_bus_message_read(message, "s", &name) < 0) {
            return NULL;
        }
        if (strcmp(name, "ActiveState") == 0) {
            return sd_bus_message_read(message, "v", "s", &value) < 0 ? NULL
                                                                      : value;
        }
        if (sd_bus_message_skip(message, "v") < 0 ||
            sd_bus_message_exit_container(message) < 0) {
            return NULL;
        }
    }
    return NULL;
}

/* Returns a watch in the list, or null when memory is short. */
static struct mu_agent_watch *
watch_new(struct mu_agent_watches *watches, const char *path,
          const char *resource)
{
    struct mu_agent_watch *watch = calloc(1, sizeof(*watch));

    if (!watch) {
        return NULL;
    }
    watch->watches = watches;
    watch->path = strdup(path);
    watch->resource = strdup(resource);
    watch->is_active = true;
    if (!watch->path || !watch->resource) {
        watch_free(watch);
        return NULL;
    }
    watch->next = watches->first;
    watches->first = watch;
    return watch;
}

static void
watch_free(struct mu_agent_watch *watch)
{
    (void)sd_bus_slot_unref(watch->slot);
    free(watch->path);
    free(watch->resource);
    free(watch);
}
