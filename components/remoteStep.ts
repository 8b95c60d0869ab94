import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { limits } from "../lib/constants";
import type { SshProxy } from "../lib/config/sshProxy";
import { remoteScript, type ScriptName, type ScriptValues } from "../remote/script";

/** How to reach a host, and by which key it is known. */
export type Connection = command.types.input.remote.ConnectionArgs;

/** The bastion on the way to a host. */
export type ProxyConnection = command.types.input.remote.ProxyConnectionArgs;

export interface ConnectionToArgs {
  /** Public address. */
  host: pulumi.Input<string>;
  /** The only host key that is accepted, an authorized_keys line: no connection is made on trust. */
  hostKey: pulumi.Input<string>;
  /** Private half of the deployment key. */
  privateKey: pulumi.Input<string>;
  /** The bastion; by default the host is reached directly. */
  proxy?: ProxyConnection;
}

/** The way through a bastion, which has to be there already: it is tried for less long than a new host. */
export function proxyConnection(
  proxy: SshProxy,
  privateKey: pulumi.Input<string> | undefined,
): ProxyConnection {
  // Empty where a stack sets none: an SSH agent is asked then.
  const key = pulumi.secret(privateKey ?? "").apply((text) => (text === "" ? undefined : text));
  return {
    ...proxy,
    privateKey: key as pulumi.Output<string>,
    dialErrorLimit: limits.dialErrors,
    perDialTimeout: limits.dialTimeoutSeconds,
  };
}

/** The connection to a host that was reached before. */
export function connectionTo({ proxy, ...args }: ConnectionToArgs): Connection {
  return {
    ...args,
    ...(proxy === undefined ? {} : { proxy }),
    user: "root",
    dialErrorLimit: limits.dialErrors,
    perDialTimeout: limits.dialTimeoutSeconds,
  };
}

/** The connection to a host that may just be booting: it waits longer. */
export function firstConnectionTo(args: ConnectionToArgs): Connection {
  return { ...connectionTo(args), dialErrorLimit: limits.firstDialErrors };
}

export interface RemoteStepArgs<N extends ScriptName> {
  connection: pulumi.Input<Connection>;
  /** The script in `remote/` that the host runs. */
  script: N;
  /** Its values. They go over stdin together with the script, so they may be secret. */
  values: { [K in keyof ScriptValues[N]]: pulumi.Input<ScriptValues[N][K]> };
  /** The script's arguments when the step is made, `false` where nothing runs then; default none. */
  onCreate?: string | false;
  /** The script's arguments when a value, the script or the connection changed; default those of `onCreate`. */
  onUpdate?: string;
  /** The script's arguments when the step goes away; by default nothing runs then. */
  onDelete?: string;
  /** The step is made anew, not updated, where one of these changes. */
  triggers?: pulumi.Input<string>[];
}

/**
 * Runs a script on a host over SSH. All remote commands are made here, so that these choices stand once:
 *
 * - The script and its values go over stdin: the command text stays short, and it is what an error, `ps` and the
 *   journal show. The comment in it names the step in the error.
 * - stdin is secret where one of the values is, and nowhere else: the engine encrypts all secrets of a state anew at
 *   each of its steps and keeps every one of those texts in memory, gigabytes of them with twenty bridges.
 * - stdout is data and is not logged; progress goes to stderr, which is shown while the step runs.
 * - Outputs of earlier runs are not offered to later ones: nothing uses them, and sshd takes no environment.
 */
export function remoteStep<N extends ScriptName>(
  name: string,
  args: RemoteStepArgs<N>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const bash = (scriptArgs?: string): string =>
    ["bash -s --", scriptArgs, `# ${args.script} (${name})`].filter(Boolean).join(" ");
  return new command.remote.Command(
    name,
    {
      connection: args.connection,
      create: args.onCreate === false ? undefined : bash(args.onCreate),
      update: args.onUpdate === undefined ? undefined : bash(args.onUpdate),
      delete: args.onDelete === undefined ? undefined : bash(args.onDelete),
      stdin: stdinOf(args.script, args.values),
      triggers: args.triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

function stdinOf<N extends ScriptName>(
  script: N,
  values: RemoteStepArgs<N>["values"],
): pulumi.Output<string> {
  return pulumi
    .all(values as Record<string, pulumi.Input<string>>)
    .apply((known) => remoteScript(script, known as unknown as ScriptValues[N]));
}

/**
 * What a script printed that is public by its nature, such as a certificate. The provider may mark it as
 * secret only because the step's stdin is.
 */
export function publicOutput(step: command.remote.Command): pulumi.Output<string> {
  // A targeted update leaves out steps that were never made: they have no output, whatever the type says.
  const stdout: pulumi.Output<string | undefined> = pulumi.unsecret(step.stdout);
  return stdout.apply((text) => text?.trim() ?? "");
}
