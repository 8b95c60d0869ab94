//go:build tools

// Package tools pins the Pulumi CLI as a dependency, so that go.sum covers everything that is built.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
