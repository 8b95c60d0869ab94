import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../lib/constants";
import { numericId } from "../lib/hcloud/numericId";
import { firewallRules, type FirewallChoice } from "../lib/plan/firewallRules";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface FirewallsArgs extends FirewallChoice {
  /** Labels of the firewall of a role. */
  labels: (role: Role) => Labels;
  /** Whether the cluster has recorders with a host of their own. Plain, because it decides which resources exist. */
  recorders?: boolean;
}

/** One firewall for each role that the cluster has. Servers name it when they are created, so no host is ever without one. */
export class Firewalls extends Component {
  /** Ids of the firewalls. */
  readonly ids: Readonly<Record<"web" | "jvb", pulumi.Output<number>>> & {
    readonly jibri?: pulumi.Output<number>;
  };

  constructor(name: string, args: FirewallsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Firewalls", name, opts);
    const firewall = (role: Role): pulumi.Output<number> =>
      numericId(
        new hcloud.Firewall(
          `${name}-${role}`,
          { rules: firewallRules(role, args), labels: args.labels(role) },
          { parent: this },
        ),
      );
    this.ids = {
      web: firewall("web"),
      jvb: firewall("jvb"),
      ...(args.recorders === true ? { jibri: firewall("jibri") } : {}),
    };
    this.registerOutputs({ ids: this.ids });
  }
}
