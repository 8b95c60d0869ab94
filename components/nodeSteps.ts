import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import {
  archiveOfUser,
  archiveOnHost,
  hostProgram,
  installCommand,
  userFolder,
} from "../remote/program";
import { shQuote } from "../remote/quote";
import { remoteScript, type StepValues } from "../remote/script";
import type { Connection } from "./connection";
import { asRoot, stdinOf, type RemoteStepArgs } from "./remoteStep";

/** What all steps of an existing machine have in common. */
export interface NodeAccess {
  connection: pulumi.Input<Connection>;
  /** Who logs in: root, or a user with sudo. */
  user: string;
  /** What makes it another machine. */
  triggers: pulumi.Input<string>[];
}

/**
 * Looks whether the machine can be taken into the cluster, and changes nothing. It has no program yet. The step runs once
 * for each machine: what it would find later is the cluster's own.
 *
 * @returns the step, which prints a `NodeFacts` as JSON
 */
export function nodeCheckStep(
  name: string,
  { connection, user, triggers, values }: NodeAccess & { values: NodeValues<"node/check"> },
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const stdin = pulumi
    .all(values as Record<string, pulumi.Input<string>>)
    .apply((known) => known as StepValues<"node/check">)
    .apply((known) => becomeRoot(known.NAME, user) + remoteScript("node/check", known));
  return new command.remote.Command(
    `${name}-check`,
    {
      connection,
      create: `bash -s -- # node/check (${name})`,
      stdin,
      triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      ignoreChanges: ["create", "stdin", "connection", "logging", "addPreviousOutputInEnv"],
    },
  );
}

type NodeValues<N extends "node/check" | "node/setup"> = RemoteStepArgs<N>["values"];

/**
 * The lines before the script for a user who is not root. bash reads a script from a pipe by the byte, so the second one gets
 * the rest. In the command itself, this text would be in every error message of the step.
 */
function becomeRoot(machine: string, user: string): string {
  if (user === "root") return "";
  const rule = `${user} ALL=(ALL) NOPASSWD: ALL`;
  const text = `node/check failed on ${machine}: the user ${user} cannot become root by sudo without a password\n  What to do: on the machine, as root: apt-get install -y sudo; echo "${rule}" >/etc/sudoers.d/${user}; then: pulumi up; or set another user (existingNodes)`;
  return `sudo -n true 2>/dev/null || { printf '%b\\n' ${shQuote(text)} >&2; exit 1; }\nexec sudo -n bash -s --\n`;
}

/**
 * Leaves the machine as it was found, when the step is deleted. Its create does nothing: it is in the state before anything
 * is changed on the machine, so that the removal also takes away what a broken run has left.
 *
 * Without the program nothing is left to take away, so a delete whose connection broke at its end can be repeated.
 */
export function nodeLeaveStep(
  name: string,
  { connection, user, triggers }: NodeAccess,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const leave = `if [ -e /usr/local/sbin/jitsi-hetzner ]; then ${asRoot(user)}jitsi-hetzner node/leave; fi`;
  return new command.remote.Command(
    `${name}-leave`,
    {
      connection,
      delete: `${leave} && rm -rf ${userFolder} # ${name}-leave`,
      stdin: JSON.stringify({ version: 1, values: {} }),
      triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/**
 * Brings the program to the machine, as `setupSteps` does for the cluster's own hosts, and runs the verb `node/setup` of it. A
 * user who is not root gets the archive into a folder of the home directory. Root's own copy of it is compared.
 *
 * @returns the step that all verbs on the machine wait for
 */
export function nodeSetupSteps(
  name: string,
  { connection, user, triggers, values }: NodeAccess & { values: NodeValues<"node/setup"> },
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const program = hostProgram();
  const archive = archiveOnHost(program);
  const copied = user === "root" ? archive : archiveOfUser(program);
  const copy = new command.remote.CopyToRemote(
    `${name}-program-copy`,
    {
      connection,
      source: new pulumi.asset.FileAsset(program.archive),
      remotePath: copied,
      triggers,
    },
    opts,
  );
  const setup = `${name}-setup`;
  const install = installCommand(program, archive, "node/setup");
  return new command.remote.Command(
    setup,
    {
      connection,
      create: `${user === "root" ? install : bySudo(copied, archive, install)} # ${setup}`,
      stdin: stdinOf<"node/setup">(values),
      triggers,
      logging: command.remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    { ...opts, dependsOn: copy },
  );
}

/** The copy of the user goes, because nothing else would remove it. A run that is repeated has root's copy. */
function bySudo(copied: string, archive: string, install: string): string {
  const take = `if [ -e ${copied} ]; then install -D -m 0644 -o root -g root ${copied} ${archive} && rm -f ${copied}; fi`;
  return `sudo -n bash -c ${shQuote(`${take}; ${install}`)}`;
}
