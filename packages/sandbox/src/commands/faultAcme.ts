import { Command, Option } from "commander";
import { badAnswers } from "../acme/faults";
import { directoryNames } from "../acme/directories";
import { rateLimitNames, refusals } from "../acme/problems";
import { requestKinds } from "../acme/requests";
import type { Log } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { addFaultList, faultAdder, positive, type AddFault } from "./faultSupport";

/** `sandbox fault acme ...`: starts and ends faults of the ACME server. */
export function acmeFaultCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const acme = new Command("acme").description("start and end faults of the ACME server");
  const add = faultAdder("acme", sandbox, log);
  addRequestFaults(acme, add);
  addRefusals(acme, add);
  addFaultList(acme, "acme", sandbox);
  return acme;
}

type Options = Readonly<Record<string, unknown>>;

/** A command for one kind of fault, with the options that all have. */
function kind(parent: Command, name: string): Command {
  return parent
    .command(name)
    .option("--times <n>", "how many times; without it, until cleared", positive)
    .addOption(
      new Option("--directory <name>", "only requests to one directory").choices(directoryNames),
    );
}

const requestOption = (): Option =>
  new Option("--request <kind>", "only requests about this").choices(requestKinds);

function addRequestFaults(acme: Command, add: AddFault): void {
  kind(acme, "down")
    .addOption(requestOption())
    .description("break all connections after the request")
    .action((options: Options) => add({ kind: "down", ...options }));
  kind(acme, "unavailable")
    .addOption(requestOption())
    .option("--retry-after <seconds>", "Retry-After of the answer; default: 60", positive)
    .description("answer 503, as Let's Encrypt does when it is busy")
    .action((options: Options) => add({ kind: "unavailable", ...options }));
  kind(acme, "slow")
    .argument("<milliseconds>", "", positive)
    .addOption(requestOption())
    .description("delay all answers")
    .action((ms: number, options: Options) => add({ kind: "slow", ms, ...options }));
  kind(acme, "bad-answer")
    .argument("<form>", badAnswers.join(", "))
    .addOption(requestOption())
    .description("answer something else than ACME: a web page, incomplete JSON, or nothing")
    .action((form: string, options: Options) => add({ kind: "bad-answer", form, ...options }));
  kind(acme, "bad-nonce")
    .description("refuse the nonces of signed requests. Clients try once more")
    .action((options: Options) => add({ kind: "bad-nonce", ...options }));
}

function addRefusals(acme: Command, add: AddFault): void {
  kind(acme, "refuse")
    .argument("<type>", Object.keys(refusals).join(", "))
    .description(
      "refuse names: rejectedIdentifier and serverInternal refuse the order; with the others, the validation of the next name fails",
    )
    .action((type: string, options: Options) => add({ kind: "refuse", type, ...options }));
  kind(acme, "rate-limit")
    .argument("<limit>", rateLimitNames.join(", "))
    .option("--retry-after <seconds>", "until the end of the limit; default: 3600", positive)
    .description("refuse orders (or accounts: registrations) by a rate limit of Let's Encrypt")
    .action((limit: string, options: Options) => add({ kind: "rate-limit", limit, ...options }));
}
