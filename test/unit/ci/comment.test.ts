import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runText } from "./workflows";

interface Comment {
  readonly id: number;
  readonly type: "Bot" | "User";
  readonly body: string;
}

describe("ci/comment.sh", () => {
  const marker = "<!-- jitsi-hetzner preview -->";
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "comment-"));
    symlinkSync(join(root, "ci"), join(dir, "ci"));
    writeFileSync(join(dir, "summary.md"), `${marker}\n\ntext\n`);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** The call that writes, where the pull request has these comments. GitHub's own filter runs over them. */
  function written(comments: readonly Comment[]): string {
    const page = comments.map(({ id, type, body }) => ({ id, user: { type }, body }));
    writeFileSync(join(dir, "comments.json"), JSON.stringify(page));
    const gh = 'if [[ $2 == --paginate ]]; then exec jq -r "${!#}" comments.json; fi';
    const ran = runText(dir, "ci/comment.sh o/r 5 summary.md", { gh });
    expect([ran.code, ran.calls.length]).toEqual([0, 2]);
    return ran.calls.at(-1) ?? "";
  }

  const create =
    "gh api --method POST repos/o/r/issues/5/comments --field body=@summary.md --silent";

  it("writes a comment where there is none", () => {
    expect(written([])).toBe(create);
  });

  it("edits its comment, the first one of a bot with the marker", () => {
    const comments: Comment[] = [
      { id: 8, type: "Bot", body: "<!-- other -->\ntext" },
      { id: 9, type: "Bot", body: `${marker}\nold text` },
      { id: 10, type: "Bot", body: `${marker}\nolder text` },
    ];
    expect(written(comments)).toBe(
      "gh api --method PATCH repos/o/r/issues/comments/9 --field body=@summary.md --silent",
    );
  });

  it.each<[string, Comment]>([
    ["a person's, who may edit it", { id: 8, type: "User", body: `${marker}\ntext` }],
    ["one that only quotes the marker", { id: 8, type: "Bot", body: `text\n${marker}` }],
    ["one with more in its first line", { id: 8, type: "Bot", body: `${marker} text` }],
  ])("leaves other comments alone: %s", (_, comment) => {
    expect(written([comment])).toBe(create);
  });
});
