# SPDX-License-Identifier: GPL-2.0-or-later
"""The status section of a made-up cluster: nodes in all states, and a history
of what was done that agrees with what there is to run (generate.py)."""

import hashlib
import xml.etree.ElementTree as ET

NOW_S = 1700000000
UUID = "11111111-2222-3333-4444-555555555555"

#            in_ccm   crmd       join       expected
STATES = {
    "online": ("true", "online", "member", "member"),
    "leaving": ("true", "online", "member", "member"),
    "offline": ("false", "offline", "down", "down"),
    "lost": ("false", "offline", "down", "member"),
    "half": ("true", "offline", "down", "member"),
    "pending": ("true", "online", "pending", "member"),
    "joining": ("true", "online", "down", "down"),
}


def digest(params, timeout_ms=None):
    """As histories hold it: of the parameters as one element."""
    params = dict(params)
    if timeout_ms is not None:
        params["CRM_meta_timeout"] = str(timeout_ms)
    text = "".join(f' {name}="{params[name]}"' for name in sorted(params))
    return hashlib.md5(f" <parameters{text}/>\n".encode()).hexdigest()


class Operation:
    """One entry of a history."""

    def __init__(self, name, rc=0, expected=0, interval_s=0, role=None):
        self.name = name
        self.rc = rc
        self.expected = expected
        self.interval_s = interval_s
        self.role = role
        self.is_pending = False
        self.entry = None  # Name of the entry where it is not the usual one.
        self.attributes = {}
        self.ago_s = None
        self.call_id = None
        self.same_call = None  # Another result of the same call.


