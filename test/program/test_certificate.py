"""The verb certificate: what is ordered, and what is told where nothing can be ordered."""

import json
import re
from typing import Any

from jitsi_hetzner.commands import Ran

from .case import Case, each
from .fake_cluster import Outcome
from .fake_web import DIRECTORY, DOMAIN, IPV4, FakeWeb

ALIAS = "talk.example.org"
TURN = f"turn.{DOMAIN}"
RATE_LIMIT = (
    "An unexpected error occurred:\nError creating new order :: too many certificates (5) already issued for this "
    "exact set of identifiers in the last 168h0m0s, retry after 2027-12-01 10:20:30 UTC: see https://letsencrypt.org/docs\n"
)
REFUSED = (
    "Certbot failed to authenticate some domains (authenticator: webroot). The Certificate Authority reported these "
    "problems:\n  Domain: meet.example.org\n  Type:   connection\n  Detail: 192.0.2.1: Timeout during connect (likely "
    "firewall problem)\n\nHint: The Certificate Authority failed to download the temporary challenge files.\n\n"
)


class CertificateCase(Case):
    def setUp(self) -> None:
        self.web = FakeWeb()
        self.addCleanup(self.web.close)

    def warnings(self, outcome: Outcome) -> str:
        return "\n".join(outcome.result["warnings"])

    def state(self) -> Any:
        return json.loads(self.web.paths.certificate_state.read_text())


