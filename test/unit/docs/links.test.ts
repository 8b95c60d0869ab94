import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { anchorsOf, linksOf, mentionsOf, type Link } from "./markdown";

const root = join(__dirname, "../../..");
const sources = new Set([".ts", ".mjs", ".js", ".sh", ".hbs", ".yml", ".yaml", ".md", ""]);

/** Files below a folder, without dependencies, hidden folders (but .github) and what runs leave behind. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isSkipped = entry.name === "node_modules" || /^\.(?!github$)/.test(entry.name);
      return isSkipped ? [] : filesBelow(path);
    }
    return entry.isFile() ? [path] : [];
  });
}

/** Why a link leads nowhere; `undefined` where it leads somewhere. */
function problem(target: string, anchor: string): string | undefined {
  if (!existsSync(target)) return "no such file";
  if (anchor === "" || extname(target) !== ".md") return undefined;
  return anchorsOf(readFileSync(target, "utf8")).includes(anchor) ? undefined : "no such heading";
}

/** The links of some files that lead nowhere, as `FILE: LINK: why`. */
function broken(
  files: readonly string[],
  find: (text: string) => readonly Link[],
  baseOf: (file: string) => string,
): string[] {
  return files.flatMap((file) =>
    find(readFileSync(file, "utf8")).flatMap(({ path, anchor }) => {
      const target = path === "" ? file : join(baseOf(file), path);
      const why = problem(target, anchor);
      const link = anchor === "" ? path : `${path}#${anchor}`;
      return why === undefined ? [] : [`${relative(root, file)}: ${link}: ${why}`];
    }),
  );
}

const files = filesBelow(root);
const pages = files.filter((file) => file.endsWith(".md"));

describe("a page's links", () => {
  it("are found outside of code, without those to other sites", () => {
    const page =
      'See [a](b.md#c), [d](#e) and [f](https://example.org/g.md "h"), not `[i](j.md)`.\n```\n[k](l.md)\n```\n';
    expect(linksOf(page)).toEqual([
      { path: "b.md", anchor: "c" },
      { path: "", anchor: "e" },
    ]);
  });

  it("lead to files and headings that exist", () => {
    expect(pages.map((page) => relative(root, page))).toEqual(
      expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/scale.md"]),
    );
    expect(broken(pages, linksOf, dirname)).toEqual([]);
  });
});

describe("a heading's anchor", () => {
  it("is GitHub's", () => {
    const page =
      "# Repair a host: `npm run repair`\n## The web host's size\n## Same\n## Same\n```\n# no heading\n```\n";
    expect(anchorsOf(page)).toEqual([
      "repair-a-host-npm-run-repair",
      "the-web-hosts-size",
      "same",
      "same-1",
    ]);
  });
});

describe("the pages that code and messages name", () => {
  it("are found with their headings", () => {
    expect(mentionsOf('"see docs/scale.md#add-bridges", docs/restore.md, docs/generate/')).toEqual([
      { path: "docs/scale.md", anchor: "add-bridges" },
      { path: "docs/restore.md", anchor: "" },
    ]);
  });

  it("exist, and so do the headings", () => {
    const named = files.filter((file) => sources.has(extname(file)) && file !== __filename);
    expect(named.length).toBeGreaterThan(pages.length);
    expect(broken(named, mentionsOf, () => root)).toEqual([]);
  });
});
