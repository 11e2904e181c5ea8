#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The crm language by example: text becomes this XML and prints as that text.

The cases are in cts/crm/cases; test_crm_syntax.py compares with the texts that
the real crm shell was run on.

usage: test_crm.py [-v] [CASE...]       RUN_CRM names the driver
"""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = os.environ.get("RUN_CRM", "cts/crm/run_crm")
SYNTAX = Path(os.environ.get(
    "CRM_SYNTAX", HERE.parent.parent.parent / "shared" / "crm-syntax"))
TIMEOUT_S = 100

# Sections whose objects may stand in any order, see its README.
AS_SETS = {"resources", "constraints", "tags", "acls", "alerts", "crm_config",
           "configuration", "rsc_defaults", "op_defaults", "nodes"}
IGNORED = {"epoch", "num_updates", "admin_epoch", "crm_feature_set",
           "cib-last-written", "have-quorum", "dc-uuid"}
MEMBERS = {"primitive", "group", "clone", "master", "bundle"}

# Our print keeps what the original loses, so these differ on purpose.
BETTER = {
    "15-alerts": "alerts with descriptions are printed as statements",
    "17-references": "ids of sets that others refer to are kept",
}
# The original leaves a tag with the old name of what was renamed.
MENDED = {
    "02-rename": ('<obj_ref id="g"/>', '<obj_ref id="grp"/>'),
}


def run(*words):
    done = subprocess.run([RUN, *map(str, words)], capture_output=True,
                          text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"driver ended with {done.returncode}: "
                             f"{done.stderr}")
    return done


def form(element):
    """Returns what of an element counts in a comparison."""
    attributes = {k: v for k, v in element.attrib.items()
                  if not (element.tag == "cib"
                          and (k in IGNORED or k.startswith("update-")))}
    children = [form(child) for child in element]
    if element.tag in AS_SETS:
        # A section that is empty says as much as one that is not there.
        children = [c for c in children
                    if element.tag != "configuration" or c[2]]
        children.sort()
    elif element.tag in ("group", "clone", "master"):
        children.sort(key=lambda c: c[0] in MEMBERS)
    return element.tag, tuple(sorted(attributes.items())), tuple(children)


def lines(tree, depth=0):
    tag, attributes, children = tree
    yield "  " * depth + " ".join([tag] + [f'{k}="{v}"' for k, v in attributes])
    for child in children:
        yield from lines(child, depth + 1)


def compare_xml(got, expected):
    got = form(ET.fromstring(got))
    expected = form(ET.fromstring(expected))
    if got != expected:
        import difflib
        raise AssertionError("\n".join(difflib.unified_diff(
            list(lines(expected)), list(lines(got)), "expected", "got",
            lineterm="", n=2)))


def compare_text(got, expected):
    if got != expected:
        import difflib
        raise AssertionError("\n".join(difflib.unified_diff(
            expected.splitlines(), got.splitlines(), "expected", "got",
            lineterm="", n=1)))


def applied(mode, cib, text):
    done = run("apply", mode, cib, text)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


class Folder:
    """A scratch folder that is removed afterwards."""

    def __enter__(self):
        import tempfile
        self.folder = tempfile.TemporaryDirectory(prefix="mu-crm-")
        return Path(self.folder.name)

    def __exit__(self, *_):
        self.folder.cleanup()


def check_pair(base, folder):
    """Text to XML, XML to text, and that text to the same XML again."""
    with Folder() as scratch:
        got = applied("update", base, folder / "text.crm")
        compare_xml(got, (folder / "expected.xml").read_text())
        cib = scratch / "cib.xml"
        cib.write_text(got)
        shown = run("show", "brief", cib).stdout
        if folder.name not in BETTER:
            compare_text(shown, (folder / "show.crm").read_text())
        for detail in ("brief", "full"):
            text = scratch / "again.crm"
            text.write_text(run("show", detail, cib).stdout)
            for mode in ("update", "replace", "push"):
                if detail == "full":
                    compare_xml(applied(mode, base, text), got)
                # Ids survive where the objects exist already.
                if mode != "replace":
                    compare_xml(applied(mode, cib, text), got)


def words_of(command):
    """Splits a command line as a shell does."""
    import shlex
    return shlex.split(command)


def check_commands(start, folder):
    with Folder() as scratch:
        cib = scratch / "cib.xml"
        cib.write_text(start.read_text())
        for command in (folder / "commands.txt").read_text().splitlines():
            words = words_of(command)
            if words[0] == "configure" and words[1] == "load":
                got = applied(words[2], cib, folder / words[3])
            elif words[0] == "configure":
                got = applied("typed", cib,
                              "=" + command.split(None, 1)[1])
            else:
                done = run("do", cib, *words)
                if done.returncode:
                    raise AssertionError(done.stderr)
                got = done.stdout
            cib.write_text(got)
        expected = (folder / "expected.xml").read_text()
        if folder.name in MENDED:
            expected = expected.replace(*MENDED[folder.name])
        compare_xml(cib.read_text(), expected)


REJECTED_BASE = """primitive A ocf:pacemaker:Dummy
primitive B ocf:pacemaker:Dummy
primitive D ocf:pacemaker:Dummy
primitive E ocf:pacemaker:Dummy
group G D E
property stonith-enabled=false
"""


def check_rejected(base, kind, statement):
    with Folder() as scratch:
        cib = scratch / "cib.xml"
        cib.write_text(applied("update", base, "=" + REJECTED_BASE))
        done = run("apply", "typed", cib, "=" + statement)
        refused = kind in ("syntax", "name", "missing", "schema")
        if refused != bool(done.returncode):
            raise AssertionError(f"{kind}: exit {done.returncode}: "
                                 f"{done.stderr}")
        if refused:
            reason = re.search(r"^error \((\w+)\)", done.stderr, re.M).group(1)
            wanted = {"syntax": {"syntax"}, "name": {"name"},
                      "missing": {"missing"},
                      "schema": {"value", "syntax"}}[kind]
            if reason not in wanted:
                raise AssertionError(f"{kind} became {done.stderr}")
            return
        cib.write_text(done.stdout)
        word = statement.split()[0]
        name = {"property": "cib-bootstrap-options",
                "fencing_topology": "fencing_topology"}.get(
                    word, statement.split()[1])
        done = run("verify", cib, name)
        if (kind == "agent") != ("error (agent)" in done.stderr):
            raise AssertionError(f"{kind}: verify says {done.stderr}")
        if kind == "warn" and not [
                line for line in done.stderr.splitlines()
                if line.startswith("warning") and "no monitor" not in line]:
            raise AssertionError(f"verify says nothing: {done.stderr}")


def check_own(folder):
    """A case of our own: apply MODE, carry out the lines of commands.txt, then
    compare what is there: errors.txt, expected.xml, verify.txt, brief.crm,
    full.crm."""
    with Folder() as scratch:
        base = folder / "base.xml"
        if not base.exists():
            base = HERE / "cases" / "base.xml"
        mode = "typed"
        if (folder / "mode").exists():
            mode = (folder / "mode").read_text().strip()
        done = run("apply", mode, base, folder / "text.crm")
        if (folder / "errors.txt").exists():
            if done.returncode == 0:
                raise AssertionError("it was not refused")
            compare_text(done.stderr, (folder / "errors.txt").read_text())
            return
        if done.returncode:
            raise AssertionError(done.stderr)
        cib = scratch / "cib.xml"
        cib.write_text(done.stdout)
        if (folder / "commands.txt").exists():
            said = ""
            for line in (folder / "commands.txt").read_text().splitlines():
                done = run("do", cib, *words_of(line))
                said += done.stderr
                if done.returncode == 0:
                    cib.write_text(done.stdout)
            if (folder / "said.txt").exists():
                compare_text(said, (folder / "said.txt").read_text())
        if (folder / "expected.xml").exists():
            compare_xml(cib.read_text(), (folder / "expected.xml").read_text())
        if (folder / "verify.txt").exists():
            compare_text(run("verify", cib).stderr,
                         (folder / "verify.txt").read_text())
        for detail in ("brief", "full"):
            expected = folder / f"{detail}.crm"
            if expected.exists():
                compare_text(run("show", detail, cib).stdout,
                             expected.read_text())


# Loading them back is refused, or drops an attribute that says nothing.
NOT_LOADED = {
    "intervals.xml": "a timeout that is no time",
    "bug-lf-2435.xml": "sequential=true, which is the default",
}


def check_lossless(cib):
    """What is printed in full and pushed again is the same configuration."""
    with Folder() as scratch:
        text = scratch / "cib.crm"
        text.write_text(run("show", "full", cib).stdout)
        compare_xml(applied("push", cib, text), cib.read_text())


def own_cases():
    for folder in sorted((HERE / "cases").iterdir()):
        if folder.is_dir():
            yield folder.name, lambda f=folder: check_own(f)


def syntax_cases():
    base = SYNTAX / "base.xml"
    for folder in sorted(SYNTAX.glob("[0-9][0-9]-*")):
        yield folder.name, lambda f=folder: check_pair(base, f)
    start = SYNTAX / "commands" / "start.xml"
    for folder in sorted((SYNTAX / "commands").glob("[0-9][0-9]-*")):
        yield (f"commands/{folder.name}",
               lambda f=folder: check_commands(start, f))
    for cib in sorted((SYNTAX.parent / "conformance").glob("xml/*.xml")):
        if cib.name not in NOT_LOADED:
            yield f"lossless/{cib.name}", lambda c=cib: check_lossless(c)
    number = 0
    for line in (SYNTAX / "rejected.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            kind, statement = line.split("\t", 1)
            number += 1
            yield (f"rejected/{number:02} {statement}",
                   lambda k=kind, s=statement: check_rejected(base, k, s))


def main(cases):
    wanted = [word for word in sys.argv[1:] if word != "-v"]
    passed = failed = 0
    for name, check in cases:
        if wanted and not any(word in name for word in wanted):
            continue
        try:
            check()
            passed += 1
            if "-v" in sys.argv:
                print(f"ok {name}")
        except (AssertionError, OSError, ET.ParseError,
                subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"FAILED {name}\n{error}\n")
    print(f"crm: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(own_cases()))
