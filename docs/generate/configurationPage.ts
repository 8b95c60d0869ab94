import { declarations } from "../../lib/config/keys";
import { defaultText, type Setting } from "../../lib/config/setting";

/** The page about the settings of a stack. */
export function configurationPage(): string {
  return [
    "# Settings of a stack",
    "The settings are in `Pulumi.<stack>.yaml`. `pulumi config set` changes the file, `pulumi up` deploys the change. What a change does to a running cluster: [what-changes.md](what-changes.md). Error messages: [wrong-settings.md](wrong-settings.md).",
    "Set a list or an object either as one text in JSON, or item by item with `--path`. Do not mix the two forms: if the value was set as one text, `--path` starts a new value and drops the rest.",
    ...declarations.map(section),
  ]
    .join("\n\n")
    .concat("\n");
}

function section(declaration: Setting): string {
  const { name, allowed, description, details = [], required } = declaration;
  const usual = defaultText(declaration);
  const isNone = ["", "[]", "{}"].includes(usual);
  const facts = [
    `Value: ${allowed}`,
    `Default: ${isNone ? "none" : `\`${usual}\``}${required === true ? ", required" : ""}`,
    `Set it: ${waysToSet(declaration)
      .map((way) => `\`${way}\``)
      .join(", or ")}`,
  ];
  const list = facts.map((fact) => `- ${fact}`).join("\n");
  return [`## ${name}`, description, ...details, list].join("\n\n");
}

function waysToSet({ name, kind, example }: Setting): string[] {
  const set = "pulumi config set";
  switch (kind) {
    case "text list":
      return [`${set} ${name} '["VALUE", "VALUE"]'`, `${set} --path '${name}[0]' VALUE`];
    case "object list":
      return [`${set} --path '${name}[0].name' VALUE`];
    case "map":
      return [`${set} ${name} '{"NAME": "VALUE"}'`, `${set} --path ${name}.NAME VALUE`];
    case "secret":
      return [`cat FILE | ${set} --secret ${name}`];
    case "text":
    case "number list":
      return [`${set} ${name} ${/^[\w@.:/-]+$/.test(example) ? example : `'${example}'`}`];
    default:
      return kind satisfies never;
  }
}
