import type { ClusterChange } from "./support/cluster";
import { deploy, type Cluster } from "./support/threeBridges";
import { withoutDigest } from "./support/step";
import { deployUsual } from "./support/cluster";
import type { Registered } from "./support/mockEngine";
import { command, find } from "./support/registered";
import { stepInput, stepValues } from "./support/step";

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

  it("restarts bridge after bridge by one step on the web host, where jicofo is, in the order of the bridges", () => {
    const restart = three.step("jitsi-restart");
    expect(restart.inputs.connection).toEqual(three.step("jitsi-web-configure").inputs.connection);
    const { bridges } = stepInput(restart, "restart");
    expect(bridges.map(({ name }) => name)).toEqual(["jvb-0", "jvb-1", "jvb-2"]);
    for (const { name, nickname, address, settingsHash, formerHash } of bridges) {
      const { bridge } = stepInput(three.step(`jitsi-${name}-drain`), "drain");
      expect({ name, nickname, address }).toEqual(bridge);
      const values = stepValues(three.step(`jitsi-${name}-files`));
      expect([settingsHash, formerHash]).toEqual([values.SETTINGS_HASH, values.FORMER_HASH]);
    }
  });

  it("restarts when all settings are written and all bridges are in service, and before the acceptance", () => {
    expect(three.needs(three.step("jitsi-restart"))).toEqual(
      expect.arrayContaining(
        ["jvb-0-drain", "jvb-1-drain", "jvb-2-drain", "policy", "web-jicofo"].map(
          (name) => `jitsi-${name}`,
        ),
      ),
    );
    expect(three.needs(three.step("jitsi-acceptance"))).toContain("jitsi-restart");
  });

  it("does the same when it is created as when it changes, and nothing when it goes", () => {
    const { create, update, delete: end, triggers } = three.step("jitsi-restart").inputs;
    expect([withoutDigest(create), update, end, triggers]).toEqual([
      "jitsi-hetzner restart --code DIGEST # jitsi-restart",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is noted in the text of the step that writes it, which a preview reads, by hashes alone", () => {
    const { inputs } = three.step("jitsi-jvb-1-files");
    const { SETTINGS_HASH = "", FORMER_HASH = "" } = stepValues(three.step("jitsi-jvb-1-files"));
    expect(withoutDigest(inputs.create)).toBe(
      `jitsi-hetzner jvb/files --code DIGEST # jitsi-jvb-1-files settings ${SETTINGS_HASH.slice(0, 16)} or ${FORMER_HASH.slice(0, 16)}`,
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

  it("lets drains depend on no other bridge, so that the engine runs them side by side", () => {
    for (const i of [0, 1, 2]) {
      const needs = three.needs(three.step(`jitsi-jvb-${i}-drain`));
      expect(
        needs.filter((name) => name.includes("-jvb-") && !name.includes(`-jvb-${i}-`)),
      ).toEqual([]);
    }
  });

  it.each<[string, ClusterChange]>([
    ["bridgeHeapMb", { bridgeHeapMb: 4096 }],
    ["jvbSecretVersion", { jvbSecretVersion: 2 }],
  ])("%s changes the files of every bridge, and the step that restarts them", async (_, change) => {
    const changed = await deploy(change);
    const differ = three.resources.filter(({ type, name, inputs }) => {
      const after = changed.resources.find((one) => one.type === type && one.name === name);
      return after !== undefined && JSON.stringify(after.inputs) !== JSON.stringify(inputs);
    });
    const files = [0, 1, 2].map((i) => `jitsi-jvb-${i}-files`);
    expect(differ.map(({ name }) => name).sort()).toEqual([...files, "jitsi-restart"]);
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
    expect([...needs]).toContain("command:remote:Command jitsi-jvb-1-setup");
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
