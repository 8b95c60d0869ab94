import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { Simulator, token } from "./simulator";

const commandMs = 30_000;

/** Debian's hcloud client with its own home folder and its own simulator. */
export class HcloudCli {
  private constructor(
    readonly sim: Simulator,
    private readonly home: string,
  ) {}

  static async start(): Promise<HcloudCli> {
    return new HcloudCli(await Simulator.start(), mkdtempSync(join(tmpdir(), "hcloud-")));
  }

  /** Runs `hcloud <words>`. Words cannot contain spaces. */
  async run(words: string): Promise<string> {
    const env = {
      // Its own folder first, because a test can put a program there.
      PATH: `${this.home}:${process.env.PATH ?? ""}`,
      HOME: this.home,
      HCLOUD_ENDPOINT: this.sim.endpoint,
      HCLOUD_TOKEN: token,
    };
    const options = { env, timeout: commandMs };
    return (await promisify(execFile)("hcloud", words.split(" "), options)).stdout;
  }

  /** The rows that a command prints. */
  async rows(words: string): Promise<string[]> {
    return (await this.run(`${words} -o noheader`)).trim().split("\n");
  }

  /** Writes a file and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.home, name);
    writeFileSync(path, text);
    return path;
  }

  /** Writes a shell script that the client finds as a program with this name. */
  program(name: string, script: string): void {
    chmodSync(this.file(name, `#!/bin/sh\n${script}\n`), 0o755);
  }

  async close(): Promise<void> {
    await this.sim.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
