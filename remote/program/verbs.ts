import { readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { contractVersion, type VerbStdin } from "./contract";

/** A verb of the package beside this file that a step calls: its input has a type. */
export type TypedVerb = keyof VerbStdin;

/** What a step gives a typed verb on stdin. */
export function verbStdin(input: VerbStdin[TypedVerb]): string {
  return JSON.stringify({ version: contractVersion, ...input });
}

const packageName = "jitsi_hetzner";

/** The names of the verbs in Python, each with its module. Pure, but for reading the folder. */
function verbModules(): readonly (readonly [verb: string, module: string])[] {
  return readdirSync(join(__dirname, packageName, "verbs"))
    .filter((file) => /^[a-z]\w*\.py$/.test(file))
    .sort()
    .map((file) => [file.replace(".py", "").replaceAll("_", "-"), `${packageName}/verbs/${file}`]);
}

/**
 * For each verb in Python all files that it imports, and those of the program's start, by their paths below this folder.
 * A file that no import leads to is none of the verb's, so a change of it runs no step again.
 *
 * @param readFile by such a path
 */
export function pythonVerbs(
  readFile: (path: string) => string,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    verbModules().map(([verb, module]) => [
      verb,
      imported([`${packageName}/main.py`, module], readFile),
    ]),
  );
}

function imported(roots: readonly string[], readFile: (path: string) => string): readonly string[] {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    waiting.push(...importsOf(file, readFile(file)));
  }
  return [...found].sort();
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

/** All of the program in Python: its start and its package, by their paths below this folder. */
export function pythonFiles(): readonly string[] {
  const files = readdirSync(join(__dirname, packageName), { recursive: true, encoding: "utf8" });
  return [
    "start.py",
    ...files.filter((file) => file.endsWith(".py")).map((file) => `${packageName}/${file}`),
  ].sort();
}
