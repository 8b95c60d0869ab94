import { adminPath } from "../../hcloud-simulator/src/adminPath";
import { UserError } from "./cliSupport";
import { apiEndpoint } from "./environment";
import type { SandboxIdentity } from "./identity";
import type { SandboxState } from "./state";

/** A started sandbox. */
export interface RunningSandbox {
  readonly identity: SandboxIdentity;
  readonly state: SandboxState;
}

/** The fields of a server in the API that the command line shows. */
export interface ServerSummary {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly server_type: { readonly name: string };
  readonly public_net: {
    readonly ipv4: { readonly ip: string } | null;
    readonly ipv6: { readonly ip: string } | null;
  };
  readonly private_net: readonly { readonly ip: string }[];
}

/**
 * Sends a request to the sandbox's API.
 *
 * @throws Error with the API's error message
 */
export async function callApi<T>(
  { identity, state }: RunningSandbox,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${apiEndpoint(identity)}${path}`, {
    method,
    headers: { authorization: `Bearer ${state.token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${path}: HTTP ${response.status.toString()}: ${text}`);
  return JSON.parse(text) as T;
}

/**
 * Sends a request to the sandbox's admin interface. Resolves to undefined when the answer has no
 * body.
 *
 * @throws UserError with the interface's own message, which says what is allowed
 */
export async function callAdmin(
  { identity, state }: RunningSandbox,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = apiEndpoint(identity).replace(/\/v1$/, adminPath + path);
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${state.token}` },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  const answer: unknown = text === "" ? undefined : JSON.parse(text);
  if (response.ok) return answer;
  const { error } = answer as { error: { message: string } };
  throw new UserError(error.message);
}

/** The servers of the sandbox, at most 50 (one page). */
export async function listServers(sandbox: RunningSandbox): Promise<readonly ServerSummary[]> {
  const answer = await callApi<{ servers: ServerSummary[] }>(
    sandbox,
    "GET",
    "/servers?per_page=50&sort=name",
  );
  return answer.servers;
}

/** The servers as the rows of a table. */
export function serverRows(servers: readonly ServerSummary[]): string[][] {
  return [
    ["NAME", "TYPE", "STATUS", "IPV4", "IPV6", "PRIVATE"],
    ...servers.map((s) => [
      s.name,
      s.server_type.name,
      s.status,
      s.public_net.ipv4?.ip ?? "-",
      s.public_net.ipv6?.ip ?? "-",
      s.private_net.map((n) => n.ip).join(",") || "-",
    ]),
  ];
}
