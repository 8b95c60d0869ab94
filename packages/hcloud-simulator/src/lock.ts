import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";

/**
 * Locks a state until this process ends. The lock is a name in Linux's abstract socket namespace
 * (unix(7)): the kernel gives it to one process only and releases it when the process ends, also
 * after kill -9.
 *
 * @param path of the state; its folder is created if it is missing
 * @returns a function that releases the lock
 * @throws Error when another process has the state open
 */
export async function lockState(path: string): Promise<() => Promise<void>> {
  mkdirSync(dirname(path), { recursive: true });
  const real = join(realpathSync(dirname(path)), basename(path));
  const digest = createHash("sha256").update(real).digest("hex");
  const holder = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    holder.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `the state ${path} is open in another process; end that process first, or use another state`,
            )
          : error,
      );
    });
    holder.listen({ path: `\0hcloud-simulator-state-${digest}` }, resolve);
  });
  // The lock alone must not keep the process running.
  holder.unref();
  return () =>
    new Promise((resolve) => {
      holder.close(() => {
        resolve();
      });
    });
}
