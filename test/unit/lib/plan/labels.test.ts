import fc from "fast-check";
import { labels } from "../../../../lib/plan/labels";

describe("labels", () => {
  it("tells stack, role and number", () => {
    expect(labels({ stack: "prod", role: "jvb", index: 3 })).toEqual({
      "managed-by": "pulumi",
      project: "jitsi-hetzner",
      stack: "prod",
      role: "jvb",
      index: "3",
    });
  });

  it("tells the domain, by which a changed one is found", () => {
    expect(labels({ stack: "prod", domain: "meet.example.org" }).domain).toBe("meet.example.org");
  });

  it("adds the operator's, which never take the place of its own", () => {
    expect(labels({ stack: "prod", extra: { team: "video", stack: "x" } })).toMatchObject({
      team: "video",
      stack: "prod",
    });
  });

  it("leaves away what does not apply", () => {
    expect(labels({ stack: "prod" })).toEqual({
      "managed-by": "pulumi",
      project: "jitsi-hetzner",
      stack: "prod",
    });
  });

  it("makes a valid value of every stack name", () => {
    const stackName = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
    fc.assert(
      fc.property(stackName, (stack) => {
        expect(labels({ stack }).stack).toMatch(
          /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
        );
      }),
    );
  });
});
