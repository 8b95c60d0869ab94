import { memoryProblem } from "../../../src/jitsi/memory";

const gigabyte = 1024 ** 3;

describe("memoryProblem", () => {
  it("wants 3 GB for each Java program, and says both figures", () => {
    expect(memoryProblem(3, 9 * gigabyte)).toBeUndefined();
    expect(memoryProblem(3, 8.9 * gigabyte)).toBe(
      "Jitsi's own packages need 9.0 GB of memory (3 GB for each of 3 Java programs), but 8.9 GB are available",
    );
  });

  it("asks the machine by default", () => {
    expect(memoryProblem(1_000_000)).toMatch(/but \d+\.\d GB are available/);
  });
});
