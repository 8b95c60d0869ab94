import { answers } from "./support/answers";
import { clusterArgs, deployCluster } from "./support/cluster";
import type { Answers, Registered } from "./support/mockEngine";
import { stepInput, stepValues, withoutDigest } from "./support/step";

const deploy = async (
  jvbCount: number,
  localBridge: "auto" | "always" | "never" = "auto",
  hosts: Answers = answers,
): Promise<Registered[]> => {
  const settings = { domain: "meet.example.org", dnsZone: "example.org" };
  const args = clusterArgs(settings, { jvbCount, localBridge });
  return (await deployCluster(args, hosts)).resources;
};

const step = "command:remote:Command";
/** Hosts whose Jitsi has another version of the bridge. */
const withBridgeVersion = (bridge: string): Answers => ({
  ...answers,
  [step]: (args) => {
    const answer = answers[step]?.(args) ?? { id: "", state: {} };
    const version = { stdout: JSON.stringify({ version: "2.0.11031-1", bridge }) };
    return args.name === "jitsi-web-version"
      ? { ...answer, state: { ...answer.state, ...version } }
      : answer;
  },
});

const names = (resources: readonly Registered[], type: string): string[] =>
  resources
    .filter((resource) => resource.type === type)
    .map(({ name }) => name)
    .sort();

function find(resources: readonly Registered[], name: string, type = step): Registered {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  if (found === undefined) throw new Error(`${type} ${name} is not there`);
  return found;
}

/** The custom resources of `before` that are not in `after`: the engine deletes them, after all creates. */
function leaving(before: readonly Registered[], after: readonly Registered[]): Registered[] {
  const stay = new Set(after.map(({ urn }) => urn));
  const isCustom = ({ type }: Registered): boolean => !type.startsWith("jitsi-hetzner:");
  return before.filter((resource) => isCustom(resource) && !stay.has(resource.urn));
}

/** `type name` of everything that a resource waits for, and so outlasts. */
function needs(resources: readonly Registered[], resource: Registered): Set<string> {
  const byKey = new Map(resources.map((one) => [`${one.type} ${one.name}`, one]));
  const found = new Set<string>();
  const visit = ({ dependencies }: Registered): void => {
    for (const key of dependencies.filter((one) => !found.has(one))) {
      found.add(key);
      const next = byKey.get(key);
      if (next !== undefined) visit(next);
    }
  };
  visit(resource);
  return found;
}

jest.setTimeout(60_000);

