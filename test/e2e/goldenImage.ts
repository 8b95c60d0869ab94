import type { TestCluster } from "./harness";

/**
 * Packages that no other package needs, and that nobody asked for. A host from a golden image has
 * some if the image has a package that the host would not have installed.
 */
export async function unneededPackages(cluster: TestCluster, host: string): Promise<string[]> {
  const planned = await cluster.mustOnHost(host, "apt-get -s autoremove");
  return [...planned.matchAll(/^Remv (\S+)/gm)].map(([, name = ""]) => name);
}
