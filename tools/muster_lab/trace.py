# SPDX-License-Identifier: GPL-2.0-or-later
"""When agents begin and end in the nodes, as the kernel says."""

import ctypes
import socket
import struct

from muster_lab.kernel import pid_namespace, read_text

EVENT_EXEC, EVENT_EXIT = 0x2, 0x80000000


def open_trace():
    """A socket on which the kernel tells of every exec and exit, with times.

    The process connector tells of more; a socket filter drops that in the
    kernel. Works in the first network namespace only.
    """
    connector, cn_idx_proc = 11, 1
    trace = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, connector)
    code = (ctypes.c_ubyte * 40)()
    # Load the word at 'what' (header 16, connector message 20), compare, take.
    wanted = [struct.unpack(">I", struct.pack("=I", event))[0]
              for event in (EVENT_EXEC, EVENT_EXIT)]
    for index, fields in enumerate((
            (0x20, 0, 0, 36), (0x15, 1, 0, wanted[0]), (0x15, 0, 1, wanted[1]),
            (0x06, 0, 0, 0xffffffff), (0x06, 0, 0, 0))):
        struct.pack_into("=HBBI", code, index * 8, *fields)
    program = struct.pack("=HxxxxxxQ", 5, ctypes.addressof(code))
    trace.setsockopt(socket.SOL_SOCKET, 26, program)
    trace.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)
    trace.bind((0, cn_idx_proc))
    listen = struct.pack("=IIIIHHI", cn_idx_proc, 1, 0, 0, 4, 0, 1)
    trace.send(struct.pack("=IHHII", 16 + len(listen), 3, 0, 0, 0) + listen)
    trace.setblocking(False)
    return trace


class AgentTrace:
    """Logs the agents among the processes that nodes execute."""

    def __init__(self, machines, loop, journal):
        """Raises OSError where the kernel does not tell."""
        self.machines = machines
        self.journal = journal
        self.agents = {}           # running agents by pid
        self.socket = open_trace()
        loop.watch(self.socket, self.on_input)

    def on_input(self):
        try:
            while True:
                self.on_process(self.socket.recv(4096))
        except BlockingIOError:
            pass
        except OSError as error:
            self.journal.log("trace-lost", reason=str(error))

    def on_process(self, message):
        if len(message) < 64:
            return
        what, _, at_ns, pid, tgid, code = struct.unpack_from("=IIQiiI",
                                                             message, 36)
        if what == EVENT_EXIT and pid == tgid and pid in self.agents:
            agent = self.agents.pop(pid)
            begun = agent.pop("at")
            self.journal.log("exit", **agent, begun=begun, at=at_ns / 1e9,
                     code=code >> 8, signal=code & 127)
        elif what == EVENT_EXEC:
            self.on_exec(pid, at_ns / 1e9)

    def on_exec(self, pid, at):
        """Log the exec of an agent in a node; forget all others."""
        command = read_text(f"/proc/{pid}/cmdline").split("\0")[:-1]
        # An interpreter with the agent, not a command the agent calls.
        if not command or not command[0].startswith("/") or not any(
                "/resource.d/" in word or "/fence_" in word
                for word in command[:3]):
            return
        node = self.machines.of_namespace(pid_namespace(pid))
        if not node:
            return
        environment = dict(
            item.split("=", 1) for item in
            read_text(f"/proc/{pid}/environ").split("\0") if "=" in item)
        self.agents[pid] = {
            "node": node.name, "pid": pid, "command": command, "at": at,
            "instance": environment.get("OCF_RESOURCE_INSTANCE"),
            "interval_ms": environment.get(
                "OCF_RESKEY_CRM_meta_interval")}
        self.journal.log("exec", **self.agents[pid])
