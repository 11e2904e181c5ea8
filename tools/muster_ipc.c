/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tools/muster_ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"
#include "base/text.h"
#include "daemon/frame.h"

/* An event that came while a response was waited for. */
struct waiting_event {
    struct waiting_event *next;
    char *json;
};

struct mu_muster_ipc {
    int fd;
    struct mu_frame_reader reader;
    struct waiting_event *events; /* Oldest first. */
};

static int request(struct mu_muster_ipc *ipc, struct mu_span json,
                   int64_t timeout_ms, char **ret_bytes, size_t *ret_size,
                   struct mu_errbuf *err);

static const char reconnect_hint[] =
    "see \"systemctl status musterd\" and the journal";

/* ---- Deadlines ----------------------------------------------------------- */

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Negative timeouts are for ever. */
static int64_t
deadline_of(int64_t timeout_ms)
{
    return timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
}

/* Waits for 'events' on the connection. 0, -ETIMEDOUT or another errno. */
static int
wait_for(const struct mu_muster_ipc *ipc, short events, int64_t deadline_ms)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = ipc->fd, .events = events};
        int64_t left_ms = 60 * 1000;
        int rc;

        if (deadline_ms != INT64_MAX && deadline_ms - now_ms() < left_ms) {
            left_ms = deadline_ms - now_ms();
        }
        rc = poll(&poll_fd, 1, left_ms < 0 ? 0 : (int)left_ms);
        if (rc > 0) {
            return 0;
        }
        if (rc < 0 && errno != EINTR) {
            return -errno;
        }
        if (rc == 0 && deadline_ms != INT64_MAX && now_ms() >= deadline_ms) {
            return -ETIMEDOUT;
        }
    }
}

/* ---- Connecting ---------------------------------------------------------- */

static int
connect_error(int error, const char *path, struct mu_errbuf *err)
{
    if (error == -ENOENT || error == -ECONNREFUSED) {
        mu_errbuf_set(err,
                      "musterd does not run on this node (nobody listens "
                      "at %s): start it with \"systemctl start musterd\"",
                      path);
    } else if (error == -EACCES || error == -EPERM) {
        mu_errbuf_set(err, "not allowed to talk to musterd: become root or a "
                           "member of the group muster");
    } else {
        mu_errbuf_set(err, "cannot connect to musterd at %s: %s", path,
                      strerror(-error));
    }
    return error;
}

static int
connect_to(struct mu_muster_ipc *ipc, const struct sockaddr_un *address,
           int64_t deadline_ms)
{
    while (connect(ipc->fd, (const struct sockaddr *)address,
                   sizeof(*address)) < 0) {
        struct timespec pause = {.tv_nsec = 10 * 1000000};

        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN) {
            return -errno;
        }
        /* The queue of the listener is full; there is nothing to poll. */
        if (now_ms() >= deadline_ms) {
            return -ETIMEDOUT;
        }
        nanosleep(&pause, NULL);
    }
    return 0;
}

int
mu_muster_ipc_open(const char *path, int64_t timeout_ms,
                   struct mu_muster_ipc **ret_ipc, struct mu_errbuf *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct mu_muster_ipc *ipc;
    int error;

    if (!path) {
        path = getenv("MUSTER_SOCKET");
    }
    if (!path || path[0] == '\0') {
        path = MU_FRAME_SOCKET_PATH;
    }
    if (strlen(path) >= sizeof(address.sun_path)) {
        return connect_error(-ENAMETOOLONG, path, err);
    }
    memcpy(address.sun_path, path, strlen(path));
    ipc = calloc(1, sizeof(*ipc));
    if (!ipc) {
        return connect_error(-ENOMEM, path, err);
    }
    mu_frame_reader_init(&ipc->reader, MU_FRAME_RESPONSE_SIZE_MAX);
    ipc->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    error = ipc->fd < 0 ? -errno
                        : connect_to(ipc, &address, deadline_of(timeout_ms));
    if (error) {
        mu_muster_ipc_close(ipc);
        return connect_error(error, path, err);
    }
    *ret_ipc = ipc;
    return 0;
}

/* ---- Requests and events ------------------------------------------------- */

static int
connection_error(int error, struct mu_errbuf *err)
{
    if (error == -ETIMEDOUT) {
        mu_errbuf_set(err, "musterd has not answered in time: %s",
                      reconnect_hint);
    } else if (error == -ECONNRESET) {
        mu_errbuf_set(err, "musterd closed the connection: %s", reconnect_hint);
    } else if (error == -EBADMSG || error == -E2BIG) {
        mu_errbuf_set(err, "musterd answered in a way that this program does "
                           "not understand: are both of the same version?");
    } else {
        mu_errbuf_set(err, "the connection to musterd broke: %s",
                      strerror(-error));
    }
    return error;
}

/* Sends everything. -ECONNRESET when the daemon closed; it may have said why
 * before. */
static int
send_all(struct mu_muster_ipc *ipc, const void *data, size_t size,
         int64_t deadline_ms)
{
    const unsigned char *bytes = data;

    while (size > 0) {
        ssize_t count = send(ipc->fd, bytes, size, MSG_NOSIGNAL);
        int error = 0;

        if (count >= 0) {
            bytes += count;
            size -= (size_t)count;
        } else if (errno == EAGAIN) {
            error = wait_for(ipc, POLLOUT, deadline_ms);
        } else if (errno == EPIPE) {
            error = -ECONNRESET;
        } else if (errno != EINTR) {
            error = -errno;
        }
        if (error) {
            return error;
        }
    }
    return 0;
}

