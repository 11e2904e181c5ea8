/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/delta.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wire/reader.h"
#include "wire/writer.h"

/* Lines of one hash that are compared; more are as good as none. */
enum { CANDIDATES_COUNT_MAX = 8 };

enum step { STEP_COPY, STEP_SPELL, STEPS_COUNT };

struct line {
    uint64_t hash;
    size_t offset;
    size_t size;
};

struct lines {
    struct line *items; /* Sorted by hash, then offset. */
    size_t count;
};

/* What is being put together: one copy or one spelling at a time. */
struct making {
    struct mu_writer writer;
    struct mu_span base;
    struct mu_span target;
    size_t copy_offset;
    size_t copy_size;  /* 0: no copy is open. */
    size_t spelled_at; /* In the target. */
    size_t spelled;    /* 0: nothing is being spelled. */
};

static size_t common_start(struct mu_span a, struct mu_span b);
static size_t common_end(struct mu_span a, struct mu_span b);
static size_t line_size(struct mu_span text, size_t offset);
static uint64_t line_hash(const unsigned char *data, size_t size);
static struct lines lines_sort(struct mu_arena *arena, struct mu_span text,
                               size_t begin, size_t end);
static int line_cmp(const void *a, const void *b);
static bool line_find(const struct making *making, const struct lines *lines,
                      size_t offset, size_t size, size_t *ret_offset);
static void copy(struct making *making, size_t offset, size_t size);
static void spell(struct making *making, size_t offset, size_t size);
static void flush(struct making *making);

struct mu_span
mu_delta_make(struct mu_arena *arena, struct mu_span base,
              struct mu_span target)
{
    struct making making = {.base = base, .target = target};
    size_t start = common_start(base, target);
    struct mu_span base_rest = {base.data + start, base.size - start};
    struct mu_span target_rest = {target.data + start, target.size - start};
    size_t end = common_end(base_rest, target_rest);
    struct lines lines =
        lines_sort(arena, base, start, base.size - end);

    mu_writer_init(&making.writer, arena);
    mu_writer_u32(&making.writer, (uint32_t)target.size);
    copy(&making, 0, start);
    for (size_t at = start; at < target.size - end;) {
        size_t size = line_size(target, at);
        size_t found;

        if (size > target.size - end - at) {
            size = target.size - end - at;
        }
        if (line_find(&making, &lines, at, size, &found)) {
            copy(&making, found, size);
        } else {
            spell(&making, at, size);
        }
        at += size;
    }
    copy(&making, base.size - end, end);
    flush(&making);
    return mu_writer_get(&making.writer);
}

int
mu_delta_apply(struct mu_arena *arena, struct mu_span base,
               struct mu_span delta, size_t size_max,
               struct mu_span *ret_target)
{
    struct mu_reader reader;
    unsigned char *data;
    size_t size;
    size_t used = 0;

    mu_reader_init(&reader, delta);
    size = mu_reader_u32(&reader);
    if (size > size_max) {
        return -E2BIG;
    }
    data = mu_arena_new(arena, unsigned char, size + 1);
    while (reader.size > 0 && !reader.has_failed) {
        unsigned step = mu_reader_enum(&reader, STEPS_COUNT);
        struct mu_span part = {NULL, 0};

        if (step == STEP_SPELL) {
            part = mu_reader_span(&reader);
        } else {
            size_t offset = mu_reader_u32(&reader);

            part.size = mu_reader_u32(&reader);
            if (offset > base.size || part.size > base.size - offset) {
                return -EBADMSG;
            }
            part.data = base.data + offset;
        }
        if (reader.has_failed || part.size > size - used) {
            return -EBADMSG;
        }
        if (part.size > 0) {
            memcpy(data + used, part.data, part.size);
        }
        used += part.size;
    }
    if (!mu_reader_is_done(&reader) || used != size) {
        return -EBADMSG;
    }
    *ret_target = (struct mu_span){data, size};
    return 0;
}

