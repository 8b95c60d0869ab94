/** A link of a Markdown page to something in this repository. */
export interface Link {
  /** Path as written, relative to the page; empty for the page itself. */
  readonly path: string;
  /** Without the `#`; empty for a link to a whole file. */
  readonly anchor: string;
}

/** A page without its fenced code blocks, which hold neither headings nor links. */
function prose(page: string): string {
  return page.replace(/^(```|~~~).*?^\1.*?$/gms, "");
}

/** The anchors of a page's headings, by GitHub's rule: a repeated heading gets a number. Pure. */
export function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = ""]) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count.toString()}`;
  });
}

/** Lower case, a hyphen for each space, no punctuation; of a link its text alone. */
function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The links of a page, without those to other sites. Code spans hold no links. Pure. */
export function linksOf(page: string): Link[] {
  const text = prose(page).replace(/(`+)(?!`).*?[^`]\1(?!`)/gs, "");
  return [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: +"[^"]*")?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return { path, anchor };
    });
}

/** The pages of docs/ that a source file names, with `#` and a heading or without. Pure. */
export function mentionsOf(source: string): Link[] {
  return [...source.matchAll(/\bdocs\/([a-z][\w-]*\.md)(?:#([\w-]+))?/g)].map(
    ([, file = "", anchor = ""]) => ({ path: `docs/${file}`, anchor }),
  );
}
