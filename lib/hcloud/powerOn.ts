import * as pulumi from "@pulumi/pulumi";
import { OperatorError } from "../errors";
import { formatProblems } from "../problem";
import { apiProblem } from "./apiProblem";
import type { ServerFact } from "./cloudFacts";
import { ApiError, type HcloudApi } from "./hcloudApi";

/**
 * Powers on servers that are off. **Changes the cloud**: the only call of the program that does so beside the provider.
 *
 * A server may be off because its creation failed half way, or because somebody shut it down. No step can run on it, and
 * nothing else would start it: the provider knows no power switch.
 *
 * @param dryRun a preview: it only says what `pulumi up` does
 * @throws OperatorError if the API does not answer
 */
export async function powerOn(
  servers: readonly ServerFact[],
  api: HcloudApi,
  dryRun: boolean,
): Promise<void> {
  for (const { id, name } of servers) {
    if (dryRun) {
      void pulumi.log.info(`server ${name} is off; pulumi up powers it on`);
      continue;
    }
    try {
      await api.change("POST", `/servers/${id}/actions/poweron`);
      void pulumi.log.info(`server ${name} was off: powered on`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw asOperatorError(error, name, api.endpoint);
      // This run may not need the server. A step that does need it fails by itself.
      void pulumi.log.warn(
        `server ${name} is off and cannot be powered on (${error.message}): hcloud server poweron ${name}`,
      );
    }
  }
}

function asOperatorError(error: unknown, name: string, endpoint: string): unknown {
  const problem = apiProblem(error, endpoint);
  return problem === undefined
    ? error
    : new OperatorError(
        formatProblems(`Server ${name} is off and cannot be powered on.`, [problem]),
      );
}
