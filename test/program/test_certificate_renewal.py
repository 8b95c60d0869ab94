"""The verb certificate: renewals, their rehearsal, and what can keep them from happening."""

from typing import Any
from unittest.mock import patch

from jitsi_hetzner.commands import Ran
from jitsi_hetzner.failure import Failure

from .case import each
from .fake_web import DOMAIN
from .test_certificate import REFUSED, CertificateCase


class Renewal(CertificateCase):
    @each((90, 59, 61), (45, 29, 31), (6, 2.9, 3.1))
    def test_renews_at_two_thirds_of_the_lifetime(self, lifetime: int, before: float, after: float) -> None:
        self.web.lifetime_days = lifetime
        self.web.step()
        self.web.let_days_pass(before)
        self.web.timer()
        self.assertEqual(len(self.web.orders), 1)
        self.web.let_days_pass(after - before)
        self.assertEqual((self.web.timer().code, len(self.web.orders)), (0, 2))
        self.assertEqual(self.web.served_names(), [DOMAIN])

    def test_loses_no_name_that_cannot_be_looked_up_for_a_while(self) -> None:
        names = [DOMAIN, f"turn.{DOMAIN}"]
        self.web.dns.point(names[1])
        self.web.step(names=names)
        self.web.let_days_pass(61)
        self.web.dns.silent = True
        outcome = self.web.timer()
        self.assertEqual(self.web.orders, [names, names])
        self.assertIn(f"A {names[1]} cannot be looked up (does not answer)", outcome.text)
        self.assertNotIn("cannot be renewed", outcome.text)

    @each((90, 30), (45, 15), (6, 3))
    def test_writes_the_rule_for_debians_own_timer(self, lifetime: int, days_before_end: int) -> None:
        self.web.lifetime_days = lifetime
        self.web.step()
        text = (self.web.paths.letsencrypt / "renewal" / f"{DOMAIN}.conf").read_text()
        self.assertRegex(text, rf"^renew_before_expiry = {days_before_end * 24 * 60} minutes\n")
        self.assertNotIn("30 days", text)

    def test_installs_what_certbot_renewed_by_itself(self) -> None:
        self.web.step()
        before = self.web.shown[443]
        self.web.authority.issue([DOMAIN], self.web.paths.letsencrypt / "live" / DOMAIN)
        self.web.timer()
        self.assertNotEqual(self.web.shown[443], before)
        self.assertEqual((self.web.served_names(), len(self.web.orders)), ([DOMAIN], 1))

    def test_settles_the_turn_server_when_the_certificate_is_served(self) -> None:
        served: list[list[str]] = []
        with patch("jitsi_hetzner.certificate_keeper.settle", lambda _host: served.append(self.web.served_names())):
            self.web.step()
        self.assertEqual(served, [[DOMAIN]])

    def test_orders_again_where_the_issuer_is_another_one_now(self) -> None:
        self.web.step()
        self.web.authority = type(self.web.authority)(self.web.root / "ca2")
        self.assertEqual((self.web.step().result["warnings"], len(self.web.orders)), ([], 2))

    def test_orders_again_from_another_directory(self) -> None:
        self.web.step()
        self.web.step(directory="https://acme.example/other")
        self.assertEqual(len(self.web.orders), 2)

    def test_leaves_a_certificate_of_another_tool_until_its_last_sixth(self) -> None:
        folder = self.web.root / "other"
        self.web.authority.issue([DOMAIN], folder, 90)
        for end, file in (("crt", "fullchain.pem"), ("key", "privkey.pem")):
            (self.web.paths.meet / f"{DOMAIN}.{end}").write_text((folder / file).read_text())
        self.web.step()
        self.web.let_days_pass(70)
        self.web.timer()
        self.assertEqual(self.web.orders, [])
        self.web.let_days_pass(6)
        self.web.timer()
        self.assertEqual(self.web.orders, [[DOMAIN]])

    def test_tells_the_line_where_somebody_broke_the_configuration_of_nginx(self) -> None:
        self.web.nginx_error = 'nginx: [emerg] unknown directive "foo" in /etc/nginx/conf.d/x.conf:1\n'
        outcome = self.web.step()
        self.assertEqual(outcome.code, 0)
        self.assertIn('unknown directive "foo" in /etc/nginx/conf.d/x.conf:1', self.warnings(outcome))
        self.web.nginx_error = None
        self.assertEqual((self.web.timer().code, self.web.served_names(), len(self.web.orders)), (0, [DOMAIN], 1))


