// Command pulumi-resource-command is the Pulumi resource plugin that runs commands, here and on
// other hosts.
package main

import (
	"context"
	"fmt"
	"os"

	"jitsi-hetzner/toolchain/providers/command"
)

func main() {
	provider := command.Provider()
	if err := provider.Run(context.Background(), "command", command.Version); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-command:", err)
		os.Exit(1)
	}
}
