import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript } from "../bash";

describe("write_socket", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "socket-"));
    for (const folder of ["units", "sbin"]) mkdirSync(join(dir, folder));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** What systemctl was told. */
  function write(program: string, service: string, socket: string): string {
    const code = [
      'systemctl() { result "$*"; }',
      `write_socket jh ${program} ${service} ${socket}`,
    ].join("\n");
    const outcome = bashInScript("jvb/files", scriptFixtures["jvb/files"], code, {
      "/etc/systemd/system": join(dir, "units"),
      "/usr/local/sbin": join(dir, "sbin"),
    });
    expect(outcome.status).toBe(0);
    return outcome.stdout;
  }

  it("writes the program and its two units, and listens", () => {
    expect(write("program", "service", "socket")).toBe(
      "daemon-reload\nrestart jh.socket\nenable --quiet --now jh.socket\n",
    );
    const text = (path: string): string => readFileSync(join(dir, path), "utf8");
    expect([text("sbin/jh"), text("units/jh@.service"), text("units/jh.socket")]).toEqual([
      "program",
      "service",
      "socket",
    ]);
  });

  it.each([
    ["its service", "program", "other", "socket"],
    ["its socket", "program", "service", "other"],
  ])("listens anew where %s is another", (_, program, service, socket) => {
    write("program", "service", "socket");
    expect(write(program, service, socket)).toContain("restart jh.socket");
  });

  it("cuts no connection where only its program is another: the next one runs it", () => {
    write("program", "service", "socket");
    expect(write("other", "service", "socket")).toBe("enable --quiet --now jh.socket\n");
  });
});
