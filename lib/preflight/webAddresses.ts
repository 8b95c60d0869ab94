import type { PrimaryIpFact } from "../hcloud/cloudFacts";
import type { PlannedHost } from "../plan/plannedHosts";
import { none, problem, type Findings } from "./findings";

/**
 * The web host's addresses outlive it, and never leave their location. Hetzner refuses a new web host elsewhere only when
 * it is ordered. A running one stays where it is, so the setting may differ then: it is for the bridges.
 *
 * @param primaryIps of this stack
 */
export function checkWebLocation(
  location: string,
  hosts: readonly PlannedHost[],
  primaryIps: readonly PrimaryIpFact[],
): Findings {
  const isMade = hosts.some(({ role, server }) => role === "web" && server === undefined);
  const elsewhere = primaryIps.filter(({ location: of }) => (of?.name ?? location) !== location);
  const [{ location: of } = {}] = elsewhere;
  if (!isMade || of?.name === undefined) return none;
  const names = elsewhere.map(({ name }) => name);
  const remove = names.map((name) => `hcloud primary-ip delete ${name}`).join(" && ");
  return problem(
    "location",
    `is "${location}", but the addresses of the web host (${names.join(", ")}) are in ${of.name}; an address never leaves its location, and a new web host gets these`,
    `pulumi config set location ${of.name}  # or, for a web host with other addresses: ${remove} && pulumi refresh; then: pulumi up`,
  );
}

/**
 * An address that was taken off the web host at Hetzner. The engine does not see it, a refresh empties the address in the
 * state without a way back, and each step then fails after minutes.
 *
 * @param primaryIps of this stack
 */
export function checkWebAddresses(
  hosts: readonly PlannedHost[],
  primaryIps: readonly PrimaryIpFact[],
): Findings {
  const server = hosts.find(({ role }) => role === "web")?.server;
  const loose = primaryIps.filter(({ assignee_id: assignee }) => assignee === null);
  if (server === undefined || loose.length === 0) return none;
  const names = loose.map(({ name }) => name);
  const assign = names.map((name) => `hcloud primary-ip assign --server ${server.name} ${name}`);
  return problem(
    undefined,
    `The web host (${server.name}) has lost its address ${names.join(", ")}, so its name leads nowhere`,
    `hcloud server poweroff ${server.name} && ${assign.join(" && ")} && pulumi refresh  # then: pulumi up, which powers it on`,
  );
}
