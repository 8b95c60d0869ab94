import {
  availableMemory,
  browserMemory,
  checkCapacity,
  participantMemory,
  roomFor,
} from "../../../src/media/capacity";

const plenty = 64 * 1024 ** 3;

describe("the machine's room for participants with media", () => {
  it("is three for two cores", () => {
    expect(roomFor({ cores: 2, availableMemory: plenty }, 0)).toBe(3);
    expect(roomFor({ cores: 2, availableMemory: plenty }, 2)).toBe(1);
    expect(roomFor({ cores: 2, availableMemory: plenty }, 4)).toBe(0);
  });

  it("is what the free memory holds, where there are cores enough", () => {
    const memory = browserMemory + 5 * participantMemory;
    expect(roomFor({ cores: 32, availableMemory: memory }, 0)).toBe(5);
    // The browser itself runs already.
    expect(roomFor({ cores: 32, availableMemory: memory - browserMemory }, 1)).toBe(5);
    expect(roomFor({ cores: 32, availableMemory: 1000 }, 0)).toBe(0);
  });

  it("is named where more are wanted", () => {
    const machine = { cores: 2, availableMemory: 6 * 1024 ** 3 };
    expect(() => {
      checkCapacity(3, 0, machine);
    }).not.toThrow();
    expect(() => {
      checkCapacity(12, 1, machine);
    }).toThrow(
      "12 participants with media are too many for this machine; it can take 2, besides the 1 that it has (2 cores, 6.0 GB of free memory)",
    );
  });

  it("is computed from the available memory of /proc/meminfo", () => {
    expect(availableMemory("MemTotal: 9 kB\nMemAvailable:   2048 kB\n")).toBe(2048 * 1024);
    expect(() => availableMemory("MemTotal: 9 kB\n")).toThrow("MemAvailable");
  });
});
