import { gunzipSync, gzipSync, strFromU8, strToU8 } from "fflate";

/**
 * A text as base64 of gzip. The same text gives the same result on each machine. That of node:zlib depends on the processor
 * and the version of Node.js, and a host with other user data is replaced at the next `roll`.
 */
export function packText(text: string): string {
  return Buffer.from(gzipSync(strToU8(text), { level: 9, mtime: 0 })).toString("base64");
}

/** @throws if it is not base64 of gzip. */
export function unpackText(packed: string): string {
  return strFromU8(gunzipSync(Buffer.from(packed, "base64")));
}

/** base64 of gzip, by the first three bytes of gzip. */
const packedParts = /H4sI[A-Za-z0-9+/]{24,}={0,2}/g;

/** The text with all that is packed in it in plain. What only looks packed stays as it is. */
export function withPartsUnpacked(text: string): string {
  return text.replace(packedParts, (found) => {
    try {
      return unpackText(found);
    } catch {
      return found;
    }
  });
}
