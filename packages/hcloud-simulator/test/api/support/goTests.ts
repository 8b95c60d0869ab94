import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { goCommand } from "../../../../toolchain/src/go";

import { token } from "./simulator";

/** The first run compiles the libraries. */
export const goTimeoutMs = 300_000;

interface GoEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** The names of the tests in the folder of a Go module. */
export function goTestNames(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith("_test.go"));
  const sources = files.map((file) => readFileSync(join(folder, file), "utf8"));
  return sources.flatMap((source) =>
    [...source.matchAll(/^func (Test\w+)/gm)].map(([, name = ""]) => name),
  );
}

/** The tests of a Go module, run once against an endpoint. */
export class GoTests {
  private constructor(
    private readonly events: readonly GoEvent[],
    private readonly errors: string,
  ) {}

  static async run(folder: string, endpoint: string): Promise<GoTests> {
    const go = await goCommand();
    // The same flags as the toolchain's build, so that Go reuses its compiled packages.
    const flags = `${go.env.GOFLAGS ?? ""} -trimpath`;
    const env = { ...go.env, GOFLAGS: flags, HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token };
    const options = { cwd: folder, env, timeout: goTimeoutMs, maxBuffer: 2 ** 26 };
    const args = ["test", "-json", "-count=1", "-timeout=2m", "./..."];
    return new Promise((resolve) => {
      execFile(go.command, args, options, (_error, out, errors) => {
        const lines = out.split("\n").filter((line) => line.startsWith("{"));
        resolve(
          new GoTests(
            lines.map((line) => JSON.parse(line) as GoEvent),
            errors,
          ),
        );
      });
    });
  }

  /** The result of a test, with its output if it failed. */
  ended(name: string): { readonly how: string; readonly said: string } {
    const events = this.events.filter(({ Test }) => Test === name);
    const how = events.find(({ Action }) => ["pass", "fail", "skip"].includes(Action))?.Action;
    if (how === "pass") return { how, said: "" };
    const said = events.map(({ Output }) => Output ?? "").join("") + this.errors;
    return { how: how ?? "not run", said };
  }
}
