import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import type { PulumiCli } from "../pulumiCli";
import { kinds } from "./cloudObjects";
import { deleteObject } from "./deletion";
import type { Diagnosis, Orphan } from "./diagnosis";

/** Where a repair is made. */
export interface Workplace {
  readonly pulumi: Pick<PulumiCli, "answer">;
  readonly api: HcloudApi;
  readonly log: (line: string) => void;
}

/** Whether a repair has anything to do; not while another run may be at work. */
export function isRepairable({ lock, pending, orphans }: Diagnosis): boolean {
  if (lock !== undefined && lock.process !== "dead") return false;
  const deletable = orphans.some(({ kept }) => kept === undefined);
  return lock !== undefined || deletable || pending.length > 0;
}

/**
 * Releases the lock of a killed run, deletes what only the cloud knows, then makes the engine forget the
 * interrupted operations: in this order, because they tell what the killed run was making.
 *
 * @throws OperatorError with the step that failed; run again, the rest is done
 */
export async function repair(diagnosis: Diagnosis, { pulumi, api, log }: Workplace): Promise<void> {
  if (!isRepairable(diagnosis)) return;
  if (diagnosis.lock !== undefined) {
    log("releasing the lock");
    await pulumi.answer("cancel", "--yes");
  }
  for (const { object } of inOrder(diagnosis.orphans)) {
    log(`deleting ${object.kind} ${object.name}`);
    await deleteObject(api, object);
  }
  if (diagnosis.pending.length > 0) {
    log("forgetting the interrupted operations");
    await pulumi.answer("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  }
}

/** Those to delete: what uses another object before it. */
function inOrder(orphans: readonly Orphan[]): Orphan[] {
  return kinds.flatMap(({ kind }) =>
    orphans.filter(({ object, kept }) => object.kind === kind && kept === undefined),
  );
}
