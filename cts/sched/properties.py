#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds for the plan of every cluster, whatever the plan is.

usage: properties.py PROGRAM CIB...

The same cluster written down in another order has the same plan. Where the
order means something it is kept: resources are placed in the order in which
they are listed, where two are equally important; the instances of anonymous
clones get their numbers in the order in which the states of the nodes are
listed; of two pairs of one name the first counts; members of groups and sets
are in order anyway.

No action waits for itself. Nothing is active on more nodes afterwards than it
may be, unless it was before."""

import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

BLOCKS = ("instance_attributes", "meta_attributes", "utilization",
          "cluster_property_set")


def shuffled(parent, source):
    children = list(parent)
    source.shuffle(children)
    for child in list(parent):
        parent.remove(child)
    parent.extend(children)


def permute(root, source):
    for name in ("configuration/nodes", "configuration/constraints"):
        for element in root.findall(name):
            shuffled(element, source)
    for name in ("lrm_resources", "lrm_resource"):
        for element in root.iter(name):
            shuffled(element, source)
    for name in BLOCKS:
        for element in root.iter(name):
            names = [child.get("name") for child in element]
            if len(set(names)) == len(names) and element.find("rule") is None:
                shuffled(element, source)


def plan_of(program, path):
    done = subprocess.run([program, "--format", "json", path], check=True,
                          capture_output=True, timeout=60)
    return json.loads(done.stdout)


def essence(plan):
    """What a plan does and where that leads."""
    actions = sorted((a["kind"], a["task"], a.get("rsc") or "",
                      a.get("node") or "", a.get("interval") or 0,
                      a.get("notify") or "") for a in plan["actions"]
                     if a["kind"] != "pseudo")
    after = sorted((r["rsc"], r.get("node") or "", r["role"])
                   for r in plan["after"]["resources"])
    return actions, after


def has_loop(plan):
    waits = {a["id"]: set(a.get("after") or []) for a in plan["actions"]}
    behind = collections.defaultdict(list)
    for action, firsts in waits.items():
        for first in firsts:
            behind[first].append(action)
    ready = [action for action, firsts in waits.items() if not firsts]
    done = 0
    while ready:
        first = ready.pop()
        done += 1
        for action in behind[first]:
            waits[action].discard(first)
            if not waits[action]:
                ready.append(action)
    return done < len(waits)


def twice(plan):
    """Instances that are active on more nodes after the plan than before."""
    counts = []
    for key in ("before", "after"):
        where = collections.defaultdict(set)
        for resource in plan[key]["resources"]:
            if resource.get("node"):
                where[resource.get("inst") or resource["rsc"]].add(
                    resource["node"])
        counts.append(where)
    return [name for name, nodes in counts[1].items()
            if len(nodes) > max(1, len(counts[0].get(name, ())))]


def check(program, path, folder):
    source = random.Random(os.path.basename(path))
    plan = plan_of(program, path)
    tree = ET.parse(path)
    permute(tree.getroot(), source)
    other = os.path.join(folder, "permuted.xml")
    tree.write(other)
    if essence(plan) != essence(plan_of(program, other)):
        yield "written down in another order it has another plan"
    if has_loop(plan):
        yield "an action waits for itself"
    for name in twice(plan):
        yield f"{name} is active on more nodes than before"


def main():
    program, *paths = sys.argv[1:]
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            for problem in check(program, path, folder):
                print(f"{os.path.basename(path)}: {problem}")
                status = 1
    print(f"{len(paths)} clusters looked at for what always holds")
    return status


if __name__ == "__main__":
    sys.exit(main())
