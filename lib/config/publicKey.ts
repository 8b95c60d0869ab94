import { mustBe } from "./setting";

/** Types of public keys that the sshd of the hosts accepts. */
const keyTypes: readonly string[] = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

/**
 * What is wrong with an authorized_keys line, as the end of a sentence; `undefined` if nothing is. A private key is never
 * shown.
 */
export function publicKeyProblem(line: string): string | undefined {
  if (line.includes("PRIVATE KEY")) {
    return "is a private key (not shown), but must be the public half (.pub); the private key must stay where it is";
  }
  const [type = "", data = ""] = line.split(/\s+/);
  if (/[\r\n]/.test(line) || !keyTypes.includes(type)) {
    const allowed = `one line "<type> <key> [comment]" with one of the types ${keyTypes.join(", ")}`;
    return mustBe(shorten(line), allowed);
  }
  return innerType(data) === type
    ? undefined
    : `is "${shorten(line)}", which is a damaged ${type} key; it must be the whole line of the .pub file`;
}

/** The type in the data of a key. It differs from the type before the data if the line was cut or mixed up. */
function innerType(base64: string): string | undefined {
  const data = Buffer.from(base64, "base64");
  if (data.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) {
    return undefined;
  }
  const fields = sshStrings(data);
  return fields.length >= 2 ? fields[0]?.toString() : undefined;
}

/** The length-prefixed fields of a key; none if the data ends in the middle of a field. */
function sshStrings(data: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < data.length) {
    const start = offset + 4;
    const end = start <= data.length ? start + data.readUInt32BE(offset) : Infinity;
    if (end > data.length) {
      return [];
    }
    fields.push(data.subarray(start, end));
    offset = end;
  }
  return fields;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
