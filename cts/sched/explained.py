# SPDX-License-Identifier: GPL-2.0-or-later
"""Differences from Pacemaker 2.1.5 that are meant, or its own mistakes: each
class with the rule by which a case is recognised, and the reason.

A class is a function of a Case that tells whether it accounts for the whole
difference."""

import re


class Case:
    def __init__(self, cib, pacemaker, muster):
        self.cib = cib
        self.pacemaker = pacemaker
        self.muster = muster
        theirs, ours = pacemaker.outcome(), muster.outcome()
        self.missing = set(theirs - ours)  # Placements, (resource, node, role)
        self.added = set(ours - theirs)
        self.tops = {}   # What is in a group or clone: its id.
        self.groups = set()
        for top in cib.find("configuration/resources"):
            for one in top.iter():
                if one.tag in ("primitive", "group", "clone"):
                    self.tops[one.get("id")] = top.get("id")
                if one.tag == "group":
                    self.groups.add(top.get("id"))

    def top_of(self, name):
        name = re.sub(":[0-9]+$", "", name)
        return self.tops.get(name, name)

    def option(self, name):
        for pair in self.cib.iterfind("configuration/crm_config//nvpair"):
            if pair.get("name") == name:
                return pair.get("value")
        return None

    def colocations(self):
        """(dependent, primary, score) of all of them, tags and sets too."""
        members = {tag.get("id"): [one.get("id") for one in tag]
                   for tag in self.cib.iterfind("configuration/tags/tag")}
        for primitive in self.cib.iter("primitive"):
            if primitive.get("template"):
                members.setdefault(primitive.get("template"), []).append(
                    primitive.get("id"))
        result = []
        for one in self.cib.iter("rsc_colocation"):
            score = one.get("score")
            blocks = [[ref.get("id") for ref in block] for block in one]
            for block, names in zip(one, blocks):
                if block.get("sequential") != "false":
                    result += [(b, a, score) for a, b
                               in zip(names, names[1:])]
            for first, second in zip(blocks, blocks[1:]):
                result += [(a, b, score) for a in first for b in second]
            if one.get("rsc"):
                result += [(a, b, score)
                           for a in members.get(one.get("rsc"),
                                                [one.get("rsc")])
                           for b in members.get(one.get("with-rsc"),
                                                [one.get("with-rsc")])]
        return [(self.top_of(a), self.top_of(b), score or "0")
                for a, b, score in result]

    def waiting_for(self, tops):
        """What must start after one of 'tops' by an order of two of them."""
        return {self.top_of(one.get("then"))
                for one in self.cib.iter("rsc_order")
                if one.get("first") and one.get("then") and
                one.get("kind", "Mandatory") == "Mandatory" and
                one.get("first-action", "start") == "start" and
                self.top_of(one.get("first")) in tops}


def is_weak(score):
    return (score or "0").strip("+-") != "INFINITY"


def dangling(case):
    """Pacemaker's graph has actions that wait for actions which are not in
    it: it would never carry them out, so there is no plan to compare."""
    return case.pacemaker.dangling > 0


def looped(case):
    """Pacemaker's graph has a loop; it carries out what lies before it and
    gives up."""
    return case.pacemaker.order() is None


def unmanaged_in_group(case):
    """What a group must be with binds its first member, and the others
    through it. Where that one is not managed it stays where it is, and they
    follow it; Pacemaker 2.1.5 holds them to the colocation as well."""
    unmanaged = {name for name, _, _ in case.missing | case.added} and {
        case.top_of(one["rsc"])
        for one in case.muster.json["before"]["resources"]
        if "unmanaged" in one["flags"]}
    return bool(case.added) and not case.missing and all(
        case.top_of(name) in case.groups & unmanaged
        for name, _, _ in case.added)


def too_many_per_node(case):
    """Pacemaker 2.1.5 places two instances of an anonymous clone of a group
    on one node when one of them has to leave its node. It takes the trial of
    a place for the placement; later versions do not."""
    inner = {one.get("id") for group in case.cib.findall(".//clone/group")
             for one in group.findall("primitive")}
    arrivals = {}
    for (task, name, node, _, _), count in case.pacemaker.keys().items():
        if task in ("start", "migrate_from") and name in inner:
            arrivals[name, node] = arrivals.get((name, node), 0) + count
    return any(count > 1 for count in arrivals.values())


