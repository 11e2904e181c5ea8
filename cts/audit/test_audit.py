#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Audits each cluster of this folder and compares the words with those in the
comment at the end of its file. The reason of each is on its top. Then sees that
a change which leaves a service a single node is told before it is made.

usage: test_audit.py [--update] [NAME...], in the build folder"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MUSTER = os.path.join(os.getcwd(), "tools", "muster")
BEGIN = "<!-- what is said:\n"
END = "-->\n"
DEADLINE_S = 60


def said_of(path):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "COLUMNS": "80"}
    done = subprocess.run([MUSTER, "audit", path], env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=DEADLINE_S)
    return done.stdout


def ban(path, node, *options):
    words = [MUSTER, "--file", path, *options, "configure", "location",
             f"no-{node}", "web", "-inf:", node]
    return subprocess.run(words, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=DEADLINE_S).stdout


def alarm_test():
    """The first of two bans does no harm, the second leaves node n1 alone."""
    alarm = "no longer survives the loss of n1: web: no node can take it"
    with tempfile.TemporaryDirectory(prefix="muster-audit-") as folder:
        path = f"{folder}/cib.xml"
        shutil.copy(f"{HERE}/quorum.xml", path)
        told = [ban(path, "n2", "--dry-run"), ban(path, "n2"),
                ban(path, "n3", "--dry-run")]
    is_good = (alarm not in told[0] and "+ location" in told[0] and
               alarm in told[2])
    if not is_good:
        print("FAIL alarm: it says\n" + "\n".join(told))
    return is_good


def main():
    words = sys.argv[1:]
    is_update = "--update" in words
    names = [word for word in words if word != "--update"]
    paths = sorted(glob.glob(f"{HERE}/*.xml"))
    failed = 0
    if not os.access(MUSTER, os.X_OK):
        print(f"test_audit: {MUSTER} is not built")
        return 77
    for path in paths:
        name = os.path.basename(path)[:-len(".xml")]
        if names and name not in names:
            continue
        with open(path) as file:
            cluster, _, wanted = file.read().partition(BEGIN)
        said = said_of(path)
        if is_update:
            with open(path, "w") as file:
                file.write(f"{cluster}{BEGIN}{said}{END}")
        elif said + END != wanted:
            failed += 1
            print(f"FAIL {name}: it says\n{said}")
    if not names:
        failed += not alarm_test()
    print(f"{len(paths)} audits, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
