import { namedTargets } from "../../../src/commands/curl";

describe("namedTargets", () => {
  it.each([
    [["-k", "https://meet.example.test/a?b=c"], [{ hostname: "meet.example.test", port: "443" }]],
    [["http://meet.example.test"], [{ hostname: "meet.example.test", port: "80" }]],
    [["https://meet.example.test:8443/"], [{ hostname: "meet.example.test", port: "8443" }]],
    [["wss://meet.example.test/ws"], [{ hostname: "meet.example.test", port: "443" }]],
    [["meet.example.test/x"], [{ hostname: "meet.example.test", port: "80" }]],
    [["meet.example.test:443"], [{ hostname: "meet.example.test", port: "443" }]],
  ])("finds the name in %j", (args, targets) => {
    expect(namedTargets(args)).toEqual(targets);
  });

  it.each([
    [["-H", "Host: meet"]],
    [["-H", "X-Key:value"]],
    [["-d", "a=b"]],
    [["https://127.0.0.1/"]],
    [["https://[::1]:8443/"]],
    [["127.0.0.1:8080/x"]],
    [["http://"]],
    [["-o", "/dev/null"]],
  ])("finds no name in %j", (args) => {
    expect(namedTargets(args)).toEqual([]);
  });
});
