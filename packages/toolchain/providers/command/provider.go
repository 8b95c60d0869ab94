// Package command is a stand-in for the upstream provider "command", whose source is not on the Go
// module proxy. It is written from that provider's documented and observed behaviour: tokens,
// properties, defaults, secrets and state are the same, so that either reads the other's state.
//
// Not here: command:local:run (an invoke) and the deprecated command:remote:CopyFile.
package command

import (
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/schema"

	"jitsi-hetzner/toolchain/providers/command/local"
	"jitsi-hetzner/toolchain/providers/command/remote"
)

// Version is that of @pulumi/command on npm.
const Version = "1.2.1"

// Provider describes the package. The Go packages' names are the modules in the tokens.
func Provider() p.Provider {
	return infer.Provider(infer.Options{
		Metadata: schema.Metadata{
			DisplayName: "Command",
			Description: "Runs commands on this machine and, over SSH, on others.",
			License:     "Apache-2.0",
		},
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
		},
	})
}
