import {
  bridgeHeapMb,
  heapRoomMb,
  jicofoHeapMb,
  localBridgeHeapMb,
} from "../../../../lib/plan/heaps";

describe("bridgeHeapMb", () => {
  it.each([
    [2, 1024],
    [4, 3072],
    [8, 3072],
    [16, 3072],
    [1.5, 512],
  ])(
    "on %d GB is %d MB: the system's part, a quarter and upstream's default bound it",
    (gb, mb) => {
      expect(bridgeHeapMb({ memoryGb: gb })).toBe(mb);
    },
  );

  it("is what the operator asks for", () => {
    expect(bridgeHeapMb({ memoryGb: 16, askedMb: 12_000 })).toBe(12_000);
  });

  it("is upstream's default where the memory is not known", () => {
    expect(bridgeHeapMb({ memoryGb: undefined })).toBe(3072);
  });
});

describe("jicofoHeapMb", () => {
  it.each([
    [2, 512],
    [4, 1024],
    [8, 2048],
    [16, 3072],
  ])("on %d GB is %d MB: jicofo shares its host", (gb, mb) => {
    expect(jicofoHeapMb({ memoryGb: gb })).toBe(mb);
  });

  it("is what the operator asks for", () => {
    expect(jicofoHeapMb({ memoryGb: 4, askedMb: 2_000 })).toBe(2_000);
  });
});

describe("localBridgeHeapMb", () => {
  it.each([
    [2, undefined, 512],
    [4, undefined, 1024],
    [4, 8_000, 1024],
    [4, 700, 700],
  ])("on %d GB, with %p MB asked for bridge hosts, is %d MB", (memoryGb, askedMb, mb) => {
    expect(localBridgeHeapMb({ memoryGb, askedMb })).toBe(mb);
  });
});

describe("heapRoomMb", () => {
  it("leaves the system its part", () => {
    expect(heapRoomMb(4)).toBe(3072);
  });
});
