import { setTimeout as sleep } from "node:timers/promises";
import type { HostDisk } from "./hostDisk";
import { newHostKey } from "./hostKeys";
import { parseCommandLine, type HostCommand } from "./commandLine";
import { countRestarts, settingsIn } from "./restarts";
import { oneRestart, roleOf, verbTime, type VerbTimes } from "./verbTimes";

/** How a command ended on a simulated host. */
export interface VerbResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What bash answers for a command that it does not find. */
const commandNotFound = 127;
const failed = (code: number, stderr: string): VerbResult => ({ code, stdout: "", stderr });

/**
 * Runs a command line of a step: it takes the recorded time, prints the recorded output, and has those effects on the
 * host that later contacts see. A command line that is none of a step fails with exit code 127.
 */
export async function runVerb(
  line: string,
  stdin: Promise<string>,
  disk: HostDisk,
  times: VerbTimes,
): Promise<VerbResult> {
  const command = parseCommandLine(line);
  if (command === undefined) {
    return failed(commandNotFound, `simulated hosts run the program's steps only, not: ${line}\n`);
  }
  const { key, verb, step, needsProgram } = command;
  if (needsProgram && !disk.content.hasProgram) {
    return failed(commandNotFound, `bash: line 1: jitsi-hetzner: command not found\n`);
  }
  const ran = `${key} # ${step}`;
  const time = verbTime(times, key, disk.content.steps.includes(ran));
  if (time === undefined) {
    const problem = `verbTimes.json has no time for ${key}; record it: npx tsx test/soak/recordVerbTimes.ts\n`;
    return failed(commandNotFound, problem);
  }
  if (verb === "host/setup") await untilInstalled(disk);
  const restarts = verb === "restart" ? await restartSeconds(stdin, disk, times) : 0;
  await sleep((time.seconds + restarts) * 1000);
  const result = await applyEffect(command, disk, time.stdout ?? "");
  if (result.code === 0) {
    disk.change({ steps: [...new Set([...disk.content.steps, ran])] });
  }
  return result;
}

/** One bridge after the other, if its settings are others than before. */
async function restartSeconds(
  stdin: Promise<string>,
  disk: HostDisk,
  times: VerbTimes,
): Promise<number> {
  const settings = settingsIn(await stdin);
  const restarts = countRestarts(disk.content.settings, settings);
  disk.change({ settings });
  return restarts * (times.verbs[oneRestart]?.seconds ?? 0);
}

/** Packages are installed by cloud-init, beside the first contact. */
async function untilInstalled(disk: HostDisk): Promise<void> {
  const left = (disk.content.installedAt ?? 0) - Date.now();
  if (left > 0) await sleep(left);
}

/** What a verb changes on the host, as far as a later contact sees it. */
async function applyEffect(
  { verb }: HostCommand,
  disk: HostDisk,
  stdout: string,
): Promise<VerbResult> {
  switch (verb) {
    case "host/hostKey": {
      const ownKey = disk.content.ownKey ?? (await newHostKey());
      disk.change({ ownKey });
      return { code: 0, stdout: `${ownKey.publicKey}\n`, stderr: "" };
    }
    case "host/setup": {
      const isThere = disk.content.files.some((path) => path.includes("/program-"));
      if (!isThere) return failed(1, "the archive of the program is missing\n");
      disk.change({ hasProgram: true, bootstrapKeyRemoved: true });
      return { code: 0, stdout, stderr: "" };
    }
    default:
      return { code: 0, stdout, stderr: "" };
  }
}

/** Seconds from the first answer until the packages of a host are installed. */
export const installSeconds = (times: VerbTimes, name: string): number =>
  times.installSeconds[roleOf(name)];
