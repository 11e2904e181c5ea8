# SPDX-License-Identifier: GPL-2.0-or-later
"""What Muster and Pacemaker's crm_simulate decide for one CIB, reduced to what
can be compared: placement, set of actions, their order, the scores, and what
agents are given."""

import collections
import hashlib
import json
import os
import re
import subprocess
import zlib
import xml.etree.ElementTree as ET

TIMEOUT_S = 60
ROLES = {"Starting": "Started", "Stopping": "Started", "Migrating": "Started",
         "Promoting": "Promoted", "Demoting": "Promoted",
         "Master": "Promoted", "Slave": "Unpromoted"}
NOTIFY = re.compile(r"^(.*)_(confirmed-)?(pre|post)_notify_(.*)_0$")
ASK = ["crm_simulate", "-S", "-s", "--output-as=xml"]
INFINITY = 1000000
# In which order actions on one resource and node take effect.
RANKS = {"reboot": 0, "off": 0, "demote": 1, "stop": 2, "start": 3,
         "migrate_from": 3, "promote": 4}


class Failed(Exception):
    """There is no result: a refusal, a crash, or no end."""


class Decisions:
    def __init__(self):
        self.before = collections.Counter()  # (resource, node, role)
        self.after = collections.Counter()
        self.changing = set()  # (resource, node) whose role is not told.
        self.nodes = {}       # name: words of its state
        self.nodes_down = set()  # Afterwards.
        self.instances = set()  # (task, numbered name, node)
        self.actions = []     # (id, is_real, key, ids that come first)
        self.dangling = set()  # Ids of those that wait for what is not there.
        self.is_broken = False  # The oracle could not carry its plan out.
        self.warnings = []
        self.given = {}       # Action's key: timeout and parameters.
        self.scores = {}      # (kind, numbered name, node): the last one told

    def keys(self):
        """The actions that do something, with how often each occurs. Pacemaker
        deletes a history once for each instance that it might be of."""
        keys = collections.Counter(key for _, is_real, key, _ in self.actions
                                   if is_real)
        return collections.Counter({
            key: 1 if key[0] == "delete" else count
            for key, count in keys.items()})

    def outcome(self):
        """Where everything is when all actions have succeeded, whatever the
        planner itself says of that: (resource, node, role)."""
        roles = {}
        for rsc, node, role in self.before:
            roles.setdefault((rsc, node), role)
        changes = sorted((RANKS[key[0]], key) for key in self.keys()
                         if key[0] in RANKS)
        for _, (task, rsc, node, _, _) in changes:
            if (rsc, node) not in roles and \
                    (rsc.split(":")[0], node) in roles:
                # An instance too many is stopped under its name of old.
                rsc = rsc.split(":")[0]
            if task in ("reboot", "off"):
                roles = {key: role for key, role in roles.items()
                         if key[1] != node}
            elif task == "stop":
                roles.pop((rsc, node), None)
            elif task == "promote":
                roles[rsc, node] = "Promoted"
            elif task == "demote" and (rsc, node) in roles:
                roles[rsc, node] = "Unpromoted"
            elif task in ("start", "migrate_from"):
                roles.setdefault((rsc, node), "Started")
        return collections.Counter({(*key, role.replace("Unpromoted",
                                                        "Started")): 1
                                    for key, role in roles.items()})

    def never_done(self):
        """The resources of actions that wait for one which is not there or,
        in a circle, for themselves; and of all that come after these."""
        left = {number: set(inputs) for number, _, _, inputs in self.actions}
        done = {None}
        while done:
            done = {number for number, inputs in left.items()
                    if not inputs & left.keys() and
                    number not in self.dangling}
            for number in done:
                del left[number]
        return {key[1] for number, _, key, _ in self.actions
                if number in left}

    def order(self):
        """For each action that does something, those that come before it.
        None: it is no order."""
        ids = {one[0]: one for one in self.actions}
        known = {}
        result = {}
        for start in ids:
            stack = [start]
            while stack:
                at = stack[-1]
                if at in known and known[at] is not None:
                    stack.pop()
                    continue
                missing = [one for one in ids[at][3]
                           if one in ids and known.get(one) is None]
                if any(one in known for one in missing):
                    return None
                if missing:
                    known[at] = None
                    stack += missing
                    continue
                found = set()
                for one in ids[at][3]:
                    if one in ids:
                        found |= known[one]
                        if ids[one][1]:
                            found.add(ids[one][2])
                known[at] = frozenset(found)
                stack.pop()
        for number, is_real, key, _ in self.actions:
            if is_real:
                result[key] = result.get(key, frozenset()) | known[number]
        return result


def key_of(task, rsc=None, node=None, interval_ms=0, notify=None):
    return (task or "", rsc or "", node or "", int(interval_ms or 0),
            notify or "")


def run(command, folder):
    environment = dict(os.environ, LC_ALL="C", TZ="UTC",
                       CIB_shadow_dir=folder)
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL,
                                capture_output=True, env=environment,
                                timeout=TIMEOUT_S, cwd=folder, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"no end after {TIMEOUT_S} s") from None
    return result


