# SPDX-License-Identifier: GPL-2.0-or-later
"""One thread that waits for many things, and the log of what it did."""

import heapq
import json
import selectors
import time


class Loop:
    """Calls a function when a descriptor has input or a time has come."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.timers = []
        self.timers_count = 0
        self.is_ending = False

    def watch(self, readable, function):
        self.selector.register(readable, selectors.EVENT_READ, function)

    def forget(self, readable):
        self.selector.unregister(readable)

    def after(self, delay_ms, function):
        self.timers_count += 1
        heapq.heappush(self.timers, (time.monotonic() + delay_ms / 1000,
                                     self.timers_count, function))

    def end(self):
        self.is_ending = True

    def run(self):
        while not self.is_ending:
            for key, _ in self.selector.select(self.until_timer()):
                key.data()
            while self.timers and self.until_timer() == 0:
                heapq.heappop(self.timers)[2]()

    def until_timer(self):
        if not self.timers:
            return None
        return max(0, self.timers[0][0] - time.monotonic())


class Journal:
    """What the lab did and saw, a JSON object per line, for tests to read."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="utf-8")

    def log(self, what, **more):
        line = {"what": what, "time": time.time(),
                "monotonic": time.monotonic(), **more}
        self.file.write(json.dumps(line) + "\n")
