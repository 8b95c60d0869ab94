import { bridgeNickname, hostNameOf } from "../../lib/bridgeNames";
import type { Role } from "../../lib/constants";
import { resourceTypes } from "../../lib/resourceTypes";
import type { SshTarget } from "../sshRun";
import { plainValue, type ExportedResource, type StackExport } from "../stackExport";
import { nameOf } from "../stackState";
import { ruleText, type PlainRule } from "./firewallRules";

/** A server that the stack's state knows. */
export interface StateServer {
  /** For people: web, jvb-0. */
  readonly name: string;
  /** At Hetzner. */
  readonly id: string;
  /** Whether it is about to go: another server has taken its place. */
  readonly isLeaving: boolean;
  /** In the private network; absent before it was attached. */
  readonly privateIp?: string;
}

/** A firewall that the stack's state knows. */
export interface StateFirewall {
  readonly id: string;
  readonly role: Role;
  /** Its rules as the state has them, each as `ruleText` writes it. */
  readonly rules: readonly string[];
}

/** A bridge by the name that jicofo has for it. */
export interface NamedBridge {
  readonly name: string;
  readonly nickname: string;
}

/** What the last `up` has made, as its state tells it. */
export interface StackFacts {
  readonly servers: readonly StateServer[];
  readonly firewalls: readonly StateFirewall[];
  /** Bridges as the last whole `up` declared them, by its output. */
  readonly bridgeOutputs: readonly NamedBridge[];
  /** How the engine reaches the web host; absent until it has reached it. */
  readonly webHost?: SshTarget;
}

/** Reads the resources of an export that was made with `--show-secrets`. */
export function readStackFacts({ resources }: StackExport): StackFacts {
  const addresses = new Map(
    resources
      .filter(({ type }) => type === resourceTypes.serverNetwork)
      .map(({ outputs }) => [String(outputs?.serverId), outputs?.ip as string | undefined]),
  );
  const servers = resources
    .filter(({ type }) => type === resourceTypes.server)
    .map((server) => stateServer(server, addresses));
  const stack = resources.find(({ type }) => type === resourceTypes.stack);
  return {
    servers,
    firewalls: resources.filter(({ type }) => type === resourceTypes.firewall).map(stateFirewall),
    bridgeOutputs: (plainValue(stack?.outputs?.bridges) ?? []) as NamedBridge[],
    webHost: webHostConnection(resources),
  };
}

function stateServer(
  { id = "", outputs = {}, delete: isLeaving = false }: ExportedResource,
  addresses: ReadonlyMap<string, string | undefined>,
): StateServer {
  return {
    name: hostNameOf((outputs.labels ?? {}) as Record<string, string | undefined>),
    id,
    isLeaving,
    privateIp: addresses.get(id),
  };
}

function stateFirewall({ id = "", outputs = {} }: ExportedResource): StateFirewall {
  const { role } = (outputs.labels ?? {}) as { role?: Role };
  const rules = (outputs.rules ?? []) as readonly PlainRule[];
  return { id, role: role ?? "jvb", rules: rules.map(ruleText) };
}

/** Of the step that first found the host ready: every later `up` brings its connection up to date. */
function webHostConnection(resources: readonly ExportedResource[]): SshTarget | undefined {
  const step = resources.find(
    ({ type, urn }) => type === resourceTypes.remoteCommand && nameOf(urn).endsWith("-web-ready"),
  );
  return plainValue(step?.inputs?.connection) as SshTarget | undefined;
}

/** The name that jicofo has for the bridge on a server. */
export function nicknameOf({ id }: StateServer): string {
  return bridgeNickname(id);
}
