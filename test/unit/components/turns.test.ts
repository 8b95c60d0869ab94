import { parseSettings } from "../../../lib/config/settings";
import { JitsiCluster, type JitsiClusterArgs } from "../../../components/jitsiCluster";
import { answers } from "./support/answers";
import { runProgram, type Registered } from "./support/mockEngine";

const base: JitsiClusterArgs = {
  ...parseSettings({ domain: "meet.example.org", jvbCount: "3" }),
  webServerType: "cx23",
  jvbServerType: "cpx42",
};

async function deploy(change: Partial<JitsiClusterArgs> = {}): Promise<Cluster> {
  const make = (): JitsiCluster => new JitsiCluster("jitsi", { ...base, ...change });
  return new Cluster((await runProgram(answers, make)).resources);
}

class Cluster {
  constructor(readonly resources: readonly Registered[]) {}

  step(name: string): Registered {
    return this.named("command:remote:Command", name);
  }

  server(index: number): Registered {
    return this.named("hcloud:index/server:Server", `jitsi-jvb-${index}`);
  }

  /** Names of the remote steps that one depends on itself. */
  needs({ dependencies }: Registered): string[] {
    return dependencies
      .filter((name) => name.startsWith("command:remote:Command "))
      .map((name) => name.replace("command:remote:Command ", ""));
  }

  private named(type: string, name: string): Registered {
    const found = this.resources.find((one) => one.type === type && one.name === name);
    if (found === undefined) throw new Error(`${type} ${name} is not there`);
    return found;
  }
}

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
      return [role, create, end];
    });
    expect(commands).toEqual([
      ["out", undefined, undefined],
      ["apply", "bash -s -- # jvb/apply (jitsi-jvb-1-apply)", undefined],
      ["in", "bash -s -- create # web/in (jitsi-jvb-1-in)", undefined],
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

  it.each<[string, Partial<JitsiClusterArgs>]>([
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

describe("rollBridges", () => {
  const properties = ["serverType", "image", "userData", "sshKeys", "placementGroupId", "location"];

  it("lets the named servers be replaced by what differs, and no other", async () => {
    const cluster = await deploy({ rollBridges: [1] });
    expect(cluster.server(1)).toMatchObject({ ignoreChanges: [], replaceOnChanges: properties });
    for (const i of [0, 2]) {
      expect(cluster.server(i)).toMatchObject({ ignoreChanges: properties, replaceOnChanges: [] });
    }
  });

  it("orders a new server when the one before is in service and its old one is drained", async () => {
    const cluster = await deploy({ rollBridges: "all" });
    expect(cluster.server(0).dependencies.filter((name) => name.endsWith("-drain"))).toEqual([]);
    for (const i of [1, 2]) {
      expect(cluster.server(i).dependencies).toContain(
        `command:remote:Command jitsi-jvb-${i - 1}-drain`,
      );
    }
  });

  it("waits for those that are replaced only", async () => {
    const cluster = await deploy({ rollBridges: [0, 2] });
    const drains = ({ dependencies }: Registered) =>
      dependencies.filter((name) => name.endsWith("-drain"));
    expect(drains(cluster.server(1))).toEqual([]);
    expect(drains(cluster.server(2))).toEqual(["command:remote:Command jitsi-jvb-0-drain"]);
  });

  it("never concerns the web host", async () => {
    const cluster = await deploy({ rollBridges: "all" });
    const web = cluster.resources.find(
      ({ type, name }) => type.endsWith(":Server") && name === "jitsi-web",
    );
    expect(web).toMatchObject({ ignoreChanges: properties, replaceOnChanges: [] });
  });
});
