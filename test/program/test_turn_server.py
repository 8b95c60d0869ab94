"""The verb turn-server: the TURN server goes on and off, without a restart that would cut a meeting."""

import fcntl
import stat
from pathlib import Path
from shutil import rmtree

from jitsi_hetzner.coturn import settings_text
from jitsi_hetzner.port_443 import behind_stream, on_public_port, stream_text
from jitsi_hetzner.turn_facts import TurnFacts
from jitsi_hetzner.turn_input import TurnServerInput

from .case import Case, each
from .fake_turn import DOMAIN, NAME, SECRET, SITE, FakeTurn, map_problem, rows

ON = ["restart coturn", "reload nginx", "prosody offers"]
NOT_INSTALLED = "coturn or nginx's module stream is not installed"
OFF = ["prosody withdraws", "reload nginx", "stop coturn"]


class TurnCase(Case):
    def setUp(self) -> None:
        self.web = FakeTurn()
        self.addCleanup(self.web.close)

    def switched_on(self) -> None:
        self.web.certificate()
        self.assertEqual(self.web.step().code, 0)
        self.assertEqual(self.web.offered, f"stun:{NAME}:3478 turn:{NAME}:3478 turns:{NAME}:443")


class SwitchOn(TurnCase):
    def test_starts_each_part_before_the_one_that_sends_participants_there(self) -> None:
        self.web.certificate()
        self.assertEqual(self.web.step().code, 0)
        self.assertEqual([one for one in self.web.events if "install" not in one and "mask" not in one], ON)

    def test_installs_coturn_without_letting_the_package_start_it(self) -> None:
        self.web.step()
        wanted = ["mask coturn.service", "install coturn libnginx-mod-stream", "unmask coturn.service"]
        self.assertEqual(self.web.events[:3], wanted)
        self.assertNotIn("restart coturn", self.web.events)

    def test_waits_for_the_workers_of_nginx_that_end_after_a_reload(self) -> None:
        self.web.old_workers = 3
        self.switched_on()

    def test_changes_nothing_the_second_time(self) -> None:
        self.switched_on()
        self.assertEqual((self.web.step().text, self.web.events), ("", []))

    def test_moves_the_site_and_the_site_of_other_names_to_loopback(self) -> None:
        self.web.names_site.write_text("server {\n    listen 443 ssl http2;\n}\n")
        self.switched_on()
        moved = "    listen 127.0.0.1:4443 ssl http2 proxy_protocol;\n"
        self.assertIn(f"{moved}    listen [::1]:4443 ssl http2 proxy_protocol;\n", self.web.site.read_text())
        self.assertEqual(self.web.names_site.read_text(), f"server {{\n{moved}}}\n")

    def test_gives_nginx_room_for_the_longest_name(self) -> None:
        # turn. and a domain of 57 characters, which the settings allow. By default nginx has room for 46.
        for name in ("t" * 46, "t" * 47, "t" * 62):
            with self.subTest(name):
                self.assertIsNone(map_problem(stream_text(name)))

    def test_keeps_one_to_one_calls_on_the_bridge(self) -> None:
        self.switched_on()
        self.assertIn(
            "config.p2p = Object.assign({}, config.p2p, { enabled: false });", self.web.application.read_text()
        )

    def test_keeps_the_secret_from_messages_and_from_other_users(self) -> None:
        self.web.certificate()
        outcome = self.web.step()
        self.assertNotIn(SECRET, outcome.text + outcome.printed)
        for path in (self.web.paths.turn_server, self.web.offer):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertNotIn(SECRET, self.web.paths.turn_settings.read_text())
        self.assertEqual(rows(self.web.paths.turn_database, "SELECT * FROM turn_secret"), [(DOMAIN, SECRET)])

    def test_takes_another_secret_without_a_restart(self) -> None:
        self.switched_on()
        other = "Another0123456789abcdefghijklmno"
        self.assertEqual(self.web.step(secret=other).code, 0)
        self.assertEqual(rows(self.web.paths.turn_database, "SELECT value FROM turn_secret"), [(other,)])
        self.assertEqual(self.web.events, ["prosody offers"])

    def test_refuses_a_secret_that_would_break_files_and_does_not_show_it(self) -> None:
        outcome = self.web.step(secret='x" os.execute')
        self.assertEqual(outcome.code, 1)
        self.assertNotIn("os.execute", outcome.text)

    def test_takes_a_renewed_certificate_without_a_restart(self) -> None:
        self.switched_on()
        self.web.certificate()
        self.assertEqual(self.web.run("", "--apply").code, 0)
        self.assertEqual(self.web.coturn_certificate, self.web.fingerprint())
        self.assertEqual([one for one in self.web.events if "coturn" in one], ["reload coturn"])

    def test_waits_for_another_run_that_is_at_work(self) -> None:
        self.web.certificate()
        self.web.step(wanted=False)
        path = self.web.paths.locks / "jitsi-hetzner-turn-server"
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            outcome = self.web.step()
        self.assertIn("still waiting for another run that switches the TURN server", outcome.text)
        self.assertEqual(
            self.web.events, ["mask coturn.service", "install coturn libnginx-mod-stream", "unmask coturn.service"]
        )


