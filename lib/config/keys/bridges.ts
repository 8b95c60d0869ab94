import { set } from "../command";
import { touches } from "../effects";
import { choice, isWholeNumber, numberListOf, parseNumbers } from "../kinds";
import { invalid, mustBe, setting, valid, type Parsed, type ValuesOf } from "../setting";

/** Bridges of one cluster: a Hetzner network holds 100 attached resources, and the web host is one. */
export const mostBridges = 90;

const countRange = `a whole number from 0 to ${mostBridges}`;

const numberList = numberListOf("bridge");

const jvbCount = setting({
  name: "jvbCount",
  kind: "text",
  default: "2",
  allowed: countRange,
  description: `Number of bridges, 0 to ${mostBridges}. With 0, the web host runs a bridge of its own. A change adds or removes bridges and does not touch the others.`,
  prompt: `Number of bridges, 0 to ${mostBridges}`,
  details: ["See [scale.md](scale.md)."],
  example: "3",
  wrong: ["four", "-1", "2.5", "500"],
  effect: touches(
    "creates new bridges; drains and removes the bridges with the highest numbers; at 0 see `localBridge`",
  ),
  parse: (text) => {
    const count = Number(text);
    if (!isWholeNumber(text)) return invalid();
    return count <= mostBridges
      ? valid(count)
      : invalid({
          reason: `${mustBe(text, countRange)}, because a Hetzner network holds 100 resources and Hetzner does not raise this limit. For more bridges, create a second cluster in a second stack`,
          fix: set("jvbCount", mostBridges),
        });
  },
});

const removedBridges = setting({
  name: "removedBridges",
  kind: "number list",
  default: "",
  allowed: numberList,
  description:
    "Numbers of bridges to remove permanently, for example [1]. The cluster has the first `jvbCount` numbers that are not in this list.",
  details: [
    "Use it for a bridge that is not the last one: `jvbCount` alone removes the highest number. The numbers of the other bridges never change.",
  ],
  example: "[0]",
  wrong: ["one", "[1,1]", "[7]", { value: "[1]", beside: { jvbCount: "90" } }],
  effect: touches("drains and removes the bridges in the list; policy, acceptance"),
  parse: (text) => parseNumbers("removedBridges", text),
});

const drainingBridges = setting({
  name: "drainingBridges",
  kind: "number list",
  default: "",
  allowed: numberList,
  description: "Numbers of bridges to drain and to keep out of service, for example [1].",
  details: ["A bridge returns to service when you remove its number from the list."],
  example: "[1]",
  wrong: ["yes", "[2]", "[0,1]", { value: "[1]", beside: { removedBridges: "[1]" } }],
  effect: touches("the step `drain` of the bridges that you add or remove; policy, acceptance"),
  parse: (text) => parseNumbers("drainingBridges", text),
});

const rollBridges = setting({
  name: "rollBridges",
  kind: "number list",
  default: "",
  allowed: `true, false or ${numberList}`,
  description:
    "Bridges to replace, one after the other, if they differ from the settings. Set true for all bridges, or numbers such as [1].",
  details: [
    "Bridges that do not differ from the settings stay. Remove the setting after the run; `npm run roll` does all of this for you.",
  ],
  example: "true",
  wrong: ["yes", "[2]"],
  effect: {
    touches: "replaces the bridges that differ from the settings, one after the other",
    hosts: "replaced",
    services: "none restarts on hosts that stay",
  },
  parse: (text): Parsed<"all" | readonly number[]> => {
    if (text === "true") return valid("all");
    if (text === "false") return valid(Object.freeze([]));
    return parseNumbers("rollBridges", text);
  },
});

const localBridge = choice({
  name: "localBridge",
  default: "auto",
  words: ["auto", "always", "never"],
  description:
    "When the web host runs a bridge of its own - auto (if jvbCount is 0), always or never.",
  details: ["See [scale.md](scale.md#choose-when-the-web-host-has-a-bridge)."],
  example: "always",
  wrong: ["sometimes", { value: "never", beside: { jvbCount: "0" } }],
  effect: {
    touches:
      "adds or removes the bridge on the web host; with `never` also changes the firewall of the web host",
    hosts: "the web host gets or loses a bridge",
    services: "nginx, prosody and jicofo continue",
  },
});

/** Which bridges the cluster has, and what happens to single ones. */
export const bridgeKeys = [
  jvbCount,
  removedBridges,
  drainingBridges,
  rollBridges,
  localBridge,
] as const;

/** Their values. */
export type BridgeChoice = ValuesOf<(typeof bridgeKeys)[number]>;
