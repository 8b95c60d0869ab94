import { spawn } from "node:child_process";
import { once } from "node:events";
import { leadsSession, listProcesses, signal, startTime } from "../../../src/hosts/processes";

describe("processes", () => {
  it("lists this process with its arguments", () => {
    const own = listProcesses().find(({ pid }) => pid === process.pid);
    expect(own?.argv.length).toBeGreaterThan(0);
  });

  it("identifies a process by its start time, and detects that it has ended", async () => {
    const child = spawn("sleep", ["60"], { detached: true });
    const pid = child.pid ?? 0;
    await once(child, "spawn");
    const started = startTime(pid);
    expect(Number(started)).toBeGreaterThan(0);
    expect(leadsSession(pid)).toBe(true);

    const ended = once(child, "exit");
    signal(pid, "SIGKILL");
    await ended;
    expect(startTime(pid)).toBeUndefined();
    expect(leadsSession(pid)).toBe(false);
    // A second signal is not an error.
    signal(pid, "SIGKILL");
  });

  it("distinguishes a session's leader from its members", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    expect(leadsSession(child.pid ?? 0)).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
  });
});
