#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a CIB of one shape and any size to standard output: the size is the
count of what the shape has many of. Where make_cib.py writes clusters as
people have them, these are the extremes: ten thousand of one thing.

usage: make_shape.py SHAPE SIZE     (or --list)"""

import hashlib
import math
import sys

NODES = 8
TRACE = "1:1:0:11111111-2222-3333-4444-555555555555"
DUMMY = 'class="ocf" provider="pacemaker" type="Dummy"'


class Cluster:
    """What a shape puts together."""

    def __init__(self):
        self.nodes = [f"node{i + 1}" for i in range(NODES)]
        self.options = {"stonith-enabled": "false"}
        self.node_inner = {}   # Node: what is inside its element.
        self.resources = []
        self.constraints = []
        self.topology = []
        self.tags = []
        self.state_inner = {}  # Node: what is inside its state, beside the lrm.
        self.history = {}      # Node: the resources' histories.

    def primitive(self, name, inner="", kind=DUMMY):
        text = f'<primitive id="{name}" {kind}>{inner}</primitive>'
        self.resources.append(text)
        return name

    def primitives(self, count, inner=""):
        return [self.primitive(f"r{i}", inner.replace("@", f"r{i}"))
                for i in range(count)]

    def colocate(self, one, other, more=""):
        self.constraints.append(
            f'<rsc_colocation id="c{len(self.constraints)}" rsc="{one}" '
            f'with-rsc="{other}" score="INFINITY"{more}/>')

    def order(self, first, then, more=""):
        self.constraints.append(
            f'<rsc_order id="c{len(self.constraints)}" first="{first}" '
            f'then="{then}"{more}/>')

    def sets(self, kind, more, *sets):
        """Each set: its attributes and its resources."""
        name = f"c{len(self.constraints)}"
        inner = "".join(
            f'<resource_set id="{name}-{i}"{words}>' +
            "".join(f'<resource_ref id="{one}"/>' for one in names) +
            "</resource_set>" for i, (words, names) in enumerate(sets))
        self.constraints.append(f'<{kind} id="{name}"{more}>{inner}</{kind}>')

    def ran(self, name, node, operations, kind=DUMMY):
        """Operations: task, interval in ms, result, more attributes."""
        inner = "".join(
            f'<lrm_rsc_op id="{name}_{node}_{i}" '
            f'operation_key="{name}_{task}_{interval}" operation="{task}" '
            f'interval="{interval}" call-id="{i + 1}" rc-code="{result}" '
            f'op-status="{4 if result not in (0, 7, 8) else 0}" '
            f'transition-key="{TRACE}" on_node="{node}" '
            f'op-digest="{digest(interval)}"{more}/>'
            for i, (task, interval, result, more) in enumerate(operations))
        self.history.setdefault(node, []).append(
            f'<lrm_resource id="{name}" {kind}>{inner}</lrm_resource>')

    def print(self):
        options = "".join(f'<nvpair id="o-{name}" name="{name}" '
                          f'value="{value}"/>'
                          for name, value in self.options.items())
        parts = ['<cib admin_epoch="0" epoch="1" num_updates="0" '
                 'have-quorum="1" dc-uuid="1" crm_feature_set="3.16.1" '
                 'validate-with="pacemaker-3.9" execution-date="1600000000">'
                 '<configuration><crm_config><cluster_property_set id="o">'
                 f'{options}</cluster_property_set></crm_config><nodes>']
        for number, node in enumerate(self.nodes, 1):
            parts.append(f'<node id="{number}" uname="{node}">'
                         f'{self.node_inner.get(node, "")}</node>')
        parts += ["</nodes><resources>", *self.resources,
                  "</resources><constraints>", *self.constraints,
                  "</constraints>"]
        if self.topology:
            parts += ["<fencing-topology>", *self.topology,
                      "</fencing-topology>"]
        if self.tags:
            parts += ["<tags>", *self.tags, "</tags>"]
        parts.append("</configuration><status>")
        for number, node in enumerate(self.nodes, 1):
            parts += [f'<node_state id="{number}" uname="{node}" '
                      'in_ccm="true" crmd="online" join="member" '
                      f'expected="member">{self.state_inner.get(node, "")}'
                      f'<lrm id="{number}"><lrm_resources>',
                      *self.history.get(node, []),
                      "</lrm_resources></lrm></node_state>"]
        parts.append("</status></cib>\n")
        sys.stdout.write("\n".join(parts))


def digest(interval):
    """Of an operation without parameters, with the usual timeout."""
    timeout = ' CRM_meta_timeout="20000"' if interval else ""
    return hashlib.md5(f" <parameters{timeout}/>\n".encode()).hexdigest()


def attributes(name, pairs):
    return f'<instance_attributes id="{name}">' + "".join(
        f'<nvpair id="{name}-{key}" name="{key}" value="{value}"/>'
        for key, value in pairs) + "</instance_attributes>"


def meta(name, **pairs):
    return f'<meta_attributes id="{name}-meta">' + "".join(
        f'<nvpair id="{name}-{key}" name="{key.replace("_", "-")}" '
        f'value="{value}"/>' for key, value in pairs.items()
    ) + "</meta_attributes>"


def member(name):
    return f'<primitive id="{name}" {DUMMY}/>'


def group_of(name, members):
    return (f'<group id="{name}">' + "".join(map(member, members)) +
            "</group>")


def run_all(cluster, names, operations=(("start", 0, 0, ""),)):
    """All run, one node after the other, and were looked for elsewhere."""
    for i, name in enumerate(names):
        for at, node in enumerate(cluster.nodes):
            cluster.ran(name, node, operations if i % NODES == at else
                        (("monitor", 0, 7, ""),))


def primitives(cluster, size):
    """stopped, nothing known of them"""
    cluster.primitives(size)


def standby(cluster, size):
    """primitives, of which an eighth must leave its node"""
    cluster.node_inner["node1"] = attributes("standby", [("standby", "on")])
    run_all(cluster, cluster.primitives(size))


def group(cluster, size):
    """members of one group"""
    cluster.resources.append(
        group_of("group", [f"r{i}" for i in range(size)]))


def group_moves(cluster, size):
    """members of one group that runs and must leave its node"""
    group(cluster, size)
    cluster.node_inner["node1"] = attributes("standby", [("standby", "on")])
    for i in range(size):
        for node in cluster.nodes:
            cluster.ran(f"r{i}", node, (("start", 0, 0, ""),)
                        if node == "node1" else (("monitor", 0, 7, ""),))


def groups(cluster, size):
    """groups of five"""
    for i in range(size):
        cluster.resources.append(
            group_of(f"group{i}", [f"r{i}-{k}" for k in range(5)]))


def colocation_chain(cluster, size):
    """each with the one before it"""
    names = cluster.primitives(size)
    for one, other in zip(names[1:], names):
        cluster.colocate(one, other)


def colocation_star(cluster, size):
    """all with the first"""
    names = cluster.primitives(size)
    for one in names[1:]:
        cluster.colocate(one, names[0])


def colocation_hub(cluster, size):
    """the first with all others, a little"""
    names = cluster.primitives(size)
    for other in names[1:]:
        cluster.constraints.append(
            f'<rsc_colocation id="c-{other}" rsc="{names[0]}" '
            f'with-rsc="{other}" score="10"/>')


def colocation_pairs(cluster, size):
    """two and two"""
    names = cluster.primitives(2 * size)
    for i in range(size):
        cluster.colocate(names[2 * i], names[2 * i + 1])


def colocation_set(cluster, size):
    """resources of one set"""
    cluster.sets("rsc_colocation", ' score="INFINITY"',
                 ("", cluster.primitives(size)))


def order_chain(cluster, size):
    """each after the one before it"""
    names = cluster.primitives(size)
    for first, then in zip(names, names[1:]):
        cluster.order(first, then)


def order_star(cluster, size):
    """all after the first"""
    names = cluster.primitives(size)
    for then in names[1:]:
        cluster.order(names[0], then)


def order_serial(cluster, size):
    """pairs of resources that start one at a time"""
    cluster.sets("rsc_order", ' kind="Serialize"',
                 ("", cluster.primitives(math.isqrt(2 * size))))


def order_set(cluster, size):
    """resources of one set, one after the other"""
    cluster.sets("rsc_order", "", ("", cluster.primitives(size)))


def order_sets(cluster, size):
    """pairs of resources of a set and of the set after it"""
    half = math.isqrt(size)
    names = cluster.primitives(2 * half)
    cluster.sets("rsc_order", "", (' sequential="false"', names[:half]),
                 (' sequential="false"', names[half:]))


def order_any(cluster, size):
    """pairs of resources, of which any of the first before the others"""
    half = math.isqrt(size)
    names = cluster.primitives(2 * half)
    cluster.sets("rsc_order", "",
                 (' sequential="false" require-all="false"', names[:half]),
                 (' sequential="false"', names[half:]))


def order_breaks(cluster, size):
    """each after the one before it; the first must leave its node"""
    names = cluster.primitives(size)
    for first, then in zip(names, names[1:]):
        cluster.order(first, then)
    cluster.node_inner["node1"] = attributes("standby", [("standby", "on")])
    run_all(cluster, names)


def locations(cluster, size):
    """locations, one for each resource"""
    for i, name in enumerate(cluster.primitives(size)):
        cluster.constraints.append(
            f'<rsc_location id="l{i}" rsc="{name}" '
            f'node="{cluster.nodes[i % NODES]}" score="100"/>')


def locations_of_one(cluster, size):
    """locations of the same resource"""
    cluster.primitives(1)
    for i in range(size):
        cluster.constraints.append(
            f'<rsc_location id="l{i}" rsc="r0" '
            f'node="{cluster.nodes[i % NODES]}" score="1"/>')


def rules(cluster, size):
    """locations with a rule each"""
    for i, name in enumerate(cluster.primitives(size)):
        cluster.constraints.append(
            f'<rsc_location id="l{i}" rsc="{name}"><rule id="l{i}-rule" '
            f'score="10"><expression id="l{i}-e" attribute="#uname" '
            f'operation="eq" value="{cluster.nodes[i % NODES]}"/></rule>'
            "</rsc_location>")


def expressions(cluster, size):
    """expressions in one rule"""
    cluster.primitives(1)
    cluster.constraints.append(
        '<rsc_location id="l" rsc="r0"><rule id="l-rule" score="10" '
        'boolean-op="or">' + "".join(
            f'<expression id="e{i}" attribute="a{i}" operation="eq" '
            f'value="{i}"/>' for i in range(size)) + "</rule></rsc_location>")


def tags(cluster, size):
    """resources of one tag that has an order"""
    names = cluster.primitives(size)
    cluster.primitive("first")
    cluster.tags.append('<tag id="all">' + "".join(
        f'<obj_ref id="{name}"/>' for name in names) + "</tag>")
    cluster.order("first", "all")


def templates(cluster, size):
    """templates, one for each resource"""
    for i in range(size):
        cluster.resources.append(
            f'<template id="t{i}" {DUMMY}>' +
            attributes(f"t{i}-a", [("state", i)]) + "</template>"
            f'<primitive id="r{i}" template="t{i}"/>')


def parameters(cluster, size):
    """parameters of one resource"""
    cluster.primitive("r0", attributes("a", [(f"p{i}", i)
                                             for i in range(size)]))


def parameter_sets(cluster, size):
    """sets of parameters of one resource"""
    cluster.primitive("r0", "".join(
        attributes(f"a{i}", [(f"p{i}", i)]) for i in range(size)))


def operations(cluster, size):
    """recurring operations of one resource"""
    cluster.primitive("r0", "<operations>" + "".join(
        f'<op id="m{i}" name="monitor" interval="{i + 1}s"/>'
        for i in range(size)) + "</operations>")


def clone(cluster, name, inner, **options):
    cluster.resources.append(
        f'<clone id="{name}">{meta(name, **options)}{inner}</clone>')
    return name


def clones(cluster, size):
    """clones, each interleaved after the one before it and with it"""
    names = [clone(cluster, f"clone{i}", member(f"r{i}"), interleave="true")
             for i in range(size)]
    for first, then in zip(names, names[1:]):
        cluster.order(first, then)
        cluster.colocate(then, first)


def clones_apart(cluster, size):
    """clones, each after the one before it, not interleaved"""
    names = [clone(cluster, f"clone{i}", member(f"r{i}"))
             for i in range(size)]
    for first, then in zip(names, names[1:]):
        cluster.order(first, then)


def clone_nodes(cluster, size):
    """instances and nodes, multiplied, of three interleaved clones"""
    cluster.nodes = [f"node{i + 1}" for i in range(math.isqrt(size // 3))]
    clones(cluster, 3)


def clone_unique(cluster, size):
    """instances of one unique clone"""
    clone(cluster, "clone", member("r"), globally_unique="true",
          clone_max=size, clone_node_max=size)


def clone_group(cluster, size):
    """members of a cloned group"""
    clone(cluster, "clone", group_of("group", [f"r{i}" for i in range(size)]))


def clone_group_moves(cluster, size):
    """members of a cloned group that runs; one node is left, one is new"""
    clone_group(cluster, size)
    cluster.node_inner["node1"] = attributes("standby", [("standby", "on")])
    for i in range(size):
        for node in cluster.nodes[:-1]:
            cluster.ran(f"r{i}", node, (("start", 0, 0, ""),))


def promotables(cluster, size):
    """promotable clones, that notify"""
    for i in range(size):
        clone(cluster, f"clone{i}", member(f"r{i}"), promotable="true",
              notify="true")


def notify_unique(cluster, size):
    """instances of a unique clone that notifies"""
    clone(cluster, "clone", member("r"), globally_unique="true", notify="true",
          clone_max=size, clone_node_max=size)


def utilization(cluster, size):
    """resources that weigh something"""
    cluster.options["placement-strategy"] = "balanced"
    for node in cluster.nodes:
        cluster.node_inner[node] = (
            f'<utilization id="{node}-u"><nvpair id="{node}-cpu" name="cpu" '
            f'value="{size}"/></utilization>')
    cluster.primitives(size, '<utilization id="@-u"><nvpair id="@-cpu" '
                             'name="cpu" value="2"/></utilization>')


def tickets(cluster, size):
    """resources with a ticket each"""
    for name in cluster.primitives(size):
        cluster.constraints.append(
            f'<rsc_ticket id="t-{name}" rsc="{name}" ticket="ticket-{name}" '
            'loss-policy="stop"/>')


def ticket(cluster, size):
    """resources with the same ticket"""
    for name in cluster.primitives(size):
        cluster.constraints.append(
            f'<rsc_ticket id="t-{name}" rsc="{name}" ticket="ticket" '
            'loss-policy="fence"/>')


def history(cluster, size):
    """results of one resource on each node"""
    cluster.primitive("r0")
    for node in cluster.nodes:
        cluster.ran("r0", node, [("monitor", 1000 * (i + 1), 0, "")
                                 for i in range(size)])


def orphans(cluster, size):
    """resources that run and are not configured any more"""
    run_all(cluster, [f"r{i}" for i in range(size)])


def failures(cluster, size):
    """resources whose monitor failed"""
    names = cluster.primitives(size, '<operations><op id="@-m" name="monitor" '
                                     'interval="10s"/></operations>')
    run_all(cluster, names,
            (("start", 0, 0, ""), ("monitor", 10000, 1, ' last-rc-change="1"')))
    for at, node in enumerate(cluster.nodes):
        cluster.state_inner[node] = (
            f'<transient_attributes id="{at + 1}">' +
            attributes(f"{node}-failures", [
                (f"fail-count-{name}#monitor_10000", 3)
                for i, name in enumerate(names) if i % NODES == at]) +
            "</transient_attributes>")


def node_attributes(cluster, size):
    """attributes of each node"""
    cluster.primitives(1)
    for node in cluster.nodes:
        cluster.node_inner[node] = attributes(
            f"{node}-a", [(f"a{i}", i) for i in range(size)])


def fencing(cluster, size):
    """fence devices, a level each"""
    cluster.options["stonith-enabled"] = "true"
    for i in range(size):
        cluster.primitive(f"power{i}", attributes(f"p{i}", [
            ("pcmk_host_list", " ".join(cluster.nodes))]),
            'class="stonith" type="fence_dummy"')
    for i in range(size):
        cluster.topology.append(
            f'<fencing-level id="f{i}" target="{cluster.nodes[i % NODES]}" '
            f'index="{1 + i // NODES % 9}" devices="power{i}"/>')


SHAPES = {
    made.__name__.replace("_", "-"): made for made in (
        primitives, standby, group, group_moves, groups, colocation_chain,
        colocation_star, colocation_hub, colocation_pairs, colocation_set,
        order_chain, order_star, order_serial, order_set, order_sets,
        order_any, order_breaks, locations, locations_of_one, rules,
        expressions, tags, templates, parameters, parameter_sets, operations,
        clones, clones_apart, clone_nodes, clone_unique, clone_group,
        clone_group_moves, promotables, notify_unique, utilization, tickets,
        ticket, history, orphans, failures, node_attributes, fencing)
}


def main():
    if sys.argv[1:] == ["--list"]:
        for name, made in SHAPES.items():
            print(f"{name:18s} {made.__doc__}")
        return
    if len(sys.argv) != 3 or sys.argv[1] not in SHAPES:
        sys.exit(__doc__)
    cluster = Cluster()
    SHAPES[sys.argv[1]](cluster, int(sys.argv[2]))
    cluster.print()


if __name__ == "__main__":
    main()
