import { OperatorError } from "../../lib/errors";
import { number, object, optional, requestOf, text } from "../../lib/hcloud/answer";
import { ApiError, type HcloudApi } from "../../lib/hcloud/hcloudApi";
import type { CloudObject } from "./cloudObjects";

const action = object({
  id: number,
  status: text,
  error: optional(object({ code: optional(text), message: optional(text) })),
});
type Action = ReturnType<typeof action>;

/** The answer to a call that changes something: most calls answer with an action, some with nothing. */
const begun = optional(object({ action: optional(action) }));

const bounds = {
  /** An object is locked while another action on it runs. Actions of a killed run may still be running. */
  attempts: 30,
  pauseMs: 2_000,
  /** An action at Hetzner takes seconds. */
  actionPolls: 120,
  pollMs: 1_000,
} as const;

type Pause = (ms: number) => Promise<void>;

const realPause: Pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Deletes an object for good, even if it is protected. It is no error if the object is gone already. With a server go its
 * attachments: private addresses, reverse names, automatic public addresses.
 *
 * @throws OperatorError, UnreachableError
 */
export async function deleteObject(
  api: HcloudApi,
  object: CloudObject,
  pause: Pause = realPause,
): Promise<void> {
  const { kind, name, path } = object;
  try {
    if (object.isProtected) {
      await change(api, "POST", `${path}/actions/change_protection`, pause, unprotected(object));
    }
    await change(api, "DELETE", path, pause);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return;
    throw new OperatorError(`${kind} ${name} cannot be deleted: ${error.code}: ${error.message}`);
  }
}

function unprotected({ kind }: CloudObject): Record<string, boolean> {
  if (kind === "record") return { change: false };
  // Hetzner protects a server from both or from neither.
  return kind === "server" ? { delete: false, rebuild: false } : { delete: false };
}

async function change(
  api: HcloudApi,
  method: "POST" | "DELETE",
  path: string,
  pause: Pause,
  body?: unknown,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = begun(await api.change(method, path, body), {
        request: requestOf(method, path),
        path: "",
      });
      await ended(api, answer?.action, pause);
      return;
    } catch (error) {
      const isBusy = error instanceof ApiError && ["locked", "conflict"].includes(error.code);
      if (!isBusy || attempt >= bounds.attempts) throw error;
      await pause(bounds.pauseMs);
    }
  }
}

async function ended(api: HcloudApi, first: Action | undefined, pause: Pause): Promise<void> {
  let last = first;
  for (let poll = 0; last?.status === "running"; poll++) {
    if (poll >= bounds.actionPolls) {
      throw new OperatorError(`action ${last.id} has not ended after ${poll} s`);
    }
    await pause(bounds.pollMs);
    last = (await api.get(`/actions/${last.id}`, object({ action }))).action;
  }
  if (last === undefined || last.status === "success") return;
  const { code = "unknown", message = "no reason given" } = last.error ?? {};
  throw new OperatorError(`action ${last.id} ended in ${last.status}: ${code}: ${message}`);
}
