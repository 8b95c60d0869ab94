import { isMap, isSeq, parseDocument, visit, type YAMLMap } from "yaml";
import { declarations } from "../../lib/config/keys";
import type { Setting } from "../../lib/config/setting";

/** What the engine is told of a key. */
interface Declared {
  readonly type?: "string";
  readonly default: Setting["default"];
  readonly description: string;
}

/**
 * The `config` section of Pulumi.yaml.
 *
 * All plain values are text for the engine, numbers too. It would stop at a wrong type with "must be of type 'integer'",
 * without the value, the limits, the command to type, and all other problems. Lists and objects have no type, because the
 * engine refuses a list that was set as one text. No key is `secret`: the engine refuses the default of a secret key, and
 * a key without a default is required.
 */
export function declaredConfig(): Record<string, Declared> {
  const isText = ({ kind }: Setting): boolean => kind === "text" || kind === "secret";
  return Object.fromEntries(
    declarations.map((one: Setting) => [
      one.name,
      {
        ...(isText(one) ? { type: "string" as const } : {}),
        default: one.default,
        description: one.description,
      },
    ]),
  );
}

interface Prompt {
  readonly description: string;
  readonly default?: Setting["default"];
}

/** What `pulumi new` asks for. It goes on without an answer only where there is a default. */
export function declaredPrompts(): Record<string, Prompt> {
  const asked = declarations.filter((one: Setting) => one.prompt !== undefined);
  return Object.fromEntries(
    asked.map(({ name, prompt = "", required, default: value }: Setting) => [
      name,
      { description: prompt, ...(required === true ? {} : { default: value }) },
    ]),
  );
}

/** The text of Pulumi.yaml with the sections that follow from the declarations. Everything else in it stays. */
export function withDeclaredConfig(text: string): string {
  const yaml = parseDocument(text);
  const config = yaml.createNode(declaredConfig());
  visit(config, {
    Seq: (_, list) => {
      list.flow = true;
    },
    // Addresses such as ::/0 are no plain text for every YAML parser.
    Scalar: (_, scalar, path) => {
      if (isSeq(path.at(-1))) scalar.type = "QUOTE_DOUBLE";
    },
  });
  const others = othersOf(yaml.get("config"));
  yaml.set("config", config);
  for (const item of others) yaml.addIn(["config"], item);
  const prompts = yaml.getIn(["template", "config"]);
  if (!isMap(prompts)) throw new Error("Pulumi.yaml has no template.config");
  prompts.items = [...yaml.createNode(declaredPrompts()).items, ...othersOf(prompts)];
  return yaml.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Keys with a namespace are those of another program: hcloud:token. */
function othersOf(section: unknown): YAMLMap["items"] {
  return isMap(section) ? section.items.filter(({ key }) => String(key).includes(":")) : [];
}
