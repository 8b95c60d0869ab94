import { OperatorError } from "../../lib/errors";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { findLock } from "../doctor/lock";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { planRepair } from "./plan";

const usage = `usage: npm run repair -- HOST [OPTIONS]

Runs all steps of one host again. HOST is a bridge's number (1, or jvb-1), web, or the name of an existing machine.
A bridge that needs a restart is drained first, as after a changed setting. A bridge that works as declared is not touched.

  --stack NAME   another stack than the selected one
  --yes          does not ask, neither here nor in pulumi up`;

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

async function main({ stack, json, yes }: Options, host: string | undefined): Promise<ExitCode> {
  if (host === undefined) {
    throw new OperatorError(
      "which host? A bridge's number, web, or the name of an existing machine: npm run repair -- 1",
    );
  }
  const pulumi = new PulumiCli(stack);
  const lock = await findLock(pulumi);
  if (lock !== undefined) {
    throw new OperatorError(`the stack is locked by ${lock.holder}: npm run doctor`);
  }
  const { steps, state } = planRepair(await pulumi.answer("stack", "export"), host);
  console.error(`These steps run again:\n${steps.map((step) => `  ${step}`).join("\n")}`);
  const again = `npm run repair -- ${host} --yes`;
  const end = (repaired: boolean): ExitCode => {
    if (json) console.log(JSON.stringify({ host, steps, repaired }, null, 2));
    return repaired ? exitCodes.done : exitCodes.no;
  };
  if (!yes && !(await confirm("Mark them in the state and run pulumi up?", again))) {
    return end(false);
  }
  await pulumi.take(state, "stack", "import");
  const code = await pulumi.show("up", ...(yes ? ["--yes", "--skip-preview"] : []));
  if (code !== 0) {
    console.error("repair: not finished; the next `pulumi up` runs the remaining steps");
  }
  return end(code === 0);
}

runTool({
  name: "repair",
  usage,
  options: { ...stackOption, yes: flag },
  arguments: 1,
  main: (options, [host]) => main(options, host),
});
