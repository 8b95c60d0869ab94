import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureToolchain } from "../../../../toolchain/src/ensure";
import { token } from "./simulator";

export const root = join(__dirname, "../../../../..");

/** Result of a `pulumi` command. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  /** Both streams. */
  readonly text: string;
}

/** The first use of the toolchain may build it. */
export const toolchainMs = 1_800_000;
/** Timeout of one command. */
export const runMs = 240_000;

/**
 * The real engine, with a copy of a fixture's program and a state that is removed with the test.
 */
export class Engine {
  private constructor(
    /** Folder of the program. */
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
    // Inside the repository, so that the program finds its packages.
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
   * Runs `pulumi`. A failure does not throw.
   *
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

  /**
   * Like `run`, but the command must succeed.
   *
   * @throws Error with the output
   */
  async must(...[args, options]: Parameters<Engine["run"]>): Promise<string> {
    const { code, stdout, text } = await this.run(args, options);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${text}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
