import type { Problem } from "../problem";
import * as ipaddr from "ipaddr.js";
import { defaults } from "../constants";
import { canonicalCidr, isCidr, networkOf } from "./cidr";
import { parseTextList } from "./textList";

/** Sources of one firewall rule. Source: https://docs.hetzner.com/cloud/firewalls/faq/ */
const mostSources = 100;

/**
 * Reads `adminCidrs`, each in the one spelling that the API gives back: another would be a change at every `up`.
 * Values that `adminCidrsProblems` refuses are read as something.
 */
export function parseAdminCidrs(raw: string | undefined): readonly string[] {
  return Object.freeze((listOf(raw) ?? []).map((text) => canonicalCidr(text) ?? text));
}

const listOf = (raw: string | undefined): readonly string[] | undefined =>
  raw === undefined ? defaults.adminCidrs : parseTextList(raw, ",");

/** Whether a host is known to be outside of all ranges: only an address is, a name may stand for any. */
export function isOutside(host: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(host)) return false;
  const address = ipaddr.process(host);
  return !ranges.some((range) => {
    const [network, length] = ipaddr.parseCIDR(range);
    return network.kind() === address.kind() && address.match(network, length);
  });
}

/** What is wrong with `adminCidrs`. */
export function adminCidrsProblems(raw: string | undefined): Problem[] {
  const texts = listOf(raw);
  if (texts === undefined) {
    return [problem("is not a list; a list of address ranges is needed", everybody)];
  }
  if (texts.length === 0) {
    return [
      problem("is empty, which would lock out `pulumi up` too; a range is needed", everybody),
    ];
  }
  if (texts.length > mostSources) {
    return [problem(`has ${texts.length} ranges; ${mostSources} are allowed`, everybody)];
  }
  // The whole list: `--path` for one of it would drop the others where the list was set as one text.
  const fix = setRanges([...new Set(texts.map((text) => networkOf(text) ?? exampleRange))]);
  return texts.flatMap((text, index): Problem[] => {
    const reason = rangeProblem(text) ?? duplicateOf(texts, index);
    return reason === undefined ? [] : [problem(`[${index}] ${reason}`, fix)];
  });
}

const exampleRange = "203.0.113.0/24";

const setRanges = (ranges: readonly string[]): string =>
  `pulumi config set adminCidrs '${JSON.stringify(ranges)}'`;

const everybody = `pulumi config rm adminCidrs  # everybody, by key only; or: ${setRanges([exampleRange])}`;

const problem = (reason: string, fix: string): Problem => ({ key: "adminCidrs", reason, fix });

function rangeProblem(text: string): string | undefined {
  if (!isCidr(text)) {
    return `is "${text}"; a range in CIDR notation is needed, such as 203.0.113.0/24 or 2001:db8::/32`;
  }
  const [address] = ipaddr.parseCIDR(text);
  if (address.kind() === "ipv6" && (address as ipaddr.IPv6).isIPv4MappedAddress()) {
    return `is "${text}"; an IPv4 range is written as such`;
  }
  // Hetzner takes the first address of a range only.
  return networkOf(text) === canonicalCidr(text)
    ? undefined
    : `is "${text}", which is not the first address of its range`;
}

function duplicateOf(texts: readonly string[], index: number): string | undefined {
  const all = texts.map(canonicalCidr);
  const first = all.indexOf(all[index]);
  return first < index ? `is the same as number ${first}; each range is needed once` : undefined;
}
