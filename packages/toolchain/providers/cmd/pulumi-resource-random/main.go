// Command pulumi-resource-random is the Pulumi resource plugin for random values.
// "schema --out DIR" writes its schema and metadata instead.
package main

import (
	"context"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"jitsi-hetzner/toolchain/providers/bridged"
	"jitsi-hetzner/toolchain/providers/random"
)

func main() {
	metadata, err := bridged.Metadata()
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	info := random.Provider(metadata)
	if bridged.Generating() {
		tfgen.Main(info.Name, info)
		return
	}
	schema, err := bridged.Schema(info.Version)
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	pfbridge.Main(context.Background(), info.Name, info,
		pfbridge.ProviderMetadata{PackageSchema: schema})
}
