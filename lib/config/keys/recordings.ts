import { set } from "../command";
import { isHostname } from "../hostname";
import { choice, wholeNumber } from "../kinds";
import { publicKeyProblem } from "../publicKey";
import { invalid, setting, valid, type Effect, type Parsed, type ValuesOf } from "../setting";

/** Where the files of recordings go. */

const effect: Effect = {
  touches: "the step `files` of each recorder",
  hosts: "updated over SSH",
  services: "none restarts; recordings continue",
};

const recordings = choice({
  name: "recordings",
  default: "local",
  words: ["local", "s3", "sftp"],
  description:
    "Where the files of recordings go: local (the disk of the recorder), s3 (an object storage) or sftp (such as a Storage Box).",
  details: ["See [recording.md](recording.md#where-the-files-go)."],
  example: "s3",
  beside: {
    jibriCount: "1",
    recordingsS3Endpoint: "https://fsn1.your-objectstorage.com",
    recordingsS3Bucket: "recordings",
    recordingsS3AccessKey: "AKIA0123456789",
  },
  wrong: ["ftp"],
  effect,
});

const recordingRetentionDays = wholeNumber({
  name: "recordingRetentionDays",
  range: { from: 0, to: 3650, unit: "days" },
  default: "0",
  empty: 0,
  description:
    "With `recordings: local`, the number of days after which a recorder deletes a recording. 0 keeps all of them.",
  example: "30",
  beside: { jibriCount: "1" },
  wrong: ["a week", "-1", { value: "30", beside: s3Example() }],
  effect,
});

/** Complete settings of an S3 target, for examples. */
function s3Example(): Readonly<Record<string, string>> {
  return {
    jibriCount: "1",
    recordings: "s3",
    recordingsS3Endpoint: "https://fsn1.your-objectstorage.com",
    recordingsS3Bucket: "recordings",
    recordingsS3AccessKey: "AKIA0123456789",
  };
}

const exampleHostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

/** Complete settings of an SFTP target, for examples. */
const sftpExample = {
  jibriCount: "1",
  recordings: "sftp",
  recordingsSftpHost: "u123456.your-storagebox.de",
  recordingsSftpUser: "u123456",
  recordingsSftpHostKey: exampleHostKey,
} as const;

/** A text that is empty, or has a form. */
function word<const N extends string>(name: N, allowed: string, pattern: RegExp, example: string) {
  return {
    name,
    kind: "text" as const,
    default: "",
    allowed: `${allowed}, or empty`,
    example,
    effect,
    parse: (text: string): Parsed<string | undefined> => {
      if (text === "") return valid(undefined);
      return pattern.test(text) ? valid(text) : invalid({ fix: set(name, example) });
    },
  };
}

const endpointExample = "https://fsn1.your-objectstorage.com";

const recordingsS3Endpoint = setting({
  name: "recordingsS3Endpoint",
  kind: "text",
  default: "",
  allowed: "an https URL without a path, or empty",
  description: `Address of the object storage, without the bucket, for example ${endpointExample}.`,
  example: "https://nbg1.your-objectstorage.com",
  beside: s3Example(),
  wrong: [
    "fsn1.your-objectstorage.com",
    "http://storage.example.org",
    "https://storage.example.org/bucket",
  ],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    return isEndpoint(text)
      ? valid(text.replace(/\/$/, ""))
      : invalid({ fix: set("recordingsS3Endpoint", endpointExample) });
  },
});

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text) || /[\s'"\\]/.test(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return (
    protocol === "https:" && pathname === "/" && `${username}${password}${search}${hash}` === ""
  );
}

const recordingsS3Bucket = setting({
  ...word(
    "recordingsS3Bucket",
    "the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots",
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "meetings",
  ),
  description: "Bucket of the recordings. It must exist.",
  beside: s3Example(),
  wrong: ["My Recordings", "s3://recordings"],
});

const recordingsS3Path = setting({
  ...word(
    "recordingsS3Path",
    "a path of letters, digits, dots, hyphens, underscores and slashes, without a slash at its ends",
    /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
    "meetings",
  ),
  description: "Folder in the bucket. Empty for the top of the bucket.",
  beside: s3Example(),
  wrong: ["/meetings/", "our meetings"],
});

const recordingsS3AccessKey = setting({
  ...word(
    "recordingsS3AccessKey",
    "the id of an access key: letters and digits",
    /^[A-Za-z0-9._-]{3,128}$/,
    "AKIA9876543210",
  ),
  description: "Id of the access key of the object storage.",
  beside: s3Example(),
  wrong: ["my key"],
});

const recordingsS3SecretKey = setting({
  name: "recordingsS3SecretKey",
  kind: "secret",
  default: "",
  allowed: "the secret half of the access key, as a secret",
  description: "Secret half of the access key, set with --secret. Required with `recordings: s3`.",
  details: ["`pulumi config set --secret recordingsS3SecretKey < FILE`"],
  example: "a-long-secret-text",
  beside: s3Example(),
  wrong: ["a-long-secret-text"],
  effect,
});

