import { parsePreview } from "../../../../tools/previewSummary/preview";
import { marker, summarize } from "../../../../tools/previewSummary/summarize";
import { recorded, step } from "./previews";

const summaryOf = (name: string): string => summarize(parsePreview(recorded(name)));

describe("the preview summary", () => {
  it.each([
    ["scale-up", "**40 to create, 0 to replace, 0 to delete**, 2 to update", "**+139.98 EUR"],
    ["scale-down", "**0 to create, 0 to replace, 40 to delete**, 2 to update", "**−139.98 EUR"],
    ["replace", "**0 to create, 9 to replace, 0 to delete**, 9 to update", "**±0.00 EUR"],
    ["type", "**No changes.** 85 unchanged.", "**±0.00 EUR"],
    ["type-and-scale", "**20 to create, 0 to replace, 0 to delete**, 2 to update", "**+100.99 EUR"],
    ["firewall-rule", "**0 to create, 0 to replace, 0 to delete**, 1 to update", "**±0.00 EUR"],
    ["destroy", "**0 to create, 0 to replace, 85 to delete**", "**−145.97 EUR"],
  ])("puts counts and cost of %s up front", (name, headline, cost) => {
    const lines = summaryOf(name).split("\n");
    expect(lines[0]).toBe(marker);
    expect(lines[4]).toContain(headline);
    expect(summaryOf(name)).toContain(`Cost: ${cost} a month**`);
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
