/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_CIB_STATUS_H
#define MU_MODEL_CIB_STATUS_H

/* CIB status: the <status> section as typed records, and back.
 *
 * The status section is the largest part of large files: it is read as a
 * stream into records, without a document tree. */

#include "base/span.h"
#include "base/text.h"
#include "model/snapshot.h"

/* Reads a whole <cib> in 'xml': configuration (tree) and status (stream), on
 * 'arena'. Old schema words are understood. execution-date, have-quorum and
 * no-quorum-panic of the <cib> become now_ms, is_quorate and had_quorum;
 * without execution-date now_ms is 'now_ms'. Nodes that only the status knows
 * are added (config_node is NONE). The snapshot's nodes are sorted as the
 * scheduler wants them (mu_text_natural_cmp). Errors as mu_config_read(). */
MU_NODISCARD int mu_cib_status_read_cib(struct mu_arena *arena,
                                        struct mu_span xml, int64_t now_ms,
                                        enum mu_config_strictness strictness,
                                        struct mu_snapshot **ret_snapshot,
                                        struct mu_errbuf *err);

/* Appends the <status> element for 'status' to 'text', 'indent' levels deep,
 * one element per line. Reading it again gives the same status. What is in
 * flight is written as elements of our own that other readers ignore. */
void mu_cib_status_write(const struct mu_status *status, unsigned indent,
                         struct mu_text_buffer *text);

/* Appends the <node_state> of one node, as above. */
void mu_cib_status_write_node(const struct mu_status_node *node,
                              unsigned indent, struct mu_text_buffer *text);

#endif /* MU_MODEL_CIB_STATUS_H */
