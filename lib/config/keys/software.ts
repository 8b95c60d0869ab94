import { unset } from "../command";
import { updates } from "../effects";
import { invalid, setting, valid, type Parsed, type ValuesOf } from "../setting";

const jitsiVersion = setting({
  name: "jitsiVersion",
  kind: "text",
  default: "",
  allowed: "a version of the package jitsi-meet, such as 2.0.11146-1, or empty",
  description:
    "Version of the package jitsi-meet for all hosts, for example 2.0.11146-1. If empty, the web host installs the newest version at its first `pulumi up`, and the bridges use the version of the web host.",
  details: ["See [upgrade.md](upgrade.md)."],
  example: "2.0.10888-1",
  wrong: ["newest", "stable-10888"],
  effect: {
    touches: "every host",
    hosts: "updated over SSH",
    services: "jicofo and prosody restart; then each bridge when it is empty, one after the other",
  },
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return /^\d+\.\d+\.\d+(-\d+)?$/.test(text) ? valid(text) : invalid();
  },
});

const aptEffect = updates("every host");

const jitsiAptRepository = setting({
  name: "jitsiAptRepository",
  kind: "text",
  default: "https://download.jitsi.org",
  allowed: "an https address without user, query or fragment",
  description: "Address of Jitsi's apt repository, or of a mirror of it.",
  example: "https://mirror.example.org",
  wrong: ["http://mirror.example.org"],
  effect: aptEffect,
  parse: (text) => {
    const address = text.replace(/\/+$/, "");
    return isRepository(address) ? valid(address) : invalid();
  },
});

function isRepository(text: string): boolean {
  if (!URL.canParse(text) || /[\s'"]/.test(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === "https:" && `${username}${password}${search}${hash}` === "";
}

const jitsiAptKeyFingerprint = setting({
  name: "jitsiAptKeyFingerprint",
  kind: "text",
  // Jitsi's signing key. If Jitsi changes it, hosts refuse the new key until this setting has it.
  default: "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806",
  allowed: "the 40 hexadecimal digits of an OpenPGP fingerprint, with or without spaces",
  description:
    "OpenPGP fingerprint of the signing key of the repository. Hosts accept no other key.",
  example: "66A9CD0595D6AFA247290D3BEF8B479E2DC1389C",
  wrong: ["2DC1389C"],
  effect: aptEffect,
  parse: (text) => {
    const fingerprint = text.replace(/\s/g, "").toUpperCase();
    return /^[0-9A-F]{40}$/.test(fingerprint)
      ? valid(fingerprint)
      : invalid({ fix: unset("jitsiAptKeyFingerprint") });
  },
});

export const softwareKeys = [jitsiVersion, jitsiAptRepository, jitsiAptKeyFingerprint] as const;

/** Where the packages of Jitsi come from, and which version. */
export type Software = ValuesOf<(typeof softwareKeys)[number]>;
