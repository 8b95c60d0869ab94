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
  return problem(
    "location",
    `is "${location}", but the addresses of the web host (${names.join(", ")}) are in ${of.name}; an address never leaves its location, and a new web host gets these`,
    `pulumi config set location ${of.name}  # or, for a web host with other addresses: hcloud primary-ip delete ${names.join(" ")} && pulumi refresh; then: pulumi up`,
  );
}
