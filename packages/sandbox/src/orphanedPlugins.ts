import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { backendUrl } from "./environment";
import { environmentOf, listProcesses, parentOf, signal, startTime } from "./hosts/processes";

const endTimeoutMs = 5_000;
const pollMs = 50;

/**
 * Ends the plugins that a killed `pulumi` of a sandbox left: providers look only every few minutes whether
 * their engine lives. Those of one that lives are its own.
 */
export async function endOrphanedPlugins(dir: string): Promise<void> {
  const left = orphanedPlugins(dir);
  for (const { pid } of left) signal(pid, "SIGTERM");
  const deadline = Date.now() + endTimeoutMs;
  const remaining = (): typeof left => left.filter(({ pid, born }) => startTime(pid) === born);
  while (remaining().length > 0 && Date.now() < deadline) await sleep(pollMs);
  for (const { pid } of remaining()) signal(pid, "SIGKILL");
}

function orphanedPlugins(dir: string): { pid: number; born: string | undefined }[] {
  const mark = `PULUMI_BACKEND_URL=${backendUrl(dir)}`;
  return listProcesses()
    .filter(({ argv }) => /^pulumi-(resource|language)-/.test(basename(argv[0] ?? "")))
    .filter(({ pid }) => environmentOf(pid).includes(mark) && !isEngine(parentOf(pid)))
    .map(({ pid }) => ({ pid, born: startTime(pid) }));
}

const isEngine = (pid: number | undefined): boolean =>
  listProcesses().some((one) => one.pid === pid && basename(one.argv[0] ?? "") === "pulumi");
