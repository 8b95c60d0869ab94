import * as ipaddr from "ipaddr.js";
import { componentPackage, privateNetwork } from "../constants";
import type { ImageFact, NetworkFact, ServerFact, ZoneFact } from "../hcloud/cloudFacts";
import { labels } from "../plan/labels";
import { none, problem, warning, type Findings } from "./findings";

/**
 * A host keeps its domain for its whole life, because its packages are configured for it and its certificates name it.
 * @param servers of this stack; a label of each contains its domain
 */
export function checkDomain(domain: string, servers: readonly ServerFact[]): Findings {
  const label = labels({ stack: "", domain }).domain;
  const other = servers.find((server) => (server.labels.domain ?? label) !== label);
  if (other === undefined) return none;
  const old = other.labels.domain ?? "";
  return problem(
    "domain",
    `is "${domain}", but this stack's cluster (server ${other.name}) was made for ${old}, and a host keeps its domain for its whole life`,
    `pulumi config set domain ${old}  # for ${domain}, create another stack: pulumi stack init NAME; or delete this cluster first: pulumi destroy`,
  );
}

/**
 * @param images all with this name
 * @param now for the date from which the image cannot be ordered
 */
export function checkImage(image: string, images: readonly ImageFact[], now: Date): Findings {
  const refuse = (reason: string): Findings =>
    problem(
      "image",
      `is "${image}", ${reason}`,
      "hcloud image list --type system --architecture x86  # then: pulumi config set image NAME",
    );
  const forX86 = images.filter(({ architecture }) => architecture === "x86");
  const usable = forX86.find(({ status }) => status === "available");
  if (usable === undefined) {
    const status = forX86[0]?.status;
    if (status !== undefined) return refuse(`which is ${status} at Hetzner, not available`);
    const others = [...new Set(images.map(({ architecture }) => architecture))].join(" and ");
    return refuse(
      others === ""
        ? "which Hetzner does not offer"
        : `which Hetzner offers for ${others} only; the hosts are x86`,
    );
  }
  if (usable.deprecation === undefined) return none;
  const { announced, unavailable_after: end } = usable.deprecation;
  if (end !== undefined && new Date(end) <= now) {
    return refuse(`which cannot be ordered any more since ${dayOf(end)}`);
  }
  const since = announced === undefined ? "" : ` since ${dayOf(announced)}`;
  const until = end === undefined ? "an unknown date" : dayOf(end);
  return warning(`image ${image} is deprecated${since}; it can be ordered only until ${until}`);
}

/** The day of a date of the API. */
const dayOf = (date: string): string => date.slice(0, 10);

/** Delegation states in which the names of a zone are not found. A state that is new in the API causes no warning. */
const notDelegated: readonly string[] = ["partially-valid", "invalid", "lame", "unregistered"];

/** @param zone `undefined` if the project has no zone with this name */
export function checkZone(dnsZone: string, zone: ZoneFact | undefined): Findings {
  if (zone === undefined) {
    return problem(
      "dnsZone",
      `is "${dnsZone}", which is not a zone of this Hetzner project`,
      `hcloud zone create --name ${dnsZone} --mode primary  # or: pulumi config rm dnsZone`,
    );
  }
  if (zone.mode !== "primary") {
    return problem(
      "dnsZone",
      `is "${dnsZone}", a ${zone.mode} zone, whose records are created at its primary name server`,
      "pulumi config rm dnsZone  # the records to create are then an output",
    );
  }
  const { delegation_status: delegation, assigned = [] } = zone.authoritative_nameservers ?? {};
  if (delegation === undefined || !notDelegated.includes(delegation)) return none;
  const servers =
    assigned.length === 0 ? "Hetzner's name servers" : `the name servers ${assigned.join(", ")}`;
  return warning(
    `the zone ${dnsZone} is not delegated to Hetzner (${delegation}): its names are not found until its registrar lists ${servers}`,
  );
}

/**
 * Hetzner allows two networks with overlapping ranges, but no server can be in both. Networks of this program's own stacks
 * never share a server.
 */
export function checkPrivateRange(networks: readonly NetworkFact[]): Findings {
  const overlapping = networks.filter(
    ({ ip_range: range, labels }) =>
      labels.project !== componentPackage &&
      ipaddr.isValidCIDR(range) &&
      overlap(range, privateNetwork.range),
  );
  return warning(
    ...overlapping.map(
      ({ name, ip_range: range }) =>
        `the network ${name} (${range}) overlaps with the cluster's ${privateNetwork.range}, so no server can be in both`,
    ),
  );
}

function overlap(a: string, b: string): boolean {
  const [first, second] = [ipaddr.parseCIDR(a), ipaddr.parseCIDR(b)];
  if (first[0].kind() !== second[0].kind()) return false;
  const [wide, narrow] = first[1] <= second[1] ? [first, second] : [second, first];
  return narrow[0].match(wide[0], wide[1]);
}

/** The usual limit of a new account. The API does not report a project's own limit. */
const serversOfNewAccount = 10;

/**
 * @param total servers of this cluster after the `up`
 * @param missing how many of them the `up` creates
 */
export function checkQuota(total: number, missing: number): Findings {
  return missing === 0 || total <= serversOfNewAccount
    ? none
    : warning(
        `the cluster will have ${total} servers; Hetzner's API does not report your project's limit, and a new account often has ${serversOfNewAccount}: see Limits in Hetzner's console`,
      );
}
