"use strict";

/**
 * The files of whole clusters that take longest, the longest first, with the seconds of one run beside others. jest
 * itself knows the times of earlier runs only, and goes by a file's size on a fresh machine: a long one that
 * starts last is waited for alone.
 */
const longest = {
  cluster: 1120,
  nodes: 917,
  scale: 839,
  failures: 815,
  certificate: 795,
  bridgeFaults: 709,
  recorders: 655,
  localBridge: 525,
  turn: 479,
  versions: 352,
  otherRepository: 326,
  releases: 287,
  demo: 243,
};

const secondsOf = ({ path }) => longest[/([^/]+)\.test\.ts$/.exec(path)?.[1]] ?? 0;

/** A test sequencer (https://jestjs.io/docs/configuration#testsequencer-string). */
class LongestFirst {
  static longest = longest;

  sort(tests) {
    return [...tests].sort((a, b) => secondsOf(b) - secondsOf(a) || a.path.localeCompare(b.path));
  }

  cacheResults() {
    // Nothing is remembered.
  }
}

module.exports = LongestFirst;
