/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_IPC_PEER_H
#define MU_DAEMON_IPC_PEER_H

/* Ipc_peer: who is at the other end of a Unix socket, and what may they do?
 *
 * Asks the kernel for user, group and supplementary groups as they were when
 * the peer connected. Names come from /etc/group and /etc/passwd alone: a
 * directory service that hangs must not hang us. */

#include "base/attr.h"
#include "base/errbuf.h"
#include "daemon/api.h"

/* Finds out who is at the other end of 'fd'. 0, -EACCES when they may not even
 * read (with a sentence for them), or another negative errno. */
MU_NODISCARD int mu_ipc_peer_get(int fd, struct mu_api_credentials *ret_peer,
                                 struct mu_errbuf *err);

#endif /* MU_DAEMON_IPC_PEER_H */