# Muster

def of_muster(program, path, folder):
    """Raises Failed where there is no plan."""
    result = run([program, "--format", "json", path], folder)
    if result.returncode != 0:
        raise Failed(f"exit status {result.returncode}: "
                     + result.stderr.decode(errors="replace")[-400:].strip())
    answer = json.loads(result.stdout)
    decisions = Decisions()
    decisions.json = answer
    decisions.warnings = answer["warnings"]
    for kind, name, node, score in answer["scores"]:
        if kind in ("primitive", "promotion") and node:
            decisions.scores[kind, name, node] = score
    for name in ("before", "after"):
        placements = getattr(decisions, name)
        for one in answer[name]["resources"]:
            if one.get("node") and one["role"] != "Stopped":
                placements[(one["rsc"], one["node"], one["role"])] += 1
    for node in answer["before"]["nodes"]:
        decisions.nodes[node["name"]] = (node["online"],
                                         *sorted(node["flags"]))
    for one in answer["actions"]:
        decisions.actions.append((
            one["id"], one["kind"] != "pseudo",
            key_of(one["task"], one.get("rsc"), one.get("node"),
                   one.get("interval"), one.get("notify")), one["after"]))
        if "timeout" in one:
            decisions.given[decisions.actions[-1][2]] = (
                one["timeout"], one.get("params", {}))
    return decisions


# Pacemaker

def ask(path, folder):
    """Exit status, answer and graph of crm_simulate. Raises Failed where there
    are none."""
    graph = os.path.join(folder, "graph.xml")
    if os.path.exists(graph):
        os.unlink(graph)
    result = run([*ASK, "-x", path, "-G", graph], folder)
    start = result.stdout.find(b"<pacemaker-result")
    if result.returncode not in (0, 1) or start < 0 or \
            not os.path.exists(graph):
        raise Failed(f"exit status {result.returncode}: "
                     + (result.stderr or result.stdout)
                     .decode(errors="replace")[-400:].strip())
    with open(graph, encoding="utf-8") as file:
        return (result.returncode, result.stdout[start:].decode(),
                file.read())


