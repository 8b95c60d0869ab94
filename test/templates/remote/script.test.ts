import { remoteScript, type ScriptName } from "../../../remote/script";
import { scriptFixtures } from "../fixtures";
import { run } from "../support";

const scripts = Object.keys(scriptFixtures) as ScriptName[];

describe("remoteScript", () => {
  it.each(scripts)("gives clean shell, with values and libraries: %s", (name) => {
    const text = remoteScript(name, scriptFixtures[name] as never);
    // What a library offers and one script does not use is no mistake here (SC2034, SC2317), nor is what a value
    // looks like (SC2016).
    const options = ["-s", "bash", "-e", "SC2034,SC2317,SC2016", "-"];
    expect(run("shellcheck", options, text)).toBe("ok\n");
  });
});
