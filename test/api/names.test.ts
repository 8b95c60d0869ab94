import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import type * as Ensure from "../../packages/toolchain/src/ensure";

import {
  Simulator,
  textOf,
  token,
  type Json,
} from "../../packages/hcloud-simulator/test/api/support/simulator";

// With its extension: beside it is a script of the same name.
const { ensureToolchain } = jest.requireActual<typeof Ensure>(
  "../../packages/toolchain/src/ensure.ts",
);
const root = join(__dirname, "../..");
const zone = "example.test";

interface Ended {
  readonly ok: boolean;
  readonly text: string;
}

/** The zone's apex as the domain, and a name deep in the zone: by the real engine and the real provider. */
describe("the names of a cluster", () => {
  let sim: Simulator;
  let dir: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const { pulumi, pulumiHome } = await ensureToolchain({ log: () => undefined });
    mkdirSync(join(root, ".test"), { recursive: true });
    // Inside of the checkout, so that the program finds its packages; as deep as it lies in test/api.
    mkdirSync(join(root, ".test/names"), { recursive: true });
    dir = mkdtempSync(join(root, ".test/names/run-"));
    cpSync(join(__dirname, "fixtures/names"), join(dir, "program"), { recursive: true });
    env = {
      ...process.env,
      PATH: `${pulumi}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: pulumiHome,
      PULUMI_BACKEND_URL: `file://${dir}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      HCLOUD_TOKEN: token,
    };
  }, 240_000);

  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    sim = await Simulator.start();
    await sim.done("POST", "/zones", { name: zone, mode: "primary" });
  });

  afterEach(async () => {
    await sim.closeWithoutUnhandled();
  });

  const pulumi = async (
    cwd: string,
    more: NodeJS.ProcessEnv,
    ...args: string[]
  ): Promise<Ended> => {
    const options = {
      cwd,
      env: { ...env, HCLOUD_ENDPOINT: sim.endpoint, ...more },
      timeout: 120_000,
    };
    const command = ["--non-interactive", "--color", "never", ...args];
    try {
      return { ok: true, text: (await promisify(execFile)("pulumi", command, options)).stdout };
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      return { ok: false, text: stdout + stderr };
    }
  };

  /** Makes the names of a web host and a bridge. */
  const makeNames = async (stack: string, domain: string): Promise<Ended> => {
    const program = join(dir, "program");
    const more = { TEST_DOMAIN: domain };
    await pulumi(program, more, "stack", "init", stack, "--no-select");
    return pulumi(program, more, "up", "--stack", stack, "--yes", "--skip-preview");
  };

  /** `NAME TYPE ADDRESS` of all address records, relative to the zone. */
  const records = async (): Promise<string[]> => {
    const { body } = await sim.get(`/zones/${zone}/rrsets?type=A&type=AAAA&type=CNAME`);
    return (body.rrsets as unknown as readonly Json[])
      .map((set) => [set.name, set.type, set.records?.[0]?.value].map(textOf).join(" "))
      .sort();
  };

  /** All reverse names, each once. */
  const reverseNames = async (): Promise<string[]> => {
    const { body } = await sim.get("/primary_ips");
    const addresses = body.primary_ips as unknown as readonly Json[];
    const names = addresses.flatMap(({ dns_ptr }) => dns_ptr as unknown as readonly Json[]);
    return [...new Set(names.map((row) => textOf(row.dns_ptr)))].sort();
  };

  it.each([
    ["apex", zone, "@", "jvb-0"],
    ["deep", `a.b.c.${zone}`, "a.b.c", "jvb-0.a.b.c"],
  ])(
    "stand in the zone and in reverse: %s",
    async (stack, domain, web, bridge) => {
      const { ok, text } = await makeNames(stack, domain);
      expect({ ok, text }).toEqual({ ok: true, text });
      const ipv4 = "198\\.18\\.\\d+\\.\\d+";
      const ipv6 = "fd5a:6a68:[0-9a-f:]+::1";
      expect(await records()).toEqual([
        expect.stringMatching(`^${web} A ${ipv4}$`),
        expect.stringMatching(`^${web} AAAA ${ipv6}$`),
        expect.stringMatching(`^${bridge} A ${ipv4}$`),
        expect.stringMatching(`^${bridge} AAAA ${ipv6}$`),
      ]);
      expect(await reverseNames()).toEqual([domain, `jvb-0.${domain}`].sort());
    },
    180_000,
  );

  const makeOthers = async (): Promise<void> => {
    const others = [
      { name: "@", type: "A", records: [{ value: "192.0.2.1" }] },
      { name: "jvb-0", type: "CNAME", records: [{ value: "elsewhere.example." }] },
    ];
    for (const record of others) await sim.done("POST", `/zones/${zone}/rrsets`, record);
  };

  it("are refused in the preview where others have records", async () => {
    await makeOthers();
    const settings = join(dir, "others.yaml");
    await pulumi(root, {}, "stack", "init", "names-others", "--no-select");
    // It writes a file of settings beside the program; those of the test stay with the test.
    renameSync(join(root, "Pulumi.names-others.yaml"), settings);
    const config = { domain: zone, dnsZone: zone, jvbCount: "1" };
    const lines = Object.entries(config).map(([key, text]) => `  jitsi-hetzner:${key}: "${text}"`);
    appendFileSync(settings, ["config:", ...lines, ""].join("\n"));
    const where = ["--stack", "names-others", "--config-file", settings];
    const preview = await pulumi(root, {}, "preview", ...where);
    expect(preview.ok).toBe(false);
    expect(preview.text).toContain(
      "example.test has a record for example.test that is not this stack's: A 192.0.2.1",
    );
    expect(preview.text).toContain(
      "a record for jvb-0.example.test that is not this stack's: CNAME elsewhere.example.",
    );
  }, 180_000);

  it("leave the records of others as they are where those came after the check", async () => {
    await makeOthers();
    const up = await makeNames("others", zone);
    expect(up.ok).toBe(false);
    expect(up.text).toContain("(uniqueness_error)");
    expect((await records()).filter((record) => / (A|CNAME) /.test(record))).toEqual([
      "@ A 192.0.2.1",
      "jvb-0 CNAME elsewhere.example.",
    ]);
  }, 180_000);
});