def shuffled(case):
    """Pacemaker 2.1.5 lets an instance of a clone leave a node for a better
    one, and may start another instance where it was. Later versions leave
    the instance in its place and start the other one on the better node."""
    theirs, ours = case.pacemaker.instances, case.muster.keys()
    for task, leaving, node in theirs:
        name = leaving.split(":")[0]
        stays = ("stop", name, node, 0, "") not in ours or \
            ("start", name, node, 0, "") in ours
        if task == "stop" and ":" in leaving and stays and \
                ("start", leaving, node) not in theirs and any(
                    other[0] in ("start", "migrate_from") and
                    (other[1] == leaving or other[2] == node) and
                    other[1].split(":")[0] == name for other in theirs):
            return True
    return False


def joining_without_fencing(case):
    """What a joining node runs is not known. Without fencing Pacemaker
    overlooks the node until it has joined and may start something twice;
    Muster waits for it."""
    return case.option("stonith-enabled") == "false" and any(
        "pending" in words for words in case.muster.nodes.values())


def unprobed(case):
    """A joining node cannot be probed yet. Where an instance of a clone might
    run there, Pacemaker 2.1.5 starts instances or stops active ones,
    depending on which instance cannot be looked for; Muster leaves alone what
    is active and starts no more until it knows, nor what must come after the
    clone."""
    clones = {one.get("id") for one in case.cib.iter("clone")}
    lacking = {case.top_of(name) for name, _, _ in case.missing}
    before = {(name, node) for name, node, _ in case.muster.before}
    return bool(case.added or case.missing) and \
        {(name, node) for name, node, _ in case.added} <= before and \
        lacking <= clones | case.waiting_for(lacking & clones) and \
        any("pending" in words for words in case.muster.nodes.values())


def blocked_with_group(case):
    """What must be with a group whose start is blocked by something else is
    not started either, as for a group's members; 2.1.5 starts it."""
    active = {case.top_of(name) for name, _, _ in case.muster.outcome()}
    primaries = {}
    for dependent, primary, score in case.colocations():
        if score == "INFINITY" and primary in case.groups:
            primaries.setdefault(dependent, set()).add(primary)
    return not case.added and bool(case.missing) and all(
        primaries.get(case.top_of(name), set()) - active
        for name, _, _ in case.missing)


def knotted(case):
    """Colocations in a circle have no order in which to place what is on it.
    Where it is cut depends on the order of assignment, which differs between
    versions of Pacemaker, too."""
    edges = {}
    for dependent, primary, _ in case.colocations():
        edges.setdefault(dependent, set()).add(primary)

    def reaches(start):
        seen, left = set(), list(edges.get(start, ()))
        while left:
            at = left.pop()
            if at == start:
                return True
            if at not in seen:
                seen.add(at)
                left += edges.get(at, ())
        return False
    return any(reaches(start) for start in edges)


def chained(case):
    """Where something is with what is itself weakly with a third, its wishes
    count for the third weakened by both scores. Pacemaker 2.1.5 forgets the
    first of the two, and lets no wishes through a group at all; the members
    of a group are such a chain, too."""
    colocations = case.colocations()
    return any(is_weak(score) and dependent in case.groups
               for dependent, _, score in colocations) or \
        any(other == dependent and (is_weak(score) or
                                    dependent in case.groups)
            for dependent, _, score in colocations
            for _, other, _ in colocations)


def promoted_wish(case):
    """"Rather promoted with that", or rather not: Pacemaker 2.1.5 counts such a
    wish for the promotion only where it is negative."""
    clones = {case.top_of(name) for name, _, _ in case.missing | case.added}
    return any(one.get("rsc-role") in ("Promoted", "Unpromoted") and
               is_weak(one.get("score")) and one.get("score")[0] != "-" and
               case.top_of(one.get("rsc")) in clones
               for one in case.cib.iter("rsc_colocation"))


def cornered(case):
    """Something avoids what has more choice than itself: when only one node
    is left for it, the other should not go there. Pacemaker 2.1.5 does not
    see that."""
    left = {}
    for kind, name, _, score in case.muster.json["scores"]:
        if kind == "primitive" and score >= 0:
            left[case.top_of(name)] = left.get(case.top_of(name), 0) + 1
    return any(score.startswith("-") and left.get(dependent, 0) <= 1
               for dependent, _, score in case.colocations())


