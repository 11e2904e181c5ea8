#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""'muster check' finds on every machine what would only be noticed at the next
failover, and says what to do about it."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import LabTest, run_tests  # noqa: E402


class Check(LabTest):
    def configure(self, text):
        done = self.tool("configure", "load", "replace", "-", text=text)
        self.assertIn(done.returncode, (0, 4), done.stderr)

    def findings(self, node="node1"):
        """What is found once all that are in the cluster have answered."""
        def found():
            done = self.tool("check", "--format", "json", node=node)
            self.assertIn(done.returncode, (0, 4), done.stderr)
            report = json.loads(done.stdout)
            return set(report["nodes"]) >= set(self.lab.online(node)) \
                and report
        return self.lab.wait(found, f"all answer {node}")

    def told(self, report, word):
        return [one for one in report["findings"]
                if word in one["text"] or word in one["what"]]

    def test_every_node_answers_whoever_asks(self):
        for node in self.lab.nodes:
            report = self.findings(node)
            self.assertEqual(sorted(report["nodes"]), self.lab.nodes)
            for facts in report["nodes"].values():
                self.assertTrue(facts["version"])
                self.assertEqual(len(facts["links"]), 1)
                self.assertGreater(facts["token_ms"], 0)

    def test_a_missing_agent_is_found_on_each_node_that_may_need_it(self):
        self.configure("primitive gone ocf:heartbeat:NoSuchAgent\n"
                       "location away gone -inf: node3\n"
                       "property stonith-enabled=false\n")
        found = [one["what"] for one in self.told(self.findings(), "gone")
                 if "cannot run" in one["text"]]
        self.assertEqual(sorted(found), ["node1", "node2"])

    def test_addresses_and_fencing_are_judged(self):
        self.configure("primitive a IPaddr2 params ip=127.9.9.9 nic=lo\n"
                       "primitive b IPaddr2 params ip=127.9.9.9 nic=lo\n"
                       "property stonith-enabled=false\n")
        report = self.findings()
        self.assertEqual(len(self.told(report, "127.9.9.9")), 1)
        self.assertEqual([one["what"] for one in
                          self.told(report, "fencing is off")],
                         ["stonith-enabled"])
        done = self.tool("check")
        self.assertEqual(done.returncode, 4)
        self.assertIn("fencing is off", done.stdout)

    def test_a_node_that_is_away_is_said_to_be_unknown(self):
        self.lab.cut("node3")
        self.lab.wait(lambda: self.lab.members("node1") == ["node1", "node2"],
                      "node3 is out")
        self.lab.wait(lambda: self.told(self.findings(), "not in the cluster"),
                      "node3 is missed")
        self.lab.boot("node3")
        self.lab.wait(lambda: not self.told(self.findings(),
                                            "not in the cluster"),
                      "node3 answers again")


if __name__ == "__main__":
    run_tests()
