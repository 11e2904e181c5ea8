#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes up clusters: a seed gives one CIB with a configuration and a history.

Each seed switches a few features on, so that a case is about the interplay of
some of them and can be understood when it fails. The words are those that
Pacemaker 2.1.5 knows, so that its crm_simulate takes the same file.

usage: generate.py SEED    writes the CIB to standard output"""

import sys
import xml.etree.ElementTree as ET

import generate_history
import lots
import more_fencing
import more_history
import more_rules
import more_words
from draft import Draft

NOW_S = 1700000000

# How likely a feature takes part in a case.
FEATURES = {
    "stonith": 0.65, "no-quorum": 0.1, "quorum-policy": 0.2, "asymmetric": 0.08,
    "strategy": 0.2, "health": 0.08, "maintenance": 0.04, "stop-all": 0.02,
    "stop-removed": 0.08, "priority-delay": 0.05, "shutdown-lock": 0.05,
    "serial-fencing": 0.2, "startup-fencing": 0.1, "node-trouble": 0.6,
    "node-modes": 0.2, "attributes": 0.4, "templates": 0.12, "tags": 0.12,
    "groups": 0.5, "clones": 0.55, "promotable": 0.4, "stickiness": 0.4,
    "priority": 0.25, "threshold": 0.25, "failure-timeout": 0.15,
    "on-fail": 0.2, "managed": 0.15, "target-role": 0.2, "migrate": 0.2,
    "multiple-active": 0.15, "requires": 0.12, "critical": 0.08,
    "notify": 0.12, "locations": 0.6, "rules": 0.25, "discovery": 0.1,
    "colocations": 0.6, "colocation-extras": 0.25, "orders": 0.6,
    "order-extras": 0.3, "sets": 0.2, "tickets": 0.15, "dates": 0.12,
    "defaults": 0.15, "op-defaults": 0.08, "failures": 0.45, "pending": 0.15,
    "removed": 0.15, "digests": 0.15, "doubles": 0.1, "cold": 0.25,
    "unique": 0.3, "role-monitors": 0.1, "other-classes": 0.15,
    "member-constraints": 0.12, "scores-everywhere": 0.5,
}

# The share of seeds with additions, and of these that are in old words.
MORE = 0.33
OLD_WORDS = 0.1
ADDITIONS = [more_rules.ADDITIONS, more_history.ADDITIONS,
             more_fencing.ADDITIONS]

# From this seed on a third has words of all kinds as well: seeds before it stay
# the clusters that they were.
WORDS_SEED_MIN = 20001
WORDS = 0.33


class Maker(lots.Lots):
    """Draws lots and builds elements."""

    def __init__(self, seed):
        super().__init__(seed)
        self.ids_count = 0
        self.features = {name for name in sorted(FEATURES)
                         if self.chance(FEATURES[name])}

    def id(self, prefix):
        self.ids_count += 1
        return f"{prefix}-{self.ids_count}"

    def pairs(self, parent, tag, values):
        """A set of name-value pairs, if there are any."""
        if not values:
            return None
        block = ET.SubElement(parent, tag, id=self.id("set"))
        for name, value in values.items():
            ET.SubElement(block, "nvpair", id=self.id("nv"), name=name,
                          value=str(value))
        return block

    def score(self):
        kind = self.below(10)
        if kind < 2:
            return "INFINITY"
        if kind < 4:
            return "-INFINITY"
        return str(self.pick([1, 5, 10, 50, 100, 200, 500, 1000, -1, -10, -50,
                              -100, -500, 0]))


class Resource:
    """What the history and the constraints must know of a resource."""

    def __init__(self, kind, name, element, parent=None):
        self.kind = kind
        self.id = name
        self.element = element
        self.parent = parent
        self.members = []
        self.meta = {}
        self.params = {}
        self.operations = []  # (name, interval_s, role, timeout)
        self.agent = {}
        self.copies = 1
        self.copies_per_node = 1
        self.is_unique = False
        self.is_promotable = False
        self.is_fencing = False

    def primitives(self):
        if self.kind == "primitive":
            return [self]
        return [one for member in self.members for one in member.primitives()]


class Cluster:
    def __init__(self, seed):
        self.maker = Maker(seed)
        self.cib = ET.Element(
            "cib", {"crm_feature_set": "3.16.1",
                    "validate-with": "pacemaker-3.9", "epoch": "1",
                    "num_updates": "0", "admin_epoch": "0",
                    "execution-date": str(NOW_S), "have-quorum": "1",
                    "dc-uuid": "1"})
        configuration = ET.SubElement(self.cib, "configuration")
        self.sections = {name: ET.SubElement(configuration, name)
                         for name in ("crm_config", "nodes", "resources",
                                      "constraints")}
        self.nodes = []
        self.resources = []
        self.templates = []
        self.tags = []
        self.tickets = []
        self.op_defaults = None
        self.colocated = []  # (dependent, primary, score)
        self.options_make()
        self.nodes_make()
        self.resources_make()
        self.tags_make(configuration)
        self.constraints_make()
        self.defaults_make(configuration)
        generate_history.make(self)

    def has(self, feature):
        return feature in self.maker.features

    def options_make(self):
        make = self.maker
        options = {}
        if self.has("stonith"):
            options["stonith-enabled"] = "true"
        else:
            options["stonith-enabled"] = "false"
        if self.has("no-quorum"):
            self.cib.set("have-quorum", "0")
        if self.has("no-quorum") or self.has("quorum-policy"):
            options["no-quorum-policy"] = make.pick(
                ["stop", "freeze", "ignore", "demote", "suicide"])
        if self.has("asymmetric"):
            options["symmetric-cluster"] = "false"
        if self.has("strategy"):
            options["placement-strategy"] = make.pick(
                ["utilization", "balanced", "minimal"])
        if self.has("health"):
            options["node-health-strategy"] = make.pick(
                ["migrate-on-red", "only-green", "progressive", "custom"])
            if make.chance(0.3):
                options["node-health-base"] = make.pick([10, -5])
        if self.has("maintenance"):
            options["maintenance-mode"] = "true"
        if self.has("stop-all"):
            options["stop-all-resources"] = "true"
        if self.has("stop-removed"):
            options[make.pick(["stop-orphan-resources",
                               "stop-orphan-actions"])] = "false"
        if self.has("priority-delay"):
            options["priority-fencing-delay"] = "15s"
        if self.has("shutdown-lock"):
            options["shutdown-lock"] = "true"
            if make.chance(0.4):
                options["shutdown-lock-limit"] = make.pick(["5min", "2h"])
        options["concurrent-fencing"] = \
            "false" if self.has("serial-fencing") else "true"
        if self.has("startup-fencing"):
            options["startup-fencing"] = "false"
        if self.has("stonith") and make.chance(0.15):
            options["stonith-action"] = "off"
        if make.chance(0.1):
            options["start-failure-is-fatal"] = "false"
        self.options = options
        block = make.pairs(self.sections["crm_config"],
                           "cluster_property_set", options)
        block.set("id", "cib-bootstrap-options")

    def nodes_make(self):
        make = self.maker
        count = make.pick([1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 5, 6])
        for number in range(1, count + 1):
            name = f"node{number}"
            element = ET.SubElement(self.sections["nodes"], "node",
                                    id=str(number), uname=name)
            values = {}
            if self.has("attributes"):
                if make.chance(0.7):
                    values["site"] = make.pick(["east", "west"])
                if make.chance(0.6):
                    values["speed"] = make.pick([1, 5, 10, 100, -3])
                if make.chance(0.2):
                    values["version"] = make.pick(["1.2", "1.10", "2.0"])
            if self.has("node-modes") and make.chance(0.3):
                values[make.pick(["standby", "maintenance"])] = \
                    make.pick(["true", "on", "false"])
            make.pairs(element, "instance_attributes", values)
            if self.has("strategy") and make.chance(0.9):
                make.pairs(element, "utilization",
                           {name: make.pick([1, 2, 3, 5, 8]) for name in
                            make.pick([["cpu"], ["cpu", "memory"]])})
            self.nodes.append({"id": str(number), "name": name,
                               "attributes": values})

    # Resources

    def resources_make(self):
        make = self.maker
        if self.has("templates"):
            element = ET.SubElement(self.sections["resources"], "template",
                                    {"id": "tpl", "class": "ocf",
                                     "provider": "pacemaker", "type": "Dummy"})
            template = Resource("template", "tpl", element)
            self.body_make(template)
            self.templates.append(template)
        if self.has("stonith") and make.chance(0.93):
            for number in range(make.pick([1, 1, 1, 2])):
                self.device_make(f"fence{number}")
        for number in range(make.between(1, 6)):
            kinds = ["primitive"] * 3
            if self.has("groups"):
                kinds += ["group"] * 2
            if self.has("clones"):
                kinds += ["clone"] * 2
                if self.has("promotable"):
                    kinds += ["promotable"] * 2
            kind = make.pick(kinds)
            if kind == "primitive":
                resource = self.primitive_make(
                    self.sections["resources"], f"p{number}")
            elif kind == "group":
                resource = self.group_make(
                    self.sections["resources"], f"g{number}")
            else:
                resource = self.clone_make(number, kind == "promotable")
            self.resources.append(resource)

    def device_make(self, name):
        make = self.maker
        element = ET.SubElement(self.sections["resources"], "primitive",
                                {"id": name, "class": "stonith",
                                 "type": "fence_xvm"})
        device = Resource("primitive", name, element)
        device.is_fencing = True
        device.agent = {"class": "stonith", "type": "fence_xvm"}
        if make.chance(0.5):
            self.operations_make(device, [("monitor", 60, None, None)])
        self.resources.append(device)

    def primitive_make(self, parent, name, owner=None, is_promotable=False):
        make = self.maker
        attributes = {"id": name}
        if is_promotable:
            agent = {"class": "ocf", "provider": "pacemaker",
                     "type": "Stateful"}
        elif self.templates and make.chance(0.5):
            agent = dict(self.templates[0].element.attrib)
            del agent["id"]
            attributes["template"] = "tpl"
        elif self.has("other-classes") and make.chance(0.5):
            agent = {"class": make.pick(["systemd", "lsb"]), "type": "thing"}
        else:
            agent = {"class": "ocf", "provider": "pacemaker", "type": "Dummy"}
        if "template" not in attributes:
            attributes.update(agent)
        element = ET.SubElement(parent, "primitive", attributes)
        resource = Resource("primitive", name, element, owner)
        resource.agent = agent
        resource.is_promotable = is_promotable
        if "template" in attributes:
            resource.operations = list(self.templates[0].operations)
            resource.params = dict(self.templates[0].params)
            resource.meta = dict(self.templates[0].meta)
        if "template" not in attributes or make.chance(0.4):
            self.body_make(resource)
        return resource

    def body_make(self, resource):
        """Parameters, meta attributes, operations, needs of a primitive."""
        make = self.maker
        if self.has("digests") and make.chance(0.7):
            params = {"state": f"/run/{resource.id}"}
            resource.params.update(params)
            make.pairs(resource.element, "instance_attributes", params)
        values = self.meta_make()
        resource.meta.update(values)
        if self.has("migrate") and make.chance(0.7) and \
                not resource.is_promotable:
            values["allow-migrate"] = "true"
            resource.meta["allow-migrate"] = "true"
        make.pairs(resource.element, "meta_attributes", values)
        operations = []
        if resource.is_promotable:
            if make.chance(0.6):
                operations.append(("monitor", 10, None, None))
                operations.append(("monitor", 11, "Promoted", None))
        elif make.chance(0.7):
            operations.append(("monitor", 10, None, None))
        if self.has("role-monitors") and make.chance(0.4):
            operations.append(("monitor", 15, make.pick(
                ["Stopped", "Started"]), None))
        for name in ("start", "stop"):
            if make.chance(0.15):
                operations.append((name, 0, None, make.pick([30, 90])))
        if resource.is_promotable and make.chance(0.2):
            operations.append((make.pick(["promote", "demote"]), 0, None, 45))
        if not resource.operations:
            self.operations_make(resource, operations)
        if self.has("strategy") and make.chance(0.8):
            make.pairs(resource.element, "utilization",
                       {name: make.pick([1, 1, 2, 3]) for name in
                        make.pick([["cpu"], ["cpu", "memory"]])})

    def operations_make(self, resource, operations):
        make = self.maker
        if not operations:
            return
        block = ET.SubElement(resource.element, "operations")
        for name, interval_s, role, timeout_s in operations:
            element = ET.SubElement(block, "op", id=make.id("op"), name=name,
                                    interval=f"{interval_s}s")
            if role:
                element.set("role", role)
            if timeout_s:
                element.set("timeout", f"{timeout_s}s")
            if self.has("on-fail") and make.chance(0.5):
                choices = ["ignore", "block", "stop", "restart", "standby",
                           "fence"]
                if resource.is_promotable and role == "Promoted":
                    choices += ["demote"] * 3
                element.set("on-fail", make.pick(choices))
            if make.chance(0.03):
                element.set("enabled", "false")
            resource.operations.append((name, interval_s, role, timeout_s))

    def meta_make(self):
        make = self.maker
        values = {}

        def maybe(feature, name, choices, probability=0.4):
            if self.has(feature) and make.chance(probability):
                values[name] = make.pick(choices)

        maybe("stickiness", "resource-stickiness", [1, 50, 100, 1000,
                                                    "INFINITY", -10])
        maybe("priority", "priority", [1, 5, 10, -5])
        maybe("threshold", "migration-threshold", [1, 2, 3, "INFINITY"], 0.6)
        maybe("failure-timeout", "failure-timeout", ["30s", "10min", "2h"],
              0.6)
        maybe("managed", "is-managed", ["false"])
        maybe("managed", "maintenance", ["true"], 0.1)
        maybe("target-role", "target-role", ["Stopped", "Started",
                                             "Unpromoted", "Promoted"])
        maybe("multiple-active", "multiple-active",
              ["stop_start", "stop_only", "block", "stop_unexpected"], 0.7)
        maybe("requires", "requires", ["nothing", "quorum", "fencing"], 0.6)
        maybe("critical", "critical", ["false"])
        return values

    def group_make(self, parent, name, owner=None, is_promotable=False):
        make = self.maker
        element = ET.SubElement(parent, "group", id=name)
        group = Resource("group", name, element, owner)
        if make.chance(0.5):
            group.meta = self.meta_make()
            make.pairs(element, "meta_attributes", group.meta)
        for number in range(make.pick([1, 2, 2, 3, 3, 4])):
            group.members.append(self.primitive_make(
                element, f"{name}m{number}", group, is_promotable))
        return group

    def clone_make(self, number, is_promotable):
        make = self.maker
        name = f"c{number}"
        element = ET.SubElement(self.sections["resources"], "clone", id=name)
        clone = Resource("clone", name, element)
        clone.is_promotable = is_promotable
        clone.copies = len(self.nodes)
        values = self.meta_make() if make.chance(0.5) else {}
        if is_promotable:
            values["promotable"] = "true"
            if make.chance(0.3):
                values["promoted-max"] = make.pick([1, 2, 3])
            if make.chance(0.1):
                values["promoted-node-max"] = make.pick([1, 2])
        if make.chance(0.35):
            clone.copies = make.between(1, len(self.nodes) + 1)
            values["clone-max"] = clone.copies
        if self.has("unique") and make.chance(0.4):
            clone.is_unique = True
            values["globally-unique"] = "true"
            if make.chance(0.6):
                clone.copies_per_node = make.pick([2, 3])
                values["clone-node-max"] = clone.copies_per_node
        for feature, chance in (("interleave", 0.4), ("ordered", 0.15)):
            if make.chance(chance):
                values[feature] = "true"
        if make.chance(0.1):
            values["clone-min"] = make.pick([1, 2])
        if self.has("notify") and make.chance(0.7):
            values["notify"] = "true"
        clone.meta = values
        if self.has("groups") and make.chance(0.3):
            member = self.group_make(element, f"g{number}", clone,
                                     is_promotable)
        else:
            member = self.primitive_make(element, f"p{number}", clone,
                                         is_promotable)
        clone.members.append(member)
        make.pairs(element, "meta_attributes", values)
        return clone

    # Constraints

    def tags_make(self, configuration):
        make = self.maker
        ordinary = [one.id for one in self.ordinary()]
        if not self.has("tags") or len(ordinary) < 2:
            return
        block = ET.SubElement(ET.SubElement(configuration, "tags"), "tag",
                              id="tag")
        for name in make.some(ordinary, 2, 3):
            ET.SubElement(block, "obj_ref", id=name)
        self.tags.append("tag")

    def ordinary(self):
        return [one for one in self.resources if not one.is_fencing]

    def names(self, allows_device=False):
        """What a constraint may name, most often whole resources. What is in
        a clone has no name of its own: whether Pacemaker finds it depends on
        the history."""
        names = [one.id for one in
                 (self.resources if allows_device else self.ordinary())]
        if self.has("member-constraints"):
            names += [inner.id for one in self.ordinary()
                      if one.kind == "group" for inner in one.members]
        return names

    def is_promotable(self, name):
        return any(one.id == name and one.is_promotable
                   for one in self.resources)

    def role_for(self, name):
        make = self.maker
        if self.is_promotable(name):
            return make.pick(["Promoted", "Promoted", "Unpromoted",
                              "Started"])
        return "Started"

    def constraints_make(self):
        make = self.maker
        parts = [("locations", self.location_make, 4),
                 ("colocations", self.colocation_make, 4),
                 ("orders", self.order_make, 4),
                 ("tickets", self.ticket_make, 2)]
        for feature, function, most in parts:
            if self.has(feature):
                for _ in range(make.between(1, most)):
                    function()
        if self.has("asymmetric"):
            for name in [one.id for one in self.resources]:
                for node in self.nodes:
                    if make.chance(0.6):
                        ET.SubElement(
                            self.sections["constraints"], "rsc_location",
                            id=make.id("loc"), rsc=name, node=node["name"],
                            score=make.pick(["0", "100", "INFINITY"]))

    def location_make(self):
        make = self.maker
        element = ET.SubElement(self.sections["constraints"], "rsc_location",
                                id=make.id("loc"))
        name = make.pick(self.names(True))
        if self.has("sets") and make.chance(0.3):
            self.set_make(element, self.names(), 1, 3)
        elif self.tags and make.chance(0.3):
            element.set("rsc", "tag")
        elif make.chance(0.08):
            element.set("rsc-pattern", make.pick(["p[0-9]", "^g.*", "!^p",
                                                  "1$"]))
        else:
            element.set("rsc", name)
            if self.is_promotable(name) and make.chance(0.4):
                element.set("role", self.role_for(name))
        if self.has("discovery") and make.chance(0.5):
            element.set("resource-discovery", make.pick(
                ["always", "never", "exclusive"]))
        if self.has("rules") and make.chance(0.6):
            self.rule_make(element, name, True)
        else:
            element.set("node", make.pick(self.nodes)["name"])
            element.set("score", make.score())

    def rule_make(self, parent, name=None, is_location=False):
        make = self.maker
        rule = ET.SubElement(parent, "rule", id=make.id("rule"))
        if is_location:
            if self.has("attributes") and make.chance(0.15):
                rule.set("score-attribute", "speed")
            else:
                rule.set("score", make.score())
            if name and self.is_promotable(name) and make.chance(0.4) and \
                    "role" not in parent.attrib:
                rule.set("role", self.role_for(name))
        if make.chance(0.4):
            rule.set("boolean-op", make.pick(["and", "or"]))
        for _ in range(make.pick([1, 1, 1, 2, 2, 3])):
            if (self.has("dates") and make.chance(0.5)) or not is_location:
                self.date_make(rule)
            else:
                self.expression_make(rule)

    def expression_make(self, rule):
        make = self.maker
        element = ET.SubElement(rule, "expression", id=make.id("expr"))
        attribute, kind, values = make.pick([
            ("#uname", None, [node["name"] for node in self.nodes]),
            ("site", "string", ["east", "west", "north"]),
            ("speed", make.pick(["integer", "number", None]),
             ["1", "5", "50"]),
            ("version", "version", ["1.2", "1.9", "1.10"]),
            ("load", "number", ["1", "3"])])
        element.set("attribute", attribute)
        operation = make.pick(["eq", "ne", "lt", "gt", "lte", "gte",
                               "defined", "not_defined"])
        element.set("operation", operation)
        if not operation.endswith("defined"):
            element.set("value", make.pick(values))
            if kind:
                element.set("type", kind)

    def date_make(self, rule):
        make = self.maker
        element = ET.SubElement(rule, "date_expression", id=make.id("date"))
        kind = make.pick(["lt", "gt", "in_range", "date_spec", "duration"])
        # The fixed time is 2023-11-14 22:13:20 UTC, a Tuesday.
        dates = ["2023-11-01 00:00:00Z", "2023-11-14 22:13:20Z",
                 "2023-11-15 00:00:00Z", "2024-01-01 00:00:00Z"]
        if kind == "lt":
            element.set("operation", "lt")
            element.set("end", make.pick(dates))
        elif kind == "gt":
            element.set("operation", "gt")
            element.set("start", make.pick(dates))
        elif kind == "in_range":
            element.set("operation", "in_range")
            first = make.below(3)
            element.set("start", dates[first])
            element.set("end", dates[first + 1])
        elif kind == "duration":
            element.set("operation", "in_range")
            element.set("start", make.pick(dates[:2]))
            ET.SubElement(element, "duration", {
                "id": make.id("duration"),
                make.pick(["hours", "days", "months"]): make.pick(
                    ["1", "14"])})
        else:
            element.set("operation", "date_spec")
            name, values = make.pick([
                ("hours", ["9-16", "22", "18-23"]),
                ("weekdays", ["1-5", "2", "6-7"]),
                ("months", ["11", "1-6"]), ("years", ["2023", "2024-2030"])])
            ET.SubElement(element, "date_spec",
                          {"id": make.id("spec"), name: make.pick(values)})

    def set_make(self, parent, names, least=2, most=4):
        make = self.maker
        element = ET.SubElement(parent, "resource_set", id=make.id("rs"))
        members = make.some(names, least, most)
        for name in members:
            ET.SubElement(element, "resource_ref", id=name)
        return element, members

    def colocation_make(self):
        make = self.maker
        names = self.names(make.chance(0.1))
        element = ET.Element("rsc_colocation", id=make.id("col"))
        if len(names) < 2:
            return
        element.set("score", make.score())
        if self.has("sets") and make.chance(0.3):
            if make.chance(0.8):
                element.set("score", "INFINITY")
            for _ in range(make.pick([1, 1, 2])):
                block, members = self.set_make(element, names)
                self.colocated += [(b, a, element.get("score")) for a, b
                                   in zip(members, members[1:])]
                names = [one for one in names if one not in members]
                if make.chance(0.3):
                    block.set("sequential", "false")
                if all(self.is_promotable(one) for one in members):
                    block.set("role", self.role_for(members[0]))
                if len(names) < 2:
                    break
        else:
            if self.tags and make.chance(0.15):
                names = names + ["tag"]
            if self.templates and make.chance(0.1):
                names = names + ["tpl"]
            first, second = make.some(names, 2, 2)
            if make.chance(0.95):
                # No loops: what is listed first is the primary.
                tops = [one.id for one in self.resources]
                if {self.top_of(first), self.top_of(second)} <= set(tops) and \
                        tops.index(self.top_of(first)) < \
                        tops.index(self.top_of(second)):
                    first, second = second, first
                if self.is_tangled(first, second, element.get("score")):
                    return
            element.set("rsc", first)
            element.set("with-rsc", second)
            self.colocated.append((first, second, element.get("score")))
            for name, role in ((first, "rsc-role"), (second, "with-rsc-role")):
                if self.is_promotable(name) and make.chance(0.6):
                    element.set(role, self.role_for(name))
            if self.has("colocation-extras") and make.chance(0.4):
                element.set("node-attribute", "site")
        if self.has("colocation-extras") and make.chance(0.3):
            element.set("influence", "false")
        self.sections["constraints"].append(element)

    def is_tangled(self, first, second, score):
        """Chains with a weak link or through a group: versions of Pacemaker
        weigh them differently, and few people have them."""
        first, second = self.top_of(first), self.top_of(second)
        is_weak = score.strip("-") != "INFINITY"
        groups = [one.id for one in self.resources if one.kind == "group"]
        if is_weak and first in groups:
            return True
        for dependent, primary, other in self.colocated:
            if {self.top_of(dependent), self.top_of(primary)} == \
                    {first, second}:
                return True
            if self.top_of(dependent) == second and \
                    (second in groups or other.strip("-") != "INFINITY"):
                return True
            if self.top_of(primary) == first and (first in groups or is_weak):
                return True
        return False

    def top_of(self, name):
        for one in self.resources:
            if any(inner.id == name for inner in [one, *one.primitives()]):
                return one.id
        return name

    def order_make(self):
        make = self.maker
        names = self.names()
        element = ET.Element("rsc_order", id=make.id("ord"))
        if len(names) < 2:
            return
        if make.chance(0.5):
            element.set("kind", make.pick(["Optional", "Mandatory",
                                           "Serialize"]))
        if self.has("sets") and make.chance(0.4):
            for _ in range(make.pick([1, 1, 2, 2, 3])):
                block, members = self.set_make(element, names)
                names = [one for one in names if one not in members]
                if make.chance(0.4):
                    block.set("sequential", "false")
                    if make.chance(0.5):
                        block.set("require-all", "false")
                if all(self.is_promotable(one) for one in members) and \
                        make.chance(0.5):
                    block.set("action", make.pick(["promote", "demote"]))
                if len(names) < 2:
                    break
        else:
            first, second = make.some(names, 2, 2)
            element.set("first", first)
            element.set("then", second)
            for name, action in ((first, "first-action"),
                                 (second, "then-action")):
                if self.is_promotable(name) and make.chance(0.6):
                    element.set(action, make.pick(["promote", "promote",
                                                   "start", "demote"]))
                elif self.has("order-extras") and make.chance(0.25):
                    element.set(action, make.pick(["start", "stop"]))
            if self.has("order-extras") and make.chance(0.3):
                element.set("require-all", "false")
        if self.has("order-extras") and make.chance(0.3):
            element.set("symmetrical", "false")
        self.sections["constraints"].append(element)

    def ticket_make(self):
        make = self.maker
        ticket = make.pick(["ticketA", "ticketB"])
        element = ET.SubElement(self.sections["constraints"], "rsc_ticket",
                                id=make.id("tic"), ticket=ticket)
        if ticket not in self.tickets:
            self.tickets.append(ticket)
        element.set("loss-policy",
                    make.pick(["stop", "demote", "fence", "freeze"]))
        if self.has("sets") and make.chance(0.3):
            self.set_make(element, self.names(), 1, 3)
            return
        name = make.pick(self.names())
        element.set("rsc", name)
        if self.is_promotable(name) and make.chance(0.6):
            element.set("rsc-role", self.role_for(name))

    def defaults_make(self, configuration):
        make = self.maker
        if self.has("defaults"):
            values = self.meta_make()
            values["resource-stickiness"] = make.pick([0, 1, 100])
            block = make.pairs(ET.SubElement(configuration, "rsc_defaults"),
                               "meta_attributes", values)
            if self.has("dates") and make.chance(0.5):
                rule = ET.Element("rule", id=make.id("rule"))
                self.date_make(rule)
                block.insert(0, rule)
            elif make.chance(0.2):
                rule = ET.Element("rule", id=make.id("rule"))
                ET.SubElement(rule, "rsc_expression",
                              {"id": make.id("expr"), "class": "ocf",
                               "provider": "pacemaker", "type": "Dummy"})
                block.insert(0, rule)
        if self.has("op-defaults"):
            values = {"timeout": "40s"}
            if make.chance(0.5):
                values["on-fail"] = make.pick(["ignore", "block", "stop",
                                               "restart", "fence"])
            block = make.pairs(ET.SubElement(configuration, "op_defaults"),
                               "meta_attributes", values)
            self.op_defaults = {"timeout_s": 40, "for": None}
            if make.chance(0.4):
                self.op_defaults["for"] = make.pick(["monitor", "start"])
                rule = ET.Element("rule", id=make.id("rule"))
                ET.SubElement(rule, "op_expression",
                              {"id": make.id("expr"),
                               "name": self.op_defaults["for"]})
                block.insert(0, rule)


def generate(seed):
    """The CIB of a seed, as an element. Every third has more in it than the
    features make, by lots of its own."""
    cib = Cluster(seed).cib
    at = Draft(cib, lots.Lots(f"more {seed}"), "more")
    if at.lots.chance(MORE):
        for kind in at.lots.some(ADDITIONS, 1, 2):
            at.lots.pick(kind)(at)
        if at.lots.chance(OLD_WORDS):
            more_fencing.old_words_change(at)
    if seed >= WORDS_SEED_MIN and at.lots.chance(WORDS):
        for add in at.lots.some(more_words.ADDITIONS, 1, 3):
            add(at)
    return cib


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    cib = generate(int(sys.argv[1]))
    ET.indent(cib)
    print(ET.tostring(cib, encoding="unicode"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
