import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ports } from "../../../lib/constants";
import { hostFile, hostFiles } from "../../../remote/hostFile";
import { filesBelow, run, verifyUnits, withFile } from "../support";

type Name = keyof typeof hostFiles;
const names = Object.keys(hostFiles) as Name[];
const ending = (text: string) => names.filter((name) => hostFiles[name].endsWith(text));

describe("a file that hosts get as it is", () => {
  it.each(names)("stands below the folder of what brings it: %s", (name) => {
    const [folder = "", ...path] = hostFiles[name].split("/");
    expect(filesBelow(folder)).toContain(path.join("/"));
  });

  it.each(ending(".lua"))("is Lua: %s", (name) => {
    expect(run("luac5.4", ["-p", "-"], hostFile(name))).toBe("ok\n");
  });

  it.each([...ending(".service"), ...ending(".timer")])(
    "is a unit that systemd takes: %s",
    (name) => {
      const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
      try {
        const unit = join(dir, hostFiles[name].split("/").at(-1) ?? "");
        // The programs are on the hosts only.
        const text = hostFile(name).replace(/^(ExecStart=)\/usr\/local\S+/m, "$1/bin/true");
        writeFileSync(unit, text.replace(/^(User|Group)=.*$/gm, ""));
        // A timer needs its service, and a unit with an instance is checked as one.
        const service = unit.replace(/\.timer$/, ".service");
        if (service !== unit) writeFileSync(service, "[Service]\nExecStart=/bin/true\n");
        expect(verifyUnits(unit)).toBe("ok\n");
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  );

  it("listens for the web host on the port of a recorder, by units that systemd takes", () => {
    const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    try {
      const socket = hostFile("RECORDER_SOCKET").replace("@CONTROL_HOST@", "0.0.0.0");
      expect(socket).toContain(`ListenStream=0.0.0.0:${ports.jibriControl}\n`);
      const service = hostFile("RECORDER_SERVICE").replace(/=\/usr\/local\S+/, "=/bin/true");
      const units = {
        "jitsi-hetzner-recorder.socket": socket,
        "jitsi-hetzner-recorder@.service": service,
      };
      for (const [name, text] of Object.entries(units)) writeFileSync(join(dir, name), text);
      const names = ["jitsi-hetzner-recorder.socket", "jitsi-hetzner-recorder@1.service"];
      expect(verifyUnits(...names.map((name) => join(dir, name)))).toBe("ok\n");
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("starts jibri with our browser, and only while the recorder shall be in service", () => {
    const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    try {
      // The lines of the package's unit that the file changes.
      const unit = join(dir, "jibri.service");
      const packaged = "ExecStartPre=sudo -u jibri /usr/bin/google-chrome --headless about:blank";
      writeFileSync(
        unit,
        `[Service]\nPermissionsStartOnly=true\n${packaged}\nExecStart=/bin/true\n`,
      );
      mkdirSync(`${unit}.d`);
      const changes = hostFile("JIBRI_UNIT").replace("=+sudo", "=+/bin/true");
      writeFileSync(join(`${unit}.d`, "jitsi-hetzner.conf"), changes);
      expect(verifyUnits(unit)).toBe("ok\n");
      const emptied = changes.indexOf("ExecStartPre=\n");
      expect(changes.indexOf("/usr/bin/chromium")).toBeGreaterThan(emptied);
      expect(emptied).toBeGreaterThan(0);
      expect(changes).toContain("ConditionPathExists=/var/lib/jitsi-hetzner/recorder-serving\n");
      // The keeper, which stops a jibri that hangs, waits for half a minute.
      const stop = Number(/^TimeoutStopSec=(\d+)$/m.exec(changes)?.[1]);
      expect(stop).toBeLessThan(30);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("changes the package's units of the display in a way that systemd takes", () => {
    const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    try {
      const unit = join(dir, "jibri-icewm.service");
      writeFileSync(unit, "[Service]\nExecStart=/bin/true\nRestart=on-failure\n");
      mkdirSync(`${unit}.d`);
      writeFileSync(join(`${unit}.d`, "jitsi-hetzner.conf"), hostFile("DISPLAY_UNITS"));
      expect(verifyUnits(unit)).toBe("ok\n");
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("has jicofo's package start jicofo again, which its scripts have stopped", () => {
    // invoke-rc.d --skip-systemd-native acts on a unit only where this names an init script.
    const [unit = ""] = hostFile("JICOFO_SERVICE").split(/^\[Service\]$/m);
    expect(unit).toMatch(/^SourcePath=\/etc\/init\.d\/jicofo$/m);
  });

  it("keeps needrestart from restarting what carries calls", () => {
    withFile(hostFile("NEEDRESTART_CONF"), (file) => {
      // As needrestart reads it: evaluated, then each pattern tried on the unit's name.
      const program = `our %nrconf; defined do shift or die; my $rules = $nrconf{override_rc};
        for my $unit (@ARGV) {
          my ($match) = grep { "$unit.service" =~ /$_/ } keys %$rules;
          print "$unit\\n" if defined $match && $rules->{$match} == 0 }`;
      const services = ["coturn", "jicofo", "prosody", "jitsi-videobridge2", "nginx"];
      // jibri requires the other two, so a restart of one restarts it too.
      const recorder = ["jibri", "jibri-xorg", "jibri-icewm"];
      const units = [...services, ...recorder, "ssh"];
      expect(
        run("perl", ["-e", program, file, ...units])
          .trim()
          .split("\n"),
      ).toEqual(["ok", ...services, ...recorder]);
    });
  });

  it("lets apt upgrade by itself, but neither Jitsi nor prosody nor nginx, nor by a reboot", () => {
    const dump = withFile(hostFile("APT_CONF"), (file) => run("apt-config", ["-c", file, "dump"]));
    expect(dump).toContain('APT::Periodic::Unattended-Upgrade "1"');
    expect(dump).toContain('Unattended-Upgrade::Automatic-Reboot "false"');
    const patterns = [...dump.matchAll(/Package-Blacklist:: "(.*)"/g)].map(
      ([, text]) => text ?? "",
    );
    const isHeld = (name: string): boolean => patterns.some((text) => new RegExp(text).test(name));
    const jitsi = ["jicofo", "jibri", "jitsi-videobridge2", "jitsi-meet-web", "jitsi-meet-prosody"];
    const cutsCalls = [...jitsi, "prosody", "nginx", "nginx-common", "libnginx-mod-http-geoip"];
    expect(cutsCalls.filter((name) => !isHeld(name))).toEqual([]);
    expect(["openssl", "libssl3", "openssh-server"].filter(isHeld)).toEqual([]);
  });

  it("keeps the kernel from loading what nothing here uses", () => {
    const lines = hostFile("MODPROBE_CONF").split("\n");
    const modules = lines.filter((line) => line !== "" && !line.startsWith("#"));
    // As lynis and modprobe want it: a "blacklist" would not keep a program from having it loaded.
    for (const line of modules) expect(line).toMatch(/^install [a-z-]+ \/bin\/false$/);
    expect(modules.map((line) => line.split(" ")[1])).toEqual(
      expect.arrayContaining(["dccp", "rds", "sctp", "tipc"]),
    );
  });

  it("ends shells that wait for 8 h, no script's own reads, and core dumps", () => {
    const shell = 'ulimit -c; echo $TMOUT; bash -c "echo [\\$TMOUT]"';
    withFile(hostFile("PROFILE"), (file) => {
      expect(run("bash", ["-c", `. ${file}; ${shell}`])).toBe("ok\n0\n28800\n[]\n");
    });
    const limits = hostFile("CORE_LIMITS").split("\n");
    expect(limits).toEqual(expect.arrayContaining(["* hard core 0", "root hard core 0"]));
  });

  it("greets with plain words: a backslash would be an order to the console", () => {
    expect(hostFile("ISSUE")).not.toMatch(/[\\@%]/);
    expect(hostFile("ISSUE")).toMatch(/private[^]*authorized[^]*recorded[^]*prohibited/);
  });
});
