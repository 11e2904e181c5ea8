#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn test logs into one line per test case: PASS, FAIL or SKIP and a name.

A program that says how many cases it ran is counted by case, any other counts
as one. Three ways of saying it are understood:

  Check       100%: Checks: 12, Failures: 0, Errors: 0
  ours        12 passed, 0 failed                 (a line of its own)
  TAP         ok 1 - name / not ok 2 - name

Usage: count_tests.py STAGE BUILD_DIR          every .trs below BUILD_DIR
       count_tests.py --log NAME LOG STATUS    one log and its exit status
"""

import os
import re
import sys

CHECK = re.compile(
    r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", re.M)
OURS = re.compile(r"^(\d+) passed, (\d+) failed\b", re.M)
UNITTEST_OK = re.compile(r"\.\.\. ok$", re.M)
UNITTEST_BAD = re.compile(r"\.\.\. (?:FAIL|ERROR)$", re.M)
TAP_OK = re.compile(r"^ok \d+", re.M)
TAP_NOT_OK = re.compile(r"^not ok \d+", re.M)


def cases_of(text):
    """Return (passed, failed) as the log states them; (0, 0) if it does not.
    """
    passed = failed = 0
    for ran, failures, errors in CHECK.findall(text):
        failed += int(failures) + int(errors)
        passed += int(ran) - int(failures) - int(errors)
    if not passed + failed:
        # A runner may print a subtotal per file: the last line is the sum.
        found = OURS.findall(text)
        if found:
            passed, failed = (int(number) for number in found[-1])
    if not passed + failed:
        passed = len(TAP_OK.findall(text))
        failed = len(TAP_NOT_OK.findall(text))
    if not passed + failed:
        # A program that was killed half-way did not come to its sum.
        passed = len(UNITTEST_OK.findall(text))
        failed = len(UNITTEST_BAD.findall(text))
    return passed, failed


def report(name, text, result):
    """Print the cases of one program that ended with 'result'."""
    if result == "SKIP":
        print("SKIP", name)
        return
    passed, failed = cases_of(text)
    is_failed = result not in ("PASS", "XFAIL")
    if is_failed and not failed:
        failed = 1
    if not is_failed and failed:
        # It counted failures and still said all is well: not believed.
        is_failed = True
    if not passed + failed:
        passed = 1
    for _ in range(passed):
        print("PASS", name)
    for _ in range(failed):
        print("FAIL", name)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def report_build(stage, build_dir):
    for folder, _, names in sorted(os.walk(build_dir)):
        for name in sorted(names):
            if not name.endswith(".trs"):
                continue
            path = os.path.join(folder, name)
            results = re.findall(r"^:test-result: (\w+)", read(path), re.M)
            result = next(
                (r for r in results if r in ("FAIL", "XPASS", "ERROR")),
                results[0] if results else "ERROR")
            title = os.path.relpath(path, build_dir)[:-len(".trs")]
            report(f"{stage}: {title}", read(path[:-4] + ".log"), result)


def main(argv):
    if len(argv) == 5 and argv[1] == "--log":
        result = {"0": "PASS", "77": "SKIP"}.get(argv[4], "FAIL")
        report(argv[2], read(argv[3]), result)
    elif len(argv) == 3:
        report_build(argv[1], argv[2])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
