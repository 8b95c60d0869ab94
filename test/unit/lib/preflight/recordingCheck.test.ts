import {
  checkLocalRecorder,
  checkNetworkRoom,
  checkRecordersCertificate,
  checkRecordingSecrets,
  type RecordingSecrets,
} from "../../../../lib/preflight/recordingCheck";
import type { RawConfig } from "../../../../lib/config/keys";
import { parseSettings } from "../../../../lib/config/settings";
import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import { cpx42, cx23, planOf, server, serverType } from "./support/cloud";

const hostKey = "AAAAC3NzaC1lZDI1NTE5AAAAIJ2uzwHxS7lQ1oQbI7WlNKCBVqQwXrSmWJuEYl1Wc2Vq";
const nothing: RecordingSecrets = {
  recordingsS3SecretKey: "",
  recordingsSftpPassword: "",
  recordingsSftpPrivateKey: "",
};
const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";

describe("the secrets of the target of recordings", () => {
  const problems = (kind: "local" | "s3" | "sftp", secrets: Partial<RecordingSecrets> = {}) =>
    checkRecordingSecrets(kind, { ...nothing, ...secrets }).problems;

  it.each([
    ["local", {}],
    ["s3", { recordingsS3SecretKey: "x" }],
    ["sftp", { recordingsSftpPassword: "x" }],
    ["sftp", { recordingsSftpPrivateKey: key }],
  ] as const)("are right: %s %j", (kind, secrets) => {
    expect(problems(kind, secrets)).toEqual([]);
  });

  it.each([
    ["s3", {}, "recordingsS3SecretKey", "is not set, but recordings is s3"],
    ["sftp", {}, "recordingsSftpPassword", "neither is recordingsSftpPrivateKey"],
    [
      "sftp",
      { recordingsSftpPassword: "x", recordingsSftpPrivateKey: key },
      "recordingsSftpPassword",
      "only one of the two",
    ],
    ["sftp", { recordingsSftpPrivateKey: "AAAA" }, "recordingsSftpPrivateKey", "the whole file"],
    ["local", { recordingsS3SecretKey: "x" }, "recordingsS3SecretKey", "is for recordings: s3"],
    [
      "s3",
      { recordingsS3SecretKey: "x", recordingsSftpPassword: "secret" },
      "recordingsSftpPassword",
      "is for recordings: sftp",
    ],
  ] as const)("are refused with the key and the fix: %s %j", (kind, secrets, name, words) => {
    const [first, ...others] = problems(kind, secrets);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ key: name });
    expect(first?.reason).toContain(words);
    expect(first?.fix).toMatch(new RegExp(`pulumi config (set --secret|rm) ${name}`));
    expect(JSON.stringify(first)).not.toContain("AAAA");
  });
});

describe("a recorder on the web host", () => {
  const check = (type: string, existing?: ReturnType<typeof serverType>) => {
    const servers = existing === undefined ? [] : [server("web", undefined, existing)];
    const plan = planOf({ jvbCount: "0", localRecorder: "true" });
    return checkLocalRecorder(true, plannedHosts(plan, servers), type, [cx23, cpx42]);
  };

  it("is refused on a type that is too small, with both sizes", () => {
    const [problem] = check("cx23").problems;
    expect(problem?.key).toBe("localRecorder");
    expect(problem?.reason).toContain("(cx23) has 2 vCPU and 4 GB of memory");
    expect(problem?.reason).toContain("8 vCPU and 16 GB");
    expect(problem?.fix).toContain("pulumi config set webServerType");
  });

  it("counts the type that the web host has, not the one of the settings", () => {
    expect(check("cpx42", cx23).problems).toHaveLength(1);
    expect(check("cx23", cpx42).problems).toEqual([]);
  });

  it("is nothing to a cluster without one", () => {
    expect(checkLocalRecorder(false, [], "cx23", [cx23]).problems).toEqual([]);
  });
});

describe("the private network", () => {
  const wanted = {
    types: { web: "cx23", jvb: "cpx42", jibri: "cx33" },
    image: "debian-13",
    location: "fsn1",
  };
  const check = (settings: Record<string, string>, servers: ReturnType<typeof server>[] = []) =>
    checkNetworkRoom(plannedHosts(planOf(settings), servers), wanted);

  it("has room for 99 servers and a replacement", () => {
    expect(check({ jvbCount: "58", jibriCount: "40" })).toEqual({ problems: [], warnings: [] });
  });

  it("tells that the hundredth server takes the place of replacements", () => {
    expect(check({ jvbCount: "59", jibriCount: "40" }).warnings).toEqual([
      expect.stringContaining("finds no free place above 99 servers") as string,
    ]);
  });

  it("refuses to replace bridges without a free place", () => {
    const settings = { jvbCount: "59", jibriCount: "40", rollBridges: "[0]" };
    const [problem] = check(settings, [server("jvb", 0, cx23)]).problems;
    expect(problem).toMatchObject({ key: "rollBridges" });
    expect(problem?.reason).toContain("101 servers");
  });
});

describe("the certificate of a cluster with recorders", () => {
  const warnings = (settings: RawConfig): readonly string[] =>
    checkRecordersCertificate(parseSettings({ domain: "meet.example.org", ...settings })).warnings;
  const machine = JSON.stringify([
    { name: "berlin", host: "203.0.113.7", role: "jibri", hostKey: `ssh-ed25519 ${hostKey}` },
  ]);

  it.each<[string, RawConfig]>([
    ["servers", { jibriCount: "1" }],
    ["the web host", { jvbCount: "0", localRecorder: "true" }],
    ["existing machines", { existingNodes: machine }],
  ])("is warned about if no browser trusts it: %s record", (_, recorders) => {
    expect(warnings({ ...recorders, tls: "self-signed" })).toEqual([
      expect.stringContaining("no recording begins"),
    ]);
    expect(warnings(recorders)).toEqual([]);
  });

  it("is the operator's own matter without recorders", () => {
    expect(warnings({ tls: "self-signed" })).toEqual([]);
  });
});
