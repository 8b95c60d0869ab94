import { hostNamespace } from "../../packages/sandbox/src/hosts/names";
import { findMachine } from "../../packages/sandbox/src/machines/machineClient";
import { must, runProgram, type TestCluster } from "./harness";

/**
 * Runs `nft` on a machine, or, while the machine has none, this machine's own `nft` in its network. An older `nft` than the
 * one that made the rules can crash when it reads them.
 */
export async function machineNft(
  cluster: TestCluster,
  name: string,
  args: readonly string[],
): Promise<string> {
  const { id } = await findMachine(cluster.sandbox, name);
  if ((await cluster.onHost(name, "command -v nft")).code === 0) {
    const quoted = args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`);
    return cluster.mustOnHost(name, `nft ${quoted.join(" ")}`);
  }
  const namespace = hostNamespace(cluster.sandbox.identity, id);
  const command = ["netns", "exec", namespace, "nft", ...args];
  return must(`nft ${args.join(" ")} on ${name}`, await runProgram("ip", command)).stdout;
}
