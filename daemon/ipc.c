/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/panic.h"
#include "daemon/clock.h"
#include "daemon/ipc_peer.h"
#include "daemon/log.h"

enum {
    CLIENTS_COUNT_MAX = 64,
    OTHERS_COUNT_MAX = 48,     /* Clients other than root; the rest is kept free
                                  for the person who has to repair things. */
    ACCEPTS_COUNT_MAX = 8,     /* In one turn of the loop. */
    INPUT_SIZE_MAX = 48 << 20, /* Unfinished requests of all clients. */
    EVENTS_SIZE_MAX = 1 << 20, /* Waiting for one client that reads slowly. */
    STALL_MS = 30 * 1000,      /* A request or response that stands still. */
    SWEEP_MS = 1000,
    TOKENS_MAX = 200,        /* Requests in a burst ... */
    TOKENS_PER_SECOND = 100, /* ... and in the long run. */
};

/* Bytes that a client has not read yet. */
struct output {
    struct output *next;
    size_t size;
    size_t sent;
    unsigned char data[];
};

struct client {
    struct client *next;
    struct mu_ipc *ipc;
    uint64_t id;
    int fd;
    struct mu_api_credentials credentials;
    struct mu_frame_reader reader;
    struct mu_instant request_since; /* When an unfinished request began. */
    bool is_answer_due;              /* A request waits for its response. */
    bool is_told;                    /* The handler knows this client. */
    const char *doom;                /* Why it is to be dropped; null: it is
                                        not. */
    struct output *output_first;
    struct output *output_last;
    size_t output_size;             /* Bytes in the list, sent ones too. */
    struct mu_instant output_moved; /* When it last took something. */
    int64_t tokens_milli;           /* Requests it may make now, in 1/1000. */
    struct mu_instant tokens_at;    /* When they were counted. */
    int events;                     /* What the loop watches. */
};

struct mu_ipc {
    struct mu_loop *loop;
    struct mu_ipc_handler handler;
    int fd;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    struct client *clients;
    uint32_t clients_count;
    uint32_t others_count; /* Of them, not root's. */
    uint64_t next_id;
    struct mu_loop_timer sweep; /* Armed while a client owes or waits. */
    struct mu_loop_timer work;  /* Armed while there is something to do. A
                                   job of libqb would wait up to 50 ms. */
};

static void ipc_is_ready(void *user, int fd, int events);
static void client_is_ready(void *user, int fd, int events);
static void ipc_sweep(void *user);
static void ipc_work(void *user);

/* ---- Small things -------------------------------------------------------- */

static struct client *
client_find(struct mu_ipc *ipc, uint64_t id)
{
    struct client *client = ipc->clients;

    while (client && client->id != id) {
        client = client->next;
    }
    return client;
}

static void
ipc_sweep_soon(struct mu_ipc *ipc)
{
    if (ipc->sweep.deadline.ms == INT64_MAX) {
        mu_loop_timer_arm(&ipc->sweep,
                          mu_instant_after(mu_clock_now(), SWEEP_MS));
    }
}

/* Things that must not happen inside a callback of the handler. */
static void
ipc_work_soon(struct mu_ipc *ipc)
{
    if (ipc->work.deadline.ms == INT64_MAX) {
        mu_loop_timer_arm(&ipc->work, mu_clock_now());
    }
}

static void
client_doom(struct client *client, const char *why)
{
    if (!client->doom) {
        client->doom = why;
        ipc_work_soon(client->ipc);
    }
}

static void
client_watch(struct client *client)
{
    int events = 0;

    if (!client->is_answer_due && client->tokens_milli >= 1000) {
        events |= POLLIN;
    }
    if (client->output_first) {
        events |= POLLOUT;
    }
    if (events != client->events &&
        mu_loop_fd_modify(client->ipc->loop, client->fd, events) == 0) {
        client->events = events;
    }
}

static void
client_count_tokens(struct client *client, struct mu_instant now)
{
    int64_t elapsed_ms = now.ms - client->tokens_at.ms;

    client->tokens_at = now;
    client->tokens_milli += elapsed_ms * TOKENS_PER_SECOND;
    if (client->tokens_milli > TOKENS_MAX * 1000) {
        client->tokens_milli = TOKENS_MAX * 1000;
    }
}

/* ---- Sending ------------------------------------------------------------- */

