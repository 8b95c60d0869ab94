import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
} from "node:crypto";
import * as sshpk from "sshpk";

/** An SSH key pair as text. */
export interface SshKeyPair {
  /** OpenSSH (ed25519) or SEC 1 PEM (ECDSA); both are read by OpenSSH and by Go's SSH library. */
  readonly privateKey: string;
  /** authorized_keys line without a comment: `ssh-ed25519 AAAA...`. */
  readonly publicKey: string;
}

/** An ed25519 pair, with its private half in a second format. */
export interface Ed25519KeyPair extends SshKeyPair {
  /**
   * The private half as PKCS #8 PEM, a third as long. The state repeats it twice for each remote step. Go's SSH library
   * reads it; the `ssh` of Debian 12 does not (`opensshPrivateKey`).
   */
  readonly pkcs8: string;
}

/** Length of a random text of letters and digits for a seed: 64 of them are 381 bits, more than any key here needs. */
export const seedTextLength = 64;

/** A seed of so many bytes, at most 64, from a random text. Base64. The same text always gives the same seed. */
export function seedFrom(text: string, bytes: number): string {
  return createHash("sha512").update(text).digest().subarray(0, bytes).toString("base64");
}

const pkcs8Begin = "-----BEGIN PRIVATE KEY-----";

/** DER of a PKCS #8 ed25519 key up to the 32 bytes of its seed. Source: RFC 8410, section 7. */
const ed25519Pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The ed25519 pair of a seed. The same seed always gives the same texts. `pkcs8` is an input of every remote step, so
 * another text would run all steps again.
 *
 * @param seedBase64 32 random bytes
 * @throws Error if the seed has another length
 */
export function ed25519KeyPair(seedBase64: string): Ed25519KeyPair {
  const seed = decodeSeed(seedBase64, 32);
  const body = Buffer.concat([ed25519Pkcs8Prefix, seed]).toString("base64");
  const pkcs8 = `${pkcs8Begin}\n${body}\n-----END PRIVATE KEY-----\n`;
  const key = sshpk.parsePrivateKey(pkcs8, "pkcs8");
  return { privateKey: openssh(key), publicKey: bare(key.toPublic()), pkcs8 };
}

/** A private key in a format that every `ssh` reads. Changes PKCS #8 to OpenSSH's format, and nothing else. */
export function opensshPrivateKey(privateKey: string): string {
  const text = privateKey.trimStart();
  return text.startsWith(pkcs8Begin) ? openssh(sshpk.parsePrivateKey(text, "pkcs8")) : privateKey;
}

function openssh(key: sshpk.PrivateKey): string {
  key.comment = "";
  return withFixedCheckNumber(key.toString("openssh"));
}

/** Order of the group of P-256. Source: FIPS 186-4, D.1.2.3. */
const p256Order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

/**
 * The ECDSA P-256 pair of a seed. Deterministic too, because it is a part of user data.
 *
 * @param seedBase64 40 random bytes: 64 bits more than the key has, so that the remainder is not biased
 *   (FIPS 186-4, B.4.1)
 * @throws Error if the seed has another length
 */
export function ecdsaKeyPair(seedBase64: string): SshKeyPair {
  const seed = decodeSeed(seedBase64, 40);
  const scalar = (BigInt(`0x${seed.toString("hex")}`) % (p256Order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(d);
  // An uncompressed point: 0x04, x, y.
  const point = curve.getPublicKey();
  const jwk: JsonWebKey = {
    kty: "EC",
    crv: "P-256",
    d: d.toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const publicPem = createPublicKey(key).export({ type: "spki", format: "pem" });
  return {
    privateKey: key.export({ type: "sec1", format: "pem" }).toString(),
    publicKey: bare(sshpk.parseKey(publicPem.toString(), "pem")),
  };
}

function decodeSeed(base64: string, bytes: number): Buffer {
  const seed = Buffer.from(base64, "base64");
  if (seed.length !== bytes) {
    throw new Error(`An SSH key of this type needs a seed of ${bytes} bytes, not ${seed.length}`);
  }
  return seed;
}

/** `type base64`, without the comment that the library adds. */
function bare(key: sshpk.Key): string {
  return key.toString("ssh").split(" ").slice(0, 2).join(" ");
}

/**
 * OpenSSH's format contains a random number twice, to detect a wrong passphrase. Here there is no passphrase, so a fixed
 * number is used: then the text depends on the key alone. The number comes after the public blob and the length of the
 * private part. Source: OpenSSH, PROTOCOL.key.
 */
function withFixedCheckNumber(openssh: string): string {
  const lines = openssh.trim().split("\n");
  const data = Buffer.from(lines.slice(1, -1).join(""), "base64");
  const afterString = (offset: number): number => offset + 4 + data.readUInt32BE(offset);
  const cipher = "openssh-key-v1\0".length;
  const keyCount = afterString(afterString(afterString(cipher)));
  const checkNumbers = afterString(keyCount + 4) + 4;
  data.fill(0, checkNumbers, checkNumbers + 8);
  const body = data.toString("base64").match(/.{1,70}/g) ?? [];
  return [lines[0], ...body, lines.at(-1), ""].join("\n");
}
