import { chooseServerType } from "../../../../lib/plan/serverTypeChoice";

describe("chooseServerType, without the API", () => {
  it("resolves cx21 and cpx41 to their successors of the same size, and says so", () => {
    expect(chooseServerType("cx21", "fsn1")).toEqual({
      name: "cx23",
      note: "cx21 (2 vCPU, 4 GB, 40 GB disk) is no longer sold in fsn1; using cx23 (2 vCPU, 4 GB, 40 GB disk)",
    });
    expect(chooseServerType("cpx41", "fsn1")).toEqual({
      name: "cpx42",
      note: "cpx41 (8 vCPU, 16 GB, 240 GB disk) is no longer sold in fsn1; using cpx42 (8 vCPU, 16 GB, 320 GB disk)",
    });
  });

  it.each(["ash", "hil", "sin"])("keeps cpx41 in %s, where it is still sold", (location) => {
    expect(chooseServerType("cpx41", location)).toEqual({ name: "cpx41" });
  });

  it.each(["cx23", "cpx42", "ccx33", "cx99"])("passes %s through", (type) => {
    expect(chooseServerType(type, "fsn1")).toEqual({ name: type });
  });
});
