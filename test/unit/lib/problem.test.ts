import { formatProblems, type Problem } from "../../../lib/problem";

describe("formatProblems", () => {
  it("gives each problem its key, its reason and, on a line of its own, the command", () => {
    const problems: Problem[] = [
      { key: "domain", reason: "is not set", fix: "pulumi config set domain meet.example.org" },
      { reason: "There is no token", fix: "export HCLOUD_TOKEN=..." },
    ];
    expect(formatProblems("Two problems:", problems).split("\n")).toEqual([
      "Two problems:",
      "  domain is not set:",
      "      pulumi config set domain meet.example.org",
      "  There is no token:",
      "      export HCLOUD_TOKEN=...",
    ]);
  });
});
