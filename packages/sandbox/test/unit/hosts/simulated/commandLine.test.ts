import { parseCommandLine } from "../../../../src/hosts/simulated/commandLine";

describe("parseCommandLine", () => {
  it.each([
    [
      "jitsi-hetzner jvb/files --code 0123456789abcdef # meet-jvb-0-files settings 0123 or 4567",
      { key: "jvb/files", verb: "jvb/files", step: "meet-jvb-0-files", needsProgram: true },
    ],
    [
      'a=/var/lib/x.tar; echo "ab  $a" | sha256sum -c; exec bash -c "$(tar -xOf "$a" install.sh)" install.sh "$a" host/setup # meet-web-setup',
      { key: "host/setup", verb: "host/setup", step: "meet-web-setup", needsProgram: false },
    ],
    [
      "jitsi-hetzner web/account --code 0123456789abcdef set # meet-web-account-v1",
      {
        key: "web/account set",
        verb: "web/account",
        step: "meet-web-account-v1",
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
