#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Audits each cluster of this folder and compares the words with those in the
comment at the end of its file. The reason of each is on its top.

usage: test_audit.py [--update] [NAME...], in the build folder"""

import glob
import os
import subprocess
import sys

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
    print(f"{len(paths)} audits, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
