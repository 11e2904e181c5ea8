/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status line: a whole cluster in one line, for monitoring. */

#include "tools/field.h"
#include "tools/muster_status.h"

void
mu_muster_status_line_write(const json_t *status, struct mu_text_buffer *text)
{
    static const char *const words[] = {"OK", "DEGRADED", "OUTAGE"};
    const json_t *cluster = json_object_get(status, "cluster");
    const json_t *problems = json_object_get(status, "problems");
    const json_t *first = json_array_get(problems, 0);
    const json_t *node;
    const char *name = mu_field_text(cluster, "name");
    size_t online = 0;
    size_t i;

    json_array_foreach(json_object_get(status, "nodes"), i, node)
    {
        online += mu_field_is_true(node, "online") ? 1 : 0;
    }
    mu_text_buffer_add(text, "CLUSTER %s: %s%s%zu of %zu nodes online, %s",
                       words[mu_muster_status_exit(status)], name ? name : "",
                       name ? ": " : "", online,
                       json_array_size(json_object_get(status, "nodes")),
                       mu_field_is_true(cluster, "quorate") ? "quorate"
                                                            : "NO quorum");
    if (first) {
        mu_text_buffer_add(
            text, ", %zu problem%s: %s: %s", json_array_size(problems),
            json_array_size(problems) == 1 ? "" : "s",
            mu_field_text(first, "what"), mu_field_text(first, "text"));
    }
    mu_text_buffer_append(text, "\n", 1);
}
