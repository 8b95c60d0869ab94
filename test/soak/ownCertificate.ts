import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, runProgram } from "../e2e/harness";

/** Values of `tlsCertificate` and `tlsKey`, and what `pulumi up` says about them. */
export interface OwnCertificateCase {
  readonly name: string;
  readonly chain: string;
  readonly key: string;
  /** Absent if they are good. */
  readonly told?: RegExp;
  /** Whether `pulumi up` continues on a running cluster. */
  readonly isAccepted?: boolean;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Each way in which an own certificate can be wrong, then one that has expired, and a good one. @param names of the good ones */
export async function ownCertificateCases(
  names: readonly string[],
): Promise<readonly OwnCertificateCase[]> {
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-own-"));
  const file = (name: string): string => join(dir, name);
  const read = (name: string): string => readFileSync(file(name), "utf8");
  const openssl = async (...args: string[]): Promise<void> => {
    must(`openssl ${args.join(" ")}`, await runProgram("openssl", args));
  };
  const authority = async (name: string, issuer?: string): Promise<void> => {
    const by =
      issuer === undefined ? [] : ["-CA", file(`${issuer}.pem`), "-CAkey", file(`${issuer}.key`)];
    await openssl(
      ...["req", "-x509", ...newKey, "-subj", `/CN=${name}`, "-days", "365", ...by],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
      ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)],
    );
  };
  const leaf = async (name: string, of: readonly string[], dates: string[]): Promise<void> => {
    writeFileSync(file("ext"), `subjectAltName=${of.map((one) => `DNS:${one}`).join(",")}\n`);
    const request = ["-keyout", file(`${name}.key`), "-out", file("csr")];
    await openssl("req", ...newKey, "-subj", `/CN=${name}`, ...request);
    const by = ["-CA", file("middle.pem"), "-CAkey", file("middle.key"), "-CAcreateserial"];
    const out = ["-extfile", file("ext"), "-out", file(`${name}.pem`)];
    await openssl("x509", "-req", "-in", file("csr"), ...by, ...dates, ...out);
  };
  try {
    await authority("root");
    await authority("middle", "root");
    await leaf("good", names, ["-days", "90"]);
    await leaf("other", ["other.example.org"], ["-days", "90"]);
    await leaf("expired", names, ["-days", "-1"]);
    const encrypted = ["-aes256", "-passout", "pass:word", "-out", file("encrypted.key")];
    await openssl("pkey", "-in", file("good.key"), ...encrypted);
    const issuers = read("middle.pem") + read("root.pem");
    const [chain, key] = [read("good.pem") + issuers, read("good.key")];
    return [
      {
        name: "wrong name",
        chain: read("other.pem") + issuers,
        key: read("other.key"),
        told: /tlsCertificate is for other\.example\.org, but must be for /,
      },
      {
        name: "wrong key",
        chain,
        key: read("other.key"),
        told: /tlsKey is not the key of tlsCertificate/,
      },
      {
        name: "encrypted key",
        chain,
        key: read("encrypted.key"),
        told: /tlsKey is encrypted with a password/,
      },
      {
        name: "chain missing",
        chain: read("good.pem"),
        key,
        told: /tlsCertificate is incomplete: the certificate of its issuer \(CN=middle\) is missing/,
      },
      {
        name: "expired",
        chain: read("expired.pem") + issuers,
        key: read("expired.key"),
        told: /tlsCertificate has expired on /,
        isAccepted: true,
      },
      { name: "good", chain, key, isAccepted: true },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
