# SPDX-License-Identifier: GPL-2.0-or-later
"""The power switch that fence agents ask, and its ways of letting them down.
"""

import collections

from muster_lab import kernel
from muster_lab.place import LabError, node_names

MODES = ("ok", "fail", "hang", "slow")
ACTIONS = ("on", "off", "reboot", "status")


class PowerSwitch:
    """Answers 'off' when the last process of the target is gone."""

    def __init__(self, machines, loop, journal):
        self.machines = machines
        self.loop = loop
        self.journal = journal
        self.modes = {name: ("ok", 0) for name in machines.nodes}
        # Askers that shall wait without an answer.
        self.held = collections.deque(maxlen=256)

    def mode_of(self, node):
        return self.modes[node.name][0]

    def set_mode(self, mode, delay_ms, name=None):
        if mode not in MODES:
            raise LabError(f"unknown mode '{mode}': use one of "
                           + ", ".join(MODES))
        names = [self.machines.find(name).name] if name else self.modes
        for each in names:
            self.modes[each] = (mode, delay_ms)
        self.journal.log("power-mode", mode=mode, ms=delay_ms, node=name)

    def on_request(self, request, reply, pid):
        """From a fence agent, in a node or outside."""
        action, plug = request["action"], request.get("plug")
        asker = self.machines.of_namespace(kernel.pid_namespace(pid))
        by = asker.name if asker else "outside"
        if asker and asker.is_isolated:
            # A switch is reached over the network. It hears nothing.
            self.journal.log("power-unreachable", action=action, by=by,
                             node=plug)
            self.held.append(reply)
        elif action == "list":
            reply(ok=True, plugs=node_names(self.machines.options["count"]))
        elif action == "monitor":
            reply(ok=True)
        elif action not in ACTIONS:
            raise LabError(f"unknown action '{action}'")
        else:
            self.switch(action, self.machines.find(plug), reply, by)

    def switch(self, action, node, reply, by):
        def answer():
            if action != "status":
                self.journal.log("power-confirmed", action=action,
                                 node=node.name, by=by)
            reply(ok=True, power="on" if node.pid else "off")

        def act():
            if action in ("off", "reboot"):
                self.machines.power_off(node, answer, f"{action} by {by}")
                if action == "reboot":
                    self.machines.boot_later(node)
                return
            if action == "on" and node.has_mains:
                self.machines.boot(node)
            answer()

        if action == "status":
            act()
            return
        self.journal.log("power-asked", action=action, node=node.name, by=by)
        self.by_mode(node, act, reply)

    def by_mode(self, node, act, reply):
        mode, delay_ms = self.modes[node.name]
        if mode == "fail":
            self.journal.log("power-refused", node=node.name)
            self.loop.after(delay_ms, lambda: reply(
                ok=False, error="the power switch is set to fail"))
        elif mode == "hang":
            self.held.append(reply)
        elif mode == "slow":
            self.loop.after(delay_ms, act)
        else:
            act()
