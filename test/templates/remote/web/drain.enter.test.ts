import { FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The real script against REST APIs on loopback: a bridge enters the cluster. */
describe("web/drain enter", () => {
  let cluster: FakeCluster;
  let first: FakeBridge;
  let second: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [first, second] = cluster.bridges as [FakeBridge, FakeBridge];
  });
  afterEach(() => cluster.end());

  it("puts a bridge into service and registers it", async () => {
    first.draining = true;
    const { code, text } = await cluster.drain(first, "enter");
    expect([code, text]).toEqual([0, expect.stringContaining("b0 is in service")]);
    expect(first.draining).toBe(false);
    expect(cluster.goals()).toEqual({ b0: "serving" });
  });

  it("forgets an entry with the same address: a drain that was skipped left it behind", async () => {
    cluster.setGoal(first, "serving");
    await second.takeAddressOf(first);
    await cluster.drain(second, "enter");
    expect(cluster.goals()).toEqual({ b1: "serving" });
  });

  it("starts a bridge again whose program a drain has ended", async () => {
    await first.stop();
    const { code } = await cluster.drain(first, "enter");
    expect(code).toBe(0);
    expect(first.asked).toContain("start");
  });

  it("waits for the end of a shutdown, which nobody can take back, and starts it then", async () => {
    first.ending = true;
    const { code } = await cluster.drain(first, "enter", {
      watch: (text) => {
        if (text.includes("to end its shutdown")) void first.stop();
      },
    });
    expect(code).toBe(0);
    expect(first.asked).toEqual(["start", "drain/disable"]);
  });

  it("says who is in the way where a shutdown does not end", async () => {
    first.ending = true;
    first.people = 4;
    const { code, text } = await cluster.drain(first, "enter");
    expect(code).toBe(1);
    expect(text).toContain("nobody can take back, and people are on it: 4");
  });

  it("fails when the bridge does not answer, with the reason", async () => {
    first.faults.set("/colibri/drain", 404);
    const { code, text } = await cluster.drain(first, "enter");
    expect(code).toBe(1);
    expect(text).toMatch(/b0 does not answer on \S+ \(.*error: 404/);
  });

  describe("with a bridge that is to be empty", () => {
    const enter = () => cluster.drain(first, "enter", { draining: true });
    beforeEach(() => {
      cluster.setPolicy({ drainTimeoutSeconds: 10 });
    });

    it("has people moved and keeps it, empty", async () => {
      first.people = 3;
      const { code } = await enter();
      expect([code, first.people, second.people]).toEqual([0, 0, 3]);
      // Not for a moment in service: people would come.
      expect(first.asked).toEqual(["drain/enable"]);
      expect(cluster.goals()).toEqual({ b0: "drained" });
    });

    it("fails when people stay, who are not cut off, and takes nobody else", async () => {
      first.people = 3;
      second.draining = true;
      const { code, text } = await enter();
      expect(code).toBe(1);
      expect(text).toContain("participants on b0 after 10 s: 3");
      expect([first.people, first.draining]).toEqual([3, true]);
    });

    it.each([
      { drainTimeoutSeconds: 5, forceDrain: true },
      { drainTimeoutSeconds: 0, forceDrain: false },
    ])("cuts nobody off and goes on with %j", async (policy) => {
      cluster.setPolicy(policy);
      first.people = 3;
      second.draining = true;
      const { code, text } = await enter();
      expect([code, first.people]).toEqual([0, 3]);
      expect(text).toContain("participants who are still on it: 3");
      expect(first.asked).toEqual(["drain/enable"]);
    });
  });
});
