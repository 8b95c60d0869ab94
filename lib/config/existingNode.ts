import * as ipaddr from "ipaddr.js";
import { bridgeNumber, localBridgeName } from "../bridgeNames";
import { endsLikePart } from "../nodeNames";
import { publicKeyProblem } from "./publicKey";
import { mustBe } from "./setting";

/** What a machine can be for. */
export const nodeRoles = ["jvb", "jibri"] as const;

export type NodeRole = (typeof nodeRoles)[number];

/** Whether a machine is the host of a bridge. */
export const isBridgeNode = ({ role }: Pick<ExistingNode, "role">): boolean => role === "jvb";

/** Whether a machine is the host of a recorder. */
export const isRecorderNode = ({ role }: Pick<ExistingNode, "role">): boolean => role === "jibri";

/** A machine that Hetzner Cloud did not make, taken into the cluster by its address. */
export interface ExistingNode {
  /** In messages and in the names of its resources: berlin-1. */
  readonly name: string;
  /** Its public IPv4 address. */
  readonly host: string;
  readonly role: NodeRole;
  /** Who logs in: root, or a user with sudo. */
  readonly user: string;
  /** Of its SSH server. */
  readonly port: number;
  /** The only host key that is accepted, an authorized_keys line without comment. */
  readonly hostKey: string;
  /** Relay region of its bridge; by default that of all bridges. */
  readonly region?: string;
  /** Whether Jitsi packages and settings that are there already may be taken over. */
  readonly adopt: boolean;
  /** Whether it stays, but out of service. */
  readonly draining: boolean;
}

/** What is wrong with one field: the end of a sentence that begins with its key. */
export interface FieldProblem {
  readonly field: keyof ExistingNode | "";
  readonly reason: string;
  /** Where the right value comes from, for the end of the command that sets the field. */
  readonly hint?: string;
  /** A key that has to go. */
  readonly remove?: string;
}

/** The text or the number of a field; `undefined` if it is absent. */
type Fields = Readonly<Record<string, unknown>>;

const fields = [
  "name",
  "host",
  "role",
  "user",
  "port",
  "hostKey",
  "region",
  "adopt",
  "draining",
] as const satisfies readonly (keyof ExistingNode)[];

/** One entry of the list: the machine, or all that is wrong with it. Pure. */
export function readNode(item: unknown): ExistingNode | readonly FieldProblem[] {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return [{ field: "", reason: mustBe(show(item), `an object with ${fields.join(", ")}`) }];
  }
  const given = item as Fields;
  const unknown = Object.keys(given).filter((key) => !fields.some((field) => field === key));
  const node = {
    name: text(given.name),
    host: text(given.host),
    role: text(given.role),
    user: text(given.user ?? "root"),
    port: text(given.port ?? 22),
    hostKey: text(given.hostKey).trim(),
    region: text(given.region),
    adopt: text(given.adopt ?? false),
    draining: text(given.draining ?? false),
  };
  const problems = [
    ...unknown.map((key): FieldProblem => ({
      field: "",
      remove: key,
      reason: `has "${key}", which is no field of it; the fields are ${fields.join(", ")}`,
    })),
    ...checks.flatMap(({ field, problem }): FieldProblem[] => {
      const found = problem(node[field], node);
      return found === undefined ? [] : [{ field, ...found }];
    }),
  ];
  return problems.length > 0 ? problems : typed(node);
}

/** A node with texts in all fields. */
type Texts = Readonly<Record<keyof ExistingNode, string>>;

const typed = (node: Texts): ExistingNode =>
  Object.freeze({
    ...node,
    role: node.role as NodeRole,
    port: Number(node.port),
    hostKey: node.hostKey.split(/\s+/).slice(0, 2).join(" "),
    region: node.region === "" ? undefined : node.region,
    adopt: node.adopt === "true",
    draining: node.draining === "true",
  });

interface Check {
  readonly field: keyof ExistingNode;
  readonly problem: (value: string, node: Texts) => Omit<FieldProblem, "field"> | undefined;
}

const namePattern = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** Names of hosts and bridges of the cluster itself, and those of resources of no host. */
const ownNames: readonly string[] = ["web", localBridgeName, "local-recorder"];

