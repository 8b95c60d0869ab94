"""The command: its help, an operator's arguments, and JSON that it does not take."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

from jitsi_hetzner.cli import VERBS, Program

from .build import digests, installed_program, temporary
from .case import Case, each
from .fake_cluster import FakeCluster, Outcome, former_values, given
from .probe import Probe


class CliCase(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges

    def printed_by(self, *words: str) -> tuple[int, str]:
        """What goes to Python's own stdout, such as a help."""
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
            return Program(installed_program(), lambda _verb: Probe(self.cluster).host, str).run(words), out.getvalue()
        return 0, out.getvalue()


class Help(CliCase):
    def test_lists_all_verbs_and_the_exit_codes(self) -> None:
        code, text = self.printed_by("--help")
        self.assertEqual(code, 0)
        for verb in VERBS:
            self.assertRegex(text, rf"\n  {verb} +[a-z]")
        self.assertIn("78  this program and the step that started it do not fit together", text)

    def test_is_shown_without_a_verb_which_is_no_success(self) -> None:
        code, text = self.printed_by()
        self.assertEqual(code, 64)
        self.assertIn("jitsi-hetzner drain jvb-1", text)

    @each(*[(verb,) for verb in VERBS])
    def test_of_each_verb_says_what_it_does_and_its_exit_codes(self, verb: str) -> None:
        _, text = self.printed_by(verb, "--help")
        self.assertIn(f"usage: jitsi-hetzner {verb}", text)
        self.assertIn("Exit codes:", text)


class Digest(CliCase):
    """The program is another one than the step was made with, or damaged."""

    def serve(self, digest: str | None) -> Outcome:
        fields: dict[str, Any] = {"bridge": given(self.first), "draining": False}
        return self.cluster.run("serve", fields, *([] if digest is None else ["--code", digest]))

    def test_of_the_step_is_that_of_the_verbs_files(self) -> None:
        self.cluster.set_policy()
        own = digests(installed_program())["serve"]["digest"]
        self.assertEqual(self.serve(own).code, 0)

    def test_that_differs_ends_with_78_and_changes_nothing(self) -> None:
        outcome = self.serve("0" * 16)
        self.assertEqual((outcome.code, self.cluster.requests, self.cluster.goals()), (78, [], {}))
        self.assertIn("and the step was made with 0000000000000000. Nothing was done", outcome.text)
        self.assertIn("What to do: npm run repair -- web  (it installs", outcome.text)

    def test_is_looked_at_before_the_json(self) -> None:
        self.assertEqual(self.cluster.run("policy", None, "--code", "0" * 16, stdin="{").code, 78)

    def test_is_not_asked_for_by_a_step_that_has_none(self) -> None:
        self.cluster.set_policy()
        self.assertEqual(self.serve(None).code, 0)

    def test_that_is_no_digest_differs(self) -> None:
        self.assertEqual((self.serve("abc").code, self.cluster.requests), (78, []))


class Damage(CliCase):
    def setUp(self) -> None:
        super().setUp()
        folder = temporary()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.manifest = json.loads((installed_program() / "verbs.json").read_text())
        for file in self.manifest["forget"]["files"]:
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / file).write_bytes((installed_program() / file).read_bytes())
        self.write_manifest()

    def write_manifest(self) -> None:
        (self.folder / "verbs.json").write_text(json.dumps(self.manifest))

    def forget(self) -> tuple[int, str]:
        probe = Probe(self.cluster)
        self.cluster.set_goal(self.first, "left")
        code = Program(self.folder, lambda _verb: probe.host, str).run(["forget", "b0"])
        return code, probe.text

    def test_a_whole_program_runs(self) -> None:
        self.assertEqual((self.forget()[0], self.cluster.goals()), (0, {}))

    def test_a_file_that_has_changed_ends_with_78_before_anything_is_done(self) -> None:
        file = self.folder / "jitsi_hetzner/registry.py"
        file.write_text(f"{file.read_text()}\n")
        code, text = self.forget()
        self.assertEqual((code, self.cluster.goals()), (78, {"b0": "left"}))
        self.assertIn("is damaged: jitsi_hetzner/registry.py is not that of the build. Nothing was done", text)
        self.assertIn("npm run repair -- web", text)

    def test_a_file_that_is_missing_ends_with_78(self) -> None:
        (self.folder / "jitsi_hetzner/registry.py").unlink()
        code, text = self.forget()
        self.assertEqual(code, 78)
        self.assertRegex(text, "is damaged: FileNotFoundError: .*registry.py")

    @each(("",), ("{",), ("[]",), ("{}",), ('{"forget": {}}',), ('{"forget": {"digest": "x", "files": []}}',))
    def test_a_manifest_that_is_damaged_ends_with_78(self, text: str) -> None:
        (self.folder / "verbs.json").write_text(text)
        self.assertEqual(self.forget()[0], 78)

    def test_a_change_in_another_verb_is_none_of_this_one(self) -> None:
        (self.folder / "jitsi_hetzner/verbs/status.py").write_text("syntax error")
        self.assertEqual(self.forget()[0], 0)


