import type { CloudFirewall } from "./cloudFirewalls";
import type { CloudServer } from "./cloudServers";
import { byName } from "./compareHosts";
import type { Declared } from "./declared";
import { ruleText, without } from "./firewallRules";
import type { StackFacts, StateFirewall } from "./stackFacts";
import type { FirewallStatus } from "./status";

export interface FirewallFacts {
  readonly declared: Declared;
  readonly state: StackFacts;
  // Absent if Hetzner's API did not answer.
  readonly servers?: readonly CloudServer[];
  readonly firewalls?: readonly CloudFirewall[];
}

/** A host that exists, with the firewalls in force on it. */
interface Filtered {
  /** web, jvb-0. */
  readonly name: string;
  readonly server: CloudServer;
}

const byRefresh = "pulumi refresh, then pulumi up";

/**
 * Compares the rules in force with the declared ones. Hetzner adds up the rules of all firewalls of a server, so a firewall
 * of another owner opens ports too. Pure.
 */
export function compareFirewalls(facts: FirewallFacts): {
  firewalls: FirewallStatus[];
  differences: string[];
} {
  const { state, servers, firewalls } = facts;
  if (servers === undefined || firewalls === undefined) return { firewalls: [], differences: [] };
  const hosts = state.servers
    .flatMap(({ id, name }): Filtered[] => {
      const server = servers.find((one) => one.id === id);
      return server === undefined ? [] : [{ name, server }];
    })
    .sort(byName);
  const webFirst = [...state.firewalls].sort((a, b) => b.role.localeCompare(a.role));
  const own = webFirst.flatMap((known) => {
    const firewall = firewalls.find(({ id }) => id === known.id);
    return firewall === undefined ? [] : [ownStatus(facts, known, firewall, hosts)];
  });
  const others = firewalls
    .filter(({ id }) => !state.firewalls.some((known) => known.id === id))
    .map((firewall) => ({ ...firewall, on: filteredBy(firewall.id, hosts) }))
    .filter(({ on }) => on.length > 0);
  return {
    firewalls: [
      ...own,
      ...others.map(({ on, ...firewall }) => ({
        ...firewall,
        role: null,
        hosts: on.map(({ name }) => name),
        missing: [],
        added: firewall.rules,
      })),
    ],
    differences: [
      ...goneFirewalls(state, firewalls),
      ...own.flatMap((status) => ruleDifferences(status, state)),
      ...openHosts(state, hosts),
      ...others.flatMap(({ name, rules, on }) =>
        on.map(
          ({ name: host, server }) =>
            `the firewall ${name}, which is not this stack's, is in force on ${host} too (${rules.join("; ") || "no rules"}): hcloud firewall remove-from-resource --type server --server ${server.name} ${name}`,
        ),
      ),
    ],
  };
}

const filteredBy = (id: string, hosts: readonly Filtered[]): Filtered[] =>
  hosts.filter(({ server }) => server.firewalls?.includes(id) === true);

function ownStatus(
  { declared }: FirewallFacts,
  { role }: StateFirewall,
  { id, name, rules }: CloudFirewall,
  hosts: readonly Filtered[],
): FirewallStatus {
  const wanted = declared.firewallRules[role].map(ruleText);
  return {
    id,
    name,
    role,
    hosts: filteredBy(id, hosts).map((host) => host.name),
    rules,
    missing: without(wanted, rules),
    added: without(rules, wanted),
  };
}

function goneFirewalls(state: StackFacts, firewalls: readonly CloudFirewall[]): string[] {
  return state.firewalls
    .filter((known) => !firewalls.some(({ id }) => id === known.id))
    .map(
      ({ role, id }) =>
        `the ${role} firewall ${id} does not exist at Hetzner any more: ${byRefresh}`,
    );
}

function ruleDifferences(
  { id, name, rules, missing, added }: FirewallStatus,
  state: StackFacts,
): string[] {
  if (missing.length + added.length === 0) return [];
  const known = state.firewalls.find((firewall) => firewall.id === id)?.rules ?? [];
  // `up` repairs a difference that the state contains already.
  const isKnown = without(known, rules).length + without(rules, known).length === 0;
  const parts = [
    ...(missing.length === 0 ? [] : [`declared, but not in force: ${missing.join("; ")}`]),
    ...(added.length === 0 ? [] : [`in force, but not declared: ${added.join("; ")}`]),
  ];
  return [
    `the firewall ${name} differs, ${parts.join(", ")}: ${isKnown ? "pulumi up" : byRefresh}`,
  ];
}

/** Without its own firewall every port of a host is open. */
function openHosts(state: StackFacts, hosts: readonly Filtered[]): string[] {
  return hosts.flatMap(({ name: host, server }) => {
    const own = state.firewalls.find(({ role }) => host === role || host.startsWith(`${role}-`));
    const isFiltered = server.firewalls === null || server.firewalls.includes(own?.id ?? "");
    return own === undefined || isFiltered
      ? []
      : [`${host}'s server ${server.name} is not behind the ${own.role} firewall: ${byRefresh}`];
  });
}
