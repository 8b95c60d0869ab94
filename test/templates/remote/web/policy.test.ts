import { declared, FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The real script against REST APIs on loopback: it restores declared bridges that a broken run left. */
describe("web/policy", () => {
  let cluster: FakeCluster;
  let first: FakeBridge;
  let second: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [first, second] = cluster.bridges as [FakeBridge, FakeBridge];
  });
  afterEach(() => cluster.end());

  const policy = (...bridges: object[]) =>
    cluster.run("web/policy", {
      POLICY: JSON.stringify({ bridges, drainTimeoutSeconds: 9, forceDrain: false }),
    });

  it("writes what drains have to know", async () => {
    expect((await policy(declared(first))).code).toBe(0);
    expect(cluster.policy()).toEqual({
      bridges: [declared(first)],
      drainTimeoutSeconds: 9,
      forceDrain: false,
    });
  });

  it("touches neither new bridges nor those that are as they should be, nor one that restarts", async () => {
    cluster.setGoal(second, "out");
    second.draining = true;
    expect((await policy(declared(first), declared(second))).code).toBe(0);
    expect([first.asked, second.asked]).toEqual([[], []]);
  });

  it("puts a declared bridge back into service that a broken run left leaving", async () => {
    cluster.setGoal(first, "leaving");
    first.draining = true;
    expect((await policy(declared(first))).code).toBe(0);
    expect([first.draining, cluster.goals()]).toEqual([false, { b0: "serving" }]);
  });

  it("starts one again that had left already", async () => {
    cluster.setGoal(first, "left");
    await first.stop();
    expect((await policy(declared(first))).code).toBe(0);
    expect(first.asked).toEqual(["start", "drain/disable"]);
  });

  it("takes one out of service again that is to be empty", async () => {
    cluster.setGoal(first, "serving");
    expect((await policy(declared(first, true))).code).toBe(0);
    expect([first.draining, cluster.goals()]).toEqual([true, { b0: "drained" }]);
  });

  it("fails, and names no other, when one cannot be put back", async () => {
    for (const bridge of cluster.bridges) cluster.setGoal(bridge, "leaving");
    first.faults.set("/colibri/drain/disable", 404);
    const { code, text } = await policy(declared(first), declared(second));
    expect(code).toBe(1);
    expect(text).toContain("drain mode of b0 cannot be switched off");
    expect(text).toContain("cannot be put back: 1");
    expect(cluster.goals()).toEqual({ b0: "leaving", b1: "serving" });
  });

  it("ends a drain that still runs on a bridge that is declared again", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 1800 });
    first.people = 3;
    second.draining = true;
    let outcome: ReturnType<typeof policy> | undefined;
    const drain = cluster.drain(first, "drain", {
      fast: false,
      watch: (text) => {
        if (text.includes("participants left")) outcome ??= policy(declared(first));
      },
    });
    expect((await drain).code).toBe(129);
    expect((await outcome)?.code).toBe(0);
    expect([first.draining, cluster.goals()]).toEqual([false, { b0: "serving" }]);
  });

  it("does not end the bridge's own step, which begins in the same moment", async () => {
    cluster.setGoal(first, "serving");
    first.people = 3;
    second.draining = true;
    const bridges = [declared(first, true)];
    const POLICY = JSON.stringify({ bridges, drainTimeoutSeconds: 20, forceDrain: false });
    let own: ReturnType<typeof cluster.drain> | undefined;
    const { code } = await cluster.run("web/policy", { POLICY }, undefined, {
      fast: false,
      stub: 'info() { printf "%s\\n" "$*"; [[ $* != *"putting it right" ]] || sleep 1; }\n',
      watch: (text) => {
        if (!text.includes("putting it right")) return;
        own ??= cluster.drain(first, "enter", { draining: true, fast: false });
      },
    });
    first.people = 0;
    expect([code, (await own)?.code]).toEqual([0, 0]);
    expect([first.draining, cluster.goals()]).toEqual([true, { b0: "drained" }]);
  });

  it("refuses what is no policy", async () => {
    const { code, text } = await cluster.run("web/policy", { POLICY: '{"bridges":[]}' });
    expect([code, text]).toEqual([1, expect.stringContaining("POLICY is no policy")]);
  });
});
