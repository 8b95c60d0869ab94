/**
 * Reads a setting that is a list of texts. Pulumi hands over JSON for a list in the YAML file, and the text itself after
 * `pulumi config set KEY TEXT`, which may be JSON too: `'["203.0.113.0/24"]'`, or `203.0.113.0/24,2001:db8::/32`.
 *
 * @param raw an empty text is the empty list
 * @param separator between the items of a text that is not JSON
 * @returns `undefined` if the text is JSON, but not a list of texts
 */
export function parseTextList(raw: string, separator: "," | "\n"): readonly string[] | undefined {
  const text = raw.trim();
  if (text === "") return [];
  if (!/^[[{"]/.test(text)) {
    return text
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    return isList ? value.map((item) => item.trim()) : undefined;
  } catch {
    return undefined;
  }
}
