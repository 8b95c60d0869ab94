import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policy/rules";
import {
  Engine,
  root,
  runMs,
  toolchainMs,
  type Run,
} from "../../packages/hcloud-simulator/test/api/support/engine";
import { Simulator } from "../../packages/hcloud-simulator/test/api/support/simulator";

/** All rules mandatory, with limits that the violations exceed. */
const strict = {
  all: "mandatory",
  "server-count": { maximum: 2 },
  "monthly-cost": { maximum: 10, prices: { cx21: 5 } },
};

describe("the policy pack in the engine", () => {
  let sim: Simulator;
  let engine: Engine;

  beforeAll(async () => {
    sim = await Simulator.start();
    engine = await Engine.start(sim.endpoint, join(__dirname, "fixtures/violations"));
    await engine.must(["stack", "init", "production"]);
  }, toolchainMs);
  afterAll(async () => {
    engine.remove();
    await sim.close();
  });

  /** `pulumi up` with the pack and these settings of it. */
  function up(settings: unknown): Promise<Run> {
    const file = join(engine.dir, "pack.json");
    writeFileSync(file, typeof settings === "string" ? settings : JSON.stringify(settings));
    const pack = ["--policy-pack", join(root, "policy"), "--policy-pack-config", file];
    return engine.run(["up", "--yes", ...pack]);
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
      expect(code).toBe(1);
      expect(await made()).toEqual([]);
    },
    runMs,
  );

  it(
    "tells settings of the pack that are wrong, and creates nothing",
    async () => {
      const { code, text } = await up({ "server-count": { maximum: "many" } });
      expect(text).toMatch(/server-count.*maximum/s);
      expect(code).toBe(1);
      const unreadable = await up("{ no json");
      expect(unreadable.code).toBe(1);
      expect(await made()).toEqual([]);
    },
    runMs,
  );

  it(
    "lets the program itself pass, with nothing but the advice about SSH",
    async () => {
      const config = join(engine.dir, "own.yaml");
      writeFileSync(config, "config: {}\n");
      const preview = ["preview", "--stack", "production", "--config-file", config];
      const settings = ["--config", "domain=meet.example.org", "--config", "protect=true"];
      const pack = ["--policy-pack", join(root, "policy")];
      const { code, text } = await engine.run([...preview, ...settings, ...pack], { cwd: root });
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
