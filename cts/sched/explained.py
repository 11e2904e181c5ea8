# SPDX-License-Identifier: GPL-2.0-or-later
"""Differences from Pacemaker 2.1.5 that are meant, or its own mistakes.

A class names a cause and says why the planners differ about it. It yields
trials: the cluster with just that cause taken away, or replaced by words about
which there is no doubt (see Trial). It explains a difference only if both
planners agree about a trial; what they still differ about may have another
cause, and so on. Last, where Pacemaker's plan is none, nothing can be tried:
never_done only tells what is not to be compared."""

import collections
import copy
import datetime
import itertools
import re

from case import is_negative, is_weak, meta_of, meta_setter, setter, \
    without_number
from decisions import key_of

CAUSES_MAX = 3
EAST = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:\d\d")
ROLES = ("Promoted", "Unpromoted", "Master", "Slave")


# Nodes

def kept_on_joining(case):
    """Without fencing a joining node counts as one that is down. It is there,
    however, with what is recorded to run on it: Pacemaker overlooks that, and
    may start it a second time. Muster leaves it where it is."""
    known = [one for state in case.pending()
             for one in state.iter("lrm_resource")]
    if known and case.option("stonith-enabled") == "false":
        yield case.without(*known)


def probed_later(case):
    """An instance of a clone cannot be looked for on a node that joins: those
    that are active stay, and no further ones are started. In Pacemaker 2.1.5
    it depends on which instance would be looked for: the others are started,
    or the active ones stopped."""
    if case.clones() and case.option("stonith-enabled") != "false":
        for state in case.pending():
            yield case.edited(setter(join="member", expected="member"), state)


# History

def expired_promoted(case):
    """A monitor that failed with the news that the resource is promoted, long
    ago: Pacemaker 2.1.5 takes it for promoted, later versions do not."""
    old = [one for one in case.cib.iter("lrm_rsc_op")
           if one.get("rc-code") in ("8", "9") and
           one.get("transition-key").split(":")[2] != one.get("rc-code")]
    if old and any(pair.get("name") == "failure-timeout"
                   for pair in case.cib.iter("nvpair")):
        yield case.without(*old)


def migrated_instance(case):
    """An instance of an anonymous clone that left by live migration, which was
    not concluded where it went: Pacemaker 2.1.5 looks there for the history
    of the numbered instance, finds none, and forgets that it may be active;
    of a resource that is not cloned, it says so."""
    anonymous = {one.get("id") for clone, _ in case.clones()
                 for one in clone.iter("primitive")
                 if not any(pair.get("name") == "globally-unique"
                            for pair in clone.iter("nvpair"))}
    gone = [one for resource in case.history(anonymous)
            for one in resource.iter("lrm_rsc_op")
            if one.get("operation") == "migrate_to" and
            one.get("rc-code") == "0"]
    if gone:
        yield case.without(*gone)


def left_where_it_went(case):
    """What was moving live and cannot be started again, as there is no quorum,
    has to be stopped on both nodes. Pacemaker stops it where it came from."""
    moves = [one for one in case.cib.iter("lrm_rsc_op")
             if one.get("operation") == "migrate_to" and
             one.get("rc-code") == "0"]
    if moves and case.missing and not case.added:
        yield case.without(*moves)


def started_only_in_name(case):
    """What runs on too many nodes, under multiple-active=stop_unexpected, and
    is to run on none of them has to be started there. Pacemaker 2.1.5 takes
    it for what runs already and starts it only in the next plan."""
    pairs = [pair for pair in case.cib.iter("nvpair")
             if pair.get("name") == "multiple-active" and
             pair.get("value") == "stop_unexpected"]
    if pairs and case.added and not case.missing:
        yield case.edited_each(setter(value="stop_start"), *pairs, is_said=True)


def kept_in_maintenance(case):
    """What runs on a node in maintenance is in maintenance itself: its
    monitors end, and none is set up elsewhere. Pacemaker 2.1.5 leaves only what
    it does on that node alone; later versions do as Muster."""
    kept = {one["rsc"].split(":")[0]
            for one in case.muster.json["before"]["resources"]
            if one.get("node") and
            "maintenance" in case.muster.nodes[one["node"]]}
    found = [one for one in case.cib.iter("primitive")
             if one.get("id") in kept]
    if found:
        yield case.edited_each(meta_setter("maintenance", "true"), *found,
                               is_said=True)


