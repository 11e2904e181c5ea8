# SPDX-License-Identifier: GPL-2.0-or-later
"""Differences from Pacemaker 2.1.5 that are meant, or its own mistakes: each
class with the rule by which a case is recognised and the reason.

A class is a function of (cib, pacemaker, muster) that tells whether it accounts
for the whole difference; its comment is the reason."""


def too_many_per_node(cib, pacemaker, _muster):
    """Pacemaker 2.1.5 places two instances of an anonymous clone of a group
    on one node when one of them has to leave its node. It takes the trial of
    a place for the placement; later versions do not."""
    inner = {one.get("id") for group in cib.findall(".//clone/group")
             for one in group.findall("primitive")}
    starts = [key for key, count in pacemaker.keys().items()
              if key[0] == "start" and key[1] in inner and count > 1]
    return bool(starts)


def dangling(_cib, pacemaker, _muster):
    """Pacemaker's graph has actions that wait for actions which are not in
    it: it would never carry them out, so there is no plan to compare."""
    return pacemaker.dangling > 0


def looped(_cib, pacemaker, _muster):
    """Pacemaker's graph has a loop; it carries out what lies before it and
    gives up."""
    return pacemaker.order() is None


CLASSES = [dangling, looped, too_many_per_node]


def class_of(cib, pacemaker, muster):
    """The name of the class that a difference belongs to, or None."""
    for one in CLASSES:
        if one(cib, pacemaker, muster):
            return one.__name__
    return None