class NoCertificate(TurnCase):
    def expect_off(self, text: str, words: str) -> None:
        self.assertIn(f"there is no TURN server, because {words}", text)
        self.assertEqual((self.web.site.read_text(), self.web.offered, self.web.coturn_certificate), (SITE, "", None))
        self.assertFalse(self.web.offer.exists())

    def test_touches_no_service_without_a_certificate(self) -> None:
        outcome = self.web.step()
        self.assertEqual(outcome.code, 0)
        self.expect_off(outcome.text, f"there is no certificate for {NAME} yet")
        self.assertEqual([one for one in self.web.events if "reload" in one or "restart" in one], [])

    def test_needs_one_for_its_name(self) -> None:
        self.web.certificate(name="other.example.org")
        self.expect_off(self.web.step().text, f"the certificate is not for {NAME}")

    def test_needs_one_that_browsers_trust(self) -> None:
        self.web.certificate()
        self.web.paths.acme_authority.unlink()
        self.expect_off(self.web.step().text, f"browsers do not trust the certificate of {NAME}")

    def test_needs_the_key_of_the_certificate(self) -> None:
        self.web.certificate()
        text = (self.web.paths.turn / "certificate.pem").read_text()
        self.web.certificate()
        (self.web.paths.turn / "certificate.pem").write_text(text)
        self.expect_off(self.web.step().text, f"{self.web.paths.turn}/key.pem is not the key")

    def test_needs_one_that_has_not_expired(self) -> None:
        self.web.certificate(days=-1)
        self.expect_off(self.web.step().text, "the certificate has expired")

    def test_switches_on_as_soon_as_one_arrives(self) -> None:
        self.web.step()
        self.web.certificate()
        outcome = self.web.run("", "--apply")
        self.assertEqual((outcome.code, self.web.events[:3]), (0, ON))

    def test_is_that_of_the_site_where_there_is_one(self) -> None:
        self.web.certificate()
        files = [self.web.paths.turn / name for name in ("certificate.pem", "key.pem")]
        for path, ending in zip(files, ("crt", "key"), strict=True):
            path.rename(self.web.paths.meet / f"{DOMAIN}.{ending}")
        self.assertEqual(self.web.step().code, 0)
        self.assertEqual(
            (self.web.coturn_certificate, stat.S_IMODE(files[1].stat().st_mode)), (self.web.fingerprint(), 0o600)
        )

    def test_takes_that_of_the_site_again_where_somebody_removed_the_folder(self) -> None:
        self.web.certificate()
        for name, ending in (("certificate.pem", "crt"), ("key.pem", "key")):
            (self.web.paths.turn / name).rename(self.web.paths.meet / f"{DOMAIN}.{ending}")
        self.assertEqual(self.web.step().code, 0)
        rmtree(self.web.paths.turn)
        self.web.paths.turn_settings.unlink()
        self.assertEqual(self.web.run("", "--apply").code, 0)
        self.assertEqual((self.web.coturn_certificate, bool(self.web.offered)), (self.web.fingerprint(), True))
        self.assertTrue(self.web.paths.turn_settings.exists())

    def test_does_nothing_on_a_host_that_has_no_settings_yet(self) -> None:
        self.assertEqual((self.web.run("", "--apply").code, self.web.site.read_text()), (0, SITE))


