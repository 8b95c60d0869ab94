import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withPartsUnpacked } from "../../lib/packedText";
import type { TestCluster } from "./harness";

/** A secret of a cluster. */
export interface Secret {
  /** For people, as docs/security.md has it. */
  readonly kind: string;
  /** Where it was taken from. */
  readonly name: string;
  /** Texts that give it away: itself and its usual encodings. */
  readonly traces: readonly string[];
}

/** A secret that was found somewhere. */
export interface Finding {
  readonly kind: string;
  readonly place: string;
}

/** Marks a secret value in an exported state. Source: pulumi sdk, resource/properties.go (SigKey, SecretSig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What holds secrets that are in the list by themselves: scripts with their values, user data, logins. */
const containers = ["stdin", "userData", "connection"];

/** Every secret in the state of a cluster, and those that its hosts have made for themselves. */
export async function secretsOf(cluster: TestCluster): Promise<Secret[]> {
  const exported = await cluster.mustPulumi("stack", "export", "--show-secrets");
  const { deployment } = JSON.parse(exported.stdout) as {
    deployment: { resources: { urn: string; inputs?: unknown; outputs?: unknown }[] };
  };
  const found = new Map<string, string>();
  for (const { urn, inputs, outputs } of deployment.resources) {
    const name = urn.split("::").at(-1) ?? urn;
    collect({ inputs, outputs }, name, false, found);
    const userData = (inputs as { userData?: unknown } | undefined)?.userData;
    if (userData !== undefined) found.set(bootstrapKeyIn(userData), `${name} bootstrap key`);
    const stdin = (inputs as { stdin?: unknown } | undefined)?.stdin;
    const packed = stdin === undefined ? undefined : packedIn(stdin);
    if (packed !== undefined) found.set(packed, `${name} packed values`);
    const connection = (inputs as { connection?: unknown } | undefined)?.connection;
    if (connection !== undefined) found.set(loginKeyIn(connection), "privateKey of connections");
  }
  const read = async (host: string, command: string): Promise<string> =>
    (await cluster.mustOnHost(host, command)).replaceAll('"', "");
  const focus = "hocon -f /etc/jitsi/jicofo/jicofo.conf get jicofo.xmpp.client.password";
  found.set(await read("web", focus), "password of focus");
  // The package's own. Nothing uses it.
  const turn =
    "sed -n '/^Name: jitsi-meet-prosody.turn-secret$/,/^$/s/^Value: //p' /var/cache/debconf/config.dat";
  found.set(await read("web", turn), "TURN secret of the package");
  return [...found].map(([value, name]) => ({
    kind: kindOf(name),
    name,
    traces: tracesOf(value),
  }));
}

/** What a secret is, by the resource that has made it. @throws for one that nobody has thought of */
function kindOf(name: string): string {
  const kinds: [RegExp, string][] = [
    [/bootstrap/, "bootstrap host key"],
    [/packed values$/, "packed values of a step"],
    [/^jitsi-key|privateKey|deploymentKey/, "deployment key"],
    [/^jitsi-web-account/, "password of bridges"],
    [/^jitsi-web-recorder-account/, "passwords of recorders"],
    [/focus/, "password of jicofo"],
    [/^jitsi-certificate-copy-key/, "key of certificate copies"],
    [/^jitsi-web-turn/, "secret for TURN"],
    [/^jitsi-node-.*-forward-seed/, "seed of a forward's key"],
    [/TURN/, "unused secret for TURN"],
  ];
  const kind = kinds.find(([pattern]) => pattern.test(name))?.[1];
  if (kind === undefined) throw new Error(`the state has a secret of an unknown kind: ${name}`);
  return kind;
}

