# SPDX-License-Identifier: GPL-2.0-or-later
"""What a CIB looks like once all actions of a plan have succeeded."""

import copy
import xml.etree.ElementTree as ET

NOW_S = 1700000000
UUID = "11111111-2222-3333-4444-555555555555"


class Status:
    """The status section that is written to."""

    def __init__(self, cib):
        self.cib = copy.deepcopy(cib)
        self.call_id = 1000
        self.states = {one.get("uname"): one
                       for one in self.cib.iterfind("status/node_state")}

    def history(self, node, rsc, is_wanted=True):
        """The lrm_resource of a resource on a node, made where it is not."""
        state = self.states[node]
        lrm = state.find("lrm")
        if lrm is None:
            lrm = ET.SubElement(state, "lrm", id=state.get("id"))
            ET.SubElement(lrm, "lrm_resources")
        for one in lrm.find("lrm_resources"):
            if one.get("id") == rsc:
                return one
        if not is_wanted:
            return None
        return ET.SubElement(lrm.find("lrm_resources"), "lrm_resource",
                             {"id": rsc, **self.agent_of(rsc)})

    def agent_of(self, rsc):
        words = ("class", "provider", "type")
        for one in self.cib.iterfind("configuration/resources//primitive"):
            if one.get("id") == rsc.split(":")[0]:
                if one.get("template"):
                    for other in self.cib.iter("template"):
                        if other.get("id") == one.get("template"):
                            one = other
                return {word: one.get(word) for word in words
                        if one.get(word)}
        return {"class": "ocf", "provider": "pacemaker", "type": "Dummy"}

    def entry_add(self, action, rc, attributes):
        name = action["task"]
        interval_ms = action.get("interval", 0)
        history = self.history(action["node"], action["rsc"])
        ending = f"{name}_{interval_ms}" \
            if interval_ms or name.startswith("migrate") else "last_0"
        self.entry_remove(history, f"{action['rsc']}_{ending}")
        self.call_id += 1
        key = f"{self.call_id}:2:{rc}:{UUID}"
        ET.SubElement(history, "lrm_rsc_op", {
            "id": f"{action['rsc']}_{ending}", "operation": name,
            "operation_key": f"{action['rsc']}_{name}_{interval_ms}",
            "crm_feature_set": "3.16.1", "transition-key": key,
            "transition-magic": f"0:{rc};{key}", "on_node": action["node"],
            "call-id": str(self.call_id), "rc-code": str(rc),
            "op-status": "0", "interval": str(interval_ms),
            "last-rc-change": str(NOW_S), **attributes})

    def entry_remove(self, history, *names):
        for entry in list(history):
            if entry.get("id") in names:
                history.remove(entry)

    def node_lose(self, node):
        state = self.states.get(node)
        if state is None:
            state = ET.SubElement(self.cib.find("status"), "node_state",
                                  id=node[-1:], uname=node)
            self.states[node] = state
        for child in list(state):
            state.remove(child)
        for name, value in (("in_ccm", "false"), ("crmd", "offline"),
                            ("join", "down"), ("expected", "down")):
            state.set(name, value)

    def failures_forget(self, node, rsc):
        """Fail counts and the failures that they count."""
        for block in self.states[node].iter("instance_attributes"):
            for pair in list(block):
                if pair.get("name").split("#")[0] in (
                        f"fail-count-{rsc}", f"last-failure-{rsc}"):
                    block.remove(pair)
        for history in self.states[node].iter("lrm_resource"):
            if history.get("id") == rsc:
                self.entry_remove(history, f"{rsc}_last_failure_0")

    def stop(self, action):
        """Ends the monitors as well."""
        history = self.history(action["node"], action["rsc"])
        for entry in list(history):
            if entry.get("interval") != "0":
                history.remove(entry)
        self.entry_add(action, 0, {})


def carry_out(cib, plan):
    """The CIB after the plan, which is as Muster prints it."""
    status = Status(cib)
    roles = {(one["rsc"], one.get("node")): one["role"]
             for one in plan["before"]["resources"]}
    after = {(one["rsc"], one.get("node")): one["role"]
             for one in plan["after"]["resources"]}
    lost = set()
    for action in in_order(plan["actions"]):
        task, node = action["task"], action.get("node")
        place = (action.get("rsc"), node)
        if action["kind"] == "fence" and task != "on" or task == "shutdown":
            status.node_lose(node)
            lost.add(node)
        elif action["kind"] == "pseudo" or node in lost:
            continue
        elif task == "monitor":
            role = (after if action.get("interval") else roles).get(
                place, "Stopped")
            rc = {"Stopped": 7, "Promoted": 8}.get(role, 0)
            status.entry_add(action, rc, {})
        elif task == "stop":
            status.stop(action)
        elif task in ("start", "promote", "demote"):
            status.entry_add(action, 0, {})
        elif task in ("migrate_to", "migrate_from"):
            status.entry_add(action, 0, migration_of(plan, action))
        elif task == "cancel":
            status.entry_remove(
                status.history(node, action["rsc"]),
                f"{action['rsc']}_monitor_{action['interval']}",
                f"{action['rsc']}_last_failure_0")
        elif task in ("delete", "lrm_delete"):
            history = status.history(node, action["rsc"], False)
            if history is not None:
                status.states[node].find("lrm/lrm_resources").remove(history)
        elif task == "clear_failcount":
            status.failures_forget(node, action["rsc"])
        elif task == "reload-agent":
            for entry in status.history(node, action["rsc"]):
                entry.attrib.pop("op-digest", None)
                entry.attrib.pop("op-restart-digest", None)
    return status.cib


def migration_of(plan, action):
    other = "migrate_from" if action["task"] == "migrate_to" else "migrate_to"
    for one in plan["actions"]:
        if one["task"] == other and one.get("inst", one.get("rsc")) == \
                action.get("inst", action["rsc"]):
            names = (action["node"], one["node"])
            if other == "migrate_to":
                names = names[::-1]
            return {"migrate_source": names[0], "migrate_target": names[1]}
    return {}


def in_order(actions):
    """The actions, none before what it waits for."""
    left = {one["id"]: one for one in actions}
    while left:
        ready = [one for one in left.values()
                 if not any(first in left for first in one["after"])]
        if not ready:
            raise ValueError("the plan has a loop")
        for one in ready:
            del left[one["id"]]
            yield one
