import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { numericId } from "../lib/hcloud/numericId";
import { hostAddressIn } from "../lib/plan/dnsPlan";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface WebAddressesArgs {
  /** Location of new addresses. An address never leaves its location. */
  location: pulumi.Input<string>;
  labels: Labels;
  /** Whether Hetzner refuses to delete them. */
  protect: boolean;
}

/** The web host's public addresses. They outlive the server, so that the records stay valid for a new one. */
export class WebAddresses extends Component {
  readonly ipv4: { readonly id: pulumi.Output<number>; readonly address: pulumi.Output<string> };
  readonly ipv6: { readonly id: pulumi.Output<number>; readonly address: pulumi.Output<string> };

  /** Where both are. A server with these addresses must be there too. */
  readonly location: pulumi.Output<string>;

  constructor(name: string, args: WebAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebAddresses", name, opts);
    const primaryIp = (type: "ipv4" | "ipv6"): hcloud.PrimaryIp =>
      new hcloud.PrimaryIp(
        `${name}-${type}`,
        {
          type,
          location: args.location,
          autoDelete: false,
          deleteProtection: args.protect,
          labels: args.labels,
        },
        // Replacing an assigned address would power the web host off.
        { parent: this, ignoreChanges: ["location"], protect: args.protect },
      );
    const ipv4 = primaryIp("ipv4");
    const ipv6 = primaryIp("ipv6");
    this.ipv4 = { id: numericId(ipv4), address: ipv4.ipAddress };
    this.ipv6 = { id: numericId(ipv6), address: ipv6.ipNetwork.apply(hostAddressIn) };
    this.location = ipv4.location;
    this.registerOutputs({ ipv4: this.ipv4.address, ipv6: this.ipv6.address });
  }
}
