import type { ChangeStep } from "../../../../lib/changes/changeStep";
import { hostChanges } from "../../../../lib/changes/hostChanges";
import { hostsLine } from "../../../../lib/changes/hostsLine";
import { command, objectStep, restartSteps, stdin } from "./support/steps";

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

  it("are read of an older program's steps, which carry their script", () => {
    const script = { stdin: `STEP='web/out'\nSETTINGS_HASH='${old}'\nset -euo pipefail` };
    const update = (SETTINGS_HASH: string, FORMER_HASH: string): ChangeStep =>
      command("update", "jvb-0-out", script, stdin({ SETTINGS_HASH, FORMER_HASH }));
    expect(lineOf(update(next, old))).toContain("restarts nothing");
    expect(lineOf(update(next, another))).toContain("restarts bridge jvb-0 (rolling restart)");
  });

  it("are read of the typed verbs' JSON, also where the program before had values", () => {
    const typed = (settingsHash: string, formerHash: string) => ({
      stdin: JSON.stringify({ version: 1, bridge: {}, settingsHash, formerHash }),
    });
    const update = (before: object, after: object): string =>
      lineOf(command("update", "jvb-0-out", { ...before }, { ...after }));
    for (const before of [typed(old, another), stdin({ SETTINGS_HASH: old })]) {
      expect(update(before, typed(next, old))).toContain("restarts nothing");
      expect(update(before, typed(next, another))).toContain("restarts bridge jvb-0 (rolling");
    }
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
