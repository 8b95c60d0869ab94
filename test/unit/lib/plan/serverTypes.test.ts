import { resolveServerType, serverSizes, successors } from "../../../../lib/plan/serverTypes";

describe("resolveServerType", () => {
  it("resolves cx21 and cpx41 to their successors of the same size, and says so", () => {
    expect(resolveServerType("cx21", "fsn1")).toEqual({
      name: "cx23",
      note: "cx21 (2 vCPU, 4 GB, 40 GB disk) is no longer sold in fsn1; using cx23 (2 vCPU, 4 GB, 40 GB disk)",
    });
    expect(resolveServerType("cpx41", "fsn1")).toEqual({
      name: "cpx42",
      note: "cpx41 (8 vCPU, 16 GB, 240 GB disk) is no longer sold in fsn1; using cpx42 (8 vCPU, 16 GB, 320 GB disk)",
    });
  });

  it.each(["ash", "hil", "sin"])("keeps cpx41 in %s, where it is still sold", (location) => {
    expect(resolveServerType("cpx41", location)).toEqual({ name: "cpx41" });
  });

  it.each(["cx23", "cpx42", "ccx33", "cx99"])("passes %s through", (type) => {
    expect(resolveServerType(type, "fsn1")).toEqual({ name: type });
  });

  it.each(Object.entries(successors))(
    "never gives less than was asked for: %s, %s",
    (old, next) => {
      const asked = serverSizes[old];
      const given = serverSizes[next];
      expect(given).toBeDefined();
      expect(given?.cores).toBeGreaterThanOrEqual(asked?.cores ?? Infinity);
      expect(given?.memory).toBeGreaterThanOrEqual(asked?.memory ?? Infinity);
      expect(given?.disk).toBeGreaterThanOrEqual(asked?.disk ?? Infinity);
    },
  );

  it("resolves to nothing that is itself retired", () => {
    for (const next of Object.values(successors)) {
      expect(successors[next]).toBeUndefined();
    }
  });
});
