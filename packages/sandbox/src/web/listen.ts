import type { Server } from "node:http";

/** Resolves to the port: the given one, or a free one where it is 0. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Ends the connections too. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The error of a server that never listened can be ignored, because there is nothing to close.
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
