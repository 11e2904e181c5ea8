/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/revision.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/state.h"
#include "wire/delta.h"

#define CONTENT_ARENA_SIZE_MAX ((size_t)1 << 30)

static void visit_revision(struct mu_archive *archive,
                           struct mu_revision *revision);
static uint32_t first_with_content(const struct mu_revisions *log);
static bool number_parse(const char *text, int64_t *ret_admin,
                         int64_t *ret_epoch, bool *ret_has_admin);
static const struct mu_revision *find_number(const struct mu_state *state,
                                             const char *text);
static void refuse(const struct mu_state *state, const char *text,
                   struct mu_errbuf *err);

struct mu_revision_author
mu_revision_nobody(void)
{
    return (struct mu_revision_author){
        .user = "", .node = "", .program = "", .message = ""};
}

struct mu_revisions
mu_revision_add(struct mu_arena *arena, const struct mu_revisions *log,
                const struct mu_revision *newest, struct mu_span former)
{
    uint32_t first = log->count < MU_REVISIONS_COUNT_MAX
                         ? 0
                         : log->count + 1 - MU_REVISIONS_COUNT_MAX;
    struct mu_revisions added = {
        mu_arena_new(arena, struct mu_revision, log->count + 1 - first), 0};
    size_t size = 0;

    for (uint32_t i = first; i < log->count; i++) {
        added.items[added.count++] = log->items[i];
    }
    if (added.count > 0) {
        added.items[added.count - 1].delta = former;
    }
    /* From the newest back: what is behind the first that has no room, or no
     * content, cannot be made any more. */
    for (uint32_t i = added.count; i > 0; i--) {
        struct mu_span *delta = &added.items[i - 1].delta;

        if (delta->size == 0 || size + delta->size > MU_REVISIONS_SIZE_MAX) {
            size = MU_REVISIONS_SIZE_MAX;
            *delta = (struct mu_span){NULL, 0};
        }
        size += delta->size;
    }
    added.items[added.count] = *newest;
    added.items[added.count++].delta = (struct mu_span){NULL, 0};
    return added;
}

struct mu_revisions
mu_revision_after(struct mu_arena *arena, const struct mu_state *state,
                  const struct mu_state_proposal *proposal)
{
    const struct mu_revision newest = {.index = proposal->index,
                                       .admin_epoch = state->admin_epoch,
                                       .config_epoch = state->config_epoch + 1,
                                       .author = proposal->author};

    return mu_revision_add(arena, &state->revisions, &newest,
                           proposal->former);
}

void
mu_revision_visit_author(struct mu_archive *archive,
                         struct mu_revision_author *author)
{
    mu_archive_text(archive, &author->user);
    mu_archive_text(archive, &author->node);
    mu_archive_text(archive, &author->program);
    mu_archive_text(archive, &author->message);
    mu_archive_i64(archive, &author->wall_ms);
    mu_archive_u32(archive, &author->objects_count);
}

void
mu_revision_visit(struct mu_archive *archive, struct mu_revisions *log)
{
    uint32_t ignored;

    MU_ARCHIVE_ROWS(archive, log->items, log->count, ignored, visit_revision);
    (void)ignored; /* The log is copied when it grows. */
    if (archive->reader &&
        (log->count > MU_REVISIONS_COUNT_MAX ||
         (log->count > 0 &&
          !mu_revision_is_sound(log, log->items[log->count - 1].index)))) {
        archive->reader->has_failed = true;
        log->count = 0;
    }
}

static void
visit_revision(struct mu_archive *archive, struct mu_revision *revision)
{
    mu_archive_u64(archive, &revision->index);
    mu_archive_i64(archive, &revision->admin_epoch);
    mu_archive_i64(archive, &revision->config_epoch);
    mu_revision_visit_author(archive, &revision->author);
    mu_archive_span(archive, &revision->delta);
}

bool
mu_revision_is_sound(const struct mu_revisions *log, uint64_t index)
{
    size_t size = 0;

    if (log->count > index ||
        (log->count > 0 && log->items[log->count - 1].delta.size > 0)) {
        return false;
    }
    for (uint32_t i = 0; i < log->count; i++) {
        size += log->items[i].delta.size;
        if (log->items[i].index != index - (log->count - 1 - i) ||
            (i + 2 < log->count && log->items[i].delta.size > 0 &&
             log->items[i + 1].delta.size == 0)) {
            return false;
        }
    }
    return size <= MU_REVISIONS_SIZE_MAX;
}

const struct mu_revision *
mu_revision_newest(const struct mu_state *state)
{
    const struct mu_revisions *log = &state->revisions;

    return log->count > 0 ? &log->items[log->count - 1] : NULL;
}

