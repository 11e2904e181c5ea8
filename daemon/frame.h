/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_FRAME_H
#define MU_DAEMON_FRAME_H

/* Frame: where does one message of the local interface end?
 *
 * A frame is a header of twelve bytes (the letters MUS1, then kind and size as
 * little-endian 32-bit numbers) and 'size' bytes of JSON text; the answer to
 * "state" alone is no JSON (core/picture.h). The reader collects bytes as they
 * arrive and gives out whole frames. It knows nothing of sockets, clients or
 * JSON; the daemon and the tools share it.
 *
 * Received bytes are hostile. Memory grows with what has really arrived, not
 * with what a header promises.
 *
 * Invariant: 'start' <= 'end' <= 'capacity'. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    MU_FRAME_HEADER_SIZE = 12,
    MU_FRAME_REQUEST_SIZE_MAX = 16 << 20,   /* What a client may ask with. */
    MU_FRAME_RESPONSE_SIZE_MAX = 256 << 20, /* What it may be answered with. */
};

/* Where the daemon listens unless it is told otherwise. */
#define MU_FRAME_SOCKET_PATH "/run/muster/musterd.sock"

enum mu_frame_kind {
    MU_FRAME_REQUEST = 1,  /* Client to daemon. One response follows. */
    MU_FRAME_RESPONSE = 2, /* Daemon to client, one for each request. */
    MU_FRAME_EVENT = 3,    /* Daemon to a client that has subscribed. */
    MU_FRAME_REFUSAL = 4,  /* Daemon to a client that it is about to drop: one
                              sentence of plain text instead of JSON. */
};

struct mu_frame {
    enum mu_frame_kind kind;
    const unsigned char *data; /* Borrowed from the reader; followed by NUL. */
    size_t size;
};

struct mu_frame_reader {
    unsigned char *data; /* On the heap, or null while nothing is kept. */
    size_t start;        /* First byte that has not been given out. */
    size_t end;          /* Behind the last byte received. */
    size_t capacity;
    size_t size_max;     /* Of the content of one frame. */
    unsigned char saved; /* What the NUL behind a frame stands on. */
    bool has_saved;
};

/* Writes the header for 'size' bytes of content. */
void mu_frame_encode_header(unsigned char header[MU_FRAME_HEADER_SIZE],
                            enum mu_frame_kind kind, uint32_t size);

/* Makes 'reader' empty; frames over 'size_max' are refused. */
void mu_frame_reader_init(struct mu_frame_reader *reader, size_t size_max);

/* Returns where the next bytes may be written and how many; forgets frames
 * given out before. Null when there is no memory. */
unsigned char *mu_frame_reader_space(struct mu_frame_reader *reader,
                                     size_t *ret_size);

/* Says that 'size' bytes have been written to the space. */
void mu_frame_reader_add(struct mu_frame_reader *reader, size_t size);

/* Takes the next whole frame; it is borrowed until the next call of any
 * function on 'reader'. 1 when there is one, 0 when more bytes are needed,
 * -EBADMSG when this is not our language, -E2BIG when the frame is over the
 * limit. After an error the stream is lost. */
MU_NODISCARD int mu_frame_reader_next(struct mu_frame_reader *reader,
                                      struct mu_frame *ret_frame);

/* Returns how many bytes are waiting for the rest of their frame. */
size_t mu_frame_reader_count(const struct mu_frame_reader *reader);

/* Releases memory; 'reader' is as after init. */
void mu_frame_reader_done(struct mu_frame_reader *reader);

#endif /* MU_DAEMON_FRAME_H */
