import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

export const projectDir = join(__dirname, "../..");

/** All files below a folder of the project, as paths relative to that folder. */
export function filesBelow(folder: string): string[] {
  const root = join(projectDir, folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** The text in a file of its own while `use` runs. */
export function withFile<T>(text: string, use: (path: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  try {
    const path = join(dir, "file");
    writeFileSync(path, text, { mode: 0o600 });
    return use(path);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What a tool says about a text: its exit code and both streams, as one value that a test can compare. */
export function run(command: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error) {
    throw new Error(`${command} cannot be run (${error.message}): apt-get install it`);
  }
  return status === 0 ? `ok\n${stdout}` : `exit ${String(status)}\n${stdout}${stderr}`;
}

/** What systemd says of units, warnings included: with these alone its exit code is 0. */
export function verifyUnits(...paths: readonly string[]): string {
  const verify = 'systemd-analyze verify --man=no --recursive-errors=no "$@" 2>&1';
  return run("sh", ["-c", verify, "sh", ...paths]);
}
