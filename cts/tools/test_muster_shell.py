#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shell of the operator's command: in a real terminal, which tmux is, and
fed from a file."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from on_file import DUMMY, EMPTY, PROGRAM, OnFile, run_tests  # noqa: E402
from terminal import Terminal, has_tmux  # noqa: E402


class InShell(OnFile):
    def sessions(self):
        return [name for name in os.listdir(self.folder)
                if name.startswith("muster-shell")]


class Script(InShell):
    def run_script(self, text, *words):
        return self.run_tool(*words, text=text)

    def test_lines_of_a_file_go_through_levels(self):
        done = self.run_script(f"configure\nprimitive a {DUMMY}\nup\n"
                               "resource\nstop a\ncd ../configure\n"
                               "show a\nquit\nnonsense\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("target-role=Stopped", done.stdout)

    def test_leaving_configure_commits_when_every_line_was_good(self):
        done = self.run_script(f"primitive a {DUMMY}\nshow\n", "configure")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("primitive a", done.stdout)
        self.assertIn('id="a"', self.content())

    def test_a_line_that_fails_is_named_and_nothing_is_committed(self):
        done = self.run_script(f"primitive a {DUMMY}\ngroup g nosuch\n"
                               "commit\n", "configure")
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard input: line 2", done.stderr)
        self.assertIn("nothing has been committed", done.stderr)
        self.assertEqual(self.content(), EMPTY)

    def test_commands_come_from_a_named_file(self):
        path = self.write("commands", "# two resources\n"
                          f"configure primitive a {DUMMY}\n"
                          f"conf prim b \\\n  {DUMMY}\n")
        done = self.run_script("", "-f", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('id="b"', self.content())

    def test_commands_are_known_by_their_beginning_or_some_letters(self):
        for words in (("cfg", "show"), ("conf", "sh"), ("cf", "show")):
            self.assertEqual(self.run_script("", *words).returncode, 0)
        done = self.run_script("", "rsc", "status")
        self.assertIn("taken for resource", done.stderr)
        done = self.run_script("", "configure", "m")
        self.assertEqual(done.returncode, 2)
        self.assertIn("may mean", done.stderr)

    def test_a_shadow_copy_is_worked_on_and_then_committed(self):
        done = self.run_script(
            f"cib new winter\nconfigure primitive a {DUMMY}\n"
            f"cib list\ncib diff\ncib use live\nconfigure show a\n")
        self.assertIn("winter (in use)", done.stdout)
        self.assertIn("+ primitive a", done.stdout)
        self.assertIn('no object "a"', done.stderr)
        self.assertEqual(self.content(), EMPTY)
        # What others do meanwhile stays.
        self.run_script("", "configure", "primitive", "b", DUMMY)
        self.assertIn("primitive a", self.run_script(
            "", "--shadow", "winter", "configure", "show").stdout)
        done = self.run_script("", "cib", "commit", "winter")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('id="a"', self.content())
        self.assertIn('id="b"', self.content())
        self.run_script("", "cib", "delete", "winter")
        done = self.run_script("", "-c", "winter", "configure", "show")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such copy", done.stderr)

    def test_what_both_changed_is_not_committed_unless_forced(self):
        self.run_script("", "configure", "primitive", "a", DUMMY)
        self.run_script("", "cib", "new", "mine")
        self.run_script("", "--shadow", "mine", "resource", "param", "a",
                        "set", "fake", "mine")
        self.run_script("", "resource", "param", "a", "set", "fake", "theirs")
        before = self.content()
        done = self.run_script("", "cib", "commit", "mine")
        self.assertEqual(done.returncode, 1)
        self.assertIn('"a" was changed by others', done.stderr)
        self.assertEqual(self.content(), before)
        done = self.run_script("", "cib", "commit", "mine", "force")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('value="mine"', self.content())

    def test_copies_are_made_of_files_and_of_nothing(self):
        done = self.run_script("", "cib", "import", self.path, "../etc")
        self.assertIn("no copy can be called so", done.stderr)
        done = self.run_script("cib new bare empty\nconfigure show\n")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        done = self.run_script("", "cib", "new", "bare")
        self.assertIn("there is such a copy", done.stderr)
        done = self.run_script("", "cib", "import", self.path, "file")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("alpha", self.run_script(
            "", "-c", "file", "configure", "show").stdout)

    def test_a_situation_is_put_together_and_planned(self):
        done = self.run_script(
            "configure load update -\n", "cibstatus", "node")
        self.assertEqual(done.returncode, 2)
        done = self.run_script(
            f"configure property stonith-enabled=false\n"
            f"configure primitive a {DUMMY}\ncibstatus\n"
            "node alpha online\nnode beta online\nquorum true\n"
            "show changed\norigin\nrun\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("node-up=alpha\nnode-up=beta\nquorum=yes\n",
                      done.stdout)
        self.assertIn("start a on", done.stdout)

    def complete(self, *words):
        done = self.run_script("", "--complete-notes", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return dict(line.partition("\t")[::2]
                    for line in done.stdout.splitlines())

    def test_completion_knows_what_may_stand_where(self):
        self.run_script("", "configure", "primitive", "a", DUMMY)
        self.run_script("", "configure", "group", "g", "a")
        self.assertIn("usual: true", self.complete(
            "configure", "property", "stonith-e")["stonith-enabled="])
        self.assertIn("no-quorum-policy=freeze", self.complete(
            "configure", "property", "no-quorum-policy="))
        self.assertIn("advised", self.complete(
            "conf", "primitive", "b", DUMMY, "op", "")["monitor"])
        self.assertIn("timeout=20s", self.complete(
            "configure", "primitive", "b", DUMMY, "op", "monitor",
            "timeout="))
        params = self.complete("configure", "primitive", "b", DUMMY,
                               "params", "")
        self.assertTrue(params["fake="])
        self.assertIn("op", params)
        self.assertEqual(set(self.complete("resource", "move", "g", "")),
                         {"--for", "--stay", "alpha", "beta"})
        self.assertIn("fake", self.complete("resource", "param", "a", "set",
                                            ""))
        self.assertIn("target-role", self.complete("resource", "meta", "a",
                                                   "delete", "tar"))
        self.assertEqual(set(self.complete("configure", "modgroup", "g", "")),
                         {"add", "remove"})
        shown = self.complete("configure", "show", "")
        self.assertTrue({"xml", "g", "a", "alpha"} <= set(shown))
        self.assertIn("alpha", self.complete("configure", "location", "l",
                                             "g", "inf:", ""))

    def test_options_hold_for_the_shell_or_are_saved(self):
        done = self.run_script("options\nset sort-elements no\n"
                               "set core.editor ed\nshow editor\n"
                               "set pager less\n")
        self.assertIn("ed\n", done.stdout)
        self.assertIn("nothing is paged", done.stderr)
        done = self.run_script("options show sort-elements\n")
        self.assertEqual(done.stdout, "yes\n")
        self.run_script("options set sort-elements no\noptions save\n")
        done = self.run_script("options show sort-elements\n")
        self.assertEqual(done.stdout, "no\n")

    def test_levels_within_configure_are_reached_by_their_names(self):
        done = self.run_script("configure\nra\nclasses\nup\ncib list\n"
                               "help info\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ocf /", done.stdout)
        self.assertIn("info", done.stderr)
        done = self.run_script("configure\nra\nhelp info\n")
        self.assertIn("usage: muster ra info", done.stdout)
        self.assertEqual(self.run_script("", "configure", "ra",
                                         "classes").returncode, 0)

    def test_no_session_is_left_behind(self):
        self.run_script(f"configure\nprimitive a {DUMMY}\n")
        self.assertEqual(self.sessions(), [])


@unittest.skipUnless(has_tmux(), "tmux is not installed")
class InTerminal(InShell):
    def setUp(self):
        super().setUp()
        self.terminal = Terminal(self.folder, [PROGRAM], self.environment)
        self.addCleanup(self.terminal.close)
        self.terminal.wait_prompt(")# ")

    def enter(self, line, prompt):
        return self.terminal.enter(line, prompt)

    def test_changes_wait_for_commit_and_the_prompt_tells(self):
        self.enter("configure", ")configure# ")
        self.enter(f"primitive a {DUMMY}", ")configure*# ")
        self.assertEqual(self.content(), EMPTY)
        self.assertIn("+ primitive a", self.enter("diff", ")configure*# "))
        self.enter("commit", ")configure# ")
        self.assertIn('id="a"', self.content())
        self.assertIn("\nprimitive a Dummy",
                      self.enter("show type:primitive", ")configure# "))

    def test_leaving_with_changes_asks(self):
        self.enter("configure", ")configure# ")
        self.enter(f"primitive a {DUMMY}", ")configure*# ")
        self.enter("up", "not committed. Commit them (y/n)? ")
        self.enter("n", "Drop them (y/n)? ")
        self.enter("n", ")configure*# ")
        self.assertIn("\nprimitive a Dummy", self.enter("show",
                                                        ")configure*# "))
        self.enter("quit", "Commit them (y/n)? ")
        self.terminal.type("y")
        self.terminal.press("Enter")
        self.terminal.wait_end()
        self.assertIn('id="a"', self.content())

    def test_the_interrupt_key_drops_the_line_and_the_end_key_goes_up(self):
        self.enter("configure", ")configure# ")
        shown = self.terminal.press_for(")configure# ", "C-c",
                                        typed="primitive")
        self.assertIn(")configure# primitive^C\n", shown)
        self.assertIn("node 1: alpha", self.enter("show", ")configure# "))
        self.terminal.press_for(")# ", "C-d")
        shown = self.terminal.press_for(")# ", "C-c", typed="status")
        self.assertIn(")# status^C\n", shown)
        self.terminal.press("C-d")
        self.terminal.wait_end()

    def test_words_are_completed_and_explained(self):
        self.terminal.type("configure primitive a ocf:heartbeat:Dum")
        self.terminal.press("Tab")
        self.terminal.wait_prompt("ocf:heartbeat:Dummy ")
        # More than one: they are listed, and the line stands there again.
        shown = self.terminal.press_for("Dummy params ", "Tab",
                                        typed="params ")
        self.assertIn("\n  fake= ", shown)
        self.terminal.press_for(")# ", "C-c")
        self.terminal.type("resour")
        self.terminal.press("Tab")
        self.terminal.wait_prompt(")# resource ")
        shown = self.terminal.press_for(")# resource ", "Tab")
        self.assertRegex(shown, "\n  stop +stop resources")
        self.assertIn("\n  move ", shown)

    def test_a_terminal_that_goes_away_leaves_nothing_behind(self):
        self.enter("configure", ")configure# ")
        self.enter(f"primitive a {DUMMY}", ")configure*# ")
        self.assertEqual(len(self.sessions()), 1)
        self.terminal.close()
        self.assertEqual(self.sessions(), [])
        self.assertEqual(self.content(), EMPTY)

    def test_lines_come_back_from_the_history(self):
        self.assertIn("node 2: beta",
                      self.enter("configure show type:node", ")# "))
        self.terminal.type("quit")
        self.terminal.press("Enter")
        self.terminal.wait_end()
        path = f"{self.folder}/state/muster/history"
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        with open(path, encoding="utf-8") as file:
            self.assertIn("type:node", file.read())


if __name__ == "__main__":
    run_tests()
