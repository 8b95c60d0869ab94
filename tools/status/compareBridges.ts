import { bridgeNumber, localBridgeName } from "../../lib/bridgeNames";
import { allBridges } from "../../lib/plan/clusterPlan";
import { byName } from "./compareHosts";
import type { Declared } from "./declared";
import { nicknameOf, type NamedBridge, type StackFacts } from "./stackFacts";
import type { BridgeStatus, Status } from "./status";
import type { JicofoBridge, WebFacts } from "./webFacts";

export interface BridgeFacts {
  readonly declared: Declared;
  readonly state: StackFacts;
  /** Absent where the web host, or jicofo on it, could not be asked. */
  readonly jicofo?: WebFacts["jicofo"];
  readonly conferences?: WebFacts["conferences"];
  /** Names of the hosts whose server is missing or does not run: nothing on them can work. */
  readonly down: ReadonlySet<string>;
}

interface Expected {
  readonly name: string | null;
  readonly nickname: string | null;
  readonly expected: BridgeStatus["expected"];
}

/** What jicofo sees beside what is in the state and in the settings. Pure. */
export function compareBridges(facts: BridgeFacts): {
  bridges: BridgeStatus[];
  counts: Status["counts"];
  differences: string[];
} {
  const { declared, jicofo, conferences, down } = facts;
  const seen = new Map(
    Object.entries(jicofo?.bridges ?? {}).map(([jid, bridge]) => [
      jid.split("/").slice(1).join("/"),
      bridge,
    ]),
  );
  const expected = expectedBridges(facts);
  const strangers = [...seen.keys()]
    .filter((nickname) => !expected.some((bridge) => bridge.nickname === nickname))
    .map((nickname): Expected => ({ name: null, nickname, expected: "gone" }));
  // A bridge that is gone, as it should be, is no line of the table.
  const shown = [...expected, ...strangers].filter(
    ({ expected, nickname }) => expected !== "gone" || seen.has(nickname ?? ""),
  );
  const view = ({ nickname }: Expected): JicofoBridge | undefined => seen.get(nickname ?? "");
  const count = (wish: (bridge: JicofoBridge) => boolean): number | null =>
    jicofo ? [...seen.values()].filter(wish).length : null;
  return {
    bridges: shown
      .map((bridge) => bridgeStatus(bridge, view(bridge), Boolean(jicofo), conferences))
      .sort(byName),
    counts: {
      declared: allBridges(declared.plan).length,
      joined: count(() => true),
      operational: count(({ operational }) => operational),
      draining: count(({ drain }) => drain),
    },
    differences: shown
      .filter(({ name, expected }) => expected === "gone" || !down.has(name ?? ""))
      .flatMap((bridge) => [
        ...(jicofo ? differences(bridge, view(bridge)) : []),
        ...silence(bridge, Boolean(jicofo) && view(bridge) === undefined, conferences),
      ]),
  };
}

/** The bridges of the settings, and those of servers that the settings do not want (any more). */
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

/** What is not as it should be with one bridge. */
function differences(
  { name, nickname, expected }: Expected,
  bridge: JicofoBridge | undefined,
): string[] {
  // Its missing server is told already.
  if (nickname === null && name !== localBridgeName) return [];
  const called = name === null ? (nickname ?? "") : `${name} (${nickname ?? "never made"})`;
  if (expected === "gone") {
    return name === null
      ? [strangerDifference(called, bridge)]
      : [`${called} is not declared and jicofo still lists it: pulumi up`];
  }
  if (bridge === undefined) return [`${called} is not in jicofo's list: ${repair(name)}`];
  return [
    bridge.operational ? [] : [`${called} is not operational: ${repair(name)}`],
    // jicofo's own check of it decides on operational; this is what the bridge says of itself.
    bridge.healthy ? [] : [`${called} says that it is not healthy: ${repair(name)}`],
    bridge["graceful-shutdown"] || bridge["shutting-down"]
      ? [`${called} is shutting down, by no step of this program: ${repair(name)}`]
      : [],
    drainDifference(called, bridge.drain, expected === "draining"),
  ].flat();
}

/** A bridge whose REST API is silent cannot be drained. jicofo may still take it for healthy. */
function silence(
  { name, nickname, expected }: Expected,
  isUnlisted: boolean,
  conferences: WebFacts["conferences"] = {},
): string[] {
  // Of one that jicofo does not list, that is told.
  if (expected === "gone" || isUnlisted || conferences[nickname ?? ""] !== null) return [];
  return [`${name ?? ""} (${nickname ?? ""}) does not answer at its REST API: ${repair(name)}`];
}

function strangerDifference(called: string, bridge: JicofoBridge | undefined): string {
  const stranger = `jicofo lists ${called}, which is no bridge of this stack`;
  return bridge?.operational === true
    ? `${stranger}, and may send people there: find out whose it is`
    : `${stranger} and does not work: jicofo forgets a bridge that crashed after some minutes`;
}

function drainDifference(called: string, isDraining: boolean, shouldDrain: boolean): string[] {
  if (isDraining === shouldDrain) return [];
  return isDraining
    ? [`${called} takes no new conferences, and drainingBridges does not name it: pulumi up`]
    : [`${called} takes people, and drainingBridges names it: pulumi up`];
}

function repair(name: string | null): string {
  const number = bridgeNumber(name ?? "");
  return number === undefined ? "pulumi up" : `npm run repair -- ${number}`;
}

function bridgeStatus(
  { name, nickname, expected }: Expected,
  bridge: JicofoBridge | undefined,
  wasAsked: boolean,
  conferences: WebFacts["conferences"] = {},
): BridgeStatus {
  return {
    name,
    nickname,
    expected,
    joined: wasAsked ? bridge !== undefined : null,
    operational: bridge?.operational ?? null,
    draining: bridge?.drain ?? null,
    stress: bridge?.stress ?? null,
    participants: bridge?.endpoints ?? null,
    version: bridge?.version ?? null,
    conferences: conferences[nickname ?? ""] ?? null,
  };
}
