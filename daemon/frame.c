/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

enum { SPACE_SIZE_MIN = 4096 };

static const unsigned char magic[4] = {'M', 'U', 'S', '1'};

static void
put32(unsigned char *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint32_t
get32(const unsigned char *from)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t)from[i] << (8 * i);
    }
    return value;
}

void
mu_frame_encode_header(unsigned char header[MU_FRAME_HEADER_SIZE],
                       enum mu_frame_kind kind, uint32_t size)
{
    memcpy(header, magic, sizeof(magic));
    put32(header + 4, (uint32_t)kind);
    put32(header + 8, size);
}

/* Takes back the NUL that was put behind the newest frame. */
static void
saved_restore(struct mu_frame_reader *reader)
{
    if (reader->has_saved) {
        reader->data[reader->start] = reader->saved;
        reader->has_saved = false;
    }
}

void
mu_frame_reader_init(struct mu_frame_reader *reader, size_t size_max)
{
    *reader = (struct mu_frame_reader){.size_max = size_max};
}

unsigned char *
mu_frame_reader_space(struct mu_frame_reader *reader, size_t *ret_size)
{
    saved_restore(reader);
    if (reader->start == reader->end) {
        reader->start = reader->end = 0;
    } else if (reader->start > 0 &&
               reader->capacity - reader->end < SPACE_SIZE_MIN) {
        memmove(reader->data, reader->data + reader->start,
                reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    /* One byte stays free for the NUL behind a frame. */
    if (reader->capacity - reader->end < SPACE_SIZE_MIN / 2) {
        size_t capacity =
            reader->capacity > 0 ? reader->capacity * 2 : SPACE_SIZE_MIN;
        unsigned char *data = realloc(reader->data, capacity);

        if (!data) {
            return NULL;
        }
        reader->data = data;
        reader->capacity = capacity;
    }
    *ret_size = reader->capacity - reader->end - 1;
    return reader->data + reader->end;
}

void
mu_frame_reader_add(struct mu_frame_reader *reader, size_t size)
{
    mu_assert(size < reader->capacity - reader->end);
    reader->end += size;
}

static int
header_decode(const struct mu_frame_reader *reader, struct mu_frame *ret_frame)
{
    const unsigned char *header = reader->data + reader->start;
    uint32_t kind = get32(header + 4);
    uint32_t size = get32(header + 8);

    if (memcmp(header, magic, sizeof(magic)) != 0 || kind < MU_FRAME_REQUEST ||
        kind > MU_FRAME_REFUSAL) {
        return -EBADMSG;
    }
    if (size > reader->size_max) {
        return -E2BIG;
    }
    ret_frame->kind = (enum mu_frame_kind)kind;
    ret_frame->size = size;
    return 0;
}

int
mu_frame_reader_next(struct mu_frame_reader *reader, struct mu_frame *ret_frame)
{
    struct mu_frame frame = {.kind = MU_FRAME_REQUEST};
    size_t count = reader->end - reader->start;
    size_t behind;
    int error;

    saved_restore(reader);
    if (count < MU_FRAME_HEADER_SIZE) {
        return 0;
    }
    error = header_decode(reader, &frame);
    if (error) {
        return error;
    }
    if (count - MU_FRAME_HEADER_SIZE < frame.size) {
        return 0;
    }
    frame.data = reader->data + reader->start + MU_FRAME_HEADER_SIZE;
    behind = reader->start + MU_FRAME_HEADER_SIZE + frame.size;
    reader->saved = reader->data[behind];
    reader->has_saved = true;
    reader->data[behind] = '\0';
    reader->start = behind;
    *ret_frame = frame;
    return 1;
}

size_t
mu_frame_reader_count(const struct mu_frame_reader *reader)
{
    return reader->end - reader->start;
}

void
mu_frame_reader_done(struct mu_frame_reader *reader)
{
    free(reader->data);
    mu_frame_reader_init(reader, reader->size_max);
}
