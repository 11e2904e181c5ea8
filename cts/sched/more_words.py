# SPDX-License-Identifier: GPL-2.0-or-later
"""What configurations have besides after years: moves by hand, operations with
words of their own, groups without order, devices in clones, odd scores, nodes
that are not there, several sets of the same values, names of all kinds.

Each function makes one change to a Draft and tells whether it could."""

import copy
import xml.etree.ElementTree as ET

NAMES = ["node-A2", "node-A10", "Node-b", "n.example.org", "db_1", "DB_01",
         "10", "9", "z", "node-a3"]


def outer_names(at):
    inner = at.inner()
    return [one.get("id") for one in at.resources() if one not in inner]


def moved_by_hand_add(at):
    """What "move" and "ban" write, with a time at which it ends."""
    name = at.lots.pick([one.get("id") for one in at.tops()])
    node = at.lots.pick(at.nodes()).get("uname")
    is_ban = at.lots.chance(0.5)
    score = "-INFINITY" if is_ban else "INFINITY"
    element = ET.SubElement(
        at.section("constraints"), "rsc_location", rsc=name,
        id=f"cli-{'ban' if is_ban else 'prefer'}-{name}-{at.id()}")
    if at.lots.chance(0.4):
        element.attrib.update(node=node, score=score)
        if at.lots.chance(0.4):
            element.set("role", at.lots.pick(["Started", "Promoted"]))
        return True
    rule = ET.SubElement(element, "rule", {
        "id": at.id(), "score": score, "boolean-op": "and"})
    ET.SubElement(rule, "expression", id=at.id(), attribute="#uname",
                  operation="eq", value=node, type="string")
    ET.SubElement(rule, "date_expression", id=at.id(), operation="lt",
                  end=at.lots.pick(["2023-11-14 22:13:19Z",
                                    "2023-11-14T23:13:20Z",
                                    "2024-01-01 00:00:00Z"]))
    return True


def operations_add(at):
    """Several monitors, with words of their own."""
    one = at.pick(one for one in at.primitives()
                  if one.get("template") is None and
                  one.get("class") != "stonith")
    if one is None:
        return False
    block = one.find("operations")
    if block is None:
        block = ET.SubElement(one, "operations")
    for _ in range(at.lots.between(1, 3)):
        operation = ET.SubElement(
            block, "op", id=at.id(), name=at.lots.pick(
                ["monitor", "monitor", "monitor", "check"]),
            interval=at.lots.pick(["20s", "PT21S", "1min", "22", "23000ms"]))
        for name, value in at.lots.some(
                [("start-delay", "5s"), ("interval-origin",
                                         "2023-11-14 00:00:00Z"),
                 ("timeout", "2min"), ("record-pending", "false"),
                 ("enabled", "true"), ("role", "Started")], 0, 2):
            operation.set(name, value)
        if "interval-origin" in operation.attrib:
            operation.attrib.pop("start-delay", None)
        if at.lots.chance(0.3):
            at.block_add(operation, "instance_attributes",
                         {"OCF_CHECK_LEVEL": "10"})
        elif at.lots.chance(0.3):
            at.block_add(operation, "meta_attributes", at.lots.pick(
                [{"timeout": "70s"}, {"on-fail": "ignore"},
                 {"enabled": "false"}]))
    return True


def groups_loosen(at):
    """Groups whose members need not be together, or come in order."""
    group = at.pick(one for one in at.tops() if one.tag == "group")
    if group is None:
        return False
    at.pair_set(group, "meta_attributes",
                at.lots.pick(["ordered", "collocated"]), "false")
    return True


def devices_wrap(at):
    """Fence devices in a group or a clone."""
    section = at.section("resources")
    device = at.pick(one for one in section.findall("primitive")
                     if one.get("class") == "stonith")
    if device is None:
        return False
    wrapper = ET.Element(at.lots.pick(["group", "clone"]),
                         id=f"all-{device.get('id')}")
    section.insert(list(section).index(device), wrapper)
    section.remove(device)
    wrapper.append(device)
    return True


def scores_change(at):
    """Scores of all spellings, and none."""
    kind = at.lots.pick(["rsc_location", "rsc_colocation"])
    found = [one for one in at.section("constraints").iter(kind)
             if one.get("score")]
    for one in at.lots.some(found, 1, 2) if found else ():
        score = at.lots.pick(["+INFINITY", "2000000", "-3000000", "+5",
                              "999999", "-999999", None])
        if score is None and kind == "rsc_colocation":
            del one.attrib["score"]
        else:
            one.set("score", score or "0")
    return bool(found)


