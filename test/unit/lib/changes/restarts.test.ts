import type { ChangeStep } from "../../../../lib/changes/changeStep";
import { hostChanges } from "../../../../lib/changes/hostChanges";
import { hostsLine } from "../../../../lib/changes/hostsLine";
import { command, filesText, objectStep, restartList, restartSteps, stdin } from "./support/steps";

const lineOf = (...steps: readonly (ChangeStep | readonly ChangeStep[])[]): string =>
  hostsLine(hostChanges(steps.flat()));

const [old, next, another] = ["a", "b", "c"].map((one) => one.repeat(64)) as [
  string,
  string,
  string,
];

describe("restarts of bridges in a preview", () => {
  it("follow from another hash of the settings", () => {
    const hashes = { SETTINGS_HASH: next, FORMER_HASH: another };
    expect(lineOf(restartSteps("jvb-1", old, hashes), restartSteps("jvb-0", old, hashes))).toBe(
      "restarts bridges jvb-0 and jvb-1 (rolling restart); touches no other host",
    );
  });

  it("do not follow from changed code, nor from the hash that an older program had", () => {
    for (const hashes of [
      { SETTINGS_HASH: old, FORMER_HASH: another },
      { SETTINGS_HASH: next, FORMER_HASH: old },
    ]) {
      expect(lineOf(restartSteps("jvb-0", old, hashes))).toBe(
        "runs steps again on jvb-0; restarts nothing",
      );
    }
  });

  it("are read of the steps that an older program had for each, whatever these carried", () => {
    const formerly = [
      { stdin: `STEP='web/out'\nSETTINGS_HASH='${old}'\nset -euo pipefail` },
      stdin({ SETTINGS_HASH: old }),
      { stdin: JSON.stringify({ version: 1, bridge: {}, settingsHash: old, formerHash: another }) },
    ];
    for (const before of formerly) {
      const line = (settings: string, former: string): string =>
        lineOf(
          command("update", "jvb-0-files", { stdin: "[secret]" }, filesText(settings, former)),
          command("delete", "jvb-0-out", before),
          command("create", "restart"),
        );
      expect(line(old, another)).toContain("restarts nothing");
      expect(line(next, old)).toContain("restarts nothing");
      expect(line(next, another)).toBe(
        "restarts bridge jvb-0 (rolling restart); touches no other host",
      );
    }
  });

  it("are read of a preview by the program before, whose comment is made by today's", () => {
    const of = (SETTINGS_HASH: string, FORMER_HASH: string) =>
      stdin({ SETTINGS_HASH, FORMER_HASH });
    const line = (after: Readonly<Record<string, unknown>>): string =>
      lineOf(
        command("update", "jvb-0-files", { stdin: "[secret]", create: "jitsi-hetzner jvb/files" }),
        command("update", "jvb-0-out", of(old, another), after),
      );
    expect(line(of(next, another))).toContain("restarts bridge jvb-0 (rolling restart)");
    expect(line(of(next, old))).toContain("restarts nothing");
    expect(line(stdin())).toContain("may restart bridge jvb-0");
  });

  it("are due where an earlier run wrote the settings and was interrupted before the restart", () => {
    const before = { "jvb-0": old, "jvb-1": old };
    expect(lineOf(restartList(before, { "jvb-0": [next, another], "jvb-1": [next, old] }))).toBe(
      "restarts bridge jvb-0 (rolling restart); touches no other host",
    );
  });

  it("do not follow from another list of bridges", () => {
    const list = restartList(
      { "jvb-0": old, "jvb-1": next },
      { "jvb-0": [old, another], "jvb-2": [next, another] },
    );
    expect(lineOf(list)).not.toContain("restarts bridge");
  });

  it("are certain with another account", () => {
    expect(
      lineOf(
        objectStep(
          "create",
          "random:index/randomPassword:RandomPassword",
          "web-account-v2-password",
        ),
        command("create", "web-account-v2"),
        restartSteps("jvb-0", old),
      ),
    ).toBe("restarts bridge jvb-0 (rolling restart); runs steps again on web");
  });

  it("may come where the engine's call has no text yet, because it is not known before the run", () => {
    const call = (...others: readonly ChangeStep[]): string =>
      lineOf(command("update", "jvb-0-files", filesText(old), {}), ...others);
    expect(call()).toContain("may restart bridge jvb-0");
    expect(call(command("update", "web-configure"))).toContain(
      "restarts bridge jvb-0 (rolling restart) only if the web host reports",
    );
  });

  it("depend on what the web host prints where steps run there that print it", () => {
    expect(lineOf(command("update", "web-configure"), restartSteps("jvb-0", old))).toBe(
      "restarts bridge jvb-0 (rolling restart) only if the web host reports another Jitsi version or certificate; runs steps again on web and jvb-0",
    );
  });

  it("come with another version of Jitsi, unless the hosts have it", () => {
    const version = (was: string, is: string): ChangeStep =>
      command("update", "web-version", stdin({ JITSI_VERSION: was }), stdin({ JITSI_VERSION: is }));
    const restart = restartSteps("jvb-0", old);
    expect(lineOf(version("", "2.0.10888-1"), restart)).toBe(
      "changes the Jitsi version where it is another one: jicofo and prosody restart, then bridge jvb-0 (rolling restart); runs steps again on web and jvb-0",
    );
    expect(lineOf(version("2.0.10888-1", ""), restart)).toContain("only if the web host reports");
  });

  it("are possible where nothing tells", () => {
    expect(lineOf(restartSteps("jvb-0", old))).toBe(
      "may restart bridge jvb-0 (rolling restart); runs steps again on jvb-0",
    );
  });
});
