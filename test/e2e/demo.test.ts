import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { down } from "../../packages/sandbox/src/commands/down";
import { backendUrl } from "../../packages/sandbox/src/environment";
import { environmentOf, listProcesses } from "../../packages/sandbox/src/hosts/processes";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { jitsiVariable } from "../../packages/sandbox/src/jitsi/choice";
import { must, runProgram, type Outcome } from "./harness";
import { testedKind } from "./kind";

/** What a newcomer does, in a clone of their own: the README's commands and nothing else. */
describe("a fresh clone", () => {
  const clone = join(projectDir, ".test", "clone");
  const sandbox = join(clone, ".sandbox");
  // The result must not depend on the network, as it would with the default.
  const env = { ...process.env, [jitsiVariable]: testedKind() };
  const make = (target: string): Promise<Outcome> =>
    runProgram("make", [target], { cwd: clone, env });

  const clean = async (): Promise<void> => {
    await down(sandbox, () => undefined);
    rmSync(clone, { recursive: true, force: true });
  };

  beforeAll(async () => {
    await clean();
    must("git clone", await runProgram("git", ["clone", "--quiet", projectDir, clone]));
  }, 120_000);

  afterAll(clean, 120_000);

  it("comes to a cluster by make demo, also after a killed run, and make down takes it away", async () => {
    await killedDemo();

    const healed = await make("demo");
    expect(healed.text).toContain("an earlier pulumi was killed while it ran");
    expect(healed.text).toMatch(/jitsi-jvb-1-\S+ +cpx42 +running/);
    expect(healed.text).toContain("make down");
    expect(healed.code).toBe(0);

    const again = await make("demo");
    expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged/);
    expect(again.code).toBe(0);

    expect((await make("down")).code).toBe(0);
    expect(pulumiProcesses()).toEqual([]);
    expect(existsSync(sandbox)).toBe(false);
    expect(existsSync(join(clone, "Pulumi.sandbox.yaml"))).toBe(false);
    expect((await make("down")).code).toBe(0);
  }, 900_000);

  /** Runs `make demo` and kills its pulumi as soon as the hosts are being installed. */
  async function killedDemo(): Promise<void> {
    const child = spawn("make", ["demo"], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    }
    const ended = new Promise((resolve) => child.on("close", resolve));
    const deadline = Date.now() + 600_000;
    while (!text.includes("jitsi-web-setup creating")) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`no host:\n${text}`);
      await sleep(100);
    }
    process.kill(lockHolder(), "SIGKILL");
    await ended;
    expect(pulumiProcesses()).not.toEqual([]);
    expect(child.exitCode).not.toBe(0);
  }

  /** What runs on the clone's own backend: after the killed run its plugins do. */
  function pulumiProcesses(): string[] {
    return listProcesses()
      .filter(({ pid }) => environmentOf(pid).includes(`PULUMI_BACKEND_URL=${backendUrl(sandbox)}`))
      .map(({ argv }) => argv.join(" "));
  }

  /** The process that holds the lock of the demo's stack. */
  function lockHolder(): number {
    const locks = join(sandbox, "pulumi/.pulumi/locks/organization/jitsi-hetzner/sandbox");
    const [file = ""] = readdirSync(locks);
    return (JSON.parse(readFileSync(join(locks, file), "utf8")) as { pid: number }).pid;
  }
});
