import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureToolchain } from "../../../../toolchain/src/ensure";
import { token } from "./simulator";

export const root = join(__dirname, "../../../../..");

/** How a run of `pulumi` ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  /** Both streams. */
  readonly text: string;
}

/** For the first use of the toolchain, which may have to be built. */
export const toolchainMs = 1_800_000;
/** For one command. */
export const runMs = 240_000;

/** The real engine, with a copy of a fixture's program and a state that go with the test. */
export class Engine {
  private constructor(
    /** The program's folder. */
    readonly dir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * @param endpoint of the API
   * @param fixture folder of a Pulumi program
   */
  static async start(endpoint: string, fixture: string): Promise<Engine> {
    const { pulumi, pulumiHome } = await ensureToolchain({
      log: (line: string) => process.stderr.write(`${line}\n`),
    });
    mkdirSync(join(root, ".test"), { recursive: true });
    // Inside of the checkout, so that the program finds its packages.
    const dir = mkdtempSync(join(root, ".test/engine-"));
    cpSync(fixture, dir, { recursive: true });
    mkdirSync(join(dir, "state"));
    return new Engine(dir, {
      ...process.env,
      PATH: `${pulumi}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: pulumiHome,
      PULUMI_BACKEND_URL: `file://${join(dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      HCLOUD_ENDPOINT: endpoint,
      HCLOUD_TOKEN: token,
    });
  }

  /**
   * Runs `pulumi`; never throws for its exit code.
   * @param options.cwd by default the fixture's folder; `root` for the project's own program
   */
  async run(
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Run> {
    const command = ["--non-interactive", "--color", "never", ...args];
    const where = {
      cwd: options.cwd ?? this.dir,
      env: { ...this.env, ...options.env },
      timeout: runMs,
      maxBuffer: 1 << 26,
    };
    try {
      const { stdout, stderr } = await promisify(execFile)("pulumi", command, where);
      return { code: 0, stdout, text: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, text: stdout + stderr };
    }
  }

  /** As `run`, for what a test takes for granted. @throws with what it said */
  async must(...[args, options]: Parameters<Engine["run"]>): Promise<string> {
    const { code, stdout, text } = await this.run(args, options);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${text}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
