import { orderAgain } from "../../../../lib/changes/orderAgain";
import { command, serverStep, wholeHost } from "./support/steps";

const alone = { tls: "letsencrypt", bridges: 0 } as const;
const replaced = [...wholeHost("replace", "web"), command("update", "certificate")];

describe("orderAgain", () => {
  it("warns where a new web host has no bridge that keeps a copy", () => {
    expect(orderAgain(replaced, alone)).toMatch(
      /orders another certificate, .* five certificates .*: pulumi config set jvbCount 1 && pulumi up$/,
    );
    const refreshed = [...wholeHost("create", "web"), command("update", "certificate")];
    expect(orderAgain(refreshed, alone)).toBe(orderAgain(replaced, alone));
  });

  it.each(["create", "replace"])("warns where its only bridge is new, too: %s", (op) => {
    const steps = [...replaced, serverStep(op, "jvb-0")];
    expect(orderAgain(steps, { ...alone, bridges: 1 })).toContain("orders another certificate");
    expect(orderAgain(steps, { ...alone, bridges: 2 })).toBeUndefined();
  });

  it.each([
    ["a bridge keeps a copy", replaced, { ...alone, bridges: 1 }],
    ["nothing is ordered", replaced, { ...alone, tls: "self-signed" as const }],
    ["the certificate is the operator's", replaced, { ...alone, tls: "own" as const }],
    ["the web host stays", [serverStep("update", "web"), command("update", "certificate")], alone],
    [
      "it is the first one",
      [...wholeHost("create", "web"), command("create", "certificate")],
      alone,
    ],
    [
      "bridges come or go",
      [serverStep("replace", "jvb-0"), command("update", "certificate")],
      alone,
    ],
  ])("is silent where %s", (_, steps, settings) => {
    expect(orderAgain(steps, settings)).toBeUndefined();
  });
});
