import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { rules } from "../../policy/rules";
import { ensureToolchain } from "../../toolchain/ensure";
import { Simulator, token } from "./support/simulator";

const root = join(__dirname, "../..");
const runMs = 240_000;

/** All rules mandatory, with limits that the violations exceed. */
const strict = {
  all: "mandatory",
  "server-count": { maximum: 2 },
  "monthly-cost": { maximum: 10, prices: { cx21: 5 } },
};

interface Run {
  readonly code: number;
  readonly text: string;
}

describe("the policy pack in the engine", () => {
  let sim: Simulator;
  let dir: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    sim = await Simulator.start();
    const { pulumi, pulumiHome } = await ensureToolchain({
      log: (line: string) => process.stderr.write(`${line}\n`),
    });
    mkdirSync(join(root, ".test"), { recursive: true });
    // Inside of the checkout, so that the program finds its packages.
    dir = mkdtempSync(join(root, ".test/violations-"));
    cpSync(join(__dirname, "fixtures/violations"), dir, { recursive: true });
    mkdirSync(join(dir, "state"));
    env = {
      ...process.env,
      PATH: `${pulumi}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: pulumiHome,
      PULUMI_BACKEND_URL: `file://${join(dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      HCLOUD_ENDPOINT: sim.endpoint,
      HCLOUD_TOKEN: token,
    };
    const { code, text } = await run(dir, "stack", "init", "production");
    if (code !== 0) throw new Error(text);
  }, 1_800_000);
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await sim.close();
  });

  async function run(cwd: string, ...args: string[]): Promise<Run> {
    const options = { cwd, env, timeout: runMs, maxBuffer: 1 << 26 };
    const command = ["--non-interactive", "--color", "never", ...args];
    try {
      const { stdout, stderr } = await promisify(execFile)("pulumi", command, options);
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, text: stdout + stderr };
    }
  }

  /** `pulumi up` with the pack and these settings of it. */
  function up(settings: unknown): Promise<Run> {
    const file = join(dir, "pack.json");
    writeFileSync(file, typeof settings === "string" ? settings : JSON.stringify(settings));
    const pack = ["--policy-pack", join(root, "policy"), "--policy-pack-config", file];
    return run(dir, "up", "--yes", ...pack);
  }

  const made = async (): Promise<unknown[]> => {
    const paths = ["servers", "firewalls", "primary_ips"];
    const answers = await Promise.all(paths.map((path) => sim.get(`/${path}`)));
    return answers.flatMap(({ body }, index) => body[paths[index] ?? ""] as unknown as unknown[]);
  };

  it(
    "refuses each rule's violation before anything is created",
    async () => {
      const { code, text } = await up(strict);
      const refused = new Set([...text.matchAll(/\[mandatory\] +([a-z-]+) /g)].map(([, n]) => n));
      expect([...refused].sort()).toEqual(rules.map(({ name }) => name).sort());
      expect(code).not.toBe(0);
      expect(await made()).toEqual([]);
    },
    runMs,
  );

  it(
    "tells settings of the pack that are wrong, and creates nothing",
    async () => {
      const { code, text } = await up({ "server-count": { maximum: "many" } });
      expect(text).toMatch(/server-count.*maximum/s);
      expect(code).not.toBe(0);
      const unreadable = await up("{ no json");
      expect(unreadable.code).not.toBe(0);
      expect(await made()).toEqual([]);
    },
    runMs,
  );

  it(
    "lets the program itself pass, with nothing but the advice about SSH",
    async () => {
      const config = join(dir, "own.yaml");
      writeFileSync(config, "config: {}\n");
      const { code, text } = await run(
        root,
        ...["preview", "--stack", "production", "--config-file", config],
        ...["--config", "domain=meet.example.org", "--config", "protect=true"],
        ...["--policy-pack", join(root, "policy")],
      );
      expect([...text.matchAll(/\[(mandatory|advisory)\] +([a-z-]+) /g)].map((m) => m[2])).toEqual([
        "ssh-closed",
        "ssh-closed",
      ]);
      expect(text).not.toContain("can't run policy");
      expect(code).toBe(0);
    },
    runMs,
  );
});
