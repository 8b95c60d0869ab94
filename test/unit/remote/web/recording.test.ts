import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import { FakeHost } from "../fakeHost";

const values = { ...scriptFixtures["web/recording"], DOMAIN: "meet.example.org" };
const path = "/etc/jitsi/meet/meet.example.org-config.js";
const packaged =
  "var config = { hosts: { domain: 'meet.example.org' } };\nconfig.liveStreaming = { x: 1 };\n";

const prosody = "/etc/prosody/conf.avail/meet.example.org.cfg.lua";
/** What jitsi-meet-prosody writes, as far as recorders are concerned. */
const packagedProsody = `plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }

VirtualHost "meet.example.org"
    authentication = "jitsi-anonymous"
    lobby_muc = "lobby.meet.example.org"
    -- muc_lobby_whitelist = { "recorder.meet.example.org" } -- Here we can whitelist jibri to enter lobby enabled rooms

Component "conference.meet.example.org" "muc"
    modules_enabled = {
        "muc_password_whitelist";
    }
    muc_password_whitelist = {
        "focus@auth.meet.example.org"
    }

Component "internal.auth.meet.example.org" "muc"
    storage = "memory"
`;

/** What prosody reads from the file: the two lists of those who need no admission. Fails if the file is not Lua. */
function listsIn(text: string): Record<string, string[]> {
  const code = `
    local section, lists = "*", {}
    local function enter(name) section = name; return function() end end
    local env = setmetatable({ VirtualHost = enter, Component = enter }, { __newindex = function(_, key, value)
      if key:match("whitelist") then assert(not lists[section .. " " .. key]); lists[section .. " " .. key] = value end
    end })
    assert(load(io.read("a"), "file", "t", env))()
    for key, list in pairs(lists) do print(key .. " " .. table.concat(list, " ")) end`;
  const { status, stdout, stderr } = spawnSync("lua5.4", ["-e", code], {
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const lines = stdout.trim().split("\n").filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.split(" ").slice(0, 2).join(" "), line.split(" ").slice(2)]),
  );
}

describe("web/recording", () => {
  let host: FakeHost;
  /** `shell`: what prosodyctl does. */
  const start = (files: Record<string, string>, shell = "true"): void => {
    host = new FakeHost();
    for (const [name, text] of Object.entries(files)) host.has(name, text);
    const calls = join(host.root, "calls");
    host.has("/calls", "");
    host.has("/bin/prosodyctl", `#!/bin/bash\necho "$*" >>${calls}\n${shell}\n`);
    chmodSync(join(host.root, "bin/prosodyctl"), 0o755);
  };
  beforeEach(() => {
    start({ [path]: packaged, [prosody]: packagedProsody });
  });
  afterEach(() => {
    host.end();
  });
  const folders = ["/etc/jitsi", "/etc/prosody", "/var/lib", "/usr/local/lib"];
  const run = (argument: string, before = ":") =>
    host.run(
      "web/recording",
      values,
      `PATH="${host.root}/bin:$PATH"; ${before}; main ${argument}`,
      folders,
    );

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

  it("lets recorders into meetings with a lobby or a password, which prosody takes over without a restart", () => {
    expect(run("on").status).toBe(0);
    expect(listsIn(host.text(prosody))).toEqual({
      "meet.example.org muc_lobby_whitelist": ["recorder.meet.example.org"],
      "conference.meet.example.org muc_password_whitelist": [
        "recorder.meet.example.org",
        "focus@auth.meet.example.org",
      ],
    });
    expect(host.text("/calls")).toBe("shell config reload\n");
  });

  it.each([
    ["in one line", 'muc_lobby_whitelist = { "guests.test" }'],
    ["in many lines", 'muc_lobby_whitelist={\n  "guests.test";\n}'],
  ])("adds recorders to an operator's list %s", (_, list) => {
    host.has(prosody, packagedProsody.replace(/-- muc_lobby.*/, list));
    expect(run("on").status).toBe(0);
    expect(listsIn(host.text(prosody))["meet.example.org muc_lobby_whitelist"]).toEqual([
      "recorder.meet.example.org",
      "guests.test",
    ]);
  });

  it("makes the list of older packages, which have none for passwords", () => {
    host.has(prosody, packagedProsody.replace(/ {4}muc_password_whitelist = [^}]*\}\n/, ""));
    expect(run("on").status).toBe(0);
    expect(
      listsIn(host.text(prosody))["conference.meet.example.org muc_password_whitelist"],
    ).toEqual(["recorder.meet.example.org"]);
  });

  it("changes nothing the second time", () => {
    run("on");
    const once = [host.text(path), host.text(prosody)];
    run("on");
    expect([host.text(path), host.text(prosody)]).toEqual(once);
    expect(host.text("/calls")).toBe("shell config reload\n");
  });

  it("leaves the files of the packages, byte for byte, when it is switched off", () => {
    run("on");
    expect(run("off").status).toBe(0);
    expect(host.text(path)).toBe(packaged);
    expect(host.text(prosody)).toBe(packagedProsody);
  });

  it("does not make the next look at prosody restart it, unless that was due before", () => {
    const files = [prosody, "/usr/local/lib/prosody/modules/mod_no_http_login.lua"];
    files.push("/usr/local/lib/prosody/modules/mod_dead_bridges.lua");
    host.has(files[1] ?? "", "");
    host.has(files[2] ?? "", "");
    const due = (before: string): boolean =>
      run("on", before).status === 0 &&
      host.run("web/recording", values, 'runs_with prosody "${prosody_files[@]}"', folders)
        .status !== 0;
    expect(due(":")).toBe(true);
    host.has(prosody, packagedProsody);
    expect(due('note_running prosody "${prosody_files[@]}"')).toBe(false);
  });

  it("says that prosody takes its lists at its next start, where it does not run", () => {
    host.end();
    start({ [path]: packaged, [prosody]: packagedProsody }, "exit 1");
    const { status, stderr } = run("on");
    expect(status).toBe(0);
    expect(stderr).toContain("its next start reads them");
  });

  it("fails where the web app has no configuration", () => {
    host.end();
    start({ [prosody]: packagedProsody });
    const { status, stderr } = run("on");
    expect(status).toBe(1);
    expect(stderr).toContain("dpkg-reconfigure jitsi-meet-web-config");
  });
});
