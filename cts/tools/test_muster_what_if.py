#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to the planner: why it is so, and what would happen if. On files,
without a cluster, with the program of the current build folder."""

import hashlib
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from on_file import OnFile, run_tests  # noqa: E402

CIB = """<cib validate-with="pacemaker-3.9" have-quorum="1"
 execution-date="1700000000">
  <configuration>
    <crm_config><cluster_property_set id="o">
      <nvpair id="o-f" name="stonith-enabled" value="true"/>
    </cluster_property_set></crm_config>
    <nodes>
      <node id="1" uname="n1"/><node id="2" uname="n2"/>
      <node id="3" uname="n3"/>
    </nodes>
    <resources>
      <primitive id="db" class="ocf" provider="heartbeat" type="Dummy">
        <meta_attributes id="db-m">
          <nvpair id="db-s" name="resource-stickiness" value="10"/>
        </meta_attributes>
        <operations><op id="db-mon" name="monitor" interval="10s"/></operations>
      </primitive>
      <primitive id="web" class="ocf" provider="heartbeat" type="Dummy">
        <operations>
          <op id="web-start" name="start" interval="0" timeout="30s"/>
          <op id="web-mon" name="monitor" interval="10s"/>
        </operations>
      </primitive>
      <primitive id="power" class="stonith" type="fence_dummy">
        <meta_attributes id="power-m">
          <nvpair id="power-s" name="resource-stickiness" value="1"/>
        </meta_attributes>
        <instance_attributes id="power-p">
          <nvpair id="power-h" name="pcmk_host_list" value="n1 n2 n3"/>
        </instance_attributes>
      </primitive>
    </resources>
    <constraints>
      <rsc_location id="db-on-n1" rsc="db" node="n1" score="100"/>
      <rsc_location id="ban-db-n3" rsc="db" node="n3" score="-INFINITY"/>
      <rsc_colocation id="web-with-db" rsc="web" with-rsc="db"
       score="INFINITY"/>
      <rsc_order id="db-then-web" first="db" then="web"/>
      <rsc_ticket id="web-t" rsc="web" ticket="gold" loss-policy="stop"/>
    </constraints>
  </configuration>
  <status>
    %s
    <tickets><ticket_state id="gold" granted="true"/></tickets>
  </status>
