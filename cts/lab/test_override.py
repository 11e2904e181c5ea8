#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What operators set for a time: it ends by itself, whatever becomes of the
tool that asked, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timezone

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import DUMMY, GATE, GATE_AGENT, LabTest, run_tests  # noqa: E402


class Override(LabTest):
    @classmethod
    def prepare_lab(cls):
        cls.lab.install_agent("Gate", GATE_AGENT)

    def setUp(self):
        super().setUp()
        self.lab.wait_online()
        self.good("configure", "erase", "--force")
        self.good("configure", "property", "stonith-enabled=false")
        self.good("configure", "rsc_defaults", "resource-stickiness=100")
        for node in self.lab.nodes:
            self.good("node", "online", node)
        self.good("resource", "cleanup")
        self.settle()

    def said(self, *words):
        """All that a command says: what it has done is on stderr."""
        done = self.done(*words)
        return done.stdout + done.stderr

    def refused(self, *words):
        done = self.tool(*words)
        self.assertEqual(done.returncode, 1, f"{words}: {done.stdout}")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def place(self, name):
        return self.resource(name)["nodes"]

    def other(self, name):
        self.lab.wait(lambda: self.place(name), f"{name} runs somewhere")
        return [node for node in self.lab.nodes
                if node not in self.place(name)][0]

    def assert_nothing_left(self):
        self.assertNotIn("cli-", self.configuration())
        self.assertEqual(self.status()["overrides"], [])

    def test_a_move_places_waits_and_leaves_nothing_behind(self):
        self.define("a")
        other = self.other("a")
        said = self.said("resource", "move", "a", other)
        self.assertIn(f"a runs on {other}", said)
        self.assertEqual(self.place("a"), [other])
        self.assert_nothing_left()
        changed = self.status()["cluster"]["changed"]
        self.assertEqual(changed["by"], "musterd")
        self.assertIn(f"move of a to {other}", changed["message"])
        self.settle()
        self.assertEqual(self.place("a"), [other])
        self.assertIn("already", self.said("resource", "move", "a", other))

    def test_without_a_node_the_best_other_one_is_taken(self):
        self.define("a")
        before = self.place("a")
        self.good("resource", "move", "a")
        self.assertNotEqual(self.place("a"), before)
        self.assert_nothing_left()

    def test_a_move_that_would_go_back_is_refused_beforehand(self):
        self.define("a")
        home = self.place("a")[0]
        other = self.other("a")
        self.good("configure", "location", "home", "a", "500:", home)
        self.settle()
        said = self.refused("resource", "move", "a", other)
        self.assertIn(f"go back to {home}", said)
        self.assertIn("--stay", said)
        shown = self.good("resource", "move", "a", other, "--dry-run")
        self.assertIn("cli-prefer-a", shown)
        self.assertIn(f"goes back to {home}", shown)
        self.assert_nothing_left()
        self.good("resource", "move", "a", other, "--stay", "--wait")
        self.assertEqual(self.place("a"), [other])
        self.assertIn("has no end", self.tool("status").stdout)
        self.good("resource", "clear", "a", "--wait")
        self.assertEqual(self.place("a"), [home])

    def test_a_move_to_a_node_that_cannot_take_it_is_refused(self):
        self.define("a")
        other = self.other("a")
        self.good("node", "standby", other, "--wait")
        said = self.refused("resource", "move", "a", other)
        self.assertIn(f"would not get to {other}", said)
        self.assertIn("standby", said)
        self.good("node", "online", other)

    def test_a_move_that_fails_leaves_nothing_behind_either(self):
        for node in self.lab.nodes:
            self.lab.shell(node, "mkdir -p /run/only-here")
        self.define("a", more="params state=/run/only-here/a")
        other = self.other("a")
        self.lab.shell(other, "rmdir /run/only-here")
        said = self.refused("resource", "move", "a", other)
        self.assertIn(f"did not get to {other}", said)
        self.assertIn("start failed", said)
        self.assertEqual(len(self.place("a")), 1)
        self.assertNotEqual(self.place("a"), [other])
        self.assert_nothing_left()
        self.good("resource", "cleanup", "a", "--wait")

    def test_the_end_does_not_depend_on_the_tool(self):
        self.good("configure", "primitive", "a", GATE)
        self.settle()
        other = self.other("a")
        self.shut("a", "start")
        command, environment = self.lab.command_in(
            "node1", ["muster", "resource", "move", "a", other])
        tool = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.lab.wait(lambda: self.status()["overrides"],
                      "the move is under way")
        shown = self.status()["overrides"][0]
        self.assertEqual((shown["kind"], shown["resource"], shown["node"],
                          shown["once"]), ("move", "a", other, True))
        self.assertIn("ends when done", self.tool("status").stdout)
        tool.send_signal(signal.SIGKILL)
        tool.wait()
        self.open("a", "start")
        self.lab.wait(lambda: not self.status()["overrides"],
                      "the move is over")
        self.assertEqual(self.place("a"), [other])
        self.assert_nothing_left()

    def test_a_restart_leaves_nothing_stopped(self):
        self.define("a")
        said = self.said("resource", "restart", "a")
        self.assertIn("a runs again on", said)
        self.assert_nothing_left()
        self.assertIn("restart of a",
                      self.status()["cluster"]["changed"]["message"])
        self.good("resource", "stop", "a", "--wait")
        self.assertIn("does not run", self.refused("resource", "restart", "a"))
        self.good("resource", "start", "a", "--wait")
        self.good("resource", "unmanage", "a", "--wait")
        self.assertIn("not managed", self.refused("resource", "restart", "a"))

    def test_a_restart_that_is_interrupted_starts_again(self):
        self.good("configure", "primitive", "a", GATE)
        self.settle()
        self.shut("a", "stop")
        done = self.tool("resource", "restart", "a", "--timeout", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("goes on with it", done.stderr)
        self.open("a", "stop")
        self.lab.wait(lambda: not self.status()["overrides"] and
                      self.place("a"), "a runs again")
        self.assert_nothing_left()

    def test_maintenance_ends_by_itself_and_says_what_comes(self):
        self.define("a")
        node = self.place("a")[0]
        said = self.said("maintenance", "start", "resource", "a", "--for",
                         "1h", "-m", "new fan")
        self.assertIn("at its end, the cluster would do nothing", said)
        shown = self.status("node2")["overrides"][0]
        self.assertEqual((shown["by"], shown["message"]), ("root", "new fan"))
        self.assertTrue(shown["since"])
        self.assertIn("ends in", self.tool("status").stdout)
        # A failure now is left alone, and mended at the end.
        self.lab.shell(node, "rm -f /run/resource-agents/Dummy-a.state")
        self.good("resource", "refresh", "a", "--wait")
        self.assertEqual(self.place("a"), [])
        shown = self.good("maintenance", "show")
        self.assertIn("a is in maintenance", shown)
        self.assertIn("start", shown)
        self.good("maintenance", "start", "resource", "a", "--for", "3s")
        self.lab.wait(lambda: not self.status()["overrides"],
                      "the maintenance is over")
        self.settle()
        self.assertEqual(len(self.place("a")), 1)
        self.assert_nothing_left()

    def test_maintenance_of_everything_survives_the_coordinator(self):
        self.define("a")
        self.good("maintenance", "start", "--for", "12s")
        end = self.status()["overrides"][0]["until"]
        self.assertTrue(self.status()["cluster"]["maintenance"])
        self.assertIn("the cluster is in maintenance",
                      self.good("maintenance", "show"))
        coordinator = self.status()["cluster"]["coordinator"]
        witness = [node for node in self.lab.nodes if node != coordinator][0]
        self.lab.stop_daemon(coordinator)
        told = self.status(witness)["cluster"]["maintenance"]
        if datetime.now(timezone.utc) < datetime.fromisoformat(end):
            self.assertTrue(told)
        self.lab.wait(lambda: not self.status(witness)["overrides"],
                      "the maintenance is over")
        self.assertFalse(self.status(witness)["cluster"]["maintenance"])
        self.lab.start_daemon(coordinator)
        self.lab.wait_online()
        self.settle()
        self.assert_nothing_left()

    def test_maintenance_is_stopped_however_it_was_started(self):
        self.define("a")
        for words in ((), ("node", "node2"), ("resource", "a")):
            self.good("maintenance", "start", *words, "--for", "1h")
            self.good("maintenance", "stop", *words)
            self.assert_nothing_left()
            self.good("maintenance", "start", *words)
            self.assertEqual(len(self.status()["overrides"]), 1)
            self.good("maintenance", "stop", *words)
            self.assertEqual(self.status()["overrides"], [])
            self.assertIn("not in maintenance",
                          self.refused("maintenance", "stop", *words))

    def test_standby_ends_by_itself(self):
        self.good("node", "standby", "node3", "--for", "1h")
        self.assertTrue(self.status()["overrides"][0]["until"])
        self.good("node", "online", "node3")
        self.assert_nothing_left()
        self.good("node", "standby", "node3", "--for", "3s")
        self.lab.wait(lambda: not self.status()["overrides"],
                      "the standby is over")

    def test_a_drained_node_is_empty_and_its_work_is_accounted_for(self):
        self.define("a", "b", "c")
        node = self.place("a")[0]
        said = self.said("node", "drain", node)
        self.assertIn(f"{node} is empty after", said)
        self.assertRegex(said, "a runs on node")
        self.assertNotIn(node, self.place("a"))
        self.good("node", "drain", node, "--undo")
        self.assertEqual(self.status()["overrides"], [])

    def test_what_cannot_leave_a_drained_node_is_named(self):
        self.define("a")
        node = self.place("a")[0]
        self.good("resource", "unmanage", "a", "--wait")
        done = self.tool("node", "drain", node, "--deadline", "5s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a is still there: it is not managed", done.stdout)
        self.assertIn("could not leave", done.stderr)
        self.good("resource", "manage", "a", "--wait")

    def test_what_runs_is_deleted_only_after_it_was_stopped(self):
        self.define("a", "b")
        node = self.place("a")[0]
        said = self.refused("configure", "delete", "a")
        self.assertIn("is running; stop it first", said)
        self.assertIn("primitive a ", self.configuration())
        self.good("configure", "delete", "a", "--force")
        self.assertNotIn("primitive a ", self.configuration())
        self.settle()
        self.assertEqual(self.lab.shell(
            node, "ls /run/resource-agents | grep Dummy-a || true"), "")
        self.assertIn("is running",
                      self.refused("configure", "rename", "b", "c"))
        self.good("configure", "rename", "b", "c", "--force", "--wait")
        self.assertEqual(len(self.place("c")), 1)
        self.assertNotIn("target-role", self.configuration())
        self.good("resource", "stop", "c", "--wait")
        self.good("configure", "delete", "c")

    def test_fail_counts_are_kept_for_each_operation(self):
        self.define("counted")
        self.good("resource", "failcount", "counted", "set", "node1", "2",
                  "monitor", "5s")
        self.good("resource", "failcount", "counted", "set", "node1", "3", "start")
        attributes = [one["attributes"] for one in self.status()["nodes"]
                      if one["name"] == "node1"][0]
        self.assertEqual(attributes["fail-count-counted#monitor_5000"], "2")
        self.assertEqual(attributes["fail-count-counted#start_0"], "3")
        self.assertIn("value=5", self.good("resource", "failcount", "counted",
                                           "show", "node1"))
        self.assertIn("value=2", self.good("resource", "failcount", "counted",
                                           "show", "node1", "monitor", "5s"))
        self.good("resource", "failcount", "counted", "delete", "node1", "start")
        self.assertIn("value=2", self.good("resource", "failcount", "counted",
                                           "show", "node1"))

    def test_shutdown_of_the_operating_system_drains(self):
        self.define("a", "b", "c")
        node = [name for name in self.lab.nodes if name != "node1"
                and name in self.place("a") + self.place("b")
                + self.place("c")][0]
        before = self.status()["fencing"]
        self.lab.halt(node)
        self.lab.wait(lambda: not self.lab.is_on(node), "it is off")
        self.settle()
        status = self.status()
        self.assertEqual([one["state"] for one in status["nodes"]
                          if one["name"] == node], ["offline"])
        self.assertFalse([one for one in status["nodes"] if one["unclean"]])
        for name in ("a", "b", "c"):
            self.assertEqual(len(self.place(name)), 1)
            self.assertNotIn(node, self.place(name))
        self.assertEqual(status["fencing"], before)
        self.lab.boot(node)
        self.lab.wait(lambda: [one for one in self.status()["nodes"]
                               if one["name"] == node and one["online"]],
                      "it is back")

    def test_a_service_that_does_not_stop_holds_a_shutdown_only_so_long(self):
        self.good("configure", "property", "shutdown-escalation=4s")
        self.good("configure", "primitive", "a", GATE,
                  "op", "stop", "interval=0", "timeout=3600s")
        self.good("configure", "location", "l", "a", "inf:", "node3")
        self.settle()
        self.shut("a", "stop")
        pid = self.lab.shell("node3", "cat /run/muster/musterd.pid").strip()
        self.lab.shell("node3", f"kill -TERM {pid}")
        self.lab.wait(lambda: self.lab.run(
            "node3", "test", "-d", f"/proc/{pid}", check=False).returncode,
            "the daemon leaves anyway")
        self.good("configure", "delete", "l", node="node1")
        self.lab.cut("node3")
        self.lab.boot("node3")
        self.lab.wait(lambda: [one for one in self.status()["nodes"]
                               if one["name"] == "node3" and one["online"]],
                      "it is back")

    def test_a_daemon_that_stops_in_maintenance_leaves_services_running(self):
        self.define("kept")
        node = self.place("kept")[0]
        if node == "node1":
            self.good("resource", "move", "kept", "node2")
            node = "node2"
        state = "test -e /run/resource-agents/Dummy-kept.state"
        for words in (("node", node), ("resource", "kept"), ()):
            self.good("maintenance", "start", *words, "--for", "1h")
            pid = self.lab.shell(node, "cat /run/muster/musterd.pid").strip()
            self.lab.stop_daemon(node)
            self.lab.wait(lambda: self.lab.run(
                node, "test", "-d", f"/proc/{pid}", check=False).returncode,
                f"the daemon leaves: {words}")
            self.assertEqual(self.lab.run(node, "sh", "-c", state,
                                          check=False).returncode, 0)
            # What goes on elsewhere is no reason to start it there as well.
            self.good("configure", "primitive", "more", DUMMY)
            self.settle()
            running = [name for name in self.lab.nodes if self.lab.run(
                name, "sh", "-c", state, check=False).returncode == 0]
            self.assertEqual(running, [node])
            self.good("configure", "delete", "more", "--force")
            self.lab.start_daemon(node)
            self.lab.wait(lambda: [one for one in self.status()["nodes"]
                                   if one["name"] == node and one["online"]],
                          "it is back")
            self.lab.wait(lambda: self.tool("maintenance", "stop", *words)
                          .returncode == 0, "the end")
            self.settle()
            self.lab.wait(lambda: self.place("kept") == [node],
                          f"kept is seen on {node} again: {words}")

    def test_a_node_left_alone_is_lost_when_its_maintenance_is_over(self):
        self.good("configure", "load", "update", "-", text=f"""
primitive power stonith:fence_lab params pcmk_host_list="node1 node2 node3"
primitive kept {DUMMY} op monitor interval=5s
location home kept inf: node3
property stonith-enabled=true
""")
        self.settle()
        self.assertEqual(self.place("kept"), ["node3"])
        self.good("maintenance", "start", "node", "node3", "--for", "1h")
        pid = self.lab.shell("node3", "cat /run/muster/musterd.pid").strip()
        self.lab.stop_daemon("node3")
        self.lab.wait(lambda: self.lab.run(
            "node3", "test", "-d", f"/proc/{pid}", check=False).returncode,
            "the daemon leaves")
        self.assertEqual([one for one in self.status()["nodes"]
                          if one["unclean"]], [])
        self.good("configure", "delete", "home")
        self.assertEqual(self.place("kept"), ["node3"])
        self.good("maintenance", "start", "node", "node3", "--for", "3s")
        self.lab.wait(lambda: self.place("kept") not in ([], ["node3"]),
                      "it is started elsewhere")
        fenced = [one for one in self.status()["fencing"]
                  if one["target"] == "node3" and one["state"] == "done"]
        self.assertEqual(len(fenced), 1)
        self.lab.wait(lambda: [one for one in self.status()["nodes"]
                               if one["name"] == "node3" and one["online"]],
                      "it is back")

    def test_a_ban_ends_at_its_time(self):
        self.define("a")
        home = self.place("a")[0]
        self.good("resource", "ban", "a", "--for", "1h", "--wait")
        self.assertNotEqual(self.place("a"), [home])
        shown = self.status()["overrides"][0]
        self.assertEqual((shown["kind"], shown["node"]), ("ban", home))
        self.assertTrue(shown["until"])
        self.good("resource", "ban", "a", home, "--for", "3s")
        self.lab.wait(lambda: not self.status()["overrides"],
                      "the ban is over")
        self.assert_nothing_left()
        self.assertIn("ends at its time",
                      self.status()["cluster"]["changed"]["message"])


if __name__ == "__main__":
    run_tests()
