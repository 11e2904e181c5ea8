# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the operator's command on a file, without a cluster.

    class Groups(OnFile):
        def test_a_group_needs_members(self):
            self.refused("configure", "group", "g", holds="member")

Each test has a configuration and a home of its own. The program is that of the
current build folder, or the one that MUSTER_PROGRAM names.
"""

import os
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("MUSTER_PROGRAM") or os.path.abspath("tools/muster")
SKIPPED = 77
DEADLINE_S = 60
DUMMY = "ocf:heartbeat:Dummy"

EMPTY = """<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="7"
 num_updates="0">
  <configuration>
    <crm_config/>
    <nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>
    <resources/>
    <constraints/>
  </configuration>
  <status/>
</cib>
"""


class OnFile(unittest.TestCase):
    start = EMPTY  # What the file holds at first.

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = self.write("cib.xml", self.start)
        self.environment = {
            **os.environ, "CIB_file": self.path, "HOME": self.folder,
            "XDG_RUNTIME_DIR": self.folder, "TERM": "screen",
            "XDG_CACHE_HOME": "",
            "XDG_STATE_HOME": f"{self.folder}/state",
            "XDG_CONFIG_HOME": f"{self.folder}/config"}

    def write(self, name, text):
        """Writes a file into the folder; its path."""
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def content(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def run_tool(self, *words, text="", **environment):
        """Runs the command; a variable that is None is not set."""
        variables = {**self.environment, **environment}
        return subprocess.run(
            [PROGRAM, *words], input=text, text=True, capture_output=True,
            check=False, timeout=DEADLINE_S,
            env={name: value for name, value in variables.items()
                 if value is not None})

    def good(self, *words, **options):
        """What a command prints that must succeed."""
        done = self.run_tool(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, *words, code=None, holds=(), **options):
        """A command that must be refused, or (code 2) makes no sense: it says
        why, and changes nothing."""
        before = self.content()
        done = self.run_tool(*words, **options)
        self.assertIn(done.returncode, (code,) if code else (1, 2),
                      done.stderr)
        self.assertEqual(self.content(), before)
        for part in (holds,) if isinstance(holds, str) else holds:
            self.assertIn(part, done.stderr)
        return done

    def wait(self, condition, what):
        """Polls until 'condition' gives a true value, and returns it."""
        end = time.monotonic() + DEADLINE_S
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                self.fail(f"not within {DEADLINE_S} s: {what}")
            time.sleep(0.05)


def run_tests():
    """For test programs: skip without the program, else run."""
    if not os.path.exists(PROGRAM):
        print("not built:", PROGRAM)
        sys.exit(SKIPPED)
    unittest.main()
