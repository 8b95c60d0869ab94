import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ScriptName, ScriptValues } from "../../../remote/script";
import { bashInScript, type Outcome } from "./bash";

/** A host for scripts: its files are below a folder of the test, and functions stand for its programs. */
export class FakeHost {
  readonly root = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));

  end(): void {
    rmSync(this.root, { recursive: true });
  }

  /** Puts a file in place. */
  has(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** The text of a file. */
  text(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Runs code with the functions of a script. These folders of the host are below `root`. */
  run<N extends ScriptName>(
    script: N,
    values: ScriptValues[N],
    code: string,
    folders: readonly string[],
  ): Outcome {
    const paths = folders.map((folder) => [folder, join(this.root, folder)]);
    const setup = "chown() { :; }\nHOSTNAME=host\n";
    return bashInScript(
      script,
      values,
      `${setup}${code}`,
      Object.fromEntries(paths) as Record<string, string>,
    );
  }
}

/** Functions that write each call of these programs to stdout, as a line `PROGRAM ARGUMENTS`, and then run `body`. */
export const recorded = (programs: Readonly<Record<string, string>>): string =>
  Object.entries(programs)
    .map(([name, body]) => `${name}() { printf '%s\\n' "${name} $*" >&3; ${body || ":"}; }`)
    .join("\n");