class SwitchOff(TurnCase):
    def test_takes_participants_away_from_each_part_before_it_ends(self) -> None:
        self.switched_on()
        self.assertEqual((self.web.step(wanted=False).code, self.web.events), (0, OFF))

    def test_leaves_every_file_of_the_packages_as_it_was(self) -> None:
        self.web.names_site.write_text("listen 443 ssl;\n")
        application = self.web.application.read_text()
        self.switched_on()
        self.web.step(wanted=False)
        self.assertEqual(self.web.site.read_text(), SITE)
        self.assertEqual(self.web.names_site.read_text(), "listen 443 ssl;\n")
        self.assertEqual(self.web.application.read_text(), application)

    def test_does_not_stop_coturn_while_participants_are_relayed(self) -> None:
        self.switched_on()
        self.web.relays = 2
        outcome = self.web.step(wanted=False)
        self.assertIn("participants still use the TURN server", outcome.text)
        self.assertIsNotNone(self.web.coturn_certificate)
        self.assertEqual(self.web.events[-1], "later turn-server --apply")
        self.assertEqual(self.web.run("", "--apply").code, 1)
        self.web.relays = 0
        self.assertEqual(self.web.run("", "--apply").code, 0)
        self.assertEqual(self.web.events, ["stop coturn", "stop jitsi-hetzner-turn-stop.timer"])

    def test_installs_nothing_where_it_was_never_on(self) -> None:
        self.assertEqual((self.web.step(wanted=False).code, self.web.events), (0, []))


class Trouble(TurnCase):
    """The step succeeds with a warning, because a step that fails would keep bridges that are to be removed."""

    def warns(self, words: str) -> None:
        outcome = self.web.step()
        self.assertEqual(outcome.code, 0)
        self.assertIn("WARNING: ", outcome.text)
        self.assertIn(words, outcome.text)
        self.assertEqual(self.web.run("", "--apply").code, 1)

    def test_nginx_that_refuses_the_configuration_keeps_that_of_before(self) -> None:
        self.web.certificate()
        self.web.nginx_refuses = True
        self.warns("continues as before: nginx: [emerg] bad")
        self.assertEqual((self.web.site.read_text(), self.web.shares_443), (SITE, False))
        self.assertFalse(self.web.offer.exists())

    def test_another_site_on_443_is_found_by_what_listens(self) -> None:
        self.web.certificate()
        self.web.other_site = True
        self.warns("another site may listen on 443")
        self.assertEqual(self.web.site.read_text(), SITE)
        self.assertFalse(self.web.offer.exists())

    def test_a_site_of_the_operator_without_443_is_not_touched(self) -> None:
        self.web.certificate()
        self.web.site.write_text("server { listen 8443 ssl; }\n")
        self.warns('has no line "listen 443 ssl;"')

    def test_servers_that_an_operator_entered_in_prosody_are_named(self) -> None:
        self.web.certificate()
        self.web.own_servers = "turn:own.example:3478"
        self.warns("it offers: turn:own.example:3478")

    def test_a_prosody_that_does_not_answer_is_not_one_that_offers_nothing(self) -> None:
        self.switched_on()
        self.web.prosody_answers = False
        outcome = self.web.run("", "--apply")
        self.assertEqual(outcome.code, 1)
        self.assertIn("prosody does not tell which TURN servers it offers to browsers", outcome.text)
        self.assertNotIn("external_services", outcome.text)
        self.assertTrue(self.web.offer.exists())

    def test_a_broken_database_is_named(self) -> None:
        self.web.certificate()
        self.web.step()
        self.web.paths.turn_database.write_text("this is no database" * 100)
        self.warns(f"coturn's database {self.web.paths.turn_database} cannot be changed")

    def test_packages_that_could_not_be_installed_are_installed_by_a_later_run(self) -> None:
        self.web.certificate()
        self.web.mirror_fails = True
        self.warns("cannot be installed")
        self.assertEqual(self.web.facts(), TurnFacts(True, None, 0, "", NOT_INSTALLED))
        self.web.mirror_fails = False
        self.assertEqual(self.web.run("", "--apply").code, 0)
        self.assertEqual((self.web.coturn_certificate, bool(self.web.offered)), (self.web.fingerprint(), True))

    def test_lost_settings_are_named_on_a_host_that_had_some(self) -> None:
        self.switched_on()
        self.web.paths.turn_server.unlink()
        outcome = self.web.run("", "--apply")
        self.assertEqual(outcome.code, 1)
        self.assertIn(f"{self.web.paths.turn_server} is missing", outcome.text)
        self.assertIn("npm run repair -- web", outcome.text)

    def test_nothing_that_is_to_be_done_is_an_up_which_would_run_no_step(self) -> None:
        self.web.certificate()
        self.web.other_site = True
        told = self.web.step().text
        self.assertIn("This host tries again by itself; at once: jitsi-hetzner turn-server --apply", told)
        self.assertNotIn("pulumi up", told)


