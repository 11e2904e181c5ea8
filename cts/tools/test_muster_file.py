#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The operator's command on files: what works without a cluster, and what must
be refused whole. Runs the program of the current build folder."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from on_file import PROGRAM, OnFile, run_tests  # noqa: E402


CONFIGURATION = """<configuration>
  <crm_config/>
  <nodes/>
  <resources>
    %s
  </resources>
  <constraints>
    %s
  </constraints>
</configuration>
"""

WEB = '<primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/>'


class FileTest(OnFile):
    def refused(self, *words, **options):
        done = super().refused(*words, **options)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("muster"), line)
        return done

    def test_statements_become_objects_and_are_printed_again(self):
        self.good("configure", "primitive", "web", "ocf:heartbeat:Dummy",
                  "op", "monitor", "interval=10s")
        self.good("configure", "primitive", "ip", "ocf:heartbeat:Dummy")
        self.good("configure", "group", "site", "ip", "web")
        self.good("configure", "location", "l1", "site", "100:", "alpha")
        shown = self.good("configure", "show")
        self.assertIn("group site ip web", shown)
        self.assertIn("location l1 site 100: alpha", shown)
        self.assertIn('epoch="11"', self.content())

    def test_called_as_crm_it_is_the_same(self):
        link = f"{self.folder}/crm"
        os.symlink(PROGRAM, link)
        done = subprocess.run(
            [link, "configure", "primitive", "a", "ocf:heartbeat:Dummy"],
            env={**os.environ, "CIB_file": self.path}, check=False,
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('id="a"', self.content())

    def test_xml_is_taken_whole_or_by_section(self):
        self.good("configure", "load", "xml", "replace", "-",
                  text=CONFIGURATION % (WEB, ""))
        self.assertIn('id="web"', self.content())
        self.assertIn('uname="alpha"', self.content())
        self.good("configure", "load", "xml", "update", "-",
                  text='<constraints><rsc_location id="l" rsc="web"'
                       ' node="beta" score="5"/></constraints>')
        self.assertIn('id="l"', self.content())
        self.good("configure", "load", "xml", "update", "-",
                  text='<crm_config><cluster_property_set id="o">'
                       '<nvpair id="o-x" name="stop-all-resources"'
                       ' value="true"/></cluster_property_set></crm_config>')
        self.assertIn("stop-all-resources", self.content())

    def test_what_is_not_well_formed_is_refused_with_its_line(self):
        self.refused("configure", "load", "xml", "replace", "-",
                     text="<configuration>\n<resources>\n</configuration>",
                     holds=("line 3",))

    def test_dangling_reference_is_refused_with_line_and_name(self):
        text = CONFIGURATION % (
            WEB, '<rsc_colocation id="c" rsc="web" with-rsc="wbe"/>')
        self.refused("configure", "load", "xml", "replace", "-", text=text,
                     holds=("line 8", '"wbe"'))
        self.refused("configure", "colocation", "c", "inf:", "a", "b",
                     holds=('"a"',))

    def test_invalid_values_are_refused_with_name_and_hint(self):
        text = CONFIGURATION % (
            WEB, '<rsc_location id="l" rsc="web" node="alpha"'
                 ' score="many"/>')
        self.refused("configure", "load", "xml", "replace", "-", text=text,
                     holds=("line 8", "many"))
        self.refused("configure", "property", "no-quorum-policy=maybe",
                     holds=("no-quorum-policy", "maybe"))

    def test_doubled_ids_are_refused(self):
        self.refused("configure", "load", "xml", "replace", "-",
                     text=CONFIGURATION % (WEB + "\n" + WEB, ""),
                     holds=('"web"',))

    def test_a_group_in_itself_is_refused(self):
        self.good("configure", "load", "xml", "replace", "-",
                  text=CONFIGURATION % (WEB, ""))
        text = CONFIGURATION % (
            '<group id="g"><group id="g">' + WEB + "</group></group>", "")
        self.refused("configure", "load", "xml", "replace", "-", text=text,
                     holds=("line 5",))
        self.refused("configure", "group", "g", "g")

    def test_one_bad_statement_of_many_changes_nothing(self):
        self.refused("configure", "load", "update", "-",
                     text="primitive a ocf:heartbeat:Dummy\n"
                          "primitive b ocf:heartbeat:Dummy\n"
                          "group g a nosuch\n",
                     holds=("line 3", "nosuch"))

    def test_a_script_of_the_crm_shell_is_taken_from_standard_input(self):
        self.good("configure", text=f"primitive a ocf:heartbeat:Dummy\n"
                  "clone c a\ncommit\nquit\n")
        self.assertIn("clone c a", self.good("configure", "show"))
        self.refused("configure", text="primitive b ocf:heartbeat:Dummy\n"
                     "group g nosuch\ncommit\n", holds=("line 2",))

    def test_resources_and_nodes_are_changed_by_their_commands(self):
        self.good("configure", "primitive", "a", "ocf:heartbeat:Dummy")
        self.good("resource", "stop", "a")
        self.assertEqual(
            self.good("resource", "meta", "a", "show", "target-role"),
            "Stopped\n")
        self.good("resource", "param", "a", "set", "fake", "x y")
        self.assertEqual(self.good("resource", "param", "a", "show", "fake"),
                         "x y\n")
        self.good("node", "standby", "beta")
        self.assertIn("value=on",
                      self.good("node", "attribute", "beta", "show",
                                "standby"))
        self.good("resource", "move", "a", "alpha", "PT1H")
        self.assertIn("cli-prefer-a", self.good("configure", "show"))
        self.good("resource", "clear", "a")
        self.assertNotIn("cli-prefer-a", self.good("configure", "show"))
        self.refused("resource", "stop", "b", holds=('"b"',))
        self.refused("node", "standby", "gamma", holds=("gamma",))

    def test_dry_run_shows_the_difference_and_changes_nothing(self):
        self.good("configure", "primitive", "a", "ocf:heartbeat:Dummy")
        before = self.content()
        shown = self.good("configure", "primitive", "b",
                          "ocf:heartbeat:Dummy", "--dry-run")
        self.assertEqual(self.content(), before)
        self.assertIn("+ primitive b", shown)

    def test_mistyped_commands_are_told_the_nearest_one(self):
        done = self.refused("recource", "stop", "x", holds=("resource",))
        self.assertEqual(done.returncode, 2)
        done = self.refused("resource", "stopp", "x", holds=("stop",))
        self.assertEqual(done.returncode, 2)

    def test_every_command_has_help(self):
        def names(*words):
            return [line.split()[0] for line in
                    self.good("help", *words).splitlines()
                    if line.startswith("  ") and line[2] != "-"]

        count = 0
        for name in names():
            text = self.good(name, "--help")
            self.assertIn("usage: ", text)
            if "COMMAND ..." in text:
                for command in names(name):
                    self.assertIn("usage: ", self.good("help", name, command))
                    count += 1
        self.assertGreater(count, 60)

    def test_completion_offers_commands_names_and_agents(self):
        self.good("configure", "primitive", "web", "ocf:heartbeat:Dummy")
        self.assertIn("resource", self.good("--complete", "res").split())
        self.assertEqual(self.good("--complete", "resource", "stat"),
                         "status\n")
        self.assertIn("web", self.good("--complete", "resource", "stop",
                                       "").split())
        self.assertEqual(self.good("--complete", "node", "standby", "b"),
                         "beta\n")
        done = self.run_tool("--complete", "resource", "stop", "", CIB_file=None,
                             MUSTER_SOCKET="/nonexistent")
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "", ""))

    def test_answers_are_json_when_asked(self):
        self.good("configure", "primitive", "a", "ocf:heartbeat:Dummy")
        answer = json.loads(self.good("configure", "show", "--format",
                                      "json"))
        self.assertIn("primitive a", answer["crm"])
        done = self.refused("configure", "group", "g", "x", "--format",
                            "json")
        self.assertIn("x", json.loads(done.stdout)["error"])

    def test_what_is_being_stopped_is_started_again_where_it_stays(self):
        """A move that is no longer wanted while its stop is in flight: to
        watch the resource without starting it again would find a failure."""
        node = ('<node_state id="%s" uname="%s" in_ccm="true" crmd="online" '
                'join="member" expected="member"><lrm id="%s"><lrm_resources>'
                '<lrm_resource id="web" class="ocf" provider="heartbeat" '
                'type="Dummy"><lrm_rsc_op id="web_last_0" operation="%s" '
                'call-id="5" rc-code="%s" op-status="0" interval="0" '
                'transition-key="1:1:%s:x"/></lrm_resource></lrm_resources>'
                '</lrm></node_state>')
        self.good("configure", "load", "update", "-", text=(
            "property stonith-enabled=false no-quorum-policy=ignore\n"
            "primitive web ocf:heartbeat:Dummy op monitor interval=10s\n"
            "location l web 100: alpha\n"))
        content = self.content()
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(content.replace("<status/>", (
                "<status>" + node % (1, "alpha", 1, "start", 0, 0)
                + node % (2, "beta", 2, "monitor", 7, 7)
                + '<flights><flight op_id="9" resource="web" task="stop" '
                  'node="alpha"/></flights></status>')))
        actions = self.good("simulate").partition("Actions:")[2]
        self.assertRegex(actions, r"(?s)stop web on alpha \(under way\).*"
                                  r"start web on alpha.*monitor web on alpha")

    def test_without_a_daemon_it_says_so_and_exits_three(self):
        done = self.run_tool("status", CIB_file=None,
                             MUSTER_SOCKET=f"{self.folder}/none")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("musterd", done.stderr)


if __name__ == "__main__":
    run_tests()
