"use strict";

// Pulumi loads a policy pack through ts-node, whatever its runtime options say, with a type check at each
// run (seconds). The types are checked by the project's own commands, so tsx takes ts-node's place here.
delete require.extensions[".ts"];
require("tsx/cjs");
require("./pack.ts");
