import { maxComment, maxTtl, minTtl, relativeName, rrsetTypes } from "./rrsetRecords";
import { zonefileEntries, ZonefileError, type ZonefileEntry } from "./zonefileTokens";

export interface ZonefileRecord {
  readonly line: number;
  /** Relative to the zone and in lower case, `@` for its apex. */
  readonly name: string;
  /** In seconds; null for the default of the zone. */
  readonly ttl: number | null;
  readonly type: string;
  /** In the API's form: single spaces between words, texts in quotes. */
  readonly value: string;
  readonly comment: string;
}

export interface ParsedZonefile {
  /** The value of `$TTL` in seconds. */
  readonly ttl?: number;
  readonly records: readonly ZonefileRecord[];
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};
const duration = /^(\d{1,10}|(\d{1,10}[smhdw])+)$/i;
const classes = ["IN", "CH", "HS", "CS"];

/**
 * Reads the zone file of a zone (RFC 1035, with `$TTL` of RFC 2308), as far as Hetzner supports it:
 * `$ORIGIN` can only be the zone itself, there is no `$INCLUDE`, and all records have the class IN.
 * The values of records are not checked here.
 *
 * @param zone its name without the trailing dot
 * @throws ZonefileError
 */
export function parseZonefile(text: string, zone: string): ParsedZonefile {
  const records: ZonefileRecord[] = [];
  let ttl: number | undefined;
  for (const entry of zonefileEntries(text)) {
    const [first = "", argument, ...more] = entry.words;
    if (!first.startsWith("$") || entry.indented) {
      records.push(readRecord(entry, zone, records.at(-1)?.name));
      continue;
    }
    const directive = first.toUpperCase();
    if (directive !== "$ORIGIN" && directive !== "$TTL")
      throw new ZonefileError(entry.line, `${shortened(first)} is not supported`);
    if (argument === undefined || more.length > 0)
      throw new ZonefileError(entry.line, `${directive} takes one value`);
    if (directive === "$ORIGIN") checkOrigin(entry.line, argument, zone);
    else if (ttl !== undefined) throw new ZonefileError(entry.line, "$TTL is set a second time");
    else ttl = readTtl(entry.line, argument);
  }
  return { records, ...(ttl !== undefined && { ttl }) };
}

function checkOrigin(line: number, origin: string, zone: string): void {
  if (origin.toLowerCase() !== `${zone}.`)
    throw new ZonefileError(line, `$ORIGIN must be the zone's name with a dot: ${zone}.`);
}

function readRecord(
  entry: ZonefileEntry,
  zone: string,
  before: string | undefined,
): ZonefileRecord {
  const { line, indented, comment } = entry;
  const words = [...entry.words];
  const name = indented ? before : ownerName(line, words.shift() ?? "", zone);
  if (name === undefined)
    throw new ZonefileError(line, "has no name, and no record before it has one");
  let ttl: number | null = null;
  let classSeen = false;
  for (;;) {
    const word = words[0] ?? "";
    if (ttl === null && duration.test(word)) ttl = readTtl(line, word);
    else if (!classSeen && classes.includes(word.toUpperCase())) classSeen = isInternet(line, word);
    else break;
    words.shift();
  }
  const type = words.shift()?.toUpperCase();
  if (type === undefined) throw new ZonefileError(line, "has no type and no value");
  if (!rrsetTypes.some((known) => known === type))
    throw new ZonefileError(line, `${shortened(type)} is not a record type`);
  if (words.length === 0) throw new ZonefileError(line, "has no value");
  if (comment.length > maxComment)
    throw new ZonefileError(line, `has a comment of more than ${maxComment} characters`);
  return { line, name, ttl, type, value: valueOf(type, words), comment };
}

function isInternet(line: number, word: string): true {
  if (word.toUpperCase() === "IN") return true;
  throw new ZonefileError(line, `has the class ${word}; only IN is allowed`);
}

/** @throws ZonefileError for an invalid name */
function ownerName(line: number, written: string, zone: string): string {
  const name = written.toLowerCase();
  const relative =
    name === `${zone}.` ? "@" : name.endsWith(`.${zone}.`) ? name.slice(0, -zone.length - 2) : name;
  if (relative.length <= 253 && relativeName.test(relative)) return relative;
  const outside = name.endsWith(".") ? `; the zone is ${zone}.` : "";
  throw new ZonefileError(line, `${shortened(written)} is not a name in this zone${outside}`);
}

function readTtl(line: number, text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds >= minTtl && seconds <= maxTtl) return seconds;
  throw new ZonefileError(
    line,
    `${shortened(text)} is not a TTL; allowed: ${minTtl} to ${maxTtl} seconds`,
  );
}

/** Duration in seconds. The text is a number or has units like in BIND: 1h30m. */
export function durationSeconds(text: string): number | undefined {
  if (!duration.test(text)) return undefined;
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ""] ?? 1),
    0,
  );
}

/** Zone files can omit the quotes of texts without spaces; the API always writes them. */
function valueOf(type: string, words: readonly string[]): string {
  const isText = (index: number) => type === "TXT" || (type === "CAA" && index === 2);
  return words
    .map((word, index) => (isText(index) && !word.startsWith('"') ? `"${word}"` : word))
    .join(" ");
}

/** A word of the file, shortened for an error message. */
function shortened(word: string): string {
  return `'${word.length > 80 ? `${word.slice(0, 80)}...` : word}'`;
}
