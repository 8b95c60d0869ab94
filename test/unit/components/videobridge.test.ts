import type { ClusterChange } from "./support/cluster";
import { deploy, type Cluster } from "./support/threeBridges";
import { withoutDigest } from "./support/step";
import { deployUsual } from "./support/cluster";
import type { Registered } from "./support/mockEngine";
import { command, find } from "./support/registered";
import { stepValues } from "./support/step";

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

  it("restarts bridge after bridge: out, restart, in, and only then the next one", () => {
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

  it("drains no new bridge, and runs nothing when one leaves", () => {
    const commands = ["out", "apply", "in"].map((role) => {
      const { create, delete: end } = three.step(`jitsi-jvb-1-${role}`).inputs;
      return [role, withoutDigest(create), end];
    });
    expect(commands).toEqual([
      ["out", undefined, undefined],
      ["apply", "jitsi-hetzner jvb/apply --code DIGEST # jitsi-jvb-1-apply", undefined],
      ["in", "jitsi-hetzner restart-end --code DIGEST --new-bridge # jitsi-jvb-1-in", undefined],
    ]);
    const { update } = three.step("jitsi-jvb-1-out").inputs;
    expect(withoutDigest(update)).toBe(
      "jitsi-hetzner restart-begin --code DIGEST # jitsi-jvb-1-out",
    );
    expect(withoutDigest(three.step("jitsi-jvb-1-in").inputs.update)).toBe(
      "jitsi-hetzner restart-end --code DIGEST # jitsi-jvb-1-in",
    );
  });

  it("has no digest of code in a drain's texts, which its delete shares", () => {
    const { create, delete: end, stdin } = three.step("jitsi-jvb-1-drain").inputs;
    expect([create, end]).toEqual([
      "jitsi-hetzner serve # jitsi-jvb-1-drain",
      "jitsi-hetzner drain # jitsi-jvb-1-drain",
    ]);
    expect(Object.keys(JSON.parse(stdin as string) as object).sort()).toEqual([
      "bridge",
      "draining",
      "version",
    ]);
  });

  it("restarts no replaced server, which starts with its settings", () => {
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
  ])("%s changes the steps of every restart", async (_, change) => {
    const changed = await deploy(change);
    const differ = three.resources.filter(({ type, name, inputs }) => {
      const after = changed.resources.find((one) => one.type === type && one.name === name);
      return after !== undefined && JSON.stringify(after.inputs) !== JSON.stringify(inputs);
    });
    const restart = (i: number) =>
      ["apply", "files", "in", "out"].map((role) => `jitsi-jvb-${i}-${role}`);
    expect(differ.map(({ name }) => name).sort()).toEqual([0, 1, 2].flatMap(restart));
  });

  it("drainTimeout restarts no bridge", async () => {
    const changed = await deploy({ drainTimeoutSeconds: 7 });
    const differ = three.resources.filter(({ type, name, inputs }) => {
      const after = changed.resources.find((one) => one.type === type && one.name === name);
      return JSON.stringify(after?.inputs) !== JSON.stringify(inputs);
    });
    expect(differ.map(({ name }) => name)).toEqual(["jitsi-policy"]);
  });
});

describe("a bridge's way into service and out of it", () => {
  let two: Registered[];
  beforeAll(async () => {
    two = await deployUsual();
  });

  it("drains a bridge by a delete that runs on the web host", () => {
    const drain = command(two, "jitsi-jvb-1-drain");
    const server = find(two, "hcloud:index/server:Server", "jitsi-jvb-1");
    expect(drain.inputs).toMatchObject({
      create: "jitsi-hetzner serve # jitsi-jvb-1-drain",
      delete: "jitsi-hetzner drain # jitsi-jvb-1-drain",
    });
    expect(drain.inputs.connection).toEqual(command(two, "jitsi-web-configure").inputs.connection);
    expect(drain.inputs.update).toBeUndefined();
    expect(drain.inputs.triggers).toHaveLength(1);
    expect(drain.dependencies).toContain(`hcloud:index/server:Server ${server.name}`);
    expect(drain.deleteBeforeReplace).toBe(true);
    expect(drain.deletedWith).toBe("jitsi-web");
  });

  it("takes a bridge's network and names away only after its drain", () => {
    const { dependencies } = command(two, "jitsi-jvb-1-drain");
    expect(dependencies).toEqual(
      expect.arrayContaining([
        "hcloud:index/serverNetwork:ServerNetwork jitsi-jvb-1-network",
        "hcloud:index/zoneRrset:ZoneRrset jitsi-jvb-1-dns-ipv4",
        "hcloud:index/zoneRrset:ZoneRrset jitsi-jvb-1-dns-ipv6",
        "command:remote:Command jitsi-jvb-1-files",
      ]),
    );
  });

  it("drains leaving bridges side by side: no drain waits for a step of another bridge", () => {
    const byName = new Map(two.map((one) => [`${one.type} ${one.name}`, one.dependencies]));
    const needs = new Set<string>();
    const collect = (names: readonly string[]): void => {
      for (const name of names.filter((one) => !needs.has(one))) {
        needs.add(name);
        collect(byName.get(name) ?? []);
      }
    };
    collect(command(two, "jitsi-jvb-1-drain").dependencies);
    expect([...needs].filter((name) => name.includes("jitsi-jvb-0"))).toEqual([]);
    expect([...needs]).toContain("command:remote:Command jitsi-jvb-1-ready");
  });

  it("gives a bridge the heap that suits the server it has", async () => {
    const heapOf = (resources: readonly Registered[]): string | undefined =>
      stepValues(command(resources, "jitsi-jvb-0-files")).HEAP_MB;
    expect(heapOf(two)).toBe("3072");
    const small = await deployUsual({ jvbServerType: "cpx11" });
    expect(heapOf(small)).toBe("1024");
    const asked = await deployUsual({ bridgeHeapMb: 9000 });
    expect(heapOf(asked)).toBe("9000");
  });
});
