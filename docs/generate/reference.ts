import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../../tools/commands";
import { configurationPage } from "./configurationPage";
import { outputs } from "./outputs";
import { previewPage } from "./previewPage";
import { withDeclaredConfig } from "./pulumiYaml";
import { withEffectsTable } from "./settingEffects";
import { terminalPicture } from "./terminalPicture";
import { wrongSettingsPage } from "./wrongSettingsPage";

/** Makes the reference pages from their sources. `npm run -s reference` writes them. */

const root = join(__dirname, "../..");

const generated = (source: string): string =>
  `<!-- Made from ${source} by \`npm run -s reference\`; change it there. -->`;

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
    ["`sandbox -- machine list`", "the machines of other providers", "0; 1: there is no sandbox"],
    ["`sandbox -- machine add`", "the new machine", "0: its operator can log in; 1: failed"],
    ["`sandbox -- machine ssh`", "nothing", "those of the program that runs"],
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
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const settings = generated("lib/config/keys/");
  return {
    "Pulumi.yaml": withDeclaredConfig(read("Pulumi.yaml")),
    "docs/configuration.md": `${settings}\n\n${configurationPage()}`,
    "docs/wrong-settings.md": `${settings}\n\n${wrongSettingsPage()}`,
    "docs/what-changes.md": withEffectsTable(read("docs/what-changes.md")),
    "docs/outputs.md": outputsPage(),
    "docs/commands.md": commandsPage(),
    "docs/preview-comments.md": previewPage(join(root, "test/unit/tools/previewSummary/previews")),
    "docs/demo.svg": terminalPicture(read("docs/demo.txt")),
  };
}

if (require.main === module) {
  for (const [path, text] of Object.entries(pages())) writeFileSync(join(root, path), text);
}
