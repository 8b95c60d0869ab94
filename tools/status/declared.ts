import { localBridgeName } from "../../components/bridgePlan";
import {
  bridgeProblems,
  declaredNumbers,
  hasLocalBridge,
  parseBridges,
} from "../../settings/bridges";
import { configKeys, type RawConfig } from "../../settings/problem";
import type { StackConfig } from "../cloudApi";
import { OperatorProblem } from "../operatorProblem";

/** A bridge that the settings ask for. */
export interface DeclaredBridge {
  /** For people: jvb-0; `local` for the web host's own. */
  readonly name: string;
  /** Whether `drainingBridges` empties it. */
  readonly isDraining: boolean;
}

/** What the settings ask for. */
export interface Declared {
  readonly domain: string;
  readonly bridges: readonly DeclaredBridge[];
}

/**
 * Reads the settings of the file, deployed or not.
 *
 * @throws OperatorProblem where the settings are none that `up` would take
 */
export function readDeclared(config: StackConfig): Declared {
  // `pulumi new` gives the project a name of the operator's; jvbCount is always there, it has a default.
  const project =
    Object.keys(config)
      .find((key) => key.endsWith(":jvbCount"))
      ?.split(":")[0] ?? "";
  const raw: RawConfig = Object.fromEntries(
    configKeys.map((key) => [key, config[`${project}:${key}`]?.value]),
  );
  const problems = bridgeProblems(raw);
  if (problems.length > 0) {
    const lines = problems.map(({ key, reason, fix }) => `  ${key} ${reason}:\n      ${fix}`);
    throw new OperatorProblem(
      ["the settings do not tell which bridges there are:", ...lines].join("\n"),
    );
  }
  const choice = parseBridges(raw);
  const bridges = declaredNumbers(choice).map((number) => ({
    name: `jvb-${number}`,
    isDraining: choice.drainingBridges.includes(number),
  }));
  const local = hasLocalBridge(choice) ? [{ name: localBridgeName, isDraining: false }] : [];
  return { domain: raw.domain ?? "", bridges: [...bridges, ...local] };
}
