/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_IPC_H
#define MU_DAEMON_IPC_H

/* Ipc: who is talking to us on this machine, and how much may they say?
 *
 * Listens on a stream socket in /run/muster, asks the kernel who the peer is,
 * collects requests and sends responses and events in frames. It knows nothing
 * of JSON or of the cluster.
 *
 * It is a plain Unix socket and not libqb's server, because that one maps
 * memory that its clients can shrink or rewrite, lets a client choose the size
 * of the buffers, knows no supplementary groups and has no bound for strangers
 * that connect and say nothing.
 *
 * Bounds: clients (fewer for others than root), bytes of unfinished requests
 * in all, bytes waiting for a client, time without progress in the middle of a
 * request or a response, requests in each second. Who breaks one is dropped;
 * a client with an unanswered request is not read from until it is answered.
 *
 * Invariant: the handler hears 'gone' once for each client of which it has
 * seen a request, and never hears of that client again. */

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/errbuf.h"
#include "daemon/api.h"
#include "daemon/frame.h"
#include "daemon/loop.h"

struct mu_ipc;

/* What is done with requests. The functions may call mu_ipc_send(). */
struct mu_ipc_handler {
    void *context; /* First argument of the functions below. */

    /* A whole request; 'json' is borrowed and followed by a NUL. */
    void (*request)(void *context, uint64_t client,
                    const struct mu_api_credentials *credentials,
                    const char *json, size_t size);

    /* The client's connection is closed. */
    void (*gone)(void *context, uint64_t client);
};

/* Listens at 'path' (an old socket there is replaced) and handles clients from
 * 'loop' on. 0 or a negative errno. */
MU_NODISCARD int mu_ipc_new(struct mu_loop *loop, const char *path,
                            const struct mu_ipc_handler *handler,
                            struct mu_ipc **ret_ipc, struct mu_errbuf *err);

/* Queues one frame for 'client'; 'data' is copied. An unknown client is
 * ignored; one that has too much waiting is dropped. */
void mu_ipc_send(struct mu_ipc *ipc, uint64_t client, enum mu_frame_kind kind,
                 const char *data, size_t size);

/* Closes all connections after trying to send what is waiting, removes the
 * socket and releases 'ipc'; null is accepted. */
void mu_ipc_free(struct mu_ipc *ipc);

#endif /* MU_DAEMON_IPC_H */
