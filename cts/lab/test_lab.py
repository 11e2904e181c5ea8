#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself, with Corosync alone: what later proofs stand on."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import (  # noqa: E402
    Lab, LabError, LabTest, PROGRAM, client, kernel, place, run_tests)

AGENTS = "/usr/lib/ocf/resource.d/heartbeat"
ADDRESS = "10.77.0.100"
SERVE = f"""
set -e
export OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=ip
export OCF_RESKEY_ip={ADDRESS} OCF_RESKEY_cidr_netmask=24
{AGENTS}/IPaddr2 start
{AGENTS}/IPaddr2 monitor
cat >/etc/nginx/lab.conf <<'END'
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events {{ worker_connections 64; }}
http {{ access_log off;
  server {{ listen 80; location / {{ return 200 "$hostname\\n"; }} }} }}
END
export OCF_RESOURCE_INSTANCE=web OCF_RESKEY_configfile=/etc/nginx/lab.conf
{AGENTS}/nginx start
{AGENTS}/nginx monitor
"""


class OneLab(LabTest):
    """Tests that share a lab; each leaves it as it was: all in, all well."""

    @classmethod
    def make_lab(cls):
        return Lab(3, "--boot-delay", "300", daemon=False)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.restore)

    def restore(self):
        lab = self.lab
        lab.fence_mode("ok")
        for node in lab.nodes:
            lab.rejoin(node)
            lab.boot(node)
        self.wait_members(lab.nodes, lab.nodes)

    def wait_members(self, nodes, members):
        for node in nodes:
            self.lab.wait(lambda n=node: self.lab.members(n) == members,
                          f"{node} sees {members}")

    def reaches(self, node, address):
        """Whether a node gets an answer from another, be it a refusal."""
        return self.lab.run(node, "python3", "-c", f"""
import socket
try:
    socket.create_connection(("{address}", 9), 2)
except ConnectionRefusedError:
    pass
""", check=False).returncode == 0

    def fence(self, node, *arguments, **options):
        return self.lab.run(node, "fence_lab", *arguments, check=False,
                            **options)

    def test_nodes_form_a_quorate_ring_under_their_names(self):
        """Everything else builds on it."""
        self.wait_members(self.lab.nodes, self.lab.nodes)
        self.assertEqual(self.lab.shell("node2", "hostname").strip(),
                         "node2")

    def test_power_cut_takes_all_processes_and_peers_notice(self):
        """A cut that leaves a process behind would prove nothing."""
        lab = self.lab
        lab.shell("node1", "setsid sleep 1000 >/dev/null 2>&1 &")
        namespace = lab.node("node1")["pid_namespace"]
        lab.wait(lambda: lab.processes("node1", "^sleep 1000"),
                 "the process runs")
        def missed():
            return lab.log("node2", "corosync/corosync.log").count(
                "Failed to receive the leave message. failed: 1")
        before = missed()
        lab.cut("node1")
        self.assertEqual(kernel.pids_in(namespace), [])
        self.wait_members(["node2", "node3"], ["node2", "node3"])
        lab.wait(lambda: missed() > before, "Corosync says so")

    def test_boot_gives_a_new_identity_and_keeps_only_disks(self):
        """The daemon takes a new boot identity as proof of a reset."""
        lab = self.lab
        lab.shell("node3", "for d in /run /tmp /dev/shm /var/lib /etc; do"
                  " echo kept >$d/lab-mark; done")
        before = lab.node("node3")["boot_id"]
        lab.cut("node3")
        self.assertFalse(lab.is_on("node3"))
        lab.boot("node3")
        seen = lab.shell(
            "node3", "cat /proc/sys/kernel/random/boot_id;"
            " echo $MUSTER_BOOT_ID; ls /run/lab-mark /tmp/lab-mark"
            " /dev/shm/lab-mark 2>/dev/null; cat /var/lib/lab-mark"
            " /etc/lab-mark").split()
        boot_id = lab.node("node3")["boot_id"]
        self.assertNotEqual(boot_id, before)
        self.assertEqual(seen, [boot_id, boot_id, "kept", "kept"])
        self.wait_members(lab.nodes, lab.nodes)

    def test_isolation_is_silent_and_seen_on_both_sides(self):
        """Send errors or a lost carrier would tell more than a cut cable
        behind a switch does."""
        lab = self.lab
        lab.wait(lambda: self.reaches("client", "10.77.0.2"), "it answers")
        lab.isolate("node2")
        self.wait_members(["node1", "node3"], ["node1", "node3"])
        lab.wait(lambda: lab.members("node2") == [], "node2 loses quorum")
        self.assertIn("LOWER_UP", lab.shell("node2", "ip link show eth0"))
        self.assertFalse(self.reaches("client", "10.77.0.2"))
        lab.rejoin("node2")
        self.wait_members(lab.nodes, lab.nodes)

    def test_isolation_outlasts_a_reboot(self):
        """A cable does not heal because a machine was reset."""
        lab = self.lab
        lab.isolate("node2")
        lab.cut("node2")
        lab.boot("node2")
        lab.wait(lambda: "UP" in lab.shell("node2", "ip -br link show eth0"),
                 "its network is up")
        self.wait_members(["node1", "node3"], ["node1", "node3"])
        self.assertFalse(self.reaches("node2", "10.77.0.1"))
        lab.rejoin("node2")
        lab.wait(lambda: self.reaches("node2", "10.77.0.1"), "it is mended")
        self.wait_members(lab.nodes, lab.nodes)

    def test_frozen_corosync_is_lost_and_comes_back(self):
        """A node that stalls and then goes on is the hardest of all."""
        lab = self.lab
        lab.freeze("node1", "corosync")
        self.wait_members(["node2", "node3"], ["node2", "node3"])
        lab.thaw("node1", "corosync")
        self.wait_members(lab.nodes, lab.nodes)

    def test_reset_from_inside_is_a_reboot_of_the_node_alone(self):
        """A watchdog's or the daemon's own reset must not reach the
        machine, and must come back under a new identity."""
        lab = self.lab
        before = lab.node("node2")["boot_id"]
        lab.run("node2", "python3", "-c", "import ctypes;"
                "ctypes.CDLL(None).reboot(0x1234567)", check=False)
        lab.wait(lambda: lab.node("node2")["boot_id"] != before
                 and lab.is_on("node2"), "node2 boots again")
        self.assertTrue(lab.events("reset-by-itself"))
        for path in ("/proc/sysrq-trigger", "/dev/watchdog"):
            kind = lab.run("node2", "stat", "-c", "%t:%T", path, check=False)
            self.assertIn(kind.stdout.strip(), ("1:3", ""))

    def test_fence_agent_reports_off_only_when_all_is_gone(self):
        """Success is the proof on which services start elsewhere."""
        lab = self.lab
        namespace = lab.node("node2")["pid_namespace"]
        done = self.fence("node1", text="action=off\nport=node2\n")
        self.assertEqual((done.returncode, kernel.pids_in(namespace)),
                         (0, []))
        self.assertEqual(self.fence("node1", "-o", "status", "-n",
                                    "node2").returncode, 2)
        self.assertEqual(self.fence("node1", "-o", "on", "-n",
                                    "node2").returncode, 0)
        self.assertEqual(self.fence("node1", "--action=status",
                                    "--plug=node2").returncode, 0)

    def test_fence_reboot_succeeds_once_off_and_boots_later(self):
        """Recovery must not wait for the machine to come up again."""
        lab = self.lab
        before = lab.node("node3")["boot_id"]
        done = self.fence("node1",
                          text="action=reboot\nnodename=node3\nforeign=1\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Ignoring unknown option", done.stderr)
        lab.wait(lambda: lab.node("node3")["boot_id"] != before
                 and lab.is_on("node3"), "node3 boots after its delay")

    def test_fence_reboot_of_a_node_without_mains_leaves_it_off(self):
        """A switch cannot start what has no current."""
        lab = self.lab
        lab.cut("node3")
        self.assertEqual(self.fence("node1", "-o", "reboot", "-n",
                                    "node3").returncode, 0)
        self.wait_members(["node1"], ["node1", "node2"])
        self.assertFalse(lab.is_on("node3"))

    def test_fence_failures_can_be_ordered(self):
        """Every way in which a device lets its cluster down."""
        lab = self.lab
        lab.fence_mode("fail")
        done = self.fence("node1", "-o", "off", "-n", "node2")
        self.assertEqual(done.returncode, 1)
        lab.fence_mode("hang", node="node2")
        done = self.fence("node1", "-o", "off", "-n", "node2",
                          "--power_timeout=0.3")
        self.assertEqual(done.returncode, 5)
        self.assertTrue(lab.is_on("node2"))
        lab.fence_mode("slow", 400)
        begun = time.monotonic()
        done = self.fence("node1", "-o", "off", "-n", "node2")
        self.assertEqual(done.returncode, 0)
        self.assertGreaterEqual(time.monotonic() - begun, 0.4)

    def test_isolated_node_does_not_reach_the_power_switch(self):
        """Otherwise the loser of a split could shoot the winners, which a
        network power switch would not let it."""
        lab = self.lab
        lab.isolate("node1")
        done = self.fence("node1", "-o", "off", "-n", "node2",
                          "--power_timeout=0.3")
        self.assertEqual(done.returncode, 5)
        self.assertTrue(lab.is_on("node2"))
        self.assertTrue(lab.events("power-unreachable"))

    def test_fence_agent_refuses_what_it_does_not_understand(self):
        """An agent's mistakes must be exit codes, not tracebacks."""
        for arguments, code in ((("-o", "dance", "-n", "node2"), 2),
                                (("-o", "off"), 2),
                                (("-o", "off", "-n", "node9"), 1),
                                (("-s", "/nowhere", "-o", "monitor"), 4),
                                (("-o", "monitor"), 0),
                                (("-o", "validate-all"), 0)):
            done = self.fence("node1", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertNotIn("Traceback", done.stderr)
        names = self.fence("node1", "-o", "list").stdout.split()
        self.assertEqual(names, [f"{n},{n}" for n in self.lab.nodes])
        checked = self.lab.run("node1", "sh", "-c", "fence_lab -o metadata |"
                               " python3 -c 'import sys, xml.etree.ElementTree"
                               " as e; e.parse(sys.stdin)'")
        self.assertEqual(checked.returncode, 0)

    def test_files_of_a_node_are_its_own(self):
        """Nodes share a machine; what one writes may not reach another,
        or the machine."""
        lab = self.lab
        for folder in ("/etc", "/usr/lib", "/var/lib", "/var/log", "/run",
                       "/tmp", "/dev/shm", "/srv"):
            path = f"{folder}/lab-{lab.name}"
            lab.run("node1", "touch", path)
            self.assertFalse(os.path.exists(path), path)
            self.assertEqual(lab.run("node2", "ls", path,
                                     check=False).returncode, 2, path)

    def test_standard_agents_serve_the_client_and_die_with_the_node(self):
        """IPaddr2 and nginx, unmodified, are what clusters run."""
        lab = self.lab
        fetch = ("python3", "-c", "import urllib.request as u; print(u.urlopen"
                 f"('http://{ADDRESS}/', timeout=5).read().decode())")

        def served_by():
            return lab.run("client", *fetch, check=False).stdout.strip()
        lab.shell("node1", SERVE)
        # It takes a moment until all know whose the address is.
        lab.wait(lambda: served_by() == "node1", "node1 serves")
        self.assertIn(ADDRESS, lab.addresses("node1"))
        starts = [e for e in lab.events("exec") if e["command"][-1] == "start"]
        if lab.ask("status")["trace"]:
            self.assertEqual([e["instance"] for e in starts], ["ip", "web"])
        lab.cut("node1")
        self.assertEqual(served_by(), "")
        lab.shell("node2", SERVE)
        lab.wait(lambda: served_by() == "node2", "node2 serves")
        lab.cut("node2")


class ManyLabs(unittest.TestCase):
    """Labs as wholes."""

    def assert_gone(self, lab, namespaces):
        for path in (lab.places.run, lab.places.disk):
            self.assertFalse(os.path.exists(path), path)
        for namespace in namespaces:
            self.assertEqual(kernel.pids_in(namespace), [])
        self.assertNotIn(lab.name, kernel.read_text("/proc/mounts"))

    @staticmethod
    def namespaces(lab):
        return [lab.node(name)["pid_namespace"]
                for name in [*lab.nodes, "client"]]

    def test_two_labs_live_side_by_side(self):
        """Same names, same addresses, nothing in common."""
        with Lab(2, "--no-wait", daemon=False) as one:
            with Lab(2, "--no-wait", daemon=False) as other:
                seen = [set(self.namespaces(lab)) for lab in (one, other)]
                self.assertFalse(seen[0] & seen[1])
                one.cut("node1")
                self.assertTrue(other.is_on("node1"))
                other_namespaces = self.namespaces(other)
            self.assert_gone(other, other_namespaces)
            self.assertTrue(one.is_on("node2"))

    def test_two_nodes_have_quorum_alone_once_both_were_there(self):
        """two_node: the survivor keeps quorum."""
        with Lab(2, daemon=False) as lab:
            lab.cut("node1")
            lab.wait(lambda: lab.members("node2") == ["node2"],
                     "node2 keeps quorum alone")

    def test_disks_in_memory_survive_a_boot_too(self):
        """A machine whose own root cannot carry layers gets these."""
        with Lab(1, "--in-memory", daemon=False) as lab:
            lab.run("node1", "touch", "/var/lib/lab-mark")
            lab.cut("node1")
            lab.boot("node1")
            lab.run("node1", "ls", "/var/lib/lab-mark")
            self.assertNotIn("node1", os.listdir(lab.places.disk))

    def test_down_works_after_the_keeper_was_killed(self):
        """A crash half-way must not need a hand."""
        with Lab(2, "--no-wait", daemon=False) as lab:
            namespaces = self.namespaces(lab)
            pid = client.keeper_pid(lab.places)
            os.kill(pid, signal.SIGKILL)
            lab.wait(lambda: not any(kernel.pids_in(namespace)
                                     for namespace in namespaces),
                     "nodes die with their keeper")
            with self.assertRaises(LabError):
                lab.node("node1")
            lab.down()
            self.assert_gone(lab, namespaces)

    def test_lab_ends_with_its_owner(self):
        """A test that is killed cannot clean up."""
        owner = subprocess.Popen(["sleep", "1000"])
        lab = Lab(1, daemon=False)
        lab.command[lab.command.index("--owner") + 1] = str(owner.pid)
        with lab:
            namespaces = self.namespaces(lab)
            owner.kill()
            owner.wait()
            lab.wait(lambda: not os.path.exists(lab.places.run)
                     and not os.path.exists(lab.places.disk),
                     "the lab removes itself")
            self.assert_gone(lab, namespaces)

    def test_daemon_is_started_again_when_it_dies(self):
        """As systemd would; a program stands in for the daemon here."""
        with tempfile.TemporaryDirectory() as folder:
            program = f"{folder}/musterd"
            kernel.write_text(program, "#!/bin/sh\nexec sleep 4321\n")
            os.chmod(program, 0o755)
            lab = Lab(1, "--no-wait", "--musterd", program)
            with lab:
                def daemon():
                    return list(lab.processes("node1", "^sleep 4321$"))
                first = lab.wait(daemon, "the daemon runs")
                os.kill(first[0], signal.SIGKILL)
                lab.wait(lambda: daemon() not in ([], first),
                         "the daemon runs again")
                lab.stop_daemon("node1")
                lab.wait(lambda: not daemon(), "the daemon stops")
                lab.halt("node1")
                self.assertFalse(lab.is_on("node1"))

    def test_refusals_name_the_thing_and_the_next_step(self):
        """People read these at night."""
        is_installed = shutil.which("musterd", path=place.PATH)
        for words, text in (
                *([] if is_installed else [(("up", "1"), "--build DIR")]),
                (("up", "0"), "use 1 to 32"),
                (("up", "1", "--name", "No Lab"), "lab name 'No Lab'"),
                (("status", "--name", "absent"), "muster-lab up 3"),
                (("exec", "--name", "absent", "node1", "true"), "not up"),
                (("--name", "absent", "exec", "node1", "true"),
                 "'absent' is not up")):
            done = subprocess.run([PROGRAM, *words], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    run_tests()