/** Adds every text below a value that is marked as secret; the first name for a text stays. */
function collect(value: unknown, name: string, secret: boolean, into: Map<string, string>): void {
  if (typeof value === "string") {
    if (secret && value.length >= 8 && !into.has(value)) into.set(value, name);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const fields = value as Record<string, unknown>;
  const inside = unwrapped(fields);
  if (inside !== fields) {
    collect(inside, name, true, into);
    return;
  }
  for (const [key, field] of Object.entries(fields)) {
    if (!containers.includes(key)) collect(field, `${name} ${key}`, secret, into);
  }
}

/** What is inside of a value that is marked as secret; any other value as it is. */
function unwrapped(value: unknown): unknown {
  const fields = value as Record<string, unknown>;
  return fields[signatureKey] === secretSignature
    ? (JSON.parse(fields.plaintext as string) as unknown)
    : value;
}

function bootstrapKeyIn(userData: unknown): string {
  const config = parse(unwrapped(userData) as string) as { ssh_keys: { ecdsa_private: string } };
  return config.ssh_keys.ecdsa_private;
}

/** The beginning of a step's packed values: whoever has it can unpack a part of them. */
function packedIn(stdin: unknown): string | undefined {
  const text = unwrapped(stdin) as string;
  return text.startsWith("{")
    ? (JSON.parse(text) as { packed?: string }).packed?.slice(0, 200)
    : undefined;
}

/** The deployment key in the format that connections have, which is not that of the output. */
function loginKeyIn(connection: unknown): string {
  const { privateKey } = unwrapped(connection) as { privateKey: unknown };
  return unwrapped(privateKey) as string;
}

/** A secret that the state has only in what a step gets over stdin. */
export const ownSecret = (kind: string, value: string): Secret => ({
  ...{ kind, name: kind, traces: tracesOf(value) },
});

/** Of a key in several lines each line that is not the same in all keys. */
function tracesOf(value: string): string[] {
  const lines = value.split("\n").filter((line) => line.length >= 8 && !line.startsWith("-----"));
  const parts = lines.length > 1 ? lines.slice(2) : lines;
  return parts.flatMap((part) => [part, Buffer.from(part).toString("base64").replace(/.?=*$/, "")]);
}

/** Where the secrets are in a text, and in what is packed in it. */
export function searchText(secrets: readonly Secret[], place: string, text: string): Finding[] {
  const plain = withPartsUnpacked(text);
  return secrets
    .filter(({ traces }) => traces.some((trace) => plain.includes(trace)))
    .map(({ kind }) => ({ kind, place }));
}

/** Where the secrets are in the files below a folder of this machine. */
export function searchFolder(secrets: readonly Secret[], folder: string): Finding[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return searchText(secrets, path, readFileSync(path, "latin1"));
    });
}

/** A file of a host that holds a secret, and who can read it. */
export interface HostFinding extends Finding {
  readonly host: string;
  /** Mode and owners as `stat` says them (640 jvb:jitsi), or "everybody". */
  readonly readers: string;
}

/** Folders of a host that programs write to. */
const hostFolders = "etc var root home opt run srv tmp usr/local";

/** Where the secrets are on a host: in files, and in the journal, whose own files are compressed. */
export async function searchHost(
  cluster: TestCluster,
  host: string,
  secrets: readonly Secret[],
): Promise<HostFinding[]> {
  const traces = secrets.flatMap((secret) => secret.traces);
  const patterns = Buffer.from(`${traces.join("\n")}\n`).toString("base64");
  const said = await cluster.mustOnHost(
    host,
    `umask 077; patterns=/root/patterns.$$; base64 -d <<<${patterns} >$patterns; cd /
     found() { grep -oaF -f $patterns | sort -u | while read -r trace; do printf '%s\\t%s\\t%s\\n' "$1" "$2" "$trace"; done; }
     grep -rlaF --exclude="$(basename $patterns)" -f $patterns ${hostFolders} 2>/dev/null | while read -r file; do
       readers=$(stat -c '%a %U:%G' "$file")
       # Folders count too, so a user without any right tries it.
       if setpriv --reuid nobody --regid nogroup --clear-groups test -r "$file"; then readers=everybody; fi
       found "/$file" "$readers" <"$file"
     done
     journalctl -a --no-pager -o export | found journal systemd-journal
     rm $patterns`,
  );
  return said
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [place = "", readers = "", trace = ""] = line.split("\t");
      const kind = secrets.find((secret) => secret.traces.includes(trace))?.kind ?? trace;
      return { kind, host, place, readers };
    });
}

const roleOf = (host: string): string =>
  host === "web" ? "web" : host.startsWith("jibri-") ? "recorder" : "bridge";

/**
 * A finding as a row of the table in docs/security.md: paths without what differs between hosts.
 * @param role of the host; by default what its name says
 */
export function tableRow(
  { kind, host, place, readers }: HostFinding,
  role: string = roleOf(host),
): string {
  const path = place
    .replace(/\/instances\/\d+\//, "/instances/ID/")
    .replaceAll("meet.example.test", "DOMAIN");
  return `| ${kind} | ${role}:${path} | ${readers} |`;
}

/** The rows of that table for the hosts of these roles. */
export function documentedSecrets(roles: readonly string[] = ["web", "bridge"]): string[] {
  const page = readFileSync(join(__dirname, "../../docs/security.md"), "utf8");
  return page
    .split("\n")
    .filter((line) => roles.some((role) => line.includes(`| \`${role}:`)))
    .map((line) => line.replaceAll("`", "").replace(/ +/g, " "))
    .sort();
}
