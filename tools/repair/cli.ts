import { parseArgs } from "node:util";
import { confirm } from "../confirm";
import { findLock } from "../doctor/lock";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { runTool } from "../runTool";
import { planRepair } from "./plan";

const usage = `usage: npm run repair -- HOST [OPTIONS]

Applies all steps of one host anew: HOST is a bridge's number (1, or jvb-1), or web.
A bridge that needs a restart is emptied first, as by every change; one that is as it should be is not touched.

  --stack NAME   another stack than the selected one
  --yes          does not ask, neither here nor in pulumi up

Exit codes: 0 repaired, 1 it could not begin, else that of pulumi up. Run again, it goes on.`;

async function main(args: readonly string[]): Promise<number> {
  const { host, stack, yes } = parseOptions(args);
  if (host === undefined) {
    console.log(usage);
    return 0;
  }
  const pulumi = new PulumiCli(stack);
  const lock = await findLock(pulumi);
  if (lock !== undefined) {
    throw new OperatorProblem(`the stack is locked by ${lock.holder}: npm run doctor`);
  }
  const { steps, state } = planRepair(await pulumi.answer("stack", "export"), host);
  console.log(`These steps run again:\n${steps.map((step) => `  ${step}`).join("\n")}`);
  const again = `npm run repair -- ${host} --yes`;
  if (!yes && !(await confirm("Mark them in the state and run pulumi up?", again))) return 1;
  await pulumi.take(state, "stack", "import");
  const code = await pulumi.show("up", ...(yes ? ["--yes", "--skip-preview"] : []));
  if (code !== 0) {
    console.error("repair: not done yet; the next `pulumi up` runs the steps that are left");
  }
  return code;
}

function parseOptions(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string" },
        yes: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (positionals.length > 1) throw new Error("one host at a time");
    return { ...values, host: values.help ? undefined : positionals[0] };
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

runTool("repair", main, 1);
