import * as pulumi from "@pulumi/pulumi";
import type { ExistingNode } from "../lib/config/existingNode";
import type { RecordingTarget } from "../lib/config/keys/recordings";
import { loopback } from "../lib/constants";
import { NodeHost, type NodeHostArgs } from "./nodeHost";
import type { RecorderAccounts } from "./recorderAccounts";
import { RecorderProgram } from "./recorderProgram";

export interface NodeRecorderArgs extends Omit<NodeHostArgs, "stepParent"> {
  accounts: RecorderAccounts;
  /** Where the files go. */
  target: RecordingTarget;
  /** The component that stays when the recorder goes. See `RecorderArgs.hostParent`. */
  hostParent: pulumi.Resource;
}

/** A recorder on an existing machine. It has the steps of any other recorder. Its control port listens on loopback. */
export class NodeRecorder extends RecorderProgram {
  readonly nickname: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  readonly serve: pulumi.Resource;
  /** How the program reaches its machine. */
  readonly ssh: Pick<ExistingNode, "user" | "port" | "hostKey">;

  constructor(name: string, args: NodeRecorderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("NodeRecorder", name, args.node, opts);
    const { node, web, domain, accounts, target, hostParent } = args;
    const host = new NodeHost(name, { ...args, stepParent: hostParent }, { parent: hostParent });
    this.nickname = pulumi.output(host.nickname);
    this.address = pulumi.output(host.restAddress);
    this.ipv4 = host.ipv4;
    this.ssh = { user: node.user, port: node.port, hostKey: node.hostKey };
    this.serve = this.putIntoService(
      {
        connection: host.connection,
        user: node.user,
        address: host.restAddress,
        controlHost: loopback,
        domain,
        // It has no private network.
        web: { ...web, privateIp: web.ipv4 },
        accounts,
        target,
      },
      { after: host.ready, reach: host.reach, triggers: host.triggers },
    );
    this.registerOutputs({ nickname: this.nickname, ipv4: this.ipv4 });
  }
}
