import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { networkZones, privateNetwork, type Location } from "../lib/constants";
import { numericId } from "../lib/hcloud/numericId";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface NetworkArgs {
  /** Location of the first hosts. The subnets are in its network zone for their whole life. */
  location: Location;
  labels: Labels;
}

/** The private network of a cluster, with a subnet for the web host and one for the bridges. */
export class Network extends Component {
  /** Subnet of the web host, with `privateNetwork.webAddress`. */
  readonly webSubnetId: pulumi.Output<string>;
  /** Subnet of the bridges; the cloud chooses their addresses in it. */
  readonly bridgeSubnetId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Network", name, opts);
    const network = new hcloud.Network(
      name,
      { ipRange: privateNetwork.range, labels: args.labels },
      { parent: this },
    );
    const subnet = (role: string, ipRange: string): pulumi.Output<string> =>
      new hcloud.NetworkSubnet(
        `${name}-${role}`,
        {
          networkId: numericId(network),
          type: "cloud",
          networkZone: networkZones[args.location],
          ipRange,
        },
        // A changed location is for new hosts. It would replace the subnet of the running hosts.
        { parent: this, ignoreChanges: ["networkZone"] },
      ).id;
    this.webSubnetId = subnet("web", privateNetwork.webSubnet);
    this.bridgeSubnetId = subnet("jvb", privateNetwork.bridgeSubnet);
    this.registerOutputs({ webSubnetId: this.webSubnetId, bridgeSubnetId: this.bridgeSubnetId });
  }
}
