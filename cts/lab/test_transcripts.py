#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The transcripts of live commands in the manual pages, on a real cluster. What
is told must be the same apart from numbers, times and the widths of columns.

usage: test_transcripts.py [--update]"""

import glob
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, f"{HERE}/../man")
from lab import Lab, run_tests  # noqa: E402
import transcripts  # noqa: E402

IS_UPDATE = "--update" in sys.argv
START = """property stonith-enabled=false
primitive web ocf:heartbeat:Dummy params fake=1 op monitor interval=5s
primitive db ocf:heartbeat:Dummy op monitor interval=5s
location web-home web 100: node1
"""


def shape(lines):
    """What of an answer is the same each time."""
    result = []
    for line in lines:
        line = re.sub(r"\bt\d+-\d+\b", "lab", line)
        line = re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.]+Z?", "TIME", line)
        line = re.sub(r"\d+(\.\d+)*", "N", line)
        line = re.sub(r"(N ?(ms|min|s|h|d|m)\b ?)+", "SPAN ", line)
        line = re.sub(r"\s+coordinator$", "", line)
        result.append(re.sub(r"\s+", " ", line).strip())
    return [line for line in result if line]


class Runner:
    def __init__(self, lab):
        self.lab = lab

    def begin(self, _start):
        pass

    def run(self, command):
        done = self.lab.run(
            "node1", "sh", "-c", f"export COLUMNS=78 LC_ALL=C; {command} 2>&1",
            check=False)
        said = done.stdout.replace(self.lab.name, "lab")
        return [line.rstrip().replace("\t", "    ")
                for line in said.splitlines()]


class Transcripts(unittest.TestCase):
    def test_live_commands_say_what_the_manual_shows(self):
        wrong_total = 0
        for path in sorted(glob.glob(f"{transcripts.MAN}/muster*.8")):
            with open(path, encoding="utf-8") as file:
                if '\\" transcript lab' not in file.read():
                    continue
            # Each page begins with a cluster of its own.
            with Lab(3) as lab:
                lab.wait_online()
                for text in (START, "op_defaults timeout=20s\n"):
                    lab.run("node1", "muster", "configure", "load", "update",
                            "-", text=text)
                lab.run("node1", "muster", "wait", "--timeout", "150")
                _count, wrong = transcripts.check_page(
                    path, Runner(lab), lambda start: start == "lab",
                    IS_UPDATE, lambda a, b: shape(a) == shape(b))
            if not IS_UPDATE:
                transcripts.tell(path, wrong)
                wrong_total += len(wrong)
        self.assertEqual(wrong_total, 0)


if __name__ == "__main__":
    sys.argv = [one for one in sys.argv if one != "--update"]
    run_tests()
