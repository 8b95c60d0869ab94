import { declarations, type RawConfig } from "../../lib/config/keys";
import type { Setting, WrongValue } from "../../lib/config/setting";
import { ConfigError, parseSettings, plainSecret } from "../../lib/config/settings";
import { planCluster } from "../../lib/plan/clusterPlan";
import { plannedHosts } from "../../lib/plan/plannedHosts";
import { memoryOfTypes } from "../../lib/plan/serverTypes";
import { checkHeaps } from "../../lib/preflight/heapCheck";
import { formatProblem, type Problem } from "../../lib/problem";

type Declared = (typeof declarations)[number];

/** The settings with one value of a declaration, beside what that value needs. Everything else is valid. */
export function settingsWith(declaration: Declared, wrong: WrongValue): RawConfig {
  const { value, beside } = typeof wrong === "string" ? { value: wrong, beside: {} } : wrong;
  const { name, beside: always = {} }: Setting = declaration;
  return { domain: "meet.example.org", ...always, ...beside, [name]: value };
}

/** What the program reports for an invalid value. @throws if the program accepts it */
export function problemsOf(declaration: Declared, wrong: WrongValue): readonly Problem[] {
  if (declaration.kind === "secret") return [plainSecret(declaration.name)];
  try {
    parseSettings(settingsWith(declaration, wrong));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error(`${declaration.name}: the program accepts ${JSON.stringify(wrong)}`);
}

/** Too large for the machine, which the program knows as soon as it knows the server type. */
function heapExample(): string {
  const types = { web: "cx23", jvb: "cpx42" };
  const settings = parseSettings({ domain: "meet.example.org", bridgeHeapMb: "65536" });
  const hosts = plannedHosts(planCluster(settings), []);
  const asked = { ...settings, hasLocalBridge: false };
  const { problems } = checkHeaps(asked, hosts, types, memoryOfTypes());
  return example("bridgeHeapMb", "65536", problems);
}

/** The page with the error messages of invalid values, made by the program itself. */
export function wrongSettingsPage(): string {
  const sections = declarations.map((declaration) => {
    const { name, wrong }: Setting = declaration;
    const examples = wrong.map((one) => example(name, one, problemsOf(declaration, one)));
    const more = name === "bridgeHeapMb" ? [heapExample()] : [];
    return [`## ${name}\n`, "```", [...examples, ...more].join("\n\n"), "```"].join("\n");
  });
  return [
    "# Error messages for invalid settings",
    "The program checks all settings before it changes anything, in the preview too. It reports all problems at once, each with the command that fixes it. The program then asks the Hetzner API what only Hetzner knows, for example whether a server type is in stock and whether the DNS zone exists: see [deploy.md](deploy.md#checks-before-anything-is-created).",
    "The examples below show an invalid value, then the error message. The settings are described in [configuration.md](configuration.md).",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}

function example(name: string, wrong: WrongValue, problems: readonly Problem[]): string {
  const { value, beside } = typeof wrong === "string" ? { value: wrong, beside: {} } : wrong;
  const others = Object.entries(beside).map(([key, text]) => `${key}: ${text}`);
  const given = [...others, `${name}: ${value === "" ? "(empty)" : value}`];
  return [given.join(", "), ...problems.map(formatProblem)].join("\n");
}
