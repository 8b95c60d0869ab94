import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { rootCertificates } from "node:tls";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/settings";
import { turnName } from "../plan/webNames";
import { none, problem, together, warning, type Findings } from "./findings";

/** What `checkOwnCertificate` looks at. PEM texts, empty if not set. */
export interface OwnCertificate {
  readonly key: string;
  readonly chain: string;
}

export interface OwnCertificateNeeds {
  readonly domain: string;
  readonly aliases: readonly string[];
  readonly now: Date;
  /** Whether the web host exists. Then an expired certificate is a warning, because it must not block other changes. */
  readonly isRunning: boolean;
}

const day = 86_400_000;
const warnDays = 30;
const setKey = "pulumi config set --secret tlsKey < privkey.pem";
const setChain = "pulumi config set --secret tlsCertificate < fullchain.pem";

/** The secrets of the settings with `tls: own`; `undefined` with another `tls`. */
export async function readOwnCertificate(
  settings: Pick<Settings, "tls" | "tlsKey" | "tlsCertificate">,
): Promise<OwnCertificate | undefined> {
  if (settings.tls !== "own") return undefined;
  const [key, chain] = await Promise.all([
    textOf(settings.tlsKey),
    textOf(settings.tlsCertificate),
  ]);
  return { key, chain };
}

/** A value of the configuration is always known, in a preview too. */
function textOf(secret: pulumi.Output<string> | undefined): Promise<string> {
  if (secret === undefined) return Promise.resolve("");
  return new Promise((resolve) => {
    secret.apply((text) => {
      resolve(text);
    });
  });
}

/** Checks key, names, issuers and dates of a certificate before anything changes. Shows nothing of the key. Pure. */
export function checkOwnCertificate(own: OwnCertificate, needs: OwnCertificateNeeds): Findings {
  const missing = [
    own.chain === "" ? problem("tlsCertificate", "is not set, but tls is own", setChain) : none,
    own.key === "" ? problem("tlsKey", "is not set, but tls is own", setKey) : none,
  ];
  if (own.chain === "" || own.key === "") return together(missing);
  const chain = readChain(own.chain);
  const key = readKey(own.key);
  const [leaf] = Array.isArray(chain) ? chain : [];
  return together([
    Array.isArray(chain) ? none : chain,
    "problems" in key ? key : none,
    ...(leaf === undefined || !Array.isArray(chain)
      ? []
      : [checkNames(leaf, needs), checkDates(leaf, needs), checkIssuers(chain)]),
    leaf !== undefined && !("problems" in key) && !leaf.checkPrivateKey(key)
      ? problem("tlsKey", "is not the key of tlsCertificate", setKey)
      : none,
  ]);
}

function readChain(text: string): X509Certificate[] | Findings {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const reason = "is no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  if (blocks.length === 0) return problem("tlsCertificate", reason, setChain);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return problem("tlsCertificate", "has a certificate that is damaged", setChain);
  }
}

function readKey(text: string): KeyObject | Findings {
  if (/ENCRYPTED/.test(text)) {
    const fix = `openssl pkey -in KEYFILE -out privkey.pem && ${setKey}`;
    return problem("tlsKey", "is encrypted with a password, which a host cannot enter", fix);
  }
  try {
    return createPrivateKey(text);
  } catch {
    return problem("tlsKey", "is no private key in PEM (-----BEGIN PRIVATE KEY-----)", setKey);
  }
}

function checkNames(
  leaf: X509Certificate,
  { domain, aliases }: Pick<OwnCertificateNeeds, "domain" | "aliases">,
): Findings {
  const lacks = (name: string): boolean => leaf.checkHost(name, { subject: "never" }) === undefined;
  const missing = [domain, ...aliases].filter(lacks);
  const names = (leaf.subjectAltName ?? "no name").replaceAll("DNS:", "");
  const turn = turnName(domain);
  return together([
    missing.length === 0
      ? none
      : problem(
          "tlsCertificate",
          `is for ${names}, but must be for ${missing.join(", ")} too`,
          setChain,
        ),
    lacks(turn)
      ? warning(
          `tlsCertificate is not for ${turn}: clients behind closed networks cannot reach TURN over TLS`,
        )
      : none,
  ]);
}

function checkDates(
  leaf: X509Certificate,
  { now, isRunning }: Pick<OwnCertificateNeeds, "now" | "isRunning">,
): Findings {
  const [starts, ends] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (starts > now) {
    const reason = `is valid only from ${starts.toISOString()} on`;
    return problem("tlsCertificate", reason, `date  # is this machine's clock right?`);
  }
  const left = Math.floor((ends.getTime() - now.getTime()) / day);
  if (ends <= now) {
    const reason = `has expired on ${ends.toISOString()}`;
    return isRunning
      ? warning(`tlsCertificate ${reason}, so browsers refuse it: ${setChain}`)
      : problem("tlsCertificate", reason, setChain);
  }
  return left >= warnDays
    ? none
    : warning(
        `tlsCertificate ends in ${left} days, on ${ends.toISOString()}. Renew it, then: ${setChain}`,
      );
}

/** Each certificate is issued by the next one. The last is issued by a public root, or is a root itself. */
function checkIssuers(chain: readonly X509Certificate[]): Findings {
  const broken = chain.findIndex((one, index) => {
    const next = chain[index + 1];
    return next !== undefined && !isIssuedBy(one, next);
  });
  if (broken >= 0) {
    return problem(
      "tlsCertificate",
      `is in the wrong order: certificate ${broken + 2} did not issue certificate ${broken + 1}`,
      setChain,
    );
  }
  const last = chain.at(-1);
  if (
    last === undefined ||
    isIssuedBy(last, last) ||
    publicRoots().some((root) => isIssuedBy(last, root))
  ) {
    return none;
  }
  const issuer = last.issuer.replaceAll("\n", ", ");
  return problem(
    "tlsCertificate",
    `is incomplete: the certificate of its issuer (${issuer}) is missing, and is no public root`,
    `cat certificate.pem intermediate.pem > fullchain.pem && ${setChain}`,
  );
}

const isIssuedBy = (one: X509Certificate, issuer: X509Certificate): boolean =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey);

/** Read only if they are needed: 140 certificates. */
const publicRoots = (): readonly X509Certificate[] =>
  rootCertificates.map((text) => new X509Certificate(text));
