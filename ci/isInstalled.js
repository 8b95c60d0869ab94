"use strict";

// Ends with 0 where node_modules has what package-lock.json names, so that nothing has to be installed: `pulumi new`
// and a dev container install by themselves. Plain JavaScript, because it runs where nothing may be installed yet.
const { readFileSync } = require("node:fs");

/** npm writes the second of these files at the end of an installation. */
const [wanted, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map(
  readPackages,
);

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function isThere([path, { version, optional }]) {
  // The project itself; and packages of other platforms.
  return (
    path === "" || (installed[path] === undefined ? optional : installed[path].version === version)
  );
}

const isComplete = wanted && installed && Object.entries(wanted).every(isThere);
process.exitCode = isComplete ? 0 : 1;
