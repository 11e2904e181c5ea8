/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/archive.h"

#include "base/panic.h"

void
mu_archive_u32(struct mu_archive *archive, uint32_t *value)
{
    if (archive->writer) {
        mu_writer_u32(archive->writer, *value);
    } else {
        *value = mu_reader_u32(archive->reader);
    }
}

void
mu_archive_i32(struct mu_archive *archive, int32_t *value)
{
    if (archive->writer) {
        mu_writer_i32(archive->writer, *value);
    } else {
        *value = mu_reader_i32(archive->reader);
    }
}

void
mu_archive_u64(struct mu_archive *archive, uint64_t *value)
{
    if (archive->writer) {
        mu_writer_u64(archive->writer, *value);
    } else {
        *value = mu_reader_u64(archive->reader);
    }
}

void
mu_archive_i64(struct mu_archive *archive, int64_t *value)
{
    if (archive->writer) {
        mu_writer_i64(archive->writer, *value);
    } else {
        *value = mu_reader_i64(archive->reader);
    }
}

void
mu_archive_bool(struct mu_archive *archive, bool *value)
{
    if (archive->writer) {
        mu_writer_bool(archive->writer, *value);
    } else {
        *value = mu_reader_bool(archive->reader);
    }
}

void
mu_archive_text(struct mu_archive *archive, const char **value)
{
    if (archive->writer) {
        mu_writer_text(archive->writer, *value);
    } else {
        *value = mu_reader_text(archive->reader, archive->arena);
    }
}

unsigned
mu_archive_enum(struct mu_archive *archive, unsigned value, unsigned bound)
{
    if (archive->writer) {
        mu_assert(value < bound);
        mu_writer_enum(archive->writer, value);
        return value;
    }
    return mu_reader_enum(archive->reader, bound);
}

void
mu_archive_count(struct mu_archive *archive, uint32_t *count)
{
    if (archive->writer) {
        mu_writer_u32(archive->writer, *count);
    } else {
        *count = mu_reader_count(archive->reader, 1);
    }
}

void
mu_archive_span(struct mu_archive *archive, struct mu_span *value)
{
    if (archive->writer) {
        mu_writer_span(archive->writer, *value);
    } else {
        *value = mu_reader_span(archive->reader);
        value->data = mu_arena_copy(archive->arena, value->data, value->size);
    }
}

void
mu_archive_pairs(struct mu_archive *archive, struct mu_pair **pairs, uint32_t *count)
{
    struct mu_pair *old = *pairs;

    mu_archive_count(archive, count);
    if (archive->reader) {
        *pairs = mu_arena_new(archive->arena, struct mu_pair, *count + 1);
        old = *pairs;
    }
    for (uint32_t i = 0; i < *count; i++) {
        mu_archive_text(archive, &old[i].name);
        mu_archive_text(archive, &old[i].value);
    }
}
