import { chownSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { browserAccount } from "../browser/account";
import { checkDomain } from "../browser/domain";
import { displayOf } from "../browser/display";
import { findBrowser } from "../browser/find";
import { browserCommand, control } from "../browser/launch";
import { runInteractive, UserError, type Log } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { checkRoom } from "../participants";
import { demoConfig } from "./demo";
import { requirePlaces } from "./from";

export interface BrowserOptions {
  readonly domain: string;
  readonly screenshot?: string;
  /** Seconds between the loaded page and the picture. */
  readonly wait: string;
  readonly fakeMedia: boolean;
  readonly browser?: string;
}

/** `sandbox browser`: a browser with the sandbox's names and certificate authority. */
export function browserSubcommand(sandbox: () => RunningSandbox, log: Log): Command {
  return new Command("browser")
    .description(
      "open the machine's Chromium or Chrome on the cluster, with the sandbox's names and certificate authority",
    )
    .argument("[room]", "room of a meeting; without it, the start page")
    .option("--screenshot <file>", "without a window: write a picture of the page (PNG)")
    .option("--wait <seconds>", "seconds between the loaded page and the picture, 0 to 60", "2")
    .option("--fake-media", "a camera and a microphone that make a picture and a tone", false)
    .option("--domain <name>", "domain of the cluster", demoConfig.domain)
    .option("--browser <path>", "path or name of the browser")
    .action(async (room: string | undefined, options: BrowserOptions) => {
      process.exitCode = await openBrowser(sandbox(), room, options, log);
    });
}

/**
 * Opens a browser and waits until its window closes, or makes a picture. Resolves to the exit code.
 *
 * @throws UserError when an argument is invalid, there is no browser or no display, or the page
 *   cannot be loaded, for example because its certificate is not valid
 */
export async function openBrowser(
  sandbox: RunningSandbox,
  room: string | undefined,
  options: BrowserOptions,
  log: Log,
): Promise<number> {
  requirePlaces(sandbox, "browser");
  if (room !== undefined) checkRoom(room);
  const wait = waitOf(options.wait);
  const file = options.screenshot === undefined ? undefined : pictureFile(options.screenshot);
  const headless = file !== undefined;
  const browser = findBrowser(options.browser, headless);
  const display = displayOf();
  if (!headless && !display.usable) {
    throw new UserError(`${display.why}; make a picture instead: --screenshot FILE`);
  }
  await checkDomain(sandbox, options.domain);
  const url = `https://${options.domain}/${room ?? ""}`;
  const { fakeMedia } = options;
  if (file !== undefined) {
    await takePicture(sandbox, { browser, url, fakeMedia, file, wait });
    log(`${url} is in ${file}`);
    return 0;
  }
  const run = { browser, profile: "window", headless, fakeMedia };
  const { command, args, env } = await browserCommand(sandbox, run);
  return runInteractive(command, [...args, url], env);
}

interface Picture {
  readonly browser: string;
  readonly url: string;
  readonly fakeMedia: boolean;
  readonly file: string;
  readonly wait: number;
}

async function takePicture(
  sandbox: RunningSandbox,
  { browser, url, fakeMedia, file, wait }: Picture,
): Promise<void> {
  const run = { browser, profile: "picture", headless: true, fakeMedia };
  const controlled = await control(await browserCommand(sandbox, run));
  try {
    const page = await controlled.newPage({ viewport: { width: 1280, height: 720 } });
    const response = await page.goto(url, { waitUntil: "load", timeout: 30_000 });
    if (response?.ok() !== true)
      throw new UserError(`${url} answers with HTTP ${(response?.status() ?? 0).toString()}`);
    await sleep(wait * 1000);
    await page.screenshot({ path: file });
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    // `page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://...`, then a call log.
    throw new UserError(`the browser cannot show ${url}: ${error.message.split("\n")[0] ?? ""}`);
  } finally {
    await controlled.close();
  }
  const { uid, gid } = browserAccount();
  if (process.env.SUDO_UID !== undefined) chownSync(file, uid, gid);
}

/** @throws UserError when its folder does not exist */
function pictureFile(path: string): string {
  const file = resolve(path);
  const folder = statSync(dirname(file), { throwIfNoEntry: false });
  if (folder?.isDirectory() === true) return file;
  throw new UserError(`there is no folder ${dirname(file)} for the picture; create it first`);
}

function waitOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= 60) return seconds;
  throw new UserError(`--wait is "${text}"; allowed: a number of seconds from 0 to 60`);
}
