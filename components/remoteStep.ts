import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { limits } from "../lib/constants";
import type { SshProxy } from "../lib/config/sshProxy";
import { hostProgram, type HostProgram } from "../remote/program";
import { installScript, remoteScript, type ScriptName, type StepValues } from "../remote/script";

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
  values: { [K in keyof StepValues<N>]: pulumi.Input<StepValues<N>[K]> };
  /** The script's arguments when the step is made, `false` where nothing runs then; default none. */
  onCreate?: string | false;
  /** The script's arguments when a value, the script or the connection changed; default those of `onCreate`. */
  onUpdate?: string;
  /** The script's arguments when the step goes away; by default nothing runs then. */
  onDelete?: string;
  /** The step is made anew, not updated, where one of these changes. */
  triggers?: pulumi.Input<string>[];
  /** Whether changed code is no reason to run the step again; by default it is. */
  ignoresCode?: boolean;
}

/**
 * Runs a verb of the program that the host carries (`programSteps`). All remote commands are made here or in
 * `contactStep`, so that these choices stand once:
 *
 * - The values go over stdin as JSON: the command text is what an error, `ps` and the journal show. The comment in it
 *   names the step in the error.
 * - stdin is secret where one of the values is, and nowhere else: the engine encrypts all secrets of a state anew at
 *   each of its steps and keeps every one of those texts in memory, gigabytes of them with twenty bridges.
 * - The digest of the verb's code stands in the texts for create and update: the step runs again where its own code
 *   changed, and the program refuses to run another one. A delete names no code: it runs the newest, that of the
 *   program that was installed last, also for what an older program made.
 * - stdout is data and is not logged; progress goes to stderr, which is shown while the step runs.
 * - Outputs of earlier runs are not offered to later ones: nothing uses them, and sshd takes no environment.
 */
export function remoteStep<N extends ScriptName>(
  name: string,
  args: RemoteStepArgs<N>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const code = args.ignoresCode === true ? undefined : hostProgram().verbDigests[args.script];
  const run = (scriptArgs?: string, digest?: string): string =>
    ["jitsi-hetzner", args.script, digest && `--code ${digest}`, scriptArgs, `# ${name}`]
      .filter(Boolean)
      .join(" ");
  return new command.remote.Command(
    name,
    {
      connection: args.connection,
      create: args.onCreate === false ? undefined : run(args.onCreate, code),
      update: args.onUpdate === undefined ? undefined : run(args.onUpdate, code),
      delete: args.onDelete === undefined ? undefined : run(args.onDelete),
      stdin: stdinOf<N>(args.values),
      triggers: args.triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** Version of the JSON on a verb's stdin. */
const inputVersion = 1;

function stdinOf<N extends ScriptName>(values: RemoteStepArgs<N>["values"]): pulumi.Output<string> {
  return pulumi
    .all(values as Record<string, pulumi.Input<string>>)
    .apply((known) => JSON.stringify({ version: inputVersion, values: known }));
}

/**
 * Runs a whole script that comes over stdin, before the host has a program: the first contact. Runs once in a server's
 * life, and its text is not compared afterwards.
 */
export function contactStep(
  name: string,
  args: {
    connection: pulumi.Input<Connection>;
    script: "host/hostKey";
    triggers: pulumi.Input<string>[];
  },
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  return new command.remote.Command(
    name,
    {
      connection: args.connection,
      create: `bash -s -- # ${args.script} (${name})`,
      stdin: remoteScript(args.script, {}),
      triggers: args.triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      ignoreChanges: ["create", "stdin", "connection", "logging", "addPreviousOutputInEnv"],
    },
  );
}

export interface ProgramStepsArgs {
  connection: pulumi.Input<Connection>;
  /** Of the host: another server needs the program anew. */
  serverId: pulumi.Input<string>;
  /** By default the one of these sources. */
  program?: HostProgram;
}

/**
 * Brings the host its program: one archive, of which the state holds the hash only, and a command that checks it, unpacks
 * it and switches to it. The copy alone would not do: it is not atomic.
 *
 * @returns the step that all verbs on the host wait for
 */
export function programSteps(
  name: string,
  { connection, serverId, program = hostProgram() }: ProgramStepsArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const copy = new command.remote.CopyToRemote(
    `${name}-copy`,
    {
      connection,
      source: new pulumi.asset.FileAsset(program.archive),
      remotePath: `/var/lib/jitsi-hetzner/program-${program.digest}.tar`,
      triggers: [serverId],
    },
    opts,
  );
  return new command.remote.Command(
    name,
    {
      connection,
      create: `bash -s -- # host/program (${name})`,
      stdin: installScript(program),
      triggers: [serverId],
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    { ...opts, dependsOn: copy },
  );
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
