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
    const isUnset = value === "" || ["[]", "{}"].includes(JSON.stringify(value));
    const kind = type === undefined ? kindOf(value) : "text";
    const facts = `${kind}, default ${isUnset ? "none" : `\`${JSON.stringify(value)}\``}`;
    const ways = waysToSet(key, kind).map((way) => `\`${way}\``);
    return `## ${key}\n\n${description}\n\n- ${facts}\n- set it: ${ways.join(", or ")}`;
  });
  return [
    generated("Pulumi.yaml"),
    "# Settings of a stack",
    "They stand in `Pulumi.<stack>.yaml`. All problems are told at once, before anything is made, each with the command that sets it right.",
    "A list or an object is set whole, as one text in JSON, or piece by piece with `--path`. Do not mix the two forms: `--path` on a value that was set as one text begins a new one and drops the rest.",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}

type Kind = "text" | "list of numbers" | "list of texts" | "names with a value each";

/** Keys without a type are those that the engine's types do not suit. */
function kindOf(value: unknown): Kind {
  if (typeof value === "string") return "list of numbers";
  return Array.isArray(value) ? "list of texts" : "names with a value each";
}

function waysToSet(key: string, kind: Kind): string[] {
  const set = "pulumi config set";
  switch (kind) {
    case "list of texts":
      return [`${set} ${key} '["VALUE", "VALUE"]'`, `${set} --path '${key}[0]' VALUE`];
    case "names with a value each":
      return [`${set} ${key} '{"NAME": "VALUE"}'`, `${set} --path ${key}.NAME VALUE`];
    case "list of numbers":
      return [`${set} ${key} VALUE`];
    case "text":
      return key.endsWith("PrivateKey")
        ? [`cat FILE | ${set} --secret ${key}`]
        : [`${set} ${key} VALUE`];
    default:
      return kind satisfies never;
  }
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
