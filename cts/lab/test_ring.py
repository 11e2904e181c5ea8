#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a real Corosync makes the daemon's ring adapter say."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab, LabTest, run_tests  # noqa: E402

WATCH = os.path.abspath(os.environ.get("MUSTER_RING_WATCH",
                                       "cts/lab/ring_watch"))


class Ring(LabTest):
    """One watcher on each of three nodes; each test has a lab of its own."""

    shares_lab = False

    @classmethod
    def make_lab(cls):
        return Lab(3, "--share", os.path.dirname(WATCH), daemon=False,
                   trace=False)

    def setUp(self):
        if not os.access(WATCH, os.X_OK):
            self.skipTest("ring_watch is not built: make check-lab builds it")
        super().setUp()
        for node in self.lab.nodes:
            self.lab.shell(node,
                           f"setsid {WATCH} >>/var/log/ring.log 2>&1 &")
        for node in self.lab.nodes:
            self.lab.wait(lambda n=node: self.is_complete(n),
                          f"{node} sees a ring and a group of three")

    def lines(self, node):
        """What is told on a node but for the greetings, which may come at any
        time after what they greet."""
        lines = [line.split(" ", 1)[-1] for line in
                 self.lab.log(node, "ring.log").splitlines()]
        return [line for line in lines if not line.startswith("MESSAGE")]

    def is_complete(self, node):
        """Ring, quorum and group have been told for the last time."""
        def last(*starts):
            return next((line.split() for line in reversed(self.lines(node))
                         if line.startswith(starts)), [])
        ring, quorum = last("RING "), last("QUORUM")
        group = " ".join(last("RING ", "GROUP"))
        return ring and quorum and ring[1:2] == quorum[1:2] and re.search(
            r"members 1:\d+,2:\d+,3:\d+( |$)", group)

    def wait_each(self, nodes, start, text, after=0):
        for node in nodes:
            self.lab.wait(
                lambda n=node: any(line.startswith(start) for line in
                                   self.lines(n)[after:]), text)

    def test_join_is_a_ring_first_and_then_messages(self):
        """The core must not hear of a group in a ring it does not know."""
        def words(node):
            all_of_them = [line.split()[1] for line in
                           self.lab.log(node, "ring.log").splitlines()]
            # Quorum is told by another service: before or after messages.
            return [word for word in all_of_them if word != "QUORUM"]
        for node in self.lab.nodes:
            self.lab.wait(lambda n=node: "MESSAGE" in words(n),
                          f"{node} has been greeted")
            # Another one may join the group before the first greeting comes.
            self.assertEqual(words(node)[:2], ["MAP", "RING"], node)

    def test_daemon_that_is_killed_leaves_the_group_not_the_ring(self):
        """Its node still counts; its processes may still run."""
        before = len(self.lines("node1"))
        self.lab.shell("node2", "pkill -KILL ring_watch")
        self.wait_each(["node1"], "GROUP", "node2 has left", before)
        new = self.lines("node1")[before:]
        self.assertIn("left 2:", new[0])
        self.assertIn("reason 1", new[0])
        self.assertFalse([line for line in new if line.startswith("RING")])

    def test_lost_node_is_a_new_ring(self):
        """No step in between is told: only the ring that is there then."""
        before = len(self.lines("node1"))
        self.lab.cut("node3")
        self.wait_each(["node1"], "QUORUM", "node1 goes on", before)
        self.wait_each(["node1"], "RING ", "node1 has a new ring", before)
        new = sorted(self.lines("node1")[before:], reverse=True)
        self.assertRegex(new[0], r"RING 1\.\w+ nodes 1,2 members 1:\d+,2:\d+")
        self.assertRegex(new[1], r"QUORUM 1\.\w+ yes")

    def test_isolated_node_and_its_return_are_rings_on_both_sides(self):
        before = {node: len(self.lines(node)) for node in self.lab.nodes}
        self.lab.isolate("node3")
        self.wait_each(["node3"], "QUORUM", "node3 is alone", before["node3"])
        self.wait_each(["node3"], "RING ", "node3 is alone", before["node3"])
        self.assertRegex("\n".join(sorted(
            self.lines("node3")[before["node3"]:], reverse=True)),
            r"RING 3\.\w+ nodes 3 members 3:\d+\n"
            r"QUORUM 3\.\w+ no")
        self.lab.rejoin("node3")
        for node in self.lab.nodes:
            self.lab.wait(lambda n=node: any(
                line.startswith("RING") and "nodes 1,2,3" in line
                for line in self.lines(n)[before[n]:]), f"{node} is back")

    def test_corosync_that_dies_is_told_once_and_waited_for(self):
        """A node whose Corosync crashed comes back when it does."""
        before = len(self.lines("node2"))
        self.lab.shell("node2", "pkill -KILL corosync")
        self.wait_each(["node2"], "RING_LOST", "node2 notices", before)
        self.wait_each(["node2"], "warning: waiting for Corosync",
                       "node2 says what it waits for", before)
        self.lab.shell("node2", "setsid corosync -f >/dev/null 2>&1 &")
        self.wait_each(["node2"], "RING ", "node2 is back", before)
        new = self.lines("node2")[before:]
        self.assertEqual(new.count("RING_LOST"), 1)
        self.assertEqual(
            len([line for line in new if "waiting for" in line]), 1)

    def test_leaving_and_joining_again_keeps_the_ring(self):
        before = len(self.lines("node1"))
        self.lab.shell("node1", "pkill -USR1 ring_watch")
        self.wait_each(["node1"], "RING ", "node1 is back", before)
        new = self.lines("node1")[before:]
        self.assertIn("RING_LOST", new)


if __name__ == "__main__":
    run_tests()