class LostFiles(CertificateCase):
    """A part of what certbot keeps was deleted."""

    BRIDGES = ({"nickname": "jvb-1", "address": "10.80.1.1"},)
    FILES = (f"live/{DOMAIN}/privkey.pem", f"live/{DOMAIN}/fullchain.pem", f"renewal/{DOMAIN}.conf")

    @each(*[(file,) for file in FILES])
    def test_come_back_from_a_bridge_without_an_order(self, file: str) -> None:
        self.web.step(copies=list(self.BRIDGES))
        before = self.web.shown[443]
        (self.web.paths.letsencrypt / file).unlink()
        self.assertEqual((self.web.timer().code, len(self.web.orders)), (0, 1))
        self.assertTrue((self.web.paths.letsencrypt / file).exists())
        self.assertEqual(self.web.shown[443], before)

    @each(*[(file,) for file in FILES])
    def test_are_replaced_by_an_order_where_no_bridge_has_them(self, file: str) -> None:
        self.web.step()
        left_over = self.web.paths.letsencrypt / "archive" / DOMAIN / "cert1.pem"
        left_over.parent.mkdir(parents=True)
        left_over.write_text("")
        (self.web.paths.letsencrypt / file).unlink()
        self.assertEqual((self.web.timer().code, len(self.web.orders)), (0, 2))
        self.assertFalse(left_over.exists())
        self.assertEqual(self.web.served_names(), [DOMAIN])

    def test_leave_the_certificate_in_service_while_the_order_fails(self) -> None:
        self.web.step()
        before = self.web.shown[443]
        (self.web.paths.letsencrypt / self.FILES[0]).unlink()
        self.web.refusal = REFUSED
        self.assertIn("Timeout during connect", self.web.timer().text)
        self.assertEqual(self.web.shown[443], before)

    def test_are_not_lost_where_openssl_does_not_say_it(self) -> None:
        self.web.step()
        answers, real = self.web.commands.answers, self.web.commands.answers[("openssl",)]
        answers[("openssl", "pkey")] = Ran(None, errors="openssl does not end within 10 s")
        self.web.timer()
        answers[("openssl", "pkey")] = real
        self.assertEqual((self.web.timer().code, len(self.web.orders)), (0, 1))

    def test_are_those_of_a_renewal_that_has_not_ended(self) -> None:
        self.web.step()
        key = self.web.paths.letsencrypt / self.FILES[0]
        aside = key.with_name("aside")
        key.rename(aside)
        with patch.object(self.web.clock, "sleep", lambda _seconds: aside.rename(key) if aside.exists() else None):
            self.assertEqual((self.web.timer().code, len(self.web.orders)), (0, 1))
        self.assertTrue(key.exists())


class WrongClock(CertificateCase):
    """A clock that was a year ahead for a while. The moments that it noted are in the future."""

    def test_does_not_keep_a_later_order_waiting(self) -> None:
        self.web.let_days_pass(365)
        self.web.refusal = REFUSED
        self.web.step()
        self.web.let_days_pass(-365)
        self.web.refusal = None
        self.assertEqual((self.web.timer().code, self.web.orders), (0, [[DOMAIN]]))

    def test_does_not_keep_rehearsals_and_copies_waiting(self) -> None:
        bridges = [{"nickname": f"jvb-{one}", "address": f"10.80.1.{one}"} for one in (1, 2)]
        self.web.lifetime_days = 3650
        self.web.step(copies=bridges)
        self.web.let_days_pass(365)
        self.web.timer()
        self.web.let_days_pass(-364)
        self.web.wire.copies.clear()
        self.assertEqual((self.web.timer().code, len(self.web.rehearsals)), (0, 2))
        self.assertEqual(len(self.web.wire.copies), 2)

    def test_tells_that_the_clock_may_be_wrong(self) -> None:
        problem = "curl: (60) SSL certificate problem: certificate is not yet valid"
        self.web.acme_error = f"{problem}\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to"
        told = self.warnings(self.web.step())
        self.assertIn(f"cannot be reached: {problem} (is the clock of this host right? timedatectl)", told)
        self.web.acme_error = None
        self.assertEqual((self.web.timer().code, self.web.orders), (0, [[DOMAIN]]))


