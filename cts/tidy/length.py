#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fails when a function has more than 70 lines or 5 parameters, or a file more
than 800 lines. length.allow lists exceptions by name, each with its reason.

usage: length.py [FOLDER...]; srcdir as make sets it. Without folders: lib."""

import os
import re
import sys

LINES_MAX = 70
PARAMETERS_MAX = 5
FILE_LINES_MAX = 800

NAME = re.compile(r"^(\w+)\(")


def parameters_count(text):
    """Counts the commas between parameters, not those within. What stands
    for the arguments of a format does not count."""
    text = text.replace(", ...", "")
    depth = 0
    count = 1
    for character in text:
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                break
        elif character == "," and depth == 1:
            count += 1
    return count


def functions(lines):
    """Yields name, number of lines and head of each function definition. The
    house style puts the name and both braces into the first column."""
    for start, line in enumerate(lines):
        name = NAME.match(line)
        if not name:
            continue
        opening = start
        while opening < len(lines) and not lines[opening].startswith("{"):
            if lines[opening].rstrip().endswith(";"):
                break
            opening += 1
        if opening >= len(lines) or not lines[opening].startswith("{"):
            continue
        closing = opening
        while closing < len(lines) and not lines[closing].startswith("}"):
            closing += 1
        yield name.group(1), closing - start + 1, "".join(lines[start:opening])


def allowed(path):
    result = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                where, what, reason = line.split(None, 2)
                result[(where, what)] = reason.strip()
    return result


def main():
    root = os.environ.get("srcdir", ".")
    exceptions = allowed(os.path.join(root, "cts/tidy/length.allow"))
    faults = []
    for folder in sys.argv[1:] or ["lib"]:
        for where, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.join(where, name)
                short = os.path.relpath(path, root)
                with open(path, encoding="utf-8") as file:
                    lines = file.readlines()
                if (len(lines) > FILE_LINES_MAX and
                        (short, "*") not in exceptions):
                    faults.append(f"{short}: {len(lines)} lines, more than "
                                  f"{FILE_LINES_MAX}")
                for function, length, head in functions(lines):
                    if (short, function) in exceptions:
                        continue
                    if length > LINES_MAX:
                        faults.append(f"{short}: {function}() has {length} "
                                      f"lines, more than {LINES_MAX}")
                    if parameters_count(head) > PARAMETERS_MAX:
                        faults.append(f"{short}: {function}() has more than "
                                      f"{PARAMETERS_MAX} parameters")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