static void
client_write(struct client *client)
{
    while (client->output_first) {
        struct output *output = client->output_first;
        ssize_t count =
            send(client->fd, output->data + output->sent,
                 output->size - output->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                client_doom(client, ""); /* It is gone: nobody's fault. */
            }
            break;
        }
        output->sent += (size_t)count;
        client->output_moved = mu_clock_now();
        if (output->sent < output->size) {
            continue;
        }
        client->output_first = output->next;
        client->output_size -= output->size;
        if (!output->next) {
            client->output_last = NULL;
        }
        free(output);
    }
    client_watch(client);
}

static void
client_queue(struct client *client, enum mu_frame_kind kind, const char *data,
             size_t size)
{
    struct output *output =
        malloc(sizeof(*output) + MU_FRAME_HEADER_SIZE + size);

    if (!output) {
        client_doom(client, "there is no memory for what it asked for");
        return;
    }
    *output = (struct output){.size = MU_FRAME_HEADER_SIZE + size};
    mu_frame_encode_header(output->data, kind, (uint32_t)size);
    memcpy(output->data + MU_FRAME_HEADER_SIZE, data, size);
    if (client->output_last) {
        client->output_last->next = output;
    } else {
        client->output_first = output;
        client->output_moved = mu_clock_now();
    }
    client->output_last = output;
    client->output_size += output->size;
    client_write(client);
    if (client->output_first) {
        ipc_sweep_soon(client->ipc);
    }
}

void
mu_ipc_send(struct mu_ipc *ipc, uint64_t client_id, enum mu_frame_kind kind,
            const char *data, size_t size)
{
    struct client *client = client_find(ipc, client_id);

    if (!client || client->doom) {
        return;
    }
    if (size > MU_FRAME_RESPONSE_SIZE_MAX) {
        client_doom(client, "the answer is too long");
        return;
    }
    if (client->output_size > EVENTS_SIZE_MAX) {
        client_doom(client, "it does not read what it is sent");
        return;
    }
    if (kind == MU_FRAME_RESPONSE) {
        client->is_answer_due = false;
        ipc_work_soon(ipc); /* The next request may be here already. */
    }
    client_queue(client, kind, data, size);
}

/* ---- Receiving ----------------------------------------------------------- */

/* Hands out the next request, if it is whole and it is its turn. */
static void
client_handle(struct client *client)
{
    struct mu_ipc *ipc = client->ipc;
    struct mu_instant now = mu_clock_now();
    struct mu_frame frame;
    int rc;

    client_count_tokens(client, now);
    if (client->is_answer_due || client->doom || client->tokens_milli < 1000) {
        if (client->tokens_milli < 1000) {
            ipc_sweep_soon(ipc);
        }
        client_watch(client);
        return;
    }
    rc = mu_frame_reader_next(&client->reader, &frame);
    if (rc < 0 || (rc > 0 && frame.kind != MU_FRAME_REQUEST)) {
        client_doom(client, rc == -E2BIG ? "its request is too long"
                                         : "it does not speak our language");
        return;
    }
    if (rc == 0) {
        if (mu_frame_reader_count(&client->reader) > 0) {
            ipc_sweep_soon(ipc);
        } else {
            mu_frame_reader_done(&client->reader);
        }
        client_watch(client);
        return;
    }
    client->tokens_milli -= 1000;
    client->is_answer_due = true;
    client->is_told = true;
    client->request_since = now;
    client_watch(client);
    ipc->handler.request(ipc->handler.context, client->id, &client->credentials,
                         (const char *)frame.data, frame.size);
}

/* Drops those that hold most of what is unfinished until the rest has room:
 * somebody with a short question is not to suffer for them. */
static void
input_make_room(struct mu_ipc *ipc)
{
    struct client *largest;
    size_t size;

    do {
        largest = NULL;
        size = 0;
        for (struct client *client = ipc->clients; client;
             client = client->next) {
            if (client->doom) {
                continue;
            }
            size += client->reader.capacity;
            if (!client->is_answer_due &&
                (!largest ||
                 client->reader.capacity > largest->reader.capacity)) {
                largest = client;
            }
        }
        if (size > INPUT_SIZE_MAX && largest) {
            client_doom(largest, "unfinished requests take too much memory");
        }
    } while (size > INPUT_SIZE_MAX && largest);
}

static void
client_read(struct client *client)
{
    bool is_first = mu_frame_reader_count(&client->reader) == 0;
    size_t space;
    unsigned char *data = mu_frame_reader_space(&client->reader, &space);
    ssize_t count;

    if (!data) {
        client_doom(client, "there is no memory for its request");
        return;
    }
    input_make_room(client->ipc);
    if (client->doom) {
        return;
    }
    count = recv(client->fd, data, space, MSG_DONTWAIT);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            client_doom(client, "");
        }
        return;
    }
    if (count == 0) {
        client_doom(client, "");
        return;
    }
    if (is_first) {
        client->request_since = mu_clock_now();
    }
    mu_frame_reader_add(&client->reader, (size_t)count);
    client_handle(client);
}

