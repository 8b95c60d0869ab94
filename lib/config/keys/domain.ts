import { isIP } from "node:net";
import { bridgeName } from "../../bridgeNames";
import { isInZone } from "../../plan/dnsPlan";
import { turnName } from "../../plan/webNames";
import { set, unset } from "../command";
import { parseDuration } from "../duration";
import { touches, updates } from "../effects";
import { isHostname, nearestHostname } from "../hostname";
import {
  invalid,
  mustBe,
  setting,
  valid,
  type Complaint,
  type Parsed,
  type Rule,
  type ValuesOf,
} from "../setting";
import { parseTextList } from "../textList";
import { mostBridges } from "./bridges";

/** A bridge's host name is `jvb-89.<domain>`, and a host name on Linux has at most 64 characters. */
const longestDomain = 64 - `${bridgeName(mostBridges - 1)}.`.length;

const domain = setting({
  name: "domain",
  kind: "text",
  default: "",
  required: true,
  allowed: "a host name in lower case, without a scheme, port, path or trailing dot",
  description: "Host name of the meetings, for example meet.example.org. Required.",
  prompt: "Host name of the meetings, for example meet.example.org",
  details: [
    `The name has at most ${longestDomain} characters, because the bridges have longer ones: \`jvb-0.meet.example.org\`.`,
  ],
  example: "meet.example.org",
  wrong: [
    "",
    "https://meet.example.org/",
    "meet.example.org.",
    "Meet.Example.org",
    "192.0.2.1",
    "localhost",
    "a-name-that-is-by-far-too-long-for-the-host-name-of-a-bridge.example.org",
  ],
  effect: touches("nothing: `pulumi up` refuses another domain for a running cluster"),
  parse: (text) => {
    const fix = set("domain", nearestHostname(text) ?? "meet.example.org");
    if (text === "") {
      return invalid({ reason: "is not set, but must be the host name of the meetings", fix });
    }
    if (!isHostname(text)) return invalid({ fix });
    if (text.length > longestDomain) {
      const reason = `is "${text}", which has ${text.length} characters; at most ${longestDomain} are allowed`;
      return invalid({ reason, fix: set("domain", "meet.example.org") });
    }
    return valid(text);
  },
});

const dnsZone = setting({
  name: "dnsZone",
  kind: "text",
  default: "",
  allowed: "the name of a zone at Hetzner DNS, in lower case and without a trailing dot, or empty",
  description:
    "Zone at Hetzner DNS that contains the domain. The program then manages the DNS records. Empty if DNS is elsewhere.",
  prompt: "Zone at Hetzner DNS that contains the domain; empty if DNS is elsewhere",
  details: [
    "Without a zone, the output `dnsRecordsToCreate` lists the records that you have to create.",
  ],
  example: "example.org",
  wrong: ["https://example.org", "example.org.", "example.net"],
  effect: touches(
    "the records of all hosts: creates them, or deletes them if you remove the setting",
  ),
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return isHostname(text)
      ? valid(text)
      : invalid({ fix: set("dnsZone", nearestHostname(text) ?? "example.org") });
  },
});

const aliases = setting({
  name: "aliases",
  kind: "text list",
  default: [],
  allowed: "a list of host names in lower case",
  description:
    "Other names of the meetings. Each is in the certificate, and redirects to the domain.",
  details: [
    "With `dnsZone`, the program creates their records. Otherwise create the records that the output `dnsRecordsToCreate` lists.",
  ],
  example: '["talk.example.org"]',
  wrong: [
    "https://talk.example.org",
    "talk.example.org,talk.example.org",
    "meet.example.org",
    "turn.meet.example.org",
    "jvb-0.meet.example.org",
    { value: "talk.example.net", beside: { dnsZone: "example.org" } },
  ],
  effect: updates("records, and the steps `names` and `certificate` on the web host"),
  parse: (text) => {
    const names = parseTextList(text, ",");
    const fix = set("aliases", "'[\"talk.example.org\"]'");
    if (names === undefined) return invalid({ fix });
    const complaints = names.flatMap((name, index): Complaint[] => {
      if (!isHostname(name)) {
        return [{ reason: `[${index}] ${mustBe(name, "a host name in lower case")}`, fix }];
      }
      return names.indexOf(name) < index
        ? [{ reason: `has the name ${name} twice; each name is allowed once`, fix }]
        : [];
    });
    return complaints.length > 0 ? invalid(...complaints) : valid(Object.freeze([...names]));
  },
});

