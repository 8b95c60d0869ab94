import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A verb's files in the program for the web host, as `digests.json` has them there. */
export interface VerbFiles {
  /** SHA-256 of what `sha256sum` prints for the files: another one where the verb's code is another one. */
  readonly digest: string;
  /** CRC-32 of each file, by its path: by it the host finds a file that has changed since. */
  readonly files: Readonly<Record<string, number>>;
}

const packageName = "jitsi_hetzner";

/**
 * The text of `digests.json`, which belongs beside the package on the host.
 *
 * @param folder of the program; default this one
 */
export function digestsJson(folder = __dirname): string {
  return JSON.stringify(verbDigests(folder));
}

/**
 * For each verb all files that it imports, and those of the program's start. A file that no import leads to is none of
 * the verb's, so a change of it runs no step again.
 *
 * @param folder of the program; default this one
 */
export function verbDigests(folder = __dirname): Readonly<Record<string, VerbFiles>> {
  const verbs = readdirSync(join(folder, packageName, "verbs"))
    .filter((file) => /^[a-z]\w*\.py$/.test(file))
    .sort();
  return Object.fromEntries(
    verbs.map((file) => [
      file.replace(".py", "").replaceAll("_", "-"),
      filesOf(folder, [`${packageName}/main.py`, `${packageName}/verbs/${file}`]),
    ]),
  );
}

function filesOf(folder: string, roots: readonly string[]): VerbFiles {
  const found = new Map<string, Buffer>();
  const waiting = [...roots];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const content = readFileSync(join(folder, file));
    found.set(file, content);
    waiting.push(...importsOf(file, content.toString()));
  }
  const files = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = files.map(([file, content]) => `${sha256(content)}  ${file}\n`);
  return {
    digest: sha256(lines.join("")),
    files: Object.fromEntries(files.map(([file, content]) => [file, crc32(content)])),
  };
}

/** Of the package's own modules, wherever in the file. The package imports itself by dots alone (tested). */
function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(/^[ \t]*from (\.+)([\w.]*) import (\([^)]*\)|[^\n]*)/gm)].flatMap(
    ([, dots = "", module = "", names = ""]) => {
      const base = join(dirname(file), "../".repeat(dots.length - 1));
      const modules =
        module === ""
          ? names
              .replace(/[()]/g, "")
              .split(",")
              .map((name) => name.trim().split(" ")[0] ?? "")
          : [module];
      return modules
        .filter((name) => name !== "")
        .map((name) => normalize(join(base, `${name.replaceAll(".", "/")}.py`)));
    },
  );
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** zlib's; node:zlib has it from 20.15 on only. */
function crc32(content: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of content) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
