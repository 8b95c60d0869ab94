import type { ClusterChange } from "./support/cluster";
import { deploy, type Cluster } from "./support/threeBridges";
import { withoutDigest } from "./support/step";

jest.setTimeout(60_000);

describe("a changed setting that needs a restart", () => {
  let three: Cluster;
  beforeAll(async () => {
    three = await deploy();
  });

  it("is written to all bridges side by side", () => {
    for (const i of [0, 1, 2]) {
      const needs = three.needs(three.step(`jitsi-jvb-${i}-files`));
      expect(
        needs.filter((name) => name.includes("-jvb-") && !name.includes(`-jvb-${i}-`)),
      ).toEqual([]);
    }
  });

  it("takes effect in turn: out, restart, in, and only then the next bridge's", () => {
    for (const i of [0, 1, 2]) {
      const needs = (role: string) => three.needs(three.step(`jitsi-jvb-${i}-${role}`));
      expect(needs("out").includes(`jitsi-jvb-${i - 1}-in`)).toBe(i > 0);
      expect(needs("apply")).toContain(`jitsi-jvb-${i}-out`);
      expect(needs("in")).toContain(`jitsi-jvb-${i}-apply`);
    }
  });

  it("runs out and in on the web host, where jicofo is, and the restart on the bridge", () => {
    const web = three.step("jitsi-web-configure").inputs.connection;
    const bridge = three.step("jitsi-jvb-1-files").inputs.connection;
    expect(three.step("jitsi-jvb-1-out").inputs.connection).toEqual(web);
    expect(three.step("jitsi-jvb-1-apply").inputs.connection).toEqual(bridge);
    expect(three.step("jitsi-jvb-1-in").inputs.connection).toEqual(web);
  });

  it("empties no new bridge, and runs nothing when one leaves", () => {
    const commands = ["out", "apply", "in"].map((role) => {
      const { create, delete: end } = three.step(`jitsi-jvb-1-${role}`).inputs;
      return [role, withoutDigest(create), end];
    });
    expect(commands).toEqual([
      ["out", undefined, undefined],
      ["apply", "jitsi-hetzner jvb/apply --code DIGEST # jitsi-jvb-1-apply", undefined],
      ["in", "jitsi-hetzner web/in --code DIGEST create # jitsi-jvb-1-in", undefined],
    ]);
  });

  it("takes no turn for a replaced server, which has its settings from its start", () => {
    for (const role of ["out", "apply", "in"]) {
      expect(three.step(`jitsi-jvb-1-${role}`).inputs.triggers).toHaveLength(1);
    }
  });

  it("lets drains depend on no other bridge, so that the engine runs them side by side", () => {
    for (const i of [0, 1, 2]) {
      const needs = three.needs(three.step(`jitsi-jvb-${i}-drain`));
      expect(
        needs.filter((name) => name.includes("-jvb-") && !name.includes(`-jvb-${i}-`)),
      ).toEqual([]);
      expect(three.needs(three.step(`jitsi-jvb-${i}-out`))).toContain(`jitsi-jvb-${i}-drain`);
    }
  });

  it.each<[string, ClusterChange]>([
    ["bridgeHeapMb", { bridgeHeapMb: 4096 }],
    ["jvbSecretVersion", { jvbSecretVersion: 2 }],
  ])("%s changes the steps of every turn", async (_, change) => {
    const changed = await deploy(change);
    const differ = three.resources.filter(({ type, name, inputs }) => {
      const after = changed.resources.find((one) => one.type === type && one.name === name);
      return after !== undefined && JSON.stringify(after.inputs) !== JSON.stringify(inputs);
    });
    const turn = (i: number) =>
      ["apply", "files", "in", "out"].map((role) => `jitsi-jvb-${i}-${role}`);
    expect(differ.map(({ name }) => name).sort()).toEqual([0, 1, 2].flatMap(turn));
  });

  it("drainTimeout is no reason for a turn", async () => {
    const changed = await deploy({ drainTimeoutSeconds: 7 });
    const differ = three.resources.filter(({ type, name, inputs }) => {
      const after = changed.resources.find((one) => one.type === type && one.name === name);
      return JSON.stringify(after?.inputs) !== JSON.stringify(inputs);
    });
    expect(differ.map(({ name }) => name)).toEqual(["jitsi-policy"]);
  });
});