class Order(CertificateCase):
    def test_orders_once_installs_and_tells_nothing_else(self) -> None:
        first, second = self.web.step(), self.web.step()
        self.assertEqual((first.code, first.result["warnings"], self.web.orders), (0, [], [[DOMAIN]]))
        self.assertEqual((second.code, self.web.served_names()), (0, [DOMAIN]))
        self.assertEqual(self.web.timer().code, 0)
        self.assertEqual(len(self.web.orders), 1)

    def test_keeps_the_key_to_root(self) -> None:
        self.web.step()
        modes = [oct(file.stat().st_mode & 0o777) for file in (
            self.web.paths.meet / f"{DOMAIN}.key", self.web.paths.certificate_settings
        )]  # fmt: skip
        self.assertEqual(modes, ["0o600", "0o600"])

    def test_orders_for_the_names_that_are_right_and_extends_it_later(self) -> None:
        self.web.dns.point(ALIAS, "198.51.100.9")
        names = [DOMAIN, TURN, ALIAS]
        told = self.warnings(self.web.step(names=names))
        self.assertEqual(self.web.orders, [[DOMAIN]])
        self.assertIn(f"A {TURN} is missing (answers NXDOMAIN); it must be {IPV4} (asked: ns1.example.org", told)
        self.assertIn(f"A {ALIAS} is 198.51.100.9, but must be {IPV4} alone", told)
        self.web.dns.point(TURN)
        self.web.dns.point(ALIAS)
        self.assertEqual(self.web.timer().code, 0)
        self.assertEqual(self.web.orders, [[DOMAIN], [DOMAIN, TURN, ALIAS]])
        self.assertEqual(self.web.served_names(), sorted(names))

    def test_a_name_that_is_refused_keeps_no_other_from_a_certificate_and_is_ordered_again_after_a_pause(self) -> None:
        self.web.dns.point(TURN)
        self.web.refused_names = {TURN}
        told = self.warnings(self.web.step(names=[DOMAIN, TURN]))
        self.assertEqual(self.web.served_names(), [DOMAIN])
        self.assertIn(f"issues no certificate: no {TURN}; the certificate is not for {TURN}", told)
        self.web.timer()
        self.assertEqual(len(self.web.orders), 1)
        self.web.let_days_pass(0.1)
        self.web.refused_names = set()
        self.assertEqual((self.web.timer().code, self.web.served_names()), (0, [DOMAIN, TURN]))

    @each(
        (None, None, "A meet.example.org is missing (has no such record); it must be 192.0.2.1"),
        ("198.51.100.9", "2001:db8::1", "A meet.example.org is 198.51.100.9, but must be 192.0.2.1 alone"),
        ("192.0.2.1", "2001:db8::bad", "AAAA meet.example.org is 2001:db8::bad, but must be 2001:db8::1 alone"),
    )
    def test_orders_nothing_while_the_domain_leads_elsewhere(self, v4: str, v6: str, told: str) -> None:
        self.web.dns.point(DOMAIN, v4, v6)
        outcome = self.web.step()
        self.assertEqual((outcome.code, self.web.orders), (0, []))
        self.assertIn(told, self.warnings(outcome))
        self.assertIn("browsers do not trust the certificate", self.warnings(outcome))
        self.web.dns.point(DOMAIN)
        self.assertEqual((self.web.timer().code, self.web.orders), (0, [[DOMAIN]]))

    def test_orders_without_an_ipv6_record_and_tells_that_it_is_missing(self) -> None:
        self.web.dns.point(DOMAIN, IPV4, None)
        outcome = self.web.step()
        self.assertEqual(self.web.orders, [[DOMAIN]])
        self.assertIn("AAAA meet.example.org is missing", self.warnings(outcome))

    def test_fails_without_a_trusted_certificate_where_one_is_required(self) -> None:
        self.web.refusal = REFUSED
        outcome = self.web.step(required=True)
        self.assertEqual(outcome.code, 1)
        self.assertIn("Timeout during connect (likely firewall problem)", outcome.text)
        self.assertIn("requireCertificate is true", outcome.text)
        # A step does not wait as the timer does: the operator may have opened the port.
        self.web.refusal = None
        self.assertEqual(self.web.step(required=True).code, 0)

    def test_waits_between_orders_that_fail_and_longer_each_time(self) -> None:
        self.web.refusal = REFUSED
        told = self.warnings(self.web.step())
        self.assertIn("the ACME server issues no certificate: 192.0.2.1: Timeout during connect", told)
        attempts: list[float] = []
        for half_hour in range(16):
            before = len(self.web.commands.ran)
            self.web.timer()
            if any("certonly" in words for words in self.web.commands.ran[before:]):
                attempts.append(half_hour / 2)
            self.web.let_days_pass(1 / 48)
        self.assertEqual(attempts, [1, 3, 7])
        # The reason stays known between the attempts.
        self.assertIn("Timeout during connect", json.dumps(self.state()["problems"]))

    def test_tells_the_end_of_a_rate_limit_and_orders_nothing_before(self) -> None:
        self.web.refusal = RATE_LIMIT
        told = self.warnings(self.web.step())
        self.assertIn("refuses more orders until 2027-12-01 10:20 UTC (rate limit)", told)
        for try_again in (self.web.timer, self.web.step):
            self.web.let_days_pass(1)
            asked = len(self.web.commands.ran)
            try_again()
            self.assertEqual([words for words in self.web.commands.ran[asked:] if "certonly" in words], [])

    @each(
        ("refusal", "An unexpected error occurred:\nAccount https://acme.example/my-account/317d not found.\n"),
        ("logged_refusal", "urn:ietf:params:acme:error:accountDoesNotExist :: Nobody :: Account a not found."),
    )
    def test_makes_another_account_where_the_server_has_forgotten_this_one(self, how: str, said: str) -> None:
        folder = self.web.paths.letsencrypt / "accounts/acme.example/directory/abc"
        folder.mkdir(parents=True)
        run = self.web._certbot

        def certbot(words: tuple[str, ...]) -> Any:
            setattr(self.web, how, said if folder.exists() else None)
            return run(words)

        self.web.commands.answers[("env",)] = lambda words: certbot(words[2:])
        self.assertEqual((self.web.step().code, self.web.orders), (0, [[DOMAIN]]))

    def test_finds_the_answer_of_the_server_in_the_log_where_certbot_stumbles_over_it(self) -> None:
        limit = "too many certificates already issued, retry after 2020-12-01 10:20:30 UTC: see x"
        for answer in (f"rateLimited :: Too many :: {limit}", "caa :: CAA record for x :: CAA forbids it"):
            self.web.logged_refusal = f"urn:ietf:params:acme:error:{answer}"
            told = self.warnings(self.web.step())
        self.assertIn("the ACME server issues no certificate: CAA forbids it", told)
        # The log of an earlier run says nothing of this one.
        self.web.logged_refusal, self.web.refusal = None, "An unexpected error occurred:\nsomething else\n"
        self.assertIn("the ACME server issues no certificate: something else", self.warnings(self.web.step()))

    def test_tells_that_the_acme_server_is_down(self) -> None:
        self.web.acme_error = "curl: (7) Failed to connect to acme.example port 443: Connection refused"
        told = self.warnings(self.web.step())
        self.assertIn(f"the ACME server {DIRECTORY} cannot be reached: curl: (7) Failed to connect", told)
        self.assertEqual(self.web.orders, [])

    def test_refuses_a_profile_that_this_certbot_does_not_know(self) -> None:
        self.assertIn("certbot 2.1.0 knows no profiles", self.warnings(self.web.step(profile="shortlived")))

    def test_installs_certbot_on_a_host_that_is_older_than_this(self) -> None:
        self.web.packages = []
        self.assertEqual(self.web.step().code, 0)
        self.assertEqual(self.web.packages, ["certbot", "bind9-dnsutils"])