</cib>
"""


def digest(resource, interval):
    """Of the parameters of CIB: nothing was changed."""
    text = ' CRM_meta_timeout="20000"' if interval else ""
    if resource == "power":
        text += ' pcmk_host_list="n1 n2 n3"'
    return hashlib.md5(f" <parameters{text}/>\n".encode()).hexdigest()


def operation(resource, name, interval, code, call, expected):
    return (f'<lrm_rsc_op id="{resource}_{name}_{interval}" '
            f'operation="{name}" interval="{interval}" call-id="{call}" '
            f'rc-code="{code}" op-status="0" exec-time="2300" '
            f'op-digest="{digest(resource, interval)}" '
            f'transition-key="1:1:{expected}:x" last-rc-change="1699990000"/>')


def status():
    """All on n1, everything known, nothing to do."""
    nodes = []
    for number in (1, 2, 3):
        resources = []
        for resource in ("db", "web", "power"):
            fence = resource == "power"
            here = number == (2 if fence else 1)
            ops = operation(resource, "monitor", 0, 7, 1, 7)
            if here:
                ops = operation(resource, "start", 0, 0, 2, 0)
                if not fence:
                    ops += operation(resource, "monitor", 10000, 0, 3, 0)
            agent = ('class="stonith" type="fence_dummy"' if fence else
                     'class="ocf" provider="heartbeat" type="Dummy"')
            resources.append(f'<lrm_resource id="{resource}" {agent}>{ops}'
                             '</lrm_resource>')
        nodes.append(
            f'<node_state id="{number}" uname="n{number}" in_ccm="true" '
            'crmd="online" join="member" expected="member">'
            f'<lrm id="{number}"><lrm_resources>{"".join(resources)}'
            '</lrm_resources></lrm></node_state>')
    return "".join(nodes)


class WhatIfTest(OnFile):
    maxDiff = None
    start = CIB % status()

    def setUp(self):
        super().setUp()
        self.environment["COLUMNS"] = "200"

    def bad(self, *words, **options):
        done = self.refused(*words, **options)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_why_tells_what_decided_and_what_would_be_next(self):
        """One sentence answers why here, why not there, and what next."""
        text = " ".join(self.good("why", "db").split())
        self.assertIn(
            "db runs on n1 because location db-on-n1 prefers it (+100); not "
            "on n3: location ban-db-n3 forbids it; n2 would be next (score 0)",
            text)
        self.assertIn("its stickiness is 10", text)

    def test_why_as_json_has_every_node_with_its_reasons(self):
        """Programs get the same, with what lifts each obstacle."""
        answer = json.loads(self.good("--format", "json", "why", "db"))
        nodes = {one["node"]: one for one in answer[0]["nodes"]}
        self.assertEqual(nodes["n1"]["score"], 110)
        self.assertEqual([one["score"] for one in nodes["n1"]["reasons"]],
                         [100, 10])
        self.assertFalse(nodes["n3"]["possible"])
        self.assertEqual(nodes["n3"]["remedy"],
                         "muster configure delete ban-db-n3")

    def test_why_without_a_word_tells_of_everything(self):
        """Who does not know yet what to ask about asks about all; in every
        answer the reasons add up to the score."""
        answer = json.loads(self.good("--format", "json", "why"))
        self.assertLessEqual({"db", "web"},
                             {one["instance"] for one in answer})
        for one in answer:
            for node in one["nodes"]:
                added = sum(reason["score"] for reason in node["reasons"])
                self.assertEqual(max(added, -1000000), node["score"], node)
        self.assertIn("db runs on n1 because", self.good("why"))

    def test_why_of_an_action_goes_back_to_the_event(self):
        """A start elsewhere leads to the node that was lost."""
        self.write("cib.xml", self.start.replace(
            'uname="n1" in_ccm="true" crmd="online" join="member"',
            'uname="n1" in_ccm="false" crmd="offline" join="down"'))
        lines = self.good("why", "start", "web", "n2").splitlines()
        self.assertIn("start web on n2: ", lines[0])
        self.assertEqual(lines[-1].strip(),
                         "because of fence n1: it is no longer part of the "
                         "cluster")
        self.assertEqual(self.good("why", "web_start_0@n2").splitlines(),
                         lines)

    def test_why_of_what_is_not_planned_says_so(self):
        """There is no reason for what will not happen."""
        self.assertIn("this is not planned",
                      self.bad("why", "stop", "web", "n2"))

    def test_a_lost_node_moves_services_and_costs_time(self):
        """The first question of an operator."""
        text = self.good("simulate", "node-down", "n1")
        self.assertIn("1. node-down n1\n  reboot node n1: it is no longer "
                      "part of the cluster\n", text)
        self.assertIn("start db on n2: it moves here from n1; node n1 is "
                      "fenced: it is no longer part of the cluster", text)
        self.assertIn("    db: n1 -> n2\n    web: n1 -> n2\n", text)
        self.assertIn("  Downtime:\n", text)
        self.assertLess(text.index("start db on n2"),
                        text.index("start web on n2"))

    def test_events_happen_one_after_the_other(self):
        """What the cluster did about one event is there at the next."""
        answer = json.loads(self.good(
            "--format", "json", "simulate", "fail", "web", "standby", "n1",
            "online", "n1", "ticket", "gold", "revoke"))
        steps = answer["steps"]
        self.assertEqual([step["event"] for step in steps],
                         ["fail web", "standby n1", "online n1",
                          "ticket gold revoke"])
        self.assertEqual(
            [(one["task"], one["rsc"], one["node"])
             for one in steps[0]["actions"]][:2],
            [("stop", "web", "n1"), ("start", "web", "n1")])
        self.assertEqual({one["rsc"]: one["to"]
                          for one in steps[1]["changes"]},
                         {"db": "n2", "web": "n2"})
        # Back to where it is preferred: 100 there, 10 for staying.
        self.assertEqual(steps[2]["changes"][0]["to"], "n1")
        self.assertEqual(steps[3]["not_running"],
                         [{"rsc": "web",
                           "reason": "ticket gold is not granted (web-t)"}])

    def test_actions_name_what_the_agent_is_given(self):
        """Who reviews a change wants to see the address that is brought up;
        what no agent is asked for has neither timeout nor parameters."""
        cib = self.content().replace(
            '<primitive id="web" class="ocf" provider="heartbeat" '
            'type="Dummy">',
            '<primitive id="web" class="ocf" provider="heartbeat" '
            'type="Dummy"><instance_attributes id="web-p">'
            '<nvpair id="web-p-state" name="state" value="/run/web"/>'
            '</instance_attributes>')
        path = self.write("with-params.xml", cib)
        answer = json.loads(self.good("--format", "json", "simulate",
                                      "node-down", "n1", CIB_file=path))
        found = {(one["task"], one.get("rsc"), one.get("interval")): one
                 for step in answer["steps"] for one in step["actions"]}
        start = found["start", "web", None]
        self.assertEqual(start["timeout"], 30000)
        self.assertEqual(start["params"], {"state": "/run/web"})
        self.assertNotIn("params", found["start", "db", None])
        fencing = found["reboot", None, None]
        self.assertNotIn("timeout", fencing)
        self.assertNotIn("params", fencing)

    def test_a_start_that_fails_bans_the_node(self):
        """start-failure-is-fatal is on by default."""
        text = self.good("simulate", "fail", "db@n1", "start")
        self.assertIn("db: n1 -> n2", text)

    def test_a_node_that_nothing_can_fence_keeps_its_work(self):
        """Without fencing nothing may be started elsewhere."""
        text = self.good("simulate", "fence-fail", "power", "node-down", "n1")
        self.assertIn("(cannot happen: nothing that works can fence node n1)",
                      text)
        self.assertNotIn("n1 -> n2", text)

    def test_quorum_goes_with_the_nodes(self):
        """Of three nodes one is not enough."""
        answer = json.loads(self.good("--format", "json", "simulate",
                                      "node-down", "n3", "node-down", "n2"))
        self.assertEqual([step["quorate"] for step in answer["steps"]],
                         [True, False])

    def test_another_configuration_can_be_tried(self):
        """The file may hold a <cib> or a <configuration>."""
        other = self.write("new.xml", self.start.replace(
            'node="n1" score="100"', 'node="n2" score="100"'))
        text = self.good("simulate", "config", other)
        self.assertIn("db: n1 -> n2", text)
        self.assertIn("it moves from n1 to n2 because location db-on-n1 "
                      "prefers it (+100)", text)

    def test_a_configuration_to_try_may_be_in_the_crm_language(self):
        """All files of the other commands may be."""
        shown = self.good("configure", "show", "--full")
        other = self.write("new.crm", shown.replace("100: n1", "100: n2"))
        self.assertIn("db: n1 -> n2", self.good("simulate", "config", other))
        bad = self.write("bad.crm", "group site\n")
        self.assertIn("bad.crm: line 1", self.bad("simulate", "config", bad))

    def test_errors_name_the_word_and_the_nearest_one(self):
        """Nothing is printed before all words make sense."""
        for words, expected in (
                (["nodedown", "n1"], 'word 1, "nodedown"'),
                (["nodedown", "n1"], "did you mean node-down?"),
                (["node-down", "n4"], "n4: there is no such node"),
                (["node-up", "n1", "fail", "webb"], "did you mean web?"),
                (["ticket", "gold", "revok"], "did you mean revoke?"),
                (["ticket", "silver", "revoke"], "nothing depends on"),
                (["time", "tomorrow"], "tomorrow: this is no time"),
                (["fence-fail", "db"], "db: this is no fence device"),
                (["config", "/nowhere"], "/nowhere"),
                (["ticket", "gold"], "something is missing")):
            with self.subTest(words=words):
                self.assertIn(expected, self.bad("simulate", *words))


if __name__ == "__main__":
    run_tests()
