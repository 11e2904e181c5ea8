/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that several answers need: revisions, names, times. */

#include <limits.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"

const char *
mu_api_revision(const struct mu_state *state, struct mu_arena *arena,
                bool is_full)
{
    if (is_full) {
        return mu_text_make(
            arena, "%lld.%lld.%llu", (long long)state->admin_epoch,
            (long long)state->config_epoch, (unsigned long long)state->version);
    }
    return mu_text_make(arena, "%lld.%lld", (long long)state->admin_epoch,
                        (long long)state->config_epoch);
}

const char *
mu_api_node_name(const struct mu_state *state, uint32_t id)
{
    const struct mu_state_node *node =
        state && id ? mu_state_find_node(state, id) : NULL;

    return node ? node->name : NULL;
}

char *
mu_api_clean(char *text)
{
    unsigned char *at = (unsigned char *)text;

    while (*at) {
        unsigned more = *at < 0x80                  ? 0
                        : *at >= 0xc2 && *at < 0xe0 ? 1
                        : *at >= 0xe0 && *at < 0xf0 ? 2
                        : *at >= 0xf0 && *at < 0xf5 ? 3
                                                    : UINT_MAX;
        unsigned i = 1;

        while (more != UINT_MAX && i <= more && (at[i] & 0xc0) == 0x80) {
            i++;
        }
        /* Overlong forms, surrogates and what is beyond Unicode. */
        if (more == UINT_MAX || i <= more || (*at == 0xe0 && at[1] < 0xa0) ||
            (*at == 0xed && at[1] > 0x9f) || (*at == 0xf0 && at[1] < 0x90) ||
            (*at == 0xf4 && at[1] > 0x8f)) {
            *at++ = '?';
        } else {
            at += more + 1;
        }
    }
    return text;
}

json_t *
mu_api_time_json(int64_t wall_ms)
{
    char text[MU_API_TIME_SIZE];

    if (wall_ms == 0) {
        return json_null();
    }
    mu_api_time_format(wall_ms, text);
    return json_string(text);
}
