/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/writer.h"

#include <string.h>

#include "base/panic.h"

static void number_write(struct mu_writer *writer, uint64_t value, size_t size);

void
mu_writer_init(struct mu_writer *writer, struct mu_arena *arena)
{
    mu_assert(arena);
    *writer = (struct mu_writer){.arena = arena};
}

void
mu_writer_u8(struct mu_writer *writer, uint8_t value)
{
    number_write(writer, value, 1);
}

void
mu_writer_u32(struct mu_writer *writer, uint32_t value)
{
    number_write(writer, value, 4);
}

void
mu_writer_u64(struct mu_writer *writer, uint64_t value)
{
    number_write(writer, value, 8);
}

void
mu_writer_i32(struct mu_writer *writer, int32_t value)
{
    mu_writer_u32(writer, (uint32_t)value);
}

void
mu_writer_i64(struct mu_writer *writer, int64_t value)
{
    mu_writer_u64(writer, (uint64_t)value);
}

void
mu_writer_bool(struct mu_writer *writer, bool value)
{
    mu_writer_u8(writer, value ? 1 : 0);
}

void
mu_writer_enum(struct mu_writer *writer, unsigned value)
{
    mu_assert(value < 256);
    mu_writer_u8(writer, (uint8_t)value);
}

void
mu_writer_span(struct mu_writer *writer, struct mu_span span)
{
    mu_assert(span.size <= UINT32_MAX);
    mu_writer_u32(writer, (uint32_t)span.size);
    mu_writer_raw(writer, span.data, span.size);
}

void
mu_writer_text(struct mu_writer *writer, const char *text)
{
    struct mu_span span = {(const unsigned char *)text,
                           text ? strlen(text) : 0};

    mu_writer_span(writer, span);
}

void
mu_writer_raw(struct mu_writer *writer, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    if (size > writer->capacity - writer->size) {
        size_t capacity = writer->capacity ? writer->capacity * 2 : 512;
        unsigned char *grown;

        while (capacity < writer->size + size) {
            capacity *= 2;
        }
        grown = mu_arena_new(writer->arena, unsigned char, capacity);
        if (writer->size > 0) {
            memcpy(grown, writer->data, writer->size);
        }
        writer->data = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->data + writer->size, data, size);
    writer->size += size;
}

struct mu_span
mu_writer_get(const struct mu_writer *writer)
{
    return (struct mu_span){writer->data, writer->size};
}

static void
number_write(struct mu_writer *writer, uint64_t value, size_t size)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    mu_writer_raw(writer, bytes, size);
}
