import { FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The real scripts against REST APIs on loopback: which bridges take people, and who puts that right. */
describe("a bridge's service", () => {
  let cluster: FakeCluster;
  let first: FakeBridge;
  let second: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [first, second] = cluster.bridges as [FakeBridge, FakeBridge];
  });
  afterEach(() => cluster.end());

  const declared = (bridge: FakeBridge, draining = false) => ({
    name: bridge.name,
    nickname: bridge.nickname,
    draining,
  });

  describe("web/drain enter", () => {
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

  describe("web/policy", () => {
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

  describe("web/accept", () => {
    const https = "https_answers() { :; }\n";
    const accept = (...bridges: object[]) =>
      cluster.run("web/accept", { DOMAIN: "a.test", BRIDGES: JSON.stringify(bridges) }, undefined, {
        stub: https,
      });

    beforeEach(() => {
      cluster.setGoal(first, "serving");
      cluster.setGoal(second, "serving");
    });

    it("has all leaving bridges stop taking people, once the declared ones are there", async () => {
      const { code, text } = await accept(declared(first));
      expect(code).toBe(0);
      expect(text).toContain(`bridges that are leaving: ${second.nickname}`);
      expect([first.draining, second.draining]).toEqual([false, true]);
      expect(cluster.goals()).toEqual({ b0: "serving", b1: "leaving" });
    });

    it("takes no bridge out of service while a declared one is missing", async () => {
      cluster.seen.set(first, { operational: false });
      const { code, text } = await accept(declared(first));
      expect(code).toBe(1);
      expect(text).toContain(`b0 (${first.nickname}): not operational, not ready`);
      expect(second.asked).toEqual([]);
    });

    it("wants a bridge that is to be empty to be draining, and no other", async () => {
      second.draining = true;
      expect((await accept(declared(first), declared(second, true))).code).toBe(0);
      const { code, text } = await accept(declared(first, true), declared(second));
      expect(code).toBe(1);
      expect(text).toContain(
        "b0 (jvb-100): ready, not draining; b1 (jvb-101): draining, not ready",
      );
    });

    it("leaves a bridge that does not answer to its drain, and forgets one that has left", async () => {
      await second.stop();
      second.people = 12;
      expect((await accept(declared(first))).text).toContain(
        "participants that jicofo has on it: 12; its drain looks closer",
      );
      expect(cluster.goals()).toEqual({ b0: "serving", b1: "leaving" });
      cluster.setGoal(second, "left");
      await accept(declared(first));
      expect(cluster.goals()).toEqual({ b0: "serving" });
    });

    it("forgets a bridge that was removed without a drain", async () => {
      await second.stop();
      cluster.seen.set(second, { gone: true });
      expect((await accept(declared(first))).text).toContain("jicofo does not list it");
      expect(cluster.goals()).toEqual({ b0: "serving" });
    });

    it("removes nothing when jicofo is down, and says so soon", async () => {
      await cluster.stopJicofo();
      const { code, text } = await accept(declared(first));
      expect(code).toBe(1);
      expect(text).toMatch(/jicofo does not answer .*; nobody can tell .*, so nothing is removed/);
      expect(text).toContain("npm run repair -- web");
    });

    it.each([
      ["prosody, where it is down", "prosody does not answer on port 5222 of the web host"],
      ["jicofo, where it is not logged in", "jicofo is not logged in to prosody"],
    ])("names %s, and no bridge", async (what, problem) => {
      cluster.seen.set(first, { gone: true });
      cluster.seen.set(second, { gone: true });
      const isDown = what.startsWith("prosody");
      if (isDown) await cluster.stopProsody();
      const values = { DOMAIN: "a.test", BRIDGES: JSON.stringify([declared(first)]) };
      const loggedOut = "focus_session() { echo 'Result: logged out'; }\n";
      const stub = https + (isDown ? "" : loggedOut);
      const { code, text } = await cluster.run("web/accept", values, undefined, { stub });
      expect(code).toBe(1);
      expect(text).toContain(problem);
      expect(text).toContain("npm run repair -- web");
      expect(text).not.toContain("b0");
    });
  });
});
