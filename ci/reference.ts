import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { commands } from "../tools/commands";
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

/** The page about what scripts may rely on in the commands. */
export function commandsPage(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = Object.entries(commands).map(([name, { purpose, json, exits }]) =>
    row([`\`${name}\``, purpose, json, ...exits]),
  );
  const heading = ["command", "what it does", "`--json` prints", "exit code 0", "1", "2"];
  const others: readonly (readonly string[])[] = [
    ["`toolchain`", "`pulumi` (folder), `pulumiHome`, `way`", "0 there is one; 1 there is none"],
    ["`sandbox -- status`", "its servers; with `--calls` all", "0 it runs; 1 it does not"],
    ["`sandbox -- people ...`", "`rooms`, `bridges`, `totals`", "0 done; 1 not done"],
    ["`sandbox -- fault list`", "the faults in force", "0; 1 there is no sandbox"],
    ["`sandbox -- env`", "the variables", "0; 1 there is no sandbox"],
    ["`sandbox -- ssh`, `curl`, `logs`", "none", "those of the program that runs"],
    ["all others of `sandbox`", "none", "0 done; 1 not done"],
    ["`pulumi`", "`preview`, `up`, `stack output`, `config`", "0 done; others not done"],
    ["`make ...`", "none", "0 done; 2 not done"],
  ];
  return [
    generated("tools/commands.ts and ci/reference.ts"),
    "# Commands for scripts",
    "`npm run -s NAME -- --json` prints the result to stdout, and nothing else; progress and reasons go to stderr. `--help` tells the options. Fields and exit codes are only ever added.",
    "For each of the operator's commands 0 is that it is done, or as it should be; 1 that it is not; 2 that it could not begin (a wrong option, no stack, no passphrase, no token, nobody to ask), or that nobody can tell. At 2 there is no JSON, but of `status`, which tells what is known.",
    [row(heading), row(heading.map(() => "---")), ...rows].join("\n"),
    "The commands without a stack:",
    [
      row(["command", "`--json` prints", "exit codes"]),
      row(["---", "---", "---"]),
      ...others.map(row),
    ].join("\n"),
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
    "docs/commands.md": commandsPage(),
    "docs/preview-comments.md": previewPage(join(root, "test/unit/ci/previews")),
    "docs/demo.svg": terminalPicture(readFileSync(join(root, "docs/demo.txt"), "utf8")),
  };
}

if (require.main === module) {
  for (const [path, text] of Object.entries(pages())) writeFileSync(join(root, path), text);
}
