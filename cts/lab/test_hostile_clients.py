#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that lie, shout, stall or should not be here harm nobody else.

A real daemon on a real node; the clients are processes inside that node. After
each attack a well-behaved client must be served, by the same daemon.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab, LabTest, run_tests  # noqa: E402

CLIENT = r'''
import json, os, socket, struct, sys, time

PATH = "/run/muster/musterd.sock"
REQUEST, RESPONSE, EVENT, REFUSAL = 1, 2, 3, 4

def connect():
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(120)
    client.connect(PATH)
    return client

def frame(data, kind=REQUEST, size=None):
    return struct.pack("<4sII", b"MUS1", kind,
                       len(data) if size is None else size) + data

def exactly(client, size):
    data = b""
    while len(data) < size:
        more = client.recv(min(size - len(data), 1 << 16))
        if not more:
            raise EOFError
        data += more
    return data

def receive(client):
    magic, kind, size = struct.unpack("<4sII", exactly(client, 12))
    assert magic == b"MUS1", magic
    return kind, exactly(client, size)

def is_dropped(client, timeout_s=120):
    """The daemon has closed the connection, whatever it said before."""
    client.settimeout(timeout_s)
    try:
        while client.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    except socket.timeout:
        return False
    return True

def memory_kib(pid):
    """What the daemon has of its own."""
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Anonymous:"):
            return int(line.split()[1])

def be_served(times=3):
    """When this is over the daemon has seen what was sent before."""
    client = connect()
    for i in range(times):
        client.sendall(frame(b"{}"))
        assert receive(client)[0] == RESPONSE
'''


