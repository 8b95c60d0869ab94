import { limits } from "../../constants";
import type { Problem } from "../../problem";
import { set, unset } from "../command";
import { declaredRecorders } from "../recorders";
import type { Rule } from "../setting";
import type { BridgeChoice } from "./bridges";
import { mostRecorders, type RecorderChoice } from "./recorders";
import { scanHostKey, type RecordingTarget } from "./recordings";

/** What the settings about recorders have to be together. */

type Numbers = Pick<RecorderChoice, "jibriCount" | "removedRecorders">;

/** As for bridges: a number whose removal changes nothing is a mistake, or was forgotten. */
const removedRecordersExist: Rule<Numbers> = {
  reads: ["jibriCount", "removedRecorders"],
  check: ({ jibriCount, removedRecorders }) => {
    const key = "removedRecorders";
    const highest = jibriCount + removedRecorders.length - 1;
    if (highest >= mostRecorders) {
      const reason = `has ${removedRecorders.length} of the numbers and jibriCount is ${jibriCount}; the sum may be at most ${mostRecorders}, because the highest recorder number is ${mostRecorders - 1}`;
      return [{ key, reason, fix: unset(key) }];
    }
    return removedRecorders
      .filter((number) => number > highest)
      .map((number) => ({
        key,
        reason: `has ${number}, which does not exist: with jibriCount ${jibriCount}, the numbers go up to ${highest} at most`,
        fix: unset(key),
      }));
  },
};

const drainingRecordersExist: Rule<Numbers & Pick<RecorderChoice, "drainingRecorders">> = {
  reads: ["jibriCount", "removedRecorders", "drainingRecorders"],
  check: (values) => {
    const key = "drainingRecorders";
    const { jibriCount, removedRecorders, drainingRecorders } = values;
    const declared = declaredRecorders(values);
    return drainingRecorders
      .filter((number) => !declared.includes(number))
      .map((number) => {
        const why = removedRecorders.includes(number)
          ? "removedRecorders removes it, which also drains it; use only one of the two"
          : `with jibriCount ${jibriCount}, the recorders are ${declared.join(", ") || "none"}`;
        const reason = `has ${number}, which is not a recorder of this cluster: ${why}`;
        return { key, reason, fix: unset(key) };
      });
  },
};

type Counts = Pick<BridgeChoice, "jvbCount"> & Pick<RecorderChoice, "jibriCount">;

const networkHoldsAll: Rule<Counts> = {
  reads: ["jvbCount", "jibriCount"],
  check: ({ jvbCount, jibriCount }) => {
    const total = serversOf({ jvbCount, jibriCount });
    if (total <= limits.serversInNetwork) return [];
    const most = limits.serversInNetwork - 1;
    const reason = `is ${jibriCount} and jvbCount is ${jvbCount}, which is ${total} servers with the web host; a Hetzner network holds ${limits.serversInNetwork}, so jibriCount and jvbCount together may be at most ${most}. Above ${most - 1}, the replacement of a server finds no free place`;
    const fix = `${set("jibriCount", Math.max(0, most - jvbCount))}  # or: ${set("jvbCount", Math.max(0, most - jibriCount))}`;
    return [{ key: "jibriCount", reason, fix }];
  },
};

/** Servers in the network: the web host, the bridges and the recorders. */
export const serversOf = ({ jvbCount, jibriCount }: Counts): number => 1 + jvbCount + jibriCount;

const localRecorderIsAlone: Rule<
  Pick<BridgeChoice, "jvbCount"> & Pick<RecorderChoice, "localRecorder">
> = {
  reads: ["jvbCount", "localRecorder"],
  check: ({ jvbCount, localRecorder }) =>
    localRecorder && jvbCount > 0
      ? [
          {
            key: "localRecorder",
            reason: `is true, but jvbCount is ${jvbCount}; the web host records only in a cluster without bridge servers, because a recorder takes the processors that the signalling of a larger cluster needs`,
            fix: `${unset("localRecorder")} && ${set("jibriCount", 1)}  # or: ${set("jvbCount", 0)}`,
          },
        ]
      : [],
};

type Kind = RecordingTarget["recordings"];
/** Keys of a target that are not secret. Secrets are checked where their texts are known. */
type TargetKey = Exclude<
  keyof RecordingTarget & `recordings${"S3" | "Sftp"}${string}`,
  "recordingsS3SecretKey" | "recordingsSftpPassword" | "recordingsSftpPrivateKey"
>;

const keysOf: Readonly<Record<"s3" | "sftp", readonly TargetKey[]>> = {
  s3: ["recordingsS3Endpoint", "recordingsS3Bucket", "recordingsS3Path", "recordingsS3AccessKey"],
  sftp: [
    "recordingsSftpHost",
    "recordingsSftpPort",
    "recordingsSftpUser",
    "recordingsSftpPath",
    "recordingsSftpHostKey",
  ],
};

type TargetValues = Pick<RecordingTarget, "recordings" | "recordingRetentionDays" | TargetKey>;

const keysBelongToTarget: Rule<TargetValues> = {
  reads: ["recordings", "recordingRetentionDays", ...keysOf.s3, ...keysOf.sftp],
  check: (values) => {
    const { recordings: kind, recordingRetentionDays: days } = values;
    const others = (["s3", "sftp"] as const)
      .filter((other) => other !== kind)
      .flatMap((other) =>
        keysOf[other]
          .filter((key) => values[key] !== undefined)
          .map((key) => ofAnotherKind(key, kind, other)),
      );
    if (kind === "local" || days === 0) return others;
    const reason = `is ${days}, but recordings is ${kind}; a recorder deletes only what it keeps itself (recordings: local), so set a rule at the target`;
    return [
      { key: "recordingRetentionDays", reason, fix: unset("recordingRetentionDays") },
      ...others,
    ];
  },
};

/** What is said about a key of a target that is not the chosen one. */
export const ofAnotherKind = (key: string, kind: Kind, other: "s3" | "sftp"): Problem => ({
  key,
  reason: `is set, but recordings is ${kind}; this key is for recordings: ${other}`,
  fix: `${unset(key)}  # or: ${set("recordings", other)}`,
});

const examples: Readonly<Partial<Record<TargetKey, string>>> = {
  recordingsS3Endpoint: set("recordingsS3Endpoint", "https://fsn1.your-objectstorage.com"),
  recordingsS3Bucket: set("recordingsS3Bucket", "NAME"),
  recordingsS3AccessKey: set("recordingsS3AccessKey", "ID"),
  recordingsSftpHost: set("recordingsSftpHost", "u123456.your-storagebox.de"),
  recordingsSftpUser: set("recordingsSftpUser", "u123456"),
};

const targetIsComplete: Rule<TargetValues> = {
  reads: ["recordings", ...keysOf.s3, ...keysOf.sftp],
  check: (values) => {
    const { recordings: kind } = values;
    if (kind === "local") return [];
    const needed = keysOf[kind].filter((key) => !optional.includes(key));
    return needed
      .filter((key) => values[key] === undefined)
      .map((key) => ({
        key,
        reason: `is not set, but recordings is ${kind}`,
        fix: examples[key] ?? scanHostKey(values.recordingsSftpHost, values.recordingsSftpPort),
      }));
  },
};

const optional: readonly TargetKey[] = [
  "recordingsS3Path",
  "recordingsSftpPort",
  "recordingsSftpPath",
];

export const recorderRules = [
  removedRecordersExist,
  drainingRecordersExist,
  networkHoldsAll,
  localRecorderIsAlone,
  keysBelongToTarget,
  targetIsComplete,
] as const;
