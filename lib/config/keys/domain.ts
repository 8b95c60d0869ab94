import { bridgeName } from "../../bridgeNames";
import { set, unset } from "../command";
import { touches } from "../effects";
import { isHostname, nearestHostname } from "../hostname";
import { invalid, setting, valid, type Parsed, type Rule, type ValuesOf } from "../setting";
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
  effect: touches("the records of all hosts"),
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return isHostname(text)
      ? valid(text)
      : invalid({ fix: set("dnsZone", nearestHostname(text) ?? "example.org") });
  },
});

export const domainKeys = [domain, dnsZone] as const;

export const domainIsInZone: Rule<ValuesOf<(typeof domainKeys)[number]>> = {
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
