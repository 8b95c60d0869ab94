import type { ChangeStep } from "../../../../../lib/changes/changeStep";

type Inputs = Readonly<Record<string, unknown>>;

const urnOf = (type: string, name: string): string =>
  `urn:pulumi:dev::jitsi-hetzner::jitsi-hetzner:index:JitsiCluster$${type}::jitsi-${name}`;

function step(op: string, type: string, name: string, old: Inputs, next: Inputs): ChangeStep {
  return {
    op,
    urn: urnOf(type, name),
    ...(op === "create" ? {} : { oldState: { type, inputs: old } }),
    ...(op === "delete" ? {} : { newState: { type, inputs: next } }),
  };
}

/** A step for a server: `jvb-0`. */
export function serverStep(op: string, name: string, old: Inputs = {}, next = old): ChangeStep {
  const [was, is] = [old, next].map((inputs) => ({
    serverType: name === "web" ? "cx23" : "cpx42",
    location: "fsn1",
    ...inputs,
  }));
  return step(op, "hcloud:index/server:Server", name, was ?? {}, is ?? {});
}

/** What a verb gets over stdin; as the engine writes what is not known yet, without values. */
export const stdin = (values?: Readonly<Record<string, string>>): Inputs => ({
  stdin:
    values === undefined
      ? "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
      : JSON.stringify({ version: 1, values }),
});

/** A step on a host: `jvb-0-drain`. */
export const command = (op: string, name: string, old: Inputs = {}, next = old): ChangeStep =>
  step(op, "command:remote:Command", name, old, next);

/** A step for another object: `firewall-web`. */
export const objectStep = (
  op: string,
  type: string,
  name: string,
  old: Inputs = {},
  next = old,
): ChangeStep => step(op, type, name, old, next);

/** A host that comes, goes or is replaced, with some of its steps. */
export const wholeHost = (op: string, name: string): ChangeStep[] => [
  serverStep(op, name),
  objectStep(op, "hcloud:index/zoneRrset:ZoneRrset", `${name}-dns-ipv4`),
  ...["setup", name === "web" ? "configure" : "drain"].map((part) =>
    command(op, `${name}-${part}`),
  ),
];

/** What a changed count of bridges brings with it on the web host. */
export const bookkeeping: readonly ChangeStep[] = [
  command("update", "policy"),
  command("update", "acceptance"),
];

/** The text of the step `files` of a bridge, with the note of its settings; as the engine writes what is not known yet. */
export const filesText = (settings?: string, former = "f".repeat(64)): Inputs => ({
  stdin: "[secret]",
  create:
    settings === undefined
      ? "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
      : `jitsi-hetzner jvb/files --code 0a # jitsi-x settings ${settings.slice(0, 16)} or ${former.slice(0, 16)}`,
});

/**
 * The step that writes a bridge's settings, of this hash before and after; without one after, it is not known. The list of
 * the step `restart` is not known as long as one bridge is new.
 */
export function restartSteps(
  name: string,
  was: string,
  is?: Readonly<{ SETTINGS_HASH: string; FORMER_HASH: string }>,
): ChangeStep[] {
  const after = filesText(is?.SETTINGS_HASH, is?.FORMER_HASH);
  return [
    command("update", `${name}-files`, filesText(was), after),
    command("update", "restart", stdin(), stdin()),
  ];
}

/** The step `restart`, with the hashes of the settings of each bridge before and after. */
export function restartList(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, readonly [settings: string, former: string]>>,
): ChangeStep {
  const list = (bridges: readonly object[]): Inputs => ({
    stdin: JSON.stringify({ version: 1, bridges, bridgeVersion: "2.3" }),
  });
  return command(
    "update",
    "restart",
    list(
      Object.entries(before).map(([name, settingsHash]) => ({
        name,
        settingsHash,
        formerHash: "f".repeat(64),
      })),
    ),
    list(
      Object.entries(after).map(([name, [settingsHash, formerHash]]) => ({
        name,
        settingsHash,
        formerHash,
      })),
    ),
  );
}
