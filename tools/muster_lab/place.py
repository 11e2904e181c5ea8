# SPDX-License-Identifier: GPL-2.0-or-later
"""Names, places and settings of a lab: what all its parts agree on."""

import os
import re
import shutil

RUN_DIR = "/run/muster-lab"
DISK_DIR = "/var/tmp/muster-lab"
CLIENT = "client"
CLIENT_HOST = 200
KEEPER_HOST = 254
NODES_MAX = 32
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class LabError(Exception):
    """What went wrong, for people, and what to do."""


class Places:
    """Where a lab keeps what. The folders of all labs stay when the last one
    is removed: the next may just be made."""

    def __init__(self, lab):
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,23}", lab):
            raise LabError(f"lab name '{lab}': use 1-24 of a-z, 0-9 and '-',"
                           " a letter first")
        self.lab = lab
        self.run = f"{RUN_DIR}/{lab}"
        self.disk = f"{DISK_DIR}/{lab}"
        self.control = f"{self.run}/control"
        self.power = f"{self.run}/power"
        self.identity = f"{self.run}/keeper.json"
        self.events = f"{self.run}/events.jsonl"
        self.keeper_log = f"{self.run}/keeper.log"

    def log_dir(self, node):
        return f"{self.disk}/{node}/log"

    def exist(self):
        return os.path.exists(self.run) or os.path.exists(self.disk)

    def remove(self):
        for path in (self.run, self.disk):
            shutil.rmtree(path, ignore_errors=True)
            if os.path.exists(path):
                raise LabError(f"cannot remove {path}; what still uses it?"
                               " (findmnt, fuser)")


def node_names(count):
    return [f"node{number}" for number in range(1, count + 1)]


def address_of(options, node):
    host = CLIENT_HOST if node == CLIENT else int(node[len("node"):])
    return f"{options['network']}.{host}"


def corosync_conf(options):
    lines = [
        "totem {", " version: 2", f" cluster_name: {options['lab']}",
        " transport: knet", " crypto_cipher: none", " crypto_hash: none",
        f" token: {options['token_ms']}", " token_coefficient: 0", "}",
        "nodelist {"]
    for number, node in enumerate(node_names(options["count"]), 1):
        lines += [" node {", f"  ring0_addr: {address_of(options, node)}",
                  f"  name: {node}", f"  nodeid: {number}", " }"]
    lines += ["}", "quorum {", " provider: corosync_votequorum"]
    if options["count"] == 2:
        lines.append(" two_node: 1")
    if options["wait_for_all"] is not None:
        lines.append(f" wait_for_all: {options['wait_for_all']}")
    lines += [
        "}", "system {", " sched_rr: no", " move_to_root_cgroup: no",
        " allow_knet_handle_fallback: yes", "}",
        "logging {", " to_stderr: no", " to_syslog: no", " to_logfile: yes",
        " logfile: /var/log/corosync/corosync.log", " timestamp: hires", "}"]
    return "\n".join(lines) + "\n"


def node_environment(options, boot_id):
    path = PATH
    if options["musterd"]:
        path = f"{os.path.dirname(options['musterd'])}:{path}"
    environment = {
        "PATH": path, "HOME": "/root", "SHELL": "/bin/sh", "USER": "root",
        "LANG": "C.UTF-8", "MUSTER_LAB": options["lab"],
        "MUSTER_BOOT_ID": boot_id}
    environment.update(options["environment"])
    return environment
