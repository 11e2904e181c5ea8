/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/msg.h"

#include <errno.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/panic.h"
#include "wire/reader.h"
#include "wire/writer.h"

enum {
    MAGIC = 0x5254554d, /* "MUTR" */
    VERSION = 1,
    CHECKSUM_SIZE = 8,
};

struct mu_span
mu_msg_encode(const struct mu_msg *msg, struct mu_arena *arena)
{
    struct mu_writer writer;
    struct mu_span bytes;

    mu_assert(msg->body.size <= MU_FRAGMENT_SIZE_MAX);
    mu_assert(msg->offset <= msg->total);
    mu_assert(msg->body.size <= msg->total - msg->offset);
    mu_writer_init(&writer, arena);
    mu_writer_u32(&writer, MAGIC);
    mu_writer_u8(&writer, VERSION);
    mu_writer_enum(&writer, msg->type);
    mu_writer_u32(&writer, msg->ring_node);
    mu_writer_u64(&writer, msg->ring_seq);
    mu_writer_u64(&writer, msg->incarnation);
    mu_writer_u64(&writer, msg->sequence);
    mu_writer_u32(&writer, msg->total);
    mu_writer_u32(&writer, msg->offset);
    mu_writer_span(&writer, msg->body);
    bytes = mu_writer_get(&writer);
    mu_writer_u64(&writer, mu_digest_of(bytes.data, bytes.size).low);
    bytes = mu_writer_get(&writer);
    mu_assert(bytes.size <= MU_MESSAGE_SIZE_MAX);
    return bytes;
}

int
mu_msg_decode(struct mu_span bytes, struct mu_msg *ret_msg)
{
    struct mu_reader reader;
    struct mu_reader tail;
    struct mu_msg msg;

    if (bytes.size < CHECKSUM_SIZE || bytes.size > MU_MESSAGE_SIZE_MAX) {
        return -EBADMSG;
    }
    bytes.size -= CHECKSUM_SIZE;
    mu_reader_init(&tail,
                   (struct mu_span){bytes.data + bytes.size, CHECKSUM_SIZE});
    if (mu_reader_u64(&tail) != mu_digest_of(bytes.data, bytes.size).low) {
        return -EBADMSG;
    }
    mu_reader_init(&reader, bytes);
    if (mu_reader_u32(&reader) != MAGIC || mu_reader_u8(&reader) != VERSION) {
        return -EBADMSG;
    }
    msg.type = (enum mu_msg_type)mu_reader_enum(&reader, MU_MSG_TYPES_COUNT);
    msg.ring_node = mu_reader_u32(&reader);
    msg.ring_seq = mu_reader_u64(&reader);
    msg.incarnation = mu_reader_u64(&reader);
    msg.sequence = mu_reader_u64(&reader);
    msg.total = mu_reader_u32(&reader);
    msg.offset = mu_reader_u32(&reader);
    msg.body = mu_reader_span(&reader);
    if (!mu_reader_is_done(&reader) || msg.total > MU_LONG_SIZE_MAX ||
        msg.offset > msg.total || msg.body.size > msg.total - msg.offset ||
        (msg.body.size == 0 && msg.total > 0)) {
        return -EBADMSG;
    }
    *ret_msg = msg;
    return 0;
}

const char *
mu_msg_type_name(enum mu_msg_type type)
{
    static const char *const names[MU_MSG_TYPES_COUNT] = {
        [MU_MSG_HELLO] = "hello",       [MU_MSG_EXCLUDE] = "exclude",
        [MU_MSG_VIEW] = "view",         [MU_MSG_SNAPSHOT] = "snapshot",
        [MU_MSG_SYNCED] = "synced",     [MU_MSG_PROMISED] = "promised",
        [MU_MSG_TICK] = "tick",         [MU_MSG_CONFIG] = "config",
        [MU_MSG_STORED] = "stored",     [MU_MSG_DECIDE] = "decide",
        [MU_MSG_RESULT] = "result",     [MU_MSG_RECURRING] = "recurring",
        [MU_MSG_REQUEST] = "request",
    };

    return names[type];
}
