import type { ReservedAddress, SandboxIdentity } from "../identity";
import { ensureClientNamespace } from "./clientNetwork";
import { clientLink, routerNamespace } from "./names";
import { applyNft } from "./netns";

/** Where a program can run outside of the hosts. */
export const placeNames = ["internet", "closed", "no-udp"] as const;

export type PlaceName = (typeof placeNames)[number];

const addressOf: Readonly<Record<PlaceName, ReservedAddress>> = {
  internet: "internet",
  closed: "closed",
  "no-udp": "noUdp",
};

/**
 * The packet filter of a place as nftables text, for the router's namespace. Packets are dropped
 * without an answer, as by most firewalls. In the namespace of the place itself, the program would
 * get an error instead.
 *
 * - internet: nothing is filtered.
 * - closed: only TCP to port 443 goes out.
 * - no-udp: everything but UDP goes out and in.
 *
 * Each network has a resolver, because names must be resolved in a closed network too.
 */
export function placeRules(
  place: PlaceName,
  resolvers: readonly [ipv4: string, ipv6: string],
): string {
  const table = `inet place-${place}`;
  const fresh = `add table ${table}\ndelete table ${table}\n`;
  if (place === "internet") return fresh;
  const blocked = { closed: ["tcp dport 443 accept", "drop"], "no-udp": ["meta l4proto udp drop"] };
  const [ipv4, ipv6] = resolvers;
  const lines = [
    `add table ${table}`,
    `add chain ${table} forward { type filter hook forward priority filter - 1; policy accept; }`,
    ...["outgoing", "incoming"].map((chain) => `add chain ${table} ${chain}`),
    `add rule ${table} forward ct state established,related accept`,
    `add rule ${table} forward iifname "${clientLink(place)}" jump outgoing`,
    `add rule ${table} forward oifname "${clientLink(place)}" jump incoming`,
    `add rule ${table} outgoing ip daddr ${ipv4} meta l4proto { tcp, udp } th dport 53 accept`,
    `add rule ${table} outgoing ip6 daddr ${ipv6} meta l4proto { tcp, udp } th dport 53 accept`,
    ...blocked[place].map((rule) => `add rule ${table} outgoing ${rule}`),
    `add rule ${table} incoming ${place === "closed" ? "drop" : "meta l4proto udp drop"}`,
  ];
  return `${fresh}${lines.join("\n")}\n`;
}

/**
 * Creates the network namespace of a place. Idempotent; `removeAll` removes it.
 *
 * @returns the name of the namespace
 */
export async function ensurePlace(identity: SandboxIdentity, place: PlaceName): Promise<string> {
  const { reserved, serviceIpv4, serviceIpv6 } = identity.network;
  const namespace = await ensureClientNamespace(identity, place, reserved[addressOf[place]]);
  await applyNft(routerNamespace(identity), placeRules(place, [serviceIpv4, serviceIpv6]));
  return namespace;
}
