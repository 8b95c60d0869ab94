"use strict";

/**
 * One project a suite, so that each can be run alone (`npx jest --selectProjects unit`).
 * unit: pure functions and Pulumi mocks. templates: rendered files, checked by the real tools.
 * api: the API simulator, over HTTP and with real clients. e2e: whole clusters on sandbox hosts.
 */
const fs = require("node:fs");

const packages = ["hcloud-simulator", "sandbox", "toolchain"];

/** Seconds for a test that names no time of its own. Jest's 5 are too few on a busy machine. */
const seconds = { unit: 15, templates: 15, api: 30, e2e: 60 };

/** Where the tests of whole clusters have Jitsi's packages from decides which of them run. */
const environment = { e2e: "test/e2e/kindEnvironment.ts" };

const project = (name) => ({
  displayName: name,
  testEnvironment: fs.existsSync(`${__dirname}/${environment[name]}`)
    ? `<rootDir>/${environment[name]}`
    : "node",
  roots: ["", ...packages.map((folder) => `packages/${folder}/`)]
    .map((folder) => `${folder}test/${name}`)
    .filter((folder) => fs.existsSync(`${__dirname}/${folder}`))
    .map((folder) => `<rootDir>/${folder}`),
  testMatch: ["**/*.test.ts"],
  globals: { secondsForATest: seconds[name] },
  setupFilesAfterEnv: ["<rootDir>/test/timeout.js"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
});

module.exports = {
  // jest leaves a core to the terminal by default: of two, half.
  maxWorkers: "100%",
  projects: ["unit", "templates", "api", "e2e"].map(project),
};
