#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a CIB of any size to standard output: primitives with parameters and
operations, a location and an order each, and a history on every node.

usage: make_cib.py PRIMITIVES NODES"""

import sys

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


def operation(name, task, interval, call, node, result):
    entry = f"{name}_monitor_{interval}" if interval else f"{name}_last_0"
    return (f'            <lrm_rsc_op id="{entry}" '
            f'operation_key="{name}_{task}_{interval}" operation="{task}" '
            f'crm-debug-origin="do_update_resource" crm_feature_set="3.16.1" '
            f'transition-key="{call}:1:{result}:{UUID}" '
            f'transition-magic="0:{result};{call}:1:{result}:{UUID}" '
            f'exit-reason="" on_node="{node}" call-id="{call}" '
            f'rc-code="{result}" op-status="0" interval="{interval}" '
            f'last-rc-change="1599990000" exec-time="20" queue-time="0" '
            f'op-digest="0123456789abcdef0123456789abcdef"/>')


def main():
    primitives_count, nodes_count = int(sys.argv[1]), int(sys.argv[2])
    names = [f"dummy-{i}" for i in range(primitives_count)]
    nodes = [f"node{i + 1}" for i in range(nodes_count)]
    out = print
    out('<cib admin_epoch="0" epoch="1" num_updates="0" have-quorum="1" '
        'dc-uuid="1" crm_feature_set="3.16.1" validate-with="pacemaker-3.9" '
        'execution-date="1600000000">\n  <configuration>\n    <crm_config>\n'
        '      <cluster_property_set id="cib-bootstrap-options">\n'
        '        <nvpair id="cib-bootstrap-options-stonith-enabled" '
        'name="stonith-enabled" value="false"/>\n'
        '      </cluster_property_set>\n    </crm_config>\n    <nodes>')
    for number, node in enumerate(nodes, 1):
        out(f'      <node id="{number}" uname="{node}"/>')
    out("    </nodes>\n    <resources>")
    for number, name in enumerate(names):
        out(primitive(name, number))
    out("    </resources>\n    <constraints>")
    for number, name in enumerate(names):
        out(f'      <rsc_location id="{name}-place" rsc="{name}" '
            f'node="{nodes[number % nodes_count]}" score="100"/>')
        if number % 10:
            out(f'      <rsc_order id="{name}-order" '
                f'first="{names[number - 1]}" then="{name}"/>')
    out("    </constraints>\n  </configuration>\n  <status>")
    for at, node in enumerate(nodes):
        out(f'    <node_state id="{at + 1}" uname="{node}" in_ccm="true" '
            f'crmd="online" join="member" expected="member">\n'
            f'      <lrm id="{at + 1}">\n        <lrm_resources>')
        for number, name in enumerate(names):
            is_active = number % nodes_count == at
            out(f'          <lrm_resource id="{name}" class="ocf" '
                f'provider="pacemaker" type="Dummy">')
            if is_active:
                out(operation(name, "start", 0, 3 * number + 1, node, 0))
                out(operation(name, "monitor", 10000, 3 * number + 2, node, 0))
            else:
                out(operation(name, "monitor", 0, 3 * number + 1, node, 7))
            out("          </lrm_resource>")
        out("        </lrm_resources>\n      </lrm>\n    </node_state>")
    out("  </status>\n</cib>")


if __name__ == "__main__":
    main()
