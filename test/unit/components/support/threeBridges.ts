import { clusterArgs, deployCluster, type ClusterChange } from "./cluster";
import type { Registered } from "./mockEngine";

/** A cluster of three bridges, with these changes. */
export async function deploy(change: ClusterChange = {}): Promise<Cluster> {
  const args = clusterArgs({ domain: "meet.example.org", jvbCount: "3" }, change);
  return new Cluster((await deployCluster(args)).resources);
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
