import { bridgeNumber, localBridgeName } from "../bridgeNames";
import { nodeName } from "../nodeNames";
import { localRecorderName, recorderNumber } from "../recorderNames";
import type { ChangedHost, HostChanges } from "./hostChanges";

/**
 * What a preview does to hosts, in one line: `adds bridges jvb-2 and jvb-3 (cpx42, fsn1); touches no other host`. It says
 * less where something is not known before the run. Pure.
 */
export function hostsLine(changes: HostChanges): string {
  const clauses = [
    ...hostClauses(changes),
    ...serviceClauses(changes),
    ...restartClauses(changes),
    ...(changes.touched.length === 0
      ? []
      : [`runs steps again on ${list(changes.touched.map(displayed))}`]),
    ...(changes.objects.length === 0 ? [] : [`changes ${list(changes.objects)}`]),
  ];
  return [...clauses, ...rest(changes, clauses)].join("; ");
}

function hostClauses(changes: HostChanges): string[] {
  const { added, finished, removed, replaced } = changes;
  const isWeb = ({ name }: ChangedHost): boolean => name === "web";
  const ending = ": all meetings end";
  const [web, bridges] = [replaced.filter(isWeb), replaced.filter((host) => !isWeb(host))];
  return [
    clause("adds", added),
    clause("finishes adding", finished.map(named)),
    // Without its web host a cluster has no meetings: no bridge is drained.
    ...(removed.some(isWeb) ? [clause("removes", removed, ending)] : drained("removes", removed)),
    clause("replaces", web, ending),
    ...drained("replaces", bridges),
  ].filter((text) => text !== "");
}

function drained(verb: string, hosts: readonly ChangedHost[]): string[] {
  const [first, without] = [true, false].map((is) => hosts.filter((host) => host.drained === is));
  return [
    clause(verb, first ?? [], ", drained first"),
    clause(verb, without ?? [], " without a drain"),
  ];
}

function serviceClauses({ poweredOff, emptied, revived, jicofo }: HostChanges): string[] {
  return [
    clause("powers off", poweredOff.map(named), " for another server type"),
    clause("drains", emptied.map(named), " and keeps it out of service"),
    clause("puts", revived.map(named), " back into service"),
    jicofo ? "restarts jicofo on web, and open meetings reload" : "",
  ].filter((text) => text !== "");
}

function restartClauses({ restarted, maybeRestarted, restartsIf }: HostChanges): string[] {
  const rolling = " (rolling restart)";
  const certain = clause("restarts", restarted.map(named), rolling);
  const maybe = maybeRestarted.map(named);
  if (maybe.length === 0) return certain === "" ? [] : [certain];
  return [...(certain === "" ? [] : [certain]), uncertain()];

  function uncertain(): string {
    switch (restartsIf) {
      case "other version asked for":
        return `changes the Jitsi version where it is another one: jicofo and prosody restart, then ${describe(maybe)}${rolling}`;
      case "web host prints other values":
        return clause(
          "restarts",
          maybe,
          `${rolling} only if the web host reports another Jitsi version or certificate`,
        );
      case "not known":
        return clause("may restart", maybe, rolling);
      default:
        return restartsIf satisfies never;
    }
  }
}

