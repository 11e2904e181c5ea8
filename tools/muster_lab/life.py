# SPDX-License-Identifier: GPL-2.0-or-later
"""Making a lab and ending it."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess

from muster_lab import kernel
from muster_lab.client import (
    exec_command, keeper_pid, ready_node, request, wait_until)
from muster_lab.keeper import Keeper
from muster_lab.place import (
    DISK_DIR, NODES_MAX, PATH, LabError, Places, node_names)

# A slow machine may need it; one that is well never does.
QUORUM_S = 120


def up(arguments):
    places = Places(arguments.name)
    check_can_up(arguments, places)
    places.remove()
    os.makedirs(places.power)
    os.makedirs(places.disk)
    os.chmod(DISK_DIR, 0o700)
    try:
        options = prepare_options(arguments, places)
        start_keeper(options, places)
        if not arguments.no_wait:
            wait_quorate(arguments.name, options["count"])
    except BaseException:
        # What went wrong first is what people have to hear.
        with contextlib.suppress(LabError):
            down(places)
        raise
    print(f"lab '{arguments.name}' is up: "
          + ", ".join(node_names(options["count"])))


def check_can_up(arguments, places):
    if os.geteuid() != 0:
        raise LabError("needs root; use sudo")
    if not 1 <= arguments.count <= NODES_MAX:
        raise LabError(f"{arguments.count} nodes: use 1 to {NODES_MAX}")
    for program in ("corosync", "ip", "nsenter"):
        if not shutil.which(program, path=PATH):
            raise LabError(f"'{program}' is not installed; cts/packages"
                           " installs what a lab needs")
    has_daemon = (arguments.no_daemon or arguments.build or arguments.tree
                  or arguments.musterd or shutil.which("musterd", path=PATH))
    if not has_daemon:
        raise LabError("musterd is not installed; run a build tree with"
                       " --build DIR, or Corosync alone with --no-daemon")
    if keeper_pid(places):
        raise LabError(f"lab '{arguments.name}' is up already; muster-lab"
                       f" down --name {arguments.name}")


def prepare_options(arguments, places):
    trees = []
    if arguments.tree:
        trees.append(os.path.abspath(arguments.tree))
    if arguments.build:
        trees.append(stage_tree(places, os.path.abspath(arguments.build)))
    own = stage_fence_agent(places)
    if own:
        trees.append(own)
    share = [os.path.abspath(path) for path in arguments.share]
    musterd = arguments.musterd and os.path.abspath(arguments.musterd)
    if musterd:
        share.append(os.path.dirname(musterd))
    environment = dict(item.split("=", 1) for item in arguments.env)
    return {
        "lab": arguments.name, "count": arguments.count,
        "daemon": not arguments.no_daemon, "musterd": musterd,
        "trees": trees, "share": share, "in_memory": arguments.in_memory,
        "environment": environment,
        "network": arguments.network, "token_ms": arguments.token,
        "wait_for_all": arguments.wait_for_all,
        "boot_delay_ms": arguments.boot_delay, "trace": arguments.trace,
        "owner": arguments.owner}


def stage_tree(places, build):
    """Install a build tree into the lab's own folder."""
    tree = f"{places.disk}/tree"
    done = subprocess.run(
        ["make", "-s", "-C", build, "install", f"DESTDIR={tree}"],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"cannot install the build tree {build}:\n"
                       + done.stderr[-2000:])
    return tree


def stage_fence_agent(places):
    """fence_lab for nodes of a machine that has none installed."""
    target = f"{places.disk}/own/usr/sbin/fence_lab"
    here = os.path.dirname(os.path.realpath(__file__))
    source = next((path for path in (
        f"{here}/../../agents/fence/fence_lab",
        f"{here}/../../../sbin/fence_lab") if os.path.exists(path)), None)
    if os.path.exists("/usr/sbin/fence_lab") or not source:
        return None
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(source, target)
    os.chmod(target, 0o755)
    return f"{places.disk}/own"


def start_keeper(options, places):
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.chdir("/")
        null = os.open("/dev/null", os.O_RDWR)
        log = os.open(places.keeper_log,
                      os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        kernel.close_all_but(0, 1, 2)
        # Whole or not at all: who reads half of it takes us for dead.
        kernel.write_text(f"{places.identity}.new", json.dumps(
            {"pid": os.getpid(), "start": kernel.process_start(os.getpid())}))
        os.rename(f"{places.identity}.new", places.identity)
        try:
            Keeper(options).run()
        except BaseException as error:  # pylint: disable=broad-except
            os.write(2, f"muster-lab: {error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    wait_until(lambda: os.path.exists(f"{places.power}/socket")
               or os.waitpid(pid, os.WNOHANG)[0], 60)
    try:
        request(options["lab"], op="status")
    except LabError as error:
        raise LabError("the lab did not start: "
                       + (kernel.read_text(places.keeper_log).strip()
                          or str(error))) from error


def wait_quorate(lab, count):
    def is_quorate(name):
        done = subprocess.run(
            exec_command(ready_node(lab, name), ["corosync-quorumtool", "-s"]),
            capture_output=True, text=True, check=False)
        return re.search(r"^Quorate:\s+Yes", done.stdout, re.M) and \
            re.search(rf"^Nodes:\s+{count}$", done.stdout, re.M)
    for name in node_names(count):
        if not wait_until(lambda n=name: is_quorate(n), QUORUM_S):
            raise LabError(f"{name} has no quorum after {QUORUM_S} s; see"
                           f" muster-lab logs {name}")


def keep_logs(places, target):
    os.makedirs(target, exist_ok=True)
    for path in (places.events, places.keeper_log):
        if os.path.exists(path):
            shutil.copy(path, target)
    if not os.path.isdir(places.disk):
        return
    for node in sorted(os.listdir(places.disk)):
        log = places.log_dir(node)
        if os.path.isdir(log):
            shutil.copytree(log, f"{target}/{node}", dirs_exist_ok=True)


def down(places, logs=None):
    """End a lab, whatever is left of it; keep its logs in 'logs'."""
    pid = keeper_pid(places)
    if pid:
        try:
            request(places.lab, timeout_s=30, op="down")
            wait_until(lambda: not keeper_pid(places), 30)
        except LabError:
            pass
        if keeper_pid(places):
            # Its nodes die with it.
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not keeper_pid(places), 30)
    if logs:
        keep_logs(places, logs)
    if places.exist():
        places.remove()
