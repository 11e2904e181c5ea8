#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The full screen in a real terminal: a tmux of our own, a real cluster."""

import os
import shlex
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tools"))
from lab import DUMMY, Lab, LabTest, run_tests  # noqa: E402
from terminal import Terminal, has_tmux  # noqa: E402

PROMPT = "# "  # Of a root shell.


class Top(LabTest):
    @classmethod
    def setUpClass(cls):
        if not has_tmux():
            raise unittest.SkipTest("tmux is not installed")
        super().setUpClass()

    @classmethod
    def make_lab(cls):
        return Lab(2)

    @classmethod
    def prepare_lab(cls):
        cls.lab.muster("node1", "configure", "property",
                       "stonith-enabled=false")
        for name in ("one", "two"):
            cls.lab.muster("node1", "configure", "primitive", name, DUMMY)
        cls.lab.muster("node1", "wait", "--timeout", "150")

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="muster-top-")
        self.addCleanup(folder.cleanup)
        self.terminal = Terminal(
            folder.name, ["sh"],
            {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
             "TERM": "xterm-256color", "HOME": folder.name},
            columns=90, lines=28)
        self.addCleanup(self.terminal.close)
        wrapped, environment = self.lab.command_in("node1", ("muster", "top"))
        environment = {**environment, "TERM": "screen", "LC_ALL": "C.UTF-8"}
        script = f"{folder.name}/run"
        with open(script, "w", encoding="utf-8") as file:
            file.write(shlex.join(
                ["exec", "env", *(f"{name}={value}" for name, value
                                  in environment.items()), *wrapped]) + "\n")
        self.terminal.wait_prompt(PROMPT)
        self.terminal.type(f"sh {script}; echo ended=$?")
        self.terminal.press("Enter")
        self.terminal.wait("SINCE NOTE", "q quit")

    def test_screen_follows_the_cluster(self):
        terminal = self.terminal
        terminal.wait("healthy")
        self.lab.muster("node1", "resource", "stop", "one")
        terminal.wait("target-role is Stopped", "stop of one")
        self.lab.muster("node1", "resource", "start", "one")
        terminal.wait_until(
            lambda shown: "target-role is Stopped" not in shown
            and "start of one" in shown, "the start of one")

    def test_enter_tells_reasons_and_escape_leads_back(self):
        terminal = self.terminal
        terminal.press("Down", "Down", "Enter")
        terminal.wait("REASONS", "one   ocf:heartbeat:Dummy",
                      "Started on node")
        terminal.press("Escape")
        terminal.wait("SINCE NOTE")
        terminal.press("Home", "Enter")
        terminal.wait("ATTRIBUTES")

    def test_terminal_is_left_as_it_was(self):
        terminal = self.terminal
        terminal.press("q")
        terminal.wait("ended=0")
        terminal.wait_prompt(PROMPT)
        shown = terminal.enter("stty -a", PROMPT)
        self.assertRegex(shown, r"(?<!-)\bicanon\b")
        self.assertRegex(shown, r"(?<!-)\becho\b")

    def test_window_of_another_size_is_filled(self):
        terminal = self.terminal
        terminal.tmux("resize-window", "-x", "60", "-y", "14")

        def is_filled(shown):
            lines = shown.split("\n")
            return 14 <= len(lines) <= 15 and "quit" in lines[13]

        terminal.wait_until(is_filled, "14 lines, the last with the keys")

    def test_screen_outlives_the_daemon(self):
        terminal = self.terminal
        self.lab.stop_daemon("node1")
        terminal.wait("no daemon, retrying", "two")
        self.lab.start_daemon("node1")
        terminal.wait_until(
            lambda shown: "healthy" in shown and "no daemon" not in shown,
            "it is healthy again")


if __name__ == "__main__":
    run_tests()
