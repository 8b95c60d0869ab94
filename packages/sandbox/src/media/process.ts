import { rmSync, writeFileSync } from "node:fs";
import { findBrowser } from "../browser/find";
import { browserCommand, control } from "../browser/launch";
import { UserError } from "../cliSupport";
import { requireSandbox } from "../state";
import { BridgeNames } from "./bridges";
import { MediaParticipants, reloadAfter } from "./room";
import { mediaPaths } from "./requests";
import { serve } from "./service";

/**
 * The process of the participants with media: it controls their browser and answers on a socket in
 * the sandbox's folder. It ends when the last participant has left, or by SIGTERM.
 */
async function main(dir: string, domain: string, chosenBrowser?: string): Promise<void> {
  const sandbox = requireSandbox(dir);
  const paths = mediaPaths(dir);
  const browser = findBrowser(chosenBrowser, true);
  const bridges = new BridgeNames(sandbox);
  await bridges.start(console.log);
  const run = { browser, profile: "media", headless: true, fakeMedia: true };
  const controlled = await control(await browserCommand(sandbox, run));
  const participants = new MediaParticipants(controlled, {
    origin: `https://${domain}`,
    bridgeOf: bridges.nameOf,
    reloadAfter,
    log: console.log,
  });

  let ending = false;
  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    bridges.stop();
    server.close();
    await controlled.close();
    for (const file of [paths.socket, paths.pid]) rmSync(file, { force: true });
    process.exit(code);
  };
  const server = serve(participants, () => void end(0));
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void end(0));
  controlled.on("disconnected", () => {
    console.error("the browser ended");
    void end(1);
  });
  rmSync(paths.socket, { force: true });
  server.listen(paths.socket, () => {
    // Only now it answers.
    writeFileSync(paths.pid, `${process.pid.toString()}\n`);
  });
}

const [dir, domain, browser] = process.argv.slice(2);
if (dir === undefined || domain === undefined) {
  console.error("usage: process.ts DIR DOMAIN [BROWSER]; `people join --media` starts it");
  process.exit(2);
}
main(dir, domain, browser).catch((error: unknown) => {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(1);
});
