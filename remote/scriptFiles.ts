import type { ScriptName } from "./script";

/** The files of functions that each script needs. They stand before the script. */
export const libraries: Readonly<Record<ScriptName, readonly string[]>> = {
  "host/hostKey": [],
  "host/setup": [
    "lib",
    "privateNetwork",
    "host/ready",
    "host/authorizedKeys",
    "host/limits",
    "host/system",
    "host/kernel",
    "host/harden",
  ],
  "web/version": ["lib"],
  "web/configure": [
    "lib",
    "privateNetwork",
    "trust",
    "web/prosody",
    "web/turnServers",
    "web/guests",
    "web/modules",
  ],
  "web/account": ["lib", "web/prosody", "web/password"],
  "web/certificate": ["lib"],
  "web/jicofo": ["lib", "trust"],
  "jvb/files": ["lib", "bridge", "trust", "privateNetwork", "jvb/join", "jvb/socket"],
  "jvb/apply": ["lib", "bridge", "trust", "privateNetwork", "jvb/join"],
  "web/localBridge": ["lib", "apt"],
  "jibri/kernel": ["lib", "jibri/packages", "jibri/sound"],
  "jibri/files": ["lib", "trust", "jvb/socket", "jibri/packages", "jibri/sound", "jibri/conf"],
  "jibri/remove": ["lib", "apt", "jibri/packages", "jibri/sound"],
  "web/access": ["lib"],
  "web/forward": ["lib"],
  "web/forwardRemoval": ["lib"],
  "web/deployKey": ["lib"],
  "node/check": ["lib"],
  "node/setup": ["lib", "apt", "node/before", "node/filters"],
  "node/filter": ["lib", "node/filters"],
  "node/leave": ["lib", "apt", "node/before", "node/filters"],
  "web/recorderAccount": ["lib", "web/password"],
  "web/recording": ["lib", "web/prosody", "web/admission"],
};

export const scriptNames = Object.keys(libraries) as readonly ScriptName[];

/** The files that a script is made of, in their order: its libraries, itself. Below this folder. */
export function scriptFiles(name: ScriptName): readonly string[] {
  return [...libraries[name], name].map((file) => `${file}.sh`);
}
