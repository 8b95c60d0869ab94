import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/**
 * Sends a file as the answer: 404 if it does not exist, 304 if the client already has this version.
 *
 * @param lastModified time from the origin; default: the file's own time
 */
export async function sendFile(
  response: ServerResponse,
  path: string,
  lastModified?: string,
): Promise<void> {
  const request = response.req;
  const info = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (info?.isFile() !== true) {
    response.writeHead(404, { "content-type": "text/plain" }).end("404 no such file\n");
    return;
  }
  const modified = lastModified ?? info.mtime.toUTCString();
  if (request.headers["if-modified-since"] === modified) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    "content-length": info.size,
    "content-type": "application/octet-stream",
    "last-modified": modified,
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(path), response);
}
