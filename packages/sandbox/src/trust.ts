import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import { writeFileAtomically } from "./files";
import { authorityFile } from "./web/authority";

/** The machine's own trust store (Debian's ca-certificates). */
export const machineBundle = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Writes the trust store of a sandbox's hosts for programs of the machine: the authorities that the
 * machine trusts, and the sandbox's own. Returns the path of the file (PEM).
 */
export function writeTrustBundle(dir: string): string {
  const file = join(dir, "ca-bundle.pem");
  const parts = [machineBundle, authorityFile()].filter((path) => existsSync(path));
  writeFileAtomically(file, parts.map((path) => readFileSync(path, "utf8").trim() + "\n").join(""));
  return file;
}

/**
 * For the sandbox's own requests. They trust the authorities of the machine, and the sandbox's. A
 * machine without Debian's bundle has those of Node.js instead.
 */
export function trustedAgent(): Agent {
  const files = [machineBundle, authorityFile()].filter((path) => existsSync(path));
  const authorities = files.map((path) => readFileSync(path, "utf8"));
  const builtIn = existsSync(machineBundle) ? [] : rootCertificates;
  return new Agent({ secureContext: createSecureContext({ ca: [...authorities, ...builtIn] }) });
}

/** Variables by which OpenSSL, and curl, use a trust store instead of the machine's. */
export const trustVariables = (bundle: string) => ({
  CURL_CA_BUNDLE: bundle,
  SSL_CERT_FILE: bundle,
});
