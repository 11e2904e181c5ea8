#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The planner has floors: no file of lib/sched calls one on a floor above.

cts/tidy/floors lists them from the ground up, a line each; files that call each
other in a circle stand between brackets, and there is no other circle. Calls
are read from the objects of the build folder.

usage: floors.py, in the build folder after "make"; srcdir as make sets it."""

import glob
import os
import re
import subprocess
import sys

FOLDER = "lib/sched"


def read_floors(path):
    """{file: floor}, {file: its circle}"""
    floor, circle = {}, {}
    level = 0
    for line in open(path, encoding="utf-8"):
        line = line.split("#")[0].strip()
        if not line:
            continue
        level += 1
        for part in re.findall(r"\[[^]]*\]|\S+", line):
            names = part.strip("[]").split()
            for name in names:
                if name in floor:
                    sys.exit(f"{path}: {name} stands there twice")
                floor[name] = level
                circle[name] = frozenset(names)
    return floor, circle


def read_calls(source):
    """{file: {file: a name that the first takes from the second}}"""
    home, wants = {}, {}
    for path in sorted(glob.glob(f"{FOLDER}/*.o")):
        name = os.path.basename(path)[:-2]
        if not os.path.exists(f"{source}/{FOLDER}/{name}.c"):
            continue  # Left behind by an older tree.
        wants[name] = set()
        said = subprocess.run(["nm", "-P", path], check=True, text=True,
                              capture_output=True).stdout
        for line in said.splitlines():
            symbol, kind = line.split()[:2]
            if kind == "U":
                wants[name].add(symbol)
            elif kind.isupper():
                home[symbol] = name
    return {name: {home[symbol]: symbol for symbol in sorted(symbols)
                   if home.get(symbol, name) != name}
            for name, symbols in wants.items()}


def reaches(calls, floor, circle, start):
    """The files of its floor that 'start' leads to, without its circle."""
    seen, todo = set(), [start]
    while todo:
        for other in calls.get(todo.pop(), {}):
            if (other not in seen and floor.get(other) == floor[start] and
                    other not in circle[start]):
                seen.add(other)
                todo.append(other)
    return seen


def main():
    source = os.environ.get("srcdir", ".")
    floor, circle = read_floors(f"{source}/cts/tidy/floors")
    calls = read_calls(source)
    wrong = []
    for name in sorted(calls):
        if name not in floor:
            wrong.append(f"{name}: stands on no floor")
            continue
        for other, symbol in sorted(calls[name].items()):
            if other in floor and floor[other] > floor[name]:
                wrong.append(f"{name} calls {other} ({symbol}), which stands "
                             "on a floor above")
            elif (other in floor and floor[other] == floor[name] and
                  other not in circle[name] and
                  circle[name] & reaches(calls, floor, circle, other)):
                wrong.append(f"{name} calls {other} ({symbol}), which leads "
                             "back to it")
    for name in sorted(floor):
        if name not in calls:
            wrong.append(f"{name}: stands on a floor, and there is no such "
                         "object")
    for line in wrong:
        print(f"{FOLDER}: {line}", file=sys.stderr)
    return 1 if wrong or not calls else 0


if __name__ == "__main__":
    sys.exit(main())
