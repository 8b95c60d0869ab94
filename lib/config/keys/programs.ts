import { rollingRestart } from "../effects";
import { wholeNumber } from "../kinds";
import type { ValuesOf } from "../setting";

/** The account of the bridges, and the heaps of the Java programs. */

/** A Java program of this size does not start with less; the largest machine at Hetzner has 384 GB. */
const heapRange = { from: 192, to: 393_216, unit: "MB" };

/** The memory of the host is checked where its server type is known. */
const heapDetails =
  "If the number does not fit into the memory of the host, `pulumi up` stops before it changes anything.";

const jvbSecretVersion = wholeNumber({
  name: "jvbSecretVersion",
  range: { from: 1, to: 9999 },
  default: "1",
  empty: 1,
  description:
    "Number of the XMPP account of the bridges. A new number creates a new account with a new password, and a rolling restart moves the bridges to it.",
  details: ["See [rotate.md](rotate.md)."],
  example: "2",
  wrong: ["0"],
  effect: rollingRestart("a second account in prosody, then a rolling restart of all bridges"),
});

const bridgeHeapMb = wholeNumber({
  name: "bridgeHeapMb",
  range: heapRange,
  default: "",
  empty: undefined,
  description:
    "Maximum heap of the Java process of a bridge, in MB. If empty, it depends on the memory of the server type.",
  details: [heapDetails],
  example: "4096",
  wrong: ["4g", "64"],
  effect: rollingRestart("a rolling restart of all bridges"),
});

const jicofoHeapMb = wholeNumber({
  name: "jicofoHeapMb",
  range: heapRange,
  default: "",
  empty: undefined,
  description:
    "Maximum heap of the Java process of jicofo, in MB. If empty, it depends on the memory of the server type.",
  details: [heapDetails],
  example: "1536",
  wrong: ["4g", "64"],
  effect: { touches: "the web host", hosts: "updated over SSH", services: "jicofo restarts" },
});

/** What the program of a bridge is configured with. The components pass these values on as they are. */
export const bridgeProgramKeys = [bridgeHeapMb] as const;

/** Their values. */
export type BridgeProgramSettings = ValuesOf<(typeof bridgeProgramKeys)[number]>;

export const programKeys = [jvbSecretVersion, ...bridgeProgramKeys, jicofoHeapMb] as const;
