#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon as a guest of its machine: start, end, settings, a new nodelist."""

import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import LabTest, run_tests  # noqa: E402

SERVICES = "property stonith-enabled=false\n" + "".join(
    f"primitive d{number} ocf:pacemaker:Dummy op monitor interval=5s\n"
    for number in range(1, 4))
CONF = "/etc/corosync/corosync.conf"
MUSTER_CONF = "/etc/muster/muster.conf"


class Daemon(LabTest):
    """One lab; each test leaves three nodes online with three services."""

    @classmethod
    def prepare_lab(cls):
        cls.lab.wait_online()
        cls.lab.run("node1", "muster", "configure", "load", "update", "-",
                    text=SERVICES)

    def setUp(self):
        super().setUp()
        for node in self.lab.nodes:
            self.lab.start_daemon(node)
        self.lab.wait_online()
        self.lab.wait_settled()
        self.lab.wait(lambda: len(self.services()) == 3, "services run")

    def services(self):
        """Where each Dummy's state file is, with its identity: a service
        that was stopped and started has another one."""
        found = {}
        for (node, name), identity in self.lab.both(
                "/run/Dummy-d*.state").items():
            self.assertNotIn(name, found, "active twice")
            found[name] = (node, identity)
        return found

    def daemon(self, node):
        pids = self.lab.processes(node, r"(^|/)musterd( |$)")
        return next(iter(pids), None)

    def log(self, node):
        return self.lab.log(node, "musterd.log")

    def reload(self, nodes, edit):
        """Edit corosync.conf with sed on some nodes; all reload theirs."""
        for node in nodes:
            self.lab.shell(node, f"cp {CONF} {CONF}.before")
            self.lab.run(node, "sed", "-i", edit, CONF)
        self.lab.run("node1", "corosync-cfgtool", "-R")

    def reload_before(self, nodes):
        for node in nodes:
            self.lab.shell(node, f"mv {CONF}.before {CONF}")
        self.lab.run("node1", "corosync-cfgtool", "-R")

    def test_second_daemon_is_refused_and_harms_nothing(self):
        """It must not take socket, pid file or disk from the first."""
        before = self.daemon("node1")
        done = self.lab.run("node1", "musterd", check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("another musterd", done.stderr)
        self.assertEqual(self.daemon("node1"), before)
        self.assertTrue(self.lab.muster_status("node1")["nodes"])
        self.assertEqual(
            self.lab.shell("node1", "test -S /run/muster/musterd.sock && "
                           "kill -0 $(cat /run/muster/musterd.pid) && "
                           "echo ok").strip(), "ok")

    def test_wrong_options_and_settings_say_what_is_wrong(self):
        for words, code, text in (
                (["--help"], 0, "usage"), (["--version"], 0, "musterd"),
                (["--nonsense"], 2, "--help"), (["node1"], 2, "node1"),
                (["--config", "/nonexistent"], 2, "/nonexistent")):
            done = self.lab.run("node1", "musterd", *words, check=False)
            self.assertEqual(done.returncode, code, words)
            self.assertIn(text, done.stdout + done.stderr)
        self.lab.shell("node1", "mkdir -p /etc/muster")
        self.lab.write("node1", MUSTER_CONF, "log_level = info\nnose = red\n")
        self.addCleanup(self.lab.shell, "node1", f"rm -f {MUSTER_CONF}")
        done = self.lab.run("node1", "musterd", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 2", done.stderr)
        self.assertIn("nose", done.stderr)

    def test_daemon_that_is_asked_to_stop_moves_its_work_first(self):
        here = {name for name, (node, _) in self.services().items()
                if node == "node2"}
        self.assertTrue(here)
        before = self.log("node2").count("exit status 0")
        self.lab.stop_daemon("node2")
        self.lab.wait(lambda: not self.daemon("node2"), "it ends")
        self.assertEqual(self.log("node2").count("exit status 0"), before + 1)
        self.lab.wait(lambda: all(
            self.services().get(name, ("node2",))[0] != "node2"
            for name in here), "its services run elsewhere")
        self.assertFalse(self.lab.run("node2", "test", "-e",
                                      "/run/muster/musterd.sock",
                                      check=False).returncode == 0)
        self.lab.start_daemon("node2")
        self.lab.wait_online(when="after the return")

    def test_what_a_shutdown_locks_waits_for_its_node_or_for_the_limit(self):
        """An operator who restarts a node wants nothing moved meanwhile."""
        self.good("configure", "property", "shutdown-lock=true")
        self.addCleanup(self.good, "configure", "property",
                        "shutdown-lock=false", "shutdown-lock-limit=0")
        before = self.services()
        here = {name for name, (node, _) in before.items() if node == "node3"}
        self.assertTrue(here)
        self.lab.stop_daemon("node3")
        self.lab.wait(lambda: not self.daemon("node3"), "it ends")
        self.settle()
        after = self.services()
        self.assertEqual({name: place for name, place in before.items()
                          if name not in here}, after)
        for name in here:
            self.assertIn("shutdown-lock", self.good("why", self.id_of(name)))
        self.lab.start_daemon("node3")
        self.lab.wait_online(when="after the return")
        self.settle()
        after = self.services()
        self.assertEqual({name: node for name, (node, _) in after.items()},
                         {name: node for name, (node, _) in before.items()})
        # What waits longer than the limit is started elsewhere.
        self.good("configure", "property", "shutdown-lock-limit=2s")
        self.lab.stop_daemon("node3")
        self.lab.wait(lambda: not self.daemon("node3"), "it ends")
        self.lab.wait(lambda: set(self.services()) == set(before) and
                      "node3" not in [node for node, _ in
                                      self.services().values()],
                      "its services run elsewhere")
        self.lab.start_daemon("node3")
        self.lab.wait_online(when="after the return")

    @staticmethod
    def id_of(path):
        """Of the resource, by its state file."""
        return path[len("/run/Dummy-"):-len(".state")]

    def test_killed_daemon_leaves_its_services_alone(self):
        """Its successor takes them over as they are."""
        before = self.services()
        for node in self.lab.nodes:
            os.kill(self.daemon(node), signal.SIGKILL)
            self.lab.wait_online(
                when=f"after the daemon of {node} was killed")
        self.assertEqual(self.services(), before)

    def test_node_that_is_added_is_taken_over_without_touching_services(self):
        """An operator adds a node on a working day."""
        before = self.services()
        self.reload(self.lab.nodes,
                    "s/^nodelist {/nodelist {\\n node {\\n"
                    "  ring0_addr: 10.77.0.9\\n  name: node9\\n"
                    "  nodeid: 9\\n }/")
        for node in self.lab.nodes:
            self.lab.wait(lambda n=node: "node9" in self.lab.nodes_told(n),
                          f"{node} knows node9")
        self.lab.wait_online(when="after the reload")
        self.assertEqual(self.services(), before)

    def test_nodelist_without_us_is_not_taken_over(self):
        """A slip of the editor must not make a cluster of strangers."""
        before = self.services()
        pid = self.daemon("node1")
        # Without a node list of ours Corosync keeps its ring.
        self.reload(["node1"], "/nodeid: 1$/s/1$/11/; /name: node1$/s/1$/11/")
        self.lab.wait(lambda: "is not in the nodelist" in self.log("node1"),
                      "node1 says what is wrong")
        self.assertEqual(self.daemon("node1"), pid)
        self.reload_before(["node1"])
        self.lab.wait(lambda: "is as it was" in self.log("node1"),
                      "node1 sees that all is well")
        self.assertEqual(self.daemon("node1"), pid)
        self.assertEqual(self.services(), before)


if __name__ == "__main__":
    run_tests()
