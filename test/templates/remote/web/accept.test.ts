import { declared, FakeCluster, type FakeBridge } from "./fakeCluster";

jest.setTimeout(120_000);

/** The real script against REST APIs on loopback: all bridges are as declared, and the others stop taking people. */
describe("web/accept", () => {
  let cluster: FakeCluster;
  let first: FakeBridge;
  let second: FakeBridge;

  beforeEach(async () => {
    cluster = await FakeCluster.with(2);
    [first, second] = cluster.bridges as [FakeBridge, FakeBridge];
  });
  afterEach(() => cluster.end());

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
    expect(text).toContain("b0 (jvb-100): ready, not draining; b1 (jvb-101): draining, not ready");
  });

  it("leaves a bridge that does not answer to its drain, and forgets one that has left", async () => {
    await second.stop();
    second.people = 12;
    expect((await accept(declared(first))).text).toContain(
      "its drain examines it later; participants on it, as jicofo counts: 12",
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
    expect(text).toMatch(/jicofo does not answer .*; it is unknown .*, so nothing is removed/);
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
