import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suites, type Suite } from "./releases";

/** The suites of one release on a mirror. */
const parts = (suite: Suite): readonly string[] => [suite, `${suite}-updates`, `${suite}-security`];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Debian's own mirrors, for a machine without Debian mirrors (another distribution). */
export const standardSources = (suite: Suite): readonly string[] => [
  `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main`,
  `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite}-updates main`,
  `deb [signed-by=${keyring}] http://security.debian.org/debian-security ${suite}-security main`,
];

/**
 * The mirrors of a Debian release that this machine uses, as one-line entries with the component
 * main. If the machine uses mirrors of another release only, these are used, because a mirror has
 * all releases. Without any, Debian's own mirrors.
 *
 * @param folder apt's configuration folder. Default: /etc/apt.
 */
export function machineSources(suite: Suite, folder = "/etc/apt"): readonly string[] {
  const all = machineEntries(folder);
  for (const known of [suite, ...suites]) {
    const lines = all.filter((line) => parts(known).includes(suiteName(line)));
    if (lines.some((line) => suiteName(line) === known)) {
      return lines.map((line) => line.replace(` ${known}`, ` ${suite}`));
    }
  }
  return standardSources(suite);
}

/** The suite of an entry with one component: its second last word. */
const suiteName = (line: string): string => line.split(" ").at(-2) ?? "";

function machineEntries(folder: string): readonly string[] {
  const more = join(folder, "sources.list.d");
  const names = existsSync(more) ? readdirSync(more).sort() : [];
  const files = [join(folder, "sources.list"), ...names.map((name) => join(more, name))];
  const entries = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      if (file.endsWith(".sources")) return parseDeb822(text);
      return file.endsWith(".list") ? parseOneLine(text) : [];
    });
  return [...new Set(entries)];
}

/** sources.list(5), one-line style: `deb [options] uri suite component...`. */
export function parseOneLine(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options, uri = "", lineSuite = "", components = ""] = match;
    return entry(options?.trim(), uri, lineSuite, components.trim().split(/\s+/));
  });
}

/** sources.list(5), deb822 style: paragraphs of `Field: value`. */
export function parseDeb822(text: string): string[] {
  const paragraphs = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const field = (name: string): string[] => {
      const value = new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, "im").exec(paragraph)?.[1];
      return (value ?? "").split(/\s+/).filter(Boolean);
    };
    if (!field("Types").includes("deb") || field("Enabled")[0] === "no") return [];
    const [signer] = field("Signed-By");
    // The field can also contain the key itself. mmdebstrap then uses the machine's trusted keys.
    const options = signer?.startsWith("/") ? `signed-by=${signer}` : undefined;
    return field("URIs").flatMap((uri) =>
      field("Suites").flatMap((name) => entry(options, uri, name, field("Components"))),
    );
  });
}

/** An entry of a release that hosts boot; empty for another release or publisher. */
function entry(
  options: string | undefined,
  uri: string,
  name: string,
  components: readonly string[],
): string[] {
  // Third parties also publish for these releases, but not with Debian's component name.
  if (!suites.flatMap(parts).includes(name) || !components.includes("main")) return [];
  const shown = options === undefined || options === "" ? "" : `[${options}] `;
  return [`deb ${shown}${uri} ${name} main`];
}