def told_by_failure(case):
    """Of a monitor only the failure is recorded, apart from what happened
    later. If it left the configuration Pacemaker cancels it, in every plan
    anew as the record stays. If its failure is long past Pacemaker sets it up
    anew, also where the resource leaves."""
    only = case.pacemaker.keys() - case.muster.keys()
    names = {rsc.split(":")[0] for task, rsc, _, interval_ms, _ in only
             if task == "cancel" or (task == "monitor" and interval_ms)}
    failed = [one for resource in case.history(names)
              for one in resource.iter("lrm_rsc_op")
              if one.get("id").endswith("_last_failure_0") and
              one.get("interval") != "0"]
    if failed:
        yield case.without(*failed)


def ordered_gap(case):
    """Instances of an ordered clone follow each other by their numbers, also
    where those between them do nothing. Pacemaker 2.1.5 overlooks those that
    stop or start only because something else does; later versions do not."""
    ordered = [clone for clone, meta in case.clones() if "ordered" in meta]
    if ordered:
        yield case.edited_each(meta_setter("ordered", "false"), *ordered)


def pending_on_lost(case):
    """A start that was under way on a node that is lost: Pacemaker keeps it
    in the plan as a point that others wait for."""
    under_way = [one for state in case.cib.iter("node_state")
                 if not case.muster.nodes.get(state.get("uname"), [True])[0]
                 for one in state.iter("lrm_rsc_op")
                 if one.get("op-status") == "-1"]
    if under_way:
        yield case.without(*under_way)


def member_in_front(case):
    """A member of a group that is to start before one that runs already waits
    until that one is stopped. Pacemaker 2.1.5 does not wait; later versions
    do."""
    active = {without_number(name) for name, _, _ in case.muster.before}
    for group in case.cib.iter("group"):
        names = [one.get("id") for one in group.findall("primitive")]
        behind = {name for first, name in itertools.combinations(names, 2)
                  if first in case.stopped() and name in active}
        if behind:
            yield case.without(*case.history(behind))


# Clones

def by_trial(case):
    """Pacemaker 2.1.5 tries where an instance would go, and takes the trial
    for the placement: an active instance leaves its node for a better one,
    another one is started where it was, or two of them end on one node. Later
    versions leave active instances in their place and start others on the
    better nodes. Without a history no instance is tried."""
    theirs, ours = case.pacemaker.keys(), case.muster.keys()
    shuffled = {name.split(":")[0]
                for task, name, node in case.pacemaker.instances
                if task == "stop" and (
                    (key_of("stop", name.split(":")[0], node) not in ours) or
                    (key_of("start", name.split(":")[0], node) in ours))}
    crowded = {key[1] for key, count in theirs.items()
               if key[0] in ("start", "migrate_from") and count > 1}
    for clone, _ in case.clones():
        names = {one.get("id") for one in clone.iter("primitive")}
        if names & (shuffled | crowded):
            yield case.without(*case.history(names))


def partly_promoted(case):
    """What is promoted of a group waits until others are demoted, also where a
    member of theirs is stopped. Pacemaker does not, and for a moment more may
    be promoted than promoted-max. In groups of one member there is no such
    difference."""
    for clone, _ in case.clones():
        members = clone.findall("group/primitive")[1:]
        if {one.get("id") for one in members} & case.stopped():
            yield case.without_resources(members)


def beside_blocked(case):
    """An instance that could not be stopped stays where it is, and takes the
    place of one there. Pacemaker does not count it, and starts another one
    beside it."""
    cloned = {one.get("id") for clone, _ in case.clones()
              for one in clone.iter("primitive")}
    failed = [one for resource in case.history(cloned)
              for one in resource.iter("lrm_rsc_op")
              if one.get("operation") == "stop" and
              one.get("rc-code") not in ("0", "193")]
    if failed:
        yield case.without(*failed)


def unique_by_default(case):
    """A clone that may have several instances on a node is globally unique
    unless told otherwise, as from Pacemaker 3 on; 2.1.5 wants that said."""
    several = [clone for clone, meta in case.clones()
               if int(meta.get("clone-node-max", "1")) > 1 and
               "globally-unique" not in meta]
    if several:
        yield case.edited_each(meta_setter("globally-unique", "true"),
                               *several, is_said=True)


def unique_in_part(case):
    """Agents that are not of class "ocf" are not told which instance they are:
    no clone with one of them is globally unique. Pacemaker goes on numbering
    the other members of a group."""
    mixed = [clone for clone, meta in case.clones()
             if meta.get("globally-unique") == "true" and
             {"ocf"} < {one.get("class") for one in clone.iter("primitive")}]
    if mixed:
        yield case.edited_each(meta_setter("globally-unique", "false"),
                               *mixed, is_said=True)


