"""The verb certificate after a change of `tls`: what is served is of the kind that the settings ask for."""

from typing import Any
from unittest.mock import patch

from .case import each
from .fake_cluster import Outcome
from .fake_web import DOMAIN, IPV4, fingerprint, names_in
from .test_certificate import ALIAS, CertificateCase

YEAR = 365
END = "-----END CERTIFICATE-----\n"


class ChangesOfKind(CertificateCase):
    def own(self, *, with_root: bool = False, days: int = YEAR) -> dict[str, str]:
        """A certificate for a year, longer than those of the ACME server."""
        folder = self.web.root / "own"
        self.web.authority.issue([DOMAIN, ALIAS], folder, days)
        key, chain = ((folder / f"{name}.pem").read_text() for name in ("privkey", "fullchain"))
        return {"key": key, "chain": chain + self.web.authority.root.read_text() if with_root else chain}

    def served_by(self) -> str:
        """Who issued what nginx shows."""
        names = self.web.served_names()
        if names == sorted([DOMAIN, "localhost"]):
            return "itself"
        return "own" if ALIAS in names else "acme"

    @each(("letsencrypt", "acme"), ("own", "own"))
    def test_self_signed_takes_the_place_of_a_certificate_that_nobody_would_renew(self, tls: str, before: str) -> None:
        self.web.step(tls=tls, own=self.own() if tls == "own" else None)
        self.assertEqual(self.served_by(), before)
        outcome = self.web.step(tls="self-signed")
        self.assertEqual((outcome.code, outcome.result["warnings"], self.served_by()), (0, [], "itself"))
        self.assertIn("installed a self-signed certificate", outcome.text)
        first = fingerprint(self.web.paths.meet / f"{DOMAIN}.crt")
        self.assertNotIn("installed", self.web.step(tls="self-signed").text)
        self.assertEqual(fingerprint(self.web.paths.meet / f"{DOMAIN}.crt"), first)

    def test_self_signed_leaves_a_certificate_that_another_tool_installed(self) -> None:
        self.web.authority.issue([DOMAIN], self.web.root / "other")
        for ending, name in (("crt", "fullchain"), ("key", "privkey")):
            text = (self.web.root / "other" / f"{name}.pem").read_text()
            (self.web.paths.meet / f"{DOMAIN}.{ending}").write_text(text)
        self.web.step(tls="self-signed")
        self.assertEqual(names_in(self.web.paths.meet / f"{DOMAIN}.crt"), [DOMAIN])

    def test_a_certificate_that_was_ordered_before_comes_back_without_an_order(self) -> None:
        for tls in ("letsencrypt", "self-signed", "letsencrypt"):
            self.web.step(tls=tls)
        self.assertEqual((self.served_by(), self.web.orders), ("acme", [[DOMAIN]]))

    @each(([],), (["letsencrypt"],))
    def test_an_own_certificate_does_not_stay_with_letsencrypt(self, kinds: list[str]) -> None:
        for tls in kinds:
            self.web.step(tls=tls)
        self.web.step(tls="own", own=self.own())
        outcome = self.web.step()
        self.assertEqual((outcome.code, self.served_by(), self.web.orders), (0, "acme", [[DOMAIN]]))

    def test_an_own_certificate_stays_until_the_order_succeeds(self) -> None:
        self.web.step(tls="own", own=self.own())
        self.web.acme_error = "curl: (7) Failed to connect to acme.example port 443: Connection refused"
        self.assertIn("cannot be reached", self.warnings(self.web.step()))
        self.assertEqual(self.served_by(), "own")
        self.web.acme_error = None
        self.web.timer()
        self.assertEqual(self.served_by(), "acme")

    @each((False,), (True,))
    def test_a_later_run_still_trusts_the_root_at_the_end_of_an_own_chain(self, has_authority: bool) -> None:
        self.web.step()
        own = self.own(with_root=True)
        authority = own["chain"].partition(END)[0] + END if has_authority else None
        outcome = self.web.step(tls="own", own=own, authority=authority)
        self.assertEqual(self.warnings(outcome), "")
        # The service of the timer stays, and a rolling restart starts it.
        later = self.web.timer()
        self.assertEqual((later.code, later.text), (0, ""))
        self.assertIn(self.web.authority.root.read_text().strip(), self.web.paths.acme_authority.read_text())

    @each(("self-signed",), ("own",))
    def test_another_name_redirects_with_each_kind(self, tls: str) -> None:
        self.web.step(tls=tls, own=self.own() if tls == "own" else None, names=[DOMAIN, ALIAS])
        site = self.web.paths.nginx / "conf.d/jitsi-hetzner-names.conf"
        self.assertIn(f"server_name {ALIAS};", site.read_text())
        self.web.step(tls=tls, own=self.own() if tls == "own" else None)
        self.assertNotIn(ALIAS, site.read_text())

    def test_an_own_certificate_that_has_ended_or_is_lost_is_told_without_an_up(self) -> None:
        self.web.step(tls="own", own=self.own())
        timer = "jitsi-hetzner-certificate.timer"
        self.assertIn(("systemctl", "enable", "--quiet", "--now", timer), self.web.commands.ran)
        self.assertFalse((self.web.paths.letsencrypt / "renewal-hooks").exists())
        self.assertEqual(self.web.timer().code, 0)
        (self.web.paths.meet / f"{DOMAIN}.crt").write_text("")
        self.assertIn("is missing or damaged. What to do: npm run repair -- web", self.web.timer().text)
        self.assertEqual(len(self.state()["problems"]), 1)
        self.web.step(tls="own", own=self.own(days=0))
        lost = self.web.timer()
        self.assertEqual(lost.code, 1)
        self.assertRegex(lost.text, "browsers do not trust .*What to do: replace tlsCertificate and tlsKey")

    def kind(self, tls: str, **changes: Any) -> Outcome:
        return self.web.step(tls=tls, own=self.own() if tls == "own" else None, **changes)

    @each(("self-signed",), ("own",))
    def test_a_name_that_does_not_lead_here_is_told_with_each_kind_until_it_does(self, tls: str) -> None:
        self.web.dns.point(DOMAIN, "198.51.100.9")
        found = f"A {DOMAIN} is 198.51.100.9, but must be {IPV4} alone (asked: ns1.example.org, the resolver)"
        told = f"{found}. What to do: "
        outcome = self.kind(tls)
        self.assertEqual(outcome.code, 0)
        self.assertTrue(self.warnings(outcome).startswith(f"{told}correct the records of {DOMAIN}"))
        self.assertEqual(self.web.timer().code, 1)
        self.web.dns.point(DOMAIN)
        self.assertEqual((self.web.timer().code, self.state()["problems"]), (0, []))

    @each(("self-signed",), ("own",))
    def test_a_zone_that_cannot_be_asked_from_here_is_no_problem_where_nothing_is_ordered(self, tls: str) -> None:
        self.web.dns.point(DOMAIN, None, None)
        changes: tuple[dict[str, Any], ...] = ({"servers": []}, {"silent": True})
        for change in changes:
            with patch.multiple(self.web.dns, **change):
                self.assertEqual(self.warnings(self.kind(tls)), "")
        self.assertIn("is missing", self.warnings(self.kind(tls)))

    def test_the_resolver_of_the_settings_has_the_last_word_where_nothing_is_ordered(self) -> None:
        self.web.dns.asked.clear()
        self.assertEqual(self.warnings(self.kind("self-signed", resolver="192.0.2.53")), "")
        self.assertEqual({words[1] for words in self.web.dns.asked}, {"@192.0.2.53"})
        self.web.dns.point(DOMAIN, None)
        self.assertIn(f"A {DOMAIN} is missing", self.warnings(self.kind("self-signed", resolver="192.0.2.53")))

    def test_a_host_without_the_program_that_asks_the_dns_gets_it(self) -> None:
        self.web.packages = []
        self.kind("self-signed")
        self.assertEqual(self.web.packages, ["bind9-dnsutils"])