/* Takes the next frame of any kind; borrowed until the next call. */
static int
frame_next(struct mu_muster_ipc *ipc, int64_t deadline_ms,
           struct mu_frame *ret_frame)
{
    int rc;

    while ((rc = mu_frame_reader_next(&ipc->reader, ret_frame)) == 0) {
        size_t space;
        unsigned char *data = mu_frame_reader_space(&ipc->reader, &space);
        ssize_t count;

        if (!data) {
            return -ENOMEM;
        }
        count = recv(ipc->fd, data, space, 0);
        if (count > 0) {
            mu_frame_reader_add(&ipc->reader, (size_t)count);
        } else if (count == 0) {
            return -ECONNRESET;
        } else if (errno == EAGAIN) {
            int error = wait_for(ipc, POLLIN, deadline_ms);

            if (error) {
                return error;
            }
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return rc < 0 ? rc : 0;
}

static char *
copy_text(const struct mu_frame *frame)
{
    char *text = malloc(frame->size + 1);

    if (text) {
        memcpy(text, frame->data, frame->size);
        text[frame->size] = '\0';
    }
    return text;
}

static int
event_keep(struct mu_muster_ipc *ipc, const struct mu_frame *frame)
{
    struct waiting_event **place = &ipc->events;
    struct waiting_event *event = calloc(1, sizeof(*event));

    if (event) {
        event->json = copy_text(frame);
    }
    if (!event || !event->json) {
        free(event);
        return -ENOMEM;
    }
    while (*place) {
        place = &(*place)->next;
    }
    *place = event;
    return 0;
}

/* Waits for a frame of 'kind'; events are kept unless they are wanted. */
static int
frame_wait(struct mu_muster_ipc *ipc, enum mu_frame_kind kind,
           int64_t deadline_ms, char **ret_json, size_t *ret_size,
           struct mu_errbuf *err)
{
    for (;;) {
        struct mu_frame frame;
        char *json;
        int error = frame_next(ipc, deadline_ms, &frame);

        if (!error && frame.kind == MU_FRAME_REFUSAL) {
            mu_errbuf_set(err, "musterd refuses: %.*s",
                          (int)(frame.size < 400 ? frame.size : 400),
                          (const char *)frame.data);
            return -EACCES;
        }
        if (!error && frame.kind == kind) {
            json = copy_text(&frame);
            if (json) {
                *ret_json = json;
                *ret_size = frame.size;
                return 0;
            }
            error = -ENOMEM;
        } else if (!error && frame.kind == MU_FRAME_EVENT) {
            error = event_keep(ipc, &frame);
        } else if (!error) {
            error = -EBADMSG;
        }
        if (error) {
            return connection_error(error, err);
        }
    }
}

int
mu_muster_ipc_request(struct mu_muster_ipc *ipc, const char *json, size_t size,
                      int64_t timeout_ms, char **ret_json,
                      struct mu_errbuf *err)
{
    size_t answer_size;

    return request(ipc, (struct mu_span){(const unsigned char *)json, size},
                   timeout_ms, ret_json, &answer_size, err);
}

int
mu_muster_ipc_request_bytes(struct mu_muster_ipc *ipc, const char *json,
                            int64_t timeout_ms, char **ret_bytes,
                            size_t *ret_size, struct mu_errbuf *err)
{
    return request(
        ipc, (struct mu_span){(const unsigned char *)json, strlen(json)},
        timeout_ms, ret_bytes, ret_size, err);
}

static int
request(struct mu_muster_ipc *ipc, struct mu_span json, int64_t timeout_ms,
        char **ret_bytes, size_t *ret_size, struct mu_errbuf *err)
{
    unsigned char header[MU_FRAME_HEADER_SIZE];
    int64_t deadline_ms = deadline_of(timeout_ms);
    int error;

    if (json.size > MU_FRAME_REQUEST_SIZE_MAX) {
        mu_errbuf_set(err,
                      "the request of %zu bytes is longer than the %d "
                      "that musterd takes",
                      json.size, MU_FRAME_REQUEST_SIZE_MAX);
        return -E2BIG;
    }
    mu_frame_encode_header(header, MU_FRAME_REQUEST, (uint32_t)json.size);
    error = send_all(ipc, header, sizeof(header), deadline_ms);
    if (!error) {
        error = send_all(ipc, json.data, json.size, deadline_ms);
    }
    /* Whoever was refused learns it by reading, not by writing. */
    if (error && error != -ECONNRESET) {
        return connection_error(error, err);
    }
    return frame_wait(ipc, MU_FRAME_RESPONSE, deadline_ms, ret_bytes, ret_size,
                      err);
}

int
mu_muster_ipc_next_event(struct mu_muster_ipc *ipc, int64_t timeout_ms,
                         char **ret_json, struct mu_errbuf *err)
{
    struct waiting_event *event = ipc->events;
    size_t size;

    if (event) {
        ipc->events = event->next;
        *ret_json = event->json;
        free(event);
        return 0;
    }
    return frame_wait(ipc, MU_FRAME_EVENT, deadline_of(timeout_ms), ret_json,
                      &size, err);
}

int
mu_muster_ipc_get_fd(const struct mu_muster_ipc *ipc)
{
    return ipc->fd;
}

void
mu_muster_ipc_close(struct mu_muster_ipc *ipc)
{
    if (!ipc) {
        return;
    }
    if (ipc->fd >= 0) {
        close(ipc->fd);
    }
    while (ipc->events) {
        struct waiting_event *event = ipc->events;

        ipc->events = event->next;
        free(event->json);
        free(event);
    }
    mu_frame_reader_done(&ipc->reader);
    free(ipc);
}
