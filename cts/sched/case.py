# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster that two planners place differently: what can be asked of it, and
how a cluster is made of it that differs in one thing only."""

import collections
import copy
import re

import decisions

CLONES = ("clone", "master")

# A cluster from which a cause of the difference was taken. 'is_said': nothing
# was taken away, it only says outright what Muster makes of the cause, so that
# what Muster does must stay the same.
Trial = collections.namedtuple("Trial", "cib is_said")

# 'dependent' and 'primary' are what stands outermost: a group, a clone.
Link = collections.namedtuple("Link", "constraint dependent primary score")


class Case:
    def __init__(self, cib, pacemaker, muster):
        self.cib = cib
        self.pacemaker = pacemaker
        self.muster = muster
        theirs, ours = decisions.outcomes(pacemaker, muster)
        self.missing = set(theirs - ours)  # Placements, (resource, node, role)
        self.added = set(ours - theirs)
        self.tops = {}   # What is in a group or clone: its id.
        self.groups = set()
        for top in cib.find("configuration/resources"):
            for one in top.iter():
                if one.tag in ("primitive", "group", *CLONES):
                    self.tops[one.get("id")] = top.get("id")
                if one.tag == "group":
                    self.groups.add(top.get("id"))
        self.differing = {self.top_of(name)
                          for name, _, _ in self.missing | self.added}

    # Questions

    def top_of(self, name):
        name = without_number(name or "")
        return self.tops.get(name, name)

    def option(self, name):
        for pair in self.cib.iterfind("configuration/crm_config//nvpair"):
            if pair.get("name") == name:
                return pair.get("value")
        return None

    def clones(self):
        """Each with its own meta attributes."""
        return [(one, meta_of(one)) for one in self.cib.iter()
                if one.tag in CLONES]

    def later_members(self):
        """What is in a group and does not come first: the group's element."""
        return {one.get("id"): group for group in self.cib.iter("group")
                for one in group.findall("primitive")[1:]}

    def constraints(self, tag):
        return list(self.cib.iterfind(f"configuration/constraints/{tag}"))

    def links(self):
        """All colocations, tags, templates and sets taken apart."""
        members = {tag.get("id"): [one.get("id") for one in tag]
                   for tag in self.cib.iterfind("configuration/tags/tag")}
        for primitive in self.cib.iter("primitive"):
            if primitive.get("template"):
                members.setdefault(primitive.get("template"), []).append(
                    primitive.get("id"))
        found = []
        for one in self.constraints("rsc_colocation"):
            blocks = [[ref.get("id") for ref in block] for block in one]
            pairs = [(a, b) for block, names in zip(one, blocks)
                     if block.get("sequential") != "false"
                     for b, a in zip(names, names[1:])]
            pairs += [(a, b) for first, second in zip(blocks, blocks[1:])
                      for a in first for b in second]
            if one.get("rsc"):
                pairs += [(a, b)
                          for a in members.get(one.get("rsc"),
                                               [one.get("rsc")])
                          for b in members.get(one.get("with-rsc"),
                                               [one.get("with-rsc")])]
            found += [Link(one, self.top_of(a), self.top_of(b),
                           one.get("score") or "0") for a, b in pairs]
        return found

    def stopped(self):
        """What is inactive at the beginning, or an instance of it is."""
        return {without_number(one["rsc"])
                for one in self.muster.json["before"]["resources"]
                if one["role"] == "Stopped"}

    def pending(self):
        """The states of nodes that are joining."""
        return [state for state in self.cib.iter("node_state")
                if "pending" in self.muster.nodes.get(state.get("uname"), ())]

    def history(self, names, where=None):
        """What is known of these resources, on all nodes or in 'where'."""
        root = self.cib if where is None else where
        return [one for one in root.iter("lrm_resource")
                if without_number(one.get("id")) in names]

    # Trials

    def edited(self, change, *elements, is_said=False):
        """A copy in which 'change' was called with the twins of 'elements'."""
        cib = copy.deepcopy(self.cib)
        twins = dict(zip(self.cib.iter(), cib.iter()))
        change(*[twins[one] for one in elements])
        return Trial(cib, is_said)

    def edited_each(self, change, *elements, is_said=False):
        """Likewise, called once for each of them."""
        def change_all(*twins):
            for one in twins:
                change(one)
        return self.edited(change_all, *elements, is_said=is_said)

    def without(self, *elements, is_said=False):
        def remove(root, *gone):
            for parent in list(root.iter()):
                for child in [one for one in parent if one in gone]:
                    parent.remove(child)
        return self.edited(remove, self.cib, *elements, is_said=is_said)

    def without_resources(self, resources):
        """Without these, their history and what names them."""
        names = {one.get("id") for one in resources}
        return self.without(*resources, *self.history(names), *[
            one for one in self.cib.find("configuration").iter()
            if (one.tag in ("resource_ref", "obj_ref") and
                one.get("id") in names) or
            names & {one.get(word) for word in
                     ("rsc", "with-rsc", "first", "then")}])


def without_number(name):
    """What an instance of a clone is one of."""
    return re.sub(":[0-9]+$", "", name)


def meta_of(resource):
    return {pair.get("name"): pair.get("value")
            for pair in resource.iterfind("meta_attributes/nvpair")}


def meta_setter(name, value):
    """A change that sets a meta attribute of a resource."""
    def change(resource):
        for pair in resource.iterfind("meta_attributes/nvpair"):
            if pair.get("name") == name:
                pair.set("value", value)
                return
        block = resource.find("meta_attributes")
        if block is None:
            block = resource.makeelement(
                "meta_attributes", {"id": f"said-{resource.get('id')}"})
            resource.insert(0, block)
        block.append(block.makeelement(
            "nvpair", {"id": f"said-{resource.get('id')}-{name}",
                       "name": name, "value": value}))
    return change


def setter(**attributes):
    """A change that sets attributes of an element."""
    return lambda element: element.attrib.update(attributes)


def is_weak(score):
    return (score or "0").strip("+-") != "INFINITY"


def is_negative(score):
    return (score or "0").startswith("-")
