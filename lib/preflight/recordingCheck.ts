import type * as pulumi from "@pulumi/pulumi";
import { setSecret } from "../config/command";
import { ofAnotherKind } from "../config/keys/recorderRules";
import type { Settings } from "../config/settings";
import type { RecordingTarget } from "../config/keys/recordings";
import { limits } from "../constants";
import { differingHosts, type WantedServer } from "./rollCheck";
import type { PlannedHost } from "../plan/plannedHosts";
import { serverSizes, type ServerSize } from "../plan/serverTypes";
import { none, problem, together, warning, type Findings } from "./findings";

/** The secrets of the target of recordings. Empty if not set. */
export interface RecordingSecrets {
  readonly recordingsS3SecretKey: string;
  readonly recordingsSftpPassword: string;
  readonly recordingsSftpPrivateKey: string;
}

type SecretKey = keyof RecordingSecrets;

/** A value of the configuration is always known, in a preview too. */
export async function readRecordingSecrets(
  settings: Pick<RecordingTarget, SecretKey>,
): Promise<RecordingSecrets> {
  const text = (secret: pulumi.Output<string> | undefined): Promise<string> =>
    secret === undefined
      ? Promise.resolve("")
      : new Promise((resolve) => {
          secret.apply((known) => {
            resolve(known);
          });
        });
  const [recordingsS3SecretKey, recordingsSftpPassword, recordingsSftpPrivateKey] =
    await Promise.all([
      text(settings.recordingsS3SecretKey),
      text(settings.recordingsSftpPassword),
      text(settings.recordingsSftpPrivateKey),
    ]);
  return { recordingsS3SecretKey, recordingsSftpPassword, recordingsSftpPrivateKey };
}

const kindOf: Readonly<Record<SecretKey, "s3" | "sftp">> = {
  recordingsS3SecretKey: "s3",
  recordingsSftpPassword: "sftp",
  recordingsSftpPrivateKey: "sftp",
};

/**
 * Whether the secrets are those of the chosen target, and complete. Whether the target takes them is found on the recorder,
 * which writes a file and deletes it. Shows nothing of a secret. Pure.
 */
export function checkRecordingSecrets(
  kind: RecordingTarget["recordings"],
  secrets: RecordingSecrets,
): Findings {
  const others = (Object.keys(kindOf) as SecretKey[])
    .filter((key) => secrets[key] !== "" && kindOf[key] !== kind)
    .map((key): Findings => {
      const { reason, fix } = ofAnotherKind(key, kind, kindOf[key]);
      return problem(key, reason, fix);
    });
  return together([...others, missing(kind, secrets), keyProblem(kind, secrets)]);
}

function missing(kind: RecordingTarget["recordings"], secrets: RecordingSecrets): Findings {
  const { recordingsS3SecretKey: s3, recordingsSftpPassword: password } = secrets;
  const { recordingsSftpPrivateKey: key } = secrets;
  if (kind === "s3" && s3 === "") {
    return problem(
      "recordingsS3SecretKey",
      "is not set, but recordings is s3",
      setSecret("recordingsS3SecretKey"),
    );
  }
  if (kind === "sftp" && password === "" && key === "") {
    return problem(
      "recordingsSftpPassword",
      "is not set, and neither is recordingsSftpPrivateKey, but recordings is sftp; one of the two is needed",
      `${setSecret("recordingsSftpPassword")}  # or: ${setSecret("recordingsSftpPrivateKey")}`,
    );
  }
  if (kind === "sftp" && password !== "" && key !== "") {
    return problem(
      "recordingsSftpPassword",
      "is set, and so is recordingsSftpPrivateKey; only one of the two is allowed",
      "pulumi config rm recordingsSftpPassword  # or: pulumi config rm recordingsSftpPrivateKey",
    );
  }
  return none;
}

function keyProblem(
  kind: RecordingTarget["recordings"],
  { recordingsSftpPrivateKey: key }: RecordingSecrets,
): Findings {
  if (kind !== "sftp" || key === "") return none;
  if (
    !/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\s*$/.test(key)
  ) {
    return problem(
      "recordingsSftpPrivateKey",
      "is no private key of OpenSSH, or a part of one (not shown); it must be the whole file",
      setSecret("recordingsSftpPrivateKey"),
    );
  }
  return none;
}

/** The size of a server type, with its name. */
type NamedSize = Pick<ServerSize, "cores" | "memory"> & { readonly name: string };

/**
 * Refuses a recorder on a web host that is too small for it: the recording would stutter, and so would all meetings.
 *
 * @param typeToOrder for a new web host
 * @param types of the cloud; a type that neither the cloud nor the program knows is not checked
 */
export function checkLocalRecorder(
  isDeclared: boolean,
  hosts: readonly PlannedHost[],
  typeToOrder: string,
  types: readonly NamedSize[],
): Findings {
  const server = hosts.find(({ role }) => role === "web")?.server;
  const name = server?.server_type.name ?? typeToOrder;
  const size = types.find((type) => type.name === name) ?? serverSizes[name];
  const { localRecorderCores: cores, localRecorderMemoryGb: memory } = limits;
  if (!isDeclared || size === undefined) return none;
  if (size.cores >= cores && size.memory >= memory) return none;
  return problem(
    "localRecorder",
    `is true, but the web host (${name}) has ${size.cores} vCPU and ${size.memory} GB of memory; a recorder beside the other services needs ${cores} vCPU and ${memory} GB`,
    server === undefined
      ? "pulumi config set webServerType cx43  # or: pulumi config rm localRecorder && pulumi config set jibriCount 1"
      : "pulumi config rm localRecorder && pulumi config set jibriCount 1  # or a larger web host: docs/scale.md#size-of-the-web-host",
  );
}

/**
 * Recorders join meetings with a browser that has no exception for one site: with a certificate that no browser trusts,
 * none of their recordings begins. Pure.
 */
export function checkRecordersCertificate({
  tls,
  jibriCount,
  localRecorder,
  existingNodes,
}: Pick<Settings, "tls" | "jibriCount" | "localRecorder" | "existingNodes">): Findings {
  const records =
    jibriCount > 0 || localRecorder || existingNodes.some(({ role }) => role === "jibri");
  return tls === "self-signed" && records
    ? warning(
        "the cluster has recorders and tls is self-signed: their browser does not trust the web host, so no recording begins. To change it: pulumi config set tls letsencrypt",
      )
    : none;
}

/** Whether the private network has room for all servers, and for the one that exists beside the server that it replaces. */
export function checkNetworkRoom(hosts: readonly PlannedHost[], wanted: WantedServer): Findings {
  const most = limits.serversInNetwork;
  const rolled = differingHosts(hosts, wanted).filter(
    ({ host }) => host.role === "jvb" && host.rolled,
  ).length;
  if (rolled > 0 && hosts.length + rolled > most) {
    return problem(
      "rollBridges",
      `replaces ${rolled} ${rolled === 1 ? "bridge" : "bridges"} in one run, which puts ${hosts.length + rolled} servers into the network until its end; a Hetzner network holds ${most}`,
      "npm run roll  # one bridge in each run; it needs one free place",
    );
  }
  return hosts.length < most
    ? none
    : warning(
        `the cluster has ${hosts.length} servers (jvbCount and jibriCount, and the web host), and a Hetzner network holds ${most}: the replacement of a bridge or recorder finds no free place above ${most - 1} servers`,
      );
}
