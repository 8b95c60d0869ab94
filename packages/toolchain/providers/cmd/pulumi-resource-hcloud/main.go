// Command pulumi-resource-hcloud is the Pulumi resource plugin for Hetzner Cloud.
// "schema --out DIR" writes its schema and metadata instead.
package main

import (
	"context"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"jitsi-hetzner/toolchain/providers/bridged"
	"jitsi-hetzner/toolchain/providers/hcloud"
)

func main() {
	ctx := context.Background()
	metadata, err := bridged.Metadata()
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	info := hcloud.Provider(ctx, metadata)
	if bridged.Generating() {
		tfgen.MainWithMuxer(info.Name, info)
		return
	}
	schema, err := bridged.Schema(info.Version)
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	pfbridge.MainWithMuxer(ctx, info.Name, info, schema)
}
