import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { declarations, type RawConfig } from "../../../lib/config/keys";
import type { Setting } from "../../../lib/config/setting";
import { answers } from "./support/answers";
import { clusterArgs, deployCluster, type ClusterChange } from "./support/cluster";
import type { Answers, Registered } from "./support/mockEngine";

const settings = { domain: "meet.example.org", dnsZone: "example.org" };
const base = clusterArgs(settings);

const serverToken = "hcloud:index/server:Server";
const stepToken = "command:remote:Command";

/** A cluster that is there: servers keep their types, and the web host says its version. */
const existing = (version?: string): Answers => ({
  ...answers,
  [serverToken]: (args) =>
    answerWith(args, {
      serverType: args.name.includes("web") ? base.webServerType : base.jvbServerType,
    }),
  [stepToken]: (args) =>
    answerWith(
      args,
      version !== undefined && args.name === "jitsi-web-version" ? { stdout: version } : {},
    ),
});

function answerWith(args: MockResourceArgs, outputs: object): ReturnType<Answers[string]> {
  const answer = answers[args.type]?.(args) ?? { id: "", state: {} };
  return { ...answer, state: { ...answer.state, ...outputs } };
}

const deploy = async (change: ClusterChange, version?: string): Promise<Registered[]> => {
  return (await deployCluster(clusterArgs(settings, change), existing(version))).resources;
};

let unchanged: Promise<Registered[]>;
beforeAll(async () => {
  unchanged = deploy({});
  await unchanged;
});

/** What the engine compares of a resource that exists. */
function compared({ inputs, ignoreChanges }: Registered): string {
  const entries = Object.entries(inputs).filter(([key]) => !ignoreChanges.includes(key));
  return JSON.stringify(entries.sort(([a], [b]) => a.localeCompare(b)));
}

/** Names of the resources of the base that a change touches. */
async function touched(change: ClusterChange, version?: string): Promise<Registered[]> {
  const [before, after] = [await unchanged, await deploy(change, version)];
  const changed = new Map(after.map((resource) => [resource.urn, compared(resource)]));
  return before.filter((resource) => changed.get(resource.urn) !== compared(resource));
}

const names = (resources: readonly Registered[]): string[] =>
  resources.map(({ name }) => name).sort();
const ofType = (type: string) => (resource: Registered) => resource.type === type;
const isStep = ofType("command:remote:Command");

jest.setTimeout(60_000);

describe("a changed setting", () => {
  it.each([
    { webServerType: "ccx13" },
    { jvbServerType: "ccx33" },
    { image: "debian-12" as const },
    { location: "ash" as const },
  ])("is for new hosts only: %j", async (change) => {
    expect(names(await touched(change))).toEqual([]);
  });

  it("sshAuthorizedKeys reaches every host by one step, and nothing else", async () => {
    expect(names(await touched({ sshAuthorizedKeys: ["ssh-ed25519 AAAA"] }))).toEqual([
      "jitsi-jvb-0-setup",
      "jitsi-jvb-1-setup",
      "jitsi-web-setup",
    ]);
  });

  it("bridgeHeapMb reaches every bridge: its files, and the step that restarts one after the other", async () => {
    expect(names(await touched({ bridgeHeapMb: 2000 }))).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-restart",
    ]);
  });

  it("jicofoHeapMb reaches the web host by one step, which restarts jicofo alone", async () => {
    expect(names(await touched({ jicofoHeapMb: 700 }))).toEqual(["jitsi-web-jicofo"]);
  });

  it("timezone reaches every host by one step", async () => {
    expect(names(await touched({ timezone: "Europe/Berlin" }))).toEqual([
      "jitsi-jvb-0-setup",
      "jitsi-jvb-1-setup",
      "jitsi-web-setup",
    ]);
  });

  it("jitsiVersion reaches the web host by one step, and every host's installer", async () => {
    expect(names(await touched({ jitsiVersion: "2.0.10888-1" }))).toEqual([
      "jitsi-jvb-0-setup",
      "jitsi-jvb-1-setup",
      "jitsi-web-setup",
      "jitsi-web-version",
    ]);
  });

  it("another version on the web host reaches jicofo, and every bridge: its files, and the step that restarts one after the other", async () => {
    const changed = await touched({}, '{"version":"2.0.11031-1","bridge":"2.3-296-g1c04be2d-1"}');
    expect(names(changed)).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-restart",
      "jitsi-web-jicofo",
    ]);
  });

  it.each([
    { jitsiAptRepository: "https://mirror.example.test" },
    { jitsiAptKeyFingerprint: "0".repeat(40) },
  ])("reaches every host by one step: %j", async (change) => {
    expect(names(await touched(change))).toEqual([
      "jitsi-jvb-0-setup",
      "jitsi-jvb-1-setup",
      "jitsi-web-setup",
    ]);
  });

  it("adminCidrs changes both firewalls, and no host", async () => {
    expect(names(await touched({ adminCidrs: ["10.0.0.0/8"] }))).toEqual([
      "jitsi-firewall-jvb",
      "jitsi-firewall-web",
    ]);
  });

  it("labels runs no step", async () => {
    const changed = await touched({ labels: { team: "video" } });
    expect(changed.filter(isStep)).toEqual([]);
    expect(changed.filter(ofType("hcloud:index/server:Server"))).toHaveLength(3);
  });

  it("drainingBridges empties those bridges by their own step, and touches no other", async () => {
    expect(names(await touched({ drainingBridges: [1] }))).toEqual([
      "jitsi-acceptance",
      "jitsi-jvb-1-drain",
      "jitsi-policy",
    ]);
  });

  it("drainingBridges replaces no step: the drain's delete would take the bridge out", async () => {
    const [drain] = (await touched({ drainingBridges: [1] })).filter(({ name }) =>
      name.endsWith("-drain"),
    );
    const after = (await deploy({ drainingBridges: [1] })).find(({ urn }) => urn === drain?.urn);
    expect(after?.inputs.triggers).toEqual(drain?.inputs.triggers);
  });

  it("forceDrain is told to the web host, and nobody else", async () => {
    expect(names(await touched({ forceDrain: true }))).toEqual(["jitsi-policy"]);
  });

  it("localBridge declares the web host's own bridge, and touches no other and no service", async () => {
    expect(names(await touched({ localBridge: "always" }))).toEqual([
      "jitsi-acceptance",
      "jitsi-policy",
      "jitsi-restart",
    ]);
    expect(names(await touched({ localBridge: "never" }))).toEqual(["jitsi-firewall-web"]);
  });

  it("protect changes the web host and its addresses, and runs no step", async () => {
    expect(names(await touched({ protect: true }))).toEqual([
      "jitsi-web",
      "jitsi-web-address-ipv4",
      "jitsi-web-address-ipv6",
    ]);
  });

  it("dnsZone changes records only", async () => {
    const changed = await touched({ dnsZone: undefined });
    expect(new Set(changed.map(({ type }) => type))).toEqual(
      new Set(["hcloud:index/zoneRrset:ZoneRrset"]),
    );
  });

  const sshProxy = { user: "root", host: "192.0.2.7", port: 22, hostKey: "ssh-ed25519 AAAA" };

  it.each([{ sshProxy }, { sshProxy, sshProxyPrivateKey: "key" }])(
    "of the bastion runs every step except the first contact again, and touches no object of the cloud: %j",
    async (change) => {
      const changed = await touched(change);
      expect(changed.filter(isStep).length).toBeGreaterThan(13);
      // A copy for which only the connection is another one copies nothing.
      const isCopy = ofType("command:remote:CopyToRemote");
      expect(changed.filter((one) => !isStep(one) && !isCopy(one))).toEqual([]);
      expect(names(changed).filter((name) => name.endsWith("-host-key"))).toEqual([]);
    },
  );
});