const longestDnsTimeout = 86_400;

const dnsTimeout = setting({
  name: "dnsTimeout",
  property: "dnsTimeoutSeconds",
  kind: "text",
  default: "5m",
  allowed: "a duration such as 5m, 1h or 90s, or 0 to wait not at all",
  description:
    "How long `pulumi up` waits until the names of the web host lead to it, for example 5m or 1h. At most 24h; 0 does not wait.",
  details: [
    "The wait runs beside the steps of the bridges, and only if names or addresses have changed. At its end, the cluster is created without the names.",
  ],
  example: "0",
  wrong: ["5", "25h"],
  effect: updates("the step `names` on the web host"),
  parse: (text) => {
    const seconds = parseDuration(text);
    if (seconds === undefined) return invalid();
    return seconds <= longestDnsTimeout
      ? valid(seconds)
      : invalid({ reason: `is "${text}", but may be at most 24h`, fix: set("dnsTimeout", "24h") });
  },
});

const dnsResolver = setting({
  name: "dnsResolver",
  kind: "text",
  default: "",
  allowed: "an IP address, or empty",
  description:
    "DNS server that the web host asks for its names, beside the servers of the zone. Empty for the one that the host uses.",
  example: "9.9.9.9",
  wrong: ["dns.example.org"],
  effect: updates("the steps `names` and `certificate` on the web host"),
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return isIP(text) === 0 ? invalid({ fix: set("dnsResolver", "9.9.9.9") }) : valid(text);
  },
});

export const domainKeys = [domain, dnsZone, aliases, dnsTimeout, dnsResolver] as const;

type DomainValues = ValuesOf<(typeof domainKeys)[number]>;

/** Aliases that another host or service of the cluster has already, and those that the program could create no record for. */
export const aliasesAreFree: Rule<DomainValues> = {
  reads: ["domain", "dnsZone", "aliases"],
  check: ({ domain: name, dnsZone: zone, aliases: names }) =>
    names.flatMap((alias) => {
      const reason = aliasProblem(alias, name, zone);
      const rest = names.filter((one) => one !== alias);
      const fix =
        rest.length === 0 ? unset("aliases") : set("aliases", `'${JSON.stringify(rest)}'`);
      return reason === undefined ? [] : [{ key: "aliases", reason, fix }];
    }),
};

function aliasProblem(alias: string, name: string, zone: string | undefined): string | undefined {
  if (alias === name) return `has ${alias}, which is the domain itself`;
  if (alias === turnName(name)) return `has ${alias}, which is the name of the TURN server`;
  if (/^jvb-\d+\./.test(alias) && alias.endsWith(`.${name}`)) {
    return `has ${alias}, which is the name of a bridge`;
  }
  return zone === undefined || isInZone(alias, zone)
    ? undefined
    : `has ${alias}, which is not in the zone ${zone}`;
}

export const domainIsInZone: Rule<DomainValues> = {
  reads: ["domain", "dnsZone"],
  check: ({ domain: name, dnsZone: zone }) => {
    if (zone === undefined || name === zone || name.endsWith(`.${zone}`)) return [];
    const reason = `is "${zone}", which does not contain the domain ${name}; it must be the zone that contains the domain, or empty`;
    const likely = name.split(".").slice(-2).join(".");
    return [
      { key: "dnsZone", reason, fix: `${set("dnsZone", likely)}  # or: ${unset("dnsZone")}` },
    ];
  },
};
