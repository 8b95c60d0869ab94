import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { badInputPage } from "./badInputPage";
import { outputs } from "./outputs";
import { previewPage } from "./previewPage";
import { terminalPicture } from "./terminalPicture";

/** The reference pages are made here from their sources: `npm run -s reference` writes them. */

const root = join(__dirname, "..");

interface Declared {
  readonly config: Readonly<
    Record<string, { type?: string; default?: unknown; description: string }>
  >;
}

const generated = (source: string): string =>
  `<!-- Made from ${source} by \`npm run -s reference\`; change it there. -->`;

/** The page about the stack's settings. */
export function configurationPage(pulumiYaml: string): string {
  const { config } = parse(pulumiYaml) as Declared;
  const sections = Object.entries(config).map(([key, { type, default: value, description }]) => {
    const isUnset = value === undefined || value === "" || JSON.stringify(value) === "[]";
    const kind = type === undefined ? "list of numbers" : type === "array" ? "list" : "text";
    const facts = `${kind}, default ${isUnset ? "none" : `\`${JSON.stringify(value)}\``}`;
    return `## ${key}\n\n${description}\n\n- ${facts}\n- set it: \`${command(key, type)}\``;
  });
  return [
    generated("Pulumi.yaml"),
    "# Settings of a stack",
    "They stand in `Pulumi.<stack>.yaml`. All problems are told at once, before anything is made, each with the command that sets it right.",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}

function command(key: string, type: string | undefined): string {
  if (type === "array") return `pulumi config set --path '${key}[0]' VALUE`;
  const secret = key.endsWith("PrivateKey");
  return secret ? `cat FILE | pulumi config set --secret ${key}` : `pulumi config set ${key} VALUE`;
}

/** The page about the stack's outputs. */
export function outputsPage(): string {
  const rows = Object.entries(outputs).map(([name, text]) => `## ${name}\n\n${text}`);
  return [
    generated("ci/outputs.ts"),
    "# Outputs of a stack",
    "Their names and shapes are stable: scripts may rely on them. All of them as JSON: `pulumi stack output --json`; one: `pulumi stack output url`.",
    ...rows,
  ]
    .join("\n\n")
    .concat("\n");
}

/** Path to text, of all pages. */
export function pages(): Record<string, string> {
  return {
    "docs/configuration.md": configurationPage(readFileSync(join(root, "Pulumi.yaml"), "utf8")),
    "docs/wrong-settings.md": `${generated("ci/badInputPage.ts")}\n\n${badInputPage()}`,
    "docs/outputs.md": outputsPage(),
    "docs/preview-comments.md": previewPage(join(root, "test/unit/ci/previews")),
    "docs/demo.svg": terminalPicture(readFileSync(join(root, "docs/demo.txt"), "utf8")),
  };
}

if (require.main === module) {
  for (const [path, text] of Object.entries(pages())) writeFileSync(join(root, path), text);
}
