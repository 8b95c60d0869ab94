import * as pulumi from "@pulumi/pulumi";
import type { RecordingTarget } from "../lib/config/keys/recordings";

/** The target of recordings as JSON, for `jibri/files`. Secret where it has a secret. */
export function recordingTarget(target: RecordingTarget): pulumi.Output<string> {
  switch (target.recordings) {
    case "local":
      return pulumi.output("{}");
    case "s3":
      return asJson({
        endpoint: target.recordingsS3Endpoint,
        bucket: target.recordingsS3Bucket,
        path: target.recordingsS3Path ?? "",
        accessKey: target.recordingsS3AccessKey,
        secretKey: secret(target.recordingsS3SecretKey),
      });
    case "sftp":
      return asJson({
        host: target.recordingsSftpHost,
        port: target.recordingsSftpPort ?? 22,
        user: target.recordingsSftpUser,
        path: target.recordingsSftpPath ?? "",
        hostKey: target.recordingsSftpHostKey,
        password: secret(target.recordingsSftpPassword),
        privateKey: secret(target.recordingsSftpPrivateKey),
      });
    default:
      return target.recordings satisfies never;
  }
}

/** A secret that is not set is left out of the JSON. */
const secret = (text: pulumi.Input<string> | undefined): pulumi.Output<string | undefined> =>
  pulumi.secret(text ?? "").apply((known) => (known === "" ? undefined : known));

const asJson = (values: Readonly<Record<string, unknown>>): pulumi.Output<string> =>
  pulumi.output(values).apply((known) => JSON.stringify(known));
