# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a CIB smaller while something stays true of it, by leaving out one
thing at a time: a resource with all that names it, a constraint, a node, an
entry of the history, an attribute."""

import copy

REMOVABLE = {
    "node", "node_state", "primitive", "group", "clone", "template", "tag",
    "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket",
    "resource_set", "resource_ref", "rule", "expression", "date_expression",
    "nvpair", "instance_attributes", "meta_attributes", "utilization",
    "operations", "op", "lrm_resource", "lrm_rsc_op", "ticket_state", "lrm",
    "transient_attributes", "rsc_defaults", "op_defaults",
    "cluster_property_set"}
OPTIONAL = {
    "rsc_colocation": ["influence", "node-attribute", "rsc-role",
                       "with-rsc-role"],
    "rsc_order": ["kind", "symmetrical", "first-action", "then-action",
                  "require-all"],
    "rsc_ticket": ["rsc-role"],
    "rsc_location": ["role", "resource-discovery"],
    "resource_set": ["sequential", "require-all", "role", "action"],
    "rule": ["boolean-op", "role"],
    "op": ["on-fail", "timeout", "role", "enabled"],
}


def shrink(cib, holds, steps_max=1500):
    """The smallest CIB found of which 'holds' is true, as it is of 'cib'."""
    steps = 0
    progress = True
    while progress:
        progress = False
        at = 0
        while True:
            left = list(candidates(cib))
            if at >= len(left) or steps >= steps_max:
                break
            steps += 1
            smaller = left[at](copy.deepcopy(cib))
            if smaller is not None and holds(smaller):
                cib = smaller
                progress = True
            else:
                at += 1
    return cib


def candidates(cib):
    """Functions that take something out of a copy of 'cib', the largest
    things first."""
    elements = list(cib.iter())
    sizes = [(-sum(1 for _ in one.iter()), number)
             for number, one in enumerate(elements) if one.tag in REMOVABLE]
    for _, number in sorted(sizes):
        yield lambda tree, at=number: without(tree, at)
    for number, one in enumerate(elements):
        if one.tag in ("clone", "group"):
            yield lambda tree, at=number: unwrapped(tree, at)
        for name in OPTIONAL.get(one.tag, ()):
            if name in one.attrib:
                yield lambda tree, at=number, what=name: \
                    without_attribute(tree, at, what)


def without(tree, number):
    victim = list(tree.iter())[number]
    names = {one.get("id") for one in victim.iter()
             if one.tag in ("primitive", "group", "clone", "template",
                            "node")} | \
            ({victim.get("uname")} if victim.tag == "node" else set())
    remove(tree, victim)
    if victim.tag == "node_state" and victim.get("id") == tree.get("dc-uuid"):
        return None
    if names:
        names_remove(tree, names)
    return tree


def remove(tree, victim):
    for parent in tree.iter():
        if victim in list(parent):
            parent.remove(victim)
            return


def names_remove(tree, names):
    """Takes out what cannot stand without what had these names."""
    for parent in list(tree.iter()):
        for child in list(parent):
            values = [child.get(word) for word in
                      ("rsc", "with-rsc", "first", "then", "node",
                       "template", "uname")]
            if child.tag in ("resource_ref", "obj_ref"):
                values.append(child.get("id"))
            if child.tag == "lrm_resource":
                values.append(child.get("id").split(":")[0])
            if names & set(values):
                parent.remove(child)
    for tag in ("resource_set", "tag"):
        for child in [one for one in tree.iter(tag) if len(one) == 0]:
            remove(tree, child)
    for tag in ("tags", "rsc_colocation", "rsc_order"):
        for child in [one for one in tree.iter(tag) if len(one) == 0 and
                      not {"rsc", "first"} & set(one.attrib)]:
            remove(tree, child)


def unwrapped(tree, number):
    """A clone or group gives way to what is in it."""
    victim = list(tree.iter())[number]
    for parent in tree.iter():
        if victim in list(parent):
            at = list(parent).index(victim)
            inner = [one for one in victim
                     if one.tag in ("primitive", "group")]
            parent.remove(victim)
            for one in reversed(inner):
                parent.insert(at, one)
            names_remove(tree, {victim.get("id")})
            return tree
    return None


def without_attribute(tree, number, name):
    del list(tree.iter())[number].attrib[name]
    return tree
