# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in histories besides: operations of other kinds and ends, moves in
every state, attributes of nodes, nodes that are told of in other words.

Each function makes one change to a Draft and tells whether it could."""

import xml.etree.ElementTree as ET

import generate_history

UUID = generate_history.UUID
DONE, CANCELLED, TIMED_OUT, FAILED = 0, 1, 2, 4


def states(at):
    """Node states with a history."""
    return [one for one in at.cib.iterfind("status/node_state")
            if one.find("lrm/lrm_resources") is not None]


def histories(at, is_active=None):
    """(node state, history of a resource); 'is_active': the last thing that
    is known is a start."""
    found = []
    for state in states(at):
        for record in state.find("lrm/lrm_resources"):
            last = [one.get("operation") for one in record
                    if one.get("interval") == "0" and
                    one.get("rc-code") == "0"]
            if is_active is None or is_active == (last[-1:] == ["start"]):
                found.append((state, record))
    return found


def entry_add(at, state, record, task, **told):
    """One more entry, after all others of the node. 'told': interval_s,
    status, rc, expected, ago_s, ending and attributes of the entry."""
    interval_ms = told.pop("interval_s", 0) * 1000
    status, rc = told.pop("status", DONE), told.pop("rc", 0)
    expected, ago_s = told.pop("expected", 0), told.pop("ago_s", 50)
    call_id = told.pop("call_id", None) or 1 + max(
        (int(one.get("call-id")) for one in state.iter("lrm_rsc_op")),
        default=0)
    name = f"{record.get('id')}_" + (told.pop("ending", None) or (
        f"{task}_{interval_ms}" if interval_ms or
        task.startswith("migrate") else "last_0"))
    for one in record.findall("lrm_rsc_op"):
        if one.get("id") == name:
            record.remove(one)
    key = f"{call_id}:2:{expected}:{UUID}"
    is_pending = status == -1
    ET.SubElement(record, "lrm_rsc_op", {
        "id": name, "operation": task,
        "operation_key": f"{record.get('id')}_{task}_{interval_ms}",
        "crm_feature_set": "3.16.1", "transition-key": key,
        "transition-magic": f"{status}:{rc};{key}",
        "on_node": state.get("uname"),
        "call-id": "-1" if is_pending else str(call_id),
        "rc-code": str(rc), "op-status": str(status),
        "interval": str(interval_ms),
        "last-rc-change": str(at.now_s() - ago_s),
        "op-digest": generate_history.digest({}), **told})


def configured(at, record):
    name = record.get("id").split(":")[0]
    return next((one for one in at.primitives() if one.get("id") == name),
                None)


def leftover_add(at):
    """A recurring monitor that left the configuration, runs on or was
    cancelled."""
    place = at.pick(histories(at, True))
    if place is None:
        return False
    entry_add(at, *place, "monitor", interval_s=at.lots.pick([7, 33]),
              status=at.lots.pick([DONE, DONE, CANCELLED]))
    return True


def failure_add(at):
    """Failures of all kinds: timed out, not supported, degraded, not
    installed; with or without the count, with or without being kept."""
    place = at.pick(histories(at))
    if place is None:
        return False
    state, record = place
    task, interval_s = at.lots.pick([("monitor", 10), ("monitor", 10),
                                     ("start", 0), ("stop", 0),
                                     ("monitor", 0)])
    expected = 7 if task == "monitor" and interval_s == 0 else 0
    ends = [(FAILED, 1), (TIMED_OUT, 198), (FAILED, 3), (FAILED, 6), (7, 5),
            (FAILED, 4), (9, 1)]
    if task == "monitor":
        ends += [(DONE, 7), (DONE, 190), (DONE, 8)]
    status, rc = at.lots.pick(ends)
    ago_s = at.lots.pick([5, 100, 5000])
    entry_add(at, state, record, task, interval_s=interval_s, status=status,
              rc=rc, expected=expected, ago_s=ago_s)
    if at.lots.chance(0.8):
        entry_add(at, state, record, task, interval_s=interval_s,
                  status=status, rc=rc, expected=expected, ago_s=ago_s,
                  ending="last_failure_0",
                  call_id=int(record[-1].get("call-id")))
    if at.lots.chance(0.7):
        count_set(at, state, record, task, interval_s * 1000, ago_s)
    return True


def count_set(at, state, record, task, interval_ms, ago_s):
    name = f"{record.get('id').split(':')[0]}#{task}_{interval_ms}"
    at.transient_set(state, f"fail-count-{name}",
                     at.lots.pick(["1", "1", "2", "6", "INFINITY"]))
    if at.lots.chance(0.8):
        at.transient_set(state, f"last-failure-{name}",
                         str(at.now_s() - ago_s))


def counts_add(at):
    """Fail counts without any failure in the history, of several
    operations; together they reach a threshold."""
    place = at.pick(histories(at))
    if place is None:
        return False
    for task, interval_ms in at.lots.some(
            [("monitor", 10000), ("start", 0), ("stop", 0), ("monitor", 0),
             ("promote", 0), ("migrate_to", 0)], 1, 3):
        count_set(at, *place, task, interval_ms,
                  at.lots.pick([10, 1000, 100000]))
    resource = configured(at, place[1])
    if resource is not None and at.lots.chance(0.7):
        name, value = at.lots.pick([("migration-threshold", "2"),
                                    ("migration-threshold", "4"),
                                    ("failure-timeout", "2min")])
        at.pair_set(resource, "meta_attributes", name, value)
    return True


def pending_add(at):
    place = at.pick(histories(at))
    if place is None:
        return False
    tasks = [("start", 0), ("stop", 0), ("monitor", 0), ("monitor", 10)]
    if place[1].get("type") == "Stateful":
        tasks += [("promote", 0), ("demote", 0)]
    elif place[1].get("type") == "Dummy":
        tasks += [("notify", 0), ("reload", 0), ("migrate_to", 0),
                  ("migrate_from", 0)]
    task, interval_s = at.lots.pick(tasks)
    more = {}
    if task.startswith("migrate"):
        nodes = [one.get("uname") for one in at.nodes()
                 if one.get("uname") != place[0].get("uname")]
        if not nodes:
            return False
        ends = [place[0].get("uname"), at.lots.pick(nodes)]
        if task == "migrate_from":
            ends.reverse()
        more = {"migrate_source": ends[0], "migrate_target": ends[1]}
    entry_add(at, *place, task, interval_s=interval_s, status=-1, rc=193,
              **more)
    return True


def move_add(at):
    """A live migration of what may migrate, in any state."""
    inner = at.inner()
    places = [(state, record) for state, record in histories(at, True)
              if record.get("type") == "Dummy" and
              configured(at, record) is not None and
              configured(at, record) not in inner]
    place = at.pick(places)
    if place is None:
        return False
    source, record = place
    targets = [one for one in states(at) if one is not source]
    target = at.pick(targets)
    if target is None:
        return False
    at.pair_set(configured(at, record), "meta_attributes", "allow-migrate",
                "true")
    ends = {"migrate_source": source.get("uname"),
            "migrate_target": target.get("uname")}
    status, rc = at.lots.pick([(DONE, 0)] * 4 + [(-1, 193), (FAILED, 1)])
    entry_add(at, source, record, "migrate_to", status=status, rc=rc, **ends)
    if status != DONE:
        return True
    other = next((one for one in target.find("lrm/lrm_resources")
                  if one.get("id") == record.get("id")), None)
    if other is None:
        other = ET.SubElement(target.find("lrm/lrm_resources"),
                              "lrm_resource", record.attrib)
    status, rc = at.lots.pick([(DONE, 0)] * 3 + [(-1, 193), (FAILED, 1),
                                                 None, None]) or (None, 0)
    if status is None:
        return True
    entry_add(at, target, other, "migrate_from", status=status, rc=rc, **ends)
    if status == DONE and at.lots.chance(0.4):
        entry_add(at, source, record, "stop", **at.lots.pick(
            [{}, {}, {"status": -1, "rc": 193}, {"status": FAILED, "rc": 1}]))
    elif status == FAILED and at.lots.chance(0.4):
        entry_add(at, target, other, "stop")
    return True


def numbered_change(at):
    """Histories of old number the instances of anonymous clones, too."""
    is_changed = False
    inner = {one.get("id") for one in at.inner()}
    for number, (_, record) in enumerate(histories(at)):
        if record.get("id") in inner and at.lots.chance(0.7):
            name = record.get("id")
            record.set("id", f"{name}:{number % 3}")
            for one in record:
                one.set("id", one.get("id").replace(name, record.get("id"),
                                                    1))
                one.set("operation_key", one.get("operation_key").replace(
                    name, record.get("id"), 1))
            is_changed = True
    return is_changed


def agent_change(at):
    """What runs was started by another agent than is configured now."""
    place = at.pick(histories(at, True))
    if place is None:
        return False
    if place[1].get("provider"):
        place[1].set("provider", "other")
    else:
        place[1].set("type", "other")
    return True


def digest_change(at):
    place = at.pick(histories(at))
    operation = None if place is None else at.pick(list(place[1]))
    if operation is None:
        return False
    kind = at.lots.pick(["other", "none", "restart"])
    if kind == "none":
        operation.attrib.pop("op-digest", None)
    else:
        operation.set("op-digest", "0123456789abcdef0123456789abcdef")
    if kind == "restart":
        operation.set("op-force-restart", " state ")
        operation.set("op-restart-digest", at.lots.pick(
            [generate_history.digest({}), "0" * 32]))
    return True


def removed_add(at):
    """What left the configuration: of a clone, promoted, failed, a device,
    or with a monitor that goes on."""
    state = at.pick(states(at))
    if state is None:
        return False
    name, kind, tasks = at.lots.pick([
        ("left", "Dummy", [("start", 0, 0)]),
        ("left:1", "Dummy", [("start", 0, 0), ("monitor", 10, 0)]),
        ("left", "Stateful", [("start", 0, 0), ("promote", 0, 0),
                              ("monitor", 11, 8)]),
        ("left", "Dummy", [("stop", 0, 0)]),
        ("left", "Dummy", [("monitor", 0, 7)]),
        ("left", "Dummy", [("start", 0, 0), ("stop", 0, 1)])])
    record = ET.SubElement(
        state.find("lrm/lrm_resources"), "lrm_resource",
        {"id": name, "class": "ocf", "provider": "pacemaker", "type": kind})
    for task, interval_s, rc in tasks:
        expected = rc if task == "monitor" else 0
        entry_add(at, state, record, task, interval_s=interval_s, rc=rc,
                  expected=expected,
                  status=DONE if rc == expected else FAILED)
    return True


def promotion_scores_add(at):
    """Permanent and transient, of several nodes; more than one may lead."""
    clones = [one for one in at.tops() if one.tag == "clone" and any(
        pair.get("name") == "promotable" for pair in one.iter("nvpair"))]
    clone = at.pick(clones)
    if clone is None:
        return False
    for node in at.nodes():
        name = f"master-{clone.find('.//primitive').get('id')}"
        value = at.lots.pick(["1", "10", "100", "-INFINITY", "INFINITY"])
        state = at.state_of(node)
        if at.lots.chance(0.4):
            at.pair_set(node, "instance_attributes", name, value)
        elif state is not None and at.lots.chance(0.7):
            at.transient_set(state, name, value)
    name, value = at.lots.pick([("promoted-max", "2"), ("promoted-max", "0"),
                                ("promoted-node-max", "2"),
                                ("clone-min", "2")])
    at.pair_set(clone, "meta_attributes", name, value)
    return True


def node_words_change(at):
    """Nodes of which less is told, or in other words."""
    state = at.pick(at.cib.iterfind("status/node_state"))
    if state is None or state.get("id") == at.cib.get("dc-uuid"):
        return False
    name, value = at.lots.pick([
        ("crmd", None), ("join", None), ("expected", None),
        ("in_ccm", None), ("join", "banned"), ("join", "down"),
        ("expected", "down"), ("in_ccm", "false"), ("crmd", "offline")])
    if name in ("join", "crmd", "in_ccm") and not at.may_fence():
        return False  # See joining_without_fencing in explained.py.
    if value is None:
        state.attrib.pop(name, None)
    else:
        state.set(name, value)
    return True


def node_attributes_add(at):
    state = at.pick(at.cib.iterfind("status/node_state"))
    if state is None:
        return False
    for name, value in at.lots.some(
            [("standby", "on"), ("maintenance", "true"), ("shutdown", "0"),
             ("terminate", "false"), ("probe_complete", "true"),
             ("#health-a", "yellow"), ("#health-b", "-30"),
             ("#health-c", "red"), ("standby", "off")], 1, 3):
        at.transient_set(state, name, value)
    if at.lots.chance(0.4):
        options = at.section("crm_config")
        at.pair_set(options, "cluster_property_set", "node-health-strategy",
                    at.lots.pick(["progressive", "custom", "only-green"]))
        name = at.lots.pick(["node-health-yellow", "node-health-red",
                             "node-health-green", "node-health-base"])
        at.pair_set(options, "cluster_property_set", name,
                    at.lots.pick(["-10", "5", "0"]))
    return True


ADDITIONS = [leftover_add, failure_add, failure_add, counts_add, pending_add,
             pending_add, move_add, move_add, numbered_change, agent_change,
             digest_change, removed_add, promotion_scores_add,
             promotion_scores_add, node_words_change, node_attributes_add]