class History:
    def __init__(self, cluster):
        self.cluster = cluster
        self.make = cluster.maker
        self.attributes = {node["name"]: {} for node in cluster.nodes}
        self.operations = {node["name"]: {} for node in cluster.nodes}
        self.agents = {}
        self.params = {}

    def has(self, feature):
        return feature in self.make.features

    def states_draw(self):
        nodes = self.cluster.nodes
        for node in nodes:
            node["state"] = "online"
        if self.has("node-trouble"):
            for node in nodes:
                if self.make.chance(0.35):
                    node["state"] = self.make.pick(
                        ["offline", "offline", "lost", "lost", "half",
                         "pending", "joining", "leaving", "leaving",
                         "unseen"])
        up = [node for node in nodes if node["state"] == "online"]
        if not up:
            nodes[0]["state"] = "online"
            up = [nodes[0]]
        self.cluster.cib.set("dc-uuid", self.make.pick(up)["id"])

    # Where things are

    def hosts(self):
        """Nodes on which something may be active, the likely ones often."""
        result = []
        for node in self.cluster.nodes:
            if node["state"] in ("online", "leaving"):
                result += [node] * 4
            elif node["state"] in ("lost", "half", "pending"):
                result += [node] * 2
        return result

    def settle(self):
        hosts = self.hosts()
        for resource in self.cluster.resources:
            if self.has("cold") and self.make.chance(0.7):
                continue
            if resource.kind == "clone":
                self.clone_settle(resource, hosts)
            else:
                home = None
                if self.make.chance(0.75):
                    home = self.make.pick(hosts)["name"]
                self.unit_settle(resource, home, None, "")
                if home and self.has("doubles") and self.make.chance(0.4):
                    other = self.make.pick(hosts)["name"]
                    if other != home:
                        self.unit_settle(resource, other, None, "", True)
        if self.has("removed"):
            home = self.make.pick(hosts)["name"]
            self.agents["gone"] = {"class": "ocf", "provider": "pacemaker",
                                   "type": "Dummy"}
            self.entry(home, "gone").append(Operation("start"))
            if self.make.chance(0.5):
                self.entry(home, "gone").append(
                    Operation("monitor", interval_s=10))

    def clone_settle(self, clone, hosts):
        names = sorted({node["name"] for node in hosts})
        slots = [name for name in names
                 for _ in range(clone.copies_per_node if clone.is_unique
                                else 1)]
        wanted = self.make.between(0, min(clone.copies, len(slots)))
        if self.make.chance(0.6):
            wanted = min(clone.copies, len(slots))
        chosen = self.make.some(slots, wanted, wanted) if wanted else []
        promoted = 1
        for number, name in enumerate(chosen):
            role = None
            if clone.is_promotable:
                if promoted > 0 and self.make.chance(0.7):
                    role = "Promoted"
                    promoted -= 1
                else:
                    role = "Unpromoted"
            suffix = f":{number}" if clone.is_unique else ""
            self.unit_settle(clone.members[0], name, role, suffix)
        if not clone.is_unique:
            for name in names:
                if name not in chosen:
                    self.unit_settle(clone.members[0], None, None, "", True,
                                     [name])
        if clone.is_promotable:
            for name in names:
                for primitive in clone.primitives():
                    if self.make.chance(0.75):
                        self.attributes[name][f"master-{primitive.id}"] = \
                            str(self.make.pick([5, 5, 10, 10, 100, 1000, -1,
                                                0, "INFINITY"]))

    def unit_settle(self, resource, home, role, suffix, only=False,
                    others=None):
        """A primitive or group is active on 'home', and known to be stopped
        elsewhere unless 'only'."""
        broken = False
        for primitive in resource.primitives():
            name = primitive.id + suffix
            self.agents[name] = primitive.agent
            self.params[name] = primitive.params
            if home and not broken:
                self.active_add(primitive, home, name, role)
                broken = resource.kind == "group" and self.make.chance(0.1)
            known = [node["name"] for node in self.cluster.nodes
                     if node["name"] != home and node["state"] in
                     ("online", "leaving", "lost", "half")]
            if only:
                known = others or []
            for node in known:
                if not self.entry(node, name) and self.make.chance(0.92):
                    self.stopped_add(primitive, node, name)

    def entry(self, node, name):
        return self.operations[node].setdefault(name, [])

    def stopped_add(self, primitive, node, name):
        if self.make.chance(0.25):
            self.entry(node, name).append(Operation("stop"))
        else:
            probe = Operation("monitor", 7, 7)
            if self.has("failures") and self.make.chance(0.03):
                probe.rc = self.make.pick([1, 5, 2, 6])
                probe.entry = "last_failure_0"
            self.entry(node, name).append(probe)

    def active_add(self, primitive, node, name, role):
        make = self.make
        operations = self.entry(node, name)
        if make.chance(0.2) and role != "Promoted":
            operations.append(Operation("monitor", 0, make.pick([0, 7])))
        else:
            operations.append(Operation("start"))
        if role == "Promoted":
            operations.append(Operation("promote"))
        for task, interval_s, wanted, _ in primitive.operations:
            if task != "monitor" or make.chance(0.07):
                continue
            if (wanted or "Started") == "Promoted" and role != "Promoted":
                continue
            if wanted is None and role == "Promoted":
                continue
            if wanted == "Stopped":
                continue
            rc = 8 if role == "Promoted" else 0
            operations.append(Operation("monitor", rc, rc, interval_s,
                                        wanted))
        if self.has("failures") and make.chance(0.25):
            self.failure_add(primitive, node, name, role)
        elif self.has("pending") and make.chance(0.3):
            self.pending_add(primitive, node, name, role)

    def digests_add(self, params, operations):
        """Every entry has the digest of its parameters: without one, what is
        active is taken to have changed."""
        kind = "same"
        if self.has("digests") and params:
            kind = self.make.pick(["same", "same", "changed", "reloadable"])
        for operation in operations:
            timeout_ms = self.timeout_ms(operation)
            recorded = dict(params)
            if kind == "changed":
                recorded["state"] = "/run/before"
            elif kind == "reloadable" and operation.name == "start":
                operation.attributes["op-force-restart"] = " state "
                operation.attributes["op-restart-digest"] = digest(params)
                recorded["fake"] = "before"
            operation.attributes["op-digest"] = digest(recorded, timeout_ms)

    def timeout_ms(self, operation):
        """Part of the digest of recurring operations."""
        if not operation.interval_s:
            return None
        defaults = self.cluster.op_defaults
        if defaults and defaults["for"] in (None, operation.name):
            return defaults["timeout_s"] * 1000
        return 20000

    def failure_add(self, primitive, node, name, role):
        make = self.make
        operations = self.entry(node, name)
        recurring = [one for one in operations if one.interval_s]
        kinds = ["start", "stop", "restart"]
        if recurring:
            kinds += ["monitor"] * 6
        if role:
            kinds += ["promote", "demote"]
        kind = make.pick(kinds)
        count = str(make.pick([1, 1, 2, 3]))
        interval_ms = 0
        rc = make.pick([1, 1, 1, 7, 5, 2, 6])
        if kind == "monitor":
            failed = Operation("monitor", make.pick(
                [7, 7, 1, 1, 9 if role else 1]),
                               recurring[0].expected,
                               recurring[0].interval_s)
            # It is the same call that succeeded until then.
            failed.same_call = recurring[0]
            if make.chance(0.2):
                operations.remove(recurring[0])
            interval_ms = failed.interval_s * 1000
        elif kind == "restart":  # Failed once, recovered since.
            failed = Operation("monitor", 7, 0, 10)
            interval_ms = 10000
        else:
            failed = Operation(kind, rc if kind != "stop" else 1)
            if kind in ("start", "stop"):
                operations[:] = [] if kind == "start" else operations
                count = "INFINITY"
        failed.entry = "last_failure_0"
        failed.ago_s = make.pick([10, 60, 1000, 10000])
        task = kind if kind != "restart" else "monitor"
        if kind == "restart":
            operations.insert(0, failed)
        else:
            operations.append(failed)
            if not failed.interval_s:
                again = Operation(kind, failed.rc)
                again.ago_s = failed.ago_s
                operations.append(again)
        if make.chance(0.9):
            self.attributes[node][f"fail-count-{primitive.id}#{task}"
                                  f"_{interval_ms}"] = count
            self.attributes[node][f"last-failure-{primitive.id}#{task}"
                                  f"_{interval_ms}"] = \
                str(NOW_S - failed.ago_s)

    def pending_add(self, primitive, node, name, role):
        make = self.make
        operations = self.entry(node, name)
        kinds = ["start", "stop", "monitor"]
        if role:
            kinds += ["promote", "demote"]
        elif primitive.meta.get("allow-migrate"):
            kinds += ["migrate_to"] * 3
        kind = make.pick(kinds)
        pending = Operation(kind)
        pending.is_pending = True
        if kind in ("start", "monitor"):
            operations[:] = []
        if kind == "migrate_to":
            others = [one["name"] for one in self.cluster.nodes
                      if one["name"] != node and one["state"] == "online"]
            if not others:
                return
            target = make.pick(others)
            pending.attributes = {"migrate_source": node,
                                  "migrate_target": target}
            pending.is_pending = make.chance(0.4)
            if not pending.is_pending:
                second = Operation("migrate_from")
                second.attributes = dict(pending.attributes)
                second.is_pending = make.chance(0.4)
                if make.chance(0.25):
                    second.rc = 1
                self.operations[target][name] = [second]
                if make.chance(0.2):
                    del self.operations[target][name]
        operations.append(pending)

    # Writing it down

    def attributes_draw(self):
        make = self.make
        for node in self.cluster.nodes:
            values = self.attributes[node["name"]]
            if node["state"] == "leaving":
                values["shutdown"] = str(NOW_S - 30)
            if self.has("health") and make.chance(0.6):
                values[make.pick(["#health-disk", "#health-cpu"])] = \
                    make.pick(["red", "yellow", "green", "-20"])
            if self.has("attributes") and make.chance(0.4):
                values["load"] = make.pick(["1", "2.5", "7"])
            if self.has("node-modes") and make.chance(0.05):
                values["standby"] = "on"
            if self.has("node-modes") and make.chance(0.02):
                values["terminate"] = "true"

    def status_make(self):
        self.states_draw()
        self.settle()
        self.attributes_draw()
        status = ET.SubElement(self.cluster.cib, "status")
        for node in self.cluster.nodes:
            if node["state"] != "unseen":
                self.node_make(status, node)
        if self.cluster.tickets:
            block = ET.SubElement(status, "tickets")
            for ticket in self.cluster.tickets:
                if self.make.chance(0.85):
                    element = ET.SubElement(
                        block, "ticket_state", id=ticket,
                        granted=self.make.pick(["true", "true", "false"]))
                    if self.make.chance(0.2):
                        element.set("standby", "true")

    def node_make(self, status, node):
        values = STATES[node["state"]]
        name = node["name"]
        element = ET.SubElement(
            status, "node_state", id=node["id"], uname=name,
            in_ccm=values[0], crmd=values[1], join=values[2],
            expected=values[3])
        block = ET.SubElement(element, "transient_attributes", id=node["id"])
        self.make.pairs(block, "instance_attributes", self.attributes[name])
        if node["state"] in ("offline", "joining"):
            return
        lrm = ET.SubElement(ET.SubElement(element, "lrm", id=node["id"]),
                            "lrm_resources")
        call_id = 0
        for rsc in sorted(self.operations[name]):
            operations = self.operations[name][rsc]
            if not operations:
                continue
            block = ET.SubElement(lrm, "lrm_resource",
                                  {"id": rsc, **self.agents[rsc]})
            if self.has("shutdown-lock") and node["state"] == "leaving" \
                    and self.make.chance(0.3):
                block.set("shutdown-lock", str(NOW_S - 100))
            entries = {}
            self.digests_add(self.params.get(rsc, {}), operations)
            for operation in operations:
                call_id += 1
                operation.call_id = call_id
                if operation.same_call and operation.same_call.call_id:
                    operation.call_id = operation.same_call.call_id
                entry = self.operation_make(name, rsc, operation)
                entries[entry.get("id")] = entry
            block.extend(entries.values())

    def operation_make(self, node, rsc, operation):
        call_id = operation.call_id
        interval_ms = operation.interval_s * 1000
        ending = operation.entry or (
            f"{operation.name}_{interval_ms}" if interval_ms or
            operation.name in ("migrate_to", "migrate_from")
            else "last_0")
        status = "0"
        if operation.is_pending:
            status = "-1"
        elif operation.rc != operation.expected:
            status = "4" if operation.name != "monitor" else "0"
        rc = 193 if operation.is_pending else operation.rc
        key = f"{call_id}:1:{operation.expected}:{UUID}"
        ago_s = 5 if operation.is_pending else 20000
        if operation.ago_s is not None:
            ago_s = operation.ago_s
        return ET.Element("lrm_rsc_op", {
            "id": f"{rsc}_{ending}",
            "operation_key": f"{rsc}_{operation.name}_{interval_ms}",
            "operation": operation.name, "crm_feature_set": "3.16.1",
            "transition-key": key,
            "transition-magic": f"{status}:{rc};{key}", "on_node": node,
            "call-id": "-1" if operation.is_pending else str(call_id),
            "rc-code": str(rc), "op-status": status,
            "interval": str(interval_ms),
            "last-rc-change": str(NOW_S - ago_s), **operation.attributes})


def make(cluster):
    """Adds the status section to the cluster's CIB."""
    History(cluster).status_make()