const struct mu_revision *
mu_revision_find(const struct mu_state *state, const char *text,
                 struct mu_errbuf *err)
{
    const struct mu_revision *found = find_number(state, text);

    if (found && mu_revision_has_content(state, found)) {
        return found;
    }
    refuse(state, text, err);
    return NULL;
}

bool
mu_revision_has_content(const struct mu_state *state,
                        const struct mu_revision *revision)
{
    return revision == mu_revision_newest(state) || revision->delta.size > 0;
}

int
mu_revision_content(const struct mu_state *state,
                    const struct mu_revision *revision, struct mu_arena *arena,
                    struct mu_span *ret_xml)
{
    const struct mu_revisions *log = &state->revisions;
    uint32_t at = (uint32_t)(revision - log->items);
    struct mu_span xml = state->config_xml;
    struct mu_arena steps[2]; /* One holds the base, the other the target. */
    int r = 0;

    if (!mu_revision_has_content(state, revision)) {
        return -ENOENT;
    }
    mu_arena_init(&steps[0], CONTENT_ARENA_SIZE_MAX);
    mu_arena_init(&steps[1], CONTENT_ARENA_SIZE_MAX);
    for (uint32_t i = log->count - 1; i > at && r == 0; i--) {
        mu_arena_done(&steps[i % 2]);
        r = mu_delta_apply(&steps[i % 2], xml, log->items[i - 1].delta,
                           MU_CONFIG_SIZE_MAX, &xml);
    }
    if (r == 0) {
        *ret_xml = (struct mu_span){mu_arena_copy(arena, xml.data, xml.size),
                                    xml.size};
    }
    mu_arena_done(&steps[0]);
    mu_arena_done(&steps[1]);
    return r == 0 ? 0 : -EBADMSG;
}

static uint32_t
first_with_content(const struct mu_revisions *log)
{
    uint32_t at = log->count - 1;

    while (at > 0 && log->items[at - 1].delta.size > 0) {
        at--;
    }
    return at;
}

/* "12", "0.12" or "0.12.3"; the third number does not count configurations. */
static bool
number_parse(const char *text, int64_t *ret_admin, int64_t *ret_epoch,
             bool *ret_has_admin)
{
    int64_t numbers[3] = {0};
    unsigned count = 0;

    while (count < 3) {
        size_t length = strcspn(text, ".");
        char digits[20];

        if (length == 0 || length >= sizeof(digits)) {
            return false;
        }
        memcpy(digits, text, length);
        digits[length] = '\0';
        if (mu_text_parse_int64(digits, &numbers[count++]) != 0) {
            return false;
        }
        if (text[length] == '\0') {
            *ret_has_admin = count > 1;
            *ret_admin = count > 1 ? numbers[0] : 0;
            *ret_epoch = count > 1 ? numbers[1] : numbers[0];
            return true;
        }
        text += length + 1;
    }
    return false;
}

static const struct mu_revision *
find_number(const struct mu_state *state, const char *text)
{
    const struct mu_revisions *log = &state->revisions;
    int64_t admin = 0;
    int64_t epoch = 0;
    bool has_admin = false;

    if (strcmp(text, "current") == 0) {
        return mu_revision_newest(state);
    }
    if (!number_parse(text, &admin, &epoch, &has_admin)) {
        return NULL;
    }
    if (epoch < 0 && !has_admin) {
        return -epoch < (int64_t)log->count
                   ? &log->items[(int64_t)log->count - 1 + epoch]
                   : NULL;
    }
    for (uint32_t i = log->count; i > 0; i--) {
        const struct mu_revision *one = &log->items[i - 1];

        if (one->config_epoch == epoch &&
            (!has_admin || one->admin_epoch == admin)) {
            return one;
        }
    }
    return NULL;
}

static void
refuse(const struct mu_state *state, const char *text, struct mu_errbuf *err)
{
    const struct mu_revisions *log = &state->revisions;
    const struct mu_revision *newest = mu_revision_newest(state);
    const struct mu_revision *oldest;

    if (!newest) {
        mu_errbuf_set(err, "revision \"%.40s\": nothing has been configured "
                           "yet",
                      text);
        return;
    }
    oldest = &log->items[first_with_content(log)];
    if (find_number(state, text)) {
        mu_errbuf_set(err,
                      "revision %.40s: its content is no longer kept; the "
                      "oldest that is kept is %lld.%lld",
                      text, (long long)oldest->admin_epoch,
                      (long long)oldest->config_epoch);
        return;
    }
    mu_errbuf_set(err,
                  "revision \"%.40s\": there is none; kept are %lld.%lld to "
                  "%lld.%lld, see them with: muster revisions",
                  text, (long long)oldest->admin_epoch,
                  (long long)oldest->config_epoch,
                  (long long)newest->admin_epoch,
                  (long long)newest->config_epoch);
}
