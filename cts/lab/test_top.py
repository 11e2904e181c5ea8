#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The full screen in a real terminal: a tmux of our own, a real cluster."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab, run_tests  # noqa: E402


class Terminal:
    """A terminal of 90 columns and 28 lines that runs one command."""

    def __init__(self, words):
        self.folder = tempfile.TemporaryDirectory(prefix="muster-top-")
        self.socket = os.path.join(self.folder.name, "tmux")
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       "TERM": "xterm-256color", "HOME": self.folder.name}
        subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null",
                        "new-session", "-d", "-x", "90", "-y", "28",
                        "-s", "top", "sh"],
                       env=environment, check=True, timeout=20)
        script = os.path.join(self.folder.name, "run")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"exec {shlex.join(words)}\n")
        self.keys(f"sh {script}; echo ended=$?", "Enter")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words],
                              capture_output=True, text=True, timeout=20,
                              check=False).stdout

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "top", *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", "top")

    def wait(self, text, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.screen()
            if text in shown:
                return shown
            time.sleep(0.1)
        raise AssertionError(f"no '{text}' on the screen:\n{self.screen()}")

    def close(self):
        self.tmux("kill-server")
        self.folder.cleanup()


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("tmux"):
            raise unittest.SkipTest("tmux is not installed")
        cls.lab = Lab(2)
        cls.lab.__enter__()
        cls.lab.muster("node1", "configure", "property",
                       "stonith-enabled=false")
        for name in ("one", "two"):
            cls.lab.muster("node1", "configure", "primitive", name,
                           "ocf:heartbeat:Dummy")
        cls.lab.muster("node1", "wait", "--timeout", "30")

    @classmethod
    def tearDownClass(cls):
        cls.lab.down()

    def setUp(self):
        wrapped, environment = self.lab.command_in("node1", ("muster", "top"))
        environment = {**environment, "TERM": "screen", "LC_ALL": "C.UTF-8"}
        self.terminal = Terminal(
            ["env", *(f"{name}={value}" for name, value in environment.items()),
             *wrapped])

    def tearDown(self):
        self.terminal.close()

    def test_screen_follows_the_cluster(self):
        terminal = self.terminal
        shown = terminal.wait("SINCE NOTE")
        self.assertIn("healthy", shown)
        self.assertIn("q quit", shown)
        self.lab.muster("node1", "resource", "stop", "one")
        terminal.wait("target-role is Stopped")
        terminal.wait("stop of one")
        self.lab.muster("node1", "resource", "start", "one")
        terminal.wait("start of one")

    def test_enter_tells_reasons_and_escape_leads_back(self):
        terminal = self.terminal
        terminal.wait("SINCE NOTE")
        terminal.keys("Down", "Down", "Enter")
        shown = terminal.wait("REASONS")
        self.assertIn("one   ocf:heartbeat:Dummy", shown)
        self.assertIn("Started on node", shown)
        terminal.keys("Escape")
        terminal.wait("SINCE NOTE")
        terminal.keys("Home", "Enter")
        terminal.wait("ATTRIBUTES")

    def test_terminal_is_left_as_it_was(self):
        terminal = self.terminal
        terminal.wait("SINCE NOTE")
        terminal.keys("q")
        terminal.wait("ended=0")
        terminal.keys("stty -a", "Enter")
        self.assertRegex(terminal.wait("icanon"), r"(?<!-)icanon")
        self.assertRegex(terminal.screen(), r"(?<!-)\becho\b")

    def test_window_of_another_size_is_filled(self):
        terminal = self.terminal
        terminal.wait("SINCE NOTE")
        terminal.tmux("resize-window", "-t", "top", "-x", "60", "-y", "14")
        end = time.monotonic() + 20
        while time.monotonic() < end:
            lines = terminal.screen().split("\n")
            if "quit" in lines[13] and len(lines) <= 15:
                return
            time.sleep(0.1)
        self.fail(terminal.screen())

    def test_screen_outlives_the_daemon(self):
        terminal = self.terminal
        terminal.wait("SINCE NOTE")
        self.lab.stop_daemon("node1")
        shown = terminal.wait("no daemon, retrying")
        self.assertIn("two", shown)
        self.lab.start_daemon("node1")
        terminal.wait("healthy", 40)


if __name__ == "__main__":
    run_tests()
