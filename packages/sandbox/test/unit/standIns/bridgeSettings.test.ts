import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PythonResult, python } from "./python";

const load = `
import dataclasses, json, sys
from jitsi_stand_in import log
from jitsi_stand_in.config import JavaOptions
from jvb import settings
log.configure("JVB")
print(json.dumps(dataclasses.asdict(settings.load(JavaOptions.parse(sys.argv[1:])))))
`;

const installed = `
videobridge.apis.xmpp-client.configs.shard {
  HOSTNAME=localhost, DOMAIN="auth.meet.example.test", USERNAME=jvb, PASSWORD="installed"
  MUC_JIDS="jvbbrewery@internal.auth.meet.example.test", MUC_NICKNAME=uuid
}
`;

const shard: Record<string, string> = {
  HOSTNAME: "10.0.1.2",
  DOMAIN: "auth.meet.example.test",
  USERNAME: "jvb",
  PASSWORD: "S3cret",
  MUC_JIDS: "jvbbrewery@internal.auth.meet.example.test",
  MUC_NICKNAME: "jvb-4711",
};

const legacy = (keys: Record<string, string | undefined>): string =>
  Object.entries(keys)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `org.jitsi.videobridge.xmpp.user.shard.${key}=${value ?? ""}\n`)
    .join("");

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jh-jvb-"));
  mkdirSync(join(dir, "videobridge"));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function settings(files: { hocon?: string; properties?: string }, ...more: string[]): PythonResult {
  const conf = join(dir, "videobridge/jvb.conf");
  writeFileSync(conf, files.hocon ?? installed);
  if (files.properties !== undefined) {
    writeFileSync(join(dir, "videobridge/sip-communicator.properties"), files.properties);
  }
  const home = "-Dnet.java.sip.communicator.SC_HOME_DIR_";
  const standard = [`-Dconfig.file=${conf}`, `${home}LOCATION=${dir}`, `${home}NAME=videobridge`];
  return python(load, ...standard, ...more);
}

describe("the bridge's settings", () => {
  it("are those of jvb.conf on a host that was only installed", () => {
    expect(settings({}).value).toMatchObject({
      accounts: [{ host: "localhost", password: "installed", nickname: "uuid", verify: true }],
      private_host: "127.0.0.1",
      private_port: 8080,
      media_port: 10000,
      presence_interval: 5,
      colibri_rest: false,
      shutdown_rest: false,
      drain_rest: true,
      relay_id: null,
    });
  });

  it("take the account only from a complete legacy shard", () => {
    expect(settings({ properties: legacy(shard) }).value).toMatchObject({
      accounts: [
        {
          host: "10.0.1.2",
          port: 5222,
          domain: "auth.meet.example.test",
          password: "S3cret",
          nickname: "jvb-4711",
          rooms: ["jvbbrewery@internal.auth.meet.example.test"],
        },
      ],
    });
  });

  it.each(["HOSTNAME", "USERNAME", "PASSWORD", "MUC_JIDS", "MUC_NICKNAME"])(
    "fall back to localhost when the legacy shard lacks %s",
    (key) => {
      const { value, output } = settings({ properties: legacy({ ...shard, [key]: undefined }) });
      expect(output).toContain("Ignoring incomplete configuration with id=shard");
      expect(value).toMatchObject({ accounts: [{ host: "localhost", password: "installed" }] });
    },
  );

  it("use the host name as the domain when DOMAIN is missing", () => {
    const { value } = settings({ properties: legacy({ ...shard, DOMAIN: undefined }) });
    expect(value).toMatchObject({ accounts: [{ domain: "10.0.1.2" }] });
  });

  it("read the file like Java: escapes, comments, continued lines, any separator", () => {
    const properties = `# comment\n! another\n${legacy({ ...shard, PASSWORD: undefined })}
org.jitsi.videobridge.xmpp.user.shard.PASSWORD : a\\:b\\\\c\\u0041\\
    d
`;
    const { value } = settings({ properties });
    expect(value).toMatchObject({ accounts: [{ password: "a:b\\cAd" }] });
  });

  it("switch verification off only when set so", () => {
    const properties = legacy({ ...shard, DISABLE_CERTIFICATE_VERIFICATION: "true" });
    expect(settings({ properties }).value).toMatchObject({ accounts: [{ verify: false }] });
  });

  it("open shutdown by REST only with both switches", () => {
    const shutdown = "videobridge.rest.shutdown.enabled=true\n";
    const colibri = "videobridge.apis.rest.enabled=true\n";
    const of = (hocon: string, properties?: string): unknown =>
      settings({ hocon: installed + hocon, properties }).value;
    expect(of(shutdown)).toMatchObject({ shutdown_rest: false, colibri_rest: false });
    expect(of(colibri)).toMatchObject({ shutdown_rest: false, colibri_rest: true });
    expect(of(colibri + shutdown)).toMatchObject({ shutdown_rest: true, colibri_rest: true });
    const legacySwitch = "org.jitsi.videobridge.ENABLE_REST_SHUTDOWN=true\n";
    expect(of(colibri, legacySwitch)).toMatchObject({ shutdown_rest: true });
  });

  it("take the REST address and the relay from HOCON", () => {
    const hocon = `${installed}
videobridge.http-servers.private { host = 10.0.1.3, port = 8081 }
videobridge.relay { enabled = true, relay-id = "jvb-1", region = eu }
`;
    expect(settings({ hocon }).value).toMatchObject({
      private_host: "10.0.1.3",
      private_port: 8081,
      relay_id: "jvb-1",
      region: "eu",
    });
  });

  it.each([
    ["a relay without an id", "videobridge.relay { enabled = true, region = eu }", "relay-id"],
    ["a broken file", 'x = "a"b\\c"', "jvb.conf"],
    ["an invalid duration", "videobridge.stats.interval = soon", "'soon' is not a duration"],
  ])("refuse %s", (_, hocon, text) => {
    const { value, output } = settings({ hocon: `${installed}\n${hocon}\n` });
    expect(value).toBeUndefined();
    expect(output).toContain(text);
  });

  it("refuse a heap size that a JVM would refuse", () => {
    expect(settings({}, "-Xmx3072m").value).toBeDefined();
    expect(settings({}, "-Xmx3 GB").output).toContain("Invalid maximum heap size: -Xmx3 GB");
  });
});
