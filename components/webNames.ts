import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { relativeName } from "../lib/plan/dnsPlan";
import type { Labels } from "../lib/plan/labels";
import { turnName, webNames } from "../lib/plan/webNames";
import { Component } from "./component";
import type { Connection } from "./connection";
import { typedStep } from "./remoteStep";

export interface WebNamesArgs {
  domain: string;
  /** Other names, which redirect to the domain. */
  aliases: readonly string[];
  /** Whether there is a TURN server, which has a name of its own. */
  turn: boolean;
  /** The zone at Hetzner DNS; absent if the records are made elsewhere. */
  zone?: string;
  ipv4: pulumi.Input<string>;
  ipv6: pulumi.Input<string>;
  labels: Labels;
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  /** What comes before the step that waits, and not before the records: they need no host. */
  ready: pulumi.Resource;
  /** The DNS server that is asked too; absent for the host's own. */
  resolver?: string;
  /** How long the names are waited for. 0: not at all. */
  timeoutSeconds: number;
}

/** A name of the web host, and where it must lead. */
export interface WantedWebName {
  readonly name: string;
  readonly ipv4: pulumi.Input<string>;
  readonly ipv6: pulumi.Input<string>;
}

/** The names that the web host has besides the domain, and the wait until all of them lead to it. */
export class WebNames extends Component {
  /** All names, the domain first. */
  readonly names: readonly WantedWebName[];
  /** The step that waits. It never fails because of the DNS. */
  readonly waited: pulumi.Resource;

  constructor(name: string, args: WebNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebNames", name, opts);
    const { domain, aliases, ipv4, ipv6, zone } = args;
    const records =
      zone === undefined
        ? []
        : [
            ...(args.turn ? this.addressRecords(`${name}-turn`, turnName(domain), zone, args) : []),
            ...aliases.flatMap((alias) => this.aliasRecords(name, alias, zone, args)),
          ];
    this.names = webNames(args).map((one) => ({ name: one, ipv4, ipv6 }));
    this.waited = typedStep<"names">(
      name,
      {
        connection: args.connection,
        onCreate: "names",
        input: pulumi.output({
          names: this.names,
          resolver: args.resolver ?? null,
          timeoutSeconds: args.timeoutSeconds,
        }),
        // A cluster whose names have not changed never waits again.
        ignoresCode: true,
      },
      { parent: this, dependsOn: [...records, args.ready] },
    );
    this.registerOutputs({});
  }

  /** A CNAME at the top of a zone would hide all other records there. */
  private aliasRecords(
    name: string,
    alias: string,
    zone: string,
    args: WebNamesArgs,
  ): pulumi.Resource[] {
    if (alias === zone) return this.addressRecords(`${name}-${alias}`, alias, zone, args);
    const { domain, labels } = args;
    const record = { type: "CNAME", records: [{ value: `${domain}.` }] };
    return [
      new hcloud.ZoneRrset(
        `${name}-${alias}`,
        { zone, name: relativeName(alias, zone), ...record, labels },
        { parent: this },
      ),
    ];
  }

  private addressRecords(
    prefix: string,
    hostname: string,
    zone: string,
    { ipv4, ipv6, labels }: WebNamesArgs,
  ): pulumi.Resource[] {
    const families = [
      { family: "ipv4", type: "A", value: ipv4 },
      { family: "ipv6", type: "AAAA", value: ipv6 },
    ];
    return families.map(
      ({ family, type, value }) =>
        new hcloud.ZoneRrset(
          `${prefix}-${family}`,
          { zone, name: relativeName(hostname, zone), type, records: [{ value }], labels },
          { parent: this },
        ),
    );
  }
}
