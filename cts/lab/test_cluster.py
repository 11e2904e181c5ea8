#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Muster on three real nodes: faults that only a real cluster has.

What runs where is read from the nodes themselves. The agent of these tests
leaves a file while it is active, and a line per call in a log of its node: so a
service active on two nodes at once cannot hide, nor can a call.
"""

import collections
import json
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab, LabTest, run_tests  # noqa: E402

AGENT = r"""#!/bin/sh
# An agent whose calls take as long, and end as badly, as they are told to.
state=/run/lab-agent-$OCF_RESOURCE_INSTANCE
echo "$OCF_RESOURCE_INSTANCE $1 ${OCF_RESKEY_CRM_meta_interval:-0}" \
    >>/var/log/lab-agent
case $1 in
meta-data)
    cat <<'END'
<?xml version="1.0"?>
<resource-agent name="Service" version="1.0">
<version>1.1</version>
<longdesc lang="en">A service for tests.</longdesc>
<shortdesc lang="en">A service for tests</shortdesc>
<parameters>
<parameter name="start_s"><longdesc lang="en">Seconds a start takes</longdesc>
<shortdesc lang="en">start</shortdesc><content type="string" default="0"/>
</parameter>
<parameter name="stop_s"><longdesc lang="en">Seconds a stop takes</longdesc>
<shortdesc lang="en">stop</shortdesc><content type="string" default="0"/>
</parameter>
<parameter name="misdeed"><longdesc lang="en">What goes wrong in a start
</longdesc><shortdesc lang="en">misdeed</shortdesc>
<content type="string" default=""/></parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s"/>
<action name="meta-data" timeout="5s"/>
<action name="validate-all" timeout="5s"/>
</actions>
</resource-agent>
END
    exit 0 ;;
start)
    [ ! -e "$state" ] || exit 0
    sleep "${OCF_RESKEY_start_s:-0}"
    case $OCF_RESKEY_misdeed in
    noise) yes "a gigabyte of noise, line by line" | head -c 1073741824 >&2 ;;
    deaf) trap '' TERM; sleep 1000 & wait ;;
    stray) (trap '' TERM; setsid sleep 1111) & ;;
    fail) echo "ocf-exit-reason:the disk is on fire" >&2; exit 1 ;;
    esac
    date >"$state"
    exit 0 ;;
stop)
    [ -e "$state" ] || exit 0
    sleep "${OCF_RESKEY_stop_s:-0}"
    rm -f "$state"
    exit 0 ;;
monitor)
    [ -e "$state" ] && exit 0
    exit 7 ;;
