import { readFileSync } from "node:fs";
import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { privateNetwork } from "../../lib/constants";
import { must, type TestCluster } from "./harness";

const { domain } = demoConfig;
const program = readFileSync(join(__dirname, "programs/browser.py"), "utf8");
export const brewery = `jvbbrewery@internal.auth.${domain}`;
export const conference = `stand-up@conference.${domain}`;
const prosodyConfig = `/etc/prosody/conf.avail/${domain}.cfg.lua`;

export interface Visit {
  readonly by: "bosh" | "websocket" | "tcp";
  readonly host: string;
  readonly user?: string;
  readonly password?: string;
  readonly room?: string;
  /** The component to ask for a room's focus: by browser only. */
  readonly focus?: string;
}

export interface Visited {
  readonly login: string;
  /** Affiliation and role, or the error that the room answered with. */
  readonly room?: string;
  /** The focus's address, or the error that the component answered with. */
  readonly focus?: string;
}

/** What XMPP clients on a bridge see, one after the other; browsers come through the public web port. */
export async function visit(cluster: TestCluster, visits: readonly Visit[]): Promise<Visited[]> {
  const input = { domain, xmpp: privateNetwork.webAddress, visits };
  const quoted = Buffer.from(JSON.stringify(input)).toString("base64");
  const outcome = await cluster.onHost(
    "jvb-1",
    `base64 -d <<<${quoted} | python3 -c "$(base64 -d <<<${Buffer.from(program).toString("base64")})"`,
  );
  return JSON.parse(must("the visits", outcome).stdout) as Visited[];
}

/** Accounts with passwords that the test knows, as an attacker would who found one. */
export const thief = { user: "thief", password: "Known0123456789" };

export async function makeAccounts(cluster: TestCluster): Promise<void> {
  for (const host of [`auth.${domain}`, `recorder.${domain}`]) {
    await cluster.mustOnHost(
      "web",
      `prosodyctl register ${thief.user} ${host} ${thief.password} >/dev/null`,
    );
  }
}

/** jicofo opens each conference's room: nobody else may. Its own account does it here. */
export async function focus(cluster: TestCluster): Promise<Visit> {
  const read = "hocon -f /etc/jitsi/jicofo/jicofo.conf get jicofo.xmpp.client.password";
  const password = (await cluster.mustOnHost("web", read)).replaceAll('"', "");
  return { by: "tcp", host: `auth.${domain}`, user: "focus", password, room: conference };
}

async function restartProsody(cluster: TestCluster, change: string): Promise<void> {
  // jicofo forgets its bridges. Otherwise it may not have noticed yet that nobody is in their room.
  await cluster.mustOnHost("web", `${change} && systemctl restart prosody jicofo`);
  // Browsers are answered again, and jicofo has met both bridges, which log in again by themselves, in their room.
  await cluster.mustOnHost(
    "web",
    `for i in {1..120}; do
       curl -fsS -o /dev/null -H 'Host: ${domain}' http://127.0.0.1:5280/http-bind &&
         [ "$(curl -fsS http://127.0.0.1:8888/stats | jq .bridge_selector.operational_bridge_count)" = 2 ] && exit
       sleep 0.5
     done; exit 1`,
  );
}

/** Runs `use` while prosody has the packages' own configuration, which lets guests do as they like. */
export async function withStockProsody<T>(cluster: TestCluster, use: () => Promise<T>): Promise<T> {
  const keep = `cp -p ${prosodyConfig} /root/closed.lua`;
  await restartProsody(cluster, `${keep} && sed -i '/set by pulumi/d' ${prosodyConfig}`);
  try {
    return await use();
  } finally {
    await restartProsody(cluster, `mv /root/closed.lua ${prosodyConfig}`);
  }
}
