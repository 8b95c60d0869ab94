import type { RawConfig } from "../../../../../lib/config/keys";
import { ConfigError, parseSettings } from "../../../../../lib/config/settings";

const problems = (settings: RawConfig) => {
  try {
    parseSettings({ domain: "meet.example.org", ...settings });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};
const keys = (settings: RawConfig) => problems(settings).map(({ key }) => key);
const s3 = {
  recordings: "s3",
  recordingsS3Endpoint: "https://s3.example.org",
  recordingsS3Bucket: "meetings",
  recordingsS3AccessKey: "AKIA0123456789",
};

describe("the settings of recorders", () => {
  it("hold at most a hundred servers, and name both keys and the count that leaves no free place", () => {
    expect(problems({ jvbCount: "59", jibriCount: "40" })).toEqual([]);
    const [problem] = problems({ jvbCount: "60", jibriCount: "40" });
    expect(problem?.key).toBe("jibriCount");
    expect(problem?.reason).toContain("is 40 and jvbCount is 60, which is 101 servers");
    expect(problem?.reason).toContain("Above 98, the replacement of a server finds no free place");
    expect(problem?.fix).toBe(
      "pulumi config set jibriCount 39  # or: pulumi config set jvbCount 59",
    );
  });

  it("know which numbers there are, as with bridges", () => {
    expect(
      problems({ jibriCount: "2", removedRecorders: "[0]", drainingRecorders: "[2]" }),
    ).toEqual([]);
    expect(keys({ jibriCount: "2", drainingRecorders: "[2]" })).toEqual(["drainingRecorders"]);
    expect(keys({ jibriCount: "1", removedRecorders: "[4]" })).toEqual(["removedRecorders"]);
  });

  it("refuse a recorder on the web host beside bridge servers", () => {
    expect(problems({ jvbCount: "0", localRecorder: "true" })).toEqual([]);
    expect(keys({ jvbCount: "2", localRecorder: "true" })).toEqual(["localRecorder"]);
  });

  it("refuse each key of another target than the chosen one, with the fix", () => {
    const [problem] = problems({ recordingsS3Bucket: "meetings" });
    expect(problem).toEqual({
      key: "recordingsS3Bucket",
      reason: "is set, but recordings is local; this key is for recordings: s3",
      fix: "pulumi config rm recordingsS3Bucket  # or: pulumi config set recordings s3",
    });
    expect(keys({ ...s3, recordingsSftpHost: "sftp.example.org" })).toEqual(["recordingsSftpHost"]);
    expect(keys({ ...s3, recordingRetentionDays: "7" })).toEqual(["recordingRetentionDays"]);
  });

  it("name each key that a target lacks, and the command for it", () => {
    expect(problems(s3)).toEqual([]);
    expect(keys({ recordings: "s3" })).toEqual([
      "recordingsS3Endpoint",
      "recordingsS3Bucket",
      "recordingsS3AccessKey",
    ]);
    const sftp = problems({ recordings: "sftp", recordingsSftpPort: "23" });
    expect(sftp.map(({ key }) => key)).toEqual([
      "recordingsSftpHost",
      "recordingsSftpUser",
      "recordingsSftpHostKey",
    ]);
    expect(sftp.at(-1)?.fix).toContain("ssh-keyscan -t ecdsa -p 23 HOST");
  });

  it("take several host keys of one SFTP server, without their comments", () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    const sftp = { recordings: "sftp", recordingsSftpHost: "a.test", recordingsSftpUser: "u" };
    const { recordingsSftpHostKey } = parseSettings({
      domain: "meet.example.org",
      ...sftp,
      recordingsSftpHostKey: `${key} comment\n${key}\n`,
    });
    expect(recordingsSftpHostKey).toBe(`${key}\n${key}`);
  });
});
