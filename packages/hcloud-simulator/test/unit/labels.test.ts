import { labelProblems, parseSelector } from "../../src/labels";

describe("parseSelector", () => {
  const labels = { env: "prod", tier: "web", "example.org/x": "1", empty: "" };

  it.each([
    ["", true],
    ["env=prod", true],
    ["env==prod", true],
    ["env = dev", false],
    ["env!=dev", true],
    ["env!=prod", false],
    ["missing!=x", true],
    ["env", true],
    ["missing", false],
    ["!missing", true],
    ["! env", false],
    ["empty", true],
    ["empty=", true],
    ["env in (dev, prod)", true],
    ["env in (dev)", false],
    ["missing in (dev)", false],
    ["env notin (dev)", true],
    ["missing notin (dev)", true],
    ["example.org/x=1", true],
    ["env=prod,tier in (web,db),!missing", true],
    ["env=prod,tier=db", false],
    ["constructor", false],
  ])("evaluates %j as %s", (selector, expected) => {
    expect(parseSelector(selector)(labels)).toBe(expected);
  });

  it.each(["a b", "=x", "env in", "env in (a", "a,,b", "!", "a=b=c"])("refuses %j", (selector) => {
    expect(() => parseSelector(selector)).toThrow("is not a valid label selector");
  });
});

describe("labelProblems", () => {
  it.each([
    ["role", "web"],
    ["example.org/role", ""],
    ["a.b_c-d", "x".repeat(63)],
  ])("accepts %s=%s", (key, value) => {
    expect(labelProblems({ [key]: value })).toEqual([]);
  });

  it.each([
    ["hetzner.cloud/x", "1", "prefix hetzner.cloud/ is reserved"],
    ["-x", "1", "key is not valid"],
    ["x".repeat(64), "1", "key is not valid"],
    ["Ex ample/x", "1", "prefix is not valid"],
    ["x", "a b", "value is not valid"],
    ["x", "y".repeat(64), "value is not valid"],
    ["x", 1, "value must be a string"],
  ])("refuses %s=%s: %s", (key, value, problem) => {
    expect(labelProblems({ [key]: value })).toEqual([`label '${key}': ${problem}`]);
  });
});
