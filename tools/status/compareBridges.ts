import { bridgeNumber, localBridgeName } from "../../lib/bridgeNames";
import { allBridges } from "../../lib/plan/clusterPlan";
import type { SeenBridge, WebFacts } from "../../remote/program/contract";
import { byName } from "./compareHosts";
import type { Declared } from "./declared";
import { nicknameOf, type NamedBridge, type StackFacts } from "./stackFacts";
import type { BridgeStatus, Status } from "./status";

export interface BridgeFacts {
  readonly declared: Declared;
  readonly state: StackFacts;
  /** Absent if the web host, or jicofo on it, did not answer. */
  readonly jicofo?: WebFacts["jicofo"];
  readonly conferences?: WebFacts["conferences"];
  /** Names of the hosts whose server is missing or does not run. Nothing on them can work. */
  readonly down: ReadonlySet<string>;
}

interface Expected {
  readonly name: string | null;
  readonly nickname: string | null;
  readonly expected: BridgeStatus["expected"];
}

/** Compares jicofo's list with the state and the settings. Pure. */
export function compareBridges(facts: BridgeFacts): {
  bridges: BridgeStatus[];
  counts: Status["counts"];
  differences: string[];
} {
  const { declared, jicofo, conferences, down } = facts;
  const seen = new Map((jicofo?.bridges ?? []).map((bridge) => [bridge.nickname, bridge]));
  const expected = expectedBridges(facts);
  const strangers = [...seen.keys()]
    .filter((nickname) => !expected.some((bridge) => bridge.nickname === nickname))
    .map((nickname): Expected => ({ name: null, nickname, expected: "gone" }));
  // A bridge that is gone, as it should be, is not shown.
  const shown = [...expected, ...strangers].filter(
    ({ expected, nickname }) => expected !== "gone" || seen.has(nickname ?? ""),
  );
  const view = ({ nickname }: Expected): SeenBridge | undefined => seen.get(nickname ?? "");
  const count = (wish: (bridge: SeenBridge) => boolean): number | null =>
    jicofo ? [...seen.values()].filter(wish).length : null;
  return {
    bridges: shown
      .map((bridge) => bridgeStatus(bridge, view(bridge), Boolean(jicofo), conferences))
      .sort(byName),
    counts: {
      declared: allBridges(declared.plan).length,
      joined: count(() => true),
      operational: count(({ operational }) => operational),
      draining: count(({ draining }) => draining),
    },
    differences: shown
      .filter(({ name, expected }) => expected === "gone" || !down.has(name ?? ""))
      .flatMap((bridge) => [
        ...(jicofo ? differences(bridge, view(bridge)) : []),
        ...silence(bridge, Boolean(jicofo) && view(bridge) === undefined, conferences),
      ]),
  };
}

/** The bridges of the settings, and those of servers that are not declared. */
function expectedBridges({ declared, state }: BridgeFacts): Expected[] {
  const known: (NamedBridge & { isLeaving: boolean })[] = [
    ...state.servers
      .filter(({ name }) => name !== "web")
      .map((server) => ({ ...server, nickname: nicknameOf(server) })),
    // It has no server of its own.
    ...state.bridgeOutputs
      .filter(({ name }) => name === localBridgeName)
      .map((bridge) => ({ ...bridge, isLeaving: false })),
  ];
  const wanted = allBridges(declared.plan).map(({ name, draining }): Expected => {
    const found = known.find((bridge) => bridge.name === name && !bridge.isLeaving);
    const nickname = found?.nickname ?? null;
    return { name, nickname, expected: draining ? "draining" : "in service" };
  });
  const leaving = known
    .filter(({ nickname }) => !wanted.some((bridge) => bridge.nickname === nickname))
    .map(({ name, nickname }): Expected => ({ name, nickname, expected: "gone" }));
  return [...wanted, ...leaving];
}

/** What is wrong with one bridge. */
function differences(
  { name, nickname, expected }: Expected,
  bridge: SeenBridge | undefined,
): string[] {
  // Its missing server is reported already.
  if (nickname === null && name !== localBridgeName) return [];
  const called = name === null ? (nickname ?? "") : `${name} (${nickname ?? "never made"})`;
  if (expected === "gone") {
    return name === null
      ? [strangerDifference(called, bridge)]
      : [`${called} is not declared, but jicofo still lists it: pulumi up`];
  }
  if (bridge === undefined) return [`${called} is not in jicofo's list: ${repair(name)}`];
  return [
    bridge.operational ? [] : [`${called} is not operational: ${repair(name)}`],
    // `operational` is the result of jicofo's own check; `healthy` is what the bridge reports.
    bridge.healthy ? [] : [`${called} reports that it is not healthy: ${repair(name)}`],
    bridge.ending
      ? [`${called} is shutting down, but not because of a step of this program: ${repair(name)}`]
      : [],
    drainDifference(called, bridge.draining, expected === "draining"),
  ].flat();
}

/** A bridge whose REST API does not answer cannot be drained. jicofo may still report it as healthy. */
function silence(
  { name, nickname, expected }: Expected,
  isUnlisted: boolean,
  conferences: WebFacts["conferences"] = {},
): string[] {
  // A bridge that jicofo does not list is reported already.
  if (expected === "gone" || isUnlisted || conferences[nickname ?? ""] !== null) return [];
  return [`${name ?? ""} (${nickname ?? ""}) does not answer at its REST API: ${repair(name)}`];
}

function strangerDifference(called: string, bridge: SeenBridge | undefined): string {
  const stranger = `jicofo lists ${called}, which is not a bridge of this stack`;
  return bridge?.operational === true
    ? `${stranger}, and may send participants there: find out whose it is`
    : `${stranger}, and it does not work: jicofo forgets a bridge that crashed after some minutes`;
}

function drainDifference(called: string, isDraining: boolean, shouldDrain: boolean): string[] {
  if (isDraining === shouldDrain) return [];
  return isDraining
    ? [`${called} takes no new conferences, but drainingBridges does not name it: pulumi up`]
    : [`${called} takes participants, but drainingBridges names it: pulumi up`];
}

function repair(name: string | null): string {
  const number = bridgeNumber(name ?? "");
  return number === undefined ? "pulumi up" : `npm run repair -- ${number}`;
}

function bridgeStatus(
  { name, nickname, expected }: Expected,
  bridge: SeenBridge | undefined,
  wasAsked: boolean,
  conferences: WebFacts["conferences"] = {},
): BridgeStatus {
  return {
    name,
    nickname,
    expected,
    joined: wasAsked ? bridge !== undefined : null,
    operational: bridge?.operational ?? null,
    draining: bridge?.draining ?? null,
    stress: bridge?.stress ?? null,
    participants: bridge?.participants ?? null,
    version: bridge?.version ?? null,
    conferences: conferences[nickname ?? ""] ?? null,
  };
}
