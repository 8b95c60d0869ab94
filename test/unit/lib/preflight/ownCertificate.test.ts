import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkOwnCertificate,
  type OwnCertificateNeeds,
} from "../../../../lib/preflight/ownCertificate";

let folder: string;
const path = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(path(name), "utf8");
const openssl = (...args: string[]): void => {
  execFileSync("openssl", args, { stdio: "ignore" });
};
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A CA, or an intermediate that it signed. */
function authority(name: string, issuer?: string): void {
  const subject = ["-subj", `/CN=${name}`, "-keyout", path(`${name}.key`)];
  const isCa = ["-addext", "basicConstraints=critical,CA:TRUE"];
  const signed =
    issuer === undefined ? [] : ["-CA", path(`${issuer}.pem`), "-CAkey", path(`${issuer}.key`)];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "900",
    ...subject,
    ...isCa,
    ...signed,
    "-out",
    path(`${name}.pem`),
  );
}

function issue(name: string, names: readonly string[]): void {
  const sans = names.map((one) => `DNS:${one}`).join(",");
  const subject = [
    "-subj",
    "/CN=leaf",
    "-keyout",
    path(`${name}.key`),
    "-addext",
    `subjectAltName=${sans}`,
  ];
  const signed = ["-CA", path("middle.pem"), "-CAkey", path("middle.key")];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "90",
    ...subject,
    ...signed,
    "-out",
    path(`${name}.pem`),
  );
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "own-certificate-"));
  authority("root");
  authority("middle", "root");
  issue("leaf", ["meet.example.org", "turn.meet.example.org", "talk.example.org"]);
  issue("other", ["meet.example.org"]);
  writeFileSync(path("plain"), "nothing");
  openssl(
    "pkey",
    "-in",
    path("leaf.key"),
    "-aes256",
    "-passout",
    "pass:x",
    "-out",
    path("locked.key"),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const needs: OwnCertificateNeeds = {
  domain: "meet.example.org",
  aliases: ["talk.example.org"],
  // The certificates are made later, on a busy machine some seconds.
  now: new Date(Date.now() + 600_000),
  isRunning: false,
};
const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);
const check = (
  {
    key = "leaf.key",
    chain = ["leaf.pem", "middle.pem", "root.pem"],
  }: { key?: string; chain?: string[] } = {},
  change: Partial<OwnCertificateNeeds> = {},
) =>
  checkOwnCertificate(
    { key: key === "" ? "" : read(key), chain: chain.map(read).join("") },
    { ...needs, ...change },
  );
const problems = (...args: Parameters<typeof check>): string[] =>
  check(...args).problems.map(({ key = "", reason }) => `${key} ${reason}`);

describe("an own certificate", () => {
  it("is accepted with its key, all names and all issuers", () => {
    expect(check()).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    [{ key: "" }, "tlsKey is not set, but tls is own"],
    [{ chain: [] }, "tlsCertificate is not set, but tls is own"],
    [{ key: "other.key" }, "tlsKey is not the key of tlsCertificate"],
    [{ key: "locked.key" }, "tlsKey is encrypted with a password, which a host cannot enter"],
    [{ key: "plain" }, "tlsKey is no private key in PEM (-----BEGIN PRIVATE KEY-----)"],
    [{ chain: ["plain"] }, "tlsCertificate is no certificate in PEM (-----BEGIN CERTIFICATE-----)"],
    [
      { chain: ["leaf.pem"] },
      "tlsCertificate is incomplete: the certificate of its issuer (CN=middle) is missing, and is no public root",
    ],
    [
      { chain: ["leaf.pem", "root.pem", "middle.pem"] },
      "tlsCertificate is in the wrong order: certificate 2 did not issue certificate 1",
    ],
  ])("is refused: %j", (given, reason) => {
    expect(problems(given)).toEqual([reason]);
  });

  it("is refused without the domain or an alias, with the names that it has", () => {
    expect(problems({}, { domain: "video.example.org" })).toEqual([
      "tlsCertificate is for meet.example.org, turn.meet.example.org, talk.example.org, but must be for video.example.org too",
    ]);
  });

  it("is accepted without the name of TURN, with a warning", () => {
    const given = { key: "other.key", chain: ["other.pem", "middle.pem", "root.pem"] };
    const { problems: refused, warnings } = check(given, { aliases: [] });
    expect(refused).toEqual([]);
    expect(warnings).toEqual([
      "tlsCertificate is not for turn.meet.example.org: clients behind closed networks cannot reach TURN over TLS",
    ]);
  });

  it("is refused once it has expired, and before it begins", () => {
    expect(problems({}, { now: inDays(91) })[0]).toMatch(/^tlsCertificate has expired on 20/);
    expect(problems({}, { now: inDays(-2) })[0]).toMatch(/^tlsCertificate is valid only from 20/);
  });

  it("is a warning once it has expired on a running cluster, because other changes must be possible", () => {
    const { problems: refused, warnings } = check({}, { now: inDays(91), isRunning: true });
    expect(refused).toEqual([]);
    expect(warnings[0]).toMatch(/^tlsCertificate has expired on .*, so browsers refuse it/);
  });

  it("is told 30 days before its end", () => {
    expect(check({}, { now: inDays(59) }).warnings).toEqual([]);
    expect(check({}, { now: inDays(61) }).warnings[0]).toMatch(
      /^tlsCertificate ends in 28 days, on/,
    );
  });

  it("shows nothing of a key in a message", () => {
    const secret = read("leaf.key").split("\n")[1] ?? "";
    expect(JSON.stringify(check({ chain: ["leaf.key"] }))).not.toContain(secret);
  });
});
