# SPDX-License-Identifier: GPL-2.0-or-later
"""Fencing, node modes and sizes that the generator itself does not have:
topologies, unfencing, what requires what, many nodes, old words.

Each function makes one change to a Draft and tells whether it could."""

import copy
import xml.etree.ElementTree as ET


def devices(at):
    return [one for one in at.primitives() if one.get("class") == "stonith"]


def device_make(at, values=None):
    device = ET.Element("primitive", {"id": at.id(), "class": "stonith",
                                      "type": "fence_ipmilan"})
    at.section("resources").insert(0, device)
    if values:
        at.block_add(device, "instance_attributes", values)
    return device


def topology_add(at):
    """Levels for nodes by name, by pattern and by attribute."""
    if not at.may_fence():
        return False
    names = [one.get("id") for one in devices(at)]
    while len(names) < 2:
        names.append(device_make(at, at.lots.pick(
            [{"pcmk_delay_max": "5s"}, {"pcmk_delay_base": "3s"},
             {"pcmk_host_list": "node1"}])).get("id"))
    topology = ET.SubElement(at.cib.find("configuration"),
                             "fencing-topology")
    for node in at.nodes():
        kind = at.lots.pick(["target", "target", "target-pattern",
                             "target-attribute", None])
        if kind is None:
            continue
        for index in range(1, at.lots.between(2, 3)):
            level = ET.SubElement(topology, "fencing-level", id=at.id(),
                                  index=str(index),
                                  devices=",".join(at.lots.some(names, 1,
                                                                2)))
            if kind == "target-attribute":
                level.set("target-attribute", "site")
                level.set("target-value", at.lots.pick(["east", "west"]))
            else:
                level.set(kind, node.get("uname"))
    return True


def unfencing_add(at):
    """A device that lets nodes in again, and who waits for that."""
    if not at.may_fence():
        return False
    device = device_make(at)
    at.block_add(device, "meta_attributes", {"provides": "unfencing"})
    for node in at.nodes():
        state = at.state_of(node)
        if state is not None and at.lots.chance(0.5):
            at.transient_set(state, "#node-unfenced", at.lots.pick(
                ["0", str(at.now_s() - 500)]))
    for resource in at.tops():
        if at.lots.chance(0.3) and resource not in devices(at):
            at.pair_set(resource, "meta_attributes", "requires",
                        at.lots.pick(["unfencing", "fencing", "quorum",
                                      "nothing"]))
    return True


def requires_add(at):
    """With the policies that decide about it."""
    for resource in at.tops():
        if at.lots.chance(0.6):
            at.pair_set(resource, "meta_attributes", "requires",
                        at.lots.pick(["quorum", "fencing", "nothing"]))
    at.cib.set("have-quorum", at.lots.pick(["0", "0", "1"]))
    at.pair_set(at.section("crm_config"), "cluster_property_set",
                "no-quorum-policy", at.lots.pick(
                    ["stop", "freeze", "demote", "suicide", "ignore"]))
    return True


def device_modes_add(at):
    device = at.pick(devices(at))
    if device is None:
        return False
    name, value = at.lots.pick([
        ("target-role", "Stopped"), ("is-managed", "false"),
        ("maintenance", "true"), ("resource-stickiness", "10"),
        ("priority", "7"), ("requires", "nothing")])
    at.pair_set(device, "meta_attributes", name, value)
    return True


def nodes_add(at):
    """Up to ten nodes; those that come were all looked at already."""
    status = at.cib.find("status")
    model = next((one for one in at.cib.iterfind("status/node_state")
                  if one.get("join") == "member"), None)
    if model is None:
        return False
    for number in range(len(at.nodes()) + 1, at.lots.between(7, 10) + 1):
        name = f"node{number}"
        ET.SubElement(at.section("nodes"), "node", id=str(number),
                      uname=name)
        state = copy.deepcopy(model)
        state.attrib.update(id=str(number), uname=name)
        for child in list(state):
            if child.tag != "lrm":
                state.remove(child)
        for record in state.iter("lrm_resource"):
            for one in record.findall("lrm_rsc_op")[1:]:
                record.remove(one)
            for one in record:
                one.attrib.update({
                    "operation": "monitor", "rc-code": "7",
                    "op-status": "0", "interval": "0",
                    "id": f"{record.get('id')}_last_0",
                    "operation_key": f"{record.get('id')}_monitor_0",
                    "call-id": "3", "on_node": name,
                    "transition-key": "3:1:7:u",
                    "transition-magic": "0:7;3:1:7:u"})
        status.append(state)
    return True


def old_words_change(at):
    """As written before Pacemaker 2: master and slave, scores of orders."""
    at.cib.set("validate-with", at.lots.pick(["pacemaker-1.2",
                                              "pacemaker-2.10"]))
    words = {"Promoted": "Master", "Unpromoted": "Slave"}
    for one in at.cib.find("configuration").iter():
        for name in ("role", "rsc-role", "with-rsc-role"):
            if one.get(name) in words:
                one.set(name, words[one.get(name)])
        if one.tag == "nvpair" and one.get("name") == "target-role":
            one.set("value", words.get(one.get("value"), one.get("value")))
        if one.tag == "nvpair" and (one.get("name") or "").startswith(
                "promoted-"):
            one.set("name", one.get("name").replace("promoted", "master"))
        one.attrib.pop("influence", None)  # Newer than these schemas.
        if one.tag == "rsc_order" and at.lots.chance(0.5):
            kind = one.attrib.pop("kind", "Mandatory")
            if kind == "Serialize":
                one.set("kind", kind)
            else:
                one.set("score", "0" if kind == "Optional" else "INFINITY")
    for clone in at.tops():
        pairs = [pair for pair in clone.iterfind("meta_attributes/nvpair")
                 if pair.get("name") == "promotable"]
        if clone.tag == "clone" and pairs:
            block = clone.find("meta_attributes")
            block.remove(pairs[0])
            clone.tag = "master"
    return True


ADDITIONS = [topology_add, unfencing_add, requires_add, requires_add,
             device_modes_add, nodes_add]
