import type { CloudServer } from "./cloudServers";
import { compareBridges } from "./compareBridges";
import { compareHosts } from "./compareHosts";
import type { Declared } from "./declared";
import type { StackFacts } from "./stackFacts";
import type { Status } from "./status";
import type { WebFacts } from "./webFacts";

/** What somebody said, or why nobody could be asked. */
export type Answer<T> = { readonly facts: T } | { readonly problem: string };

export interface Facts {
  readonly stack: string;
  readonly declared: Declared;
  readonly state: StackFacts;
  readonly cloud: Answer<readonly CloudServer[]>;
  readonly web: Answer<WebFacts>;
}

/** Puts what is declared beside what is. Pure. */
export function compare({ stack, declared, state, cloud, web }: Facts): Status {
  const webFacts = "facts" in web ? web.facts : undefined;
  const servers = "facts" in cloud ? cloud.facts : undefined;
  const hosts = compareHosts({ declared, state, servers });
  const bridges = compareBridges({
    declared,
    state,
    jicofo: webFacts?.jicofo,
    conferences: webFacts?.conferences,
  });
  const differences = [...hosts.differences, ...bridges.differences];
  const unknown = [
    "problem" in cloud ? [`Hetzner's API: ${cloud.problem}`] : [],
    "problem" in web ? [`the web host: ${web.problem}`] : [],
    webFacts?.jicofo === null
      ? ["jicofo does not answer: on the web host: systemctl restart jicofo"]
      : [],
  ].flat();
  return {
    stack,
    domain: declared.domain,
    verdict: differences.length > 0 ? "different" : unknown.length > 0 ? "unknown" : "equal",
    differences,
    unknown,
    hosts: hosts.hosts,
    bridges: bridges.bridges,
    counts: bridges.counts,
    versions: webFacts?.versions ?? null,
  };
}
