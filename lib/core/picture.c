/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/picture.h"

#include <errno.h>
#include <string.h>

#include "wire/reader.h"
#include "wire/writer.h"

static const char MAGIC[] = "muster picture ";

struct mu_span
mu_picture_encode(const struct mu_state *state, uint32_t coordinator,
                  const char *version, struct mu_arena *arena)
{
    struct mu_writer writer;

    mu_writer_init(&writer, arena);
    mu_writer_raw(&writer, MAGIC, strlen(MAGIC));
    mu_writer_text(&writer, version);
    mu_writer_u32(&writer, coordinator);
    mu_writer_span(&writer, mu_state_encode(state, arena));
    return mu_writer_get(&writer);
}

int
mu_picture_decode(struct mu_span bytes, const char *version,
                  struct mu_state *state, uint32_t *ret_coordinator)
{
    size_t length = strlen(MAGIC);
    struct mu_reader reader;
    struct mu_span theirs;
    struct mu_span encoded;

    if (bytes.size < length || memcmp(bytes.data, MAGIC, length) != 0) {
        return -EBADMSG;
    }
    mu_reader_init(&reader,
                   (struct mu_span){bytes.data + length, bytes.size - length});
    theirs = mu_reader_span(&reader);
    if (!reader.has_failed &&
        (theirs.size != strlen(version) ||
         memcmp(theirs.data, version, theirs.size) != 0)) {
        return -EPROTO;
    }
    *ret_coordinator = mu_reader_u32(&reader);
    encoded = mu_reader_span(&reader);
    if (reader.has_failed || reader.size > 0) {
        return -EBADMSG;
    }
    return mu_state_decode(state, encoded);
}
