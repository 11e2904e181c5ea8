#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fence_lab without a lab: its language and its exit codes.

A power switch of a few lines answers here as ordered. What the agent is for,
power that really goes off, is proved in cts/lab/test_lab.py.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.etree.ElementTree

AGENT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../../agents/fence/fence_lab")


class Switch(threading.Thread):
    """Answers each question with what 'answers' has for its action."""

    def __init__(self, path, answers):
        super().__init__(daemon=True)
        self.answers = answers
        self.asked = []
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(path)
        self.server.listen(8)
        self.held = []

    def run(self):
        while True:
            connection, _ = self.server.accept()
            question = json.loads(connection.makefile().readline())
            self.asked.append((question["action"], question["plug"]))
            answer = self.answers.get(question["action"])
            if answer is None:
                self.held.append(connection)
                continue
            connection.sendall(answer.encode() + b"\n")
            connection.close()


class FenceLab(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = f"{folder.name}/socket"
        self.switch = Switch(self.path, {
            "off": '{"ok": true, "power": "off"}',
            "on": '{"ok": true, "power": "on"}',
            "status": '{"ok": true, "power": "off"}',
            "monitor": '{"ok": true}',
            "list": '{"ok": true, "plugs": ["node1", "node2"]}'})
        self.switch.start()

    def run_agent(self, *options, text=None):
        if text is not None:
            text += f"socket={self.path}\n"
        elif options and "-s" not in options:
            options = (*options, "-s", self.path)
        return subprocess.run([AGENT, *options], input=text, text=True,
                              capture_output=True, timeout=100, check=False)

    def test_metadata_is_xml_and_names_every_action(self):
        """Cluster managers and people's shells read it."""
        done = self.run_agent(text="action=metadata\n")
        tree = xml.etree.ElementTree.fromstring(done.stdout)
        actions = {action.get("name") for action in tree.iter("action")}
        self.assertEqual(actions, {"on", "off", "reboot", "status", "monitor",
                                   "list", "metadata", "validate-all"})
        parameters = {p.get("name") for p in tree.iter("parameter")}
        self.assertLessEqual({"action", "plug", "port", "delay_ms"},
                             parameters)

    def test_every_way_of_naming_the_target_works(self):
        """Agents differ in it, and cluster managers pass several at once;
        the one meant for this agent wins."""
        for text, target in (("plug=a\n", "a"), ("port=b\n", "b"),
                             ("nodename=c\n", "c"),
                             ("nodename=c\nport=b\nplug=a\n", "a"),
                             ("port=b\nnodename=c\n", "b")):
            done = self.run_agent(text=f"action=off\n{text}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.switch.asked[-1], ("off", target))

    def test_status_is_told_by_the_exit_code(self):
        """2 is the convention for off."""
        self.assertEqual(self.run_agent("-o", "status", "-n",
                                        "a").returncode, 2)
        self.switch.answers["status"] = '{"ok": true, "power": "on"}'
        self.assertEqual(self.run_agent("-o", "status", "-n",
                                        "a").returncode, 0)

    def test_refusal_is_a_failure_with_its_reason(self):
        """A fencing that did not happen must never look like one."""
        self.switch.answers["off"] = '{"ok": false, "error": "no such plug"}'
        done = self.run_agent(text="action=off\nplug=a\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such plug", done.stderr)

    def test_silence_is_a_failure_after_the_timeout(self):
        """So is no answer at all."""
        del self.switch.answers["off"]
        done = self.run_agent(text="action=off\nplug=a\npower_timeout=0.2\n")
        self.assertEqual(done.returncode, 5)

    def test_no_switch_is_a_failure(self):
        """And nobody there."""
        done = self.run_agent("-o", "off", "-n", "a", "-s", "/nowhere")
        self.assertEqual(done.returncode, 4)

    def test_what_cannot_be_understood_is_refused(self):
        """Before anything is asked of the switch."""
        for text in ("action=dance\nplug=a\n", "action=off\n",
                     "action=off\nplug=a\ndelay_ms=soon\n"):
            done = self.run_agent(text=text)
            self.assertEqual(done.returncode, 2, text)
            self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(self.run_agent("--nonsense").returncode, 2)
        self.assertEqual(self.switch.asked, [])

    def test_parameters_for_others_are_ignored(self):
        """A cluster manager sends what it has."""
        done = self.run_agent(text="# a comment\naction=off\nplug=a\n"
                              "login=root\ncrm_feature_set=3.16.2\n\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn("login=root", done.stderr)
        self.assertNotIn("crm_feature_set", done.stderr)

    def test_list_gives_a_line_per_plug(self):
        """The dynamic list of targets is read from it."""
        done = self.run_agent("-o", "list")
        self.assertEqual(done.stdout.split(), ["node1,node1", "node2,node2"])


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
