import { set } from "../command";
import { parseDuration } from "../duration";
import { newHostsOnly, touches } from "../effects";
import { flag, isWholeNumber, numberListOf, parseNumbers, wholeNumber } from "../kinds";
import { invalid, mustBe, setting, valid, type Parsed, type ValuesOf } from "../setting";

/** Which recorders the cluster has. Where their files go: `recordings.ts`. */

/** A network holds 100 servers. One is the web host, and one place is for a bridge. */
export const mostRecorders = 98;

const countRange = `a whole number from 0 to ${mostRecorders}`;

const jibriCount = setting({
  name: "jibriCount",
  kind: "text",
  default: "0",
  allowed: countRange,
  description: `Number of recorders, 0 to ${mostRecorders}. Each of them records or streams one meeting at a time.`,
  details: ["See [recording.md](recording.md)."],
  example: "2",
  wrong: ["two", "-1", "99", { value: "40", beside: { jvbCount: "60" } }],
  effect: touches(
    "creates new recorders; removes the recorders with the highest numbers when they are idle; the first and the last one add and remove the buttons of the web app; policy, acceptance",
  ),
  parse: (text) => {
    if (!isWholeNumber(text)) return invalid();
    const count = Number(text);
    return count <= mostRecorders
      ? valid(count)
      : invalid({
          reason: `${mustBe(text, countRange)}, because a Hetzner network holds 100 servers`,
          fix: set("jibriCount", mostRecorders),
        });
  },
});

const jibriServerType = setting({
  name: "jibriServerType",
  kind: "text",
  default: "",
  allowed: "the name of a Hetzner server type, such as cpx31, or empty",
  description:
    "Hetzner server type of the recorders, for new servers. If empty, the cheapest type in the location with 4 vCPU and 8 GB.",
  details: [
    "A retired type means its successor of the same size. For sizes and costs, see [recording.md](recording.md#size-and-cost).",
  ],
  example: "ccx13",
  wrong: ["4 cores", "cax21"],
  effect: newHostsOnly,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    if (/^cax[0-9]+$/.test(text)) {
      return invalid({
        reason: `is "${text}", which is an ARM type; a recorder needs an x86 type, because its kernel with sound and its browser are those for amd64`,
      });
    }
    return /^[a-z]+[0-9]+$/.test(text) ? valid(text) : invalid();
  },
});

const recorderList = numberListOf("recorder");

const removedRecorders = setting({
  name: "removedRecorders",
  kind: "number list",
  default: "",
  allowed: recorderList,
  description:
    "Numbers of recorders to remove permanently, for example [1]. The cluster has the first `jibriCount` numbers that are not in this list.",
  details: ["Use it for a recorder that is not the last one, as `removedBridges` for bridges."],
  example: "[0]",
  beside: { jibriCount: "2" },
  wrong: ["one", "[1,1]", "[7]"],
  effect: touches("removes the recorders in the list when they are idle; policy, acceptance"),
  parse: (text) => parseNumbers("removedRecorders", text),
});

const drainingRecorders = setting({
  name: "drainingRecorders",
  kind: "number list",
  default: "",
  allowed: recorderList,
  description: "Numbers of recorders to drain and to keep out of service, for example [1].",
  details: ["A recorder returns to service when you remove its number from the list."],
  example: "[1]",
  beside: { jibriCount: "2" },
  wrong: ["yes", "[2]", { value: "[1]", beside: { removedRecorders: "[1]" } }],
  effect: touches("the step `serve` of the recorders that you add or remove; policy, acceptance"),
  parse: (text) => parseNumbers("drainingRecorders", text),
});

/** Longer than any recording: a day. `pulumi up` waits meanwhile. */
export const longestRecordingDrainSeconds = 86_400;

const recordingDrainTimeout = setting({
  name: "recordingDrainTimeout",
  property: "recordingDrainTimeoutSeconds",
  kind: "text",
  // Longer than most meetings that are recorded.
  default: "3h",
  allowed: "a duration such as 3h, 1h30m or 90s",
  description:
    "How long `pulumi up` waits for a recorder that leaves: until its recording ends and its files are at their target. For example 3h or 45m, at most 24h.",
  details: [
    "At the end of that time the recorder returns to service, and `pulumi up` fails. No recording is cut off.",
  ],
  example: "6h",
  wrong: ["3", "25h"],
  effect: touches("the policy file on the web host"),
  parse: (text) => {
    const seconds = parseDuration(text);
    if (seconds === undefined) return invalid();
    if (seconds > longestRecordingDrainSeconds) {
      const reason = `is "${text}", but may be at most 24h, because \`pulumi up\` waits during the whole drain`;
      return invalid({ reason, fix: set("recordingDrainTimeout", "24h") });
    }
    return valid(seconds);
  },
});

const jibriSecretVersion = wholeNumber({
  name: "jibriSecretVersion",
  range: { from: 1, to: 9999 },
  default: "1",
  empty: 1,
  description:
    "Number of the two XMPP accounts of the recorders. A new number creates new accounts with new passwords, to which each recorder changes when it is idle.",
  details: ["See [rotate.md](rotate.md)."],
  example: "2",
  beside: { jibriCount: "1" },
  wrong: ["0"],
  effect: {
    touches: "second accounts in prosody, then the step `files` of each recorder",
    hosts: "updated over SSH",
    services: "each recorder restarts when it is idle",
  },
});

const localRecorder = flag({
  name: "localRecorder",
  description:
    "Whether the web host itself runs a recorder (true or false). Only with jvbCount 0 and on a web host with at least 8 vCPU and 16 GB.",
  details: ["See [recording.md](recording.md#record-on-the-web-host)."],
  beside: { jvbCount: "0" },
  wrong: ["yes", { value: "true", beside: { jvbCount: "2" } }],
  effect: {
    touches:
      "adds or removes the recorder on the web host and the buttons of the web app; policy, acceptance",
    hosts: "the web host gets or loses a recorder",
    services: "nginx, prosody and jicofo continue",
  },
});

/** Which recorders there are. */
export const recorderKeys = [
  jibriCount,
  jibriServerType,
  removedRecorders,
  drainingRecorders,
  recordingDrainTimeout,
  jibriSecretVersion,
  localRecorder,
] as const;

/** Their values. */
export type RecorderChoice = ValuesOf<(typeof recorderKeys)[number]>;
