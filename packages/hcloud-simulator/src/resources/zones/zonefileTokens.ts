/**
 * One entry of a zone file: a directive or a record. Parentheses can spread it over several lines.
 */
export interface ZonefileEntry {
  /** Number of its first line, beginning at 1. */
  readonly line: number;
  /** Whether it begins with a blank and therefore has the owner of the entry before. */
  readonly indented: boolean;
  /** Words as in the file, with their quotes and escapes. */
  readonly words: readonly string[];
  /** The text after `;` on its last line, trimmed. */
  readonly comment: string;
}

/** A problem of a zone file, with its line. */
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
/**
 * Blanks, the end of a line, a comment, a parenthesis, or a word. A word can contain quotes:
 * `alpn="h2"`.
 */
const lexeme = new RegExp(
  String.raw`(?<blank>[ \t\r]+)|(?<end>\n)|;(?<comment>[^\n]*)|(?<bracket>[()])|(?<word>(?:${plain}|${quoted})+)`,
  "uy",
);

/**
 * Splits a zone file into entries (RFC 1035, section 5.1).
 *
 * @throws ZonefileError for an unclosed quote or parenthesis, and for control characters
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
    if (!found) throw new ZonefileError(line, "has an unclosed quote or an invalid character");
    const { blank, end: newline, comment, bracket, word } = found;
    if (blank !== undefined && !open && startsLine(text, at)) entry.indented = true;
    if (word !== undefined) entry.words.push(word);
    // A comment inside parentheses belongs to a part of the record, not to the record.
    if (comment !== undefined && !open) entry.comment = comment.trim();
    if (bracket !== undefined) {
      if (open === (bracket === "("))
        throw new ZonefileError(line, `has one '${bracket}' too many`);
      open = bracket === "(";
    }
    if (newline !== undefined) {
      line++;
      if (!open) end();
    }
  }
  if (open) throw new ZonefileError(entry.line, "has an unclosed '('");
  end();
  return entries;
}

function emptyEntry(line: number) {
  return { line, indented: false, words: new Array<string>(), comment: "" };
}

function startsLine(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === "\n";
}
