import { readFileSync } from "node:fs";
import { ConfigError } from "./config/settings";

/**
 * The text of acmeCaFile.
 *
 * @param path relative to the folder of the project; `undefined` if it is not set
 * @throws ConfigError if the file cannot be read, or has no certificate
 */
export function readAuthority(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const fix = "pulumi config set acmeCaFile FILE";
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      { key: "acmeCaFile", reason: `is "${path}", which cannot be read (${code})`, fix },
    ]);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  const reason = `is "${path}", which has no certificate in PEM (-----BEGIN CERTIFICATE-----)`;
  throw new ConfigError([{ key: "acmeCaFile", reason, fix }]);
}
