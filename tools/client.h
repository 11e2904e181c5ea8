/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_CLIENT_H
#define MU_TOOLS_CLIENT_H

/* Client: one question to the local daemon, one answer.
 *
 * Says itself on standard error when there is no answer or it is a refusal; a
 * command only has to pass the exit code on. */

#include <jansson.h>
#include <stdint.h>

#include "base/attr.h"
#include "tools/muster_ipc.h"
#include "tools/tool.h"

/* An answer, or a refusal for callers that can do something about it. */
struct mu_client_answer {
    bool takes_refusal; /* Set by the caller: hand a refusal back with
                           MU_TOOL_FAILED and say nothing. */
    json_t *result;     /* A new reference on MU_TOOL_OK, else null. */
    int error;          /* Refused: negative errno of the daemon. */
    const char *text;   /* Refused: why, on the tool's arena. */
};

/* Asks 'request', whose reference is taken, and waits at most the tool's
 * time-out (default half a minute). Returns an exit code; '*ret_result' is a
 * new reference, set on MU_TOOL_OK only. */
MU_NODISCARD int mu_client_ask(struct mu_tool *tool, json_t *request,
                               json_t **ret_result);

/* The same on a connection of the caller's, for several questions or events,
 * with a time-out (negative: none) and a place for refusals. */
MU_NODISCARD int mu_client_ask_on(struct mu_tool *tool,
                                  struct mu_muster_ipc *ipc, json_t *request,
                                  int64_t timeout_ms,
                                  struct mu_client_answer *answer);

/* Connects; says what is wrong. Returns an exit code. */
MU_NODISCARD int mu_client_open(struct mu_tool *tool,
                                struct mu_muster_ipc **ret_ipc);

/* Adds to a request that changes something what asks for it and why: the
 * operator's message, or else the command line. */
void mu_client_sign(const struct mu_tool *tool, json_t *request);

/* Waits until the cluster is idle when the tool is to wait. */
MU_NODISCARD int mu_client_settle(struct mu_tool *tool);

/* Waits until the cluster is idle, at most the tool's time-out; '*ret_is_idle'
 * tells whether it came to that. Returns an exit code. */
MU_NODISCARD int mu_client_wait_idle(struct mu_tool *tool, bool *ret_is_idle);

#endif /* MU_TOOLS_CLIENT_H */
