import * as pulumi from "@pulumi/pulumi";
import { JitsiCluster } from "../../../components/jitsiCluster";
import { answers } from "./support/answers";
import { clusterArgs, type ClusterChange } from "./support/cluster";
import { runProgram } from "./support/mockEngine";

/** What a cluster of twelve bridges throws; what it has made until then is made to the end. */
async function errorOf(change: ClusterChange, groups?: number): Promise<unknown> {
  const args = clusterArgs({ domain: "meet.example.org", jvbCount: "12" }, change);
  const plan = { ...args.plan, placementGroups: groups ?? args.plan.placementGroups };
  const { result } = await runProgram(answers, (): unknown => {
    try {
      return new JitsiCluster("jitsi", { ...args, plan });
    } catch (error) {
      return error;
    }
  });
  return result;
}

/** Arguments that the settings' checks never let through: a program of another author's may have them. */
describe("a component with a wrong argument", () => {
  it.each<[string, ClusterChange, number | undefined, string]>([
    [
      "zone",
      { dnsZone: "example.net" },
      undefined,
      'jitsi-web-dns: the argument zone is "example.net", but must contain the host name meet.example.org; leave it out if the records are made elsewhere',
    ],
    [
      "version",
      { jvbSecretVersion: 0 },
      undefined,
      "jitsi-web-account: the argument version is 0, but must be a whole number from 1",
    ],
    [
      "drainTimeoutSeconds",
      { drainTimeoutSeconds: 86_401 },
      undefined,
      "jitsi-policy: the argument drainTimeoutSeconds is 86401, but must be from 0 to 86400",
    ],
    [
      "placementGroupIds[1]",
      {},
      1,
      "jitsi-jvb: the argument placementGroupIds[1] is missing, but jvb-9 belongs to placement group 1",
    ],
  ])("names it, and what is allowed: %s", async (propertyPath, change, groups, reason) => {
    const error = await errorOf(change, groups);
    expect(pulumi.InputPropertyError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ propertyPath, reason });
  });
});