def expired_promoted(case):
    """A monitor that failed with the news that the resource is promoted, long
    ago: Pacemaker 2.1.5 takes it for promoted, later versions do not."""
    return any(one.get("rc-code") in ("8", "9") and
               one.get("transition-key").split(":")[2] != one.get("rc-code")
               for one in case.cib.iter("lrm_rsc_op")) and any(
                   pair.get("name") == "failure-timeout"
                   for pair in case.cib.iter("nvpair"))


def unmanaged_on_lost_node(case):
    """Without fencing Pacemaker forgets an unmanaged resource with the node;
    Muster goes on saying where it was seen."""
    return not case.missing and bool(case.added) and \
        case.added <= set(case.muster.before) and all(
            not case.muster.nodes[node][0] for _, node, _ in case.added)


def no_room_anywhere(case):
    """No node can take all that must be together. Each part then goes where
    most room is; among equals Pacemaker takes the first of a hash table,
    Muster the first by name."""
    return case.option("placement-strategy") not in (None, "default") and \
        any(tag in case.groups or any(score == "INFINITY" and
                                      tag in (dependent, primary)
                                      for dependent, primary, score
                                      in case.colocations())
            for tag in {case.top_of(name)
                        for name, _, _ in case.missing | case.added})


def incomparable_nodes(case):
    """With balanced placement the node that has more of more kinds of room is
    the better one. Where each of two has more of something there is no order,
    and which one is found depends on the way of sorting."""
    if case.option("placement-strategy") != "balanced":
        return False
    nodes = [{pair.get("name"): int(pair.get("value"))
              for pair in node.iterfind("utilization/nvpair")}
             for node in case.cib.iterfind("configuration/nodes/node")]

    def has_more(one, other):
        return any(value > other.get(name, 0) for name, value in one.items())
    return any(has_more(one, other) and has_more(other, one)
               for one in nodes for other in nodes)


def apart_interleaved(case):
    """Clones that must not be together are kept apart on all nodes, also
    where the dependent is interleaved. Pacemaker looks at one partner of each
    instance only, and puts the next instance with another one."""
    interleaved = {clone.get("id") for clone in case.cib.iter("clone")
                   for pair in clone.iterfind("meta_attributes/nvpair")
                   if pair.get("name") == "interleave"}
    return any(score.startswith("-") and dependent in interleaved
               for dependent, _, score in case.colocations())


def apart_by_role(case):
    """"Not in this role with that", or not with that role: it binds only what
    has the role. Pacemaker 2.1.5 turns this round for negative scores: it
    keeps apart what has not got the role, too."""
    clones = {clone.get("id"): clone for clone in case.cib.iter("clone")}

    def is_promotable(name):
        return name in clones and any(
            pair.get("name") == "promotable" and pair.get("value") == "true"
            for pair in clones[name].iterfind("meta_attributes/nvpair"))
    differing = {case.top_of(name) for name, _, _ in case.missing | case.added}
    roles = ("Promoted", "Unpromoted")
    return any(one.get("score", "").startswith("-") and
               case.top_of(one.get("rsc")) in differing and
               (one.get("rsc-role") in roles or
                (one.get("with-rsc-role") in roles and
                 not is_promotable(case.top_of(one.get("with-rsc")))))
               for one in case.cib.iter("rsc_colocation"))


def full_clone_wish(case):
    """The wishes of a clone, its own and those of what is with it, count for
    each of its instances. Pacemaker 2.1.5 forgets those that are positive
    where there are as many instances as nodes, though not every node need
    get one: one may take several, or none as its score is negative; or the
    instances are told apart, and it matters which one is where."""
    online = sum(words[0] for words in case.muster.nodes.values())
    full = set()
    for clone in case.cib.iter("clone"):
        meta = {pair.get("name"): pair.get("value")
                for pair in clone.iterfind("meta_attributes/nvpair")}
        shunned = any(case.top_of(one.get("rsc") or "") == clone.get("id") and
                      (one.get("score") or "").startswith("-") and
                      is_weak(one.get("score"))
                      for one in case.cib.iter("rsc_location"))
        if int(meta.get("clone-max", len(case.muster.nodes))) >= online and \
                (shunned or meta.get("globally-unique") == "true" or
                 int(meta.get("clone-node-max", 1)) > 1):
            full.add(clone.get("id"))
    full &= {case.top_of(name) for name, _, _ in case.missing | case.added}
    return any(not score.startswith("-") and
               (primary in full or (dependent in full and is_weak(score)))
               for dependent, primary, score in case.colocations())


