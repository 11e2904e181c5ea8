/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_API_H
#define MU_DAEMON_API_H

/* Api: what does the JSON text of a client mean, and what is the answer?
 *
 * Reads the replicated state for questions, turns wishes into request events,
 * and matches the core's replies to the clients that wait. It knows no
 * sockets and no ring; its host carries text in and out.
 *
 * Each request gets exactly one response, at once or later. After a client is
 * gone nothing is sent to it; a send to an unknown client is ignored by the
 * host. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "core/effect.h"
#include "core/event.h"
#include "daemon/outlook.h"

enum { MU_API_USER_SIZE = 64 };

/* Who is asking, as the kernel says. Clients that may not even read never get
 * here. */
struct mu_api_credentials {
    uint32_t uid;
    uint32_t gid;
    int32_t pid;
    bool may_change;             /* Root, or member of the group muster. */
    char user[MU_API_USER_SIZE]; /* Name for the record. */
};

/* What the api may ask of the daemon around it. */
struct mu_api_host {
    void *context; /* First argument of the functions below. */

    /* Queues a response to 'client'; 'json' is copied. */
    void (*respond)(void *context, uint64_t client, const char *json,
                    size_t size);

    /* Queues an event to 'client'; 'json' is copied. */
    void (*notify)(void *context, uint64_t client, const char *json,
                   size_t size);

    /* Queues 'request' as an event for the core and returns the number that it
     * was given in place of 'request->request'; 0 when the queue is full. All
     * that it points to is copied. mu_api_reply() brings the answer. */
    uint64_t (*submit)(void *context, const struct mu_event_request *request);

    /* The node's core, for reading. */
    const struct mu_core *(*core)(void *context);

    /* The wall clock, in milliseconds since 1970. */
    int64_t (*wall_ms)(void *context);

    /* Corosync's totem.cluster_name, or null. May be left out. */
    const char *(*cluster_name)(void *context);

    /* A sentence when the daemon cannot do its work ("waiting for Corosync:
     * ..."), or null. */
    const char *(*trouble)(void *context);

    /* What the cluster would survive, or null when that is not known yet. May
     * be left out. */
    const struct mu_outlook_answer *(*outlook)(void *context);
};

struct mu_api;

/* Allocates an api; 'host' is copied. Null when there is no memory. */
struct mu_api *mu_api_new(const struct mu_api_host *host);

/* Releases 'api'; null is accepted. */
void mu_api_free(struct mu_api *api);

/* Handles one request: 'size' bytes of text at 'json', hostile, followed by a
 * NUL that is not counted. Answers through the host. */
void mu_api_request(struct mu_api *api, uint64_t client,
                    const struct mu_api_credentials *credentials,
                    const char *json, size_t size);

/* The client's connection is closed: forget what it waits for. */
void mu_api_client_gone(struct mu_api *api, uint64_t client);

/* The core has answered a request that was submitted. */
void mu_api_reply(struct mu_api *api, const struct mu_effect_reply *reply);

/* A node has answered a survey that was submitted: its client is told. */
void mu_api_facts(struct mu_api *api, const struct mu_effect_survey *facts);

/* The state may have changed: tell those who subscribed. Called at most once
 * for each batch of steps. */
void mu_api_changed(struct mu_api *api);

#endif /* MU_DAEMON_API_H */
