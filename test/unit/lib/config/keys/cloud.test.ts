import { parseSettings } from "../../../../../lib/config/settings";
import { messageFor, valid } from "../support";

describe("labels", () => {
  it.each([
    ["stack", "x", 'has "stack", but the program sets this label itself'],
    ["hetzner.cloud/x", "x", 'has "hetzner.cloud/x", but names that begin'],
    ["-team", "x", 'has the name "-team"'],
    ["", "x", 'has the name ""'],
    ["a b", "x", 'has the name "a b"'],
    ["x".repeat(64), "x", "has the name"],
    ["team", "two words", 'has "team" with the value "two words"'],
    ["team", "x".repeat(64), 'has "team" with the value "xx'],
  ])("refuses %j with %j", (name, value, reason) => {
    const message = messageFor({ labels: JSON.stringify({ size: "s", [name]: value }) });
    expect(message).toContain(`labels ${reason}`);
    expect(message).toContain(`\n      pulumi config set labels '{"size":"s"}'`);
  });

  it.each(["[]", '"x"', "x", '{"a":{"b":"c"}}', "null"])(
    "refuses what is no object: %s",
    (labels) => {
      expect(messageFor({ labels })).toContain(
        `labels is "${labels}", but must be an object with one plain value for each name`,
      );
    },
  );

  it("takes names with a DNS name before them, and empty values", () => {
    const labels = { "example.org/team": "", a: "1.0_x-y" };
    expect(parseSettings({ ...valid, labels: JSON.stringify(labels) }).labels).toEqual(labels);
  });
});