static void
client_is_ready(void *user, int fd, int events)
{
    struct client *client = user;

    (void)fd;
    if (client->doom) {
        return;
    }
    if ((events & POLLOUT) != 0) {
        client_write(client);
    }
    if ((events & POLLIN) != 0 && (client->events & POLLIN) != 0) {
        client_read(client);
    } else if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        client_doom(client, "");
    }
}

/* ---- Coming and going ---------------------------------------------------- */

static void
client_free(struct client *client)
{
    struct mu_ipc *ipc = client->ipc;
    struct client **place = &ipc->clients;

    while (*place != client) {
        place = &(*place)->next;
    }
    *place = client->next;
    ipc->clients_count--;
    ipc->others_count -= client->credentials.uid != 0;
    mu_loop_fd_remove(ipc->loop, client->fd);
    close(client->fd);
    mu_frame_reader_done(&client->reader);
    while (client->output_first) {
        struct output *output = client->output_first;

        client->output_first = output->next;
        free(output);
    }
    if (client->is_told) {
        ipc->handler.gone(ipc->handler.context, client->id);
    }
    free(client);
}

/* Sends a last sentence; what does not fit into the socket is lost. */
static void
refuse(int fd, const char *why)
{
    unsigned char frame[MU_FRAME_HEADER_SIZE + MU_ERRBUF_SIZE];
    size_t size = strnlen(why, MU_ERRBUF_SIZE);

    mu_frame_encode_header(frame, MU_FRAME_REFUSAL, (uint32_t)size);
    memcpy(frame + MU_FRAME_HEADER_SIZE, why, size);
    /* Nothing can be done for a peer that does not take it. */
    (void)!send(fd, frame, MU_FRAME_HEADER_SIZE + size,
                MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
client_drop(struct client *client)
{
    if (client->doom[0] != '\0') {
        mu_log(MU_TRACE_WARNING, "client %d of %s is dropped: %s",
               client->credentials.pid, client->credentials.user, client->doom);
        if (!client->output_first) {
            refuse(client->fd, client->doom);
        }
    }
    client_free(client);
}

static void
ipc_work(void *user)
{
    struct mu_ipc *ipc = user;
    struct client *next;

    /* A handler may doom any client and still look at its request: memory is
     * given back only here and when the next request is looked for. */
    for (struct client *client = ipc->clients; client; client = client->next) {
        if (!client->doom && !client->is_answer_due &&
            client->reader.capacity > 0) {
            client_handle(client);
        }
    }
    for (struct client *client = ipc->clients; client; client = next) {
        next = client->next;
        if (client->doom) {
            client_drop(client);
        }
    }
}

static bool
client_sweep(struct client *client, struct mu_instant now)
{
    bool is_unfinished =
        !client->is_answer_due && mu_frame_reader_count(&client->reader) > 0;
    bool is_out_of_tokens = client->tokens_milli < 1000;

    if (is_unfinished && now.ms - client->request_since.ms >= STALL_MS) {
        client_doom(client, "its request never ends");
    } else if (client->output_first &&
               now.ms - client->output_moved.ms >= STALL_MS) {
        client_doom(client, "it does not read what it is sent");
    }
    client_count_tokens(client, now);
    if (is_out_of_tokens && !client->doom) {
        client_watch(client);
        ipc_work_soon(client->ipc);
    }
    return is_unfinished || client->output_first || is_out_of_tokens;
}

static void
ipc_sweep(void *user)
{
    struct mu_ipc *ipc = user;
    struct mu_instant now = mu_clock_now();
    bool is_again = false;

    for (struct client *client = ipc->clients; client; client = client->next) {
        is_again |= client_sweep(client, now);
    }
    if (is_again) {
        ipc_sweep_soon(ipc);
    }
}

static int
client_new(struct mu_ipc *ipc, int fd, const struct mu_api_credentials *peer)
{
    struct client *client = calloc(1, sizeof(*client));
    int error;

    if (!client) {
        return -ENOMEM;
    }
    client->ipc = ipc;
    client->id = ipc->next_id++;
    client->fd = fd;
    client->credentials = *peer;
    mu_frame_reader_init(&client->reader, MU_FRAME_REQUEST_SIZE_MAX);
    client->tokens_milli = TOKENS_MAX * 1000;
    client->tokens_at = mu_clock_now();
    client->events = POLLIN;
    error = mu_loop_fd_add_with(
        ipc->loop, &(struct mu_loop_watch){.fd = fd,
                                           .events = POLLIN,
                                           .priority = MU_LOOP_LOW,
                                           .function = client_is_ready,
                                           .user = client});
    if (error < 0) {
        free(client);
        return error;
    }
    client->next = ipc->clients;
    ipc->clients = client;
    ipc->clients_count++;
    ipc->others_count += peer->uid != 0;
    return 0;
}

static void
ipc_accept(struct mu_ipc *ipc, int fd)
{
    struct mu_api_credentials peer;
    struct mu_errbuf err;
    int error = mu_ipc_peer_get(fd, &peer, &err);

    if (!error && (ipc->clients_count >= CLIENTS_COUNT_MAX ||
                   (peer.uid != 0 && ipc->others_count >= OTHERS_COUNT_MAX))) {
        mu_errbuf_set(&err, "too many clients: try again later");
        error = -EBUSY;
    } else if (error && error != -EACCES) {
        mu_errbuf_set(&err, "cannot find out who you are: %s",
                      strerror(-error));
    }
    if (!error) {
        error = client_new(ipc, fd, &peer);
        if (!error) {
            return;
        }
        mu_errbuf_set(&err, "cannot take another client: %s", strerror(-error));
    }
    refuse(fd, err.text);
    close(fd);
}

static void
ipc_is_ready(void *user, int fd, int events)
{
    struct mu_ipc *ipc = user;

    (void)events;
    for (unsigned i = 0; i < ACCEPTS_COUNT_MAX; i++) {
        int client_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (client_fd < 0) {
            return; /* EAGAIN; on EMFILE the peer waits in the backlog. */
        }
        ipc_accept(ipc, client_fd);
    }
}

static int
ipc_listen(struct mu_ipc *ipc, struct mu_errbuf *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, ipc->path, sizeof(address.sun_path));
    ipc->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(ipc->path); /* Left by a predecessor that was killed. */
    /* Everybody may connect and is asked who they are then. */
    if (ipc->fd < 0 ||
        bind(ipc->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        chmod(ipc->path, 0666) < 0 || listen(ipc->fd, CLIENTS_COUNT_MAX) < 0) {
        int error = -errno;

        mu_errbuf_set(err, "cannot listen at %s: %s", ipc->path,
                      strerror(-error));
        return error;
    }
    return mu_loop_fd_add_with(ipc->loop,
                               &(struct mu_loop_watch){.fd = ipc->fd,
                                                       .events = POLLIN,
                                                       .priority = MU_LOOP_LOW,
                                                       .function = ipc_is_ready,
                                                       .user = ipc});
}

int
mu_ipc_new(struct mu_loop *loop, const char *path,
           const struct mu_ipc_handler *handler, struct mu_ipc **ret_ipc,
           struct mu_errbuf *err)
{
    struct mu_ipc *ipc;
    int error;

    if (strlen(path) >= sizeof(ipc->path)) {
        mu_errbuf_set(err, "the path of the socket is too long: %s", path);
        return -ENAMETOOLONG;
    }
    ipc = calloc(1, sizeof(*ipc));
    if (!ipc) {
        mu_errbuf_set(err, "out of memory");
        return -ENOMEM;
    }
    ipc->loop = loop;
    ipc->handler = *handler;
    ipc->fd = -1;
    ipc->next_id = 1;
    memcpy(ipc->path, path, strlen(path));
    mu_loop_timer_init(&ipc->sweep, loop, ipc_sweep, ipc);
    mu_loop_timer_init(&ipc->work, loop, ipc_work, ipc);
    error = ipc_listen(ipc, err);
    if (error) {
        if (ipc->fd >= 0) {
            close(ipc->fd);
        }
        free(ipc);
        return error;
    }
    *ret_ipc = ipc;
    return 0;
}

void
mu_ipc_free(struct mu_ipc *ipc)
{
    if (!ipc) {
        return;
    }
    while (ipc->clients) {
        client_write(ipc->clients);
        client_free(ipc->clients);
    }
    mu_loop_timer_disarm(&ipc->work);
    mu_loop_timer_disarm(&ipc->sweep);
    mu_loop_fd_remove(ipc->loop, ipc->fd);
    close(ipc->fd);
    (void)unlink(ipc->path);
    free(ipc);
}
