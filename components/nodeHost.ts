import * as pulumi from "@pulumi/pulumi";
import { nodeHostConf } from "../cloud-init/userData";
import type { ExistingNode } from "../lib/config/existingNode";
import type { Software } from "../lib/config/keys/software";
import { ports } from "../lib/constants";
import { forwardAddress, nodeNickname } from "../lib/nodeNames";
import { ed25519KeyPair, seedFrom, seedTextLength } from "../lib/sshKeyPair";
import { forwardedPorts, nodeFilter } from "../remote/nodeFilter";
import type { NodeFacts } from "../remote/script";
import { Component } from "./component";
import { nodeCheckStep, nodeLeaveStep, nodeSetupSteps, type NodeAccess } from "./nodeSteps";
import { connectionTo, type Connection, type ProxyConnection } from "./connection";
import { publicOutput, remoteStep } from "./remoteStep";
import type { BridgeWebHost } from "./videobridge";

/** The web host, as far as an existing machine needs it. */
export interface NodeWebHost extends BridgeWebHost {
  /** Public address. */
  ipv4: pulumi.Input<string>;
  /** Version of the metapackage jitsi-meet. */
  jitsiVersion: pulumi.Input<string>;
  /** What comes before a step that needs an installed host. */
  ready: pulumi.Resource;
}

export interface NodeHostArgs {
  node: ExistingNode;
  /** The meeting domain. */
  domain: string;
  web: NodeWebHost;
  /** Private half of the deployment key. */
  privateKey: pulumi.Input<string>;
  /** The bastion on the way to all hosts; by default they are reached directly. */
  proxy?: ProxyConnection;
  software: Software;
  /** The parent of its steps; by default the host itself. See `RecorderArgs.hostParent`. */
  stepParent?: pulumi.Resource;
}

/**
 * A machine that Hetzner Cloud did not make: the host of a bridge or of a recorder. It has no private network. The web host
 * reaches its private ports by an SSH forward, at a loopback address of its own, and it reaches prosody at the web host's
 * public address, where port 5222 opens for its address alone.
 */
export class NodeHost extends Component {
  /** Public address. */
  readonly ipv4: pulumi.Output<string>;
  /** MUC_NICKNAME of what runs on it. */
  readonly nickname: string;
  /** The address of the web host at which it reaches the machine's private ports. */
  readonly restAddress: string;
  readonly connection: Connection;
  /** Memory in GB. */
  readonly memoryGb: pulumi.Output<number | undefined>;
  /** What makes it another machine. */
  readonly triggers: pulumi.Input<string>[];
  /** What comes before its settings: packages, filter and forward. */
  readonly ready: pulumi.Resource[];
  /** What is deleted only after the drain of what runs on it: the forward, and all on the machine. */
  readonly reach: pulumi.Resource[];
  private readonly stepParent: pulumi.Resource;

  constructor(name: string, args: NodeHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("NodeHost", name, opts);
    const { node, web, privateKey, proxy, stepParent = this } = args;
    this.stepParent = stepParent;
    const { host, user, port, hostKey } = node;
    this.ipv4 = pulumi.output(host);
    this.nickname = nodeNickname(node.name, host);
    this.restAddress = forwardAddress(node.name, host);
    this.triggers = [host];
    const target = connectionTo({ host, hostKey, privateKey, proxy, user });
    this.connection = port === ports.ssh ? target : { ...target, port };
    const access = { connection: this.connection, user, triggers: this.triggers };
    const admitted = this.admit(name, args);
    const check = this.check(name, args, access, admitted);
    this.memoryGb = factsOf(publicOutput(check)).apply(({ memoryMb }) => memoryMb / 1024);
    const leave = nodeLeaveStep(name, access, { parent: stepParent, dependsOn: check });
    const forwardKey = this.randomText(`${name}-forward-seed`, seedTextLength, stepParent).apply(
      (text) => ed25519KeyPair(seedFrom(text, 32)),
    );
    const removal = this.forwardRemoval(name, args, admitted);
    const setup = nodeSetupSteps(
      name,
      {
        ...access,
        values: {
          NAME: node.name,
          HOST_CONF: nodeHostConf({
            role: node.role,
            domain: args.domain,
            software: args.software,
          }),
          VERSION: web.jitsiVersion,
          DOMAIN: args.domain,
          NFT_RULES: nodeFilter({ role: node.role, sshPort: port }),
          FORWARD_KEY: pulumi.unsecret(forwardKey.publicKey),
          FORWARD_PORTS: forwardedPorts(node.role).join(" "),
        },
      },
      { parent: stepParent, dependsOn: [leave, web.ready] },
    );
    const filter = this.confirmFilter(name, node, access, setup);
    const forward = this.forward(name, args, forwardKey.privateKey, [setup, removal]);
    this.ready = [filter, forward];
    this.reach = [leave, removal];
    this.registerOutputs({ ipv4: this.ipv4 });
  }