describe("a cluster without bridge hosts", () => {
  let zero: Registered[];
  let one: Registered[];
  beforeAll(async () => {
    [zero, one] = [await deploy(0), await deploy(1)];
  });

  it("is one server, in no placement group, with a bridge of its own", () => {
    expect(names(zero, "hcloud:index/server:Server")).toEqual(["jitsi-web"]);
    expect(names(zero, "hcloud:index/placementGroup:PlacementGroup")).toEqual([]);
    expect(names(zero, step).filter((name) => name.includes("local"))).toEqual([
      "jitsi-local-drain",
      "jitsi-local-files",
      "jitsi-local-package",
      "jitsi-local-removal",
    ]);
  });

  it("runs every step of its bridge on the web host, which is reached as for its own steps", () => {
    const { connection } = find(zero, "jitsi-web-configure").inputs;
    const steps = zero.filter(({ type, name }) => type === step && name.includes("-local-"));
    expect(steps.map(({ inputs }) => inputs.connection)).toEqual(steps.map(() => connection));
  });

  it("names its bridge after the web server, and asks its REST API on loopback only", () => {
    const { bridge } = stepInput(find(zero, "jitsi-local-drain"), "drain");
    expect(bridge.nickname).toMatch(/^jvb-local-\d+$/);
    for (const [name, verb] of [
      ["jitsi-policy", "policy"],
      ["jitsi-acceptance", "accept"],
    ] as const) {
      const declared = { name: "local", nickname: bridge.nickname, draining: false };
      expect(stepInput(find(zero, name), verb).bridges).toEqual([declared]);
    }
    expect(bridge.address).toBe("127.0.0.1");
    expect(stepValues(find(zero, "jitsi-local-files")).JVB_CONF).toContain('host = "127.0.0.1"');
  });

  it("installs the package first, and drains by a delete that the end of the web host skips", () => {
    const drain = find(zero, "jitsi-local-drain");
    expect(drain.inputs).toMatchObject({
      create: "jitsi-hetzner serve # jitsi-local-drain",
      delete: "jitsi-hetzner drain # jitsi-local-drain",
    });
    expect(drain.deletedWith).toBe("jitsi-web");
    const installed = find(zero, "jitsi-local-package");
    expect(withoutDigest(installed.inputs.create)).toBe(
      "jitsi-hetzner web/localBridge --code DIGEST install # jitsi-local-package",
    );
    expect(needs(zero, find(zero, "jitsi-local-files"))).toContain(`${step} jitsi-local-package`);
  });

  it("installs no package while the host's own change their version", () => {
    const installed = find(zero, "jitsi-local-package");
    expect(installed.dependencies).toContain(`${step} jitsi-web-version`);
  });

  it("follows another version as any bridge does: new settings, and its turn", async () => {
    const [before, after] = [
      zero,
      await deploy(0, "auto", withBridgeVersion("2.3-296-g1c04be2d-1")),
    ];
    const changed = after.filter(
      ({ type, name, inputs }) =>
        type === step && JSON.stringify(find(before, name).inputs) !== JSON.stringify(inputs),
    );
    expect(changed.map(({ name }) => name).sort()).toEqual([
      "jitsi-local-files",
      "jitsi-restart",
      "jitsi-web-jicofo",
    ]);
    const version = "2.3-296-g1c04be2d-1";
    expect(stepValues(find(after, "jitsi-local-files")).BRIDGE_VERSION).toBe(version);
    expect(stepInput(find(after, "jitsi-restart"), "restart").bridgeVersion).toBe(version);
  });

  it("installs the package again after a removal that failed and was taken back", () => {
    const removal = find(zero, "jitsi-local-removal");
    // A step whose delete failed stays in the state, and would run nothing.
    expect(removal.inputs.create).toBeUndefined();
    expect(removal.inputs.delete).toBe(
      "jitsi-hetzner web/localBridge remove # jitsi-local-removal",
    );
    expect(removal.deletedWith).toBe("jitsi-web");
    const installed = find(zero, "jitsi-local-package");
    expect(installed.inputs.delete).toBeUndefined();
    expect(needs(zero, installed)).toContain(`${step} jitsi-local-removal`);
  });

  it("accepts only what is in service", () => {
    expect(needs(zero, find(zero, "jitsi-acceptance"))).toContain(`${step} jitsi-local-drain`);
  });

  it.each([
    ["grows to one bridge", 0, "jitsi-local-drain"],
    ["shrinks from one bridge", 1, "jitsi-jvb-0-drain"],
  ])("%s with the drain before all other deletes", (_, from, drain) => {
    const [before, after] = from === 0 ? [zero, one] : [one, zero];
    const outlasted = needs(before, find(before, drain));
    // A step without a delete runs nothing when it goes.
    const early = leaving(before, after).filter(
      ({ type, name, inputs }) =>
        !outlasted.has(`${type} ${name}`) && !(type === step && inputs.delete === undefined),
    );
    expect(early.map(({ name }) => name)).toEqual([drain]);
  });

  it("changes of the web host only what lists bridges, on the way to one bridge and back", () => {
    const after = new Map(one.map((resource) => [resource.urn, resource]));
    const changed = zero.filter(
      ({ urn, inputs }) =>
        after.has(urn) && JSON.stringify(after.get(urn)?.inputs) !== JSON.stringify(inputs),
    );
    expect(changed.map(({ name }) => name).sort()).toEqual([
      "jitsi-acceptance",
      // It lists the bridges that keep a copy of the certificate.
      "jitsi-certificate",
      "jitsi-policy",
      "jitsi-restart",
    ]);
  });
});

describe("localBridge", () => {
  it("is there beside bridge hosts with always, and takes new settings after them", async () => {
    const resources = await deploy(2, "always");
    const { bridges } = stepInput(find(resources, "jitsi-restart"), "restart");
    expect(bridges.map(({ name, address }) => [name, address]).at(-1)).toEqual([
      "local",
      "127.0.0.1",
    ]);
    expect(bridges).toHaveLength(3);
    const declared = find(resources, "jitsi-acceptance").inputs.stdin;
    expect(declared).toMatch(/"jvb-0".*"jvb-1".*"local"/);
  });

  it("leaves no trace with never, and the web host's media port closed", async () => {
    const never = await deploy(1, "never");
    expect(never.filter(({ name }) => name.includes("local"))).toEqual([]);
    const type = "hcloud:index/firewall:Firewall";
    expect(JSON.stringify(find(never, "jitsi-firewall-web", type).inputs)).not.toContain("10000");
    const auto = await deploy(1, "auto");
    expect(JSON.stringify(find(auto, "jitsi-firewall-web", type).inputs)).toContain("10000");
  });
});
