# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules and references where the generator itself has none: in sets of
attributes, options and defaults, within each other, by pattern, by id.

Each function makes one change to a Draft and tells whether it could."""

import xml.etree.ElementTree as ET

# The fixed time of generate.py is 2023-11-14 22:13:20 UTC, a Tuesday.
SPECS = {"seconds": ["0-30", "20"], "minutes": ["13", "0-12"],
         "hours": ["22", "9-17"], "monthdays": ["14", "1-13"],
         "weekdays": ["2", "3-7"], "yeardays": ["318", "1-300"],
         "weeks": ["46", "1-45"], "months": ["11", "12"],
         "years": ["2023", "2020-2022"], "weekyears": ["2023", "2024"]}
DURATIONS = {"seconds": "30", "minutes": "15", "hours": "30", "days": "20",
             "weeks": "1", "months": "1", "years": "1"}
META = {"target-role": ["Stopped", "Started"], "priority": [5, 20],
        "resource-stickiness": [0, 7, 500], "is-managed": ["false", "true"],
        "migration-threshold": [1, 3], "failure-timeout": ["20s", "1h"]}
OPTIONS = {"no-quorum-policy": ["ignore", "freeze"],
           "symmetric-cluster": ["false"], "maintenance-mode": ["true"],
           "stop-all-resources": ["true"],
           "start-failure-is-fatal": ["false"],
           "placement-strategy": ["balanced"]}


def date_add(at, rule):
    """Every way to tell a time, and several of them in a rule."""
    element = ET.SubElement(rule, "date_expression", id=at.id())
    kind = at.lots.pick(["spec", "spec", "since", "until", "between",
                         "for"])
    if kind == "spec":
        element.set("operation", "date_spec")
        names = at.lots.some(sorted(SPECS), 1, 3)
        ET.SubElement(element, "date_spec", id=at.id(),
                      **{name: at.lots.pick(SPECS[name]) for name in names})
        return
    start = at.lots.pick(["2023-11-14T22:13:20Z", "2023-11-01",
                          "2023-11-15T00:13:20+02:00", "2022-318",
                          "2023-W46-2", "2024-02-29 12:00:00 -01:30"])
    element.set("operation", {"since": "gt", "until": "lt"}.get(
        kind, "in_range"))
    if kind == "until":
        element.set("end", start)
        return
    element.set("start", start)
    if kind == "between":
        element.set("end", at.lots.pick(["2023-12-01", "2023-11-14T22:13:21",
                                         "2030-01-01"]))
    elif kind == "for":
        names = at.lots.some(sorted(DURATIONS), 1, 2)
        ET.SubElement(element, "duration", id=at.id(),
                      **{name: DURATIONS[name] for name in names})


def node_expression_add(at, rule):
    node = at.lots.pick(at.nodes())
    attribute, kind, value = at.lots.pick([
        ("#uname", None, node.get("uname")), ("#id", None, node.get("id")),
        ("#kind", None, "cluster"), ("#is_dc", None, "true"),
        ("site", "string", "east"), ("speed", "integer", "5"),
        ("speed", "number", "5.0"), ("version", "version", "1.10"),
        ("nowhere", None, "1")])
    element = ET.SubElement(
        rule, "expression", id=at.id(), attribute=attribute,
        operation=at.lots.pick(["eq", "ne", "lt", "gte", "defined",
                                "not_defined"]))
    if not element.get("operation").endswith("defined"):
        element.set("value", value)
        if kind:
            element.set("type", kind)


def rule_make(at, parts, depth=1):
    """A rule of some of 'parts', functions of a Draft and a rule."""
    rule = ET.Element("rule", id=at.id())
    rule.set("boolean-op", at.lots.pick(["and", "or"]))
    for _ in range(at.lots.between(1, 2)):
        at.lots.pick(parts)(at, rule)
    if depth > 0 and at.lots.chance(0.4):
        rule.append(rule_make(at, parts, depth - 1))
    return rule


def block_with_rule(at, parent, tag, values, parts):
    """A second set of attributes for 'parent' that holds by a rule, before
    or behind the one that is there."""
    block = at.block_add(parent, tag, values,
                         score=at.lots.pick(["1", "10", "-1", "INFINITY"]))
    if at.lots.chance(0.8):
        rule = rule_make(at, parts)
        rule.set("score", "0")
        block.insert(0, rule)


def meta_rule_add(at):
    resource = at.pick(at.resources())
    if resource is None:
        return False
    names = at.lots.some(sorted(META), 1, 2)
    block_with_rule(at, resource, "meta_attributes",
                    {name: at.lots.pick(META[name]) for name in names},
                    [date_add])
    return True


def parameter_rule_add(at):
    """Parameters that depend on the node: a change is a restart there."""
    resource = at.pick(at.primitives())
    if resource is None:
        return False
    block_with_rule(at, resource, "instance_attributes",
                    {"state": "/run/by-rule"},
                    [node_expression_add, node_expression_add, date_add])
    return True


def options_rule_add(at):
    name = at.lots.pick(sorted(OPTIONS))
    options = at.section("crm_config")
    block_with_rule(at, options, "cluster_property_set",
                    {name: at.lots.pick(OPTIONS[name])}, [date_add])
    # The first set comes first, whatever the scores say.
    options.append(options[0])
    options.remove(options[0])
    return True


def defaults_add(at):
    """Several sets of defaults, for agents and operations."""
    for _ in range(at.lots.between(1, 2)):
        if at.lots.chance(0.5):
            name = at.lots.pick(sorted(META))
            block_with_rule(at, section_of(at, "rsc_defaults"),
                            "meta_attributes",
                            {name: at.lots.pick(META[name])},
                            [agent_expression_add, date_add])
        else:
            values = at.lots.pick([
                {"timeout": "50s"}, {"on-fail": "ignore"},
                {"on-fail": "stop"}, {"on-fail": "block"},
                {"enabled": "false"}, {"record-pending": "false"}])
            block_with_rule(at, section_of(at, "op_defaults"),
                            "meta_attributes", values,
                            [agent_expression_add, operation_expression_add,
                             date_add])
    return True


def section_of(at, name):
    section = at.section(name)
    if section is None:
        section = ET.SubElement(at.cib.find("configuration"), name)
    return section


def agent_expression_add(at, rule):
    """Pacemaker 2.1.5 wants the provider told of agents that have one."""
    ET.SubElement(rule, "rsc_expression", id=at.id(), **at.lots.pick([
        {"class": "ocf", "provider": "pacemaker"}, {"class": "stonith"},
        {"provider": "pacemaker", "type": "Dummy"},
        {"provider": "pacemaker", "type": "Stateful"},
        {"class": "ocf", "provider": "heartbeat", "type": "Dummy"}]))


def operation_expression_add(at, rule):
    ET.SubElement(rule, "op_expression", id=at.id(), **at.lots.pick([
        {"name": "monitor"}, {"name": "start"}, {"name": "stop"},
        {"name": "monitor", "interval": "10s"},
        {"name": "monitor", "interval": "0"}]))


def location_rule_add(at):
    """By pattern with a part of the name in the attribute, or nested."""
    element = ET.SubElement(at.section("constraints"), "rsc_location",
                            id=at.id())
    inner = at.inner()
    names = [one.get("id") for one in at.resources() if one not in inner]
    if at.lots.chance(0.3):
        element.set("rsc-pattern", at.lots.pick(
            ["^([gpc])[0-9]$", "^p([0-9])", "(.)", "![cg]"]))
    else:
        element.set("rsc", at.lots.pick(names))
    rule = rule_make(at, [node_expression_add, node_expression_add,
                          date_add], 2)
    if at.lots.chance(0.2):
        rule.set("score-attribute", "speed")
    else:
        rule.set("score", at.lots.pick(["INFINITY", "-INFINITY", "100",
                                        "-100"]))
    if "rsc-pattern" in element.attrib and at.lots.chance(0.7):
        for node in at.nodes():
            for word in "0123pgc":
                if at.lots.chance(0.3):
                    at.block_add(node, "instance_attributes",
                                 {f"for-{word}": at.lots.pick([1, 50, -1])})
        rule.set("score-attribute", "for-%1")
        rule.attrib.pop("score", None)
    element.append(rule)
    return True


def reference_add(at):
    """What is written once and holds in several places."""
    tag = at.lots.pick(["meta_attributes", "instance_attributes",
                        "operations"])
    owners = [one for one in at.resources() if one.find(tag) is not None and
              one.find(tag).get("id")]
    others = [one for one in at.primitives() if one.find(tag) is None and
              one.get("template") is None]
    if not owners or not others:
        if tag != "operations":
            return False
        owners = [one for one in owners if one.tag == "primitive"]
    owners = [one for one in owners if tag == "meta_attributes" or
              one.tag == "primitive"]
    if not owners or not others:
        return False
    block = at.lots.pick(owners).find(tag)
    if tag == "operations" and block.get("id") is None:
        block.set("id", at.id())
    other = at.lots.pick(others)
    element = ET.Element(tag, {"id-ref": block.get("id")})
    if tag == "operations":
        other.append(element)
    else:
        other.insert(0, element)
    return True


def tag_add(at):
    """A name for several resources, in the place of one of them."""
    inner = at.inner()
    names = [one.get("id") for one in at.resources() if one not in inner]
    if len(names) < 3:
        return False
    block = ET.SubElement(section_of(at, "tags"), "tag", id=at.id())
    for name in at.lots.some(names, 2, 3):
        ET.SubElement(block, "obj_ref", id=name)
    outside = [name for name in names
               if name not in {one.get("id") for one in block}]
    if not outside:
        return False
    constraints = at.section("constraints")
    other = at.lots.pick(outside)
    pair = [block.get("id"), other]
    if at.lots.chance(0.5):
        pair.reverse()
    kind = at.lots.pick(["rsc_order", "rsc_colocation", "rsc_location"])
    if kind == "rsc_order":
        ET.SubElement(constraints, kind, id=at.id(), first=pair[0],
                      then=pair[1])
    elif kind == "rsc_colocation":
        ET.SubElement(constraints, kind,
                      {"id": at.id(), "rsc": pair[0], "with-rsc": pair[1],
                       "score": at.lots.pick(["INFINITY", "-INFINITY"])})
    else:
        ET.SubElement(constraints, kind, id=at.id(), rsc=block.get("id"),
                      node=at.lots.pick(at.nodes()).get("uname"),
                      score=at.lots.pick(["INFINITY", "-INFINITY", "50"]))
    return True


ADDITIONS = [meta_rule_add, parameter_rule_add, options_rule_add,
             defaults_add, defaults_add, location_rule_add,
             location_rule_add, reference_add, tag_add]
