# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws lots. Only random() is drawn from, so that a seed means the same in
every version of Python."""

import random


class Lots:
    def __init__(self, seed):
        self.source = random.Random(seed)

    def chance(self, probability):
        return self.source.random() < probability

    def below(self, count):
        return int(self.source.random() * count)

    def pick(self, items):
        return items[self.below(len(items))]

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def some(self, items, least=1, most=None):
        """A few of 'items', in any order."""
        items = list(items)
        count = self.between(min(least, len(items)),
                             min(most or len(items), len(items)))
        return [items.pop(self.below(len(items))) for _ in range(count)]
