import { turnName, webNames } from "../../plan/webNames";
import { set, unset } from "../command";
import { updates } from "../effects";
import { isHostname, nearestHostname } from "../hostname";
import { choice, flag } from "../kinds";
import { invalid, setting, valid, type Parsed, type Rule, type ValuesOf } from "../setting";
import type { domainKeys } from "./domain";
import type { serverKeys } from "./servers";
import type { turnKeys } from "./turn";

/** The certificate for browsers. */

const effect = updates("the step `certificate` on the web host; nginx reloads if the files change");

const tls = choice({
  name: "tls",
  words: ["letsencrypt", "self-signed", "own"],
  default: "letsencrypt",
  description:
    "Where the certificate for browsers comes from: letsencrypt (or another ACME server, see acmeDirectory), self-signed, or own (tlsCertificate and tlsKey).",
  details: [
    "With `letsencrypt`, you accept the terms of the ACME server. Those of Let's Encrypt are at https://letsencrypt.org/repository/. Until the order succeeds, the web host serves its self-signed certificate. See [certificates.md](certificates.md).",
  ],
  example: "self-signed",
  wrong: ["acme"],
  effect,
});

const acmeEmail = setting({
  name: "acmeEmail",
  kind: "text",
  default: "",
  allowed: "an e-mail address, or empty",
  description:
    "E-mail address of the account at the ACME server. Optional. It is sent when the account is created.",
  details: ["Let's Encrypt sends no mail about certificates that end."],
  example: "admin@example.org",
  wrong: ["admin.example.org"],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return /^[^\s@"'<>,]+@[^\s@"'<>,]+\.[^\s@"'<>,]+$/.test(text)
      ? valid(text)
      : invalid({ fix: set("acmeEmail", "admin@example.org") });
  },
});

const acmeDirectory = setting({
  name: "acmeDirectory",
  kind: "text",
  default: "https://acme-v02.api.letsencrypt.org/directory",
  allowed: "an https URL",
  description: "Directory URL of the ACME server. The default is that of Let's Encrypt.",
  details: [
    "For tests: `https://acme-staging-v02.api.letsencrypt.org/directory`. Browsers do not trust its certificates.",
  ],
  example: "https://acme-staging-v02.api.letsencrypt.org/directory",
  wrong: ["http://acme.example.org/directory", "acme.example.org"],
  effect,
  parse: (text) => (isHttps(text) ? valid(text) : invalid()),
});

function isHttps(text: string): boolean {
  return URL.canParse(text) && !/[\s'"]/.test(text) && new URL(text).protocol === "https:";
}

const acmeCaFile = setting({
  name: "acmeCaFile",
  kind: "text",
  default: "",
  allowed: "the path of a PEM file on this machine, or empty",
  description:
    "File with the CA certificates (PEM) by which hosts verify the ACME server of acmeDirectory. Empty for the certificates that Debian trusts.",
  details: [
    "The path is relative to the folder of the project. Certificates of this CA also count as trusted by browsers, because your devices trust an internal CA.",
  ],
  example: "acme-ca.pem",
  wrong: ["-----BEGIN CERTIFICATE-----"],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return text.startsWith("-----") || text.includes("\n")
      ? invalid({ fix: set("acmeCaFile", "acme-ca.pem") })
      : valid(text);
  },
});

const acmeProfile = setting({
  name: "acmeProfile",
  kind: "text",
  default: "",
  allowed: "the name of a profile of the ACME server, such as tlsserver or shortlived, or empty",
  description:
    "Certificate profile of the ACME server, for example tlsserver or shortlived. Empty for its default. Needs Debian 13.",
  example: "tlsserver",
  wrong: ["short lived", { value: "shortlived", beside: { image: "debian-12" } }],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return /^[A-Za-z0-9._-]{1,64}$/.test(text) ? valid(text) : invalid();
  },
});

