#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dry-run on every command that changes something: it shows what would
happen, and nothing happens. The commands are those of the command table: one
that is in none of the lists below fails the test."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import LabTest, run_tests  # noqa: E402

TABLE = os.path.abspath(f"{os.path.dirname(os.path.abspath(__file__))}"
                        "/../../tools/command_table.c")

# Commands that only look, and one that opens an editor.
LOOKING = {
    "status", "check", "why", "plan", "revisions", "diff", "simulate", "audit",
    "wait", "history", "events", "timeline", "verify", "version", "replay",
    "top", "report", "configure show", "configure save", "configure verify",
    "configure edit", "configure diff", "configure refresh", "resource status",
    "resource locate", "resource constraints", "resource scores",
    "resource operations", "configure validate-all", "configure get_property",
    "configure schema", "configure graph", "configure simulate",
    "configure upgrade",
    "configure user",  # Refused: the language has something else now.
    "cluster wait_for_startup", "cluster health", "cluster status",
    "node show", "maintenance show",
}

# Levels that change nothing but the user's own files.
OWN_LEVELS = {"cib", "cibstatus", "options", "ra", "history", "report"}

# Commands that change the cluster, with words for them.
CHANGING = {
    "apply": [["/run/dry.crm"]],
    "rollback": [["-1"]],
    "configure load": [["update", "/run/dry.crm"]],
    "configure commit": [],  # Needs the draft of a session.
    "configure primitive": [["x", "ocf:heartbeat:Dummy"]],
    "configure group": [["x", "b"]],
    "configure clone": [["x", "b"]],
    "configure ms": [["x", "b"]],
    "configure bundle": [],  # Needs a container's image.
    "configure rsc_template": [["x", "ocf:heartbeat:Dummy"]],
    "configure location": [["x", "a", "inf:", "node2"]],
    "configure colocation": [["x", "inf:", "a", "b"]],
    "configure order": [["x", "a", "b"]],
    "configure rsc_ticket": [["x", "t:", "a"]],
    "configure fencing_topology": [["node1:", "f"]],
    "configure tag": [["x", "a"]],
    "configure node": [["node1", "attributes", "x=1"]],
    "configure property": [["maintenance-mode=true"]],
    "configure rsc_defaults": [["target-role=Stopped"]],
    "configure op_defaults": [["timeout=30s"]],
    "configure monitor": [["b", "7s:20s"]],
    "configure role": [["x", "read", "xpath:/cib"]],
    "configure acl_target": [["nobody"]],
    "configure acl_group": [["nogroup"]],
    "configure alert": [["x", "/bin/true"]],
    "configure xml": [["<rsc_location id='x' rsc='a' node='node2'"
                       " score='INFINITY'/>"]],
    "configure delete": [["home"]],
    "configure rename": [["home", "house"]],
    "configure modgroup": [["g", "add", "b"]],
    "configure set": [["stopped.target-role", "Started"]],
    "configure erase": [["--force"]],
    "configure filter": [["sed s/node1/node2/", "home"]],
    "configure default-timeouts": [["b"]],
    "resource trace": [["a"]],
    "resource untrace": [["a"]],
    "cluster start": [[]],
    "cluster stop": [[]],
    "cluster restart": [[]],
    "cluster enable": [[]],
    "cluster disable": [[]],
    "assist template": [["b", "stopped"]],
    "assist weak-bond": [["a", "b"]],
    "resource start": [["stopped"]],
    "resource stop": [["a"]],
    "resource restart": [["a"]],
    "resource promote": [["a"]],
    "resource demote": [["a"]],
    "resource manage": [["a"]],
    "resource unmanage": [["a"]],
    "resource maintenance": [["a", "on"]],
    "resource move": [["b"], ["b", "node2", "--stay", "--force"]],
    "resource ban": [["a"]],
    "resource clear": [["stopped"]],
    "resource cleanup": [[], ["a"]],
    "resource refresh": [[], ["a", "node1"]],
    "resource fail": [["a"]],
    "resource param": [["a", "set", "fake", "x"]],
    "resource meta": [["a", "set", "target-role", "Stopped"]],
    "resource utilization": [["a", "set", "memory", "1"]],
    "resource failcount": [["a", "set", "node1", "INFINITY"],
                           ["a", "delete", "node1"]],
    "node standby": [["node2"], ["node2", "reboot"],
                     ["node2", "--for", "1h"]],
    "node drain": [["node2"], ["node3", "--undo"]],
    "node online": [["node3"]],
    "node maintenance": [["node2"]],
    "node ready": [["node2"]],
    "node fence": [["node2"]],
    "node clearstate": [["node2"]],
    "node delete": [["node2"]],
    "node attribute": [["node2", "set", "x", "1"]],
    "node utilization": [["node2", "set", "memory", "1"]],
    "node status-attr": [["node2", "set", "standby", "on"]],
    "maintenance start": [["--for", "1h"], ["node", "node2"]],
    "maintenance stop": [["resource", "kept"]],
    "maintenance on": [[]],
    "maintenance off": [["kept"]],
    "site ticket": [["grant", "t"], ["revoke", "t"]],
}

