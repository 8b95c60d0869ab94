import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../standIns/run";
import { ensureAuthority } from "../web/authority";

/** Days of a cross-signed intermediate. A start of the ACME server makes a new one. */
const days = 825;

/**
 * Signs an intermediate of another authority by the sandbox's own one: same name, same key, other
 * issuer. Certificates of that intermediate are then valid wherever the sandbox's authority is
 * trusted. So trust in the ACME server survives its restarts, although it makes new issuers.
 *
 * @param intermediate PEM
 * @returns PEM
 */
export async function crossSign(intermediate: string): Promise<string> {
  const { certPath, keyPath } = await ensureAuthority();
  const { subject, publicKey } = new X509Certificate(intermediate);
  const work = await mkdtemp(join(tmpdir(), "jh-cross-"));
  const file = (name: string): string => join(work, name);
  try {
    await writeFile(file("given"), intermediate);
    await writeFile(file("public"), publicKey.export({ type: "spki", format: "pem" }));
    await writeFile(file("config"), requestConfig(commonName(subject)));
    await writeFile(file("extensions"), extensions(await subjectKeyIdentifier(file("given"))));
    // openssl signs the certificate of another issuer only by a request. The key of the request is
    // not used.
    await run("openssl", [
      ...["req", "-new", "-key", keyPath, "-config", file("config"), "-out", file("request")],
    ]);
    return await run("openssl", [
      ...["x509", "-req", "-in", file("request"), "-force_pubkey", file("public")],
      ...["-CA", certPath, "-CAkey", keyPath, "-days", days.toString()],
      ...["-extfile", file("extensions")],
    ]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The subject as pebble writes it. Clients compare the bytes, so the type of the string matters. */
const requestConfig = (name: string): string => `[req]
prompt = no
string_mask = default
distinguished_name = subject
[subject]
CN = ${name}
`;

const extensions = (
  keyIdentifier: string,
): string => `basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectKeyIdentifier = ${keyIdentifier}
`;

/** Pebble's issuers have a common name only. */
function commonName(subject: string): string {
  const [, name] = /^CN=([^\n]+)$/.exec(subject) ?? [];
  if (name === undefined) throw new Error(`an intermediate has an unexpected subject: ${subject}`);
  return name;
}

/** Leaf certificates name their issuer's key by this, so it must stay the same. */
async function subjectKeyIdentifier(file: string): Promise<string> {
  const text = await run("openssl", [
    "x509",
    "-in",
    file,
    "-noout",
    "-ext",
    "subjectKeyIdentifier",
  ]);
  const [found] = /(?:[0-9A-F]{2}:)+[0-9A-F]{2}/.exec(text) ?? [];
  if (found === undefined)
    throw new Error(`an intermediate has no subject key identifier: ${text}`);
  return found.replaceAll(":", "");
}

/**
 * A certificate chain in which each certificate with the subject and key of `intermediate` is
 * replaced by it.
 */
export function withIntermediate(chain: string, intermediate: string): string {
  const wanted = new X509Certificate(intermediate);
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks
    .map((block) => {
      const { subject, publicKey } = new X509Certificate(block);
      const same = subject === wanted.subject && publicKey.equals(wanted.publicKey);
      return `${(same ? intermediate : block).trim()}\n`;
    })
    .join("\n");
}
