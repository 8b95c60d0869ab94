"""The verb names: the wait until the records are right."""

from typing import Any

from .case import Case
from .fake_cluster import Outcome
from .fake_web import DOMAIN, IPV4, IPV6, FakeWeb


class Names(Case):
    def setUp(self) -> None:
        self.web = FakeWeb()
        self.addCleanup(self.web.close)

    def step(self, timeout: int = 300, **changes: Any) -> Outcome:
        names = [{"name": DOMAIN, "ipv4": IPV4, "ipv6": IPV6}]
        return self.web.run("names", {"names": names, "resolver": None, "timeoutSeconds": timeout, **changes})

    def test_ends_at_once_where_all_records_are_right(self) -> None:
        outcome = self.step()
        self.assertEqual((outcome.code, self.web.clock.now()), (0, 0))
        self.assertIn(f"the records are right: {DOMAIN}", outcome.text)

    def test_waits_until_they_are_made_and_shows_that_it_waits(self) -> None:
        self.web.dns.point(DOMAIN, None, None)
        self.web.clock.after(100, lambda: self.web.dns.point(DOMAIN))
        outcome = self.step()
        self.assertEqual((outcome.code, self.web.clock.now()), (0, 100))
        self.assertIn("still waiting for the records of the web host's names (15 of 300 s)", outcome.text)

    def test_says_at_the_end_what_is_missing_what_was_found_and_who_answered_and_succeeds(self) -> None:
        self.web.dns.point(DOMAIN, "198.51.100.9", None)
        outcome = self.step(timeout=60)
        self.assertEqual((outcome.code, self.web.clock.now()), (0, 60))
        asked = "(asked: ns1.example.org, the resolver)"
        self.assertIn(f"WARNING: A {DOMAIN} is 198.51.100.9, but must be {IPV4} alone {asked}", outcome.text)
        self.assertIn(
            f"WARNING: AAAA {DOMAIN} is missing (has no such record); it must be {IPV6} {asked}", outcome.text
        )
        self.assertIn("2 records were not right after 60 s", outcome.text)

    def test_looks_once_with_a_timeout_of_nothing(self) -> None:
        self.web.dns.silent = True
        outcome = self.step(timeout=0)
        self.assertEqual((outcome.code, self.web.clock.now()), (0, 0))
        self.assertIn(f"A {DOMAIN} cannot be looked up (does not answer)", outcome.text)

    def test_asks_the_zones_own_servers_and_the_resolver_of_the_settings(self) -> None:
        self.step(resolver="192.0.2.53")
        questions = {(words[1], words[words.index("-t") + 1]) for words in self.web.dns.asked if "A" in words}
        self.assertEqual(questions, {("@192.0.2.53", "A"), ("@ns1.example.org", "A")})

    def test_asks_past_the_hosts_own_resolver_which_answers_from_its_hosts_file(self) -> None:
        (self.web.root / "resolv").write_text("# a comment\nnameserver 192.0.2.54\nnameserver 192.0.2.55\n")
        self.step()
        self.assertIn("@192.0.2.54", {words[1] for words in self.web.dns.asked})

    def test_takes_an_ipv6_address_in_any_form(self) -> None:
        self.web.dns.point(DOMAIN, IPV4, "2001:0db8:0:0::0001")
        self.assertIn("the records are right", self.step().text)

    def test_installs_dig_on_a_host_that_is_older_than_this(self) -> None:
        self.web.packages = []
        self.assertEqual((self.step().code, self.web.packages), (0, ["bind9-dnsutils"]))