const acmeCaaIssuer = setting({
  name: "acmeCaaIssuer",
  kind: "text",
  default: "",
  allowed: "a domain name in lower case, or empty",
  description:
    "Name of the issuer in CAA records, if the ACME server does not say it itself (caaIdentities). Let's Encrypt does.",
  example: "ca.example.org",
  wrong: ["https://ca.example.org"],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return isHostname(text)
      ? valid(text)
      : invalid({ fix: set("acmeCaaIssuer", nearestHostname(text) ?? "ca.example.org") });
  },
});

const requireCertificate = flag({
  name: "requireCertificate",
  description:
    "Whether `pulumi up` fails without a certificate that browsers trust (true or false). With false, it warns.",
  wrong: ["yes", { value: "true", beside: { tls: "self-signed" } }],
  effect,
});

const tlsCertificate = setting({
  name: "tlsCertificate",
  kind: "secret",
  default: "",
  allowed: "a certificate and its issuers in PEM, as a secret",
  description:
    "Your own certificate with tls: own: PEM text of the certificate, followed by its intermediate certificates, set with --secret.",
  details: ["`pulumi config set --secret tlsCertificate < fullchain.pem`"],
  example: "-----BEGIN CERTIFICATE-----",
  wrong: ["-----BEGIN CERTIFICATE-----"],
  effect,
});

const tlsKey = setting({
  name: "tlsKey",
  kind: "secret",
  default: "",
  allowed: "a private key in PEM without a password, as a secret",
  description:
    "Private key of tlsCertificate: PEM text without a password, set with --secret. Required with tls: own.",
  details: ["`pulumi config set --secret tlsKey < privkey.pem`"],
  example: "-----BEGIN PRIVATE KEY-----",
  wrong: ["-----BEGIN PRIVATE KEY-----"],
  effect,
});

export const certificateKeys = [
  tls,
  acmeEmail,
  acmeDirectory,
  acmeCaFile,
  acmeProfile,
  acmeCaaIssuer,
  requireCertificate,
  tlsCertificate,
  tlsKey,
] as const;

type CertificateValues = ValuesOf<
  | (typeof certificateKeys)[number]
  | (typeof domainKeys)[number]
  | (typeof serverKeys)[number]
  | (typeof turnKeys)[number]
>;

/** Names in one certificate: of Let's Encrypt without a profile, and with one. Source: letsencrypt.org/docs/profiles */
const mostNames = { usual: 100, withProfile: 25 } as const;

export const profileNeedsDebian13: Rule<CertificateValues> = {
  reads: ["acmeProfile", "image"],
  check: ({ acmeProfile: profile, image }) =>
    profile === undefined || image !== "debian-12"
      ? []
      : [
          {
            key: "acmeProfile",
            reason: `is "${profile}", but the image debian-12 has certbot 2, which knows no profiles`,
            fix: `${unset("acmeProfile")}  # or: ${set("image", "debian-13")}`,
          },
        ],
};

export const requiredIsPossible: Rule<CertificateValues> = {
  reads: ["requireCertificate", "tls"],
  check: ({ requireCertificate: required, tls: kind }) =>
    required && kind === "self-signed"
      ? [
          {
            key: "requireCertificate",
            reason:
              'is "true", but with tls: self-signed no browser trusts the certificate, so `pulumi up` would always fail',
            fix: `${unset("requireCertificate")}  # or: ${set("tls", "letsencrypt")}`,
          },
        ]
      : [],
};

export const namesFitIntoCertificate: Rule<CertificateValues> = {
  reads: ["domain", "aliases", "acmeProfile", "tls", "turn"],
  check: ({ domain, aliases, turn, acmeProfile: profile, tls: kind }) => {
    const most = profile === undefined ? mostNames.usual : mostNames.withProfile;
    const count = webNames({ domain, aliases, turn }).length;
    if (kind !== "letsencrypt" || count <= most) return [];
    const more = `with the domain and ${turnName(domain)}, the certificate would have ${count} names`;
    const reason = `has ${aliases.length} names; ${more}, but may have at most ${most}`;
    return [{ key: "aliases", reason, fix: set("aliases", aliases.slice(0, most - 2).join(",")) }];
  },
};
