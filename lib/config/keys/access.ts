import { canonicalCidr, cidrProblem, networkOf } from "../cidr";
import { setJson, setPath, unset } from "../command";
import { touches, updates } from "../effects";
import { publicKeyProblem } from "../publicKey";
import { invalid, setting, valid, type Complaint } from "../setting";
import { parseTextList } from "../textList";

/** SSH access to the hosts: keys and addresses. */

const setKey = (index: number): string =>
  setPath(`sshAuthorizedKeys[${index}]`, '"$(cat ~/.ssh/id_ed25519.pub)"');

const sshAuthorizedKeys = setting({
  name: "sshAuthorizedKeys",
  kind: "text list",
  default: [],
  allowed: "a list of public keys, authorized_keys lines",
  description: "Public SSH keys of the operators who may log in as root on all hosts.",
  details: [
    `To add your own key: \`${setKey(0)}\`. The hosts always accept the stack's deployment key as well.`,
  ],
  example:
    '["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs alice"]',
  wrong: [
    "~/.ssh/id_ed25519.pub",
    '["-----BEGIN OPENSSH PRIVATE KEY-----"]',
    '["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"]',
  ],
  effect: updates("the step `authorized-keys` on every host"),
  parse: (text) => {
    // A private key is one wrong item. As a list of lines, each line would be shown as a damaged key.
    const keys = text.startsWith("-----") ? [text] : parseTextList(text, "\n");
    if (keys === undefined) {
      const fix = `${unset("sshAuthorizedKeys")} && ${setKey(0)}`;
      return invalid({ reason: "is not a list, but must be a list of public keys", fix });
    }
    const complaints = keys.flatMap((key, index) => keyComplaints(keys, key, index));
    return complaints.length > 0 ? invalid(...complaints) : valid(Object.freeze([...keys]));
  },
});

function keyComplaints(keys: readonly string[], key: string, index: number): Complaint[] {
  const first = keys.indexOf(key);
  const isTwice = first < index;
  const reason =
    publicKeyProblem(key) ??
    (isTwice ? `is the same key as [${first}]; each key is allowed once` : undefined);
  // `--path` begins a new list if the old one is one text.
  const others =
    keys.length > 1 ? "  # if you set the list as one text: set the other keys again too" : "";
  return reason === undefined
    ? []
    : [{ reason: `[${index}] ${reason}`, fix: `${setKey(index)}${others}` }];
}

/** Every address: the address of an operator is not known here, and sshd accepts keys only. */
export const everyAddress = ["0.0.0.0/0", "::/0"] as const;

/** Sources of one firewall rule. Source: https://docs.hetzner.com/cloud/firewalls/faq/ */
const mostSources = 100;

const exampleRange = "203.0.113.0/24";

const openOrRange = `${unset("adminCidrs")}  # opens the port to every address, for SSH keys only; or: ${setJson("adminCidrs", [exampleRange])}`;

const adminCidrs = setting({
  name: "adminCidrs",
  kind: "text list",
  default: everyAddress,
  allowed: "a list of address ranges in CIDR notation",
  description:
    "Address ranges that reach port 22 of the hosts. They must contain the address of the machine that runs `pulumi up`, or of the bastion.",
  details: [
    "By default, every address reaches the port, because the program does not know your address. sshd accepts keys only, never passwords. The preview says so.",
    "A preview warns where running hosts will be open to fewer addresses. If you are shut out, change the setting and run `pulumi up`: firewalls are changed by Hetzner's API, and no host has to be reached for that.",
  ],
  example: '["203.0.113.4/32"]',
  wrong: ['["203.0.113.7"]', '["203.0.113.7/24"]', '["203.0.113.0/33"]', "[]"],
  effect: touches("both firewalls"),
  parse: (text) => {
    const ranges = parseTextList(text, ",");
    if (ranges === undefined) {
      const reason = "is not a list, but must be a list of address ranges";
      return invalid({ reason, fix: openOrRange });
    }
    if (ranges.length === 0) {
      const reason =
        "is empty, which would also lock out `pulumi up`; at least one range is required";
      return invalid({ reason, fix: openOrRange });
    }
    if (ranges.length > mostSources) {
      const reason = `has ${ranges.length} ranges, but at most ${mostSources} are allowed`;
      return invalid({ reason, fix: openOrRange });
    }
    const complaints = rangeComplaints(ranges);
    // In the spelling of the API, because another one would be a change at every `up`.
    return complaints.length > 0
      ? invalid(...complaints)
      : valid(Object.freeze(ranges.map((range) => canonicalCidr(range) ?? range)));
  },
});

function rangeComplaints(ranges: readonly string[]): Complaint[] {
  // The whole list: `--path` for one item would drop the others if the list was set as one text.
  const nearest = ranges.map((range) => networkOf(range) ?? exampleRange);
  const fix = setJson("adminCidrs", [...new Set(nearest)]);
  const spelled = ranges.map(canonicalCidr);
  return ranges.flatMap((range, index) => {
    const first = spelled.indexOf(spelled[index]);
    const isTwice = first < index;
    const reason =
      cidrProblem(range) ??
      (isTwice ? `is the same range as [${first}]; each range is allowed once` : undefined);
    return reason === undefined ? [] : [{ reason: `[${index}] ${reason}`, fix }];
  });
}

export const accessKeys = [sshAuthorizedKeys, adminCidrs] as const;
