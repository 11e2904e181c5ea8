#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The transcripts in the manual pages are what the commands really say.

A page holds, in its order:

    .\\" transcript START
    .Bd -literal
    $ muster configure show ip
    primitive ip IPaddr2 ...
    .Ed

START is a file beside this script (START.xml), which is copied and worked on;
"-" goes on with what the block before left behind; "lab" is for a real cluster
(cts/lab/test_transcripts.py). Lines that begin with a dollar are run by a shell
in a folder of their own, what follows is what they must say.

usage: transcripts.py [--update] [PAGE...]     MUSTER_PROGRAM names the program
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MAN = os.path.abspath(f"{HERE}/../../man")
PROGRAM = os.environ.get("MUSTER_PROGRAM") or os.path.abspath("tools/muster")
NEEDED = ["/usr/lib/ocf/resource.d/heartbeat/IPaddr2",
          "/usr/lib/ocf/resource.d/heartbeat/nginx"]
# What cannot be shown so, with the reason.
WITHOUT = {"top": "it is a full screen"}
SKIPPED = 77
TIMEOUT_S = 60
BLOCK = re.compile(r'(^\.\\" transcript (\S+)\n\.Bd [^\n]*\n)(.*?)(^\.Ed$)',
                   re.S | re.M)


def from_man(line):
    for written, meant in (("\\&", ""), ("\\-", "-"), ("\\(aq", "'"),
                           ("\\e", "\\")):
        line = line.replace(written, meant)
    return line


def to_man(line):
    line = line.replace("\\", "\\e").replace("\t", "    ")
    return f"\\&{line}" if line[:1] in (".", "'") else line


def steps(text):
    """Yields each command with the lines that it must say."""
    command = None
    said = []
    for line in text.splitlines():
        line = from_man(line)
        if line.startswith("$ "):
            if command is not None:
                yield command, said
            command, said = line[2:], []
        else:
            said.append(line)
    if command is not None:
        yield command, said


def written(done):
    lines = []
    for command, said in done:
        lines.append(f"$ {command}")
        lines += said
    return "".join(f"{to_man(line)}\n" for line in lines)


class FileRunner:
    """Runs commands on a copy of a file."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="muster-transcript-")
        os.mkdir(f"{self.folder}/bin")
        for name in ("muster", "crm"):
            os.symlink(PROGRAM, f"{self.folder}/bin/{name}")

    def close(self):
        shutil.rmtree(self.folder)

    def begin(self, start):
        for name in os.listdir(self.folder):
            if name == "bin":
                continue
            path = f"{self.folder}/{name}"
            if os.path.isdir(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        shutil.copy(f"{HERE}/{start}.xml", f"{self.folder}/cib.xml")

    def run(self, command):
        environment = {
            "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": self.folder, "CIB_file": "cib.xml", "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "COLUMNS": "78", "XDG_RUNTIME_DIR": self.folder,
            "MUSTER_SOCKET": f"{self.folder}/none"}
        done = subprocess.run(["sh", "-c", command], cwd=self.folder,
                              env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=TIMEOUT_S)
        said = done.stdout.replace(self.folder, "~")
        return [line.rstrip().replace("\t", "    ")
                for line in said.splitlines()]


def check_page(path, runner, wanted, is_update, same=lambda a, b: a == b):
    """Runs the blocks of a page that 'wanted' takes. Returns how many commands
    were run, and what differs."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    count = 0
    wrong = []

    def replace(match):
        nonlocal count
        head, start, body, tail = match.groups()
        if not wanted(start):
            return match.group(0)
        if start not in ("-", "lab"):
            runner.begin(start)
        done = []
        for command, said in steps(body):
            now = runner.run(command)
            count += 1
            if not same(said, now):
                wrong.append((command, said, now))
                said = now
            done.append((command, said))
        return head + written(done) + tail

    updated = BLOCK.sub(replace, page)
    if is_update and wrong and updated != page:
        with open(path, "w", encoding="utf-8") as file:
            file.write(updated)
    return count, wrong


def tell(path, wrong):
    for command, said, now in wrong:
        print(f"{os.path.basename(path)}: $ {command}")
        for line in said:
            print(f"  - {line}")
        for line in now:
            print(f"  + {line}")


def without_transcript(pages):
    """Returns the commands that no block of their page shows."""
    missing = []
    for path in pages:
        with open(path, encoding="utf-8") as file:
            page = file.read()
        shown = "\n".join(command for match in BLOCK.finditer(page)
                          for command, _said in steps(match.group(3)))
        level = re.match(r"muster-?(.*)\.8", os.path.basename(path)).group(1)
        for entry in re.findall(r'^\.It Ic (?:"([^"]+)"|(\S+))', page, re.M):
            name = entry[0] or entry[1]
            if name in WITHOUT:
                continue
            # In a shell a level is left out.
            last = name.split()[-1]
            if not re.search(rf"\b(muster|crm)( -\S+( \S+)?)* {name}\b",
                             shown) and \
                    not (level and re.search(rf"['\"n; ]{last}\b.*\|.* muster",
                                             shown)):
                missing.append(name)
    return missing


def main(arguments):
    is_update = "--update" in arguments
    pages = [one for one in arguments if one != "--update"]
    whole = not pages
    pages = pages or sorted(glob.glob(f"{MAN}/*.[1-9]"))
    if not os.path.exists(PROGRAM):
        print("not built:", PROGRAM)
        return SKIPPED
    for path in NEEDED:
        if not os.path.exists(path):
            print("not installed:", path)
            return SKIPPED
    runner = FileRunner()
    count = 0
    failed = 0
    try:
        for path in pages:
            done, wrong = check_page(path, runner, lambda start: start != "lab",
                                     is_update)
            count += done
            failed += len(wrong)
            if not is_update:
                tell(path, wrong)
    finally:
        runner.close()
    missing = without_transcript([one for one in pages if re.search(
        r"/muster(-(?!lab)[a-z]+)?\.8$", one)])
    for name in missing:
        print(f"without a transcript: {name}")
    print(f"{count} commands, {failed} said something else, "
          f"{len(missing)} without a transcript")
    if is_update:
        return 0
    return 1 if failed or (whole and missing) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
