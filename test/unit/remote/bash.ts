import { spawnSync } from "node:child_process";
import { remoteScript } from "../../../remote/script";
import type { ScriptName, ScriptValues } from "../../../remote/script";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Gives a text to a bash as the command provider does: over stdin. */
export function bash(text: string, args: readonly string[] = []): Outcome {
  const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", ...args], {
    input: text,
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

/**
 * Runs `code` in place of the script's last line (`main "$@"`), with all of its functions defined. The code may
 * define functions anew, to stand for what only a host has.
 */
export function bashInScript<N extends ScriptName>(
  name: N,
  values: ScriptValues[N],
  code: string,
  /** Texts of the script that are others in the test: its paths. */
  replaced: Readonly<Record<string, string>> = {},
): Outcome {
  const text = Object.entries(replaced).reduce(
    (script, [from, to]) => script.replaceAll(from, to),
    remoteScript(name, values),
  );
  const lastLine = 'main "$@"\n';
  if (!text.endsWith(lastLine)) {
    throw new Error(`${name} does not end with its call of main`);
  }
  return bash(`${text.slice(0, -lastLine.length)}${code}\n`);
}
