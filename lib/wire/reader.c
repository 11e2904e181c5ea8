/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/reader.h"

#include <string.h>

#include "base/panic.h"

static uint64_t number_read(struct mu_reader *reader, size_t size);

void
mu_reader_init(struct mu_reader *reader, struct mu_span bytes)
{
    mu_assert(bytes.data || bytes.size == 0);
    reader->data = bytes.data;
    reader->size = bytes.size;
    reader->has_failed = false;
}

uint8_t
mu_reader_u8(struct mu_reader *reader)
{
    return (uint8_t)number_read(reader, 1);
}

uint32_t
mu_reader_u32(struct mu_reader *reader)
{
    return (uint32_t)number_read(reader, 4);
}

uint64_t
mu_reader_u64(struct mu_reader *reader)
{
    return number_read(reader, 8);
}

int32_t
mu_reader_i32(struct mu_reader *reader)
{
    return (int32_t)mu_reader_u32(reader);
}

int64_t
mu_reader_i64(struct mu_reader *reader)
{
    return (int64_t)mu_reader_u64(reader);
}

bool
mu_reader_bool(struct mu_reader *reader)
{
    return mu_reader_enum(reader, 2) == 1;
}

unsigned
mu_reader_enum(struct mu_reader *reader, unsigned bound)
{
    unsigned value = mu_reader_u8(reader);

    if (value >= bound) {
        reader->has_failed = true;
        return 0;
    }
    return value;
}

uint32_t
mu_reader_count(struct mu_reader *reader, size_t size_min)
{
    uint32_t count = mu_reader_u32(reader);

    mu_assert(size_min > 0);
    if (count > reader->size / size_min) {
        reader->has_failed = true;
        return 0;
    }
    return count;
}

struct mu_span
mu_reader_span(struct mu_reader *reader)
{
    uint32_t size = mu_reader_u32(reader);
    struct mu_span span = {NULL, 0};

    if (reader->has_failed || size > reader->size) {
        reader->has_failed = true;
        return span;
    }
    span = (struct mu_span){reader->data, size};
    reader->data += size;
    reader->size -= size;
    return span;
}

const char *
mu_reader_text(struct mu_reader *reader, struct mu_arena *arena)
{
    struct mu_span span = mu_reader_span(reader);

    if (span.size == 0) {
        return "";
    }
    if (memchr(span.data, 0, span.size)) {
        reader->has_failed = true;
        return "";
    }
    return mu_arena_strndup(arena, (const char *)span.data, span.size);
}

bool
mu_reader_is_done(const struct mu_reader *reader)
{
    return !reader->has_failed && reader->size == 0;
}

static uint64_t
number_read(struct mu_reader *reader, size_t size)
{
    uint64_t value = 0;

    if (reader->has_failed || reader->size < size) {
        reader->has_failed = true;
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)reader->data[i] << (8 * i);
    }
    reader->data += size;
    reader->size -= size;
    return value;
}
