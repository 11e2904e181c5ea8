/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MUSTER_IPC_H
#define MU_TOOLS_MUSTER_IPC_H

/* Muster_ipc: a tool's end of the connection to the local daemon.
 *
 * Sends a request and waits for its response, with a deadline; keeps events
 * that arrive meanwhile. It knows nothing of what the JSON text means.
 *
 * Invariant: after any error but -ETIMEDOUT of mu_muster_ipc_next_event() the
 * connection is of no more use and can only be closed. */

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/errbuf.h"

struct mu_muster_ipc;

/* Connects to the daemon; 'path' null means $MUSTER_SOCKET or the usual place.
 * 0, -ENOENT or -ECONNREFUSED (no daemon), -EACCES (not allowed),
 * -ETIMEDOUT, or another negative errno; 'err' says what to do next. */
MU_NODISCARD int mu_muster_ipc_open(const char *path, int64_t timeout_ms,
                                    struct mu_muster_ipc **ret_ipc,
                                    struct mu_errbuf *err);

/* Sends a request of 'size' bytes and waits for the response, at most
 * 'timeout_ms' (negative: for ever). '*ret_json' is NUL-terminated, on the
 * heap, and the caller's. 0, -ETIMEDOUT, -ECONNRESET when the daemon closed
 * the connection, -E2BIG when the request is too long. */
MU_NODISCARD int mu_muster_ipc_request(struct mu_muster_ipc *ipc,
                                       const char *json, size_t size,
                                       int64_t timeout_ms, char **ret_json,
                                       struct mu_errbuf *err);

/* The same for an answer that may be no text: '*ret_size' is what it has
 * without the NUL. */
MU_NODISCARD int mu_muster_ipc_request_bytes(struct mu_muster_ipc *ipc,
                                             const char *json,
                                             int64_t timeout_ms,
                                             char **ret_bytes, size_t *ret_size,
                                             struct mu_errbuf *err);

/* Waits for the next event of a subscription, at most 'timeout_ms' (negative:
 * for ever). '*ret_json' as above. 0, -ETIMEDOUT or -ECONNRESET. */
MU_NODISCARD int mu_muster_ipc_next_event(struct mu_muster_ipc *ipc,
                                          int64_t timeout_ms, char **ret_json,
                                          struct mu_errbuf *err);

/* Descriptor to poll for input, for callers with a loop of their own. */
int mu_muster_ipc_get_fd(const struct mu_muster_ipc *ipc);

/* Closes the connection; null is accepted. */
void mu_muster_ipc_close(struct mu_muster_ipc *ipc);

#endif /* MU_TOOLS_MUSTER_IPC_H */