class Caa(CertificateCase):
    def test_tells_records_that_forbid_the_issuer_before_an_order(self) -> None:
        self.web.dns.records[("example.org", "CAA")] = ['0 issue "other.example"', '0 iodef "mailto:a@b.c"']
        told = self.warnings(self.web.step())
        self.assertIn("the CAA records of example.org allow other.example, but not ca.example", told)
        self.assertEqual(self.web.orders, [])

    def test_takes_the_name_of_the_issuer_from_the_settings_where_the_server_says_none(self) -> None:
        self.web.caa_identities = []
        self.web.dns.records[("example.org", "CAA")] = ['0 issue "other.example; validationmethods=http-01"']
        self.assertIn("but not ours.example", self.warnings(self.web.step(caaIssuer="ours.example")))
        self.assertEqual(self.web.step(caaIssuer="other.example").result["warnings"], [])

    def test_says_that_it_left_the_check_out_where_nobody_knows_the_name(self) -> None:
        self.web.caa_identities = []
        self.web.dns.records[("example.org", "CAA")] = ['0 issue ";"']
        outcome = self.web.step()
        self.assertIn("CAA records are not checked", outcome.text)
        self.assertEqual(self.web.orders, [[DOMAIN]])


class Copies(CertificateCase):
    BRIDGES = ({"nickname": "jvb-1", "address": "10.80.1.1"}, {"nickname": "jvb-2", "address": "10.80.1.2"},
               {"nickname": "jvb-3", "address": "10.80.1.3"})  # fmt: skip

    def step(self, **changes: Any) -> Outcome:
        return self.web.step(copies=list(self.BRIDGES), **changes)

    def test_a_new_web_host_takes_the_certificate_from_a_bridge_and_orders_none(self) -> None:
        self.step()
        served = self.web.shown[443]
        self.assertEqual(sorted(self.web.wire.copies), ["10.80.1.1", "10.80.1.2"])
        for _ in range(6):
            self.web.new_host()
            self.assertEqual(self.step().result["warnings"], [])
            self.assertEqual(self.web.shown[443], served)
        self.assertEqual(len(self.web.orders), 1)

    def test_nothing_of_the_key_is_readable_in_a_copy(self) -> None:
        self.step()
        key = (self.web.paths.meet / f"{DOMAIN}.key").read_bytes()
        for copy in self.web.wire.copies.values():
            self.assertNotIn(key.splitlines()[1], copy)
            self.assertNotIn(b"PRIVATE KEY", copy)

    def test_takes_the_newest_that_is_this_stacks(self) -> None:
        self.step()
        old = self.web.wire.copies["10.80.1.1"]
        self.web.let_days_pass(61)
        self.step()
        served = self.web.shown[443]
        self.web.wire.copies["10.80.1.1"] = old
        head, _, content = self.web.wire.copies["10.80.1.2"].partition(b"\n")
        newer = re.sub(rb'"made": (\d)', rb'"made": 9\1', head)
        self.web.wire.copies["10.80.1.3"] = newer + b"\n" + content
        self.web.new_host()
        self.step()
        self.assertEqual((self.web.shown[443], len(self.web.orders)), (served, 2))

    def test_uses_the_next_bridge_where_one_is_silent(self) -> None:
        self.web.wire.silent = {"10.80.1.1"}
        self.assertEqual(self.step().result["warnings"], [])
        self.assertEqual(sorted(self.web.wire.copies), ["10.80.1.2", "10.80.1.3"])

    def test_tells_that_fewer_than_two_keep_one(self) -> None:
        self.web.wire.silent = {"10.80.1.1", "10.80.1.3"}
        told = self.warnings(self.step())
        self.assertIn("fewer than two bridges keep a copy", told)
        self.assertIn("jvb-1: does not answer", told)

    def test_a_copy_of_another_stack_is_none(self) -> None:
        self.step()
        self.web.new_host()
        self.step(copyKey="anotherSecret")
        self.assertEqual(len(self.web.orders), 2)


