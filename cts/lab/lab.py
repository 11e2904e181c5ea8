# SPDX-License-Identifier: GPL-2.0-or-later
"""Labs for tests: make one, do things to it, wait for what must become true.

    with Lab(3) as lab:
        lab.cut("node1")
        lab.wait(lambda: lab.members("node2") == ["node2", "node3"],
                 "node2 and node3 go on without node1")

A lab ends with the block, with the process, and with the process's death. After
a failure its logs are kept and their place is printed. Tests that share a lab
are a LabTest.

Conditions are polled with a deadline that no machine needs; nothing here sleeps
for a fixed time, and no time is taken for a sign of something. Two nodes are
never looked at in one moment: see both(). What one of them has acknowledged
another learns a moment later: see LabTest.follow().
"""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.abspath(f"{HERE}/../../tools")
PROGRAM = f"{TOOLS}/muster-lab"
SKIPPED = 77
DEADLINE_S = 150
# Longer than any command of ours waits by itself.
COMMAND_S = 400
DUMMY = "ocf:heartbeat:Dummy"
NEEDED = ("corosync", "corosync-quorumtool", "nsenter", "ip", "nginx", "pkill",
          "setpriv", "/usr/lib/ocf/resource.d/heartbeat/Dummy",
          "/usr/lib/ocf/resource.d/heartbeat/IPaddr2")
GATE = "ocf:lab:Gate"
GATE_AGENT = """#!/bin/sh
# A service that neither starts nor stops before its gate is opened.
state=/run/gate-$OCF_RESOURCE_INSTANCE
case $1 in
meta-data)
    cat <<'END'
<?xml version="1.0"?>
<resource-agent name="Gate" version="1.0">
<version>1.1</version>
<longdesc lang="en">A service with a gate.</longdesc>
<shortdesc lang="en">A service with a gate</shortdesc>
<parameters/>
<actions>
<action name="start" timeout="3600s"/>
<action name="stop" timeout="3600s"/>
<action name="monitor" timeout="20s" interval="10s"/>
<action name="meta-data" timeout="5s"/>
<action name="validate-all" timeout="5s"/>
</actions>
</resource-agent>
END
    ;;
start | stop)
    while [ -e "$state-$1-shut" ]; do sleep 0.05; done
    case $1 in
    start) : >"$state" ;;
    stop) rm -f "$state" ;;
    esac ;;
monitor) [ -e "$state" ] || exit 7 ;;
esac
exit 0
"""

sys.dont_write_bytecode = True
sys.path.insert(0, TOOLS)
from muster_lab import client, kernel, life, place  # noqa: E402
from muster_lab.place import LabError  # noqa: E402


