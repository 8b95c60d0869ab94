import { bridgeNickname, hostNameOf } from "../../lib/bridgeNames";
import type { Role } from "../../lib/constants";
import { nameOf, partsOf } from "../../lib/resourceNames";
import { resourceTypes } from "../../lib/resourceTypes";
import type { SshTarget } from "../sshRun";
import { plainValue, type ExportedResource, type StackExport } from "../stackExport";
import { ruleText, type PlainRule } from "./firewallRules";

/** A server that the stack's state knows. */
export interface StateServer {
  /** web, jvb-0. */
  readonly name: string;
  /** At Hetzner. */
  readonly id: string;
  /** Whether it will be deleted, because another server has replaced it. */
  readonly isLeaving: boolean;
  /** In the private network; absent before it was attached. */
  readonly privateIp?: string;
}

/** A firewall that the stack's state knows. */
export interface StateFirewall {
  readonly id: string;
  readonly role: Role;
  /** Its rules in the state, each as `ruleText` writes it. */
  readonly rules: readonly string[];
}

/** A bridge, with its name in jicofo's list. */
export interface NamedBridge {
  readonly name: string;
  readonly nickname: string;
  /** Public address; absent in the outputs of old programs. */
  readonly ipv4?: string;
}

/** What the last `up` created, according to its state. */
export interface StackFacts {
  readonly servers: readonly StateServer[];
  readonly firewalls: readonly StateFirewall[];
  /** The bridges in the outputs of the last complete `up`. */
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

/** The connection of the step that sets the host up, which was called `ready` in older programs. Every `up` updates it. */
function webHostConnection(resources: readonly ExportedResource[]): SshTarget | undefined {
  const step = resources.find(({ type, urn }) => {
    const { host, part } = partsOf(nameOf(urn));
    return (
      type === resourceTypes.remoteCommand && host === "web" && ["setup", "ready"].includes(part)
    );
  });
  return plainValue(step?.inputs?.connection) as SshTarget | undefined;
}

/** The name in jicofo's list of the bridge on a server. */
export function nicknameOf({ id }: StateServer): string {
  return bridgeNickname(id);
}
