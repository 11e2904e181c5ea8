# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab asks of the kernel: namespaces, mounts, bridge ports, /proc."""

import ctypes
import os
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_SLAVE = 0x1000, 0x4000, 0x80000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


def check_call(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags):
    check_call(LIBC.unshare(flags), "unshare")


def set_namespace(fd, flags):
    check_call(LIBC.setns(fd, flags), "setns")


def mount(source, target, kind=None, flags=0, data=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    check_call(LIBC.mount(text(source), text(target), text(kind),
                          ctypes.c_ulong(flags), text(data)),
               f"mount {target}")


def unmount(target):
    detach = 2
    check_call(LIBC.umount2(os.fsencode(target), detach), f"umount {target}")


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


def close_all_but(*kept):
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                pass               # the descriptor of this listing


def set_priority(niceness):
    """Where it is not allowed, things go on as they are."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except OSError:
        pass


def set_process_name(name):
    LIBC.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def netlink_attribute(kind, payload):
    length = 4 + len(payload)
    padding = b"\0" * (-length % 4)
    return struct.pack("=HH", length, kind) + payload + padding


def set_link(name, family, attributes):
    """Change a network interface; its program would take longer."""
    rtm_setlink, request_and_acknowledge = 19, 1 | 4
    body = struct.pack("=BxHiII", family, 0, socket.if_nametoindex(name),
                       0, 0) + attributes
    header = struct.pack("=IHHII", 16 + len(body), rtm_setlink,
                         request_and_acknowledge, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(header + body)
        answer = netlink.recv(4096)
    error = struct.unpack_from("=i", answer, 16)[0]
    if error:
        raise OSError(-error, f"{name}: {os.strerror(-error)}")


def close_port(port):
    """Close a port of a bridge, at once: it drops without a word."""
    protinfo_nested, brport_state, disabled = 12 | 0x8000, 1, 0
    set_link(port, socket.AF_BRIDGE, netlink_attribute(
        protinfo_nested, netlink_attribute(brport_state, bytes([disabled]))))


def set_port_bridge(port, bridge):
    """Plug a port into a bridge, or with 'bridge' None, into nothing."""
    master = 10
    index = socket.if_nametoindex(bridge) if bridge else 0
    set_link(port, socket.AF_UNSPEC,
             netlink_attribute(master, struct.pack("=I", index)))


def process_start(pid):
    """When a process began, in ticks: with the pid, its identity."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii",
                  errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None


def pid_namespace(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def pids_in(namespace):
    return [int(name) for name in os.listdir("/proc")
            if name.isdigit() and pid_namespace(name) == namespace]


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def write_text(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