const checks: readonly Check[] = [
  { field: "name", problem: nameProblem },
  { field: "host", problem: hostProblem },
  {
    field: "role",
    problem: (role) =>
      nodeRoles.some((one) => one === role)
        ? undefined
        : { reason: given(role, `one of ${nodeRoles.join(", ")}`) },
  },
  {
    field: "user",
    problem: (user) =>
      /^[a-z_][a-z0-9_-]{0,31}$/.test(user)
        ? undefined
        : { reason: mustBe(user, "the name of a user who is root or has sudo without a password") },
  },
  {
    field: "port",
    problem: (port) =>
      /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
        ? undefined
        : { reason: mustBe(port, "the port of its SSH server, from 1 to 65535") },
  },
  { field: "hostKey", problem: hostKeyProblem },
  {
    field: "region",
    problem: (region) =>
      /^[A-Za-z0-9_-]{0,40}$/.test(region)
        ? undefined
        : { reason: mustBe(region, "a word of letters, digits, _ and -") },
  },
  { field: "adopt", problem: flagProblem },
  { field: "draining", problem: flagProblem },
];

function nameProblem(name: string): Omit<FieldProblem, "field"> | undefined {
  if (!namePattern.test(name)) {
    return {
      reason: given(
        name,
        "1 to 30 lower-case letters, digits and -, and must begin with a letter and not end with -",
      ),
    };
  }
  if (ownNames.includes(name) || bridgeNumber(name) !== undefined || /^jibri-\d+$/.test(name)) {
    return { reason: `is "${name}", which is the name of a host or bridge of the cluster itself` };
  }
  return endsLikePart(name)
    ? { reason: `is "${name}", which ends like a step of this program; choose another name` }
    : undefined;
}

/** Ranges that no participant reaches. The library's names. */
const unreachable: readonly string[] = [
  "unspecified",
  "broadcast",
  "multicast",
  "linkLocal",
  "loopback",
  "private",
  "carrierGradeNat",
];

function hostProblem(host: string): Omit<FieldProblem, "field"> | undefined {
  const allowed = "the public IPv4 address of the machine, such as 203.0.113.7";
  if (host === "") return { reason: given(host, allowed) };
  if (ipaddr.IPv6.isValid(host.replace(/^\[|\]$/g, ""))) {
    return {
      reason: `${mustBe(host, allowed)}: participants without IPv6 could not reach a machine that is known by an IPv6 address`,
      hint: "on the machine: ip -4 addr show scope global",
    };
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(host)) {
    // A name can change its meaning later. Port 5222 is open for exactly this address.
    return {
      reason: `${mustBe(host, allowed)}, because port 5222 of the web host opens for exactly this address`,
      hint: /^[A-Za-z0-9.-]+$/.test(host) ? `the address: dig +short A ${host}` : undefined,
    };
  }
  const range = ipaddr.IPv4.parse(host).range();
  return unreachable.includes(range)
    ? { reason: `${mustBe(host, allowed)}; participants cannot reach this one (${range})` }
    : undefined;
}

/** Go's SSH library offers only the type of this key. An ssh-rsa key would mean SHA-1, which today's sshd refuses. */
const hostKeyTypes: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
];

const keyFile = "/etc/ssh/ssh_host_ed25519_key.pub";

function hostKeyProblem(key: string, { host }: Texts): Omit<FieldProblem, "field"> | undefined {
  const hint = `the key, on the machine's console or over an SSH session that you trust already: cat ${keyFile}; not by ssh-keyscan, because another machine could answer`;
  if (key === "") {
    return {
      reason: `is not set, but is required; without it, another machine could answer at ${host === "" ? "the address" : host} and would get the password of the bridges`,
      hint,
    };
  }
  const problem = publicKeyProblem(key);
  if (problem !== undefined) return { reason: problem, hint };
  const [type = ""] = key.split(/\s+/);
  return hostKeyTypes.includes(type)
    ? undefined
    : {
        reason: `is a key of the type ${type}, but must be one of ${hostKeyTypes.join(", ")}`,
        hint,
      };
}

function flagProblem(value: string): Omit<FieldProblem, "field"> | undefined {
  return value === "true" || value === "false"
    ? undefined
    : { reason: mustBe(value, "true or false") };
}

const given = (value: string, allowed: string): string =>
  value === "" ? `is not set, but must be ${allowed}` : mustBe(value, allowed);

/** What stands in JSON for a field. A list or an object is shown as it is. */
function text(value: unknown): string {
  return value === undefined || value === null ? "" : show(value);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
