import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** The project's name in the example's settings. */
const exampleProject = "jitsi-hetzner";

interface Stack {
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * The settings of a preview in the sandbox, from a stack's file. `pulumi new` gives the project another name, and may write
 * its answers into the example's file: they override those of the example. Keys of other projects, and values that are
 * encrypted for another stack (a token), are left out.
 *
 * @param stackFile text of Pulumi.dev.yaml
 * @param project name of the project as it is now
 */
export function previewSettings(stackFile: string, project: string): string {
  const config = Object.entries((parse(stackFile) as Stack | null)?.config ?? {});
  const of = (name: string): [string, unknown][] =>
    config
      .filter(([key, value]) => key.startsWith(`${name}:`) && !isEncrypted(value))
      .map(([key, value]) => [`${project}:${key.slice(name.length + 1)}`, value]);
  return stringify({ config: Object.fromEntries([...of(exampleProject), ...of(project)]) });
}

const isEncrypted = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "secure" in value;

if (require.main === module) {
  const read = (file: string): string => readFileSync(join(__dirname, "../..", file), "utf8");
  const { name } = parse(read("Pulumi.yaml")) as { name: string };
  process.stdout.write(previewSettings(read("Pulumi.dev.yaml"), name));
}
