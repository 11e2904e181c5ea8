#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real systemd, booted in a container over a copy of this machine: units as
resources, and musterd as a service of its own unit file."""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import SKIPPED, run_tests  # noqa: E402

BUILD = os.path.abspath(os.environ.get("MUSTER_BUILD", "."))
TREE = os.environ.get("MUSTER_TREE")
BOOT_S = 150
BOOTS_COUNT = 5
WAIT_S = 150

TARGET = """[Unit]
Requires=basic.target dbus.service
After=basic.target dbus.service
AllowIsolate=yes
"""

UNITS = {
    "test-good": "[Service]\nRestart=always\nExecStart=/bin/sleep 100000\n",
    "test-slow": "[Service]\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh "
                 "-c 'sleep 1; systemd-notify --ready; exec sleep 100000'\n",
    "test-fails": "[Service]\nType=oneshot\nExecStart=/bin/false\n",
    "test-lost": "[Service]\nType=exec\nExecStart=/nowhere\n",
}

COROSYNC = """totem {
 version: 2
 cluster_name: unit
 transport: knet
 crypto_cipher: none
 crypto_hash: none
}
nodelist {
 node {
  ring0_addr: 127.0.0.1
  name: solo
  nodeid: 1
 }
}
quorum {
 provider: corosync_votequorum
}
system {
 sched_rr: no
 move_to_root_cgroup: no
 allow_knet_handle_fallback: yes
}
logging {
 to_syslog: no
 to_stderr: yes
}
"""


class Machine:
    """A container that boots systemd; it ends with us, whatever happens."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="muster-systemd.", dir="/var/tmp")
        self.root = f"{self.top}/root"
        self.process = None
        self.init = None
        self.messages = tempfile.TemporaryFile()

    def excuse(self):
        """Why it did not boot, with the last words of systemd-nspawn."""
        self.messages.seek(0)
        said = self.messages.read().decode("utf-8", "replace")
        return f"systemd does not boot in a container here: {said[-300:]}"

    def path(self, name):
        return f"{self.root}/{name}"

    def make(self):
        for name in ("upper", "work", "root"):
            os.mkdir(f"{self.top}/{name}")
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o",
             f"lowerdir=/,upperdir={self.top}/upper,workdir={self.top}/work",
             self.root], check=True, timeout=WAIT_S)
        # The services of this machine are not those of the container.
        for folder in glob.glob(self.path("etc/systemd/system/*.wants")):
            shutil.rmtree(folder)
        for name in ("var/lib/muster", "etc/muster"):
            shutil.rmtree(self.path(name), ignore_errors=True)
        self.write("etc/machine-id", "")
        self.write("etc/systemd/system/test.target", TARGET)
        for name, text in UNITS.items():
            self.write(f"etc/systemd/system/{name}.service", text)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def boot(self):
        """Some kernels refuse now and then to move the first process: it is
        started again when it has ended, but not when it hangs."""
        for _ in range(BOOTS_COUNT):
            if self.boot_once():
                return True
            if self.process.poll() is None:
                break
        return False

    def boot_once(self):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "systemd-nspawn",
             f"--directory={self.root}", "--boot", "--register=no",
             "--keep-unit", "--private-network", "--kill-signal=SIGKILL",
             f"--machine={os.path.basename(self.top).replace('.', '-')}",
             "--console=pipe", "--link-journal=no", "systemd.unit=test.target"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.messages)
        end = time.monotonic() + BOOT_S
        while time.monotonic() < end and self.process.poll() is None:
            self.init = child_of(self.process.pid)
            if self.init and self.run("systemctl is-active test.target",
                                      check=False) == "active":
                return True
            time.sleep(0.2)
        return False

    def run(self, command, check=True, timeout=WAIT_S):
        done = subprocess.run(
            ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-n", "-p",
             "--", "sh", "-c", command], capture_output=True, text=True,
            check=False, timeout=timeout)
        if check and done.returncode:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait(self, command, text, seconds=WAIT_S):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                return self.run(command)
            except AssertionError:
                time.sleep(0.05)
        raise AssertionError(f"{text}: not within {seconds} s")

    def end(self):
        if self.init:
            try:
                os.kill(self.init, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.process:
            self.process.kill()
            self.process.wait(timeout=WAIT_S)
        subprocess.run(["umount", "-l", self.root], check=False,
                       stderr=subprocess.DEVNULL, timeout=WAIT_S)
        shutil.rmtree(self.top, ignore_errors=True)
        self.messages.close()


def child_of(pid):
    """The first process in the container, or None."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return None
    for child in children:
        try:
            with open(f"/proc/{child}/comm", encoding="ascii") as file:
                if file.read().strip() == "systemd":
                    return int(child)
        except OSError:
            pass
    return None


class Systemd(unittest.TestCase):
    """All tests share one container."""

    @classmethod
    def setUpClass(cls):
        cls.excuse = None
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.end)
        try:
            cls.machine.make()
        except (OSError, subprocess.SubprocessError) as error:
            cls.excuse = f"no overlay here: {error}"
            return
        runner = f"{BUILD}/cts/lab/exec_run"
        if os.access(runner, os.X_OK):
            shutil.copy(runner, cls.machine.path("usr/bin/exec_run"))
        cls.has_daemon = cls.install_into(cls.machine)
        if not cls.machine.boot():
            cls.excuse = cls.machine.excuse()

    def setUp(self):
        if self.excuse:
            self.skipTest(self.excuse)

    @classmethod
    def install_into(cls, machine):
        tree = TREE
        if not tree and os.path.exists(f"{BUILD}/daemon/musterd"):
            tree = f"{machine.top}/tree"
            subprocess.run(["make", "-C", BUILD, "install", f"DESTDIR={tree}"],
                           check=True, capture_output=True, timeout=300)
        if not tree:
            return False
        subprocess.run(["cp", "-a", "--keep-directory-symlink", f"{tree}/.",
                        machine.root], check=False, stderr=subprocess.PIPE,
                       timeout=WAIT_S)
        if not os.path.exists(machine.path("usr/sbin/musterd")):
            shutil.copytree(tree, machine.root, dirs_exist_ok=True,
                            symlinks=True)
        machine.write("etc/corosync/corosync.conf", COROSYNC)
        return True

    def units(self, *steps):
        """What came of the steps, as {"unit op": (end, rc, text)}."""
        if not os.path.exists(self.machine.path("usr/bin/exec_run")):
            self.skipTest("exec_run is not built")
        text = self.machine.run("exec_run /run/exec-run " + " ".join(steps),
                                timeout=300)
        results = {}
        for line in text.splitlines():
            found = re.match(r"(\S+) (\S+) end (\d) rc (\d+) ms \d+ ?(.*)",
                             line)
            if found:
                unit, op_name, end, rc, reason = found.groups()
                results[f"{unit} {op_name}"] = (int(end), int(rc), reason)
        return results

    def test_unit_starts_and_stops(self):
        """start, monitor and stop mean what agents mean by them."""
        results = self.units("test-good:start", "test-slow:start")
        self.assertEqual(results["test-good start"][:2], (0, 0))
        self.assertEqual(results["test-slow start"][:2], (0, 0))
        results = self.units("test-good:monitor", "test-slow:monitor")
        self.assertEqual(results["test-good monitor"][:2], (0, 0))
        self.assertEqual(results["test-slow monitor"][:2], (0, 0))
        results = self.units("test-good:stop", "test-good:monitor",
                             "test-slow:stop", "test-slow:monitor")
        self.assertEqual(results["test-good stop"][:2], (0, 0))
        self.assertEqual(results["test-good monitor"][:2], (0, 7))
        self.assertEqual(results["test-slow monitor"][:2], (0, 7))

    def test_broken_and_missing_units_say_so(self):
        """A sentence with the next step, not a number."""
        results = self.units("test-fails:start", "test-lost:start",
                             "test-absent:monitor", "test-absent:stop")
        self.assertEqual(results["test-fails start"][:2], (0, 1))
        self.assertIn("journalctl -u test-fails.service",
                      results["test-fails start"][2])
        self.assertEqual(results["test-lost start"][:2], (0, 1))
        self.assertEqual(results["test-absent monitor"],
                         (2, 5, "there is no unit test-absent.service"))
        self.assertEqual(results["test-absent stop"][:2], (0, 0))

    def test_cluster_restarts_units_itself_and_at_once(self):
        """Restart=always would hide the failure: the drop-in takes it away."""
        self.units("test-good:start")
        steps = "test-good:monitor test-good:wait test-good:monitor"
        process = subprocess.Popen(
            ["nsenter", "-t", str(self.machine.init), "-a", "exec_run",
             "/run/exec-run", *steps.split()], stdout=subprocess.PIPE,
            text=True)
        try:
            for line in process.stdout:
                if line.startswith("test-good waiting"):
                    self.machine.run("systemctl kill -s KILL test-good")
                if line.startswith("test-good changed"):
                    break
            rest = process.stdout.read()
            self.assertEqual(process.wait(timeout=WAIT_S), 0)
        finally:
            process.kill()
            process.wait(timeout=WAIT_S)
            process.stdout.close()
        self.assertIn("test-good monitor end 0 rc 7", rest)

    def test_musterd_under_its_unit(self):
        """Services outlive the daemon, are taken over again, and are stopped
        before Corosync when the daemon is stopped."""
        if not self.has_daemon:
            self.skipTest("musterd is not built")
        run, wait = self.machine.run, self.machine.wait
        run("systemctl daemon-reload")
        run("systemctl start musterd", timeout=300)
        self.assertEqual(run("systemctl is-active corosync"), "active")
        wait("muster status --format json | grep -q '\"quorate\": *true'",
             "a cluster of one")
        run("muster configure property stonith-enabled=false")
        run("muster configure primitive good systemd:test-good "
            "op monitor interval=600s")
        run("muster configure primitive any ocf:heartbeat:anything "
            "params binfile=/bin/sleep cmdline_options=54321 "
            "op monitor interval=600s")
        wait("muster wait --timeout 1 && systemctl is-active test-good && "
             "pgrep -fx '/bin/sleep 54321'", "both run")
        first = run("systemctl show -p MainPID --value test-good")

        # Long before the next monitor is due:
        run("systemctl kill -s KILL test-good")
        wait("systemctl is-active test-good && test "
             f"$(systemctl show -p MainPID --value test-good) != {first}",
             "the crashed unit runs again")

        # What the operator finds by the name of the resource.
        wait("journalctl -q -u musterd MUSTER_RESOURCE=good | grep good",
             "the journal has it")

        main = run("systemctl show -p MainPID --value test-good")
        other = run("pgrep -fx '/bin/sleep 54321'")
        daemon = run("systemctl show -p MainPID --value musterd")
        run(f"kill -KILL {daemon}")
        wait("systemctl is-active musterd && test "
             f"$(systemctl show -p MainPID --value musterd) != {daemon} && "
             "muster wait --timeout 1", "musterd is back")
        self.assertEqual(run("systemctl show -p MainPID --value test-good"),
                         main)
        self.assertEqual(run("pgrep -fx '/bin/sleep 54321'"), other)

        run("systemctl stop corosync", timeout=300)
        self.assertEqual(run("systemctl is-active test-good", check=False),
                         "inactive")
        self.assertEqual(run("pgrep -fx '/bin/sleep 54321'", check=False), "")
        self.assertEqual(run("systemctl is-failed musterd", check=False),
                         "inactive")

    def test_shutdown_of_the_machine_stops_services_first(self):
        """The cluster stops what it runs while Corosync and the network are
        there, and systemd stops none of it before."""
        if not self.has_daemon:
            self.skipTest("musterd is not built")
        machine = Machine()
        self.addCleanup(machine.end)
        machine.make()
        type(self).install_into(machine)
        note = "/bin/sh -c 'echo %s >>/var/log/order'"
        machine.write("etc/systemd/system/test-net.service",
                      "[Unit]\nBefore=network.target network-online.target\n"
                      "Wants=network.target\n[Service]\nType=oneshot\n"
                      "RemainAfterExit=yes\nExecStart=/bin/true\nExecStop="
                      + note % "network" + "\n")
        machine.write("etc/systemd/system/test-good.service",
                      "[Service]\nExecStart=/bin/sleep 100000\nExecStopPost="
                      + note % "unit" + "\n")
        for unit in ("corosync", "musterd"):
            machine.write(f"etc/systemd/system/{unit}.service.d/note.conf",
                          "[Service]\nExecStopPost=" + note % unit + "\n")
        if not machine.boot():
            self.skipTest(machine.excuse())
        machine.run("systemctl start test-net musterd", timeout=300)
        machine.wait("muster status --format json | "
                     "grep -q '\"quorate\": *true'", "a cluster of one")
        machine.run("muster configure property stonith-enabled=false")
        machine.run("muster configure primitive good systemd:test-good "
                    "op monitor interval=600s")
        machine.wait("muster wait --timeout 1 && "
                     "systemctl is-active test-good", "it runs")
        machine.run("systemctl poweroff --no-block")
        self.assertIsNotNone(machine.process.wait(timeout=300))
        with open(machine.path("var/log/order"), encoding="ascii") as file:
            self.assertEqual(file.read().split(),
                             ["unit", "musterd", "corosync", "network"])


if __name__ == "__main__":
    if not shutil.which("systemd-nspawn"):
        print("not installed: systemd-nspawn")
        sys.exit(SKIPPED)
    run_tests()