class Refusals(CliCase):
    """What is no JSON of this verb. Nothing is done."""

    def refused(self, stdin: str, verb: str = "policy") -> Outcome:
        outcome = self.cluster.run(verb, None, stdin=stdin)
        self.assertFalse(self.cluster.paths.policy.exists())
        self.assertIn("Nothing was done", outcome.text)
        return outcome

    @each(
        ("", "there is none"),
        ('{"version": 1, "bri', "it is cut off after 19 characters"),
        ('{"version": 1, "bridges": [{"name": "b0"}', "it is cut off after 41 characters"),
        ('{"version": 1, "forceDrain": fal', "it is cut off after 32 characters"),
        ('{"version": 1,, "x": 2}', "Expecting property name enclosed in double quotes at character 15 of 23"),
        ("[1]", "it is a list, and an object is needed"),
        ("null", "it is null, and an object is needed"),
        ('{"bridges": []}', "its version is null, and 1 is needed"),
        ('{"version": "1"}', 'its version is "1", and 1 is needed'),
        ('{"version": true}', "its version is true, and 1 is needed"),
        ('{"version": 0}', "its version is 0, and 1 is needed"),
    )
    def test_says_what_is_wrong_with_it(self, stdin: str, words: str) -> None:
        outcome = self.refused(stdin)
        self.assertEqual(outcome.code, 65)
        self.assertIn(f"policy failed on web: the JSON on stdin: {words}", outcome.text)
        self.assertIn("What to do: pulumi up", outcome.text)

    def test_of_a_newer_version_ends_with_78_and_names_the_repair(self) -> None:
        outcome = self.refused('{"version": 2, "anything": "else"}')
        self.assertEqual(outcome.code, 78)
        self.assertIn("has version 2, and this program knows 1: the program is older than the step", outcome.text)
        self.assertIn("What to do: npm run repair -- web; then: pulumi up", outcome.text)

    def test_of_a_drain_of_a_newer_version_ends_with_78_too(self) -> None:
        self.assertEqual((self.refused('{"version": 2}', "drain").code, self.cluster.requests), (78, []))

    def test_names_all_that_is_wrong_at_once_with_its_path(self) -> None:
        fields = {
            "bridges": [{"name": "b0", "nickname": "../etc", "draining": "no", "weight": 1}, 7],
            "drainTimeoutSeconds": 1.5,
            "force": True,
        }
        outcome = self.refused(json.dumps({"version": 1, **fields}))
        for words in (
            'bridges[0].nickname is "../etc", and letters, digits, - and _ is needed',
            "bridges[0].draining is a text, and true or false is needed",
            "bridges[0].weight is unknown to this verb",
            "bridges[1] is a whole number, and an object is needed",
            "drainTimeoutSeconds is a number, and a whole number is needed",
            "forceDrain is missing",
            "force is unknown to this verb",
        ):
            self.assertIn(words, outcome.text)

    def test_shows_no_long_values(self) -> None:
        outcome = self.refused(
            json.dumps({"version": 1, "bridges": [], "drainTimeoutSeconds": 1, "digest": "x" * 5000})
        )
        self.assertLess(len(outcome.text), 500)

    def test_a_verb_that_there_is_not_ends_with_78_and_names_the_repair(self) -> None:
        outcome = self.refused('{"version": 1}', "hibernate")
        self.assertEqual(outcome.code, 78)
        self.assertIn("it has no verb 'hibernate'", outcome.text)
        self.assertIn("npm run repair -- web", outcome.text)

    def test_of_more_than_a_megabyte_ends_with_65(self) -> None:
        self.assertEqual(self.refused(f'{{"version": 1, "x": "{"x" * 1_000_000}"}}').code, 65)


