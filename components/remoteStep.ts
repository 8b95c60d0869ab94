import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { packText } from "../lib/packedText";
import {
  archiveOnHost,
  hostProgram,
  installCommand,
  type HostProgram,
  type VerbName,
} from "../remote/program";
import { contractVersion, type VerbStdin } from "../remote/program/contract";
import { verbStdin, type TypedVerb } from "../remote/program/verbs";
import { remoteScript, type ScriptName, type StepValues } from "../remote/script";
import type { Connection } from "./connection";

export interface RemoteStepArgs<N extends ScriptName> {
  connection: pulumi.Input<Connection>;
  /** The script in `remote/` that the host runs. */
  script: N;
  /** Its values. They go over stdin, so they may be secret. */
  values: { [K in keyof StepValues<N>]: pulumi.Input<StepValues<N>[K]> };
  /** The script's arguments when the step is created; by default none. `false`: nothing runs then. */
  onCreate?: string | false;
  /** The script's arguments after a change of a value, the script or the connection; by default those of `onCreate`. */
  onUpdate?: string;
  /** The script's arguments when the step is deleted; by default nothing runs then. */
  onDelete?: string;
  /** If one of these changes, the step is replaced instead of updated. */
  triggers?: pulumi.Input<string>[];
  /** What previews read about the step, behind its name: no secret. */
  note?: pulumi.Input<string>;
  /** Who logs in to the host; by default root. Others run the verb by sudo. */
  user?: string;
}

/**
 * Runs a verb of the program that the host carries (`setupSteps`). All remote commands are made in this file, so that
 * these choices have one place:
 *
 * - The values go over stdin as JSON, because errors, `ps` and the journal show the command text. The comment in the text
 *   names the step in an error.
 * - stdin is secret only if one of the values is, and packed then: no preview shows it. The engine encrypts the secrets of a
 *   state again whenever one is new, and keeps all of those texts in memory.
 * - The texts for create and update contain the digest of the verb's code. The step runs again after a change of its own
 *   code, and the program refuses to run other code. A delete names no code: it runs the newest, that of the program that
 *   was installed last, also for resources that an older program created.
 * - stdout is data and is not logged. Progress goes to stderr, which is shown while the step runs.
 * - Outputs of earlier runs are not passed to later ones. Nothing uses them, and sshd accepts no environment.
 */
export function remoteStep<N extends ScriptName>(
  name: string,
  args: RemoteStepArgs<N>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const { script, onCreate, onUpdate, onDelete } = args;
  const call = (scriptArgs: string): Call => ({ verb: script, options: scriptArgs });
  return verbCommand(
    name,
    {
      ...args,
      onCreate: onCreate === false ? undefined : call(onCreate ?? ""),
      onUpdate: onUpdate === undefined ? undefined : call(onUpdate),
      onDelete: onDelete === undefined ? undefined : call(onDelete),
      // A delete can run in an older program, after a rollback, and that cannot unpack.
      stdin: stdinOf<N>(args.values, onDelete === undefined),
    },
    opts,
  );
}

/**
 * The values of a script as a host reads them. Secret if one of the values is.
 *
 * @param packsSecrets whether a secret text is packed if it is shorter then; by default it is
 */
export function stdinOf<N extends ScriptName>(
  values: RemoteStepArgs<N>["values"],
  packsSecrets = true,
): pulumi.Output<string> {
  const all = pulumi.all(values as Record<string, pulumi.Input<string>>);
  return pulumi.output(pulumi.isSecret(all)).apply((isSecret) =>
    all.apply((known) => {
      const plain = JSON.stringify({ version: contractVersion, values: known });
      if (!isSecret || !packsSecrets) return plain;
      const packed = { version: contractVersion, packed: packText(JSON.stringify(known)) };
      const text = JSON.stringify(packed);
      return text.length < plain.length ? text : plain;
    }),
  );
}

/** A typed verb, with an option or without. */
type TypedCall<V extends TypedVerb> = V | `${V} --${string}`;

export interface TypedStepArgs<V extends TypedVerb> {
  connection: pulumi.Input<Connection>;
  /** What its verbs take on stdin: one text for all of them. */
  input: pulumi.Input<VerbStdin[V]>;
  /** What runs when the step is made; absent where nothing runs then. */
  onCreate?: TypedCall<V>;
  /** What runs when the input, the code or the connection changed; default that of `onCreate`. */
  onUpdate?: TypedCall<V>;
  /** What runs when the step goes away; by default nothing. */
  onDelete?: TypedCall<V>;
  /** If one of these changes, the step is replaced instead of updated. */
  triggers?: pulumi.Input<string>[];
  /** Whether the step does not run again after a change of its code; by default it does. */
  ignoresCode?: boolean;
}