def rather_apart(case):
    """What would rather be apart from something, but must be with or apart
    from others, too: the wish is dropped where it leaves no node. Pacemaker
    2.1.5 follows it before it knows which nodes the others leave, and then
    starts it nowhere."""
    theirs = {case.top_of(name) for name, _, _ in case.pacemaker.outcome()}
    colocations = case.colocations()
    must = {dependent for dependent, _, score in colocations
            if not is_weak(score)}
    return not case.missing and any(
        score.startswith("-") and is_weak(score) and dependent in must and
        dependent not in theirs and
        dependent in {case.top_of(name) for name, _, _ in case.added}
        for dependent, _, score in colocations)


def inner_member(case):
    """What a later member of a group must be with binds the members before it
    as well. Pacemaker 2.1.5 places those without a look at it and then finds
    no node for the member; later versions look."""
    later = {one.get("id"): group.get("id")
             for group in case.cib.iter("group")
             for one in group.findall("primitive")[1:]}
    theirs = {name for name, _, _ in case.pacemaker.outcome()}
    bound = {later[one.get("rsc")] for one in case.cib.iter("rsc_colocation")
             if one.get("rsc") in later and one.get("score") == "INFINITY" and
             one.get("rsc") in {name for name, _, _ in case.added} - theirs}
    return bool(bound) and {case.top_of(name) for name, _, _ in
                            case.missing | case.added} <= {
                                case.top_of(name) for name in bound}


def role_not_shown(case):
    """Of what has a stop under way Pacemaker says "Stopping", not in which
    role it still is: it is compared as if it were not promoted."""
    stopping = {(resource.get("id"), state.get("uname"))
                for state in case.cib.iter("node_state")
                for resource in state.iter("lrm_resource")
                for one in resource.iter("lrm_rsc_op")
                if one.get("operation") == "stop" and
                one.get("op-status") == "-1"}
    shown = {(name, node) for name, node, role in case.missing
             if role == "Started"}
    return bool(shown) and shown <= stopping and case.added == {
        (name, node, "Promoted") for name, node in shown} and \
        len(case.missing) == len(shown)


def migrated_instance(case):
    """An instance of an anonymous clone that left by live migration, which was
    not concluded where it went: Pacemaker 2.1.5 looks there for the history
    of the numbered instance, finds none, and forgets that it may be active;
    of a resource that is not cloned, it says so."""
    anonymous = {one.get("id") for clone in case.cib.iter("clone")
                 for one in clone.iter("primitive")
                 if not any(pair.get("name") == "globally-unique"
                            for pair in clone.iter("nvpair"))}
    arrived = {(resource.get("id"), one.get("migrate_target"))
               for resource in case.cib.iter("lrm_resource")
               for one in resource.iter("lrm_rsc_op")
               if one.get("operation") == "migrate_to" and
               one.get("rc-code") == "0" and
               resource.get("id") in anonymous}
    return bool(case.added) and not case.missing and \
        {(name, node) for name, node, _ in case.added} <= arrived


def started_only_in_name(case):
    """What runs on too many nodes, under multiple-active=stop_unexpected, and
    is to run on none of them has to be started there. Pacemaker 2.1.5 takes
    it for what runs already and starts it only in the next plan."""
    before = {}
    for name, node, _ in case.muster.before:
        before.setdefault(name, set()).add(node)
    unexpected = {pair.get("value") for pair in case.cib.iter("nvpair")
                  if pair.get("name") == "multiple-active"}
    return bool(case.added) and not case.missing and \
        "stop_unexpected" in unexpected and all(
            len(before.get(name, ())) > 1 and node not in before[name] and
            ("start", name, node, 0, "") in case.muster.keys()
            for name, node, _ in case.added)