const recordingsSftpHost = setting({
  name: "recordingsSftpHost",
  kind: "text",
  default: "",
  allowed: "a host name, or empty",
  description: "Host of the SFTP server, for example u123456.your-storagebox.de.",
  example: "u654321.your-storagebox.de",
  beside: sftpExample,
  wrong: ["sftp://u123456.your-storagebox.de", "u123456@your-storagebox.de"],
  effect,
  parse: (text): Parsed<string | undefined> => {
    if (text === "") return valid(undefined);
    const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
    return isHostname(text) || isAddress
      ? valid(text)
      : invalid({ fix: set("recordingsSftpHost", sftpExample.recordingsSftpHost) });
  },
});

const recordingsSftpPort = wholeNumber({
  name: "recordingsSftpPort",
  range: { from: 1, to: 65_535 },
  default: "",
  empty: undefined,
  description:
    "Port of the SFTP server. If empty, 22. A Storage Box runs checksums on port 23 only.",
  example: "23",
  beside: sftpExample,
  wrong: ["ssh", "0"],
  effect,
});

const recordingsSftpUser = setting({
  ...word(
    "recordingsSftpUser",
    "the name of a user",
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/,
    "u654321",
  ),
  description: "User at the SFTP server.",
  beside: sftpExample,
  wrong: ["u123456@your-storagebox.de"],
});

const recordingsSftpPath = setting({
  ...word(
    "recordingsSftpPath",
    "a path of letters, digits, dots, hyphens, underscores and slashes, without a slash at its end",
    /^\/?[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
    "recordings",
  ),
  description:
    "Folder at the SFTP server, relative to the user's own folder. Empty for the user's own folder.",
  beside: sftpExample,
  wrong: ["recordings/", "our meetings"],
});

const recordingsSftpHostKey = setting({
  name: "recordingsSftpHostKey",
  kind: "text",
  default: "",
  allowed: 'lines of the form "<type> <key>"',
  description:
    "Public host key of the SFTP server, or several, one in each line. Required with `recordings: sftp`.",
  details: [
    "Compare the key with the one that the operator of the server publishes. See [recording.md](recording.md#the-host-key-of-an-sftp-server).",
  ],
  example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHeJltSrlsX9pdS4qWPMOiU4ohtZsaKRp0po9esYDROe",
  beside: sftpExample,
  wrong: ["u123456.your-storagebox.de ssh-ed25519 AAAA"],
  effect,
  parse: (text): Parsed<string | undefined> => {
    const lines = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    if (lines.length === 0) return valid(undefined);
    const [reason] = lines.flatMap((line) => publicKeyProblem(line) ?? []);
    if (reason !== undefined) return invalid({ reason, fix: scanHostKey() });
    return valid(lines.map((line) => line.split(/\s+/).slice(0, 2).join(" ")).join("\n"));
  },
});

/** The command that sets the host key, for a host and a port. Of several keys, rclone takes that of ECDSA first. */
export function scanHostKey(host = "HOST", port = 22): string {
  const scan = `ssh-keyscan -t ecdsa -p ${port} ${host} | cut -d' ' -f2-`;
  return `${set("recordingsSftpHostKey", `"$(${scan})"`)}  # then compare it with the key that the server's operator publishes`;
}

const recordingsSftpPassword = setting({
  name: "recordingsSftpPassword",
  kind: "secret",
  default: "",
  allowed: "a password, as a secret",
  description:
    "Password of the user at the SFTP server, set with --secret. Or set recordingsSftpPrivateKey.",
  example: "a-long-password",
  beside: sftpExample,
  wrong: ["a-long-password"],
  effect,
});

const recordingsSftpPrivateKey = setting({
  name: "recordingsSftpPrivateKey",
  kind: "secret",
  default: "",
  allowed: "a private key in a format of OpenSSH, without a passphrase, as a secret",
  description:
    "Private key of the user at the SFTP server, set with --secret. Or set recordingsSftpPassword.",
  details: ["`pulumi config set --secret recordingsSftpPrivateKey < FILE`"],
  example: "-----BEGIN OPENSSH PRIVATE KEY-----",
  beside: sftpExample,
  wrong: ["-----BEGIN OPENSSH PRIVATE KEY-----"],
  effect,
});

export const recordingKeys = [
  recordings,
  recordingRetentionDays,
  recordingsS3Endpoint,
  recordingsS3Bucket,
  recordingsS3Path,
  recordingsS3AccessKey,
  recordingsS3SecretKey,
  recordingsSftpHost,
  recordingsSftpPort,
  recordingsSftpUser,
  recordingsSftpPath,
  recordingsSftpHostKey,
  recordingsSftpPassword,
  recordingsSftpPrivateKey,
] as const;

/** Where the files of recordings go. */
export type RecordingTarget = ValuesOf<(typeof recordingKeys)[number]>;
