import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { commands } from "../../tools/commands";
import { badInputPage } from "./badInputPage";
import { outputs } from "./outputs";
import { previewPage } from "./previewPage";
import { terminalPicture } from "./terminalPicture";

/** Makes the reference pages from their sources. `npm run -s reference` writes them. */

const root = join(__dirname, "../..");

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
    generated("docs/generate/outputs.ts"),
    "# Outputs of a stack",
    "Scripts may rely on the names and shapes of the outputs. `pulumi stack output --json` prints all outputs as JSON. `pulumi stack output url` prints one.",
    ...rows,
  ]
    .join("\n\n")
    .concat("\n");
}

/** The page about the commands: their JSON and their exit codes. */
export function commandsPage(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = Object.entries(commands).map(([name, { purpose, json, exits }]) =>
    row([`\`${name}\``, purpose, json, ...exits]),
  );
  const heading = ["command", "what it does", "`--json` prints", "exit code 0", "1", "2"];
  const others: readonly (readonly string[])[] = [
    ["`toolchain`", "`pulumi` (folder), `pulumiHome`, `way`", "0: found or made; 1: not"],
    ["`sandbox -- status`", "its servers; with `--calls` all", "0: it runs; 1: it does not run"],
    ["`sandbox -- people ...`", "`rooms`, `bridges`, `totals`", "0: succeeded; 1: failed"],
    ["`sandbox -- fault list`", "the active faults", "0; 1: there is no sandbox"],
    ["`sandbox -- env`", "the variables", "0; 1: there is no sandbox"],
    ["`sandbox -- ssh`, `curl`, `logs`", "nothing", "those of the program that runs"],
    ["all other commands of `sandbox`", "nothing", "0: succeeded; 1: failed"],
    [
      "`pulumi`",
      "`preview`, `up`, `stack output` and `config` have it",
      "0: succeeded; others: failed",
    ],
    ["`make ...`", "nothing", "0: succeeded; 2: failed"],
  ];
  return [
    generated("tools/commands.ts and docs/generate/reference.ts"),
    "# Commands for scripts",
    "`npm run -s NAME -- --json` prints the result to stdout and nothing else. Progress and reasons go to stderr. `--help` lists the options. New versions add fields and exit codes, and never change or remove them.",
    "## Operator commands",
    "The exit codes have the same meaning in all operator commands:",
    [
      "- 0: done, or as it should be.",
      "- 1: not done, or not as it should be.",
      "- 2: the command could not start, or the result is unknown. If `status` could read the stack, it prints JSON with what is known. No other command prints JSON then. Causes: a wrong option, no stack, no passphrase, no token, or a question that nobody can answer.",
    ].join("\n"),
    [row(heading), row(heading.map(() => "---")), ...rows].join("\n"),
    "## Commands without a stack",
    [
      row(["command", "`--json` prints", "exit codes"]),
      row(["---", "---", "---"]),
      ...others.map(row),
    ].join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}

/** The text of each page, by its path. */
export function pages(): Record<string, string> {
  return {
    "docs/configuration.md": configurationPage(readFileSync(join(root, "Pulumi.yaml"), "utf8")),
    "docs/wrong-settings.md": `${generated("docs/generate/badInputPage.ts")}\n\n${badInputPage()}`,
    "docs/outputs.md": outputsPage(),
    "docs/commands.md": commandsPage(),
    "docs/preview-comments.md": previewPage(join(root, "test/unit/tools/previewSummary/previews")),
    "docs/demo.svg": terminalPicture(readFileSync(join(root, "docs/demo.txt"), "utf8")),
  };
}

if (require.main === module) {
  for (const [path, text] of Object.entries(pages())) writeFileSync(join(root, path), text);
}
