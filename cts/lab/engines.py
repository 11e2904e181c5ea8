# SPDX-License-Identifier: GPL-2.0-or-later
"""Cluster managers that can run in a lab, behind the few words that demo and
benchmarks say to them.
"""

import os
import re
import subprocess


class Muster:
    name = "Muster"
    # What a story asks for holds for it; a peer's differences are only told.
    is_judged = True
    # What may be killed in a test of the daemon's death.
    daemon = r"(^|/)musterd( |$)"
    daemons = daemon

    def __init__(self, tree=None, build=None):
        self.options = {"tree": tree, "build": build}
        self.arguments = []

    @staticmethod
    def is_installed():
        return True

    @staticmethod
    def online(lab, by):
        """Names of the nodes that 'by' takes for working members."""
        return lab.online(by)

    @staticmethod
    def coordinator(lab, by):
        return lab.muster_status(by).get("cluster", {}).get("coordinator")

    @staticmethod
    def configure(lab, text):
        lab.run("node1", "muster", "configure", "load", "update", "-",
                text=text, timeout_s=120)

    @staticmethod
    def standby(lab, via, node, is_standby):
        lab.run(via, "muster", "node",
                "standby" if is_standby else "online", node)


class Pacemaker:
    """Debian's, spoken to with the same configuration text."""

    name = "Pacemaker"
    is_judged = False
    daemon = r"(^|/)pacemaker-(controld|execd)( |$)"
    daemons = r"(^|/)pacemaker(d|-\w+)( |$)"

    def __init__(self, *_):
        self.options = {}
        self.arguments = ["--musterd", "/usr/sbin/pacemakerd"]

    @staticmethod
    def is_installed():
        return all(os.path.exists(path) for path in
                   ("/usr/sbin/pacemakerd", "/usr/sbin/crm"))

    @staticmethod
    def monitor(lab, by):
        try:
            return lab.run(by, "crm_mon", "-1", check=False,
                           timeout_s=10).stdout
        except subprocess.TimeoutExpired:
            return ""

    @staticmethod
    def online(lab, by):
        found = re.search(r"Online: \[ ([^\]]*) \]",
                          Pacemaker.monitor(lab, by))
        return sorted(found.group(1).split()) if found else []

    @staticmethod
    def coordinator(lab, by):
        found = re.search(r"Current DC: (\w+)", Pacemaker.monitor(lab, by))
        return found.group(1) if found and found.group(1) != "NONE" else None

    @staticmethod
    def configure(lab, text):
        lab.write("node1", "/tmp/muster-lab.crm", text)
        lab.run("node1", "crm", "configure", "load", "update",
                "/tmp/muster-lab.crm", timeout_s=120)

    @staticmethod
    def standby(lab, via, node, is_standby):
        lab.run(via, "crm", "node",
                "standby" if is_standby else "online", node)


ENGINES = {"muster": Muster, "pacemaker": Pacemaker}
