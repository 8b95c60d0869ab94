import { parseCommandLine } from "../../../../src/hosts/simulated/commandLine";

describe("parseCommandLine", () => {
  it.each([
    [
      "jitsi-hetzner host/harden --code 0123456789abcdef # meet-web-harden",
      { key: "host/harden", verb: "host/harden", step: "meet-web-harden", needsProgram: true },
    ],
    [
      "jitsi-hetzner restart-end --code 0123456789abcdef --new-bridge # meet-jvb-0-in",
      {
        key: "restart-end --new-bridge",
        verb: "restart-end",
        step: "meet-jvb-0-in",
        needsProgram: true,
      },
    ],
    [
      "jitsi-hetzner drain # meet-jvb-0-drain",
      { key: "drain", verb: "drain", step: "meet-jvb-0-drain", needsProgram: true },
    ],
    [
      "bash -s -- # host/hostKey (meet-web-host-key)",
      { key: "host/hostKey", verb: "host/hostKey", step: "meet-web-host-key", needsProgram: false },
    ],
  ])("reads %s", (line, command) => {
    expect(parseCommandLine(line)).toEqual(command);
  });

  it.each(["uptime", "jitsi-hetzner status --stdin", "bash -c 'rm -rf /'", ""])(
    "knows no step in %p",
    (line) => {
      expect(parseCommandLine(line)).toBeUndefined();
    },
  );
});