def full_clone_wish(case):
    """The wishes of a clone, its own and those of what is with it, count for
    each of its instances. Pacemaker 2.1.5 forgets those that are positive
    where there are as many instances as nodes for them, though not every node
    need get one: one may take several, or none as its score is negative; or the
    instances are told apart, and it matters which one is where."""
    for clone, _ in case.clones():
        name = clone.get("id")
        wishes = {link.constraint for link in case.links()
                  if not is_negative(link.score) and (
                      link.primary == name or
                      (link.dependent == name and is_weak(link.score)))}
        if wishes:
            yield case.without(*wishes)


def promoted_group(case):
    """A group that is cloned is promoted as a whole, where a colocation of its
    promoted role allows it. Pacemaker 2.1.5 does not weigh these for groups;
    later versions do (coloc-cloned-group-promoted-dependent)."""
    for clone, _ in case.clones():
        bonds = [one for one in case.constraints("rsc_colocation")
                 if one.get("rsc") == clone.get("id") and
                 one.get("rsc-role") in ROLES]
        if bonds and clone.find("group") is not None:
            yield case.without(*bonds)


def promoted_kept(case):
    """What is promoted and cannot be demoted, such as on a node in maintenance
    or where the demotion waits for what cannot be done, is one of those that may
    be promoted. Pacemaker promotes others beside it."""
    promoted = [{(one["rsc"], one["node"])
                 for one in case.muster.json[when]["resources"]
                 if one["role"] == "Promoted"} for when in ("before", "after")]
    kept = {case.top_of(resource) for resource, _ in set.intersection(*promoted)}
    for clone, _ in case.clones():
        if clone.get("id") in kept:
            yield case.edited_each(meta_setter("promoted-max", "9"), clone)


# Colocations

def unmanaged_in_group(case):
    """What a group must be with binds its first member, and the others
    through it. Where that one is not managed it stays where it is, and they
    follow it; Pacemaker 2.1.5 holds them to the colocation as well."""
    unmanaged = {case.top_of(one["rsc"])
                 for one in case.muster.json["before"]["resources"]
                 if "unmanaged" in one["flags"]}
    for link in case.links():
        if link.dependent in case.groups & unmanaged:
            yield case.without(link.constraint, is_said=True)


def blocked_with_group(case):
    """What must be with a group whose start is blocked by something else is
    not started either, as for a group's members; 2.1.5 starts it. An order
    says so, too."""
    for link in case.links():
        if link.score == "INFINITY" and link.primary in case.groups:
            order = {"id": "said-order", "first": link.primary,
                     "then": link.dependent}
            if link.constraint.get("rsc-role") in ROLES:
                order.update({"first-action": "start",
                              "then-action": "promote"})
            yield case.edited(
                lambda parent, order=order: parent.insert(
                    0, parent.makeelement("rsc_order", order)),
                case.cib.find("configuration/constraints"), is_said=True)


def inner_member(case):
    """What a later member of a group must be with binds the whole group, and
    counts its wishes. Pacemaker 2.1.5 places the members before that one
    without a look at it, and then finds no node for it, or a worse one; later
    versions look. It is as if the group were named."""
    later = case.later_members()
    users = {}
    for one in case.cib.iter("primitive"):
        users.setdefault(one.get("template"), []).append(one.get("id"))

    def said_of_groups(parent, one):
        parent.remove(one)
        for name in users.get(one.get("rsc"), [one.get("rsc")]):
            twin = copy.deepcopy(one)
            twin.attrib.update(
                id=f"said-{name}",
                rsc=later[name].get("id") if name in later else name)
            parent.append(twin)
    for one in case.constraints("rsc_colocation"):
        names = users.get(one.get("rsc"), [one.get("rsc")])
        if later.keys() & set(names) and one.get("score") == "INFINITY":
            yield case.edited(said_of_groups,
                              case.cib.find("configuration/constraints"), one,
                              is_said=True)


def knotted(case):
    """Colocations in a circle have no order in which to place what is on it.
    Where it is cut depends on the order of assignment, which differs between
    versions of Pacemaker, too."""
    links = case.links()
    edges = {}
    for link in links:
        edges.setdefault(link.dependent, set()).add(link.primary)

    def leads_to(start, end):
        seen, left = set(), [start]
        while left:
            at = left.pop()
            if at == end:
                return True
            if at not in seen:
                seen.add(at)
                left += edges.get(at, ())
        return False
    for link in links:
        if leads_to(link.primary, link.dependent):
            yield case.without(link.constraint)


