import { bridgeNumber, localBridgeName } from "../../lib/bridgeNames";
import { isBridgeNode } from "../../lib/config/existingNode";
import { nodeName } from "../../lib/nodeNames";
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
  /** Whether `pulumi up` has settings to deploy. Without one, it runs no step. */
  readonly hasUndeployed: boolean;
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
      declared: wantedBridges(declared).length,
      joined: count(() => true),
      operational: count(({ operational }) => operational),
      draining: count(({ draining }) => draining),
    },
    differences: shown
      .filter(({ name, expected }) => expected === "gone" || !down.has(name ?? ""))
      .flatMap((bridge) => [
        ...(jicofo ? differences(bridge, view(bridge), facts.hasUndeployed) : []),
        ...silence(bridge, Boolean(jicofo) && view(bridge) === undefined, conferences),
      ]),
  };
}

/** The bridges of the settings, and those of servers that are not declared. */
function expectedBridges({ declared, state }: BridgeFacts): Expected[] {
  const known: (NamedBridge & { isLeaving: boolean })[] = [
    ...state.servers
      .filter(({ name }) => bridgeNumber(name) !== undefined)
      .map((server) => ({ ...server, nickname: nicknameOf(server) })),
    // It has no server of its own.
    ...state.bridgeOutputs
      .filter((bridge) => bridge.name === localBridgeName || isOnMachine(bridge))
      .map((bridge) => ({ ...bridge, isLeaving: false })),
  ];
  const wanted = wantedBridges(declared).map(({ name, draining }): Expected => {
    const found = known.find((bridge) => bridge.name === name && !bridge.isLeaving);
    const nickname = found?.nickname ?? null;
    return { name, nickname, expected: draining ? "draining" : "in service" };
  });
  const leaving = known
    .filter(({ nickname }) => !wanted.some((bridge) => bridge.nickname === nickname))
    .map(({ name, nickname }): Expected => ({ name, nickname, expected: "gone" }));
  return [...wanted, ...leaving];
}

/** All bridges of the settings, those on existing machines last. */
function wantedBridges({ plan, nodes = [] }: Declared): { name: string; draining: boolean }[] {
  return [...allBridges(plan), ...nodes.filter(isBridgeNode)].map(({ name, draining }) => ({
    name,
    draining,
  }));
}

const isOnMachine = ({ nickname }: Pick<Expected, "nickname">): boolean =>
  nodeName(nickname ?? "") !== undefined;

/** What is wrong with one bridge. */
function differences(
  { name, nickname, expected }: Expected,
  bridge: SeenBridge | undefined,
  hasUndeployed: boolean,
): string[] {
  // Its missing server is reported already.
  if (nickname === null && bridgeNumber(name ?? "") !== undefined) return [];
  const called = name === null ? (nickname ?? "") : `${name} (${nickname ?? "never made"})`;
  if (expected === "gone") {
    return name === null
      ? [strangerDifference(called, bridge)]
      : [`${called} is not declared, but jicofo still lists it: pulumi up`];
  }
  if (bridge === undefined)
    return [`${called} is not in jicofo's list: ${repair({ name, nickname })}`];
  return [
    bridge.operational ? [] : [`${called} is not operational: ${repair({ name, nickname })}`],
    // `operational` is the result of jicofo's own check; `healthy` is what the bridge reports.
    bridge.healthy
      ? []
      : [`${called} reports that it is not healthy: ${repair({ name, nickname })}`],
    bridge.ending
      ? [
          `${called} is shutting down, but not because of a step of this program: ${repair({ name, nickname })}`,
        ]
      : [],
    drainDifference(
      called,
      bridge.draining,
      expected === "draining",
      drainWords({ nickname }),
      hasUndeployed ? "pulumi up" : repair({ name, nickname }),
    ),
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
  return [
    `${name ?? ""} (${nickname ?? ""}) does not answer at its REST API: ${forwardFirst(nickname)}${repair({ name, nickname })}`,
  ];
}

function strangerDifference(called: string, bridge: SeenBridge | undefined): string {
  const stranger = `jicofo lists ${called}, which is not a bridge of this stack`;
  return bridge?.operational === true
    ? `${stranger}, and may send participants there: find out whose it is`
    : `${stranger}, and it does not work: jicofo forgets a bridge that crashed after some minutes`;
}

/** What the settings say of a bridge that stays out of service, and of one that does not. */
const drainWords = (bridge: Pick<Expected, "nickname">): readonly [is: string, isNot: string] =>
  isOnMachine(bridge)
    ? ["existingNodes has it as draining", "existingNodes does not have it as draining"]
    : ["drainingBridges names it", "drainingBridges does not name it"];

/** The web host reaches such a bridge by a forward. */
const forwardFirst = (nickname: string | null): string =>
  isOnMachine({ nickname })
    ? `on the web host: systemctl status jitsi-hetzner-forward@${nickname ?? ""}; then: `
    : "";

function drainDifference(
  called: string,
  isDraining: boolean,
  shouldDrain: boolean,
  [is, isNot]: readonly [string, string],
  remedy: string,
): string[] {
  if (isDraining === shouldDrain) return [];
  return isDraining
    ? [`${called} takes no new conferences, but ${isNot}: ${remedy}`]
    : [`${called} takes participants, but ${is}: ${remedy}`];
}

function repair({ name, nickname }: Pick<Expected, "name" | "nickname">): string {
  // Without a nickname, no complete `up` has made it yet.
  if (name === localBridgeName && nickname !== null) return "npm run repair -- web";
  const number = bridgeNumber(name ?? "") ?? (isOnMachine({ nickname }) ? name : undefined);
  return number === undefined || number === null ? "pulumi up" : `npm run repair -- ${number}`;
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
