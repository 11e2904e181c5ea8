/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/exec_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/clock.h"

enum {
    READ_SIZE = 32 << 10,  /* One read. */
    BUDGET_SIZE = 2 << 20, /* Between two pauses. */
    PAUSE_MS = 50,
    FINISH_SIZE_MAX = 1 << 20, /* Read at most when the agent has ended. */
    DATA_SIZE_MIN = 1024,
};

static const char reason_prefix[] = "ocf-exit-reason:";

static ssize_t read_some(struct mu_exec_output *output);
static void keep(struct mu_exec_output *output, const char *bytes, size_t size);
static void look_for_lines(struct mu_exec_output *output, const char *bytes,
                           size_t size);
static void line_end(struct mu_exec_output *output);
static void close_fd(struct mu_exec_output *output);
static void on_readable(void *user, int fd, int events);
static void on_pause_over(void *user);
static size_t sequence_length(const unsigned char *text, size_t size);

int
mu_exec_output_init(struct mu_exec_output *output, struct mu_loop *loop, int fd)
{
    int rc;

    *output = (struct mu_exec_output){.loop = loop, .fd = fd};
    output->budget = BUDGET_SIZE;
    mu_loop_timer_init(&output->pause, loop, on_pause_over, output);
    rc = mu_loop_fd_add_with(loop,
                             &(struct mu_loop_watch){.fd = fd,
                                                     .events = POLLIN,
                                                     .priority = MU_LOOP_LOW,
                                                     .function = on_readable,
                                                     .user = output});
    if (rc < 0) {
        (void)close(fd);
        output->fd = -1;
    }
    return rc;
}

void
mu_exec_output_finish(struct mu_exec_output *output)
{
    size_t total = 0;

    while (output->fd >= 0 && total < FINISH_SIZE_MAX) {
        ssize_t got = read_some(output);

        if (got <= 0) {
            break;
        }
        total += (size_t)got;
    }
    line_end(output);
    close_fd(output);
}

void
mu_exec_output_done(struct mu_exec_output *output)
{
    close_fd(output);
    free(output->data);
    output->data = NULL;
    output->size = 0;
    output->capacity = 0;
}

void
mu_exec_output_clean(const char *text, char *buffer, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t left = strlen(text);
    size_t used = 0;

    while (left > 0) {
        size_t length = sequence_length(in, left);
        size_t step = length > 0 ? length : 1;

        if (used + step >= size) {
            break;
        }
        if (length == 0) {
            buffer[used] = '?';
        } else if (length == 1 && (*in < 0x20 || *in == 0x7f)) {
            buffer[used] = ' ';
        } else {
            memcpy(buffer + used, in, length);
        }
        used += step;
        in += step;
        left -= step;
    }
    while (used > 0 && buffer[used - 1] == ' ') {
        used--;
    }
    buffer[used] = '\0';
}

static ssize_t
read_some(struct mu_exec_output *output)
{
    /* Shared by all: it is empty again before anybody else gets a turn, and
     * too large for a stack. */
    static char buffer[READ_SIZE];
    ssize_t got;

    do {
        got = read(output->fd, buffer, sizeof(buffer));
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        keep(output, buffer, (size_t)got);
        look_for_lines(output, buffer, (size_t)got);
    }
    return got;
}

static void
keep(struct mu_exec_output *output, const char *bytes, size_t size)
{
    size_t room = MU_OUTPUT_SIZE_MAX - output->size;
    size_t needed;

    size = size < room ? size : room;
    needed = output->size + size;
    if (needed > output->capacity) {
        size_t capacity = output->capacity ? output->capacity : DATA_SIZE_MIN;
        unsigned char *data;

        while (capacity < needed) {
            capacity *= 2;
        }
        data = realloc(output->data, capacity);
        if (!data) {
            return; /* Output is worth less than the operation. */
        }
        output->data = data;
        output->capacity = capacity;
    }
    if (size > 0) {
        memcpy(output->data + output->size, bytes, size);
        output->size += size;
    }
}

static void
look_for_lines(struct mu_exec_output *output, const char *bytes, size_t size)
{
    while (size > 0) {
        const char *newline = memchr(bytes, '\n', size);
        size_t part = newline ? (size_t)(newline - bytes) : size;
        size_t room = sizeof(output->line) - 1 - output->line_length;
        size_t taken = part < room ? part : room;

        memcpy(output->line + output->line_length, bytes, taken);
        output->line_length += taken;
        if (!newline) {
            return;
        }
        line_end(output);
        bytes += part + 1;
        size -= part + 1;
    }
}

static void
line_end(struct mu_exec_output *output)
{
    size_t prefix_length = sizeof(reason_prefix) - 1;
    const char *text = output->line;

    if (output->line_length == 0) {
        return;
    }
    output->line[output->line_length] = '\0';
    output->line_length = 0;
    if (strncmp(text, reason_prefix, prefix_length) == 0) {
        text += prefix_length;
        text += strspn(text, " \t");
        mu_exec_output_clean(text, output->reason, sizeof(output->reason));
    } else if (text[strspn(text, " \t\r")] != '\0') {
        mu_exec_output_clean(text, output->last_line,
                             sizeof(output->last_line));
    }
}

static void
close_fd(struct mu_exec_output *output)
{
    if (output->fd >= 0) {
        mu_loop_timer_disarm(&output->pause);
        mu_loop_fd_remove(output->loop, output->fd);
        (void)close(output->fd);
        output->fd = -1;
    }
}

static void
on_readable(void *user, int fd, int events)
{
    struct mu_exec_output *output = user;
    ssize_t got = read_some(output);

    (void)events;
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        close_fd(output);
        return;
    }
    if (got > 0 && (size_t)got < output->budget) {
        output->budget -= (size_t)got;
        return;
    }
    if (got > 0) {
        mu_loop_fd_remove(output->loop, fd);
        mu_loop_timer_arm(&output->pause,
                          mu_instant_after(mu_clock_now(), PAUSE_MS));
    }
}

static void
on_pause_over(void *user)
{
    struct mu_exec_output *output = user;

    output->budget = BUDGET_SIZE;
    if (mu_loop_fd_add_with(output->loop,
                            &(struct mu_loop_watch){.fd = output->fd,
                                                    .events = POLLIN,
                                                    .priority = MU_LOOP_LOW,
                                                    .function = on_readable,
                                                    .user = output}) < 0) {
        (void)close(output->fd);
        output->fd = -1;
    }
}

/* Returns the length of the UTF-8 sequence at 'text', or 0 when it is none. */
static size_t
sequence_length(const unsigned char *text, size_t size)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value;
    size_t length;

    if (text[0] < 0x80) {
        return 1;
    }
    if ((text[0] & 0xe0) == 0xc0) {
        length = 2;
        value = text[0] & 0x1fU;
    } else if ((text[0] & 0xf0) == 0xe0) {
        length = 3;
        value = text[0] & 0x0fU;
    } else if ((text[0] & 0xf8) == 0xf0) {
        length = 4;
        value = text[0] & 0x07U;
    } else {
        return 0;
    }
    if (length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (text[i] & 0x3fU);
    }
    if (value < smallest[length] || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    return length;
}
