/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/ipc_peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum {
    GROUPS_COUNT_MAX = 256,
    ENTRY_SIZE_MAX = 4096,
};

static const char change_group[] = "muster";
static const char view_group[] = "muster-view";

/* The two groups that count, when they exist. */
struct group_ids {
    bool has_change;
    bool has_view;
    gid_t change;
    gid_t view;
};

static struct group_ids
group_ids_read(void)
{
    struct group_ids ids = {0};
    FILE *file = fopen("/etc/group", "re");
    char buffer[ENTRY_SIZE_MAX / 2];
    struct group entry;
    struct group *found;
    int error;

    if (!file) {
        return ids;
    }
    /* A group with more members than fit cannot be one of ours. */
    while ((error = fgetgrent_r(file, &entry, buffer, sizeof(buffer),
                                &found)) == 0 ||
           error == ERANGE) {
        if (error == ERANGE) {
            continue;
        }
        if (strcmp(entry.gr_name, change_group) == 0) {
            ids.has_change = true;
            ids.change = entry.gr_gid;
        } else if (strcmp(entry.gr_name, view_group) == 0) {
            ids.has_view = true;
            ids.view = entry.gr_gid;
        }
    }
    fclose(file);
    return ids;
}

static void
user_name(uid_t uid, char name[MU_API_USER_SIZE])
{
    FILE *file;
    char buffer[ENTRY_SIZE_MAX / 2];
    struct passwd entry;
    struct passwd *found;
    int error;

    mu_text_format(name, MU_API_USER_SIZE, uid == 0 ? "root" : "uid %u", uid);
    file = uid == 0 ? NULL : fopen("/etc/passwd", "re");
    if (!file) {
        return;
    }
    while ((error = fgetpwent_r(file, &entry, buffer, sizeof(buffer),
                                &found)) == 0 ||
           error == ERANGE) {
        if (error == 0 && entry.pw_uid == uid) {
            mu_text_format(name, MU_API_USER_SIZE, "%s", entry.pw_name);
            break;
        }
    }
    fclose(file);
}

static bool
peer_is_in(gid_t primary, const gid_t *groups, size_t count, gid_t wanted)
{
    if (primary == wanted) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == wanted) {
            return true;
        }
    }
    return false;
}

int
mu_ipc_peer_get(int fd, struct mu_api_credentials *ret_peer,
                struct mu_errbuf *err)
{
    struct mu_api_credentials peer = {0};
    struct group_ids ids;
    struct ucred ucred;
    socklen_t size = sizeof(ucred);
    gid_t groups[GROUPS_COUNT_MAX];
    socklen_t groups_size = sizeof(groups);
    size_t count;
    bool may_view;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &size) < 0) {
        return -errno;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &groups_size) < 0) {
        groups_size = 0; /* Too many to list: the primary one counts. */
    }
    count = groups_size / sizeof(groups[0]);
    peer.uid = ucred.uid;
    peer.gid = ucred.gid;
    peer.pid = ucred.pid;
    user_name(ucred.uid, peer.user);
    /* Whoever owns the daemon may do what it may do. */
    peer.may_change = may_view = ucred.uid == 0 || ucred.uid == geteuid();
    if (!may_view) {
        ids = group_ids_read();
        peer.may_change =
            ids.has_change && peer_is_in(ucred.gid, groups, count, ids.change);
        may_view =
            peer.may_change ||
            (ids.has_view && peer_is_in(ucred.gid, groups, count, ids.view));
    }
    if (!may_view) {
        mu_errbuf_set(err,
                      "%s may not use the cluster: log in again after being "
                      "added to the group \"%s\", or \"%s\" for reading only",
                      peer.user, change_group, view_group);
        return -EACCES;
    }
    *ret_peer = peer;
    return 0;
}
