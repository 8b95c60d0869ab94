import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import type { PulumiCli } from "../pulumiCli";
import { kinds } from "./cloudObjects";
import { deleteObject } from "./deletion";
import type { Diagnosis, Orphan } from "./diagnosis";

/** What a repair works on. */
export interface Workplace {
  readonly pulumi: Pick<PulumiCli, "answer">;
  readonly api: HcloudApi;
  readonly log: (line: string) => void;
}

/** Whether a repair has anything to do. Not while another run may be active. */
export function isRepairable({ lock, pending, orphans }: Diagnosis): boolean {
  if (lock !== undefined && lock.process !== "dead") return false;
  const deletable = orphans.some(({ kept }) => kept === undefined);
  return lock !== undefined || deletable || pending.length > 0;
}

/**
 * Releases the lock of a killed run, deletes orphans, then makes the engine forget the interrupted operations. They come
 * last, because they say what the killed run was creating.
 *
 * @throws OperatorError with the step that failed; another run does the rest
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

/** The objects to delete. An object that uses another one comes first. */
function inOrder(orphans: readonly Orphan[]): Orphan[] {
  return kinds.flatMap(({ kind }) =>
    orphans.filter(({ object, kept }) => object.kind === kind && kept === undefined),
  );
}
