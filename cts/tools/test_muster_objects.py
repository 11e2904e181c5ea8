#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the level configure does beside statements: programs that change text,
agents that are asked, pictures, templates, and words that are refused. On a
file, without a cluster."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from on_file import EMPTY, OnFile, run_tests  # noqa: E402

AGENT = "/usr/lib/ocf/resource.d/heartbeat/IPaddr2"


class Objects(OnFile):
    start = EMPTY.replace("pacemaker-3.9", "pacemaker-3.7")

    def setUp(self):
        super().setUp()
        for name, address in (("one", "192.0.2.1"), ("two", "192.0.2.2")):
            self.good("configure", "primitive", name, "IPaddr2", "params",
                      f"ip={address}", "cidr_netmask=24", "op", "monitor",
                      "interval=10s", "timeout=5s")

    def show(self, *words):
        return self.good("configure", "show", *words)

    def test_a_program_changes_objects(self):
        self.good("configure", "filter", "sed s/192.0.2.1/192.0.2.7/", "one")
        self.assertIn("192.0.2.7", self.show("one"))
        self.assertIn("192.0.2.2", self.show("two"))
        self.good("configure", "filter", "sed '/two/,$d'",
                  "type:primitive")
        self.assertNotIn("two", self.show())
        self.refused("configure", "filter", "false", holds="nothing has")

    def test_an_editor_comes_back_and_a_bad_text_changes_nothing(self):
        script = self.write("editor", "#!/bin/sh\nsed -i s/24/25/ \"$1\"\n")
        os.chmod(script, 0o755)
        self.good("configure", "edit", "one", EDITOR=script, VISUAL="")
        self.assertIn("cidr_netmask=25", self.show("one"))
        self.refused("configure", "edit", "one", VISUAL="",
                     EDITOR="sed -i s/params/parms/", holds="line 2")

    def test_changed_stands_for_what_is_not_committed(self):
        shown = self.good(text="configure\nset two.ip 192.0.2.9\n"
                          "show changed\nrefresh\nshow two\n")
        self.assertNotIn("primitive one", shown)
        self.assertIn("ip=192.0.2.9", shown)
        self.assertIn("ip=192.0.2.2", shown)
        self.refused("configure", "show", "changed", holds="nothing has")

    @unittest.skipUnless(os.path.exists(AGENT), "no agents are installed")
    def test_advised_timeouts_are_written(self):
        self.good("configure", "default-timeouts", "one")
        shown = self.show("one")
        self.assertIn("op monitor interval=10s timeout=20s", shown)
        self.assertIn("op start interval=0 timeout=20s", shown)
        self.refused("configure", "default-timeouts", "nosuch",
                     holds="nosuch")

    @unittest.skipUnless(os.path.exists(AGENT), "no agents are installed")
    def test_an_agent_judges_its_parameters(self):
        self.good("configure", "primitive", "d", "ocf:heartbeat:Dummy")
        self.good("configure", "validate-all", "d")
        self.good("ra", "validate", "ocf:heartbeat:Dummy")
        self.refused("ra", "validate", "IPaddr2", "ip=nonsense",
                     holds="does not take")

    @unittest.skipUnless(os.path.exists(AGENT), "no agents are installed")
    def test_what_an_agent_does_not_take_is_refused_when_it_is_typed(self):
        self.refused("configure", "primitive", "three", "IPaddr2",
                     holds="lacks the parameter \"ip\"")
        self.refused("configure", "primitive", "three", "IPaddr2", "params",
                     "ip=192.0.2.3", "cidr_netmsk=24",
                     holds="probably cidr_netmask")
        self.good("configure", "primitive", "three", "IPaddr2", "--force")
        # The cluster itself tells a fence agent which plug is meant.
        if os.path.exists("/usr/sbin/fence_dummy"):
            self.good("configure", "primitive", "power", "stonith:fence_dummy",
                      "op", "monitor", "interval=60s")
        # What is not on this node may be on others.
        done = self.run_tool("configure", "primitive", "four",
                             "ocf:nobody:Nothing")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no agent ocf:nobody:Nothing on this node", done.stderr)
        # Agents are asked once, and again when they have changed.
        self.assertTrue(os.path.exists(
            f"{self.folder}/.cache/muster/agents/" +
            AGENT[1:].replace("/", "%")))

    def test_what_may_not_do_what_was_meant_is_a_warning_at_once(self):
        for words, part in (
                (("primitive", "d", "ocf:heartbeat:Dummy"), "no monitor"),
                (("location", "l", "one", "10:", "gamma"), "gamma"),
                (("property", "stonith-enable=false"),
                 "probably stonith-enabled"),
                (("rsc_defaults", "resource-stickyness=1"),
                 "probably resource-stickiness")):
            done = self.run_tool("configure", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("warning", done.stderr)
            self.assertIn(part, done.stderr)
        self.assertEqual(self.run_tool("verify").returncode, 4)

    def test_what_primitives_share_goes_to_a_template(self):
        self.good("assist", "template", "one", "two")
        shown = self.show()
        self.assertIn("rsc_template template-1 IPaddr2", shown)
        self.assertEqual(shown.count("cidr_netmask=24"), 1)
        self.assertIn("primitive two @template-1", shown)
        self.good("configure", "primitive", "d", "ocf:heartbeat:Dummy")
        self.refused("assist", "template", "one", "d", holds="same agent")

    def test_a_weak_bond_is_a_set_and_a_dummy(self):
        self.good("assist", "weak-bond", "one", "two")
        self.assertIn("colocation place-constraint-1 100: ( one two ) "
                      "place-dummy-1", self.show())

    def test_operations_are_traced_and_no_longer(self):
        before = self.show("one")
        self.good("resource", "trace", "one", "monitor", "10s", "/tmp/traces")
        self.assertIn("op_params trace_ra=1 trace_dir=\"/tmp/traces\"",
                      self.show("one"))
        self.good("resource", "untrace", "one")
        self.assertEqual(self.show("one"), before)
        self.refused("resource", "trace", "one", "monitor", "11s",
                     holds="interval 11s")

    def test_properties_are_what_is_set_or_usual(self):
        self.assertEqual(self.good("configure", "get_property",
                                   "stonith-enabled"), "true\n")
        self.refused("configure", "get_property", "-t", "stonith-enabled",
                     holds="is not set")
        self.good("configure", "property", "stonith-enabled=false")
        self.assertEqual(self.good("configure", "get_property", "-t"),
                         "stonith-enabled=false\n")
        self.refused("configure", "get_property", "nosuch",
                     holds="no such property")

    def test_a_file_is_written_for_the_newest_schema(self):
        self.assertEqual(self.good("configure", "schema"),
                         "pacemaker-3.7\n")
        self.good("configure", "upgrade")
        self.assertEqual(self.good("configure", "schema"),
                         "pacemaker-3.9\n")

    def test_a_picture_names_resources_and_constraints(self):
        self.good("configure", "group", "g", "one", "two")
        self.good("configure", "location", "l", "g", "100:", "alpha")
        drawn = self.good("configure", "graph")
        self.assertIn('subgraph "cluster_g"', drawn)
        self.assertIn('"one" -> "two"', drawn)
        self.assertIn('"g" -> "node alpha"', drawn)
        self.good("configure", "graph", "dot", f"{self.folder}/picture")
        with open(f"{self.folder}/picture", encoding="utf-8") as file:
            self.assertEqual(file.read(), drawn)

    def test_words_that_are_not_taken_say_what_to_do(self):
        self.refused("cluster", "copy", "/etc/hosts", code=2, holds="scp")
        self.refused("corosync", "status", code=2, holds="corosync.conf(5)")
        self.refused("script", "list", code=2, holds="-f FILE")
        self.refused("cluster", "start", "beta", holds="ssh beta")
        self.refused("node", "fence", "beta", holds="CIB_file")

    def test_old_spellings_are_taken(self):
        self.good("configure", "collocation", "c", "inf:", "one", "two")
        self.assertIn("colocation c inf: one two", self.show())
        self.good("configure", "rm", "c")
        self.assertNotIn("colocation", self.show())


if __name__ == "__main__":
    run_tests()
