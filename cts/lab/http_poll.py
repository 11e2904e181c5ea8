#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that asks for pages all the time and notes every answer.

Usage: http_poll.py OUTPUT INTERVAL_MS NAME=ADDRESS:PORT/PATH...

Each page is asked for at every tick, on a new connection, without waiting for
the answers still out, as independent visitors would. One line per answer:
NAME, the monotonic times of asking and of the whole answer, and its first line;
'-' stands for an answer that never came.
"""

import asyncio
import sys
import time

TIMEOUT_S = 1.0
WAITING_MAX = 200


class Page:
    def __init__(self, name, place, output):
        host, _, path = place.partition("/")
        self.name = name
        self.host, _, port = host.partition(":")
        self.port = int(port or 80)
        self.path = "/" + path
        self.output = output
        self.waiting = set()

    def tick(self):
        if len(self.waiting) < WAITING_MAX:
            task = asyncio.create_task(self.ask())
            self.waiting.add(task)
            task.add_done_callback(self.waiting.discard)

    async def ask(self):
        begun = time.monotonic()
        try:
            answer = await asyncio.wait_for(self.fetch(), TIMEOUT_S)
        except (OSError, asyncio.TimeoutError, EOFError, ValueError):
            answer = "-"
        self.output.write(f"{self.name} {begun:.6f} {time.monotonic():.6f}"
                          f" {answer}\n")

    async def fetch(self):
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(f"GET {self.path} HTTP/1.0\r\n\r\n".encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise ValueError("not served")
        return body.decode(errors="replace").split("\n")[0] or "-"


async def poll(pages, interval_s):
    due = time.monotonic()
    while True:
        for page in pages:
            page.tick()
        due = max(due + interval_s, time.monotonic())
        await asyncio.sleep(due - time.monotonic())


def main():
    path, interval_ms, *places = sys.argv[1:]
    with open(path, "a", buffering=1, encoding="utf-8") as output:
        pages = [Page(*place.split("=", 1), output) for place in places]
        asyncio.run(poll(pages, float(interval_ms) / 1000))


if __name__ == "__main__":
    main()