PREPARED = """primitive a ocf:heartbeat:Dummy op monitor interval=5s
primitive b ocf:heartbeat:Dummy
primitive c ocf:heartbeat:Dummy
primitive kept ocf:heartbeat:Dummy
primitive stopped ocf:heartbeat:Dummy meta target-role=Stopped
primitive f stonith:fence_lab meta target-role=Stopped
group g c
location home a 10: node1
property stonith-enabled=false
rsc_defaults resource-stickiness=100
"""


def commands():
    with open(TABLE, encoding="utf-8") as file:
        text = file.read().partition("mu_command_table_levels[]")[0]
    return re.findall(r'^    \{"([a-z_ -]+)"', text, re.M) + [
        f"configure {word}"
        for word in re.findall(r'^    STATEMENT\("([a-z_]+)"', text, re.M)]


class DryRun(LabTest):
    @classmethod
    def prepare_lab(cls):
        cls.lab.write("node1", "/run/dry.crm",
                      PREPARED + "primitive x ocf:heartbeat:Dummy\n")
        for words in (("configure", "erase", "--force"),
                      ("node", "standby", "node3"),
                      ("maintenance", "start", "resource", "kept"),
                      ("wait", "--timeout", "150")):
            if words[0] == "node":
                cls.lab.run("node1", "muster", "configure", "load", "update",
                            "-", text=PREPARED)
            cls.lab.muster("node1", *words)

    def fingerprint(self):
        """All that a command could change, without what time changes."""
        status = self.status()
        xml = self.tool("configure", "show", "xml").stdout
        return (xml[xml.index("<configuration"):],
                status["cluster"]["revision"].rsplit(".", 1)[0],
                [(one["name"], one["state"], one["attributes"])
                 for one in status["nodes"]],
                [(one["id"], one["role"], one["nodes"])
                 for one in status["resources"]], status["fencing"],
                self.tool("site", "ticket", "show", "t").stdout)

    def test_every_command_is_known_here(self):
        for command in commands():
            if command.split()[0] in OWN_LEVELS and " " in command:
                continue
            self.assertTrue(command in LOOKING or command in CHANGING,
                            f"{command}: does it change something? Then it"
                            " needs --dry-run and a line in this test")

    def test_nothing_happens_and_all_is_shown(self):
        before = self.fingerprint()
        for command in commands():
            for words in CHANGING.get(command, []):
                with self.subTest(command=command, words=words):
                    done = self.tool(*command.split(), *words, "--dry-run")
                    self.assertEqual(done.returncode, 0,
                                     done.stderr + done.stdout)
                    self.assertRegex(done.stdout + done.stderr,
                                     "the cluster would|nothing to change"
                                     "|nothing changes|systemctl")
                    self.assertEqual(self.fingerprint(), before)

    def test_the_actions_are_those_that_would_follow(self):
        node = self.status()["resources"][0]["nodes"][0]
        for words, part in (
                (("resource", "stop", "a"), f"stop +a on {node}"),
                (("resource", "fail", "a"), f"stop +a on {node}"),
                (("node", "standby", node, "reboot"), "start +a on node2"),
                (("node", "online", "node3"), "- node.*|standby"),
                (("resource", "start", "stopped"), "start +stopped on")):
            shown = self.tool(*words, "--dry-run").stdout
            self.assertRegex(shown, part)
        answer = json.loads(self.tool("resource", "fail", "a", "--dry-run",
                                      "--format", "json").stdout)
        self.assertEqual([one["task"] for one in answer["plan"]["actions"]
                          if one["resource"] == "a"][0], "stop")


if __name__ == "__main__":
    run_tests()