class Lab:
    """One lab with a name of its own."""

    count_made = 0

    def __init__(self, count, *arguments, daemon=True, build=None, tree=None,
                 trace=True, token_ms=1000):
        Lab.count_made += 1
        self.name = f"t{os.getpid()}-{Lab.count_made}"
        self.count = count
        self.has_daemon = daemon
        self.token_ms = token_ms
        self.nodes = place.node_names(count)
        self.command = [PROGRAM, "up", str(count), "--name", self.name,
                        "--owner", str(os.getpid()), "--token", str(token_ms),
                        *arguments]
        build = build or os.environ.get("MUSTER_BUILD")
        tree = tree or os.environ.get("MUSTER_TREE")
        if not daemon:
            self.command.append("--no-daemon")
        elif tree:
            self.command += ["--tree", tree]
        elif build:
            self.command += ["--build", build]
        if trace:
            self.command.append("--trace")
        self.places = place.Places(self.name)
        self.known = {}

    # -- life

    def __enter__(self):
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        done = subprocess.run(self.command, capture_output=True, text=True,
                              check=False, timeout=COMMAND_S)
        if done.returncode:
            raise LabError(done.stderr.strip())
        return self

    def __exit__(self, kind, _error, _traceback):
        if kind not in (None, KeyboardInterrupt, SystemExit):
            self.keep_logs()
        self.down()

    def down(self):
        subprocess.run([PROGRAM, "down", "--name", self.name], check=False,
                       timeout=COMMAND_S)

    def keep_logs(self):
        folder = os.environ.get("MUSTER_LAB_LOGS")
        target = f"{folder}/{self.name}" if folder else \
            tempfile.mkdtemp(prefix="muster-lab-logs.")
        shutil.copytree(self.places.run, target, dirs_exist_ok=True,
                        ignore=lambda *_: ["power", "control"])
        life.keep_logs(self.places, target)
        print(f"logs of lab {self.name}: {target}", file=sys.stderr)

    # -- requests

    def ask(self, op, node=None, **fields):
        self.known = {}
        return client.request(self.name, op=op, node=node, **fields)

    def cut(self, node):
        self.ask("cut", node)

    def boot(self, node):
        self.ask("boot", node)

    def halt(self, node):
        self.ask("halt", node)

    def isolate(self, node):
        self.ask("isolate", node)

    def rejoin(self, node):
        self.ask("rejoin", node)

    def freeze(self, node, process="all"):
        self.ask("freeze", node, process=process)

    def thaw(self, node, process="all"):
        self.ask("thaw", node, process=process)

    def stop_daemon(self, node):
        self.ask("stop-daemon", node)

    def start_daemon(self, node):
        self.ask("start-daemon", node)

    def fence_mode(self, mode, delay_ms=0, node=None):
        self.ask("power-mode", node, mode=mode, ms=delay_ms)

    # -- looking

    def node(self, name):
        """What the keeper knows of a node, now."""
        for node in client.request(self.name, op="status")["nodes"]:
            self.known[node["name"]] = node
        return self.known[name]

    def is_on(self, name):
        return self.node(name)["power"] == "on"

    def events(self, what=None, since=0.0):
        """What the lab did and saw; 'since' is a monotonic time."""
        lines = kernel.read_text(self.places.events).splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [event for event in events
                if what in (None, event["what"])
                and event["monotonic"] >= since]

    def command_in(self, name, command):
        """(command, environment) that run 'command' in a node."""
        node = self.known.get(name)
        if not node or not node["ready"] or \
                kernel.pid_namespace(node["pid"]) != \
                node["pid_namespace"]:
            node = client.ready_node(self.name, name)
            self.known[name] = node
        return client.exec_command(node, command), node["environment"]

    def run(self, name, *command, check=True, timeout_s=COMMAND_S, text=None):
        """Run a command in a node; its result, or LabError."""
        wrapped, environment = self.command_in(name, command)
        done = subprocess.run(
            wrapped, env=environment, capture_output=True, text=True,
            input=text, stdin=None if text is not None
            else subprocess.DEVNULL, timeout=timeout_s, check=False)
        if check and done.returncode:
            raise LabError(f"{name}: {' '.join(command)}: exit"
                           f" {done.returncode}: {done.stderr.strip()}"
                           f" {done.stdout.strip()}")
        return done

    def shell(self, name, script, **options):
        return self.run(name, "sh", "-c", script, **options).stdout

    def write(self, name, path, content):
        self.run(name, "tee", path, text=content)

    def install_agent(self, kind, text):
        """An agent of the provider 'lab' on every node."""
        folder = "/usr/lib/ocf/resource.d/lab"
        for name in self.nodes:
            self.run(name, "mkdir", "-p", folder)
            self.write(name, f"{folder}/{kind}", text)
            self.run(name, "chmod", "755", f"{folder}/{kind}")

    def root(self, name):
        """A node's files from outside; nothing is there when it is off."""
        return f"/proc/{self.node(name)['pid'] or 'none'}/root"

    def files(self, name, pattern):
        """{path: identity} of a node's files; one that was removed and made
        again has another identity."""
        root = self.root(name)
        found = {}
        for path in glob.glob(root + pattern):
            try:
                status = os.stat(path)
            except OSError:
                continue           # gone since
            found[path[len(root):]] = (status.st_ino, status.st_ctime_ns)
        return found

    def both(self, pattern):
        """{(node, path): identity} of files that are there at one moment, on
        whatever nodes: that between two looks, which have both seen them."""
        def look():
            return {(name, path): identity for name in self.nodes
                    for path, identity in self.files(name, pattern).items()}
        first, second = look(), look()
        return {key: identity for key, identity in first.items()
                if second.get(key) == identity}

    def log(self, name, path):
        """A log of a node, on or off; its disk may be the keeper's alone."""
        keeper = client.keeper_pid(self.places)
        return kernel.read_text(f"/proc/{keeper}/root"
                                f"{self.places.log_dir(name)}/{path}")

    def members(self, name):
        """The node names in Corosync's membership, if it is quorate."""
        done = self.run(name, "corosync-quorumtool", "-s", check=False)
        if not re.search(r"^Quorate:\s+Yes", done.stdout, re.M):
            return []
        _, _, table = done.stdout.partition("Membership information")
        return sorted(re.findall(r"^\s+\d+\s+\d+\s+(\S+)", table, re.M))

    def addresses(self, name):
        """IPv4 addresses a node has, as its kernel says."""
        if not self.is_on(name):
            return []
        out = self.run(name, "ip", "-4", "-o", "addr", "show", "dev", "eth0",
                       check=False).stdout
        return re.findall(r" inet ([\d.]+)/", out)

    def processes(self, name, pattern="."):
        """{host pid: (start, command line)} of a node, from /proc."""
        namespace = self.node(name)["pid_namespace"]
        if not namespace:
            return {}
        found = {}
        for pid in kernel.pids_in(namespace):
            command = kernel.read_text(f"/proc/{pid}/cmdline")
            command = command.replace("\0", " ").strip()
            if command and re.search(pattern, command):
                found[pid] = (kernel.process_start(pid), command)
        return found

    def membership_at(self, since, observer, gone):
        """When Corosync on 'observer' was done with the loss of 'gone'."""
        log = self.log(observer, "corosync/corosync.log")
        offset = time.time() - time.monotonic()
        year = time.localtime().tm_year
        number = gone[len("node"):]
        for stamp, millis, members in re.findall(
                r"^(\w+ +\d+ [\d:]+)\.(\d+) .*\[QUORUM\] Members\[\d+\]:"
                r" ([\d ]+)$", log, re.M):
            at = time.mktime(time.strptime(f"{year} {stamp}",
                                           "%Y %b %d %H:%M:%S"))
            at += int(millis) / 1000 - offset
            if at > since - 0.001 and number not in members.split():
                return at
        return None

    def fencing_of(self, node, since):
        """(agent begun, agent ended) of the fencing that succeeded."""
        confirmed = [event for event in
                     self.events("power-confirmed", since)
                     if event["node"] == node]
        if not confirmed:
            return None, None
        at, by = confirmed[0]["monotonic"], confirmed[0]["by"]
        for event in self.events("exit", since):
            if event["node"] == by and event["begun"] < at < event["at"] \
                    and any("fence_lab" in w for w in event["command"]):
                return event["begun"], event["at"]
        return None, at

    def muster(self, name, *words, **options):
        return self.run(name, "muster", *words, **options)

    def muster_status(self, name):
        """The status as the node's daemon gives it; {} without one."""
        try:
            done = self.run(name, "muster", "status", "--format", "json",
                            check=False)
            return json.loads(done.stdout)
        except (ValueError, LabError):
            return {}

    def cluster(self, by):
        """What the daemon of 'by' tells of the whole; {} without one."""
        return self.muster_status(by).get("cluster", {})

    def nodes_told(self, by):
        """{name: what the daemon of 'by' tells of the node}; {} without
        one."""
        return {node["name"]: node
                for node in self.muster_status(by).get("nodes", [])}

    def online(self, by):
        """The nodes that are online, as the daemon of 'by' tells."""
        return sorted(name for name, node in self.nodes_told(by).items()
                      if node["online"])

    # -- waiting

    @staticmethod
    def wait(condition, what, timeout_s=DEADLINE_S, pause_s=0.05):
        """Poll until 'condition' gives a true value, and return it."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise LabError(f"not within {timeout_s:g} s: {what}")
            time.sleep(pause_s)

    def wait_online(self, nodes=None, when=""):
        """Until each of 'nodes' (else of all) tells that just they are."""
        nodes = list(nodes or self.nodes)
        for name in nodes:
            self.wait(lambda n=name: self.online(n) == nodes,
                      f"{name} sees {nodes} online {when}")

    def wait_settled(self, by="node1"):
        """Until the daemon of 'by' says that nothing is left to be done."""
        self.wait(lambda: self.cluster(by).get("idle"), "the cluster is idle")


class LabTest(unittest.TestCase):
    """Tests that share a lab, and what they do and see as an operator does.

    A class whose tests leave ruins sets 'shares_lab' to False: each test has a
    lab of its own then. The logs of a lab are kept when a test in it fails.
    """

    shares_lab = True

    @classmethod
    def make_lab(cls):
        return Lab(3)

    @classmethod
    def prepare_lab(cls):
        """What is done once in a new lab."""

    @classmethod
    def begin_lab(cls, owner, add_cleanup):
        owner.lab = cls.make_lab()
        owner.lab.__enter__()
        add_cleanup(owner.lab.down)
        if owner.lab.has_daemon:
            owner.lab.wait_online()

    @classmethod
    def setUpClass(cls):
        if cls.shares_lab:
            cls.begin_lab(cls, cls.addClassCleanup)
            cls.prepare_lab()

    def setUp(self):
        if not self.shares_lab:
            self.begin_lab(self, self.addCleanup)
        self.addCleanup(self.keep_logs_if_failed)
        if not self.shares_lab:
            self.prepare_lab()

    def run(self, result=None):
        self.result = result or self.defaultTestResult()
        self.failed_before = self.failed_count()
        return super().run(self.result)

    def failed_count(self):
        return len(self.result.failures) + len(self.result.errors)

    def keep_logs_if_failed(self):
        if self.failed_count() > self.failed_before:
            self.lab.keep_logs()

    # -- doing

    asked = None  # The node of the last command.

    def follow(self, node):
        """Before another node is asked: until it knows all that the one asked
        before knows. Nothing, when that one knows nothing any more."""
        def reached(name):
            revision = self.lab.cluster(name).get("revision")
            return revision and [int(part) for part in revision.split(".")]

        before, self.asked = self.asked, node
        known = before not in (None, node) and reached(before)
        if known:
            self.lab.wait(lambda: (reached(node) or []) >= known,
                          f"{node} knows what {before} does")

    def tool(self, *words, node="node1", text=None):
        self.follow(node)
        return self.lab.muster(node, *words, check=False, text=text)

    def done(self, *words, **options):
        """A command that must succeed."""
        done = self.tool(*words, **options)
        self.assertEqual(done.returncode, 0,
                         f"{words}: {done.stderr}{done.stdout}")
        return done

    def good(self, *words, **options):
        """What a command prints that must succeed."""
        return self.done(*words, **options).stdout

    def define(self, *names, more="op monitor interval=5s"):
        """Dummies, and the cluster at rest."""
        self.good("configure", "load", "update", "-", text="".join(
            f"primitive {name} {DUMMY} {more}\n" for name in names))
        self.settle()

    def settle(self, node="node1"):
        """Until the cluster has done all that is wanted of it."""
        self.good("wait", "--timeout", str(DEADLINE_S), node=node)

    # -- seeing

    def status(self, node="node1"):
        return json.loads(self.tool("status", "--format", "json",
                                    node=node).stdout)

    def shut(self, name, verb):
        """The start or stop of a Gate waits from now on, until open()."""
        for node in self.lab.nodes:
            self.lab.run(node, "touch", f"/run/gate-{name}-{verb}-shut")
        self.addCleanup(self.open, name, verb)

    def open(self, name, verb):
        for node in self.lab.nodes:
            self.lab.run(node, "rm", "-f", f"/run/gate-{name}-{verb}-shut")

    def resource(self, name, node="node1"):
        found = [one for one in self.status(node)["resources"]
                 if one["id"] == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def configuration(self):
        return self.good("configure", "show", "--full")


def run_tests():
    """For test programs: skip without root, run, print the counts, exit."""
    if os.geteuid() != 0:
        print("needs root")
        sys.exit(SKIPPED)
    missing = [program for program in NEEDED
               if not shutil.which(program, path=place.PATH)]
    if missing:
        print("not installed:", ", ".join(missing) + "; cts/packages installs"
              " what tests need")
        sys.exit(SKIPPED)
    runner = unittest.TextTestRunner(verbosity=2, stream=sys.stdout)
    result = unittest.main(module="__main__", exit=False,
                           testRunner=runner).result
    failed = len(result.failures) + len(result.errors)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not result.testsRun else 0)
