#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Revisions on a real cluster: who changed what and why is known on every
node, whatever goes down; and the way back leads to what was there."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import DUMMY, LabTest, run_tests  # noqa: E402


class Revisions(LabTest):
    def setUp(self):
        super().setUp()
        self.lab.wait_online()
        self.good("configure", "erase", "--force")
        self.good("configure", "property", "stonith-enabled=false")
        self.settle()

    def log(self, node="node1"):
        """The revisions as a node tells them, newest first."""
        return json.loads(self.good("revisions", "--format", "json",
                                    node=node))["revisions"]

    def same_everywhere(self):
        logs = [self.log(node) for node in self.lab.nodes]
        self.assertEqual(logs[0], logs[1])
        self.assertEqual(logs[0], logs[2])
        return logs[0]

    def test_each_change_has_an_author_a_reason_and_a_size(self):
        self.define("a")
        self.good("configure", "primitive", "b", DUMMY, "params",
                  "fake=x", "passwd=s3cret", "--force", node="node2")
        self.good("resource", "meta", "a", "set", "priority", "7",
                  "-m", "a is important", node="node3")
        newest, before = self.same_everywhere()[:2]
        self.assertEqual(newest["message"], "a is important")
        self.assertEqual((newest["by"], newest["node"], newest["program"]),
                         ("root", "node3", "muster"))
        self.assertEqual(newest["objects"], 1)
        self.assertEqual(before["node"], "node2")
        self.assertIn("configure primitive b", before["message"])
        self.assertNotIn("s3cret", before["message"])
        shown = self.good("revisions")
        self.assertRegex(shown, r"REV +WHEN +WHO")
        self.assertRegex(shown, r"ago +root@node3 +1 object +a is important")
        self.assertRegex(self.good("revisions", "--utc"),
                         r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")

    def test_a_commit_of_several_lines_is_told_by_its_objects(self):
        self.define("a")
        self.good("configure", text=f"primitive b {DUMMY}\n"
                                    f"primitive c {DUMMY}\ncommit\n")
        newest = self.same_everywhere()[0]
        self.assertEqual(newest["objects"], 2)
        self.assertEqual(newest["message"],
                         "commit: added primitive b, added primitive c")

    def test_what_agents_call_is_in_the_log_too(self):
        self.lab.run("node2", "/usr/libexec/muster/pcmk/crm_attribute",
                     "--type", "crm_config", "--name", "db_REPL_INFO", "-s",
                     "replication", "-v", "host|file|5")
        newest = self.same_everywhere()[0]
        self.assertEqual(newest["program"], "crm_attribute")
        self.assertEqual(newest["node"], "node2")
        self.assertIn("db_REPL_INFO", newest["message"])

    def test_differences_are_told_as_objects(self):
        self.define("a")
        self.good("configure", "primitive", "b", DUMMY)
        self.good("resource", "meta", "a", "set", "priority", "7")
        shown = self.good("diff", "-2")
        self.assertIn("+ primitive b", shown)
        self.assertIn("priority=7", shown)
        self.assertNotIn("+ primitive b", self.good("diff", "-1"))
        self.assertIn("- primitive b", self.good("diff", "current", "-2"))
        told = json.loads(self.good("diff", "-2", "--format", "json"))
        self.assertEqual({(one["object"], one["change"])
                          for one in told["objects"]},
                         {("primitive a", "changed"),
                          ("primitive b", "added")})
        done = self.tool("diff", "0.99999")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"kept are 0\.\d+ to 0\.\d+")

    def test_rollback_shows_asks_and_goes_back(self):
        self.define("a", "b")
        before = self.good("configure", "show", "--full")
        revision = self.log()[0]["revision"]
        self.good("configure", "delete", "b", "--force")
        self.good("configure", "property", "batch-limit=7")
        done = self.tool("rollback", revision)
        self.assertEqual(done.returncode, 1)
        self.assertIn("+ primitive b", done.stdout)
        self.assertIn("--yes", done.stderr)
        shown = self.good("rollback", revision, "--dry-run")
        self.assertRegex(shown, r"start +b on node")
        self.good("rollback", revision, "--yes", "--wait")
        self.assertEqual(self.good("configure", "show", "--full"), before)
        newest = self.same_everywhere()[0]
        self.assertIn("rollback to revision", newest["message"])
        self.assertIn("nothing to change",
                      self.tool("rollback", "current", "--yes").stderr)

    def test_a_node_that_was_down_gets_what_it_missed(self):
        self.define("a")
        self.lab.stop_daemon("node3")
        self.lab.wait_online(["node1", "node2"])
        for i in range(3):
            self.good("resource", "meta", "a", "set", "priority", str(i),
                      "-m", f"change {i}")
        self.lab.start_daemon("node3")
        self.lab.wait_online()
        self.lab.wait(lambda: self.log("node3") == self.log("node1"),
                      "node3 has the log")
        self.assertEqual([one["message"] for one in self.log("node3")[:3]],
                         ["change 2", "change 1", "change 0"])
        self.assertIn("priority=0", self.good("diff", "-1", "-2",
                                              node="node3"))

    def test_the_log_survives_a_start_of_the_whole_cluster(self):
        self.define("a")
        self.good("resource", "meta", "a", "set", "priority", "3", "-m",
                  "before the night")
        before = self.same_everywhere()
        for node in self.lab.nodes:
            self.lab.cut(node)
        for node in self.lab.nodes:
            self.lab.boot(node)
        self.lab.wait_online()
        self.assertEqual(self.same_everywhere(), before)
        self.assertIn("- \tmeta priority=3", self.good(
            "rollback", "-1", "--dry-run").replace("- primitive a", "- "))

    def test_apply_tells_what_came_of_each_action(self):
        self.define("a")
        told = json.loads(self.good(
            "apply", "-", "--format", "json", "-m", "b instead",
            text=f"primitive b {DUMMY}\nproperty cib-bootstrap-options: "
                 "stonith-enabled=false\n"))
        self.assertEqual({(one["task"], one["resource"], one["outcome"])
                          for one in told["planned"]},
                         {("stop", "a", "done"), ("start", "b", "done")})
        self.assertTrue(all(one["ms"] >= 0 for one in told["planned"]))
        self.assertEqual(told["unforeseen"], [])
        # A text that names no nodes leaves them where they are.
        shown = self.good("plan", "-", text=f"primitive c {DUMMY}\n")
        self.assertNotIn("node1", shown.partition("the cluster")[0])
        self.assertEqual(self.log()[0]["message"], "b instead")
        self.assertEqual(self.log()[0]["revision"], told["revision"])

    def test_apply_tells_of_failures_and_what_they_led_to(self):
        self.settle()
        done = self.tool("apply", "-",
                         text=f"primitive c {DUMMY} state=/proc/nosuch/c\n"
                              "property cib-bootstrap-options: "
                              "stonith-enabled=false\n")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"start +c on node\d +failed, \d+ ms")
        self.assertIn("not foreseen:", done.stdout)
        self.assertIn("muster rollback -1", done.stderr)

    def test_apply_refuses_when_somebody_was_faster(self):
        self.define("a")
        revision = self.log()[0]["revision"]
        self.good("resource", "meta", "a", "set", "priority", "9", "-m",
                  "meanwhile", node="node3")
        text = self.good("configure", "show")
        done = self.tool("apply", "-", "--if-revision", revision, text=text)
        self.assertEqual(done.returncode, 5)
        self.assertIn(revision, done.stderr)
        self.assertRegex(done.stderr, r"root@node3, .* ago: meanwhile")
        self.good("apply", "-", "--if-revision", self.log()[0]["revision"],
                  "--no-wait", text=text)


if __name__ == "__main__":
    run_tests()