class HostileClients(LabTest):
    """All in one lab of one node: nothing here is about the cluster."""

    @classmethod
    def make_lab(cls):
        return Lab(1, trace=False)

    def setUp(self):
        super().setUp()
        self.pid = self.daemon_pid()

    def tearDown(self):
        """The same daemon serves the next one."""
        self.assertEqual(self.daemon_pid(), self.pid, "the daemon has died")
        self.client("be_served(1)")

    def daemon_pid(self):
        return self.lab.shell("node1", "cat /run/muster/musterd.pid").strip()

    def client(self, script, user=None):
        """Run a client's script in the node; what it prints."""
        words = ["python3", "-"]
        if user:
            words = ["setpriv", "--reuid", str(user), "--regid", str(user),
                     "--clear-groups", *words]
        return self.lab.run("node1", *words, text=CLIENT + script).stdout

    def memory_kib(self):
        return int(self.client(f"print(memory_kib({self.pid}))"))

    def test_garbage_is_dropped(self):
        self.client(
            "for text in (b'GET / HTTP/1.0\\r\\n\\r\\n', os.urandom(4096),\n"
            "             b'MUS2' + bytes(8), frame(b'x', kind=77),\n"
            "             frame(b'x', kind=RESPONSE)):\n"
            "    client = connect()\n"
            "    client.sendall(text)\n"
            "    assert is_dropped(client), text\n")

    def test_json_that_is_none_gets_an_answer(self):
        """A person's typing error is no attack."""
        self.client(
            "client = connect()\n"
            "for text in (b'', b'{', b'[1, 2]', b'null', b'{\"a\": \\xff}',\n"
            "             b'\\0\\0\\0', b'[' * 100000, b'1e999999',\n"
            "             b'{\"request\": {\"request\": 7}}'):\n"
            "    client.sendall(frame(text))\n"
            "    kind, answer = receive(client)\n"
            "    assert kind == RESPONSE, (text[:20], kind)\n"
            "    json.loads(answer)\n")

    def test_request_that_is_too_long_is_dropped_at_its_header(self):
        self.client(
            "for size in (16 * 1024 * 1024 + 1, 0x7fffffff, 0xffffffff):\n"
            "    client = connect()\n"
            "    client.sendall(frame(b'', size=size))\n"
            "    assert is_dropped(client), size\n")

    def test_promises_take_no_memory(self):
        """Forty clients that announce 16 MiB and send a byte."""
        self.client(
            "be_served()\n"
            f"before = memory_kib({self.pid})\n"
            "clients = [connect() for i in range(40)]\n"
            "for client in clients:\n"
            "    client.sendall(frame(b'x', size=16 * 1024 * 1024))\n"
            "be_served()\n"
            f"more = memory_kib({self.pid}) - before\n"
            "assert more < 2048, more\n")

    def test_unfinished_requests_are_bounded_in_all(self):
        """Twenty clients that really send 15 MiB each and never end."""
        self.client(
            "import threading\n"
            "sent = []\n"
            "clients = [connect() for i in range(20)]\n"
            "def attack(client):\n"
            "    try:\n"
            "        client.sendall(frame(b' ' * (15 << 20), size=16 << 20))\n"
            "    except ConnectionError:\n"
            "        pass\n"
            "    sent.append(1)\n"
            "for client in clients:\n"
            "    threading.Thread(target=attack, args=(client,)).start()\n"
            "most = 0\n"
            "while len(sent) < len(clients):\n"
            f"    most = max(most, memory_kib({self.pid}))\n"
            "    time.sleep(0.01)\n"
            "be_served()\n"
            f"most = max(most, memory_kib({self.pid}))\n"
            "assert most < 128 * 1024, most\n")
        self.lab.wait(lambda: self.memory_kib() < 32 * 1024,
                      "the memory is given back")

    def test_clients_that_stand_still_are_dropped(self):
        """Neither half a request nor an unread answer may stay for ever."""
        self.client(
            "half = connect()\n"
            "half.sendall(frame(b'{', size=1000))\n"
            "deaf = connect()\n"
            "deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)\n"
            "deaf.settimeout(1)\n"
            "try:\n"
            "    for i in range(100000):\n"
            "        deaf.sendall(frame(b'{\"request\": \"status\"}'))\n"
            "except (socket.timeout, ConnectionError):\n"
            "    pass\n"
            "assert is_dropped(half)\n"
            "deadline = time.monotonic() + 120\n"
            "while time.monotonic() < deadline:\n"
            "    try:\n"
            "        deaf.send(b'x')\n"
            "    except socket.timeout:\n"
            "        continue\n"
            "    except ConnectionError:\n"
            "        break\n"
            "else:\n"
            "    raise SystemExit('deaf is still served')\n")

    def test_hundreds_of_connections_leave_room_for_root(self):
        """The person who repairs things must get in."""
        self.lab.shell("node1", "getent group muster-view >/dev/null || "
                       "echo muster-view:x:7777: >>/etc/group")
        self.client(
            "import subprocess\n"
            "crowd = subprocess.Popen(['setpriv', '--reuid', '7777',\n"
            "    '--regid', '7777', '--clear-groups', 'python3', '-c', '''\n"
            "import socket, time\n"
            "clients = []\n"
            "while len(clients) < 300:\n"
            "    client = socket.socket(socket.AF_UNIX)\n"
            "    client.settimeout(120)\n"
            "    try:\n"
            "        client.connect(\"/run/muster/musterd.sock\")\n"
            "        clients.append(client)\n"
            "    except BlockingIOError:\n"
            "        time.sleep(0.01)\n"
            "print(\"in\", flush=True)\n"
            "time.sleep(600)\n"
            "'''], stdout=subprocess.PIPE)\n"
            "assert crowd.stdout.readline() == b'in\\n'\n"
            "client = connect()\n"
            "client.sendall(frame(b'{}'))\n"
            "assert receive(client)[0] == RESPONSE\n"
            "crowd.kill()\n"
            "crowd.wait()\n")

    def test_strangers_are_refused_with_a_sentence(self):
        self.client(
            "client = connect()\n"
            "kind, text = receive(client)\n"
            "assert kind == REFUSAL, kind\n"
            "assert b'group' in text, text\n"
            "assert is_dropped(client)\n", user=6666)

    def test_flood_of_requests_does_not_stop_the_others(self):
        self.client(
            "flood = connect()\n"
            "flood.setblocking(False)\n"
            "try:\n"
            "    while True:\n"
            "        flood.send(frame(b'{}') * 100)\n"
            "except BlockingIOError:\n"
            "    pass\n"
            "other = connect()\n"
            "for i in range(20):\n"
            "    other.sendall(frame(b'{}'))\n"
            "    assert receive(other)[0] == RESPONSE\n")

    def test_clients_that_vanish_at_any_moment_are_forgotten(self):
        self.client(
            "whole = frame(b'{\"request\": \"status\"}')\n"
            "for length in range(len(whole) + 1):\n"
            "    client = connect()\n"
            "    client.sendall(whole[:length])\n"
            "    client.close()\n")
        self.lab.wait(lambda: int(self.lab.shell(
            "node1", f"ls /proc/{self.pid}/fd | wc -l")) < 64,
            "no descriptor is left behind")


if __name__ == "__main__":
    run_tests()
