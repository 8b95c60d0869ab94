import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { sourcesDir } from "../../../src/standIns/build";

const libraries = [
  "common",
  "jitsi-videobridge2/rootfs/usr/share/jitsi-videobridge/lib",
  "jicofo/rootfs/usr/share/jicofo/lib",
  "jibri/rootfs/opt/jitsi/jibri/lib",
]
  .map((path) => join(sourcesDir, path))
  .concat(__dirname);

export interface PythonResult {
  /** The last line of the output, parsed as JSON. Undefined if the program failed. */
  readonly value: unknown;
  /** The whole output: log lines, or the end of a traceback. */
  readonly output: string;
}

/**
 * Runs Python code with access to the stand-ins' modules. The code prints its result as one line of
 * JSON. Modules that need slixmpp or aiohttp cannot be imported, because the machine does not have
 * them.
 */
export function python(code: string, ...args: string[]): PythonResult {
  const { status, stdout, stderr } = spawnSync("python3", ["-B", "-c", code, ...args], {
    env: { ...process.env, PYTHONPATH: libraries.join(":") },
    encoding: "utf8",
    timeout: 30_000,
  });
  const output = `${stdout}${stderr}`;
  if (status !== 0) return { value: undefined, output };
  return { value: JSON.parse(stdout.trim().split("\n").at(-1) ?? "null") as unknown, output };
}
