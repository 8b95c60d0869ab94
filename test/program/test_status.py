"""The verb status: its facts for programs, and its table for operators."""

import json
from typing import Any

from jitsi_hetzner.certificate_state import CertificateState, Problem, save_state
from jitsi_hetzner.commands import Ran

from .case import Case
from .fake_cluster import FakeCluster
from .fake_jicofo import Seen
from .test_policy import declared

PLAN = """Inst libc6 [2.36-9] (2.36-10 Debian:12.9/oldstable [amd64])
Inst nginx-common [1.22.1-9] (1.22.1-9+deb12u2 Debian-Security:12/oldstable-security [all])
Inst prosody [0.12.3-1] (0.12.3-1+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf prosody (0.12.3-1+deb12u1 Debian-Security:12/oldstable-security [amd64])
"""
PACKAGES = "jicofo 1.0-1189-1 installed\njitsi-meet-web 1.0.9146-1 installed\njibri 8.0 config-files\n"


class StatusCase(Case):
    """The second bridge is off."""

    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges
        self.cluster.lose_power(self.second)
        self.cluster.commands.answers |= {
            ("dpkg-query",): Ran(1, PACKAGES),
            ("apt-get",): Ran(0),
            ("systemctl", "is-failed"): Ran(1),
            ("systemctl", "show"): Ran(0, "0\n"),
            ("systemctl", "is-active"): Ran(0),
            ("systemctl", "is-enabled"): Ran(0),
        }


