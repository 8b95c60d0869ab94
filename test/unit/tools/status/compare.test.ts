import { compare, type ClusterFacts } from "../../../../tools/status/compare";
import { report } from "../../../../tools/status/report";
import type { Health, SeenBridge, TurnFacts, WebFacts } from "../../../../remote/program/contract";
import { cloudServer, declaring, health, healthy, jicofo, web } from "./support";

const differences = (facts: ClusterFacts): readonly string[] => {
  const status = compare(facts);
  expect(status.verdict).toBe(status.differences.length > 0 ? "different" : "equal");
  return status.differences;
};

const withBridge = (state: Partial<SeenBridge>): ClusterFacts => ({
  ...healthy,
  web: web(jicofo({ "jvb-11": {}, "jvb-12": state })),
});

const servers = (change: (ids: string[]) => string[]): ClusterFacts["cloud"] => ({
  facts: change(["10", "11", "12"]).map((id) => cloudServer(id, `server-${id}`)),
});

describe("the status of a cluster", () => {
  it("is equal when all that is declared is there, works, and nothing else is", () => {
    const status = compare(healthy);
    expect(status).toMatchObject({
      verdict: "equal",
      differences: [],
      unknown: [],
      counts: { declared: 2, joined: 2, operational: 2, draining: 0 },
    });
    expect(status.bridges[0]).toEqual({
      name: "jvb-0",
      nickname: "jvb-11",
      expected: "in service",
      joined: true,
      operational: true,
      draining: false,
      stress: 0.12,
      participants: 7,
      version: "2.3.307",
      conferences: 2,
    });
  });

  it("shows it in four tables", () => {
    expect(report(compare(healthy))).toMatchInlineSnapshot(`
      "meet.example.test (stack production): as declared

      HOST   SERVER         TYPE  LOCATION  STATUS   IPV4        IPV6              PRIVATE
      web    jitsi-web-a    cx23  fsn1      running  192.0.2.10  2001:db8:10::/64  10.80.1.10
      jvb-0  jitsi-jvb-0-b  cx23  fsn1      running  192.0.2.11  2001:db8:11::/64  10.80.1.11
      jvb-1  jitsi-jvb-1-c  cx23  fsn1      running  192.0.2.12  2001:db8:12::/64  10.80.1.12

      BRIDGE  NICKNAME  EXPECTED    SEEN        STRESS  CONFERENCES  PARTICIPANTS  VERSION
      jvb-0   jvb-11    in service  in service  0.12    2            7             2.3.307
      jvb-1   jvb-12    in service  in service  0.12    -            7             2.3.307
      bridges: 2 declared, 2 in jicofo's list, 2 operational, 0 draining

      FIREWALL              OWNER       HOSTS         RULES  MISSING  NOT DECLARED
      jitsi-firewall-web-a  this stack  web           4      0        0
      jitsi-firewall-jvb-b  this stack  jvb-0, jvb-1  3      0        0

      PACKAGE  VERSION
      jicofo   1.0-1189-1"
    `);
  });

  it.each<[string, Partial<SeenBridge>, string]>([
    ["is not operational", { operational: false }, "is not operational: npm run repair -- 1"],
    ["is not healthy", { healthy: false }, "reports that it is not healthy: npm run repair -- 1"],
    [
      "drains, unasked",
      { draining: true },
      "takes no new conferences, but drainingBridges does not name it: npm run repair -- 1",
    ],
    [
      "shuts down",
      { ending: true },
      "is shutting down, but not because of a step of this program: npm run repair -- 1",
    ],
  ])("differs when a bridge %s", (_, state, reason) => {
    expect(differences(withBridge(state))).toEqual([`jvb-1 (jvb-12) ${reason}`]);
  });

  it("differs where jicofo is not logged in, and blames no bridge", () => {
    const jicofoProblem = "jicofo is not logged in to prosody, so it knows no bridge";
    const facts = { ...healthy, web: web(jicofo({}), undefined, { jicofoProblem }) };
    expect(differences(facts)).toEqual([`${jicofoProblem}: npm run repair -- web`]);
    expect(compare(facts).counts.joined).toBeNull();
  });

  it("notes an expired certificate, which is no difference", () => {
    const expiredCertificates = ["auth.a.test (notAfter=Nov 20 12:00:00 2026 GMT)"];
    const facts = {
      ...healthy,
      web: web(jicofo({ "jvb-11": {}, "jvb-12": {} }), undefined, { expiredCertificates }),
    };
    expect(compare(facts)).toMatchObject({ verdict: "equal", differences: [] });
    expect(report(compare(facts))).toMatch(
      /\n\nNotes:\n.*auth\.a\.test .* has expired; you do not have to do anything$/,
    );
  });

  it("is the same, in the same order, in whatever order the sources answer", () => {
    const bridges = { "jvb-11": { operational: false }, "jvb-12": { healthy: false }, "jvb-9": {} };
    const given: ClusterFacts = {
      ...healthy,
      cloud: { facts: ["10", "11", "31", "4"].map((id) => cloudServer(id, `server-${id}`)) },
      firewalls: { facts: [] },
      web: web(jicofo({ ...bridges, "jvb-100": {} })),
    };
    const { state, cloud, web: seen } = given;
    const reversed: ClusterFacts = {
      ...given,
      state: {
        ...state,
        servers: [...state.servers].reverse(),
        firewalls: [...state.firewalls].reverse(),
        bridgeOutputs: [...state.bridgeOutputs].reverse(),
      },
      cloud: "facts" in cloud ? { facts: [...cloud.facts].reverse() } : cloud,
      web: web(jicofo(Object.fromEntries(Object.entries({ ...bridges, "jvb-100": {} }).reverse()))),
    };
    expect(seen).not.toEqual(reversed.web);
    expect(compare(reversed)).toEqual(compare(given));
    expect(differences(given).map((text) => text.split(" ").slice(0, 3).join(" "))).toEqual([
      "jvb-1's server 12",
      "server server-4 (4)",
      "server server-31 (31)",
      "jvb-0 (jvb-11) is",
      "jicofo lists jvb-9,",
      "jicofo lists jvb-100,",
      "the jvb firewall",
      "the web firewall",
    ]);
  });

  it("differs when the reverse DNS of an address was changed", () => {
    const reverseNames = [{ address: "192.0.2.12", name: "other.example.net" }];
    const facts = [
      cloudServer("10", "a"),
      cloudServer("11", "b"),
      { ...cloudServer("12", "c"), reverseNames },
    ];
    expect(differences({ ...healthy, cloud: { facts } })).toEqual([
      "the reverse DNS of jvb-1's address 192.0.2.12 is other.example.net, but should be jvb-1.meet.example.test: pulumi refresh, then pulumi up",
    ]);
  });

  describe("of a TURN server", () => {
    const on: TurnFacts = {
      wanted: true,
      offeredSince: 1_796_000_000,
      relays: 3,
      waitsFor: "",
      problem: "",
    };
    const withTurn = (turn: WebFacts["turn"]) =>
      compare({
        ...healthy,
        web: web(jicofo({ "jvb-11": {}, "jvb-12": {} }), undefined, { turn }),
      });

    it("says since when browsers learn of it, and how many use it", () => {
      expect(report(withTurn(on))).toContain(
        "\n\nTURN server: offered to browsers since 2026-11-30T00:53:20.000Z; relays in use: 3\n\n",
      );
      expect(withTurn(on)).toMatchObject({ verdict: "equal", notes: [], turn: on });
    });

    it("notes what it waits for, which is no difference", () => {
      const waiting = { ...on, offeredSince: null, relays: 0, waitsFor: "there is no certificate" };
      expect(withTurn(waiting)).toMatchObject({
        verdict: "equal",
        notes: [expect.stringContaining("no TURN server, because there is no certificate;")],
      });
      expect(report(withTurn(waiting))).toContain("\n\nTURN server: off\n\n");
    });

    it("differs when it does not work", () => {
      expect(withTurn({ ...on, problem: "coturn does not run" })).toMatchObject({
        verdict: "different",
        differences: ["coturn does not run: on the web host: jitsi-hetzner turn-server --apply"],
      });
    });
  });

  it("differs when a bridge is not in jicofo's list", () => {
    const facts = { ...healthy, web: web(jicofo({ "jvb-11": {} })) };
    expect(differences(facts)).toEqual([
      "jvb-1 (jvb-12) is not in jicofo's list: npm run repair -- 1",
    ]);
    expect(compare(facts).counts).toMatchObject({ declared: 2, joined: 1 });
  });

  it("differs when jicofo lists a bridge that nobody knows", () => {
    const list = jicofo({ "jvb-11": {}, "jvb-12": {}, "jvb-99": {} });
    const facts = { ...healthy, web: web(list) };
    expect(differences(facts)).toEqual([
      "jicofo lists jvb-99, which is not a bridge of this stack, and may send participants there: find out whose it is",
    ]);
    expect(compare(facts).bridges[2]).toMatchObject({ name: null, expected: "gone", joined: true });
  });

  it("tells a bridge that prosody has not missed yet from one that takes people", () => {
    const list = jicofo({ "jvb-11": {}, "jvb-12": {}, "jvb-9": { operational: false } });
    expect(differences({ ...healthy, web: web(list) })).toEqual([
      "jicofo lists jvb-9, which is not a bridge of this stack, and it does not work: jicofo forgets a bridge that crashed after some minutes",
    ]);
  });

  it("expects a bridge of drainingBridges to be empty, and there", () => {
    const draining = declaring({ drainingBridges: "[1]" });
    const told = "jvb-1 (jvb-12) takes participants, but drainingBridges names it";
    expect(differences(draining)).toEqual([`${told}: npm run repair -- 1`]);
    const undeployed = { facts: ["drainingBridges is changed, but not deployed: pulumi up"] };
    expect(differences({ ...draining, undeployed })).toEqual([
      ...undeployed.facts,
      `${told}: pulumi up`,
    ]);
    expect(differences({ ...draining, web: withBridge({ draining: true }).web })).toEqual([]);
  });

  it("differs when a bridge is declared that was never made", () => {
    const facts = declaring({ jvbCount: "3" });
    expect(differences(facts)).toEqual(["jvb-2 is declared, but has no server: pulumi up"]);
    expect(compare(facts).hosts.at(-1)).toMatchObject({ name: "jvb-2", id: null, declared: true });
  });

  it("differs when a bridge is there that is not declared", () => {
    expect(differences(declaring({ jvbCount: "1" }))).toEqual([
      "jvb-1's server jitsi-jvb-1-c is not declared, but still exists: pulumi up",
      "jvb-1 (jvb-12) is not declared, but jicofo still lists it: pulumi up",
    ]);
  });

  it("differs while the server that a new one has replaced is still there", () => {
    const old = { name: "jvb-1", id: "9", isLeaving: true };
    const state = { ...healthy.state, servers: [...healthy.state.servers, old] };
    const facts = { ...healthy, state, cloud: servers((ids) => [...ids, "9"]) };
    expect(differences(facts)).toEqual([
      "jvb-1's server server-9 is not declared, but still exists: pulumi up",
    ]);
  });

  it("differs when Hetzner has no such server any more", () => {
    const facts = { ...healthy, cloud: servers((ids) => ids.slice(0, 2)) };
    expect(differences(facts)).toEqual([
      "jvb-1's server 12 does not exist at Hetzner any more: pulumi refresh, then pulumi up",
    ]);
  });

  it("tells a server that has lost its labels from one that is gone", () => {
    const bare = { ...cloudServer("12", "c"), isLabelled: false };
    const facts = [cloudServer("10", "a"), cloudServer("11", "b"), bare];
    expect(differences({ ...healthy, cloud: { facts } })).toEqual([
      "jvb-1's server c has lost this stack's labels: pulumi refresh, then pulumi up",
    ]);
  });

  it("tells a web host whose address was taken off", () => {
    const bare = { ...cloudServer("10", "a"), ipv4: null };
    const facts = [bare, cloudServer("11", "b"), cloudServer("12", "c")];
    expect(differences({ ...healthy, cloud: { facts } })).toEqual([
      "web's server a has no public IPv4 address: pulumi preview  # says how to get it back",
    ]);
  });

  it("has one remedy for a server that is gone or off: its bridge is not told twice", () => {
    const list = web(jicofo({ "jvb-11": {} }), { "jvb-11": 2, "jvb-12": null });
    const gone = { ...healthy, web: list, cloud: servers((ids) => ids.slice(0, 2)) };
    expect(differences(gone)).toEqual([
      "jvb-1's server 12 does not exist at Hetzner any more: pulumi refresh, then pulumi up",
    ]);
    const off = { ...cloudServer("12", "c"), status: "off" };
    const facts = [cloudServer("10", "a"), cloudServer("11", "b"), off];
    expect(differences({ ...healthy, web: list, cloud: { facts } })).toEqual([
      "jvb-1's server c is off, but should be running: pulumi up",
    ]);
  });

  it("has one remedy for a server outside of the private network, which no repair of the host is", () => {
    const list = web(jicofo({ "jvb-11": {} }), { "jvb-11": 2, "jvb-12": null });
    const detached = { ...cloudServer("12", "c"), privateIp: null };
    const cloud = { facts: [cloudServer("10", "a"), cloudServer("11", "b"), detached] };
    const stateOf = (privateIp?: string) => ({
      ...healthy.state,
      servers: healthy.state.servers.map((one) =>
        one.name === "jvb-1" ? { ...one, privateIp } : one,
      ),
    });
    expect(differences({ ...healthy, state: stateOf("10.80.1.2"), web: list, cloud })).toEqual([
      "jvb-1's server c is not in the private network: pulumi refresh, then pulumi up",
    ]);
    // After the refresh, the state does not contain the attachment.
    expect(differences({ ...healthy, state: stateOf(), web: list, cloud })).toEqual([
      "jvb-1's server c is not in the private network: pulumi up",
    ]);
  });

  it("knows the bridges of existing machines, which have no server", () => {
    const node = {
      name: "berlin",
      host: "203.0.113.7",
      role: "jvb",
      user: "root",
      port: 22,
      hostKey: "ssh-ed25519 AAAA",
      adopt: false,
      draining: false,
    } as const;
    const nickname = "node-berlin-0a1b2c";
    const declared = { ...healthy.declared, nodes: [node] };
    const state = {
      ...healthy.state,
      bridgeOutputs: [...healthy.state.bridgeOutputs, { name: "berlin", nickname }],
    };
    const all = { "jvb-11": {}, "jvb-12": {}, [nickname]: {} };
    const facts = { ...healthy, declared, state };
    const works = web(jicofo(all), { "jvb-11": 2, "jvb-12": 0, [nickname]: 1 });
    expect(compare({ ...facts, web: works })).toMatchObject({
      differences: [],
      counts: { declared: 3, joined: 3 },
    });
    const cut = web(jicofo(all), { "jvb-11": 2, "jvb-12": 0, [nickname]: null });
    expect(compare({ ...facts, web: cut }).differences).toEqual([
      `berlin (${nickname}) does not answer at its REST API: on the web host: systemctl status jitsi-hetzner-forward@${nickname}; then: npm run repair -- berlin`,
    ]);
    const gone = { ...facts, declared: healthy.declared, web: works };
    expect(compare(gone).differences).toEqual([
      `berlin (${nickname}) is not declared, but jicofo still lists it: pulumi up`,
    ]);
    const notYet = { ...healthy, declared, web: web(jicofo({ "jvb-11": {}, "jvb-12": {} })) };
    expect(compare(notYet).differences).toEqual([
      "berlin (never made) is not in jicofo's list: pulumi up",
    ]);
  });

  it("differs when a bridge's REST API is silent, though jicofo takes it for healthy", () => {
    const list = jicofo({ "jvb-11": {}, "jvb-12": {} });
    expect(differences({ ...healthy, web: web(list, { "jvb-11": 2, "jvb-12": null }) })).toEqual([
      "jvb-1 (jvb-12) does not answer at its REST API: npm run repair -- 1",
    ]);
    const silent = web(null, { "jvb-11": 2, "jvb-12": null });
    expect(compare({ ...healthy, web: silent })).toMatchObject({
      verdict: "different",
      differences: ["jvb-1 (jvb-12) does not answer at its REST API: npm run repair -- 1"],
      unknown: [expect.stringContaining("jicofo does not answer") as string],
    });
  });

  it("differs when a setting is changed, but not deployed", () => {
    const undeployed = { facts: ["timezone is changed, but not deployed: pulumi up"] };
    expect(differences({ ...healthy, undeployed })).toEqual(undeployed.facts);
  });

  it("differs when a server does not run", () => {
    const facts = [{ ...cloudServer("10", "jitsi-web-a"), status: "off" }];
    const cloud = { facts: [...facts, cloudServer("11", "b"), cloudServer("12", "c")] };
    expect(differences({ ...healthy, cloud })).toEqual([
      "web's server jitsi-web-a is off, but should be running: pulumi up",
    ]);
  });

  it("differs when a server has the stack's labels that its state does not know", () => {
    const facts = { ...healthy, cloud: servers((ids) => [...ids, "13"]) };
    expect(differences(facts)).toEqual([
      "server server-13 (13) carries this stack's labels, but is not in its state: npm run doctor",
    ]);
  });

  it("expects the web host's own bridge by the name that the last `up` gave it", () => {
    const declared = declaring({ jvbCount: "0" });
    const only = { ...healthy.state, servers: healthy.state.servers.slice(0, 1) };
    const facts = {
      ...declared,
      state: { ...only, bridgeOutputs: [{ name: "local", nickname: "jvb-local" }] },
      cloud: servers((ids) => ids.slice(0, 1)),
      web: web(jicofo({ "jvb-local": {} })),
    };
    expect(differences(facts)).toEqual([]);
    expect(differences({ ...facts, web: web(jicofo({})) })).toEqual([
      "local (jvb-local) is not in jicofo's list: npm run repair -- web",
    ]);
    expect(differences({ ...facts, state: { ...only, bridgeOutputs: [] } })).toEqual([
      "local (never made) is not in jicofo's list: pulumi up",
      expect.stringContaining("jicofo lists jvb-local, which is not a bridge of this stack"),
    ]);
  });
});

