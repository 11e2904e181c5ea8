#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compares plans with the recorded ones of the conformance cases, where these
# are at hand. Fails unless the cases that differ, and the levels at which they
# do, are exactly those that cts/sched/differences gives a reason for: a case
# that got worse must be looked into, one that agrees by now is struck off.
#
# usage: conformance.sh, in the build folder.

set -eu
source=$(cd "${srcdir:-.}" && pwd)
corpus=${CONFORMANCE:-$source/../shared/conformance}
tool=$PWD/tools/mu_simulate

if [ ! -d "$corpus" ]; then
    echo "conformance: no $corpus here; the cases are not part of the project"
    exit 77
fi
[ -x "$tool" ] || {
    echo "conformance: $tool is not built"
    exit 77
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for tier in 1 2; do
    (cd "$corpus" && timeout 300 python3 conformance.py \
        -c "$tool --format json {file}" --tier "$tier" \
        --report "$folder/$tier.json") >/dev/null || true
done

python3 - "$source/cts/sched/differences" "$folder"/*.json <<'EOF'
import json
import sys

LEVELS = ("L1", "L2", "L3", "L4", "L5")
listed = {}
with open(sys.argv[1]) as lines:
    for line in lines:
        words = line.split()
        if words and not line.startswith("#"):
            listed[words[0]] = set(words[1].split(","))

found = {}
passed = dict.fromkeys(LEVELS, 0)
counted = dict.fromkeys(LEVELS, 0)
for path in sys.argv[2:]:
    for test in json.load(open(path))["tests"]:
        for level in LEVELS:
            is_good = test["pass"].get(level) if not test["error"] else False
            if is_good is None:
                continue
            counted[level] += 1
            passed[level] += is_good
            if not is_good:
                found.setdefault(test["name"], set()).add(level)

for level in LEVELS:
    print(f"{level} {passed[level]} of {counted[level]}, "
          f"{100 * passed[level] / max(counted[level], 1):.1f} %")
status = 0 if counted["L1"] else 1
for name in sorted(set(found) | set(listed)):
    if found.get(name, set()) != listed.get(name, set()):
        status = 1
        print(f"{name}: differs at {','.join(sorted(found.get(name, []))) or 'no level'}, "
              f"listed: {','.join(sorted(listed.get(name, []))) or 'none'}")
sys.exit(status)
EOF
