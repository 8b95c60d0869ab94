import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { sourcesDir as debianSources } from "../../../src/debianStandIns/build";
import { sourcesDir } from "../../../src/standIns/build";
import { run } from "../../../src/standIns/run";
import { fillIn, releases } from "../../../src/standIns/versions";

const files = [sourcesDir, debianSources]
  .flatMap((dir) => readdirSync(dir, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
  .map((entry) => join(entry.parentPath, entry.name));

const named = (wanted: (path: string, text: string) => boolean): string[] =>
  files.filter((path) => wanted(path, readFileSync(path, "utf8")));

const short = (path: string): string => relative(sourcesDir, path);

describe("sources of the stand-ins", () => {
  it("have scripts without findings of shellcheck", async () => {
    const scripts = named((_, text) => /^#!\/bin\/(ba)?sh/.test(text));
    expect(scripts.map(short)).toEqual(
      expect.arrayContaining([
        "jicofo/rootfs/etc/init.d/jicofo",
        "../debianStandIns/kmod/rootfs/usr/bin/kmod",
      ]),
    );
    // SC1091: the libraries of debconf and LSB exist on hosts only.
    await run("shellcheck", ["-e", "SC1091", ...scripts]);
  });

  it("have Lua that compiles", async () => {
    const lua = named((path) => path.endsWith(".lua") || path.includes(".cfg.lua"));
    expect(lua.map(short)).toContain(
      "jitsi-meet-prosody/rootfs/usr/share/jitsi-meet/prosody-plugins/mod_client_proxy.lua",
    );
    const work = mkdtempSync(join(tmpdir(), "jh-lua-"));
    for (const path of lua) {
      for (let release = 0; release < releases; release++) {
        const file = join(work, "checked.lua");
        writeFileSync(file, fillIn(readFileSync(path, "utf8"), "jitsi-meet-prosody", release));
        // One file at a time, because luac 5.4.4 crashes with several.
        await run("luac5.4", ["-p", file]);
      }
    }
    rmSync(work, { recursive: true });
  });

  it("have Python that compiles", async () => {
    const python = named((path) => path.endsWith(".py"));
    const check = "import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path)";
    await expect(run("python3", ["-c", check, ...python])).resolves.toBe("");
  });

  it("have at most 250 lines", () => {
    const long = named((_, text) => text.split("\n").length > 250);
    expect(long.map(short)).toEqual([]);
  });

  it("restart jicofo like upstream's package: not when it is a native unit", () => {
    const script = (name: string): string =>
      readFileSync(join(sourcesDir, "jicofo/DEBIAN", name), "utf8");
    expect(script("postinst")).toMatch(/invoke-rc\.d jicofo stop[^]*--skip-systemd-native jicofo/);
    expect(script("prerm")).toContain("--skip-systemd-native jicofo stop");
  });

  it("declare the same configuration files as upstream", () => {
    const conffiles = (name: string): string[] =>
      readFileSync(join(sourcesDir, name, "DEBIAN/conffiles"), "utf8")
        .trim()
        .split("\n");
    expect(conffiles("jitsi-videobridge2")).toEqual([
      "/etc/init.d/jitsi-videobridge2",
      "/etc/jitsi/videobridge/logging.properties",
      "/etc/logrotate.d/jitsi-videobridge",
      "/etc/sysctl.d/20-jvb-udp-buffers.conf",
    ]);
    const jibri = ["asoundrc", "icewm.preferences", "jibri.conf", "logging.properties"];
    expect(conffiles("jibri")).toEqual([
      ...[...jibri, "pjsua.config", "xorg-video-dummy.conf"].map(
        (name) => `/etc/jitsi/jibri/${name}`,
      ),
      ...["jibri-icewm", "jibri-xorg", "jibri"].map(
        (name) => `/etc/systemd/system/${name}.service`,
      ),
    ]);
    expect(conffiles("jicofo")).toEqual([
      "/etc/init.d/jicofo",
      "/etc/jitsi/jicofo/logging.properties",
      "/etc/logrotate.d/jicofo",
    ]);
  });
});
