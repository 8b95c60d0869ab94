import { isDeepStrictEqual } from "node:util";
import { set } from "../../lib/config/command";
import { configKeys, secretKeys, type ConfigKey, type RawConfig } from "../../lib/config/keys";
import { parseSettings } from "../../lib/config/settings";
import type { StackConfig } from "../cloudApi";
import type { PulumiCli } from "../pulumiCli";
import { rawSettings, refused } from "./declared";

/** A run in the output of `pulumi stack history --json`. */
export interface HistoricUpdate {
  /** update, refresh, destroy, ... */
  readonly kind: string;
  /** succeeded, failed, in-progress. */
  readonly result: string;
  /** Facts of the run; `pulumi.flag.NAME` for each option that it had. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: StackConfig;
}

/** How far back to look. A roll has a run for each bridge. */
const bounds = { pages: 10, perPage: 20 } as const;

/** Options with which an `up` leaves resources out. */
const partial = ["target", "target-replace", "exclude"].map((name) => `pulumi.flag.${name}`);

/** The last complete and successful `up`; `undefined` if the history has none. */
export async function lastWholeUpdate(
  pulumi: Pick<PulumiCli, "answer">,
): Promise<HistoricUpdate | undefined> {
  for (let page = 1; page <= bounds.pages; page++) {
    const said = await pulumi.answer(
      ...["stack", "history", "--json", "--show-secrets"],
      ...["--page-size", bounds.perPage.toString(), "--page", page.toString()],
    );
    const updates = JSON.parse(said) as HistoricUpdate[];
    const found = updates.find(isWhole);
    if (found !== undefined || updates.length < bounds.perPage) return found;
  }
  return undefined;
}

const isWhole = ({ kind, result, environment = {} }: HistoricUpdate): boolean =>
  kind === "update" && result === "succeeded" && !partial.some((flag) => flag in environment);

/** Settings whose value differs in meaning from the deployed one, each with what to do. Pure. */
export function undeployedSettings(config: StackConfig, deployed: StackConfig): string[] {
  const now = rawSettings(config);
  const then = rawSettings(deployed);
  return configKeys
    .filter((key) => isChanged(key, now, then[key]))
    .map((key) => {
      const isSecret = [config, deployed].some((one) =>
        Object.entries(one).some(([name, value]) => name.endsWith(`:${key}`) && value?.secret),
      );
      const values = isSecret ? "" : ` (deployed: ${shown(then[key])}, now: ${shown(now[key])})`;
      return `${key} is changed, but not deployed${values}: pulumi up`;
    });
}

/** @throws OperatorError if the domain differs from the deployed one, because a host keeps its domain for its whole life */
export function assertSameDomain(config: StackConfig, deployed: StackConfig): void {
  const [now = "", then = ""] = [config, deployed].map((one) => rawSettings(one).domain);
  if (now === then || then === "") return;
  const reason = `is "${now}", but this stack's cluster was made for ${then}, and a host keeps its domain for its whole life`;
  throw refused([{ key: "domain", reason, fix: set("domain", then) }]);
}

/** Compares what the program makes of the values: `30m` equals `1800s`, and no value equals the default. */
function isChanged(key: ConfigKey, now: RawConfig, then: string | undefined): boolean {
  const value = now[key];
  if ((value ?? "") === (then ?? "")) return false;
  // It applies to one run. Its removal afterwards leaves nothing to deploy.
  if (key === "rollBridges" && (value ?? "") === "") return false;
  if (secretKeys.includes(key)) return true;
  try {
    return !isDeepStrictEqual(parseSettings(now), parseSettings({ ...now, [key]: then }));
  } catch {
    return true;
  }
}

const longest = 80;

function shown(value: string | undefined): string {
  if (value === undefined || value === "") return "not set";
  return value.length <= longest ? value : `${value.slice(0, longest)}...`;
}
