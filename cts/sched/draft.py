# SPDX-License-Identifier: GPL-2.0-or-later
"""A CIB that is being changed by lot, and what lies where in it."""

import xml.etree.ElementTree as ET

CLONES = ("clone", "master")
RESOURCES = ("primitive", "group", *CLONES)


def meta_get(resource, name, fallback=None):
    for pair in resource.iterfind("meta_attributes/nvpair"):
        if pair.get("name") == name:
            return pair.get("value")
    return fallback


class Draft:
    def __init__(self, cib, draws, word):
        self.cib = cib
        self.lots = draws
        self.word = word  # Ids of what is new begin with it.
        self.count = 0

    def id(self):
        self.count += 1
        return f"{self.word}-{self.count}"

    def section(self, name):
        return self.cib.find(f"configuration/{name}")

    def pick(self, elements):
        """One of them, or None where there are none."""
        elements = list(elements)
        return self.lots.pick(elements) if elements else None

    def resources(self):
        return [one for one in self.section("resources").iter()
                if one.tag in RESOURCES]

    def tops(self):
        return [one for one in self.section("resources")
                if one.tag in RESOURCES]

    def primitives(self):
        return list(self.section("resources").iter("primitive"))

    def inner(self):
        """Elements in clones. They have no names of their own: whether
        Pacemaker finds them depends on the history."""
        return {one for clone in self.tops() if clone.tag in CLONES
                for one in clone.iter()} - set(self.tops())

    def nodes(self):
        return self.section("nodes").findall("node")

    def state_of(self, node):
        for state in self.cib.iterfind("status/node_state"):
            if state.get("id") == node.get("id"):
                return state
        return None

    def transient_set(self, state, name, value):
        block = state.find("transient_attributes")
        if block is None:
            block = ET.SubElement(state, "transient_attributes",
                                  id=state.get("id"))
        return self.pair_set(block, "instance_attributes", name, value)

    def may_fence(self):
        return not any(pair.get("name") == "stonith-enabled" and
                       pair.get("value").lower() in ("false", "0", "off")
                       for pair in self.section("crm_config").iter("nvpair"))

    def pair_set(self, parent, tag, name, value):
        """Returns whether that changes anything."""
        for pair in parent.iterfind(f"{tag}/nvpair"):
            if pair.get("name") == name:
                is_news = pair.get("value") != value
                pair.set("value", value)
                return is_news
        block = next((one for one in parent.findall(tag)
                      if one.get("id-ref") is None), None)
        if block is None:
            block = self.block_add(parent, tag, {})
        ET.SubElement(block, "nvpair", id=self.id(), name=name, value=value)
        return True

    def block_add(self, parent, tag, values, **attributes):
        """One more set of pairs, in the place where the schema wants it."""
        block = ET.Element(tag, id=self.id(), **attributes)
        for name, value in values.items():
            ET.SubElement(block, "nvpair", id=self.id(), name=name,
                          value=str(value))
        parent.insert(len(parent.findall("template")), block)
        return block

    def now_s(self):
        return int(self.cib.get("execution-date", "0"))
