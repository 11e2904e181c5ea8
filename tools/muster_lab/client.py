# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the keeper of a lab."""

import json
import socket
import time

from muster_lab.kernel import process_start, read_text
from muster_lab.place import LabError, Places


def request(lab, timeout_s=120, **fields):
    """Ask the keeper of a lab. Raises LabError."""
    places = Places(lab)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        connection.connect(places.control)
        connection.sendall(json.dumps(fields).encode() + b"\n")
        received = b""
        while not received.endswith(b"\n"):
            data = connection.recv(65536)
            if not data:
                break
            received += data
    except socket.timeout as error:
        raise LabError(f"lab '{lab}': no answer in {timeout_s} s") from error
    except OSError as error:
        raise LabError(f"lab '{lab}' is not up ({error.strerror});"
                       f" muster-lab up 3 --name {lab}") from error
    finally:
        connection.close()
    answer = json.loads(received or b'{"ok": false, "error": "no answer"}')
    if not answer["ok"]:
        raise LabError(answer["error"])
    return answer


def keeper_pid(places):
    """The keeper's pid, if it is alive and really the keeper."""
    try:
        identity = json.loads(read_text(places.identity))
        if process_start(identity["pid"]) == identity["start"]:
            return identity["pid"]
    except (ValueError, KeyError):
        pass
    return None


def node_status(lab, name):
    for node in request(lab, op="status")["nodes"]:
        if node["name"] == name:
            return node
    raise LabError(f"no node '{name}' in lab '{lab}'")


def ready_node(lab, name):
    """The status of a node that is on and set up; waits while it boots."""
    node = node_status(lab, name)
    deadline = time.monotonic() + 60
    while node["pid"] and not node["ready"] and time.monotonic() < deadline:
        time.sleep(0.02)
        node = node_status(lab, name)
    if not node["pid"]:
        raise LabError(f"{name} is off; muster-lab boot {name}")
    if not node["ready"]:
        raise LabError(f"{name} does not come up; muster-lab logs {name}")
    return node


def exec_command(node, command):
    """The command that runs 'command' inside a node that is ready."""
    return ["nsenter", "--target", str(node["pid"]), "--mount", "--net",
            "--pid", "--uts", "--ipc", "--", *command]


def wait_until(condition, timeout_s):
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
