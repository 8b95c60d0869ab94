import { FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The real script against REST APIs that behave, and that do not. */
describe("web/drain", () => {
  let cluster: FakeCluster;
  let leaving: FakeBridge;
  let staying: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [leaving, staying] = cluster.bridges as [FakeBridge, FakeBridge];
    cluster.setPolicy({ drainTimeoutSeconds: 40 });
  });
  afterEach(() => cluster.end());

  const drain = () => cluster.drain(leaving, "drain");
  const shutdown = 'shutdown { "graceful-shutdown": "true" }';

  it("has people moved, then shuts the bridge down", async () => {
    leaving.people = 7;
    const { code, text } = await drain();
    expect(text).toContain("jicofo moves people to other bridges: 7");
    expect([code, staying.people]).toEqual([0, 7]);
    expect(leaving.asked).toEqual(["drain/enable", shutdown]);
    expect(cluster.goals()).toEqual({ b0: "left" });
  });

  it("waits for people whom no other bridge can take", async () => {
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await cluster.drain(leaving, "drain", {
      watch: (seen) => {
        if (seen.includes("30 of 40 s")) leaving.people = 0;
      },
    });
    expect(text).toContain("no other bridge can take people from b0; they are waited for");
    expect(text).toContain("participants left: 3 (30 of 40 s)");
    expect(code).toBe(0);
  });

  it("puts the bridge back into service when the time is over, and fails with what to do", async () => {
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await drain();
    expect(code).toBe(1);
    expect(text).toMatch(/failed on .*: participants on b0 after 40 s: 3; it goes back/);
    expect(text).toContain("pulumi config set forceDrain true");
    expect(leaving.asked).toEqual(["drain/enable", "drain/disable"]);
    expect(cluster.goals()).toEqual({ b0: "serving" });
  });

  it("goes at the end of the time with forceDrain, and says how many are cut off", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 5, forceDrain: true });
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await drain();
    expect(code).toBe(0);
    expect(text).toContain("forceDrain, after 5 s: participants cut off on b0: 3");
    // At once: an empty server that jicofo still counts on would leave these three without another bridge.
    expect(leaving.asked).toEqual(["drain/enable", 'shutdown { "graceful-shutdown": "false" }']);
    expect(text).not.toContain("does not end");
  });

  it("is ended at once with forceDrain where somebody came in the last moment", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 5, forceDrain: true });
    leaving.comesLate = 2;
    staying.draining = true;
    const { code, text } = await drain();
    expect(code).toBe(0);
    expect(text).toContain("forceDrain, after 5 s: participants cut off on b0: 2");
    expect(leaving.asked).toEqual([
      "drain/enable",
      shutdown,
      'shutdown { "graceful-shutdown": "false" }',
    ]);
    expect(cluster.goals()).toEqual({ b0: "left" });
  });

  it("goes at once with a timeout of 0, and says how many are cut off", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 0 });
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await drain();
    expect(code).toBe(0);
    expect(text).toContain("drainTimeout is 0: participants cut off on b0: 3");
  });

  it("has those moved who can be, also with a timeout of 0", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 0 });
    leaving.people = 3;
    const { text } = await drain();
    expect(text).not.toContain("cut off");
    expect(staying.people).toBe(3);
  });

  it("fails without a policy, before it touches the bridge", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: undefined });
    const { code, text } = await drain();
    expect(code).toBe(1);
    expect(text).toContain("pulumi up writes it");
    expect(leaving.asked).toEqual([]);
  });

  describe.each([
    ["hang", "timed out"],
    ["reset", "reply from server"],
    [404, "error: 404"],
  ] as const)("with a REST call that ends in %s", (fault, words) => {
    it("fails when drain mode cannot be switched on, and leaves the bridge in service", async () => {
      leaving.faults.set("/colibri/drain/enable", fault);
      leaving.people = 3;
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toContain("drain mode of b0 cannot be switched on");
      expect(text).toContain(words);
      expect(leaving.draining).toBe(false);
    });

    it("fails when nobody can say how many are left, and puts the bridge back", async () => {
      cluster.setPolicy({ drainTimeoutSeconds: 1800 });
      leaving.faults.set("/metrics", fault);
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toMatch(new RegExp(`does not say how many people are on it: .*${words}`));
      expect(leaving.draining).toBe(false);
    });

    it("says that jicofo cannot move people, and waits for them", async () => {
      cluster.jicofoFaults.set("/move-endpoints/move-fraction", fault);
      leaving.people = 3;
      const { code, text } = await drain();
      expect(text).toMatch(new RegExp(`jicofo could not move people off b0 \\(.*${words}`));
      expect(text).toContain("participants on b0 after 40 s: 3");
      expect(code).toBe(1);
    });

    it("fails when the program takes no shutdown, and puts the bridge back", async () => {
      leaving.faults.set("/colibri/shutdown", fault);
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toContain("b0 takes no graceful shutdown");
      expect(text).toContain(words);
      expect(leaving.draining).toBe(false);
    });

    it("cannot tell a bridge whose REST API fails from a busy one, and removes nothing", async () => {
      leaving.faults.set("/colibri/drain", fault);
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toMatch(new RegExp(`people may be on it, but its REST API fails: .*${words}`));
      expect(text).toContain("npm run drain:skip -- b0");
    });
  });

  it("does not take a drain that was accepted and not obeyed for one", async () => {
    leaving.obeys = false;
    const { code, text } = await drain();
    expect([code, text]).toEqual([1, expect.stringContaining("cannot be switched on")]);
  });

  it("lets a dead bridge go: jicofo finds it not operational", async () => {
    await leaving.stop();
    cluster.seen.set(leaving, { operational: false });
    const { code, text } = await drain();
    expect([code, text]).toEqual([0, expect.stringContaining("b0 is dead")]);
  });

  it("lets a frozen bridge go, whose REST API takes connections and never answers", async () => {
    leaving.freeze();
    cluster.seen.set(leaving, { operational: false });
    const { code, text } = await drain();
    expect([code, text]).toEqual([0, expect.stringContaining("b0 is dead")]);
  });

  it("lets a bridge go that jicofo does not know any more", async () => {
    await leaving.stop();
    cluster.seen.set(leaving, { gone: true });
    const { code, text } = await drain();
    expect([code, text]).toEqual([0, expect.stringContaining("b0 is gone")]);
  });

  it("lets a bridge go that dies while it is emptied, once jicofo has no participants on it", async () => {
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await cluster.drain(leaving, "drain", {
      watch: (seen) => {
        if (seen.includes("participants left") && !cluster.seen.has(leaving)) {
          cluster.seen.set(leaving, { operational: false });
          void leaving.stop();
        }
        if (seen.includes("30 of 40 s")) leaving.people = 0;
      },
    });
    expect(text).toContain("b0 does not answer: participants are counted by jicofo");
    expect(text).toMatch(/participants left: 3 \(30 of 40 s/);
    expect([code, text]).toEqual([0, expect.stringContaining("jicofo has no participants on it")]);
  });

  describe("a bridge that is dead to REST and jicofo, and carries participants by its public address", () => {
    beforeEach(async () => {
      await leaving.stop();
      cluster.seen.set(leaving, { operational: false });
      leaving.people = 12;
    });

    it("goes once jicofo has moved them", async () => {
      const { code, text } = await drain();
      expect(text).toContain("jicofo moves people to other bridges: 12");
      expect([code, leaving.people, staying.people]).toEqual([0, 0, 12]);
      expect(text).toContain("b0 does not answer, and jicofo has no participants on it");
    });

    it("stays when they cannot be moved, and the time is over", async () => {
      staying.draining = true;
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toContain("participants on b0 after 40 s: 12; it does not answer and stays");
      expect(cluster.goals()).toEqual({});
    });

    it.each([
      ["forceDrain, after 5 s", { drainTimeoutSeconds: 5, forceDrain: true }],
      ["drainTimeout is 0", { drainTimeoutSeconds: 0 }],
    ])(
      "goes where that is wanted, and the drain says how many are cut off: %s",
      async (reason, policy) => {
        cluster.setPolicy(policy);
        staying.draining = true;
        const { code, text } = await drain();
        expect([code, text]).toEqual([
          0,
          expect.stringContaining(`${reason}: participants cut off on b0: 12`),
        ]);
        expect(text).not.toMatch(/nobody is on it|is empty|no participants/);
      },
    );

    it("is drained as any other when it answers again", async () => {
      staying.draining = true;
      const { code } = await cluster.drain(leaving, "drain", {
        watch: (seen) => {
          if (!seen.includes("participants left: 12 (0 of 40 s") || !staying.draining) return;
          staying.draining = false;
          cluster.seen.delete(leaving);
          void leaving.start();
        },
      });
      expect([code, staying.people]).toEqual([0, 12]);
      expect(leaving.asked).toEqual(["drain/enable", shutdown]);
    });
  });

  describe("whose private address another server has by now", () => {
    beforeEach(async () => {
      cluster.seen.set(leaving, { gone: true });
      await staying.takeAddressOf(leaving);
      staying.people = 5;
      cluster.setGoal(staying, "serving");
    });

    it("asks nothing of that server's bridge, and leaves its entry alone", async () => {
      const { code, text } = await drain();
      expect([code, text]).toEqual([0, expect.stringContaining("b0 is gone")]);
      expect([staying.asked, staying.draining, staying.people]).toEqual([[], false, 5]);
      expect(cluster.goals()).toEqual({ b0: "left", b1: "serving" });
    });

    it("fails with the bridge's name where jicofo still finds the old one operational", async () => {
      cluster.seen.delete(leaving);
      const { code, text } = await drain();
      expect(code).toBe(1);
      expect(text).toContain("belongs to another bridge now: jvb-101, not jvb-100");
      expect(staying.asked).toEqual([]);
    });

    it("does not close that server's connection to prosody for a dead bridge's", async () => {
      cluster.seen.set(leaving, { operational: false });
      const { code, text } = await cluster.drain(leaving, "drain", {
        stub: 'ss() { info "closes a connection: $*"; }\n',
      });
      expect([code, text]).toEqual([0, expect.not.stringContaining("closes a connection")]);
    });
  });

  it("fails when the bridge is silent and jicofo is down: nobody can tell", async () => {
    await leaving.stop();
    await cluster.stopJicofo();
    const { code, text } = await drain();
    expect(code).toBe(1);
    expect(text).toContain("jicofo does not answer, so it is unknown whether b0 has participants");
  });

  it("does not take a silent bridge for gone where jicofo is not logged in, and lists none", async () => {
    await leaving.stop();
    for (const bridge of cluster.bridges) cluster.seen.set(bridge, { gone: true });
    const stub = "focus_session() { echo 'Result: logged out'; }\n";
    const { code, text } = await cluster.drain(leaving, "drain", { stub });
    expect(code).toBe(1);
    expect(text).toContain("jicofo is not logged in to prosody");
    expect(text).not.toContain("b0 is gone");
  });

  it("does not begin while jicofo is down, which cannot move participants then", async () => {
    await cluster.stopJicofo();
    leaving.people = 3;
    const { code, text } = await drain();
    expect(code).toBe(1);
    expect(text).toMatch(/jicofo does not answer on \S+ \(.*\); .*, so b0 stays in service/);
    expect(text).toContain("npm run repair -- web");
    expect(leaving.asked).toEqual([]);
  });

  it("waits for participants where jicofo goes away meanwhile", async () => {
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await cluster.drain(leaving, "drain", {
      watch: (seen) => {
        if (seen.includes("participants left")) void cluster.stopJicofo();
        if (seen.includes("jicofo cannot be asked to move people")) leaving.people = 0;
      },
    });
    expect([code, text]).toEqual([0, expect.stringContaining("b0 is empty")]);
  });

  it("ends a drain that was interrupted, which leaves the bridge to the new one", async () => {
    leaving.people = 3;
    staying.draining = true;
    const second = new Promise<Awaited<ReturnType<typeof drain>>>((resolve) => {
      void cluster.drain(leaving, "drain", {
        fast: false,
        watch: (seen, child) => {
          if (!seen.includes("participants left") || child.stdout?.isPaused()) return;
          child.stdout?.pause();
          leaving.people = 0;
          resolve(drain());
        },
      });
    });
    const { code, text } = await second;
    expect(text).toMatch(/ending a step on b0 that was interrupted \(process \d+\)/);
    expect(code).toBe(0);
    expect(leaving.asked).toEqual(["drain/enable", "drain/enable", shutdown]);
  });

  it("says how to end a long drain on the web host; ended so, it fails and the bridge is back in service", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 1800 });
    leaving.people = 3;
    staying.draining = true;
    let ended = false;
    const { code, text } = await cluster.drain(leaving, "drain", {
      watch: (seen) => {
        const [, pid] =
          /participants left: 3 .*; to end this step, on \S+: kill (\d+)\n/.exec(seen) ?? [];
        if (pid === undefined || ended) return;
        ended = true;
        process.kill(Number(pid), "SIGTERM");
      },
    });
    expect(code).toBe(1);
    expect(text).toMatch(/web\/drain failed on \S+: a signal ended this step on the host/);
    expect(text).toMatch(/What to do: pulumi up\n[^]*b0 is back in service/);
    expect(leaving.asked).toEqual(["drain/enable", "drain/disable"]);
    expect(cluster.goals()).toMatchObject({ b0: "serving" });
  });

  it("does not say how to end a drain that is short", async () => {
    cluster.setPolicy({ drainTimeoutSeconds: 60 });
    leaving.people = 3;
    staying.draining = true;
    const { code, text } = await drain();
    expect([code, text]).toEqual([
      1,
      expect.stringContaining("participants left: 3 (0 of 60 s)\n"),
    ]);
  });
});