def chained(case):
    """Where something is with what is itself weakly with a third, its wishes
    count for the third weakened by both scores. Pacemaker 2.1.5 forgets the
    first of the two, and lets no wishes through a group at all; the members
    of a group are such a chain, too."""
    links = case.links()
    for link in links:
        if (is_weak(link.score) and link.dependent in case.groups) or any(
                other.primary == link.dependent and
                (is_weak(link.score) or link.dependent in case.groups)
                for other in links):
            yield case.without(link.constraint)


def promoted_wish(case):
    """"Rather promoted with that", or rather not: Pacemaker 2.1.5 counts such a
    wish for the promotion only where it is negative."""
    for one in case.constraints("rsc_colocation"):
        if one.get("rsc-role") in ROLES and is_weak(one.get("score")) and \
                not is_negative(one.get("score")):
            yield case.without(one)


def cornered(case):
    """Something avoids what has more choice than itself: when only one node
    is left for it, the other should not go there. Pacemaker 2.1.5 does not
    see that."""
    nodes = collections.Counter()
    for kind, name, _, score in case.muster.json["scores"]:
        if kind == "primitive":
            nodes[name] += score >= 0
    few = {case.top_of(name) for name, count in nodes.items() if count <= 1}
    for link in case.links():
        if is_negative(link.score) and link.dependent in few:
            yield case.without(link.constraint)


def apart_interleaved(case):
    """Clones that must not be together are kept apart on all nodes, also
    where the dependent is interleaved. Pacemaker looks at one partner of each
    instance only, and puts the next instance with another one."""
    apart = {link.dependent for link in case.links()
             if is_negative(link.score)}
    for clone, meta in case.clones():
        if clone.get("id") in apart and "interleave" in meta:
            yield case.edited(meta_setter("interleave", "false"), clone,
                              is_said=True)


def apart_by_role(case):
    """"Not in this role with that", or not with that role: it binds only what
    has the role. Pacemaker 2.1.5 turns this round for negative scores: it
    keeps apart what has not got the role, too."""
    for one in case.constraints("rsc_colocation"):
        if is_negative(one.get("score")) and (
                one.get("rsc-role") in ROLES or
                one.get("with-rsc-role") in ROLES):
            yield case.without(one)


def rather_apart(case):
    """What would rather be apart from something, but must be with or apart
    from others, too: the wish is dropped where it leaves no node. Pacemaker
    2.1.5 follows it before it knows which nodes the others leave, and then
    starts it nowhere."""
    links = case.links()
    must = {link.dependent for link in links if not is_weak(link.score)}
    for link in links:
        if is_negative(link.score) and is_weak(link.score) and \
                link.dependent in must:
            yield case.without(link.constraint, is_said=True)


def by_name_first(case):
    """What must be with one and would rather be with another resource too:
    first the duty is heeded, then the wish. Pacemaker 2.1.5 goes by priority,
    kind and name of the others, and so assigns the wished for one first."""
    ranks = {}
    for one in case.cib.find("configuration/resources"):
        kind = {"clone": 0, "master": 0, "group": 1}.get(one.tag, 2)
        ranks[one.get("id")] = (
            -float(meta_of(one).get("priority", 0)), kind, one.get("id"))
    links = case.links()
    for wish in links:
        if is_weak(wish.score) and any(
                duty.dependent == wish.dependent and
                not is_weak(duty.score) and
                ranks[wish.primary] < ranks[duty.primary]
                for duty in links):
            yield case.without(wish.constraint)


# Orders

def ordered_twice(case):
    """Where two constraints order the same two resources both count here. In
    Pacemaker what the one that is listed first asks for hides what the other
    asks for: an optional order, or one that is not symmetrical, makes a
    mandatory one void. It does not where that one is listed first."""
    ends = [(one, {case.top_of(name) for name in
                   [one.get("first"), one.get("then"),
                    *[ref.get("id") for ref in one.iter("resource_ref")]]
                   if name}) for one in case.constraints("rsc_order")]

    def listed_first(parent, one):
        parent.remove(one)
        parent.insert(0, one)
    for one, names in ends:
        if any(other is not one and len(names & theirs) > 1
               for other, theirs in ends):
            yield case.edited(listed_first,
                              case.cib.find("configuration/constraints"), one,
                              is_said=True)


# Utilization