describe("the effect that a setting declares for running hosts", () => {
  /** Which bridges keep copies of the certificates is a note too. */
  const withoutCopies = (text: string): string => text.replace(/\\"copies\\":\[.*?\]/, "");

  /** The base, with as many hosts as the example of a setting needs. */
  async function baseWith({ jvbCount, jibriCount }: RawConfig): Promise<Registered[]> {
    if (jvbCount === undefined && jibriCount === undefined) return unchanged;
    const counts = { ...(jvbCount && { jvbCount }), ...(jibriCount && { jibriCount }) };
    return (await deployCluster(clusterArgs({ ...settings, ...counts }), existing())).resources;
  }

  /** The words of a declaration for what a change does to the hosts of the base. */
  async function effectOn(change: RawConfig, beside: RawConfig = {}): Promise<string> {
    const before = await baseWith(beside);
    const { webServerType = base.webServerType, jvbServerType = base.jvbServerType } = change;
    const args = clusterArgs({ ...settings, ...change }, { webServerType, jvbServerType });
    const after = (await deployCluster(args, existing())).resources;
    const changed = after.filter((resource) => {
      const one = before.find(({ urn }) => urn === resource.urn);
      return (
        one !== undefined && withoutCopies(compared(one)) !== withoutCopies(compared(resource))
      );
    });
    const added = after.filter(({ urn }) => !before.some((one) => one.urn === urn));
    // These run on the web host, but change only what it knows about the bridges.
    const isNote = ({ name }: Registered): boolean =>
      /-(policy|restart|acceptance|drain|serve)$/.test(name);
    const servers = changed.filter(ofType(serverToken));
    if (servers.some(({ replaceOnChanges }) => replaceOnChanges.length > 0)) return "replaced";
    if (added.some(({ name }) => name.endsWith("-local")))
      return "the web host gets or loses a bridge";
    if (added.some(({ name }) => name.endsWith("-local-recorder")))
      return "the web host gets or loses a recorder";
    return changed.some((one) => isStep(one) && !isNote(one)) ? "updated over SSH" : "untouched";
  }

  // Another domain is refused before. Another bastion runs every step again, and none of them finds anything to do. Files
  // and secrets reach the cluster by other arguments.
  const elsewhere = ["domain", "acmeCaFile", "tlsCertificate", "tlsKey"];
  const others = declarations.filter(
    ({ name }) => !elsewhere.includes(name) && !name.startsWith("sshProxy"),
  );
  it.each<Setting>(others)("$name: $effect.hosts", async ({ name, example, beside, effect }) => {
    expect(await effectOn({ ...beside, [name]: example }, beside)).toBe(effect.hosts);
  });
});
