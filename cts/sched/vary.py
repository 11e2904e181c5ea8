# SPDX-License-Identifier: GPL-2.0-or-later
"""Varies a CIB that somebody has: a seed changes a few things that operators
and accidents change, and keeps the rest. So the neighbourhood of a real case
can be compared, not the case alone."""

import copy
import xml.etree.ElementTree as ET

import generate_history
import lots
from draft import CLONES, Draft, meta_get

MOST_CHANGES = 3

# Words of Pacemaker 3 and those that its crm_simulate 2.1.5 knows.
OLD_OPTIONS = {
    "fencing-enabled": "stonith-enabled", "fencing-action": "stonith-action",
    "fencing-timeout": "stonith-timeout",
    "stop-removed-resources": "stop-orphan-resources",
    "cancel-removed-actions": "stop-orphan-actions",
}
NEWEST_SCHEMA = (3, 9)
FEATURE_SETS = ((3, 0, 13), (3, 16, 1))  # Between these nothing has changed.

OPTIONS = {
    "no-quorum-policy": ["stop", "freeze", "ignore", "demote"],
    "stonith-enabled": ["true", "false"], "symmetric-cluster": ["false"],
    "maintenance-mode": ["true"], "stop-all-resources": ["true"],
    "start-failure-is-fatal": ["false"], "startup-fencing": ["false"],
    "concurrent-fencing": ["false"], "stop-orphan-resources": ["false"],
    "placement-strategy": ["default", "utilization", "balanced", "minimal"],
    "stonith-action": ["off"], "priority-fencing-delay": ["30s"],
    "node-health-strategy": ["migrate-on-red", "only-green", "progressive",
                             "custom"],
}
META = {
    "target-role": ["Stopped", "Started"], "is-managed": ["false", "true"],
    "maintenance": ["true"], "resource-stickiness": ["0", "1", "100",
                                                     "INFINITY", "-5"],
    "priority": ["0", "1", "10", "-3"], "migration-threshold": ["1", "2"],
    "failure-timeout": ["60s", "1h"], "requires": ["nothing", "quorum",
                                                   "fencing"],
    "multiple-active": ["stop_only", "block", "stop_start",
                        "stop_unexpected"],
    "allow-migrate": ["true", "false"], "critical": ["false"],
}
CLONE_META = {
    "interleave": ["true", "false"], "ordered": ["true", "false"],
    "notify": ["true", "false"], "clone-max": ["0", "1", "2", "3"],
    "clone-node-max": ["1", "2"], "clone-min": ["1", "2"],
    "globally-unique": ["true", "false"], "promoted-max": ["0", "1", "2"],
    "promoted-node-max": ["1", "2"],
    "target-role": ["Promoted", "Unpromoted", "Stopped"],
}
SCORES = ["INFINITY", "-INFINITY", "100", "1000", "-100", "1", "-1", "0"]
FAILURES = [1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9]


def vary(cib, seed):
    """A copy of 'cib' with what the seed, a text, changes, in the words of
    Pacemaker 2.1.5."""
    variation = Draft(copy.deepcopy(cib), lots.Lots(seed), "varied")
    translate(variation)
    wanted = variation.lots.between(1, MOST_CHANGES)
    for _ in range(20 * wanted):
        wanted -= bool(variation.lots.pick(CHANGES)(variation))
        if wanted == 0:
            break
    return variation.cib


def translate(at):
    """Only the spelling changes: options, schema, states as times, and
    defaults that are others from Pacemaker 3 on."""
    cib = at.cib
    options = cib.find("configuration/crm_config")
    for pair in options.iter("nvpair"):
        pair.set("name", OLD_OPTIONS.get(pair.get("name"), pair.get("name")))
    if not any(pair.get("name") == "concurrent-fencing"
               for pair in options.iter("nvpair")):
        at.pair_set(options, "cluster_property_set", "concurrent-fencing",
                    "true")
    schema = cib.get("validate-with", "").rpartition("-")[2]
    if numbers(schema) > NEWEST_SCHEMA:
        cib.set("validate-with", "pacemaker-3.9")
    least, most = FEATURE_SETS
    feature_set = min(max(numbers(cib.get("crm_feature_set", "")), least),
                      most)
    cib.set("crm_feature_set", ".".join(map(str, feature_set)))
    for state in cib.iterfind("status/node_state"):
        for name, no, yes in (("in_ccm", "false", "true"),
                              ("crmd", "offline", "online")):
            value = state.get(name, "")
            if value.isdigit() and (name == "crmd" or int(value) > 1):
                state.set(name, yes if int(value) > 0 else no)
    for clone in cib.iter("clone"):
        if meta_get(clone, "clone-node-max", "1") not in ("0", "1") and \
                meta_get(clone, "globally-unique") is None:
            at.pair_set(clone, "meta_attributes", "globally-unique", "true")


