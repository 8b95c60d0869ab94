import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { numericId } from "../lib/hcloud/numericId";
import { isInZone, relativeName } from "../lib/plan/dnsPlan";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";
import type { Host } from "./host";

/** One address of a host, and the object at Hetzner that has its reverse name. */
export interface NamedAddress {
  /** IPv4 or IPv6. */
  address: pulumi.Input<string>;
  /** Exactly one of the two. */
  owner: { serverId: pulumi.Input<number> } | { primaryIpId: pulumi.Input<number> };
}

export interface DnsArgs {
  /** The host's full name: jvb-0.meet.example.org. */
  hostname: string;
  ipv4: NamedAddress;
  ipv6: NamedAddress;
  /** The zone at Hetzner DNS that contains the name. Without it, only the reverse names are set. */
  zone?: string;
  labels: Labels;
  /**
   * What comes before the reverse names. Hetzner locks a server while one of its actions runs, and the provider does not
   * repeat a reverse name that was refused because of that.
   */
  reverseAfter: pulumi.Resource;
}

/** The names of one host: A and AAAA in a managed zone, and the reverse names of both addresses. */
export class Dns extends Component {
  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Dns", name, opts);
    const { hostname, zone } = args;
    if (zone !== undefined && !isInZone(hostname, zone)) {
      throw this.argumentError(
        "zone",
        `is "${zone}", but must contain the host name ${hostname}; leave it out if the records are made elsewhere`,
      );
    }
    // Two records of the same name and type, or two reverse names of the same address, cannot exist at once. The provider
    // does not ask for delete-before-replace by itself.
    const childOptions = { parent: this, deleteBeforeReplace: true };
    const families = [
      { family: "ipv4", type: "A", ...args.ipv4 },
      { family: "ipv6", type: "AAAA", ...args.ipv6 },
    ];
    for (const { family, type, address, owner } of families) {
      new hcloud.Rdns(
        `${name}-${family}-reverse`,
        { ...owner, ipAddress: address, dnsPtr: hostname },
        { ...childOptions, dependsOn: args.reverseAfter },
      );
      if (zone !== undefined) {
        new hcloud.ZoneRrset(
          `${name}-${family}`,
          {
            zone,
            name: relativeName(hostname, zone),
            type,
            records: [{ value: address }],
            labels: args.labels,
          },
          childOptions,
        );
      }
    }
    this.registerOutputs({});
  }
}

/** The names of a server with addresses of its own: they go with it. `parent` is the component of the host's role. */
export function dnsOfServer(
  name: string,
  { server, ipv4, ipv6, attachment }: Pick<Host, "server" | "ipv4" | "ipv6" | "attachment">,
  args: Pick<DnsArgs, "hostname" | "zone" | "labels">,
  parent: Component,
): Dns {
  const owner = { serverId: numericId(server) };
  return new Dns(
    `${name}-dns`,
    {
      ...args,
      ipv4: { address: ipv4, owner },
      ipv6: { address: ipv6, owner },
      reverseAfter: attachment,
    },
    { parent },
  );
}
