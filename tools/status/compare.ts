import type { WebFacts } from "../../remote/program/contract";
import type { CloudFirewall } from "./cloudFirewalls";
import type { CloudServer } from "./cloudServers";
import { compareBridges } from "./compareBridges";
import { compareFirewalls } from "./compareFirewalls";
import { compareHosts } from "./compareHosts";
import { compareRecorders } from "./compareRecorders";
import { reverseNameDifferences } from "./compareReverseNames";
import { watchDifferences } from "./compareWatch";
import type { Declared } from "./declared";
import { inOrder } from "./inOrder";
import type { StackFacts } from "./stackFacts";
import type { Status } from "./status";

/** What a source answered, or why it did not answer. */
export type Answer<T> = { readonly facts: T } | { readonly problem: string };

export interface ClusterFacts {
  readonly stack: string;
  readonly declared: Declared;
  readonly state: StackFacts;
  readonly cloud: Answer<readonly CloudServer[]>;
  readonly firewalls: Answer<readonly CloudFirewall[]>;
  /** Settings that are changed, but not deployed: a sentence for each. */
  readonly undeployed: Answer<readonly string[]>;
  readonly web: Answer<WebFacts>;
}

/** Compares what is declared with what exists. Pure. */
export function compare(given: ClusterFacts): Status {
  const facts = inOrder(given);
  const { stack, declared, state, undeployed } = facts;
  const [web, servers] = [known(facts.web), known(facts.cloud)];
  const hosts = compareHosts({ declared, state, servers });
  const hasUndeployed = known(undeployed)?.length !== 0;
  const bridges = compareBridges({
    declared,
    state,
    // A jicofo that is not logged in lists no bridge. The bridges are not the cause.
    jicofo: web === undefined || web.jicofoProblem === "" ? web?.jicofo : null,
    conferences: web?.conferences,
    down: hosts.down,
    hasUndeployed,
  });
  const recorders = compareRecorders(declared, recordersOf(web), hosts.down, hasUndeployed);
  const firewalls = compareFirewalls({
    declared,
    state,
    servers,
    firewalls: known(facts.firewalls),
  });
  const differences = [
    ...(known(undeployed) ?? []),
    ...hosts.differences,
    ...(web === undefined ? [] : jicofoDifferences(web)),
    ...certificateFacts(web).certificateProblems,
    ...bridges.differences,
    ...recorders.differences,
    ...firewalls.differences,
    ...reverseNameDifferences({ declared, state, servers }),
    ...(web?.health.failed ?? []).map(failedUnit),
    ...watchDifferences(web ?? {}, state),
    ...turnDifferences(web?.turn),
  ];
  const unknown = unansweredOf(facts);
  return {
    stack,
    domain: declared.plan.webHost.hostname,
    verdict: differences.length > 0 ? "different" : unknown.length > 0 ? "unknown" : "equal",
    differences,
    unknown,
    notes: [
      ...(web?.expiredCertificates ?? []).map(
        (certificate) =>
          `the XMPP certificate ${certificate} has expired; you do not have to do anything`,
      ),
      ...turnNotes(web?.turn),
    ],
    hosts: hosts.hosts,
    bridges: bridges.bridges,
    recorders: recorders.recorders,
    firewalls: firewalls.firewalls,
    counts: bridges.counts,
    versions: web?.versions ?? null,
    certificates: web === undefined ? null : certificateFacts(web).certificates,
    health: web?.health ?? null,
    turn: web?.turn ?? null,
  };
}

/** What a source answered; `undefined` if it did not answer. */
function known<T>(answer: Answer<T>): T | undefined {
  return "facts" in answer ? answer.facts : undefined;
}

/** The web host's program can be one that does not know these facts yet. */
function certificateFacts(
  web: Partial<WebFacts> | undefined,
): Pick<WebFacts, "certificates" | "certificateProblems"> {
  const { certificates = [], certificateProblems = [] } = web ?? {};
  return { certificates, certificateProblems };
}

/** The same for recorders. */
const recordersOf = (web: Partial<WebFacts> | undefined): WebFacts["recorders"] | undefined =>
  web?.recorders;

/** A jicofo that answers, but does not work. */
function jicofoDifferences({ jicofo, jicofoProblem }: WebFacts): string[] {
  return jicofo === null || jicofoProblem === "" ? [] : [`${jicofoProblem}: npm run repair -- web`];
}

/** A web host of an older program does not tell. */
type Turn = WebFacts["turn"] | undefined;

function turnDifferences(turn: Turn): string[] {
  return turn === null || turn === undefined || turn.problem === ""
    ? []
    : [`${turn.problem}: on the web host: jitsi-hetzner turn-server --apply`];
}

/** Without a certificate that browsers trust, there is no TURN server. That is as declared. */
function turnNotes(turn: Turn): string[] {
  return turn === null || turn === undefined || turn.waitsFor === ""
    ? []
    : [
        `there is no TURN server, because ${turn.waitsFor}; participants whose network lets only TCP 443 out have no sound and no picture`,
      ];
}

function failedUnit(unit: string): string {
  return `${unit} on the web host has failed: journalctl -u ${unit} -n 50 there; then: systemctl reset-failed ${unit} && systemctl start ${unit}`;
}

/** Which sources did not answer, and why. */
function unansweredOf({ cloud, firewalls, web, undeployed }: ClusterFacts): string[] {
  return [
    problemsOf("Hetzner's API", cloud, firewalls),
    problemsOf("the web host", web),
    problemsOf("the stack's history", undeployed),
    known(web)?.jicofo === null ? ["jicofo does not answer: npm run repair -- web"] : [],
  ].flat();
}

/** Why a source did not answer. Each reason appears once. */
function problemsOf(who: string, ...answers: readonly Answer<unknown>[]): string[] {
  const problems = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  return [...new Set(problems)].map((problem) => `${who}: ${problem}`);
}
