import { join } from "node:path";
import { findBrowser } from "../../../src/browser/find";
import { UserError } from "../../../src/cliSupport";

/**
 * The machine's browser; undefined where there is none, which is said once for each file. `make test`
 * with CI=true installs one first, so nothing is skipped there.
 */
export const machineBrowser = lookForBrowser();

function lookForBrowser(): string | undefined {
  try {
    return findBrowser(undefined, true);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.warn(`SKIPPED: all tests with a browser, because ${error.message}`);
    return undefined;
  }
}

/** File of the stand-in for the client library. */
export const standInLibrary = join(__dirname, "libJitsiMeetStandIn.js");

/** `it`, but skipped where the machine has no browser. */
export const itWithBrowser = machineBrowser === undefined ? it.skip : it;

/** `describe`, but skipped where the machine has no browser. */
export const describeWithBrowser = machineBrowser === undefined ? describe.skip : describe;