static size_t
common_start(struct mu_span a, struct mu_span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    size_t at = 0;

    while (at < size && a.data[at] == b.data[at]) {
        at++;
    }
    /* Whole lines: what begins in the middle of one is found nowhere else. */
    while (at > 0 && a.data[at - 1] != '\n') {
        at--;
    }
    return at;
}

static size_t
common_end(struct mu_span a, struct mu_span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    size_t at = 0;

    while (at < size &&
           a.data[a.size - 1 - at] == b.data[b.size - 1 - at]) {
        at++;
    }
    return at;
}

/* With its line feed. */
static size_t
line_size(struct mu_span text, size_t offset)
{
    const unsigned char *end =
        memchr(text.data + offset, '\n', text.size - offset);

    return end ? (size_t)(end - (text.data + offset)) + 1 : text.size - offset;
}

static uint64_t
line_hash(const unsigned char *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static struct lines
lines_sort(struct mu_arena *arena, struct mu_span text, size_t begin,
           size_t end)
{
    struct lines lines = {0};
    size_t count = 0;

    for (size_t at = begin; at < end; at += line_size(text, at)) {
        count++;
    }
    lines.items = mu_arena_new(arena, struct line, count + 1);
    for (size_t at = begin; at < end;) {
        size_t size = line_size(text, at);

        if (size > end - at) {
            size = end - at;
        }
        lines.items[lines.count++] =
            (struct line){line_hash(text.data + at, size), at, size};
        at += size;
    }
    if (lines.count > 0) {
        qsort(lines.items, lines.count, sizeof(lines.items[0]), line_cmp);
    }
    return lines;
}

static int
line_cmp(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->offset < y->offset ? -1 : x->offset > y->offset ? 1 : 0;
}

/* Looks for the line of the target at 'offset': first right behind what was
 * copied last, then anywhere. */
static bool
line_find(const struct making *making, const struct lines *lines,
          size_t offset, size_t size, size_t *ret_offset)
{
    const unsigned char *data = making->target.data + offset;
    size_t next = making->copy_offset + making->copy_size;
    uint64_t hash;
    size_t low = 0;
    size_t high = lines->count;

    if (making->copy_size > 0 && size <= making->base.size - next &&
        memcmp(making->base.data + next, data, size) == 0) {
        *ret_offset = next;
        return true;
    }
    hash = line_hash(data, size);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lines->items[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i < lines->count && i < low + CANDIDATES_COUNT_MAX &&
                         lines->items[i].hash == hash;
         i++) {
        const struct line *line = &lines->items[i];

        if (line->size == size &&
            memcmp(making->base.data + line->offset, data, size) == 0) {
            *ret_offset = line->offset;
            return true;
        }
    }
    return false;
}

static void
copy(struct making *making, size_t offset, size_t size)
{
    if (size == 0) {
        return;
    }
    if (making->spelled > 0 || making->copy_size == 0 ||
        making->copy_offset + making->copy_size != offset) {
        flush(making);
        making->copy_offset = offset;
    }
    making->copy_size += size;
}

static void
spell(struct making *making, size_t offset, size_t size)
{
    if (making->copy_size > 0) {
        flush(making);
    }
    if (making->spelled == 0) {
        making->spelled_at = offset;
    }
    making->spelled += size;
}

static void
flush(struct making *making)
{
    if (making->copy_size > 0) {
        mu_writer_enum(&making->writer, STEP_COPY);
        mu_writer_u32(&making->writer, (uint32_t)making->copy_offset);
        mu_writer_u32(&making->writer, (uint32_t)making->copy_size);
        making->copy_size = 0;
    }
    if (making->spelled > 0) {
        mu_writer_enum(&making->writer, STEP_SPELL);
        mu_writer_span(&making->writer,
                       (struct mu_span){making->target.data +
                                            making->spelled_at,
                                        making->spelled});
        making->spelled = 0;
    }
}
