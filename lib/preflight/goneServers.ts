import { bridgeNickname, hostNameOf, localBridgeNickname } from "../bridgeNames";
import { object, type Read } from "../hcloud/answer";
import type { ServerFact } from "../hcloud/cloudFacts";
import { ApiError } from "../hcloud/hcloudApi";
import type { PlannedHost } from "../plan/plannedHosts";
import { nodeName } from "../nodeNames";
import { localRecorderName, recorderNickname } from "../recorderNames";
import { resourceTypes } from "../resourceTypes";
import type { EngineState, EngineResource } from "./engineState";
import { none, problem, together, warning, type Findings } from "./findings";

/** The part of the API that is used here. */
interface Asked {
  get(path: string, read: Read<unknown>): Promise<unknown>;
}

/** A server of the stack's state. */
interface KnownServer {
  readonly id: string;
  /** At Hetzner: jitsi-jvb-0-4f2a91c. */
  readonly server: string;
  /** web, jvb-0. */
  readonly host: string;
}

/**
 * Finds servers of the state that do not exist at Hetzner any more. The engine does not check this by itself. Without a
 * step for such a host, `up` succeeds and the host stays missing. A step for it waits minutes for an address that no host
 * has. Its deletion fails at each `up`, because the provider reports a missing server as an error.
 *
 * @param servers of this stack, by their labels
 * @throws ApiError, UnreachableError
 */
export async function checkGoneServers(
  state: EngineState,
  hosts: readonly PlannedHost[],
  servers: readonly ServerFact[],
  api: Asked,
): Promise<Findings> {
  const isMissing = hosts.some(({ server }) => server === undefined);
  if (!isMissing && !namesAnother(await state.outputs(), servers)) return none;
  const listed = new Set(servers.map(({ id }) => id.toString()));
  const unlisted = serversOf(await state.resources()).filter(({ id }) => !listed.has(id));
  return together(
    await Promise.all(
      unlisted.map(async ({ id, server, host }) =>
        (await isThere(id, api))
          ? warning(
              `server ${server} (${host}) has lost this stack's labels: pulumi refresh; then: pulumi up`,
            )
          : problem(
              undefined,
              `The server of ${host} (${server}, id ${id}) does not exist at Hetzner any more, but the stack's state still contains it`,
              "pulumi refresh  # removes it from the state; then: pulumi up",
            ),
      ),
    ),
  );
}

/** Whether the last `up` had a bridge or recorder whose server is not listed. It may not be declared any more. */
function namesAnother(
  outputs: Readonly<Record<string, unknown>>,
  servers: readonly ServerFact[],
): boolean {
  const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
  const own = servers.flatMap(({ id }) => [
    bridgeNickname(id.toString()),
    localBridgeNickname(id.toString()),
    recorderNickname(id.toString()),
    localRecorderName,
  ]);
  return [...listOf(outputs.bridges), ...listOf(outputs.recorders)].some((bridge) => {
    const { nickname } = (bridge ?? {}) as { nickname?: unknown };
    // An existing machine has no server.
    return (
      typeof nickname === "string" && nodeName(nickname) === undefined && !own.includes(nickname)
    );
  });
}

function serversOf(state: readonly EngineResource[]): KnownServer[] {
  return state.flatMap(({ type, outputs }): KnownServer[] => {
    const { id, name, labels } = outputs;
    if (type !== resourceTypes.server || typeof id !== "string") return [];
    const host = hostNameOf((labels ?? {}) as Readonly<Record<string, string | undefined>>);
    return [{ id, server: String(name), host }];
  });
}

/** By its id. Labels can be removed in the console, but an id never changes. */
async function isThere(id: string, api: Asked): Promise<boolean> {
  try {
    await api.get(`/servers/${id}`, object({}));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
