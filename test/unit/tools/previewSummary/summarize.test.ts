import { parsePreview } from "../../../../tools/previewSummary/preview";
import { hostsOf, marker, summarize } from "../../../../tools/previewSummary/summarize";
import { recorded, recordings, step } from "./previews";

const summaryOf = (name: string): string => summarize(parsePreview(recorded(name)));

describe("the preview summary", () => {
  it.each([
    [
      "scale-up",
      "adds bridges jvb-2 and jvb-3 (cpx42, fsn1); touches no other host, but for the list of bridges on web",
    ],
    [
      "scale-down",
      "removes bridges jvb-2 and jvb-3 (cpx42, fsn1), drained first; touches no other host, but for the list of bridges on web",
    ],
    [
      "local-bridge",
      "adds the bridge on the web host; removes bridges jvb-0 and jvb-1 (cpx42, fsn1), drained first; touches no other host, but for the list of bridges on web",
    ],
    [
      "replace",
      "replaces bridge jvb-1 (cpx42, fsn1), drained first; touches no other host, but for the list of bridges on web",
    ],
    ["type", "changes nothing"],
    [
      "type-and-scale",
      "adds bridge jvb-2 (cpx52, fsn1); touches no other host, but for the list of bridges on web",
    ],
    ["heap", "restarts bridges jvb-0 and jvb-1 (rolling restart); touches no other host"],
    ["jicofo-heap", "restarts jicofo on web, and open meetings reload; touches no other host"],
    ["account", "restarts bridges jvb-0 and jvb-1 (rolling restart); runs steps again on web"],
    [
      "version",
      "changes the Jitsi version where it is another one: jicofo and prosody restart, then bridges jvb-0 and jvb-1 (rolling restart); runs steps again on web, jvb-0 and jvb-1",
    ],
    ["host-code", "runs steps again on web, jvb-0 and jvb-1; restarts nothing"],
    [
      "web-code",
      "restarts bridges jvb-0 and jvb-1 (rolling restart) only if the web host reports another Jitsi version or certificate; runs steps again on web, jvb-0 and jvb-1",
    ],
    ["drain-timeout", "writes the policy of drains on web; restarts nothing"],
    ["firewall-rule", "changes firewalls; touches no host"],
    [
      "destroy",
      "removes the web host (cx23, fsn1) and bridges jvb-0 and jvb-1 (cpx42, fsn1): all meetings end",
    ],
  ])("begins with what %s does to hosts", (name, line) => {
    const lines = summaryOf(name).split("\n");
    expect([lines[0], lines[4]]).toEqual([marker, `**${line}**`]);
  });

  it.each([
    ["scale-up", "30 to create, 0 to replace, 0 to delete, 4 to update", "+139.98 EUR"],
    ["scale-down", "0 to create, 0 to replace, 30 to delete, 4 to update", "−139.98 EUR"],
    ["replace", "0 to create, 8 to replace, 0 to delete, 7 to update", "±0.00 EUR"],
    ["type-and-scale", "15 to create, 0 to replace, 0 to delete, 4 to update", "+100.99 EUR"],
    ["firewall-rule", "0 to create, 0 to replace, 0 to delete, 1 to update", "±0.00 EUR"],
    ["destroy", "0 to create, 0 to replace, 85 to delete", "−145.97 EUR"],
  ])("folds the resources of %s away, with their counts", (name, counts, cost) => {
    expect(summaryOf(name)).toContain(`<details><summary>Resources: ${counts}`);
    expect(summaryOf(name)).toContain(`Cost: **${cost} a month**`);
  });

  it("counts what stays, where nothing changes", () => {
    expect(summaryOf("type")).toMatch(/^Resources: 0 to create, .* 0 to update, \d+ unchanged\.$/m);
    expect(summaryOf("type")).toContain("Cost: **±0.00 EUR a month**");
  });

  it("says the same as the program, and says it once", () => {
    for (const name of recordings.filter((one) => !["config-error", "destroy"].includes(one))) {
      const preview = parsePreview(recorded(name));
      const said = preview.diagnostics.map(({ message }) => message.trim());
      expect([name, said]).toEqual([
        name,
        expect.arrayContaining([`This ${hostsOf(preview) ?? ""}`]) as string[],
      ]);
      expect(summaryOf(name)).not.toContain(`This ${hostsOf(preview) ?? ""}`);
    }
  });

  it("claims nothing about hosts where the preview failed or its steps cannot be read", () => {
    expect(hostsOf(parsePreview(recorded("config-error")))).toBeUndefined();
    const unreadable = { steps: [{ op: "delete" }], changeSummary: { delete: 1 } };
    expect(hostsOf(parsePreview(JSON.stringify(unreadable)))).toBeUndefined();
  });

  it("warns of each server that is deleted or replaced, and of nothing else", () => {
    const warned = (name: string): string[] =>
      [...summaryOf(name).matchAll(/^> This (.+)\.$/gm)].map(([, line = ""]) => line);
    expect(warned("scale-down")).toEqual([
      "deletes the server `jitsi-jvb-2` (cpx42)",
      "deletes the server `jitsi-jvb-3` (cpx42)",
    ]);
    expect(warned("replace")).toEqual(["replaces the server `jitsi-jvb-1` (cpx42)"]);
    expect(warned("destroy")).toHaveLength(3);
    for (const name of ["scale-up", "firewall-rule", "type", "unchanged"]) {
      expect(warned(name)).toEqual([]);
    }
  });

  it("warns of a server that is powered off for a new type", () => {
    const update = { ...step("update", "cpx52"), diffReasons: ["serverType"] };
    expect(summarize(parsePreview(JSON.stringify({ steps: [update] })))).toContain(
      "> This powers off the server `jitsi-jvb-0` () to change its type.",
    );
  });

  it("shows a failed preview's reason instead of counts", () => {
    const text = summaryOf("config-error");
    expect(text).toContain("**The preview failed.**");
    expect(text).toContain('jvbCount is "two", but must be a whole number from 0 to 90:');
    expect(text).not.toMatch(/to create|Cost/);
  });

  it("shows no value of a resource but a server's type", () => {
    // The provider's own data holds the user data, and in it a key that the engine does not know as a secret.
    const secrets = {
      userData: "#cloud-config\nBEGIN PRIVATE KEY c2VjcmV0",
      ipv4Address: "198.18.0.16",
      __meta: '{"user_data":"c2VjcmV0"}',
      serverType: "cpx42",
    };
    const recording = JSON.parse(recorded("replace")) as {
      steps: Record<string, object | undefined>[];
    };
    for (const one of recording.steps) {
      for (const state of ["oldState", "newState"]) {
        if (one[state] !== undefined)
          Object.assign(one[state], { inputs: secrets, outputs: secrets });
      }
    }
    const text = summarize(parsePreview(JSON.stringify(recording)));
    expect(text).toContain("jitsi-jvb-1");
    expect(text).toContain("cpx42");
    expect(text).not.toMatch(/c2VjcmV0|cloud-config|198\.18/);
  });

  it("leaves no way to put Markdown, HTML or a mention into a comment", () => {
    const evil = "`</details>@everyone [x](http://evil)|<img src=x>";
    const text = summarize(
      parsePreview(
        JSON.stringify({
          steps: [step("create", evil, evil), { ...step("delete", evil, evil) }],
          diagnostics: [{ severity: "error", message: "```\n@everyone" }],
          changeSummary: { create: "<b>", delete: 1 },
        }),
      ),
      evil,
    );
    expect(text.replace(/````text\n[^]*?\n````/, "")).not.toMatch(/@|<img|\]\(|<b>/);
    expect(text).toContain("````text\n```\n@everyone\n````");
  });

  it("fits into a comment, however long the preview is", () => {
    const steps = Array.from({ length: 3000 }, (_, i) => step("create", "cpx42", `bridge-${i}`));
    expect(summarize(parsePreview(JSON.stringify({ steps }))).length).toBeLessThan(65_536);
  });
});
