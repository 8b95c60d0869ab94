/** One entry of a zone file: a directive or a record, over as many lines as its parentheses hold. */
export interface ZonefileEntry {
  /** Of its beginning, from 1 on. */
  readonly line: number;
  /** Whether it begins with a blank, and so is about the owner before. */
  readonly indented: boolean;
  /** Words as they were written, with their quotes and escapes. */
  readonly words: readonly string[];
  /** What follows the `;` on its last line, without the blanks around it. */
  readonly comment: string;
}

/** What is wrong with a zone file, and where. */
export class ZonefileError extends Error {
  constructor(
    readonly line: number,
    reason: string,
  ) {
    super(`line ${line.toString()}: ${reason}`);
  }
}

const quoted = String.raw`"(?:[^"\\\p{Cc}]|\\\P{Cc})*"`;
const plain = String.raw`[^\s\p{Cc};()"\\]|\\\P{Cc}`;
/** Blanks, the end of a line, a comment, a parenthesis, or a word, which may have quotes in it: `alpn="h2"`. */
const lexeme = new RegExp(
  String.raw`(?<blank>[ \t\r]+)|(?<end>\n)|;(?<comment>[^\n]*)|(?<bracket>[()])|(?<word>(?:${plain}|${quoted})+)`,
  "uy",
);

/**
 * Takes a zone file apart by the rules of RFC 1035, section 5.1.
 *
 * @throws ZonefileError for a quote or parenthesis without its other half, and for control characters
 */
export function zonefileEntries(text: string): ZonefileEntry[] {
  const entries: ZonefileEntry[] = [];
  let line = 1;
  let open = false;
  let entry = emptyEntry(line);
  const end = () => {
    if (entry.words.length > 0) entries.push(entry);
    entry = emptyEntry(line);
  };
  lexeme.lastIndex = 0;
  for (let at = 0; at < text.length; at = lexeme.lastIndex) {
    const found = lexeme.exec(text)?.groups;
    if (!found)
      throw new ZonefileError(line, "has an open quote or a character that cannot be here");
    const { blank, end: newline, comment, bracket, word } = found;
    if (blank !== undefined && !open && startsLine(text, at)) entry.indented = true;
    if (word !== undefined) entry.words.push(word);
    // A comment inside of parentheses explains a part of the record, not the record.
    if (comment !== undefined && !open) entry.comment = comment.trim();
    if (bracket !== undefined) {
      if (open === (bracket === "(")) throw new ZonefileError(line, `has a '${bracket}' too many`);
      open = bracket === "(";
    }
    if (newline !== undefined) {
      line++;
      if (!open) end();
    }
  }
  if (open) throw new ZonefileError(entry.line, "has a '(' that is never closed");
  end();
  return entries;
}

function emptyEntry(line: number) {
  return { line, indented: false, words: new Array<string>(), comment: "" };
}

function startsLine(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === "\n";
}