def unique_by_default(case):
    """A clone that may have several instances on a node is globally unique
    unless told otherwise, as from Pacemaker 3 on; 2.1.5 wants that said."""
    several = set()
    for clone in case.cib.iter("clone"):
        values = {pair.get("name"): pair.get("value")
                  for pair in clone.iterfind("meta_attributes/nvpair")}
        if int(values.get("clone-node-max", "1")) > 1 and \
                "globally-unique" not in values:
            several.add(clone.get("id"))
    return bool({case.top_of(name) for name, _, _
                 in case.missing | case.added} & several)


def by_name_first(case):
    """What must be with one and would rather be with another resource too:
    first the duty is heeded, then the wish. Pacemaker 2.1.5 goes by priority,
    kind and name of the others, and so assigns the wished for one first."""
    kinds = ["clone", "group", "primitive"]
    ranks = {}
    for one in case.cib.find("configuration/resources"):
        if one.tag in kinds:
            priorities = [int(float(pair.get("value")))
                          for pair in one.iterfind("meta_attributes/nvpair")
                          if pair.get("name") == "priority"]
            ranks[one.get("id")] = (-max(priorities, default=0),
                                    kinds.index(one.tag), one.get("id"))
    changed = {case.top_of(name) for name, _, _ in case.missing | case.added}
    colocations = case.colocations()
    return any(is_weak(wish) and not is_weak(duty) and dependent == other and
               {wished, bound} <= set(ranks) and
               ranks[wished] < ranks[bound] and
               changed & {dependent, wished, bound}
               for dependent, wished, wish in colocations
               for other, bound, duty in colocations)


def inner_dependent(case):
    """What a later member of a group must be with counts the wishes of the
    whole group. Pacemaker 2.1.5 counts those of that member only."""
    later = {one.get("id") for group in case.cib.iter("group")
             for one in group.findall("primitive")[1:]}
    primaries = {case.top_of(one.get("with-rsc"))
                 for one in case.cib.iter("rsc_colocation")
                 if one.get("rsc") in later and
                 one.get("score") == "INFINITY"}
    moved = {case.top_of(name) for name, _, _ in case.missing}
    return bool(moved) and moved <= primaries and \
        moved <= {case.top_of(name) for name, _, _ in case.added}


def ordered_twice(case):
    """Where two constraints order the same two resources both count here. In
    Pacemaker what the one that is listed first asks for hides what the other
    asks for: an optional order makes a mandatory one void."""
    ends = {}
    for one in case.cib.iter("rsc_order"):
        if one.get("first") and one.get("then"):
            pair = case.top_of(one.get("first")), case.top_of(one.get("then"))
            ends.setdefault(frozenset(pair), []).append(
                (one.get("kind", "Mandatory"), pair))
    moved = {case.top_of(name) for name, _, _ in case.missing | case.added}
    doubtful = {name for pair, kinds in ends.items()
                if len(set(kinds)) > 1 for name in pair}
    return bool(moved) and moved <= doubtful | case.waiting_for(doubtful)


def partly_promoted(case):
    """What is promoted of a group waits until others are demoted, also where a
    member of theirs is stopped. Pacemaker does not, and for a moment more may
    be promoted than promoted-max."""
    roles = {}
    for one in case.muster.json["before"]["resources"]:
        number = re.search(":[0-9]+$", one.get("inst") or "")
        if number:
            roles.setdefault((case.top_of(one["rsc"]), number[0]),
                             set()).add(one["role"])
    return not case.missing and not case.added and any(
        {"Promoted", "Stopped"} <= found for found in roles.values())


CLASSES = [dangling, looped, unmanaged_in_group, too_many_per_node, shuffled,
           joining_without_fencing, unprobed, blocked_with_group,
           unmanaged_on_lost_node, knotted, apart_interleaved, chained,
           promoted_wish, cornered, expired_promoted, no_room_anywhere,
           incomparable_nodes, apart_by_role, full_clone_wish, rather_apart,
           inner_member, role_not_shown, migrated_instance,
           started_only_in_name, unique_by_default, by_name_first,
           inner_dependent, ordered_twice, partly_promoted]


def class_of(cib, pacemaker, muster):
    """The name of the class that a difference belongs to, or None."""
    case = Case(cib, pacemaker, muster)
    for one in CLASSES:
        if one(case):
            return one.__name__
    return None
