#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a CIB of any size to standard output: primitives with parameters and
operations, a location and an order each, and a history on every node, with the
digests that go with it: everything is as configured, so there is nothing to do.

usage: make_cib.py [--groups SIZE | --clones] [--lost COUNT] [--cold]
                   PRIMITIVES NODES"""

import argparse
import hashlib

UUID = "11111111-2222-3333-4444-555555555555"


def primitive(name, number):
    return f"""      <primitive id="{name}" class="ocf" provider="pacemaker" type="Dummy">
        <instance_attributes id="{name}-params">
          <nvpair id="{name}-state" name="state" value="/run/{name}"/>
          <nvpair id="{name}-fake" name="fake" value="value {number}"/>
        </instance_attributes>
        <meta_attributes id="{name}-meta">
          <nvpair id="{name}-priority" name="priority" value="{number % 5}"/>
        </meta_attributes>
        <operations>
          <op id="{name}-monitor-10s" name="monitor" interval="10s" timeout="20s"/>
          <op id="{name}-start-0" name="start" interval="0" timeout="30s"/>
        </operations>
      </primitive>"""


def digest(name, number, interval):
    """Of the parameters, as histories have it."""
    timeout = 'CRM_meta_timeout="20000" ' if interval else ""
    text = (f' <parameters {timeout}fake="value {number}" '
            f'state="/run/{name}"/>\n')
    return hashlib.md5(text.encode()).hexdigest()


def operation(number, task, interval, call, node, result):
    name = f"dummy-{number}"
    entry = f"{name}_monitor_{interval}" if interval else f"{name}_last_0"
    return (f'            <lrm_rsc_op id="{entry}" '
            f'operation_key="{name}_{task}_{interval}" operation="{task}" '
            f'crm-debug-origin="do_update_resource" crm_feature_set="3.16.1" '
            f'transition-key="{call}:1:{result}:{UUID}" '
            f'transition-magic="0:{result};{call}:1:{result}:{UUID}" '
            f'exit-reason="" on_node="{node}" call-id="{call}" '
            f'rc-code="{result}" op-status="0" interval="{interval}" '
            f'last-rc-change="1599990000" exec-time="20" queue-time="0" '
            f'op-digest="{digest(name, number, interval)}"/>')


def resources(count, size, is_cloned):
    """Returns the XML of all resources and the names of the outermost ones."""
    names = []
    parts = []
    for first in range(0, count, size):
        inner = "\n".join(primitive(f"dummy-{number}", number)
                          for number in range(first, min(first + size, count)))
        if is_cloned:
            names.append(f"clone-{first}")
            parts.append(f'      <clone id="{names[-1]}">\n{inner}\n'
                         "      </clone>")
        elif size > 1:
            names.append(f"group-{first // size}")
            parts.append(f'      <group id="{names[-1]}">\n{inner}\n'
                         "      </group>")
        else:
            names.append(f"dummy-{first}")
            parts.append(inner)
    return "\n".join(parts), names


def history(out, args, nodes, at):
    """The operations of one node."""
    node = nodes[at]
    for number in range(args.primitives):
        top = number // args.groups
        out(f'          <lrm_resource id="dummy-{number}" class="ocf" '
            f'provider="pacemaker" type="Dummy">')
        if args.clones or top % len(nodes) == at:
            out(operation(number, "start", 0, 3 * number + 1, node, 0))
            out(operation(number, "monitor", 10000, 3 * number + 2, node, 0))
        else:
            out(operation(number, "monitor", 0, 3 * number + 1, node, 7))
        out("          </lrm_resource>")
    if not args.lost:
        return
    result = 0 if at == 0 else 7
    out('          <lrm_resource id="power" class="stonith" '
        'type="fence_dummy">\n'
        f'            <lrm_rsc_op id="power_last_0" '
        f'operation="{"monitor" if result else "start"}" call-id="1" '
        f'rc-code="{result}" op-status="0" interval="0" '
        f'transition-key="1:1:{result}:{UUID}" on_node="{node}"/>\n'
        "          </lrm_resource>")


def parse():
    parser = argparse.ArgumentParser(
        usage="make_cib.py [options] PRIMITIVES NODES")
    parser.add_argument("primitives", type=int)
    parser.add_argument("nodes", type=int)
    parser.add_argument("--groups", type=int, default=1, metavar="SIZE",
                        help="put so many into a group each")
    parser.add_argument("--clones", action="store_true",
                        help="each runs on all nodes")
    parser.add_argument("--lost", type=int, default=0, metavar="COUNT",
                        help="so many nodes are lost and not yet fenced")
    parser.add_argument("--cold", action="store_true",
                        help="nothing was ever asked of any node")
    return parser.parse_args()


def main():
    args = parse()
    nodes = [f"node{i + 1}" for i in range(args.nodes)]
    xml, names = resources(args.primitives, args.groups, args.clones)
    out = print
    out('<cib admin_epoch="0" epoch="1" num_updates="0" have-quorum="1" '
        'dc-uuid="1" crm_feature_set="3.16.1" validate-with="pacemaker-3.9" '
        'execution-date="1600000000">\n  <configuration>\n    <crm_config>\n'
        '      <cluster_property_set id="cib-bootstrap-options">\n'
        '        <nvpair id="cib-bootstrap-options-stonith-enabled" '
        f'name="stonith-enabled" value="{"true" if args.lost else "false"}"/>\n'
        '      </cluster_property_set>\n    </crm_config>\n    <nodes>')
    for number, node in enumerate(nodes, 1):
        out(f'      <node id="{number}" uname="{node}"/>')
    out("    </nodes>\n    <resources>")
    out(xml)
    if args.lost:
        out('      <primitive id="power" class="stonith" type="fence_dummy"/>')
    out("    </resources>\n    <constraints>")
    for number, name in enumerate(names):
        if not args.clones:
            out(f'      <rsc_location id="{name}-place" rsc="{name}" '
                f'node="{nodes[number % args.nodes]}" score="100"/>')
        if number % 10:
            out(f'      <rsc_order id="{name}-order" '
                f'first="{names[number - 1]}" then="{name}"/>')
    out("    </constraints>\n  </configuration>\n  <status>")
    for at, node in enumerate(nodes):
        is_lost = at >= args.nodes - args.lost
        state = ('in_ccm="false" crmd="offline" join="down" '
                 if is_lost else
                 'in_ccm="true" crmd="online" join="member" ')
        out(f'    <node_state id="{at + 1}" uname="{node}" {state}'
            f'expected="member">\n'
            f'      <lrm id="{at + 1}">\n        <lrm_resources>')
        if not args.cold:
            history(out, args, nodes, at)
        out("        </lrm_resources>\n      </lrm>\n    </node_state>")
    out("  </status>\n</cib>")


if __name__ == "__main__":
    main()
