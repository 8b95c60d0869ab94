import { mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
  host.has("usr/share/zoneinfo/Europe/Berlin", "CET");
  host.has("usr/share/zoneinfo/UTC", "UTC");
  host.has(
    "etc/nginx/nginx.conf",
    "events {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n",
  );
  mkdirSync(join(host.root, "usr/local/sbin"), { recursive: true });
});
afterEach(() => {
  host.end();
});

const values = scriptFixtures["host/setup"];
const folders = ["/etc/", "/usr/share/zoneinfo", "/usr/local/sbin", "/var/lib/jitsi-hetzner"];

/** A host whose nginx runs, as process 10 with the worker 11. */
const world = `
  ${recorded({
    systemctl: `case "$*" in
      *MainPID*nginx) printf 10 ;; *MainPID*) printf 0 ;; *NeedDaemonReload*) printf no ;; esac`,
    prlimit: "",
    nginx: "",
  })}
  pgrep() { :; }
`;

function run(change: Partial<typeof values> = {}, code = "set_up_system"): Outcome {
  return host.run("host/setup", { ...values, ...change }, `${world}\n${code}`, folders);
}

/** What the step does with services: its calls but the questions. */
const acts = ({ stdout }: Outcome): string[] => {
  const lines = stdout.split("\n").filter(Boolean);
  return lines.filter((line) => !/^systemctl (show|is-)/.test(line));
};

describe("host/setup, besides Jitsi", () => {
  const watch = "systemctl enable --quiet --now jitsi-hetzner-watch.timer";

  it("restarts nothing: it reloads systemd and nginx, and raises the limits of what runs", () => {
    expect(acts(run())).toEqual([
      "systemctl daemon-reload",
      watch,
      expect.stringMatching(/^prlimit --pid 10 --nofile=\d+:$/),
      "nginx -t",
      "systemctl reload nginx",
    ]);
  });

  it.each([
    ["the same values", {}, []],
    ["another time zone", { TIMEZONE: "UTC" }, []],
    ["another drop-in for units", { RESTART_CONF: "[Service]\n" }, ["systemctl daemon-reload"]],
    ["another watch", { WATCH: "#!/bin/bash\n" }, []],
    ["another timer", { WATCH_TIMER: "[Timer]\n" }, ["systemctl daemon-reload"]],
  ])("restarts nothing at a later run either, with %s", (_, change, first) => {
    run();
    const raised = expect.stringMatching(/^prlimit /) as string;
    expect(acts(run(change))).toEqual([...first, watch, raised]);
  });

  it("has Java end where its heap is full, and not write it to memory", () => {
    run();
    for (const unit of ["jitsi-videobridge2", "jicofo"]) {
      expect(
        host.text(`etc/systemd/system/${unit}.service.d/65-jitsi-hetzner-memory.conf`),
      ).toMatch(
        /^Environment="_JAVA_OPTIONS=-XX:\+ExitOnOutOfMemoryError -XX:-HeapDumpOnOutOfMemoryError"$/m,
      );
    }
  });

  it("sets the time zone", () => {
    const link = (): string => readlinkSync(join(host.root, "etc/localtime"));
    expect(run().stderr).toContain("the time zone is Europe/Berlin\n");
    expect(link()).toBe(join(host.root, "usr/share/zoneinfo/Europe/Berlin"));
    expect(run().stderr).not.toContain("the time zone is");
    run({ TIMEZONE: "UTC" });
    expect([link(), host.text("etc/timezone")]).toEqual([
      join(host.root, "usr/share/zoneinfo/UTC"),
      "UTC\n",
    ]);
  });

  it("refuses a time zone that the host does not have, with the commands", () => {
    const { status, stderr } = run({ TIMEZONE: "Moon/Crater" });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /zoneinfo\/Moon\/Crater is missing, so this system does not know the time zone/,
    );
    expect(stderr).toContain("apt-get install tzdata, or: pulumi config set timezone UTC");
  });
});

describe("nginx' limits", () => {
  const limits = (): Outcome => run({}, "raise_nginx_limits");
  const conf = (): string => host.text("etc/nginx/nginx.conf");

  it("are raised in its own file, whose other lines stay", () => {
    expect(limits().status).toBe(0);
    expect(conf()).toBe("events {\n\tworker_connections 16384;\n\t# multi_accept on;\n}\n");
  });

  it("are left alone where the operator has set more", () => {
    const text = "events { \n  worker_connections 65536;\n}\n";
    host.has("etc/nginx/nginx.conf", text);
    expect(limits().status).toBe(0);
    expect(conf()).toBe(text);
  });

  it("are refused where the file has no such line, with the line", () => {
    host.has("etc/nginx/nginx.conf", "events {\n}\n");
    const { status, stderr } = limits();
    expect(status).toBe(1);
    expect(stderr).toContain(
      'has no line "worker_connections N;", so each worker of nginx takes 512 connections only',
    );
  });

  it("reach workers that run with fewer file descriptors by a reload, and only those", () => {
    limits();
    expect(acts(limits())).toEqual([]);
    const limited = run({}, "has_limited_workers() { true; }\nraise_nginx_limits");
    expect(acts(limited)).toEqual(["nginx -t", "systemctl reload nginx"]);
  });

  it("are not loaded where nginx refuses its configuration", () => {
    const refused = run({}, "nginx() { false; }\nraise_nginx_limits");
    expect([refused.status, acts(refused)]).toEqual([1, []]);
    expect(refused.stderr).toContain(
      "nginx refuses its configuration and continues with the old one",
    );
  });
});
