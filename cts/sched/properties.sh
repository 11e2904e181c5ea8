#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Looks whether what always holds for plans (cts/sched/properties.py) does, for
# every scheduler scenario and, where they are at hand, the conformance cases.
#
# usage: properties.sh, in the build folder.

set -eu
source=$(cd "${srcdir:-.}" && pwd)
corpus=${CONFORMANCE:-$source/../shared/conformance}
tool=$PWD/tools/mu_simulate

[ -x "$tool" ] || {
    echo "properties: $tool is not built"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for scenario in "$source"/cts/sched/*/*.scn; do
    name=$(basename "$(dirname "$scenario")")-$(basename "$scenario" .scn)
    cts/sched/run_sched --xml "$scenario" >"$folder/$name.xml"
done
if [ -d "$corpus" ]; then
    python3 - "$corpus" >"$folder/cases" <<'EOF'
import json
import os
import sys

with open(os.path.join(sys.argv[1], "index.json")) as text:
    index = json.load(text)
for test in index["tests"] if isinstance(index, dict) else index:
    if test["tier"] < 3:
        print(os.path.join(sys.argv[1], "xml", test["name"] + ".xml"))
EOF
else
    echo "properties: no $corpus here; the scenarios alone are looked at"
    : >"$folder/cases"
fi
export PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2046 # Names of cases have no blanks.
python3 "$source/cts/sched/properties.py" "$tool" "$folder"/*.xml \
    $(cat "$folder/cases")
