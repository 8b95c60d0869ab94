import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Engine,
  root,
  runMs,
  toolchainMs,
} from "../../packages/hcloud-simulator/test/api/support/engine";
import {
  Simulator,
  textOf,
  type Json,
} from "../../packages/hcloud-simulator/test/api/support/simulator";

const stack = "cloud-only";
const dnsZone = "example.test";
const domain = `meet.${dnsZone}`;

/** Of the project's own program all that stands at Hetzner; no step on a host runs. */
const components = [
  ...["JitsiCluster", "DeploymentKey", "Network", "Firewalls", "PlacementGroups"],
  ...["WebHost", "WebAddresses", "BridgePool", "Bridge", "Host", "Dns"],
].map((name) => `jitsi-hetzner:index:${name}::*`);
const cloudOnly = [...components, "hcloud:index/**", "random:index/**-seed"].flatMap((ending) => [
  "--target",
  `urn:pulumi:**${ending}`,
]);

/** Attaching takes long enough for whatever does not wait for it. */
const latency = { requestMs: 0, actionMs: 200, commandMs: { attach_to_network: 6_000 } };

describe("the program at Hetzner, without a step on a host", () => {
  let sim: Simulator;
  let engine: Engine;
  let settings: string;
  /** What the engine has written there: how it encrypts. */
  let ownLines: string;
  let where: string[];

  beforeAll(async () => {
    sim = await Simulator.start({ latency });
    engine = await Engine.start(sim.endpoint, join(__dirname, "fixtures/violations"));
    await engine.must(["stack", "init", stack, "--no-select"], { cwd: root });
    // It writes a file of settings beside the program; those of the test stay with the test.
    settings = join(engine.dir, "settings.yaml");
    renameSync(join(root, `Pulumi.${stack}.yaml`), settings);
    ownLines = readFileSync(settings, "utf8").trimEnd();
    where = ["--stack", stack, "--config-file", settings];
    await sim.post("/zones", { name: dnsZone, mode: "primary" });
    set({
      domain,
      dnsZone,
      turn: "false",
      jvbCount: "2",
      adminCidrs: '["2001:DB8:0:0::/32", "203.0.113.0/24"]',
    });
  }, toolchainMs);
  afterAll(async () => {
    engine.remove();
    await sim.close();
  });

  const values = new Map<string, string>();
  /** Changes the settings. */
  function set(config: Readonly<Record<string, string>>): void {
    for (const [key, text] of Object.entries(config)) values.set(key, text);
    const lines = [...values].map(([key, text]) => `  jitsi-hetzner:${key}: '${text}'`);
    writeFileSync(settings, [ownLines, "config:", ...lines, ""].join("\n"));
  }

  /** Its end is no success: the program misses what the steps print that were left out. */
  async function up(): Promise<void> {
    const { text } = await engine.run(["up", "--yes", "--skip-preview", ...cloudOnly, ...where], {
      cwd: root,
      env: { PULUMI_PARALLEL: "64" },
    });
    // The only errors are the program's own.
    expect(text).not.toMatch(/hcloud:index:\w+ .*(failed|error)/);
  }

  it(
    "sets reverse names when no action on their server runs any more: none is refused as locked",
    async () => {
      // One that does not wait comes in the middle of the attaching, not by chance before it.
      const route = "POST /servers/:id/actions/change_dns_ptr";
      await sim.fault({ kind: "slow", route, ms: 1_500 });
      await up();
      const { body } = await sim.get("/primary_ips");
      const addresses = body.primary_ips as unknown as readonly Json[];
      const names = addresses.flatMap(({ dns_ptr }) => dns_ptr as unknown as readonly Json[]);
      expect(names.map(({ dns_ptr }) => textOf(dns_ptr)).sort()).toEqual(
        [
          domain,
          domain,
          ...["jvb-0", "jvb-0", "jvb-1", "jvb-1"].map((n) => `${n}.${domain}`),
        ].sort(),
      );
    },
    runMs,
  );

  it(
    "keeps every rule of its firewalls when only labels change",
    async () => {
      const rules = async () => {
        const { body } = await sim.get("/firewalls");
        const firewalls = body.firewalls as unknown as readonly Json[];
        return firewalls.map(({ name, labels, rules }) => ({ name, team: labels?.team, rules }));
      };
      const before = await rules();
      const ssh = before.flatMap((firewall) => firewall.rules as unknown as readonly Json[]);
      expect(ssh.filter(({ port }) => (port as unknown) === "22")).toMatchObject([
        { source_ips: ["203.0.113.0/24", "2001:db8::/32"] },
        { source_ips: ["203.0.113.0/24", "2001:db8::/32"] },
      ]);
      set({ labels: '{"team": "video"}' });
      await up();
      expect(await rules()).toEqual(before.map((firewall) => ({ ...firewall, team: "video" })));
    },
    runMs,
  );

  it(
    "takes 16 calls for a further bridge, besides the polls of its actions",
    async () => {
      const calls = async (): Promise<number> => {
        const { body } = await sim.admin("GET", "/status");
        const byRoute = Object.entries(body.calls as unknown as Readonly<Record<string, number>>);
        return byRoute
          .filter(([route]) => route !== "GET /actions")
          .reduce((sum, [, count]) => sum + count, 0);
      };
      const callsOfUp = async (): Promise<number> => {
        const before = await calls();
        await up();
        return (await calls()) - before;
      };
      await sim.admin("PATCH", "/settings", { latency: "none" });
      set({ jvbCount: "3" });
      const ofOne = await callsOfUp();
      set({ jvbCount: "5" });
      const ofTwo = await callsOfUp();
      const { body } = await sim.get("/servers");
      expect(body.servers).toHaveLength(6);
      expect(ofTwo - ofOne).toBe(16);
    },
    runMs,
  );
});
