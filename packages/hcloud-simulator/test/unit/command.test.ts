import { readOptions, UsageError } from "../../src/command";
import { hetznerLatency } from "../../src/latency";

describe("the command line of the simulator", () => {
  it("has a default for each option", () => {
    expect(readOptions([])).toEqual({ port: 8080 });
  });

  it("accepts each option", () => {
    const token = "t".repeat(64);
    const words = `--port 0 --host ::1 --token ${token} --state a.db --latency hetzner --rate-limit 100`;
    expect(readOptions(words.split(" "))).toEqual({
      port: 0,
      host: "::1",
      token,
      storePath: "a.db",
      latency: hetznerLatency,
      callsPerHour: 100,
    });
    expect(readOptions(["--rate-limit", "off"])).toMatchObject({ callsPerHour: null });
  });

  it.each(["--help", "-h"])("shows help for %s", (word) => {
    expect(readOptions([word])).toBeUndefined();
  });

  it.each([
    [["--port", "x"], "--port is x; allowed: a whole number from 0 to 65535"],
    [["--port", "65536"], "--port is 65536; allowed: a whole number from 0 to 65535"],
    [["--latency", "slow"], "--latency is slow; allowed: none or hetzner"],
    [["--rate-limit", "0"], "--rate-limit is 0; allowed: a whole number (at least 1) or off"],
    [["--prot", "1"], "Unknown option '--prot'"],
    [["8080"], "Unexpected argument '8080'"],
  ])("refuses %j", (words, message) => {
    expect(() => readOptions(words)).toThrow(UsageError);
    expect(() => readOptions(words)).toThrow(message);
  });
});
