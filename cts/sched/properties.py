#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks whether what always holds for plans (cts/sched/properties.h) does, for
made-up clusters and, where they are at hand, the conformance cases.

usage: properties.py [--worst] [FIRST-LAST | FILE...], in the build folder

With --worst: at what follows when an action fails, or its node is lost meanwhile.
Without arguments: the conformance cases of tiers 1 and 2 in both ways, and the
seeds 1-1000 of generate.py. The scenarios look at themselves (run_sched)."""

import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
import generate

PROGRAM = os.path.abspath("cts/sched/run_properties")
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
CORPUS = os.environ.get("CONFORMANCE",
                        os.path.join(SOURCE, "../shared/conformance"))
TIER_MAX = 2
BATCH_COUNT = 500


def exceptions():
    """Names of cases for which not everything holds; each has a reason."""
    with open(os.path.join(HERE, "unsettled"), encoding="utf-8") as lines:
        return {line.split()[0] for line in lines
                if line.strip() and not line.startswith("#")}


def conformance():
    index = os.path.join(CORPUS, "index.json")
    if not os.path.exists(index):
        print(f"properties: no {CORPUS} here; the seeds alone are looked at")
        return []
    with open(index, encoding="utf-8") as text:
        return [os.path.join(CORPUS, "xml", test["name"] + ".xml")
                for test in json.load(text)["tests"]
                if test["tier"] <= TIER_MAX]


def batches(words, folder):
    """Lists of files; those of seeds are made when they are asked for."""
    files = []
    for word in words:
        span = re.fullmatch(r"(\d+)-(\d+)", word)
        if not span:
            files.append(word)
            continue
        for seed in range(int(span[1]), int(span[2]) + 1):
            path = os.path.join(folder, f"seed-{seed}.xml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(ET.tostring(generate.generate(seed),
                                       encoding="unicode"))
            files.append(path)
            if len(files) >= BATCH_COUNT:
                yield files
                for old in os.listdir(folder):
                    os.remove(os.path.join(folder, old))
                files = []
    if files:
        yield files


def main():
    words = sys.argv[1:]
    program = [PROGRAM]
    if words[:1] == ["--worst"]:
        program.append(words.pop(0))
    if any(word.startswith("-") for word in words):
        print(__doc__, file=sys.stderr)
        return 2
    rounds = [(program, words or conformance() + ["1-1000"])]
    if len(sys.argv) == 1:
        rounds.append(([PROGRAM, "--worst"], conformance()))
    known = exceptions()
    failed = set()
    looked = set()
    slow = 0
    with tempfile.TemporaryDirectory(prefix="properties-") as folder:
        for program, files in ((program, files) for program, names in rounds
                               for files in batches(names, folder)):
            done = subprocess.run([*program, *files], stdout=subprocess.PIPE,
                                  text=True, timeout=600, check=False)
            *lines, end = done.stdout.splitlines() or [""]
            count = re.fullmatch(r"(\d+) clusters, (\d+) .*", end)
            if not count or int(count[1]) != len(files):
                print(f"properties: {PROGRAM} ended early, with {files[0]} ...")
                return 1
            slow += int(count[2])
            looked |= {os.path.basename(file)[:-4] for file in files}
            for line in lines:
                name = line.split(".xml: ")[0]
                failed.add(name)
                if name not in known:
                    print(line)
    for name in sorted(known & looked - failed):
        print(f"{name}: everything holds; it need not be in unsettled")
    wrong = failed ^ known & looked
    print(f"{len(looked)} clusters, {slow} of them take more than one plan, "
          f"{len(failed & known)} known, {len(wrong)} failed")
    return 1 if wrong or not looked else 0


if __name__ == "__main__":
    sys.exit(main())