validate-all) exit 0 ;;
esac
exit 3
"""
BASE = """\
primitive power stonith:fence_lab params pcmk_host_list="node1 node2 node3"
property stonith-enabled=true no-quorum-policy=stop
rsc_defaults resource-stickiness=100
"""


def service(name, *words, monitor="1s"):
    """A line of configuration for a service of these tests."""
    return (f"primitive {name} ocf:lab:Service"
            + (f" params {' '.join(words)}" if words else "")
            + f" op monitor interval={monitor} timeout=20s"
            " op start timeout=3600s op stop timeout=3600s\n")


class Cluster(LabTest):
    """A lab of its own for each test: they leave ruins."""

    shares_lab = False

    @classmethod
    def make_lab(cls):
        return Lab(3, "--boot-delay", "500")

    def setUp(self):
        super().setUp()
        self.lab.install_agent("Service", AGENT)
        self.configure(BASE)

    # -- doing

    def configure(self, text, node="node1", check=True):
        return (self.done if check else self.tool)(
            "configure", "load", "update", "-", node=node, text=text)

    def kill_daemon(self, *nodes):
        for node in nodes:
            for pid in self.daemon(node):
                os.kill(pid, signal.SIGKILL)

    # -- seeing

    def daemon(self, node):
        return self.lab.processes(node, r"(^|/)musterd( |$)")

    def active_on(self, name):
        """The nodes on which a service's mark is at one moment."""
        return sorted(node for node, _ in
                      self.lab.both(f"/run/lab-agent-{name}"))

    def wait_active(self, name, nodes=None):
        """Wait until a service is active on exactly one node; which."""
        def one():
            where = self.active_on(name)
            self.assertLessEqual(len(where), 1, f"{name} on {where}")
            return where and (nodes is None or where[0] in nodes) and where[0]
        return self.lab.wait(one, f"{name} is active on one of"
                             f" {nodes or self.lab.nodes}")

    def all_calls(self):
        """[(node, instance, verb, interval)], a node's in their order."""
        return [(node, *line.split()) for node in self.lab.nodes
                for line in self.lab.log(node, "lab-agent").splitlines()
                if len(line.split()) == 3]

    def calls(self, name, verb, since=()):
        """The calls beside those of 'since', which all_calls() gave."""
        more = collections.Counter(self.all_calls()) - \
            collections.Counter(since)
        return [call for call in more.elements() if call[1:3] == (name, verb)]

    def problems(self, node="node1"):
        return self.lab.muster_status(node).get("problems", [])

    # -- tests

    def test_configuration_and_services_survive_the_loss_of_all_power(self):
        """A cold start from disk: an acknowledged change is never lost."""
        self.configure(service("one") + service("two"))
        self.wait_active("one")
        for node in self.lab.nodes:
            self.lab.cut(node)
        for node in self.lab.nodes:
            self.lab.boot(node)
        self.lab.wait_online()
        self.wait_active("one")
        self.wait_active("two")

    def test_services_outlive_all_daemons_at_once(self):
        """An upgrade gone wrong kills every daemon; customers must not
        notice."""
        self.configure(service("one") + service("two"))
        where = {name: self.wait_active(name) for name in ("one", "two")}
        self.settle()
        since = time.monotonic()
        before = self.all_calls()
        self.kill_daemon(*self.lab.nodes)
        self.lab.wait_online()
        for name, node in where.items():
            self.lab.wait(lambda n=name: [
                interval for *_, interval in self.calls(n, "monitor", before)
                if interval != "0"], f"{name} is watched again")
            self.assertEqual(self.active_on(name), [node])
            self.assertEqual(self.calls(name, "start", before), [])
            self.assertEqual(self.calls(name, "stop", before), [])
        self.assertEqual(self.lab.events("power-asked", since), [])

    def test_node_loss_does_not_wait_for_a_slow_start(self):
        """The property no peer has: what is in flight holds up nobody."""
        self.configure(service("victim"))
        node = self.wait_active("victim")
        others = [name for name in self.lab.nodes if name != node]
        self.configure(service("slow", "start_s=3000")
                       + f"location slow-home slow -inf: {node}\n")
        self.lab.wait(lambda: self.calls("slow", "start"), "slow starts")
        self.lab.cut(node)
        self.wait_active("victim", others)
        self.assertEqual(self.active_on("slow"), [])

    def test_failed_monitor_does_not_wait_for_a_slow_start(self):
        """The same for the failure of something else."""
        self.configure(service("victim"))
        node = self.wait_active("victim")
        self.configure(service("slow", "start_s=3000"))
        self.lab.wait(lambda: self.calls("slow", "start"), "slow starts")
        self.lab.run(node, "rm", "/run/lab-agent-victim")
        self.wait_active("victim")
        self.assertEqual(self.active_on("slow"), [])

    def test_new_configuration_does_not_wait_for_a_slow_stop(self):
        """And for what the operator asks meanwhile."""
        self.configure(service("slow", "stop_s=3000"))
        self.wait_active("slow")
        self.lab.muster("node1", "resource", "stop", "slow")
        self.lab.wait(lambda: self.calls("slow", "stop"), "slow stops")
        self.configure(service("other"))
        self.wait_active("other")
        self.assertTrue(self.active_on("slow"))

    def test_nothing_starts_elsewhere_while_fencing_fails(self):
        """No proof, no start; and once the device works, it goes on by
        itself."""
        self.configure(service("one"))
        node = self.wait_active("one")
        others = [name for name in self.lab.nodes if name != node]
        self.lab.fence_mode("fail")
        before = self.all_calls()
        self.lab.isolate(node)
        self.lab.wait(lambda: len(self.lab.events("power-refused")) > 1,
                      "fencing is tried again")
        self.assertEqual(self.calls("one", "start", before), [])
        self.lab.wait(lambda: node in [
            entry["target"] for entry in
            self.lab.muster_status(others[0]).get("fencing", [])],
            "it is told that fencing is under way")
        self.lab.fence_mode("ok")
        self.wait_active("one", others)

    def test_pending_fencing_survives_the_coordinator(self):
        """Its successor must know, and ask again."""
        leader = self.status()["cluster"]["coordinator"]
        victim, witness = [n for n in self.lab.nodes if n != leader]
        self.configure(service("one") + f"location h one 100: {victim}\n")
        self.wait_active("one", [victim])
        self.lab.fence_mode("hang", node=victim)
        self.lab.cut(victim)
        self.lab.wait(lambda: self.lab.events("power-asked"),
                      "fencing is asked for")
        self.kill_daemon(leader)
        self.lab.fence_mode("ok", node=victim)
        self.wait_active("one", [leader, witness])

    def test_isolated_node_stops_and_never_fences(self):
        """Without quorum a node may only become quieter."""
        self.configure(service("one"))
        node = self.wait_active("one")
        boot_id = self.lab.node(node)["boot_id"]
        self.lab.fence_mode("fail")
        self.lab.isolate(node)
        self.lab.wait(lambda: self.active_on("one") == [],
                      "the isolated node stops its service")
        self.assertEqual(self.lab.node(node)["boot_id"], boot_id)
        self.lab.fence_mode("ok")
        others = [name for name in self.lab.nodes if name != node]
        self.wait_active("one", others)
        self.assertEqual(self.lab.events("power-unreachable"), [])

    def test_frozen_node_is_fenced_and_its_work_goes_on(self):
        """It looks dead, and may wake up at any time: only fencing helps."""
        self.configure(service("one"))
        node = self.wait_active("one")
        self.lab.freeze(node)
        others = [name for name in self.lab.nodes if name != node]
        self.lab.wait(lambda: [e for e in self.lab.events("power-confirmed")
                               if e["node"] == node], "it is fenced")
        self.wait_active("one", others)
        # Those that were there tell the steps alike, in order.
        for other in others:
            self.lab.wait(lambda: self.timeline(other, node).get(
                "settled_after_ms") is not None, "the failover is told")
            told = self.timeline(other, node)
            moments = [told[f"{name}_after_ms"] for name in (
                "fence_asked", "fence_done", "first_start", "settled")]
            self.assertEqual(moments, sorted(moments))
            begun = [step for step in told["steps"]
                     if step["kind"] == "begin" and
                     step["resource"] == "one"][-1]
            ended = [step for step in told["steps"]
                     if step["cause"] == begun["id"]]
            self.assertEqual(len(ended), 1, told)
            self.assertIn("start of one", ended[0]["text"])

    def timeline(self, by, lost):
        """The newest failover of node 'lost' as node 'by' tells it."""
        done = self.lab.muster(by, "timeline", "--format", "json",
                               check=False)
        ids = [one["id"] for one in json.loads(done.stdout or "[]")
               if one["node"] == lost and one["resource"] is None]
        if not ids:
            return {}
        return json.loads(self.lab.muster(by, "timeline", ids[-1], "--format",
                                          "json").stdout)

    def test_agents_misdeeds_harm_only_their_own_operation(self):
        """Noise, deafness, strays and failure, beside a good service."""
        self.configure(service("good"))
        good = self.wait_active("good")
        since = time.monotonic()
        before = self.all_calls()
        self.configure(
            service("noisy", "misdeed=noise")
            + service("stray", "misdeed=stray")
            + service("burning", "misdeed=fail")
            + "primitive deaf ocf:lab:Service params misdeed=deaf"
            " op start timeout=2s op stop timeout=60s"
            " op monitor interval=5s\n"
            + "primitive absent ocf:lab:Nowhere op monitor interval=5s\n"
            "property start-failure-is-fatal=true\n")
        self.wait_active("stray")
        self.wait_active("noisy")
        self.lab.wait(lambda: "the disk is on fire" in str(self.problems()),
                      "the reason of the failure is told")
        self.lab.wait(lambda: {p["what"] for p in self.problems()} >=
                      {"burning", "deaf", "absent"},
                      "all failures are told")
        self.assertEqual(self.active_on("good"), [good])
        self.assertEqual(self.calls("good", "stop", before), [])
        self.assertEqual(self.lab.events("power-asked", since), [])
        self.lab.wait(lambda: not any(
            self.lab.processes(n, "^sleep 1000") for n in self.lab.nodes),
            "nothing of the deaf agent is left")

    def test_broken_configuration_is_refused_whole(self):
        """With what is wrong and where, and nothing of it applied."""
        self.configure(service("one"))
        self.wait_active("one")
        before = self.good("configure", "show")
        for text, named in (
                (service("two") + "group g one nowhere\n", "nowhere"),
                (service("two") + "colocation c inf: one absent\n",
                 "absent"),
                (service("two") + "primitive broken\n", "line 2"),
                (service("two") + "property no-quorum-policy=perhaps\n",
                 "perhaps")):
            done = self.configure(text, check=False)
            self.assertNotEqual(done.returncode, 0, text)
            self.assertIn(named, done.stderr)
        done = self.lab.run("node1", "muster", "configure", "load", "xml",
                            "replace", "-", text="<cib><configuration>",
                            check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(re.search(r"line|:\d", done.stderr), done.stderr)
        self.assertEqual(self.good("configure", "show", node="node2"), before)

    def test_corrupt_state_is_set_aside_and_taken_from_peers(self):
        """A disk that lies must not spread."""
        self.configure(service("one"))
        self.wait_active("one")
        shown = self.good("configure", "show")
        self.lab.stop_daemon("node3")
        self.lab.wait(lambda: not self.daemon("node3"), "it stops")
        self.lab.shell("node3", "find /var/lib/muster -type f | while read f;"
                       " do printf garbage | dd of=$f conv=notrunc"
                       " status=none; done")
        self.lab.start_daemon("node3")
        self.lab.wait_online()
        self.assertEqual(self.good("configure", "show", node="node3"), shown)

    def test_full_disk_refuses_changes_and_the_cluster_goes_on(self):
        """A clear error, and failover still works."""
        self.configure(service("one"))
        node = self.wait_active("one")
        for name in self.lab.nodes:
            self.lab.shell(name, "cp -a /var/lib/muster /run/copy && mount -t"
                           " tmpfs -o size=256k,mode=750 full /var/lib/muster"
                           " && cp -a /run/copy/. /var/lib/muster/ &&"
                           " head -c 1M /dev/zero >/var/lib/muster/ballast",
                           check=False)
        self.kill_daemon(*self.lab.nodes)
        self.lab.wait_online()
        done = self.configure(service("two"), check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1,
                         done.stderr)
        self.lab.run(node, "rm", "/run/lab-agent-one")
        self.wait_active("one")

    def test_garbage_from_a_client_is_dropped(self):
        """The socket is open to every process of its group."""
        script = r"""
import glob, os, socket
for path in glob.glob('/run/muster/**', recursive=True):
    try:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(1)
        s.connect(path)
        s.send(os.urandom(100000))
    except OSError:
        pass
for line in open('/proc/net/unix'):
    name = line.split()[-1]
    if 'muster' in name and name.startswith('@'):
        try:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(1)
            s.connect('\0' + name[1:])
            s.send(os.urandom(100000))
        except OSError:
            pass
"""
        before = self.daemon("node1")
        self.assertTrue(before)
        self.lab.run("node1", "python3", "-c", script)
        self.assertEqual(self.lab.online("node1"), self.lab.nodes)
        self.assertEqual(self.daemon("node1"), before)

    def test_daemon_waits_for_corosync_and_says_so(self):
        """The order of services at boot is not ours to demand."""
        def said():
            return self.lab.log("node3", "musterd.log").count(
                "waiting for Corosync")

        boot_id = self.lab.node("node3")["boot_id"]
        self.lab.shell("node3", "kill -9 $(pidof corosync)")
        # Nobody starts it again there; the node is fenced and boots.
        self.lab.wait(lambda: self.lab.is_on("node3")
                      and self.lab.node("node3")["boot_id"] != boot_id,
                      "node3 boots again")
        self.lab.wait_online()
        self.lab.fence_mode("fail")
        before = said()
        self.lab.shell("node3", "kill -9 $(pidof corosync)")
        self.lab.wait(lambda: said() > before,
                      "the daemon says that it waits for Corosync")


if __name__ == "__main__":
    run_tests()
