import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { SshProxy } from "../lib/config/sshProxy";
import { limits } from "../lib/constants";

/** How to reach a host, and the host key that identifies it. */
export type Connection = command.types.input.remote.ConnectionArgs;

/** The bastion on the way to a host. */
export type ProxyConnection = command.types.input.remote.ProxyConnectionArgs;

export interface ConnectionToArgs {
  /** Public address. */
  host: pulumi.Input<string>;
  /** The only host key that is accepted, an authorized_keys line. No unknown key is trusted. */
  hostKey: pulumi.Input<string>;
  /** Private half of the deployment key. */
  privateKey: pulumi.Input<string>;
  /** The bastion; by default the host is reached directly. */
  proxy?: ProxyConnection;
  /** Who logs in; by default root. */
  user?: string;
  /** Of the SSH server; by default 22. */
  port?: number;
}

/** The connection to a bastion. The bastion has to exist already, so it gets less time than a new host. */
export function proxyConnection(
  proxy: SshProxy,
  privateKey: pulumi.Input<string> | undefined,
): ProxyConnection {
  // Empty if the stack sets none. Then the SSH agent has the key.
  const key = pulumi.secret(privateKey ?? "").apply((text) => (text === "" ? undefined : text));
  return {
    ...proxy,
    privateKey: key as pulumi.Output<string>,
    dialErrorLimit: limits.dialErrors,
    perDialTimeout: limits.dialTimeoutSeconds,
  };
}

/** The connection to a host that was reached before. */
export function connectionTo({ proxy, privateKey, ...args }: ConnectionToArgs): Connection {
  return {
    ...args,
    // Every step makes its whole connection secret. A secret inside of it is kept in the state as a longer text.
    privateKey: pulumi.unsecret(pulumi.output(privateKey)),
    ...(proxy === undefined ? {} : { proxy }),
    user: args.user ?? "root",
    dialErrorLimit: limits.dialErrors,
    perDialTimeout: limits.dialTimeoutSeconds,
  };
}

/** The connection to a host that may still be booting. It waits longer. */
export function firstConnectionTo(args: ConnectionToArgs): Connection {
  return { ...connectionTo(args), dialErrorLimit: limits.firstDialErrors };
}
