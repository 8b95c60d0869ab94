import * as pulumi from "@pulumi/pulumi";
import type { ExistingNode } from "../lib/config/existingNode";
import type { BridgeProgramSettings } from "../lib/config/keys/programs";
import { loopback } from "../lib/constants";
import { bridgeHeapMb } from "../lib/plan/heaps";
import type { BridgeWithSettings } from "../remote/program/contract";
import { NodeHost, type NodeHostArgs } from "./nodeHost";
import { Videobridge } from "./videobridge";

export interface NodeBridgeArgs extends Omit<NodeHostArgs, "stepParent"> {
  /** The component that stays when the bridge goes. It keeps its drain on the level of those of all other bridges. */
  hostParent: pulumi.Resource;
  /** Settings of the program, as for bridges with a host of their own. */
  program: BridgeProgramSettings;
}

/**
 * A bridge on an existing machine. It has the steps of any other bridge. Its REST API listens on loopback, and the web host
 * reaches it by a forward.
 */
export class NodeBridge extends Videobridge {
  readonly nickname: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  /** None: its host is known by one address. */
  readonly ipv6 = pulumi.output("");
  /** How the program reaches its machine. */
  readonly ssh: Pick<ExistingNode, "user" | "port" | "hostKey">;
  readonly drain: pulumi.Resource;
  readonly restarting: pulumi.Output<BridgeWithSettings>;

  constructor(name: string, args: NodeBridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("NodeBridge", name, args.node, opts);
    const { node, web, domain } = args;
    const host = new NodeHost(name, args, { parent: args.hostParent });
    this.nickname = pulumi.output(host.nickname);
    this.ipv4 = host.ipv4;
    this.ssh = { user: node.user, port: node.port, hostKey: node.hostKey };
    const { drain, restarting } = this.putIntoService(
      {
        connection: host.connection,
        user: node.user,
        restAddress: host.restAddress,
        restHost: loopback,
        region: node.region,
        domain,
        // It has no private network.
        web: { ...web, privateIp: web.ipv4 },
        settings: host.memoryGb.apply((memoryGb) => ({
          ...args.program,
          bridgeHeapMb: Math.round(bridgeHeapMb({ memoryGb, askedMb: args.program.bridgeHeapMb })),
        })),
      },
      {
        filesAfter: [...host.ready, web.account.ready],
        drainAfter: host.reach,
        triggers: host.triggers,
      },
    );
    this.drain = drain;
    this.restarting = restarting;
    this.registerOutputs({ nickname: this.nickname, ipv4: this.ipv4 });
  }
}
