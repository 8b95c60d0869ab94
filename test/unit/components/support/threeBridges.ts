import { parseSettings } from "../../../../lib/config/settings";
import { JitsiCluster, type JitsiClusterArgs } from "../../../../components/jitsiCluster";
import { answers } from "./answers";
import { runProgram, type Registered } from "./mockEngine";

/** Three bridges. */
const base: JitsiClusterArgs = {
  ...parseSettings({ domain: "meet.example.org", jvbCount: "3" }),
  webServerType: "cx23",
  jvbServerType: "cpx42",
};

/** A cluster of three bridges, with these changes. */
export async function deploy(change: Partial<JitsiClusterArgs> = {}): Promise<Cluster> {
  const make = (): JitsiCluster => new JitsiCluster("jitsi", { ...base, ...change });
  return new Cluster((await runProgram(answers, make)).resources);
}

/** The resources of a cluster. */
export class Cluster {
  constructor(readonly resources: readonly Registered[]) {}

  step(name: string): Registered {
    return this.named("command:remote:Command", name);
  }

  server(index: number): Registered {
    return this.named("hcloud:index/server:Server", `jitsi-jvb-${index}`);
  }

  /** Names of the remote steps that one depends on itself. */
  needs({ dependencies }: Registered): string[] {
    return dependencies
      .filter((name) => name.startsWith("command:remote:Command "))
      .map((name) => name.replace("command:remote:Command ", ""));
  }

  private named(type: string, name: string): Registered {
    const found = this.resources.find((one) => one.type === type && one.name === name);
    if (found === undefined) throw new Error(`${type} ${name} is not there`);
    return found;
  }
}