def remembered(path, folder, memory):
    """Like ask(), and asks once only: the answer, or the refusal, is kept in
    the folder 'memory', under the digest of the question and the input."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(" ".join(ASK).encode() + file.read())
    name = os.path.join(memory, digest.hexdigest())
    try:
        with open(name, "rb") as file:
            answer = json.loads(zlib.decompress(file.read()))
    except FileNotFoundError:
        try:
            answer = ask(path, folder)
        except Failed as error:
            answer = str(error)
        # Others may be writing the same file: it appears whole or not at all.
        with open(f"{name}.{os.getpid()}", "wb") as file:
            file.write(zlib.compress(json.dumps(answer).encode()))
        os.rename(file.name, name)
    if isinstance(answer, str):
        raise Failed(answer)
    return answer


def of_pacemaker(path, folder, memory=None):
    """Raises Failed where there is no plan. 'memory': a folder for answers,
    shared by runs over the same input, or None."""
    code, text, graph = remembered(path, folder, memory) if memory else \
        ask(path, folder)
    answer = ET.fromstring(text)
    decisions = Decisions()
    decisions.is_broken = code != 0
    status_read(answer.find("cluster_status"), decisions.before,
                decisions.nodes)
    decisions.changing = changing_read(answer.find("cluster_status"))
    nodes = {}
    status_read(answer.find("revised_cluster_status"), decisions.after, nodes)
    decisions.nodes_down = {name for name, words in nodes.items()
                            if not words[0] and "unclean" not in words
                            and "pending" not in words}
    scores_read(answer, decisions.scores)
    graph_read(ET.fromstring(graph), decisions)
    return decisions


def status_read(element, placements, nodes):
    if element is None:
        raise Failed("no status in the answer")
    for node in element.find("nodes"):
        flags = [name for name in ("unclean", "standby", "maintenance",
                                   "pending") if node.get(name) == "true"]
        if node.get("standby_onfail") == "true" and "standby" not in flags:
            flags.append("standby")
        online = node.get("online") == "true"
        nodes[node.get("name")] = (online and "pending" not in flags,
                                   *sorted(flags))
    resources = element.find("resources")
    for one in resources.iter("resource") if resources is not None else ():
        role = ROLES.get(one.get("role"), one.get("role"))
        for node in one.findall("node"):
            if role != "Stopped":
                placements[(one.get("id"), node.get("name"), role)] += 1


def scores_read(answer, scores):
    for one in answer.iterfind("allocations/node_weight"):
        if "primitive" in one.get("function"):
            scores["primitive", one.get("id"), one.get("node")] = \
                score_of(one.get("score"))
    for one in answer.iterfind("allocations/promotion_score"):
        if one.get("node"):
            scores["promotion", one.get("id"), one.get("node")] = \
                score_of(one.get("score"))


def score_of(word):
    return {"INFINITY": INFINITY, "-INFINITY": -INFINITY}.get(word) \
        or int(word)


def changing_read(element):
    """What is being stopped or demoted: this is said instead of the role."""
    return {(one.get("id"), node.get("name"))
            for one in element.iter("resource")
            if one.get("role") in ("Stopping", "Demoting")
            for node in one.findall("node")}


def graph_read(root, decisions):
    found = []
    for synapse in root.iter("synapse"):
        inputs = [int(one.get("id")) for trigger in synapse.iter("trigger")
                  for one in trigger]
        for element in synapse.find("action_set"):
            primitive = element.find("primitive")
            if primitive is not None:
                decisions.instances.add((
                    element.get("operation"),
                    primitive.get("long-id") or primitive.get("id"),
                    element.get("on_node")))
            found.append((int(element.get("id")), *action_read(element),
                          inputs))
            attributes = element.find("attributes")
            if "CRM_meta_timeout" in attributes.attrib:
                decisions.given[found[-1][2]] = (
                    int(attributes.get("CRM_meta_timeout")),
                    {name: value for name, value in attributes.items()
                     if not name.startswith("CRM_meta_") and
                     name != "crm_feature_set"})
    ids = {one[0] for one in found}
    for number, is_real, key, inputs in found:
        if any(one not in ids for one in inputs):
            decisions.dangling.add(number)
        decisions.actions.append((number, is_real, key,
                                  [one for one in inputs if one in ids]))


def action_read(element):
    """Whether the action does something, and its key."""
    attributes = element.find("attributes")
    meta = attributes.attrib if attributes is not None else {}
    operation = element.get("operation")
    node = element.get("on_node")
    primitive = element.find("primitive")
    if operation == "stonith":
        return True, key_of(meta.get("CRM_meta_stonith_action", "reboot"),
                            None, node)
    if operation == "do_shutdown":
        return True, key_of("shutdown", None, node)
    if element.tag == "pseudo_event":
        return False, key_of(operation, element.get("operation_key"))
    rsc = primitive.get("id") if primitive is not None else None
    if operation == "notify":
        return True, key_of(operation, rsc, node, 0,
                            f"{meta.get('CRM_meta_notify_type')}-"
                            f"{meta.get('CRM_meta_notify_operation')}")
    return True, key_of(operation, rsc, node, meta.get("CRM_meta_interval"))


# Comparison

def outcomes(pacemaker, muster):
    """Theirs and ours, without roles that Pacemaker does not tell, and without
    what it does not tell at all: what is recorded on a node that it takes for
    down. If it starts that elsewhere, this is told."""
    shown = {(rsc, node) for rsc, node, _ in pacemaker.before}
    hidden = {(rsc, node) for rsc, node, _ in muster.before
              if (rsc, node) not in shown and not pacemaker.nodes[node][0]}
    return [collections.Counter(
        (rsc, node, "Started" if (rsc, node) in pacemaker.changing else role)
        for rsc, node, role in one.outcome() if (rsc, node) not in hidden)
            for one in (pacemaker, muster)]


def placements_differ(pacemaker, muster):
    """Lines that tell how the placements afterwards differ. What counts is
    where the actions lead: crm_simulate's own carrying out gives up where its
    graph has a loop, and takes instances of a clone for each other."""
    return counters_differ(*outcomes(pacemaker, muster))


def actions_differ(pacemaker, muster):
    return counters_differ(pacemaker.keys(), muster.keys())


def orders_differ(pacemaker, muster):
    """Lines that tell how the orders of what both do differ."""
    ours, theirs = muster.order(), pacemaker.order()
    if ours is None:
        return ["muster: a loop"]
    if theirs is None:
        return ["pacemaker: a loop"]
    common = set(ours) & set(theirs)
    lines = []
    for key in sorted(common):
        for sign, first in [("-", theirs[key] - ours[key]),
                            ("+", ours[key] - theirs[key])]:
            lines += [f"{sign} {show(one)} before {show(key)}"
                      for one in sorted(first & common)]
    return lines


def scores_differ(pacemaker, muster):
    """Lines that tell how the scores differ. To be no candidate at all is like
    being forbidden."""
    lines = []
    for key in sorted(set(pacemaker.scores) | set(muster.scores)):
        theirs = pacemaker.scores.get(key, -INFINITY)
        ours = muster.scores.get(key, -INFINITY)
        if theirs != ours:
            lines += [f"- {show(key)} {theirs}", f"+ {show(key)} {ours}"]
    return lines


def given_differ(pacemaker, muster):
    """Lines that tell how what agents are given differs, for what both do."""
    lines = []
    for key in sorted(set(pacemaker.given) & set(muster.given)):
        for sign, given in (("-", pacemaker.given), ("+", muster.given)):
            if pacemaker.given[key] != muster.given[key]:
                lines.append(f"{sign} {show(key)} {given[key]}")
    return lines


def counters_differ(theirs, ours):
    return [f"- {show(key)}" for key in sorted((theirs - ours).elements())] + \
           [f"+ {show(key)}" for key in sorted((ours - theirs).elements())]


def show(key):
    return " ".join(str(word) for word in key if word)
