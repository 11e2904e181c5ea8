# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal in which a program runs, which tmux is: keys in, a screen out."""

import os
import shutil
import subprocess
import time

DEADLINE_S = 60


def has_tmux():
    return shutil.which("tmux") is not None


class Terminal:
    """Runs 'words' on a screen of so many columns and lines, until close()."""

    def __init__(self, folder, words, environment, columns=100, lines=40):
        # The socket is ours alone: the user's own tmux is not touched.
        self.socket = os.path.join(folder, "tmux")
        self.environment = environment
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns),
                  "-y", str(lines), *words)

    def tmux(self, *words, check=True):
        return subprocess.run(["tmux", "-S", self.socket, *words],
                              check=check, capture_output=True, text=True,
                              env=self.environment, timeout=DEADLINE_S).stdout

    def type(self, *texts):
        for text in texts:
            self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def enter(self, *lines):
        for line in lines:
            self.type(line)
            self.press("Enter")

    def screen(self):
        """What is seen; nothing once the program has ended."""
        return self.tmux("capture-pane", "-p", "-J", check=False)

    def wait(self, *parts):
        """Waits until the screen holds all 'parts'; returns it."""
        return self.wait_until(
            lambda shown: all(part in shown for part in parts), parts)

    def wait_until(self, condition, what):
        """Waits until 'condition' is true of the screen; returns it."""
        end = time.monotonic() + DEADLINE_S
        while True:
            shown = self.screen()
            if condition(shown):
                return shown
            if time.monotonic() > end:
                raise AssertionError(f"not within {DEADLINE_S} s on the"
                                     f" screen: {what}\n{shown}")
            time.sleep(0.05)

    def close(self):
        self.tmux("kill-server", check=False)
