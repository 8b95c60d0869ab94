import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The Debian release of the hosts. */
export const suite = "bookworm";

const suites: readonly string[] = [suite, `${suite}-updates`, `${suite}-security`];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Debian's own mirrors, for a machine that names none for this release (another distribution). */
export const standardSources: readonly string[] = [
  `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main`,
  `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite}-updates main`,
  `deb [signed-by=${keyring}] http://security.debian.org/debian-security ${suite}-security main`,
];

/**
 * The mirrors of the hosts' Debian release that this machine itself uses, as one-line entries with
 * the component main; Debian's own where the machine names none.
 *
 * @param folder apt's configuration folder. Default /etc/apt.
 */
export function machineSources(folder = "/etc/apt"): readonly string[] {
  const parts = join(folder, "sources.list.d");
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [join(folder, "sources.list"), ...names.map((name) => join(parts, name))];
  const entries = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      if (file.endsWith(".sources")) return parseDeb822(text);
      return file.endsWith(".list") ? parseOneLine(text) : [];
    });
  const lines = [...new Set(entries)];
  return lines.some((line) => line.endsWith(` ${suite} main`)) ? lines : standardSources;
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
    // A key may also stand in the field itself; mmdebstrap then takes the machine's trusted keys.
    const options = signer?.startsWith("/") ? `signed-by=${signer}` : undefined;
    return field("URIs").flatMap((uri) =>
      field("Suites").flatMap((name) => entry(options, uri, name, field("Components"))),
    );
  });
}

/** An entry of the hosts' release; nothing for another release or another publisher. */
function entry(
  options: string | undefined,
  uri: string,
  name: string,
  components: readonly string[],
): string[] {
  // Third parties publish for the same release, but hardly under Debian's component.
  if (!suites.includes(name) || !components.includes("main")) return [];
  const shown = options === undefined || options === "" ? "" : `[${options}] `;
  return [`deb ${shown}${uri} ${name} main`];
}
