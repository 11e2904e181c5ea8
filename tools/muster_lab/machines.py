# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes of a lab from outside: their power, and their port on the bridge.
"""

import os
import signal
import subprocess
import uuid

from muster_lab import kernel
from muster_lab.init import NodeInit
from muster_lab.place import (
    CLIENT, KEEPER_HOST, LabError, address_of, node_environment, node_names)


class Node:
    """What the keeper knows of a node."""

    def __init__(self, name, number):
        self.name = name
        self.number = number
        self.pid = None            # of its first process; None: power is off
        self.namespace = None      # of its processes, while the power is on
        self.port = None           # its end on the bridge, while on
        self.boot_id = None
        self.boots_count = 0
        self.has_mains = True      # false after a cut, until somebody boots it
        self.is_isolated = False
        self.is_frozen = False
        self.is_ready = False      # its files and network are set up
        self.ready_waiters = []    # called when it is, or it is off again
        self.off_waiters = []      # called when its last process is gone
        self.switched_count = 0    # a later switch overrides a planned boot


class Machines:
    """Parent of all nodes and owner of the bridge they are plugged into."""

    def __init__(self, options, places, loop, journal):
        self.options = options
        self.places = places
        self.loop = loop
        self.journal = journal
        names = node_names(options["count"]) + [CLIENT]
        self.nodes = {name: Node(name, number)
                      for number, name in enumerate(names, 1)}
        self.bridge = f"lab-{options['lab']}"[:15]
        self.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY)

    def find(self, name):
        if name not in self.nodes:
            raise LabError(f"no node '{name}' in lab '{self.options['lab']}';"
                           f" there are {', '.join(self.nodes)}")
        return self.nodes[name]

    def of_namespace(self, namespace):
        return next((node for node in self.nodes.values()
                     if namespace and node.namespace == namespace), None)

    def set_up_bridge(self):
        address = f"{self.options['network']}.{KEEPER_HOST}"
        self.ip(f"link set lo up\n"
                f"link add {self.bridge} type bridge stp_state 0"
                f" forward_delay 0 mcast_snooping 0\n"
                f"addr add {address}/24 dev {self.bridge}\n"
                f"link set {self.bridge} up\n")

    @staticmethod
    def ip(batch):
        done = subprocess.run(["ip", "-batch", "-"], input=batch, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise LabError(f"ip: {done.stderr.strip()}")

    # -- on

    def boot(self, node):
        """Switch a node on; its first process goes on by itself."""
        if node.pid:
            return
        node.boots_count += 1
        node.boot_id = str(uuid.uuid4())
        node.port = f"p{node.number}b{node.boots_count}"
        ready_read, ready_write = os.pipe()
        go_read, go_write = os.pipe()
        kernel.unshare(kernel.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            self.become_node(node, ready_write, go_read)
        kernel.set_namespace(self.own_pid_namespace, kernel.CLONE_NEWPID)
        os.close(ready_write)
        os.close(go_read)
        node.pid = pid
        node.namespace = kernel.pid_namespace(pid)
        try:
            os.read(ready_read, 1)
            self.plug_in(node)
        finally:
            os.close(go_write)
        boots_count = node.boots_count
        self.loop.watch(
            ready_read, lambda: self.on_ready(node, boots_count, ready_read))
        self.journal.log("boot", node=node.name, boot_id=node.boot_id)

    def plug_in(self, node):
        mac = f"02:77:00:00:00:{node.number:02x}"
        self.ip(f"link add {node.port} type veth peer name eth0"
                f" address {mac} netns {node.pid}\n"
                f"link set {node.port} up\n")
        if not node.is_isolated:
            kernel.set_port_bridge(node.port, self.bridge)

    def become_node(self, node, ready_write, go_read):
        """In the child. Never returns."""
        try:
            kernel.die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            kernel.close_all_but(0, 1, 2, ready_write, go_read)
            os.setsid()
            kernel.set_priority(0)
            kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET
                           | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC)
            # The port needs the namespace, and set-up needs the port.
            os.write(ready_write, b"n")
            os.read(go_read, 1)
            os.close(go_read)
            NodeInit(self.options, node.name, node.boot_id,
                     ready_write).run()
        except BaseException as error:  # pylint: disable=broad-except
            os.write(2, f"muster-lab: {node.name}: {error!r}\n".encode())
        finally:
            os._exit(1)

    def on_ready(self, node, boots_count, ready_read):
        self.loop.forget(ready_read)
        is_ready = bool(os.read(ready_read, 1))
        os.close(ready_read)
        if boots_count != node.boots_count:
            return
        if is_ready and node.pid:
            node.is_ready = True
            self.journal.log("ready", node=node.name)
        waiters, node.ready_waiters = node.ready_waiters, []
        for then in waiters:
            then()

    def boot_later(self, node):
        switched_count = node.switched_count

        def boot_if_powered():
            if node.has_mains and node.switched_count == switched_count:
                self.boot(node)
        self.loop.after(self.options["boot_delay_ms"], boot_if_powered)

    # -- off

    def power_off(self, node, then, cause):
        """Cut the power; 'then' runs when the last process is gone."""
        node.switched_count += 1
        if not node.pid:
            then()
            return
        node.off_waiters.append(then)
        if not node.is_isolated:
            kernel.close_port(node.port)
        os.kill(node.pid, signal.SIGKILL)
        self.journal.log("power-off", node=node.name, cause=cause)

    def reap(self):
        """After a SIGCHLD: see whose first process ended."""
        for node in self.nodes.values():
            if node.pid:
                pid, status = os.waitpid(node.pid, os.WNOHANG)
                if pid:
                    self.on_gone(node, status)

    def on_gone(self, node, status):
        """The kernel ends a first process only after all others."""
        node.pid = node.namespace = None
        node.is_frozen = node.is_ready = False
        self.journal.log("off", node=node.name)
        waiters, node.off_waiters = node.off_waiters, []
        for then in waiters:
            then()
        # What reboot(2) inside the node leaves: it reset itself.
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGHUP:
            self.journal.log("reset-by-itself", node=node.name)
            self.boot_later(node)

    def end_all(self):
        for node in self.nodes.values():
            if node.pid:
                os.kill(node.pid, signal.SIGKILL)
                os.waitpid(node.pid, 0)

    # -- network, processes, description

    def set_isolated(self, node, is_isolated):
        if node.is_isolated == is_isolated:
            return
        node.is_isolated = is_isolated
        if node.pid and is_isolated:
            # Closed it drops at once, but opens with the next carrier.
            kernel.close_port(node.port)
            kernel.set_port_bridge(node.port, None)
        elif node.pid:
            kernel.set_port_bridge(node.port, self.bridge)
        self.journal.log("isolate" if is_isolated else "rejoin",
                         node=node.name)

    def set_frozen(self, node, is_frozen, process):
        """Stop processes by name, or 'all', or let them go on."""
        number = signal.SIGSTOP if is_frozen else signal.SIGCONT
        found = 0
        for pid in kernel.pids_in(node.namespace):
            name = kernel.read_text(f"/proc/{pid}/comm").strip()
            if process in ("all", name):
                os.kill(pid, number)
                found += 1
        if not found:
            raise LabError(f"{node.name} runs no '{process}'")
        node.is_frozen = is_frozen
        self.journal.log("freeze" if is_frozen else "thaw", node=node.name,
                         process=process)

    def describe(self, node):
        return {
            "name": node.name,
            "address": address_of(self.options, node.name),
            "power": "on" if node.pid else "off", "ready": node.is_ready,
            "mains": node.has_mains,
            "network": "cut" if node.is_isolated else "up",
            "frozen": node.is_frozen, "pid": node.pid,
            "pid_namespace": node.namespace, "boot_id": node.boot_id,
            "boots": node.boots_count,
            "log_dir": self.places.log_dir(node.name),
            "environment": node_environment(self.options,
                                            node.boot_id or "")}
