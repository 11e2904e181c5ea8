# SPDX-License-Identifier: GPL-2.0-or-later
"""Differences from Pacemaker 2.1.5 that are meant, or its own mistakes: each
class with the rule by which a case is recognised and the reason.

A class is a function of (cib, pacemaker, muster) that tells whether it accounts
for the whole difference; its comment is the reason."""


def carried_out_otherwise(_cib, pacemaker, muster):
    """The plans are the same, and what they start from. Only the state
    afterwards differs, which is crm_simulate's own carrying out: it stops
    half-way where its graph has a loop, and mistakes instances of a clone for
    each other."""
    return pacemaker.before == muster.before and \
        pacemaker.keys() == muster.keys()


def dangling(_cib, pacemaker, _muster):
    """Pacemaker's graph has actions that wait for actions which are not in
    it: it would never carry them out, so there is no plan to compare."""
    return pacemaker.dangling > 0


def looped(_cib, pacemaker, _muster):
    """Pacemaker's graph has a loop; it carries out what lies before it and
    gives up."""
    return pacemaker.order() is None


CLASSES = [carried_out_otherwise, dangling, looped]


def class_of(cib, pacemaker, muster):
    """The name of the class that a difference belongs to, or None."""
    for one in CLASSES:
        if one(cib, pacemaker, muster):
            return one.__name__
    return None
