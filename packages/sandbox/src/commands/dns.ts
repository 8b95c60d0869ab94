import { Command } from "commander";
import { table, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";
import type { ElsewhereRecord } from "../dns/elsewhere";
import { positive } from "./faultSupport";

/** `sandbox dns ...`: records in zones that are not at Hetzner. */
export function dnsCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const dns = new Command("dns").description(
    "set records in zones that are not at Hetzner. Zones at Hetzner are changed by the API",
  );
  dns
    .command("set")
    .argument("<name>", "full name: meet.example.org")
    .argument("<type>", "A, AAAA, CAA, CNAME, NS, TXT, ...")
    .argument("<values...>", "as in a zone file; they replace the records of this name and type")
    .option("--zone <name>", "zone of the name; default: its last two parts")
    .option("--ttl <seconds>", "default: 60", positive)
    .description(
      "set records. If Hetzner has a zone of the same name, the public DNS no longer uses it, as after a move of the domain",
    )
    .action(async (name: string, type: string, values: string[], options: object) => {
      await callAdmin(sandbox(), "POST", "/services/dns/set", { name, type, values, ...options });
    });
  dns
    .command("unset")
    .argument("[name]", "full name; without it, all records are removed")
    .argument("[type]", "only records of this type")
    .description("remove records. A zone without records no longer exists")
    .action(async (name: string | undefined, type: string | undefined) => {
      const answer = await callAdmin(sandbox(), "POST", "/services/dns/unset", { name, type });
      log(`records removed: ${(answer as { removed: number }).removed.toString()}`);
    });
  dns
    .command("list")
    .option("--json", "print the records as JSON", false)
    .description("list the records in zones that are not at Hetzner")
    .action(async ({ json }: { json: boolean }) => {
      const answer = await callAdmin(sandbox(), "POST", "/services/dns/records");
      const { records } = answer as { records: readonly ElsewhereRecord[] };
      const rows = records.map(({ zone, name, type, ttl, data }) => [
        ...[zone, name, type, ttl.toString(), data],
      ]);
      const heading = ["ZONE", "NAME", "TYPE", "TTL", "VALUE"];
      console.log(json ? JSON.stringify(records, null, 2) : table([heading, ...rows]));
    });
  return dns;
}
