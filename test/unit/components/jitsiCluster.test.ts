import type { JitsiCluster } from "../../../components/jitsiCluster";
import { bridgeOutputs, recordsToCreate, sshCommands } from "../../../lib/outputs";
import { clusterArgs, deployCluster, type ClusterChange } from "./support/cluster";
import { valuesOf, type Registered } from "./support/mockEngine";
import { stepValues } from "./support/step";

const settings = {
  domain: "meet.example.org",
  dnsZone: "example.org",
  adminCidrs: '["203.0.113.0/24","2001:db8::/32"]',
  labels: '{"team":"video"}',
};

const deploy = (change: ClusterChange = {}) => deployCluster(clusterArgs(settings, change));

/** Clusters of the default settings, by their number of bridges; each is made once. */
const clusters = new Map<number, ReturnType<typeof deploy>>();
const deployCount = (jvbCount: number): ReturnType<typeof deploy> => {
  const made = clusters.get(jvbCount) ?? deploy({ jvbCount });
  clusters.set(jvbCount, made);
  return made;
};

// A cluster of twelve takes seconds on a busy machine.
jest.setTimeout(60_000);

const names = (resources: readonly Registered[], type: string): string[] =>
  resources.filter((resource) => resource.type === type).map(({ name }) => name);

function find(resources: readonly Registered[], type: string, name: string): Registered {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  if (found === undefined) {
    throw new Error(`${type} ${name} is not there`);
  }
  return found;
}
const command = (resources: readonly Registered[], name: string): Registered =>
  find(resources, "command:remote:Command", name);