/** What is said about everything else. */
function rest(changes: HostChanges, clauses: readonly string[]): string[] {
  const { added, finished, removed, replaced, touched, objects, policy, recording } = changes;
  const isWhole =
    finished.includes("web") || [...added, ...removed].some(({ name }) => name === "web");
  if (isWhole) return [];
  if (touched.length > 0) {
    const { restarted, maybeRestarted, mayRestartServices, jicofo } = changes;
    const isWebReplaced = replaced.some(({ name }) => name === "web");
    if (restarted.length + maybeRestarted.length > 0 || isWebReplaced) return [];
    return [mayRestartServices || jicofo ? "restarts no bridge" : "restarts nothing"];
  }
  const ofHosts = clauses.length - (objects.length > 0 ? 1 : 0);
  if (ofHosts > 0) {
    // The policy is a file there; a changed list of bridges is no more than that.
    const notes = [
      ...(policy ? [`the list of ${listed(changes)}`] : []),
      ...(recording ? ["accounts and buttons of recording"] : []),
    ];
    return [`touches no other host${notes.length === 0 ? "" : `, but for ${list(notes)} on web`}`];
  }
  if (recording) return ["changes accounts and buttons of recording on web", "restarts nothing"];
  if (policy) return ["writes the policy of drains on web", "restarts nothing"];
  if (objects.length > 0) return ["touches no host"];
  return [changes.some ? "changes no host" : "changes nothing"];
}

/** What the list in the policy is about. */
function listed({ added, removed, replaced, finished, emptied, revived }: HostChanges): string {
  const names = [...added, ...removed, ...replaced].map(({ name }) => name);
  const kinds = [...names, ...finished, ...emptied, ...revived].map((name) =>
    kindOf(name) === "recorder" || name === localRecorderName ? "recorders" : "bridges",
  );
  return [...new Set(kinds)].sort().join(" and ") || "bridges";
}

const named = (name: string): ChangedHost => ({ name });

function clause(verb: string, hosts: readonly ChangedHost[], more = ""): string {
  return hosts.length === 0 ? "" : `${verb} ${describe(hosts)}${more}`;
}

/** `the web host (cx23, fsn1) and bridges jvb-0 and jvb-1 (cpx42, fsn1)`: hosts of one kind share the parentheses. */
function describe(hosts: readonly ChangedHost[]): string {
  const groups = new Map<string, string[]>();
  for (const { name, serverType, formerType, location } of hosts) {
    const type = formerType === undefined ? serverType : `${formerType} to ${serverType ?? "?"}`;
    const facts = [type, location].filter((fact) => fact !== undefined).join(", ");
    const kind = kindOf(name);
    const key = JSON.stringify([kind, facts]);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return list(
    [...groups].map(([key, names]) => {
      const [, facts] = JSON.parse(key) as [string, string];
      return `${noun(names)}${facts === "" ? "" : ` (${facts})`}`;
    }),
  );
}

/** Hosts of one kind are named together. */
function kindOf(name: string): string {
  if (bridgeNumber(name) !== undefined) return "bridge";
  if (recorderNumber(name) !== undefined) return "recorder";
  return nodeName(name) === undefined ? name : "machine";
}

/** An existing machine by the name that its owner has chosen. */
const displayed = (name: string): string => nodeName(name) ?? name;

function noun(names: readonly string[]): string {
  if (names[0] === "web") return "the web host";
  if (names[0] === localBridgeName) return "the bridge on the web host";
  if (kindOf(names[0] ?? "") === "machine") {
    return `${names.length === 1 ? "machine" : "machines"} ${list(names.map(displayed).sort())}`;
  }
  if (names[0] === localRecorderName) return "the recorder on the web host";
  const kind = kindOf(names[0] ?? "") === "recorder" ? "recorder" : "bridge";
  return names.length === 1 ? `${kind} ${list(names)}` : `${kind}s ${list(runs(names))}`;
}

/** Hosts in a row of three or more by the first and the last: `jvb-2 to jvb-89`. */
function runs(names: readonly string[]): string[] {
  const rows: string[][] = [];
  for (const name of names) {
    const row = rows.at(-1);
    const isNext = numberOf(row?.at(-1) ?? "") === (numberOf(name) ?? NaN) - 1;
    if (row !== undefined && isNext) row.push(name);
    else rows.push([name]);
  }
  return rows.flatMap((row) => (row.length < 3 ? row : [`${row[0] ?? ""} to ${row.at(-1) ?? ""}`]));
}

const numberOf = (name: string): number | undefined => bridgeNumber(name) ?? recorderNumber(name);

function list(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}