describe("a status of which not all can be asked", () => {
  const silent = { problem: "it does not answer" };

  it("is unknown without Hetzner's API", () => {
    const status = compare({ ...healthy, cloud: silent });
    expect(status).toMatchObject({
      verdict: "unknown",
      differences: [],
      unknown: ["Hetzner's API: it does not answer"],
    });
    expect(status.hosts).toHaveLength(3);
    expect(status.hosts[0]).toMatchObject({ name: "web", id: "10", status: null });
  });

  it("is unknown without the stack's history, and without the list of firewalls", () => {
    expect(compare({ ...healthy, undeployed: silent, firewalls: silent })).toMatchObject({
      verdict: "unknown",
      differences: [],
      unknown: ["Hetzner's API: it does not answer", "the stack's history: it does not answer"],
      firewalls: [],
    });
    expect(compare({ ...healthy, cloud: silent, firewalls: silent }).unknown).toHaveLength(1);
  });

  it("is unknown without the web host, and takes no bridge for missing", () => {
    expect(compare({ ...healthy, web: silent })).toMatchObject({
      verdict: "unknown",
      differences: [],
      unknown: ["the web host: it does not answer"],
      counts: { declared: 2, joined: null, operational: null, draining: null },
      bridges: [{ joined: null }, { joined: null }],
      versions: null,
    });
  });

  it("is unknown without jicofo", () => {
    const status = compare({ ...healthy, web: web(null) });
    expect(status).toMatchObject({ verdict: "unknown", versions: { jicofo: "1.0-1189-1" } });
    expect(status.unknown).toEqual(["jicofo does not answer: npm run repair -- web"]);
  });

  it("differs where something is known to differ, whoever else is silent", () => {
    const facts = declaring({ jvbCount: "1" });
    expect(compare({ ...facts, web: silent }).verdict).toBe("different");
  });

  describe("with a web host whose services want something", () => {
    const withHealth = (change: Partial<Health>): ClusterFacts => {
      const list = jicofo({ "jvb-11": {}, "jvb-12": {} });
      return { ...healthy, web: web(list, {}, { health: { ...health, ...change } }) };
    };

    it("names a service that has failed as a difference", () => {
      expect(differences(withHealth({ failed: ["nginx"] }))).toEqual([
        "nginx on the web host has failed: journalctl -u nginx -n 50 there; then: systemctl reset-failed nginx && systemctl start nginx",
      ]);
    });

    it.each([
      ["stopped", ""],
      ["disabled", " after the next boot"],
    ])("names the hosts on which the watch is %s, with the repair", (fault, when) => {
      const list = jicofo({ "jvb-11": {}, "jvb-12": {} });
      const told = { watchFault: fault, watchFaults: { "jvb-12": fault } };
      expect(differences({ ...healthy, web: web(list, undefined, told) })).toEqual([
        `jitsi-hetzner-watch.timer is ${fault} on the web host, so nobody ends what hangs there${when}: npm run repair -- web`,
        `jitsi-hetzner-watch.timer is ${fault} on jvb-1, so nobody ends what hangs there${when}: npm run repair -- 1`,
      ]);
    });

    it("shows upgrades that wait and what the watch did, which are no difference", () => {
      const waiting = [{ package: "prosody", installed: "13.0.1-1", candidate: "13.0.1-2" }];
      const watch = ["2026-11-29T15:00:00Z nginx is full"];
      const status = compare(withHealth({ waiting, outdated: ["nginx"], watch }));
      expect(status.verdict).toBe("equal");
      expect(report(status)).toContain(
        [
          "Waits for you (docs/upgrade.md):",
          "  prosody 13.0.1-1 -> 13.0.1-2",
          "  nginx still runs with files that an upgrade has replaced",
          "",
          "The watch on the web host (newest last):",
          "  2026-11-29T15:00:00Z nginx is full",
        ].join("\n"),
      );
    });
  });
});