/** Runs verbs whose input has a type, on the web host: the life of a bridge. See `remoteStep`. */
export function typedStep<V extends TypedVerb>(
  name: string,
  { onCreate, onUpdate, onDelete, input, ...args }: TypedStepArgs<V>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  return verbCommand(
    name,
    {
      ...args,
      onCreate: typedCall(onCreate),
      onUpdate: typedCall(onUpdate),
      onDelete: typedCall(onDelete),
      stdin: pulumi.output(input).apply((known) => verbStdin(known as VerbStdin[V])),
    },
    opts,
  );
}

function typedCall<V extends TypedVerb>(call: TypedCall<V> | undefined): Call | undefined {
  if (call === undefined) return undefined;
  const [verb = "", ...options] = call.split(" ");
  return { verb: verb as V, options: options.join(" ") };
}

/** A verb, and what stands behind it in the command. */
interface Call {
  readonly verb: VerbName;
  readonly options: string;
}

interface VerbCommandArgs {
  readonly connection: pulumi.Input<Connection>;
  readonly onCreate?: Call;
  readonly onUpdate?: Call;
  readonly onDelete?: Call;
  readonly stdin: pulumi.Output<string>;
  readonly triggers?: pulumi.Input<string>[];
  readonly ignoresCode?: boolean;
  readonly note?: pulumi.Input<string>;
  readonly user?: string;
}

/** What stands before a command that needs root. sudo asks no question: a step has no terminal. */
export const asRoot = (user: string): string => (user === "root" ? "" : "sudo -n ");

function verbCommand(
  name: string,
  { user = "root", ...args }: VerbCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const { connection, onCreate, onUpdate, onDelete, stdin, triggers, ignoresCode, note } = args;
  const text = (call: Call | undefined, asksForCode: boolean): string | undefined =>
    call &&
    [
      `${asRoot(user)}jitsi-hetzner`,
      call.verb,
      asksForCode && `--code ${hostProgram().verbDigests[call.verb]}`,
      call.options,
      `# ${name}`,
    ]
      .filter(Boolean)
      .join(" ");
  const run = (call: Call | undefined, code: boolean): pulumi.Input<string> | undefined => {
    const known = text(call, code);
    return known === undefined || note === undefined ? known : pulumi.interpolate`${known} ${note}`;
  };
  const asksForCode = ignoresCode !== true;
  return new command.remote.Command(
    name,
    {
      connection,
      create: run(onCreate, asksForCode),
      update: run(onUpdate, asksForCode),
      delete: run(onDelete, false),
      stdin,
      triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/**
 * The first contact: runs a whole script over stdin, because the host has no program yet. It runs once in a server's life,
 * and its text is not compared afterwards.
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

export interface SetupStepsArgs {
  connection: pulumi.Input<Connection>;
  /** Of the host. Another server needs the program again. */
  serverId: pulumi.Input<string>;
  /** The values of `host/setup`. */
  values: RemoteStepArgs<"host/setup">["values"];
  /** By default the program of these sources. */
  program?: HostProgram;
}

/**
 * Brings the program to the host: one archive, of which the state contains only the hash, and a command that checks it,
 * unpacks it, switches to it, and then runs its verb `host/setup`. The copy alone is not enough, because it is not atomic.
 *
 * @returns the step that all verbs on the host wait for
 */
export function setupSteps(
  name: string,
  { connection, serverId, values, program = hostProgram() }: SetupStepsArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const copy = new command.remote.CopyToRemote(
    `${name}-program-copy`,
    {
      connection,
      source: new pulumi.asset.FileAsset(program.archive),
      remotePath: archiveOnHost(program),
      triggers: [serverId],
    },
    opts,
  );
  const setup = `${name}-setup`;
  return new command.remote.Command(
    setup,
    {
      connection,
      create: `${installCommand(program, archiveOnHost(program), "host/setup")} # ${setup}`,
      stdin: stdinOf<"host/setup">(values),
      triggers: [serverId],
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    { ...opts, dependsOn: copy },
  );
}

/**
 * The output of a script, if it is public by its nature, such as a certificate. The provider marks it as secret if the
 * step's stdin is secret.
 */
export function publicOutput(step: command.remote.Command): pulumi.Output<string> {
  // A targeted update leaves out steps that were never created. They have no output, although the type says so.
  const stdout: pulumi.Output<string | undefined> = pulumi.unsecret(step.stdout);
  return stdout.apply((text) => text?.trim() ?? "");
}
