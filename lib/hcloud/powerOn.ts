import * as pulumi from "@pulumi/pulumi";
import type { PlannedHost } from "../plan/plannedHosts";
import { ApiError, type HcloudApi } from "./hcloudApi";

/**
 * Powers the declared hosts on that are off: one whose creation ended in error half way, one that was shut down. No
 * step can run on such a host, and nothing else would start it: the provider knows no power switch.
 *
 * @param dryRun a preview, which only says so
 * @throws UnreachableError
 */
export async function powerOnHosts(
  hosts: readonly PlannedHost[],
  api: HcloudApi,
  dryRun: boolean,
): Promise<void> {
  const off = hosts.flatMap(({ server }) => (server?.status === "off" ? [server] : []));
  for (const { id, name } of off) {
    if (dryRun) {
      void pulumi.log.info(`server ${name} is off; pulumi up powers it on`);
      continue;
    }
    try {
      await api.change("POST", `/servers/${id}/actions/poweron`);
      void pulumi.log.info(`server ${name} was off: powered on`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // It may be needed for nothing in this run; a step that does need it fails by itself.
      void pulumi.log.warn(
        `server ${name} is off and cannot be powered on (${error.message}): hcloud server poweron ${name}`,
      );
    }
  }
}