class FullDisk(CertificateCase):
    def test_is_a_warning_and_the_step_succeeds(self) -> None:
        self.web.step()
        full = Failure("cannot write it: No space left on device", "df -h")
        with patch("jitsi_hetzner.certificate_keeper.save_state", side_effect=full):
            outcome = self.web.step()
        self.assertEqual(outcome.code, 0)
        self.assertIn("No space left on device", self.warnings(outcome))


class Rehearsal(CertificateCase):
    def test_makes_another_account_where_the_staging_server_has_forgotten_this_one(self) -> None:
        self.web.step()
        folder = self.web.paths.letsencrypt / "accounts/acme-staging-v02.api.letsencrypt.org/directory/abc"
        folder.mkdir(parents=True)
        run = self.web._certbot

        def certbot(words: tuple[str, ...]) -> Any:
            self.web.rehearsal_refusal = "Account https://x/my-account/1 not found." if folder.exists() else None
            return run(words)

        self.web.commands.answers[("env",)] = lambda words: certbot(words[2:])
        self.web.let_days_pass(1.1)
        self.assertEqual(self.web.timer().code, 0)

    def test_rehearses_at_each_step_that_orders_nothing_and_once_a_day(self) -> None:
        self.web.step()
        self.assertEqual((self.web.rehearsals, self.web.started), ([], []))
        self.web.step()
        # `up` does not wait for it.
        self.assertEqual((self.web.rehearsals, self.web.started), ([], ["jitsi-hetzner-certificate.service"]))
        self.web.timer()
        self.assertEqual(self.web.rehearsals, [[DOMAIN]])
        for _quarter in range(9):
            self.web.timer()
            self.web.let_days_pass(0.25)
        self.assertEqual(len(self.web.rehearsals), 3)

    def test_rehearses_no_name_that_is_not_declared_any_more(self) -> None:
        turn = f"turn.{DOMAIN}"
        self.web.dns.point(turn)
        self.web.step(names=[DOMAIN, turn])
        self.web.dns.point(turn, None, None)
        self.web.step()
        self.web.timer()
        self.assertEqual((self.web.lineage_names(), self.web.rehearsals), ([DOMAIN, turn], [[DOMAIN]]))
        self.web.let_days_pass(61)
        self.web.timer()
        self.assertEqual(self.web.lineage_names(), [DOMAIN])

    def test_rehearses_when_bridges_have_changed(self) -> None:
        fields = {"bridges": [], "bridgeVersion": "2.3-307"}
        self.web.run("restart", fields)
        # The first `up`: there is nothing to renew yet.
        self.assertEqual(self.web.started, [])
        self.web.step()
        self.web.timer()
        self.assertEqual(self.web.rehearsals, [])
        self.assertEqual(self.web.run("restart", fields).code, 0)
        self.assertEqual(self.web.started, ["jitsi-hetzner-certificate.service"])
        self.web.timer()
        self.web.timer()
        self.assertEqual(self.web.rehearsals, [[DOMAIN]])

    def test_tells_a_failing_one_weeks_before_the_end_until_one_succeeds(self) -> None:
        self.web.step()
        self.web.rehearsal_refusal = REFUSED
        self.web.let_days_pass(1.1)
        outcome = self.web.timer()
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.text, r"a renewal would fail: .*Timeout during connect.*; the certificate ends on 20")
        self.assertEqual(self.web.timer().code, 1)
        self.web.rehearsal_refusal = None
        told = self.warnings(self.web.step())
        self.assertRegex(told, "the last rehearsal found: a renewal would fail: .*; another one begins now")
        self.assertEqual(self.web.timer().code, 0)
        self.web.let_days_pass(1.1)
        self.assertEqual(self.web.timer().code, 0)
