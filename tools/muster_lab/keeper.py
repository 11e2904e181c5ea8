# SPDX-License-Identifier: GPL-2.0-or-later
"""The one process that holds a lab: it joins the parts and takes requests.

A single thread: a request is a function, a wait is an event.
"""

import json
import os
import shutil
import signal
import socket
import struct

from muster_lab import kernel
from muster_lab.loop import Journal, Loop
from muster_lab.machines import Machines
from muster_lab.place import CLIENT, LabError, Places, node_names
from muster_lab.switch import PowerSwitch
from muster_lab.trace import AgentTrace

KEEPER_NICENESS = -10


class Keeper:
    """Runs in namespaces of its own for mounts and network."""

    def __init__(self, options):
        self.options = options
        self.places = Places(options["lab"])
        self.loop = Loop()
        self.journal = Journal(self.places.events)
        self.machines = Machines(options, self.places, self.loop,
                                 self.journal)
        self.switch = PowerSwitch(self.machines, self.loop, self.journal)
        self.trace = None

    def run(self):
        kernel.set_process_name("muster-lab")
        # What it is told of agents it has to look up while they are there.
        kernel.set_priority(KEEPER_NICENESS)
        if self.options["trace"]:
            self.start_trace()
        kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET)
        kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_SLAVE)
        self.set_up_disk()
        self.machines.set_up_bridge()
        self.watch_signals()
        if self.options["owner"]:
            self.watch_owner()
        for name in [CLIENT, *node_names(self.options["count"])]:
            self.machines.boot(self.machines.find(name))
        self.listen(self.places.control, self.on_request)
        self.listen(f"{self.places.power}/socket", self.switch.on_request)
        self.loop.run()
        self.machines.end_all()
        if self.options["owner"]:
            # Nobody is left to ask for it.
            self.places.remove()

    def start_trace(self):
        try:
            self.trace = AgentTrace(self.machines, self.loop, self.journal)
        except OSError as error:
            self.journal.log("no-trace", reason=str(error))

    def watch_signals(self):
        read_end, write_end = socket.socketpair()
        read_end.setblocking(False)
        write_end.setblocking(False)
        self.signals = (read_end, write_end)
        signal.set_wakeup_fd(write_end.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self.loop.end())
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def on_signal():
            try:
                read_end.recv(4096)
            except BlockingIOError:
                pass
            self.machines.reap()
        self.loop.watch(read_end, on_signal)

    def watch_owner(self):
        """End with the process that this lab is for."""
        try:
            owner = os.pidfd_open(self.options["owner"])
        except OSError:
            self.loop.end()
            return
        self.loop.watch(owner, self.loop.end)

    def set_up_disk(self):
        """Node disks are layers on a real disk, if the disk can carry them.

        A container's own root usually cannot; memory can, but then a flush to
        disk proves nothing.
        """
        if self.options["in_memory"]:
            reason = "asked for"
        else:
            try:
                self.try_layer()
                return
            except OSError as error:
                reason = str(error)
        self.journal.log("disk-in-memory", reason=reason)
        # What was staged below the disk folder must stay in sight.
        staged = {tree: os.open(tree, os.O_RDONLY)
                  for tree in self.options["trees"]
                  if tree.startswith(self.places.disk + "/")}
        kernel.mount("tmpfs", self.places.disk, "tmpfs", 0, "mode=755")
        for tree, held in staged.items():
            os.makedirs(tree)
            kernel.mount(f"/proc/self/fd/{held}", tree, None, kernel.MS_BIND)
            os.close(held)

    def try_layer(self):
        probe = f"{self.places.disk}/.probe"
        for part in ("lower", "upper", "work", "all"):
            os.makedirs(f"{probe}/{part}")
        try:
            kernel.mount("overlay", f"{probe}/all", "overlay", 0,
                         f"lowerdir={probe}/lower,upperdir={probe}/upper,"
                         f"workdir={probe}/work")
            kernel.unmount(f"{probe}/all")
        finally:
            shutil.rmtree(probe)

    # -- requests

    def listen(self, path, handler):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(path)
        server.listen(64)
        server.setblocking(False)
        self.loop.watch(server, lambda: self.accept(server, handler))

    def accept(self, server, handler):
        connection, _ = server.accept()
        connection.settimeout(1)
        credentials = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid = struct.unpack("=iII", credentials)[0]
        received = bytearray()

        def read():
            try:
                data = connection.recv(65536)
            except OSError:
                data = b""
            received.extend(data)
            if b"\n" not in received and data and len(received) < 65536:
                return
            self.loop.forget(connection)
            if b"\n" in received:
                self.answer(connection, handler, bytes(received), pid)
            else:
                connection.close()
        self.loop.watch(connection, read)

    def answer(self, connection, handler, received, pid):
        def reply(**answer):
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                pass
            connection.close()
        try:
            handler(json.loads(received), reply, pid)
        except (LabError, OSError, ValueError, KeyError, TypeError) as error:
            reply(ok=False, error=str(error) or repr(error))

    def on_request(self, request, reply, _pid):
        op = request["op"]
        if op == "status":
            reply(ok=True, lab=self.options["lab"], options=self.options,
                  trace=self.trace is not None,
                  nodes=[self.describe(node)
                         for node in self.machines.nodes.values()])
        elif op == "down":
            self.loop.end()
            reply(ok=True)
        elif op == "power-mode":
            self.switch.set_mode(request["mode"],
                                 int(request.get("ms") or 0),
                                 request.get("node"))
            reply(ok=True)
        else:
            self.on_node_request(op, self.machines.find(request.get("node")),
                                 request, reply)

    def describe(self, node):
        return {**self.machines.describe(node),
                "power_mode": self.switch.mode_of(node)}

    def on_node_request(self, op, node, request, reply):
        if op == "cut":
            node.has_mains = False
            self.machines.power_off(node, lambda: reply(ok=True), "cut")
            return
        if op == "boot":
            node.has_mains = True
            self.machines.boot(node)
            self.reply_when_ready(node, reply)
            return
        if op in ("isolate", "rejoin"):
            self.machines.set_isolated(node, op == "isolate")
        elif not node.pid:
            raise LabError(f"{node.name} is off; muster-lab boot {node.name}")
        elif op == "halt":
            node.off_waiters.append(lambda: reply(ok=True))
            node.has_mains = False
            os.kill(node.pid, signal.SIGTERM)
            self.journal.log("halt", node=node.name)
            return
        elif op in ("freeze", "thaw"):
            self.machines.set_frozen(node, op == "freeze",
                                     request.get("process") or "all")
        elif op in ("stop-daemon", "start-daemon"):
            os.kill(node.pid, signal.SIGUSR1 if op == "stop-daemon"
                    else signal.SIGUSR2)
            self.journal.log(op, node=node.name)
        else:
            raise LabError(f"unknown request '{op}'")
        reply(ok=True, node=self.describe(node))

    def reply_when_ready(self, node, reply):
        def answer():
            if node.is_ready:
                reply(ok=True, node=self.describe(node))
            else:
                reply(ok=False, error=f"{node.name} did not boot; see"
                      f" {self.places.keeper_log}")
        if node.is_ready:
            answer()
        else:
            node.ready_waiters.append(answer)
