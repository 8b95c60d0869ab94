import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Engine, toolchainMs } from "./support/engine";
import { Simulator, type Json } from "./support/simulator";

/**
 * The number of resources for each operation (created, updated, deleted, ...), from pulumi's
 * summary.
 */
type Steps = Readonly<Record<string, number>>;

/** Runs the real engine with the real provider on a copy of the program. */
class Stack {
  private constructor(private readonly engine: Engine) {}

  static async create(endpoint: string): Promise<Stack> {
    const stack = new Stack(await Engine.start(endpoint, join(__dirname, "fixtures/everything")));
    await stack.run("created", ["stack", "init", "test"]);
    return stack;
  }

  /** `pulumi up`, without the preview. */
  async up(stage: string, ...args: string[]): Promise<Steps> {
    return this.steps(stage, ["up", "--yes", "--skip-preview", ...args]);
  }

  /** Fails when the API's answers differ from the state. */
  async refresh(stage: string): Promise<Steps> {
    return this.steps(stage, ["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
  }

  async destroy(): Promise<Steps> {
    return this.steps("updated", ["destroy", "--yes", "--skip-preview"]);
  }

  /** Imports all resources of this stack into another stack, which is deleted afterwards. */
  async importAll(): Promise<{ wanted: number; steps: Steps }> {
    const { deployment } = JSON.parse(await this.run("updated", ["stack", "export"])) as State;
    const custom = deployment.resources.filter(({ id, type }) => id && type.startsWith("hcloud:"));
    const resources = custom.filter(({ type }) => !type.endsWith(":ZoneRecord")).map(importSpec);
    writeFileSync(join(this.engine.dir, "import.json"), JSON.stringify({ resources }));
    await this.run("updated", ["stack", "init", "imported", "--no-select"]);
    const flags = ["--yes", "--skip-preview", "--generate-code=false", "--stack", "imported"];
    const steps = await this.steps("updated", ["import", "--file", "import.json", ...flags]);
    return { wanted: resources.length, steps };
  }

  async outputs(): Promise<Json> {
    return JSON.parse(await this.run("updated", ["stack", "output", "--json"])) as Json;
  }

  remove(): void {
    this.engine.remove();
  }

  private async steps(stage: string, args: string[]): Promise<Steps> {
    const output = await this.run(stage, args);
    const summary = output.slice(output.indexOf("Resources:"));
    const lines = summary.matchAll(/^ +(?:\S )?(\d+) (\w+)$/gm);
    return Object.fromEntries([...lines].map(([, count, verb = ""]) => [verb, Number(count)]));
  }

  private run(stage: string, args: string[]): Promise<string> {
    return this.engine.must(args, { env: { STAGE: stage } });
  }
}

interface State {
  readonly deployment: { readonly resources: readonly StateRow[] };
}

interface StateRow {
  readonly id?: string;
  readonly type: string;
  readonly urn: string;
  readonly outputs?: { readonly zone?: string };
}

/** One row of the file for `pulumi import`. */
function importSpec({ id, type, urn, outputs }: StateRow) {
  const name = urn.slice(urn.lastIndexOf("::") + 2);
  // The import id of a record set differs from its id in the state.
  const prefix = type.endsWith(":ZoneRrset") ? `${outputs?.zone ?? ""}/` : "";
  return { type, name, id: prefix + (id ?? "") };
}

describe("the Pulumi provider", () => {
  let sim: Simulator;
  let stack: Stack;

  beforeAll(async () => {
    sim = await Simulator.start();
    stack = await Stack.create(sim.endpoint);
  }, toolchainMs);
  afterAll(async () => {
    stack.remove();
    await sim.close();
  });

  const rows = async (path: string) =>
    (await sim.get(`/${path}`)).body[path] as unknown as readonly Json[];

  it("creates one of each resource", async () => {
    // 20 resources, their provider and the stack.
    expect(await stack.up("created")).toEqual({ created: 22 });
    expect(sim.api.unhandled).toEqual([]);
    expect(await stack.outputs()).toMatchObject({
      serverType: "cx23",
      zoneSeen: "primary",
      ipv4: "198.18.24.16",
      ipv6: "fd5a:6a68:3:10::1",
      privateIp: "10.0.1.1",
      found: {
        servers: 1,
        network: "10.0.0.0/16",
        placementGroup: "spread",
        primaryIp: "198.18.24.16",
        image: "snapshot",
        rrset: 3,
      },
    });
    const [server] = await rows("servers");
    const id = Number(server?.id);
    expect(server).toMatchObject({ status: "running", labels: { role: "web", stage: "created" } });
    expect(sim.driver.callsOf(id)).toContain("attachNetwork");
    // SSH and media from its own firewall, ICMP from the firewall with a label selector.
    expect(sim.driver.firewalls.get(id)).toHaveLength(3);
    expect(sim.api.dns.recordsAt("example.test").find(({ type }) => type === "A")).toMatchObject({
      data: "198.18.24.16",
      ttl: 300,
    });
  }, 300_000);

  it("finds nothing to change in the created resources", async () => {
    expect(await stack.refresh("created")).toEqual({ unchanged: 22 });
    expect(await stack.up("created", "--expect-no-changes")).toEqual({ unchanged: 22 });
  }, 300_000);

  it("changes everything that can be changed in place", async () => {
    expect(await stack.up("updated")).toEqual({ unchanged: 7, updated: 15 });
    const [server] = await rows("servers");
    expect(server).toMatchObject({
      status: "running",
      server_type: { name: "cx33" },
      labels: { stage: "updated" },
      private_net: [{ alias_ips: ["10.0.1.200"] }],
    });
    expect(sim.driver.firewalls.get(Number(server?.id))).toHaveLength(3);
    expect(sim.api.dns.recordsAt("example.test").filter(({ type }) => type === "A")).toHaveLength(
      2,
    );
    expect(sim.api.dns.recordsAt("16.24.18.198.in-addr.arpa")[0]?.data).toBe(
      "updated.example.test.",
    );
    expect(await stack.up("updated", "--refresh", "--expect-no-changes")).toEqual({
      unchanged: 22,
    });
  }, 300_000);

  it("imports all of them except a record, which has no id", async () => {
    const { wanted, steps } = await stack.importAll();
    expect(wanted).toBe(19);
    expect(steps).toMatchObject({ imported: wanted });
  }, 300_000);

  it("destroys everything and leaves no resource", async () => {
    expect(await stack.destroy()).toEqual({ deleted: 22 });
    const paths = [
      "servers",
      "networks",
      "firewalls",
      "placement_groups",
      "primary_ips",
      "ssh_keys",
    ];
    for (const path of [...paths, "zones"]) expect([path, await rows(path)]).toEqual([path, []]);
    expect(sim.api.unhandled).toEqual([]);
  }, 300_000);
});
