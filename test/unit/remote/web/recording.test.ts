import { spawnSync } from "node:child_process";
import { scriptFixtures } from "../../../templates/fixtures";
import { FakeHost } from "../fakeHost";

const values = { ...scriptFixtures["web/recording"], DOMAIN: "meet.example.org" };
const path = "/etc/jitsi/meet/meet.example.org-config.js";
const packaged =
  "var config = { hosts: { domain: 'meet.example.org' } };\nconfig.liveStreaming = { x: 1 };\n";

describe("web/recording", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has(path, packaged);
  });
  afterEach(() => {
    host.end();
  });
  const run = (argument: string) => host.run("web/recording", values, `main ${argument}`, ["/etc"]);

  /** What a browser makes of the file. */
  const config = (): Record<string, unknown> => {
    const code = `${host.text(path)};console.log(JSON.stringify(config))`;
    return JSON.parse(spawnSync("node", ["-e", code], { encoding: "utf8" }).stdout) as Record<
      string,
      unknown
    >;
  };

  it("switches recording and live streaming on, and hides the recorder among participants", () => {
    expect(run("on").status).toBe(0);
    expect(config()).toEqual({
      hosts: { domain: "meet.example.org" },
      recordingService: { enabled: true },
      liveStreaming: { x: 1, enabled: true },
      hiddenDomain: "recorder.meet.example.org",
    });
  });

  it("changes nothing the second time", () => {
    run("on");
    const once = host.text(path);
    run("on");
    expect(host.text(path)).toBe(once);
  });

  it("leaves the file of the packages, byte for byte, when it is switched off", () => {
    run("on");
    expect(run("off").status).toBe(0);
    expect(host.text(path)).toBe(packaged);
  });

  it("fails where the web app has no configuration", () => {
    host.end();
    host = new FakeHost();
    const { status, stderr } = run("on");
    expect(status).toBe(1);
    expect(stderr).toContain("dpkg-reconfigure jitsi-meet-web-config");
  });
});