class Former(CliCase):
    """What the program before this one has left in a state."""

    def test_a_drain_is_todays(self) -> None:
        self.cluster.set_policy()
        outcome = self.cluster.run("web/drain", former_values(self.first), "drain")
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "left"}))

    @each(
        ("", "there is none"),
        ('{"version": 1, "values": {"NAME": "b0"', "it is cut off after"),
        ('{"version": 1}', "it has no object `values`"),
        ('{"version": 1, "values": {"NAME": "b0"}}', "bridge.nickname is missing; bridge.address is missing"),
    )
    def test_a_drain_whose_json_is_cut_off_or_wrong_is_refused(self, stdin: str, words: str) -> None:
        outcome = self.cluster.run("web/drain", None, "drain", stdin=stdin)
        self.assertEqual((outcome.code, self.cluster.requests), (65, []))
        self.assertIn(f"drain failed on web: the JSON on stdin: {words}", outcome.text)

    def test_a_drain_whose_json_is_newer_ends_with_78(self) -> None:
        outcome = self.cluster.run("web/drain", None, "drain", stdin='{"version": 2, "values": {}}')
        self.assertEqual((outcome.code, self.cluster.requests), (78, []))

    @each(("enter",), ())
    def test_all_but_its_deletes_ends_with_78_and_changes_nothing(self, *arguments: str) -> None:
        outcome = self.cluster.run("web/drain", former_values(self.first), *arguments)
        self.assertEqual((outcome.code, self.cluster.requests), (78, []))
        self.assertIn("it has no verb 'web/drain'", outcome.text)


class ByHand(CliCase):
    """An operator on the web host."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.set_policy()
        self.cluster.set_goal(self.first, "serving")
        self.cluster.set_goal(self.second, "serving")

    @each(("b0",), ("jvb-100",))
    def test_a_bridge_is_drained_by_its_name_or_its_nickname(self, name: str) -> None:
        outcome = self.cluster.run("drain", None, name)
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "left", "b1": "serving"}))

    def test_a_drain_is_taken_back_by_serve(self) -> None:
        self.cluster.run("drain", None, "b0")
        self.assertEqual(self.cluster.run("serve", None, "b0").code, 0)
        self.assertEqual((self.first.runs, self.cluster.goals()["b0"]), (True, "serving"))

    def test_a_bridge_that_there_is_not_ends_with_2_and_those_that_there_are(self) -> None:
        outcome = self.cluster.run("drain", None, "b7")
        self.assertEqual(outcome.code, 2)
        self.assertIn("no bridge is called b7", outcome.text)
        self.assertIn("name one of: b0 (jvb-100), b1 (jvb-101)", outcome.text)

    def test_a_name_that_two_bridges_have_during_a_replacement_is_not_guessed(self) -> None:
        self.second.name = "b0"
        self.cluster.set_goal(self.second, "serving")
        outcome = self.cluster.run("drain", None, "b0")
        self.assertEqual((outcome.code, self.first.asked, self.second.asked), (2, [], []))
        self.assertIn("name one of: jvb-100, jvb-101", outcome.text)

    def test_a_bridge_that_is_gone_is_forgotten_here_alone(self) -> None:
        outcome = self.cluster.run("forget", None, "b0")
        self.assertEqual((outcome.code, self.cluster.goals(), self.cluster.requests), (0, {"b1": "serving"}, []))

    def test_a_bridge_that_this_host_does_not_know_is_forgotten_by_a_step(self) -> None:
        self.assertEqual(self.cluster.run("forget", {"nickname": "jvb-7"}).code, 0)

    def test_jicofo_says_nothing_where_it_works_and_what_is_missing_where_it_does_not(self) -> None:
        outcome = self.cluster.run("jicofo", None)
        self.assertEqual((outcome.code, outcome.printed), (0, ""))
        self.cluster.jicofo.runs = False
        outcome = self.cluster.run("jicofo", None)
        self.assertEqual(outcome.code, 1)
        self.assertTrue(re.match(r"jicofo does not answer on \S+ \(connection refused\)\n", outcome.printed))
