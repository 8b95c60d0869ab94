import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { UserError } from "../cliSupport";

/** Debian's package with a browser, for messages. */
export const browserPackage = "chromium";

/** Names of browsers that have a window, the preferred one first. */
const withWindow = ["chromium", "google-chrome-stable", "google-chrome", "chromium-browser"];

/** Debian's package with Chromium without a window, and its program. It is enough for pictures and media. */
export const headlessPackage = "chromium-headless-shell";

/**
 * The path of the machine's Chromium or Chrome.
 *
 * @param chosen a path or a name from the command line; by default, the first known browser
 * @param headless whether a browser without a window is enough
 * @throws UserError when there is none, with the command that installs one, or when it is a snap
 */
export function findBrowser(
  chosen: string | undefined,
  headless: boolean,
  path = process.env.PATH ?? "",
): string {
  const names = headless ? [...withWindow, headlessPackage] : withWindow;
  if (chosen !== undefined) {
    const file = executable(chosen, path);
    if (file !== undefined) return refuseSnap(file);
    throw new UserError(
      `there is no program ${chosen}; name the path of a Chromium or Chrome, or leave out --browser`,
    );
  }
  const found = names.map((name) => executable(name, path)).filter((file) => file !== undefined);
  const [usable] = found.filter((file) => !isSnap(file));
  if (usable !== undefined) return usable;
  if (found[0] !== undefined) return refuseSnap(found[0]);
  throw new UserError(
    `this machine has no Chromium or Chrome (looked for ${names.join(", ")}); install one: sudo apt-get install ${browserPackage}`,
  );
}

function executable(name: string, path: string): string | undefined {
  const files = isAbsolute(name) || name.includes("/") ? [name] : [];
  if (files.length === 0) files.push(...path.split(delimiter).map((folder) => join(folder, name)));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return existsSync(file);
    } catch {
      return false;
    }
  });
}

/** Ubuntu's `chromium-browser` is a script that starts the snap, so a snap of that name counts too. */
const isSnap = (file: string): boolean =>
  realpathSync(file).endsWith("/snap") ||
  file.startsWith("/snap/") ||
  (file.endsWith("/chromium-browser") && existsSync("/snap/bin/chromium"));

function refuseSnap(file: string): string {
  if (!isSnap(file)) return file;
  throw new UserError(
    `${file} is a snap, which cannot run in the sandbox's network; install Google Chrome, or name another browser: --browser PATH`,
  );
}
