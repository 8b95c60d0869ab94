import type { Answer, ClusterFacts } from "./compare";
import { byName } from "./compareHosts";

/**
 * The same facts in one order: the web host, bridges by number, the rest by name. The state and the answers of Hetzner and
 * of jicofo have no order of their own, and two runs of `status` should differ only where the cluster does. Pure.
 */
export function inOrder(facts: ClusterFacts): ClusterFacts {
  const { state, cloud, firewalls, web } = facts;
  return {
    ...facts,
    state: {
      ...state,
      servers: [...state.servers].sort((a, b) => byName(a, b) || byNumber(a.id, b.id)),
      firewalls: by(state.firewalls, ({ role, id }) => `${role} ${id}`),
      bridgeOutputs: [...state.bridgeOutputs].sort(byName),
    },
    cloud: sorted(cloud, ({ name, id }) => `${name} ${id}`),
    firewalls: sorted(firewalls, ({ name, id }) => `${name} ${id}`),
    web:
      "facts" in web && web.facts.jicofo !== null
        ? {
            facts: {
              ...web.facts,
              jicofo: {
                ...web.facts.jicofo,
                bridges: by(web.facts.jicofo.bridges, ({ nickname }) => nickname),
              },
            },
          }
        : web,
  };
}

const sorted = <T>(answer: Answer<readonly T[]>, name: (one: T) => string): Answer<readonly T[]> =>
  "facts" in answer ? { facts: by(answer.facts, name) } : answer;

const by = <T>(all: readonly T[], name: (one: T) => string): T[] =>
  [...all].sort((a, b) => byNumber(name(a), name(b)));

const byNumber = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