def no_room_anywhere(case):
    """No node can take all that must be together. Each part then goes where
    most room is; among equals Pacemaker takes the first of a hash table,
    Muster the first by name. Where there is room for all, there is no such
    choice."""
    kinds = {pair.get("name") for pair in
             case.cib.iterfind("configuration//utilization/nvpair")}

    def enlarge(node):
        block = node.makeelement("utilization",
                                 {"id": f"said-{node.get('id')}"})
        node.append(block)
        for kind in sorted(kinds):
            block.append(block.makeelement(
                "nvpair", {"id": f"said-{node.get('id')}-{kind}",
                           "name": kind, "value": "1000"}))
        for other in node.findall("utilization")[:-1]:
            node.remove(other)
    if case.option("placement-strategy") not in (None, "default"):
        yield case.edited_each(
            enlarge, *case.cib.iterfind("configuration/nodes/node"))


def group_in_line(case):
    """With capacities it matters what is placed first: what has the highest
    scores for its nodes. Those of a group are what all of its members have
    together; Pacemaker 2.1.5 counts its first member only."""
    if case.option("placement-strategy") not in (None, "default"):
        for group in case.cib.iter("group"):
            yield case.without_resources(group.findall("primitive")[1:])


def incomparable_nodes(case):
    """With balanced placement the node that has more of more kinds of room is
    the better one. Where each of two has more of something there is no order,
    and which one is found depends on the way of sorting. With one kind of room
    there is an order."""
    if case.option("placement-strategy") == "balanced":
        pairs = list(case.cib.iterfind("configuration//utilization/nvpair"))
        for kind in sorted({pair.get("name") for pair in pairs}):
            yield case.without(*[pair for pair in pairs
                                 if pair.get("name") != kind])


# Rules

def role_beside_rule(case):
    """A role given beside a rule, not in it, holds for the rule. Pacemaker
    2.1.5 overlooks it: the score counts for every role."""
    for one in case.constraints("rsc_location"):
        rules = one.findall("rule")
        if one.get("role") and rules:
            yield case.edited_each(setter(role=one.get("role")), *rules,
                                   is_said=True)


def other_zone(case):
    """Dates may have an offset from UTC. Pacemaker 2.1.5 overlooks those to
    the east, and takes the local time for that of Greenwich."""
    def to_utc(expression):
        for name in ("start", "end"):
            if EAST.fullmatch(expression.get(name, "")):
                date = datetime.datetime.fromisoformat(expression.get(name))
                expression.set(name, date.astimezone(
                    datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    east = [one for one in case.cib.iter("date_expression")
            if EAST.fullmatch(one.get("start", "")) or
            EAST.fullmatch(one.get("end", ""))]
    if east:
        yield case.edited_each(to_utc, *east, is_said=True)


CLASSES = [
    other_zone, kept_on_joining, probed_later, expired_promoted,
    migrated_instance, left_where_it_went, started_only_in_name,
    kept_in_maintenance, member_in_front, role_beside_rule, unique_by_default,
    unique_in_part, promoted_kept, by_trial, unmanaged_in_group,
    blocked_with_group, inner_member, apart_interleaved, rather_apart,
    cornered, apart_by_role, promoted_wish, by_name_first, chained, knotted,
    full_clone_wish, promoted_group, ordered_twice, no_room_anywhere,
    group_in_line, incomparable_nodes]
# What these are about never changes where anything is placed.
CLASSES_OF_ACTIONS = [told_by_failure, ordered_gap, pending_on_lost,
                      partly_promoted, beside_blocked]


def never_done(case):
    """Pacemaker's graph has actions that wait for others which are not in it
    or, in a circle, for themselves. It would never carry them out: of their
    resources there is no plan to compare."""
    names = {case.top_of(name) for name in case.pacemaker.never_done()}
    return bool(names) and case.differing <= names


def explain(case, differences, plan):
    """The names of the classes that account for the difference, or None.
    'differences': a function that gives those of two plans; 'plan': a function
    that gives the Case of a CIB, or None where one of the planners refuses."""
    open_cases = [((), case)]
    for _ in range(CAUSES_MAX):
        following = []
        for names, one in open_cases:
            before = differences(one.pacemaker, one.muster)
            for name, other in tried(one, plan):
                left = differences(other.pacemaker, other.muster)
                if not left:
                    return names + (name,)
                if case.differing and not other.differing and \
                        never_done(other):
                    return names + (name, never_done.__name__)
                if not set(before) <= set(left):
                    following.append((len(left), names + (name,), other))
        following.sort(key=lambda one: one[:2])
        open_cases = [one[1:] for one in following[:2]]
    return (never_done.__name__,) if never_done(case) else None


def tried(case, plan):
    """Name of the class and outcome of each trial that can be relied on."""
    for one in CLASSES + ([] if case.differing else CLASSES_OF_ACTIONS):
        for trial in one(case):
            other = plan(trial.cib)
            if other and not (trial.is_said and other.muster.outcome() !=
                              case.muster.outcome()):
                yield one.__name__, other
