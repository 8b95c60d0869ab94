//go:build tools

// Package tools pins pebble as a dependency, so that go.sum covers everything that is built.
package tools

import _ "github.com/letsencrypt/pebble/v2/cmd/pebble"
