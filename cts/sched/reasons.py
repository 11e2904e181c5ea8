#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds for the reasons of every plan, whatever the plan is.

usage: reasons.py [FIRST-LAST | FILE...], in the build folder

Without arguments: the scenarios, the conformance cases of tiers 1 and 2 where
they are at hand, and the seeds 1-100 of generate.py.

For every instance and node the reasons add up to the score that decided, and
those for the promotion to the score for that: nothing is left unexplained.
Every action has a cause, and what does not run as wanted has a reason. No
sentence evades, names what is not in the input, or says what the plan does
not do."""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
import properties

PROGRAM = os.path.abspath("tools/muster")
SCENARIOS = os.path.abspath("cts/sched/run_sched")
INFINITY = 1000000
# Noted when the scores had been printed, on the way to the choice.
LATE = {"utilization"}
EVASIONS = ("something", "it belongs there", "a node", "acts",
            "the best", "order's sake", "sake of order")
NAMED = re.compile(r"\b(location|colocation|order|ticket|group|node|on|with|"
                   r"first|than|from|to)"
                   r" ([A-Za-z_][\w.:-]*)")
KINDS = {"location", "colocation", "order", "ticket", "group"}


def add(left, right):
    """The documented sum of two scores."""
    if min(left, right) <= -INFINITY:
        return -INFINITY
    if max(left, right) >= INFINITY:
        return INFINITY
    return max(-INFINITY, min(INFINITY, left + right))


def answer_of(path, *words):
    done = subprocess.run([PROGRAM, "--file", path, "--format", "json",
                           *words], check=True, capture_output=True,
                          timeout=60)
    return json.loads(done.stdout)


def sum_of(reasons, is_promotion, without=()):
    total = 0
    for reason in reasons:
        if reason["promotion"] == is_promotion and \
                reason["kind"] not in without:
            total = reason["score"] if reason["instead"] else \
                add(total, reason["score"])
    return total


class Case:
    def __init__(self, path):
        self.root = ET.parse(path).getroot()
        self.plan = answer_of(path, "simulate")
        self.answers = answer_of(path, "why")
        self.scores = {(kind, instance, node): score for
                       kind, instance, node, score in self.plan["scores"]}
        self.places = {}
        for place in self.plan["after"]["resources"]:
            self.places.setdefault(place.get("inst") or place["rsc"],
                                   set()).add(place.get("node"))
        self.names = set()
        for one in self.root.iter():
            for name in ("id", "ticket", "uname", "crmd"):
                if one.get(name):
                    self.names.add(one.get(name))

    def problems(self):
        for answer in self.answers:
            yield from self.sums(answer)
            yield from self.sentences(answer)
        yield from self.causes()

    def sums(self, answer):
        """Reasons against scores."""
        instance = answer["instance"]
        everywhere = [reason for node in answer["nodes"] if not node["node"]
                      for reason in node["reasons"]]
        for node in answer["nodes"]:
            name = node["node"]
            reasons = everywhere + node["reasons"]
            if name is None:
                continue
            if node["state"] and -INFINITY in (
                    node["score"],
                    self.scores.get(("primitive", instance, name))):
                continue # The state of the node decides.
            if node["score"] is not None:
                total = sum_of(reasons, False)
                if total != node["score"]:
                    yield (f"{instance} on {name}: reasons for {total}, "
                           f"score {node['score']}")
            printed = self.scores.get(("primitive", instance, name))
            total = sum_of(reasons, False, LATE)
            if printed is not None and total != printed:
                yield (f"{instance} on {name}: reasons for {total}, "
                       f"printed {printed}")
            for whole in (instance, answer["parent"]):
                printed = self.scores.get(("promotion", whole, name))
                total = sum_of(reasons, True)
                if printed is not None and total != printed:
                    yield (f"{whole} on {name}: reasons for promotion "
                           f"{total}, printed {printed}")

    def sentences(self, answer):
        instance = answer["instance"]
        texts = [answer["sentence"], answer["reason"]]
        for node in answer["nodes"]:
            texts.append(node["not"])
            texts += [reason["text"] for reason in node["reasons"]]
        for text in filter(None, texts):
            for problem in self.judge(text):
                yield f"{instance}: {problem}: {text}"
        possible = [node["node"] for node in answer["nodes"]
                    if node["possible"]]
        if "no other node can" in answer["sentence"] and len(possible) > 1:
            yield f"{instance}: others can: {answer['sentence']}"
        for text in (answer["sentence"], answer["reason"] or ""):
            if "no node may run it" in text and possible:
                yield f"{instance}: {possible} can: {text}"
        for node in answer["nodes"]:
            if node["node"] and not node["possible"] and not node["not"] and \
                    not answer["reason"] and node["score"] is not None:
                yield f"{instance} on {node['node']}: not, without reason"

    def judge(self, text):
        for evasion in EVASIONS:
            if re.search(rf"\b{evasion}\b", text):
                yield f"evades ({evasion})"
        for kind, name in NAMED.findall(text):
            name = re.sub(r":\d+$", "", name.rstrip(":.,"))
            if kind in KINDS and name not in self.names:
                yield f"{kind} {name} is not in the input"
        for name, where in re.findall(r"(\S+), which is to run on ([^\s,;]+)",
                                      text):
            if name in self.places and where not in self.places[name]:
                yield f"{name} is not to run on {where}"
        for name in re.findall(r"with (\S+), which runs nowhere", text):
            if self.places.get(name, {None}) != {None}:
                yield f"{name} runs"

    def causes(self):
        for action in self.plan["actions"]:
            label = " ".join(str(action.get(key) or "") for key in
                             ("task", "rsc", "node", "interval"))
            if action["kind"] == "pseudo":
                continue
            if not action.get("cause"):
                yield f"{label}: no cause"
                continue
            for problem in self.judge(action["cause"]):
                yield f"{label}: {problem}: {action['cause']}"
        for place in self.plan["after"]["resources"]:
            if place["role"] == "Stopped" and not place.get("reason"):
                yield f"{place.get('inst') or place['rsc']}: no reason"
            for problem in self.judge(place.get("reason") or ""):
                yield f"{place['rsc']}: {problem}: {place['reason']}"


def scenarios(folder):
    """The scenarios as CIBs."""
    for path in glob.glob(os.path.join(properties.HERE, "*", "*.scn")):
        topic, name = path.split(os.sep)[-2:]
        to = os.path.join(folder, f"{topic}-{name[:-4]}.xml")
        with open(to, "w", encoding="utf-8") as file:
            subprocess.run([SCENARIOS, "--xml", path], check=True, timeout=60,
                           stdout=file)
        yield to


def main():
    words = sys.argv[1:]
    if any(word.startswith("-") for word in words):
        print(__doc__, file=sys.stderr)
        return 2
    if not os.path.exists(PROGRAM):
        print(f"reasons: {PROGRAM} is not built")
        return 77
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="reasons-") as folder, \
            tempfile.TemporaryDirectory(prefix="reasons-") as seeds:
        words = words or [*scenarios(folder), *properties.conformance(),
                          "1-100"]
        for files in properties.batches(words, seeds):
            for path in files:
                lines = list(Case(path).problems())
                total += 1
                failed += bool(lines)
                for line in lines:
                    print(f"{os.path.basename(path)}: {line}")
    print(f"reasons of {total} clusters looked at, {failed} are wanting")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