class Facts(TurnCase):
    def test_are_none_on_a_host_without_settings(self) -> None:
        self.assertIsNone(self.web.facts())

    def test_say_since_when_browsers_learn_of_it_and_how_many_use_it(self) -> None:
        self.switched_on()
        self.web.relays = 3
        since = int(self.web.paths.turn_offered.stat().st_mtime)
        self.assertEqual(self.web.facts(), TurnFacts(True, since, 3, "", ""))

    def test_say_what_it_waits_for(self) -> None:
        self.web.step()
        self.assertEqual(self.web.facts(), TurnFacts(True, None, 0, f"there is no certificate for {NAME} yet", ""))

    def test_say_nothing_of_one_that_is_not_wanted(self) -> None:
        self.switched_on()
        self.web.step(wanted=False)
        self.assertEqual(self.web.facts(), TurnFacts(False, None, 0, "", ""))

    def test_say_what_does_not_work(self) -> None:
        self.switched_on()
        self.web.shares_443 = False
        problems = [self._problem()]
        self.web.coturn_certificate = "another"
        problems.append(self._problem())
        self.web.coturn_certificate = None
        problems.append(self._problem())
        self.web.paths.nginx_stream.unlink()
        problems.append(self._problem())
        self.assertEqual(
            problems,
            [
                "port 443 does not lead to the TURN server",
                "coturn does not show its certificate",
                "coturn does not run",
                NOT_INSTALLED,
            ],
        )

    def _problem(self) -> str:
        facts = self.web.facts()
        return "" if facts is None else facts.problem


class Texts(Case):
    @each(
        ("    listen 443 ssl http2;\n", "    listen 127.0.0.1:4443 ssl http2 proxy_protocol;\n"),
        ("listen [::]:443 ssl;\n", "listen [::1]:4443 ssl proxy_protocol;\n"),
        ("listen 443 default_server ssl;\n", "listen 127.0.0.1:4443 default_server ssl proxy_protocol;\n"),
    )
    def test_a_site_moves_to_loopback_and_back(self, public: str, behind: str) -> None:
        self.assertEqual((behind_stream(public), on_public_port(behind)), (behind, public))
        self.assertEqual((behind_stream(behind), on_public_port(public)), (behind, public))

    def test_a_site_that_has_become_the_default_one_meanwhile_moves_back_too(self) -> None:
        behind = "listen 127.0.0.1:4443 ssl http2 proxy_protocol default_server;\n"
        self.assertEqual(on_public_port(behind), "listen 443 ssl http2 default_server;\n")

    @each(
        ("listen 80;\n",),
        ("listen 443 quic reuseport;\n",),
        ("listen 4433 ssl;\n",),
        ("# listen 443 ssl;\n",),
        ("listen 127.0.0.1:4443 ssl;\n",),
    )
    def test_other_lines_stay(self, line: str) -> None:
        self.assertEqual((behind_stream(line), on_public_port(line)), (line, line))

    def test_coturn_relays_nowhere_by_its_configuration(self) -> None:
        lines = settings_text(TurnServerInput(DOMAIN, True, SECRET, "192.0.2.1", "2001:db8::1")).splitlines()
        self.assertIn("denied-peer-ip=0.0.0.0-255.255.255.255", lines)
        self.assertIn("denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", lines)
        self.assertIn("no-tcp-relay", lines)
        self.assertEqual([one for one in lines if one.startswith("allowed-peer-ip")], [])
        self.assertNotIn(SECRET, "".join(lines))

    def test_relays_use_the_ports_that_the_packet_filter_knows(self) -> None:
        constants = (Path(__file__).resolve().parents[2] / "lib/constants.ts").read_text()
        self.assertIn("relayPorts = { from: 61_000, to: 65_535 }", constants)
        lines = settings_text(TurnServerInput(DOMAIN, True, SECRET, "192.0.2.1", "2001:db8::1")).splitlines()
        self.assertIn("min-port=61000", lines)
        self.assertIn("max-port=65535", lines)