def numbers(text):
    return tuple(int(one) for one in text.split(".") if one.isdigit())


# Changes: functions of a Draft that tell whether they changed anything.

def node_state_change(at):
    node = at.pick(at.nodes())
    state = None if node is None else at.state_of(node)
    if state is None:
        return False
    kind = at.lots.pick(sorted(generate_history.STATES) + ["unseen"])
    if kind == "pending" and not at.may_fence():
        return False  # See joining_without_fencing in explained.py.
    if kind == "unseen":
        at.cib.find("status").remove(state)
        return True
    for name, value in zip(("in_ccm", "crmd", "join", "expected"),
                           generate_history.STATES[kind]):
        state.set(name, value)
    if kind == "leaving":
        at.transient_set(state, "shutdown", str(at.now_s() - 30))
    return True


def node_mode_change(at):
    node = at.pick(at.nodes())
    if node is None:
        return False
    name, value = at.lots.pick(
        [("standby", "on"), ("standby", "off"), ("maintenance", "true"),
         ("#health-disk", "red"), ("#health-disk", "yellow"),
         ("terminate", "true")])
    state = at.state_of(node)
    if state is not None and at.lots.chance(0.5):
        return at.transient_set(state, name, value)
    if name == "terminate":
        return False
    return at.pair_set(node, "instance_attributes", name, value)


def operation_pick(at):
    """One that says what came of it, as every operation should."""
    return at.pick(one for one in at.cib.iterfind(
        "status/node_state/lrm/lrm_resources/lrm_resource/lrm_rsc_op")
        if ";" in one.get("transition-magic", ""))


def result_set(operation, status, rc):
    key = operation.get("transition-magic", "0:0;").partition(";")[2]
    operation.set("transition-magic", f"{status}:{rc};{key}")
    operation.set("op-status", str(status))
    operation.set("rc-code", str(rc))


def failure_change(at):
    """The last result of an operation becomes a failure, and counts."""
    operation = operation_pick(at)
    if operation is None:
        return False
    rc = at.lots.pick(FAILURES)
    task = operation.get("operation")
    result_set(operation, 0 if task == "monitor" else 4, rc)
    operation.set("last-rc-change", str(at.now_s() - 100))
    parents = {child: parent for parent in at.cib.iter() for child in parent}
    resource = parents[operation]
    failed = copy.deepcopy(operation)
    failed.set("id", f"{resource.get('id')}_last_failure_0")
    if not any(one.get("id") == failed.get("id") for one in resource):
        resource.append(failed)
    if at.lots.chance(0.8):
        state = parents[parents[parents[resource]]]
        name = resource.get("id").split(":")[0]
        ending = f"{name}#{task}_{operation.get('interval', '0')}"
        count = "INFINITY" if task in ("start", "stop") else \
            at.lots.pick(["1", "2", "5"])
        at.transient_set(state, f"fail-count-{ending}", count)
        at.transient_set(state, f"last-failure-{ending}",
                         str(at.now_s() - 100))
    return True


def pending_change(at):
    operation = operation_pick(at)
    if operation is None:
        return False
    result_set(operation, -1, 193)
    operation.set("call-id", "-1")
    return True


def activity_change(at):
    """What a probe found stopped is found active, or the reverse."""
    operation = operation_pick(at)
    if operation is None or \
            operation.get("operation") != "monitor" or \
            operation.get("interval") != "0":
        return False
    result_set(operation, 0, 0 if operation.get("rc-code") == "7" else 7)
    return True


