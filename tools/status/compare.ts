import type { CloudFirewall } from "./cloudFirewalls";
import type { CloudServer } from "./cloudServers";
import { compareBridges } from "./compareBridges";
import { compareFirewalls } from "./compareFirewalls";
import { compareHosts } from "./compareHosts";
import type { Declared } from "./declared";
import type { StackFacts } from "./stackFacts";
import type { Status } from "./status";
import type { WebFacts } from "./webFacts";

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
export function compare(facts: ClusterFacts): Status {
  const { stack, declared, state, cloud, web, undeployed } = facts;
  const webFacts = "facts" in web ? web.facts : undefined;
  const servers = "facts" in cloud ? cloud.facts : undefined;
  const hosts = compareHosts({ declared, state, servers });
  const problem = webFacts?.jicofoProblem ?? "";
  const bridges = compareBridges({
    declared,
    state,
    // A jicofo that is not logged in lists no bridge. The bridges are not the cause.
    jicofo: problem === "" ? webFacts?.jicofo : null,
    conferences: webFacts?.conferences,
    down: hosts.down,
  });
  const failed = (webFacts?.health.failed ?? []).map(
    (unit) =>
      `${unit} on the web host has failed: journalctl -u ${unit} -n 50 there; then: systemctl reset-failed ${unit} && systemctl start ${unit}`,
  );
  const firewalls = compareFirewalls({
    declared,
    state,
    servers,
    firewalls: "facts" in facts.firewalls ? facts.firewalls.facts : undefined,
  });
  const answersInVain = problem !== "" && webFacts?.jicofo !== null;
  const differences = [
    ...("facts" in undeployed ? undeployed.facts : []),
    ...hosts.differences,
    ...(answersInVain ? [`${problem}: npm run repair -- web`] : []),
    ...bridges.differences,
    ...firewalls.differences,
    ...failed,
  ];
  const unknown = [
    problemsOf("Hetzner's API", cloud, facts.firewalls),
    problemsOf("the web host", web),
    problemsOf("the stack's history", undeployed),
    webFacts?.jicofo === null ? ["jicofo does not answer: npm run repair -- web"] : [],
  ].flat();
  return {
    stack,
    domain: declared.plan.webHost.hostname,
    verdict: differences.length > 0 ? "different" : unknown.length > 0 ? "unknown" : "equal",
    differences,
    unknown,
    notes: (webFacts?.expiredCertificates ?? []).map(
      (certificate) =>
        `the XMPP certificate ${certificate} has expired; you do not have to do anything`,
    ),
    hosts: hosts.hosts,
    bridges: bridges.bridges,
    firewalls: firewalls.firewalls,
    counts: bridges.counts,
    versions: webFacts?.versions ?? null,
    health: webFacts?.health ?? null,
  };
}

/** Why a source did not answer. Each reason appears once. */
function problemsOf(who: string, ...answers: readonly Answer<unknown>[]): string[] {
  const problems = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  return [...new Set(problems)].map((problem) => `${who}: ${problem}`);
}
