-- Stand-in of the sandbox: counts nothing, but requires the same modules of prosody as upstream.
-- Only prosody 13 knows the name with `prosody.`.
@BEFORE:10888@local queue = require "util.queue";
@SINCE:10888@@BEFORE:11146@local queue = require "prosody.util.queue";
@SINCE:11146@local queue = require "util.queue";

module:log("info", "Starting speakerstats for %s", module:get_option_string("muc_component"));
assert(queue.new(1));