def history_remove(at):
    block = at.pick(at.cib.iterfind("status/node_state/lrm/lrm_resources"))
    resource = None if block is None else at.pick(block)
    if resource is None:
        return False
    if at.lots.chance(0.5):
        block.remove(resource)
    elif len(resource) > 1:
        resource.remove(at.pick(resource))
    return True


def digest_change(at):
    operation = operation_pick(at)
    if operation is None or "op-digest" not in operation.attrib:
        return False
    operation.set("op-digest", "0123456789abcdef0123456789abcdef")
    return True


def option_change(at):
    name = at.lots.pick(sorted(OPTIONS))
    return at.pair_set(at.section("crm_config"), "cluster_property_set",
                       name, at.lots.pick(OPTIONS[name]))


def quorum_change(at):
    is_quorate = at.cib.get("have-quorum", "1") in ("1", "true")
    at.cib.set("have-quorum", "0" if is_quorate else "1")
    return True


def meta_change(at):
    resource = at.pick(at.resources())
    if resource is None:
        return False
    values = META
    if resource.tag in CLONES and at.lots.chance(0.7):
        values = CLONE_META
    name = at.lots.pick(sorted(values))
    return at.pair_set(resource, "meta_attributes", name,
                       at.lots.pick(values[name]))


def meta_remove(at):
    resource = at.pick(at.resources())
    block = None if resource is None else resource.find("meta_attributes")
    pair = None if block is None else at.pick(block.findall("nvpair"))
    if pair is None or pair.get("name") == "promotable":
        return False
    block.remove(pair)
    return True


def operation_change(at):
    operation = at.pick(at.section("resources").iter("op"))
    if operation is None:
        return False
    if at.lots.chance(0.2):
        operation.set("enabled", "false")
    else:
        operation.set("on-fail", at.lots.pick(
            ["ignore", "block", "stop", "restart", "standby", "fence",
             "demote"]))
    return True


def constraint_remove(at):
    one = at.pick(at.section("constraints"))
    if one is not None:
        at.section("constraints").remove(one)
    return one is not None


def constraint_change(at):
    one = at.pick(at.section("constraints"))
    if one is None:
        return False
    if one.tag == "rsc_order":
        name, values = at.lots.pick([
            ("kind", ["Optional", "Mandatory", "Serialize"]),
            ("symmetrical", ["true", "false"])])
        if name == "kind":
            one.attrib.pop("score", None)
        one.set(name, at.lots.pick(values))
        return True
    if one.tag == "rsc_ticket":
        one.set("loss-policy", at.lots.pick(["stop", "demote", "fence",
                                             "freeze"]))
        return True
    scored = [inner for inner in one.iter() if "score" in inner.attrib]
    if not scored:
        return False
    at.pick(scored).set("score", at.lots.pick(SCORES))
    return True


def place_pick(at):
    """A resource that is placed by itself, and a node; or None for either."""
    inner = at.inner()
    resource = at.pick(one for one in at.resources() if one not in inner)
    return resource, at.pick(at.nodes())


def location_add(at):
    resource, node = place_pick(at)
    if resource is None or node is None:
        return False
    ET.SubElement(at.section("constraints"), "rsc_location", id=at.id(),
                  rsc=resource.get("id"), node=node.get("uname"),
                  score=at.lots.pick(SCORES))
    return True


def pair_add(at):
    """A colocation or an order of two that are free of each other so far."""
    if len(at.tops()) < 2:
        return False
    one, other = (one.get("id") for one in at.lots.some(at.tops(), 2, 2))
    constraints = at.section("constraints")
    if any({one, other} <= set(inner.attrib.values())
           for inner in constraints):
        return False
    if at.lots.chance(0.5):
        ET.SubElement(constraints, "rsc_colocation",
                      {"id": at.id(), "rsc": one, "with-rsc": other,
                       "score": at.lots.pick(SCORES)})
    else:
        ET.SubElement(constraints, "rsc_order",
                      {"id": at.id(), "first": one, "then": other,
                       "kind": at.lots.pick(["Mandatory", "Mandatory",
                                             "Optional", "Serialize"])})
    return True


