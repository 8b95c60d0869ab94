import { isRecorderNode } from "../../lib/config/existingNode";
import { allRecorders } from "../../lib/plan/clusterPlan";
import type { RecorderFacts } from "../../remote/program/contract";
import { byName } from "./compareHosts";
import type { Declared } from "./declared";
import type { RecorderStatus } from "./status";

export interface RecordersCompared {
  readonly recorders: readonly RecorderStatus[];
  readonly differences: readonly string[];
}

/**
 * Compares what the web host knows of recorders with the settings. Pure.
 *
 * @param seen absent if the web host did not answer, or if its program does not know recorders yet
 * @param down names of the hosts whose server is missing, does not run, or is not in the private network
 * @param hasUndeployed whether `pulumi up` has settings to deploy. Without one, it runs no step
 */
export function compareRecorders(
  { plan, nodes = [] }: Pick<Declared, "plan" | "nodes">,
  seen: readonly RecorderFacts[] | undefined,
  down: ReadonlySet<string>,
  hasUndeployed: boolean,
): RecordersCompared {
  const declared: readonly { readonly name: string; readonly draining: boolean }[] = [
    ...allRecorders(plan),
    ...nodes.filter(isRecorderNode),
  ];
  const expected = (name: string | null): RecorderStatus["expected"] => {
    const one = declared.find((recorder) => recorder.name === name);
    if (one === undefined) return "gone";
    return one.draining ? "out of service" : "in service";
  };
  const known = (seen ?? []).map((facts) => ({ ...facts, expected: expected(facts.name) }));
  const missing = declared.filter(({ name }) => !known.some((one) => one.name === name));
  return {
    recorders: [...known, ...missing.map(({ name }) => unknown(name, expected(name)))].sort(byName),
    differences: [
      ...known.flatMap((one) => (down.has(one.name ?? "") ? [] : differences(one, hasUndeployed))),
      // A missing server is reported already.
      ...(seen === undefined ? [] : missing)
        .filter(({ name }) => !down.has(name))
        .map(
          ({ name }) =>
            `${name} is declared, but the web host does not know it: ${remedyOf(name, hasUndeployed)}`,
        ),
    ],
  };
}

/** A recorder whose disk is nearly full needs no repair: it comes back by itself. */
const makeRoom =
  "make room there: jitsi-hetzner upload-recordings --now, or jitsi-hetzner discard-recordings";

const repairOf = (name: string | null): string => `npm run repair -- ${name ?? ""}`;

const remedyOf = (name: string | null, hasUndeployed: boolean): string =>
  hasUndeployed ? "pulumi up" : repairOf(name);

/** What is wrong with one recorder. */
function differences(one: RecorderStatus, hasUndeployed: boolean): string[] {
  const { name, nickname, goal, listed, problem, diskLow, lastError, expected } = one;
  const called = name === null ? nickname : `${name} (${nickname})`;
  const repair = repairOf(name);
  const remedy = remedyOf(name, hasUndeployed);
  switch (expected) {
    case "gone":
      return [
        name === null
          ? `${called} is in jicofo's room of recorders, and not of this stack: find out where it runs`
          : `${called} is not declared, but the web host still knows it: pulumi up; if it stays, on the web host: jitsi-hetzner forget ${nickname}`,
      ];
    case "out of service":
      return goal === "drained" ? [] : [`${called} is in service, and should not be: ${remedy}`];
    case "in service":
      if (goal !== "serving") return [`${called} is out of service (${goal}): ${remedy}`];
      if (problem !== "") return [`${called}: ${problem}: ${diskLow ? makeRoom : repair}`];
      if (listed === false) return [`${called} is not in jicofo's room of recorders: ${repair}`];
      return lastError === ""
        ? []
        : [`${called} cannot upload (${lastError}); it tries again, and its files stay`];
    default:
      return expected satisfies never;
  }
}

const unknown = (name: string, expected: RecorderStatus["expected"]): RecorderStatus => ({
  name,
  nickname: "",
  goal: "",
  listed: null,
  busy: "unknown",
  version: null,
  diskFreeBytes: null,
  diskLow: false,
  uploadsWaiting: null,
  lastError: "",
  localFiles: 0,
  problem: "",
  watchFault: "",
  expected,
});