class Facts(StatusCase):
    def facts(self) -> Any:
        bridges = [{"nickname": one.nickname, "address": one.address} for one in self.cluster.bridges]
        outcome = self.cluster.run("status", {"bridges": bridges}, "--stdin")
        self.assertEqual((outcome.code, outcome.text), (0, ""))
        return outcome.result

    def test_are_what_jicofo_sees_what_is_installed_and_what_each_bridge_says(self) -> None:
        self.cluster.participants.join(self.first, 2)
        seen = {
            "healthy": True,
            "draining": False,
            "ending": False,
            "version": "2.3.312",
            "operational": True,
        }
        bridges = [
            {"jid": f"jvbbrewery@internal.auth.a.test/{nickname}", "nickname": nickname, **seen, **count}
            for nickname, count in (
                ("jvb-100", {"stress": 0.02, "participants": 2}),
                ("jvb-101", {"stress": 0.0, "participants": 0}),
            )
        ]
        self.assertEqual(
            self.facts(),
            {
                "version": 1,
                "jicofo": {"version": "1.0.1196", "bridges": bridges},
                "jicofoProblem": "",
                "expiredCertificates": [],
                "certificates": [],
                "certificateProblems": [],
                "versions": {"jicofo": "1.0-1189-1", "jitsi-meet-web": "1.0.9146-1"},
                "conferences": {"jvb-100": 0, "jvb-101": None},
                "recorders": [],
                "health": {"failed": [], "waiting": [], "outdated": [], "watch": []},
                "watchFault": "",
                "watchFaults": {},
                "turn": None,
            },
        )

    def test_are_which_upgrades_wait_what_has_failed_and_what_the_watch_has_done(self) -> None:
        self.cluster.commands.answers |= {
            ("apt-get",): Ran(0, PLAN),
            ("systemctl", "is-failed"): lambda words: Ran(0 if words[-1] == "nginx" else 1),
        }
        self.cluster.paths.state.mkdir()
        lines = [f"2026-11-29T15:00:{second:02}Z nginx is full" for second in range(12)]
        self.cluster.paths.watch_log.write_text("".join(f"{line}\n" for line in lines))
        self.assertEqual(
            self.facts()["health"],
            {
                "failed": ["nginx"],
                "waiting": [
                    {"package": "nginx-common", "installed": "1.22.1-9", "candidate": "1.22.1-9+deb12u2"},
                    {"package": "prosody", "installed": "0.12.3-1", "candidate": "0.12.3-1+deb12u1"},
                ],
                "outdated": [],
                "watch": lines[-10:],
            },
        )

    def test_are_which_service_runs_with_what_an_upgrade_has_replaced(self) -> None:
        self.cluster.commands.answers[("systemctl", "show")] = lambda words: Ran(0, f"{len(words[-1])}\n")
        maps = {
            "nginx": "/usr/lib/libssl.so.3",
            "prosody": "/usr/lib/libssl.so.3 (deleted)",
            "jicofo": "/tmp/x (deleted)",
        }
        for unit, line in list(maps.items())[:2]:
            folder = self.cluster.paths.proc / str(len(unit))
            folder.mkdir(parents=True)
            (folder / "maps").write_text(f"7f00 r-xp 00 00:1b 1 {line}\n")
        self.assertEqual(self.facts()["health"]["outdated"], ["prosody"])

    def test_are_what_keeps_jicofo_from_its_work(self) -> None:
        self.cluster.jicofo.is_logged_in = False
        facts = self.facts()
        self.assertIn("jicofo is not logged in to prosody", facts["jicofoProblem"])
        # It answers, and that is told too.
        self.assertEqual(facts["jicofo"], {"version": "1.0.1196", "bridges": []})

    def test_are_which_certificate_has_expired(self) -> None:
        self.cluster.paths.prosody.mkdir()
        for name, text in (("auth.a.crt", "x"), ("auth.b.crt", "x"), ("auth.c.crt", ""), ("a.crt", "x")):
            (self.cluster.paths.prosody / name).write_text(text)

        def openssl(words: tuple[str, ...]) -> Ran:
            if "-enddate" in words:
                return Ran(0, "notAfter=Nov 29 15:00:00 2026 GMT\n")
            return Ran(1 if words[3].endswith("auth.b.crt") else 0)

        self.cluster.commands.answers[("openssl",)] = openssl
        self.assertEqual(self.facts()["expiredCertificates"], ["auth.b (notAfter=Nov 29 15:00:00 2026 GMT)"])

    def test_are_that_nobody_renews_the_certificate_while_its_timer_is_off(self) -> None:
        self.cluster.paths.certificate_settings.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.paths.certificate_settings.write_text("{}")
        units = self.cluster.commands.answers
        units[("systemctl", "is-active")] = Ran(3)
        self.assertEqual(
            self.facts()["certificateProblems"],
            [
                "jitsi-hetzner-certificate.timer does not run on the web host, so nobody renews the certificate: "
                "npm run repair -- web"
            ],
        )
        units[("systemctl", "is-active")] = Ran(0)
        self.assertEqual(self.facts()["certificateProblems"], [])

    def test_are_that_nobody_will_renew_the_certificate_after_the_next_boot(self) -> None:
        self.cluster.paths.certificate_settings.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.paths.certificate_settings.write_text("{}")
        self.cluster.commands.answers[("systemctl", "is-enabled")] = Ran(1)
        self.assertEqual(
            self.facts()["certificateProblems"],
            [
                "jitsi-hetzner-certificate.timer will not run on the web host after its next boot, so nobody renews "
                "the certificate: npm run repair -- web"
            ],
        )

    def test_are_on_which_hosts_the_watch_does_not_run_or_will_not_after_a_boot(self) -> None:
        self.assertEqual((self.facts()["watchFault"], self.facts()["watchFaults"]), ("", {}))
        self.cluster.commands.answers[("systemctl", "is-enabled")] = Ran(1)
        self.assertEqual(self.facts()["watchFault"], "disabled")
        self.cluster.commands.answers[("systemctl", "is-active")] = Ran(3)
        self.cluster.bridge_hosts[0].watch = "stopped"
        facts = self.facts()
        # The second one has no power, which is told elsewhere.
        self.assertEqual((facts["watchFault"], facts["watchFaults"]), ("stopped", {"jvb-100": "stopped"}))

    def test_are_nothing_of_the_watch_of_a_bridge_host_with_an_older_program(self) -> None:
        self.cluster.bridge_hosts[0].watch = None
        self.assertEqual(self.facts()["watchFaults"], {})

    def test_are_nothing_of_the_watch_where_there_is_none_of_its_own(self) -> None:
        self.cluster.bridge_hosts[0].watch = "stopped"
        for address in ("127.0.0.1", "127.80.1.1"):
            self.first.address = address
            self.assertEqual(self.facts()["watchFaults"], {})

    def test_are_that_nobody_renews_the_certificate_without_its_settings(self) -> None:
        save_state(self.cluster.paths.certificate_state, CertificateState())
        settings = self.cluster.paths.certificate_settings
        told = f"{settings} is missing, so nobody renews the certificate: npm run repair -- web"
        self.assertEqual(self.facts()["certificateProblems"], [told])

    def test_are_the_others_where_the_state_of_the_certificate_has_another_form(self) -> None:
        self.cluster.paths.certificate_state.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.paths.certificate_state.write_text('{"anotherField": 1}')
        self.cluster.paths.certificate_settings.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.paths.certificate_settings.write_text("{}")
        self.cluster.commands.answers[("systemctl", "is-active")] = Ran(0)
        self.assertEqual(self.facts()["certificateProblems"], [])

    def test_are_the_others_where_jicofo_does_not_answer(self) -> None:
        self.cluster.jicofo.runs = False
        facts = self.facts()
        self.assertIsNone(facts["jicofo"])
        self.assertIn("jicofo does not answer on http://127.0.0.1:8888 (connection refused)", facts["jicofoProblem"])
        self.assertEqual(facts["conferences"], {"jvb-100": 0, "jvb-101": None})
        self.assertEqual(facts["versions"]["jicofo"], "1.0-1189-1")


class OtherHost(StatusCase):
    def test_a_host_of_a_bridge_names_the_web_host(self) -> None:
        outcome = self.cluster.run("status", None)
        self.assertEqual((outcome.code, outcome.printed), (2, ""))
        self.assertIn("this host has no bridges of a cluster: ", outcome.text)
        self.assertIn("on the web host: jitsi-hetzner status", outcome.text)