def ticket_change(at):
    constraint = at.pick(at.section("constraints").iter("rsc_ticket"))
    if constraint is None:
        return False
    status = at.cib.find("status")
    block = status.find("tickets")
    if block is None:
        block = ET.SubElement(status, "tickets")
    for state in block.findall("ticket_state"):
        if state.get("id") == constraint.get("ticket"):
            block.remove(state)
    values = at.lots.pick([{"granted": "true"}, {"granted": "false"},
                           {"granted": "true", "standby": "true"}])
    ET.SubElement(block, "ticket_state", id=constraint.get("ticket"),
                  **values)
    return True


def resource_remove(at):
    """It leaves its history behind, and no constraint."""
    resource = at.pick(at.tops())
    if resource is None or len(at.tops()) < 2:
        return False
    names = {one.get("id") for one in resource.iter()}
    at.section("resources").remove(resource)
    for one in list(at.section("constraints")):
        if any(names & set(inner.attrib.values()) for inner in one.iter()):
            at.section("constraints").remove(one)
    return True


def wrap_add(at):
    """What stood alone is cloned, or joins a group with another."""
    alone = [one for one in at.tops() if one.tag == "primitive"]
    if not alone:
        return False
    tag = at.lots.pick(["clone", "clone", "group"])
    inside = at.lots.some(alone, 1, 1 if tag == "clone" else 3)
    resources = at.section("resources")
    place = list(resources).index(inside[0])
    whole = ET.Element(tag, id=at.id())
    resources.insert(place, whole)
    for one in inside:
        resources.remove(one)
        whole.append(one)
    if inside[0].get("class") == "ocf" and tag == "clone" and \
            at.lots.chance(0.4):
        at.pair_set(whole, "meta_attributes", "promotable", "true")
    for one in at.section("constraints").iter():
        for name, value in one.attrib.items():
            if value == inside[0].get("id") and (
                    tag == "clone" or at.lots.chance(0.7)):
                one.set(name, whole.get("id"))
    return True


def role_change(at):
    """A constraint asks for a role, or for an action, of what it names."""
    clones = {one.get("id") for one in at.tops() if one.tag in CLONES}
    found = [(one, name) for one in at.section("constraints")
             for name in ("rsc", "with-rsc", "first", "then")
             if one.get(name) in clones]
    if not found:
        return False
    one, name = at.lots.pick(found)
    if one.tag == "rsc_order":
        one.set(f"{name}-action", at.lots.pick(["promote", "start", "demote",
                                                "stop"]))
    elif one.tag == "rsc_colocation":
        one.set(f"{name}-role", at.lots.pick(["Promoted", "Unpromoted",
                                              "Started"]))
    elif one.tag == "rsc_ticket":
        one.set("rsc-role", "Promoted")
    elif one.find("rule") is not None:
        one.find("rule").set("role", "Promoted")
    else:
        one.set("role", at.lots.pick(["Promoted", "Started"]))
    return True


def ends_change(at):
    """The two ends of a constraint change places."""
    pairs = [(one, names) for one in at.section("constraints")
             for names in (("rsc", "with-rsc"), ("first", "then"))
             if one.get(names[0]) and one.get(names[1])]
    if not pairs:
        return False
    one, names = at.lots.pick(pairs)
    values = [one.get(name) for name in names]
    for name, value in zip(names, reversed(values)):
        one.set(name, value)
    return True


def weight_change(at):
    """What else a colocation or an order may say."""
    one = at.pick([one for one in at.section("constraints")
                   if one.tag in ("rsc_colocation", "rsc_order")])
    if one is None:
        return False
    if one.tag == "rsc_colocation":
        one.set("influence", "false")
    else:
        one.set("require-all", "false")
    return True


def set_add(at):
    """A colocation or an order of several in one set or two."""
    if len(at.tops()) < 3:
        return False
    names = [one.get("id") for one in at.lots.some(at.tops(), 3, 4)]
    tag = at.lots.pick(["rsc_colocation", "rsc_order"])
    constraint = ET.SubElement(at.section("constraints"), tag, id=at.id())
    if tag == "rsc_colocation":
        constraint.set("score", at.lots.pick(SCORES))
    else:
        constraint.set("kind", at.lots.pick(["Mandatory", "Optional",
                                             "Serialize"]))
    for part in at.lots.pick([[names], [names[:2], names[2:]]]):
        block = ET.SubElement(constraint, "resource_set", id=at.id())
        if at.lots.chance(0.3):
            block.set("sequential", "false")
        if tag == "rsc_order" and at.lots.chance(0.2):
            block.set("require-all", "false")
            block.set("sequential", "false")
        for name in part:
            ET.SubElement(block, "resource_ref", id=name)
    return True


