import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import type { TestCluster } from "./harness";
import {
  brewery,
  conference,
  focus,
  makeAccounts,
  thief,
  visit,
  withStockProsody,
  type Visit,
} from "./visits";

/** What guests reach with a browser's means, and what not. `running` is asked once the cluster is up. */
export function guestCases(running: () => TestCluster): void {
  const { domain } = demoConfig;
  const byBrowser = (["bosh", "websocket"] as const).map((by) => ({ by }));
  const guest = (by: Visit["by"], room: string): Visit => ({ by, host: domain, room });

  beforeAll(() => makeAccounts(running()));

  it.each(byBrowser)("meet in a conference by $by, as the app does", async ({ by }) => {
    const [opened, met] = await visit(running(), [await focus(running()), guest(by, conference)]);
    expect(opened).toEqual({ login: `as auth.${domain}`, room: "owner moderator" });
    expect(met).toEqual({ login: `as ${domain}`, room: "none participant" });
  });

  it.each(byBrowser)("are given a focus for their room by $by", async ({ by }) => {
    const [seen] = await visit(running(), [{ by, host: domain, focus: `focus.${domain}` }]);
    expect(seen?.focus).toBe(`focus@auth.${domain}`);
  });

  it("are given a focus without XMPP too", async () => {
    const room = JSON.stringify({ room: conference });
    const url = `https://${domain}/conference-request/v1`;
    const answer = await running().mustOnHost(
      "jvb-0",
      `curl -fsSk -H 'Content-Type: application/json' -d '${room}' ${url}`,
    );
    expect(JSON.parse(answer)).toMatchObject({ ready: true, focusJid: `focus@auth.${domain}` });
  });

  it.each(byBrowser)("do not get into the bridges' room by $by", async ({ by }) => {
    const [seen] = await visit(running(), [guest(by, brewery)]);
    expect(seen).toEqual({ login: `as ${domain}`, room: "no answer" });
  });

  it.each(byBrowser)(
    "cannot log in to auth.DOMAIN by $by, even by a right password",
    async ({ by }) => {
      const [seen] = await visit(running(), [{ by, host: `auth.${domain}`, ...thief }]);
      expect(seen?.login).toMatch(/^refused: /);
    },
  );

  it("with a recorder's account do not get into the bridges' room either", async () => {
    const recorder = { host: `recorder.${domain}`, ...thief, room: brewery };
    const [seen] = await visit(running(), [{ by: "bosh", ...recorder }]);
    expect(seen).toEqual({ login: `as recorder.${domain}`, room: "no answer" });
  });

  it("leave bridges their way in: TCP on the private network", async () => {
    const [seen] = await visit(running(), [
      { by: "tcp", host: `auth.${domain}`, ...thief, room: brewery },
    ]);
    expect(seen).toEqual({ login: `as auth.${domain}`, room: "none participant" });
  });

  /** What the cases above are against: with the packages' own configuration all of it goes through. */
  it("could do all of that with the packages' own configuration", async () => {
    const seen = await withStockProsody(running(), () =>
      visit(running(), [
        ...byBrowser.map(({ by }) => guest(by, brewery)),
        ...byBrowser.map(({ by }) => ({ by, host: `auth.${domain}`, ...thief })),
        { by: "bosh", host: `recorder.${domain}`, ...thief, room: brewery },
      ]),
    );
    const inRoom = "none participant";
    expect(seen).toEqual([
      { login: `as ${domain}`, room: inRoom },
      { login: `as ${domain}`, room: inRoom },
      { login: `as auth.${domain}` },
      { login: `as auth.${domain}` },
      { login: `as recorder.${domain}`, room: inRoom },
    ]);
  }, 120_000);
}