def nowhere_add(at):
    """Constraints that name a node or a ticket that is not there; resources the
    schema looks for."""
    constraints = at.section("constraints")
    name = at.lots.pick(outer_names(at))
    if at.lots.chance(0.5):
        ET.SubElement(constraints, "rsc_location", id=at.id(), rsc=name,
                      node="nowhere", score=at.lots.pick(["INFINITY", "-5"]))
    else:
        ET.SubElement(constraints, "rsc_ticket", {
            "id": at.id(), "rsc": name, "ticket": "nowhere",
            "loss-policy": at.lots.pick(["stop", "freeze"])})
    return True


def blocks_add(at):
    """The same value in several sets: the one of the highest score counts."""
    owner = at.lots.pick(at.tops() + [at.section("crm_config")])
    if owner.tag == "crm_config":
        tag = "cluster_property_set"
        name, values = at.lots.pick([
            ("no-quorum-policy", ["stop", "freeze", "ignore"]),
            ("symmetric-cluster", ["true", "false"]),
            ("stop-all-resources", ["true", "false"]),
            ("enable-startup-probes", ["true", "false"]),
            ("stop-orphan-resources", ["false", "true"])])
    else:
        tag = "meta_attributes"
        name, values = at.lots.pick([
            ("resource-stickiness", ["0", "100", "INFINITY"]),
            ("target-role", ["Stopped", "Started"]),
            ("is-managed", ["true", "false"]), ("priority", ["1", "20"]),
            ("allow-unhealthy-nodes", ["true", "false"]),
            ("migration-threshold", ["1", "5"])])
    for _ in range(at.lots.between(1, 2)):
        block = at.block_add(owner, tag, {name: at.lots.pick(values)})
        if at.lots.chance(0.6):
            block.set("score", at.lots.pick(["-5", "1", "10", "INFINITY"]))
    return True


def set_words_change(at):
    """Sets with words of their own."""
    block = at.pick(one for one in at.section("constraints").iter(
        "resource_set"))
    if block is None:
        return False
    name, values = at.lots.pick([
        ("sequential", ["true", "false"]), ("require-all", ["true", "false"]),
        ("action", ["start", "stop"]), ("role", ["Started"]),
        ("score", ["INFINITY", "-50", "10"])])
    block.set(name, at.lots.pick(values))
    return True


def names_change(at):
    """Nodes whose names order otherwise than their numbers."""
    new = dict(zip([one.get("uname") for one in at.nodes()],
                   at.lots.some(NAMES, len(NAMES), len(NAMES))))
    for one in at.cib.iter():
        for name, value in list(one.attrib.items()):
            if value in new and name != "id":
                one.set(name, new[value])
    return True


def needs_change(at):
    """Room that is missing, nothing, less than nothing or no number."""
    blocks = list(at.cib.iterfind("configuration//utilization"))
    if not blocks:
        return False
    for block in at.lots.some(blocks, 1, 3):
        for pair in block:
            if at.lots.chance(0.6):
                pair.set("value", at.lots.pick(["0", "-2", "100", "3"]))
    at.pair_set(at.section("crm_config"), "cluster_property_set",
                "placement-strategy", at.lots.pick(
                    ["utilization", "balanced", "minimal"]))
    return True


def twins_add(at):
    """A constraint that is there twice, with another score or kind."""
    one = at.pick(at.section("constraints"))
    if one is None:
        return False
    twin = copy.deepcopy(one)
    for element in twin.iter():
        if element.get("id") and element.tag != "resource_ref":
            element.set("id", at.id())
    if "score" in twin.attrib:
        twin.set("score", at.lots.pick(["10", "-10", "INFINITY"]))
    elif twin.tag == "rsc_order":
        twin.set("symmetrical", at.lots.pick(["true", "false"]))
    at.section("constraints").append(twin)
    return True


ADDITIONS = [moved_by_hand_add, moved_by_hand_add, operations_add,
             operations_add, groups_loosen, devices_wrap, scores_change,
             nowhere_add, blocks_add, blocks_add, set_words_change,
             names_change, needs_change, twins_add]
