"""Where the TURN server relays to, while bridges come and go. coturn's database has the package's own schema."""

from .fake_bridge import FakeBridge
from .fake_turn import make_database, rows
from .test_policy import PolicyCase, declared

ADDRESSES = {"jvb-100": ["192.0.2.10", "2001:db8:10::1"], "jvb-101": ["192.0.2.11", "2001:db8:11::1"]}


class Peers(PolicyCase):
    """With the bridges jvb-100 and jvb-101."""

    def setUp(self) -> None:
        super().setUp()
        make_database(self.cluster.paths.turn_database)

    def declare(self, *bridges: FakeBridge) -> None:
        media = {one.nickname: ADDRESSES[one.nickname] for one in bridges}
        self.assertEqual(self.policy(*map(declared, bridges), media=media).code, 0)

    def expect(self, *bridges: FakeBridge) -> None:
        wanted = [("", address) for one in bridges for address in ADDRESSES[one.nickname]]
        found = rows(self.cluster.paths.turn_database, "SELECT realm, ip_range FROM allowed_peer_ip")
        self.assertEqual(sorted(found), sorted(wanted))

    def test_are_the_declared_bridges(self) -> None:
        self.declare(self.first)
        self.expect(self.first)
        self.declare(self.first, self.second)
        self.expect(self.first, self.second)

    def test_keep_a_bridge_that_is_leaving_until_its_drain_has_ended(self) -> None:
        self.declare(self.first, self.second)
        for bridge in (self.first, self.second):
            self.cluster.set_goal(bridge, "serving")
        self.declare(self.first)
        self.expect(self.first, self.second)
        self.assertEqual(self.cluster.drain(self.second).code, 0)
        self.expect(self.first)

    def test_keep_a_bridge_whose_drain_gives_up(self) -> None:
        self.declare(self.first, self.second)
        for bridge in (self.first, self.second):
            self.cluster.set_goal(bridge, "serving")
        self.cluster.set_policy(drainTimeoutSeconds=5)
        self.first.draining = True
        self.cluster.jicofo.welcome(self.first)
        self.cluster.participants.join(self.second, 1)
        self.assertEqual(self.cluster.drain(self.second).code, 1)
        self.expect(self.first, self.second)

    def test_forget_a_bridge_that_went_without_a_drain(self) -> None:
        self.declare(self.first, self.second)
        self.assertEqual(self.cluster.run("forget", {"nickname": "jvb-101"}).code, 0)
        self.expect(self.first)

    def test_forget_at_the_next_declaration_what_is_neither_declared_nor_registered(self) -> None:
        self.declare(self.first, self.second)
        self.declare(self.first)
        self.expect(self.first)

    def test_have_no_row_that_this_program_did_not_write(self) -> None:
        database = self.cluster.paths.turn_database
        rows(database, "INSERT INTO allowed_peer_ip VALUES ('meet.example.org', '10.80.0.2')")
        self.declare(self.first)
        self.expect(self.first)


class NoDatabase(PolicyCase):
    """Without coturn."""

    def test_are_remembered_for_the_time_when_there_is_one(self) -> None:
        self.policy(declared(self.first), media={"jvb-100": ADDRESSES["jvb-100"]})
        self.assertEqual((self.cluster.paths.turn_peers / "jvb-100").read_text(), "192.0.2.10 2001:db8:10::1\n")
