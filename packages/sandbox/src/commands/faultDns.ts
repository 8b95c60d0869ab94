import { Command, Option } from "commander";
import { dnsRoles } from "../dns/faults";
import type { Log } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { addFaultList, faultAdder, positive, type AddFault } from "./faultSupport";

type Options = Readonly<Record<string, unknown>>;

/** `sandbox fault dns ...`: starts and ends faults of the name servers. */
export function dnsFaultCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const dns = new Command("dns").description("start and end faults of the name servers");
  const add = faultAdder("dns", sandbox, log);
  addRecordFaults(dns, add);
  addAnswerFaults(dns, add);
  addFaultList(dns, "dns", sandbox);
  return dns;
}

/** A command for one kind of fault, with the options that all have. */
function kind(parent: Command, name: string): Command {
  return parent
    .command(name)
    .addOption(
      new Option(
        "--at <servers>",
        "only the hosts' resolver, or only the authoritative servers, which the ACME server uses; default: both",
      ).choices(dnsRoles),
    );
}

const typeOption = (): Option => new Option("--type <type>", "only records of this type");

function addRecordFaults(dns: Command, add: AddFault): void {
  kind(dns, "missing")
    .argument("<name>", "full name: meet.example.test")
    .addOption(typeOption())
    .description("make the records of a name disappear")
    .action((name: string, options: Options) => add({ kind: "missing", name, ...options }));
  kind(dns, "wrong")
    .argument("<name>", "full name")
    .argument("<type>", "A, AAAA, CAA, ...")
    .argument("<values...>", "as in a zone file")
    .description("answer with other records of a type")
    .action((name: string, type: string, values: string[], options: Options) =>
      add({ kind: "wrong", name, type, values, ...options }),
    );
}

function addAnswerFaults(dns: Command, add: AddFault): void {
  const answers = (name: string): Command =>
    kind(dns, name)
      .addOption(typeOption())
      .option("--times <n>", "how many times; without it, until cleared", positive);
  answers("slow")
    .argument("<milliseconds>", "", positive)
    .argument("[name]", "full name; without it, all names")
    .description("delay answers")
    .action((ms: number, name: string | undefined, options: Options) =>
      add({ kind: "slow", ms, name, ...options }),
    );
  const failures = {
    servfail: "answer SERVFAIL, like a resolver that does not reach the authoritative servers",
    refused: "answer REFUSED, like a server that does not have the zone",
    silent: "do not answer",
  };
  for (const [verb, description] of Object.entries(failures)) {
    answers(verb)
      .argument("[name]", "full name; without it, all names")
      .description(description)
      .action((name: string | undefined, options: Options) =>
        add({ kind: verb, name, ...options }),
      );
  }
}
