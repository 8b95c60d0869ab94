import { FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The steps on the web host around a bridge's restart, against REST APIs on loopback. */
describe("a bridge's turn", () => {
  let cluster: FakeCluster;
  let bridge: FakeBridge;
  let other: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [bridge, other] = cluster.bridges as [FakeBridge, FakeBridge];
    cluster.setPolicy({ drainTimeoutSeconds: 40 });
    cluster.setGoal(bridge, "serving");
    await back("old", "create");
  });
  afterEach(() => cluster.end());

  const values = (hash: string) => ({
    NAME: bridge.name,
    NICKNAME: bridge.nickname,
    REST_ADDRESS: bridge.address,
    SETTINGS_HASH: hash,
    FORMER_HASH: "former",
  });
  const out = (hash: string) => cluster.run("web/out", values(hash));
  const back = (hash: string, argument: "create" | "update" = "update") =>
    cluster.run("web/in", { ...values(hash), TURN: "7" }, argument);

  it("begins with its people moved to others", async () => {
    bridge.people = 7;
    const { code, text } = await out("new");
    expect(text).toContain("jicofo moves people to other bridges: 7");
    expect(text).toContain("b0 is empty, and it is out of service for its restart");
    expect([code, bridge.people, other.people, bridge.draining]).toEqual([0, 0, 7, true]);
    expect(cluster.goals()).toEqual({ b0: "out" });
  });

  it("ends when jicofo sends people to it again", async () => {
    await out("new");
    const { code, text } = await back("new");
    expect([code, bridge.draining]).toEqual([0, false]);
    expect(text).toMatch(/b0 was out of service for \d+ s/);
    expect(cluster.goals()).toEqual({ b0: "serving" });
  });

  it("is not taken where the bridge runs with its settings, whatever else has changed", async () => {
    bridge.people = 3;
    const { code, text } = await out("old");
    expect([code, bridge.asked]).toEqual([0, []]);
    // The turn of then: nothing for the steps that have it in their values.
    expect(text.trim().split("\n")).toEqual(["web/out: b0 runs with its settings", "7"]);
  });

  describe("with the settings that it has, while jicofo cannot use it", () => {
    it.each([
      ["not operational", { operational: false }],
      ["not healthy", { healthy: false }],
      ["not in its list", { gone: true }],
    ])("asks for a restart, whatever the bridge says itself: %s", async (state, seen) => {
      cluster.seen.set(bridge, seen);
      const { code, text } = await out("old");
      expect(text).toContain(`jicofo cannot use b0 (${state}): it restarts`);
      expect(text.trim().split("\n").at(-1)).toMatch(/^\d{19}-restart$/);
      expect([code, bridge.draining, cluster.goals()]).toEqual([0, true, { b0: "out" }]);
    });

    it("gives jicofo time to find it again, and leaves it alone then", async () => {
      cluster.seen.set(bridge, { operational: false });
      const { text } = await cluster.run("web/out", values("old"), undefined, {
        watch: (seen) => {
          if (seen.includes("still waiting for jicofo to find b0")) cluster.seen.delete(bridge);
        },
      });
      expect([text, bridge.asked]).toEqual([expect.stringContaining("runs with its settings"), []]);
    });

    it("does not blame the bridge where jicofo does not answer", async () => {
      await cluster.stopJicofo();
      const { code, text } = await out("old");
      expect([code, bridge.asked]).toEqual([0, []]);
      expect(text).toContain("b0 runs with its settings");
    });
  });

  it("is not taken for settings that the program before noted by its own hash of them", async () => {
    await back("former", "create");
    bridge.people = 3;
    expect((await out("new")).text).toContain("b0 runs with its settings");
    await back("new");
    expect((await out("new")).text).toContain("b0 runs with its settings");
    expect([bridge.asked, bridge.people]).toEqual([[], 3]);
  });

  it("is another one each time, so that the steps after it run", async () => {
    const turn = async () => (await out("new")).text.trim().split("\n").at(-1);
    const [first, second] = [await turn(), await turn()];
    expect(first).toMatch(/^\d{19}$/);
    expect(second).not.toBe(first);
  });

  it("is taken for settings that went back while the bridge was out", async () => {
    await out("new");
    expect((await out("old")).text).toContain("out of service for its restart");
    await back("old");
    expect(cluster.goals()).toEqual({ b0: "serving" });
  });

  it("gives up when people stay, and puts the bridge back with what to do", async () => {
    bridge.people = 3;
    other.draining = true;
    const { code, text } = await out("new");
    expect(code).toBe(1);
    expect(text).toMatch(
      /failed on .*: participants on b0 after 40 s: 3; it goes back into service/,
    );
    expect(text).toContain("pulumi config set forceDrain true");
    expect([bridge.draining, cluster.goals()]).toEqual([false, { b0: "serving" }]);
  });

  it.each([
    ["forceDrain, after 5 s", { drainTimeoutSeconds: 5, forceDrain: true }],
    ["drainTimeout is 0", { drainTimeoutSeconds: 0 }],
  ])("goes on where that is wanted, and says who is cut off: %s", async (reason, policy) => {
    cluster.setPolicy(policy);
    bridge.people = 3;
    other.draining = true;
    const { code, text } = await out("new");
    expect([code, bridge.draining]).toEqual([0, true]);
    expect(text).toContain(`${reason}: participants cut off by the restart of b0: 3`);
  });

  it("is for a dead bridge too, once jicofo has moved its participants: its restart may help", async () => {
    await bridge.stop();
    bridge.people = 12;
    cluster.seen.set(bridge, { operational: false });
    const { code, text } = await out("new");
    expect([code, other.people, cluster.goals()]).toEqual([0, 12, { b0: "out" }]);
    expect(text).toContain("b0 does not answer, and jicofo has no participants on it");
  });

  it("is not taken by a dead bridge whose participants cannot be moved", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 5 });
    await bridge.stop();
    bridge.people = 12;
    other.draining = true;
    cluster.seen.set(bridge, { operational: false });
    const { code, text } = await out("new");
    expect([code, cluster.goals()]).toEqual([1, { b0: "serving" }]);
    expect(text).toContain("participants on b0 after 5 s: 12; it does not answer and is not");
  });

  it("is not taken while jicofo is down, which cannot move participants then", async () => {
    await cluster.stopJicofo();
    bridge.people = 3;
    const { code, text } = await out("new");
    expect(code).toBe(1);
    expect(text).toMatch(
      /jicofo does not answer on .*, so b0 stays in service, with its old settings/,
    );
    expect([bridge.asked, cluster.goals()]).toEqual([[], { b0: "serving" }]);
  });

  it("is not taken when nobody can tell whether people are on the bridge", async () => {
    bridge.faults.set("/colibri/drain", 404);
    const { code, text } = await out("new");
    expect(code).toBe(1);
    expect(text).toContain("jicofo finds b0 operational, so people may be on it");
    expect(cluster.goals()).toEqual({ b0: "serving" });
  });

  it("leaves a bridge empty that is to be empty", async () => {
    cluster.setGoal(bridge, "drained");
    await out("new");
    bridge.draining = false;
    bridge.people = 2;
    const { code } = await back("new");
    expect([code, bridge.draining, other.people]).toEqual([0, true, 2]);
    expect(cluster.goals()).toEqual({ b0: "drained" });
  });

  it("does not end as long as jicofo sends nobody to the bridge", async () => {
    await out("new");
    cluster.seen.set(bridge, { operational: false });
    const { code, text } = await back("new");
    expect(code).toBe(1);
    expect(text).toContain("jicofo sends nobody to b0 after 20 s (dead)");
  });
});
