import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../templates/fixtures";
import { filesBelow, projectDir } from "../../templates/support";
import { remoteScript, type ScriptName } from "../../../remote/script";
import { bashInScript } from "./bash";

const run = (code: string) => bashInScript("web/policy", { POLICY: "{}" }, code);

describe("a failure on a host", () => {
  it.each([
    ["its output is thrown away", "broken >/dev/null 2>&1"],
    ["its output is taken as a value", 'answer=$(broken 2>&1); result "$answer"'],
    ["it is waited for", "wait_for 1 it broken"],
    ["it happens in the background", "broken >/dev/null & wait $!"],
  ])("is shown where %s", (_, code) => {
    const { status, stdout, stderr } = run(`broken() { fatal "it is broken" "mend it"; }; ${code}`);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/failed on .*: it is broken\n {2}What to do: mend it\n/);
  });

  it("is shown with the messages of what is undone at the end", () => {
    const { stderr } = run(
      "trap 'info \"back in service\"' EXIT; broken() { false; }; broken >/dev/null 2>&1",
    );
    expect(stderr).toMatch(/"false" ended with code 1"?\n/);
    expect(stderr).toContain("back in service");
  });

  it("is shown where a note cannot be written", () => {
    const paths = { "/var/lib/jitsi-hetzner": "/proc/nowhere" };
    const { status, stderr } = bashInScript(
      "web/drain",
      scriptFixtures["web/drain"],
      'use_bridge b0 jvb-1 10.0.0.3; write_quietly "$registry/x" 0644 root:root text',
      paths,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/mkdir: cannot create directory/);
    expect(stderr).toMatch(/failed on .*: "mkdir -p/);
  });
});

/** Bodies of a script's functions, by their names. */
function functionsOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", body = ""] of text.matchAll(/^(\w+)\(\) \{\n(.*?)^\}/gms)) {
    found.set(name, body.replace(/^\s*#.*$/gm, ""));
  }
  return found;
}

/** Names of the functions that may end in `fatal`. */
function failing(functions: ReadonlyMap<string, string>): Set<string> {
  const names = new Set(["fatal"]);
  for (let size = 0; size !== names.size;) {
    size = names.size;
    for (const [name, body] of functions) {
      if (
        [...names].some((called) =>
          new RegExp(`(?<![\\w"'$./-])${called}(?![\\w"'=./-])`).test(body),
        )
      ) {
        names.add(name);
      }
    }
  }
  return names;
}

/** Calls of such functions around which output goes nowhere, or into a value together with errors. */
function swallowing(text: string): string[] {
  const functions = functionsOf(text);
  const names = [...failing(functions)].join("|");
  const call = new RegExp(
    `(?:^|[\\s(!{;&|])(?:${names})(?: [^|;&\\n]*?)? (?:\\d?>>?|&>) ?(?:/dev/null|&[12])`,
    "m",
  );
  return [...functions].filter(([, body]) => call.test(body)).map(([name]) => name);
}

describe("scripts for hosts", () => {
  it("redirect no function that may fail", () => {
    const found: [string, string[]][] = (Object.keys(scriptFixtures) as ScriptName[]).map(
      (name): [string, string[]] => {
        const text = remoteScript(name, scriptFixtures[name] as never);
        return [name, swallowing(text.slice(text.indexOf("\n#!/bin/bash")))];
      },
    );
    const installer = readFileSync(join(projectDir, "cloud-init/install.sh"), "utf8");
    found.push(["cloud-init/install", swallowing(installer)]);
    expect(filesBelow("cloud-init").filter((file) => file.endsWith(".sh"))).toEqual(["install.sh"]);
    expect(found.filter(([, names]) => names.length !== 0)).toEqual([]);
  });

  it("would be caught with one", () => {
    const script = (line: string): string => `inner() {\n  fatal x\n}\nouter() {\n  ${line}\n}\n`;
    const caught = (line: string): boolean => swallowing(script(line)).includes("outer");
    expect(
      ["inner a b >/dev/null", "if ! x=$(inner 2>&1); then", "inner &>/dev/null || true"].map(
        caught,
      ),
    ).toEqual([true, true, true]);
    expect(["inner a", "curl >/dev/null || inner", 'printf "%s" x >/dev/null'].map(caught)).toEqual(
      [false, false, false],
    );
  });
});