def rule_add(at):
    """A location by a rule: of an attribute, or of the time."""
    resource, node = place_pick(at)
    if resource is None or node is None:
        return False
    constraint = ET.SubElement(at.section("constraints"), "rsc_location",
                               id=at.id(), rsc=resource.get("id"))
    rule = ET.SubElement(constraint, "rule", id=at.id(),
                         score=at.lots.pick(SCORES))
    rule.set("boolean-op", at.lots.pick(["and", "or"]))
    if resource.tag in CLONES and at.lots.chance(0.5):
        rule.set("role", "Promoted")
    for _ in range(at.lots.between(1, 2)):
        if at.lots.chance(0.7):
            ET.SubElement(rule, "expression", id=at.id(), attribute="#uname",
                          operation=at.lots.pick(["eq", "ne"]),
                          value=at.lots.pick(at.nodes()).get("uname"))
            continue
        operation, name = at.lots.pick([("gt", "start"), ("lt", "end")])
        ET.SubElement(rule, "date_expression",
                      {"id": at.id(), "operation": operation,
                       name: at.lots.pick(["2020-01-01", "2030-01-01"])})
    return True


def ticket_add(at):
    resource = at.pick(at.tops())
    if resource is None:
        return False
    ET.SubElement(at.section("constraints"), "rsc_ticket", id=at.id(),
                  rsc=resource.get("id"), ticket="varied-ticket",
                  **{"loss-policy": at.lots.pick(["stop", "demote", "fence",
                                                  "freeze"])})
    if at.lots.chance(0.6):
        status = at.cib.find("status")
        block = status.find("tickets")
        if block is None:
            block = ET.SubElement(status, "tickets")
        ET.SubElement(block, "ticket_state", id="varied-ticket",
                      granted=at.lots.pick(["true", "false"]))
    return True


def utilization_add(at):
    primitive = at.pick(at.primitives())
    if primitive is None or not at.nodes():
        return False
    for node in at.nodes():
        if node.find("utilization") is None:
            at.pair_set(node, "utilization", "memory",
                        at.lots.pick(["1", "2", "4"]))
    at.pair_set(primitive, "utilization", "memory", at.lots.pick(["1", "2"]))
    return at.pair_set(at.section("crm_config"), "cluster_property_set",
                       "placement-strategy",
                       at.lots.pick(["utilization", "balanced", "minimal"]))


def default_change(at):
    """What holds for all resources that do not say otherwise."""
    block = at.section("rsc_defaults")
    if block is None:
        block = ET.SubElement(at.cib.find("configuration"), "rsc_defaults")
    name = at.lots.pick(sorted(set(META) - {"target-role", "critical"}))
    return at.pair_set(block, "meta_attributes", name,
                       at.lots.pick(META[name]))


def promotion_change(at):
    """What agents say of how good a node is for promotion."""
    states = list(at.cib.iterfind("status/node_state"))
    names = [pair for state in states
             for pair in state.iterfind(
                 "transient_attributes/instance_attributes/nvpair")
             if pair.get("name").startswith("master-")]
    if not names:
        return False
    at.lots.pick(names).set("value", at.lots.pick(
        ["INFINITY", "-INFINITY", "0", "1", "5", "10", "100", "1000", "-1"]))
    return True


def status_change(at):
    """An operation ended in another way than by an exit code."""
    operation = operation_pick(at)
    if operation is None:
        return False
    status, rc = at.lots.pick([(2, 1), (2, 198), (3, 3), (5, 2), (6, 6),
                               (7, 5), (8, 189), (1, 0)])
    result_set(operation, status, rc)
    return True