class Table(StatusCase):
    """By hand."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.set_goal(self.first, "serving")
        self.cluster.set_goal(self.second, "leaving")
        self.cluster.jicofo.seen[self.second] = Seen(gone=True)
        self.cluster.set_policy(bridges=[declared(self.first)])

    def test_shows_each_bridge_and_that_all_is_as_declared(self) -> None:
        self.cluster.participants.join(self.first, 2)
        outcome = self.cluster.run("status", None)
        self.assertEqual(outcome.code, 0)
        rows = [line.split() for line in outcome.printed.splitlines()]
        self.assertEqual(
            rows[0],
            ["BRIDGE", "NICKNAME", "ADDRESS", "GOAL", "SEEN", "STRESS", "CONFERENCES", "PARTICIPANTS", "VERSION"],
        )
        self.assertEqual(
            rows[1], ["b0", "jvb-100", "10.0.0.10", "serving", "in", "service", "0.02", "0", "2", "2.3.312"]
        )
        self.assertEqual(rows[2], ["b1", "jvb-101", "10.0.0.11", "leaving", "not", "there", "-", "-", "-", "-"])
        self.assertEqual(rows[-1], ["As", "declared."])

    def test_shows_what_is_not_as_declared_with_the_command_and_ends_with_1(self) -> None:
        self.first.draining = True
        self.cluster.jicofo.seen.clear()
        self.cluster.let_pass(5)
        outcome = self.cluster.run("status", None)
        self.assertEqual(outcome.code, 1)
        self.assertIn(
            "jvb-100 is to be in service, and is draining (its goal here: serving): npm run repair -- b0",
            outcome.printed,
        )
        self.assertIn("jvb-101 is not declared, and jicofo lists it: pulumi up", outcome.printed)

    def test_names_the_repair_of_a_bridge_by_its_number_for_pulumi_up_alone_would_run_nothing_again(self) -> None:
        self.first.name = "jvb-7"
        self.cluster.set_goal(self.first, "left")
        self.first.draining = True
        self.cluster.jicofo.seen.clear()
        self.cluster.let_pass(5)
        outcome = self.cluster.run("status", None)
        self.assertIn("and is draining (its goal here: left): npm run repair -- 7\n", f"{outcome.printed}\n")

    def test_repairs_the_web_hosts_own_bridge_with_the_web_host(self) -> None:
        self.first.address = "127.0.0.1"
        self.cluster.set_goal(self.first, "left")
        self.first.draining = True
        self.cluster.jicofo.seen.clear()
        self.cluster.let_pass(5)
        self.assertIn("(its goal here: left): npm run repair -- web\n", f"{self.cluster.run('status', None).printed}\n")

    def test_is_not_as_declared_while_the_certificate_has_a_problem(self) -> None:
        state = CertificateState(problems=(Problem("A a.test is missing", "correct the records"),))
        save_state(self.cluster.paths.certificate_state, state)
        self.cluster.paths.certificate_settings.parent.mkdir(parents=True, exist_ok=True)
        self.cluster.paths.certificate_settings.write_text("{}")
        self.cluster.commands.answers[("systemctl", "is-active")] = Ran(0)
        outcome = self.cluster.run("status", None)
        self.assertEqual(outcome.code, 1)
        self.assertIn("Not as declared: A a.test is missing: correct the records", outcome.printed)

    def test_is_not_as_declared_while_the_watch_of_a_host_does_not_run(self) -> None:
        self.first.name = "jvb-7"
        self.cluster.set_goal(self.first, "serving")
        self.cluster.bridge_hosts[0].watch = "stopped"
        self.cluster.commands.answers[("systemctl", "is-enabled")] = Ran(1)
        outcome = self.cluster.run("status", None)
        self.assertEqual(outcome.code, 1)
        timer = "Not as declared: jitsi-hetzner-watch.timer is"
        self.assertIn(
            f"{timer} disabled on the web host, so nobody ends what hangs there after the next boot: "
            "npm run repair -- web\n",
            outcome.printed,
        )
        told = f"{timer} stopped on jvb-7, so nobody ends what hangs there: npm run repair -- 7"
        self.assertIn(told, outcome.printed)

    def test_ends_with_2_where_nobody_can_tell(self) -> None:
        self.cluster.jicofo.runs = False
        outcome = self.cluster.run("status", None)
        self.assertEqual(outcome.code, 2)
        self.assertIn("Nobody can tell: jicofo does not answer", outcome.printed)
        self.assertNotIn("Not as declared", outcome.printed)

    def test_is_json_too(self) -> None:
        outcome = self.cluster.run("status", None, "--json")
        self.assertEqual(
            (outcome.code, json.loads(outcome.printed)["conferences"]), (0, {"jvb-100": 0, "jvb-101": None})
        )
