/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cache: status and CIB are asked for by people, monitoring, screens and
 * agents, mostly while nothing changes. Making the text of a thousand resources
 * takes longer than all else that a client waits for. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_time.h"

enum { SECONDS_LENGTH = 10 }; /* Digits of the seconds since 1970. */

/* What stands before the time. */
static const char status_head[] = "{\"result\":{\"now\":\"";
static const char cib_head[] = "execution-date=\\\"";

static bool is_good(const struct mu_api *api, const struct mu_api_cache *cache);
static const char *fill(struct mu_api *api, struct mu_api_cache *cache,
                        json_t *result, const char *head);

const char *
mu_api_cache_status(struct mu_api *api, size_t *ret_size)
{
    const struct mu_api_sight *sight = mu_api_sight_look(api);
    struct mu_api_cache *cache = &api->status_cache;

    if (is_good(api, cache)) {
        char now[MU_API_TIME_SIZE];

        mu_api_time_format(sight->wall_ms, now);
        memcpy(cache->text + cache->time_at, now, strlen(now));
    } else {
        mu_api_override_look(api);
        if (!fill(api, cache, mu_api_status_build(sight, &api->scratch),
                  status_head)) {
            return NULL;
        }
    }
    *ret_size = cache->size;
    return cache->text;
}

const char *
mu_api_cache_cib(struct mu_api *api, size_t *ret_size)
{
    const struct mu_api_sight *sight = mu_api_sight_look(api);
    struct mu_api_cache *cache = &api->cib_cache;

    if (is_good(api, cache)) {
        char now[MU_API_TIME_SIZE];

        mu_text_format(now, sizeof(now), "%010" PRId64, sight->wall_ms / 1000);
        memcpy(cache->text + cache->time_at, now, SECONDS_LENGTH);
    } else if (!fill(api, cache, mu_api_cib_build(sight, true, &api->scratch),
                     cib_head)) {
        return NULL;
    }
    *ret_size = cache->size;
    return cache->text;
}

void
mu_api_cache_done(struct mu_api_cache *cache)
{
    free(cache->text);
    cache->text = NULL;
}

/* Makes the text of 'result', whose reference is taken and which may be null.
 * Null when there is none. */
static const char *
fill(struct mu_api *api, struct mu_api_cache *cache, json_t *result,
     const char *head)
{
    json_t *answer = result ? json_pack("{s:o}", "result", result) : NULL;
    const char *at;

    mu_api_cache_done(cache);
    cache->text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    json_decref(answer);
    if (!cache->text) {
        return NULL;
    }
    at = strstr(cache->text, head);
    cache->time_at = at ? (size_t)(at - cache->text) + strlen(head) : 0;
    cache->size = strlen(cache->text);
    cache->plans_count = api->plans_count;
    cache->phase = api->sight.phase;
    cache->coordinator = api->sight.coordinator;
    cache->is_idle = api->sight.is_idle;
    return cache->text;
}

/* A daemon in trouble tells of it in words that may change at any time. */
static bool
is_good(const struct mu_api *api, const struct mu_api_cache *cache)
{
    const struct mu_api_sight *sight = &api->sight;

    return cache->text && !sight->trouble && api->has_plan &&
           cache->plans_count == api->plans_count &&
           cache->phase == sight->phase &&
           cache->coordinator == sight->coordinator &&
           cache->is_idle == sight->is_idle && cache->time_at > 0 &&
           cache->size > cache->time_at + MU_API_TIME_SIZE;
}
