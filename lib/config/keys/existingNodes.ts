import { forwardAddress } from "../../nodeNames";
import { setPath, unset } from "../command";
import { touches } from "../effects";
import { readNode, type ExistingNode, type FieldProblem } from "../existingNode";
import { flag } from "../kinds";
import { invalid, setting, valid, type Complaint, type Parsed } from "../setting";

/** Machines that Hetzner Cloud did not make. */

const key = "existingNodes";

const exampleKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

const exampleNode = { name: "berlin", host: "203.0.113.7", role: "jvb", hostKey: exampleKey };

/** What the fix of a field shows. */
const examples: Readonly<Record<string, string>> = {
  name: "berlin",
  host: "203.0.113.7",
  role: "jvb",
  user: "root",
  port: "22",
  hostKey: '"ssh-ed25519 AAAA..."',
  region: "default",
  adopt: "false",
  draining: "false",
};

/** At most so many, which is also the number of bridges that this program was tested with. */
const mostNodes = 90;

const existingNodes = setting({
  name: key,
  kind: "object list",
  default: [],
  allowed: "a list of objects with name, host, role and hostKey",
  description:
    "Machines that Hetzner Cloud did not make, taken into the cluster by their address. Each has name, host, role and hostKey; user, port, region, adopt and draining if they differ from the defaults.",
  details: [
    "See [existing-machines.md](existing-machines.md) for the preparation of a machine and for all fields.",
    "`host` is a public IPv4 address, because port 5222 of the web host opens for exactly this address. `hostKey` is required, so that no other machine can take its place.",
  ],
  example: JSON.stringify([exampleNode]),
  wrong: [
    "203.0.113.7",
    JSON.stringify([{ ...exampleNode, host: "2001:db8::7" }]),
    JSON.stringify([{ ...exampleNode, host: "node.example.org" }]),
    JSON.stringify([{ name: "berlin", host: "203.0.113.7", role: "jvb" }]),
    JSON.stringify([{ ...exampleNode, role: "turn" }]),
    JSON.stringify([{ ...exampleNode, name: "web" }]),
    JSON.stringify([exampleNode, { ...exampleNode, name: "paris" }]),
  ],
  effect: touches(
    "adds machines; drains the removed ones and leaves them as they were found; the firewall of the web host; policy, acceptance",
  ),
  parse: (text): Parsed<readonly ExistingNode[]> => {
    const items = itemsOf(text);
    if (items === undefined || items.length > mostNodes) {
      const many =
        items === undefined ? "is not a list of objects" : `has ${items.length} machines`;
      const reason = `${many}, but must be a list of at most ${mostNodes} objects with name, host, role and hostKey`;
      const fix = `${unset(key)} && ${setPath(`${key}[0].name`, "berlin")}  # and the other fields: docs/existing-machines.md`;
      return invalid({ reason, fix });
    }
    const read = items.map(readNode);
    const nodes = read.map((one) => ("name" in one ? one : undefined));
    const complaints = read.flatMap((one, index) =>
      "name" in one ? twice(nodes, index) : one.map((problem) => complaint(index, problem)),
    );
    return complaints.length > 0
      ? invalid(...complaints)
      : valid(Object.freeze(nodes.filter((node) => node !== undefined)));
  },
});

/** `undefined` for what is no list. An empty text is the empty list. */
function itemsOf(text: string): readonly unknown[] | undefined {
  if (text.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function complaint(index: number, { field, reason, hint, remove }: FieldProblem): Complaint {
  const place = `${key}[${index}]`;
  if (remove !== undefined) {
    return { key: place, reason, fix: `pulumi config rm --path '${place}.${remove}'` };
  }
  const isWhole = field === "";
  const fix = isWhole
    ? setPath(`${place}.name`, "berlin")
    : setPath(`${place}.${field}`, examples[field] ?? "VALUE");
  const more = isWhole ? "and the other fields: docs/existing-machines.md" : hint;
  return {
    key: isWhole ? place : `${place}.${field}`,
    reason,
    fix: more === undefined ? fix : `${fix}  # ${more}`,
  };
}

/** What an entry has in common with an earlier one. */
function twice(nodes: readonly (ExistingNode | undefined)[], index: number): Complaint[] {
  const node = nodes[index];
  if (node === undefined) return [];
  const first = (same: (other: ExistingNode) => boolean): number =>
    nodes.slice(0, index).findIndex((other) => other !== undefined && same(other));
  const [byName, byHost, byForward] = [
    first(({ name }) => name === node.name),
    first(({ host }) => host === node.host),
    first((other) => forwardOf(other) === forwardOf(node)),
  ];
  const place = (number: number): string => `${key}[${number}]`;
  const remove = setPath(`${place(index)}.name`, `${node.name}-2`);
  if (byName >= 0) {
    const reason = `is "${node.name}", which is also the name of ${place(byName)}; each name is allowed once`;
    return [{ key: `${place(index)}.name`, reason, fix: remove }];
  }
  if (byHost >= 0) {
    const reason = `is "${node.host}", which is also the address of ${place(byHost)}; each machine is allowed once`;
    const fix = `${setPath(`${place(index)}.host`, "ADDRESS")}  # or remove one of the two from Pulumi.STACK.yaml`;
    return [{ key: `${place(index)}.host`, reason, fix }];
  }
  if (byForward >= 0) {
    const reason = `is "${node.name}", which shares a derived address with ${place(byForward)}; choose another name`;
    return [{ key: `${place(index)}.name`, reason, fix: remove }];
  }
  return [];
}

const forwardOf = ({ name, host }: ExistingNode): string => forwardAddress(name, host);

const publishDeployKey = flag({
  name: "publishDeployKey",
  description:
    "Whether the web host serves the public half of the deployment key, for owners of existing machines (true or false).",
  details: [
    "The address is `https://DOMAIN/static/jitsi-hetzner.pub`. The key is also the output `deploymentPublicKey`.",
  ],
  wrong: ["yes"],
  effect: touches("adds a file to the web host, or removes it"),
});

export const existingNodeKeys = [existingNodes, publishDeployKey] as const;