def second_place_add(at):
    """What is active on one node is found active on another, too."""
    states = list(at.cib.iterfind("status/node_state"))
    if len(states) < 2:
        return False
    one, other = at.lots.some(states, 2, 2)
    resource = at.pick(one.iterfind("lrm/lrm_resources/lrm_resource"))
    block = other.find("lrm/lrm_resources")
    if resource is None or block is None or ":" in resource.get("id"):
        return False
    for old in block.findall("lrm_resource"):
        if old.get("id") == resource.get("id"):
            block.remove(old)
    block.append(copy.deepcopy(resource))
    for operation in block[-1]:
        operation.set("on_node", other.get("uname"))
    return True


def migration_add(at):
    """A live migration from one node to another, done or half done."""
    states = list(at.cib.iterfind("status/node_state"))
    if len(states) < 2:
        return False
    one, other = at.lots.some(states, 2, 2)
    whole = {one.get("id"): one
             for one in set(at.primitives()) - at.inner()
             if one.get("class") == "ocf"}
    start = at.pick(
        op for op in one.iterfind("lrm/lrm_resources/lrm_resource/lrm_rsc_op")
        if op.get("operation") == "start" and op.get("rc-code") == "0" and
        op.get("id").removesuffix("_start_0").removesuffix("_last_0") in whole)
    block = other.find("lrm/lrm_resources")
    if start is None or block is None:
        return False
    resource = next(known for known in one.iter("lrm_resource")
                    if start in list(known))
    last = max(int(op.get("call-id", "0")) for op in resource)

    def add(where, task, result, call):
        operation = ET.SubElement(where, "lrm_rsc_op", start.attrib)
        operation.attrib.update({
            "id": f"{resource.get('id')}_{task}_0", "operation": task,
            "operation_key": f"{resource.get('id')}_{task}_0",
            "transition-magic": f"0:0;7:7:0:{at.id()}",
            "migrate_source": one.get("uname"),
            "migrate_target": other.get("uname")})
        operation.set("transition-key",
                      operation.get("transition-magic").partition(";")[2])
        result_set(operation, *result)
        operation.set("call-id", str(call if result[0] >= 0 else -1))
    results = [(0, 0), (0, 0), (4, 1), (-1, 193)]
    add(resource, "migrate_to", at.lots.pick(results), last + 1)
    for old in block.findall("lrm_resource"):
        if old.get("id") == resource.get("id"):
            block.remove(old)
    if resource[-1].get("rc-code") == "0" and at.lots.chance(0.7):
        add(ET.SubElement(block, "lrm_resource", resource.attrib),
            "migrate_from", at.lots.pick(results), 5)
    if at.lots.chance(0.8):
        at.pair_set(whole[resource.get("id")], "meta_attributes",
                    "allow-migrate", "true")
    return True


def monitor_add(at):
    """One more monitor, of a role or with an answer of its own."""
    primitive = at.pick(at.primitives())
    if primitive is None:
        return False
    block = primitive.find("operations")
    if block is None:
        block = ET.SubElement(primitive, "operations")
    operation = ET.SubElement(
        block, "op", id=at.id(), name="monitor",
        interval=at.lots.pick(["7s", "13s"]),
        role=at.lots.pick(["Started", "Stopped", "Promoted", "Unpromoted"]))
    if at.lots.chance(0.3):
        operation.set("on-fail", at.lots.pick(["ignore", "block", "stop",
                                               "restart", "demote"]))
    return True


def discovery_change(at):
    one = at.pick(at.section("constraints").iter("rsc_location"))
    if one is None:
        return False
    one.set("resource-discovery", at.lots.pick(["never", "exclusive",
                                                "always"]))
    return True


CHANGES = [node_state_change] * 3 + [node_mode_change] * 2 + \
    [failure_change] * 4 + [activity_change] * 2 + [meta_change] * 4 + \
    [constraint_change] * 3 + [location_add] * 2 + [pair_add] * 2 + [
        pending_change, history_remove, digest_change, option_change,
        option_change, quorum_change, meta_remove, operation_change,
        constraint_remove, ticket_change, resource_remove,
        wrap_add, wrap_add, role_change, role_change, ends_change,
        weight_change, set_add, set_add, rule_add, ticket_add,
        utilization_add, default_change, promotion_change, promotion_change,
        status_change, second_place_add, migration_add, monitor_add,
        discovery_change]
