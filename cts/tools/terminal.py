# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal in which a program runs, which tmux is: keys in, a screen out.

A key is what it is only for a program that reads keys: before that the terminal
itself takes the end key for the end of a file and the interrupt key for a
signal. So a line is typed at a prompt, and enter() waits for the next one: it
stands further down than the line, and cannot be taken for an older one.
"""

import collections
import os
import select
import shutil
import subprocess
import time

DEADLINE_S = 120

# What is seen, on how many lines above it text has gone, and the cursor on it.
Screen = collections.namedtuple("Screen", "text above row column")


def has_tmux():
    return shutil.which("tmux") is not None


class Terminal:
    """Runs 'words' on a screen of so many columns and lines, until close()."""

    def __init__(self, folder, words, environment, columns=100, lines=40):
        # The socket is ours alone: the user's own tmux is not touched.
        self.socket = os.path.join(folder, "tmux")
        self.environment = environment
        self.process = os.pidfd_open(int(self.tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y",
            str(lines), "-P", "-F", "#{pane_pid}", *words)))

    def tmux(self, *words, check=True):
        return subprocess.run(["tmux", "-S", self.socket, *words],
                              check=check, capture_output=True, text=True,
                              env=self.environment, timeout=DEADLINE_S).stdout

    # -- keys

    def type(self, *texts):
        for text in texts:
            self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def enter(self, line, prompt):
        """Types a line where it is asked for, and waits for the next prompt;
        returns the screen then."""
        return self.press_for(prompt, "Enter", typed=line)

    def press_for(self, prompt, key, typed=""):
        """Presses a key that ends the line, 'typed' before it."""
        before = self.look()
        if typed:
            self.type(typed)
        self.press(key)
        return self.wait_prompt(prompt, below=before.above + before.row)

    # -- the screen

    def look(self):
        """The screen as it is now; its lines as they are broken there."""
        place, _, text = self.tmux(
            "display-message", "-p", "#{history_size} #{cursor_y} #{cursor_x}",
            ";", "capture-pane", "-p").partition("\n")
        return Screen(text, *(int(number) for number in place.split()))

    def screen(self):
        """The text on it; nothing once the program has ended."""
        return self.tmux("capture-pane", "-p", "-J", check=False)

    def wait(self, *parts):
        """Waits until the screen holds all 'parts'; returns it."""
        return self.wait_until(
            lambda shown: all(part in shown for part in parts), parts)

    def wait_until(self, condition, what):
        """Waits until 'condition' is true of the screen; returns it."""
        return self.poll(self.screen, condition, what)

    def wait_prompt(self, prompt, below=-1):
        """Waits until the cursor stands behind 'prompt', on a line below that
        one (counted from the first ever); returns the screen."""
        def is_asked(shown):
            line = shown.text.split("\n")[shown.row].ljust(shown.column)
            return shown.above + shown.row > below and \
                line[:shown.column].endswith(prompt)
        return self.poll(self.look, is_asked, f"the prompt {prompt}").text

    @staticmethod
    def poll(look, condition, what):
        end = time.monotonic() + DEADLINE_S
        while True:
            shown = look()
            if condition(shown):
                return shown
            if time.monotonic() > end:
                raise AssertionError(f"not within {DEADLINE_S} s on the"
                                     f" screen: {what}\n{shown}")
            time.sleep(0.05)

    # -- the end

    def wait_end(self):
        """Waits until the program has ended."""
        if not select.select([self.process], [], [], DEADLINE_S)[0]:
            raise AssertionError(f"it has not ended after {DEADLINE_S} s\n"
                                 + self.screen())

    def close(self):
        """Takes the terminal away and waits for the program to see it: what it
        puts in order at its end belongs to the test."""
        if self.process is not None:
            self.tmux("kill-server", check=False)
            self.wait_end()
            os.close(self.process)
            self.process = None
