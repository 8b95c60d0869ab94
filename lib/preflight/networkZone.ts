import { networkZones, type Location } from "../constants";
import type { NetworkFact } from "../hcloud/cloudFacts";
import { none, problem, type Findings } from "./findings";

/**
 * All subnets of a network are in one network zone for their whole life, and every server in the network has to be in that
 * zone. Hetzner refuses the attachment only when the server exists and is billed.
 *
 * @param networks all of the project
 * @param ownLabels labels of the stack, which its network has
 */
export function checkNetworkZone(
  location: Location,
  networks: readonly NetworkFact[],
  ownLabels: Readonly<Record<string, string>>,
): Findings {
  const zone = networkZones[location];
  const own = networks.filter(({ labels }) =>
    ["project", "stack"].every((key) => labels[key] === ownLabels[key]),
  );
  for (const { name, subnets = [] } of own) {
    const other = subnets.find(({ network_zone: of }) => of !== undefined && of !== zone);
    if (other?.network_zone === undefined) continue;
    const allowed = locationsIn(other.network_zone);
    return problem(
      "location",
      `is "${location}", in the network zone ${zone}, but the cluster's network ${name} is in ${other.network_zone}, in which a server has to be too; its locations are ${allowed.join(", ")}`,
      `pulumi config set location ${allowed[0] ?? "LOCATION"}  # or, for a cluster in ${location}, create another stack: pulumi stack init NAME`,
    );
  }
  return none;
}

function locationsIn(zone: string): string[] {
  return Object.entries(networkZones).flatMap(([location, of]) => (of === zone ? [location] : []));
}