  /**
   * Port 5222 of the web host opens for the machine. The delete, after the machine has left, closes it. All other steps of the
   * machine come after it, because it refuses a machine that is in the cluster under another name or in the other role.
   */
  private admit(name: string, { node, web }: NodeHostArgs): pulumi.Resource {
    return remoteStep(
      `${name}-access`,
      {
        connection: web.connection,
        script: "web/access",
        values: {
          NAME: node.name,
          NICKNAME: this.nickname,
          ADDRESS: node.host,
          ROLE: node.role,
          RECORDER_PORT: ports.jibriControl.toString(),
        },
        onCreate: "open",
        onDelete: "close",
        triggers: this.triggers,
      },
      { parent: this.stepParent, dependsOn: web.ready, deletedWith: web.server },
    );
  }

  private check(
    name: string,
    { node, domain, web }: NodeHostArgs,
    access: NodeAccess,
    after: pulumi.Resource,
  ) {
    return nodeCheckStep(
      name,
      {
        ...access,
        values: {
          NAME: node.name,
          ROLE: node.role,
          ADDRESS: node.host,
          DOMAIN: domain,
          WEB_ADDRESS: web.ipv4,
          ADOPT: node.adopt ? "yes" : "no",
          FORWARD_PORTS: forwardedPorts(node.role).join(" "),
        },
      },
      { parent: this.stepParent, dependsOn: after },
    );
  }

  /**
   * A step of its own, because it is a new connection: it proves that the filter lets SSH in. Without it, the machine takes
   * the filter away by itself.
   */
  private confirmFilter(
    name: string,
    { name: NAME, role, port, user }: ExistingNode,
    { connection, triggers }: NodeAccess,
    setup: pulumi.Resource,
  ): pulumi.Resource {
    return remoteStep(
      `${name}-filter`,
      {
        connection,
        user,
        script: "node/filter",
        values: { NAME, NFT_RULES: nodeFilter({ role, sshPort: port }) },
        triggers,
      },
      { parent: this.stepParent, dependsOn: setup },
    );
  }

  /**
   * The end of the forward, after the drain. A step of its own, because a drain must not depend on the setup of the machine:
   * see `RecorderProgram`.
   */
  private forwardRemoval(
    name: string,
    { node, web }: NodeHostArgs,
    admitted: pulumi.Resource,
  ): pulumi.Resource {
    return remoteStep(
      `${name}-forward-removal`,
      {
        connection: web.connection,
        script: "web/forwardRemoval",
        values: { NAME: node.name, NICKNAME: this.nickname },
        onCreate: false,
        onDelete: "",
        triggers: this.triggers,
      },
      // A machine that is refused has no forward of its own to end: it can be that of the same machine in its former role.
      { parent: this.stepParent, dependsOn: [web.ready, admitted], deletedWith: web.server },
    );
  }

  private forward(
    name: string,
    { node, web }: NodeHostArgs,
    privateKey: pulumi.Output<string>,
    dependsOn: pulumi.Resource[],
  ): pulumi.Resource {
    return remoteStep(
      `${name}-forward`,
      {
        connection: web.connection,
        script: "web/forward",
        values: {
          NAME: node.name,
          NICKNAME: this.nickname,
          LOCAL_ADDRESS: this.restAddress,
          PORTS: forwardedPorts(node.role).join(" "),
          ADDRESS: node.host,
          SSH_PORT: node.port.toString(),
          HOST_KEY: node.hostKey,
          PRIVATE_KEY: privateKey,
        },
        triggers: this.triggers,
      },
      { parent: this.stepParent, dependsOn },
    );
  }
}

/** What node/check printed. A targeted update leaves that step out: then it printed nothing. */
function factsOf(printed: pulumi.Output<string>): pulumi.Output<NodeFacts> {
  return printed.apply((text) =>
    text === "" ? { memoryMb: 4096, cores: 2 } : (JSON.parse(text) as NodeFacts),
  );
}
