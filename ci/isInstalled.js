"use strict";

// Ends with 0 where node_modules has what package-lock.json names, so that nothing has to be installed: `pulumi new`
// and a dev container install by themselves. Otherwise it names the command that installs, and ends with 1.
// Plain JavaScript, because it runs where nothing may be installed yet.
// usage: node ci/isInstalled.js [FOLDER]
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.argv[2] ?? ".";

/** npm writes the second of these files at the end of an installation. */
const [wanted, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map(
  readPackages,
);

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8")).packages;
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
if (!isComplete) {
  const modules = join(folder, "node_modules");
  const command = folder === "." ? "npm ci" : `npm ci --prefix ${folder}`;
  console.error(
    `${modules} is missing, or is not what ${join(folder, "package-lock.json")} names. Install it: ${command}`,
  );
}
process.exitCode = isComplete ? 0 : 1;