describe("JitsiCluster", () => {
  let two: Registered[];
  let cluster: JitsiCluster;
  beforeAll(async () => {
    ({ resources: two, result: cluster } = await deployCount(2));
  });

  it("makes one web host and as many bridges as asked for", () => {
    expect(names(two, "hcloud:index/server:Server").sort()).toEqual([
      "jitsi-jvb-0",
      "jitsi-jvb-1",
      "jitsi-web",
    ]);
  });

  it("makes the same resources in the same shape", () => {
    const list = two.map(({ type, name }) => `${type} ${name}`).sort();
    expect(list).toMatchSnapshot();
  });

  it("makes no resource whose id is a secret: ids stand in the state in clear", () => {
    const revealing = "random:index/randomBytes:RandomBytes";
    expect(two.filter(({ type }) => type === revealing).map(({ name }) => name)).toEqual([]);
  });

  it("orders servers with labels, firewall and key from the start", () => {
    const { inputs } = find(two, "hcloud:index/server:Server", "jitsi-jvb-1");
    expect(inputs).toMatchObject({
      serverType: "cpx42",
      image: "debian-13",
      location: "fsn1",
      labels: { stack: "test", role: "jvb", index: "1" },
    });
    expect(inputs.name).toBeUndefined();
    expect(inputs.firewallIds).toHaveLength(1);
    expect(inputs.sshKeys).toHaveLength(1);
  });

  it("lets only the admins reach port 22, on each role's hosts, and everybody what is for people", () => {
    for (const name of ["jitsi-firewall-web", "jitsi-firewall-jvb"]) {
      const { rules } = find(two, "hcloud:index/firewall:Firewall", name).inputs as {
        rules: { port?: string; sourceIps: string[] }[];
      };
      for (const { port, sourceIps } of rules) {
        const everybody = ["0.0.0.0/0", "::/0"];
        expect(sourceIps).toEqual(port === "22" ? clusterArgs(settings).adminCidrs : everybody);
      }
    }
  });

  it("puts the operator's labels on every object that takes labels", () => {
    const labelled = two.filter(({ inputs }) => inputs.labels !== undefined);
    expect(new Set(labelled.map(({ type }) => type)).size).toBe(7);
    for (const { inputs } of labelled) {
      expect(inputs.labels).toMatchObject({ team: "video", stack: "test" });
    }
  });

  it("keeps the web host's addresses over a replacement, which is delete-first", () => {
    const web = find(two, "hcloud:index/server:Server", "jitsi-web");
    expect(web.deleteBeforeReplace).toBe(true);
    expect(web.inputs.publicNets).toHaveLength(1);
    for (const name of ["jitsi-web-address-ipv4", "jitsi-web-address-ipv6"]) {
      const address = find(two, "hcloud:index/primaryIp:PrimaryIp", name);
      expect(address.inputs.autoDelete).toBe(false);
      expect(address.ignoreChanges).toEqual(["location"]);
    }
    const attachment = find(two, "hcloud:index/serverNetwork:ServerNetwork", "jitsi-web-network");
    expect(attachment.inputs.ip).toBe("10.80.0.2");
  });

  it("replaces a bridge beside the old one, with an address of the cloud's choice", () => {
    const bridge = find(two, "hcloud:index/server:Server", "jitsi-jvb-0");
    expect(bridge.deleteBeforeReplace).toBe(false);
    const attachment = find(two, "hcloud:index/serverNetwork:ServerNetwork", "jitsi-jvb-0-network");
    expect(attachment.inputs.ip).toBeUndefined();
    expect(attachment.deleteBeforeReplace).toBe(false);
  });

  it.each(["jitsi-web", "jitsi-jvb-0"])("never powers off or replaces %s by a setting", (name) => {
    expect(find(two, "hcloud:index/server:Server", name).ignoreChanges).toEqual([
      "serverType",
      "image",
      "userData",
      "sshKeys",
      "placementGroupId",
      "location",
    ]);
  });

  it("makes all servers at once: none waits for a step on another", () => {
    const servers = two.filter(({ type }) => type === "hcloud:index/server:Server");
    const waitsFor = servers.flatMap(({ dependencies }) => dependencies);
    expect(waitsFor.filter((name) => /Command|Server /.test(name))).toEqual([]);
  });

  it("lets the web host wait for no bridge", () => {
    const web = two.filter(({ name }) => name.startsWith("jitsi-web"));
    const waitsFor = web.flatMap(({ dependencies }) => dependencies);
    expect(waitsFor.filter((name) => name.includes("jitsi-jvb"))).toEqual([]);
  });

  it("drains a bridge by a delete that runs on the web host", () => {
    const drain = command(two, "jitsi-jvb-1-drain");
    const server = find(two, "hcloud:index/server:Server", "jitsi-jvb-1");
    expect(drain.inputs).toMatchObject({
      create: "jitsi-hetzner web/drain enter # jitsi-jvb-1-drain",
      delete: "jitsi-hetzner web/drain drain # jitsi-jvb-1-drain",
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

  it("accepts after everything else, by the servers' nicknames and over stdin", () => {
    const accept = command(two, "jitsi-acceptance");
    expect(accept.dependencies).toEqual(
      expect.arrayContaining([
        "command:remote:Command jitsi-jvb-0-drain",
        "command:remote:Command jitsi-jvb-1-drain",
        "command:remote:Command jitsi-jvb-1-in",
        "command:remote:Command jitsi-web-certificate",
      ]),
    );
    expect(accept.inputs.triggers).toBeUndefined();
    expect(accept.dependencies).toContain("command:remote:Command jitsi-policy");
    expect(JSON.parse(stepValues(accept).BRIDGES ?? "")).toEqual(
      ["jvb-0", "jvb-1"].map((name) => ({
        name,
        nickname: expect.stringMatching(/^jvb-\d+$/) as string,
        draining: false,
      })),
    );
  });

  it("gives a bridge the heap that suits the server it has", async () => {
    const heapOf = (resources: readonly Registered[]): string | undefined =>
      stepValues(command(resources, "jitsi-jvb-0-files")).HEAP_MB;
    expect(heapOf(two)).toBe("3072");
    const small = await deploy({ jvbServerType: "cpx11" });
    expect(heapOf(small.resources)).toBe("1024");
    const asked = await deploy({ bridgeHeapMb: 9000 });
    expect(heapOf(asked.resources)).toBe("9000");
  });

  it("writes the policy without waiting for a drain, so that it is there before every one", () => {
    const { dependencies } = command(two, "jitsi-policy");
    expect(dependencies.filter((name) => name.includes("drain"))).toEqual([]);
  });

  describe("every remote step", () => {
    const each = (check: (step: Registered) => void): void => {
      const steps = two.filter(({ type }) => type === "command:remote:Command");
      expect(steps.length).toBeGreaterThan(15);
      steps.forEach(check);
    };

    it("pins the host key and waits longer for a fresh host than for one that was reached before", () => {
      each(({ name, inputs }) => {
        expect(inputs.connection).toMatchObject({
          user: "root",
          hostKey: expect.stringMatching(/^(ssh-ed25519|ecdsa-sha2-nistp256) AAAA/) as string,
          privateKey: expect.stringContaining("OPENSSH PRIVATE KEY") as string,
          dialErrorLimit: name.endsWith("-host-key") ? 40 : 20,
        });
      });
    });

    it("pins the bootstrap key in the first contact only", () => {
      each(({ name, inputs }) => {
        const { hostKey } = inputs.connection as { hostKey: string };
        expect(hostKey.startsWith("ecdsa")).toBe(name.endsWith("-host-key"));
      });
    });

    it("has a short command text, and little more than its values on stdin", () => {
      each(({ name, inputs }) => {
        const isContact = /-(host-key|program)$/.test(name);
        for (const text of [inputs.create, inputs.update, inputs.delete]) {
          const start = isContact ? "bash -s --" : "jitsi-hetzner ";
          expect(text ?? start).toMatch(new RegExp(`^${start}.{0,80}$`));
        }
        expect((inputs.stdin as string).length).toBeLessThan(isContact ? 9_000 : 6_000);
        expect(inputs.environment).toBeUndefined();
        expect(inputs.addPreviousOutputInEnv).toBe(false);
        expect(inputs.logging).toBe("stderr");
      });
    });

    it("runs the first contact once in a server's life", () => {
      const { ignoreChanges, inputs } = command(two, "jitsi-jvb-0-host-key");
      expect(ignoreChanges).toEqual(expect.arrayContaining(["create", "stdin", "connection"]));
      expect(inputs.triggers).toHaveLength(1);
    });
  });

  it("keeps the bridges' secret out of all but the secret stdin of the steps that need it", () => {
    const holders = two.filter(({ inputs }) =>
      JSON.stringify(inputs).includes("theSecretOfTheBridges"),
    );
    expect(holders.map(({ name }) => name).sort()).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-web-account-v1",
    ]);
    for (const { inputs, secretInputs } of holders) {
      expect(secretInputs).toContain("stdin");
      expect(JSON.stringify({ ...inputs, stdin: "" })).not.toContain("theSecretOfTheBridges");
    }
  });

  it("makes no secret of scripts without one: the engine pays for each with memory, at each step", () => {
    const secret = two.filter(({ secretInputs }) => secretInputs.includes("stdin"));
    expect(secret.map(({ name }) => name).sort()).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-web-account-v1",
    ]);
  });

  it("gives another version of the account another name and password, before any bridge changes to it", async () => {
    const { resources } = await deploy({ jvbSecretVersion: 2 });
    const accounts = names(resources, "command:remote:Command").filter((n) =>
      n.includes("account"),
    );
    expect(accounts).toEqual(["jitsi-web-account-v2"]);
    expect(command(resources, "jitsi-web-account-v2").inputs).toMatchObject({
      create: expect.stringMatching(/^jitsi-hetzner web\/account --code \S{16} set #/) as string,
      delete: "jitsi-hetzner web/account remove # jitsi-web-account-v2",
    });
    expect(stepValues(command(resources, "jitsi-web-account-v2")).USERNAME).toBe("jvb-2");
    const passwords = names(resources, "random:index/randomPassword:RandomPassword");
    expect(passwords.filter((name) => !name.endsWith("-seed"))).toEqual([
      "jitsi-web-account-v2-password",
    ]);
    for (const index of [0, 1]) {
      const files = command(resources, `jitsi-jvb-${index}-files`);
      const { dependencies } = files;
      expect(dependencies).toContain("command:remote:Command jitsi-web-account-v2");
      expect(stepValues(files).PROPERTIES).toContain("shard.USERNAME=jvb-2\n");
    }
  });

  it("has private keys only in what is secret", () => {
    // The provider's schema makes the whole connection secret.
    const open = two.flatMap(({ name, inputs, secretInputs }) =>
      Object.entries(inputs)
        .filter(([key]) => key !== "connection" && !secretInputs.includes(key))
        .filter(([, value]) => JSON.stringify(value).includes("PRIVATE KEY"))
        .map(([key]) => `${name} ${key}`),
    );
    expect(open).toEqual([]);
  });

  it("gives the outputs that people need", async () => {
    expect(await valuesOf(recordsToCreate(cluster, "meet.example.org"))).toEqual([
      { name: "meet.example.org", type: "A", value: "192.0.2.1" },
      { name: "meet.example.org", type: "AAAA", value: "2001:db8:1::1" },
    ]);
    expect(Object.keys(sshCommands(cluster))).toEqual(["web", "jvb-0", "jvb-1"]);
    expect(bridgeOutputs(cluster).map(({ name }) => name)).toEqual(["jvb-0", "jvb-1"]);
  });

  describe.each([
    [1, 2],
    [2, 4],
    [4, 9],
    // The border of a placement group.
    [9, 10],
  ])("grown from %i to %i bridges", (before, after) => {
    it("changes nothing of what exists but policy and acceptance, and adds bridges only", async () => {
      const { resources: small } = await deployCount(before);
      const { resources: large } = await deployCount(after);
      const byUrn = new Map(large.map((resource) => [resource.urn, resource]));
      const changed = small.filter(
        ({ urn, inputs }) => JSON.stringify(byUrn.get(urn)?.inputs) !== JSON.stringify(inputs),
      );
      expect(changed.map(({ name }) => name).sort()).toEqual(["jitsi-acceptance", "jitsi-policy"]);
      const old = new Set(small.map(({ urn }) => urn));
      for (const { name, urn } of large.filter((resource) => !old.has(resource.urn))) {
        const index = Number(/^jitsi-jvb-(\d+)/.exec(name)?.[1] ?? Infinity);
        const isNewBridge = index >= before && index < after;
        expect([urn, isNewBridge || name.startsWith("jitsi-placement-")]).toEqual([urn, true]);
      }
    });
  });

  it("makes no records where no zone is managed, but reverse names all the same", async () => {
    const { resources } = await deploy({ dnsZone: undefined });
    expect(names(resources, "hcloud:index/zoneRrset:ZoneRrset")).toEqual([]);
    expect(names(resources, "hcloud:index/rdns:Rdns")).toHaveLength(6);
  });

  it("sets reverse names after the network: until then the server is locked, and the provider does not try again", async () => {
    const { resources } = await deploy({});
    for (const host of ["jitsi-web", "jitsi-jvb-0"]) {
      const isReverse = (one: { type: string; name: string }): boolean =>
        one.type.endsWith(":Rdns") && one.name.startsWith(`${host}-dns-`);
      const attachment = `hcloud:index/serverNetwork:ServerNetwork ${host}-network`;
      const waits = resources.filter(isReverse).map(({ dependencies }) => dependencies);
      expect(waits).toEqual([
        expect.arrayContaining([attachment]),
        expect.arrayContaining([attachment]),
      ]);
    }
  });

  it("protects the web host and its addresses, at Hetzner and in the engine, where that is asked for", async () => {
    const { resources } = await deploy({ protect: true });
    const atHetzner = resources.filter(({ inputs }) => inputs.deleteProtection === true);
    expect(atHetzner.map(({ name }) => name).sort()).toEqual([
      "jitsi-web",
      "jitsi-web-address-ipv4",
      "jitsi-web-address-ipv6",
    ]);
    expect(resources.filter(({ protect }) => protect)).toEqual(atHetzner);
  });

  it("reaches every host through the bastion, whose key is secret and whose host key is pinned", async () => {
    const sshProxy = { user: "admin", host: "192.0.2.7", port: 2222, hostKey: "ssh-ed25519 AAAA" };
    const { resources } = await deploy({ sshProxy, sshProxyPrivateKey: "bastion's key" });
    const steps = resources.filter(({ type }) => type === "command:remote:Command");
    expect(steps.length).toBeGreaterThan(10);
    for (const { inputs, secretInputs } of steps) {
      expect(inputs.connection).toMatchObject({
        proxy: { ...sshProxy, privateKey: "bastion's key", dialErrorLimit: 20, perDialTimeout: 10 },
      });
      expect(secretInputs).toContain("connection");
    }
  });

  it("leaves the key for the bastion to an SSH agent where none is set", async () => {
    const sshProxy = { user: "admin", host: "192.0.2.7", port: 2222, hostKey: "ssh-ed25519 AAAA" };
    const { resources } = await deploy({ sshProxy, sshProxyPrivateKey: "" });
    const { inputs } = command(resources, "jitsi-web-configure");
    expect(inputs.connection).toMatchObject({ proxy: sshProxy });
    expect((inputs.connection as { proxy: object }).proxy).not.toHaveProperty("privateKey");
  });
});