class OtherKinds(CertificateCase):
    def test_self_signed_orders_nothing_and_is_no_problem(self) -> None:
        outcome = self.web.step(tls="self-signed")
        self.assertEqual((outcome.code, outcome.result["warnings"], self.web.orders), (0, [], []))

    def test_installs_an_own_certificate_and_changes_it_with_the_settings(self) -> None:
        for folder in ("one", "two"):
            self.web.authority.issue([DOMAIN], self.web.root / folder)
            own = {
                "key": (self.web.root / folder / "privkey.pem").read_text(),
                "chain": (self.web.root / folder / "fullchain.pem").read_text(),
            }
            outcome = self.web.step(tls="own", own=own)
            self.assertEqual((outcome.code, outcome.result["warnings"]), (0, []))
            self.assertEqual((self.web.paths.meet / f"{DOMAIN}.crt").read_text(), own["chain"])
            self.web.served_names()
        self.assertEqual(self.web.orders, [])
        self.assertNotIn("PRIVATE KEY", self.web.paths.certificate_settings.read_text())

    def test_trusts_the_root_at_the_end_of_an_own_chain(self) -> None:
        self.web.authority.issue([DOMAIN], self.web.root / "one")
        key, leaf = ((self.web.root / "one" / f"{name}.pem").read_text() for name in ("privkey", "fullchain"))
        root = self.web.authority.root.read_text()
        told = {}
        for chain in (leaf, leaf + root):
            told[chain] = self.warnings(self.web.step(tls="own", own={"key": key, "chain": chain}, authority=None))
        self.assertIn("browsers do not trust the certificate", told[leaf])
        self.assertEqual(told[leaf + root], "")
        self.web.step(tls="self-signed", authority=None)
        self.assertFalse(self.web.paths.acme_authority.exists())

    def test_the_timer_says_that_it_has_no_settings_yet(self) -> None:
        outcome = self.web.timer()
        self.assertEqual(outcome.code, 2)
        self.assertIn("is missing, so nobody knows which certificate this host is to have", outcome.text)


class Status(CertificateCase):
    def test_shows_the_days_of_every_certificate_and_what_is_wrong(self) -> None:
        self.web.commands.answers |= {("apt-get",): Ran(0), ("systemctl", "show"): Ran(0, "0\n")}
        self.web.paths.prosody.mkdir()
        self.web.authority.issue([f"auth.{DOMAIN}"], self.web.paths.prosody, 365)
        (self.web.paths.prosody / "fullchain.pem").rename(self.web.paths.prosody / f"auth.{DOMAIN}.crt")
        self.web.dns.point(ALIAS, None, None)
        self.web.step(names=[DOMAIN, ALIAS])
        facts = self.web.run("status", {"bridges": []}, "--stdin").result
        found = [(one["name"], one["daysLeft"], one["issuer"]) for one in facts["certificates"]]
        self.assertEqual(found, [(DOMAIN, 89, "CN = A CA"), (f"auth.{DOMAIN}", 364, "CN = A CA")])
        repair = rf"correct the records of {ALIAS} \(with dnsZone: pulumi refresh, then pulumi up\)"
        self.assertRegex(facts["certificateProblems"][0], f"A {ALIAS} is missing .*{repair}")


