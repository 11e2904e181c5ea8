#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The operator's command on a real cluster: what a person types, what comes
back, and what must not change."""

import base64
import io
import json
import os
import sys
import tarfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import DUMMY, LabTest, run_tests  # noqa: E402


class Cli(LabTest):
    def setUp(self):
        super().setUp()
        self.good("configure", "erase", "--force")
        self.good("configure", "property", "stonith-enabled=false")
        for node in self.lab.nodes:
            self.good("node", "online", node)
            self.good("node", "ready", node)
        self.settle()

    def wait_survives(self, wanted):
        self.lab.wait(lambda: self.status()["cluster"].get("survives")
                      == wanted, wanted)

    def test_status_tells_what_is_survived(self):
        self.define("web")
        self.settle()
        self.wait_survives("survives any 1 node, no two")
        self.good("configure", "location", "only", "web", "-inf:", "node2")
        self.good("configure", "location", "one", "web", "-inf:", "node3")
        self.wait_survives("does not survive the loss of node1")
        self.assertIn("resilience", self.good("history"))
        self.assertIn("web: no node can take it", self.good("audit"))

    def test_what_is_configured_runs_and_every_node_tells_the_same(self):
        self.define("a", "b")
        self.good("configure", "group", "g", "a", "b")
        self.settle()
        def told(node):
            status = self.status(node)
            return (status["health"], status["cluster"]["revision"],
                    status["resources"])

        def is_same():
            return told("node1") == told("node2") == told("node3")

        self.lab.wait(is_same, "all nodes tell the same")
        self.assertEqual(self.status()["health"], "healthy")
        nodes = self.resource("g")["nodes"]
        self.assertEqual(len(nodes), 1)
        self.assertEqual(self.resource("a")["role"], "Started")
        self.assertEqual(self.resource("a")["parent"], "g")
        done = self.tool("status")
        self.assertEqual(done.returncode, 0)
        self.assertIn("group 2/2", done.stdout)

    def test_standby_moves_the_work_and_online_does_not(self):
        self.define("a")
        node = self.resource("a")["nodes"][0]
        self.good("node", "standby", node, "--wait")
        after = self.resource("a")["nodes"][0]
        self.assertNotEqual(after, node)
        shown = [one for one in self.status()["nodes"]
                 if one["name"] == node][0]
        self.assertTrue(shown["standby"])
        self.assertEqual(shown["state"], "standby")
        self.good("node", "online", node, "--wait")

    def test_stop_and_start_are_carried_out(self):
        self.define("a")
        self.good("resource", "stop", "a", "--wait")
        shown = self.resource("a")
        self.assertEqual(shown["role"], "Stopped")
        self.assertEqual(shown["target_role"], "Stopped")
        self.assertTrue(shown["reason"])
        self.assertEqual(self.tool("status").returncode, 0)
        self.good("resource", "start", "a", "--wait")
        self.assertEqual(self.resource("a")["role"], "Started")

    def test_a_move_that_stays_is_shown_until_cleared(self):
        self.define("a")
        node = self.resource("a")["nodes"][0]
        other = [name for name in self.lab.nodes if name != node][0]
        self.good("resource", "move", "a", other, "--stay", "--wait")
        self.assertEqual(self.resource("a")["nodes"], [other])
        self.assertEqual(self.status()["overrides"][0]["resource"], "a")
        self.assertIn("resource clear a", self.tool("status").stdout)
        self.good("resource", "clear", "a", "--wait")
        self.assertEqual(self.status()["overrides"], [])

    def test_failure_is_named_and_cleanup_forgets_it(self):
        self.define("a")
        node = self.resource("a")["nodes"][0]
        self.lab.shell(node, "rm -f /run/resource-agents/Dummy-a.state")
        self.lab.wait(lambda: any(one["what"] == "a" for one in
                                  self.status()["problems"]),
                      "the failure is a problem")
        problem = [one for one in self.status()["problems"]
                   if one["what"] == "a"][0]
        self.assertEqual(problem["node"], node)
        self.assertIn("monitor", problem["text"])
        self.assertEqual(problem["clear"], "muster resource cleanup a")
        self.settle()
        self.assertEqual(self.resource("a")["role"], "Started")
        self.good("resource", "cleanup", "a", "--wait")
        self.assertEqual(self.status()["problems"], [])

    def test_a_mended_parameter_brings_the_cluster_to_rest(self):
        """The failures of before were cleared in one plan after the other, and
        nothing ever was at rest."""
        self.good("configure", "primitive", "a", DUMMY, "params",
                  "state=/nonexistent/a", "op", "monitor", "interval=5s")
        self.settle()
        self.assertEqual(self.resource("a")["role"], "Stopped")
        self.good("configure", "set", "a.state", "/run/a-mended")
        self.settle()
        self.assertEqual(self.resource("a")["role"], "Started")
        self.assertEqual(self.status()["problems"], [])

    def test_refused_configurations_change_nothing(self):
        self.define("a")
        before = self.configuration()
        web = f'<primitive id="w" class="ocf" provider="heartbeat"' \
              f' type="Dummy"/>'
        frame = "<configuration>\n<crm_config/>\n<nodes/>\n<resources>\n" \
                "%s\n</resources>\n<constraints>\n%s\n</constraints>\n" \
                "</configuration>\n"
        for text, parts in (
                ("<configuration>\n<resources>\n</configuration>",
                 ["line 3"]),
                (frame % (web, '<rsc_order id="o" first="w" then="x"/>'),
                 ["line 8", '"x"']),
                (frame % (f'<group id="g"><group id="g">{web}</group>'
                          '</group>', ""), ["line 5"]),
                (frame % (web, '<rsc_location id="l" rsc="w" node="node1"'
                               ' score="much"/>'), ["line 8", "much"])):
            done = self.tool("configure", "load", "xml", "replace", "-",
                             text=text)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            for part in parts:
                self.assertIn(part, done.stderr)
        done = self.tool("configure", "group", "g", "nosuch")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nosuch", done.stderr)
        self.assertEqual(self.configuration(), before)

    def test_dry_run_and_plan_show_and_change_nothing(self):
        self.define("a")
        before = self.configuration()
        shown = self.good("configure", "primitive", "b", DUMMY, "--dry-run")
        self.assertIn("+ primitive b", shown)
        self.assertRegex(shown, r"start +b on node")
        self.assertRegex(shown, r"b: up after at most .* \(node\d\); no "
                                r"measurement yet of start of b")
        shown = self.good("resource", "stop", "a", "--dry-run")
        self.assertRegex(shown, r"a: down at once, and stays so")
        shown = self.good("plan", "-", text=f"primitive c {DUMMY}\n")
        self.assertIn("+ primitive c", shown)
        self.assertIn("- primitive a", shown)
        self.assertEqual(self.configuration(), before)

    def test_apply_refuses_when_the_configuration_moved_on(self):
        self.define("a")
        revision = self.status()["cluster"]["revision"]
        self.good("configure", "property", "batch-limit=30")
        text = self.good("configure", "show")
        done = self.tool("apply", "-", "--if-revision", revision, text=text)
        self.assertEqual(done.returncode, 5)
        self.assertIn(revision, done.stderr)
        self.good("apply", "-", "--if-revision",
                  self.status()["cluster"]["revision"], text=text)

    def test_changes_at_the_same_time_on_all_nodes_are_all_made(self):
        """Each reads, changes and writes: none may be lost."""
        codes = []

        def define(node, count):
            for i in range(count):
                done = self.lab.muster(node, "configure", "primitive",
                                       f"{node}-{i}", DUMMY, check=False)
                codes.append((done.returncode, done.stderr))

        threads = [threading.Thread(target=define, args=(node, 4))
                   for node in self.lab.nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({code for code, _ in codes}, {0}, codes)
        for self.asked in self.lab.nodes:
            self.follow("node1")
        shown = self.good("configure", "show")
        for node in self.lab.nodes:
            for i in range(4):
                self.assertIn(f"primitive {node}-{i}", shown)

    def test_why_and_history_answer(self):
        self.define("a")
        node = self.resource("a")["nodes"][0]
        self.assertIn(f"Started on {node}", self.good("why", "a"))
        self.assertIn("start of a on", self.good("history"))
        done = self.tool("why", "b")
        self.assertEqual(done.returncode, 1)
        self.assertIn("did you mean a?", done.stderr)

    def test_report_holds_what_helps_and_no_secret(self):
        planted = "sesame-Open-1"
        self.good("configure", "primitive", "a", DUMMY, "params",
                  f"passwd={planted}", "--force", "-m",
                  f"the password is {planted}")
        self.define("b")
        self.good("report", "--output", "/tmp/report.tar.gz", "--from", "1h")
        packed = base64.b64decode(self.lab.shell(
            "node1", "base64 /tmp/report.tar.gz; rm /tmp/report.tar.gz"))
        self.assertNotIn("muster-report.",
                         self.lab.shell("node1", "ls -a /tmp"))
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            held = {member.name.split("/", 1)[1]:
                    archive.extractfile(member).read().decode("utf-8",
                                                              "replace")
                    for member in archive if member.isfile()}
        for name in ("MANIFEST", "cib.xml", "status.json", "history.json",
                     "timelines.json", "revisions.json", "agents.txt",
                     "machines.json",
                     "corosync/corosync.conf", "corosync/cmap.txt",
                     "system/kernel.txt"):
            self.assertTrue(held.get(name), name)
        for name, text in held.items():
            self.assertNotIn(planted, text, name)
        self.assertIn("a: passwd, because of its name", held["MANIFEST"])
        self.assertIn('id="b"', held["cib.xml"])
        self.assertIn("ocf:heartbeat:Dummy 1", held["agents.txt"])
        machines = json.loads(held["machines.json"])
        self.assertEqual(sorted(one["node"] for one in machines),
                         self.lab.nodes)
        self.assertTrue(all(one["facts"]["version"] for one in machines))

    def test_strangers_may_neither_look_nor_change(self):
        done = self.lab.run("node1", "setpriv", "--reuid=65534",
                            "--regid=65534", "--clear-groups", "muster",
                            "status", check=False)
        self.assertNotEqual(done.returncode, 0)
        done = self.lab.run("node1", "setpriv", "--reuid=65534",
                            "--regid=65534", "--clear-groups", "muster",
                            "configure", "property", "batch-limit=1",
                            check=False)
        self.assertNotEqual(done.returncode, 0)

    def call(self, *words, code=0, node="node1"):
        """What a program that agents know answers to one of them."""
        self.follow(node)
        done = self.lab.run(
            node, "env", "OCF_RESOURCE_INSTANCE=db:0",
            f"/usr/libexec/muster/pcmk/{words[0]}", *words[1:], check=False)
        self.assertEqual(done.returncode, code, f"{words}: {done.stderr}")
        return done.stdout

    def test_agents_get_the_answers_they_were_written_for(self):
        """The calls that pgsql, redis, galera and drbd make."""
        call = self.call
        self.assertEqual(call("crm_node", "-n"), "node1\n")
        self.assertEqual(call("crm_node", "-p").split(), self.lab.nodes)
        call("crm_master", "-Q", "-l", "reboot", "-v", "7")
        self.assertEqual(call("crm_master", "-l", "reboot", "-G", "-q"),
                         "7\n")
        self.assertEqual(
            call("crm_attribute", "-l", "reboot", "-N", "node1", "-n",
                 "master-db", "-G", node="node2"),
            "scope=status  name=master-db value=7\n")
        call("attrd_updater", "-n", "pingd", "-U", "100", "-d", "5")
        self.assertEqual(call("attrd_updater", "-n", "pingd", "-Q"),
                         'name="pingd" host="node1" value="100"\n')
        call("crm_attribute", "--type", "crm_config", "--name",
             "db_REPL_INFO", "-s", "replication", "-v", "host|file|5")
        self.assertEqual(
            call("crm_attribute", "--type", "crm_config", "--name",
                 "db_REPL_INFO", "-s", "replication", "--query", "-q",
                 node="node3"), "host|file|5\n")
        call("crm_attribute", "-l", "forever", "-N", "node2", "-n",
             "db-data", "-v", "LATEST")
        self.assertEqual(
            call("crm_attribute", "-l", "forever", "-N", "node2", "-n",
                 "db-data", "-G", "-q"), "LATEST\n")
        call("crm_attribute", "-N", "node2", "-n", "absent", "-G", "-q",
             code=105)
        call("crm_attribute", "-N", "node2", "-n", "absent", "-D")
        self.define("a")
        node = self.resource("a")["nodes"][0]
        self.assertIn(f"resource a is running on: {node}",
                      call("crm_resource", "-W", "-r", "a"))
        shown = call("crm_mon", "-1", "--output-as=xml")
        self.assertRegex(shown, r'<node name="node1" .* online="true"')
        self.assertRegex(shown, r'<resource id="a" .* role="Started"')
        self.assertRegex(call("crm_mon", "-1", "-r"),
                         r"(?m)^  \* a\t\(ocf:\w+:Dummy\):\t Started node")
        self.assertIn("CLUSTER OK: 3 nodes online", call("crm_mon", "-s"))
        self.assertIn("Full List of Resources:",
                      self.tool("status", "--classic").stdout)
        call("crm_master", "-l", "reboot", "-D")
        call("attrd_updater", "-n", "pingd", "-D")

    def test_the_cib_is_read_and_changed_as_xml(self):
        """What rabbitmq-cluster, crm-fence-peer and administrators do."""
        call = self.call
        self.define("a")
        call("attrd_updater", "-n", "rmq-node-attr-r", "-U", "rabbit@n")
        shown = call("cibadmin", "-Q", "--xpath",
                     "//node_state[@crmd='online']"
                     "//nvpair[@name='rmq-node-attr-r']")
        self.assertRegex(shown, r'name="rmq-node-attr-r" value="rabbit@n"/>')
        call("attrd_updater", "-n", "rmq-node-attr-r", "-D")
        place = '<rsc_location id="fence-peer" rsc="a" node="node2" ' \
                'score="-INFINITY"/>'
        call("cibadmin", "-C", "-o", "constraints", "-X", place)
        call("cibadmin", "-C", "-o", "constraints", "-X", place, code=108)
        call("cibadmin", "-R", "-o", "constraints", "-X",
             place.replace("node2", "node3"), node="node2")
        shown = call("cibadmin", "--query", "--local", "--xpath",
                     "//rsc_location[@id='fence-peer']", node="node3")
        self.assertIn('node="node3"', shown)
        newest = json.loads(self.good("revisions", "--format", "json")
                            )["revisions"][0]
        self.assertEqual((newest["program"], newest["node"]),
                         ("cibadmin", "node2"))
        call("cibadmin", "-D", "-X", '<rsc_location id="fence-peer"/>')
        call("cibadmin", "-Q", "--xpath", "//rsc_location", code=105)
        call("cibadmin", "-M", "-o", "resources", "-X",
             '<primitive id="a" description="mine"/>')
        self.assertIn('description="mine"',
                      call("cibadmin", "-Q", "-o", "resources"))
        call("cibadmin", "-Q", "--xpath", "//a[count(b)]", code=64)

    def test_tickets_and_fencing_answer_as_agents_expect(self):
        call = self.call
        call("crm_ticket", "-t", "nosuch", "-q", code=105)
        call("crm_ticket", "-t", "site", "-g", "--force")
        self.assertEqual(call("crm_ticket", "-t", "site", "-G", "granted"),
                         "true\n")
        call("crm_ticket", "-t", "site", "-s")
        self.assertIn("site\tgranted [standby]", call("crm_ticket", "-L"))
        call("crm_ticket", "-t", "site", "-r", "--force")
        self.assertEqual(call("crm_ticket", "-t", "site", "--get-attr",
                              "granted"), "false\n")
        call("crm_ticket", "-t", "site", "-a")
        shown = call("stonith_admin", "-H", "*", "--output-as", "xml")
        self.assertIn("<fence_history", shown)
        self.assertNotIn('extended-status="pending"', shown)
        call("stonith_admin", "--reboot", "node2", code=1)

    def test_maintenance_leaves_everything_alone(self):
        self.define("a")
        self.good("maintenance", "on", "--wait")
        self.assertTrue(self.status()["cluster"]["maintenance"])
        self.assertIn("MAINTENANCE", self.tool("status").stdout)
        self.good("maintenance", "off", "--wait")
        self.assertFalse(self.status()["cluster"]["maintenance"])


if __name__ == "__main__":
    run_tests()