class Https(CertificateCase):
    SITE = (
        "server {\n    listen 80;\n    server_name meet.example.org;\n}\n"
        "server {\n    listen 443 ssl http2;\n    listen [::]:443 ssl http2;\n    server_name meet.example.org;\n"
        "    ssl_protocols TLSv1 TLSv1.2;\n    ssl_stapling on;\n    ssl_session_tickets on;\n"
        '    add_header Strict-Transport-Security "max-age=63072000" always;\n'
        "    location = /_unlock {\n"
        '        add_header Strict-Transport-Security "max-age=1; includeSubDomains";\n    }\n}\n'
    )

    def site(self) -> str:
        return (self.web.paths.nginx / "sites-available" / f"{DOMAIN}.conf").read_text()

    def test_tells_browsers_to_insist_on_https_only_with_a_certificate_that_they_trust(self) -> None:
        self.web.site_of_jitsi(self.SITE)
        self.web.acme_error = "curl: (7) Failed to connect to acme.example port 443: Connection refused"
        self.web.step()
        waiting = [line for line in self.site().splitlines() if "Strict-Transport" in line]
        self.assertEqual([line.strip()[0] for line in waiting], ["#", "#"])
        self.web.acme_error = None
        self.web.step()
        sent = [line.strip() for line in self.site().splitlines() if "Strict-Transport" in line]
        self.assertEqual([line.split()[0] for line in sent], ["add_header", "add_header"])

    def test_has_the_protocols_and_curves_of_today_and_no_ocsp(self) -> None:
        self.web.site_of_jitsi(self.SITE)
        self.web.step()
        site = self.site()
        curves = "ssl_ecdh_curve X25519:prime256v1:secp384r1;"
        for line in ("ssl_protocols TLSv1.2 TLSv1.3;", curves, "ssl_session_tickets off;"):
            self.assertEqual(site.count(line), 1, line)
        self.assertNotIn("stapling", site)
        # Those of the default server count for every name.
        self.assertIn("    listen 443 ssl http2 default_server;\n    listen [::]:443 ssl http2 default_server;\n", site)
        # The site of port 80 is as it was.
        self.assertTrue(site.startswith(self.SITE.partition("}\n")[0]))

    def test_takes_http3_back_which_older_versions_have_offered(self) -> None:
        self.web.site_of_jitsi(self.SITE)
        self.web.step()
        today = self.site()
        self.assertNotIn("quic", today)
        name = f"    server_name {DOMAIN};\n"
        encrypted = today.rindex(name) + len(name)
        offers = [
            "    add_header Alt-Svc 'h3=\":443\"; ma=86400';\n",
            "    listen [::]:443 quic reuseport;\n",
            "    listen 443 quic reuseport;\n",
        ]
        self.web.site_of_jitsi(today[:encrypted] + "".join(offers) + today[encrypted:])
        self.web.step()
        self.assertEqual(self.site(), today)

    def test_leaves_the_site_as_it_was_where_nginx_refuses_the_new_one(self) -> None:
        self.web.site_of_jitsi(self.SITE)
        self.web.commands.answers[("nginx", "-t")] = lambda words: Ran(0 if self.site() == self.SITE else 1)
        told = self.warnings(self.web.step())
        self.assertIn("nginx refuses the settings of HTTPS", told)
        self.assertEqual(self.site(), self.SITE)


class NamesSite(CertificateCase):
    def test_listens_where_jitsis_own_site_listens(self) -> None:
        self.web.site_of_jitsi(
            "server {\n listen 80;\n listen [::]:80;\n}\n"
            "server {\n listen 127.0.0.1:8443 ssl http2 proxy_protocol;\n}\n"
        )
        self.web.dns.point(ALIAS)
        self.web.step(names=[DOMAIN, ALIAS])
        text = (self.web.paths.nginx / "conf.d/jitsi-hetzner-names.conf").read_text()
        self.assertEqual(text.count(f"server_name {ALIAS};"), 2)
        for line in ("listen 80;", "listen [::]:80;", "listen 127.0.0.1:8443 ssl http2 proxy_protocol;"):
            self.assertEqual(text.count(line), 1, line)
        self.assertIn(f"return 301 https://{DOMAIN}$request_uri;", text)
